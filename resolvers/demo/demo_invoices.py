"""What the demo company is billed line by line: the machines that it received, paid in part; then too many, too dear.

Everything is invented. It is made by the operations that everybody uses.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from models.invoice import Invoice
from models.organization import User
from models.supplier import Supplier
from models.verification import Discrepancy
from resolvers.demo import demo_machines
from resolvers.ids import id_of
from resolvers.invoicing import invoice_states, invoices, payments
from resolvers.invoicing.invoice_states import Asked
from resolvers.invoicing.payments import NewPayment
from resolvers.verifying import discrepancies
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Sequence

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


TOO_MUCH: Final = "HM-2304"
TOO_MUCH_LINES: Final[tuple[dict[str, Any], ...]] = (
    {
        "description": "Counter grinder",
        "part_number": "HM-40",
        "quantity": Decimal(3),
        "unit_price": Decimal(126),
        "amount": Decimal(378),
    },
)
"""More than what came, and at a higher price than was agreed."""


async def make(accountant: Call, buyer: Call) -> None:
    """Record what the supplier bills: the machines as they came, with the freight, which is confirmed and paid in part;
    then the rest, before it came and at another price, which the buyer is to look at.
    """
    recorded = await invoices.record(accountant, await _given(accountant, NUMBER, LINES, FREIGHT))
    invoice = id_of(Invoice, recorded.key or 0)
    await invoice_states.confirm(accountant, Asked(id=invoice))
    await payments.record(accountant, NewPayment(invoice_id=invoice, amount=PAID, reference="Down payment"))
    recorded = await invoices.record(accountant, await _given(accountant, TOO_MUCH, TOO_MUCH_LINES, Decimal(0)))
    assignee = id_of(User, buyer.actor.user_id)
    for found in await visible_to(Discrepancy, accountant.actor).filter(invoice_id=recorded.key).order_by("id"):
        await discrepancies.assign(accountant, id_of(Discrepancy, found.id), assignee)


async def _given(call: Call, number: str, lines: Sequence[dict[str, Any]], freight: Decimal) -> dict[str, Any]:
    supplier = await visible_to(Supplier, call.actor).get(number=demo_machines.SUPPLIER["number"])
    billed = sum((line["amount"] for line in lines), Decimal(0))
    return {
        "supplier_id": id_of(Supplier, supplier.id),
        "supplier_invoice_number": number,
        "kind": "INVOICE",
        "category": "SUBSCRIPTION",
        "currency": "USD",
        "total_amount": billed + freight,
        "other_charges": freight,
        "invoice_date": call.today,
        "due_date": call.today + timedelta(days=30),
        "purchase_order_number": demo_machines.NUMBER,
        "lines": list(lines),
    }
