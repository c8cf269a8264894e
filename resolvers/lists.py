"""The lists of the API: how each is filtered, sorted and searched."""

from __future__ import annotations

from typing import Any, Final

from tortoise.expressions import Q

from models.invoice import Invoice
from models.organization import CostCenter, LegalEntity, User
from models.purchase_order import Contact, PurchaseOrder
from models.requisition import PurchaseRequisition
from models.statuses import MatchingStatus
from models.supplier import SellerEntity, Supplier
from resolvers.listings import Derived, Listing, Reference
from resolvers.reading.expressions import matching_status_is
from resolvers.reading.predicates import USER, Unless

_USER: Any = USER


def _matching_status(value: Any) -> Q:
    return matching_status_is(MatchingStatus(value))


def _dropped(value: Any) -> Q:
    return Q(rank__isnull=bool(value))


def _mine(value: Any) -> Q:
    mine = Q(assignee_id=_USER)
    return mine if value else Unless(mine)


PURCHASE_ORDERS: Final = Listing(
    filters={
        "id": Reference("id", PurchaseOrder),
        "number": "number",
        "external_id": "external_id",
        "status": "status",
        "matching_status": Derived(_matching_status),
        "order_type": "order_type",
        "supplier_id": Reference("supplier_id", Supplier),
        "cost_center_id": Reference("cost_center_id", CostCenter),
        "legal_entity_id": Reference("legal_entity_id", LegalEntity),
        "business_owner_id": Reference("business_owner_id", User),
        "requisition_id": Reference("requisition_id", PurchaseRequisition),
        "effective_date": "effective_date",
        "expiration_date": "expiration_date",
        "total_amount": "total_amount",
        "balance": "balance_current",
        "created_at": "created_at",
        "updated_at": "updated_at",
    },
    default=("-id",),
    search="search_vector",
)

LINES: Final = Listing(
    filters={
        "number": "number",
        "line_item_type": "line_item_type",
        "product_type": "product_type",
        "status": "status",
        "start_date": "start_date",
        "end_date": "end_date",
        "balance_tracked": "balance_tracked",
        "balance": "balance_current",
    },
    default=("number",),
    unique="number",
)

INVOICES: Final = Listing(
    filters={
        "id": Reference("id", Invoice),
        "supplier_invoice_number": "supplier_invoice_number",
        "external_id": "external_id",
        "status": "status",
        "kind": "kind",
        "category": "category",
        "supplier_id": Reference("supplier_id", Supplier),
        "seller_entity_id": Reference("seller_entity_id", SellerEntity),
        "invoice_date": "invoice_date",
        "total_amount": "total_amount",
        "on_hold": "on_hold",
        "created_at": "created_at",
    },
    default=("-id",),
)

INVOICE_LINES: Final = Listing(default=("number",), unique="number")

ALLOCATIONS: Final = Listing(default=("id",))

MATCHES: Final = Listing(default=("-id",))

CANDIDATES: Final = Listing(
    filters={
        "dropped": Derived(_dropped),
        "criterion": "criterion",
        "purchase_order_id": Reference("purchase_order_id", PurchaseOrder),
    },
    default=("id",),
)

SUPPLIERS: Final = Listing(
    filters={
        "id": Reference("id", Supplier),
        "number": "number",
        "name": "name",
        "external_id": "external_id",
    },
    default=("name",),
    search="search_vector",
)

SELLER_ENTITIES: Final = Listing(
    filters={
        "id": Reference("id", SellerEntity),
        "name": "name",
        "supplier_id": Reference("supplier_id", Supplier),
    },
    default=("name",),
)

USERS: Final = Listing(filters={"id": Reference("id", User), "name": "name", "email": "email"}, default=("name",))

NUMBERED: Final = Listing(filters={"number": "number", "name": "name"}, default=("number",))

EVENTS: Final = Listing(
    filters={
        "kind": "kind",
        "purchase_order_id": Reference("purchase_order_id", PurchaseOrder),
        "invoice_id": Reference("invoice_id", Invoice),
        "supplier_id": Reference("supplier_id", Supplier),
        "actor_id": Reference("actor_id", User),
        "created_at": "created_at",
    },
    default=("-id",),
)

NOTICES: Final = Listing(
    filters={
        "kind": "kind",
        "state": "state",
        "purchase_order_id": Reference("purchase_order_id", PurchaseOrder),
        "contact_id": Reference("contact_id", Contact),
        "recipient_email": "recipient_email",
        "created_at": "created_at",
    },
    default=("-id",),
)

NAMED: Final = Listing(default=("id",))

TASKS: Final = Listing(
    filters={
        "assignee_id": Reference("assignee_id", User),
        "mine": Derived(_mine),
        "state": "state",
        "due_date": "due_date",
        "purchase_order_id": Reference("purchase_order_id", PurchaseOrder),
    },
    default=("due_date",),
)

RELEASE_LINES: Final = Listing(default=("id",))

CURRENT_ALLOCATION: Final = Q(ended_at__isnull=True)
ENDED_ALLOCATION: Final = Q(ended_at__isnull=False)
CURRENT_MATCH: Final = Q(superseded_at__isnull=True)
