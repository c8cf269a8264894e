"""Approvals asked for and decided: plans of orders, what approvers say, and what follows."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from models.approval import Approval, ApprovalPlan, ApprovalRule, ApprovalStep
from models.event import Event
from models.organization import Organization, User, UserGroup, UserGroupMember
from models.purchase_order import PurchaseOrder
from models.statuses.orders import OrderType
from models.statuses.people import ApprovalDecision, ApprovalDocument, ApprovalQuorum, Role
from models.supplier import Supplier
from resolvers.approving import approval_decisions, approval_previews, approval_rules, approvals
from resolvers.errors import AlreadyTaken, InvalidValue, NotFound, NotPermitted, Refusals, VersionConflict, WrongStatus
from resolvers.errors_approvals import AlreadyDecided, ApprovalRequired, NobodyToApprove, NotAsked, OwnRequest
from resolvers.ids import id_of
from resolvers.operation import Meant
from resolvers.orders import purchase_order_lifecycle as lifecycle
from resolvers.orders import purchase_order_states as states
from resolvers.orders.facts_orders import standing_of
from resolvers.telling import sweep
from tests.approving import agree, approver_of, by, make_rule, plan_of, refuse, said, standing, step_of
from tests.factories import NOON, make_call, make_cost_center, make_organization, make_supplier, make_user
from tests.ordering import a_line, asked, make_draft, refused

if TYPE_CHECKING:
    from resolvers.operation import Call


@pytest.fixture
async def organization(db: str) -> Organization:
    return await make_organization()


@pytest.fixture
async def call(organization: Organization) -> Call:
    """An administrator, who asks for approvals."""
    return await make_call(organization)


@pytest.fixture
async def ann(organization: Organization) -> User:
    return await approver_of(organization, "Ann")


@pytest.fixture
async def bob(organization: Organization) -> User:
    return await approver_of(organization, "Bob")


async def submitted(call: Call, amount: int = 5000, **how: Any) -> PurchaseOrder:
    order = await make_draft(call, lines=[a_line(amount)])
    await lifecycle.submit(call, asked(order), **how)
    return await PurchaseOrder.get(id=order.id)


def kinds(events: Any) -> list[str]:
    return [event.kind for event in events]


async def test_an_order_that_no_rule_fits_is_approved_and_issued_at_once(call: Call, ann: User):
    await make_rule(call, ann)

    order = await submitted(call, 999)

    assert await standing(order) == ("ORDERED", "APPROVED", [])
    assert (order.submitted_at, order.approved_at, order.issued_at) == (call.now, call.now, call.now)
    assert (await plan_of(order)).explanation == "No approval rule fits: approved at once."
    assert order.first_approved_amount == 999


async def test_an_order_that_a_rule_fits_waits_until_its_approver_agrees(call: Call, ann: User):
    await make_rule(call, ann)
    order = await submitted(call, 1000)
    assert await standing(order) == ("PENDING_APPROVAL", "OPEN", ["REQUESTED"])
    assert (order.submitted_at, order.approved_at, order.issued_at) == (call.now, None, None)

    written = await agree(call, ann, order)

    assert await standing(order) == ("ORDERED", "APPROVED", ["APPROVED"])
    assert kinds(written.events) == ["approval_approved", "purchase_order_approved", "purchase_order_issued"]
    assert [event.actor_id for event in written.events] == [ann.id] * 3
    step = await ApprovalStep.get(plan_id=written.key)
    assert {each["field"]: (each["from"], each["to"]) for each in written.events[0].changes} == {
        "approvalPlan.status": ("OPEN", "APPROVED"),
        "approvalPlan.steps.1.status": ("REQUESTED", "APPROVED"),
        f"approvalPlan.steps.1.{id_of(User, ann.id)}": ("WAITING", "APPROVED"),
    }
    assert (step.requested_at, step.decided_at) == (call.now, call.now)


async def test_an_approved_order_waits_to_be_issued_where_its_submitter_wants_that(call: Call, ann: User):
    await make_rule(call, ann)
    order = await submitted(call, issue_when_approved=False)

    await agree(call, ann, order)
    assert await standing(order) == ("PENDING_SUBMISSION", "APPROVED", ["APPROVED"])

    await states.issue(call, asked(order))
    assert (await PurchaseOrder.get(id=order.id)).status == "ORDERED"


async def test_an_order_for_which_there_is_no_room_waits_to_be_issued(call: Call, ann: User):
    await make_rule(call, ann)
    order = await submitted(call)
    await Organization.filter(id=call.organization_id).update(active_order_limit=0)

    await agree(call, ann, order)

    assert (await standing(order))[0] == "PENDING_SUBMISSION"


async def test_a_rejected_order_can_be_changed_and_submitted_again(call: Call, ann: User, bob: User):
    await make_rule(call, ann, bob)
    order = await submitted(call)

    written = await refuse(call, ann, order, reason="Ask for a discount")

    assert await standing(order) == ("REJECTED", "REJECTED", ["REJECTED"])
    assert kinds(written.events) == ["approval_rejected", "purchase_order_rejected"]
    assert [event.reason for event in written.events] == ["Ask for a discount"] * 2
    assert await said(order) == {"Ann": "REJECTED", "Bob": "NO_LONGER_ASKED"}
    await lifecycle.submit(call, asked(order))
    assert await standing(order) == ("PENDING_APPROVAL", "OPEN", ["REQUESTED"])
    assert await ApprovalPlan.filter(purchase_order_id=order.id).order_by("id").values_list("status", flat=True) == [
        "SUPERSEDED",
        "OPEN",
    ]


async def test_a_refusal_needs_a_reason(call: Call, ann: User):
    await make_rule(call, ann)
    order = await submitted(call)

    for reason in (None, " "):
        meant = await step_of(order, reason=reason)
        [found] = await refused(approval_decisions.decide(by(call, ann), meant, ApprovalDecision.REJECT))
        assert isinstance(found, InvalidValue)
        assert found.path == ("reason",)


async def test_later_steps_are_asked_when_the_earlier_ones_are_through(call: Call, ann: User, bob: User):
    await make_rule(call, bob, name="Second", sequence=2, escalate_after_days=2)
    await make_rule(call, ann, name="First")
    order = await submitted(call)
    assert await standing(order) == ("PENDING_APPROVAL", "OPEN", ["REQUESTED", "NOT_YET_REQUESTED"])
    assert await refused(agree(call, bob, order, 2)) == [
        WrongStatus(action="DECIDE", status="NOT_YET_REQUESTED", allowed=("REQUESTED",), path=("id",))
    ]

    await agree(call, ann, order)

    second = await ApprovalStep.get(plan__purchase_order_id=order.id, number=2)
    assert (second.status, second.requested_at, second.escalates_on) == ("REQUESTED", call.now, date(2025, 3, 12))
    await agree(call, bob, order, 2)
    assert (await standing(order))[0] == "ORDERED"


async def test_the_same_decision_again_writes_nothing_and_another_one_is_refused(call: Call, ann: User, bob: User):
    await make_rule(call, ann, bob, quorum=ApprovalQuorum.ALL)
    order = await submitted(call)
    first = await agree(call, ann, order)
    before = await Event.all().count()

    again = await agree(call, ann, order)

    assert (again.key, again.events) == (first.key, ())
    assert await Event.all().count() == before
    assert await refused(refuse(call, ann, order)) == [
        AlreadyDecided(state="APPROVED", decided_by="Ann", decided_at=NOON, path=("id",))
    ]
    await agree(call, bob, order)
    assert (await agree(call, ann, order)).events == ()


async def test_who_comes_second_is_told_who_was_first(call: Call, ann: User, bob: User):
    await make_rule(call, ann, bob)
    order = await submitted(call)
    await agree(call, ann, order)

    for late in (agree, refuse):
        assert await refused(late(call, bob, order)) == [
            AlreadyDecided(state="APPROVED", decided_by="Ann", decided_at=NOON, path=("id",))
        ]


async def test_of_two_who_decide_at_once_one_is_first(call: Call, ann: User, bob: User):
    await make_rule(call, ann, bob)
    orders = [await submitted(call) for _ in range(3)]

    for order in orders:
        results = await asyncio.gather(agree(call, ann, order), refuse(call, bob, order), return_exceptions=True)

        assert sorted(type(result).__name__ for result in results) == ["AlreadyDecided", "Written"]
        status, plan, [step] = await standing(order)
        first = "APPROVED" if type(results[0]).__name__ == "Written" else "REJECTED"
        assert (status, plan, step) == ("ORDERED" if first == "APPROVED" else "REJECTED", first, first)
        issued = await Event.filter(purchase_order_id=order.id, kind="purchase_order_issued").count()
        assert issued == (1 if first == "APPROVED" else 0)


async def test_one_who_agrees_three_times_at_once_issues_the_order_once(call: Call, ann: User):
    await make_rule(call, ann)
    order = await submitted(call)

    results = await asyncio.gather(*(agree(call, ann, order) for _ in range(3)))

    assert sorted(len(written.events) for written in results) == [0, 0, 3]
    assert await Event.filter(purchase_order_id=order.id, kind="purchase_order_issued").count() == 1


async def test_only_who_is_asked_decides(call: Call, ann: User, bob: User):
    await make_rule(call, ann)
    order = await submitted(call)

    assert await refused(agree(call, bob, order)) == [NotAsked(step="Large orders", approvers=("Ann",), path=("id",))]
    approval = await Approval.get(step__plan__purchase_order_id=order.id)
    [found] = await refused(
        approval_decisions.decide(call, Meant(id=id_of(Approval, approval.id)), ApprovalDecision.APPROVE)
    )
    assert isinstance(found, NotAsked)
    elsewhere = await make_call()
    assert await refused(approval_decisions.decide(elsewhere, await step_of(order), ApprovalDecision.APPROVE)) == [
        NotFound(kind="step of an approval", key=(await step_of(order)).id, path=("id",))
    ]


async def test_an_approval_can_be_meant_instead_of_its_step(call: Call, ann: User):
    await make_rule(call, ann)
    order = await submitted(call)
    approval = await Approval.get(step__plan__purchase_order_id=order.id)

    meant = Meant(id=id_of(Approval, approval.id), reason="Fine")
    await approval_decisions.decide(by(call, ann), meant, ApprovalDecision.APPROVE)

    assert (await standing(order))[0] == "ORDERED"
    assert (await Approval.get(id=approval.id)).reason == "Fine"


async def test_who_has_lost_the_role_decides_no_more_but_the_business_owner_needs_none(call: Call, ann: User):
    await make_rule(call, ann)
    order = await submitted(call)
    await User.filter(id=ann.id).update(roles=["BUYER"])
    demoted = await User.get(id=ann.id)

    assert await refused(agree(call, demoted, order)) == [NotPermitted(needed=("APPROVER",), roles=("BUYER",))]

    await PurchaseOrder.filter(id=order.id).update(business_owner_id=ann.id)
    await agree(call, demoted, order)
    assert (await standing(order))[0] == "ORDERED"


async def test_a_plan_that_changed_after_it_was_seen_is_not_decided(call: Call, ann: User):
    await make_rule(call, ann)
    order = await submitted(call)

    meant = await step_of(order, expected_version=7)
    [found] = await refused(approval_decisions.decide(by(call, ann), meant, ApprovalDecision.APPROVE))

    assert found == VersionConflict(expected=7, current=1, path=("expectedVersion",))


# ----------------------------------------------------------------------------------------------- requesters, delegates


async def test_a_requester_is_not_asked_unless_a_setting_allows_it(organization: Organization, ann: User):
    call = await make_call(organization)
    requester = await User.get(id=call.actor.user_id)
    await make_rule(call, ann, requester)

    order = await submitted(call)
    assert list(await said(order)) == ["Ann"]
    [found] = await refused(agree(call, requester, order))
    assert isinstance(found, NotAsked)

    await Organization.filter(id=organization.id).update(requester_may_approve=True)
    order = await submitted(call)
    await agree(call, requester, order)
    assert (await standing(order))[0] == "ORDERED"


async def test_a_setting_that_is_taken_back_holds_for_plans_that_are_open(organization: Organization):
    call = await make_call(organization)
    requester = await User.get(id=call.actor.user_id)
    await make_rule(call, requester)
    await Organization.filter(id=organization.id).update(requester_may_approve=True)
    order = await submitted(call)
    await Organization.filter(id=organization.id).update(requester_may_approve=False)

    for doing in (agree(call, requester, order), refuse(call, requester, order)):
        assert await refused(doing) == [OwnRequest(setting="requesterMayApprove", path=("id",))]


async def test_an_administrator_stands_in_for_a_requester_who_would_ask_only_themselves(organization: Organization):
    buyer = await make_call(organization, Role.BUYER, Role.APPROVER)
    admin = await make_user(organization, name="Ada")
    await make_rule(by(buyer, admin), await User.get(id=buyer.actor.user_id))

    order = await submitted(buyer)

    assert await said(order) == {"Ada": "WAITING"}


async def test_where_nobody_could_approve_nothing_is_submitted(call: Call):
    rule = await make_rule(call, await User.get(id=call.actor.user_id))
    order = await make_draft(call, lines=[a_line(5000)])

    assert await refused(lifecycle.submit(call, asked(order))) == [
        NobodyToApprove(step="Large orders", rule=rule.number)
    ]


async def test_members_of_a_group_are_asked_as_far_as_they_may_approve(
    organization: Organization, call: Call, ann: User, bob: User
):
    buyer = await make_user(organization, Role.BUYER)
    group = await UserGroup.create(organization=organization, name="Finance")
    for user in (ann, bob, buyer):
        await UserGroupMember.create(organization=organization, group=group, user=user)
    await make_rule(call, ann, group_ids=[id_of(UserGroup, group.id)])

    assert await said(await submitted(call)) == {"Ann": "WAITING", "Bob": "WAITING"}


async def test_a_delegate_decides_instead(organization: Organization, call: Call, ann: User, bob: User):
    cleo = await approver_of(organization, "Cleo")
    await make_rule(call, ann, bob, quorum=ApprovalQuorum.ALL)
    order = await submitted(call)

    meant = await step_of(order, reason="On leave")
    written = await approval_decisions.delegate(by(call, ann), meant, id_of(User, cleo.id))

    assert kinds(written.events) == ["approval_delegated"]
    assert await said(order) == {"Ann": "DELEGATED", "Bob": "WAITING", "Cleo": "WAITING"}
    assert (await Approval.get(approver_id=cleo.id)).delegated_by_id == ann.id
    [found] = await refused(agree(call, ann, order))
    assert found == AlreadyDecided(state="DELEGATED", decided_by="Ann", decided_at=NOON, path=("id",))
    await agree(call, bob, order)
    assert (await standing(order))[0] == "PENDING_APPROVAL"
    await agree(call, cleo, order)
    assert (await standing(order))[0] == "ORDERED"


async def test_nobody_delegates_to_the_requester_or_who_may_not_or_who_is_asked(
    organization: Organization, call: Call, ann: User, bob: User
):
    buyer = await make_user(organization, Role.BUYER)
    await make_rule(call, ann, bob)
    order = await submitted(call)
    requester = await User.get(id=call.actor.user_id)

    problems = {
        requester.id: "they asked for the approval (requesterMayApprove)",
        buyer.id: "they do not have the role APPROVER",
        bob.id: "the step has asked them already",
    }
    for key, problem in problems.items():
        [found] = await refused(approval_decisions.delegate(by(call, ann), await step_of(order), id_of(User, key)))
        assert isinstance(found, InvalidValue)
        assert (found.expected, found.path) == (problem, ("toUserId",))
    stranger = await make_user(await make_organization())
    [found] = await refused(approval_decisions.delegate(by(call, ann), await step_of(order), id_of(User, stranger.id)))
    assert isinstance(found, NotFound)


async def test_an_administrator_skips_a_step_for_a_reason_but_not_their_own(
    organization: Organization, call: Call, ann: User
):
    await make_rule(call, ann)
    order = await submitted(call)
    other = await make_call(organization)

    [unreasoned] = await refused(approval_decisions.skip(other, await step_of(order)))
    assert unreasoned.path == ("reason",)
    meant = await step_of(order, reason="Ann has left")
    assert await refused(approval_decisions.skip(call, meant)) == [
        OwnRequest(setting="requesterMayApprove", path=("id",))
    ]

    written = await approval_decisions.skip(other, meant)

    assert kinds(written.events)[0] == "approval_skipped"
    assert await standing(order) == ("ORDERED", "APPROVED", ["SKIPPED"])
    assert (await ApprovalStep.get(plan_id=written.key)).reason == "Ann has left"
    [found] = await refused(approval_decisions.skip(other, meant))
    assert found == AlreadyDecided(state="SKIPPED", decided_by=None, decided_at=NOON, path=("id",))


# ------------------------------------------------------------------------------------------------------ rules, previews


async def test_a_preview_tells_the_plan_and_stores_nothing(call: Call, ann: User):
    rule = await make_rule(call, ann)
    order = await make_draft(call, lines=[a_line(5000)])

    found = await approval_previews.preview(call, id_of(PurchaseOrder, order.id))

    assert found is not None
    assert (str(found.status), found.amount, found.reasons) == ("OPEN", 5000, [])
    assert found.explanation == f"1 step: rule {rule.number} (Large orders)."
    assert [(step["number"], step["name"]) for step in found.steps] == [(1, "Large orders")]
    assert await ApprovalPlan.all().count() == 0


async def test_a_preview_tells_why_nothing_could_be_submitted(call: Call):
    await make_rule(call, await User.get(id=call.actor.user_id))
    order = await make_draft(call, lines=[a_line(5000)])

    found = await approval_previews.preview(call, id_of(PurchaseOrder, order.id))

    assert found is not None
    assert [type(reason) for reason in found.reasons] == [NobodyToApprove]
    assert await approval_previews.preview(await make_call(), id_of(PurchaseOrder, order.id)) is None


async def test_what_is_wrong_with_a_rule_is_told(organization: Organization, call: Call, ann: User):
    buyer = await make_user(organization, Role.BUYER)
    rule = await make_rule(call, ann)

    async def wrong(**given: Any) -> list[tuple[type, tuple[str, ...]]]:
        terms = {"name": "R", "document": ApprovalDocument.ORDER, "approver_ids": [id_of(User, ann.id)], **given}
        return [(type(found), found.path) for found in await refused(approval_rules.create(call, terms))]

    assert await wrong(approver_ids=[]) == [(InvalidValue, ("approverIds",))]
    assert await wrong(approver_ids=[id_of(User, buyer.id)]) == [(InvalidValue, ("approverIds", "0"))]
    assert await wrong(approver_ids=[id_of(User, ann.id)] * 2) == [(InvalidValue, ("approverIds", "1"))]
    assert await wrong(approver_ids=["usr_1"]) == [(NotFound, ("approverIds", "0"))]
    assert await wrong(group_ids=["grp_1"]) == [(NotFound, ("groupIds", "0"))]
    assert await wrong(supplier_id="sup_1") == [(NotFound, ("supplierId",))]
    assert await wrong(number=rule.number) == [(AlreadyTaken, ("number",))]
    assert await wrong(amount_from=Decimal(2), amount_to=Decimal(1)) == [(InvalidValue, ("amountTo",))]
    [found] = await refused(approval_rules.update(call, id_of(ApprovalRule, rule.id), {"amount_to": Decimal(999)}))
    assert (type(found), found.path) == (InvalidValue, ("amountTo",))


async def test_a_changed_rule_holds_for_later_plans_only(call: Call, ann: User, bob: User):
    rule = await make_rule(call, ann)
    before = await submitted(call)

    written = await approval_rules.update(
        call, id_of(ApprovalRule, rule.id), {"approver_ids": [id_of(User, bob.id)], "quorum": ApprovalQuorum.ALL}
    )

    assert {each["field"]: (each["from"], each["to"]) for each in written.events[0].changes} == {
        "quorum": ("ANY", "ALL"),
        "approverIds": (id_of(User, ann.id), id_of(User, bob.id)),
    }
    assert await said(before) == {"Ann": "WAITING"}
    assert await said(await submitted(call)) == {"Bob": "WAITING"}
    await approval_rules.update(call, id_of(ApprovalRule, rule.id), {"is_active": False})
    assert (await submitted(call)).status == "ORDERED"


async def test_the_database_and_the_rules_agree_on_which_rules_fit(call: Call, ann: User):
    supplier = await make_supplier(call.organization_id)
    center = await make_cost_center(call.organization_id)
    scopes: list[dict[str, Any]] = [
        {},
        {"amount_from": Decimal(5000)},
        {"amount_from": Decimal("5000.01")},
        {"amount_from": None, "amount_to": Decimal(5000)},
        {"amount_from": None, "amount_to": Decimal("4999.99")},
        {"currency": "USD"},
        {"currency": "EUR"},
        {"order_type": OrderType.STANDARD},
        {"order_type": OrderType.BLANKET},
        {"supplier_id": id_of(Supplier, supplier.id)},
        {"cost_center_id": id_of(type(center), center.id)},
        {"document": ApprovalDocument.REVISION},
        {"sequence": 5},
    ]
    for scope in scopes:
        await make_rule(call, ann, **scope)
    await ApprovalRule.filter(number=1).update(is_active=False)
    orders = [
        await make_draft(call, lines=[a_line(5000)], **given)
        for given in (
            {},
            {"supplier_id": id_of(Supplier, supplier.id)},
            {"cost_center_id": id_of(type(center), center.id)},
            {"currency": "EUR"},
            {"order_type": OrderType.BLANKET},
        )
    ]

    for each in orders:
        order = await PurchaseOrder.get(id=each.id)
        fitting = await approvals.needed_rules(call, order, order.total_amount)
        assert (await standing_of(order, call)).approval_rules == fitting
        assert 2 in fitting
        assert 1 not in fitting


async def test_a_draft_that_a_rule_fits_is_not_issued_past_its_approvers(call: Call, ann: User):
    rule = await make_rule(call, ann)
    order = await make_draft(call, lines=[a_line(5000)])

    [found] = await refused(states.issue(call, asked(order)))
    assert isinstance(found, ApprovalRequired)
    assert found.rules == (rule.number,)
    with pytest.raises(ApprovalRequired) as raised:
        await make_draft(call, lines=[a_line(5000)], issue=True)
    assert raised.value.path == ("issue",)


async def test_neglected_steps_are_told_once(organization: Organization, call: Call, ann: User):
    await make_rule(call, ann, escalate_after_days=3)
    order = await submitted(call)
    await submitted(call, 500)

    for day in (12, 13, 13, 14):
        await sweep.sweep(datetime(2025, 3, day, 6, tzinfo=UTC))

    [event] = await Event.filter(kind="approval_escalated")
    assert (event.purchase_order_id, event.subject, event.actor_id) == (order.id, order.number, None)
    assert event.created_at == datetime(2025, 3, 13, 6, tzinfo=UTC)
    assert event.organization_id == organization.id


async def test_a_refused_submission_leaves_no_plan(call: Call, ann: User):
    await make_rule(call, ann)
    order = await make_draft(call)

    with pytest.raises(Refusals):
        await lifecycle.submit(call, asked(order))

    assert await ApprovalPlan.all().count() == 0
