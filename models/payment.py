"""What was paid for invoices."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import Row
from models.fields import MoneyField
from models.invoice import Invoice
from models.organization import Organization, User


class Payment(Row):
    """Money that went to the supplier for an invoice, in the invoice's currency; a canceled one counts nowhere (I3)."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="payments", on_delete=fields.RESTRICT
    )
    organization_id: int
    invoice: fields.ForeignKeyRelation[Invoice] = fields.ForeignKeyField(
        "models.Invoice", related_name="payments", on_delete=fields.RESTRICT, db_index=True
    )
    invoice_id: int
    number = fields.CharField(max_length=100)
    external_id = fields.CharField(max_length=200, null=True)
    reference = fields.CharField(max_length=200, null=True)
    currency = fields.CharField(max_length=3)
    amount = MoneyField()
    paid_on = fields.DateField()
    recorded_by: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="recorded_payments", on_delete=fields.RESTRICT, db_index=True
    )
    recorded_by_id: int
    canceled_at = fields.DatetimeField(null=True)
    cancel_reason = fields.TextField(null=True)

    class Meta(Row.Meta):
        table = "payment"
        unique_together = (("organization_id", "number"), ("organization_id", "external_id"))
        indexes = (("organization_id", "paid_on"), ("organization_id", "created_at"))
        constraints = (CheckConstraint(check="amount <> 0", name="payment_of_something"),)
