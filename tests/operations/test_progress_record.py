"""Worked examples of the whole purchase record: receipts, milestones, invoices, payments, releases, requisitions."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from models.invoice import Allocation, Invoice
from models.organization import OrganizationGate
from models.purchase_order import PurchaseOrder, PurchaseOrderLine
from models.receiving import Receipt
from models.requisition import PurchaseRequisition, RequisitionLine
from models.statuses.invoices import AmountBasis, InvoiceLineStatus, InvoiceStatus
from models.statuses.orders import (
    AcknowledgmentType,
    LineStatus,
    OrderType,
    ProductType,
    PurchaseOrderStatus,
    RequisitionStatus,
)
from models.statuses.receiving import MilestoneStatus, ReceiptKind, ReceiptStatus
from resolvers.derived import progress
from resolvers.orders import purchase_order_lines
from resolvers.sourcing.requisitioning import refresh_requisitions
from tests.counting import counted
from tests.factories import (
    make_allocation,
    make_call,
    make_invoice_line,
    make_invoice_row,
    make_line_row,
    make_milestone,
    make_order_row,
    make_organization,
    make_payment,
    make_receipt,
)
from tests.operations.test_recompute import differing
from tests.ordering import make_draft, the_line

if TYPE_CHECKING:
    from resolvers.operation import Call

UNTRACKED: dict[str, Any] = {
    "balance_tracked": False,
    "balance_limit": None,
    "balance_used": None,
    "balance_current": None,
    "balance_percent": None,
}
CONFIRMED = InvoiceLineStatus.CONFIRMED


async def goods(order: PurchaseOrder, quantity: int | str, price: int | str, **more: Any) -> PurchaseOrderLine:
    """A line of goods that is not tracked."""
    given: dict[str, Any] = {"product_type": ProductType.GOOD, **UNTRACKED, **more}
    return await make_line_row(order, Decimal(price), quantity=Decimal(quantity), **given)


async def billed(
    call: Call,
    line: PurchaseOrderLine,
    amount: int | str,
    quantity: int | str | None = None,
    status: InvoiceStatus = InvoiceStatus.CONFIRMED,
    **more: Any,
) -> Invoice:
    """An invoice of one confirmed line, allocated to the order line; `more` is of the invoice."""
    order = await line.purchase_order
    of_allocation = {name: more.pop(name) for name in ("reopens", "received_amount") if name in more}
    line_status = more.pop("line_status", CONFIRMED)
    kind = {"kind": "CREDIT_MEMO"} if Decimal(amount) < 0 else {}
    invoice = await make_invoice_row(call, await order.supplier, Decimal(amount), status=status, **kind, **more)
    part = await make_invoice_line(invoice, amount, quantity, status=line_status)
    await make_allocation(line, part, **of_allocation)
    return invoice


async def refreshed(order: PurchaseOrder) -> tuple[PurchaseOrder, list[PurchaseOrderLine]]:
    """The order and its lines as they are once everything is settled and derived; a recomputation agrees."""
    await progress.settle([invoice.id for invoice in await Invoice.all()])
    await progress.refresh([order.id])
    assert await differing() == []
    lines = await PurchaseOrderLine.filter(purchase_order_id=order.id).order_by("id")
    return await PurchaseOrder.get(id=order.id), lines


async def test_goods_go_by_their_receipts(db: str):
    call = await make_call()
    order = await make_order_row(call)
    line = await goods(order, 10, 120)
    await make_receipt(call, line, 4)

    first, (partly,) = await refreshed(order)
    await make_receipt(call, line, 6, rejected=1)
    second, (fully,) = await refreshed(order)

    assert (partly.received_quantity, partly.received_amount, partly.received_percent) == (4, 480, 40)
    assert (partly.status, first.status) == (LineStatus.PARTIALLY_DELIVERED, PurchaseOrderStatus.PARTIALLY_DELIVERED)
    assert (fully.received_quantity, fully.received_amount, fully.received_percent) == (10, 1200, 100)
    assert (fully.accepted_quantity, fully.rejected_quantity, fully.returned_quantity) == (9, 1, 0)
    assert (fully.status, second.status) == (LineStatus.DELIVERED, PurchaseOrderStatus.DELIVERED)
    assert (second.received_amount, second.received_percent, second.received_quantity_percent) == (1200, 100, 100)


async def test_goods_without_receipts_go_by_what_is_confirmed(db: str):
    call = await make_call()
    order = await make_order_row(call)
    line = await goods(order, 50, 8)
    await billed(call, line, 320, status=InvoiceStatus.MATCHED)
    await billed(call, line, 80, status=InvoiceStatus.MATCHED, line_status=InvoiceLineStatus.REQUIRES_REVIEW)

    order, (line,) = await refreshed(order)

    assert (line.received_quantity, line.received_amount, line.received_percent) == (40, 320, 80)
    assert (line.invoiced_amount, line.invoiced_quantity, line.invoiced_percent) == (400, 50, 100)
    assert (line.confirmed_amount, line.status) == (320, LineStatus.PARTIALLY_DELIVERED)
    assert (order.invoiced_amount, order.in_process_invoiced_amount) == (0, 400)


async def test_charges_are_added_to_what_is_invoiced_and_discounts_taken_off(db: str):
    call = await make_call()
    order = await make_order_row(call)
    lines = [await goods(order, 1, 3000), await goods(order, 1, 2000)]
    total = {"amount_before_tax": 4870, "other_charges": 120, "discount_amount": 250}
    invoice = await make_invoice_row(call, await order.supplier, 4870, status=InvoiceStatus.CONFIRMED, **total)
    for line in lines:
        await make_allocation(line, await make_invoice_line(invoice, line.amount, status=CONFIRMED))
    await make_payment(call, invoice, 870)

    order, _ = await refreshed(order)

    assert (order.invoiced_amount, order.other_charges_amount, order.invoice_discount_amount) == (4870, 120, 250)
    assert (order.amount_paid, order.outstanding_payable, order.in_process_invoiced_amount) == (870, 4000, 0)
    assert order.remaining_balance == 5000 + 120 - 250 - 870
    assert (await Invoice.get(id=invoice.id)).paid_amount == 870
    held = await Allocation.filter(invoice_id=invoice.id).order_by("line_id")
    assert [(each.charges_amount, each.discount_amount, each.paid_amount) for each in held] == [
        (72, 150, 522),
        (48, 100, 348),
    ]


@pytest.mark.parametrize(("reopens", "percent", "quantity"), [(True, 50, 5), (False, 100, 10)])
async def test_a_credit_reopens_what_it_gives_back_unless_it_lowers_the_price_only(
    db: str,
    reopens: bool,  # noqa: FBT001 - a column of the table
    percent: int,
    quantity: int,
):
    call = await make_call()
    order = await make_order_row(call)
    line = await goods(order, 10, 500)
    await billed(call, line, 5000, 10)
    await billed(call, line, -2500, -5, reopens=reopens)

    order, (line,) = await refreshed(order)

    assert (line.invoiced_amount, line.invoiced_percent) == (2500, percent)
    assert (line.invoiced_quantity, line.invoiced_quantity_percent) == (quantity, percent)
    assert (order.billed_amount, order.billed_percent, order.billed_quantity_percent) == (2500, percent, percent)
    assert (order.invoiced_amount, line.received_percent) == (2500, percent)
    assert line.status is (LineStatus.PARTIALLY_DELIVERED if reopens else LineStatus.PAYMENT_PENDING)


async def test_quantities_and_amounts_show_side_by_side_weighted_by_value(db: str):
    call = await make_call()
    order = await make_order_row(call)
    await billed(call, await goods(order, 10, 300), 1500, 10)
    await goods(order, 1, 1000)

    order, (first, _) = await refreshed(order)

    assert (first.invoiced_percent, first.invoiced_quantity_percent) == (50, 100)
    assert (order.billed_percent, order.billed_quantity_percent) == (Decimal("37.5"), 75)


async def test_a_line_is_paid_once_all_of_it_came_was_confirmed_and_paid(db: str):
    call = await make_call()
    order = await make_order_row(call)
    line = await goods(order, 10, 100)
    await make_receipt(call, line, 10)
    invoice = await billed(call, line, 1000, 10)

    pending, (due,) = await refreshed(order)
    payment = await make_payment(call, invoice, 1000)
    done, (paid,) = await refreshed(order)
    payment.canceled_at = call.now
    await payment.save()
    again, _ = await refreshed(order)

    assert (due.status, pending.status) == (LineStatus.PAYMENT_PENDING, PurchaseOrderStatus.PAYMENT_PENDING)
    assert (paid.status, done.status) == (LineStatus.CLOSED_PAID, PurchaseOrderStatus.CLOSED_PAID)
    assert (paid.paid_amount, done.amount_paid, done.outstanding_payable) == (1000, 1000, 0)
    assert again.status is PurchaseOrderStatus.PAYMENT_PENDING


async def test_a_line_is_not_paid_before_the_tax_is(db: str):
    call = await make_call(await make_organization(amount_basis=AmountBasis.BEFORE_TAX))
    order = await make_order_row(call)
    line = await goods(order, 10, 100)
    await make_receipt(call, line, 10)
    invoice = await billed(call, line, 1000, 10)
    taxed = {"total_amount": Decimal(1190), "tax_amount": Decimal(190)}
    await Invoice.filter(id=invoice.id).update(**taxed)

    await make_payment(call, invoice, 1000)
    _, (due,) = await refreshed(order)
    await make_payment(call, invoice, 190)
    _, (paid,) = await refreshed(order)

    assert (due.status, due.paid_amount) == (LineStatus.PAYMENT_PENDING, 1000)
    assert (paid.status, paid.paid_amount) == (LineStatus.CLOSED_PAID, 1190)


async def test_a_line_is_paid_once_every_invoice_on_it_is(db: str):
    call = await make_call()
    order = await make_order_row(call)
    line = await goods(order, 10, 100)
    await make_receipt(call, line, 10)
    one, other = await billed(call, line, 500, 5), await billed(call, line, 500, 5)

    await make_payment(call, one, 500)
    _, (due,) = await refreshed(order)
    await make_payment(call, other, 500)
    _, (paid,) = await refreshed(order)

    assert (due.status, paid.status) == (LineStatus.PAYMENT_PENDING, LineStatus.CLOSED_PAID)


async def test_what_went_back_counts_once_though_a_debit_memo_says_it_too(db: str):
    call = await make_call()
    order = await make_order_row(call)
    line = await goods(order, 10, 100)
    await billed(call, line, 1000, 10)
    memo = await billed(call, line, -200, -2)
    returned = await make_receipt(call, line, 2, ReceiptKind.RETURN, debit_memo=memo)

    _, (line,) = await refreshed(order)
    await Receipt.filter(id=returned.id).update(status=ReceiptStatus.CANCELED, debit_memo_id=None)
    _, (after,) = await refreshed(order)

    assert (line.received_quantity, line.received_percent, line.returned_quantity) == (8, 80, 2)
    assert (line.invoiced_quantity, after.returned_quantity, after.received_quantity) == (8, 0, 8)


async def test_everything_that_came_and_went_back_is_returned_and_serves_no_invoice(db: str):
    call = await make_call()
    order = await make_order_row(call)
    line = await goods(order, 10, 100)
    await make_receipt(call, line, 10)
    await refreshed(order)
    gate = await OrganizationGate.get(organization_id=call.organization_id)
    await make_receipt(call, line, 10, ReceiptKind.RETURN)

    order, (line,) = await refreshed(order)

    assert (line.received_quantity, line.returned_quantity, line.status) == (0, 10, LineStatus.CLOSED_RETURNED)
    assert order.status is PurchaseOrderStatus.CLOSED_RETURNED
    assert (await OrganizationGate.get(id=gate.id)).orders_version > gate.orders_version


@pytest.mark.parametrize(
    ("acknowledgment", "amount"),
    [
        (AcknowledgmentType.MILESTONES, 600),
        (AcknowledgmentType.SERVICE_ACKNOWLEDGMENT, 300),
        (AcknowledgmentType.TWO_WAY_MATCH, 150),
        (None, 150),
    ],
)
async def test_services_go_by_how_they_are_acknowledged(
    db: str, acknowledgment: AcknowledgmentType | None, amount: int
):
    call = await make_call()
    order = await make_order_row(call)
    line = await make_line_row(order, 1200, acknowledgment_type=acknowledgment, **UNTRACKED)
    await make_milestone(line, percent=Decimal(50), status=MilestoneStatus.CLOSED_COMPLETE)
    await make_milestone(line, amount=Decimal(600))
    await billed(call, line, 300, line_status=InvoiceLineStatus.APPROVED)
    await billed(call, line, 200, received_amount=150)

    _, (line,) = await refreshed(order)

    assert (line.received_amount, line.received_quantity) == (amount, Decimal(amount) / 1200)


async def test_a_line_that_is_closed_short_leaves_its_open_part_out_of_everything(db: str):
    call = await make_call()
    order = await make_order_row(call)
    short = await goods(order, 10, 120, closed_at=call.now, **{**UNTRACKED, "balance_tracked": True} | TRACKED)
    await make_receipt(call, short, 4)
    await goods(order, 1, 80, closed_at=call.now)

    order, (short, unused) = await refreshed(order)

    assert (short.effective_quantity, short.effective_amount, short.received_percent) == (4, 480, 100)
    assert (short.balance_limit, short.status) == (480, LineStatus.DELIVERED)
    assert (unused.effective_amount, unused.received_percent, unused.status) == (0, 0, LineStatus.CLOSED_RELEASED)
    assert (order.total_amount, order.received_percent, order.status) == (480, 100, PurchaseOrderStatus.DELIVERED)


TRACKED: dict[str, Any] = {"balance_limit": 1, "balance_used": 0, "balance_current": 1, "balance_percent": 1}


async def test_lines_wait_for_the_supplier_and_for_a_revision(db: str):
    call = await make_call()
    order = await make_order_row(call, supplier_confirmation_required=True)
    await goods(order, 1, 10)

    waiting, (line,) = await refreshed(order)
    await PurchaseOrder.filter(id=order.id).update(supplier_confirmed_at=call.now)
    await PurchaseOrderLine.all().update(revision_pending=True)
    revised, _ = await refreshed(order)

    assert line.status is LineStatus.PENDING_SUPPLIER_CONFIRMATION
    assert waiting.status is PurchaseOrderStatus.PENDING_SUPPLIER_CONFIRMATION
    assert revised.status is PurchaseOrderStatus.PENDING_REVISION


async def test_an_order_that_is_not_issued_keeps_its_word_and_its_lines_carry_it(db: str):
    call = await make_call()
    order = await make_order_row(call, issued_at=None, status=PurchaseOrderStatus.PENDING_APPROVAL)
    await goods(order, 1, 10)

    order, (line,) = await refreshed(order)

    assert (order.status, line.status) == (PurchaseOrderStatus.PENDING_APPROVAL, LineStatus.PENDING_APPROVAL)


# Blanket orders.


async def release(call: Call, blanket_line: PurchaseOrderLine, amount: int, **more: Any) -> PurchaseOrder:
    blanket = await blanket_line.purchase_order
    order = await make_order_row(call, await blanket.supplier, blanket_order=blanket, **more)
    await goods(order, 1, amount, blanket_line=blanket_line)
    await progress.refresh([order.id])
    return order


async def test_releases_draw_on_their_blanket_order_by_themselves(db: str):
    call = await make_call()
    blanket = await make_order_row(call, order_type=OrderType.BLANKET, received_amount=None, received_percent=None)
    line = await make_line_row(blanket, 1000, **UNTRACKED)
    await release(call, line, 300)
    await release(call, line, 500, issued_at=None, status=PurchaseOrderStatus.DRAFT)
    waiting: dict[str, Any] = {"issued_at": None, "status": PurchaseOrderStatus.PENDING_APPROVAL}
    over = await release(call, line, 900, excess_amount=200, **waiting)

    await blanket.refresh_from_db()
    await line.refresh_from_db()
    assert (blanket.released_amount, blanket.status, line.released_amount) == (1000, PurchaseOrderStatus.ORDERED, 1000)

    await PurchaseOrder.filter(id=over.id).update(status=PurchaseOrderStatus.ORDERED, issued_at=call.now)
    await progress.refresh([over.id])
    await blanket.refresh_from_db()
    assert (blanket.released_amount, blanket.status) == (1200, PurchaseOrderStatus.CLOSED_COMPLETE)
    assert await differing() == []

    await PurchaseOrderLine.filter(purchase_order_id=over.id).update(canceled_at=call.now)
    await progress.refresh([over.id])
    await blanket.refresh_from_db()
    assert (blanket.released_amount, blanket.status) == (300, PurchaseOrderStatus.ORDERED)
    assert await differing() == []


# Requisitions.


async def test_a_requisition_follows_what_its_order_lines_hold(db: str):
    call = await make_call()
    now: dict[str, Any] = {"submitted_at": call.now, "organization_id": call.organization_id}
    requisition = await PurchaseRequisition.create(number="R-1", **now)
    of_it: dict[str, Any] = {"organization_id": call.organization_id, "requisition": requisition, "currency": "USD"}
    wanted = await RequisitionLine.create(number=1, quantity=10, unit_price=5, amount=50, **of_it)
    order = await make_order_row(call, requisition=requisition)
    line = await goods(order, 10, 5, requisition_line=wanted)

    async def ordered() -> tuple[Decimal, RequisitionStatus, Decimal]:
        await refreshed(order)
        found = await RequisitionLine.get(id=wanted.id).prefetch_related("requisition")
        return found.ordered_quantity, found.requisition.status, found.requisition.total_amount

    assert await ordered() == (10, RequisitionStatus.ORDERED, 50)
    await PurchaseOrderLine.filter(id=line.id).update(quantity=8)
    assert await ordered() == (8, RequisitionStatus.PARTIALLY_ORDERED, 50)
    await make_receipt(call, line, 3)
    await PurchaseOrderLine.filter(id=line.id).update(closed_at=call.now)
    assert await ordered() == (3, RequisitionStatus.PARTIALLY_ORDERED, 50)
    await PurchaseOrderLine.filter(id=line.id).update(canceled_at=call.now)
    assert await ordered() == (0, RequisitionStatus.SUBMITTED, 50)


async def test_a_line_that_is_removed_gives_its_requisition_back_what_it_held(db: str):
    call = await make_call()
    requisition = await PurchaseRequisition.create(
        number="R-1", submitted_at=call.now, organization_id=call.organization_id
    )
    wanted = await RequisitionLine.create(
        number=1, organization_id=call.organization_id, requisition=requisition, currency="USD", unit_price=5
    )
    order = await make_draft(call, lines=[{"unit_price": Decimal(5)}])
    await PurchaseOrderLine.all().update(requisition_line_id=wanted.id)
    await progress.refresh([order.id])
    assert (await PurchaseRequisition.get()).status is RequisitionStatus.ORDERED

    await purchase_order_lines.remove(call, await the_line(order))

    assert (await PurchaseRequisition.get()).status is RequisitionStatus.SUBMITTED


async def test_the_statements_do_not_grow_with_what_there_is(db: str):
    call = await make_call()
    order = await make_order_row(call)
    costs: list[int] = []
    for lines in (1, 6):
        for _ in range(lines):
            line = await goods(order, 10, 10)
            await make_receipt(call, line, 1)
            await make_milestone(line)
            await make_payment(call, await billed(call, line, 10), 5)
        invoices = [invoice.id for invoice in await Invoice.all()]
        with counted() as statements:
            await progress.refresh(await progress.settle(invoices))
        costs.append(len(statements))

    assert costs[0] == costs[1]


async def test_a_recomputation_finds_what_was_tampered_with_in_allocations_invoices_and_requisitions(db: str):
    call = await make_call()
    order = await make_order_row(call, number="PO-7")
    line = await goods(order, 10, 100, number=1)
    invoice = await billed(call, line, 500, 5, supplier_invoice_number="I-1")
    await make_payment(call, invoice, 200)
    requisition = await PurchaseRequisition.create(
        number="R-1", organization_id=call.organization_id, submitted_at=call.now - timedelta(days=1)
    )
    await refresh_requisitions([requisition.id])
    await refreshed(order)
    await Invoice.all().update(paid_amount=1)
    await Allocation.all().update(is_confirmed=False, paid_amount=7)
    await PurchaseOrderLine.all().update(status=LineStatus.DELIVERED)
    await PurchaseRequisition.all().update(status=RequisitionStatus.ORDERED)

    found = await differing()

    (allocation,) = await Allocation.all()
    assert found[:3] == [
        "invoice I-1: paid_amount is 1.0000, has to be 200.0000",
        f"invoice I-1, allocation {allocation.id}: is_confirmed is False, has to be True",
        f"invoice I-1, allocation {allocation.id}: paid_amount is 7.0000, has to be 200.0000",
    ]
    assert "PO-7, line 1: status is DELIVERED, has to be ORDERED" in found  # nothing of it is confirmed now
    assert "requisition R-1: status is ORDERED, has to be SUBMITTED" in found
