"""What the demo company is billed line by line: the machines that it received, confirmed and paid in part.

Everything is invented. It is made by the operations that everybody uses.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from models.invoice import Invoice
from models.supplier import Supplier
from resolvers import demo_receiving, invoice_states, invoices, payments
from resolvers.ids import id_of
from resolvers.invoice_states import Asked
from resolvers.payments import NewPayment
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from datetime import date

    from resolvers.operation import Call

NUMBER: Final = "HM-2291"
FREIGHT: Final = Decimal("35.00")
PAID: Final = Decimal("600.00")
LINES: Final[tuple[dict[str, Any], ...]] = (
    {
        "description": "Counter grinder",
        "part_number": "HM-40",
        "quantity": Decimal(6),
        "unit_price": Decimal(120),
        "amount": Decimal(720),
    },
    {
        "description": "Spare burrs, per pair",
        "part_number": "HM-40-B",
        "quantity": Decimal(20),
        "unit_price": Decimal("18.50"),
        "amount": Decimal(370),
    },
)


async def make(accountant: Call, today: date) -> None:
    """The machines are billed as they came, with the freight; the invoice is confirmed, and part of it is paid."""
    name = demo_receiving.SUPPLIERS[demo_receiving.GOODS]["number"]
    supplier = await visible_to(Supplier, accountant.actor).get(number=name)
    billed = sum((line["amount"] for line in LINES), Decimal(0))
    recorded = await invoices.record(
        accountant,
        {
            "supplier_id": id_of(Supplier, supplier.id),
            "supplier_invoice_number": NUMBER,
            "kind": "INVOICE",
            "category": "SUBSCRIPTION",
            "currency": "USD",
            "total_amount": billed + FREIGHT,
            "other_charges": FREIGHT,
            "invoice_date": today,
            "due_date": today + timedelta(days=30),
            "purchase_order_number": demo_receiving.GOODS,
            "lines": list(LINES),
        },
    )
    invoice = id_of(Invoice, recorded.key or 0)
    await invoice_states.confirm(accountant, Asked(id=invoice))
    await payments.record(accountant, NewPayment(invoice_id=invoice, amount=PAID, reference="Down payment"))
