"""Receipts of goods: posted, corrected, canceled (R1, R3)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from models.receiving import Receipt, ReceiptLine
from models.statuses.people import Role
from resolvers.errors import AlreadyTaken, NotApplicable, NotFound, NotPermitted, VersionConflict, WrongStatus
from resolvers.errors_approvals import Documented
from resolvers.errors_receiving import MilestonesTooLarge, OverReceipt, OverReturn, TakesNoReceipt
from resolvers.ids import id_of
from resolvers.orders import purchase_order_lines
from resolvers.orders.purchase_order_edits import Asked
from resolvers.receiving import receipts
from tests.delivering import (
    asked,
    cancel,
    entry,
    goods,
    ordered,
    plan,
    receive,
    received,
    send_back,
    service,
    status,
    tolerate,
)
from tests.factories import make_call
from tests.invoicing import lines_of, ref
from tests.ordering import make_draft, make_order, paths, refused

if TYPE_CHECKING:
    from resolvers.operation import Call

REASON = "Counted twice."


@pytest.fixture
async def call(db: str) -> Call:
    return await make_call()


async def test_received_follows_the_receipts_and_the_order_follows_its_lines(call: Call):
    order = await ordered(call, goods(10, 120))

    first = await receive(call, order, 4)
    assert (await received(order), await status(order)) == (
        ("4", "480", "40", "PARTIALLY_DELIVERED"),
        "PARTIALLY_DELIVERED",
    )
    second = await receive(call, order, 6)
    assert (await received(order), await status(order)) == (("10", "1200", "100", "DELIVERED"), "DELIVERED")

    assert [first.number, second.number] == ["RC0000001", "RC0000002"]


async def test_a_canceled_receipt_counts_nowhere_and_stays(call: Call):
    await tolerate(call, 50)
    order = await ordered(call, goods(10))
    await receive(call, order, 4)
    second = await receive(call, order, 8)
    assert await received(order) == ("12", "1440", "120", "DELIVERED")

    canceled = await cancel(call, second)

    assert await received(order) == ("4", "480", "40", "PARTIALLY_DELIVERED")
    assert (str(canceled.status), canceled.cancel_reason, canceled.edit_version) == ("CANCELED", REASON, 2)
    assert await Receipt.all().count() == 2
    [again] = await refused(receipts.cancel(call, ref(second), reason=REASON))
    assert again == WrongStatus(action="CANCEL", status="CANCELED", allowed=("POSTED",), path=("id",))


async def test_too_much_is_refused_for_every_line_with_the_figures_and_changes_nothing(call: Call):
    rule = await tolerate(call, 10, number=4)
    order = await ordered(call, goods(100), goods(10), goods(5))
    await receive(call, order, 50)

    found = await refused(receipts.post(call, asked(order, entry(60), entry(1), entry(12, 2), entry(5, 3))))

    one: dict[str, Any] = {"unit": "INDIVIDUAL_UNIT", "rule": rule.number}
    assert found == [
        OverReceipt(
            line=1,
            ordered=Decimal(100),
            received=Decimal(50),
            offered=Decimal(61),
            allowed=Decimal(110),
            path=("lines", "1", "quantity"),
            **one,
        ),
        OverReceipt(
            line=2,
            ordered=Decimal(10),
            received=Decimal(0),
            offered=Decimal(12),
            allowed=Decimal(11),
            path=("lines", "2", "quantity"),
            **one,
        ),
    ]
    assert await Receipt.all().count() == 1
    await receive(call, order, 60)
    assert (await received(order))[0] == "110"


async def test_the_tolerance_is_the_suppliers_own_and_only_one_in_force(call: Call):
    order = await ordered(call, goods(100))
    await tolerate(call, 50, is_active=False)
    await tolerate(call, 10, number=2)
    await tolerate(call, 20, number=3, supplier_id=order.supplier_id)

    await receive(call, order, 120)

    [refusal] = await refused(receipts.post(call, asked(order, 1)))
    assert isinstance(refusal, OverReceipt)
    assert (refusal.rule, refusal.allowed) == (3, Decimal(120))


async def test_what_was_rejected_has_arrived_and_is_told_apart(call: Call):
    order = await ordered(call, goods(10))

    await receive(call, order, entry(4, rejected_quantity=1), entry(2, accepted_quantity=2))

    [line] = await lines_of(order)
    assert (line.received_quantity, line.accepted_quantity, line.rejected_quantity) == (6, 5, 1)
    stored = await ReceiptLine.all().order_by("number")
    assert [(each.quantity, each.accepted_quantity, each.rejected_quantity) for each in stored] == [
        (4, 3, 1),
        (2, 2, 0),
    ]


@pytest.mark.parametrize(
    ("line", "delivered_by"),
    [
        (service(), "a completed milestone"),
        ({"acknowledgment_type": "SERVICE_ACKNOWLEDGMENT", "unit_price": Decimal(1)}, "an approved invoice line"),
        ({"acknowledgment_type": "TWO_WAY_MATCH", "unit_price": Decimal(1)}, "a confirmed invoice line"),
        ({"product_type": "HANDLING_FEE", "unit_price": Decimal(1)}, "a confirmed invoice line"),
    ],
)
async def test_what_is_no_good_takes_no_receipt(call: Call, line: dict[str, Any], delivered_by: str):
    order = await ordered(call, line)

    [refusal] = await refused(receipts.post(call, asked(order, 1)))

    assert isinstance(refusal, TakesNoReceipt)
    assert (refusal.line, refusal.delivered_by, refusal.path) == (1, delivered_by, ("lines", "0"))


async def test_a_blanket_order_receives_nothing(call: Call):
    blanket = await make_order(call, order_type="BLANKET", lines=[goods()])

    assert await refused(receipts.post(call, asked(blanket, 1))) == [NotApplicable(order_type="BLANKET")]


async def test_everything_that_is_wrong_is_told_at_once(call: Call):
    order = await ordered(call, goods(10), service())
    other = await ordered(call)
    [elsewhere] = await lines_of(other)
    given = asked(
        order,
        entry("2.5"),
        entry(1, 2),
        entry(1, 9),
        {"line_id": ref(elsewhere), "quantity": Decimal(1)},
        {"quantity": Decimal(1)},
        number=" ",
        received_on=date(2025, 3, 12),
    )

    assert paths(await refused(receipts.post(call, given))) == [
        "number",
        "receivedOn",
        "lines.0.quantity",
        "lines.1",
        "lines.2.lineNumber",
        "lines.3.lineId",
        "lines.4.lineId",
    ]


async def test_a_draft_receives_nothing_and_nobody_else_receives_for_us(call: Call):
    draft, order = await make_draft(call, lines=[goods()]), await ordered(call)
    viewer, stranger = await make_call_of(call, Role.VIEWER), await make_call()

    [not_yet] = await refused(receipts.post(call, asked(draft, 1)))
    [not_you] = await refused(receipts.post(viewer, asked(order, 1)))
    [not_there] = await refused(receipts.post(stranger, asked(order, 1)))

    assert isinstance(not_yet, WrongStatus)
    assert (not_yet.action, not_yet.status) == ("RECEIVE", "DRAFT")
    assert not_you == NotPermitted(needed=("BUYER", "RECEIVER"), roles=("VIEWER",))
    assert not_there == NotFound(kind="purchase order", key=ref(order), path=("purchaseOrderId",))
    await receive(await make_call_of(call, Role.RECEIVER), order, 1)


async def make_call_of(call: Call, role: Role) -> Call:
    """Another user of the same organization."""
    return replace(call, actor=replace(call.actor, roles=frozenset({role})))


async def test_numbers_given_are_kept_and_left_out_when_others_are_made(call: Call):
    order = await ordered(call)
    given = await receive(call, order, 1, number="RC0000002", external_id="wms-1")

    made = [(await receive(call, order, 1)).number for _ in range(2)]

    assert made == ["RC0000001", "RC0000003"]
    holder = f"receipt {id_of(Receipt, given.id)}"
    assert await refused(receipts.post(call, asked(order, 1, number="RC0000002", external_id="wms-1"))) == [
        AlreadyTaken(value="RC0000002", holder=holder, path=("number",)),
        AlreadyTaken(value="wms-1", holder=holder, path=("externalId",)),
    ]


async def test_the_history_tells_what_came_and_where_the_order_stands_now(call: Call):
    order = await ordered(call)

    written = await receipts.post(call, asked(order, 4, reason="First pallet."))

    [event] = written.events
    assert (event.kind, event.subject, event.purchase_order_id, event.reason) == (
        "receipt_posted",
        "RC0000001",
        order.id,
        "First pallet.",
    )
    assert event.changes == [
        {"field": "status", "from": "ORDERED", "to": "PARTIALLY_DELIVERED"},
        {"field": "lines.1.receivedQuantity", "from": "0", "to": "4"},
    ]


# ------------------------------------------------------------------------------------------------------ corrections


async def test_a_correction_takes_the_place_of_a_receipt_in_one_step(call: Call):
    order = await ordered(call, goods(10), goods(10))
    wrong = await receive(call, order, 9, reference="D-1", received_on=date(2025, 3, 7))
    given = {"reason": "It was line 2, too.", "lines": [entry(6), entry(3, 2)]}

    written = await receipts.correct(call, ref(wrong), given, expected_version=1)

    right = await Receipt.get(id=written.key)
    assert [line.received_quantity for line in await lines_of(order)] == [6, 3]
    assert (right.corrects_id, right.reference, right.received_on) == (wrong.id, "D-1", date(2025, 3, 7))
    assert str((await Receipt.get(id=wrong.id)).status) == "CANCELED"
    assert [event.kind for event in written.events] == ["receipt_corrected"]


async def test_a_correction_without_entries_is_a_cancellation(call: Call):
    order = await ordered(call)
    wrong = await receive(call, order, 9)

    written = await receipts.correct(call, ref(wrong), {"reason": REASON})

    assert written.key == wrong.id
    assert await received(order) == ("0", "0", "0", "ORDERED")


async def test_a_correction_is_judged_by_its_outcome(call: Call):
    order = await ordered(call, goods(10))
    wrong = await receive(call, order, 10)
    await send_back(call, order, 4)

    [more] = await refused(receipts.correct(call, ref(wrong), {"reason": REASON, "lines": [entry(15)]}))
    [less] = await refused(receipts.correct(call, ref(wrong), {"reason": REASON, "lines": [entry(3)]}))
    await receipts.correct(call, ref(wrong), {"reason": REASON, "lines": [entry(14)]})

    assert isinstance(more, OverReceipt)
    assert (more.received, more.offered, more.allowed) == (6, 5, 10)
    assert less == OverReturn(
        line=1, received=Decimal(3), returned=Decimal(4), unit="INDIVIDUAL_UNIT", path=("lines", "0", "quantity")
    )
    assert (await received(order))[0] == "10"


async def test_nothing_is_undone_without_a_reason_or_behind_somebodys_back(call: Call):
    order = await ordered(call)
    receipt = await receive(call, order, 10)
    back = await send_back(call, order, 4)

    assert paths(await refused(receipts.cancel(call, ref(receipt), reason=" "))) == ["reason"]
    [conflict] = await refused(receipts.cancel(call, ref(receipt), reason=REASON, expected_version=7))
    [gone] = await refused(receipts.cancel(call, "rc_999999999", reason=REASON))
    [returned] = await refused(receipts.cancel(call, ref(receipt), reason=REASON))
    [no_receipt] = await refused(receipts.correct(call, ref(back), {"reason": REASON}))

    assert isinstance(conflict, VersionConflict)
    assert gone == NotFound(kind="receipt", key="rc_999999999", path=("id",))
    assert returned == OverReturn(
        line=1, received=Decimal(0), returned=Decimal(4), unit="INDIVIDUAL_UNIT", path=("id",)
    )
    assert (no_receipt.code, no_receipt.path) == ("INVALID_VALUE", ("id",))


# ------------------------------------------------------------------------------------------------------ concurrency


async def test_of_two_receipts_for_the_last_unit_exactly_one_is_posted(call: Call):
    order = await ordered(call, goods(10))
    await receive(call, order, 9)

    outcomes = await asyncio.gather(*(receipts.post(call, asked(order, 1)) for _ in range(4)), return_exceptions=True)

    told = [str(outcome) for outcome in outcomes if isinstance(outcome, Exception)]
    assert told == ["Line 1 would have 11 received of 10 ordered; at most 10 are allowed."] * 3
    assert await received(order) == ("10", "1200", "100", "DELIVERED")
    assert await Receipt.all().count() == 2


# ---------------------------------------------------------------------------------------------- what rests on lines


async def test_a_line_that_was_received_stays_and_is_delivered_in_no_other_way(call: Call):
    order = await ordered(call, goods(10), service(), goods(5))
    first, second, _ = await lines_of(order)
    await cancel(call, await receive(call, order, 4))
    await plan(call, second, amount=Decimal(700))

    [gone] = await refused(purchase_order_lines.remove(call, Asked(line_id=ref(first))))
    [other] = await refused(purchase_order_lines.update(call, Asked(line_id=ref(first)), {"product_type": "SERVICE"}))
    by = {"milestone_payout": "PERCENTAGE"}
    [payout] = await refused(purchase_order_lines.update(call, Asked(line_id=ref(second)), by))
    fewer = {"quantity": Decimal(5)}
    [less] = await refused(purchase_order_lines.update(call, Asked(line_id=ref(second)), fewer))
    await purchase_order_lines.update(call, Asked(line_id=ref(second)), {"quantity": Decimal(6)})

    assert gone == Documented(kinds=("receipts",), path=("lineId",))
    assert other == Documented(kinds=("receipts",), path=("line", "productType"))
    assert payout == Documented(kinds=("milestones",), path=("line", "milestonePayout"))
    assert isinstance(less, MilestonesTooLarge)
    assert (less.limit, less.others) == (600, 700)
