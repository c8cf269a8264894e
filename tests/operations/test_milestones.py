"""Milestones: planned, changed, confirmed, put off, canceled (R1, R5)."""

from __future__ import annotations

import asyncio
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from models.purchase_order import PurchaseOrder
from models.receiving import Milestone, Receipt, ReceiptLine
from models.statuses.receiving import MilestoneStatus
from resolvers.errors import AlreadyTaken, NotApplicable, NotFound, VersionConflict, WrongStatus
from resolvers.errors_receiving import MilestonesTooLarge, NotPutOff, TakesNoMilestones
from resolvers.receiving import milestones, receipts
from tests.delivering import cancel, goods, ordered, plan, received, service, status
from tests.factories import make_call
from tests.invoicing import lines_of, ref
from tests.ordering import first_line, make_draft, make_order, paths, refused

if TYPE_CHECKING:
    from resolvers.operation import Call

LATE = "The site is not ready."


@pytest.fixture
async def call(db: str) -> Call:
    return await make_call()


async def confirmed(call: Call, milestone: Milestone, **given: Any) -> Milestone:
    written = await milestones.confirm(call, ref(milestone), given)
    return await Milestone.get(id=written.key)


@pytest.mark.parametrize(
    ("payout", "worths"),
    [
        ("AMOUNT", ({"amount": Decimal(480)}, {"amount": Decimal(720)})),
        ("PERCENTAGE", ({"percent": Decimal(40)}, {"percent": Decimal(60)})),
    ],
)
async def test_completed_milestones_say_what_was_received(call: Call, payout: str, worths: tuple[dict[str, Any], ...]):
    order = await ordered(call, service(payout, 10, 120))
    first, second = [await plan(call, await first_line(order), **worth) for worth in worths]
    assert await received(order) == ("0", "0", "0", "ORDERED")

    done = await confirmed(call, first)

    assert (done.status, done.completed_at) == (MilestoneStatus.CLOSED_COMPLETE, call.now)
    assert (await received(order), await status(order)) == (
        ("4", "480", "40", "PARTIALLY_DELIVERED"),
        "PARTIALLY_DELIVERED",
    )
    await confirmed(call, second)
    assert (await received(order), await status(order)) == (("10", "1200", "100", "DELIVERED"), "DELIVERED")


async def test_a_completed_milestone_makes_a_services_receipt(call: Call):
    order = await ordered(call, service("PERCENTAGE", 10, 120))
    milestone = await plan(call, await first_line(order), percent=Decimal(40), description="Design")

    written = await milestones.confirm(
        call, ref(milestone), {"received_on": date(2025, 3, 8), "reference": "Protocol 7", "reason": "Accepted."}
    )

    receipt = await Receipt.get()
    assert (str(receipt.kind), receipt.number, receipt.milestone_id, receipt.received_on, receipt.reference) == (
        "SERVICES_RECEIPT",
        "RC0000001",
        milestone.id,
        date(2025, 3, 8),
        "Protocol 7",
    )
    line = await ReceiptLine.get()
    assert (line.quantity, line.accepted_quantity, line.amount, line.percent) == (4, 4, 480, 40)
    assert [(event.kind, event.subject, event.reason) for event in written.events] == [
        ("milestone_confirmed", order.number, "Accepted."),
        ("receipt_posted", "RC0000001", "Accepted."),
    ]
    assert {"field": "lines.1.milestones.status", "from": "CONFIRMATION_REQUIRED", "to": "CLOSED_COMPLETE"} in (
        written.events[0].changes
    )


async def test_when_its_receipt_is_canceled_a_milestone_is_to_be_confirmed_again(call: Call):
    order = await ordered(call, service())
    milestone = await plan(call, await first_line(order), amount=Decimal(480))
    await confirmed(call, milestone)

    await cancel(call, await Receipt.get(), reason="Wrong order.")

    milestone = await Milestone.get(id=milestone.id)
    assert (milestone.status, milestone.completed_at) == (MilestoneStatus.CONFIRMATION_REQUIRED, None)
    assert await received(order) == ("0", "0", "0", "ORDERED")
    await confirmed(call, milestone)
    assert (await received(order))[0] == "4"


async def test_milestones_are_planned_on_drafts_too_and_numbered(call: Call):
    draft = await make_draft(call, lines=[service()])
    line = await first_line(draft)

    made = [await plan(call, line, amount=Decimal(1), **more) for more in ({}, {"number": 5}, {})]

    assert [each.number for each in made] == [1, 5, 6]
    [refusal] = await refused(milestones.create(call, {"line_id": ref(line), "amount": Decimal(1), "number": 5}))
    assert refusal == AlreadyTaken(value="5", holder="a milestone of line 1", path=("number",))


async def test_milestones_together_are_worth_at_most_their_line(call: Call):
    order = await ordered(call, service(), goods())
    line, other = await lines_of(order)
    first = await plan(call, line, amount=Decimal(700))
    await plan(call, line, amount=Decimal(500))

    one = Decimal("0.01")
    assert await refused(milestones.create(call, {"line_id": ref(line), "amount": one})) == [
        MilestonesTooLarge(line=1, limit=Decimal(1200), others=Decimal(1200), offered=one, unit="USD", path=("amount",))
    ]
    [grown] = await refused(milestones.update(call, ref(first), {"amount": Decimal("700.01")}))
    assert isinstance(grown, MilestonesTooLarge)
    assert grown.others == 500
    [of_goods] = await refused(milestones.create(call, {"line_id": ref(other), "amount": one}))
    assert isinstance(of_goods, TakesNoMilestones)
    assert paths(await refused(milestones.create(call, {"line_id": ref(line), "percent": one}))) == ["percent"]

    await milestones.cancel(call, ref(first), reason=LATE)

    await plan(call, line, amount=Decimal(700))


async def test_an_open_milestone_is_changed_and_one_that_is_over_is_not(call: Call):
    order = await ordered(call, service())
    milestone = await plan(call, await first_line(order), amount=Decimal(480))

    written = await milestones.update(
        call, ref(milestone), {"amount": Decimal(500), "due_date": date(2025, 6, 1)}, expected_version=1
    )
    unchanged = await milestones.update(call, ref(milestone), {"amount": Decimal(500)})

    changed = await Milestone.get(id=milestone.id)
    assert (changed.amount, changed.due_date, changed.edit_version) == (500, date(2025, 6, 1), 2)
    assert [event.kind for event in written.events] == ["milestone_updated"]
    assert unchanged.events == ()
    [conflict] = await refused(milestones.update(call, ref(milestone), {"number": 2}, expected_version=1))
    assert isinstance(conflict, VersionConflict)
    assert paths(await refused(milestones.update(call, ref(milestone), {"number": None, "amount": None}))) == [
        "number",
        "amount",
    ]
    await confirmed(call, changed)
    over = [
        milestones.update(call, ref(milestone), {"amount": Decimal(1)}),
        milestones.confirm(call, ref(milestone), {}),
        milestones.defer(call, ref(milestone), due_date=date(2025, 9, 1), reason=LATE),
        milestones.cancel(call, ref(milestone), reason=LATE),
    ]
    for action, doing in zip(("UPDATE", "CONFIRM", "DEFER", "CANCEL"), over, strict=True):
        [refusal] = await refused(doing)
        assert refusal == WrongStatus(
            action=action,
            status="CLOSED_COMPLETE",
            allowed=("CONFIRMATION_REQUIRED", "PENDING_COMPLETION_DATE"),
            path=("id",),
        )


async def test_a_milestone_is_put_off_to_a_later_date_for_a_reason_and_may_still_be_confirmed(call: Call):
    order = await ordered(call, service())
    milestone = await plan(call, await first_line(order), amount=Decimal(480), due_date=date(2025, 6, 1))

    early, why = date(2025, 6, 1), "reason"
    assert await refused(milestones.defer(call, ref(milestone), due_date=early, reason=LATE)) == [
        NotPutOff(date=early, after=early, path=("dueDate",))
    ]
    assert paths(await refused(milestones.defer(call, ref(milestone), due_date=date(2025, 7, 1), reason=""))) == [why]
    assert paths(await refused(milestones.cancel(call, ref(milestone), reason=" "))) == [why]
    await milestones.defer(call, ref(milestone), due_date=date(2025, 7, 1), reason=LATE)

    deferred = await Milestone.get(id=milestone.id)
    assert (deferred.status, deferred.due_date, deferred.status_reason) == (
        MilestoneStatus.PENDING_COMPLETION_DATE,
        date(2025, 7, 1),
        LATE,
    )
    assert await received(order) == ("0", "0", "0", "ORDERED")
    await confirmed(call, deferred)
    assert (await received(order))[0] == "4"


async def test_nobody_sees_or_confirms_what_is_not_there_or_not_to_be_confirmed(call: Call):
    draft = await make_draft(call, lines=[service()])
    milestone = await plan(call, await first_line(draft), amount=Decimal(480))
    stranger = await make_call()

    [not_yet] = await refused(milestones.confirm(call, ref(milestone), {}))
    [not_there] = await refused(milestones.confirm(stranger, ref(milestone), {}))
    [no_line] = await refused(milestones.create(call, {"line_id": "pol_999999999", "amount": Decimal(1)}))

    assert isinstance(not_yet, WrongStatus)
    assert (not_yet.action, not_yet.status) == ("RECEIVE", "DRAFT")
    assert not_there == NotFound(kind="milestone", key=ref(milestone), path=("id",))
    assert no_line == NotFound(kind="line", key="pol_999999999", path=("lineId",))


async def test_a_blanket_order_has_no_milestones(call: Call):
    blanket = await make_order(call, order_type="BLANKET", lines=[service()])
    line = await first_line(blanket)

    assert await refused(milestones.create(call, {"line_id": ref(line), "amount": Decimal(1)})) == [
        NotApplicable(order_type="BLANKET")
    ]


async def test_of_two_confirmations_at_once_one_makes_a_receipt(call: Call):
    order = await ordered(call, service())
    milestone = await plan(call, await first_line(order), amount=Decimal(480))

    outcomes = await asyncio.gather(
        *(milestones.confirm(call, ref(milestone), {}) for _ in range(2)), return_exceptions=True
    )

    assert sum(isinstance(outcome, Exception) for outcome in outcomes) == 1
    assert await Receipt.all().count() == 1
    assert (await received(order))[0] == "4"
    assert (await PurchaseOrder.get(id=order.id)).received_amount == 480


async def test_nobody_posts_a_receipt_of_a_milestone_line_by_hand(call: Call):
    order = await ordered(call, service())

    [refusal] = await refused(
        receipts.post(call, {"purchase_order_id": ref(order), "lines": [{"line_number": 1, "quantity": Decimal(1)}]})
    )

    assert refusal.code == "TAKES_NO_RECEIPT"
