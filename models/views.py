"""Views of the database, read like rows and never written. A migration creates them."""

from __future__ import annotations

from tortoise import fields

from models.base import Row
from models.contract import Contract
from models.fields import MoneyField, PriceField, WordField
from models.invoice import InvoiceLine
from models.match import Match
from models.organization import ShippingMethod
from models.purchase_order import PurchaseOrder, PurchaseOrderLine
from models.statuses.invoices import MatchCriterion


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
    invoice_line: fields.ForeignKeyNullableRelation[InvoiceLine] = fields.ForeignKeyField(
        "models.InvoiceLine", related_name=False, db_constraint=False, null=True
    )
    invoice_line_id: int | None

    class Meta(Row.Meta):
        table = "match_candidate"


class LinePriceCheck(Row):
    """The price of an order line's part in a contract that its order is linked to, beside the line's (section 10)."""

    organization_id = fields.BigIntField()
    line: fields.ForeignKeyRelation[PurchaseOrderLine] = fields.ForeignKeyField(
        "models.PurchaseOrderLine", related_name="price_checks", db_constraint=False
    )
    line_id: int
    contract: fields.ForeignKeyRelation[Contract] = fields.ForeignKeyField(
        "models.Contract", related_name=False, db_constraint=False
    )
    contract_id: int
    currency = fields.CharField(max_length=3)
    contract_price = PriceField()
    difference = PriceField()
    within_contract = fields.BooleanField()

    class Meta(Row.Meta):
        table = "line_price_check"


class AvailableShippingMethod(Row):
    """A shipping method that an order's supplier delivers by, to every place where the order's goods go (O9)."""

    organization_id = fields.BigIntField()
    purchase_order: fields.ForeignKeyRelation[PurchaseOrder] = fields.ForeignKeyField(
        "models.PurchaseOrder", related_name="available_shipping_methods", db_constraint=False
    )
    purchase_order_id: int
    shipping_method: fields.ForeignKeyRelation[ShippingMethod] = fields.ForeignKeyField(
        "models.ShippingMethod", related_name=False, db_constraint=False
    )
    shipping_method_id: int
    currency = fields.CharField(max_length=3)

    class Meta(Row.Meta):
        table = "available_shipping_method"
