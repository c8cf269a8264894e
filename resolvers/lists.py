"""The lists of the API: how each is filtered, sorted and searched."""

from __future__ import annotations

from typing import Any, Final

from tortoise.expressions import Q

from models.approval import Approval
from models.contract import Contract
from models.invoice import Invoice, InvoiceLine
from models.organization import CostCenter, LegalEntity, User
from models.purchase_order import Contact, PurchaseOrder, PurchaseOrderLine
from models.receiving import Milestone, Receipt
from models.requisition import PurchaseRequisition
from models.statuses.orders import MatchingStatus, RevisionStatus
from models.statuses.people import ApprovalStepStatus, ApproverState
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


def _my_approval(value: Any) -> Q:
    mine = Q(approver_id=_USER)
    return mine if value else Unless(mine)


def _open_approval(value: Any) -> Q:
    waiting = Q(state=ApproverState.WAITING, step__status=ApprovalStepStatus.REQUESTED)
    return waiting if value else Unless(waiting)


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
        "invoice_line_id": Reference("invoice_line_id", InvoiceLine),
    },
    default=("id",),
)

PAYMENTS: Final = Listing(
    filters={
        "number": "number",
        "external_id": "external_id",
        "invoice_id": Reference("invoice_id", Invoice),
        "paid_on": "paid_on",
        "created_at": "created_at",
    },
    default=("-id",),
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
        "requisition_id": Reference("requisition_id", PurchaseRequisition),
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

SUPPLIER_PRODUCTS: Final = Listing(
    filters={
        "supplier_id": Reference("supplier_id", Supplier),
        "part_number": "part_number",
        "name": "name",
        "product_type": "product_type",
        "is_active": "is_active",
    },
    default=("part_number",),
)

CONTRACTS: Final = Listing(
    filters={
        "id": Reference("id", Contract),
        "number": "number",
        "supplier_id": Reference("supplier_id", Supplier),
        "valid_to": "valid_to",
        "updated_at": "updated_at",
    },
    default=("number",),
)

CONTRACT_PRICES: Final = Listing(default=("part_number",), unique="part_number")

REQUISITIONS: Final = Listing(
    filters={
        "id": Reference("id", PurchaseRequisition),
        "number": "number",
        "external_id": "external_id",
        "status": "status",
        "requested_by_id": Reference("requested_by_id", User),
        "assigned_to_id": Reference("assigned_to_id", User),
        "cost_center_id": Reference("cost_center_id", CostCenter),
        "created_at": "created_at",
        "updated_at": "updated_at",
    },
    default=("-id",),
    search="search_vector",
)

REQUISITION_LINES: Final = Listing(default=("number",), unique="number")

RECEIPTS: Final = Listing(
    filters={
        "id": Reference("id", Receipt),
        "number": "number",
        "external_id": "external_id",
        "status": "status",
        "purchase_order_id": Reference("purchase_order_id", PurchaseOrder),
        "milestone_id": Reference("milestone_id", Milestone),
        "received_on": "received_on",
        "created_at": "created_at",
    },
    default=("-id",),
)

RECEIPT_LINES: Final = Listing(default=("id",))

MILESTONES: Final = Listing(
    filters={
        "id": Reference("id", Milestone),
        "status": "status",
        "purchase_order_id": Reference("purchase_order_id", PurchaseOrder),
        "line_id": Reference("line_id", PurchaseOrderLine),
        "due_date": "due_date",
    },
    default=("id",),
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

DISCREPANCIES: Final = Listing(
    filters={
        "kind": "kind",
        "state": "state",
        "assignee_id": Reference("assignee_id", User),
        "mine": Derived(_mine),
        "invoice_id": Reference("invoice_id", Invoice),
        "purchase_order_id": Reference("purchase_order_id", PurchaseOrder),
        "created_at": "created_at",
    },
    default=("-id",),
)

TOLERANCE_RULES: Final = Listing(default=("number",), unique="number")

APPROVALS: Final = Listing(
    filters={
        "id": Reference("id", Approval),
        "mine": Derived(_my_approval),
        "open": Derived(_open_approval),
        "state": "state",
        "approver_id": Reference("approver_id", User),
        "created_at": "created_at",
    },
    default=("-id",),
)

STEP_APPROVALS: Final = Listing(default=("id",))

APPROVAL_STEPS: Final = Listing(default=("number",), unique="number")

APPROVAL_PLANS: Final = Listing(default=("-id",))

APPROVAL_RULES: Final = Listing(
    filters={"number": "number", "document": "document", "is_active": "is_active"},
    default=("number",),
    unique="number",
)

RELEASE_LINES: Final = Listing(default=("id",))

CURRENT_ALLOCATION: Final = Q(ended_at__isnull=True)
ENDED_ALLOCATION: Final = Q(ended_at__isnull=False)
CURRENT_MATCH: Final = Q(superseded_at__isnull=True)

REVISIONS: Final = Listing(
    filters={
        "status": "status",
        "purchase_order_id": Reference("purchase_order_id", PurchaseOrder),
        "started_by_id": Reference("started_by_id", User),
        "created_at": "created_at",
    },
    default=("-id",),
)

REVISION_LINES: Final = Listing(default=("number",), unique="number")

ORDER_VERSIONS: Final = Listing(default=("-version",), unique="version")

OPEN_REVISION: Final = Q(status__in=[RevisionStatus.DRAFT, RevisionStatus.PENDING_APPROVAL, RevisionStatus.APPROVED])
