"""Invoices verified again by themselves; discrepancies with their documents, assigned and waived (I4, I5)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from tortoise.transactions import in_transaction

from models.event import Event
from models.invoice import Allocation, Invoice, InvoiceLine
from models.purchase_order import PurchaseOrderLine
from models.statuses.invoices import (
    BillingStage,
    DiscrepancyKind,
    DiscrepancyState,
    InvoiceKind,
    InvoiceStatus,
    VerificationPolicy,
)
from models.statuses.orders import ProductType
from models.statuses.receiving import ReceiptKind, ReceiptStatus
from models.verification import Discrepancy, ToleranceRule
from resolvers.errors import Refusals, VersionConflict, WrongStatus
from resolvers.operation import locked_gate
from resolvers.rules.billed import policy_of
from resolvers.verifying import discrepancies, tolerance_rules, verification
from tests.asking import ask
from tests.counting import counted
from tests.factories import (
    make_allocation,
    make_call,
    make_invoice_line,
    make_invoice_row,
    make_line_row,
    make_order_row,
    make_receipt,
    make_supplier,
    make_user,
)
from tests.invoicing import ref

if TYPE_CHECKING:
    from models.purchase_order import PurchaseOrder
    from resolvers.operation import Call

pytestmark = pytest.mark.usefixtures("db")
D = Decimal
WAIVED, OPEN, RESOLVED = DiscrepancyState.WAIVED, DiscrepancyState.OPEN, DiscrepancyState.RESOLVED


async def goods(order: PurchaseOrder, quantity: int = 10, **fields: Any) -> PurchaseOrderLine:
    """So many at 120.00, which have to be received before they are paid."""
    given: dict[str, Any] = {
        "product_type": ProductType.GOOD,
        "goods_receipt_required": True,
        "unit": "EA",
        "quantity": D(quantity),
        "effective_quantity": D(quantity),
        "unit_price": D(120),
        "effective_amount": D(120 * quantity),
        "tax_amount": D(0),
        **fields,
    }
    return await make_line_row(order, 120 * quantity, **given)


async def ordered(call: Call, quantity: int = 10, **fields: Any) -> PurchaseOrderLine:
    """The same on an order of its own, of the only supplier, for as much."""
    supplier = await make_supplier(call.organization_id)
    order = await make_order_row(call, supplier, total_amount=D(120 * quantity))
    return await goods(order, quantity, **fields)


async def bill(call: Call, *parts: tuple[PurchaseOrderLine, int], price: int = 120, **fields: Any) -> Invoice:
    """An invoice with a line for each part, allocated to it, and not verified yet."""
    order = await parts[0][0].purchase_order
    amount = sum(quantity * price for _, quantity in parts)
    given: dict[str, Any] = {"status": InvoiceStatus.MATCHED, **fields}
    invoice = await make_invoice_row(call, await order.supplier, amount, **given)
    for line, quantity in parts:
        billed = await make_invoice_line(invoice, quantity * price, quantity, unit_price=D(price))
        await make_allocation(line, billed)
    return invoice


async def recheck(call: Call, *invoices: Invoice) -> list[Event]:
    """Verify the invoices, as an operation does at its end."""
    async with in_transaction():
        await locked_gate(call)
        return await verification.recheck(call, [invoice.id for invoice in invoices])


async def recheck_orders(call: Call, *lines: PurchaseOrderLine) -> list[Event]:
    """Verify what bills the orders of these lines."""
    async with in_transaction():
        await locked_gate(call)
        return await verification.recheck_orders(call, [line.purchase_order_id for line in lines])


async def told(invoice: Invoice, state: DiscrepancyState = OPEN) -> list[tuple[str, Any, Any]]:
    """The discrepancies of an invoice with their figures."""
    rows = await Discrepancy.filter(invoice_id=invoice.id, state=state).order_by("id")
    return [(str(row.kind), row.expected, row.actual) for row in rows]


async def status_of(invoice: Invoice) -> InvoiceStatus:
    return InvoiceStatus((await Invoice.get(id=invoice.id)).status)


async def test_a_receipt_that_arrives_settles_what_was_missing_and_the_invoice_is_matched_again() -> None:
    call = await make_call()
    line = await ordered(call)
    await make_receipt(call, line, 4)
    invoice = await bill(call, (line, 10))

    found = await recheck(call, invoice)

    assert await told(invoice) == [("INSUFFICIENT_RECEIPTS", 4, 10)]
    assert await status_of(invoice) is InvoiceStatus.DISCREPANCIES_FOUND
    assert [event.kind for event in found] == ["discrepancy_found"]
    assert found[0].changes[0] == {"field": "status", "from": "MATCHED", "to": "DISCREPANCIES_FOUND"}
    assert (found[0].invoice_id, found[0].purchase_order_id) == (invoice.id, line.purchase_order_id)

    second = await make_receipt(call, line, 5)
    changed = await recheck_orders(call, line)

    assert (changed, await told(invoice)) == ([], [("INSUFFICIENT_RECEIPTS", 9, 10)])

    await make_receipt(call, line, 1)
    settled = await recheck_orders(call, line)

    assert (await told(invoice), await told(invoice, RESOLVED)) == ([], [("INSUFFICIENT_RECEIPTS", 9, 10)])
    assert await status_of(invoice) is InvoiceStatus.MATCHED
    assert [event.kind for event in settled] == ["discrepancy_resolved"]
    assert await recheck_orders(call, line) == []

    second.status = ReceiptStatus.CANCELED
    await second.save()
    await recheck_orders(call, line)

    assert await told(invoice) == [("INSUFFICIENT_RECEIPTS", 5, 10)]


@pytest.mark.parametrize("is_waived", [False, True])
async def test_an_approved_invoice_is_approved_again_when_its_last_discrepancy_is_gone(is_waived: Any) -> None:
    call = await make_call()
    line = await ordered(call)
    invoice = await bill(call, (line, 10))
    await recheck(call, invoice)
    await Invoice.filter(id=invoice.id).update(approved_at=call.now)

    if is_waived:
        found = await Discrepancy.get(invoice_id=invoice.id)
        await discrepancies.waive(call, ref(found), reason="It is on its way")
    else:
        await make_receipt(call, line, 10)
        await recheck(call, invoice)

    await invoice.refresh_from_db()
    assert invoice.status is InvoiceStatus.APPROVED


async def test_rejected_and_returned_goods_are_not_accepted() -> None:
    call = await make_call()
    line = await ordered(call, verification=VerificationPolicy.FOUR_WAY)
    await make_receipt(call, line, 10, rejected=3)
    invoice = await bill(call, (line, 10))
    await recheck(call, invoice)
    assert await told(invoice) == [("INSUFFICIENT_RECEIPTS", 7, 10)]

    await make_receipt(call, line, 4, ReceiptKind.RETURN, rejected=3)
    await recheck_orders(call, line)

    assert await told(invoice) == [("INSUFFICIENT_RECEIPTS", 6, 10)]


async def test_earlier_invoices_have_used_the_room_up_whichever_is_looked_at_first() -> None:
    call = await make_call()
    line = await ordered(call, goods_receipt_required=False)
    first, second, third = [await bill(call, (line, quantity)) for quantity in (4, 5, 3)]

    await recheck(call, third)
    await recheck(call, first)
    await recheck(call, second, third)

    assert (await told(first), await told(second)) == ([], [])
    assert await told(third) == [
        ("QUANTITY_OVER", 10, 12),
        ("LINE_AMOUNT_OVER", 1200, 1440),
        ("ORDER_AMOUNT_OVER", 1200, 1440),
    ]
    over, _, on_order = await Discrepancy.filter(invoice_id=third.id).order_by("id")
    expected = [
        {"id": ref(first), "number": first.supplier_invoice_number, "quantity": "4", "amount": "480"},
        {"id": ref(second), "number": second.supplier_invoice_number, "quantity": "5", "amount": "600"},
    ]
    assert (over.documents, on_order.documents) == (expected, expected)
    assert (over.line_id, over.purchase_order_id, on_order.line_id) == (line.id, line.purchase_order_id, None)


async def test_an_invoice_that_goes_or_a_credit_memo_makes_room_for_those_after_it() -> None:
    call = await make_call()
    line = await ordered(call, goods_receipt_required=False)
    first, second = [await bill(call, (line, quantity)) for quantity in (8, 5)]
    await recheck(call, first, second)
    assert len(await told(second)) == 3

    memo = await bill(call, (line, -3), kind=InvoiceKind.CREDIT_MEMO)
    await recheck(call, memo)

    assert (await told(memo), await told(second)) == ([], [])

    await Allocation.filter(invoice_id=memo.id).update(ended_at=call.now)
    await recheck(call, memo)
    assert len(await told(second)) == 3

    await Allocation.filter(invoice_id=first.id).update(ended_at=call.now)
    await recheck(call, first)

    assert await told(second) == []
    assert await status_of(second) is InvoiceStatus.MATCHED


async def test_a_credit_memo_over_what_is_billed_is_told_with_what_was_billed() -> None:
    call = await make_call()
    line = await ordered(call, goods_receipt_required=False)
    billed = await bill(call, (line, 2))
    memo = await bill(call, (line, -3), kind=InvoiceKind.CREDIT_MEMO)

    await recheck(call, memo)

    assert await told(memo) == [("CREDIT_OVER_BILLED", 240, 360)]
    row = await Discrepancy.get(invoice_id=memo.id)
    assert [document["id"] for document in row.documents] == [ref(billed)]


async def test_an_invoice_over_several_orders_is_compared_with_each_of_them() -> None:
    call = await make_call()
    line = await ordered(call, goods_receipt_required=False)
    supplier = await (await line.purchase_order).supplier
    other = await goods(await make_order_row(call, supplier, total_amount=D(240)), 2, goods_receipt_required=True)
    invoice = await bill(call, (line, 10), (other, 2))

    await recheck(call, invoice)

    assert await told(invoice) == [("INSUFFICIENT_RECEIPTS", 0, 2)]

    await make_receipt(call, other, 2)
    await recheck_orders(call, other)

    assert await told(invoice) == []


async def test_what_is_billed_in_advance_need_not_have_arrived() -> None:
    call = await make_call()
    line = await ordered(call)
    advance = await bill(call, (line, 10), billing_stage=BillingStage.ADVANCE)

    assert await recheck(call, advance) == []


async def test_a_waived_discrepancy_stays_waived_until_it_gets_worse() -> None:
    call = await make_call()
    line = await ordered(call)
    await make_receipt(call, line, 4)
    invoice = await bill(call, (line, 6))
    await recheck(call, invoice)
    [row] = await verification.open_of(invoice.id)

    written = await discrepancies.waive(call, ref(row), reason="The rest is on its way.", expected_version=1)

    waived = await Discrepancy.get(id=row.id)
    assert (waived.state, waived.waived_by_id, waived.ended_at) == (WAIVED, call.actor.user_id, call.now)
    assert await status_of(invoice) is InvoiceStatus.MATCHED
    [event] = written.events
    assert (event.kind, event.reason) == ("discrepancy_waived", "The rest is on its way.")
    assert event.changes[:2] == [
        {"field": "state", "from": "OPEN", "to": "WAIVED"},
        {"field": "status", "from": "DISCREPANCIES_FOUND", "to": "MATCHED"},
    ]
    assert await recheck(call, invoice) == []
    assert await status_of(invoice) is InvoiceStatus.MATCHED

    await make_receipt(call, line, 1)
    assert await recheck_orders(call, line) == []

    await InvoiceLine.filter(invoice_id=invoice.id).update(quantity=9, amount=1080)
    await Allocation.filter(invoice_id=invoice.id).update(quantity=9, amount=1080)
    await Invoice.filter(id=invoice.id).update(total_amount=1080, amount_before_tax=1080)
    await recheck(call, invoice)

    assert await told(invoice) == [("INSUFFICIENT_RECEIPTS", 5, 9)]
    assert await told(invoice, WAIVED) == [("INSUFFICIENT_RECEIPTS", 4, 6)]
    assert await status_of(invoice) is InvoiceStatus.DISCREPANCIES_FOUND


async def test_a_waiver_needs_a_reason_and_what_the_caller_saw_and_something_open() -> None:
    call = await make_call()
    line = await ordered(call)
    invoice = await bill(call, (line, 6))
    await recheck(call, invoice)
    [row] = await verification.open_of(invoice.id)
    await make_receipt(call, line, 1)
    await recheck_orders(call, line)

    with pytest.raises(Refusals):
        await discrepancies.waive(call, ref(row), reason=" ")
    with pytest.raises(VersionConflict):
        await discrepancies.waive(call, ref(row), reason="Fine.", expected_version=1)
    await discrepancies.waive(call, ref(row), reason="Fine.", expected_version=2)
    events = await Event.all().count()
    with pytest.raises(WrongStatus) as refused:
        await discrepancies.waive(call, ref(row), reason="Fine.")

    assert (refused.value.status, refused.value.allowed) == ("WAIVED", ("OPEN",))
    assert await Event.all().count() == events


async def test_a_discrepancy_is_given_to_somebody_and_taken_away_again() -> None:
    call = await make_call()
    line = await ordered(call)
    invoice = await bill(call, (line, 6))
    await recheck(call, invoice)
    [row] = await verification.open_of(invoice.id)
    organization = await invoice.organization
    user = await make_user(organization)

    given = await discrepancies.assign(call, ref(row), ref(user))
    again = await discrepancies.assign(call, ref(row), ref(user))
    taken = await discrepancies.assign(call, ref(row), None)

    assert [event.kind for event in (*given.events, *taken.events)] == ["discrepancy_assigned"] * 2
    assert again.events == ()
    assert given.events[0].changes[0] == {"field": "assignee", "from": None, "to": ref(user)}
    assert (await Discrepancy.get(id=row.id)).assignee_id is None


async def test_a_tolerance_rule_settles_what_it_allows_and_finds_it_again_when_it_goes() -> None:
    call = await make_call()
    line = await ordered(call, goods_receipt_required=False)
    invoice = await bill(call, (line, 10), price=123)
    await recheck(call, invoice)
    assert [kind for kind, *_ in await told(invoice)] == [
        "LINE_AMOUNT_OVER",
        "UNIT_PRICE_VARIANCE",
        "ORDER_AMOUNT_OVER",
    ]

    for kind in ("LINE_AMOUNT", "ORDER_AMOUNT"):
        await tolerance_rules.create(call, {"name": "Rounding", "kind": kind, "value": D(30), "combination": "OR"})
    made = await tolerance_rules.create(
        call, {"name": "Prices", "kind": "UNIT_PRICE", "percentage": D("2.5"), "combination": "OR"}
    )

    assert [event.kind for event in made.events] == ["tolerance_rule_created", "discrepancy_resolved"]
    assert await told(invoice) == []

    rule = await ToleranceRule.get(id=made.key)
    assert rule.number == 3
    await tolerance_rules.update(call, ref(rule), {"percentage": D("2.49")}, expected_version=1)

    [row] = await verification.open_of(invoice.id)
    assert (row.kind, row.expected, row.actual) == (DiscrepancyKind.UNIT_PRICE_VARIANCE, 120, 123)
    assert (row.tolerance, row.rule_id) == (D("2.988"), rule.id)


async def test_a_rule_without_a_limit_or_with_a_number_that_is_taken_is_refused() -> None:
    call = await make_call()
    given: dict[str, Any] = {"name": "Rule", "kind": "TAX", "combination": "OR"}
    await tolerance_rules.create(call, {**given, "value": D(1), "number": 7})

    with pytest.raises(Refusals) as refused:
        await tolerance_rules.create(call, {**given, "number": 7, "supplier_id": "sup_1"})

    assert [(each.code, each.path) for each in refused.value.refusals] == [
        ("NOT_FOUND", ("supplierId",)),
        ("INVALID_VALUE", ("value",)),
        ("ALREADY_TAKEN", ("number",)),
    ]
    assert await ToleranceRule.all().count() == 1


async def test_an_invoice_that_counts_nowhere_any_more_has_nothing_open() -> None:
    call = await make_call()
    line = await ordered(call)
    invoice = await bill(call, (line, 6))
    await recheck(call, invoice)

    await Invoice.filter(id=invoice.id).update(status=InvoiceStatus.CANCELED)
    await recheck(call, invoice)

    assert (len(await told(invoice)), len(await told(invoice, RESOLVED))) == (0, 1)
    assert await status_of(invoice) is InvoiceStatus.CANCELED


async def test_lines_that_belong_nowhere_and_orders_that_are_not_there_are_told() -> None:
    call = await make_call()
    line = await ordered(call)
    order = await line.purchase_order
    supplier = await order.supplier
    lost = await make_invoice_row(call, supplier, 20, purchase_order_number="PO-LOST")
    unmapped = await make_invoice_row(call, supplier, 20, purchase_order_number=order.number)
    foreign = await make_invoice_row(call, supplier, 20, purchase_order_number=order.number, currency="EUR")
    elsewhere = await make_invoice_row(
        call, await make_supplier(call.organization_id), 20, purchase_order_number=order.number
    )
    whole = await make_invoice_row(call, supplier, 20)
    for invoice in (lost, unmapped, foreign, elsewhere, whole):
        await make_invoice_line(invoice, 20)

    await recheck(call, lost, unmapped, foreign, elsewhere, whole)

    assert await told(lost) == await told(elsewhere) == [("MISSING_ORDER", None, None)]
    assert await told(unmapped) == [("UNMAPPED_LINE", 20, 0)]
    assert await told(foreign) == [("CURRENCY_MISMATCH", None, None)]
    assert await told(whole) == []
    assert await status_of(whole) is InvoiceStatus.RECEIVED
    assert await status_of(lost) is InvoiceStatus.DISCREPANCIES_FOUND


async def test_many_invoices_take_as_many_statements_as_two_and_those_without_lines_take_one() -> None:
    call = await make_call()
    line = await ordered(call, 4)
    for _ in range(2):
        await bill(call, (line, 3))
    with counted() as few:
        await recheck_orders(call, line)
    for _ in range(10):
        await bill(call, (line, 3))

    with counted() as many:
        await recheck_orders(call, line)

    assert len(many) == len(few) + 1  # figures of those known are looked at, and stay
    assert await Discrepancy.all().count() == 1 + 11 * 4

    supplier = await (await line.purchase_order).supplier
    plain = await make_invoice_row(call, supplier)
    with counted() as one:
        assert await recheck(call, plain) == []
    assert len(one) == 4  # the transaction, the gate, and the look


async def test_the_policy_that_is_read_is_the_one_that_invoices_are_verified_by() -> None:
    call = await make_call()
    order = await make_order_row(call)
    for policy in (None, *VerificationPolicy):
        for product_type in ProductType:
            for required in (True, False):
                await make_line_row(
                    order, verification=policy, product_type=product_type, goods_receipt_required=required
                )

    asked = await ask(
        call,
        "query ($id: ID!) { purchaseOrder(id: $id) { lines(first: 100) { nodes { number verification } } } }",
        id=ref(order),
    )

    read = {each["number"]: each["verification"] for each in asked["purchaseOrder"]["lines"]["nodes"]}
    rows = await PurchaseOrderLine.filter(purchase_order_id=order.id)
    assert len(read) == 24
    assert read == {
        row.number: policy_of(row.verification, row.product_type, goods_receipt_required=row.goods_receipt_required)
        for row in rows
    }
