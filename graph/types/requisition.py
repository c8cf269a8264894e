"""Purchase requisitions, as clients see them."""

import strawberry

from graph.fields import column, identifier, one
from graph.types.common import Node
from graph.types.organization import User
from models import requisition as rows


@strawberry.type(description="A request to buy, from which orders are made.")
class PurchaseRequisition(Node):
    id: strawberry.ID = identifier(rows.PurchaseRequisition)
    number: str = column("The number, unique in the organization.")
    display_name: str | None = column("The name.")
    assigned_to: User | None = one("Who in procurement handles it.", "assigned_to")
