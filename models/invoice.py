"""Invoices and credit memos, as the supplier sent them. Matching never edits them (M9)."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Row
from models.fields import MoneyField, PriceField, QuantityField, WordField
from models.organization import Organization
from models.purchase_order import PurchaseOrder, PurchaseOrderLine
from models.statuses.invoices import BillingStage, InvoiceCategory, InvoiceKind, InvoiceLineStatus, InvoiceStatus
from models.supplier import SellerEntity, Supplier
from models.values import ZERO


class Invoice(Row):
    """A supplier's bill. Credit memos carry negative amounts. Money is in `currency`."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="invoices", on_delete=fields.RESTRICT
    )
    organization_id: int
    supplier: fields.ForeignKeyRelation[Supplier] = fields.ForeignKeyField(
        "models.Supplier", related_name="invoices", on_delete=fields.RESTRICT
    )
    supplier_id: int
    seller_entity: fields.ForeignKeyNullableRelation[SellerEntity] = fields.ForeignKeyField(
        "models.SellerEntity", related_name="invoices", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    seller_entity_id: int | None
    supplier_invoice_number = fields.CharField(max_length=100)
    external_id = fields.CharField(max_length=200, null=True)
    kind = WordField(InvoiceKind, default=InvoiceKind.INVOICE)
    category = WordField(InvoiceCategory, default=InvoiceCategory.USAGE)
    status = WordField(InvoiceStatus, default=InvoiceStatus.RECEIVED)
    edit_version = fields.IntField(default=1)
    currency = fields.CharField(max_length=3)
    invoice_date = fields.DateField()
    due_date = fields.DateField(null=True)
    billing_period_start = fields.DateField(null=True)
    billing_period_end = fields.DateField(null=True)
    total_amount = MoneyField()
    amount_before_tax = MoneyField()
    tax_amount = MoneyField(default=ZERO)
    other_charges = MoneyField(default=ZERO)
    discount_amount = MoneyField(default=ZERO)
    billing_stage = WordField(BillingStage, default=BillingStage.REGULAR)
    paid_amount = MoneyField(default=ZERO)
    approved_at = fields.DatetimeField(null=True)
    confirmed_at = fields.DatetimeField(null=True)
    rejected_at = fields.DatetimeField(null=True)
    status_reason = fields.TextField(null=True)
    duplicate_of: fields.ForeignKeyNullableRelation[Invoice] = fields.ForeignKeyField(
        "models.Invoice", related_name="duplicates", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    duplicate_of_id: int | None
    purchase_order_number = fields.CharField(max_length=100, null=True)
    original_invoice_number = fields.CharField(max_length=100, null=True)
    agreement_id = fields.CharField(max_length=200, null=True)
    tax_registration_number = fields.CharField(max_length=60, null=True)
    invoice_unit = fields.CharField(max_length=200, null=True)
    account = fields.CharField(max_length=100, null=True)
    on_hold = fields.BooleanField(default=False)
    updated_at = fields.DatetimeField()

    class Meta(Row.Meta):
        table = "invoice"
        unique_together = (("organization_id", "external_id"),)
        indexes = (
            ("organization_id", "supplier_invoice_number"),
            ("organization_id", "original_invoice_number"),
            ("organization_id", "status"),
            ("organization_id", "invoice_date"),
            ("organization_id", "total_amount"),
            ("organization_id", "updated_at"),
            ("organization_id", "created_at"),
            ("supplier_id", "supplier_invoice_number"),
        )
        constraints = (
            UniqueConstraint(
                fields=("supplier_id", "supplier_invoice_number"),
                name="one_supplier_invoice_number",
                condition="status NOT IN ('SUSPECTED_DUPLICATE', 'CONFIRMED_DUPLICATE')",
            ),
            CheckConstraint(check="other_charges >= 0 AND discount_amount >= 0", name="invoice_charges"),
            CheckConstraint(check="billing_period_end >= billing_period_start", name="invoice_period"),
            CheckConstraint(check="total_amount = amount_before_tax + tax_amount", name="invoice_total"),
            CheckConstraint(
                check="CASE kind WHEN 'INVOICE' THEN total_amount >= 0 ELSE total_amount <= 0 END", name="invoice_sign"
            ),
        )


class InvoiceLine(Row):
    """A line of an invoice."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="invoice_lines", on_delete=fields.RESTRICT, db_index=True
    )
    organization_id: int
    invoice: fields.ForeignKeyRelation[Invoice] = fields.ForeignKeyField(
        "models.Invoice", related_name="lines", on_delete=fields.CASCADE
    )
    invoice_id: int
    number = fields.IntField()
    currency = fields.CharField(max_length=3)
    description = fields.TextField(null=True)
    part_number = fields.CharField(max_length=100, null=True)
    purchase_order_number = fields.CharField(max_length=100, null=True)
    purchase_order_line_number = fields.IntField(null=True)
    reopens_quantity = fields.BooleanField(null=True)
    unit = fields.CharField(max_length=20, null=True)
    quantity = QuantityField(null=True)
    unit_price = PriceField(null=True)
    amount = MoneyField()
    tax_amount = MoneyField(default=ZERO)
    status = WordField(InvoiceLineStatus, default=InvoiceLineStatus.REQUIRES_REVIEW)
    status_reason = fields.TextField(null=True)
    approved_at = fields.DatetimeField(null=True)
    confirmed_at = fields.DatetimeField(null=True)
    rejected_at = fields.DatetimeField(null=True)

    class Meta(Row.Meta):
        table = "invoice_line"
        unique_together = (("invoice_id", "number"),)


class Allocation(Row):
    """What an invoice, or one line of it, takes from an order line. An ended one is history (M10).

    `amount` is the whole invoice's, or the line's before tax; then `tax_amount` is the line's tax where the balance
    counts with it. The columns from `is_approved` down are derived from the invoice and its payments.
    """

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="allocations", on_delete=fields.RESTRICT, db_index=True
    )
    organization_id: int
    invoice: fields.ForeignKeyRelation[Invoice] = fields.ForeignKeyField(
        "models.Invoice", related_name="allocations", on_delete=fields.RESTRICT, db_index=True
    )
    invoice_id: int
    invoice_line: fields.ForeignKeyNullableRelation[InvoiceLine] = fields.ForeignKeyField(
        "models.InvoiceLine", related_name="allocations", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    invoice_line_id: int | None
    purchase_order: fields.ForeignKeyRelation[PurchaseOrder] = fields.ForeignKeyField(
        "models.PurchaseOrder", related_name="allocations", on_delete=fields.RESTRICT, db_index=True
    )
    purchase_order_id: int
    line: fields.ForeignKeyRelation[PurchaseOrderLine] = fields.ForeignKeyField(
        "models.PurchaseOrderLine", related_name="allocations", on_delete=fields.RESTRICT, db_index=True
    )
    line_id: int
    currency = fields.CharField(max_length=3)
    amount = MoneyField()
    quantity = QuantityField(null=True)
    tax_amount = MoneyField(default=ZERO)
    received_amount = MoneyField(null=True)
    reopens = fields.BooleanField(default=True)
    is_approved = fields.BooleanField(default=False)
    is_confirmed = fields.BooleanField(default=False)
    is_invoiced = fields.BooleanField(default=False)
    is_paid = fields.BooleanField(default=False)
    charges_amount = MoneyField(default=ZERO)
    discount_amount = MoneyField(default=ZERO)
    paid_amount = MoneyField(default=ZERO)
    period_start = fields.DateField()
    period_end = fields.DateField()
    ended_at = fields.DatetimeField(null=True)

    class Meta(Row.Meta):
        table = "allocation"
        constraints = (
            UniqueConstraint(
                fields=("invoice_id", "line_id"),
                name="one_current_allocation",
                condition="ended_at IS NULL AND invoice_line_id IS NULL",
            ),
            UniqueConstraint(
                fields=("invoice_line_id", "line_id"),
                name="one_current_allocation_of_a_line",
                condition="ended_at IS NULL AND invoice_line_id IS NOT NULL",
            ),
            CheckConstraint(check="period_end >= period_start", name="allocation_period"),
        )
