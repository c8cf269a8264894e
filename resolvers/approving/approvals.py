"""Approvals are asked for: plans made from the rules, and taken back.

What approvers do is in `approval_decisions`; what follows from it, in `approval_outcomes`. Whoever calls holds the
organization's gate, in a transaction.

Source: A1, A2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from models import database
from models.approval import Approval, ApprovalPlan, ApprovalStep
from models.invoice import Invoice
from models.organization import Organization, User
from models.purchase_order import PurchaseOrder
from models.statuses.orders import OrderType
from models.statuses.people import (
    ApprovalDocument,
    ApprovalPlanStatus,
    ApprovalQuorum,
    ApprovalStepStatus,
    ApproverState,
    Role,
)
from resolvers import events
from resolvers.errors import Refusals
from resolvers.errors_approvals import NobodyToApprove
from resolvers.ids import id_of
from resolvers.rules import approvals as rules
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from models.event import Event
    from models.revision import Revision
    from resolvers.operation import Call

DECIDED: Final = (ApprovalStepStatus.APPROVED, ApprovalStepStatus.REJECTED, ApprovalStepStatus.SKIPPED)
SAID: Final = (ApproverState.APPROVED, ApproverState.REJECTED, ApproverState.DELEGATED)
OVER: Final = (ApprovalPlanStatus.APPROVED, ApprovalPlanStatus.REJECTED)
_OF_ORDERS: Final = (ApprovalDocument.ORDER, ApprovalDocument.RELEASE)

_RULES: Final = f"""
SELECT r.*, ARRAY(
    SELECT u.id FROM approval_rule_approver a
    LEFT JOIN user_group_member m ON m.group_id = a.group_id AND m.organization_id = a.organization_id
    JOIN app_user u ON u.id = coalesce(a.user_id, m.user_id) AND u.organization_id = a.organization_id
    WHERE a.rule_id = r.id AND a.organization_id = r.organization_id
      AND u.roles && ARRAY['{Role.APPROVER}', '{Role.ADMIN}']
    ORDER BY u.id) AS approvers
FROM approval_rule r WHERE r.organization_id = $1 AND r.is_active AND r.document = $2"""  # noqa: S608 - our own words


@dataclass(frozen=True, slots=True)
class Requested:
    """A plan that was made, and the event that tells of it."""

    plan: ApprovalPlan
    event: Event


@dataclass(slots=True)
class Held:
    """A plan with its steps and approvals, as rows and as the rules see it."""

    row: ApprovalPlan
    steps: dict[int, ApprovalStep]
    approvals: dict[tuple[int, int], Approval]
    plan: rules.Plan


async def request(  # noqa: PLR0913 - what is to be approved, told whole
    call: Call,
    document: ApprovalDocument,
    *,
    order: PurchaseOrder | None = None,
    revision: Revision | None = None,
    invoice: Invoice | None = None,
    amount: Decimal,
    currency: str,
    asked: Sequence[int] = (),
    issue_when_approved: bool = False,
) -> Requested:
    """Ask for the agreement that a document needs. Plans that it had before are superseded.

    With the plan comes the event that tells of it. Where no rule fits, the plan is approved at once and says so: the
    caller looks at its `status` and goes on by itself, for `approval_outcomes` is told of decisions only. `asked` are
    users who are asked whatever the rules say.

    Raises:
        Refusals: steps that would ask nobody but the requester.

    Source: A1, A2.
    """
    if order is None and revision is not None:
        order = await PurchaseOrder.get(id=revision.purchase_order_id)
    subject = subject_of(document, order=order, invoice=invoice, amount=amount, currency=currency, asked=asked)
    plan = rules.opened(await planned(call, subject))
    await supersede(call, document, order=order, revision=revision, invoice=invoice)
    row = await ApprovalPlan.create(
        organization_id=call.organization_id,
        created_at=call.now,
        updated_at=call.now,
        document=document,
        purchase_order_id=None if order is None else order.id,
        revision_id=None if revision is None else revision.id,
        invoice_id=None if invoice is None else invoice.id,
        status=plan.status,
        currency=currency,
        amount=amount,
        explanation=plan.explanation,
        requester_id=call.actor.user_id,
        decided_at=call.now if plan.status in OVER else None,
        issue_when_approved=issue_when_approved,
    )
    await _create_steps(call, row, plan)
    told = events.changes_between({}, {"approvalPlan.explanation": plan.explanation, **told_plan(plan)})
    number, about = _documents(order, invoice)
    event = await events.record(call, "approval_requested", number, about=about, changes=told)
    return Requested(row, event)


async def supersede(
    call: Call,
    document: ApprovalDocument,
    *,
    order: PurchaseOrder | None = None,
    revision: Revision | None = None,
    invoice: Invoice | None = None,
) -> None:
    """End the plans that a document has: another takes their place, or the document itself has come to an end.

    An order has one plan, whether it is about all of it or about what a release takes beyond a budget. Source: A1, K2.
    """
    own: dict[str, Any] = {"document__in": _OF_ORDERS if document in _OF_ORDERS else (document,)}
    if revision is not None:
        own["revision_id"] = revision.id
    elif invoice is not None:
        own["invoice_id"] = invoice.id
    elif order is not None:
        own["purchase_order_id"] = order.id
    else:
        raise TypeError("an approval is about an order, a revision or an invoice")
    plans = visible_to(ApprovalPlan, call.actor).filter(**own).exclude(status=ApprovalPlanStatus.SUPERSEDED)
    for row in await plans.order_by("id").select_for_update():
        held = await held_plan(row)
        await write(call, held, rules.superseded(held.plan))


async def needed_rules(call: Call, order: PurchaseOrder, amount: Decimal) -> tuple[int, ...]:
    """The numbers of the rules that fit an order of such an amount; none where it needs nobody's agreement.

    Source: A1.
    """
    subject = subject_of(ApprovalDocument.ORDER, order=order, amount=amount, currency=order.currency)
    return tuple(rule.number for rule in rules.fitting(await active_rules(call, ApprovalDocument.ORDER), subject))


async def planned(call: Call, subject: rules.Subject) -> rules.Plan:
    """The plan that a document would get from this caller, nobody asked yet.

    Raises:
        Refusals: steps that would ask nobody but the requester.

    Source: A1, A2.
    """
    found = rules.planned(await active_rules(call, subject.document), subject, await _people(call))
    if isinstance(found, list):
        raise Refusals([NobodyToApprove(step=each.name, rule=each.number) for each in found])
    return found


def subject_of(  # noqa: PLR0913 - what is to be approved, told whole
    document: ApprovalDocument,
    *,
    order: PurchaseOrder | None = None,
    invoice: Invoice | None = None,
    amount: Decimal,
    currency: str,
    asked: Sequence[int] = (),
) -> rules.Subject:
    """What the rules look at."""
    supplier = None if invoice is None else invoice.supplier_id
    return rules.Subject(
        document=document,
        currency=currency,
        amount=amount,
        order_type=None if order is None else order.order_type,
        cost_center_id=None if order is None else order.cost_center_id,
        supplier_id=supplier if order is None else order.supplier_id,
        business_owner_id=None if order is None else order.business_owner_id,
        asked=tuple(asked),
    )


async def active_rules(call: Call, document: ApprovalDocument) -> list[rules.Rule]:
    """The organization's rules for a kind of document; of those they name, the users who may decide now."""
    return [_rule(row) for row in await database.rows(_RULES, call.organization_id, str(document))]


async def held_plan(row: ApprovalPlan) -> Held:
    """A plan that this transaction holds, with its steps and approvals."""
    steps = await ApprovalStep.filter(plan_id=row.id).order_by("number").select_for_update()
    approvals = await Approval.filter(step_id__in=[step.id for step in steps]).order_by("id").select_for_update()
    by_step: dict[int, list[Approval]] = {}
    for approval in approvals:
        by_step.setdefault(approval.step_id, []).append(approval)
    plan = rules.Plan(
        steps=tuple(_step(step, by_step.get(step.id, [])) for step in steps),
        explanation=row.explanation,
        status=row.status,
    )
    numbers = {step.id: step.number for step in steps}
    keyed = {(numbers[approval.step_id], approval.approver_id): approval for approval in approvals}
    return Held(row, {step.number: step for step in steps}, keyed, plan)


async def write(call: Call, held: Held, after: rules.Plan, *, delegated_by: int | None = None) -> None:
    """Write down what differs of a plan, and when it happened."""
    before = {step.number: step for step in held.plan.steps}
    for step in after.steps:
        if step != before[step.number]:
            await _write_step(call, held, before[step.number], step, delegated_by)
    row = held.row
    row.status = after.status
    row.decided_at = call.now if after.status in OVER and row.decided_at is None else row.decided_at
    row.edit_version += 1
    row.updated_at = call.now
    await row.save(update_fields=["status", "decided_at", "edit_version", "updated_at"])
    held.plan = after


def told_plan(plan: rules.Plan) -> dict[str, Any]:
    """A plan as the history tells it: `approvalPlan.steps.1.status`, and what each of its approvers said."""
    told: dict[str, Any] = {"approvalPlan.status": plan.status}
    for step in plan.steps:
        path = f"approvalPlan.steps.{step.number}"
        told[f"{path}.status"] = step.status
        told |= {f"{path}.{id_of(User, asked.approver)}": asked.state for asked in step.asked}
    return told


async def documents_of(row: ApprovalPlan) -> tuple[str, list[PurchaseOrder | Invoice]]:
    """The number by which the history names what a plan is about, and what that is."""
    order = None if row.purchase_order_id is None else await PurchaseOrder.get(id=row.purchase_order_id)
    invoice = None if row.invoice_id is None else await Invoice.get(id=row.invoice_id)
    return _documents(order, invoice)


def _documents(order: PurchaseOrder | None, invoice: Invoice | None) -> tuple[str, list[PurchaseOrder | Invoice]]:
    about = [document for document in (order, invoice) if document is not None]
    number = invoice.supplier_invoice_number if invoice is not None else order.number if order is not None else ""
    return number, about


async def _people(call: Call) -> rules.People:
    organization = await visible_to(Organization, call.actor).get()
    users = await visible_to(User, call.actor).filter(roles__contains=[str(Role.ADMIN)]).order_by("id")
    return rules.People(
        requester=call.actor.user_id,
        requester_may_approve=organization.requester_may_approve,
        administrators=tuple(user.id for user in users),
    )


async def _create_steps(call: Call, row: ApprovalPlan, plan: rules.Plan) -> None:
    for step in plan.steps:
        asked_now = step.status is ApprovalStepStatus.REQUESTED
        made = await ApprovalStep.create(
            organization_id=call.organization_id,
            created_at=call.now,
            plan_id=row.id,
            number=step.number,
            sequence=step.sequence,
            name=step.name,
            quorum=step.quorum,
            status=step.status,
            rule_id=step.rule,
            escalate_after_days=step.escalate_after_days,
            requested_at=call.now if asked_now else None,
            escalates_on=rules.escalation_date(call.today, step.escalate_after_days) if asked_now else None,
        )
        await Approval.bulk_create(_approvals(call, made, step.asked))


def _approvals(
    call: Call, step: ApprovalStep, asked: Iterable[rules.Asked], delegated_by: int | None = None
) -> list[Approval]:
    return [
        Approval(
            organization_id=call.organization_id,
            created_at=call.now,
            step_id=step.id,
            approver_id=each.approver,
            state=each.state,
            delegated_by_id=delegated_by,
        )
        for each in asked
    ]


async def _write_step(call: Call, held: Held, before: rules.Step, after: rules.Step, delegated_by: int | None) -> None:
    row = held.steps[after.number]
    if after.status is not before.status:
        row.status = after.status
        if after.status is ApprovalStepStatus.REQUESTED:
            row.requested_at = call.now
            row.escalates_on = rules.escalation_date(call.today, row.escalate_after_days)
        elif after.status in DECIDED:
            row.decided_at = call.now
        await row.save(update_fields=["status", "requested_at", "escalates_on", "decided_at"])
    known = {asked.approver: asked for asked in before.asked}
    for asked in after.asked:
        if asked.approver in known and asked != known[asked.approver]:
            approval = held.approvals[after.number, asked.approver]
            approval.state = asked.state
            approval.decided_at = call.now if asked.state in SAID else None
            await approval.save(update_fields=["state", "decided_at"])
    new = [asked for asked in after.asked if asked.approver not in known]
    await Approval.bulk_create(_approvals(call, row, new, delegated_by))


def _rule(row: Mapping[str, Any]) -> rules.Rule:
    return rules.Rule(
        key=row["id"],
        number=row["number"],
        name=row["name"],
        document=ApprovalDocument[row["document"]],
        currency=row["currency"],
        amount_from=row["amount_from"],
        amount_to=row["amount_to"],
        order_type=None if row["order_type"] is None else OrderType[row["order_type"]],
        cost_center_id=row["cost_center_id"],
        supplier_id=row["supplier_id"],
        sequence=row["sequence"],
        quorum=ApprovalQuorum[row["quorum"]],
        by_business_owner=row["by_business_owner"],
        escalate_after_days=row["escalate_after_days"],
        approvers=tuple(row["approvers"]),
    )


def _step(row: ApprovalStep, approvals: Iterable[Approval]) -> rules.Step:
    return rules.Step(
        number=row.number,
        sequence=row.sequence,
        name=row.name,
        quorum=row.quorum,
        asked=tuple(rules.Asked(approval.approver_id, approval.state) for approval in approvals),
        status=row.status,
        rule=row.rule_id,
        escalate_after_days=row.escalate_after_days,
    )
