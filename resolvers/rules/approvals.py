"""Whose agreement a document needs, and what a decision does to a step and its plan.

A plan is made of the rules that fit: each makes a step, steps of one sequence are asked together, later ones when the
earlier ones are through. What happens to a plan afterwards is a function from one plan to the next; nothing is written
here.

Pure.

Source: A1, A2.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from models.statuses.people import (
    ApprovalDocument,
    ApprovalPlanStatus,
    ApprovalQuorum,
    ApprovalStepStatus,
    ApproverState,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from datetime import date
    from decimal import Decimal

    from models.statuses.orders import OrderType

NOBODY_NEEDED: Final = "No approval rule fits: approved at once."


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Which documents need whose agreement. What is none fits everything; the amounts at both ends are included.

    `approvers` are the users it names, by themselves or by their groups, each once.
    """

    key: int
    number: int
    name: str
    document: ApprovalDocument
    currency: str | None = None
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    order_type: OrderType | None = None
    cost_center_id: int | None = None
    supplier_id: int | None = None
    sequence: int = 1
    quorum: ApprovalQuorum = ApprovalQuorum.ANY
    by_business_owner: bool = False
    escalate_after_days: int | None = None
    approvers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is to be approved: how much of what kind of document, of which supplier, for whom.

    `asked` are users who have to be asked whatever the rules say: all of them, first of all.
    """

    document: ApprovalDocument
    currency: str
    amount: Decimal
    order_type: OrderType | None = None
    cost_center_id: int | None = None
    supplier_id: int | None = None
    business_owner_id: int | None = None
    asked: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Who asks, and who else there is. `administrators` are asked where nobody else is left."""

    requester: int
    requester_may_approve: bool
    administrators: tuple[int, ...] = ()

    def may_be_asked(self, user: int) -> bool:
        """Whether the user may decide: the requester may not, unless a setting allows it. A2."""
        return self.requester_may_approve or user != self.requester


@dataclass(frozen=True, slots=True)
class Asked:
    """An approver of a step, and what they said."""

    approver: int
    state: ApproverState = ApproverState.WAITING


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One agreement of a plan; `rule` is the key of the rule that asks for it, none where the document itself does."""

    number: int
    sequence: int
    name: str
    quorum: ApprovalQuorum
    asked: tuple[Asked, ...]
    status: ApprovalStepStatus = ApprovalStepStatus.NOT_YET_REQUESTED
    rule: int | None = None
    escalate_after_days: int | None = None

    def of(self, approver: int) -> Asked | None:
        """What the approver said; none where the step does not ask them."""
        return next((asked for asked in self.asked if asked.approver == approver), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Whose agreement a document needs, and how far that has come."""

    steps: tuple[Step, ...]
    explanation: str
    status: ApprovalPlanStatus = ApprovalPlanStatus.PENDING


@dataclass(frozen=True, slots=True)
class Unanswerable:
    """A rule that asks for an agreement which nobody may give."""

    name: str
    number: int | None


def fits(rule: Rule, subject: Subject) -> bool:
    """Whether a rule asks for an agreement to this. Amounts in `currency` of the rule; without one, in any.

    Source: A1.
    """
    return (
        rule.document is subject.document
        and rule.currency in {None, subject.currency}
        and (rule.amount_from is None or rule.amount_from <= subject.amount)
        and (rule.amount_to is None or subject.amount <= rule.amount_to)
        and rule.order_type in {None, subject.order_type}
        and rule.cost_center_id in {None, subject.cost_center_id}
        and rule.supplier_id in {None, subject.supplier_id}
    )


def fitting(rules: Iterable[Rule], subject: Subject) -> list[Rule]:
    """The rules that fit, in the order in which they are asked.

    Source: A1.
    """
    return sorted((rule for rule in rules if fits(rule, subject)), key=lambda rule: (rule.sequence, rule.number))


def planned(rules: Iterable[Rule], subject: Subject, people: People) -> Plan | list[Unanswerable]:
    """The plan for a document, nobody asked yet; or the rules that nobody could answer.

    The requester is left out of every step. A step that would ask nobody else asks the administrators; where there are
    none but the requester, nobody may give the agreement.

    Source: A1, A2.
    """
    found = fitting(rules, subject)
    drafts = [_of_document(subject)] if subject.asked else []
    drafts += [_of_rule(rule, subject) for rule in found]
    steps: list[Step] = []
    unanswerable: list[Unanswerable] = []
    numbers = {rule.key: rule.number for rule in found}
    for at, draft in enumerate(drafts, start=1):
        asked = tuple(each for each in draft.asked if people.may_be_asked(each.approver))
        if not asked:
            asked = tuple(Asked(user) for user in people.administrators if people.may_be_asked(user))
            draft = replace(draft, quorum=ApprovalQuorum.ANY)  # noqa: PLW2901 - one of several who stand in
        if not asked:
            unanswerable.append(Unanswerable(draft.name, numbers.get(draft.rule or 0)))
        steps.append(replace(draft, number=at, asked=asked))
    if unanswerable:
        return unanswerable
    return Plan(steps=tuple(steps), explanation=_explanation(steps, found))


def opened(plan: Plan) -> Plan:
    """The plan with its first approvers asked; approved where it needs nobody.

    Source: A1, A2.
    """
    return _advanced(plan)


def decided(plan: Plan, number: int, approver: int, said: ApproverState) -> Plan:
    """The plan after an approver of a step that is asked has agreed or refused.

    One refusal is enough to reject a step, and with it the plan; one agreement is enough to approve a step that asks
    ANY of its approvers.

    Source: A1, A2.
    """
    return _with_step(plan, number, lambda step: _settled(_saying(step, approver, said)))


def delegated(plan: Plan, number: int, approver: int, to: int) -> Plan:
    """The plan after an approver has handed the decision to somebody else.

    Source: A2.
    """

    def handed(step: Step) -> Step:
        step = _saying(step, approver, ApproverState.DELEGATED)
        return replace(step, asked=(*step.asked, Asked(to)))

    return _with_step(plan, number, handed)


def skipped(plan: Plan, number: int) -> Plan:
    """The plan after a step was left out: its approvers are not asked any more, and what comes after it is.

    Source: A1.
    """
    return _with_step(plan, number, lambda step: _ended(step, ApprovalStepStatus.SKIPPED))


def superseded(plan: Plan) -> Plan:
    """The plan after another took its place, or what it was about came to an end. What was decided stays readable.

    Source: A1.
    """
    steps = tuple(_ended(step, ApprovalStepStatus.NO_LONGER_REQUIRED) if is_open(step) else step for step in plan.steps)
    return replace(plan, steps=steps, status=ApprovalPlanStatus.SUPERSEDED)


def is_open(step: Step) -> bool:
    """Whether a step is still to be decided."""
    return step.status in {ApprovalStepStatus.NOT_YET_REQUESTED, ApprovalStepStatus.REQUESTED}


def escalation_date(requested_on: date, after_days: int | None) -> date | None:
    """The day from which a step counts as neglected: so many days after it was asked; none where nothing says so.

    A step asked on 10 March with 3 days escalates on 13 March. Source: A1.
    """
    return None if after_days is None else requested_on + timedelta(days=after_days)


def _of_document(subject: Subject) -> Step:
    """The step that the document itself asks for, before all rules."""
    name = "Business owner" if subject.asked == (subject.business_owner_id,) else "Asked for by the document"
    return Step(number=0, sequence=0, name=name, quorum=ApprovalQuorum.ALL, asked=_each_once(subject.asked))


def _of_rule(rule: Rule, subject: Subject) -> Step:
    owner = (subject.business_owner_id,) if rule.by_business_owner and subject.business_owner_id is not None else ()
    return Step(
        number=0,
        sequence=rule.sequence,
        name=rule.name,
        quorum=rule.quorum,
        asked=_each_once((*rule.approvers, *owner)),
        rule=rule.key,
        escalate_after_days=rule.escalate_after_days,
    )


def _each_once(users: Sequence[int]) -> tuple[Asked, ...]:
    return tuple(Asked(user) for user in dict.fromkeys(users))


def _explanation(steps: Sequence[Step], rules: Sequence[Rule]) -> str:
    if not steps:
        return NOBODY_NEEDED
    named = [f"rule {rule.number} ({rule.name})" for rule in rules]
    if len(steps) > len(rules):
        named.insert(0, steps[0].name.lower())
    return f"{len(steps)} {'step' if len(steps) == 1 else 'steps'}: {', '.join(named)}."


def _with_step(plan: Plan, number: int, change: Callable[[Step], Step]) -> Plan:
    steps = tuple(change(step) if step.number == number else step for step in plan.steps)
    return _advanced(replace(plan, steps=steps))


def _advanced(plan: Plan) -> Plan:
    """The plan with everything that follows from how its steps stand."""
    if any(step.status is ApprovalStepStatus.REJECTED for step in plan.steps):
        ended = superseded(plan)
        return replace(ended, status=ApprovalPlanStatus.REJECTED)
    waiting = [step.sequence for step in plan.steps if is_open(step)]
    if not waiting:
        return replace(plan, status=ApprovalPlanStatus.APPROVED)
    steps = tuple(_requested(step) if step.sequence == min(waiting) else step for step in plan.steps)
    return replace(plan, steps=steps, status=ApprovalPlanStatus.OPEN)


def _requested(step: Step) -> Step:
    return replace(step, status=ApprovalStepStatus.REQUESTED) if is_open(step) else step


def _saying(step: Step, approver: int, said: ApproverState) -> Step:
    asked = tuple(Asked(approver, said) if each.approver == approver else each for each in step.asked)
    return replace(step, asked=asked)


def _settled(step: Step) -> Step:
    """The step, ended where what its approvers said is enough."""
    said: Collection[ApproverState] = [each.state for each in step.asked]
    if ApproverState.REJECTED in said:
        return _ended(step, ApprovalStepStatus.REJECTED)
    any_does = step.quorum is ApprovalQuorum.ANY and ApproverState.APPROVED in said
    if any_does or ApproverState.WAITING not in said:
        return _ended(step, ApprovalStepStatus.APPROVED)
    return step


def _ended(step: Step, status: ApprovalStepStatus) -> Step:
    asked = tuple(
        replace(each, state=ApproverState.NO_LONGER_ASKED) if each.state is ApproverState.WAITING else each
        for each in step.asked
    )
    return replace(step, status=status, asked=asked)
