"""Lists of invoices as AWS prints them, of which a test states only what it is about; and a company that is billed."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from models import database
from models.invoice import Invoice
from models.match import Match
from models.organization import Organization
from models.purchase_order import PurchaseOrder, PurchaseOrderLine
from models.supplier import Supplier
from resolvers.operation import Call
from tests.factories import (
    actor_of,
    make_call,
    make_line_row,
    make_order_row,
    make_seller_entity,
    make_supplier,
    make_user,
)

if TYPE_CHECKING:
    from models.statuses.invoices import ImportRowOutcome
    from models.statuses.people import Role
    from resolvers.importing.runner import Imported

SELLER: Final = "Cloud Provider, Inc."


def summary(number: str, amount: str = "100.00", **fields: Any) -> dict[str, Any]:
    """A row: usage of March 2025 in dollars, without tax. `seller` and `month` stand in for what lies deeper."""
    month, seller = fields.pop("month", 3), fields.pop("seller", SELLER)
    currency, marketplace = fields.pop("currency", "USD"), fields.pop("marketplace", False)
    return {
        "AccountId": "123456789012",
        "InvoiceId": number,
        "IssuedDate": "2025-04-03T00:00:00+00:00",
        "DueDate": "2025-05-03T00:00:00+00:00",
        "Entity": {"InvoicingEntity": seller, "BillingEntity": "AWS_MARKETPLACE" if marketplace else "AWS"},
        "BillingPeriod": {"Month": month, "Year": 2025},
        "InvoiceFrequency": "RECURRING",
        "InvoiceType": "INVOICE",
        "BaseCurrencyAmount": {"TotalAmount": amount, "TotalAmountBeforeTax": amount, "CurrencyCode": currency},
        **fields,
    }


def purchase(number: str, order: str, amount: str = "100.00", **fields: Any) -> dict[str, Any]:
    """A row for a marketplace purchase that was made with the number of an order."""
    return summary(number, amount, marketplace=True, PurchaseOrderNumber=order, **fields)


def credit(number: str, original: str, amount: str = "-100.00", **fields: Any) -> dict[str, Any]:
    """A row for a credit memo."""
    return summary(number, amount, InvoiceType="CREDIT_MEMO", BillType="REFUND", OriginalInvoiceId=original, **fields)


def document(*rows: Any) -> str:
    """The rows as a file."""
    return json.dumps({"InvoiceSummaries": rows}, indent=1)


async def billed(call: Call | None = None) -> Call:
    """A caller whose supplier bills, with an order PO-1 for 2025 of one tracked line for everything, 10,000 USD."""
    call = call or await make_call()
    supplier = await make_supplier(call.organization_id, "Cloud Provider", number="CLOUD")
    await make_seller_entity(supplier, SELLER)
    await tracked(await make_order_row(call, supplier, number="PO-1"))
    return call


async def colleague(call: Call, role: Role) -> Call:
    """Somebody else of the same organization, with one role."""
    organization = await Organization.get(id=call.organization_id)
    return Call(actor_of(await make_user(organization, role)), call.now)


async def only_line(number: str) -> tuple[str, int]:
    """The order and its one line, as `placed` names them."""
    return number, (await PurchaseOrderLine.get(purchase_order__number=number)).number


async def tracked(order: PurchaseOrder, amount: int = 10_000, **fields: Any) -> PurchaseOrderLine:
    """A tracked line, and the order's balance with it."""
    line = await make_line_row(order, amount, **fields)
    limit = Decimal(amount)
    await PurchaseOrder.filter(id=order.id).update(balance_limit=limit, balance_used=0, balance_current=limit)
    return line


async def supplier_of(call: Call) -> Supplier:
    return await Supplier.get(organization_id=call.organization_id, number="CLOUD")


async def left_on(number: str) -> Decimal | None:
    return (await PurchaseOrder.get(number=number)).balance_current


async def placed() -> dict[str, tuple[str, int] | None]:
    """Where each invoice is now: order and line."""
    found: dict[str, tuple[str, int] | None] = {}
    async for invoice in Invoice.all():
        match = await Match.get(invoice_id=invoice.id, superseded_at=None).select_related("purchase_order", "line")
        order, line = match.purchase_order, match.line
        found[invoice.supplier_invoice_number] = (order.number, line.number) if order and line else None
    return found


async def stored() -> dict[str, list[Any]]:
    """Every row of every table that an import may touch."""
    tables = ("invoice", "invoice_match", "allocation", "event", "purchase_order", "purchase_order_line")
    tables += ("seller_entity", "dropped_candidates", "notice", "organization_gate")
    found = {table: await database.rows(f"SELECT * FROM {table} ORDER BY id") for table in tables}  # noqa: S608
    for gate in found["organization_gate"]:
        del gate["last_moment"]  # whoever holds the gate moves it on, whether anything comes of it or not
    return found


def outcomes(imported: Imported) -> list[ImportRowOutcome]:
    return [report.outcome for report in imported.reports]
