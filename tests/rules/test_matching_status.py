"""Whether an order serves invoices today."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from models.statuses.orders import LineStatus, MatchingStatus, PurchaseOrderStatus
from resolvers.rules.matching_status import line_is_in_force, matching_status, takes_part

CLOSED = {
    PurchaseOrderStatus.CLOSED_RELEASED,
    PurchaseOrderStatus.CLOSED_CANCELED,
    PurchaseOrderStatus.CLOSED_RETURNED,
    PurchaseOrderStatus.CLOSED_COMPLETE,
}


def status_on(today: str, **changes: Any) -> MatchingStatus:
    """The matching status of an issued order for 2025 on that day."""
    order: dict[str, Any] = {
        "status": PurchaseOrderStatus.ORDERED,
        "issued": True,
        "suspended": False,
        "effective_date": date(2025, 1, 1),
        "expiration_date": date(2025, 12, 31),
    }
    return matching_status(**(order | changes), today=date.fromisoformat(today))


@pytest.mark.parametrize(
    ("today", "in_force", "on_hold"),
    [
        ("2024-12-31", MatchingStatus.SCHEDULED, MatchingStatus.SUSPENDED),
        ("2025-01-01", MatchingStatus.ACTIVE, MatchingStatus.SUSPENDED),
        ("2025-12-31", MatchingStatus.ACTIVE, MatchingStatus.SUSPENDED),
        ("2026-01-01", MatchingStatus.EXPIRED, MatchingStatus.SUSPENDED_EXPIRED),
    ],
)
def test_dates_and_the_switch_decide_both_ends_included(today: str, in_force: MatchingStatus, on_hold: MatchingStatus):
    assert status_on(today) is in_force
    assert status_on(today, suspended=True) is on_hold


def test_only_a_later_expiration_date_revives_an_expired_order():
    assert status_on("2026-01-01") is MatchingStatus.EXPIRED
    assert status_on("2026-01-01", suspended=False) is MatchingStatus.EXPIRED
    assert status_on("2026-01-01", expiration_date=date(2026, 1, 1)) is MatchingStatus.ACTIVE


def test_an_order_without_dates_is_always_in_force():
    assert status_on("0001-01-01", effective_date=None) is MatchingStatus.ACTIVE
    assert status_on("9999-12-31", expiration_date=None) is MatchingStatus.ACTIVE


@pytest.mark.parametrize("today", ["2024-12-31", "2025-06-15", "2026-01-01"])
@pytest.mark.parametrize("suspended", [False, True])
@pytest.mark.parametrize("status", PurchaseOrderStatus)
def test_not_issued_and_closed_come_before_dates_and_switch(
    status: PurchaseOrderStatus, today: str, *, suspended: bool
):
    assert status_on(today, status=status, issued=False, suspended=suspended) is MatchingStatus.NOT_ISSUED
    issued = status_on(today, status=status, suspended=suspended)
    assert (issued is MatchingStatus.CLOSED) is (status in CLOSED)
    assert issued is not MatchingStatus.NOT_ISSUED


def test_an_order_paid_in_full_shows_by_its_dates():
    assert status_on("2025-06-15", status=PurchaseOrderStatus.CLOSED_PAID) is MatchingStatus.ACTIVE
    assert status_on("2026-06-15", status=PurchaseOrderStatus.CLOSED_PAID) is MatchingStatus.EXPIRED


@pytest.mark.parametrize("status", PurchaseOrderStatus)
def test_an_order_takes_part_while_issued_and_not_closed_to_invoices(status: PurchaseOrderStatus):
    assert takes_part(status, issued=True) is (status not in CLOSED)
    assert takes_part(status, issued=False) is False


@pytest.mark.parametrize("status", LineStatus)
def test_a_line_is_in_force_from_its_issue_until_it_is_canceled_returned_or_closed(status: LineStatus):
    out = {"DRAFT", "PENDING_APPROVAL", "REJECTED", "CLOSED_RELEASED", "CLOSED_CANCELED", "CLOSED_RETURNED"}

    assert line_is_in_force(status) is (str(status) not in out)
