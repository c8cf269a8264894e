"""Invoices, as clients see them."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from graph.fields import column, connected, first, identifier, money, one, read
from graph.scalars import CurrencyCode
from graph.types.common import Connection, Money, Node
from graph.types.event import Event
from graph.types.inputs import DiscrepancyWhere, EventWhere, InvoiceOrder, InvoiceWhere, PaymentWhere
from graph.types.match import Match
from graph.types.supplier import SellerEntity, Supplier
from models import invoice as rows
from models.statuses.invoices import BillingStage, InvoiceCategory, InvoiceKind, InvoiceLineStatus, InvoiceStatus
from resolvers import lists
from resolvers.reading import expressions

if TYPE_CHECKING:
    from graph.types.approval import ApprovalPlan
    from graph.types.collaboration import Attachment, Comment
    from graph.types.payment import Payment
    from graph.types.purchase_order import PurchaseOrder, PurchaseOrderLine
    from graph.types.receiving import Receipt
    from graph.types.verification import Discrepancy


@strawberry.type(description="A line of an invoice.")
class InvoiceLine(Node):
    id: strawberry.ID = identifier(rows.InvoiceLine)
    number: int = column("The number, unique in the invoice.")
    description: str | None = column("What is billed.")
    part_number: str | None = column("The supplier's part number.")
    purchase_order_number: str | None = column("The order it names, where that is not the invoice's.")
    purchase_order_line_number: int | None = column("The order line it names.")
    reopens_quantity: bool | None = column(
        "On credit memos and debit memos: whether the quantity can be billed again; null where that was not said."
    )
    unit: str | None = column("The unit of the quantity.")
    quantity: Decimal | None = column("The quantity billed, in the unit.")
    unit_price: Money | None = money("The price for one unit.", "unit_price", nullable=True)
    amount: Money = money("The amount before tax.", "amount")
    tax_amount: Money = money("The tax.", "tax_amount")
    status: InvoiceLineStatus = column("Where it stands.")
    status_reason: str | None = column("Why it was rejected.")
    approved_at: datetime | None = column("When it was approved.")
    confirmed_at: datetime | None = column("When it was confirmed.")
    rejected_at: datetime | None = column("When it was rejected.")
    allocations = connected(
        "What it takes from order lines now.",
        "allocations",
        lists.ALLOCATIONS,
        of=Connection[Annotated["Allocation", strawberry.lazy("graph.types.invoice")]],
        only=lists.CURRENT_ALLOCATION,
    )
    invoice: Annotated["Invoice", strawberry.lazy("graph.types.invoice")] = one("Its invoice.", "invoice")


@strawberry.type(description="What an invoice, or a line of it, takes from an order line.")
class Allocation(Node):
    id: strawberry.ID = identifier(rows.Allocation)
    invoice: Annotated["Invoice", strawberry.lazy("graph.types.invoice")] = one("The invoice.", "invoice")
    invoice_line: InvoiceLine | None = one(
        "The line of the invoice; null where it is the whole, or the line was removed.", "invoice_line"
    )
    purchase_order: Annotated["PurchaseOrder", strawberry.lazy("graph.types.purchase_order")] = one(
        "The order.", "purchase_order"
    )
    line: Annotated["PurchaseOrderLine", strawberry.lazy("graph.types.purchase_order")] = one("The order line.", "line")
    amount: Money = money(
        "The amount taken, before tax where it is of a line; negative where it is given back.", "amount"
    )
    quantity: Decimal | None = column("The quantity taken; negative where it is given back.")
    tax_amount: Money = money("The tax of the line that counts against the balance, too.", "tax_amount")
    received_amount: Money | None = money(
        "What of it was received, where a person has said so; otherwise all of it, once it counts.",
        "received_amount",
        nullable=True,
    )
    reopens: bool = column("Whether a quantity that is given back can be billed again.")
    is_approved: bool = column("Whether what it bills is approved.")
    is_confirmed: bool = column("Whether what it bills is confirmed.")
    charges_amount: Money = money("Its share of the invoice's other charges.", "charges_amount")
    discount_amount: Money = money("Its share of the invoice's discount.", "discount_amount")
    paid_amount: Money = money("Its share of what was paid for the invoice.", "paid_amount")
    created_at: datetime = column("When it was made.")
    ended_at: datetime | None = column("When the invoice went elsewhere; null while it holds.")


@strawberry.type(description="A supplier's invoice or credit memo. Matching never changes it.")
class Invoice(Node):
    id: strawberry.ID = identifier(rows.Invoice)
    supplier_invoice_number: str = column("The supplier's number, unique for the supplier.")
    external_id: str | None = column("The key in the client's own system, unique in the organization.")
    kind: InvoiceKind = column("Invoice, credit memo or debit memo.")
    category: InvoiceCategory = column("What it bills.")
    status: InvoiceStatus = column("Where it stands in its lifecycle.")
    edit_version: int = column("Rises by one with every change; give it as `expectedVersion`.")
    supplier: Supplier = one("Who sent it.", "supplier")
    seller_entity: SellerEntity | None = one("The supplier's company that bills.", "seller_entity")
    currency: CurrencyCode = column("The currency of its amounts.")
    invoice_date: date = column("The date it was issued.")
    due_date: date | None = column("The date it is due.")
    billing_period_start: date | None = column("The first day it bills.")
    billing_period_end: date | None = column("The last day it bills.")
    total_amount: Money = money("The total, taxes included; negative on credit memos.", "total_amount")
    amount_before_tax: Money = money("The total before tax.", "amount_before_tax")
    tax_amount: Money = money("The tax.", "tax_amount")
    other_charges: Money = money("Charges beyond its lines.", "other_charges")
    discount_amount: Money = money("The discount on the whole of it.", "discount_amount")
    billing_stage: BillingStage = column("Which part of the business it bills.")
    paid_amount: Money = money("What was paid for it.", "paid_amount")
    open_amount: Money = read("What is open of it: the total less what was paid.", expressions.OPEN_AMOUNT)
    approved_at: datetime | None = column("When it was approved.")
    confirmed_at: datetime | None = column("When it was confirmed.")
    rejected_at: datetime | None = column("When it was rejected.")
    status_reason: str | None = column("Why it was rejected, canceled or reopened.")
    duplicate_of: Annotated["Invoice", strawberry.lazy("graph.types.invoice")] | None = one(
        "The invoice that it looks like.", "duplicate_of"
    )
    purchase_order_number: str | None = column("The order number it names.")
    original_invoice_number: str | None = column("The invoice that a credit memo corrects.")
    agreement_id: str | None = column("The marketplace agreement it bills.")
    tax_registration_number: str | None = column("The buyer's tax registration number on it.")
    invoice_unit: str | None = column("The invoice unit it was made for.")
    account: str | None = column("The account it was made for.")
    on_hold: bool = column("Whether it waits for a person because it overdraws its order line.")
    created_at: datetime = column("When it was recorded.")
    updated_at: datetime = column("When it was last changed.")
    claimed_by: Annotated["Receipt", strawberry.lazy("graph.types.receiving")] | None = first(
        "The return that a debit memo claims for.", "returns"
    )
    lines = connected("Its lines.", "lines", lists.INVOICE_LINES, of=Connection[InvoiceLine])
    duplicates = connected(
        "Invoices that were kept although they look like it.",
        "duplicates",
        lists.INVOICES,
        of=Connection[Annotated["Invoice", strawberry.lazy("graph.types.invoice")]],
        where=InvoiceWhere,
        order=InvoiceOrder,
    )
    payments = connected(
        "What was paid for it, the latest first.",
        "payments",
        lists.PAYMENTS,
        of=Connection[Annotated["Payment", strawberry.lazy("graph.types.payment")]],
        where=PaymentWhere,
    )
    match: Match | None = first(
        "The decision in force about which order it belongs to.", "matches", only=lists.CURRENT_MATCH
    )
    matches = connected("All decisions about it, the latest first.", "matches", lists.MATCHES, of=Connection[Match])
    allocations = connected(
        "What it takes from orders now.",
        "allocations",
        lists.ALLOCATIONS,
        of=Connection[Allocation],
        only=lists.CURRENT_ALLOCATION,
    )
    allocation_history = connected(
        "What it took from orders before.",
        "allocations",
        lists.ALLOCATIONS,
        of=Connection[Allocation],
        only=lists.ENDED_ALLOCATION,
    )
    discrepancies = connected(
        "In what it disagrees with its orders, with what arrived, or with itself, the latest first.",
        "discrepancies",
        lists.DISCREPANCIES,
        of=Connection[Annotated["Discrepancy", strawberry.lazy("graph.types.verification")]],
        where=DiscrepancyWhere,
    )
    comments = connected(
        "What people wrote about it, in order.",
        "comments",
        lists.NAMED,
        of=Connection[Annotated["Comment", strawberry.lazy("graph.types.collaboration")]],
    )
    attachments = connected(
        "The files that belong to it.",
        "attachments",
        lists.NAMED,
        of=Connection[Annotated["Attachment", strawberry.lazy("graph.types.collaboration")]],
    )
    approval_plans = connected(
        "Whose agreement it needed, or needs; the latest first.",
        "approval_plans",
        lists.APPROVAL_PLANS,
        of=Connection[Annotated["ApprovalPlan", strawberry.lazy("graph.types.approval")]],
    )
    events = connected(
        "Everything that happened to it, the latest first.",
        "events",
        lists.EVENTS,
        of=Connection[Event],
        where=EventWhere,
    )
