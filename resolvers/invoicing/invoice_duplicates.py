"""Invoices that look like others: kept when they came, and then called duplicates, or invoices of their own.

Source: I1, I6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tortoise.transactions import in_transaction

from models.invoice import Invoice
from models.statuses.invoices import InvoiceStatus
from resolvers import bulk
from resolvers.errors_invoicing import NumberStillTaken
from resolvers.ids import id_of
from resolvers.invoicing import invoice_consequences, invoice_states
from resolvers.invoicing.invoice_rows import check_allowed, locked_invoice
from resolvers.operation import Written, check_version, locked_gate
from resolvers.rules.invoice_states import InvoiceAction
from resolvers.rules.invoicing import DUPLICATES

if TYPE_CHECKING:
    from models.event import Event
    from resolvers.operation import Call


async def confirm(call: Call, invoice_id: str, *, expected_version: int | None = None) -> Written:
    """Say that a suspected duplicate is one: it counts nowhere, for good.

    Raises:
        NotFound: there is no such invoice.
        VersionConflict: somebody changed it after the caller saw it.
        WrongStatus: nobody suspects it.

    Source: I6.
    """
    async with in_transaction():
        await locked_gate(call)
        invoice = await locked_invoice(call, invoice_id)
        check_version(expected_version, invoice.edit_version)
        check_allowed(InvoiceAction.CONFIRM_DUPLICATE, invoice)
        columns = {"status": InvoiceStatus.CONFIRMED_DUPLICATE}
        told = await _moved(call, invoice, columns, "invoice_duplicate_confirmed")
        told += await invoice_consequences.follow(call, [invoice.id])
    return Written(invoice.id, tuple(told))


async def dismiss(call: Call, invoice_id: str, *, expected_version: int | None = None) -> Written:
    """Say that an invoice is no duplicate, once its number is its own: it is matched like any other.

    Raises:
        NumberStillTaken: another invoice of the supplier has the number; it has to be corrected first.
        NotFound: there is no such invoice.
        VersionConflict: somebody changed it after the caller saw it.
        WrongStatus: it is no duplicate.

    Source: I6, M9.
    """
    async with in_transaction():
        gate = await locked_gate(call)
        invoice = await locked_invoice(call, invoice_id)
        check_version(expected_version, invoice.edit_version)
        check_allowed(InvoiceAction.DISMISS_DUPLICATE, invoice)
        await _check_number(invoice)
        columns = {"status": InvoiceStatus.RECEIVED, "duplicate_of_id": None}
        told = await _moved(call, invoice, columns, "invoice_duplicate_dismissed")
        await invoice_states.rematch(call, gate, invoice.id, told)
        told += await invoice_consequences.follow(call, [invoice.id])
    return Written(invoice.id, tuple(told))


async def _check_number(invoice: Invoice) -> None:
    number = invoice.supplier_invoice_number
    twins = Invoice.filter(supplier_id=invoice.supplier_id, supplier_invoice_number=number)
    twin = await twins.exclude(id=invoice.id).exclude(status__in=list(DUPLICATES)).first()
    if twin is not None:
        raise NumberStillTaken(
            supplier_invoice_number=number, existing=id_of(Invoice, twin.id), path=("supplierInvoiceNumber",)
        )


async def _moved(call: Call, invoice: Invoice, columns: dict[str, Any], kind: str) -> list[Event]:
    told = invoice_consequences.told_of_orders(call, invoice, kind, {"status": columns["status"]}, ())
    await Invoice.filter(id=invoice.id).update(**columns, updated_at=call.now, edit_version=invoice.edit_version + 1)
    await bulk.insert_events(told)
    return told
