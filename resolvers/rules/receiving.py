"""How much of a line was received: from one driver, which decides all of quantity, amount and percentage.

Pure. Amounts are in the currency of the line.

Source: L3, R1, R2, R3, R4, R5.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import Enum, auto
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from models.statuses.orders import AcknowledgmentType, ProductType
from models.values import HUNDRED, ZERO, round_money
from resolvers.rules.invoicing import Worth, bounded_percent, bounded_quantity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from resolvers.rules.invoicing import Billing


class Driver(Enum):
    """What tells how much of a line was received; never two of these at a time. R1."""

    RECEIPTS = auto()
    MILESTONES = auto()
    APPROVED_INVOICES = auto()
    CONFIRMED_INVOICES = auto()


SERVICES: Final = {
    AcknowledgmentType.MILESTONES: Driver.MILESTONES,
    AcknowledgmentType.SERVICE_ACKNOWLEDGMENT: Driver.APPROVED_INVOICES,
    AcknowledgmentType.TWO_WAY_MATCH: Driver.CONFIRMED_INVOICES,
    None: Driver.CONFIRMED_INVOICES,
}
"""What drives a service, by how it is acknowledged. R1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptEntry:
    """What a posted receipt, or return, says of the line."""

    quantity: Decimal
    accepted: Decimal
    rejected: Decimal
    is_return: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """Posted receipts and returns of a line, and its completed milestones, summed up."""

    receipts: int = 0
    quantity: Decimal = ZERO
    accepted: Decimal = ZERO
    rejected: Decimal = ZERO
    returned: Decimal = ZERO
    milestone_amount: Decimal = ZERO
    milestone_percent: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedLine:
    """What was agreed for a line, as far as receiving goes by it."""

    currency: str
    product_type: ProductType
    acknowledgment_type: AcknowledgmentType | None
    worth: Worth
    is_closed: bool = False
    is_canceled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """How much of a line was received, and what of it still counts.

    `counted` is the line itself; what was received, where it was closed short; nothing, where it was canceled.
    Complete: all that counts, and something does. Returned: all that counted was there and went back.
    """

    quantity: Decimal
    amount: Decimal
    percent: Decimal
    quantity_percent: Decimal
    counted: Worth
    is_complete: bool
    is_returned: bool


def arrivals_of(
    entries: Iterable[ReceiptEntry], milestones: Iterable[tuple[Decimal | None, Decimal | None]]
) -> Arrivals:
    """Posted receipts and returns of a line, each given once, and amount or percentage of its completed milestones.

    Source: R3, R4, R5.
    """
    given, done = list(entries), list(milestones)
    came = [entry for entry in given if not entry.is_return]
    return Arrivals(
        receipts=len(came),
        quantity=sum((entry.quantity for entry in came), ZERO),
        accepted=sum((entry.accepted for entry in came), ZERO),
        rejected=sum((entry.rejected for entry in came), ZERO),
        returned=sum((entry.quantity for entry in given if entry.is_return), ZERO),
        milestone_amount=sum((amount for amount, _ in done if amount is not None), ZERO),
        milestone_percent=sum((percent for _, percent in done if percent is not None), ZERO),
    )


def driver_of(line: ReceivedLine, arrivals: Arrivals) -> Driver:
    """What tells how much was received: of goods the receipts, as soon as there is one.

    Source: R1.
    """
    if line.product_type is ProductType.GOOD:
        return Driver.RECEIPTS if arrivals.receipts else Driver.CONFIRMED_INVOICES
    if line.product_type is ProductType.SERVICE:
        return SERVICES[line.acknowledgment_type]
    return Driver.CONFIRMED_INVOICES


def received(line: ReceivedLine, arrivals: Arrivals, billing: Billing) -> Received:
    """Quantity, amount and percentage received: the same part of each, so that a complete line shows exactly its
    quantity, its amount and 100. Rounded once each, here.

    Worked: 10 × 120.00, a receipt of 4 → 4, 480.00, 40 %. 50 × 8.00 without receipts, an invoice line of 320.00
    confirmed → 40, 320.00, 80 %.

    Source: R1, L3.
    """
    part, there = _parts_received(line, arrivals, billing)
    own = Worth(
        quantity=bounded_quantity(_times(line.worth.quantity, part)),
        amount=round_money(_times(line.worth.amount, part), line.currency),
    )
    counted, whole = line.worth, Fraction(1)
    if line.is_canceled:
        counted, whole = Worth(quantity=ZERO, amount=ZERO), Fraction(0)
    elif line.is_closed:
        counted, whole = own, part
    percent = bounded_percent(_times(HUNDRED, part / whole)) if whole else ZERO
    return Received(
        quantity=own.quantity,
        amount=own.amount,
        percent=percent,
        quantity_percent=percent,
        counted=counted,
        is_complete=part > 0 and part >= whole > 0,
        is_returned=arrivals.returned > 0 and part <= 0 and not line.is_canceled and (line.is_closed or there >= 1),
    )


def _parts_received(line: ReceivedLine, arrivals: Arrivals, billing: Billing) -> tuple[Fraction, Fraction]:
    """Which part of the line was received and is there, and which was ever there. Unrounded."""
    returned = _of(arrivals.returned, line.worth.quantity)
    match driver_of(line, arrivals):
        case Driver.RECEIPTS:
            came = _of(arrivals.quantity, line.worth.quantity)
        case Driver.MILESTONES:
            percent = Fraction(arrivals.milestone_percent) / 100
            return (both := _of(arrivals.milestone_amount, line.worth.amount) + percent), both
        case Driver.APPROVED_INVOICES:
            came = _billed(billing.on_approval, billing.on_approval_quantity, line.worth)
        case Driver.CONFIRMED_INVOICES:
            came = _billed(billing.on_confirmation, billing.on_confirmation_quantity, line.worth)
    return came - returned, came


def _billed(amount: Decimal, quantity: Decimal, worth: Worth) -> Fraction:
    """By amount; a line for nothing goes by quantity."""
    return _of(amount, worth.amount) if worth.amount else _of(quantity, worth.quantity)


def _of(part: Decimal, whole: Decimal) -> Fraction:
    return Fraction(part) / Fraction(whole) if whole else Fraction(0)


def _times(whole: Decimal, part: Fraction) -> Decimal:
    """A part of it, to far more places than anything is rounded to; exactly, where it is that many or fewer."""
    with localcontext(prec=120):
        return whole * part.numerator / part.denominator
