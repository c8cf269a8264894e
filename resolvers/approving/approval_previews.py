"""The approval that an order would need, before it is asked for.

Source: A1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from models.approval import ApprovalRule
from models.organization import User
from models.purchase_order import PurchaseOrder
from models.statuses.orders import PurchaseOrderAction
from models.statuses.people import ApprovalPlanStatus
from resolvers.approving import approvals
from resolvers.errors import Refusal, Refusals
from resolvers.ids import key_of
from resolvers.orders import budgets
from resolvers.orders.facts_orders import standing_of
from resolvers.reading.reader import Several
from resolvers.rules.approvals import opened
from resolvers.rules.transitions import reasons_against
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from decimal import Decimal

    from resolvers.operation import Call
    from resolvers.rules import approvals as rules


@dataclass(slots=True, kw_only=True)
class Preview:
    """A plan that would be made; its steps by the names of their fields. `reasons` say why it would not be."""

    amount: Decimal
    currency: str
    status: ApprovalPlanStatus = ApprovalPlanStatus.PENDING
    explanation: str = ""
    steps: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    reasons: list[Refusal] = field(default_factory=list[Refusal])


async def preview(call: Call, order_id: str) -> Preview | None:
    """The plan that an order would get if the caller submitted it now; none where there is no such order.

    Source: A1, A2.
    """
    order = await visible_to(PurchaseOrder, call.actor).get_or_none(id=key_of(PurchaseOrder, order_id))
    if order is None:
        return None
    subject = await budgets.to_be_agreed(order)
    found = Preview(amount=subject.amount, currency=order.currency)
    standing = await standing_of(order, call)
    found.reasons += reasons_against(PurchaseOrderAction.SUBMIT, standing, call.actor.roles)
    try:
        plan = opened(await approvals.planned(call, subject))
    except Refusals as several:
        found.reasons += several.refusals
        return found
    found.status, found.explanation, found.steps = plan.status, plan.explanation, _steps(call, plan)
    return found


def _steps(call: Call, plan: rules.Plan) -> list[dict[str, Any]]:
    """The steps; all rules that they name are read together, and so are all users."""
    named = [step.rule for step in plan.steps if step.rule is not None]
    asked = {each.approver for step in plan.steps for each in step.asked}
    rules_named = Several(visible_to(ApprovalRule, call.actor).filter(id__in=named))
    users = Several(visible_to(User, call.actor).filter(id__in=sorted(asked)))
    return [
        {
            "number": step.number,
            "sequence": step.sequence,
            "name": step.name,
            "quorum": step.quorum,
            "rule": None if step.rule is None else rules_named.row(step.rule),
            "approvers": [users.row(each.approver) for each in step.asked],
            "escalate_after_days": step.escalate_after_days,
        }
        for step in plan.steps
    ]
