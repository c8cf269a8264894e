"""Orders, lines, contacts and tags as the history tells them: fields named as in the API, references by their ids.

Source: V7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from models.contract import SupplierProduct
from models.event import Event
from models.organization import (
    CostCenter,
    LegalEntity,
    PaymentTerm,
    PurchasingEntity,
    ShippingMethod,
    User,
)
from models.requisition import PurchaseRequisition
from models.supplier import SellerEntity, Supplier
from resolvers.ids import id_of
from resolvers.rules.text import api_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from models.base import Row
    from models.purchase_order import Contact, PurchaseOrder, PurchaseOrderLine, Tag

Told = dict[str, Any]

REFERENCES: Final[dict[str, type[Row]]] = {
    "supplier_id": Supplier,
    "business_owner_id": User,
    "primary_contact_id": User,
    "requisition_id": PurchaseRequisition,
    "cost_center_id": CostCenter,
    "legal_entity_id": LegalEntity,
    "purchasing_entity_id": PurchasingEntity,
    "payment_term_id": PaymentTerm,
    "shipping_method_id": ShippingMethod,
}
"""The columns of an order that refer to something, and to what."""

ORDER_FIELDS: Final = (
    "number",
    "external_id",
    "display_name",
    "erp_number",
    "description",
    "order_type",
    "status",
    "currency",
    *REFERENCES,
    "ship_to",
    "tax_registration_numbers",
    "invoice_units",
    "effective_date",
    "expiration_date",
    "submitted_at",
    "approved_at",
    "issued_at",
    "supplier_confirmed_at",
    "suspended_at",
    "closed_at",
    "close_reason",
    "minimum_spend",
    "discount_percentage",
)

LINE_FIELDS: Final = (
    "description",
    "line_item_type",
    "product_type",
    "acknowledgment_type",
    "goods_receipt_required",
    "milestone_payout",
    "verification",
    "product_id",
    "supplier_product",
    "part_number",
    "unit",
    "quantity",
    "unit_price",
    "discount",
    "tax_percent",
    "tax_amount",
    "estimated_tax",
    "estimated_shipping",
    "start_date",
    "end_date",
    "expected_delivery_date",
    "ship_to",
    "recipient",
    "erp_line_number",
    "agreement_id",
    "balance_tracked",
    "status",
    "canceled_at",
    "cancel_reason",
    "closed_at",
    "close_reason",
)
"""What is said of a line, beside its number."""

VERSION: Final = "editVersion"
"""The field of an event that tells which edit it was."""

_FURTHEST: Final = 50
"""How many edits back a conflict is told in detail."""


def told_order(order: PurchaseOrder, seller_entity_ids: Iterable[int]) -> Told:
    """An order's own fields."""
    told: Told = {}
    for name in ORDER_FIELDS:
        value = getattr(order, name)
        if name in REFERENCES and value is not None:
            value = id_of(REFERENCES[name], value)
        told |= _told(api_name(name), value)
    return told | {"sellerEntityIds": [id_of(SellerEntity, key) for key in sorted(seller_entity_ids)]}


def told_line(line: PurchaseOrderLine) -> Told:
    """A line: `lines.3.quantity`."""
    told: Told = {}
    for name in LINE_FIELDS:
        value = getattr(line, name)
        if name == "product_id" and value is not None:
            value = id_of(SupplierProduct, value)
        told |= _told(f"lines.{line.number}.{api_name(name)}", value)
    return told


def told_lines(lines: Iterable[PurchaseOrderLine]) -> Told:
    """All lines."""
    return {field: value for line in lines for field, value in told_line(line).items()}


def told_contact(contact: Contact, address: str | None = None) -> Told:
    """A contact, by its address, or the one it had: `contacts.buyer@example.com.name`."""
    told = {"name": contact.name, "email": contact.email, "phone": contact.phone, "mutedNotices": contact.muted_notices}
    return {f"contacts.{address or contact.email}.{name}": value for name, value in told.items()}


def told_tags(tags: Iterable[Tag]) -> Told:
    """Tags: `tags.team`."""
    return {f"tags.{tag.key}": tag.value for tag in tags}


def there(told: Mapping[str, Any]) -> Told:
    """What is worth telling of something new, or of something that is gone: what has a value."""
    return {field: value for field, value in told.items() if value is not None and value != []}


def said_of(address: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The parts of an address that say something; none where there is no such part."""
    return {part: text for part, text in (address or {}).items() if text is not None} or None


async def changed_since(order: PurchaseOrder, version: int) -> tuple[str, ...]:
    """The fields that people have changed since the order had this edit version."""
    edits = Event.filter(purchase_order_id=order.id, changes__contains=[{"field": VERSION}])
    latest = await edits.order_by("-id").limit(_FURTHEST)
    return tuple(
        dict.fromkeys(
            change["field"]
            for event in reversed(latest)
            if any(change["field"] == VERSION and int(change["to"]) > version for change in event.changes)
            for change in event.changes
            if change["field"] != VERSION
        )
    )


def _told(name: str, value: Any) -> Told:
    """A field; each part of an address by itself."""
    if isinstance(value, dict):
        parts: dict[str, Any] = value
        return {f"{name}.{api_name(part)}": text for part, text in parts.items()}
    return {name: value}
