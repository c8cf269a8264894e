"""Approval rules, plans, steps and what approvers said, as clients see them."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from graph.errors import UserError
from graph.fields import column, connected, identifier, money, one, read
from graph.scalars import CurrencyCode
from graph.types.common import EDIT_VERSION, Connection, Money, Node
from graph.types.organization import CostCenter, User, UserGroup
from graph.types.supplier import Supplier
from models import approval as rows
from models.statuses.orders import OrderType
from models.statuses.people import (
    ApprovalDocument,
    ApprovalPlanStatus,
    ApprovalQuorum,
    ApprovalStepStatus,
    ApproverState,
)
from resolvers import lists
from resolvers.reading import expressions

if TYPE_CHECKING:
    from graph.types.invoice import Invoice
    from graph.types.purchase_order import PurchaseOrder
    from graph.types.revision import Revision


@strawberry.type(description="Which documents need whose agreement. Each rule that fits makes a step of the plan.")
class ApprovalRule(Node):
    id: strawberry.ID = identifier(rows.ApprovalRule)
    number: int = column("The number, unique in the organization.")
    name: str = column("The name; its steps have it, too.")
    document: ApprovalDocument = column("What it is about.")
    currency: CurrencyCode | None = column("The currency of its amounts, and of what it fits; null means any.")
    amount_from: Decimal | None = column("The smallest amount that it fits; null means any.")
    amount_to: Decimal | None = column("The largest amount that it fits; null means any.")
    order_type: OrderType | None = column("The type of orders that it fits; null means any.")
    cost_center: CostCenter | None = one("The cost center whose orders it fits; null means any.", "cost_center")
    supplier: Supplier | None = one("The supplier whose documents it fits; null means any.", "supplier")
    sequence: int = column("When its step is asked: those of one sequence together, the smallest first.")
    quorum: ApprovalQuorum = column("How many of its approvers decide.")
    by_business_owner: bool = column("Whether it asks the business owner of the order, too.")
    approvers = connected("The users whom it asks.", "approvers", lists.NAMED, of=Connection[User], through="user")
    groups = connected(
        "The groups whose members it asks, as far as they may approve.",
        "approvers",
        lists.NAMED,
        of=Connection[UserGroup],
        through="group",
    )
    escalate_after_days: int | None = column("After how many days its step counts as neglected; null means never.")
    is_active: bool = column("Whether it is in force.")
    edit_version: int = column(EDIT_VERSION)


@strawberry.type(description="Whose agreement a document needs, and how far that has come.")
class ApprovalPlan(Node):
    id: strawberry.ID = identifier(rows.ApprovalPlan)
    document: ApprovalDocument = column("What it is about.")
    purchase_order: Annotated["PurchaseOrder", strawberry.lazy("graph.types.purchase_order")] | None = one(
        "The order it is about; null where it is about an invoice only.", "purchase_order"
    )
    revision: Annotated["Revision", strawberry.lazy("graph.types.revision")] | None = one(
        "The revision of the order that it is about; null where it is about none.", "revision"
    )
    invoice: Annotated["Invoice", strawberry.lazy("graph.types.invoice")] | None = one(
        "The invoice it is about; null where it is about none.", "invoice"
    )
    status: ApprovalPlanStatus = column("How far it has come.")
    amount: Money = money("What is to be approved.", "amount")
    explanation: str = column("Which rules it was made of; or that none fits.")
    requester: User = one("Who asked for it.", "requester")
    issue_when_approved: bool = column("Whether the order is issued as soon as it is approved.")
    steps = connected(
        "Its steps, by number.",
        "steps",
        lists.APPROVAL_STEPS,
        of=Connection[Annotated["ApprovalStep", strawberry.lazy("graph.types.approval")]],
    )
    created_at: datetime = column("When it was made.")
    decided_at: datetime | None = column("When it was approved or rejected; null while it is not.")
    updated_at: datetime = column("When it was last changed.")
    edit_version: int = column(EDIT_VERSION)


@strawberry.type(description="One agreement of a plan.")
class ApprovalStep(Node):
    id: strawberry.ID = identifier(rows.ApprovalStep)
    plan: ApprovalPlan = one("Its plan.", "plan")
    number: int = column("The number, unique in the plan.")
    sequence: int = column("When it is asked: those of one sequence together, the smallest first.")
    name: str = column("The name.")
    quorum: ApprovalQuorum = column("How many of its approvers decide.")
    status: ApprovalStepStatus = column("How far it has come.")
    rule: ApprovalRule | None = one("The rule it was made of; null where the document itself asks for it.", "rule")
    requested_at: datetime | None = column("When its approvers were asked; null while they are not.")
    escalates_on: date | None = column("The day from which it counts as neglected; null means never.")
    escalated: bool = read("Whether it is asked and neglected today (UTC).", expressions.ESCALATED)
    decided_at: datetime | None = column("When it was approved, rejected or skipped; null while it is not.")
    reason: str | None = column("Why it was skipped.")
    approvals = connected(
        "What its approvers said, or are asked to say.",
        "approvals",
        lists.STEP_APPROVALS,
        of=Connection[Annotated["Approval", strawberry.lazy("graph.types.approval")]],
    )


@strawberry.type(description="What one approver of a step has said, or is asked to say.")
class Approval(Node):
    id: strawberry.ID = identifier(rows.Approval)
    step: ApprovalStep = one("The step.", "step")
    approver: User = one("Who is asked.", "approver")
    state: ApproverState = column("What the approver has said.")
    reason: str | None = column("Why.")
    decided_at: datetime | None = column("When it was said; null while it is not.")
    delegated_by: User | None = one("Who handed the decision over; null where nobody did.", "delegated_by")
    created_at: datetime = column("When the approver was named.")


@strawberry.type(description="A step that a plan would have.")
class ApprovalStepPreview:
    number: int = strawberry.field(description="The number.")
    sequence: int = strawberry.field(description="When it would be asked: those of one sequence together.")
    name: str = strawberry.field(description="The name.")
    quorum: ApprovalQuorum = strawberry.field(description="How many of its approvers would decide.")
    rule: ApprovalRule | None = strawberry.field(
        description="The rule it would be made of; null where the document itself asks for it."
    )
    approvers: list[User] = strawberry.field(description="Who would be asked.")
    escalate_after_days: int | None = strawberry.field(
        description="After how many days it would count as neglected; null means never."
    )


@strawberry.type(description="The plan that an order would get if the caller submitted it now.")
class ApprovalPlanPreview:
    status: ApprovalPlanStatus = strawberry.field(
        description="OPEN where somebody would be asked, APPROVED where nobody has to agree."
    )
    amount: Money = strawberry.field(description="What would have to be approved.")
    explanation: str = strawberry.field(description="Which rules it would be made of; or that none fits.")
    steps: list[ApprovalStepPreview] = strawberry.field(description="Its steps, by number.")
    reasons: list[UserError] = strawberry.field(
        description="Why submitting would be refused, as the mutation would answer; empty where it would be done."
    )
