"""Who owns the data, and who may touch it: organizations, their parts, users, API tokens."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import Row
from models.fields import (
    FilledTextArrayField,
    FilledWholeArrayField,
    MoneyField,
    PercentField,
    TextArrayField,
    WordField,
)
from models.statuses.invoices import AmountBasis, DateBasis, OverdrawPolicy
from models.statuses.orders import HandlingFeeKind
from models.values import ZERO


class Organization(Row):
    """A tenant. Every other row belongs to exactly one; its columns are its settings (O4, M9b, B1, B3, B4)."""

    name = fields.CharField(max_length=200)
    key = fields.CharField(max_length=60, unique=True)
    active_order_limit = fields.IntField(default=100)
    order_line_limit = fields.IntField(default=100)
    order_contact_limit = fields.IntField(default=10)
    date_basis = WordField(DateBasis, default=DateBasis.BILLING_PERIOD)
    overdraw_policy = WordField(OverdrawPolicy, default=OverdrawPolicy.ALLOW)
    amount_basis = WordField(AmountBasis, default=AmountBasis.TOTAL)
    locale = fields.CharField(max_length=20, default="en_US")
    expiring_soon_days = fields.IntField(default=60)
    balance_thresholds = FilledWholeArrayField(75)
    expiry_under_one_month = FilledTextArrayField("P7D", "P0D")
    expiry_one_to_three_months = FilledTextArrayField("P1M")
    expiry_over_three_months = FilledTextArrayField("P2M")
    notices_quiet = fields.BooleanField(default=False)
    notice_sender = fields.CharField(max_length=254, null=True)
    order_url_pattern = fields.CharField(max_length=500, null=True)
    unmatched_address = fields.CharField(max_length=254, null=True)
    auto_order = fields.BooleanField(default=False)
    auto_order_threshold = MoneyField(default=ZERO)
    requester_may_approve = fields.BooleanField(default=False)
    revision_limit_percent = PercentField(null=True)
    supplier_confirmation = fields.BooleanField(default=False)
    edit_version = fields.IntField(default=1)

    class Meta(Row.Meta):
        table = "organization"


class OrganizationGate(Row):
    """The one row that writers of an organization's orders and matches lock first.

    It makes matching and the limits of O4 exact under concurrency, carries the last generated order number (O3), and
    counts the changes to what matching reads, so that a cached snapshot of the orders knows when it is stale.
    `swept_on` is the last day for which the mails about expiring orders were planned (B4). `last_moment` is when the
    latest operation happened: each happens after the one before, whatever the clocks of the servers say (V4).
    """

    organization: fields.OneToOneRelation[Organization] = fields.OneToOneField(
        "models.Organization", related_name="gate", on_delete=fields.RESTRICT
    )
    organization_id: int
    orders_version = fields.BigIntField(default=0)
    last_order_number = fields.BigIntField(default=0)
    last_requisition_number = fields.BigIntField(default=0)
    last_receipt_number = fields.BigIntField(default=0)
    last_payment_number = fields.BigIntField(default=0)
    last_debit_memo_number = fields.BigIntField(default=0)
    swept_on = fields.DateField(null=True)
    last_moment = fields.DatetimeField(null=True)

    class Meta(Row.Meta):
        table = "organization_gate"


class User(Row):
    """A person or workflow that acts in one organization."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="users", on_delete=fields.RESTRICT
    )
    organization_id: int
    name = fields.CharField(max_length=200)
    email = fields.CharField(max_length=254)
    roles = TextArrayField()
    cost_center: fields.ForeignKeyNullableRelation[CostCenter] = fields.ForeignKeyField(
        "models.CostCenter", related_name="users", on_delete=fields.RESTRICT, null=True, db_index=True
    )
    cost_center_id: int | None
    edit_version = fields.IntField(default=1)

    class Meta(Row.Meta):
        table = "app_user"
        unique_together = (("organization_id", "email"),)
        indexes = (("organization_id", "name"),)


class UserGroup(Row):
    """Users who may do something together: draw on blanket orders, approve."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="user_groups", on_delete=fields.RESTRICT
    )
    organization_id: int
    name = fields.CharField(max_length=200)
    edit_version = fields.IntField(default=1)

    class Meta(Row.Meta):
        table = "user_group"
        unique_together = (("organization_id", "name"),)


class UserGroupMember(Row):
    """A user who belongs to a group."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="user_group_members", on_delete=fields.RESTRICT, db_index=True
    )
    organization_id: int
    group: fields.ForeignKeyRelation[UserGroup] = fields.ForeignKeyField(
        "models.UserGroup", related_name="members", on_delete=fields.CASCADE
    )
    group_id: int
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="memberships", on_delete=fields.RESTRICT, db_index=True
    )
    user_id: int

    class Meta(Row.Meta):
        table = "user_group_member"
        unique_together = (("group_id", "user_id"),)


class ApiToken(Row):
    """A key with which a user calls the API. Only its SHA-256 is kept; the text is shown once."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="api_tokens", on_delete=fields.RESTRICT, db_index=True
    )
    organization_id: int
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="api_tokens", on_delete=fields.RESTRICT, db_index=True
    )
    user_id: int
    name = fields.CharField(max_length=100)
    digest = fields.CharField(max_length=64, unique=True)
    hint = fields.CharField(max_length=16)
    expires_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta(Row.Meta):
        table = "api_token"


class CostCenter(Row):
    """Who bears the expense."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="cost_centers", on_delete=fields.RESTRICT
    )
    organization_id: int
    number = fields.CharField(max_length=60)
    name = fields.CharField(max_length=200)
    edit_version = fields.IntField(default=1)

    class Meta(Row.Meta):
        table = "cost_center"
        unique_together = (("organization_id", "number"),)
        indexes = (("organization_id", "name"),)


class LegalEntity(Row):
    """The company of the organization that buys; its address is the bill-to address (O2)."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="legal_entities", on_delete=fields.RESTRICT
    )
    organization_id: int
    number = fields.CharField(max_length=60)
    name = fields.CharField(max_length=200)
    tax_registration_number = fields.CharField(max_length=60, null=True)
    address: dict[str, Any] | None = fields.JSONField(null=True)  # pyright: ignore[reportAssignmentType]
    edit_version = fields.IntField(default=1)

    class Meta(Row.Meta):
        table = "legal_entity"
        unique_together = (("organization_id", "number"),)
        indexes = (("organization_id", "name"),)


class PurchasingEntity(Row):
    """The part of the organization that places the order."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="purchasing_entities", on_delete=fields.RESTRICT
    )
    organization_id: int
    number = fields.CharField(max_length=60)
    name = fields.CharField(max_length=200)
    edit_version = fields.IntField(default=1)

    class Meta(Row.Meta):
        table = "purchasing_entity"
        unique_together = (("organization_id", "number"),)
        indexes = (("organization_id", "name"),)


class PaymentTerm(Row):
    """When an invoice is due."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="payment_terms", on_delete=fields.RESTRICT
    )
    organization_id: int
    name = fields.CharField(max_length=100)
    net_days = fields.IntField()
    discount_days = fields.IntField(null=True)
    discount_percent = PercentField(null=True)
    edit_version = fields.IntField(default=1)

    class Meta(Row.Meta):
        table = "payment_term"
        unique_together = (("organization_id", "name"),)


class ShippingMethod(Row):
    """A carrier's way of delivery."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="shipping_methods", on_delete=fields.RESTRICT
    )
    organization_id: int
    name = fields.CharField(max_length=100)
    carrier = fields.CharField(max_length=100)
    edit_version = fields.IntField(default=1)

    class Meta(Row.Meta):
        table = "shipping_method"
        unique_together = (("organization_id", "name"),)


class ShippingMethodSupplier(Row):
    """A supplier who delivers by a method, and to which countries; none means everywhere (O9)."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="shipping_method_suppliers", on_delete=fields.RESTRICT, db_index=True
    )
    organization_id: int
    shipping_method: fields.ForeignKeyRelation[ShippingMethod] = fields.ForeignKeyField(
        "models.ShippingMethod", related_name="suppliers", on_delete=fields.CASCADE
    )
    shipping_method_id: int
    supplier: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "models.Supplier", related_name="shipping_methods", on_delete=fields.RESTRICT, db_index=True
    )
    supplier_id: int
    countries = TextArrayField()

    class Meta(Row.Meta):
        table = "shipping_method_supplier"
        unique_together = (("shipping_method_id", "supplier_id"),)


class HandlingFeeRule(Row):
    """What a shipping method costs. The rule with the lowest rank that fits applies (O9).

    It fits where the amount of the goods, in `currency`, lies between `amount_from` and `amount_to`, ends included.
    """

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="handling_fee_rules", on_delete=fields.RESTRICT, db_index=True
    )
    organization_id: int
    shipping_method: fields.ForeignKeyRelation[ShippingMethod] = fields.ForeignKeyField(
        "models.ShippingMethod", related_name="handling_fee_rules", on_delete=fields.CASCADE
    )
    shipping_method_id: int
    rank = fields.IntField()
    kind = WordField(HandlingFeeKind, default=HandlingFeeKind.FIXED)
    currency = fields.CharField(max_length=3)
    amount_from = MoneyField(null=True)
    amount_to = MoneyField(null=True)
    amount = MoneyField(null=True)
    percent = PercentField(null=True)

    class Meta(Row.Meta):
        table = "handling_fee_rule"
        unique_together = (("shipping_method_id", "rank"),)
        constraints = (
            CheckConstraint(
                check="CASE kind WHEN 'FIXED' THEN amount IS NOT NULL AND amount >= 0 AND percent IS NULL"
                " ELSE percent IS NOT NULL AND percent >= 0 AND amount IS NULL END",
                name="handling_fee_rule_fee",
            ),
        )


class IdempotencyKey(Row):
    """A key that a client gave a mutation, and the answer it got: the same again answers the same."""

    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="idempotency_keys", on_delete=fields.RESTRICT
    )
    organization_id: int
    key = fields.CharField(max_length=200)
    operation = fields.CharField(max_length=100)
    fingerprint = fields.CharField(max_length=64)
    selection = fields.CharField(max_length=64)
    answer = fields.TextField(default="")
    entity_id = fields.BigIntField(null=True)
    event_ids: list[int] = fields.JSONField(default=list)  # pyright: ignore[reportAssignmentType]

    class Meta(Row.Meta):
        table = "idempotency_key"
        unique_together = (("organization_id", "key"),)
