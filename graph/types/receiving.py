"""Receipts, returns and milestones, as clients see them."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from graph.fields import column, connected, identifier, many, money, one
from graph.scalars import CurrencyCode
from graph.types.common import EDIT_VERSION, Connection, Money, Node
from graph.types.organization import User
from models import receiving as rows
from models.statuses.receiving import MilestoneStatus, ReceiptKind, ReceiptStatus
from resolvers import lists

if TYPE_CHECKING:
    from graph.types.invoice import Invoice
    from graph.types.purchase_order import PurchaseOrder, PurchaseOrderLine


@strawberry.type(description="What a receipt or return says of one order line.")
class ReceiptLine(Node):
    id: strawberry.ID = identifier(rows.ReceiptLine)
    number: int = column("The number, unique in the receipt.")
    receipt: Annotated["Receipt", strawberry.lazy("graph.types.receiving")] = one("Its receipt.", "receipt")
    line: Annotated["PurchaseOrderLine", strawberry.lazy("graph.types.purchase_order")] = one("The order line.", "line")
    quantity: Decimal = column("The quantity received, accepted or not; of a return, what went back.")
    accepted_quantity: Decimal = column("What of it was accepted.")
    rejected_quantity: Decimal = column("What of it was rejected.")
    amount: Money | None = money("The value acknowledged; only where a milestone says it.", "amount", nullable=True)
    percent: Decimal | None = column("The percentage acknowledged; only where a milestone says it.")
    created_at: datetime = column("When it was stored.")


@strawberry.type(description="A delivery, a service that was acknowledged, or a return.")
class Receipt(Node):
    id: strawberry.ID = identifier(rows.Receipt)
    number: str = column("The number, unique in the organization; it never changes.")
    external_id: str | None = column("The key in the client's own system, unique in the organization.")
    kind: ReceiptKind = column("Goods, a service, or a return.")
    status: ReceiptStatus = column("Whether it counts.")
    edit_version: int = column(EDIT_VERSION)
    purchase_order: Annotated["PurchaseOrder", strawberry.lazy("graph.types.purchase_order")] = one(
        "Its order.", "purchase_order"
    )
    received_on: date = column("The day it arrived or was acknowledged; of a return, the day it went back.")
    reference: str | None = column("What is printed on it, such as the number of a delivery note.")
    note: str | None = column("What was noted about it.")
    reason: str | None = column("Why it was posted, if that was said: of a return, why it went back.")
    posted_by: User = one("Who posted it.", "posted_by")
    milestone: Annotated["Milestone", strawberry.lazy("graph.types.receiving")] | None = one(
        "The milestone that it acknowledges; only of services.", "milestone"
    )
    debit_memo: Annotated["Invoice", strawberry.lazy("graph.types.invoice")] | None = one(
        "What a return claims back from the supplier; null where nothing was billed.", "debit_memo"
    )
    corrects: Annotated["Receipt", strawberry.lazy("graph.types.receiving")] | None = one(
        "The canceled receipt in whose place it is.", "corrects"
    )
    corrections: list[Annotated["Receipt", strawberry.lazy("graph.types.receiving")]] = many(
        "The receipts in its place.", "corrections", ("id",)
    )
    canceled_at: datetime | None = column("When it was canceled.")
    cancel_reason: str | None = column("Why it was canceled.")
    created_at: datetime = column("When it was posted.")
    updated_at: datetime = column("When it was last changed.")
    lines = connected(
        "Its lines, in the order in which they were given.", "lines", lists.RECEIPT_LINES, of=Connection[ReceiptLine]
    )


@strawberry.type(description="A part of a service that is acknowledged as a whole.")
class Milestone(Node):
    id: strawberry.ID = identifier(rows.Milestone)
    number: int = column("The number, unique on its line.")
    purchase_order: Annotated["PurchaseOrder", strawberry.lazy("graph.types.purchase_order")] = one(
        "Its order.", "purchase_order"
    )
    line: Annotated["PurchaseOrderLine", strawberry.lazy("graph.types.purchase_order")] = one("Its line.", "line")
    description: str | None = column("What has to be done.")
    currency: CurrencyCode = column("The currency of its amount.")
    amount: Money | None = money(
        "What it is worth; null where it is worth a percentage of its line.", "amount", nullable=True
    )
    percent: Decimal | None = column("What it is worth, in percent of its line; null where it is worth an amount.")
    due_date: date | None = column("When it is to be done.")
    status: MilestoneStatus = column("Where it stands.")
    status_reason: str | None = column("Why it was put off or canceled.")
    completed_at: datetime | None = column("When it was confirmed.")
    edit_version: int = column(EDIT_VERSION)
    created_at: datetime = column("When it was planned.")
    copied_from: Annotated["Milestone", strawberry.lazy("graph.types.receiving")] | None = one(
        "The milestone that a revision closed, and in whose place it put this one.", "copied_from"
    )
    receipts: list[Receipt] = many("The services receipts that it made; one that counts, at most.", "receipts", ("id",))
