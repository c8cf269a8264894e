"""Invoices: recorded, corrected, canceled."""

from typing import Any, ClassVar

import strawberry

from graph.context import Info
from graph.payloads import Payload, mutation
from graph.types.invoice import Invoice
from graph.types.invoice_inputs import InvoiceCancelInput, InvoiceRecordInput, InvoiceUpdateInput
from graph.types.mutation_input import given
from models import invoice as rows
from models.statuses.invoices import DuplicatePolicy
from models.statuses.people import Role
from resolvers.invoicing import invoices


@strawberry.type(description="An invoice that was recorded or changed.")
class InvoicePayload(Payload):
    entity: ClassVar[str] = "invoice"
    row: ClassVar[Any] = rows.Invoice
    invoice: Invoice | None = strawberry.field(description="The invoice as it is now; null where it was refused.")


@strawberry.type
class InvoiceMutations:
    @mutation(
        InvoicePayload,
        "Records an invoice as the supplier sent it and finds the order line it belongs to, with the reasons.",
        Role.ACCOUNTS_PAYABLE,
    )
    async def invoice_record(self, info: Info, input: InvoiceRecordInput) -> Any:
        keeps = input.on_duplicate is DuplicatePolicy.KEEP
        return await invoices.record(info.context.call, given(input), match=input.match, keep_duplicate=keeps)

    @mutation(
        InvoicePayload,
        "Corrects what was recorded of an invoice. Where that decides which order it belongs to, or what it takes"
        " there, it is matched anew; what a person decided stays as long as it can.",
        Role.ACCOUNTS_PAYABLE,
    )
    async def invoice_update(self, info: Info, input: InvoiceUpdateInput) -> Any:
        return await invoices.update(info.context.call, input.id, given(input), expected_version=input.expected_version)

    @mutation(
        InvoicePayload,
        "Withdraws an invoice: it gives back what it took, and counts nowhere any more.",
        Role.ACCOUNTS_PAYABLE,
    )
    async def invoice_cancel(self, info: Info, input: InvoiceCancelInput) -> Any:
        return await invoices.cancel(
            info.context.call, input.id, reason=input.reason, expected_version=input.expected_version
        )
