"""What people do about discrepancies: give them to somebody, and accept them for a reason.

Source: I4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise.transactions import in_transaction

from models.invoice import Allocation, Invoice
from models.organization import User
from models.statuses.invoices import DiscrepancyState, InvoiceStatus
from models.verification import Discrepancy
from resolvers import events
from resolvers.errors import NotFound, WrongStatus, refuse_all
from resolvers.ids import id_of, key_of
from resolvers.invoicing.invoice_rows import REASON
from resolvers.operation import Written, check_version, locked_gate
from resolvers.rules.discrepancies import marked
from resolvers.rules.text import given_refusals, shown
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from models.event import Event
    from resolvers.operation import Call


async def assign(
    call: Call, discrepancy_id: str, assignee_id: str | None, *, expected_version: int | None = None
) -> Written:
    """Give a discrepancy to the user who is to look at it, or take it from everybody.

    Raises:
        NotFound: there is no such discrepancy or user.
        VersionConflict: somebody changed it after the caller saw it.
        WrongStatus: it is waived or resolved already.
    """
    async with in_transaction():
        await locked_gate(call)
        row = await _opened(call, "ASSIGN", discrepancy_id, expected_version)
        key = None if assignee_id is None else key_of(User, assignee_id)
        if assignee_id is not None and not await visible_to(User, call.actor).filter(id=key).exists():
            raise NotFound(kind="user", key=shown(assignee_id), path=("assigneeId",))
        if key == row.assignee_id:
            return Written(row.id)
        changes = events.changes_between({"assignee": _user(row.assignee_id)}, {"assignee": _user(key)})
        row.assignee_id = key
        await _save(call, row, ["assignee_id"])
        return Written(row.id, (await _record(call, "discrepancy_assigned", row, changes, None),))


async def waive(call: Call, discrepancy_id: str, *, reason: str, expected_version: int | None = None) -> Written:
    """Accept a discrepancy as it is, for a reason; after the last one the invoice goes on as if there had been none.

    It stays accepted while its figures are no further apart than now; when they are, it is found anew.

    Raises:
        Refusals: no reason is given.
        NotFound: there is no such discrepancy.
        VersionConflict: somebody changed it, or its figures, after the caller saw it.
        WrongStatus: it is waived or resolved already.

    Source: I4.
    """
    refuse_all(given_refusals({"reason": reason}, {"reason": REASON}))
    async with in_transaction():
        await locked_gate(call)
        row = await _opened(call, "WAIVE", discrepancy_id, expected_version)
        row.state, row.waived_by_id, row.waive_reason = DiscrepancyState.WAIVED, call.actor.user_id, reason
        row.ended_at = call.now
        await _save(call, row, ["state", "waived_by_id", "waive_reason", "ended_at"])
        changes = events.changes_between({"state": DiscrepancyState.OPEN}, {"state": row.state})
        changes += await _marked(call, row.invoice_id)
        return Written(row.id, (await _record(call, "discrepancy_waived", row, changes, reason),))


async def _opened(call: Call, action: str, text: str, expected_version: int | None) -> Discrepancy:
    """The discrepancy with the id, held until the transaction ends, if somebody still has to look at it."""
    found = await visible_to(Discrepancy, call.actor).select_for_update().get_or_none(id=key_of(Discrepancy, text))
    if found is None:
        raise NotFound(kind="discrepancy", key=shown(text), path=("id",))
    check_version(expected_version, found.edit_version)
    if found.state != DiscrepancyState.OPEN:
        allowed = (str(DiscrepancyState.OPEN),)
        raise WrongStatus(action=action, status=str(found.state), allowed=allowed, path=("id",))
    return found


async def _save(call: Call, row: Discrepancy, columns: list[str]) -> None:
    row.edit_version += 1
    row.updated_at = call.now
    await row.save(update_fields=[*columns, "edit_version", "updated_at"])


async def _marked(call: Call, invoice_id: int) -> list[events.Change]:
    """Write the status that the invoice has with what is still open of it; and what changed."""
    invoice = await Invoice.select_for_update().get(id=invoice_id)
    before = InvoiceStatus(invoice.status)
    is_open = await Discrepancy.filter(invoice_id=invoice_id, state=DiscrepancyState.OPEN).exists()
    is_allocated = await Allocation.filter(invoice_id=invoice_id, ended_at=None).exists()
    is_approved = invoice.approved_at is not None
    after = marked(before, is_open=is_open, is_allocated=is_allocated, is_approved=is_approved)
    if after is not before:
        invoice.status = after
        invoice.edit_version += 1
        invoice.updated_at = call.now
        await invoice.save(update_fields=["status", "edit_version", "updated_at"])
    return events.changes_between({"status": before}, {"status": after})


async def _record(call: Call, kind: str, row: Discrepancy, changes: list[events.Change], reason: str | None) -> Event:
    invoice = await Invoice.get(id=row.invoice_id)
    told = [*changes, *events.changes_between({}, {"discrepancy": id_of(Discrepancy, row.id), "kind": row.kind})]
    event = events.prepared(call, kind, invoice.supplier_invoice_number, about=[invoice], changes=told, reason=reason)
    event.purchase_order_id = row.purchase_order_id
    await event.save()
    return event


def _user(key: int | None) -> str | None:
    return None if key is None else id_of(User, key)
