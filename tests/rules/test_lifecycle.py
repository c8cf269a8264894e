"""Where lines and orders stand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest

from models.statuses.orders import LineStatus, PurchaseOrderStatus, RequisitionStatus
from resolvers.rules.lifecycle import LineProgress, OrderProgress, line_status, order_status
from resolvers.rules.requisitions import RequestedLine, requisition_status

L, P = LineStatus, PurchaseOrderStatus
PAID = {"is_begun": True, "is_complete": True, "is_billed": True, "is_paid": True}


@pytest.mark.parametrize(
    ("stands", "word"),
    [
        ({}, L.ORDERED),
        ({"is_begun": True}, L.PARTIALLY_DELIVERED),
        ({"is_begun": True, "is_complete": True}, L.DELIVERED),
        ({"is_begun": True, "is_complete": True, "is_paid": True}, L.DELIVERED),
        ({"is_begun": True, "is_complete": True, "is_billed": True}, L.PAYMENT_PENDING),
        (PAID, L.CLOSED_PAID),
        ({"is_billed": True, "is_paid": True}, L.ORDERED),
        ({"is_begun": True, "is_billed": True, "is_paid": True}, L.PARTIALLY_DELIVERED),
        ({"is_closed": True}, L.CLOSED_RELEASED),
        ({"is_closed": True, "is_begun": True, "is_complete": True}, L.DELIVERED),
        ({"is_closed": True, **PAID}, L.CLOSED_PAID),
        ({"is_returned": True}, L.CLOSED_RETURNED),
        ({"is_returned": True, "is_closed": True}, L.CLOSED_RETURNED),
        ({"awaits_confirmation": True}, L.PENDING_SUPPLIER_CONFIRMATION),
        ({"awaits_confirmation": True, "awaits_revision": True}, L.PENDING_REVISION),
        ({"awaits_revision": True, "is_begun": True}, L.PENDING_REVISION),
        ({"is_canceled": True, "awaits_revision": True, **PAID}, L.CLOSED_CANCELED),
        ({"is_canceled": True, "is_issued": False}, L.CLOSED_CANCELED),
        ({"is_issued": False, "order_status": P.PENDING_APPROVAL, **PAID}, L.PENDING_APPROVAL),
        ({"is_issued": False, "order_status": P.REJECTED}, L.REJECTED),
        ({"is_order_closed": True}, L.CLOSED_RELEASED),
        ({"is_order_closed": True, "is_begun": True, "is_complete": True, "is_billed": True}, L.CLOSED_RELEASED),
        ({"is_order_closed": True, **PAID}, L.CLOSED_PAID),
        ({"is_order_closed": True, "awaits_confirmation": True}, L.CLOSED_RELEASED),
    ],
)
def test_where_a_line_stands(stands: dict[str, Any], word: LineStatus):
    assert line_status(LineProgress(**stands)) is word


@pytest.mark.parametrize(
    ("lines", "word"),
    [
        ({L.ORDERED}, P.ORDERED),
        ({L.CLOSED_CANCELED}, P.CLOSED_CANCELED),
        ({L.CLOSED_RETURNED}, P.CLOSED_RETURNED),
        ({L.CLOSED_RELEASED}, P.CLOSED_RELEASED),
        ({L.CLOSED_RELEASED, L.CLOSED_CANCELED}, P.CLOSED_RELEASED),
        ({L.CLOSED_RETURNED, L.CLOSED_CANCELED}, P.DELIVERED),
        ({L.CLOSED_PAID, L.CLOSED_CANCELED, L.CLOSED_RELEASED}, P.CLOSED_PAID),
        ({L.PAYMENT_PENDING, L.CLOSED_CANCELED}, P.PAYMENT_PENDING),
        ({L.PAYMENT_PENDING, L.CLOSED_PAID}, P.PAYMENT_PENDING),
        ({L.CLOSED_PAID, L.CLOSED_RETURNED}, P.CLOSED_PAID),
        ({L.PENDING_REVISION, L.ORDERED, L.CLOSED_PAID, L.PARTIALLY_DELIVERED}, P.PENDING_REVISION),
        ({L.PENDING_CANCELLATION}, P.PENDING_CANCELLATION),
        ({L.PENDING_CANCELLATION, L.ORDERED}, P.ORDERED),
        ({L.PENDING_CANCELLATION, L.DELIVERED}, P.PARTIALLY_DELIVERED),
        ({L.PENDING_SUPPLIER_CONFIRMATION, L.PARTIALLY_DELIVERED}, P.PENDING_SUPPLIER_CONFIRMATION),
        ({L.PROCESSING, L.PENDING_SUBMISSION, L.ORDERED}, P.PROCESSING),
        ({L.PENDING_SUBMISSION, L.ORDERED}, P.PENDING_SUBMISSION),
        ({L.PARTIALLY_DELIVERED, L.DELIVERED}, P.PARTIALLY_DELIVERED),
        ({L.ORDERED, L.DELIVERED}, P.PARTIALLY_DELIVERED),
        ({L.ORDERED, L.CLOSED_PAID}, P.PARTIALLY_DELIVERED),
        ({L.DELIVERED, L.CLOSED_PAID}, P.DELIVERED),
        ({L.DELIVERED, L.PAYMENT_PENDING, L.CLOSED_CANCELED}, P.DELIVERED),
        ({L.PENDING_RETURN, L.CLOSED_PAID}, P.PAYMENT_PENDING),
        (set[LineStatus](), P.ORDERED),
    ],
)
def test_where_an_issued_order_stands_by_its_lines(lines: set[LineStatus], word: PurchaseOrderStatus):
    stood = P.PAYMENT_PENDING if L.PENDING_RETURN in lines else P.ORDERED

    assert order_status(OrderProgress(status=stood, lines=frozenset(lines))) is word


def test_an_order_that_is_not_issued_stands_where_people_put_it():
    draft = OrderProgress(status=P.PENDING_APPROVAL, lines=frozenset({L.CLOSED_PAID}), is_issued=False)

    assert order_status(draft) is P.PENDING_APPROVAL


def test_what_people_closed_is_released_unless_it_was_canceled_before():
    closed = OrderProgress(status=P.ORDERED, lines=frozenset({L.CLOSED_PAID, L.ORDERED}), is_closed=True)

    assert order_status(closed) is P.CLOSED_RELEASED
    assert order_status(replace(closed, lines=frozenset({L.CLOSED_CANCELED}))) is P.CLOSED_CANCELED
    assert order_status(replace(closed, lines=frozenset[LineStatus]())) is P.CLOSED_RELEASED


def test_a_blanket_order_that_is_spent_is_complete():
    spent = OrderProgress(status=P.ORDERED, lines=frozenset({L.ORDERED}), is_spent=True)

    assert order_status(spent) is P.CLOSED_COMPLETE
    assert order_status(replace(spent, is_closed=True)) is P.CLOSED_RELEASED


def test_an_order_without_lines_waits_for_its_supplier_and_stays_canceled():
    empty = OrderProgress(status=P.ORDERED, lines=frozenset[LineStatus](), awaits_confirmation=True)

    assert order_status(empty) is P.PENDING_SUPPLIER_CONFIRMATION
    assert order_status(replace(empty, status=P.CLOSED_CANCELED)) is P.CLOSED_CANCELED


def test_an_order_waits_with_its_revision_whatever_that_touches_unless_it_is_over():
    waits = OrderProgress(status=P.ORDERED, lines=frozenset({L.CLOSED_PAID}), awaits_revision=True)

    assert order_status(waits) is P.PENDING_REVISION
    assert order_status(replace(waits, lines=frozenset[LineStatus]())) is P.PENDING_REVISION
    assert order_status(replace(waits, lines=frozenset({L.CLOSED_CANCELED}))) is P.CLOSED_CANCELED
    assert order_status(replace(waits, lines=frozenset[LineStatus](), status=P.CLOSED_CANCELED)) is P.CLOSED_CANCELED
    assert order_status(replace(waits, is_closed=True)) is P.CLOSED_RELEASED
    assert order_status(replace(waits, is_spent=True)) is P.CLOSED_COMPLETE
    assert order_status(replace(waits, is_issued=False, status=P.DRAFT)) is P.DRAFT


def test_every_mix_of_lines_has_a_word_that_closes_nothing_that_is_open():
    closed = {P.CLOSED_PAID, P.CLOSED_RETURNED, P.CLOSED_RELEASED, P.CLOSED_CANCELED, P.CLOSED_COMPLETE}
    over = {L.CLOSED_PAID, L.CLOSED_RETURNED, L.CLOSED_RELEASED, L.CLOSED_CANCELED}
    for size in (1, 2, 3):
        for lines in combinations(LineStatus, size):
            word = order_status(OrderProgress(status=P.ORDERED, lines=frozenset(lines)))
            assert word not in closed or set(lines) <= over, lines


@pytest.mark.parametrize(
    ("lines", "word"),
    [
        ([("5", "0"), ("1", "0")], RequisitionStatus.SUBMITTED),
        ([("5", "2"), ("1", "0")], RequisitionStatus.PARTIALLY_ORDERED),
        ([("5", "5"), ("1", "0")], RequisitionStatus.PARTIALLY_ORDERED),
        ([("5", "5"), ("1", "2")], RequisitionStatus.ORDERED),
        ([], RequisitionStatus.SUBMITTED),
    ],
)
def test_a_requisition_is_ordered_once_all_of_it_is(lines: list[tuple[str, str]], word: RequisitionStatus):
    asked = [RequestedLine(quantity=Decimal(quantity), ordered=Decimal(ordered)) for quantity, ordered in lines]

    assert requisition_status(asked, is_submitted=True, is_canceled=False) is word
    assert requisition_status(asked, is_submitted=False, is_canceled=False) is RequisitionStatus.DRAFT
    assert requisition_status(asked, is_submitted=True, is_canceled=True) is RequisitionStatus.CANCELED
