"""What was agreed with suppliers beyond single orders: their products with price breaks, and contracts."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import Row
from models.fields import MoneyField, PriceField, QuantityField, WordField
from models.organization import Organization
from models.purchase_order import PurchaseOrder
from models.statuses.orders import ProductType
from models.supplier import Supplier


class SupplierProduct(Row):
    """Something that a supplier offers. The price is for one unit, in `currency`."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="supplier_products", on_delete=fields.RESTRICT
    )
    organization_id: int
    supplier: fields.ForeignKeyRelation[Supplier] = fields.ForeignKeyField(
        "models.Supplier", related_name="products", on_delete=fields.RESTRICT
    )
    supplier_id: int
    part_number = fields.CharField(max_length=100)
    name = fields.CharField(max_length=200)
    description = fields.TextField(null=True)
    product_type = WordField(ProductType, default=ProductType.GOOD)
    unit = fields.CharField(max_length=20, default="INDIVIDUAL_UNIT")
    currency = fields.CharField(max_length=3)
    unit_price = PriceField()
    lead_time_days = fields.IntField(null=True)
    is_active = fields.BooleanField(default=True)
    edit_version = fields.IntField(default=1)

    class Meta(Row.Meta):
        table = "supplier_product"
        unique_together = (("supplier_id", "part_number", "currency"),)
        indexes = (("organization_id", "part_number"), ("organization_id", "name"))
        constraints = (CheckConstraint(check="unit_price >= 0", name="supplier_product_price"),)


class PriceBreak(Row):
    """From this quantity on, a unit of the product costs less."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="price_breaks", on_delete=fields.RESTRICT, db_index=True
    )
    organization_id: int
    product: fields.ForeignKeyRelation[SupplierProduct] = fields.ForeignKeyField(
        "models.SupplierProduct", related_name="price_breaks", on_delete=fields.CASCADE
    )
    product_id: int
    currency = fields.CharField(max_length=3)
    minimum_quantity = QuantityField()
    unit_price = PriceField()

    class Meta(Row.Meta):
        table = "price_break"
        unique_together = (("product_id", "minimum_quantity"),)
        constraints = (
            CheckConstraint(check="minimum_quantity > 0 AND unit_price >= 0", name="price_break_not_negative"),
        )


class Contract(Row):
    """An agreement with a supplier: when it holds, up to which value, at which prices (section 10)."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="contracts", on_delete=fields.RESTRICT
    )
    organization_id: int
    supplier: fields.ForeignKeyRelation[Supplier] = fields.ForeignKeyField(
        "models.Supplier", related_name="contracts", on_delete=fields.RESTRICT, db_index=True
    )
    supplier_id: int
    number = fields.CharField(max_length=100)
    name = fields.CharField(max_length=200, null=True)
    currency = fields.CharField(max_length=3)
    valid_from = fields.DateField(null=True)
    valid_to = fields.DateField(null=True)
    value_cap = MoneyField(null=True)
    edit_version = fields.IntField(default=1)
    updated_at = fields.DatetimeField()

    class Meta(Row.Meta):
        table = "contract"
        unique_together = (("organization_id", "number"),)
        indexes = (("organization_id", "valid_to"), ("organization_id", "updated_at"))
        constraints = (
            CheckConstraint(check="valid_to >= valid_from", name="contract_dates"),
            CheckConstraint(check="value_cap >= 0", name="contract_cap"),
        )


class ContractPrice(Row):
    """What one unit of a part may cost at most by a contract."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="contract_prices", on_delete=fields.RESTRICT, db_index=True
    )
    organization_id: int
    contract: fields.ForeignKeyRelation[Contract] = fields.ForeignKeyField(
        "models.Contract", related_name="prices", on_delete=fields.CASCADE
    )
    contract_id: int
    currency = fields.CharField(max_length=3)
    part_number = fields.CharField(max_length=100)
    unit_price = PriceField()

    class Meta(Row.Meta):
        table = "contract_price"
        unique_together = (("contract_id", "part_number"),)


class PurchaseOrderContract(Row):
    """An order that is placed under a contract."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="purchase_order_contracts", on_delete=fields.RESTRICT, db_index=True
    )
    organization_id: int
    purchase_order: fields.ForeignKeyRelation[PurchaseOrder] = fields.ForeignKeyField(
        "models.PurchaseOrder", related_name="contract_links", on_delete=fields.CASCADE
    )
    purchase_order_id: int
    contract: fields.ForeignKeyRelation[Contract] = fields.ForeignKeyField(
        "models.Contract", related_name="purchase_order_links", on_delete=fields.RESTRICT, db_index=True
    )
    contract_id: int

    class Meta(Row.Meta):
        table = "purchase_order_contract"
        unique_together = (("purchase_order_id", "contract_id"),)
