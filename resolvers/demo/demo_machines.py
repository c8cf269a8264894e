"""What became of one purchase of the demo company: machines asked for, ordered, ordered anew, delivered, and sent back.

It happened in the weeks before today, so that there is a past to read. What was billed of it stands in `demo_invoices`.
Everything is invented. It is made by the operations that everybody uses.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from models.purchase_order import PurchaseOrderLine
from models.requisition import PurchaseRequisition, RequisitionLine
from models.revision import Revision
from models.statuses.orders import ProductType
from models.supplier import Supplier
from resolvers import operation
from resolvers.ids import id_of
from resolvers.orders import purchase_orders
from resolvers.orders.purchase_order_edits import Asked
from resolvers.receiving import receipts, returns
from resolvers.revising import revisions
from resolvers.revising.revision_proposals import Proposed
from resolvers.sourcing import requisitions, suppliers
from resolvers.sourcing.requisitions import Meant
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from resolvers.operation import Call

NUMBER: Final = "GRINDERS"
SUPPLIER: Final[dict[str, Any]] = {
    "number": "HALYARD",
    "name": "Halyard Machines",
    "country": "US",
    "email": "sales@halyardmachines.example",
}
NAMED: Final = {
    "display_name": "Grinders for the tasting rooms",
    "description": "Counter grinders, with spare burrs.",
}
LINES: Final[tuple[dict[str, Any], ...]] = (
    {
        "product_type": ProductType.GOOD,
        "goods_receipt_required": True,
        "unit": "INDIVIDUAL_UNIT",
        "description": "Counter grinder",
        "part_number": "HM-40",
        "quantity": Decimal(8),
        "unit_price": Decimal(120),
    },
    {
        "product_type": ProductType.GOOD,
        "goods_receipt_required": True,
        "unit": "PR",
        "description": "Spare burrs",
        "part_number": "HM-40-B",
        "quantity": Decimal(20),
        "unit_price": Decimal("18.50"),
    },
)
IN_THE_END: Final = Decimal(10)
"""How many grinders are wanted since the revision."""
VALID_FOR: Final = timedelta(days=180)
MORE: Final = "Two more, for the tasting room in Portland."
BROKEN: Final = "Its hopper is broken."


@dataclass(frozen=True, slots=True)
class DaysAgo:
    """When each step was taken. The organization is older than the first of them."""

    founded: int = 30
    asked_for: int = 21
    ordered: int = 20
    revised: int = 12
    delivered: int = 6
    returned: int = 4


DAYS_AGO: Final = DaysAgo()


def ago(call: Call, days: int) -> Call:
    """The same caller, so many days before."""
    return replace(call, now=call.now - timedelta(days=days))


async def make(buyer: Call, receiver: Call) -> None:
    """Make what happened before today: the last delivery is still to come."""
    await _order(buyer)
    line = await visible_to(PurchaseOrderLine, buyer.actor).get(purchase_order__number=NUMBER, number=1)
    more = Proposed(lines=[{"line_id": id_of(PurchaseOrderLine, line.id), "quantity": IN_THE_END}])
    then = ago(buyer, DAYS_AGO.revised)
    revision = await revisions.start(then, Asked(number=NUMBER, reason=MORE), more)
    await revisions.submit(then, operation.Meant(id=id_of(Revision, revision.key or 0)))
    order = {"purchase_order_number": NUMBER}
    then = ago(receiver, DAYS_AGO.delivered)
    first = [{"line_number": 1, "quantity": Decimal(5), "rejected_quantity": Decimal(1)}]
    await receipts.post(then, {**order, "lines": first, "received_on": then.today, "reference": "HM-77120"})
    then = ago(receiver, DAYS_AGO.returned)
    broken = [{"line_number": 1, "quantity": Decimal(1)}]
    await returns.post(then, {**order, "lines": broken, "received_on": then.today, "reason": BROKEN})


async def deliver_the_rest(receiver: Call) -> None:
    """Make today's delivery; some is still to come."""
    second = [{"line_number": 1, "quantity": Decimal(2)}, {"line_number": 2, "quantity": Decimal(20)}]
    order = {"purchase_order_number": NUMBER, "lines": second}
    await receipts.post(receiver, {**order, "received_on": receiver.today, "reference": "HM-77342"})


async def _order(buyer: Call) -> None:
    """The requisition, and the order made of it."""
    then = ago(buyer, DAYS_AGO.asked_for)
    supplier = id_of(Supplier, (await suppliers.create(then, SUPPLIER)).key or 0)
    asked_for = {"currency": "USD", "lines": [{**line, "supplier_id": supplier} for line in LINES]}
    made = await requisitions.create(then, {**NAMED, **asked_for})
    requisition = id_of(PurchaseRequisition, made.key or 0)
    await requisitions.submit(then, Meant(id=requisition))
    then = ago(buyer, DAYS_AGO.ordered)
    wanted = await visible_to(RequisitionLine, buyer.actor).filter(requisition_id=made.key).order_by("number")
    terms = {
        "number": NUMBER,
        "currency": "USD",
        "supplier_id": supplier,
        "requisition_id": requisition,
        "effective_date": then.today,
        "expiration_date": then.today + VALID_FOR,
        "issue": True,
        "lines": [{**line, "requisition_line_id": asked.id} for line, asked in zip(LINES, wanted, strict=True)],
    }
    await purchase_orders.create(then, {**NAMED, **terms})
