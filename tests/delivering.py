"""Orders that receive, and what arrives of them, of which a test states only what it is about."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from models.invoice import Allocation, Invoice, InvoiceLine
from models.purchase_order import PurchaseOrder, PurchaseOrderLine
from models.receiving import Milestone, Receipt
from models.statuses.invoices import InvoiceLineStatus, InvoiceStatus, ToleranceKind
from models.verification import ToleranceRule
from resolvers.derived import progress
from resolvers.receiving import milestones, receipts, returns
from tests.factories import make_invoice_row
from tests.invoicing import ref
from tests.ordering import first_line, make_order

if TYPE_CHECKING:
    from resolvers.operation import Call


def goods(quantity: int | str = 10, unit_price: int | str = 120, **given: Any) -> dict[str, Any]:
    """A line of goods that are counted."""
    return {
        "product_type": "GOOD",
        "unit": "INDIVIDUAL_UNIT",
        "quantity": Decimal(quantity),
        "unit_price": Decimal(unit_price),
        **given,
    }


def service(payout: str = "AMOUNT", quantity: int = 10, unit_price: int = 120, **given: Any) -> dict[str, Any]:
    """A line that milestones acknowledge."""
    return {
        "product_type": "SERVICE",
        "acknowledgment_type": "MILESTONES",
        "milestone_payout": payout,
        "quantity": Decimal(quantity),
        "unit_price": Decimal(unit_price),
        **given,
    }


async def ordered(call: Call, *lines: dict[str, Any], **given: Any) -> PurchaseOrder:
    """An issued order of these lines; of 10 pieces at 120.00 unless they are given."""
    return await make_order(call, lines=list(lines or (goods(),)), **given)


async def tolerate(call: Call, percentage: int, **given: Any) -> ToleranceRule:
    """A rule for what may be received beyond what was ordered."""
    columns: dict[str, Any] = {"number": 1, "name": "Over-receipt", "kind": ToleranceKind.OVER_RECEIPT, **given}
    return await ToleranceRule.create(organization_id=call.organization_id, percentage=Decimal(percentage), **columns)


def entry(quantity: int | str, line_number: int = 1, **given: Any) -> dict[str, Any]:
    """What arrived, or goes back, of a line."""
    figures = {name: Decimal(value) for name, value in given.items()}
    return {"line_number": line_number, "quantity": Decimal(quantity), **figures}


async def receive(call: Call, order: PurchaseOrder, *entries: dict[str, Any] | int | str, **given: Any) -> Receipt:
    """A receipt of these entries; a number is a quantity of the first line."""
    written = await receipts.post(call, asked(order, *entries, **given))
    return await Receipt.get(id=written.key)


async def send_back(call: Call, order: PurchaseOrder, *entries: dict[str, Any] | int | str, **given: Any) -> Receipt:
    """A return of these entries."""
    written = await returns.post(call, asked(order, *entries, **given))
    return await Receipt.get(id=written.key)


async def cancel(call: Call, receipt: Receipt, reason: str = "Counted twice.") -> Receipt:
    written = await receipts.cancel(call, ref(receipt), reason=reason)
    return await Receipt.get(id=written.key)


def asked(order: PurchaseOrder, *entries: dict[str, Any] | int | str, **given: Any) -> dict[str, Any]:
    """The input of a receipt or return."""
    lines = [each if isinstance(each, dict) else entry(each) for each in entries]
    return {"purchase_order_id": ref(order), "lines": lines, **given}


async def bill(  # noqa: PLR0913 - an invoice, told whole
    call: Call,
    line: PurchaseOrderLine,
    amount: int,
    *,
    quantity: int | None = None,
    tax: int = 0,
    status: InvoiceStatus = InvoiceStatus.CONFIRMED,
) -> Invoice:
    """An invoice of one line that bills so much on the order line, before tax; confirmed unless it is not."""
    order = await line.purchase_order
    invoice = await make_invoice_row(
        call,
        await order.supplier,
        amount + tax,
        amount_before_tax=Decimal(amount),
        tax_amount=Decimal(tax),
        status=status,
        confirmed_at=call.now if status is InvoiceStatus.CONFIRMED else None,
    )
    figures: dict[str, Any] = {
        "organization_id": call.organization_id,
        "currency": "USD",
        "quantity": None if quantity is None else Decimal(quantity),
        "amount": Decimal(amount),
        "tax_amount": Decimal(tax),
    }
    confirmed = InvoiceLineStatus.CONFIRMED if invoice.confirmed_at else InvoiceLineStatus.REQUIRES_REVIEW
    part = await InvoiceLine.create(
        invoice=invoice,
        number=1,
        unit_price=line.unit_price,
        status=confirmed,
        confirmed_at=invoice.confirmed_at,
        **figures,
    )
    await Allocation.create(
        invoice=invoice,
        invoice_line=part,
        purchase_order=order,
        line=line,
        period_start=invoice.invoice_date,
        period_end=invoice.invoice_date,
        **figures,
    )
    await progress.refresh(await progress.settle([invoice.id]))
    return invoice


async def plan(call: Call, line: PurchaseOrderLine, **given: Any) -> Milestone:
    """A milestone of the line."""
    written = await milestones.create(call, {"line_id": ref(line), **given})
    return await Milestone.get(id=written.key)


async def received(order: PurchaseOrder) -> tuple[str, ...]:
    """Quantity, amount, percentage and status of the first line."""
    line = await first_line(order)
    figures = (line.received_quantity, line.received_amount, line.received_percent)
    return (*(f"{figure.normalize():f}" for figure in figures), str(line.status))


async def status(order: PurchaseOrder) -> str:
    return str((await PurchaseOrder.get(id=order.id)).status)
