"""A service that the demo company receives by its milestones.

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
from resolvers.ids import id_of
from resolvers.orders import purchase_orders
from resolvers.receiving import milestones
from resolvers.sourcing import suppliers
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from datetime import date

    from resolvers.operation import Call

NUMBER: Final = "WEBSHOP"
SUPPLIER: Final[dict[str, Any]] = {
    "number": "TIDELINE",
    "name": "Tideline Software",
    "country": "US",
    "email": "hello@tideline.example",
}
LINE: Final[dict[str, Any]] = {
    "product_type": str(ProductType.SERVICE),
    "acknowledgment_type": str(AcknowledgmentType.MILESTONES),
    "milestone_payout": str(MilestonePayout.PERCENTAGE),
    "description": "New checkout",
    "unit_price": Decimal(24000),
}
MILESTONES: Final = (("Design accepted", 30), ("Checkout in use", 50), ("Handed over, with its documentation", 20))
VALID_FOR: Final = timedelta(days=180)
WAITING: Final = "The payment provider's certificate is late."


async def make(buyer: Call, receiver: Call, today: date) -> None:
    """Make all of it: ordered by the buyer, acknowledged by the receiver."""
    made = await suppliers.create(buyer, SUPPLIER)
    order = {
        "number": NUMBER,
        "display_name": "Web shop, new checkout",
        "description": "Built in three steps, each paid when it is accepted.",
        "currency": "USD",
        "supplier_id": id_of(Supplier, made.key or 0),
        "effective_date": today.replace(day=1),
        "expiration_date": today + VALID_FOR,
        "issue": True,
        "lines": [LINE],
    }
    await purchase_orders.create(buyer, order)
    await _acknowledge(buyer, receiver, today)


async def _acknowledge(buyer: Call, receiver: Call, today: date) -> None:
    """The first step is done, the second put off, the third to come."""
    line = await visible_to(PurchaseOrderLine, buyer.actor).get(purchase_order__number=NUMBER)
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
