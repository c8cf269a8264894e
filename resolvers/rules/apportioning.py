"""What an invoice comes to on each order line it is allocated to: its charges, its discount, what was paid for it, and
how far people have gone with it.

Pure. Amounts are in the currency of the invoice. Parts always add up to the whole.

Source: I1, I2, I3.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from models.statuses.invoices import InvoiceLineStatus, InvoiceStatus
from models.values import MINOR_UNITS, ZERO
from resolvers.rules.invoicing import INVOICED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_WIDE: Final = Context(prec=80)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """How far people have gone with an invoice line, or with an invoice that is allocated as a whole.

    Both moments may be there: a line that was approved and then confirmed is both.
    """

    approved: bool = False
    confirmed: bool = False
    rejected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceDocument:
    """What an invoice says beyond its lines, and what was paid for it.

    `total` is what there is to pay for it, whatever balances count with. `unplaced` is the amount of its lines that
    belongs to no order line: these bear their share of charges, discount and payments, too.
    """

    currency: str
    status: InvoiceStatus
    total: Decimal = ZERO
    charges: Decimal = ZERO
    discount: Decimal = ZERO
    paid: Decimal = ZERO
    unplaced: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A current allocation; the whole invoice's, or of one line of it. In the order of the order lines' keys."""

    id: int
    amount: Decimal
    tax: Decimal = ZERO
    is_whole: bool = True
    decided: Decided = Decided()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The derived columns of an allocation, named as these."""

    is_approved: bool
    is_confirmed: bool
    is_invoiced: bool
    is_paid: bool
    charges_amount: Decimal
    discount_amount: Decimal
    paid_amount: Decimal


def settled(document: InvoiceDocument, allocations: Sequence[Taken]) -> list[Settled]:
    """What each allocation of an invoice bears of the whole, in the order given.

    An allocation of the whole invoice contains charges and discount already. Allocations of lines bear them by amount,
    whatever its sign; payments are borne by what each comes to with tax, charges and discount, so that an invoice that
    is paid in full has paid every allocation in full. Confirmed allocations are paid once nothing of the invoice is
    open: where balances count before tax, an allocation comes to less than what there is to pay for it.

    Worked: lines of 60.00 and 40.00, charges of 10.00, paid 55.00 → charges 6.00 and 4.00, paid 33.00 and 22.00.

    Source: I2, I3.
    """
    by_amount = [ZERO if each.is_whole else abs(each.amount) for each in allocations]
    lines = any(not each.is_whole for each in allocations)
    unplaced = document.unplaced if lines else ZERO
    charges, discounts = (
        _parts(whole, [*by_amount, abs(unplaced)], document.currency) if lines else [ZERO] * len(allocations)
        for whole in (document.charges, document.discount)
    )
    owed = [
        each.amount + each.tax + charge - discount
        for each, charge, discount in zip(allocations, charges, discounts, strict=False)
    ]
    rest = document.charges - sum(charges[: len(owed)], ZERO) - document.discount + sum(discounts[: len(owed)], ZERO)
    paid = _parts(document.paid, [*owed, *([unplaced + rest] if lines else [])], document.currency)
    invoiced, nothing_open = document.status in INVOICED, document.paid == document.total
    return [
        Settled(
            is_approved=each.decided.approved and not each.decided.rejected,
            is_confirmed=each.decided.confirmed and not each.decided.rejected,
            is_invoiced=invoiced,
            is_paid=nothing_open and each.decided.confirmed and not each.decided.rejected,
            charges_amount=charge,
            discount_amount=discount,
            paid_amount=part,
        )
        for each, charge, discount, part in zip(allocations, charges, discounts, paid, strict=False)
    ]


def decided_on_line(status: InvoiceLineStatus, *, approved: bool, confirmed: bool, rejected: bool) -> Decided:
    """How far people have gone with a line: by its word, which tells the latest, and by the moments that it keeps.

    Source: I1.
    """
    return Decided(
        approved=approved or status is InvoiceLineStatus.APPROVED,
        confirmed=confirmed or status is InvoiceLineStatus.CONFIRMED,
        rejected=rejected or status is InvoiceLineStatus.REJECTED,
    )


def decided_on_invoice(status: InvoiceStatus, *, approved: bool, confirmed: bool, rejected: bool) -> Decided:
    """The same of an invoice that is allocated as a whole.

    Source: I1.
    """
    return Decided(
        approved=approved or status is InvoiceStatus.APPROVED,
        confirmed=confirmed or status in INVOICED,
        rejected=rejected or status is InvoiceStatus.REJECTED,
    )


def apportioned(total: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """The total in parts by weight, in whole minor units where the total is; the parts add up to it exactly.

    Largest remainder: each part is rounded down, and the minor units left over go to the parts that lost most, the
    earlier first. Weights may be negative, for an invoice may take something off in one of its lines: then a part is
    negative, too. Weights that come to nothing weigh by their size; where they are all nothing, equally.

    10.00 by 60:40 → 6.00, 4.00. 80.00 by 100:-20 → 100.00, -20.00.

    Source: I2, I3.
    """
    if not weights:
        return []
    if not sum(weights):
        weights = [abs(weight) for weight in weights] if any(weights) else [Decimal(1)] * len(weights)
    whole = Fraction(sum(weights, ZERO))
    unit = Decimal(1).scaleb(-MINOR_UNITS[currency])
    exact = [Fraction(total) * Fraction(weight) / whole / Fraction(unit) for weight in weights]
    parts = [share.numerator // share.denominator for share in exact]
    units = total / unit
    whole_units = int(units.to_integral_value(rounding=ROUND_FLOOR, context=_WIDE))
    by_loss = sorted(range(len(parts)), key=lambda at: (parts[at] - exact[at], at))
    for at in by_loss[: whole_units - sum(parts)]:
        parts[at] += 1
    result = [part * unit for part in parts]
    result[by_loss[0]] += (units - whole_units) * unit  # an amount finer than the minor unit, which no rule lets in
    return result


def _parts(total: Decimal, weights: Iterable[Decimal], currency: str) -> list[Decimal]:
    """The parts; nothing each, where there is nothing."""
    given = list(weights)
    return apportioned(total, given, currency) if total else [ZERO] * len(given)
