"""What arrived: receipts, returns, milestones (section 5)."""

from __future__ import annotations

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.migrations.constraints import CheckConstraint

from models.base import Row
from models.fields import MoneyField, PercentField, QuantityField, WordField
from models.invoice import Invoice
from models.organization import Organization, User
from models.purchase_order import PurchaseOrder, PurchaseOrderLine
from models.statuses.receiving import MilestoneStatus, ReceiptKind, ReceiptStatus
from models.values import ZERO


class Milestone(Row):
    """A part of a service that is acknowledged as a whole: worth an amount, or a percentage of its line (R5)."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="milestones", on_delete=fields.RESTRICT
    )
    organization_id: int
    purchase_order: fields.ForeignKeyRelation[PurchaseOrder] = fields.ForeignKeyField(
        "models.PurchaseOrder", related_name="milestones", on_delete=fields.CASCADE, db_index=True
    )
    purchase_order_id: int
    line: fields.ForeignKeyRelation[PurchaseOrderLine] = fields.ForeignKeyField(
        "models.PurchaseOrderLine", related_name="milestones", on_delete=fields.CASCADE
    )
    line_id: int
    number = fields.IntField()
    currency = fields.CharField(max_length=3)
    description = fields.TextField(null=True)
    amount = MoneyField(null=True)
    percent = PercentField(null=True)
    due_date = fields.DateField(null=True)
    status = WordField(MilestoneStatus, default=MilestoneStatus.CONFIRMATION_REQUIRED)
    status_reason = fields.TextField(null=True)
    completed_at = fields.DatetimeField(null=True)
    copied_from: fields.ForeignKeyNullableRelation[Milestone] = fields.ForeignKeyField(
        "models.Milestone", related_name="copies", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    copied_from_id: int | None
    edit_version = fields.IntField(default=1)
    stands_since = fields.DatetimeField(db_default=Now())

    class Meta(Row.Meta):
        table = "milestone"
        unique_together = (("line_id", "number"),)
        indexes = (("organization_id", "status"), ("organization_id", "due_date"))
        constraints = (
            CheckConstraint(check="(amount IS NULL) <> (percent IS NULL)", name="milestone_worth"),
            CheckConstraint(check="amount >= 0 AND percent >= 0", name="milestone_not_negative"),
        )


class Receipt(Row):
    """A delivery, a service that was acknowledged, or a return. A canceled one counts nowhere and stays (R3, R4)."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="receipts", on_delete=fields.RESTRICT
    )
    organization_id: int
    purchase_order: fields.ForeignKeyRelation[PurchaseOrder] = fields.ForeignKeyField(
        "models.PurchaseOrder", related_name="receipts", on_delete=fields.RESTRICT, db_index=True
    )
    purchase_order_id: int
    number = fields.CharField(max_length=100)
    external_id = fields.CharField(max_length=200, null=True)
    kind = WordField(ReceiptKind, default=ReceiptKind.GOODS_RECEIPT)
    status = WordField(ReceiptStatus, default=ReceiptStatus.POSTED)
    received_on = fields.DateField()
    reference = fields.CharField(max_length=200, null=True)
    note = fields.TextField(null=True)
    reason = fields.TextField(null=True)
    posted_by: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="posted_receipts", on_delete=fields.RESTRICT, db_index=True
    )
    posted_by_id: int
    milestone: fields.ForeignKeyNullableRelation[Milestone] = fields.ForeignKeyField(
        "models.Milestone", related_name="receipts", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    milestone_id: int | None
    debit_memo: fields.ForeignKeyNullableRelation[Invoice] = fields.ForeignKeyField(
        "models.Invoice", related_name="returns", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    debit_memo_id: int | None
    corrects: fields.ForeignKeyNullableRelation[Receipt] = fields.ForeignKeyField(
        "models.Receipt", related_name="corrections", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    corrects_id: int | None
    canceled_at = fields.DatetimeField(null=True)
    cancel_reason = fields.TextField(null=True)
    edit_version = fields.IntField(default=1)
    updated_at = fields.DatetimeField()

    class Meta(Row.Meta):
        table = "receipt"
        unique_together = (("organization_id", "number"), ("organization_id", "external_id"))
        indexes = (
            ("organization_id", "received_on"),
            ("organization_id", "status"),
            ("organization_id", "created_at"),
        )


class ReceiptLine(Row):
    """What a receipt says of one order line. Of a return, `quantity` is what goes back."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="receipt_lines", on_delete=fields.RESTRICT, db_index=True
    )
    organization_id: int
    receipt: fields.ForeignKeyRelation[Receipt] = fields.ForeignKeyField(
        "models.Receipt", related_name="lines", on_delete=fields.CASCADE
    )
    receipt_id: int
    line: fields.ForeignKeyRelation[PurchaseOrderLine] = fields.ForeignKeyField(
        "models.PurchaseOrderLine", related_name="receipt_lines", on_delete=fields.RESTRICT, db_index=True
    )
    line_id: int
    number = fields.IntField()
    currency = fields.CharField(max_length=3)
    quantity = QuantityField()
    accepted_quantity = QuantityField()
    rejected_quantity = QuantityField(default=ZERO)
    amount = MoneyField(null=True)
    percent = PercentField(null=True)

    class Meta(Row.Meta):
        table = "receipt_line"
        unique_together = (("receipt_id", "number"),)
        constraints = (
            CheckConstraint(check="accepted_quantity + rejected_quantity = quantity", name="receipt_line_adds_up"),
            CheckConstraint(
                check="quantity >= 0 AND accepted_quantity >= 0 AND rejected_quantity >= 0",
                name="receipt_line_not_negative",
            ),
        )
