"""What was asked for before it was ordered."""

from __future__ import annotations

from tortoise import fields

from models.base import Row
from models.organization import Organization, User


class PurchaseRequisition(Row):
    """A request to buy; orders made from it carry its accounting over (O10)."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="requisitions", on_delete=fields.RESTRICT
    )
    organization_id: int
    number = fields.CharField(max_length=100)
    display_name = fields.CharField(max_length=200, null=True)
    assigned_to: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="requisitions", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    assigned_to_id: int | None

    class Meta(Row.Meta):
        table = "purchase_requisition"
        unique_together = (("organization_id", "number"),)
