"""Ids as clients see them: a prefix that says what it is, and a key. Opaque to clients, readable to people."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from models.approval import Approval, ApprovalPlan, ApprovalRule, ApprovalStep
from models.collaboration import Attachment, Comment, PurchasingPermission, PurchasingTask
from models.contract import Contract, ContractPrice, SupplierProduct
from models.event import Event
from models.invoice import Allocation, Invoice, InvoiceLine
from models.match import Match
from models.notice import Notice
from models.organization import (
    ApiToken,
    CostCenter,
    LegalEntity,
    Organization,
    PaymentTerm,
    PurchasingEntity,
    ShippingMethod,
    User,
    UserGroup,
)
from models.payment import Payment
from models.purchase_order import Contact, PurchaseOrder, PurchaseOrderLine
from models.receiving import Milestone, Receipt, ReceiptLine
from models.requisition import PurchaseRequisition, RequisitionLine
from models.revision import PurchaseOrderVersion, Revision, RevisionLine
from models.supplier import SellerEntity, Supplier
from models.verification import Discrepancy, ToleranceRule

if TYPE_CHECKING:
    from tortoise.models import Model

PREFIXES: Final[dict[type[Model], str]] = {
    Allocation: "alc",
    ApiToken: "tok",
    Approval: "apv",
    ApprovalPlan: "apl",
    ApprovalRule: "apr",
    ApprovalStep: "aps",
    Attachment: "att",
    Comment: "cmt",
    Contact: "con",
    Contract: "ctr",
    ContractPrice: "ctp",
    CostCenter: "cc",
    Discrepancy: "dis",
    Event: "ev",
    Invoice: "inv",
    InvoiceLine: "invl",
    LegalEntity: "le",
    Match: "mat",
    Milestone: "mil",
    Notice: "ntc",
    Organization: "org",
    Payment: "pay",
    PaymentTerm: "pt",
    PurchaseOrder: "po",
    PurchaseOrderLine: "pol",
    PurchaseOrderVersion: "pov",
    PurchaseRequisition: "req",
    PurchasingEntity: "pe",
    Receipt: "rc",
    ReceiptLine: "rcl",
    RequisitionLine: "reql",
    Revision: "rev",
    RevisionLine: "revl",
    PurchasingPermission: "perm",
    PurchasingTask: "task",
    SellerEntity: "sel",
    ShippingMethod: "ship",
    Supplier: "sup",
    SupplierProduct: "prd",
    ToleranceRule: "tol",
    User: "usr",
    UserGroup: "grp",
}
MODELS: Final = {prefix: model for model, prefix in PREFIXES.items()}

_SHAPE: Final = re.compile(r"([a-z]+)_([1-9][0-9]{0,17})", re.ASCII)


def id_of(model: type[Model], key: int) -> str:
    """The id that clients see: `po_17`."""
    return f"{PREFIXES[model]}_{key}"


def opened(text: str) -> tuple[type[Model], int] | None:
    """What an id refers to, or none where it is not an id of ours."""
    found = _SHAPE.fullmatch(text)
    model = MODELS.get(found[1]) if found else None
    return (model, int(found[2])) if found and model else None


def key_of(model: type[Model], text: str) -> int | None:
    """The key of a row of this kind, or none where the id is of no or of another kind."""
    found = opened(text)
    return found[1] if found and found[0] is model else None
