"""Notices: what people were told, why, and what became of the mail, as clients see them."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from graph.fields import column, identifier, one, read
from graph.types.common import Money, Node
from models import notice as rows
from models.statuses.people import NoticeKind, NoticeState
from resolvers.telling import notices

if TYPE_CHECKING:
    from graph.types.purchase_order import Contact, PurchaseOrder


@strawberry.type(description="What was left of a line or an order when there was something to tell.")
class NoticeBalance:
    percent: Decimal = strawberry.field(description="What was left, in percent of the limit, to two places.")

    @strawberry.field(description="What there was to use.")
    @staticmethod
    def limit(level: strawberry.Parent[Any]) -> Money:
        return Money.of(level.limit, level.currency)

    @strawberry.field(description="What was left; below zero where it was overdrawn.")
    @staticmethod
    def current(level: strawberry.Parent[Any]) -> Money:
        return Money.of(level.current, level.currency)


@strawberry.type(description="A line whose balance has passed thresholds, as it was then.")
class NoticeLine:
    number: int = strawberry.field(description="The number of the line.")
    description: str | None = strawberry.field(description="What it buys.")
    thresholds: list[int] = strawberry.field(
        description="The thresholds that were passed, in percent, the lowest last; 0 stands for nothing left."
    )
    balance: NoticeBalance = strawberry.field(description="What was left.")
    runs_out_on: date | None = strawberry.field(description="When it was expected to be used up.")


@strawberry.type(description="The order that a notice is about, as it was then.")
class NoticeOrder:
    number: str = strawberry.field(description="Its number.")
    name: str | None = strawberry.field(description="Its name.")
    supplier: str = strawberry.field(description="The name of its supplier.")
    expiration_date: date | None = strawberry.field(description="Its last day.")
    balance: NoticeBalance | None = strawberry.field(description="What was left of it; null where nothing was tracked.")


@strawberry.type(description="An invoice that found no order.")
class NoticeInvoice:
    number: str = strawberry.field(description="The supplier's number.")
    supplier: str = strawberry.field(description="The name of the supplier.")
    invoice_date: date = strawberry.field(description="Its date.")
    reason: str = strawberry.field(description="Why no order serves it.")

    @strawberry.field(description="Its total.")
    @staticmethod
    def amount(invoice: strawberry.Parent[Any]) -> Money:
        return Money.of(invoice.amount, invoice.currency)


@strawberry.type(description="Why there is a notice, with the figures as they were then.")
class NoticeCause:
    order: NoticeOrder | None = strawberry.field(description="The order; null where it is about none.")
    lines: list[NoticeLine] = strawberry.field(description="The lines whose balance has passed thresholds.")
    planned_for: date | None = strawberry.field(description="The day an expiry was to be told; null for other kinds.")
    by: str | None = strawberry.field(description="Who did it; null where nobody did anything.")
    reason: str | None = strawberry.field(description="The reason that was given.")
    invoices: list[NoticeInvoice] = strawberry.field(description="The first of the invoices that found no order.")
    invoice_count: int = strawberry.field(description="How many invoices found no order.")


@strawberry.type(description="A mail to one recipient: why it was written, and what became of it.")
class Notice(Node):
    id: strawberry.ID = identifier(rows.Notice)
    kind: NoticeKind = column("What it tells.")
    state: NoticeState = column("What became of it.")
    purchase_order: Annotated["PurchaseOrder", strawberry.lazy("graph.types.purchase_order")] | None = one(
        "The order it is about; null where it is about none, or the order was deleted.", "purchase_order"
    )
    contact: Annotated["Contact", strawberry.lazy("graph.types.purchase_order")] | None = one(
        "The contact it is for; null where it is for none, or the contact was removed.", "contact"
    )
    recipient_name: str | None = column("Who gets it.")
    recipient_email: str = column("The address it goes to.")
    cause: NoticeCause = read("Why it was written.", notices.CAUSE)
    message_id: str = column("The mail's Message-ID, the same at every attempt.")
    resend_of: Annotated["Notice", strawberry.lazy("graph.types.notice")] | None = one(
        "The notice that it sends again.", "resend_of"
    )
    attempts: int = column("How often it was handed to the mail server.")
    last_error: str | None = column(
        "What the mail server said at the last attempt that failed; or why the notice was canceled."
    )
    created_at: datetime = column("When it was written: with its cause.")
    next_attempt_at: datetime | None = read("When it is tried next; null unless it waits.", notices.NEXT_ATTEMPT)
    sent_at: datetime | None = column("When the mail server accepted it.")


@strawberry.type(description="A notice as its recipient would read it.")
class NoticePreview:
    kind: NoticeKind = strawberry.field(description="What it tells.")
    recipient_name: str | None = strawberry.field(description="Who would get it.")
    recipient_email: str = strawberry.field(description="The address it would go to.")
    subject: str = strawberry.field(description="The subject.")
    text: str = strawberry.field(description="The plain text.")
    html: str = strawberry.field(description="The HTML: a whole page, with nothing in it that has to be fetched.")
