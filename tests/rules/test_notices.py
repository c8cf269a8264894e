"""Who is told what, and when: B3, B4."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.statuses.orders import PurchaseOrderStatus
from models.statuses.people import NoticeKind
from resolvers.rules.notices import (
    LEADS,
    ORDER_URL,
    Due,
    Lead,
    Level,
    Schedule,
    Thresholds,
    balance_kind,
    crossed,
    expires_for_somebody,
    expiry_days,
    expiry_due,
    looked_ahead,
    told,
)

B4: Final = Schedule(
    under_one_month=(Lead(days=7), Lead(days=0)),
    one_to_three_months=(Lead(months=1),),
    over_three_months=(Lead(months=2),),
)
NEW_YEARS_EVE: Final = date(2025, 12, 31)


def left(current: object, limit: object = 10_000) -> Level:
    return Level(limit=Decimal(str(limit)), current=Decimal(str(current)))


# -------------------------------------------------------------------------------------------------------- balances


def test_eighty_percent_says_nothing_and_seventy_four_does():
    assert crossed(left(10_000), left(8_000), [75]) == ()
    assert crossed(left(8_000), left(7_400), [75]) == (75,)


def test_exactly_the_threshold_says_nothing_and_the_next_cent_does():
    assert crossed(left(10_000), left("7500.00"), [75]) == ()
    assert crossed(left("7500.00"), left("7499.99"), [75]) == (75,)


def test_what_is_below_and_falls_further_says_nothing_again():
    assert crossed(left(7_400), left(3_000), [75]) == ()


def test_what_rises_says_nothing_and_falling_again_says_it_again():
    assert crossed(left(7_400), left(8_000), [75]) == ()
    assert crossed(left(8_000), left(7_400), [75]) == (75,)


def test_nothing_left_is_told_at_zero_and_not_before():
    assert crossed(left(100), left("0.01"), [75]) == ()
    assert crossed(left("0.01"), left(0), [75]) == (0,)
    assert crossed(left(0), left(-300), [75]) == ()


def test_one_fall_may_pass_several_thresholds():
    assert crossed(left(10_000), left(-50), [25, 75, 50]) == (75, 50, 25, 0)
    assert crossed(left(6_000), left(2_000), [25, 75, 50]) == (50, 25)


def test_without_thresholds_only_what_is_used_up_is_told():
    assert crossed(left(10_000), left(1), []) == ()
    assert crossed(left(10_000), left(0), []) == (0,)


def test_a_line_that_is_tracked_from_now_on_has_come_from_above():
    assert crossed(None, left(7_400), [75]) == (75,)
    assert crossed(None, left(7_500), [75]) == ()
    assert crossed(left(7_600), None, [75]) == ()


def test_a_limit_that_is_lowered_lowers_what_is_left():
    assert crossed(left(8_000, 10_000), left(1_000, 3_000), [75]) == (75,)


def test_a_line_that_is_worth_nothing_cannot_run_out():
    assert crossed(left(8_000), left(-2_000, 0), [75]) == ()
    assert crossed(None, left(0, 0), [75]) == ()


@given(st.lists(st.integers(-500, 1500), min_size=1, max_size=30), st.integers(1, 100))
def test_a_threshold_is_told_once_for_each_time_the_balance_comes_from_above(balances: list[int], threshold: int):
    levels = [left(1500, 1000), *(left(each, 1000) for each in balances)]

    said = sum(threshold in crossed(a, b, [threshold]) for a, b in pairwise(levels))

    is_below = [each.current * 100 < 1000 * threshold for each in levels]
    assert said == sum(b and not a for a, b in pairwise(is_below))


def test_everybody_is_told_what_they_have_not_muted():
    assert told((75, 50, 0), []) == (75, 50, 0)
    assert told((75, 50, 0), ["BALANCE_EXHAUSTED"]) == (75, 50)
    assert told((75, 50, 0), [NoticeKind.BALANCE_BELOW]) == (0,)
    assert told((75,), [NoticeKind.BALANCE_BELOW, NoticeKind.BALANCE_EXHAUSTED]) == ()


def test_a_mail_is_called_after_the_worst_it_tells():
    assert balance_kind((75, 50)) is NoticeKind.BALANCE_BELOW
    assert balance_kind((75, 0)) is NoticeKind.BALANCE_EXHAUSTED


# ---------------------------------------------------------------------------------------------------------- expiry


@pytest.mark.parametrize(
    ("set_on", "days"),
    [
        (date(2025, 1, 15), [date(2025, 10, 31)]),
        (date(2025, 9, 29), [date(2025, 10, 31)]),
        # Three months back from 31 December is 30 September: exactly three months belong to the middle.
        (date(2025, 9, 30), [date(2025, 11, 30)]),
        (date(2025, 11, 10), [date(2025, 11, 30)]),
        # Exactly one month, too: it is told on the day it was set.
        (date(2025, 11, 30), [date(2025, 11, 30)]),
        (date(2025, 12, 1), [date(2025, 12, 24), NEW_YEARS_EVE]),
        (date(2025, 12, 10), [date(2025, 12, 24), NEW_YEARS_EVE]),
        (date(2025, 12, 24), [date(2025, 12, 24), NEW_YEARS_EVE]),
        (date(2025, 12, 25), [NEW_YEARS_EVE]),
        (NEW_YEARS_EVE, [NEW_YEARS_EVE]),
    ],
)
def test_the_days_follow_from_when_the_date_was_set(set_on: date, days: list[date]):
    assert list(expiry_days(NEW_YEARS_EVE, set_on, B4)) == days


def test_a_month_before_is_the_last_day_where_there_is_no_such_day():
    assert Lead(months=1).before(date(2025, 3, 31)) == date(2025, 2, 28)
    assert Lead(months=1).before(date(2024, 3, 30)) == date(2024, 2, 29)
    assert Lead(months=2).before(date(2026, 1, 15)) == date(2025, 11, 15)
    assert Lead(months=2).before(date(1, 1, 15)) == date(1, 11, 15)
    assert Lead(days=7).before(date(1, 1, 3)) == date(1, 1, 1)


def test_leads_are_read_as_they_are_written():
    assert [Lead.read(text) for text in ("P2M", "P1W", "P7D", "P0D")] == [
        Lead(months=2),
        Lead(days=7),
        Lead(days=7),
        Lead(),
    ]


def test_only_the_latest_is_due_after_days_without_a_look():
    set_on = date(2025, 12, 10)

    due = {day: expiry_due(NEW_YEARS_EVE, set_on, date(2025, 12, day), B4) for day in (23, 24, 26, 31)}

    assert due == {
        23: None,
        24: Due(NoticeKind.ORDER_EXPIRING, date(2025, 12, 24)),
        26: Due(NoticeKind.ORDER_EXPIRING, date(2025, 12, 24)),
        31: Due(NoticeKind.ORDER_EXPIRING, NEW_YEARS_EVE),
    }


def test_what_has_expired_is_told_as_expired_whatever_was_missed():
    over = Due(NoticeKind.ORDER_EXPIRED, date(2026, 1, 1))

    assert expiry_due(NEW_YEARS_EVE, date(2025, 1, 15), date(2026, 1, 1), B4) == over
    assert expiry_due(NEW_YEARS_EVE, date(2025, 1, 15), date(2026, 1, 31), B4) == over


def test_that_an_order_has_expired_is_no_news_after_a_month():
    assert expiry_due(NEW_YEARS_EVE, date(2025, 1, 15), date(2026, 2, 1), B4) is None


def test_dates_at_the_end_of_the_calendar_are_dates():
    assert expiry_due(date.max, date(2025, 1, 1), date(2025, 1, 2), B4) is None
    assert expiry_due(date.max, date(2025, 1, 1), date(9999, 12, 1), B4) is not None


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 700))
def test_looking_ahead_misses_nothing(set_on: date, ahead: int):
    expiration = set_on + timedelta(days=ahead)

    assert all(day >= expiration - looked_ahead(B4) for day in expiry_days(expiration, set_on, B4))


def test_a_date_that_was_past_when_it_was_set_surprises_nobody():
    assert expiry_due(NEW_YEARS_EVE, date(2026, 1, 1), date(2026, 1, 2), B4) is None


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 700))
def test_nobody_is_told_before_the_date_was_set_or_after_it_has_passed(set_on: date, ahead: int):
    expiration = set_on + timedelta(days=ahead)

    days = expiry_days(expiration, set_on, B4)

    assert days
    assert all(set_on <= day <= expiration for day in days)
    assert list(days) == sorted(days)


@pytest.mark.parametrize(
    ("status", "issued", "suspended", "concerns"),
    [
        (PurchaseOrderStatus.ORDERED, True, False, True),
        (PurchaseOrderStatus.CLOSED_PAID, True, False, True),
        (PurchaseOrderStatus.ORDERED, True, True, False),
        (PurchaseOrderStatus.DRAFT, False, False, False),
        (PurchaseOrderStatus.CLOSED_RELEASED, True, False, False),
        (PurchaseOrderStatus.CLOSED_CANCELED, True, False, False),
    ],
)
def test_the_expiration_of_an_order_that_serves_nothing_concerns_nobody(
    status: PurchaseOrderStatus, *, issued: bool, suspended: bool, concerns: bool
):
    assert expires_for_somebody(status, issued=issued, suspended=suspended) is concerns


# -------------------------------------------------------------------------------------------------------- settings


@pytest.mark.parametrize("values", [[], [75], [90, 50, 1, 100]])
def test_thresholds_are_whole_percentages(values: list[int]):
    assert Thresholds().refusals(values, ("balanceThresholds",)) == []


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ([0], ("t", "0")),
        ([75, 101], ("t", "1")),
        ([75, 75], ("t", "1")),
        (list(range(1, 12)), ("t",)),
        (None, ("t",)),
    ],
)
def test_other_thresholds_are_refused_where_they_stand(values: list[int] | None, path: tuple[str, ...]):
    assert [refusal.path for refusal in Thresholds().refusals(values, ("t",))] == [path]


@pytest.mark.parametrize("text", ["P0D", "P7D", "P400D", "P1W", "P52W", "P2M", "P24M"])
def test_leads_are_days_weeks_or_months(text: str):
    assert LEADS.refusals([text], ()) == []


@pytest.mark.parametrize("text", ["", "7", "P7", "P-7D", "P25M", "P1Y", "P1M7D", "P07D", "p7d", "P7D\n"])
def test_nothing_else_is_a_lead(text: str):
    assert LEADS.refusals([text], ()) != []


@pytest.mark.parametrize(
    "text",
    ["https://erp.example.com/orders/{number}", "http://10.0.0.1:8080/o?id={id}&n={number}#top", None],
)
def test_an_address_of_orders_names_the_order(text: str | None):
    assert ORDER_URL.refusals(text, ()) == []


@pytest.mark.parametrize(
    "text",
    [
        "https://erp.example.com/orders",
        "javascript:alert({number})",
        "https://erp.example.com/{name}",
        'https://erp.example.com/{number}"onmouseover=',
        "https://erp.example.com/ {number}",
        "{number}",
    ],
)
def test_other_addresses_are_refused(text: str):
    assert ORDER_URL.refusals(text, ()) != []
