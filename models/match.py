"""The decision which order an invoice belongs to, with everything needed to explain it later (M9)."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint

from models.base import Row
from models.fields import MoneyField, WordField
from models.invoice import Invoice
from models.organization import Organization, User
from models.purchase_order import PurchaseOrder, PurchaseOrderLine
from models.statuses.invoices import MatchOutcome


class DroppedCandidates(Row):
    """The candidates that fell out before any ranking, with their reasons.

    They depend on the invoice's seller, period, category and numbers but not on its amount, so that invoices alike
    share one row, found by its digest. `entries` is a JSON list of `[order id, line id or null, criterion, reason]`.
    """

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="dropped_candidates", on_delete=fields.RESTRICT
    )
    organization_id: int
    digest = fields.CharField(max_length=64)
    entries: list[Any] = fields.JSONField()  # pyright: ignore[reportAssignmentType]

    class Meta(Row.Meta):
        table = "dropped_candidates"
        unique_together = (("organization_id", "digest"),)


class Match(Row):
    """One decision about one invoice. A superseded one is history; at most one an invoice is current.

    `ranked` is a JSON list, best first, of
    `[order id, line id, deciding criterion or null, reason, balance after or null]`. Of an invoice whose lines go their
    own ways (M8) it holds what was looked at for each of them, with `invoice line id, rank or null` at the end.
    """

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="matches", on_delete=fields.RESTRICT, db_index=True
    )
    organization_id: int
    invoice: fields.ForeignKeyRelation[Invoice] = fields.ForeignKeyField(
        "models.Invoice", related_name="matches", on_delete=fields.RESTRICT, db_index=True
    )
    invoice_id: int
    outcome = WordField(MatchOutcome)
    reason = fields.TextField(default="")
    purchase_order: fields.ForeignKeyNullableRelation[PurchaseOrder] = fields.ForeignKeyField(
        "models.PurchaseOrder", related_name="matches", on_delete=fields.SET_NULL, null=True, db_index=True
    )
    purchase_order_id: int | None
    line: fields.ForeignKeyNullableRelation[PurchaseOrderLine] = fields.ForeignKeyField(
        "models.PurchaseOrderLine", related_name="matches", on_delete=fields.SET_NULL, null=True, db_index=True
    )
    line_id: int | None
    currency = fields.CharField(max_length=3)
    amount = MoneyField()
    balance_before = MoneyField(null=True)
    balance_after = MoneyField(null=True)
    on_hold = fields.BooleanField(default=False)
    rules_version = fields.CharField(max_length=40)
    decided_at = fields.DatetimeField()
    decided_by: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="matches", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    decided_by_id: int | None
    ranked: list[Any] = fields.JSONField(default=list)  # pyright: ignore[reportAssignmentType]
    dropped: fields.ForeignKeyNullableRelation[DroppedCandidates] = fields.ForeignKeyField(
        "models.DroppedCandidates", related_name="matches", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    dropped_id: int | None
    superseded_at = fields.DatetimeField(null=True)

    class Meta(Row.Meta):
        table = "invoice_match"
        constraints = (
            UniqueConstraint(fields=("invoice_id",), name="one_current_match", condition="superseded_at IS NULL"),
        )
