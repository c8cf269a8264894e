"""What is left on a line and on an order, whatever order the documents come in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from resolvers.rules.balances import (
    Allocation,
    Balance,
    Forecast,
    LineTerms,
    Usage,
    forecast,
    is_below,
    line_amount,
    line_figures,
    line_tax,
    percent_left,
    usage_of,
)
from tests import strategies

if TYPE_CHECKING:
    import random

    from resolvers.rules.balances import LineFigures


def make_terms(unit_price: str = "10000", **changes: Any) -> LineTerms:
    """One piece at this price, tracked, without tax."""
    terms = LineTerms(currency="USD", quantity=Decimal(1), unit_price=Decimal(unit_price), is_tracked=True)
    return replace(terms, **changes)


def taken(amount: str, month: int = 3, invoice_id: int | None = None, quantity: str | None = None) -> Allocation:
    """What the invoice of a month of 2025 takes; April has its 30 days, all others count 28."""
    return Allocation(
        invoice_id=invoice_id or month,
        amount=Decimal(amount),
        quantity=None if quantity is None else Decimal(quantity),
        first_day=date(2025, month, 1),
        last_day=date(2025, month, 30 if month == 4 else 28),
    )


def figures(*allocations: Allocation, **terms: Any) -> LineFigures:
    """The figures of a line with these allocations."""
    return line_figures(make_terms(**terms), usage_of(allocations))


def balance(*allocations: Allocation, **terms: Any) -> Balance:
    """The balance of a tracked line with these allocations."""
    found = figures(*allocations, **terms).balance
    assert found is not None
    return found


# Amounts, tax, limit.


@pytest.mark.parametrize(
    ("quantity", "price", "discount", "currency", "amount"),
    [
        ("1", "10000", "0", "USD", "10000.00"),
        ("3", "0.335", "0", "USD", "1.01"),
        ("3", "0.335", "0.005", "USD", "1.00"),
        ("2.5", "1.25", "0", "USD", "3.13"),
        ("3", "0.5", "0", "JPY", "2"),
        ("0", "5", "0", "USD", "0.00"),
        ("0.000001", "0.005", "0", "USD", "0.00"),
        ("12345678901234.567891", "98765432109876.543211", "0", "USD", "1219326311370217952348574912.12"),
    ],
)
def test_an_amount_is_quantity_times_price_less_discount_rounded_once(
    quantity: str, price: str, discount: str, currency: str, amount: str
):
    assert str(line_amount(Decimal(quantity), Decimal(price), Decimal(discount), currency)) == amount


def test_the_tax_is_a_percentage_of_the_amount_or_an_amount():
    assert line_tax(Decimal("0.50"), Decimal(19), Decimal(7), "EUR") == Decimal("0.10")
    assert line_tax(Decimal("0.50"), None, Decimal(7), "EUR") == Decimal(7)
    assert line_tax(Decimal("0.50"), Decimal(0), Decimal(7), "EUR") == Decimal(0)


def test_the_tax_of_an_amount_beyond_all_limits_is_exact_too():
    tax = line_tax(Decimal("1234567890123456789012345678.91"), Decimal(10), Decimal(0), "USD")

    assert tax == Decimal("123456789012345678901234567.89")


def test_the_limit_holds_the_tax_entered_on_the_line():
    by_percent, by_amount = figures(tax_percent=Decimal(19)), figures(tax_amount=Decimal(50))

    assert (by_percent.amount, by_percent.tax) == (Decimal(10000), Decimal(1900))
    assert by_percent.balance is not None
    assert by_percent.balance.limit == Decimal(11900)
    assert by_amount.balance is not None
    assert by_amount.balance.limit == Decimal(10050)


# Balances.


def test_a_balance_is_the_limit_less_all_that_invoices_take():
    left = balance(taken("2000", 3), taken("600", 4))

    assert (left.limit, left.used, left.current, left.percent) == (
        Decimal(10000),
        Decimal(2600),
        Decimal(7400),
        Decimal(74),
    )
    assert not left.is_exhausted


def test_a_credit_raises_the_balance():
    assert balance(taken("2000"), taken("-500", 4)).current == Decimal(8500)


@pytest.mark.parametrize(
    ("used", "current", "exhausted"), [("99.99", "0.01", False), ("100", "0", True), ("400", "-300", True)]
)
def test_a_line_is_exhausted_when_nothing_is_left(used: str, current: str, *, exhausted: bool):
    left = balance(taken(used), unit_price="100")

    assert left.current == Decimal(current)
    assert left.is_exhausted is exhausted


def test_a_line_that_is_not_tracked_has_no_balance_but_knows_what_was_taken():
    untracked = figures(taken("2000", quantity="3"), taken("500", 4), is_tracked=False)

    assert untracked.balance is None
    assert (untracked.used, untracked.invoices) == (Decimal(2500), 2)


def test_a_line_without_invoices_has_its_whole_limit_left():
    assert balance() == Balance(
        limit=Decimal(10000), used=Decimal(0), current=Decimal(10000), percent=Decimal(100), is_exhausted=False
    )


def test_a_canceled_line_is_worth_nothing_but_what_was_taken_stays_taken():
    canceled = figures(taken("2000"), is_canceled=True)

    assert canceled.amount == Decimal(10000)
    assert canceled.balance is not None
    assert (canceled.balance.limit, canceled.balance.current) == (Decimal(0), Decimal(-2000))


def test_an_invoice_with_two_allocations_on_a_line_is_one_invoice():
    assert usage_of([taken("10", invoice_id=1), taken("20", invoice_id=1), taken("30", invoice_id=2)]).invoices == 2


def test_two_invoices_alike_are_two_invoices():
    assert balance(taken("10", invoice_id=1), taken("10", invoice_id=2)).used == Decimal(20)


# Percentages and thresholds.


@pytest.mark.parametrize(
    ("left", "limit", "percent"),
    [
        ("7400", "10000", "74.00"),
        ("1", "3", "33.33"),
        ("-300", "100", "-300.00"),
        ("0", "0", "0"),
        ("50", "0", "0"),
        ("-50", "-10", "0"),
        ("-1000000", "1", "-99999.99"),
        ("1000000", "1", "99999.99"),
    ],
)
def test_what_is_left_in_percent_of_the_limit(left: str, limit: str, percent: str):
    assert percent_left(Decimal(left), Decimal(limit)) == Decimal(percent)


@pytest.mark.parametrize(
    ("left", "limit", "below"),
    [
        ("7500.00", "10000", False),
        ("7499.99", "10000", True),
        ("7499999.99", "10000000", True),  # 75.00 % when rounded
        ("0", "0", False),
        ("-1", "0", True),
    ],
)
def test_a_threshold_is_crossed_below_it_exactly(left: str, limit: str, *, below: bool):
    assert is_below(Decimal(left), Decimal(limit), Decimal(75)) is below


# Forecast.


def test_the_forecast_goes_on_at_the_pace_so_far():
    left = balance(
        Allocation(invoice_id=1, amount=Decimal(2000), first_day=date(2025, 3, 1), last_day=date(2025, 3, 31)),
        taken("600", 4),
    )

    assert left.forecast == Forecast(burn_per_day=Decimal("42.62"), runs_out_on=date(2025, 10, 21), basis=2)


def test_ten_a_day_for_ten_days_leave_a_hundred_for_ten_more_days():
    used = Usage(amount=Decimal(100), invoices=1, first_day=date(2025, 3, 1), last_day=date(2025, 3, 10))

    def runs_out_on(left: str) -> date | None:
        found = forecast(Decimal(left), used, "USD")
        assert found is not None
        assert found.burn_per_day == Decimal(10)
        return found.runs_out_on

    assert runs_out_on("100") == date(2025, 3, 20)
    assert runs_out_on("100.01") == date(2025, 3, 21)
    assert runs_out_on("0") == date(2025, 3, 10)
    assert runs_out_on("-50") == date(2025, 3, 5)


def test_the_run_out_day_follows_from_the_exact_pace_not_from_the_rounded_one():
    slow = Usage(amount=Decimal("0.01"), invoices=1, first_day=date(2025, 1, 1), last_day=date(2025, 1, 10))

    assert forecast(Decimal("0.10"), slow, "USD") == Forecast(
        burn_per_day=Decimal("0.00"), runs_out_on=date(2025, 4, 20), basis=1
    )


@pytest.mark.parametrize("allocations", [[], [taken("0")], [taken("100"), taken("-100", 4)], [taken("-1")]])
def test_there_is_no_forecast_when_nothing_was_burned(allocations: list[Allocation]):
    assert balance(*allocations).forecast is None


@pytest.mark.parametrize(("limit", "used"), [("999999999999999", "0.01"), ("-999999999999999", "0.01")])
def test_there_is_no_run_out_day_outside_the_calendar(limit: str, used: str):
    left = balance(taken(used), unit_price=limit)

    assert left.forecast is not None
    assert left.forecast.runs_out_on is None
    assert left.forecast.basis == 1


# Whatever the documents.


@effort(max_examples=60, deadline=None)
@given(st.lists(strategies.allocations(), max_size=6), st.randoms(use_true_random=False))
def test_figures_are_a_function_of_the_set_of_documents(allocations: list[Allocation], chance: random.Random):
    shuffled = chance.sample(allocations, len(allocations))

    assert figures(*shuffled) == figures(*allocations)


@effort(max_examples=60, deadline=None)
@given(st.lists(strategies.allocations(), max_size=6), strategies.allocations())
def test_an_invoice_taken_back_leaves_no_trace(allocations: list[Allocation], extra: Allocation):
    with_extra = [*allocations, extra]
    with_extra.remove(extra)

    assert figures(*with_extra) == figures(*allocations)
    assert balance(*allocations, extra).current == balance(*allocations).current - extra.amount


@effort(max_examples=60, deadline=None)
@given(st.lists(strategies.allocations(), min_size=1, max_size=6))
def test_at_the_pace_so_far_nothing_is_left_on_the_run_out_day_and_something_the_day_before(
    allocations: list[Allocation],
):
    used = usage_of(allocations)
    left = Decimal(1000)

    found = forecast(left, used, "USD")

    if found is None:
        assert used.amount <= 0
    elif found.runs_out_on is not None:
        assert used.first_day is not None
        assert used.last_day is not None
        days, lasts = (used.last_day - used.first_day).days + 1, (found.runs_out_on - used.last_day).days
        assert used.amount * lasts >= left * days
        assert used.amount * (lasts - 1) < left * days
