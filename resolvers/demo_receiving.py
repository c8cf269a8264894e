"""What the demo company has received: machines in two deliveries, one of them sent back; a service by its milestones.

Everything is invented. It is made by the operations that everybody uses.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from models.purchase_order import PurchaseOrderLine
from models.receiving import Milestone
from models.statuses.orders import AcknowledgmentType, MilestonePayout, ProductType
from models.supplier import Supplier
from resolvers import milestones, purchase_orders, receipts, returns, suppliers
from resolvers.ids import id_of
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from datetime import date

    from resolvers.operation import Call

GOODS: Final = "GRINDERS"
SERVICE: Final = "WEBSHOP"
SUPPLIERS: Final[dict[str, dict[str, Any]]] = {
    GOODS: {
        "number": "HALYARD",
        "name": "Halyard Machines",
        "country": "US",
        "email": "sales@halyardmachines.example",
    },
    SERVICE: {
        "number": "TIDELINE",
        "name": "Tideline Software",
        "country": "US",
        "email": "hello@tideline.example",
    },
}
ORDERS: Final[dict[str, dict[str, Any]]] = {
    GOODS: {
        "display_name": "Grinders for the tasting rooms",
        "description": "Ten counter grinders, with spare burrs.",
        "lines": [
            {
                "product_type": str(ProductType.GOOD),
                "goods_receipt_required": True,
                "unit": "INDIVIDUAL_UNIT",
                "description": "Counter grinder",
                "part_number": "HM-40",
                "quantity": Decimal(10),
                "unit_price": Decimal(120),
            },
            {
                "product_type": str(ProductType.GOOD),
                "goods_receipt_required": True,
                "unit": "PR",
                "description": "Spare burrs",
                "part_number": "HM-40-B",
                "quantity": Decimal(20),
                "unit_price": Decimal("18.50"),
            },
        ],
    },
    SERVICE: {
        "display_name": "Web shop, new checkout",
        "description": "Built in three steps, each paid when it is accepted.",
        "lines": [
            {
                "product_type": str(ProductType.SERVICE),
                "acknowledgment_type": str(AcknowledgmentType.MILESTONES),
                "milestone_payout": str(MilestonePayout.PERCENTAGE),
                "description": "New checkout",
                "unit_price": Decimal(24000),
            }
        ],
    },
}
MILESTONES: Final = (("Design accepted", 30), ("Checkout in use", 50), ("Handed over, with its documentation", 20))
VALID_FOR: Final = timedelta(days=180)
BROKEN: Final = "Its hopper is broken."
WAITING: Final = "The payment provider's certificate is late."


async def make(buyer: Call, receiver: Call, today: date) -> None:
    """Make all of it: ordered by the buyer, received by the receiver."""
    for number, given in ORDERS.items():
        made = await suppliers.create(buyer, SUPPLIERS[number])
        terms = {
            "number": number,
            "currency": "USD",
            "supplier_id": id_of(Supplier, made.key or 0),
            "effective_date": today.replace(day=1),
            "expiration_date": today + VALID_FOR,
            "issue": True,
        }
        await purchase_orders.create(buyer, {**terms, **given})
    await _deliver(receiver, today)
    await _acknowledge(buyer, receiver, today)


async def _deliver(receiver: Call, today: date) -> None:
    """Half of it arrives, one piece is broken and goes back, then more arrives; some is still to come."""
    order = {"purchase_order_number": GOODS}
    first = [{"line_number": 1, "quantity": Decimal(5), "rejected_quantity": Decimal(1)}]
    day = today - timedelta(days=6)
    await receipts.post(receiver, {**order, "lines": first, "received_on": day, "reference": "HM-77120"})
    broken = [{"line_number": 1, "quantity": Decimal(1)}]
    day = today - timedelta(days=4)
    await returns.post(receiver, {**order, "lines": broken, "received_on": day, "reason": BROKEN})
    second = [{"line_number": 1, "quantity": Decimal(2)}, {"line_number": 2, "quantity": Decimal(20)}]
    await receipts.post(receiver, {**order, "lines": second, "received_on": today, "reference": "HM-77342"})


async def _acknowledge(buyer: Call, receiver: Call, today: date) -> None:
    """The first step is done, the second put off, the third to come."""
    line = await visible_to(PurchaseOrderLine, buyer.actor).get(purchase_order__number=SERVICE)
    planned = [
        await milestones.create(
            buyer,
            {
                "line_id": id_of(PurchaseOrderLine, line.id),
                "description": description,
                "percent": Decimal(percent),
                "due_date": today + timedelta(days=45 * place),
            },
        )
        for place, (description, percent) in enumerate(MILESTONES)
    ]
    design, checkout, _ = [id_of(Milestone, written.key or 0) for written in planned]
    await milestones.confirm(receiver, design, {"reference": "Minutes of the review"})
    await milestones.defer(receiver, checkout, due_date=today + timedelta(days=60), reason=WAITING)
