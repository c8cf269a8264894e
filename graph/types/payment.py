"""Payments of invoices, as clients see them."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from graph.fields import column, identifier, money, one
from graph.types.common import Money, Node
from graph.types.organization import User
from models import payment as rows

if TYPE_CHECKING:
    from graph.types.invoice import Invoice


@strawberry.type(description="Money that went to the supplier for an invoice.")
class Payment(Node):
    id: strawberry.ID = identifier(rows.Payment)
    number: str = column("The number, unique in the organization.")
    external_id: str | None = column("The key in the client's own system, unique in the organization.")
    invoice: Annotated["Invoice", strawberry.lazy("graph.types.invoice")] = one("What was paid.", "invoice")
    amount: Money = money("How much; negative where the supplier paid back.", "amount")
    paid_on: date = column("The day it was paid.")
    reference: str | None = column("What the bank shows.")
    recorded_by: User = one("Who recorded it.", "recorded_by")
    created_at: datetime = column("When it was recorded.")
    canceled_at: datetime | None = column("When it was canceled; it counts nowhere since.")
    cancel_reason: str | None = column("Why it was canceled.")
