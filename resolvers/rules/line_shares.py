"""What a line of an invoice takes from order lines: its quantity, and its parts where a person splits it.

Pure. Amounts are in the currency of the invoice. What gives back is negative, amount and quantity alike.

Source: M8, B1.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING

from models.values import ZERO, round_money, round_quantity
from resolvers.rules.apportioning import apportioned

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A line of an invoice, as far as its parts go. `tax` is what of its tax counts."""

    currency: str
    amount: Decimal
    tax: Decimal = ZERO
    quantity: Decimal | None = None
    gives_back: bool = False

    @property
    def taken_quantity(self) -> Decimal | None:
        """The quantity with the sign of the amount, however the supplier has printed it."""
        if self.quantity is None:
            return None
        return -abs(self.quantity) if self.gives_back or self.amount < 0 else self.quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What of a line is to go to an order line; what is not given follows from the rest."""

    amount: Decimal | None = None
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """What of a line goes to an order line. `tax` is what of its tax counts."""

    amount: Decimal
    quantity: Decimal | None
    tax: Decimal


def reopens_quantity(*, gives_back: bool, said: bool | None, quantity: Decimal | None) -> bool:
    """Whether what is given back can be billed again: what the document says, else whether it names a quantity.

    A credit for the price alone names none: it lowers amounts and leaves quantities billed.
    """
    if not gives_back:
        return True
    return quantity is not None if said is None else said


def parted(whole: Whole, shares: Sequence[Share]) -> list[Parted]:
    """The parts of a line, with what was not said of them.

    A share without an amount has that of its quantity; without either, all that the others leave. A share without a
    quantity has that of its amount, and the last of such shares what is left. The tax goes by amount. Nothing of it is
    checked here: see `remainder`.

    10 for 100.00 in shares of 3 and of 70.00 → 3 for 30.00, 7 for 70.00.
    """
    quantity = whole.taken_quantity
    amounts = [_amount_of(whole, quantity, share) for share in shares]
    rest = whole.amount - sum((amount for amount in amounts if amount is not None), ZERO)
    silent = [at for at, amount in enumerate(amounts) if amount is None]
    filled = dict(zip(silent, apportioned(rest, [Decimal(1)] * len(silent), whole.currency), strict=True))
    whole_amounts = [filled[at] if amount is None else amount for at, amount in enumerate(amounts)]
    quantities = _quantities(whole, quantity, shares, whole_amounts)
    taxes = _taxes(whole, whole_amounts)
    return [
        Parted(amount=amount, quantity=each, tax=tax)
        for amount, each, tax in zip(whole_amounts, quantities, taxes, strict=True)
    ]


def remainder(whole: Whole, parts: Sequence[Parted]) -> tuple[Decimal, Decimal | None]:
    """What the parts leave of the line's amount and quantity; None of a quantity that the line does not have."""
    left = whole.amount - sum((part.amount for part in parts), ZERO)
    if whole.taken_quantity is None:
        return left, None
    return left, whole.taken_quantity - sum((part.quantity or ZERO for part in parts), ZERO)


def _amount_of(whole: Whole, quantity: Decimal | None, share: Share) -> Decimal | None:
    if share.amount is not None or share.quantity is None or not quantity:
        return share.amount
    if share.quantity == quantity:
        return whole.amount
    with localcontext(prec=80):
        return round_money(whole.amount * share.quantity / quantity, whole.currency)


def _quantities(
    whole: Whole, quantity: Decimal | None, shares: Sequence[Share], amounts: Sequence[Decimal]
) -> list[Decimal | None]:
    found = [share.quantity for share in shares]
    if quantity is None:
        return found
    silent = [at for at, each in enumerate(found) if each is None]
    for at in silent:
        with localcontext(prec=80):
            found[at] = round_quantity(quantity * amounts[at] / whole.amount) if whole.amount else ZERO
    if silent and sum(amounts, ZERO) == whole.amount:
        found[silent[-1]] = quantity - sum((each or ZERO for at, each in enumerate(found) if at != silent[-1]), ZERO)
    return found


def _taxes(whole: Whole, amounts: Sequence[Decimal]) -> list[Decimal]:
    """The tax by amount; where the parts leave something, so much of the tax stays with that."""
    if not whole.tax or not amounts:
        return [ZERO] * len(amounts)
    left = whole.amount - sum(amounts, ZERO)
    return apportioned(whole.tax, [*amounts, *([left] if left else [])], whole.currency)[: len(amounts)]
