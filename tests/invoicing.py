"""Orders and invoices made by the operations themselves, of which a test states only what it is about."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any

from models.event import Event
from models.invoice import Allocation, Invoice
from models.match import Match
from models.purchase_order import PurchaseOrder, PurchaseOrderLine
from models.supplier import Supplier
from resolvers.ids import id_of
from resolvers.invoicing import invoices
from resolvers.orders import purchase_orders
from resolvers.rules.invoice_document import NewInvoice

if TYPE_CHECKING:
    from models.base import Row
    from resolvers.operation import Call, Written

_numbers = count(1)


async def make_order(call: Call, supplier: Supplier, *lines: dict[str, Any] | int, **fields: Any) -> PurchaseOrder:
    """An issued order for 2025 in USD; a line that is a number is tracked, for every category, of that amount."""
    given = {
        "currency": "USD",
        "supplier_id": id_of(Supplier, supplier.id),
        "effective_date": date(2025, 1, 1),
        "expiration_date": date(2025, 12, 31),
        "issue": True,
        "lines": [
            {"unit_price": Decimal(line), "balance_tracked": True}
            if isinstance(line, int)
            else {"balance_tracked": True, **line}
            for line in lines or (10_000,)
        ],
        **fields,
    }
    written = await purchase_orders.create(call, given)
    return await PurchaseOrder.get(id=written.key)


def document(supplier: Supplier, amount: int | str | Decimal = 100, month: int = 3, **fields: Any) -> dict[str, Any]:
    """A usage invoice for a month of 2025, as a client gives it."""
    return {
        "supplier_id": id_of(Supplier, supplier.id),
        "supplier_invoice_number": f"INV-{next(_numbers)}",
        "kind": "INVOICE",
        "category": "USAGE",
        "currency": "USD",
        "total_amount": Decimal(amount),
        "invoice_date": date(2025, month, 28),
        "billing_period_start": date(2025, month, 1),
        "billing_period_end": date(2025, month, 28),
        **fields,
    }


def new_invoice(supplier: Supplier, amount: int | str | Decimal = 100, month: int = 3, **fields: Any) -> NewInvoice:
    """The same, as a batch takes it."""
    given = document(supplier, amount, month)
    return NewInvoice(
        **{
            **{name: value for name, value in given.items() if name not in {"kind", "category"}},
            "supplier_id": supplier.id,
            **fields,
        }
    )


async def record(
    call: Call, supplier: Supplier, amount: int | str | Decimal = 100, month: int = 3, **fields: Any
) -> Invoice:
    """Such an invoice, recorded and matched."""
    match = fields.pop("match", True)
    written = await invoices.record(call, document(supplier, amount, month, **fields), match=match)
    return await invoice_of(written)


async def invoice_of(written: Written) -> Invoice:
    """The invoice that was written."""
    return await Invoice.get(id=written.key)


def ref(row: Row) -> str:
    """The id that clients know it by."""
    return id_of(type(row), row.id)


async def lines_of(order: PurchaseOrder) -> list[PurchaseOrderLine]:
    """The order's lines as they are now, by number."""
    return await PurchaseOrderLine.filter(purchase_order_id=order.id).order_by("number")


async def balances_of(order: PurchaseOrder) -> list[Decimal | None]:
    """What is left on each of them."""
    return [line.balance_current for line in await lines_of(order)]


async def places_of(invoice: Invoice) -> list[tuple[str, int, Decimal]]:
    """Where the invoice is now: order, line number, amount."""
    found = (
        await Allocation.filter(invoice_id=invoice.id, ended_at=None)
        .order_by("id")
        .prefetch_related("purchase_order", "line")
    )
    return [(each.purchase_order.number, each.line.number, each.amount) for each in found]


async def decision_about(invoice: Invoice) -> Match:
    """The decision in force."""
    return await Match.get(invoice_id=invoice.id, superseded_at=None)


async def counts() -> dict[str, int]:
    """How many rows there are of what invoices leave behind."""
    return {table.__name__: await table.all().count() for table in (Invoice, Allocation, Match, Event)}
