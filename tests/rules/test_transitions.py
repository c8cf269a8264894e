"""What may be done with an order, and why not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.statuses.orders import MatchingStatus, OrderType, PurchaseOrderAction, PurchaseOrderStatus
from models.statuses.people import Role
from resolvers.errors import InUse, LimitExceeded, NotApplicable, NothingThere, NotPermitted, WrongStatus
from resolvers.errors_approvals import ApprovalRequired, Documented, ReleasesDrawn
from resolvers.rules.standing import Limits, Standing
from resolvers.rules.transitions import (
    CLOSE_INSTEAD,
    REVISE_REMEDY,
    SUBMIT_REMEDY,
    TRANSITIONS,
    activation_refusal,
    available_actions,
    extended,
    issued,
    reasons_against,
    resumed,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from resolvers.errors import Refusal

TODAY = date(2025, 3, 10)
ACTION = PurchaseOrderAction
STATUS = PurchaseOrderStatus


def standing(**changes: Any) -> Standing:
    """An issued order for 2025 with two lines and a contact that never served an invoice."""
    order = Standing(
        status=STATUS.ORDERED,
        issued=True,
        suspended=False,
        effective_date=date(2025, 1, 1),
        expiration_date=date(2025, 12, 31),
        today=TODAY,
        lines=2,
        unused_lines=2,
        open_lines=2,
        contacts=1,
        active_orders=1,
    )
    return replace(order, **changes)


def draft(**changes: Any) -> Standing:
    return standing(status=STATUS.DRAFT, issued=False, active_orders=0, **changes)


EXPIRED: dict[str, Any] = {"expiration_date": date(2025, 3, 9), "active_orders": 0}
CLOSED: dict[str, Any] = {"status": STATUS.CLOSED_RELEASED, "active_orders": 0}
SUSPENDED: dict[str, Any] = {"suspended": True, "active_orders": 0}


def allowed(order: Standing, *roles: Role) -> set[str]:
    return {str(each.action) for each in available_actions(order, roles or (Role.BUYER,)) if each.allowed}


ALWAYS = {"COPY", "DELETE"}
EDITS = {
    "UPDATE",
    "EXTEND",
    "ADD_LINE",
    "UPDATE_LINE",
    "REMOVE_LINE",
    "ADD_CONTACT",
    "UPDATE_CONTACT",
    "REMOVE_CONTACT",
    "SET_TAGS",
}


DRAFTED = {"SUBMIT", "ISSUE", "CANCEL"}
LINES = {"CLOSE_LINE", "CANCEL_LINE"}
RECEIVED = {"RECEIVE", "RETURN"}
ISSUED = EDITS | LINES | {"CLOSE", "CANCEL", "REVISE", "RECEIVE"}


def test_every_action_has_a_row():
    assert list(TRANSITIONS) == list(ACTION)


@pytest.mark.parametrize(
    ("order", "status", "actions"),
    [
        (draft(), "NOT_ISSUED", ALWAYS | EDITS | DRAFTED),
        (standing(effective_date=date(2025, 4, 1)), "SCHEDULED", ALWAYS | ISSUED | {"SUSPEND"}),
        (standing(), "ACTIVE", ALWAYS | ISSUED | {"SUSPEND"}),
        (standing(**SUSPENDED), "SUSPENDED", ALWAYS | ISSUED | {"RESUME"}),
        (standing(**EXPIRED), "EXPIRED", ALWAYS | ISSUED | {"SUSPEND"}),
        (standing(**{**EXPIRED, **SUSPENDED}), "SUSPENDED_EXPIRED", ALWAYS | ISSUED | {"RESUME"}),
        (standing(**CLOSED), "CLOSED", ALWAYS | {"REOPEN"}),
        (standing(status=STATUS.CLOSED_CANCELED), "CLOSED", ALWAYS),
        (standing(status=STATUS.CLOSED_PAID), "ACTIVE", ALWAYS | EDITS | RECEIVED | {"SUSPEND", "CLOSE", "REVISE"}),
        (standing(status=STATUS.PENDING_APPROVAL, issued=False), "NOT_ISSUED", ALWAYS | {"CANCEL"}),
        (standing(status=STATUS.REJECTED, issued=False), "NOT_ISSUED", ALWAYS | EDITS | {"SUBMIT", "CANCEL"}),
        (standing(status=STATUS.PENDING_SUBMISSION, issued=False), "NOT_ISSUED", ALWAYS | EDITS | {"ISSUE", "CANCEL"}),
        (standing(status=STATUS.PENDING_REVISION), "ACTIVE", ALWAYS | RECEIVED | {"SUSPEND", "CLOSE", "REVISE"}),
        (standing(status=STATUS.CLOSED_RETURNED), "CLOSED", ALWAYS | {"RECEIVE"}),
        (
            standing(status=STATUS.PENDING_SUPPLIER_CONFIRMATION),
            "ACTIVE",
            (ALWAYS | ISSUED | {"SUSPEND", "CONFIRM"}) - {"RECEIVE"},
        ),
        (standing(short_lines=1), "ACTIVE", ALWAYS | ISSUED | {"SUSPEND", "REOPEN_LINE"}),
        (
            standing(order_type=OrderType.BLANKET, total=Decimal(1000)),
            "ACTIVE",
            (ALWAYS | ISSUED | {"SUSPEND", "RELEASE"}) - {"RECEIVE"},
        ),
    ],
)
def test_what_may_be_done_with_an_order_that_stands_so(order: Standing, status: str, actions: set[str]):
    assert str(order.matching_status) == status
    assert allowed(order) == actions


def test_who_is_no_buyer_may_do_nothing_and_an_administrator_everything():
    assert allowed(standing(), Role.VIEWER, Role.APPROVER) == set()
    assert allowed(standing(), Role.RECEIVER) == {"RECEIVE"}
    assert allowed(standing(), Role.ADMIN) == allowed(standing(), Role.BUYER, Role.RECEIVER)

    assert reasons_against(ACTION.SUSPEND, standing(), [Role.VIEWER]) == [
        NotPermitted(needed=("BUYER",), roles=("VIEWER",))
    ]


def test_who_and_when_are_told_together():
    found = reasons_against(ACTION.RESUME, standing(), [Role.VIEWER])

    assert [type(refusal) for refusal in found] == [NotPermitted, WrongStatus]


def test_a_status_that_does_not_fit_tells_those_that_do():
    assert reasons_against(ACTION.SUSPEND, standing(**SUSPENDED)) == [
        WrongStatus(action="SUSPEND", status="SUSPENDED", allowed=("SCHEDULED", "ACTIVE", "EXPIRED"))
    ]
    assert reasons_against(ACTION.ISSUE, standing()) == [
        WrongStatus(action="ISSUE", status="ORDERED", allowed=("DRAFT", "PROCESSING", "PENDING_SUBMISSION"))
    ]


@pytest.mark.parametrize(
    ("action", "order", "reason"),
    [
        (ACTION.DELETE, standing(invoices=3), InUse(invoices=3, remedy="close it instead")),
        (ACTION.DELETE, standing(invoices=3, **CLOSED), InUse(invoices=3, remedy="it stays, closed")),
        (
            ACTION.REMOVE_LINE,
            standing(invoices=3, unused_lines=0),
            InUse(invoices=3, remedy="end the line earlier instead"),
        ),
        (ACTION.REMOVE_LINE, standing(lines=0, unused_lines=0), NothingThere(kind="line")),
        (ACTION.UPDATE_LINE, standing(lines=0, unused_lines=0), NothingThere(kind="line")),
        (ACTION.DELETE, standing(documents=("receipts",)), Documented(kinds=("receipts",))),
        (ACTION.SUBMIT, draft(lines=0), NothingThere(kind="line")),
        (ACTION.ISSUE, draft(approval_rules=(3, 4)), ApprovalRequired(rules=(3, 4), remedy=SUBMIT_REMEDY)),
        (
            ACTION.ISSUE,
            draft(is_release=True),
            WrongStatus(action="ISSUE", status="DRAFT", allowed=("PROCESSING", "PENDING_SUBMISSION")),
        ),
        (ACTION.EXTEND, standing(approval_rules=(3,)), ApprovalRequired(rules=(3,), remedy=REVISE_REMEDY)),
        (ACTION.CANCEL, standing(released=Decimal(500)), ReleasesDrawn(released=Decimal(500), remedy=CLOSE_INSTEAD)),
        (ACTION.CLOSE_LINE, standing(open_lines=0), NothingThere(kind="open line")),
        (ACTION.CANCEL_LINE, standing(open_lines=0), NothingThere(kind="open line")),
        (ACTION.REOPEN_LINE, standing(), NothingThere(kind="line that was closed short")),
        (ACTION.RELEASE, standing(), NotApplicable(order_type="STANDARD")),
        (ACTION.RECEIVE, standing(order_type=OrderType.BLANKET), NotApplicable(order_type="BLANKET")),
        (
            ACTION.RETURN,
            standing(status=STATUS.DELIVERED, order_type=OrderType.BLANKET),
            NotApplicable(order_type="BLANKET"),
        ),
        (ACTION.REMOVE_CONTACT, standing(contacts=0), NothingThere(kind="contact")),
        (ACTION.UPDATE_CONTACT, standing(contacts=0), NothingThere(kind="contact")),
        (ACTION.EXTEND, standing(expiration_date=None), NothingThere(kind="expiration date")),
        (ACTION.ADD_LINE, standing(lines=100), LimitExceeded(limit=100, actual=101, setting="orderLineLimit")),
        (ACTION.ADD_CONTACT, standing(contacts=10), LimitExceeded(limit=10, actual=11, setting="orderContactLimit")),
    ],
)
def test_what_else_has_to_hold(action: PurchaseOrderAction, order: Standing, reason: Refusal):
    assert reasons_against(action, order) == [reason]


def test_an_approved_order_may_be_issued_and_a_draft_extended_whatever_the_rules_say():
    approved = draft(approval_rules=(3,))

    assert reasons_against(ACTION.ISSUE, replace(approved, status=STATUS.PENDING_SUBMISSION)) == []
    assert reasons_against(ACTION.EXTEND, approved) == []


def test_one_line_and_one_contact_below_the_limit_have_room():
    assert reasons_against(ACTION.ADD_LINE, standing(lines=99)) == []
    assert reasons_against(ACTION.ADD_CONTACT, standing(contacts=9)) == []


FULL = LimitExceeded(limit=100, actual=101, setting="activeOrderLimit")


@pytest.mark.parametrize(
    ("action", "order"),
    [
        (ACTION.ISSUE, draft()),
        (ACTION.ISSUE, draft(effective_date=date(2025, 4, 1))),
        (ACTION.RESUME, standing(**SUSPENDED)),
        (ACTION.EXTEND, standing(**EXPIRED)),
        (ACTION.REOPEN, standing(**CLOSED)),
    ],
)
def test_the_101st_active_order_is_refused_whatever_makes_it_active(action: PurchaseOrderAction, order: Standing):
    assert reasons_against(action, replace(order, active_orders=99)) == []
    assert reasons_against(action, replace(order, active_orders=100)) == [FULL]


@pytest.mark.parametrize(
    ("action", "order"),
    [
        (ACTION.ISSUE, draft(expiration_date=date(2025, 3, 9))),
        (ACTION.RESUME, standing(**{**SUSPENDED, **EXPIRED})),
        (ACTION.EXTEND, standing()),
        (ACTION.EXTEND, draft()),
        (ACTION.EXTEND, standing(**{**SUSPENDED, **EXPIRED})),
        (ACTION.SUSPEND, standing()),
    ],
)
def test_what_makes_no_order_active_has_no_such_limit(action: PurchaseOrderAction, order: Standing):
    assert reasons_against(action, replace(order, active_orders=100)) == []


def test_an_organization_may_have_another_limit():
    order = draft(limits=Limits(active_orders=1, lines=2, contacts=1))

    assert reasons_against(ACTION.ISSUE, replace(order, active_orders=1)) == [
        LimitExceeded(limit=1, actual=2, setting="activeOrderLimit")
    ]
    assert reasons_against(ACTION.ADD_LINE, order) == [LimitExceeded(limit=2, actual=3, setting="orderLineLimit")]


def test_an_active_order_that_stays_active_needs_no_room():
    assert activation_refusal(standing(active_orders=100), standing(expiration_date=None)) is None


MOVES: dict[Any, Callable[[Standing], Standing]] = {
    ACTION.ISSUE: issued,
    ACTION.SUSPEND: lambda order: replace(order, suspended=True),
    ACTION.RESUME: resumed,
    ACTION.EXTEND: lambda order: extended(order, date(2026, 1, 31)),
    ACTION.CLOSE: lambda order: replace(order, status=STATUS.CLOSED_RELEASED),
}


@given(st.lists(st.sampled_from([*MOVES, "a month passes"]), max_size=12))
def test_whatever_is_done_an_order_never_leaves_its_states(steps: list[Any]):
    order = draft()
    for step in steps:
        before = order.matching_status
        if step == "a month passes":
            passed = date(order.today.year + order.today.month // 12, order.today.month % 12 + 1, 10)
            order = replace(order, today=passed)
        elif not reasons_against(step, order):
            order = MOVES[step](order)

        after = order.matching_status
        if before is MatchingStatus.CLOSED:
            assert after is MatchingStatus.CLOSED
        if before is not MatchingStatus.NOT_ISSUED:
            assert after is not MatchingStatus.NOT_ISSUED
        assert order.suspended is (
            after in {MatchingStatus.SUSPENDED, MatchingStatus.SUSPENDED_EXPIRED}
            or (order.suspended and after is MatchingStatus.CLOSED)
        )
