"""Who sells: suppliers, and the companies of theirs that bill."""

from __future__ import annotations

from tortoise import fields
from tortoise.contrib.postgres.fields import TSVectorField
from tortoise.contrib.postgres.indexes import GinIndex

from models.base import Row
from models.fields import TextArrayField
from models.organization import Organization


class Supplier(Row):
    """A company the organization buys from."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="suppliers", on_delete=fields.RESTRICT
    )
    organization_id: int
    number = fields.CharField(max_length=100)
    name = fields.CharField(max_length=200)
    external_id = fields.CharField(max_length=200, null=True)
    email = fields.CharField(max_length=254, null=True)
    country = fields.CharField(max_length=2, null=True)
    edit_version = fields.IntField(default=1)
    search_vector = TSVectorField(source_fields=("number", "name"), config="simple")

    class Meta(Row.Meta):
        table = "supplier"
        unique_together = (("organization_id", "number"), ("organization_id", "external_id"))
        indexes = (
            ("organization_id", "name"),
            ("organization_id", "created_at"),
            GinIndex(fields=["search_vector"], name="supplier_search"),
        )


class SellerEntity(Row):
    """A company of the supplier that bills ("bill from"), and the line item types it offers (M3)."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="seller_entities", on_delete=fields.RESTRICT
    )
    organization_id: int
    supplier: fields.ForeignKeyRelation[Supplier] = fields.ForeignKeyField(
        "models.Supplier", related_name="seller_entities", on_delete=fields.RESTRICT, db_index=True
    )
    supplier_id: int
    name = fields.CharField(max_length=200)
    line_item_types = TextArrayField()
    edit_version = fields.IntField(default=1)

    class Meta(Row.Meta):
        table = "seller_entity"
        unique_together = (("organization_id", "name"),)
