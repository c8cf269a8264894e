"""Views of the database, read like rows and never written. A migration creates them."""

from __future__ import annotations

from tortoise import fields

from models.base import Row
from models.fields import MoneyField, WordField
from models.match import Match
from models.purchase_order import PurchaseOrder, PurchaseOrderLine
from models.statuses import MatchCriterion


class MatchCandidate(Row):
    """An order line, or a whole order, that a match looked at: ranked, or dropped with the criterion that did it (M9).

    The rows are the lists that `Match.ranked` and `DroppedCandidates.entries` hold.
    """

    organization_id = fields.BigIntField()
    match: fields.ForeignKeyRelation[Match] = fields.ForeignKeyField(
        "models.Match", related_name="candidates", db_constraint=False
    )
    match_id: int
    purchase_order: fields.ForeignKeyNullableRelation[PurchaseOrder] = fields.ForeignKeyField(
        "models.PurchaseOrder", related_name=False, db_constraint=False, null=True
    )
    purchase_order_id: int | None
    line: fields.ForeignKeyNullableRelation[PurchaseOrderLine] = fields.ForeignKeyField(
        "models.PurchaseOrderLine", related_name=False, db_constraint=False, null=True
    )
    line_id: int | None
    currency = fields.CharField(max_length=3)
    rank = fields.IntField(null=True)
    criterion = WordField(MatchCriterion, null=True)
    reason = fields.TextField()
    balance_after = MoneyField(null=True)

    class Meta(Row.Meta):
        table = "match_candidate"
