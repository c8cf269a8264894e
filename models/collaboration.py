"""What people do around orders: tasks, comments, attachments; and who may draw on blanket orders."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import Row
from models.fields import WordField
from models.invoice import Invoice
from models.organization import CostCenter, Organization, User, UserGroup
from models.purchase_order import PurchaseOrder
from models.requisition import PurchaseRequisition
from models.statuses.orders import TaskState


class PurchasingTask(Row):
    """Something that somebody has to do about an order (section 10)."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="purchasing_tasks", on_delete=fields.RESTRICT
    )
    organization_id: int
    purchase_order: fields.ForeignKeyRelation[PurchaseOrder] = fields.ForeignKeyField(
        "models.PurchaseOrder", related_name="tasks", on_delete=fields.CASCADE, db_index=True
    )
    purchase_order_id: int
    title = fields.CharField(max_length=200)
    description = fields.TextField(null=True)
    state = WordField(TaskState, default=TaskState.OPEN)
    assignee: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="tasks", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    assignee_id: int | None
    created_by: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="created_tasks", on_delete=fields.RESTRICT, db_index=True
    )
    created_by_id: int
    due_date = fields.DateField(null=True)
    closed_at = fields.DatetimeField(null=True)
    edit_version = fields.IntField(default=1)
    updated_at = fields.DatetimeField()

    class Meta(Row.Meta):
        table = "purchasing_task"
        indexes = (
            ("organization_id", "state"),
            ("organization_id", "due_date"),
            ("organization_id", "created_at"),
        )


class Comment(Row):
    """What somebody wrote about an order or an invoice."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="comments", on_delete=fields.RESTRICT, db_index=True
    )
    organization_id: int
    purchase_order: fields.ForeignKeyNullableRelation[PurchaseOrder] = fields.ForeignKeyField(
        "models.PurchaseOrder", related_name="comments", on_delete=fields.CASCADE, null=True, db_index=True
    )
    purchase_order_id: int | None
    invoice: fields.ForeignKeyNullableRelation[Invoice] = fields.ForeignKeyField(
        "models.Invoice", related_name="comments", on_delete=fields.CASCADE, null=True, db_index=True
    )
    invoice_id: int | None
    author: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="comments", on_delete=fields.RESTRICT, db_index=True
    )
    author_id: int
    text = fields.TextField()

    class Meta(Row.Meta):
        table = "comment"
        constraints = (
            CheckConstraint(check="(purchase_order_id IS NULL) <> (invoice_id IS NULL)", name="comment_about_one"),
        )


class Attachment(Row):
    """What is known of a file that belongs to an order or an invoice; the file itself is elsewhere."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="attachments", on_delete=fields.RESTRICT, db_index=True
    )
    organization_id: int
    purchase_order: fields.ForeignKeyNullableRelation[PurchaseOrder] = fields.ForeignKeyField(
        "models.PurchaseOrder", related_name="attachments", on_delete=fields.CASCADE, null=True, db_index=True
    )
    purchase_order_id: int | None
    invoice: fields.ForeignKeyNullableRelation[Invoice] = fields.ForeignKeyField(
        "models.Invoice", related_name="attachments", on_delete=fields.CASCADE, null=True, db_index=True
    )
    invoice_id: int | None
    added_by: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="attachments", on_delete=fields.RESTRICT, db_index=True
    )
    added_by_id: int
    name = fields.CharField(max_length=255)
    media_type = fields.CharField(max_length=127)
    size = fields.BigIntField()
    sha256 = fields.CharField(max_length=64)
    url = fields.CharField(max_length=2000)

    class Meta(Row.Meta):
        table = "attachment"
        constraints = (
            CheckConstraint(check="(purchase_order_id IS NULL) <> (invoice_id IS NULL)", name="attachment_about_one"),
            CheckConstraint(check="size >= 0", name="attachment_size"),
        )


class PurchasingPermission(Row):
    """Who may draw releases on a blanket order: a user, a group, or everybody of a cost center (K1).

    A requisition has them before the order that is made from it (O10).
    """

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="purchasing_permissions", on_delete=fields.RESTRICT, db_index=True
    )
    organization_id: int
    purchase_order: fields.ForeignKeyNullableRelation[PurchaseOrder] = fields.ForeignKeyField(
        "models.PurchaseOrder",
        related_name="purchasing_permissions",
        on_delete=fields.CASCADE,
        null=True,
        db_index=True,
    )
    purchase_order_id: int | None
    requisition: fields.ForeignKeyNullableRelation[PurchaseRequisition] = fields.ForeignKeyField(
        "models.PurchaseRequisition",
        related_name="purchasing_permissions",
        on_delete=fields.CASCADE,
        null=True,
        db_index=True,
    )
    requisition_id: int | None
    user: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="purchasing_permissions", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    user_id: int | None
    group: fields.ForeignKeyNullableRelation[UserGroup] = fields.ForeignKeyField(
        "models.UserGroup", related_name="purchasing_permissions", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    group_id: int | None
    cost_center: fields.ForeignKeyNullableRelation[CostCenter] = fields.ForeignKeyField(
        "models.CostCenter", related_name="purchasing_permissions", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    cost_center_id: int | None

    class Meta(Row.Meta):
        table = "purchasing_permission"
        constraints = (
            CheckConstraint(
                check="(purchase_order_id IS NULL) <> (requisition_id IS NULL)", name="purchasing_permission_on_one"
            ),
            CheckConstraint(
                check="num_nonnulls(user_id, group_id, cost_center_id) = 1", name="purchasing_permission_one"
            ),
        )
