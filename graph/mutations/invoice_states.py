"""What people decide about invoices: approved, confirmed, rejected, reopened; duplicates or not."""

from typing import Any

import strawberry

from graph.context import Info
from graph.mutations.invoice import InvoicePayload
from graph.payloads import mutation
from graph.types.invoice_state_inputs import (
    InvoiceApproveInput,
    InvoiceConfirmInput,
    InvoiceDuplicateConfirmInput,
    InvoiceDuplicateDismissInput,
    InvoiceRejectInput,
    InvoiceReopenInput,
)
from models.statuses.people import Role
from resolvers.invoicing import invoice_duplicates, invoice_states
from resolvers.invoicing.invoice_states import Asked, OfLine


def _lines(ids: list[strawberry.ID] | None) -> list[OfLine] | None:
    return None if ids is None else [OfLine(id=key) for key in ids]


@strawberry.type
class InvoiceStateMutations:
    @mutation(
        InvoicePayload,
        "Agrees to what an invoice, or some of its lines, bill: a service acknowledged by its invoice is received.",
        Role.ACCOUNTS_PAYABLE,
    )
    async def invoice_approve(self, info: Info, input: InvoiceApproveInput) -> Any:
        asked = Asked(id=input.id, lines=_lines(input.line_ids), expected_version=input.expected_version)
        return await invoice_states.approve(info.context.call, asked)

    @mutation(
        InvoicePayload,
        "Accepts an invoice, or some of its lines: it counts in the invoiced amount when all of them are accepted. One"
        " with accepted discrepancies waits for approval first, where an approval rule for invoices fits it.",
        Role.ACCOUNTS_PAYABLE,
    )
    async def invoice_confirm(self, info: Info, input: InvoiceConfirmInput) -> Any:
        lines = (
            None
            if input.lines is None
            else [OfLine(id=line.id, received_amount=line.received_amount) for line in input.lines]
        )
        asked = Asked(id=input.id, lines=lines, expected_version=input.expected_version)
        return await invoice_states.confirm(info.context.call, asked)

    @mutation(
        InvoicePayload,
        "Refuses an invoice: it gives back what it took, and counts nowhere. One refused line refuses all of it.",
        Role.ACCOUNTS_PAYABLE,
    )
    async def invoice_reject(self, info: Info, input: InvoiceRejectInput) -> Any:
        asked = Asked(id=input.id, lines=_lines(input.line_ids), expected_version=input.expected_version)
        return await invoice_states.reject(info.context.call, asked, reason=input.reason)

    @mutation(
        InvoicePayload,
        "Takes back what was decided of an invoice, while nothing is paid. One that was rejected is matched anew.",
        Role.ACCOUNTS_PAYABLE,
    )
    async def invoice_reopen(self, info: Info, input: InvoiceReopenInput) -> Any:
        asked = Asked(id=input.id, expected_version=input.expected_version)
        return await invoice_states.reopen(info.context.call, asked, reason=input.reason)

    @mutation(
        InvoicePayload,
        "Says that a suspected duplicate is one: it counts nowhere.",
        Role.ACCOUNTS_PAYABLE,
    )
    async def invoice_duplicate_confirm(self, info: Info, input: InvoiceDuplicateConfirmInput) -> Any:
        return await invoice_duplicates.confirm(info.context.call, input.id, expected_version=input.expected_version)

    @mutation(
        InvoicePayload,
        "Says that an invoice is no duplicate, once its number is its own: it is matched like any other.",
        Role.ACCOUNTS_PAYABLE,
    )
    async def invoice_duplicate_dismiss(self, info: Info, input: InvoiceDuplicateDismissInput) -> Any:
        return await invoice_duplicates.dismiss(info.context.call, input.id, expected_version=input.expected_version)
