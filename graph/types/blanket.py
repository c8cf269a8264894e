"""What belongs to blanket orders, as clients see it."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from graph.fields import column, identifier, one
from graph.types.common import Node
from graph.types.organization import CostCenter, User, UserGroup
from graph.types.requisition import PurchaseRequisition
from models import collaboration as rows

if TYPE_CHECKING:
    from graph.types.purchase_order import PurchaseOrder


@strawberry.type(
    description="Who may draw releases on a blanket order: a user, a group, or everybody of a cost center."
)
class PurchasingPermission(Node):
    id: strawberry.ID = identifier(rows.PurchasingPermission)
    purchase_order: Annotated["PurchaseOrder", strawberry.lazy("graph.types.purchase_order")] | None = one(
        "The blanket order it is for; null where it is for a requisition.", "purchase_order"
    )
    requisition: PurchaseRequisition | None = one(
        "The requisition it is for; a blanket order that is made from it gets the same permission.", "requisition"
    )
    user: User | None = one("The user who may; null where a group or a cost center may.", "user")
    group: UserGroup | None = one("The group whose members may.", "group")
    cost_center: CostCenter | None = one("The cost center whose users may.", "cost_center")
    created_at: datetime = column("When it was granted.")
