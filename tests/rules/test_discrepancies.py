"""What becomes of discrepancies when an invoice is verified again (I4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from models.statuses.invoices import DiscrepancyKind, DiscrepancyState, InvoiceStatus
from resolvers.rules.discrepancies import Known, marked, outcome
from resolvers.rules.verification import About, Finding

OPEN, WAIVED = DiscrepancyState.OPEN, DiscrepancyState.WAIVED
ABOUT = About(invoice_line_id=500, order_id=5, line_id=50)
D = Decimal


def known(state: DiscrepancyState, actual: int, **changes: Any) -> Known:
    """More than 10 is billed."""
    given: dict[str, Any] = {
        "id": 1,
        "kind": DiscrepancyKind.QUANTITY_OVER,
        "about": ABOUT,
        "expected": D(10),
        "actual": D(actual),
    }
    return Known(**{**given, **changes}, state=state)


def finding(actual: int, about: About = ABOUT, kind: DiscrepancyKind = DiscrepancyKind.QUANTITY_OVER) -> Finding:
    return Finding(kind=kind, about=about, explanation="", expected=D(10), actual=D(actual))


def test_what_is_found_first_is_new_then_kept_with_its_figures_then_settled() -> None:
    first = outcome([], [finding(12)])
    again = outcome([known(OPEN, 12)], [finding(13)])
    gone = outcome([known(OPEN, 12)], [])

    assert (first.new, first.kept, first.settled, first.is_open) == ([finding(12)], [], [], True)
    assert (again.new, again.kept, again.settled, again.is_open) == ([], [(known(OPEN, 12), finding(13))], [], True)
    assert (gone.new, gone.kept, gone.settled, gone.is_open) == ([], [], [known(OPEN, 12)], False)


@pytest.mark.parametrize(("actual", "new"), [(11, 0), (12, 0), (13, 1), (8, 0), (7, 1)])
def test_what_was_accepted_stays_accepted_until_its_figures_are_further_apart(actual: int, new: int) -> None:
    found = outcome([known(WAIVED, 12)], [finding(actual)])

    assert found.is_open is bool(new)
    assert found.new == [finding(actual)] * new
    assert found.settled == []


def test_of_several_accepted_ones_the_widest_counts_and_an_open_one_it_covers_is_settled() -> None:
    stored = [known(WAIVED, 14, id=1), known(WAIVED, 12, id=2), known(OPEN, 15, id=3)]

    found = outcome(stored, [finding(13)])

    assert (found.is_open, found.settled) == (False, [stored[2]])


def test_what_is_about_an_order_line_is_the_same_whichever_line_of_the_invoice_it_comes_from() -> None:
    other = About(invoice_line_id=501, order_id=5, line_id=50)
    price = DiscrepancyKind.UNIT_PRICE_VARIANCE

    assert outcome([known(OPEN, 12)], [finding(12, other)]).new == []
    assert outcome([known(OPEN, 12, kind=price)], [finding(12, other, price)]).new == [finding(12, other, price)]


def test_what_has_no_figures_stays_accepted() -> None:
    accepted = Known(id=1, kind=DiscrepancyKind.DUPLICATE, state=WAIVED, about=About())
    duplicate = Finding(kind=DiscrepancyKind.DUPLICATE, about=About(), explanation="")

    assert not outcome([accepted], [duplicate]).is_open


@pytest.mark.parametrize(
    ("status", "is_open", "is_allocated", "after"),
    [
        ("RECEIVED", True, False, "DISCREPANCIES_FOUND"),
        ("MATCHED", True, True, "DISCREPANCIES_FOUND"),
        ("DISCREPANCIES_FOUND", True, True, "DISCREPANCIES_FOUND"),
        ("DISCREPANCIES_FOUND", False, True, "MATCHED"),
        ("DISCREPANCIES_FOUND", False, False, "RECEIVED"),
        ("APPROVED", True, True, "APPROVED"),
        ("SUSPECTED_DUPLICATE", True, False, "SUSPECTED_DUPLICATE"),
        ("CANCELED", False, False, "CANCELED"),
    ],
)
def test_the_status_says_whether_something_is_open_until_the_invoice_is_past_that(
    status: str, is_open: Any, is_allocated: Any, after: str
) -> None:
    assert marked(InvoiceStatus[status], is_open=is_open, is_allocated=is_allocated) is InvoiceStatus[after]


def test_an_invoice_that_was_approved_in_spite_of_discrepancies_is_approved_when_none_is_left() -> None:
    found = InvoiceStatus.DISCREPANCIES_FOUND

    assert marked(found, is_open=True, is_allocated=True, is_approved=True) is found
    assert marked(found, is_open=False, is_allocated=True, is_approved=True) is InvoiceStatus.APPROVED
    assert marked(found, is_open=False, is_allocated=False, is_approved=True) is InvoiceStatus.RECEIVED
