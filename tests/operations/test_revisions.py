"""Revisions: proposed beside what is in force, approved, applied as a new version; or nothing has happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from models import database
from models.approval import Approval, ApprovalPlan, ApprovalRule, ApprovalRuleApprover
from models.invoice import Allocation
from models.organization import Organization
from models.purchase_order import PurchaseOrder, PurchaseOrderLine
from models.receiving import Milestone, ReceiptLine
from models.revision import PurchaseOrderVersion, Revision, RevisionLine
from models.statuses.orders import LineStatus, PurchaseOrderStatus, RevisionLineState, RevisionStatus
from models.statuses.people import ApprovalDecision, ApprovalDocument, Role
from models.statuses.receiving import MilestoneStatus
from models.values import ONE
from models.verification import Discrepancy
from resolvers.approving import approval_decisions
from resolvers.derived import progress, recomputing
from resolvers.errors import AlreadyTaken, NotFound, OutsideValidity, VersionConflict, WrongStatus
from resolvers.errors_approvals import AlreadyReceived, Documented, NotAsked
from resolvers.errors_blanket import OverBudget
from resolvers.errors_revisions import (
    BelowMilestones,
    BelowReleased,
    FullyReceived,
    NotAboveReceived,
    NothingProposed,
    OpenRevision,
)
from resolvers.errors_sourcing import ContractCapExceeded
from resolvers.ids import id_of
from resolvers.operation import Call, Meant
from resolvers.orders import releases
from resolvers.revising import revision_decisions, revisions
from resolvers.revising.revision_decisions import LineDecision
from resolvers.revising.revision_proposals import Proposed
from resolvers.sourcing import contracts
from tests.factories import actor_of, make_call, make_milestone, make_receipt, make_user
from tests.invoicing import record
from tests.operations.test_sourcing import fixed, make_contract, make_method
from tests.operations.test_verification import bill, recheck
from tests.ordering import a_line, asked, contact, first_line, make_draft, make_order, refused, supplier_of

if TYPE_CHECKING:
    from resolvers.operation import Written

_SNAPSHOT = """SELECT (to_jsonb(t) - 'stands_since' - 'updated_at')::text AS told FROM {} t ORDER BY id"""


def after(call: Call, **by: int) -> Call:
    return Call(call.actor, call.now + timedelta(**by))


def ref(row: Any) -> str:
    return id_of(type(row), row.id)


def change(line: PurchaseOrderLine, **fields: Any) -> dict[str, Any]:
    return {"line_id": ref(line), **fields}


async def revision_of(written: Written) -> Revision:
    return await Revision.get(id=written.key)


async def begin(call: Call, order: PurchaseOrder, *lines: dict[str, Any], **header: Any) -> Revision:
    """A revision that proposes this."""
    return await revision_of(await revisions.start(call, asked(order), Proposed(header=header, lines=lines)))


async def submit(call: Call, revision: Revision, **options: Any) -> Revision:
    return await revision_of(await revisions.submit(call, Meant(id=ref(revision)), **options))


async def approver_of(call: Call, **rule: Any) -> Call:
    """Somebody whom a rule for revisions names."""
    organization = await Organization.get(id=call.organization_id)
    user = await make_user(organization, Role.APPROVER)
    made = await ApprovalRule.create(
        organization=organization, number=1, name="Revisions", document=ApprovalDocument.REVISION, **rule
    )
    await ApprovalRuleApprover.create(organization=organization, rule=made, user=user)
    return Call(actor_of(user), call.now + timedelta(hours=1))


async def everything_of(order: PurchaseOrder) -> list[Any]:
    """What stands of the order, its lines, contacts and versions, but for when."""
    tables = ("purchase_order", "purchase_order_line", "purchase_order_contact", "purchase_order_version")
    return [await database.rows(_SNAPSHOT.format(table)) for table in tables]


async def lines_of(order: PurchaseOrder) -> list[PurchaseOrderLine]:
    return await PurchaseOrderLine.filter(purchase_order_id=order.id).order_by("number")


async def differences() -> list[str]:
    """What a recomputation from scratch finds otherwise."""
    found: list[str] = []
    await recomputing.check(lambda each: found.append(str(each)))
    return found


async def test_an_applied_revision_makes_the_next_version_and_keeps_number_receipts_and_invoices(db: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line(1000, description="Old")], display_name="Office")
    invoice = await record(call, await supplier_of(call), 100)
    [line] = await lines_of(order)
    receipt = await make_receipt(call, line, 0)
    assert (order.version, await PurchaseOrderVersion.all().count()) == (1, 0)

    later = after(call, days=1)
    revision = await begin(
        later, order, change(line, unit_price=Decimal(1500)), {"unit_price": Decimal(200)}, display_name="Offices"
    )
    assert (revision.total_before, revision.total_after, revision.amount_to_approve) == (1000, 1700, 1700)
    assert (await PurchaseOrder.get(id=order.id)).total_amount == 1000
    revision = await submit(later, revision)

    now = await PurchaseOrder.get(id=order.id)
    [version] = await PurchaseOrderVersion.all()
    assert (revision.status, revision.applied_version) == (RevisionStatus.APPLIED, 2)
    assert (now.version, now.number, now.total_amount, now.display_name) == (2, order.number, 1700, "Offices")
    assert (version.version, version.total_amount, version.revision_id) == (1, 1000, revision.id)
    assert version.in_force_from == order.issued_at
    assert now.stands_since == version.in_force_until
    assert await Allocation.get(invoice_id=invoice.id, ended_at=None, line_id=line.id)
    assert await ReceiptLine.exists(receipt_id=receipt.id, line_id=line.id, receipt__purchase_order_id=order.id)
    [_, added] = await lines_of(order)
    assert (added.number, added.status, added.amount) == (2, LineStatus.ORDERED, 200)
    assert (await RevisionLine.get(number=2)).line_id == added.id


async def test_a_rejected_revision_leaves_everything_as_it_was_to_the_byte(db: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line(1000), a_line(50)], contacts=[contact()])
    await record(call, await supplier_of(call), 100)
    approver = await approver_of(call)
    before = await everything_of(order)
    first, second = await lines_of(order)
    revision = await begin(call, order, change(first, unit_price=Decimal(1)), change(second, canceled=True))
    assert await everything_of(order) == before

    await submit(call, revision)
    waiting = await lines_of(order)
    [approval] = await Approval.filter(approver_id=approver.actor.user_id)
    meant = Meant(id=ref(approval), reason="Too cheap")
    assert {line.status for line in waiting} == {LineStatus.PENDING_REVISION}
    assert (await PurchaseOrder.get(id=order.id)).status is PurchaseOrderStatus.PENDING_REVISION
    await approval_decisions.decide(approver, meant, ApprovalDecision.REJECT)

    await revision.refresh_from_db()
    assert (revision.status, revision.decision_reason) == (RevisionStatus.REJECTED, "Too cheap")
    assert {row.state for row in await RevisionLine.all()} == {RevisionLineState.REJECTED}
    assert await everything_of(order) == before


@pytest.mark.parametrize("proposed", [Proposed(header={"display_name": "New"}), Proposed(lines=[{"unit_price": ONE}])])
async def test_the_order_waits_with_a_revision_that_touches_no_line(db: str, proposed: Proposed):
    call = await make_call()
    order = await make_order(call, lines=[a_line(1000)])
    approver = await approver_of(call)
    before = await everything_of(order)
    revision = await revision_of(await revisions.start(call, asked(order), proposed))
    assert await everything_of(order) == before

    await submit(call, revision)
    assert (await PurchaseOrder.get(id=order.id)).status is PurchaseOrderStatus.PENDING_REVISION
    assert [line.status for line in await lines_of(order)] == [LineStatus.ORDERED]
    assert await differences() == []

    [approval] = await Approval.filter(approver_id=approver.actor.user_id)
    meant = Meant(id=ref(approval), reason="No")
    await approval_decisions.decide(approver, meant, ApprovalDecision.REJECT)
    assert await everything_of(order) == before

    again = await revision_of(await revisions.start(call, asked(order), proposed))
    await submit(call, again, apply_when_approved=False)
    assert (await PurchaseOrder.get(id=order.id)).status is PurchaseOrderStatus.PENDING_REVISION
    await revisions.discard(call, Meant(id=ref(again)))
    assert await everything_of(order) == before


async def test_while_it_waits_the_live_version_serves_invoices(db: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line(1000)])
    await approver_of(call)
    await submit(call, await begin(call, order, change(await first_line(order), unit_price=Decimal(5000))))

    invoice = await record(after(call, hours=2), await supplier_of(call), 300)

    line = await first_line(order)
    assert await Allocation.exists(invoice_id=invoice.id, line_id=line.id)
    assert (line.balance_current, line.status) == (700, LineStatus.PENDING_REVISION)


async def test_only_rejected_lines_stay_as_they_were(db: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line(1000), a_line(500), a_line(70)])
    approver = await approver_of(call)
    first, second, _ = await lines_of(order)
    revision = await begin(
        call, order, change(first, unit_price=Decimal(1100)), change(second, unit_price=Decimal(900))
    )
    await submit(call, revision)
    assert [line.status for line in await lines_of(order)][2] is LineStatus.ORDERED

    no = LineDecision(number=2, decision=ApprovalDecision.REJECT, reason="Too dear")
    await revision_decisions.decide(approver, Meant(id=ref(revision)), ApprovalDecision.APPROVE, [no])

    await revision.refresh_from_db()
    assert (revision.status, revision.amount_to_approve, revision.total_after) == (RevisionStatus.APPLIED, 1100, 1670)
    assert [(line.amount, line.status) for line in await lines_of(order)] == [
        (1100, LineStatus.ORDERED),
        (500, LineStatus.ORDERED),
        (70, LineStatus.ORDERED),
    ]
    states = [(row.state, row.decision_reason) for row in await RevisionLine.all().order_by("number")]
    assert states == [(RevisionLineState.APPROVED, None), (RevisionLineState.REJECTED, "Too dear")]


async def test_only_who_is_asked_decides_and_all_lines_rejected_reject_the_revision(db: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line(1000)])
    approver = await approver_of(call)
    before = await everything_of(order)
    revision = await begin(call, order, change(await first_line(order), quantity=Decimal(2)))
    await submit(call, revision)
    meant = Meant(id=ref(revision), reason="No")

    [not_asked] = await refused(revision_decisions.decide(call, meant, ApprovalDecision.APPROVE))
    assert isinstance(not_asked, NotAsked)
    assert await Revision.filter(status=RevisionStatus.PENDING_APPROVAL).exists()
    await revision_decisions.decide(approver, meant, ApprovalDecision.REJECT)

    assert (await Revision.get(id=revision.id)).status is RevisionStatus.REJECTED
    assert await everything_of(order) == before


async def test_the_limit_counts_from_the_first_approved_amount(db: str):
    """1,000 raised by 9 % five times, with a limit of 10 %: the second raise asks for approval (V6)."""
    call = await make_call()
    await Organization.filter(id=call.organization_id).update(revision_limit_percent=10)
    order = await make_order(call, lines=[a_line(1000)])
    organization = await Organization.get(id=call.organization_id)
    owner = await make_user(organization, Role.BUYER)
    await PurchaseOrder.filter(id=order.id).update(business_owner_id=owner.id)
    seen: list[tuple[int, str, bool]] = []

    for step in range(1, 6):
        now = after(call, days=step)
        line = await first_line(order)
        raised = (line.unit_price * Decimal("1.09")).quantize(Decimal("0.01"))
        revision = await submit(now, await begin(now, order, change(line, unit_price=raised)))
        plan = await ApprovalPlan.get_or_none(revision_id=revision.id)
        seen.append((step, str(revision.status), plan is not None))
        if plan is not None:
            approval = await Approval.get(step__plan_id=plan.id)
            assert approval.approver_id == owner.id
            decider = Call(actor_of(owner), now.now + timedelta(hours=1))
            await approval_decisions.decide(decider, Meant(id=ref(approval)), ApprovalDecision.APPROVE)

    assert seen == [(1, "APPLIED", False), *((step, "PENDING_APPROVAL", True) for step in range(2, 6))]
    now = await PurchaseOrder.get(id=order.id)
    assert (now.version, now.total_amount, now.first_approved_amount) == (6, Decimal("1538.62"), 1000)


async def test_a_second_open_revision_is_a_conflict(db: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line(1000)])
    revision = await begin(call, order)

    assert await refused(revisions.start(call, asked(order))) == [OpenRevision(number=1, status="DRAFT")]
    await revisions.update(call, Meant(id=ref(revision)), Proposed(header={"display_name": "Still mine"}))
    await revisions.discard(call, Meant(id=ref(revision)))
    assert (await begin(call, order)).number == 2


async def test_a_revision_may_wait_to_be_applied_and_be_given_up(db: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line(1000)])
    before = await everything_of(order)
    line = await first_line(order)
    revision = await submit(
        call, await begin(call, order, change(line, unit_price=Decimal(2000))), apply_when_approved=False
    )
    assert revision.status is RevisionStatus.APPROVED
    assert (await first_line(order)).status is LineStatus.PENDING_REVISION

    await revisions.discard(call, Meant(id=ref(revision)))
    assert await everything_of(order) == before
    revision = await submit(
        call, await begin(call, order, change(line, unit_price=Decimal(2000))), apply_when_approved=False
    )
    await revisions.apply(call, Meant(id=ref(revision)))
    assert (await PurchaseOrder.get(id=order.id)).total_amount == 2000
    assert [type(each) for each in await refused(revisions.apply(call, Meant(id=ref(revision))))] == [WrongStatus]


async def test_what_is_proposed_can_be_changed_withdrawn_and_is_checked_like_any_change(db: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line(1000), a_line(10)])
    first, second = await lines_of(order)
    revision = await begin(call, order, change(first, unit_price=Decimal(5)), {"unit_price": Decimal(7)})
    meant = Meant(id=ref(revision))

    async def propose(*lines: dict[str, Any], withdrawn: tuple[int, ...] = (), **header: Any) -> Written:
        return await revisions.update(call, meant, Proposed(header=header, lines=lines, withdrawn=withdrawn))

    await propose({"number": 3, "description": "More"}, change(second, canceled=True), withdrawn=(1,))
    rows = await RevisionLine.filter(revision_id=revision.id).order_by("number")
    assert [(row.number, row.changes) for row in rows] == [
        (2, {"canceled": True}),
        (3, {"unit_price": "7", "description": "More"}),
    ]
    assert (await Revision.get(id=revision.id)).total_after == 1007
    await propose(change(second, canceled=False), withdrawn=(3,))
    assert await RevisionLine.all().count() == 0
    assert await refused(revisions.submit(call, meant)) == [NothingProposed(path=("id",))]

    [late] = await refused(propose(change(first, end_date=date(2026, 1, 1))))
    assert isinstance(late, OutsideValidity)
    assert late.path == ("lines", "0", "endDate")
    await propose(change(first, end_date=date(2026, 1, 1)), expiration_date=date(2026, 6, 30))
    found = await refused(propose({"line_id": "pol_1x"}, {"number": 1, "unit_price": Decimal(1)}, withdrawn=(9,)))
    assert [(type(each), each.path) for each in found] == [
        (NotFound, ("withdrawLines", "0")),
        (NotFound, ("lines", "0", "lineId")),
        (AlreadyTaken, ("lines", "1", "number")),
    ]
    [conflict] = await refused(revisions.update(call, replace(meant, expected_version=1), Proposed()))
    assert isinstance(conflict, VersionConflict)


async def test_what_is_received_released_or_planned_bounds_what_may_be_proposed(db: str):
    call = await make_call()
    order = await make_order(
        call,
        lines=[
            {"unit_price": Decimal(10), "quantity": Decimal(10), "product_type": "GOOD", "unit": "EA"},
            {"unit_price": Decimal(100), "acknowledgment_type": "MILESTONES"},
        ],
    )
    goods, service = await lines_of(order)
    await PurchaseOrderLine.filter(id=goods.id).update(received_quantity=4, received_amount=40, received_percent=40)
    await make_milestone(service, amount=Decimal(60))

    async def refusal(*lines: dict[str, Any]) -> Any:
        return await refused(begin(call, order, *lines))

    path = ("lines", "0")
    four = Decimal(4)
    assert await refusal(change(goods, quantity=four)) == [
        NotAboveReceived(line=1, proposed=four, received=four, path=path)
    ]
    [canceled] = await refusal(change(goods, canceled=True))
    assert isinstance(canceled, AlreadyReceived)
    assert await refusal(change(service, unit_price=Decimal(59))) == [
        BelowMilestones(line=2, proposed=Decimal(59), milestones=Decimal(60), path=path)
    ]
    await PurchaseOrderLine.filter(id=goods.id).update(received_quantity=10, received_amount=100, received_percent=100)
    assert await refusal(change(goods, quantity=Decimal(20))) == [FullyReceived(line=1, path=path)]

    blanket = await make_order(call, order_type="BLANKET", lines=[a_line(1000, balance_tracked=False)])
    await PurchaseOrder.filter(id=blanket.id).update(released_amount=800)
    assert await refused(begin(call, blanket, change(await first_line(blanket), unit_price=Decimal(799)))) == [
        BelowReleased(line=None, proposed=Decimal(799), released=Decimal(800))
    ]
    await begin(call, blanket, change(await first_line(blanket), unit_price=Decimal(800)))


async def test_a_line_received_in_full_while_its_revision_waited_is_raised_and_not_lowered(db: str):
    call = await make_call()
    goods = {"unit_price": Decimal(10), "quantity": Decimal(10), "product_type": "GOOD", "unit": "EA"}
    order = await make_order(call, lines=[goods, goods])
    approver = await approver_of(call)
    first, second = await lines_of(order)
    lowered = change(second, quantity=Decimal(9))
    revision = await submit(call, await begin(call, order, change(first, quantity=Decimal(12)), lowered))
    for line in (first, second):
        await make_receipt(call, line, 10)
    await progress.refresh([order.id])

    assert await refused(revision_decisions.decide(approver, Meant(id=ref(revision)), ApprovalDecision.APPROVE)) == [
        NotAboveReceived(line=2, proposed=Decimal(9), received=Decimal(10), path=("lines", "2"))
    ]
    no = LineDecision(number=2, decision=ApprovalDecision.REJECT, reason="It came already")
    await revision_decisions.decide(approver, Meant(id=ref(revision)), ApprovalDecision.APPROVE, [no])

    assert [(line.quantity, line.status) for line in await lines_of(order)] == [
        (12, LineStatus.PARTIALLY_DELIVERED),
        (10, LineStatus.DELIVERED),
    ]
    assert await differences() == []


async def test_a_revision_goes_by_what_changes_of_lines_go_by(db: str):
    call = await make_call()
    goods = {"unit_price": Decimal(10), "quantity": Decimal(10), "product_type": "GOOD", "unit": "EA"}
    order = await make_order(call, lines=[goods])
    line = await first_line(order)
    await make_receipt(call, line, 4)
    await progress.refresh([order.id])
    assert await refused(begin(call, order, change(line, product_type="SERVICE", unit="FIXED_FEE"))) == [
        Documented(kinds=("receipts",), path=("lines", "0", "productType"))
    ]

    await contracts.link(call, asked(order), await make_contract(call, value_cap=Decimal(105)))
    [capped] = await refused(begin(call, order, change(line, quantity=Decimal(11))))
    assert isinstance(capped, ContractCapExceeded)
    assert (capped.asked, capped.excess) == (110, 5)
    await submit(call, await begin(call, order, change(line, unit_price=Decimal(9))))

    blanket = await make_order(call, order_type="BLANKET", lines=[a_line(1000, balance_tracked=False)])
    drawn = {"lines": [{"blanket_line_number": 1, "unit_price": Decimal(800)}]}
    release = await PurchaseOrder.get(id=(await releases.create(call, asked(blanket), drawn)).key)
    own = await first_line(release)
    assert await refused(begin(call, release, change(own, unit_price=Decimal(1001)))) == [
        OverBudget(total=Decimal(1000), released=Decimal(1001))
    ]
    await submit(call, await begin(call, release, change(own, unit_price=Decimal(900))))
    assert (await PurchaseOrder.get(id=blanket.id)).released_amount == 900
    assert await differences() == []


async def test_what_is_in_force_is_verified_again_and_its_fee_follows(db: str):
    call = await make_call()
    ground = await make_method(call, fixed(7, amount_to=Decimal(100)), fixed(9, rank=2))
    goods = {"unit_price": Decimal(10), "quantity": Decimal(10), "product_type": "GOOD", "unit": "EA"}
    order = await make_order(call, lines=[goods], shipping_method_id=ground)
    line = await first_line(order)
    invoice = await bill(call, (line, 12), price=10)
    await recheck(call, invoice)
    assert await Discrepancy.filter(invoice_id=invoice.id, state="OPEN").exists()

    await submit(call, await begin(call, order, change(line, quantity=Decimal(12))))

    assert not await Discrepancy.filter(invoice_id=invoice.id, state="OPEN").exists()
    assert [each.amount for each in await lines_of(order)] == [120, 9]
    assert (await PurchaseOrder.get(id=order.id)).total_amount == 129


async def test_open_milestones_of_a_revised_line_are_closed_and_copied(db: str):
    call = await make_call()
    order = await make_order(call, lines=[{"unit_price": Decimal(100), "acknowledgment_type": "MILESTONES"}])
    line = await first_line(order)
    done = await make_milestone(line, amount=Decimal(40), status=MilestoneStatus.CLOSED_COMPLETE)
    open_ = await make_milestone(line, amount=Decimal(60))

    await submit(call, await begin(call, order, change(line, unit_price=Decimal(120))))

    found = await Milestone.filter(line_id=line.id).order_by("number")
    assert [(each.id, each.status, each.amount, each.copied_from_id) for each in found] == [
        (done.id, MilestoneStatus.CLOSED_COMPLETE, 40, None),
        (open_.id, MilestoneStatus.CLOSED_CANCELED, 60, None),
        (found[2].id, MilestoneStatus.CONFIRMATION_REQUIRED, 60, open_.id),
    ]


async def test_a_draft_order_has_no_revision_and_a_viewer_begins_none(db: str):
    call = await make_call()
    draft, order = await make_draft(call, lines=[a_line()]), await make_order(call, lines=[a_line()])
    viewer = await make_call(await Organization.get(id=call.organization_id), Role.VIEWER)

    assert [type(each).__name__ for each in await refused(revisions.start(call, asked(draft)))] == ["WrongStatus"]
    assert [type(each).__name__ for each in await refused(revisions.start(viewer, asked(order)))] == ["NotPermitted"]
