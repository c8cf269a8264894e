"""The history of documents, as clients see it."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from graph.fields import column, identifier, one, read
from graph.types.common import Node
from graph.types.organization import User
from models import event as rows
from resolvers.reading import expressions

if TYPE_CHECKING:
    from graph.types.invoice import Invoice
    from graph.types.purchase_order import PurchaseOrder
    from graph.types.requisition import PurchaseRequisition
    from graph.types.supplier import Supplier


@strawberry.type(description="A field that an event changed, with its values as text.")
class Change:
    field: str = strawberry.field(description="The field; of a line, lines.3.quantity.")
    from_: str | None = strawberry.field(name="from", description="The value before; null where there was none.")
    to: str | None = strawberry.field(description="The value after; null where there is none.")


@strawberry.type(description="Something that happened to a document. Events are never changed or deleted.")
class Event(Node):
    id: strawberry.ID = identifier(rows.Event)
    kind: str = column("What happened, such as purchase_order_suspended.")
    subject: str = column("The number of the document it happened to, as it was then.")
    created_at: datetime = column("When it happened.")
    actor: User | None = one("Who did it; null where the server did.", "actor")
    reason: str | None = column("Why, if a reason was given.")
    changes: list[Change] = read("What changed.", expressions.CHANGES)
    request_id: str | None = column("The id of the request that did it.")
    purchase_order: Annotated["PurchaseOrder", strawberry.lazy("graph.types.purchase_order")] | None = one(
        "The order it is about; null where it is about none, or the order was deleted.", "purchase_order"
    )
    invoice: Annotated["Invoice", strawberry.lazy("graph.types.invoice")] | None = one(
        "The invoice it is about.", "invoice"
    )
    supplier: Annotated["Supplier", strawberry.lazy("graph.types.supplier")] | None = one(
        "The supplier it is about.", "supplier"
    )
    requisition: Annotated["PurchaseRequisition", strawberry.lazy("graph.types.requisition")] | None = one(
        "The requisition it is about.", "requisition"
    )
