"""Who may draw what on a blanket order, how much of it needs an agreement, and what its business owner is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.statuses.orders import LineStatus
from models.statuses.people import NoticeKind
from resolvers.errors import OutsideValidity
from resolvers.errors_blanket import LineOver, OutsideBlanketLine
from resolvers.rules.notices import Due, Level, blanket_due, budget_kind
from resolvers.rules.releases import (
    BlanketLine,
    Budget,
    Drawing,
    DrawnLine,
    Permission,
    drawing_refusals,
    earliest,
    latest,
    reserved,
    validity_refusals,
)

FIRST, LAST = date(2025, 2, 1), date(2025, 6, 30)
LINE: Final = BlanketLine(number=2, status=LineStatus.ORDERED, first_day=FIRST, last_day=LAST)
BUYER: Final = Drawing(user_id=1, group_ids=(5, 6), cost_center_id=7, owner_id=9, owner="Ida")

AMOUNTS: Final = st.decimals(0, 10**9, places=2)


@pytest.mark.parametrize(
    ("permission", "permitted"),
    [
        (Permission(user_id=1), True),
        (Permission(user_id=2), False),
        (Permission(group_id=6), True),
        (Permission(group_id=7), False),
        (Permission(cost_center_id=7), True),
        (Permission(cost_center_id=5), False),
        (Permission(), False),
    ],
)
def test_a_permission_is_the_users_a_groups_or_the_cost_centers(permission: Permission, *, permitted: bool):
    assert replace(BUYER, permissions=(Permission(user_id=3), permission)).is_permitted is permitted


def test_the_business_owner_needs_no_permission_and_nobody_else_goes_without():
    assert replace(BUYER, user_id=9).is_permitted
    assert not BUYER.is_permitted
    assert not replace(BUYER, cost_center_id=None, permissions=(Permission(group_id=9),)).is_permitted


@pytest.mark.parametrize(
    ("total", "released", "amount", "excess"),
    [
        (1000, 800, 500, 300),
        (1000, 800, 200, 0),
        (1000, 800, "200.01", "0.01"),
        (1000, 0, 1000, 0),
        (1000, 1300, 50, 50),
    ],
)
def test_only_what_is_over_is_excess(total: int, released: int, amount: Any, excess: Any):
    budget = Budget(total=Decimal(total), released=Decimal(released))

    assert budget.excess_of(Decimal(amount)) == Decimal(excess)


@given(total=AMOUNTS, released=AMOUNTS, amount=AMOUNTS)
def test_what_is_reserved_never_exceeds_what_is_left(total: Decimal, released: Decimal, amount: Decimal):
    budget = Budget(total=total, released=released)

    reserved = amount - budget.excess_of(amount)

    assert 0 <= reserved <= max(Decimal(0), budget.left)
    assert budget.is_exhausted is (budget.left <= 0)


def test_a_line_is_drawn_within_its_days_while_it_is_in_force():
    def refused(first: date | None, last: date | None, line: BlanketLine = LINE) -> list[Any]:
        return drawing_refusals([DrawnLine(blanket_line=line, first_day=first, last_day=last)], [("lines", "0")])

    def outside(day: date, name: str) -> OutsideBlanketLine:
        return OutsideBlanketLine(date=day, line=2, start_date=FIRST, end_date=LAST, path=("lines", "0", name))

    assert refused(FIRST, LAST) == refused(None, None) == []
    assert refused(date(2025, 1, 31), date(2025, 7, 1)) == [
        outside(date(2025, 1, 31), "startDate"),
        outside(date(2025, 7, 1), "endDate"),
    ]
    assert refused(date(1999, 1, 1), date(2100, 1, 1), replace(LINE, first_day=None, last_day=None)) == []
    for status in (LineStatus.CLOSED_CANCELED, LineStatus.CLOSED_RELEASED):
        over = replace(LINE, status=status)
        assert refused(date(1999, 1, 1), None, over) == [LineOver(line=2, status=status, path=("lines", "0"))]


def test_a_release_is_valid_while_its_blanket_order_is():
    early, late = date(2025, 1, 31), date(2025, 7, 1)

    assert validity_refusals((FIRST, LAST), (FIRST, LAST)) == validity_refusals((early, late), (None, None)) == []
    assert validity_refusals((early, late), (FIRST, LAST)) == [
        OutsideValidity(date=early, effective_date=FIRST, expiration_date=LAST, path=("effectiveDate",)),
        OutsideValidity(date=late, effective_date=FIRST, expiration_date=LAST, path=("expirationDate",)),
    ]


def test_days_that_are_not_there_bound_nothing():
    assert (latest(None, FIRST, LAST), earliest(LAST, None, FIRST)) == (LAST, FIRST)
    assert latest(None) is earliest(None, None) is None


# -------------------------------------------------------------------------------------------------------------- notices

LOW, NONE_LEFT = NoticeKind.BLANKET_LOW, NoticeKind.BLANKET_EXHAUSTED


def level(left: Any, limit: int = 1000) -> Level:
    return Level(limit=Decimal(limit), current=Decimal(left))


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (level(1000), level("200.01"), None),
        (level(1000), level(200), LOW),
        (level(200), level(100), None),
        (level(100), level(0), NONE_LEFT),
        (level(1000), level(0), NONE_LEFT),
        (level(0), level(-300), None),
        (level(-300), level(150), None),
        (level(-300), level(300), None),
        (level(300), level(150), LOW),
        (level(500), level(0, limit=500), NONE_LEFT),
        (level(0, limit=0), level(0, limit=0), None),
        (level(1000), level(0, limit=0), None),
        (level(500), level(100, limit=600), LOW),
    ],
)
def test_the_business_owner_is_told_once_on_the_way_down(before: Level, after: Level, told: NoticeKind | None):
    assert budget_kind(before, after) is told


@pytest.mark.parametrize(
    ("today", "due"),
    [
        (date(2025, 12, 23), None),
        (date(2025, 12, 24), date(2025, 12, 24)),
        (date(2025, 12, 31), date(2025, 12, 24)),
        (date(2026, 1, 1), None),
    ],
)
def test_the_business_owner_is_told_a_week_before_the_end(today: date, due: date | None):
    found = blanket_due(date(2025, 12, 31), date(2025, 1, 15), today)

    assert found == (due and Due(NoticeKind.BLANKET_EXPIRING, due))


def test_a_date_that_is_set_late_is_told_at_once():
    assert blanket_due(date(2025, 12, 31), date(2025, 12, 28), date(2025, 12, 29)) == Due(
        NoticeKind.BLANKET_EXPIRING, date(2025, 12, 28)
    )


@pytest.mark.parametrize(
    ("reserve", "lines"),
    [(500, [300, 150, 50]), (470, [300, 150, 20]), (300, [300, 0, 0]), (200, [200, 0, 0]), (0, [0, 0, 0])],
)
def test_what_waits_for_its_approval_is_of_the_last_lines(reserve: int, lines: list[int]):
    amounts = [Decimal(300), Decimal(150), Decimal(50)]

    assert reserved(amounts, Decimal(reserve)) == lines
