"""Append-only history: who did what to which document, when, from what, to what, and why (V7)."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from models.base import Row
from models.organization import Organization, User


class Event(Row):
    """One thing that happened, written in the transaction of its cause. The database refuses to change or delete it.

    `changes` is a JSON list of `{"field", "from", "to"}` with values as text.
    """

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="events", on_delete=fields.RESTRICT, db_index=True
    )
    organization_id: int
    kind = fields.CharField(max_length=60)
    subject = fields.CharField(max_length=100)
    purchase_order_id = fields.BigIntField(null=True, db_index=True)
    invoice_id = fields.BigIntField(null=True, db_index=True)
    supplier_id = fields.BigIntField(null=True, db_index=True)
    actor: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="events", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    actor_id: int | None
    reason = fields.TextField(null=True)
    changes: list[dict[str, Any]] = fields.JSONField(default=list)  # pyright: ignore[reportAssignmentType]
    request_id = fields.CharField(max_length=128, null=True)

    class Meta(Row.Meta):
        table = "event"
