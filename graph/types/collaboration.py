"""What people do around orders and invoices, as clients see it."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from graph.fields import column, identifier, one
from graph.types.common import EDIT_VERSION, Node
from graph.types.organization import User
from models import collaboration as rows
from models.statuses.orders import TaskState

if TYPE_CHECKING:
    from graph.types.invoice import Invoice
    from graph.types.purchase_order import PurchaseOrder


@strawberry.type(description="Something that somebody has to do about an order.")
class PurchasingTask(Node):
    id: strawberry.ID = identifier(rows.PurchasingTask)
    purchase_order: Annotated["PurchaseOrder", strawberry.lazy("graph.types.purchase_order")] = one(
        "The order it is about.", "purchase_order"
    )
    title: str = column("What is to be done.")
    description: str | None = column("More about it.")
    state: TaskState = column("Where it stands.")
    assignee: User | None = one("Who is to do it; null where nobody is yet.", "assignee")
    created_by: User = one("Who wants it done.", "created_by")
    due_date: date | None = column("The last day to do it.")
    closed_at: datetime | None = column("When it was done or given up.")
    created_at: datetime = column("When it was entered.")
    updated_at: datetime = column("When it was last changed.")
    edit_version: int = column(EDIT_VERSION)


@strawberry.type(description="What somebody wrote about an order or an invoice.")
class Comment(Node):
    id: strawberry.ID = identifier(rows.Comment)
    purchase_order: Annotated["PurchaseOrder", strawberry.lazy("graph.types.purchase_order")] | None = one(
        "The order it is about; null where it is about an invoice.", "purchase_order"
    )
    invoice: Annotated["Invoice", strawberry.lazy("graph.types.invoice")] | None = one(
        "The invoice it is about; null where it is about an order.", "invoice"
    )
    author: User = one("Who wrote it.", "author")
    text: str = column("What it says.")
    created_at: datetime = column("When it was written.")


@strawberry.type(
    description="What is known of a file that belongs to an order or an invoice; the file itself is elsewhere."
)
class Attachment(Node):
    id: strawberry.ID = identifier(rows.Attachment)
    purchase_order: Annotated["PurchaseOrder", strawberry.lazy("graph.types.purchase_order")] | None = one(
        "The order it belongs to; null where it belongs to an invoice.", "purchase_order"
    )
    invoice: Annotated["Invoice", strawberry.lazy("graph.types.invoice")] | None = one(
        "The invoice it belongs to; null where it belongs to an order.", "invoice"
    )
    added_by: User = one("Who added it.", "added_by")
    name: str = column("The file's name.")
    media_type: str = column("What kind of file it is, such as application/pdf.")
    size: int = column("Its length in bytes.")
    sha256: str = column("Its SHA-256 in hexadecimal digits, to know it again by.")
    url: str = column("Where it is.")
    created_at: datetime = column("When it was added.")
