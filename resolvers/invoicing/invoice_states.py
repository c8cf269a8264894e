"""What people decide about invoices: approved, confirmed, rejected, as a whole or line by line; and taken back.

Source: I1, I2, I4, A1, R1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tortoise.transactions import in_transaction

from models.approval import ApprovalPlan
from models.invoice import Allocation, Invoice, InvoiceLine
from models.statuses.invoices import DiscrepancyState, InvoiceLineStatus, InvoiceStatus
from models.statuses.people import ApprovalDocument, ApprovalPlanStatus
from models.values import MINOR_UNITS, ZERO
from models.verification import Discrepancy
from resolvers import bulk
from resolvers.approving import approvals
from resolvers.errors import InvalidValue, NotFound, refuse_all
from resolvers.errors_invoicing import OpenDiscrepancies
from resolvers.ids import id_of, key_of
from resolvers.invoicing import decision_store, invoice_consequences, invoice_lines
from resolvers.invoicing.decisions import subjects_of
from resolvers.invoicing.desk import Desk
from resolvers.invoicing.invoice_rows import REASON, check_allowed, check_unpaid, locked_invoice, row_of
from resolvers.operation import Written, check_version, locked_gate
from resolvers.rules.apportioning import apportioned
from resolvers.rules.invoice_states import InvoiceAction, header_after, is_agreed, moved_lines
from resolvers.rules.text import Number, given_refusals, repeated, shown
from resolvers.verifying import verification

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from decimal import Decimal

    from models.event import Event
    from models.organization import OrganizationGate
    from resolvers.errors import Refusal
    from resolvers.operation import Call

Row = dict[str, Any]

_EVENTS: Final = {
    InvoiceAction.APPROVE: "invoice_approved",
    InvoiceAction.CONFIRM: "invoice_confirmed",
}
_MOMENTS: Final = {
    InvoiceAction.APPROVE: "approved_at",
    InvoiceAction.CONFIRM: "confirmed_at",
    InvoiceAction.REJECT: "rejected_at",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OfLine:
    """A line that is meant; when it is confirmed, perhaps what of it has been received."""

    id: str
    received_amount: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which invoice is meant: all of it, unless lines are named; and the edit version that the caller saw."""

    id: str
    lines: Sequence[OfLine] | None = None
    expected_version: int | None = None


@dataclass(slots=True)
class _Open:
    """An invoice that is decided about, held by the transaction, with its lines and current allocations."""

    call: Call
    action: InvoiceAction
    gate: OrganizationGate
    invoice: Invoice
    lines: list[InvoiceLine]
    allocations: list[Allocation]
    chosen: dict[int, OfLine] | None = None
    told: list[Event] = field(default_factory=list["Event"])

    @property
    def is_whole(self) -> bool:
        """Whether all of it is meant."""
        return self.chosen is None

    @property
    def orders(self) -> list[int]:
        """The orders that it takes from."""
        return [each.purchase_order_id for each in self.allocations]

    @property
    def statuses(self) -> dict[int, InvoiceLineStatus]:
        """Where its lines stand."""
        return {line.id: line.status for line in self.lines}


async def approve(call: Call, asked: Asked) -> Written:
    """Agree to what an invoice, or some of its lines, bill. A service acknowledged by its invoice is received then.

    Raises:
        Refusals: there are no such lines.
        WrongStatus: it is not matched, or further along.

    Source: I1, R1.
    """
    async with in_transaction():
        opened = await _opened(call, asked, InvoiceAction.APPROVE)
        moved = moved_lines(InvoiceAction.APPROVE, opened.statuses, opened.chosen)
        return await _decided(opened, moved)


async def confirm(call: Call, asked: Asked) -> Written:
    """Accept an invoice, or some of its lines: goods without receipts and services matched two-way are received then.

    An invoice with discrepancies that somebody has accepted asks for approval first, where a rule for invoices fits it:
    then nothing is confirmed yet.

    Raises:
        OpenDiscrepancies: somebody has to look at it first.
        Refusals: there are no such lines, or more would be received than is billed.
        WrongStatus: it is on no order, waits for approval, or is confirmed already.

    Source: I1, I2, I4, R1.
    """
    async with in_transaction():
        opened = await _opened(call, asked, InvoiceAction.CONFIRM)
        refuse_all(_received_refusals(opened))
        moved = moved_lines(InvoiceAction.CONFIRM, opened.statuses, opened.chosen)
        after = {**opened.statuses, **moved}
        status = header_after(InvoiceAction.CONFIRM, opened.invoice.status, list(after.values()), whole=opened.is_whole)
        await _check_discrepancies(opened, status)
        if await _waits_for_approval(opened):
            return await _waiting(opened)
        await _write_received(opened)
        return await _decided(opened, moved)


async def reject(call: Call, asked: Asked, *, reason: str) -> Written:
    """Refuse an invoice. One line that is refused refuses all of it: it gives back what it took, and counts nowhere.

    Raises:
        Refusals: there are no such lines, or no reason.
        WrongStatus: it is confirmed, paid or canceled.

    Source: I1, I2.
    """
    refuse_all(given_refusals({"reason": reason}, {"reason": REASON}))
    async with in_transaction():
        opened = await _opened(call, asked, InvoiceAction.REJECT)
        check_unpaid(InvoiceAction.REJECT, opened.invoice)
        told = await _rejected(opened, moved_lines(InvoiceAction.REJECT, opened.statuses, opened.chosen), reason)
    return Written(opened.invoice.id, told)


async def reopen(call: Call, asked: Asked, *, reason: str | None = None) -> Written:
    """Take back what was decided of an invoice, while nothing is paid. One that was rejected is matched anew.

    Raises:
        AlreadyPaid: money has gone out for it.
        WrongStatus: it is paid, canceled, or a duplicate.

    Source: I1.
    """
    refuse_all(given_refusals({"reason": reason}, {"reason": REASON.optional}))
    async with in_transaction():
        opened = await _opened(call, asked, InvoiceAction.REOPEN)
        check_unpaid(InvoiceAction.REOPEN, opened.invoice)
        if not _is_decided(opened):
            return Written(opened.invoice.id)
        was_rejected = opened.invoice.status is InvoiceStatus.REJECTED
        await invoice_lines.review_again(opened.invoice.id)
        await approvals.supersede(call, ApprovalDocument.INVOICE, invoice=opened.invoice)
        status = opened.invoice.status
        if status is not InvoiceStatus.DISCREPANCIES_FOUND:
            status = InvoiceStatus.MATCHED if opened.allocations else InvoiceStatus.RECEIVED
        columns: Row = {"status": status, **dict.fromkeys(_MOMENTS.values()), "status_reason": reason}
        await _write_header(opened, columns, "invoice_reopened", reason)
        if was_rejected:
            await rematch(opened.call, opened.gate, opened.invoice.id, opened.told)
        return await _followed(opened)


# What approvals bring about.


async def plan_approved(call: Call, plan: ApprovalPlan) -> Sequence[Event]:
    """The invoice is approved, and may be confirmed."""
    opened = await _asked_for(call, plan, InvoiceAction.APPROVE)
    if opened is None:
        return ()
    moved = moved_lines(InvoiceAction.APPROVE, opened.statuses, None)
    await _write_lines(opened, moved)
    columns: Row = {"status": InvoiceStatus.APPROVED, "approved_at": call.now}
    await _write_header(opened, columns, "invoice_approved", None)
    return (await _followed(opened)).events


async def plan_rejected(call: Call, plan: ApprovalPlan, reason: str | None) -> Sequence[Event]:
    """The invoice is rejected."""
    opened = await _asked_for(call, plan, InvoiceAction.REJECT)
    if opened is None:
        return ()
    moved = moved_lines(InvoiceAction.REJECT, opened.statuses, None)
    return await _rejected(opened, moved, reason or plan.explanation, supersedes=False)


async def _asked_for(call: Call, plan: ApprovalPlan, action: InvoiceAction) -> _Open | None:
    """The invoice that a plan is about, unless it does not wait for it any more."""
    invoice = await Invoice.select_for_update().get(id=plan.invoice_id)
    if invoice.status is not InvoiceStatus.PENDING_APPROVAL:
        return None
    return await _held(call, action, await locked_gate(call), invoice)


# Opening.


async def _opened(call: Call, asked: Asked, action: InvoiceAction) -> _Open:
    """The invoice, held, with the lines that are meant.

    Raises:
        Refusals: there are no such lines.
        NotFound: there is no such invoice.
        VersionConflict: somebody changed it after the caller saw it.
        WrongStatus: its status does not allow the action.
    """
    gate = await locked_gate(call)
    invoice = await locked_invoice(call, asked.id)
    check_version(asked.expected_version, invoice.edit_version)
    check_allowed(action, invoice)
    opened = await _held(call, action, gate, invoice)
    if asked.lines is not None:
        refuse_all(_line_refusals(opened, asked.lines))
        opened.chosen = {key_of(InvoiceLine, line.id) or 0: line for line in asked.lines}
    return opened


async def _held(call: Call, action: InvoiceAction, gate: OrganizationGate, invoice: Invoice) -> _Open:
    lines = await InvoiceLine.filter(invoice_id=invoice.id).order_by("number")
    allocations = await Allocation.filter(invoice_id=invoice.id, ended_at=None).order_by("line_id", "id")
    return _Open(call, action, gate, invoice, lines, allocations)


def _line_refusals(opened: _Open, lines: Sequence[OfLine]) -> list[Refusal]:
    if not lines:
        return [InvalidValue(value="[]", expected="name at least one line, or give null for all", path=("lines",))]
    found: list[Refusal] = [
        NotFound(kind="invoice line", key=shown(line.id), path=("lines", str(at), "id"))
        for at, line in enumerate(lines)
        if key_of(InvoiceLine, line.id) not in opened.statuses
    ]
    twice = repeated([line.id for line in lines])
    return found + [
        InvalidValue(value=shown(lines[at].id), expected="it is there already", path=("lines", str(at), "id"))
        for at in twice
    ]


def _is_decided(opened: _Open) -> bool:
    invoice = opened.invoice
    moments = (invoice.approved_at, invoice.confirmed_at, invoice.rejected_at)
    waits = invoice.status is InvoiceStatus.PENDING_APPROVAL
    return waits or any(moments) or any(line.status is not InvoiceLineStatus.REQUIRES_REVIEW for line in opened.lines)


# Writing.


async def _decided(opened: _Open, moved: dict[int, InvoiceLineStatus]) -> Written:
    """The lines moved, the invoice where that leads it, and what follows."""
    after = list({**opened.statuses, **moved}.values())
    invoice, moment = opened.invoice, _MOMENTS[opened.action]
    status = header_after(opened.action, invoice.status, after, whole=opened.is_whole)
    columns: Row = {"status": status}
    done = status is InvoiceStatus.CONFIRMED if moment == "confirmed_at" else is_agreed(after, whole=opened.is_whole)
    if done and getattr(invoice, moment) is None:
        columns[moment] = opened.call.now
    if status is InvoiceStatus.CONFIRMED:
        columns |= {"on_hold": False, "approved_at": invoice.approved_at or opened.call.now}
    if not moved and all(getattr(invoice, name) == value for name, value in columns.items()):
        return Written(invoice.id)
    await _write_lines(opened, moved)
    await _write_header(opened, columns, _EVENTS[opened.action], None, moved)
    return await _followed(opened)


async def _write_lines(opened: _Open, moved: dict[int, InvoiceLineStatus], reason: str | None = None) -> None:
    if moved:
        moment: dict[str, datetime] = {_MOMENTS[opened.action]: opened.call.now}
        (status,) = set(moved.values())
        await InvoiceLine.filter(id__in=list(moved)).update(status=status, status_reason=reason, **moment)
        if opened.action is InvoiceAction.CONFIRM:  # who accepts it agrees to it
            await InvoiceLine.filter(id__in=list(moved), approved_at=None).update(approved_at=opened.call.now)


async def _write_header(
    opened: _Open, columns: Row, kind: str, reason: str | None, moved: Collection[int] | None = None
) -> None:
    invoice, call = opened.invoice, opened.call
    await Invoice.filter(id=invoice.id).update(**columns, updated_at=call.now, edit_version=invoice.edit_version + 1)
    told = invoice_consequences.told_of_orders(call, invoice, kind, columns, opened.orders, reason)
    numbers = [str(line.number) for line in opened.lines if moved and line.id in moved]
    for event in told:
        if numbers:
            event.changes = [*event.changes, {"field": "lines", "from": None, "to": ", ".join(numbers)}]
    await bulk.insert_events(told)
    opened.told += told


async def _followed(opened: _Open) -> Written:
    opened.told += await invoice_consequences.follow(opened.call, [opened.invoice.id], opened.orders)
    return Written(opened.invoice.id, tuple(opened.told))


async def _rejected(
    opened: _Open, moved: dict[int, InvoiceLineStatus], reason: str, *, supersedes: bool = True
) -> tuple[Event, ...]:
    await _write_lines(opened, moved, reason)
    columns: Row = {"status": InvoiceStatus.REJECTED, "rejected_at": opened.call.now, "status_reason": reason}
    return await invoice_consequences.withdraw(
        opened.call, opened.invoice, columns, "invoice_rejected", reason, supersedes=supersedes
    )


async def rematch(call: Call, gate: OrganizationGate, invoice_id: int, told: list[Event]) -> None:
    """Find the order of an invoice that counts again; what happened is stored and added to what is told."""
    (subject,) = await subjects_of([row_of(await Invoice.get(id=invoice_id))])
    desk = await Desk.of(call.organization_id, gate.orders_version)
    await desk.look_up([subject])
    happened = await decision_store.write(call, [await desk.decide(subject)])
    await bulk.insert_events(happened)
    told += happened


# What has been received.


def _received_refusals(opened: _Open) -> list[Refusal]:
    """What of a line was received is something of what it bills, and it is on an order."""
    places = MINOR_UNITS[opened.invoice.currency]
    found: list[Refusal] = []
    for at, (key, line) in enumerate((opened.chosen or {}).items()):
        billed = sum((each.amount for each in opened.allocations if each.invoice_line_id == key), ZERO)
        shape = Number(places=places, least=min(billed, ZERO), greatest=max(billed, ZERO), required=False)
        found += shape.refusals(line.received_amount, ("lines", str(at), "receivedAmount"))
    return found


async def _write_received(opened: _Open) -> None:
    """What has been received, on the order lines that the line goes to, by amount."""
    for key, line in (opened.chosen or {}).items():
        if line.received_amount is None or opened.statuses[key] is InvoiceLineStatus.CONFIRMED:
            continue
        held = [each for each in opened.allocations if each.invoice_line_id == key]
        parts = apportioned(line.received_amount, [each.amount for each in held], opened.invoice.currency)
        for each, part in zip(held, parts, strict=True):
            await Allocation.filter(id=each.id).update(received_amount=part)


# Discrepancies, and the approval of what was accepted in spite of them.


async def _check_discrepancies(opened: _Open, status: InvoiceStatus) -> None:
    """Refuse what somebody has to look at first: of these lines; of all of it, where all of it would be confirmed.

    Raises:
        OpenDiscrepancies: there is something.
    """
    found = await verification.open_of(opened.invoice.id)
    if status is not InvoiceStatus.CONFIRMED and opened.chosen is not None:
        order_lines = {each.line_id for each in opened.allocations if each.invoice_line_id in opened.chosen}
        found = [each for each in found if each.invoice_line_id in opened.chosen or each.line_id in order_lines]
    if found:
        raise OpenDiscrepancies(
            discrepancies=tuple(id_of(Discrepancy, each.id) for each in found),
            kinds=tuple(str(each.kind) for each in found),
            explanations=tuple(each.explanation for each in found),
            path=("id",),
        )


async def _waits_for_approval(opened: _Open) -> bool:
    """Whether somebody has to agree to what was accepted in spite of discrepancies; then they are asked."""
    call, invoice = opened.call, opened.invoice
    waived = await Discrepancy.filter(invoice_id=invoice.id, state=DiscrepancyState.WAIVED).order_by("-updated_at")
    if not waived:
        return False
    plan = await ApprovalPlan.filter(
        invoice_id=invoice.id, document=ApprovalDocument.INVOICE, status=ApprovalPlanStatus.APPROVED
    ).first()
    if plan is not None and plan.decided_at is not None and plan.decided_at >= waived[0].updated_at:
        return False
    requested = await approvals.request(
        call,
        ApprovalDocument.INVOICE,
        invoice=invoice,
        amount=abs(invoice.total_amount),
        currency=invoice.currency,
    )
    opened.told.append(requested.event)
    return requested.plan.status is not ApprovalPlanStatus.APPROVED


async def _waiting(opened: _Open) -> Written:
    columns: Row = {"status": InvoiceStatus.PENDING_APPROVAL}
    await _write_header(opened, columns, "invoice_submitted", None)
    return Written(opened.invoice.id, tuple(opened.told))
