"""What people decide about invoices, as mutations take it."""

from decimal import Decimal

import strawberry

from graph.types.mutation_input import ChangeInput


@strawberry.input(description="A line of an invoice that is confirmed.")
class InvoiceLineConfirmInput:
    id: strawberry.ID = strawberry.field(description="Which line.")
    received_amount: Decimal | None = strawberry.field(
        default=None,
        description=(
            "What of its amount was received, where the invoice says what came: goods without receipts, services"
            " matched two-way. All of it unless given."
        ),
    )


@strawberry.input(description="An invoice to confirm, or some of its lines.")
class InvoiceConfirmInput(ChangeInput):
    id: strawberry.ID = strawberry.field(description="Which invoice.")
    lines: list[InvoiceLineConfirmInput] | None = strawberry.field(
        default=None, description="Only these lines; all of the invoice unless given."
    )


@strawberry.input(description="An invoice to approve, or some of its lines.")
class InvoiceApproveInput(ChangeInput):
    id: strawberry.ID = strawberry.field(description="Which invoice.")
    line_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Only these lines; all of the invoice unless given."
    )


@strawberry.input(description="An invoice to reject.")
class InvoiceRejectInput(ChangeInput):
    id: strawberry.ID = strawberry.field(description="Which invoice.")
    line_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="The lines that are refused, which rejects all of it; all lines unless given."
    )
    reason: str = strawberry.field(description="Why, for the history; at most 2,000 characters.")


@strawberry.input(description="An invoice to reopen.")
class InvoiceReopenInput(ChangeInput):
    id: strawberry.ID = strawberry.field(description="Which invoice.")
    reason: str | None = strawberry.field(default=None, description="Why, for the history; at most 2,000 characters.")


@strawberry.input(description="A suspected duplicate to confirm.")
class InvoiceDuplicateConfirmInput(ChangeInput):
    id: strawberry.ID = strawberry.field(description="Which invoice.")


@strawberry.input(description="An invoice that is no duplicate.")
class InvoiceDuplicateDismissInput(ChangeInput):
    id: strawberry.ID = strawberry.field(description="Which invoice.")
