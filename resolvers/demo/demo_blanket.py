"""What the demo company buys on call: a blanket order, who may draw on it, its releases; a task and a comment.

Everything is invented. It is made by the operations that everybody uses.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from models.organization import CostCenter, User, UserGroup
from models.purchase_order import PurchaseOrder
from models.statuses.orders import LineItemType, OrderType, ProductType
from models.supplier import Supplier
from resolvers.administration import user_groups
from resolvers.ids import id_of
from resolvers.orders import collaboration, purchase_orders, purchasing_permissions, releases
from resolvers.orders.purchase_order_edits import Asked
from resolvers.sourcing import suppliers
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from datetime import date

    from resolvers.operation import Call

NUMBER: Final = "WORKSHOP"
SUPPLIER: Final[dict[str, Any]] = {
    "number": "BRINE",
    "name": "Brine Street Workshop",
    "country": "US",
    "email": "orders@brinestreet.example",
}
GROUP: Final = "Office and facilities"
COST_CENTER: Final = "6100"
VALID_FOR: Final = timedelta(days=300)
LINES: Final[tuple[dict[str, Any], ...]] = (
    {
        "number": 1,
        "description": "Repairs of roasting machines",
        "product_type": str(ProductType.SERVICE),
        "unit_price": Decimal(6000),
    },
    {
        "number": 2,
        "description": "Spare parts",
        "product_type": str(ProductType.GOOD),
        "unit": "EA",
        "unit_price": Decimal(80),
        "quantity": Decimal(50),
    },
)
RELEASES: Final[tuple[dict[str, Any], ...]] = (
    {
        "number": "WORKSHOP-1",
        "display_name": "Drum of the large roaster",
        "lines": [{"blanket_line_number": 1, "unit_price": Decimal(2400), "description": "Drum exchanged"}],
    },
    {
        "number": "WORKSHOP-2",
        "display_name": "Seals and bearings",
        "lines": [
            {"blanket_line_number": 2, "quantity": Decimal(12), "description": "Bearing sets"},
            {"blanket_line_number": 1, "unit_price": Decimal(640), "description": "Fitting them"},
        ],
    },
)
TASK: Final = "Ask for a discount on next year's budget"
COMMENT: Final = "They come within two days; parts are in stock."


async def make(admin: Call, buyer: Call, receiver: Call, today: date) -> None:
    """Make all of it: ordered by the buyer, drawn by the receiver, who is permitted by way of a group."""
    made = await suppliers.create(buyer, SUPPLIER)
    members = [id_of(User, call.actor.user_id) for call in (buyer, receiver)]
    group = await user_groups.create(admin, {"name": GROUP}, members)
    written = await purchase_orders.create(buyer, _order(made.key or 0, today))
    blanket = Asked(number=NUMBER)
    await purchasing_permissions.grant(buyer, blanket, {"group_id": id_of(UserGroup, group.key or 0)})
    center = await visible_to(CostCenter, admin.actor).get(number=COST_CENTER)
    await purchasing_permissions.grant(buyer, blanket, {"cost_center_id": id_of(CostCenter, center.id)})
    for given in RELEASES:
        await releases.create(receiver, blanket, given)
    order = id_of(PurchaseOrder, written.key or 0)
    task = {"title": TASK, "assignee_id": members[0], "due_date": today + timedelta(days=30)}
    await collaboration.create_task(admin, order, task)
    await collaboration.add_comment(receiver, order, {"text": COMMENT})


def _order(supplier: int, today: date) -> dict[str, Any]:
    return {
        "number": NUMBER,
        "order_type": str(OrderType.BLANKET),
        "display_name": "Workshop, on call",
        "description": "Repairs and spare parts for the roastery, drawn as they are needed.",
        "currency": "USD",
        "supplier_id": id_of(Supplier, supplier),
        "effective_date": today.replace(day=1),
        "expiration_date": today + VALID_FOR,
        "issue": True,
        "lines": [{"line_item_type": str(LineItemType.ALL), **line} for line in LINES],
    }
