"""Approval rules and plans as tests make them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from models.approval import Approval, ApprovalPlan, ApprovalRule, ApprovalStep
from models.organization import User
from models.purchase_order import PurchaseOrder
from models.statuses.people import ApprovalDecision, ApprovalDocument, Role
from resolvers.approving import approval_decisions, approval_rules
from resolvers.ids import id_of
from resolvers.operation import Meant
from tests.factories import actor_of, make_user

if TYPE_CHECKING:
    from models.organization import Organization
    from resolvers.operation import Call, Written


async def approver_of(organization: Organization, name: str = "Ann") -> User:
    """A user who may approve."""
    return await make_user(organization, Role.APPROVER, name=name)


async def make_rule(call: Call, *approvers: User, **given: Any) -> ApprovalRule:
    """A rule that asks these about orders of 1,000 and more."""
    written = await approval_rules.create(
        call,
        {
            "name": "Large orders",
            "document": ApprovalDocument.ORDER,
            "amount_from": Decimal(1000),
            "approver_ids": [id_of(User, user.id) for user in approvers],
            **given,
        },
    )
    return await ApprovalRule.get(id=written.key)


def by(call: Call, user: User) -> Call:
    """The same moment, another caller."""
    return replace(call, actor=actor_of(user))


async def plan_of(order: PurchaseOrder) -> ApprovalPlan:
    """The latest plan of the order."""
    found = await ApprovalPlan.filter(purchase_order_id=order.id).order_by("-id").first()
    assert found is not None
    return found


async def step_of(order: PurchaseOrder, number: int = 1, **more: Any) -> Meant:
    """A step of the latest plan of the order is meant."""
    step = await ApprovalStep.get(plan_id=(await plan_of(order)).id, number=number)
    return Meant(id=id_of(ApprovalStep, step.id), **more)


async def agree(call: Call, user: User, order: PurchaseOrder, number: int = 1) -> Written:
    return await approval_decisions.decide(by(call, user), await step_of(order, number), ApprovalDecision.APPROVE)


async def refuse(call: Call, user: User, order: PurchaseOrder, number: int = 1, reason: str = "Too much") -> Written:
    meant = await step_of(order, number, reason=reason)
    return await approval_decisions.decide(by(call, user), meant, ApprovalDecision.REJECT)


async def standing(order: PurchaseOrder) -> tuple[str, str, list[str]]:
    """How the order, its latest plan, and the steps of that stand."""
    plan = await plan_of(order)
    steps = await ApprovalStep.filter(plan_id=plan.id).order_by("number")
    now = await PurchaseOrder.get(id=order.id)
    return str(now.status), str(plan.status), [str(step.status) for step in steps]


async def said(order: PurchaseOrder) -> dict[str, str]:
    """What everybody said who was asked about the order, by name."""
    plan = await plan_of(order)
    found = await Approval.filter(step__plan_id=plan.id).prefetch_related("approver").order_by("id")
    return {approval.approver.name: str(approval.state) for approval in found}
