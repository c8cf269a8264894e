"""What mutations of payments take."""

from datetime import date
from decimal import Decimal

import strawberry

from graph.types.mutation_input import ChangeInput, MutationInput


@strawberry.input(description="A payment of an invoice.")
class PaymentRecordInput(ChangeInput):
    invoice_id: strawberry.ID = strawberry.field(description="Which invoice; `expectedVersion` is of it.")
    amount: Decimal = strawberry.field(
        description="How much, in the invoice's currency; at most what is open. Negative where the supplier pays back."
    )
    paid_on: date | None = strawberry.field(default=None, description="The day it was paid; today unless given.")
    reference: str | None = strawberry.field(default=None, description="What the bank shows; at most 200 characters.")
    external_id: str | None = strawberry.field(
        default=None, description="The key in the client's own system; at most 200 characters."
    )


@strawberry.input(description="A payment to cancel.")
class PaymentCancelInput(MutationInput):
    id: strawberry.ID = strawberry.field(description="Which payment.")
    reason: str = strawberry.field(description="Why, for the history; at most 2,000 characters.")
