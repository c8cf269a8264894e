"""What was asked for before it was ordered."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.contrib.postgres.fields import TSVectorField
from tortoise.contrib.postgres.indexes import GinIndex
from tortoise.fields.db_defaults import Now
from tortoise.migrations.constraints import CheckConstraint

from models.base import Row
from models.fields import MoneyField, PriceField, QuantityField, WordField
from models.organization import (
    CostCenter,
    LegalEntity,
    Organization,
    PaymentTerm,
    PurchasingEntity,
    ShippingMethod,
    User,
)
from models.statuses.orders import AcknowledgmentType, LineItemType, OrderType, ProductType, RequisitionStatus
from models.supplier import Supplier
from models.values import ONE, ZERO


class PurchaseRequisition(Row):
    """A request to buy; orders made from it carry its accounting over (O10). Its status follows from its lines."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="requisitions", on_delete=fields.RESTRICT
    )
    organization_id: int
    number = fields.CharField(max_length=100)
    external_id = fields.CharField(max_length=200, null=True)
    display_name = fields.CharField(max_length=200, null=True)
    description = fields.TextField(null=True)
    status = WordField(RequisitionStatus, default=RequisitionStatus.DRAFT)
    currency = fields.CharField(max_length=3, default="USD")
    requested_by: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="requested_requisitions", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    requested_by_id: int | None
    assigned_to: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="requisitions", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    assigned_to_id: int | None
    cost_center: fields.ForeignKeyNullableRelation[CostCenter] = fields.ForeignKeyField(
        "models.CostCenter", related_name="requisitions", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    cost_center_id: int | None
    legal_entity: fields.ForeignKeyNullableRelation[LegalEntity] = fields.ForeignKeyField(
        "models.LegalEntity", related_name="requisitions", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    legal_entity_id: int | None
    purchasing_entity: fields.ForeignKeyNullableRelation[PurchasingEntity] = fields.ForeignKeyField(
        "models.PurchasingEntity", related_name="requisitions", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    purchasing_entity_id: int | None
    payment_term: fields.ForeignKeyNullableRelation[PaymentTerm] = fields.ForeignKeyField(
        "models.PaymentTerm", related_name="requisitions", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    payment_term_id: int | None
    submitted_at = fields.DatetimeField(null=True)
    canceled_at = fields.DatetimeField(null=True)
    edit_version = fields.IntField(default=1)
    updated_at = fields.DatetimeField(db_default=Now())
    total_amount = MoneyField(default=ZERO)
    search_vector = TSVectorField(source_fields=("number", "display_name", "description"), config="simple")

    class Meta(Row.Meta):
        table = "purchase_requisition"
        unique_together = (("organization_id", "number"), ("organization_id", "external_id"))
        indexes = (
            ("organization_id", "status"),
            ("organization_id", "updated_at"),
            ("organization_id", "created_at"),
            GinIndex(fields=["search_vector"], name="purchase_requisition_search"),
        )


class RequisitionLine(Row):
    """Something that is asked for. `ordered_quantity` is derived: what order lines hold that are not canceled."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="requisition_lines", on_delete=fields.RESTRICT, db_index=True
    )
    organization_id: int
    requisition: fields.ForeignKeyRelation[PurchaseRequisition] = fields.ForeignKeyField(
        "models.PurchaseRequisition", related_name="lines", on_delete=fields.CASCADE
    )
    requisition_id: int
    number = fields.IntField()
    currency = fields.CharField(max_length=3)
    supplier: fields.ForeignKeyNullableRelation[Supplier] = fields.ForeignKeyField(
        "models.Supplier", related_name="requisition_lines", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    supplier_id: int | None
    product: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "models.SupplierProduct", related_name="requisition_lines", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    product_id: int | None
    business_owner: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="requisition_lines", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    business_owner_id: int | None
    shipping_method: fields.ForeignKeyNullableRelation[ShippingMethod] = fields.ForeignKeyField(
        "models.ShippingMethod", related_name="requisition_lines", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    shipping_method_id: int | None
    order_type = WordField(OrderType, default=OrderType.STANDARD)
    description = fields.TextField(null=True)
    part_number = fields.CharField(max_length=100, null=True)
    line_item_type = WordField(LineItemType, default=LineItemType.ALL)
    product_type = WordField(ProductType, default=ProductType.SERVICE)
    acknowledgment_type = WordField(AcknowledgmentType, null=True)
    goods_receipt_required = fields.BooleanField(default=False)
    unit = fields.CharField(max_length=20, default="INDIVIDUAL_UNIT")
    quantity = QuantityField(default=ONE)
    unit_price = PriceField()
    amount = MoneyField(default=ZERO)
    ordered_quantity = QuantityField(default=ZERO)
    ship_to: dict[str, Any] | None = fields.JSONField(null=True)  # pyright: ignore[reportAssignmentType]
    expected_delivery_date = fields.DateField(null=True)
    start_date = fields.DateField(null=True)
    end_date = fields.DateField(null=True)

    class Meta(Row.Meta):
        table = "requisition_line"
        unique_together = (("requisition_id", "number"),)
        constraints = (CheckConstraint(check="quantity > 0 AND unit_price >= 0", name="requisition_line_not_negative"),)
