"""Who has to agree: rules, and the plans that are made from them (A1, A2)."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Row
from models.fields import MoneyField, WordField
from models.invoice import Invoice
from models.organization import CostCenter, Organization, User, UserGroup
from models.purchase_order import PurchaseOrder
from models.revision import Revision
from models.statuses.orders import OrderType
from models.statuses.people import (
    ApprovalDocument,
    ApprovalPlanStatus,
    ApprovalQuorum,
    ApprovalStepStatus,
    ApproverState,
)
from models.supplier import Supplier


class ApprovalRule(Row):
    """Which documents need whose agreement. Where it fits, it makes one step; steps of one sequence run in parallel.

    Amounts are in `currency`; a rule without one fits amounts of every currency.
    """

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="approval_rules", on_delete=fields.RESTRICT
    )
    organization_id: int
    number = fields.IntField()
    name = fields.CharField(max_length=200)
    document = WordField(ApprovalDocument)
    currency = fields.CharField(max_length=3, null=True)
    amount_from = MoneyField(null=True)
    amount_to = MoneyField(null=True)
    order_type = WordField(OrderType, null=True)
    cost_center: fields.ForeignKeyNullableRelation[CostCenter] = fields.ForeignKeyField(
        "models.CostCenter", related_name="approval_rules", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    cost_center_id: int | None
    supplier: fields.ForeignKeyNullableRelation[Supplier] = fields.ForeignKeyField(
        "models.Supplier", related_name="approval_rules", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    supplier_id: int | None
    sequence = fields.IntField(default=1)
    quorum = WordField(ApprovalQuorum, default=ApprovalQuorum.ANY)
    by_business_owner = fields.BooleanField(default=False)
    escalate_after_days = fields.IntField(null=True)
    is_active = fields.BooleanField(default=True)
    edit_version = fields.IntField(default=1)

    class Meta(Row.Meta):
        table = "approval_rule"
        unique_together = (("organization_id", "number"),)
        constraints = (CheckConstraint(check="amount_to >= amount_from", name="approval_rule_amounts"),)


class ApprovalRuleApprover(Row):
    """Somebody whom a rule asks: a user, or everybody of a group."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="approval_rule_approvers", on_delete=fields.RESTRICT, db_index=True
    )
    organization_id: int
    rule: fields.ForeignKeyRelation[ApprovalRule] = fields.ForeignKeyField(
        "models.ApprovalRule", related_name="approvers", on_delete=fields.CASCADE, db_index=True
    )
    rule_id: int
    user: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="approval_rules", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    user_id: int | None
    group: fields.ForeignKeyNullableRelation[UserGroup] = fields.ForeignKeyField(
        "models.UserGroup", related_name="approval_rules", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    group_id: int | None

    class Meta(Row.Meta):
        table = "approval_rule_approver"
        constraints = (CheckConstraint(check="num_nonnulls(user_id, group_id) = 1", name="approval_rule_approver_one"),)


class ApprovalPlan(Row):
    """Whose agreement a document needs, and how far that has come. An order or invoice has one that is not superseded.

    `amount` is what is to be approved, in `currency`. With `issue_when_approved` the order is issued once all agree.
    """

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="approval_plans", on_delete=fields.RESTRICT
    )
    organization_id: int
    document = WordField(ApprovalDocument)
    purchase_order: fields.ForeignKeyNullableRelation[PurchaseOrder] = fields.ForeignKeyField(
        "models.PurchaseOrder", related_name="approval_plans", on_delete=fields.CASCADE, null=True, db_index=True
    )
    purchase_order_id: int | None
    revision: fields.ForeignKeyNullableRelation[Revision] = fields.ForeignKeyField(
        "models.Revision", related_name="approval_plans", on_delete=fields.CASCADE, null=True, db_index=True
    )
    revision_id: int | None
    invoice: fields.ForeignKeyNullableRelation[Invoice] = fields.ForeignKeyField(
        "models.Invoice", related_name="approval_plans", on_delete=fields.CASCADE, null=True, db_index=True
    )
    invoice_id: int | None
    status = WordField(ApprovalPlanStatus, default=ApprovalPlanStatus.PENDING)
    currency = fields.CharField(max_length=3)
    amount = MoneyField()
    explanation = fields.TextField()
    requester: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="requested_approvals", on_delete=fields.RESTRICT, db_index=True
    )
    requester_id: int
    decided_at = fields.DatetimeField(null=True)
    issue_when_approved = fields.BooleanField(default=False)
    edit_version = fields.IntField(default=1)
    updated_at = fields.DatetimeField()

    class Meta(Row.Meta):
        table = "approval_plan"
        indexes = (("organization_id", "status"), ("organization_id", "created_at"))
        constraints = (
            CheckConstraint(
                check="purchase_order_id IS NOT NULL OR invoice_id IS NOT NULL", name="approval_plan_about_something"
            ),
        )


class ApprovalStep(Row):
    """One agreement of a plan. Steps are asked in the order of their sequence, those with the same one together."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="approval_steps", on_delete=fields.RESTRICT, db_index=True
    )
    organization_id: int
    plan: fields.ForeignKeyRelation[ApprovalPlan] = fields.ForeignKeyField(
        "models.ApprovalPlan", related_name="steps", on_delete=fields.CASCADE
    )
    plan_id: int
    number = fields.IntField()
    sequence = fields.IntField()
    name = fields.CharField(max_length=200)
    quorum = WordField(ApprovalQuorum, default=ApprovalQuorum.ANY)
    status = WordField(ApprovalStepStatus, default=ApprovalStepStatus.NOT_YET_REQUESTED)
    rule: fields.ForeignKeyNullableRelation[ApprovalRule] = fields.ForeignKeyField(
        "models.ApprovalRule", related_name="steps", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    rule_id: int | None
    escalate_after_days = fields.IntField(null=True)
    requested_at = fields.DatetimeField(null=True)
    escalates_on = fields.DateField(null=True)
    decided_at = fields.DatetimeField(null=True)
    reason = fields.TextField(null=True)

    class Meta(Row.Meta):
        table = "approval_step"
        unique_together = (("plan_id", "number"),)


class Approval(Row):
    """What one approver of a step has said, or is asked to say."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="approvals", on_delete=fields.RESTRICT
    )
    organization_id: int
    step: fields.ForeignKeyRelation[ApprovalStep] = fields.ForeignKeyField(
        "models.ApprovalStep", related_name="approvals", on_delete=fields.CASCADE
    )
    step_id: int
    approver: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="approvals", on_delete=fields.RESTRICT, db_index=True
    )
    approver_id: int
    state = WordField(ApproverState, default=ApproverState.WAITING)
    reason = fields.TextField(null=True)
    decided_at = fields.DatetimeField(null=True)
    delegated_by: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="delegated_approvals", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    delegated_by_id: int | None

    class Meta(Row.Meta):
        table = "approval"
        indexes = (("organization_id", "state"), ("organization_id", "created_at"))
        constraints = (UniqueConstraint(fields=("step_id", "approver_id"), name="one_approval_each"),)
