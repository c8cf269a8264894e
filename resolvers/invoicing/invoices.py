"""Invoices: recorded as the supplier sent them, corrected, canceled.

Source: I1, I6, M9, M10, B2.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from tortoise.transactions import in_transaction

from models.invoice import Invoice, InvoiceLine
from models.statuses.invoices import InvoiceStatus, MatchOutcome
from models.statuses.people import ApprovalDocument
from resolvers import bulk, events
from resolvers.approving import approvals
from resolvers.errors import AlreadyTaken, DuplicateInvoice, refuse_all
from resolvers.ids import id_of
from resolvers.invoicing import decision_store, invoice_consequences, invoice_lines, recording
from resolvers.invoicing.decisions import Part, subjects_of
from resolvers.invoicing.desk import Desk
from resolvers.invoicing.invoice_inputs import Document
from resolvers.invoicing.invoice_rows import REASON, check_changeable, check_unpaid, locked_invoice, row_of
from resolvers.invoicing.manual_decisions import decided_by_person, known_lines
from resolvers.invoicing.recording import Entry, check_references
from resolvers.operation import Written, check_version, locked_gate
from resolvers.rules.invoice_document import (
    COLUMNS,
    NewInvoice,
    columns_of,
    document_refusals,
    line_columns_of,
)
from resolvers.rules.invoicing import COUNTS_NOWHERE, DECIDED_ON, DUPLICATES
from resolvers.rules.text import api_name, given_refusals
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from models.event import Event
    from models.organization import OrganizationGate
    from resolvers.errors import Refusal
    from resolvers.invoicing.decisions import Subject
    from resolvers.operation import Call

Row = dict[str, Any]

MATCHED_BY: Final = frozenset(COLUMNS) - {
    "supplier_id",
    "supplier_invoice_number",
    "external_id",
    "due_date",
    "account",
    "tax_amount",
}
"""The columns that decide which order an invoice belongs to, or what it takes there."""


async def record(call: Call, given: Mapping[str, Any], *, match: bool = True, keep_duplicate: bool = False) -> Written:
    """Record an invoice as the supplier sent it, and find the order it belongs to, unless that is to wait.

    One whose number is there already is refused; or kept, if that is wanted, as a suspected duplicate, which counts
    nowhere (I6).

    Raises:
        Refusals: everything that is wrong with it; a `DuplicateInvoice` where the supplier's number is there already.
    """
    document = Document.of(given)
    entry = Entry(document.new(), document.refusals, is_kept=keep_duplicate)
    async with in_transaction():
        gate = await locked_gate(call)
        told = await recording.record(call, gate, [entry], match=match)
        if entry.existing is not None:
            entry.refusals.append(_duplicate(entry.new.supplier_invoice_number, entry.existing))
        refuse_all(entry.refusals)
    return Written(entry.key, tuple(told))


async def update(
    call: Call, invoice_id: str, given: Mapping[str, Any], *, expected_version: int | None = None
) -> Written:
    """Correct what was recorded of an invoice: the fields that are given; its lines are replaced as a whole.

    Where something changes that decides which order the invoice belongs to, or what it takes there, what was decided
    about it ends, and it is matched anew. What a person decided stays, as long as it can: an invoice that a person put
    on one line stays there, with its new amount; one that a person split stays split while the amounts add up. An
    invoice that was never matched is not matched now.

    Raises:
        Refusals: everything that is wrong with it then.
        NotFound: there is no such invoice.
        VersionConflict: somebody changed it after the caller saw it.
        WrongStatus: it is paid or canceled.

    Source: M10, B2.
    """
    async with in_transaction():
        gate = await locked_gate(call)
        invoice = await locked_invoice(call, invoice_id)
        check_version(expected_version, invoice.edit_version)
        check_changeable("UPDATE", invoice)
        new = await _corrected(call, invoice, given)
        lines_changed = "lines" in given and await _lines_differ(invoice, new)
        before, after = {name: getattr(invoice, name) for name in COLUMNS}, columns_of(new)
        changed = {name: after[name] for name in COLUMNS if after[name] != before[name]}
        if not changed and not lines_changed:
            return Written(invoice.id)
        refuse_all(await _taken(call, invoice, changed))
        told = [_updated(call, invoice, before, after, lines_changed=lines_changed)]
        (subject,) = await subjects_of([row_of(invoice)])
        matters = lines_changed or bool(MATCHED_BY & changed.keys())
        if matters:
            check_unpaid("UPDATE", invoice)
        reviewed = await _review_again(call, invoice, subject) if matters else {}
        await _write(call, invoice, {**changed, **reviewed})
        rewritten = await invoice_lines.rewrite(call, invoice.id, new) if lines_changed else None
        columns = {**subject.columns, **after, **reviewed}
        corrected = replace(subject, columns=columns, lines=rewritten.lines if rewritten else subject.lines)
        if matters and invoice.status not in COUNTS_NOWHERE:
            told += await _decide_anew(call, gate, corrected, rewritten.changed if rewritten else ())
            await _write(call, invoice, {})
        if rewritten is not None:
            await invoice_lines.remove(rewritten.removed)
        await bulk.insert_events(told)
        if corrected.lines or subject.lines or reviewed:
            told += await invoice_consequences.follow(call, [invoice.id], [held.order_id for held in subject.held])
    return Written(invoice.id, tuple(told))


async def cancel(call: Call, invoice_id: str, *, reason: str, expected_version: int | None = None) -> Written:
    """Withdraw an invoice: it counts nowhere from now on, and gives back what it took. Its number stays taken.

    Raises:
        NotFound: there is no such invoice.
        VersionConflict: somebody changed it after the caller saw it.
        WrongStatus: it is paid or canceled already.

    Source: I1, I2, B2.
    """
    refuse_all(given_refusals({"reason": reason}, {"reason": REASON}))
    async with in_transaction():
        await locked_gate(call)
        invoice = await locked_invoice(call, invoice_id)
        check_version(expected_version, invoice.edit_version)
        check_changeable("CANCEL", invoice)
        check_unpaid("CANCEL", invoice)
        told = await invoice_consequences.withdraw(
            call, invoice, {"status": InvoiceStatus.CANCELED, "status_reason": reason}, "invoice_canceled", reason
        )
    return Written(invoice.id, told)


def _duplicate(number: str, key: int) -> DuplicateInvoice:
    return DuplicateInvoice(
        supplier_invoice_number=number, existing=id_of(Invoice, key), path=("supplierInvoiceNumber",)
    )


async def _corrected(call: Call, invoice: Invoice, given: Mapping[str, Any]) -> NewInvoice:
    """The document as it would be.

    Raises:
        Refusals: what is wrong with it.
    """
    document = Document.of(given)
    new = document.changed({name: getattr(invoice, name) for name in COLUMNS})
    entry = Entry(new, [*document.refusals, *document_refusals(new)])
    await check_references(call, [entry])
    refuse_all(entry.refusals)
    return new


async def _write(call: Call, invoice: Invoice, changed: Row) -> None:
    """Write the columns that change; all of it is one edit."""
    await Invoice.filter(id=invoice.id).update(**changed, updated_at=call.now, edit_version=invoice.edit_version + 1)
    if "currency" in changed:
        await InvoiceLine.filter(invoice_id=invoice.id).update(currency=changed["currency"])


async def _review_again(call: Call, invoice: Invoice, subject: Subject) -> Row:
    """Take back what people have said of an invoice that is another one now; the columns that this changes."""
    if invoice.status not in DECIDED_ON:
        return {}
    await invoice_lines.review_again(invoice.id)
    await approvals.supersede(call, ApprovalDocument.INVOICE, invoice=invoice)
    status = InvoiceStatus.MATCHED if subject.held else InvoiceStatus.RECEIVED
    return {"status": status, "approved_at": None, "confirmed_at": None}


async def _taken(call: Call, invoice: Invoice, changed: Row) -> list[Refusal]:
    """The supplier's number, or an external id, that another invoice has (I6)."""
    found: list[Refusal] = []
    if (number := changed.get("supplier_invoice_number")) is not None:
        twin = (
            await Invoice.filter(supplier_id=invoice.supplier_id, supplier_invoice_number=number)
            .exclude(status__in=list(DUPLICATES))
            .first()
        )
        found += [] if twin is None else [_duplicate(number, twin.id)]
    if (external := changed.get("external_id")) is not None:
        twin = await visible_to(Invoice, call.actor).get_or_none(external_id=external)
        holder = None if twin is None else f"invoice {id_of(Invoice, twin.id)}"
        found += [] if holder is None else [AlreadyTaken(value=external, holder=holder, path=("externalId",))]
    return found


async def _lines_differ(invoice: Invoice, new: NewInvoice) -> bool:
    wanted = line_columns_of(new)
    names = tuple(wanted[0]) if wanted else ("number",)
    return wanted != await InvoiceLine.filter(invoice_id=invoice.id).order_by("number").values(*names)


async def _decide_anew(
    call: Call, gate: OrganizationGate, subject: Subject, changed_lines: Collection[int]
) -> list[Event]:
    """Decide about an invoice with its new columns and lines, where something was decided before."""
    if subject.standing is None:
        return []
    desk = await Desk.of(call.organization_id, gate.orders_version)
    await desk.look_up([subject])
    parts = None
    if subject.standing.outcome is MatchOutcome.MANUAL:
        by_line = any(held.invoice_line_id is not None for held in subject.held)
        parts = (
            await invoice_lines.kept_parts(desk, subject, changed_lines)
            if by_line
            else await _kept_parts(call, desk, subject)
        )
    if parts is None:
        return await decision_store.write(call, [await desk.decide(subject)])
    return await decision_store.write(call, [await decided_by_person(desk, subject, parts)])


async def _kept_parts(call: Call, desk: Desk, subject: Subject) -> tuple[Part, ...] | None:
    """What is left of a person's decision with the invoice's new columns; None where nothing of it can stay."""
    lines = await known_lines(call.organization_id, [held.line_id for held in subject.held])
    if any(line.currency != subject.columns["currency"] for line in lines.values()):
        return None
    amount = desk.amount_of(subject)
    if len(subject.held) == 1:
        return (Part(lines[subject.held[0].line_id], amount),)
    if subject.held and sum(held.amount for held in subject.held) != amount:
        return None
    return tuple(Part(lines[held.line_id], held.amount) for held in subject.held)


def _updated(call: Call, invoice: Invoice, before: Row, after: Row, *, lines_changed: bool) -> Event:
    changes = events.changes_between(
        {api_name(name): value for name, value in before.items()},
        {api_name(name): value for name, value in after.items()},
    )
    if lines_changed:
        changes.append({"field": "lines", "from": None, "to": None})
    return events.prepared(call, "invoice_updated", invoice.supplier_invoice_number, about=[invoice], changes=changes)
