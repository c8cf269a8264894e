"""How far an invoice may be off, and where it is: tolerance rules and discrepancies (I4, I5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import Row
from models.fields import FigureField, JsonField, MoneyField, PercentField, WordField
from models.invoice import Invoice, InvoiceLine
from models.organization import CostCenter, Organization, User
from models.purchase_order import PurchaseOrder, PurchaseOrderLine
from models.statuses.invoices import (
    DiscrepancyKind,
    DiscrepancyMeasure,
    DiscrepancyState,
    InvoiceCategory,
    ToleranceCombination,
    ToleranceKind,
)
from models.supplier import Supplier

if TYPE_CHECKING:
    from tortoise.fields.base import Field


class ToleranceRule(Row):
    """How far something may be off: by a value, by a percentage, by either or by both (I5)."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="tolerance_rules", on_delete=fields.RESTRICT
    )
    organization_id: int
    number = fields.IntField()
    name = fields.CharField(max_length=200)
    kind = WordField(ToleranceKind)
    value = MoneyField(null=True)
    percentage = PercentField(null=True)
    combination = WordField(ToleranceCombination, default=ToleranceCombination.OR)
    supplier: fields.ForeignKeyNullableRelation[Supplier] = fields.ForeignKeyField(
        "models.Supplier", related_name="tolerance_rules", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    supplier_id: int | None
    cost_center: fields.ForeignKeyNullableRelation[CostCenter] = fields.ForeignKeyField(
        "models.CostCenter", related_name="tolerance_rules", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    cost_center_id: int | None
    category = WordField(InvoiceCategory, null=True)
    is_active = fields.BooleanField(default=True)
    edit_version = fields.IntField(default=1)

    class Meta(Row.Meta):
        table = "tolerance_rule"
        unique_together = (("organization_id", "number"),)
        constraints = (
            CheckConstraint(
                check="(value IS NOT NULL OR percentage IS NOT NULL) AND value >= 0 AND percentage >= 0",
                name="tolerance_rule_says_something",
            ),
        )


class Discrepancy(Row):
    """Something in which an invoice disagrees with its order or receipts, with both figures (I4)."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="discrepancies", on_delete=fields.RESTRICT
    )
    organization_id: int
    invoice: fields.ForeignKeyRelation[Invoice] = fields.ForeignKeyField(
        "models.Invoice", related_name="discrepancies", on_delete=fields.RESTRICT, db_index=True
    )
    invoice_id: int
    invoice_line: fields.ForeignKeyNullableRelation[InvoiceLine] = fields.ForeignKeyField(
        "models.InvoiceLine", related_name="discrepancies", on_delete=fields.SET_NULL, null=True, db_index=True
    )
    invoice_line_id: int | None
    purchase_order: fields.ForeignKeyNullableRelation[PurchaseOrder] = fields.ForeignKeyField(
        "models.PurchaseOrder", related_name="discrepancies", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    purchase_order_id: int | None
    line: fields.ForeignKeyNullableRelation[PurchaseOrderLine] = fields.ForeignKeyField(
        "models.PurchaseOrderLine", related_name="discrepancies", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    line_id: int | None
    kind = WordField(DiscrepancyKind)
    state = WordField(DiscrepancyState, default=DiscrepancyState.OPEN)
    explanation = fields.TextField()
    measure = WordField(DiscrepancyMeasure, null=True)
    expected = FigureField()
    actual = FigureField()
    tolerance = FigureField()
    rule: fields.ForeignKeyNullableRelation[ToleranceRule] = fields.ForeignKeyField(
        "models.ToleranceRule", related_name="discrepancies", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    rule_id: int | None
    documents: Field[list[dict[str, Any]]] = JsonField(default=list)
    assignee: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="assigned_discrepancies", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    assignee_id: int | None
    waived_by: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="waived_discrepancies", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    waived_by_id: int | None
    waive_reason = fields.TextField(null=True)
    ended_at = fields.DatetimeField(null=True)
    edit_version = fields.IntField(default=1)
    updated_at = fields.DatetimeField()

    class Meta(Row.Meta):
        table = "discrepancy"
        indexes = (
            ("organization_id", "state"),
            ("organization_id", "kind"),
            ("organization_id", "created_at"),
        )
