"""Changes to orders that are in force, and the versions that they took the place of (V1 to V4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint

from models.base import Row
from models.fields import JsonField, MoneyField, WordField
from models.organization import Organization, User
from models.purchase_order import PurchaseOrder, PurchaseOrderLine
from models.statuses.orders import RevisionLineState, RevisionStatus
from models.values import ZERO

if TYPE_CHECKING:
    from tortoise.fields.base import Field


class Revision(Row):
    """A change to an order beside the live one, until it is applied. An order has one open revision at most.

    `changes` holds the new values of header columns by their names. Unless it is to `apply_when_approved`, somebody
    applies it after its approval.
    """

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="revisions", on_delete=fields.RESTRICT
    )
    organization_id: int
    purchase_order: fields.ForeignKeyRelation[PurchaseOrder] = fields.ForeignKeyField(
        "models.PurchaseOrder", related_name="revisions", on_delete=fields.RESTRICT
    )
    purchase_order_id: int
    number = fields.IntField()
    status = WordField(RevisionStatus, default=RevisionStatus.DRAFT)
    reason = fields.TextField(null=True)
    currency = fields.CharField(max_length=3)
    changes: Field[dict[str, Any]] = JsonField(default=dict)
    base_version = fields.IntField()
    applied_version = fields.IntField(null=True)
    amount_to_approve = MoneyField(default=ZERO)
    total_before = MoneyField(default=ZERO)
    total_after = MoneyField(default=ZERO)
    started_by: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="started_revisions", on_delete=fields.RESTRICT, db_index=True
    )
    started_by_id: int
    submitted_at = fields.DatetimeField(null=True)
    decided_at = fields.DatetimeField(null=True)
    decision_reason = fields.TextField(null=True)
    apply_when_approved = fields.BooleanField(default=True)
    applied_at = fields.DatetimeField(null=True)
    edit_version = fields.IntField(default=1)
    updated_at = fields.DatetimeField()

    class Meta(Row.Meta):
        table = "revision"
        unique_together = (("purchase_order_id", "number"),)
        indexes = (("organization_id", "status"), ("organization_id", "created_at"))
        constraints = (
            UniqueConstraint(
                fields=("purchase_order_id",),
                name="one_open_revision",
                condition="status IN ('DRAFT', 'PENDING_APPROVAL', 'APPROVED')",
            ),
        )


class RevisionLine(Row):
    """What a revision changes of one line, or the line it adds: new values by the names of columns."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="revision_lines", on_delete=fields.RESTRICT, db_index=True
    )
    organization_id: int
    revision: fields.ForeignKeyRelation[Revision] = fields.ForeignKeyField(
        "models.Revision", related_name="lines", on_delete=fields.CASCADE
    )
    revision_id: int
    line: fields.ForeignKeyNullableRelation[PurchaseOrderLine] = fields.ForeignKeyField(
        "models.PurchaseOrderLine", related_name="revision_lines", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    line_id: int | None
    number = fields.IntField()
    currency = fields.CharField(max_length=3)
    state = WordField(RevisionLineState, default=RevisionLineState.PROPOSED)
    changes: Field[dict[str, Any]] = JsonField(default=dict)
    amount_before = MoneyField(default=ZERO)
    amount_after = MoneyField(default=ZERO)
    decision_reason = fields.TextField(null=True)

    class Meta(Row.Meta):
        table = "revision_line"
        unique_together = (("revision_id", "number"),)


class PurchaseOrderVersion(Row):
    """A version of an order before the current one: from when to when it was in force (V4)."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="purchase_order_versions", on_delete=fields.RESTRICT, db_index=True
    )
    organization_id: int
    purchase_order: fields.ForeignKeyRelation[PurchaseOrder] = fields.ForeignKeyField(
        "models.PurchaseOrder", related_name="versions", on_delete=fields.CASCADE
    )
    purchase_order_id: int
    revision: fields.ForeignKeyRelation[Revision] = fields.ForeignKeyField(
        "models.Revision", related_name="superseded_versions", on_delete=fields.RESTRICT, db_index=True
    )
    revision_id: int
    version = fields.IntField()
    currency = fields.CharField(max_length=3)
    total_amount = MoneyField()
    in_force_from = fields.DatetimeField(null=True)
    in_force_until = fields.DatetimeField()

    class Meta(Row.Meta):
        table = "purchase_order_version"
        unique_together = (("purchase_order_id", "version"),)
