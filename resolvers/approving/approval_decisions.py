"""What approvers say: they agree, refuse, hand the decision to somebody else; an administrator leaves a step out.

A decision told twice is written once: the same answer of the same person again finds it done. Of two who decide a step
at once, the organization's gate lets one be the first.

Source: A2, A3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tortoise.transactions import in_transaction

from models.approval import Approval, ApprovalPlan, ApprovalStep
from models.organization import Organization, User
from models.purchase_order import PurchaseOrder
from models.statuses.people import ApprovalDecision, ApprovalPlanStatus, ApprovalStepStatus, ApproverState, Role
from resolvers import events
from resolvers.approving import approval_outcomes
from resolvers.approving.approvals import documents_of, held_plan, told_plan, write
from resolvers.errors import InvalidValue, NotFound, NotPermitted, WrongStatus, refuse_all
from resolvers.errors_approvals import AlreadyDecided, NotAsked, OwnRequest
from resolvers.ids import key_of
from resolvers.operation import Written, check_version, locked_gate
from resolvers.rules import approvals as rules
from resolvers.rules.ordering import REASON, REASON_GIVEN
from resolvers.rules.text import shown
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from resolvers.approving.approvals import Held
    from resolvers.operation import Call, Meant

SETTING: Final = "requesterMayApprove"
SAYING: Final = {
    ApprovalDecision.APPROVE: ApproverState.APPROVED,
    ApprovalDecision.REJECT: ApproverState.REJECTED,
}


@dataclass(slots=True)
class _Decision:
    """A decision that this transaction makes: the plan is held, and this step of it is meant."""

    call: Call
    meant: Meant
    held: Held
    step: rules.Step
    approval: Approval | None

    async def written(
        self, kind: str, after: rules.Plan, *, delegated_by: int | None = None, reason: str | None = None
    ) -> Written:
        """Write down the plan as it is now, its event, and what follows where it is decided."""
        call, row = self.call, self.held.row
        before = told_plan(self.held.plan)
        await write(call, self.held, after, delegated_by=delegated_by)
        number, about = await documents_of(row)
        told = events.changes_between(before, told_plan(after))
        event = await events.record(call, kind, number, about=about, changes=told, reason=reason)
        followed = ()
        if row.status is ApprovalPlanStatus.APPROVED:
            followed = await approval_outcomes.approved(call, row)
        elif row.status is ApprovalPlanStatus.REJECTED:
            followed = await approval_outcomes.rejected(call, row, reason)
        return Written(row.id, (event, *followed))


async def decide(call: Call, meant: Meant, decision: ApprovalDecision) -> Written:
    """Agree or refuse, in a step that asks the caller. The same decision again writes nothing.

    Raises:
        NotAsked: the step does not ask the caller.
        OwnRequest: the caller is who asked for the approval.
        AlreadyDecided: the caller has decided otherwise, or somebody else has decided.
        Refusals: the step is not asked yet, or a refusal has no reason.

    Source: A2, A3.
    """
    reason = REASON_GIVEN if decision is ApprovalDecision.REJECT else REASON
    refuse_all(reason.refusals(meant.reason, ("reason",)))
    async with in_transaction():
        opened = await _opened(call, meant)
        said, mine = SAYING[decision], await _own(opened)
        if mine.state is said:
            return Written(opened.held.row.id)
        await _check_open(opened, mine)
        await _check_may_decide(opened)
        check_version(meant.expected_version, opened.held.row.edit_version)
        approval = opened.held.approvals[opened.step.number, call.actor.user_id]
        approval.update_from_dict({"reason": meant.reason})
        await approval.save(update_fields=["reason"])
        after = rules.decided(opened.held.plan, opened.step.number, call.actor.user_id, said)
        return await opened.written(f"approval_{said.lower()}", after, reason=meant.reason)


async def delegate(call: Call, meant: Meant, to_id: str) -> Written:
    """Hand the caller's decision to somebody else who may approve.

    Raises:
        NotAsked: the step does not ask the caller.
        NotFound: there is no such user.
        InvalidValue: the user may not approve, asked for the approval, or is asked already.
        AlreadyDecided: the caller, or somebody else, has decided.

    Source: A2.
    """
    refuse_all(REASON.refusals(meant.reason, ("reason",)))
    async with in_transaction():
        opened = await _opened(call, meant)
        await _check_open(opened, await _own(opened))
        await _check_may_decide(opened)
        check_version(meant.expected_version, opened.held.row.edit_version)
        to = await _delegate(opened, to_id)
        own = opened.held.approvals[opened.step.number, call.actor.user_id]
        own.update_from_dict({"reason": meant.reason})
        await own.save(update_fields=["reason"])
        after = rules.delegated(opened.held.plan, opened.step.number, call.actor.user_id, to.id)
        return await opened.written("approval_delegated", after, delegated_by=call.actor.user_id, reason=meant.reason)


async def skip(call: Call, meant: Meant) -> Written:
    """Leave a step out, for a reason: what comes after it is asked. An administrator's work, but not in own matters.

    Raises:
        OwnRequest: the caller is who asked for the approval.
        AlreadyDecided: the step is decided, or the plan superseded.
        Refusals: there is no reason.

    Source: A1.
    """
    refuse_all(REASON_GIVEN.refusals(meant.reason, ("reason",)))
    async with in_transaction():
        opened = await _opened(call, meant)
        if not rules.is_open(opened.step):
            raise await _over(opened)
        await _check_not_own(opened)
        check_version(meant.expected_version, opened.held.row.edit_version)
        row = opened.held.steps[opened.step.number]
        row.update_from_dict({"reason": meant.reason})
        await row.save(update_fields=["reason"])
        after = rules.skipped(opened.held.plan, opened.step.number)
        return await opened.written("approval_skipped", after, reason=meant.reason)


async def _opened(call: Call, meant: Meant) -> _Decision:
    """The step that is meant, its plan held until the transaction ends.

    Raises:
        NotFound: there is no such step or approval.
    """
    await locked_gate(call)
    approval = await visible_to(Approval, call.actor).get_or_none(id=key_of(Approval, meant.id))
    key = key_of(ApprovalStep, meant.id) if approval is None else approval.step_id
    step = await visible_to(ApprovalStep, call.actor).get_or_none(id=key)
    if step is None:
        raise NotFound(kind="step of an approval", key=shown(meant.id), path=("id",))
    held = await held_plan(await ApprovalPlan.select_for_update().get(id=step.plan_id))
    found = next(each for each in held.plan.steps if each.number == step.number)
    return _Decision(call, meant, held, found, approval)


async def _own(opened: _Decision) -> rules.Asked:
    """What the caller has said in the step, which has to ask the caller; where an approval is meant, by that one.

    Raises:
        NotAsked: it does not.
    """
    user = opened.call.actor.user_id
    mine = opened.step.of(user)
    if mine is None or (opened.approval is not None and opened.approval.approver_id != user):
        asked = [each.approver for each in opened.step.asked if each.state is not ApproverState.DELEGATED]
        users = await visible_to(User, opened.call.actor).filter(id__in=asked).order_by("name", "id")
        raise NotAsked(step=opened.step.name, approvers=tuple(each.name for each in users), path=("id",))
    return mine


async def _check_open(opened: _Decision, mine: rules.Asked) -> None:
    """Refuse unless the step is asked, and the caller has not decided yet."""
    if opened.step.status is ApprovalStepStatus.NOT_YET_REQUESTED:
        raise WrongStatus(
            action="DECIDE",
            status=opened.step.status,
            allowed=(str(ApprovalStepStatus.REQUESTED),),
            path=("id",),
        )
    if opened.step.status is not ApprovalStepStatus.REQUESTED or mine.state is not ApproverState.WAITING:
        raise await _over(opened, mine)


async def _over(opened: _Decision, mine: rules.Asked | None = None) -> AlreadyDecided:
    """The refusal of a step that is decided, or of an approver who has decided; with who it was, where one did."""
    approvals = [held for (number, _), held in opened.held.approvals.items() if number == opened.step.number]
    if mine is not None and mine.state not in {ApproverState.WAITING, ApproverState.NO_LONGER_ASKED}:
        state, deciding = str(mine.state), [each for each in approvals if each.approver_id == mine.approver]
    else:
        state = str(opened.step.status)
        deciding = [each for each in approvals if str(each.state) == state]
    last = deciding[-1] if deciding else None
    by = None if last is None else (await User.get(id=last.approver_id)).name
    at = opened.held.steps[opened.step.number].decided_at if last is None else last.decided_at
    return AlreadyDecided(state=state, decided_by=by, decided_at=at, path=("id",))


async def _check_not_own(opened: _Decision) -> None:
    organization = await visible_to(Organization, opened.call.actor).get()
    if opened.held.row.requester_id == opened.call.actor.user_id and not organization.requester_may_approve:
        raise OwnRequest(setting=SETTING, path=("id",))


async def _check_may_decide(opened: _Decision) -> None:
    """Refuse requesters, and who has lost the role since being asked; the order's business owner needs none."""
    await _check_not_own(opened)
    actor = opened.call.actor
    if actor.may(Role.APPROVER):
        return
    order = opened.held.row.purchase_order_id
    if order is None or not await PurchaseOrder.exists(id=order, business_owner_id=actor.user_id):
        raise NotPermitted(needed=(str(Role.APPROVER),), roles=tuple(sorted(map(str, actor.roles))))


async def _delegate(opened: _Decision, to_id: str) -> User:
    """The user who is to decide instead of the caller."""
    call, path = opened.call, ("toUserId",)
    user = await visible_to(User, call.actor).get_or_none(id=key_of(User, to_id))
    if user is None:
        raise NotFound(kind="user", key=shown(to_id), path=path)
    problem = None
    if opened.step.of(user.id) is not None:
        problem = "the step has asked them already"
    elif not {Role.APPROVER, Role.ADMIN} & {Role[role] for role in user.roles}:
        problem = "they do not have the role APPROVER"
    elif user.id == opened.held.row.requester_id:
        organization = await visible_to(Organization, call.actor).get()
        problem = None if organization.requester_may_approve else f"they asked for the approval ({SETTING})"
    if problem is not None:
        raise InvalidValue(value=user.email, expected=problem, path=path)
    return user
