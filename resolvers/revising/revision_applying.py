"""An approved revision comes into force: a new version of the order takes the place of the one before.

The number stays, and everything that hangs on the order and its lines: receipts, invoices, links.

Source: V4, R5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from models.purchase_order import PurchaseOrderLine
from models.receiving import Milestone
from models.revision import PurchaseOrderVersion
from models.statuses.orders import RevisionLineState, RevisionStatus
from models.statuses.receiving import MilestoneStatus
from resolvers import events
from resolvers.errors import refuse_all
from resolvers.orders import purchase_order_line_drafts as drafting
from resolvers.orders.purchase_order_history import told_lines
from resolvers.revising.revision_drafts import CANCEL_REASON, worked_out
from resolvers.sourcing import contracts, shipping

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.event import Event
    from models.revision import Revision, RevisionLine
    from resolvers.orders.purchase_order_edits import Edit
    from resolvers.revising.revision_drafts import Outcome, Proposal

OPEN_MILESTONES: Final = (MilestoneStatus.CONFIRMATION_REQUIRED, MilestoneStatus.PENDING_COMPLETION_DATE)


async def applied(edit: Edit, revision: Revision, rows: Sequence[RevisionLine]) -> tuple[Event, ...]:
    """Put what was approved in force, and keep the version before.

    Source: V4.

    Raises:
        Refusals: what is in force has changed meanwhile, so that it cannot be.
    """
    call, order = edit.call, edit.order
    lines = await edit.lines()
    outcome = await worked_out(edit, revision, rows, lines, has_waited=True)
    total = order.total_amount
    refuse_all(outcome.refusals)
    before = told_lines(lines)
    await _supersede(edit, revision)
    order.update_from_dict(outcome.header)
    lines = await _write_lines(edit, revision, outcome, lines)
    touched = {row.line_id for row in rows if row.state is RevisionLineState.REJECTED}
    await PurchaseOrderLine.filter(id__in=[key for key in touched if key is not None]).update(revision_pending=False)
    changes = events.changes_between(before, told_lines(lines))
    fee = await shipping.settle_fee(edit, lines)
    order.version += 1
    version = events.changes_between({"version": order.version - 1}, {"version": order.version})
    revision.update_from_dict(
        {"status": RevisionStatus.APPLIED, "applied_version": order.version, "applied_at": call.now}
    )
    revision.edit_version += 1
    revision.updated_at = call.now
    await revision.save(update_fields=["status", "applied_version", "applied_at", "edit_version", "updated_at"])
    told = [*version, *changes, *fee.changes]
    written = await edit.saved("revision_applied", [*outcome.header, "version"], changes=told, lines=fee.lines)
    await order.refresh_from_db()
    refuse_all(await contracts.cap_refusals(order) if order.total_amount > total else [])
    return written.events


async def _supersede(edit: Edit, revision: Revision) -> None:
    """Keep from when to when the version was in force that another takes the place of."""
    order = edit.order
    before = await PurchaseOrderVersion.filter(purchase_order_id=order.id).order_by("-version").first()
    await PurchaseOrderVersion.create(
        organization_id=order.organization_id,
        created_at=edit.call.now,
        purchase_order_id=order.id,
        revision_id=revision.id,
        version=order.version,
        currency=order.currency,
        total_amount=order.total_amount,
        in_force_from=order.issued_at if before is None else before.in_force_until,
        in_force_until=edit.gate.last_moment,
    )


async def _write_lines(
    edit: Edit, revision: Revision, outcome: Outcome, lines: Sequence[PurchaseOrderLine]
) -> list[PurchaseOrderLine]:
    """Write down lines changed, canceled and added; all lines of the order as they are then."""
    added: list[PurchaseOrderLine] = []
    for proposal in outcome.proposals:
        if proposal.line is None:
            [line] = drafting.rows(edit.call, edit.order, [proposal.columns or {}])
            await line.save()
            added.append(line)
            proposal.row.line_id = line.id
            await proposal.row.save(update_fields=["line_id"])
        else:
            columns = _columns(edit, proposal)
            own = next(line for line in lines if line.id == proposal.line.id)
            own.update_from_dict(columns)
            await own.save(update_fields=list(columns))
            await _renew_milestones(edit, revision, own, is_canceled=proposal.columns is None)
    return [*lines, *added]


def _columns(edit: Edit, proposal: Proposal) -> dict[str, Any]:
    """What is stored of a line that was there."""
    if proposal.columns is not None:
        return {**proposal.columns, "revision_pending": False}
    reason = proposal.row.changes.get(CANCEL_REASON) or edit.asked.reason
    return {"canceled_at": edit.call.now, "cancel_reason": reason, "revision_pending": False}


async def _renew_milestones(edit: Edit, revision: Revision, line: PurchaseOrderLine, *, is_canceled: bool) -> None:
    """Close the open milestones of a line that is revised, and copy them to what it is now.

    Source: R5.
    """
    milestones = await Milestone.filter(line_id=line.id).order_by("number")
    number = max((each.number for each in milestones), default=0)
    for old in milestones:
        if old.status not in OPEN_MILESTONES:
            continue
        status, reason = old.status, old.status_reason
        old.status = MilestoneStatus.CLOSED_CANCELED
        old.status_reason = f"Revision {revision.number}"
        old.edit_version += 1
        await old.save(update_fields=["status", "status_reason", "edit_version"])
        if is_canceled:
            continue
        number += 1
        await Milestone.create(
            organization_id=old.organization_id,
            created_at=edit.call.now,
            purchase_order_id=old.purchase_order_id,
            line_id=old.line_id,
            number=number,
            currency=old.currency,
            description=old.description,
            amount=old.amount,
            percent=old.percent,
            due_date=old.due_date,
            status=status,
            status_reason=reason,
            copied_from_id=old.id,
        )
