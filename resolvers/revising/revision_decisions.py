"""Approvers decide about a revision line by line: what they reject stays as it is, the rest goes on.

Source: V3, A2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tortoise.transactions import in_transaction

from models.approval import Approval, ApprovalPlan
from models.statuses.orders import RevisionLineState, RevisionStatus
from models.statuses.people import ApprovalDecision, ApprovalPlanStatus, ApprovalStepStatus, ApproverState
from resolvers.approving import approval_decisions
from resolvers.errors import NotFound, refuse_all
from resolvers.errors_approvals import NotAsked
from resolvers.ids import id_of
from resolvers.operation import Meant, Written
from resolvers.revising.revision_drafts import worked_out
from resolvers.revising.revisions import Held, opened_revision, release
from resolvers.rules.ordering import REASON_GIVEN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.revision import RevisionLine
    from resolvers.errors import Refusal
    from resolvers.operation import Call

_REJECT = ApprovalDecision.REJECT


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDecision:
    """What an approver says about one line of a revision."""

    number: int
    decision: ApprovalDecision
    reason: str | None = None


async def decide(call: Call, meant: Meant, decision: ApprovalDecision, lines: Sequence[LineDecision] = ()) -> Written:
    """Agree or refuse, about the named lines and about everything else of the revision.

    Lines that are rejected stay as they are; where nothing is left, the revision is rejected. What is left is agreed to
    in the caller's step of the plan.

    Raises:
        NotAsked: no step asks the caller now.
        Refusals: the revision waits for no decision, a line is not of it, or a refusal has no reason.

    Source: V3, A2.
    """
    async with in_transaction():
        held = await opened_revision(call, meant, "DECIDE", (RevisionStatus.PENDING_APPROVAL,))
        approval = await _own_approval(held)
        rejected = _rejected(held, meant, decision, lines)
        open_ = [row for row in held.rows if row.state is not RevisionLineState.REJECTED]
        is_left = len(rejected) < len(open_) or (decision is not _REJECT and bool(held.revision.changes))
        event = ()
        if is_left and (rejected or (decision is _REJECT and held.revision.changes)):
            if decision is _REJECT:
                held.revision.changes = {}
            for row, reason in rejected:
                row.update_from_dict({"state": RevisionLineState.REJECTED, "decision_reason": reason})
                await row.save(update_fields=["state", "decision_reason"])
            outcome = await worked_out(held.edit, held.revision, held.rows, await held.edit.lines())
            held.revision.total_after = outcome.total
            held.revision.amount_to_approve = outcome.amount_to_approve
            columns = ("changes", "total_after", "amount_to_approve")
            event = (await held.noted("revision_lines_rejected", columns, meant.reason),)
            await release(held.edit, [row.line_id for row, _ in rejected if row.line_id is not None])
        reasons = dict.fromkeys(reason for _, reason in rejected if reason)
        why = meant.reason or (None if is_left else "; ".join(reasons))
        saying = Meant(id=id_of(Approval, approval.id), reason=why)
        said = ApprovalDecision.APPROVE if is_left else _REJECT
        written = await approval_decisions.decide(call, saying, said)
        return Written(held.revision.id, (*event, *written.events))


async def _own_approval(held: Held) -> Approval:
    """What the caller is asked now.

    Raises:
        NotAsked: nothing.
    """
    plan = await ApprovalPlan.filter(revision_id=held.revision.id, status=ApprovalPlanStatus.OPEN).first()
    asked = (
        []
        if plan is None
        else await Approval.filter(step__plan_id=plan.id, step__status=ApprovalStepStatus.REQUESTED)
        .order_by("id")
        .prefetch_related("step", "approver")
    )
    waiting = [each for each in asked if each.state is ApproverState.WAITING]
    own = next((each for each in waiting if each.approver_id == held.edit.call.actor.user_id), None)
    if own is None:
        steps = dict.fromkeys(each.step.name for each in waiting)
        raise NotAsked(step=", ".join(steps), approvers=tuple(each.approver.name for each in waiting), path=("id",))
    return own


def _rejected(
    held: Held, meant: Meant, decision: ApprovalDecision, lines: Sequence[LineDecision]
) -> list[tuple[RevisionLine, str | None]]:
    """The lines that are rejected, and why.

    Raises:
        Refusals: lines that are not there, or reasons that are missing.
    """
    rows = {row.number: row for row in held.rows if row.state is not RevisionLineState.REJECTED}
    named = {each.number: each for each in lines}
    refusals: list[Refusal] = [
        NotFound(kind="line of the revision", key=str(each.number), path=("lines", str(at), "number"))
        for at, each in enumerate(lines)
        if each.number not in rows
    ]
    rejected: list[tuple[RevisionLine, str | None]] = []
    for number, row in rows.items():
        own = named.get(number)
        if (own.decision if own else decision) is _REJECT:
            rejected.append((row, (own.reason if own else None) or meant.reason))
    for row, reason in rejected:
        at = next((at for at, each in enumerate(lines) if each.number == row.number), None)
        refusals += REASON_GIVEN.refusals(reason, ("reason",) if at is None else ("lines", str(at), "reason"))
    refuse_all(list(dict.fromkeys(refusals)))
    return rejected
