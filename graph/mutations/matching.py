"""Matching: again, by hand, and of marketplace purchases."""

from typing import Any, ClassVar

import strawberry

from graph.context import Info
from graph.mutations.invoice import InvoicePayload
from graph.payloads import Payload, mutation
from graph.types.invoice import Invoice
from graph.types.invoice_inputs import InvoiceMatchInput, InvoiceReallocateInput, MarketplacePurchaseRecordInput
from graph.types.mutation_input import given
from graph.types.purchase_order import PurchaseOrderLine
from models import invoice as invoice_rows
from models import purchase_order as order_rows
from models.statuses.people import Role
from resolvers.errors import BadInput
from resolvers.invoicing import allocations, invoice_matching, marketplace


@strawberry.type(description="What became of invoices that were matched again.")
class InvoiceMatchPayload(Payload):
    entity: ClassVar[str] = "invoice"
    row: ClassVar[Any] = invoice_rows.Invoice
    invoice: Invoice | None = strawberry.field(
        description="The invoice as it is now; null where it was refused, or where many were matched."
    )
    matched: int = strawberry.field(default=0, description="How many have an order now; of many.")
    unmatched: int = strawberry.field(default=0, description="How many still have none; of many.")
    continue_after: strawberry.ID | None = strawberry.field(
        default=None, description="Give it as `after` for the next batch; null where none is left."
    )


@strawberry.type(description="A marketplace purchase that was recorded.")
class MarketplacePurchasePayload(Payload):
    entity: ClassVar[str] = "line"
    row: ClassVar[Any] = order_rows.PurchaseOrderLine
    line: PurchaseOrderLine | None = strawberry.field(description="The line that was made for it; null where refused.")


@strawberry.type
class MatchingMutations:
    @mutation(
        InvoiceMatchPayload,
        "Finds anew the order that an invoice belongs to, or the orders of those that wait for one, a batch at a time."
        " What was decided before stays in the history.",
        Role.ACCOUNTS_PAYABLE,
    )
    async def invoice_match(self, info: Info, input: InvoiceMatchInput) -> Any:
        call = info.context.call
        if (input.id is not None) is input.all_unmatched:
            raise BadInput("Give either id or allUnmatched.")
        if input.id is not None:
            return await invoice_matching.match(
                call, input.id, override=input.override, expected_version=input.expected_version
            )
        done = await invoice_matching.match_unmatched(call, first=input.first, after=input.after)
        payload = InvoiceMatchPayload.of(info.context.actor, done.written)
        payload.matched, payload.unmatched = done.matched, done.unmatched
        payload.continue_after = None if done.last is None else strawberry.ID(done.last)
        return payload

    @mutation(
        InvoicePayload,
        "Puts an invoice on the order lines that a person chooses, or on none, whatever the rules say.",
        Role.ACCOUNTS_PAYABLE,
    )
    async def invoice_reallocate(self, info: Info, input: InvoiceReallocateInput) -> Any:
        shares = [
            allocations.Share(
                line_id=share.line_id,
                amount=share.amount,
                invoice_line_id=share.invoice_line_id,
                quantity=share.quantity,
            )
            for share in input.allocations
        ]
        return await allocations.reallocate(
            info.context.call,
            input.id,
            shares,
            reason=input.reason,
            expected_version=input.expected_version,
            leave_rest=input.leave_rest,
        )

    @mutation(
        MarketplacePurchasePayload,
        "Records a marketplace purchase made with an order number: a line on that order, or a new order.",
        Role.BUYER,
    )
    async def marketplace_purchase_record(self, info: Info, input: MarketplacePurchaseRecordInput) -> Any:
        return await marketplace.record(info.context.call, given(input))
