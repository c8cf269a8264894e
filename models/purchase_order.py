"""The purchase order, its lines, and what hangs on it."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.contrib.postgres.fields import TSVectorField
from tortoise.contrib.postgres.indexes import GinIndex
from tortoise.fields.db_defaults import Now
from tortoise.migrations.constraints import CheckConstraint

from models.base import Row
from models.fields import (
    MoneyField,
    PercentField,
    PriceField,
    QuantityField,
    TextArrayField,
    WordField,
)
from models.organization import (
    CostCenter,
    LegalEntity,
    Organization,
    PaymentTerm,
    PurchasingEntity,
    ShippingMethod,
    User,
)
from models.requisition import PurchaseRequisition, RequisitionLine
from models.statuses.invoices import VerificationPolicy
from models.statuses.orders import (
    AcknowledgmentType,
    LineItemType,
    LineStatus,
    MilestonePayout,
    OrderType,
    ProductType,
    PurchaseOrderStatus,
)
from models.supplier import SellerEntity, Supplier
from models.values import ONE, ZERO


class PurchaseOrder(Row):
    """A binding order with a supplier (O1, O2).

    Money is in `currency`. The figures from `total_amount` down are derived; one recompute path writes them. Figures
    that do not apply to the order type, and balances of an order without tracked lines, are null.
    """

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="purchase_orders", on_delete=fields.RESTRICT
    )
    organization_id: int
    number = fields.CharField(max_length=100)
    external_id = fields.CharField(max_length=200, null=True)
    display_name = fields.CharField(max_length=200, null=True)
    erp_number = fields.CharField(max_length=100, null=True)
    description = fields.TextField(null=True)
    order_type = WordField(OrderType, default=OrderType.STANDARD)
    status = WordField(PurchaseOrderStatus, default=PurchaseOrderStatus.DRAFT)
    version = fields.IntField(default=1)
    edit_version = fields.IntField(default=1)
    currency = fields.CharField(max_length=3)

    supplier: fields.ForeignKeyRelation[Supplier] = fields.ForeignKeyField(
        "models.Supplier", related_name="purchase_orders", on_delete=fields.RESTRICT, db_index=True
    )
    supplier_id: int
    business_owner: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="owned_purchase_orders", on_delete=fields.RESTRICT, db_index=True
    )
    business_owner_id: int
    primary_contact: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="contact_purchase_orders", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    primary_contact_id: int | None
    requisition: fields.ForeignKeyNullableRelation[PurchaseRequisition] = fields.ForeignKeyField(
        "models.PurchaseRequisition",
        related_name="purchase_orders",
        on_delete=fields.RESTRICT,
        null=True,
        db_index=True,
    )
    requisition_id: int | None
    cost_center: fields.ForeignKeyNullableRelation[CostCenter] = fields.ForeignKeyField(
        "models.CostCenter", related_name="purchase_orders", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    cost_center_id: int | None
    legal_entity: fields.ForeignKeyNullableRelation[LegalEntity] = fields.ForeignKeyField(
        "models.LegalEntity", related_name="purchase_orders", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    legal_entity_id: int | None
    purchasing_entity: fields.ForeignKeyNullableRelation[PurchasingEntity] = fields.ForeignKeyField(
        "models.PurchasingEntity", related_name="purchase_orders", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    purchasing_entity_id: int | None
    payment_term: fields.ForeignKeyNullableRelation[PaymentTerm] = fields.ForeignKeyField(
        "models.PaymentTerm", related_name="purchase_orders", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    payment_term_id: int | None
    shipping_method: fields.ForeignKeyNullableRelation[ShippingMethod] = fields.ForeignKeyField(
        "models.ShippingMethod", related_name="purchase_orders", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    shipping_method_id: int | None
    blanket_order: fields.ForeignKeyNullableRelation[PurchaseOrder] = fields.ForeignKeyField(
        "models.PurchaseOrder", related_name="releases", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    blanket_order_id: int | None
    ship_to: dict[str, Any] | None = fields.JSONField(null=True)  # pyright: ignore[reportAssignmentType]
    tax_registration_numbers = TextArrayField()
    invoice_units = TextArrayField()

    effective_date = fields.DateField(null=True)
    expiration_date = fields.DateField(null=True)
    expiration_set_on = fields.DateField(null=True)
    submitted_at = fields.DatetimeField(null=True)
    approved_at = fields.DatetimeField(null=True)
    issued_at = fields.DatetimeField(null=True)
    supplier_confirmation_required = fields.BooleanField(default=False)
    supplier_confirmed_at = fields.DatetimeField(null=True)
    suspended_at = fields.DatetimeField(null=True)
    closed_at = fields.DatetimeField(null=True)
    close_reason = fields.TextField(null=True)
    updated_at = fields.DatetimeField()
    stands_since = fields.DatetimeField(db_default=Now())
    first_approved_amount = MoneyField(null=True)
    excess_amount = MoneyField(default=ZERO)

    minimum_spend = MoneyField(null=True)
    discount_percentage = PercentField(null=True)
    total_amount = MoneyField(default=ZERO)
    discount_amount = MoneyField(null=True)
    net_amount = MoneyField(default=ZERO)
    released_amount = MoneyField(null=True)
    received_amount = MoneyField(null=True)
    received_percent = PercentField(null=True)
    received_quantity_percent = PercentField(null=True)
    invoiced_amount = MoneyField(null=True)
    in_process_invoiced_amount = MoneyField(null=True)
    other_charges_amount = MoneyField(null=True)
    invoice_discount_amount = MoneyField(null=True)
    billed_amount = MoneyField(null=True)
    billed_percent = PercentField(null=True)
    billed_quantity_percent = PercentField(null=True)
    amount_paid = MoneyField(null=True)
    remaining_balance = MoneyField(null=True)
    outstanding_payable = MoneyField(null=True)
    balance_limit = MoneyField(null=True)
    balance_used = MoneyField(null=True)
    balance_current = MoneyField(null=True)
    balance_percent = PercentField(null=True)
    search_text = fields.TextField(default="")
    search_vector = TSVectorField(source_fields=("search_text",), config="simple")

    class Meta(Row.Meta):
        table = "purchase_order"
        unique_together = (("organization_id", "number"), ("organization_id", "external_id"))
        indexes = (
            ("organization_id", "updated_at"),
            ("organization_id", "expiration_date"),
            ("organization_id", "effective_date"),
            ("organization_id", "total_amount"),
            ("organization_id", "status"),
            ("organization_id", "balance_current"),
            ("organization_id", "created_at"),
            GinIndex(fields=["search_vector"], name="purchase_order_search"),
        )
        constraints = (
            CheckConstraint(check="expiration_date >= effective_date", name="purchase_order_dates"),
            CheckConstraint(
                check="(balance_limit IS NULL) = (balance_current IS NULL)", name="purchase_order_balance_whole"
            ),
        )


class PurchaseOrderLine(Row):
    """A line of an order (O5). Money is in the order's currency, which the line repeats.

    The figures from `amount` down are derived. The balance columns are null on a line whose balance is not tracked.
    """

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="purchase_order_lines", on_delete=fields.RESTRICT, db_index=True
    )
    organization_id: int
    purchase_order: fields.ForeignKeyRelation[PurchaseOrder] = fields.ForeignKeyField(
        "models.PurchaseOrder", related_name="lines", on_delete=fields.CASCADE
    )
    purchase_order_id: int
    number = fields.IntField()
    currency = fields.CharField(max_length=3)
    description = fields.TextField(null=True)
    line_item_type = WordField(LineItemType, default=LineItemType.ALL)
    product_type = WordField(ProductType, default=ProductType.SERVICE)
    acknowledgment_type = WordField(AcknowledgmentType, null=True)
    goods_receipt_required = fields.BooleanField(default=False)
    milestone_payout = WordField(MilestonePayout, null=True)
    supplier_product = fields.CharField(max_length=200, null=True)
    product: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "models.SupplierProduct",
        related_name="purchase_order_lines",
        on_delete=fields.RESTRICT,
        null=True,
        db_index=True,
    )
    product_id: int | None
    requisition_line: fields.ForeignKeyNullableRelation[RequisitionLine] = fields.ForeignKeyField(
        "models.RequisitionLine",
        related_name="purchase_order_lines",
        on_delete=fields.RESTRICT,
        null=True,
        db_index=True,
    )
    requisition_line_id: int | None
    blanket_line: fields.ForeignKeyNullableRelation[PurchaseOrderLine] = fields.ForeignKeyField(
        "models.PurchaseOrderLine", related_name="release_lines", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    blanket_line_id: int | None
    verification = WordField(VerificationPolicy, null=True)
    part_number = fields.CharField(max_length=100, null=True)
    unit = fields.CharField(max_length=20, default="FIXED_FEE")
    quantity = QuantityField(default=ONE)
    unit_price = PriceField()
    discount = MoneyField(default=ZERO)
    tax_percent = PercentField(null=True)
    tax_amount = MoneyField(default=ZERO)
    estimated_tax = MoneyField(null=True)
    estimated_shipping = MoneyField(null=True)
    start_date = fields.DateField(null=True)
    end_date = fields.DateField(null=True)
    expected_delivery_date = fields.DateField(null=True)
    ship_to: dict[str, Any] | None = fields.JSONField(null=True)  # pyright: ignore[reportAssignmentType]
    recipient = fields.CharField(max_length=200, null=True)
    erp_line_number = fields.CharField(max_length=100, null=True)
    agreement_id = fields.CharField(max_length=200, null=True)
    balance_tracked = fields.BooleanField(default=False)
    status = WordField(LineStatus, default=LineStatus.DRAFT)
    canceled_at = fields.DatetimeField(null=True)
    cancel_reason = fields.TextField(null=True)
    closed_at = fields.DatetimeField(null=True)
    close_reason = fields.TextField(null=True)
    revision_pending = fields.BooleanField(default=False)
    stands_since = fields.DatetimeField(db_default=Now())

    amount = MoneyField(default=ZERO)
    effective_quantity = QuantityField(default=ZERO)
    effective_amount = MoneyField(default=ZERO)
    received_quantity = QuantityField(default=ZERO)
    received_amount = MoneyField(default=ZERO)
    received_percent = PercentField(default=ZERO)
    received_quantity_percent = PercentField(default=ZERO)
    accepted_quantity = QuantityField(default=ZERO)
    rejected_quantity = QuantityField(default=ZERO)
    returned_quantity = QuantityField(default=ZERO)
    invoiced_quantity = QuantityField(default=ZERO)
    invoiced_amount = MoneyField(default=ZERO)
    invoiced_percent = PercentField(default=ZERO)
    invoiced_quantity_percent = PercentField(default=ZERO)
    confirmed_amount = MoneyField(default=ZERO)
    paid_amount = MoneyField(default=ZERO)
    released_amount = MoneyField(default=ZERO)
    invoice_count = fields.IntField(default=0)
    balance_limit = MoneyField(null=True)
    balance_used = MoneyField(null=True)
    balance_current = MoneyField(null=True)
    balance_percent = PercentField(null=True)
    forecast_burn_per_day = MoneyField(null=True)
    forecast_runs_out_on = fields.DateField(null=True)
    forecast_basis = fields.IntField(default=0)

    class Meta(Row.Meta):
        table = "purchase_order_line"
        unique_together = (("purchase_order_id", "number"),)
        indexes = (("organization_id", "agreement_id"),)
        constraints = (
            CheckConstraint(check="end_date >= start_date", name="purchase_order_line_dates"),
            CheckConstraint(
                check="quantity >= 0 AND unit_price >= 0 AND discount >= 0 AND tax_amount >= 0",
                name="purchase_order_line_not_negative",
            ),
            CheckConstraint(
                check=(
                    "balance_tracked = (balance_limit IS NOT NULL) AND balance_tracked = (balance_current IS NOT NULL)"
                ),
                name="purchase_order_line_balance_whole",
            ),
        )


class PurchaseOrderSellerEntity(Row):
    """A seller entity that may bill on an order; an order that names none accepts all of them (O2)."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", on_delete=fields.RESTRICT, related_name="purchase_order_seller_entities", db_index=True
    )
    organization_id: int
    purchase_order: fields.ForeignKeyRelation[PurchaseOrder] = fields.ForeignKeyField(
        "models.PurchaseOrder", related_name="seller_entity_links", on_delete=fields.CASCADE
    )
    purchase_order_id: int
    seller_entity: fields.ForeignKeyRelation[SellerEntity] = fields.ForeignKeyField(
        "models.SellerEntity", related_name="purchase_order_links", on_delete=fields.RESTRICT, db_index=True
    )
    seller_entity_id: int
    stands_since = fields.DatetimeField(db_default=Now())

    class Meta(Row.Meta):
        table = "purchase_order_seller_entity"
        unique_together = (("purchase_order_id", "seller_entity_id"),)


class Contact(Row):
    """A person who is mailed about an order (O2, O4), but not what they have muted."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="contacts", on_delete=fields.RESTRICT, db_index=True
    )
    organization_id: int
    purchase_order: fields.ForeignKeyRelation[PurchaseOrder] = fields.ForeignKeyField(
        "models.PurchaseOrder", related_name="contacts", on_delete=fields.CASCADE
    )
    purchase_order_id: int
    name = fields.CharField(max_length=200)
    email = fields.CharField(max_length=254)
    phone = fields.CharField(max_length=40, null=True)
    muted_notices = TextArrayField()
    stands_since = fields.DatetimeField(db_default=Now())

    class Meta(Row.Meta):
        table = "purchase_order_contact"
        unique_together = (("purchase_order_id", "email"),)


class Tag(Row):
    """A key with a value that the organization gives an order (O2)."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="tags", on_delete=fields.RESTRICT
    )
    organization_id: int
    purchase_order: fields.ForeignKeyRelation[PurchaseOrder] = fields.ForeignKeyField(
        "models.PurchaseOrder", related_name="tags", on_delete=fields.CASCADE
    )
    purchase_order_id: int
    key = fields.CharField(max_length=128)
    value = fields.CharField(max_length=256)
    stands_since = fields.DatetimeField(db_default=Now())

    class Meta(Row.Meta):
        table = "purchase_order_tag"
        unique_together = (("purchase_order_id", "key"),)
        indexes = (("organization_id", "key", "value"),)
