"""Revisions: changes of an order in force, proposed beside it, approved, and applied as a new version.

While a revision waits, what is in force stays in force; the lines it touches say that they wait. A person begins,
writes, submits and applies it; its approvers decide, as a whole here, line by line in `revision_decisions`.

Source: V1, V2, V3, V6.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from tortoise.transactions import in_transaction

from models.purchase_order import PurchaseOrder, PurchaseOrderLine
from models.revision import Revision, RevisionLine
from models.statuses.orders import PurchaseOrderAction, RevisionLineState, RevisionStatus
from models.statuses.people import ApprovalDocument, ApprovalPlanStatus
from resolvers import events
from resolvers.approving import approvals
from resolvers.derived import progress
from resolvers.errors import NotFound, WrongStatus, refuse_all
from resolvers.errors_revisions import NothingProposed
from resolvers.ids import key_of
from resolvers.operation import Written, check_version, locked_gate, orders_changed
from resolvers.orders.purchase_order_edits import opened
from resolvers.orders.purchase_order_lifecycle import edit_of
from resolvers.revising.revision_applying import applied
from resolvers.revising.revision_approvals import agreement
from resolvers.revising.revision_drafts import worked_out
from resolvers.revising.revision_proposals import Proposed, propose, told_proposals
from resolvers.rules.ordering import REASON
from resolvers.rules.revisions import OPEN
from resolvers.rules.text import shown
from resolvers.rules.transitions import reasons_against
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from models.approval import ApprovalPlan
    from models.event import Event
    from resolvers.operation import Call, Meant
    from resolvers.orders.purchase_order_edits import Asked, Edit
    from resolvers.revising.revision_drafts import Outcome

_STATUS = RevisionStatus


@dataclass(slots=True)
class Held:
    """A revision that this transaction holds, with its order and lines."""

    edit: Edit
    revision: Revision
    rows: list[RevisionLine]
    reason: str | None = None
    before: dict[str, Any] = field(default_factory=dict[str, Any])

    async def noted(self, kind: str, columns: Iterable[str], reason: str | None = None) -> Event:
        """Write down what changed of the revision, and the event that tells of it."""
        call, revision = self.edit.call, self.revision
        revision.edit_version += 1
        revision.updated_at = call.now
        await revision.save(update_fields=[*columns, "edit_version", "updated_at"])
        changes = events.changes_between(self.before, told_proposals(revision, self.rows))
        order, why = self.edit.order, reason or self.reason
        return await events.record(call, kind, order.number, about=[order], changes=changes, reason=why)


async def start(call: Call, asked: Asked, proposed: Proposed | None = None) -> Written:
    """Begin a revision of an order in force, with what it is to change, as far as that is known.

    Source: V1.

    Raises:
        OpenRevision: the order has one already.
        Refusals: the order is not in force, or what is proposed cannot be.
    """
    async with in_transaction():
        edit = await opened(call, asked, PurchaseOrderAction.REVISE)
        order = edit.order
        revision = await Revision.create(
            organization_id=call.organization_id,
            created_at=call.now,
            updated_at=call.now,
            purchase_order_id=order.id,
            number=1 + await Revision.filter(purchase_order_id=order.id).count(),
            reason=asked.reason,
            currency=order.currency,
            base_version=order.version,
            total_before=order.total_amount,
            total_after=order.total_amount,
            started_by_id=call.actor.user_id,
        )
        held = Held(edit, revision, [], asked.reason)
        columns = await _proposed(held, proposed) if proposed is not None else ()
        return Written(revision.id, (await held.noted("revision_started", columns),))


async def update(call: Call, meant: Meant, proposed: Proposed) -> Written:
    """Change what a revision proposes; what is not mentioned stays proposed. Nothing of the order changes.

    Source: V1, V2.

    Raises:
        Refusals: it is submitted already, or what is proposed cannot be.
    """
    async with in_transaction():
        held = await opened_revision(call, meant, "UPDATE", (_STATUS.DRAFT,))
        _check_role(held)
        columns = await _proposed(held, proposed)
        if held.before == told_proposals(held.revision, held.rows):
            return Written(held.revision.id)
        return Written(held.revision.id, (await held.noted("revision_updated", columns),))


async def submit(call: Call, meant: Meant, *, apply_when_approved: bool = True) -> Written:
    """Ask for the approval of a revision. Where nobody has to agree it is approved, and applied unless it is to wait.

    Source: V2, V3, V6, A1.

    Raises:
        NothingProposed: it changes nothing.
        Refusals: what it proposes cannot be any more; or nobody could approve it.
    """
    async with in_transaction():
        held = await opened_revision(call, meant, "SUBMIT", (_STATUS.DRAFT,))
        _check_role(held)
        revision, order = held.revision, held.edit.order
        if not held.rows and not revision.changes:
            raise NothingProposed(path=("id",))
        outcome = await _worked_out(held)
        revision.submitted_at = call.now
        revision.apply_when_approved = apply_when_approved
        revision.status = _STATUS.PENDING_APPROVAL
        plan = await agreement(call, order, revision, outcome)
        event = await held.noted("revision_submitted", (*_FIGURES, "submitted_at", "apply_when_approved", "status"))
        if plan is None or plan.status is ApprovalPlanStatus.APPROVED:
            return Written(revision.id, (event, *await _approved(held)))
        await _await_decision(held.edit, [row.line_id for row in held.rows if row.line_id is not None])
        return Written(revision.id, (event,))


async def apply(call: Call, meant: Meant) -> Written:
    """Put an approved revision in force: the order's version rises by one, its number and links stay.

    Source: V4.

    Raises:
        Refusals: it is not approved, or what it proposes cannot be any more.
    """
    async with in_transaction():
        held = await opened_revision(call, meant, "APPLY", (_STATUS.APPROVED,))
        _check_role(held)
        return Written(held.revision.id, await applied(held.edit, held.revision, held.rows))


async def discard(call: Call, meant: Meant) -> Written:
    """Give up a revision that is not in force. The order is as it was before.

    Source: V1, V3.

    Raises:
        Refusals: it is in force, or has come to an end otherwise.
    """
    async with in_transaction():
        held = await opened_revision(call, meant, "DISCARD", OPEN)
        _check_role(held)
        await approvals.supersede(call, ApprovalDocument.REVISION, revision=held.revision)
        held.revision.status = _STATUS.DISCARDED
        event = await held.noted("revision_discarded", ("status",))
        await release(held.edit, [row.line_id for row in held.rows if row.line_id is not None])
        return Written(held.revision.id, (event,))


async def plan_approved(call: Call, plan: ApprovalPlan) -> tuple[Event, ...]:
    """Everybody has agreed: the revision is approved, and applied unless it is to wait.

    Source: V3.
    """
    held = await _awaiting(call, plan)
    return () if held is None else await _approved(held)


async def plan_rejected(call: Call, plan: ApprovalPlan, reason: str | None) -> tuple[Event, ...]:
    """Somebody has refused: everything is as before.

    Source: V3.
    """
    held = await _awaiting(call, plan)
    if held is None:
        return ()
    held.revision.status = _STATUS.REJECTED
    held.revision.decided_at = call.now
    held.revision.update_from_dict({"decision_reason": reason})
    for row in held.rows:
        if row.state is not RevisionLineState.REJECTED:
            row.update_from_dict({"state": RevisionLineState.REJECTED, "decision_reason": reason})
            await row.save(update_fields=["state", "decision_reason"])
    event = await held.noted("revision_rejected", ("status", "decided_at", "decision_reason"), reason)
    await release(held.edit, [row.line_id for row in held.rows if row.line_id is not None])
    return (event,)


async def opened_revision(call: Call, meant: Meant, action: str, allowed: Sequence[RevisionStatus]) -> Held:
    """The revision that is meant, held until the transaction ends, if it stands so that the action can be done.

    Raises:
        NotFound: there is none for the caller.
        VersionConflict: somebody changed it after the caller saw it.
        WrongStatus: it does not stand so.
    """
    refuse_all(REASON.refusals(meant.reason, ("reason",)))
    await locked_gate(call)
    found = visible_to(Revision, call.actor).select_for_update()
    revision = await found.get_or_none(id=key_of(Revision, meant.id))
    if revision is None:
        raise NotFound(kind="revision", key=shown(meant.id), path=("id",))
    check_version(meant.expected_version, revision.edit_version)
    if revision.status not in allowed:
        raise WrongStatus(action=action, status=revision.status, allowed=tuple(map(str, allowed)), path=("id",))
    return await _held(call, revision, meant.reason)


async def release(edit: Edit, line_ids: Sequence[int]) -> None:
    """Let lines, and the order, be again as if no revision touched them."""
    await PurchaseOrderLine.filter(id__in=line_ids, revision_pending=True).update(revision_pending=False)
    await progress.refresh([edit.order.id])
    await orders_changed(edit.gate)


_FIGURES: Final = ("total_before", "total_after", "amount_to_approve")


async def _held(call: Call, revision: Revision, reason: str | None = None) -> Held:
    order = await PurchaseOrder.select_for_update().get(id=revision.purchase_order_id)
    rows = await RevisionLine.filter(revision_id=revision.id).order_by("number")
    edit = await edit_of(call, order, reason or revision.reason)
    return Held(edit, revision, rows, reason, told_proposals(revision, rows))


async def _awaiting(call: Call, plan: ApprovalPlan) -> Held | None:
    """The revision that a plan is about; none where it does not wait for it any more."""
    revision = await visible_to(Revision, call.actor).select_for_update().get_or_none(id=plan.revision_id)
    if revision is None or revision.status is not _STATUS.PENDING_APPROVAL:
        return None
    return await _held(call, revision)


def _check_role(held: Held) -> None:
    """Refuse who may not revise the order, or while the order is not in force."""
    edit = held.edit
    standing = replace(edit.standing, open_revision=None)  # it is this one
    refuse_all(reasons_against(PurchaseOrderAction.REVISE, standing, edit.call.actor.roles))


async def _proposed(held: Held, proposed: Proposed) -> tuple[str, ...]:
    """Take over what is proposed, if it can be."""
    lines = await held.edit.lines()
    held.rows, places = await propose(held.edit, held.revision, held.rows, lines, proposed)
    await _figures(held, await worked_out(held.edit, held.revision, held.rows, lines, places))
    return ("changes", *_FIGURES)


async def _worked_out(held: Held) -> Outcome:
    outcome = await worked_out(held.edit, held.revision, held.rows, await held.edit.lines())
    await _figures(held, outcome)
    return outcome


async def _figures(held: Held, outcome: Outcome) -> None:
    """Keep what a revision would bring about, if it could.

    Raises:
        Refusals: it could not.
    """
    refuse_all(outcome.refusals)
    revision = held.revision
    revision.total_before, revision.total_after = held.edit.order.total_amount, outcome.total
    revision.amount_to_approve = outcome.amount_to_approve
    for proposal in outcome.proposals:
        row = proposal.row
        row.amount_before, row.amount_after = proposal.before, proposal.amount
        await row.save()


async def _await_decision(edit: Edit, line_ids: Sequence[int]) -> None:
    """Let the order and these lines say that they wait; they stay in force (V2)."""
    await PurchaseOrderLine.filter(id__in=line_ids).update(revision_pending=True)
    await progress.refresh([edit.order.id])
    await orders_changed(edit.gate)


async def _approved(held: Held) -> tuple[Event, ...]:
    held.revision.status = _STATUS.APPROVED
    held.revision.decided_at = held.edit.call.now
    for row in held.rows:
        if row.state is RevisionLineState.PROPOSED:
            row.state = RevisionLineState.APPROVED
            await row.save(update_fields=["state"])
    event = await held.noted("revision_approved", ("status", "decided_at"))
    if held.revision.apply_when_approved:
        return (event, *await applied(held.edit, held.revision, held.rows))
    await _await_decision(held.edit, [row.line_id for row in held.rows if row.line_id is not None])
    return (event,)
