"""Invoices approved, confirmed, rejected, reopened; what was paid for them; and those that look like others."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from models.approval import ApprovalStep
from models.event import Event
from models.invoice import Allocation, Invoice, InvoiceLine
from models.organization import Organization
from models.payment import Payment
from models.statuses.invoices import DiscrepancyState, InvoiceLineStatus, InvoiceStatus
from models.statuses.people import ApprovalDecision, Role
from models.verification import Discrepancy
from resolvers.approving import approval_decisions, approval_rules
from resolvers.errors import DuplicateInvoice, InvalidAmount, InvalidValue, NotFound, Refusals, WrongStatus
from resolvers.errors_invoicing import AlreadyPaid, NumberStillTaken, OpenDiscrepancies, PaymentExceedsOpen
from resolvers.invoicing import invoice_duplicates, invoice_states, invoices, payments
from resolvers.invoicing.invoice_states import Asked, OfLine
from resolvers.invoicing.payments import NewPayment
from resolvers.operation import Call, Meant
from resolvers.verifying import discrepancies
from tests.factories import actor_of, make_call, make_supplier, make_user
from tests.invoicing import balances_of, document, invoice_of, lines_of, make_order, places_of, record, ref

if TYPE_CHECKING:
    from models.purchase_order import PurchaseOrder
    from models.supplier import Supplier

REVIEW, APPROVED, CONFIRMED, REJECTED = (
    InvoiceLineStatus.REQUIRES_REVIEW,
    InvoiceLineStatus.APPROVED,
    InvoiceLineStatus.CONFIRMED,
    InvoiceLineStatus.REJECTED,
)


async def ordered(call: Call, supplier: Supplier, *lines: tuple[str, str], **fields: Any) -> PurchaseOrder:
    """PO-7: goods without receipts, each with quantity and price."""
    goods = [
        {"product_type": "GOOD", "quantity": Decimal(quantity), "unit_price": Decimal(price), **fields}
        for quantity, price in lines
    ]
    return await make_order(call, supplier, *goods, number="PO-7")


async def billed(call: Call, supplier: Supplier, *amounts: str, **fields: Any) -> Invoice:
    """An invoice for PO-7, of which each line names the order line in its place."""
    lines = [{"amount": Decimal(each), "purchase_order_line_number": at} for at, each in enumerate(amounts, start=1)]
    total = fields.pop("total_amount", None) or sum((Decimal(each) for each in amounts), Decimal(0))
    return await record(call, supplier, total, lines=lines, purchase_order_number="PO-7", **fields)


async def states(invoice: Invoice) -> tuple[InvoiceStatus, list[InvoiceLineStatus]]:
    """Where the invoice and its lines stand."""
    await invoice.refresh_from_db()
    lines = await InvoiceLine.filter(invoice_id=invoice.id).order_by("number")
    return invoice.status, [line.status for line in lines]


async def some(invoice: Invoice, *numbers: int, received: str | None = None) -> Asked:
    """These lines of it."""
    found = await InvoiceLine.filter(invoice_id=invoice.id, number__in=numbers).order_by("number")
    amount = None if received is None else Decimal(received)
    return Asked(id=ref(invoice), lines=[OfLine(id=ref(line), received_amount=amount) for line in found])


def whole(invoice: Invoice) -> Asked:
    """All of it."""
    return Asked(id=ref(invoice))


async def received(order: PurchaseOrder) -> list[tuple[Decimal, Decimal, Decimal]]:
    """Quantity, amount and percent received of each line."""
    return [(line.received_quantity, line.received_amount, line.received_percent) for line in await lines_of(order)]


async def waive(call: Call, invoice: Invoice) -> None:
    """Somebody has accepted the discrepancies."""
    for each in await Discrepancy.filter(invoice_id=invoice.id, state=DiscrepancyState.OPEN):
        await discrepancies.waive(call, ref(each), reason="fine")


# Confirming.


async def test_goods_without_receipts_are_received_by_the_confirmed_line(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await ordered(call, supplier, ("50", "8"))
    invoice = await billed(call, supplier, "320")
    assert await received(order) == [(0, 0, 0)]

    await invoice_states.confirm(call, whole(invoice))

    assert await received(order) == [(40, 320, 80)]
    assert await states(invoice) == (InvoiceStatus.CONFIRMED, [CONFIRMED])
    await order.refresh_from_db()
    assert (order.invoiced_amount, order.in_process_invoiced_amount) == (320, 0)


async def test_what_was_received_may_be_said_until_the_line_is_confirmed(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await ordered(call, supplier, ("50", "8"))
    invoice = await billed(call, supplier, "320")

    for amount in ("321", "-1", "0.001"):
        with pytest.raises(Refusals) as caught:
            await invoice_states.confirm(call, await some(invoice, 1, received=amount))
        assert [(type(each), each.path) for each in caught.value.refusals] == [
            (InvalidAmount, ("lines", "0", "receivedAmount"))
        ]
    await invoice_states.confirm(call, await some(invoice, 1, received="160"))

    assert await received(order) == [(20, 160, 40)]
    assert (await states(invoice))[0] is InvoiceStatus.CONFIRMED
    with pytest.raises(WrongStatus):
        await invoice_states.confirm(call, await some(invoice, 1, received="320"))
    assert await received(order) == [(20, 160, 40)]


async def test_charges_and_discounts_count_once_it_is_confirmed(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await ordered(call, supplier, ("10", "500"))
    invoice = await billed(
        call, supplier, "5000", total_amount="4870", other_charges=Decimal(120), discount_amount=Decimal(250)
    )

    await invoice_states.confirm(call, whole(invoice))

    await order.refresh_from_db()
    assert (order.invoiced_amount, order.total_amount, order.remaining_balance) == (4870, 5000, 4870)


async def test_an_invoice_requires_review_until_all_its_lines_are_confirmed(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await ordered(call, supplier, ("10", "5"), ("10", "5"))
    invoice = await billed(call, supplier, "50", "25")

    written = await invoice_states.confirm(call, await some(invoice, 1))
    assert await states(invoice) == (InvoiceStatus.MATCHED, [CONFIRMED, REVIEW])
    assert await received(order) == [(10, 50, 100), (0, 0, 0)]
    assert [(event.kind, event.purchase_order_id, event.changes) for event in written.events] == [
        ("invoice_confirmed", order.id, [{"field": "lines", "from": None, "to": "1"}])
    ]

    await invoice_states.confirm(call, whole(invoice))
    assert await states(invoice) == (InvoiceStatus.CONFIRMED, [CONFIRMED, CONFIRMED])
    assert invoice.confirmed_at == invoice.approved_at == call.now
    assert await received(order) == [(10, 50, 100), (5, 25, 50)]


async def test_one_rejected_line_rejects_the_invoice_and_nothing_is_received(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await ordered(call, supplier, ("10", "5"), ("10", "5"), balance_tracked=True)
    invoice = await billed(call, supplier, "50", "25")

    written = await invoice_states.reject(call, await some(invoice, 2), reason="never ordered")

    assert await states(invoice) == (InvoiceStatus.REJECTED, [REVIEW, REJECTED])
    assert (invoice.status_reason, invoice.rejected_at) == ("never ordered", call.now)
    assert (await received(order), await balances_of(order)) == ([(0, 0, 0)] * 2, [50, 50])
    assert await Allocation.filter(invoice_id=invoice.id, ended_at=None).count() == 0
    assert [(event.kind, event.reason) for event in written.events] == [("invoice_rejected", "never ordered")]

    await invoice_states.reopen(call, whole(invoice), reason="ordered by phone")
    assert await states(invoice) == (InvoiceStatus.MATCHED, [REVIEW, REVIEW])
    assert await balances_of(order) == [0, 25]


async def test_a_confirmed_invoice_can_be_reopened_while_nothing_is_paid(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await ordered(call, supplier, ("50", "8"))
    invoice = await billed(call, supplier, "320")
    await invoice_states.confirm(call, whole(invoice))

    await invoice_states.reopen(call, whole(invoice))
    assert await states(invoice) == (InvoiceStatus.MATCHED, [REVIEW])
    assert await received(order) == [(0, 0, 0)]
    before = await Event.all().count()
    await invoice_states.reopen(call, whole(invoice))
    assert await Event.all().count() == before

    await invoice_states.confirm(call, whole(invoice))
    await payments.record(call, NewPayment(invoice_id=ref(invoice), amount=Decimal(20)))
    with pytest.raises(WrongStatus):
        await invoice_states.reopen(call, whole(invoice))
    with pytest.raises(AlreadyPaid):
        await invoices.cancel(call, ref(invoice), reason="wrong")
    with pytest.raises(AlreadyPaid):
        await invoices.update(call, ref(invoice), {"total_amount": Decimal(300)})


async def test_an_approved_line_acknowledges_a_service(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    service = {"acknowledgment_type": "SERVICE_ACKNOWLEDGMENT", "quantity": Decimal(4), "unit_price": Decimal(100)}
    order = await make_order(call, supplier, service, service, number="PO-7")
    invoice = await billed(call, supplier, "100", "300")

    await invoice_states.approve(call, await some(invoice, 1))
    assert await states(invoice) == (InvoiceStatus.MATCHED, [APPROVED, REVIEW])
    assert await received(order) == [(1, 100, 25), (0, 0, 0)]

    await invoice_states.approve(call, whole(invoice))
    assert await states(invoice) == (InvoiceStatus.APPROVED, [APPROVED, APPROVED])
    assert await received(order) == [(1, 100, 25), (3, 300, 75)]


async def test_an_invoice_without_lines_is_confirmed_as_a_whole(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, 1_000)
    invoice = await record(call, supplier, 400)

    await invoice_states.approve(call, whole(invoice))
    assert (await states(invoice))[0] is InvoiceStatus.APPROVED
    await invoice_states.confirm(call, whole(invoice))

    await order.refresh_from_db()
    assert (order.invoiced_amount, order.received_amount) == (400, 400)
    unmatched = await record(call, supplier, 5, month=1, currency="EUR")
    with pytest.raises(WrongStatus) as caught:
        await invoice_states.confirm(call, whole(unmatched))
    assert caught.value.status == "RECEIVED"


async def test_what_changes_after_it_was_confirmed_has_to_be_confirmed_again(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await ordered(call, supplier, ("50", "8"))
    invoice = await billed(call, supplier, "320")
    await invoice_states.confirm(call, whole(invoice))

    await invoices.update(call, ref(invoice), {"account": "7"})
    assert (await states(invoice))[0] is InvoiceStatus.CONFIRMED
    lines = [{"amount": Decimal(160), "purchase_order_line_number": 1}]
    await invoices.update(call, ref(invoice), {"lines": lines, "total_amount": Decimal(160)})

    assert await states(invoice) == (InvoiceStatus.MATCHED, [REVIEW])
    assert await received(order) == [(0, 0, 0)]
    await order.refresh_from_db()
    assert (order.invoiced_amount, order.in_process_invoiced_amount) == (0, 160)


async def test_lines_that_are_not_the_invoices_are_refused(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    await ordered(call, supplier, ("50", "8"))
    invoice, other = await billed(call, supplier, "8"), await billed(call, supplier, "8")
    theirs = (await some(other, 1)).lines

    for lines, kind in ((theirs, NotFound), ([], InvalidValue), ([OfLine(id="x"), OfLine(id="x")], NotFound)):
        with pytest.raises(Refusals) as caught:
            await invoice_states.confirm(call, Asked(id=ref(invoice), lines=lines))
        assert isinstance(caught.value.refusals[0], kind)
    assert await states(invoice) == (InvoiceStatus.MATCHED, [REVIEW])


# Discrepancies and approval.


async def test_open_discrepancies_are_told_and_stop_the_confirmation_of_what_they_are_about(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await ordered(call, supplier, ("10", "5"), ("10", "5"), ("10", "5"))
    invoice = await billed(call, supplier, "50", "60")
    found = await Discrepancy.filter(invoice_id=invoice.id).order_by("id")
    assert (await states(invoice))[0] is InvoiceStatus.DISCREPANCIES_FOUND

    for asked in (whole(invoice), await some(invoice, 2)):
        with pytest.raises(OpenDiscrepancies) as caught:
            await invoice_states.confirm(call, asked)
        assert caught.value.discrepancies == tuple(ref(each) for each in found)
        assert caught.value.kinds == ("LINE_AMOUNT_OVER",)
    await invoice_states.confirm(call, await some(invoice, 1))

    assert await states(invoice) == (InvoiceStatus.DISCREPANCIES_FOUND, [CONFIRMED, REVIEW])
    await waive(call, invoice)
    await invoice_states.confirm(call, whole(invoice))
    assert await states(invoice) == (InvoiceStatus.CONFIRMED, [CONFIRMED, CONFIRMED])
    assert (await received(order))[1] == (12, 60, 120)


async def test_accepted_discrepancies_wait_for_approval_where_a_rule_for_invoices_fits(db: str):
    call = await make_call()
    approver = await make_user(await Organization.get(id=call.organization_id), Role.APPROVER)
    rule = {"name": "Accepted discrepancies", "document": "INVOICE", "approver_ids": [ref(approver)]}
    await approval_rules.create(call, rule)
    supplier = await make_supplier(call.organization_id)
    order = await ordered(call, supplier, ("10", "5"))
    one, other = await billed(call, supplier, "60"), await billed(call, supplier, "60")
    for invoice in (one, other):
        await waive(call, invoice)
        await invoice_states.confirm(call, whole(invoice))
        assert await states(invoice) == (InvoiceStatus.PENDING_APPROVAL, [REVIEW])
    first, second = await ApprovalStep.all().order_by("id")
    with pytest.raises(WrongStatus):
        await invoice_states.confirm(call, whole(one))

    later = call.now + timedelta(hours=1)
    by_approver = Call(actor_of(approver), later)
    await approval_decisions.decide(by_approver, Meant(id=ref(first)), ApprovalDecision.APPROVE)
    await approval_decisions.decide(by_approver, Meant(id=ref(second), reason="too dear"), ApprovalDecision.REJECT)

    assert await states(one) == (InvoiceStatus.APPROVED, [APPROVED])
    assert await states(other) == (InvoiceStatus.REJECTED, [REJECTED])
    assert other.status_reason == "too dear"
    await invoice_states.confirm(replace(call, now=later), whole(one))
    assert await states(one) == (InvoiceStatus.CONFIRMED, [CONFIRMED])
    assert (await received(order))[0][1] == 60


# Payments.


async def test_payments_in_parts_up_to_what_is_open(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await ordered(call, supplier, ("50", "8"))
    invoice = await billed(call, supplier, "320")

    def payment(amount: str, **fields: Any) -> NewPayment:
        return NewPayment(invoice_id=ref(invoice), amount=Decimal(amount), **fields)

    with pytest.raises(WrongStatus):
        await payments.record(call, payment("20"))
    await invoice_states.confirm(call, whole(invoice))
    first = await payments.record(call, payment("120.50", reference="SEPA 1", external_id="p1"))
    await invoice.refresh_from_db()
    assert (invoice.status, invoice.paid_amount) == (InvoiceStatus.PENDING_PAYMENT, Decimal("120.50"))
    with pytest.raises(PaymentExceedsOpen) as caught:
        await payments.record(call, payment("199.51"))
    assert caught.value == PaymentExceedsOpen(
        amount=Decimal("199.51"), total=Decimal(320), paid=Decimal("120.50"), open=Decimal("199.50"), currency="USD",
        path=("amount",),
    )  # fmt: skip
    for wrong in (payment("0"), payment("0.001"), payment("1", external_id="p1"), payment("1", reference="x" * 201)):
        with pytest.raises(Refusals):
            await payments.record(call, wrong)
    with pytest.raises(PaymentExceedsOpen):
        await payments.record(call, payment("-1"))
    assert await Payment.all().count() == 1

    await payments.record(call, payment("199.50"))

    await invoice.refresh_from_db()
    await order.refresh_from_db()
    assert invoice.status is InvoiceStatus.PAID
    assert (order.amount_paid, order.outstanding_payable, order.remaining_balance) == (320, 0, 80)
    assert [each.number for each in await Payment.all().order_by("id")] == ["PAY0000001", "PAY0000002"]

    paid = await Payment.get(id=first.key)
    written = await payments.cancel(call, ref(paid), reason="bounced")
    await invoice.refresh_from_db()
    await order.refresh_from_db()
    assert (invoice.status, invoice.paid_amount, order.amount_paid) == (
        InvoiceStatus.PENDING_PAYMENT,
        Decimal("199.50"),
        Decimal("199.50"),
    )
    assert [(event.kind, event.reason, event.purchase_order_id) for event in written.events] == [
        ("payment_canceled", "bounced", order.id)
    ]
    with pytest.raises(WrongStatus):
        await payments.cancel(call, ref(paid), reason="again")
    other = await make_call()
    with pytest.raises(NotFound):
        await payments.cancel(other, ref(paid), reason="not mine")


async def test_what_a_credit_gives_back_is_paid_back(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    await ordered(call, supplier, ("50", "8"))
    await invoice_states.confirm(call, whole(await billed(call, supplier, "400")))
    credit = await billed(call, supplier, "-80", kind="CREDIT_MEMO")
    await invoice_states.confirm(call, whole(credit))

    with pytest.raises(PaymentExceedsOpen):
        await payments.record(call, NewPayment(invoice_id=ref(credit), amount=Decimal(80)))
    await payments.record(call, NewPayment(invoice_id=ref(credit), amount=Decimal(-80)))

    assert (await states(credit))[0] is InvoiceStatus.PAID


# Duplicates.


async def test_a_duplicate_is_refused_or_kept_and_counts_nowhere(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, 1_000)
    given = document(supplier, 100, supplier_invoice_number="7")
    first = await invoice_of(await invoices.record(call, given))
    with pytest.raises(Refusals) as caught:
        await invoices.record(call, given)
    assert [type(each) for each in caught.value.refusals] == [DuplicateInvoice]

    twins = [await invoice_of(await invoices.record(call, given, keep_duplicate=True)) for _ in range(2)]

    assert [(each.status, each.duplicate_of_id) for each in twins] == [
        (InvoiceStatus.SUSPECTED_DUPLICATE, first.id)
    ] * 2
    assert (await places_of(twins[0]), await balances_of(order)) == ([], [900])
    with pytest.raises(WrongStatus):
        await invoice_states.confirm(call, whole(twins[0]))
    await invoice_duplicates.confirm(call, ref(twins[0]))
    assert (await states(twins[0]))[0] is InvoiceStatus.CONFIRMED_DUPLICATE
    with pytest.raises(Refusals):
        await invoices.record(call, given)

    with pytest.raises(NumberStillTaken) as taken:
        await invoice_duplicates.dismiss(call, ref(twins[1]))
    assert taken.value.existing == ref(first)
    await invoices.update(call, ref(twins[1]), {"supplier_invoice_number": "8"})
    await invoice_duplicates.dismiss(call, ref(twins[1]))
    assert (await states(twins[1]))[0] is InvoiceStatus.MATCHED
    assert twins[1].duplicate_of_id is None
    assert await balances_of(order) == [800]
