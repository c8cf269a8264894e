"""What a line is worth, what invoices have taken from it, what is left, and for how long.

Every figure is a function of the set of documents: terms and allocations in, figures out, in whatever order they come.
Recomputing from scratch therefore always gives what is stored.

Pure. Amounts are in the currency of the line.

Source: O7, B1, B2, B3, B6.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Final

from models.values import (
    HUNDRED,
    PERCENT_DIGITS,
    PERCENT_PLACES,
    ZERO,
    percent_of,
    round_money,
    round_percent,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_DIGITS: Final = 80
"""Enough for a product of any two numbers that a line can carry, exactly."""

_LARGEST_PERCENT: Final = round_percent(Decimal(10) ** (PERCENT_DIGITS - PERCENT_PLACES) - Decimal("0.01"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTerms:
    """What was agreed for a line. Its tax is a percentage of the amount, or else an amount.

    A canceled line is worth nothing any more; what was already taken from it stays taken.
    """

    currency: str
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal = ZERO
    tax_percent: Decimal | None = None
    tax_amount: Decimal = ZERO
    is_tracked: bool = False
    is_canceled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """What an invoice, or a line of it, takes from the line: negative for a credit. The days are those it bills.

    `tax` is beside the amount, where balances count with it. `received` is what counts as received for it where that is
    not the amount; `reopens` is false of a credit that lowers the price only. `is_of_return` is true of the debit memo
    that a return has raised: what went back is known from the return. `is_paid`: nothing is open of its invoice.
    """

    invoice_id: int
    amount: Decimal
    quantity: Decimal | None = None
    tax: Decimal = ZERO
    charges: Decimal = ZERO
    discount: Decimal = ZERO
    paid: Decimal = ZERO
    received: Decimal | None = None
    reopens: bool = True
    is_approved: bool = False
    is_confirmed: bool = False
    is_invoiced: bool = False
    is_paid: bool = False
    is_of_return: bool = False
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """All that invoices take from a line's balance, summed up; the days from the first to the last that any bills."""

    amount: Decimal = ZERO
    invoices: int = 0
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """How fast a balance goes down, and the day on which nothing would be left; `basis`: from how many invoices.

    No day: not before the end of the calendar.
    """

    burn_per_day: Decimal
    runs_out_on: date | None
    basis: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What is left of a limit. `percent` is what is left, in percent of the limit."""

    limit: Decimal
    used: Decimal
    current: Decimal
    percent: Decimal
    is_exhausted: bool
    forecast: Forecast | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFigures:
    """The derived figures of a line. Only a tracked line has a balance."""

    amount: Decimal
    tax: Decimal
    used: Decimal
    invoices: int
    balance: Balance | None


def line_amount(quantity: Decimal, unit_price: Decimal, discount: Decimal, currency: str) -> Decimal:
    """Quantity times unit price, less the discount, rounded once, here.

    3 of 0.335 USD → 1.005 → 1.01.

    Source: O7.
    """
    with localcontext(prec=_DIGITS):
        return round_money(quantity * unit_price - discount, currency)


def line_tax(amount: Decimal, percent: Decimal | None, tax_amount: Decimal, currency: str) -> Decimal:
    """The tax entered on a line: the percentage of its amount, rounded once, here; without one, the amount of tax.

    19 % of 0.50 EUR → 0.095 → 0.10.

    Source: O5, B1.
    """
    if percent is None:
        return tax_amount
    with localcontext(prec=_DIGITS):
        return round_money(amount * percent / HUNDRED, currency)


def usage_of(allocations: Iterable[Allocation]) -> Usage:
    """The allocations of a line, each given once, summed up. Unrounded.

    An invoice that is allocated to the line twice is one invoice.

    Source: B1, B2.
    """
    given = list(allocations)
    if not given:
        return Usage()
    return Usage(
        amount=sum((each.amount + each.tax for each in given), ZERO),
        invoices=len({each.invoice_id for each in given}),
        first_day=min(each.first_day for each in given),
        last_day=max(each.last_day for each in given),
    )


def line_figures(terms: LineTerms, usage: Usage, counted: Decimal | None = None) -> LineFigures:
    """All figures of a line that follow from its terms and from what invoices take.

    `counted` is the part of its amount that still counts, where that is not all: of a line that was closed short, what
    was received; then the tax counts in proportion, rounded once, here.

    Worked: 10,000.00 USD, tracked; 2,000.00 for March and 600.00 for April → 7,400.00 left, 74.00 %.

    Source: O7, B1, B2, L3.
    """
    amount = line_amount(terms.quantity, terms.unit_price, terms.discount, terms.currency)
    tax = line_tax(amount, terms.tax_percent, terms.tax_amount, terms.currency)
    limit = ZERO if terms.is_canceled else _limit(amount, tax, amount if counted is None else counted, terms.currency)
    return LineFigures(
        amount=amount,
        tax=tax,
        used=usage.amount,
        invoices=usage.invoices,
        balance=_balance(limit, usage.amount, forecast(limit - usage.amount, usage, terms.currency))
        if terms.is_tracked
        else None,
    )


def percent_left(balance: Decimal, limit: Decimal) -> Decimal:
    """What is left, in percent of the limit, to two places; 0 where the limit is not above 0.

    7,400 of 10,000 → 74.00. At most 99,999.99 either way: a line overdrawn beyond that is no further off for a reader.

    Source: B1.
    """
    if limit <= 0:
        return ZERO
    return max(-_LARGEST_PERCENT, min(_LARGEST_PERCENT, percent_of(balance, limit)))


def is_below(balance: Decimal, limit: Decimal, percent: Decimal) -> bool:
    """Whether less than that percentage of the limit is left. Exact: 75.00 % of it is not below 75, a cent less is.

    Source: B3.
    """
    return balance * HUNDRED < limit * percent


def forecast(balance: Decimal, usage: Usage, currency: str) -> Forecast | None:
    """When a balance is used up, if invoices go on as they have; None when they have taken nothing, or gave back more.

    The burn per day is what invoices took, divided by the days from the first to the last that they bill, both counted.
    The run-out day is the last billed day plus as many days as the balance lasts at that pace, a part of a day counted
    as one: the day in whose course nothing is left. With an overdrawn balance it lies in the past. The run-out day
    follows from the exact pace; the burn per day is rounded once, here.

    Worked: 2,000.00 for March and 600.00 for April: 2,600.00 in 61 days, 42.62 a day. 7,400.00 last 173.6 days: the
    174th day after 2025-04-30 is 2025-10-21.

    Source: B6.
    """
    if usage.first_day is None or usage.last_day is None or usage.amount <= 0:
        return None
    days = (usage.last_day - usage.first_day).days + 1
    lasts = ceil(Fraction(balance) * days / Fraction(usage.amount))
    return Forecast(
        burn_per_day=round_money(usage.amount / days, currency),
        runs_out_on=_days_after(usage.last_day, lasts),
        basis=usage.invoices,
    )


def _limit(amount: Decimal, tax: Decimal, counted: Decimal, currency: str) -> Decimal:
    if counted == amount or not amount:
        return counted + tax
    with localcontext(prec=_DIGITS):
        return counted + round_money(tax * counted / amount, currency)


def _balance(limit: Decimal, used: Decimal, forecast: Forecast | None = None) -> Balance:
    current = limit - used
    return Balance(
        limit=limit,
        used=used,
        current=current,
        percent=percent_left(current, limit),
        is_exhausted=current <= 0,
        forecast=forecast,
    )


def _days_after(day: date, days: int) -> date | None:
    """The day so many days later, or earlier; None outside the calendar."""
    if date.min.toordinal() <= day.toordinal() + days <= date.max.toordinal():
        return day + timedelta(days=days)
    return None
