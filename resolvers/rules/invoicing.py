"""Which invoices count, how much of a line they bill, and what an order's figures are once its lines are known.

Pure. Amounts are in the currency of the order.

Source: O1, O8, I2, I3, R2.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Final

from models.statuses.invoices import InvoiceStatus
from models.statuses.orders import OrderType
from models.values import (
    HUNDRED,
    MONEY_DIGITS,
    MONEY_PLACES,
    PERCENT_DIGITS,
    PERCENT_PLACES,
    QUANTITY_DIGITS,
    QUANTITY_PLACES,
    ZERO,
    round_money,
    round_percent,
    round_quantity,
)
from resolvers.rules.balances import percent_left

if TYPE_CHECKING:
    from collections.abc import Iterable

    from resolvers.rules.balances import Allocation

COUNTS_NOWHERE: Final = (
    InvoiceStatus.DRAFT,
    InvoiceStatus.SUSPECTED_DUPLICATE,
    InvoiceStatus.CONFIRMED_DUPLICATE,
    InvoiceStatus.REJECTED,
    InvoiceStatus.CANCELED,
)
"""An invoice in one of these takes nothing from any order. I2."""

DUPLICATES: Final = (InvoiceStatus.SUSPECTED_DUPLICATE, InvoiceStatus.CONFIRMED_DUPLICATE)
"""An invoice in one of these has a number that is another's: nobody means it by that number. I6."""

INVOICED: Final = (InvoiceStatus.CONFIRMED, InvoiceStatus.PENDING_PAYMENT, InvoiceStatus.PAID)
"""From being confirmed on, an invoice is part of the invoiced amount; before, it is in process. I2."""

DECIDED_ON: Final = (InvoiceStatus.PENDING_APPROVAL, InvoiceStatus.APPROVED, InvoiceStatus.CONFIRMED)
"""People have gone through an invoice in one of these; where it changes they have to do so again. I1."""

CHANGEABLE: Final = tuple(word for word in InvoiceStatus if word not in {InvoiceStatus.PAID, InvoiceStatus.CANCELED})
"""An invoice in one of these can be corrected or canceled: no money has gone out for it."""

MATCHABLE: Final = tuple(word for word in InvoiceStatus if word not in COUNTS_NOWHERE)
"""An invoice in one of these can be allocated to orders."""

LARGEST_FIGURE: Final = Decimal(10) ** (MONEY_DIGITS - MONEY_PLACES) - Decimal(1).scaleb(-MONEY_PLACES)
"""The largest sum that can be stored."""

_LARGEST_PERCENT: Final = round_percent(Decimal(10) ** (PERCENT_DIGITS - PERCENT_PLACES) - Decimal("0.01"))
_LARGEST_QUANTITY: Final = Decimal(10) ** (QUANTITY_DIGITS - QUANTITY_PLACES) - Decimal(1).scaleb(-QUANTITY_PLACES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """A quantity and what it is worth: of a line as agreed, or of what of it still counts."""

    quantity: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Billing:
    """What current allocations say of a line beside its balance, summed up; two of these can be added.

    `amount` is all of it, `price_only` the part that credits take off the price alone, `measured` the part that comes
    with a quantity, and `quantity` that quantity; the latter two without what lowers prices only. The same of what is
    confirmed. `on_confirmation` and `on_approval` are what counts as received where invoices drive receiving, with the
    quantities that came with it. `unpaid` is how many of what is confirmed are of invoices of which something is open.

    Source: I1, I2, R1.
    """

    amount: Decimal = ZERO
    price_only: Decimal = ZERO
    measured: Decimal = ZERO
    quantity: Decimal = ZERO
    confirmed: Decimal = ZERO
    confirmed_price_only: Decimal = ZERO
    confirmed_measured: Decimal = ZERO
    confirmed_quantity: Decimal = ZERO
    on_confirmation: Decimal = ZERO
    on_confirmation_quantity: Decimal = ZERO
    on_approval: Decimal = ZERO
    on_approval_quantity: Decimal = ZERO
    unpaid: int = 0
    paid: Decimal = ZERO

    def __add__(self, other: Billing) -> Billing:
        return Billing(**{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Billed:
    """How much of a line is billed. In full: all that counts of it, by amount or by quantity; paid in full is what is
    confirmed of it, where nothing is open of any of these invoices. I3.
    """

    quantity: Decimal
    percent: Decimal
    quantity_percent: Decimal
    is_confirmed_in_full: bool
    is_paid_in_full: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSums:
    """What an order's lines and invoices come to, and what was agreed for the order as a whole.

    `total` and `received` are of the lines, as far as these count. `billed` is of all current allocations, `price_only`
    what credits among these take off prices alone. `claimed` is what they come to with tax, charges and discounts,
    `invoiced` the part of it whose invoice is confirmed, with the `charges` and `discounts` in that. The percentages of
    quantities are the lines' own, each multiplied by what its line is worth, summed up; the means are the plain ones
    over the lines, for orders that are worth nothing. The balance sums are of the tracked lines; None where no line is
    tracked.
    """

    currency: str
    order_type: OrderType = OrderType.STANDARD
    minimum_spend: Decimal | None = None
    discount_percentage: Decimal | None = None
    total: Decimal = ZERO
    received: Decimal = ZERO
    billed: Decimal = ZERO
    price_only: Decimal = ZERO
    claimed: Decimal = ZERO
    invoiced: Decimal = ZERO
    charges: Decimal = ZERO
    discounts: Decimal = ZERO
    paid: Decimal = ZERO
    released: Decimal = ZERO
    received_quantity_weighted: Decimal = ZERO
    billed_quantity_weighted: Decimal = ZERO
    received_mean: Decimal = ZERO
    billed_mean: Decimal = ZERO
    balance_limit: Decimal | None = None
    balance_used: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFigures:
    """The derived figures of an order, named as its columns. What does not apply to its type is None. O1."""

    total_amount: Decimal
    discount_amount: Decimal | None = None
    net_amount: Decimal
    released_amount: Decimal | None = None
    received_amount: Decimal | None = None
    received_percent: Decimal | None = None
    received_quantity_percent: Decimal | None = None
    invoiced_amount: Decimal | None = None
    in_process_invoiced_amount: Decimal | None = None
    other_charges_amount: Decimal | None = None
    invoice_discount_amount: Decimal | None = None
    billed_amount: Decimal | None = None
    billed_percent: Decimal | None = None
    billed_quantity_percent: Decimal | None = None
    amount_paid: Decimal | None = None
    remaining_balance: Decimal | None = None
    outstanding_payable: Decimal | None = None
    balance_limit: Decimal | None
    balance_used: Decimal | None
    balance_current: Decimal | None
    balance_percent: Decimal | None


def billing_of(allocations: Iterable[Allocation]) -> Billing:
    """The current allocations of a line, each given once, summed up. Unrounded.

    Source: B2, I1, I2, R1.
    """
    return sum((_billing(each) for each in allocations), Billing())


def _billing(each: Allocation) -> Billing:
    counts, confirmed, approved = each.reopens, each.is_confirmed, each.is_approved
    amount, price_only = each.amount, ZERO if counts else each.amount
    measured = each.amount if counts and each.quantity is not None else ZERO
    quantity = (each.quantity or ZERO) if counts else ZERO
    received = (each.amount if each.received is None else each.received) if counts else ZERO
    arrives = not each.is_of_return
    return Billing(
        amount=amount,
        price_only=price_only,
        measured=measured,
        quantity=quantity,
        confirmed=_if(confirmed, amount),
        confirmed_price_only=_if(confirmed, price_only),
        confirmed_measured=_if(confirmed, measured),
        confirmed_quantity=_if(confirmed, quantity),
        on_confirmation=_if(confirmed and arrives, received),
        on_confirmation_quantity=_if(confirmed and arrives, quantity),
        on_approval=_if(approved and arrives, received),
        on_approval_quantity=_if(approved and arrives, quantity),
        unpaid=int(confirmed and not each.is_paid),
        paid=each.paid,
    )


def _if(holds: bool, amount: Decimal) -> Decimal:  # noqa: FBT001 - reads as it is written
    return amount if holds else ZERO


def billed(billing: Billing, line: Worth, counted: Worth) -> Billed:
    """How much of a line is billed, in percent of what counts of it. A line for nothing goes by quantity.

    An amount that came without a quantity stands for the part of the line that it is worth. A credit that lowers the
    price only leaves the quantity and the percentages where they are.

    Worked: 10 × 500.00 billed in full; then a credit of 5 that reopens: 5, 50 %; or one on the price alone: 10, 100 %.

    Source: I2, R1.
    """
    amount = billing.amount - billing.price_only
    confirmed_amount = billing.confirmed - billing.confirmed_price_only
    quantity = _quantity(billing.quantity, amount - billing.measured, line)
    confirmed = _quantity(billing.confirmed_quantity, confirmed_amount - billing.confirmed_measured, line)
    return Billed(
        quantity=quantity,
        percent=share_invoiced(amount, counted.amount, quantity, counted.quantity),
        quantity_percent=share(quantity, counted.quantity),
        is_confirmed_in_full=_is_full(confirmed, counted.quantity) or _is_full(confirmed_amount, counted.amount),
        is_paid_in_full=not billing.unpaid,
    )


def _quantity(measured: Decimal, unmeasured: Decimal, line: Worth) -> Decimal:
    """The quantities that were given, and the amounts without one in proportion to the line, rounded once, here."""
    with localcontext(prec=80):
        more = unmeasured * line.quantity / line.amount if line.amount else ZERO
        return bounded_quantity(measured + more)


def _is_full(part: Decimal, whole: Decimal) -> bool:
    return whole > 0 and part >= whole


def order_figures(sums: OrderSums) -> OrderFigures:
    """All figures of an order that follow from the sums over its lines and invoices.

    Worked: lines of 5,000.00 invoiced, with charges of 120.00 and a discount of 250.00 → invoiced 4,870.00.

    Source: O1, O8, I2, I3, R2, B1.
    """
    limit, used = sums.balance_limit, sums.balance_used
    balance = None if limit is None or used is None else limit - used
    percent = None if balance is None or limit is None else percent_left(balance, limit)
    if sums.order_type is not OrderType.STANDARD:
        return OrderFigures(
            total_amount=sums.total,
            net_amount=sums.total,
            released_amount=sums.released,
            balance_limit=limit,
            balance_used=used,
            balance_current=balance,
            balance_percent=percent,
        )
    discount = spend_discount(sums)
    return OrderFigures(
        total_amount=sums.total,
        discount_amount=discount,
        net_amount=sums.total - discount,
        received_amount=sums.received,
        received_percent=_share(sums.received, sums.total, sums.received_mean),
        received_quantity_percent=_mean(sums.received_quantity_weighted, sums.total, sums.received_mean),
        invoiced_amount=sums.invoiced,
        in_process_invoiced_amount=sums.claimed - sums.invoiced,
        other_charges_amount=sums.charges,
        invoice_discount_amount=sums.discounts,
        billed_amount=sums.billed,
        billed_percent=_share(sums.billed - sums.price_only, sums.total, sums.billed_mean),
        billed_quantity_percent=_mean(sums.billed_quantity_weighted, sums.total, sums.billed_mean),
        amount_paid=sums.paid,
        remaining_balance=sums.total + sums.charges - sums.discounts - sums.paid,
        outstanding_payable=sums.invoiced - sums.paid,
        balance_limit=limit,
        balance_used=used,
        balance_current=balance,
        balance_percent=percent,
    )


def _share(part: Decimal, whole: Decimal, mean: Decimal) -> Decimal:
    """The share; of an order that is worth nothing, the mean of its lines."""
    return share(part, whole) if whole else bounded_percent(mean)


def _mean(weighted: Decimal, weights: Decimal, plain: Decimal) -> Decimal:
    """The mean of percentages weighted by amounts, rounded once, here; the plain one where all weigh nothing."""
    with localcontext(prec=80):
        return bounded_percent(weighted / weights if weights else plain)


def spend_discount(sums: OrderSums) -> Decimal:
    """The discount for reaching the minimum spend, rounded once, here; nothing below it, or where none was agreed.

    5 % from 10,000.00 on: 9,999.99 → 0; 10,000.00 → 500.00.

    Source: O8.
    """
    if sums.discount_percentage is None or sums.total < (sums.minimum_spend or ZERO):
        return ZERO
    with localcontext(prec=80):
        return round_money(sums.total * sums.discount_percentage / HUNDRED, sums.currency)


def share(part: Decimal, whole: Decimal) -> Decimal:
    """How many percent of the whole it is, to two places; 0 where the whole is 0.

    At most 99,999.99 either way: what is further off is no further off for a reader.

    Source: R1.
    """
    with localcontext(prec=80):
        return bounded_percent(part * HUNDRED / whole) if whole else ZERO


def bounded_percent(percent: Decimal) -> Decimal:
    """The percentage to two places, and at most 99,999.99 either way."""
    return max(-_LARGEST_PERCENT, min(_LARGEST_PERCENT, round_percent(percent)))


def bounded_quantity(quantity: Decimal) -> Decimal:
    """The quantity to six places; at most the largest that can be stored, either way: one that follows from an amount
    at a tiny price is no further off for a reader.

    Source: R1.
    """
    return max(-_LARGEST_QUANTITY, min(_LARGEST_QUANTITY, round_quantity(quantity)))


def share_invoiced(amount: Decimal, line_amount: Decimal, quantity: Decimal, line_quantity: Decimal) -> Decimal:
    """How much of a line is invoiced, in percent: by amount; a line for nothing goes by quantity.

    Source: R1.
    """
    return share(amount, line_amount) if line_amount else share(quantity, line_quantity)


def fits(figures: Iterable[Decimal | None]) -> bool:
    """Whether all of these sums can be stored."""
    return all(figure is None or abs(figure) <= LARGEST_FIGURE for figure in figures)


def status_after(status: InvoiceStatus, *, allocated: bool) -> InvoiceStatus:
    """Where an invoice stands once it is allocated, or no longer is. One that people have moved on stays there.

    Source: I1, M9b.
    """
    if status not in {InvoiceStatus.RECEIVED, InvoiceStatus.MATCHED}:
        return status
    return InvoiceStatus.MATCHED if allocated else InvoiceStatus.RECEIVED
