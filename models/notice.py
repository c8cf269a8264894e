"""The outbox of mails: what people are told, to whom, and what became of it (B3, B4, B5, B7)."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from models.base import Row
from models.fields import WordField
from models.organization import Organization
from models.purchase_order import Contact, PurchaseOrder
from models.statuses.people import NoticeKind, NoticeState


class Notice(Row):
    """One mail to one recipient, written in the transaction of its cause and sent after it (B7).

    `cause` holds the figures as they were then, so that the mail says what happened and not what is. `key` says what
    the notice is for: the same thing is told to the same recipient once; one that was overtaken gives its key free.
    Until it is over, `next_attempt_at` says when it is due; while a dispatcher has it, when another may take it over.
    The `message_id` is the mail's name on every attempt.
    """

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="notices", on_delete=fields.RESTRICT
    )
    organization_id: int
    kind = WordField(NoticeKind)
    state = WordField(NoticeState, default=NoticeState.PENDING)
    purchase_order: fields.ForeignKeyNullableRelation[PurchaseOrder] = fields.ForeignKeyField(
        "models.PurchaseOrder", related_name="notices", on_delete=fields.SET_NULL, null=True, db_index=True
    )
    purchase_order_id: int | None
    contact: fields.ForeignKeyNullableRelation[Contact] = fields.ForeignKeyField(
        "models.Contact", related_name="notices", on_delete=fields.SET_NULL, null=True, db_index=True
    )
    contact_id: int | None
    recipient_name = fields.CharField(max_length=200, null=True)
    recipient_email = fields.CharField(max_length=254)
    cause: dict[str, Any] = fields.JSONField()  # pyright: ignore[reportAssignmentType]
    key = fields.CharField(max_length=500, null=True)
    message_id = fields.CharField(max_length=120, unique=True)
    resend_of: fields.ForeignKeyNullableRelation[Notice] = fields.ForeignKeyField(
        "models.Notice", related_name="resends", on_delete=fields.SET_NULL, null=True, db_index=True
    )
    resend_of_id: int | None
    attempts = fields.IntField(default=0)
    next_attempt_at = fields.DatetimeField()
    claim = fields.CharField(max_length=32, null=True)
    last_error = fields.TextField(null=True)
    sent_at = fields.DatetimeField(null=True)

    class Meta(Row.Meta):
        table = "notice"
        unique_together = (("organization_id", "key"),)
        indexes = (
            ("state", "next_attempt_at"),
            ("organization_id", "created_at"),
            ("organization_id", "kind"),
            ("organization_id", "state"),
            ("organization_id", "recipient_email"),
        )
