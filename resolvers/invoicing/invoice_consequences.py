"""What follows when invoices change: for their allocations, for the orders, for whoever is told, for verification.

Whoever calls holds the organization's gate.

Source: B2, I1, I2, I4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from models.invoice import Invoice
from models.statuses.invoices import InvoiceStatus
from models.statuses.people import ApprovalDocument
from resolvers import bulk, events
from resolvers.approving import approvals
from resolvers.derived import progress
from resolvers.invoicing import decision_store
from resolvers.invoicing.decisions import subjects_of
from resolvers.invoicing.invoice_rows import row_of
from resolvers.rules.invoicing import DECIDED_ON
from resolvers.rules.text import api_name
from resolvers.telling import notices
from resolvers.verifying import verification

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from models.event import Event
    from resolvers.invoicing.decisions import Subject
    from resolvers.operation import Call

Row = dict[str, Any]

_COMPARED: Final = (InvoiceStatus.DISCREPANCIES_FOUND, InvoiceStatus.SUSPECTED_DUPLICATE)


async def follow(call: Call, invoice_ids: Sequence[int], orders: Iterable[int] = ()) -> list[Event]:
    """Write anew what follows from these invoices for their orders, and for `orders`; the events, stored.

    Raises:
        InvalidAmount: a sum that is too large to be stored.

    Source: B1, B2, I2, I3, I4.
    """
    touched = await progress.settle(invoice_ids) | set(orders)
    await notices.balances_changed(call, await progress.refresh(touched))
    return await verification.recheck(call, invoice_ids)


async def compared(call: Call, subjects: Iterable[Subject]) -> list[Event]:
    """Verify anew those of these invoices that are compared with anything; the events, stored."""
    keys = [each.id for each in subjects if each.lines or each.columns["status"] in _COMPARED]
    return await verification.recheck(call, keys)


async def withdraw(  # noqa: PLR0913 - an end, told whole
    call: Call, invoice: Invoice, columns: Mapping[str, Any], kind: str, reason: str, *, supersedes: bool = True
) -> tuple[Event, ...]:
    """Move an invoice to a status in which it counts nowhere: it gives back what it took, and waits for nobody.

    One event for each order that gets something back, or one for the invoice alone.

    Source: I1, I2, B2.
    """
    (subject,) = await subjects_of([row_of(invoice)])
    await decision_store.end(call, [invoice.id], [held.id for held in subject.held])
    await Invoice.filter(id=invoice.id).update(
        **columns, on_hold=False, updated_at=call.now, edit_version=invoice.edit_version + 1
    )
    if supersedes and invoice.status in DECIDED_ON:
        await approvals.supersede(call, ApprovalDocument.INVOICE, invoice=invoice)
    await decision_store.refresh(call, subject.held)
    told = told_of_orders(call, invoice, kind, columns, [held.order_id for held in subject.held], reason)
    await bulk.insert_events(told)
    return (*told, *await compared(call, [subject]))


def told_of_orders(  # noqa: PLR0913, PLR0917 - a row of the history, told whole
    call: Call,
    invoice: Invoice,
    kind: str,
    columns: Mapping[str, Any],
    orders: Iterable[int],
    reason: str | None = None,
) -> list[Event]:
    """What happened to the columns of an invoice, once for each of these orders, or for the invoice alone."""
    changes = events.changes_between(
        {api_name(name): getattr(invoice, name) for name in columns if name != "status_reason"},
        {api_name(name): value for name, value in columns.items() if name != "status_reason"},
    )
    told: list[Event] = []
    for order_id in dict.fromkeys(orders) or (None,):
        event = events.prepared(
            call, kind, invoice.supplier_invoice_number, about=[invoice], changes=changes, reason=reason
        )
        event.purchase_order_id = order_id
        told.append(event)
    return told
