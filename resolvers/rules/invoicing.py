"""Which invoices count, and what an order's figures are once its lines are known.

Pure. Amounts are in the currency of the order.

Source: O1, O8, I2, I3, R2.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Final

from models.statuses import InvoiceStatus, LineStatus, OrderType
from models.values import (
    HUNDRED,
    MONEY_DIGITS,
    MONEY_PLACES,
    PERCENT_DIGITS,
    PERCENT_PLACES,
    ZERO,
    percent_of,
    round_money,
    round_percent,
)
from resolvers.rules.balances import percent_left

if TYPE_CHECKING:
    from collections.abc import Iterable

COUNTS_NOWHERE: Final = (
    InvoiceStatus.DRAFT,
    InvoiceStatus.SUSPECTED_DUPLICATE,
    InvoiceStatus.CONFIRMED_DUPLICATE,
    InvoiceStatus.REJECTED,
    InvoiceStatus.CANCELED,
)
"""An invoice in one of these takes nothing from any order. I2."""

INVOICED: Final = (InvoiceStatus.CONFIRMED, InvoiceStatus.PENDING_PAYMENT, InvoiceStatus.PAID)
"""From being confirmed on, an invoice is part of the invoiced amount; before, it is in process. I2."""

CHANGEABLE: Final = tuple(word for word in InvoiceStatus if word not in {InvoiceStatus.PAID, InvoiceStatus.CANCELED})
"""An invoice in one of these can be corrected or canceled: no money has gone out for it."""

MATCHABLE: Final = tuple(word for word in InvoiceStatus if word not in COUNTS_NOWHERE)
"""An invoice in one of these can be allocated to orders."""

LARGEST_FIGURE: Final = Decimal(10) ** (MONEY_DIGITS - MONEY_PLACES) - Decimal(1).scaleb(-MONEY_PLACES)
"""The largest sum that can be stored."""

_LARGEST_PERCENT: Final = round_percent(Decimal(10) ** (PERCENT_DIGITS - PERCENT_PLACES) - Decimal("0.01"))


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSums:
    """What an order's lines come to, and what was agreed for the order as a whole.

    `total` is of the lines that are not canceled, `billed` of all current allocations, `confirmed` of those among them
    whose invoice is confirmed. The balance sums are of the tracked lines; None where no line is tracked.
    """

    currency: str
    order_type: OrderType = OrderType.STANDARD
    minimum_spend: Decimal | None = None
    discount_percentage: Decimal | None = None
    total: Decimal = ZERO
    received: Decimal = ZERO
    billed: Decimal = ZERO
    confirmed: Decimal = ZERO
    paid: Decimal = ZERO
    released: Decimal = ZERO
    balance_limit: Decimal | None = None
    balance_used: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFigures:
    """The derived figures of an order, named as its columns. What does not apply to its type is None. O1."""

    total_amount: Decimal
    discount_amount: Decimal | None
    net_amount: Decimal
    released_amount: Decimal | None
    received_amount: Decimal | None
    received_percent: Decimal | None
    invoiced_amount: Decimal | None
    in_process_invoiced_amount: Decimal | None
    billed_amount: Decimal | None
    billed_percent: Decimal | None
    amount_paid: Decimal | None
    remaining_balance: Decimal | None
    outstanding_payable: Decimal | None
    balance_limit: Decimal | None
    balance_used: Decimal | None
    balance_current: Decimal | None
    balance_percent: Decimal | None


def is_canceled(status: LineStatus) -> bool:
    """Whether the line counts in no total and has no limit any more. O7."""
    return status is LineStatus.CLOSED_CANCELED


def order_figures(sums: OrderSums) -> OrderFigures:
    """All figures of an order that follow from the sums over its lines and invoices.

    Charges and discounts of invoices beyond their lines are not known yet, so that what is due for the order is its
    total less what was paid.

    Source: O1, O8, I2, I3, R2, B1.
    """
    standard = sums.order_type is OrderType.STANDARD
    discount = spend_discount(sums) if standard else None
    limit, used = sums.balance_limit, sums.balance_used
    balance = None if limit is None or used is None else limit - used
    return OrderFigures(
        total_amount=sums.total,
        discount_amount=discount,
        net_amount=sums.total - (discount or ZERO),
        released_amount=None if standard else sums.released,
        received_amount=sums.received if standard else None,
        received_percent=share(sums.received, sums.total) if standard else None,
        invoiced_amount=sums.confirmed if standard else None,
        in_process_invoiced_amount=sums.billed - sums.confirmed if standard else None,
        billed_amount=sums.billed if standard else None,
        billed_percent=share(sums.billed, sums.total) if standard else None,
        amount_paid=sums.paid if standard else None,
        remaining_balance=sums.total - sums.paid if standard else None,
        outstanding_payable=sums.confirmed - sums.paid if standard else None,
        balance_limit=limit,
        balance_used=used,
        balance_current=balance,
        balance_percent=None if balance is None or limit is None else percent_left(balance, limit),
    )


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
        return max(-_LARGEST_PERCENT, min(_LARGEST_PERCENT, percent_of(part, whole)))


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
