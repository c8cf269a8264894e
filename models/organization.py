"""Who owns the data, and who may touch it: organizations, their parts, users, API tokens."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from models.base import Row
from models.fields import FilledTextArrayField, FilledWholeArrayField, TextArrayField, WordField
from models.statuses import AmountBasis, DateBasis, OverdrawPolicy


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
    edit_version = fields.IntField(default=1)

    class Meta(Row.Meta):
        table = "organization"


class OrganizationGate(Row):
    """The one row that writers of an organization's orders and matches lock first.

    It makes matching and the limits of O4 exact under concurrency, carries the last generated order number (O3), and
    counts the changes to what matching reads, so that a cached snapshot of the orders knows when it is stale.
    `swept_on` is the last day for which the mails about expiring orders were planned (B4).
    """

    organization: fields.OneToOneRelation[Organization] = fields.OneToOneField(
        "models.Organization", related_name="gate", on_delete=fields.RESTRICT
    )
    organization_id: int
    orders_version = fields.BigIntField(default=0)
    last_order_number = fields.BigIntField(default=0)
    swept_on = fields.DateField(null=True)

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
    edit_version = fields.IntField(default=1)

    class Meta(Row.Meta):
        table = "app_user"
        unique_together = (("organization_id", "email"),)
        indexes = (("organization_id", "name"),)


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
