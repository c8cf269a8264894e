"""The purchase order and what hangs on it, as clients see them."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from graph.fields import (
    address,
    column,
    connected,
    first,
    identifier,
    many,
    money,
    one,
    read,
)
from graph.scalars import CurrencyCode
from graph.types.actions import AvailableAction, OrderWarning
from graph.types.common import Address, Balance, Connection, Money, Node, Progress
from graph.types.event import Event
from graph.types.inputs import (
    DiscrepancyWhere,
    EventWhere,
    InvoiceOrder,
    InvoiceWhere,
    LineOrder,
    LineWhere,
    NoticeWhere,
    PaymentWhere,
)
from graph.types.order_history import OrderHistory
from graph.types.order_surroundings import OrderSurroundings
from graph.types.organization import (
    CostCenter,
    LegalEntity,
    PaymentTerm,
    PurchasingEntity,
    ShippingMethod,
    User,
)
from graph.types.receiving import Milestone, Receipt, ReceiptLine
from graph.types.receiving_inputs import MilestoneOrder, MilestoneWhere, ReceiptOrder, ReceiptWhere
from graph.types.requisition import PurchaseRequisition
from graph.types.sourcing_filters import ContractOrder, ContractWhere
from graph.types.supplier import SellerEntity, Supplier
from models import purchase_order as rows
from models.statuses.invoices import VerificationPolicy
from models.statuses.orders import (
    AcknowledgmentType,
    LineItemType,
    LineStatus,
    MatchingStatus,
    MilestonePayout,
    OrderType,
    ProductType,
    PurchaseOrderStatus,
)
from models.statuses.people import NoticeKind
from resolvers import lists
from resolvers.orders import facts_orders
from resolvers.reading import expressions, kinds, verifying

if TYPE_CHECKING:
    from graph.types.contract import Contract, PriceCheck
    from graph.types.invoice import Allocation, Invoice
    from graph.types.notice import Notice
    from graph.types.payment import Payment
    from graph.types.product import SupplierProduct
    from graph.types.requisition import RequisitionLine
    from graph.types.shipping import AvailableShippingMethod
    from graph.types.verification import Discrepancy


@strawberry.type(description="A person who is mailed about an order.")
class Contact(Node):
    id: strawberry.ID = identifier(rows.Contact)
    name: str = column("The name.")
    email: str = column("The email address.")
    phone: str | None = column("The phone number.")
    muted_notices: list[NoticeKind] = column("The kinds of notices that the contact does not want.")
    notices = connected(
        "What the contact was told or is to be told, the latest first.",
        "notices",
        lists.NOTICES,
        of=Connection[Annotated["Notice", strawberry.lazy("graph.types.notice")]],
        where=NoticeWhere,
    )


@strawberry.type(description="A key with a value that the organization gives an order.")
class Tag:
    key: str = column("The key, unique on its order.")
    value: str = column("The value.")


@strawberry.type(description="A line of an order: what is bought, for how much, and which invoices it serves.")
class PurchaseOrderLine(Node):
    id: strawberry.ID = identifier(rows.PurchaseOrderLine)
    number: int = column("The number, unique in the order.")
    purchase_order: Annotated["PurchaseOrder", strawberry.lazy("graph.types.purchase_order")] = one(
        "Its order.", "purchase_order"
    )
    description: str | None = column("What is bought.")
    line_item_type: LineItemType = column("Which categories of invoices it accepts.")
    product_type: ProductType = column("What kind of thing is bought.")
    acknowledgment_type: AcknowledgmentType | None = column("How delivery is acknowledged; only for services.")
    goods_receipt_required: bool = column("Whether goods must be received before invoices are paid.")
    milestone_payout: MilestonePayout | None = column("What its milestones are worth; only with milestones.")
    verification: VerificationPolicy = read(
        "With what invoices on it have to agree; what was said of it, or else follows from the rest.", verifying.POLICY
    )
    supplier_product: str | None = column("The supplier's product.")
    product: Annotated["SupplierProduct", strawberry.lazy("graph.types.product")] | None = one(
        "The supplier's product that it was made of.", "product"
    )
    requisition_line: Annotated["RequisitionLine", strawberry.lazy("graph.types.requisition")] | None = one(
        "The requisition line that it was made of.", "requisition_line"
    )
    part_number: str | None = column("The supplier's part number.")
    unit: str = column("FIXED_FEE, INDIVIDUAL_UNIT, or a UN/ECE unit code.")
    quantity: Decimal = column("The quantity ordered, in the unit; up to six decimals.")
    unit_price: Money = money("The price for one unit, before discount and tax.", "unit_price")
    discount: Money = money("The discount on the line.", "discount")
    tax_percent: Decimal | None = column("The tax rate entered, in percent of the amount.")
    tax_amount: Money = money("The tax entered on the line; it raises the balance, not the amount.", "tax_amount")
    estimated_tax: Money | None = money("The tax expected; outside every total.", "estimated_tax", nullable=True)
    estimated_shipping: Money | None = money(
        "The shipping cost expected; outside every total.", "estimated_shipping", nullable=True
    )
    price_check: Annotated["PriceCheck", strawberry.lazy("graph.types.contract")] | None = first(
        "Its price beside the one of a contract that the order is linked to; null where none has one for its part.",
        "price_checks",
        ("contract_price", "contract_id"),
    )
    amount: Money = money("Quantity times price minus discount, rounded once to the minor unit, half up.", "amount")
    start_date: date | None = column("The first day it is for; the order's effective date where there is none.")
    end_date: date | None = column("The last day it is for; the order's expiration date where there is none.")
    expected_delivery_date: date | None = column("When delivery is expected.")
    ship_to: Address | None = address("Where it is delivered, if not where the order is.", "ship_to")
    recipient: str | None = column("Who receives it.")
    erp_line_number: str | None = column("The line's number in the ERP system.")
    agreement_id: str | None = column("The marketplace agreement it was made for.")
    balance_tracked: bool = column("Whether its balance is tracked.")
    status: LineStatus = column("Where it stands in its lifecycle.")
    canceled_at: datetime | None = column("When it was canceled.")
    cancel_reason: str | None = column("Why it was canceled.")
    closed_at: datetime | None = column("When it was closed short.")
    close_reason: str | None = column("Why it was closed short.")
    effective_quantity: Decimal = column(
        "The quantity that counts: of a line closed short, what was received; none of a canceled line."
    )
    effective_amount: Money = money("The amount that counts in the order's total.", "effective_amount")
    received_quantity: Decimal = column("The quantity received, less what went back; in the unit.")
    received_amount: Money = money("The value received.", "received_amount")
    received_percent: Decimal = column("Received, in percent of the amount that counts.")
    received_quantity_percent: Decimal = column("Received, in percent of the quantity that counts.")
    accepted_quantity: Decimal = column("What receipts say was accepted, returned or not.")
    rejected_quantity: Decimal = column("What receipts say was rejected, returned or not.")
    returned_quantity: Decimal = column("What went back.")
    open_quantity: Decimal = read("What is still to come, in the unit.", expressions.OPEN_QUANTITY)
    receipt_progress: Progress = read("How far receiving has come.", expressions.progress("received"))
    invoiced_quantity: Decimal = column("The quantity invoiced, in the unit.")
    invoiced_amount: Money = money("What matched invoices bill on it.", "invoiced_amount")
    invoiced_percent: Decimal = column("Invoiced, in percent of the amount that counts; not lowered by price credits.")
    invoiced_quantity_percent: Decimal = column("Invoiced, in percent of the quantity that counts.")
    billing_progress: Progress = read("How far invoicing has come.", expressions.progress("invoiced"))
    confirmed_amount: Money = money("The part of what is invoiced that is confirmed.", "confirmed_amount")
    paid_amount: Money = money("Its share of what was paid for its invoices.", "paid_amount")
    balance: Balance | None = read(
        "What invoices may still use; null where the balance is not tracked.", expressions.balance(forecast=True)
    )
    invoice_count: int = column("How many invoices are matched to it now.")
    receipt_lines = connected(
        "What receipts and returns say of it.", "receipt_lines", lists.RECEIPT_LINES, of=Connection[ReceiptLine]
    )
    milestones = connected(
        "Its milestones; only where milestones acknowledge it.",
        "milestones",
        lists.MILESTONES,
        of=Connection[Milestone],
        where=MilestoneWhere,
        order=MilestoneOrder,
    )
    allocations = connected(
        "What matched invoices take from it now.",
        "allocations",
        lists.ALLOCATIONS,
        of=Connection[Annotated["Allocation", strawberry.lazy("graph.types.invoice")]],
        only=lists.CURRENT_ALLOCATION,
    )
    allocation_history = connected(
        "What invoices took from it before they were matched elsewhere.",
        "allocations",
        lists.ALLOCATIONS,
        of=Connection[Annotated["Allocation", strawberry.lazy("graph.types.invoice")]],
        only=lists.ENDED_ALLOCATION,
    )
    blanket_line: Annotated["PurchaseOrderLine", strawberry.lazy("graph.types.purchase_order")] | None = one(
        "The line of the blanket order that it draws on; only on releases.", "blanket_line"
    )
    release_lines = connected(
        "The lines of releases that draw on it; only on blanket orders.",
        "release_lines",
        lists.RELEASE_LINES,
        of=Connection[Annotated["PurchaseOrderLine", strawberry.lazy("graph.types.purchase_order")]],
    )
    released_amount: Money = money("What releases draw on it; zero but on blanket orders.", "released_amount")


@strawberry.type(description="An order with a supplier: everything about it can be asked for from here.")
class PurchaseOrder(Node, OrderSurroundings, OrderHistory):
    id: strawberry.ID = identifier(rows.PurchaseOrder)
    number: str = column("The number, unique in the organization; it never changes.")
    external_id: str | None = column("The key in the client's own system, unique in the organization.")
    display_name: str | None = column("The name.")
    erp_number: str | None = column("The number in the ERP system.")
    description: str | None = column("What the order is for.")
    order_type: OrderType = column("Standard or blanket; decides which fields apply.")
    status: PurchaseOrderStatus = column("Where it stands in its lifecycle.")
    matching_status: MatchingStatus = read(
        "Whether it serves invoices today (UTC), by its dates and the suspend switch.", expressions.MATCHING_STATUS
    )
    version: int = column("The version; each revision that is applied raises it by one.")
    edit_version: int = column(
        "Rises by one with every change a person makes; give it as `expectedVersion` to be told of others' changes."
    )
    currency: CurrencyCode = column("The currency of all its amounts.")
    supplier: Supplier = one("Who sells.", "supplier")
    seller_entities: list[SellerEntity] = many(
        'Whose invoices it accepts ("bill from"); none means all.',
        "seller_entity_links",
        ("id",),
        through="seller_entity",
    )
    bill_to: Address | None = read(
        "Where invoices go: the address of the legal entity.", kinds.One("legal_entity", expressions.address("address"))
    )
    ship_to: Address | None = address("Where it is delivered.", "ship_to")
    tax_registration_numbers: list[str] = column(
        "Invoices must carry one of these tax registration numbers; none means any."
    )
    invoice_units: list[str] = column("Invoices must carry one of these invoice units; none means any.")
    effective_date: date | None = column("The first day it is valid; null means always has been.")
    expiration_date: date | None = column("The last day it is valid; null means for ever.")
    submitted_at: datetime | None = column("When it was submitted for approval.")
    approved_at: datetime | None = column("When it was approved.")
    issued_at: datetime | None = column("When it became binding.")
    supplier_confirmation_required: bool = column("Whether its supplier has to confirm it.")
    supplier_confirmed_at: datetime | None = column("When its supplier confirmed it.")
    first_approved_amount: Money | None = money(
        "The total with which it was issued first: what later changes are measured against.",
        "first_approved_amount",
        nullable=True,
    )
    suspended_at: datetime | None = column("When it was suspended; null while it is not.")
    closed_at: datetime | None = column("When a person closed it.")
    close_reason: str | None = column("Why it was closed.")
    business_owner: User = one("Who placed it.", "business_owner")
    primary_contact: User | None = one("Whom in procurement to ask about it.", "primary_contact")
    requisition: PurchaseRequisition | None = one("The requisition it was made from.", "requisition")
    cost_center: CostCenter | None = one("Who bears the expense.", "cost_center")
    legal_entity: LegalEntity | None = one("The company that buys.", "legal_entity")
    purchasing_entity: PurchasingEntity | None = one("The part of the organization that orders.", "purchasing_entity")
    payment_term: PaymentTerm | None = one("When its invoices are due.", "payment_term")
    shipping_method: ShippingMethod | None = one("How it is delivered.", "shipping_method")
    available_shipping_methods: list[Annotated["AvailableShippingMethod", strawberry.lazy("graph.types.shipping")]] = (
        many(
            "The methods by which its supplier delivers its goods to where they go; to submit the order, one of these "
            "has to be chosen. None for services and blanket orders.",
            "available_shipping_methods",
            ("id",),
        )
    )
    contracts = connected(
        "The contracts that it is placed under; none for blanket orders.",
        "contract_links",
        lists.CONTRACTS,
        of=Connection[Annotated["Contract", strawberry.lazy("graph.types.contract")]],
        where=ContractWhere,
        order=ContractOrder,
        through="contract",
    )
    total_amount: Money = money("The sum of its lines' amounts as far as these count.", "total_amount")
    net_amount: Money = money("The total minus the minimum spend discount.", "net_amount")
    minimum_spend: Money | None = money(
        "The total from which the discount applies; only for standard orders.", "minimum_spend", nullable=True
    )
    discount_percentage: Decimal | None = column("The discount, in percent; only for standard orders.")
    discount_amount: Money | None = money(
        "The discount in money; zero below the minimum spend; only for standard orders.",
        "discount_amount",
        nullable=True,
    )
    released_amount: Money | None = money(
        "What its releases have drawn; only for blanket orders.", "released_amount", nullable=True
    )
    received_amount: Money | None = money(
        "The value received; only for standard orders.", "received_amount", nullable=True
    )
    received_percent: Decimal | None = column("Received, in percent of the total; only for standard orders.")
    received_quantity_percent: Decimal | None = column(
        "Received by quantity: the mean of its lines, weighted by value; only for standard orders."
    )
    receipt_progress: Progress | None = read(
        "How far receiving has come; only for standard orders.", expressions.progress("received", nullable=True)
    )
    invoiced_amount: Money | None = money(
        "What confirmed invoices bill on it, with charges and less discounts; only for standard orders.",
        "invoiced_amount",
        nullable=True,
    )
    in_process_invoiced_amount: Money | None = money(
        "What invoices that are not confirmed yet bill on it; only for standard orders.",
        "in_process_invoiced_amount",
        nullable=True,
    )
    other_charges_amount: Money | None = money(
        "The charges in what is invoiced; only for standard orders.", "other_charges_amount", nullable=True
    )
    invoice_discount_amount: Money | None = money(
        "The discounts in what is invoiced; only for standard orders.", "invoice_discount_amount", nullable=True
    )
    billed_amount: Money | None = money(
        "What invoices bill on its lines, confirmed or not; only for standard orders.", "billed_amount", nullable=True
    )
    billed_percent: Decimal | None = column(
        "Billed, in percent of the total; not lowered by price credits; only for standard orders."
    )
    billed_quantity_percent: Decimal | None = column(
        "Billed by quantity: the mean of its lines, weighted by value; only for standard orders."
    )
    billing_progress: Progress | None = read(
        "How far invoicing has come, confirmed or not; only for standard orders.",
        expressions.progress("billed", nullable=True),
    )
    amount_paid: Money | None = money("What was paid; only for standard orders.", "amount_paid", nullable=True)
    remaining_balance: Money | None = money(
        "What is due for the order: total plus charges minus discounts minus paid; only for standard orders.",
        "remaining_balance",
        nullable=True,
    )
    outstanding_payable: Money | None = money(
        "Invoiced minus paid; only for standard orders.", "outstanding_payable", nullable=True
    )
    balance: Balance | None = read(
        "What invoices may still use of its tracked lines; null where none is tracked.",
        expressions.balance(forecast=False),
    )
    contacts: list[Contact] = many("Who is mailed about it.", "contacts", ("id",))
    tags: list[Tag] = many("Its tags, by key.", "tags", ("key",))
    lines = connected(
        "Its lines.",
        "lines",
        lists.LINES,
        of=Connection[PurchaseOrderLine],
        where=LineWhere,
        order=LineOrder,
    )
    receipts = connected(
        "What arrived and what went back, the latest first; none for blanket orders.",
        "receipts",
        lists.RECEIPTS,
        of=Connection[Receipt],
        where=ReceiptWhere,
        order=ReceiptOrder,
    )
    milestones = connected(
        "The milestones of its lines; none for blanket orders.",
        "milestones",
        lists.MILESTONES,
        of=Connection[Milestone],
        where=MilestoneWhere,
        order=MilestoneOrder,
    )
    allocations = connected(
        "What matched invoices take from it now.",
        "allocations",
        lists.ALLOCATIONS,
        of=Connection[Annotated["Allocation", strawberry.lazy("graph.types.invoice")]],
        only=lists.CURRENT_ALLOCATION,
    )
    invoices = connected(
        "The invoices that take something from it now, each once; none for blanket orders.",
        "allocations",
        lists.INVOICES,
        of=Connection[Annotated["Invoice", strawberry.lazy("graph.types.invoice")]],
        where=InvoiceWhere,
        order=InvoiceOrder,
        through="invoice",
        links=lists.CURRENT_ALLOCATION,
    )
    payments = connected(
        "The payments of these invoices, the latest first; none for blanket orders.",
        "allocations",
        lists.PAYMENTS,
        of=Connection[Annotated["Payment", strawberry.lazy("graph.types.payment")]],
        where=PaymentWhere,
        through="invoice",
        links=lists.CURRENT_ALLOCATION,
        back="payments",
    )
    notices = connected(
        "What its contacts were told or are to be told, the latest first.",
        "notices",
        lists.NOTICES,
        of=Connection[Annotated["Notice", strawberry.lazy("graph.types.notice")]],
        where=NoticeWhere,
    )
    discrepancies = connected(
        "In what invoices on it disagree, the latest first.",
        "discrepancies",
        lists.DISCREPANCIES,
        of=Connection[Annotated["Discrepancy", strawberry.lazy("graph.types.verification")]],
        where=DiscrepancyWhere,
    )
    events = connected(
        "Everything that happened to it, the latest first.",
        "events",
        lists.EVENTS,
        of=Connection[Event],
        where=EventWhere,
    )
    created_at: datetime = column("When it was created.")
    updated_at: datetime = column("When a person last edited it; postings do not count.")
    available_actions: list[AvailableAction] = read(
        "What the caller may do with it now, and why not.", facts_orders.AVAILABLE_ACTIONS
    )
    warnings: list[OrderWarning] = read(
        "What its author may have overlooked; nothing of it is refused.", facts_orders.WARNINGS
    )
