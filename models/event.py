"""Append-only history: who did what to which document, when, from what, to what, and why (V7)."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from models.base import Row
from models.invoice import Invoice
from models.organization import Organization, User
from models.purchase_order import PurchaseOrder
from models.requisition import PurchaseRequisition
from models.supplier import Supplier


class Event(Row):
    """One thing that happened, written in the transaction of its cause. The database refuses to change or delete it.

    It keeps the keys of what it is about without constraints, because that may be deleted; `subject` names it.
    `changes` is a JSON list of `{"field", "from", "to"}` with values as text.
    """

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="events", on_delete=fields.RESTRICT
    )
    organization_id: int
    kind = fields.CharField(max_length=60)
    subject = fields.CharField(max_length=100)
    purchase_order: fields.ForeignKeyNullableRelation[PurchaseOrder] = fields.ForeignKeyField(
        "models.PurchaseOrder",
        related_name="events",
        on_delete=fields.NO_ACTION,
        db_constraint=False,
        null=True,
        db_index=True,
    )
    purchase_order_id: int | None
    invoice: fields.ForeignKeyNullableRelation[Invoice] = fields.ForeignKeyField(
        "models.Invoice",
        related_name="events",
        on_delete=fields.NO_ACTION,
        db_constraint=False,
        null=True,
        db_index=True,
    )
    invoice_id: int | None
    supplier: fields.ForeignKeyNullableRelation[Supplier] = fields.ForeignKeyField(
        "models.Supplier",
        related_name="events",
        on_delete=fields.NO_ACTION,
        db_constraint=False,
        null=True,
        db_index=True,
    )
    supplier_id: int | None
    requisition: fields.ForeignKeyNullableRelation[PurchaseRequisition] = fields.ForeignKeyField(
        "models.PurchaseRequisition",
        related_name="events",
        on_delete=fields.NO_ACTION,
        db_constraint=False,
        null=True,
        db_index=True,
    )
    requisition_id: int | None
    actor: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="events", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    actor_id: int | None
    reason = fields.TextField(null=True)
    changes: list[dict[str, Any]] = fields.JSONField(default=list)  # pyright: ignore[reportAssignmentType]
    request_id = fields.CharField(max_length=128, null=True)

    class Meta(Row.Meta):
        table = "event"
        indexes = (("organization_id", "created_at"), ("organization_id", "kind"))
