"""Purchase requisitions, as clients see them."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from graph.fields import address, column, connected, identifier, many, money, one, read
from graph.scalars import CurrencyCode
from graph.types.common import EDIT_VERSION, Address, Connection, Money, Node
from graph.types.event import Event
from graph.types.inputs import EventWhere, PurchaseOrderOrder, PurchaseOrderWhere
from graph.types.organization import CostCenter, LegalEntity, PaymentTerm, PurchasingEntity, ShippingMethod, User
from graph.types.product import SupplierProduct
from graph.types.supplier import Supplier
from models import requisition as rows
from models.statuses.orders import AcknowledgmentType, LineItemType, OrderType, ProductType, RequisitionStatus
from resolvers import lists
from resolvers.sourcing import facts_sourcing

if TYPE_CHECKING:
    from graph.types.blanket import PurchasingPermission
    from graph.types.purchase_order import PurchaseOrder, PurchaseOrderLine


@strawberry.type(description="A line of a requisition: something that is asked for.")
class RequisitionLine(Node):
    id: strawberry.ID = identifier(rows.RequisitionLine)
    number: int = column("The number, unique in the requisition.")
    requisition: Annotated["PurchaseRequisition", strawberry.lazy("graph.types.requisition")] = one(
        "Its requisition.", "requisition"
    )
    supplier: Supplier | None = one("Who is to sell it; null until that is known.", "supplier")
    product: SupplierProduct | None = one("The supplier's product.", "product")
    business_owner: User | None = one("Who is to place the order; null means the requester.", "business_owner")
    shipping_method: ShippingMethod | None = one("How it is to be delivered.", "shipping_method")
    order_type: OrderType = column("What kind of order is to be made of it.")
    description: str | None = column("What is asked for.")
    part_number: str | None = column("The supplier's part number.")
    line_item_type: LineItemType = column("Which categories of invoices the order line is to accept.")
    product_type: ProductType = column("What kind of thing it is.")
    acknowledgment_type: AcknowledgmentType | None = column("How delivery is to be acknowledged; only for services.")
    goods_receipt_required: bool = column("Whether goods must be received before invoices are paid.")
    unit: str = column("FIXED_FEE, INDIVIDUAL_UNIT, or a UN/ECE unit code.")
    quantity: Decimal = column("The quantity asked for, in the unit.")
    ordered_quantity: Decimal = column("The quantity ordered so far, without canceled order lines.")
    open_quantity: Decimal = read(
        "The quantity that is not ordered yet; none of a canceled requisition.", facts_sourcing.OPEN_QUANTITY_OF_LINE
    )
    unit_price: Money = money("The price expected for one unit.", "unit_price")
    amount: Money = money("Quantity times price, rounded once to the minor unit, half up.", "amount")
    ship_to: Address | None = address("Where it is to be delivered.", "ship_to")
    expected_delivery_date: date | None = column("When it is needed.")
    start_date: date | None = column("The first day it is for.")
    end_date: date | None = column("The last day it is for.")
    purchase_order_lines = connected(
        "The order lines made of it.",
        "purchase_order_lines",
        lists.RELEASE_LINES,
        of=Connection[Annotated["PurchaseOrderLine", strawberry.lazy("graph.types.purchase_order")]],
    )


@strawberry.type(description="A request to buy, from which orders are made.")
class PurchaseRequisition(Node):
    id: strawberry.ID = identifier(rows.PurchaseRequisition)
    number: str = column("The number, unique in the organization.")
    external_id: str | None = column("The key in the client's own system, unique in the organization.")
    display_name: str | None = column("The name.")
    description: str | None = column("What it is for.")
    status: RequisitionStatus = column("Where it stands: decided by what of its lines is ordered.")
    currency: CurrencyCode = column("The currency of all its amounts.")
    requested_by: User | None = one("Who wants it.", "requested_by")
    assigned_to: User | None = one("Who in procurement handles it.", "assigned_to")
    cost_center: CostCenter | None = one("Who bears the expense.", "cost_center")
    legal_entity: LegalEntity | None = one("The company that buys.", "legal_entity")
    purchasing_entity: PurchasingEntity | None = one("The part of the organization that orders.", "purchasing_entity")
    payment_term: PaymentTerm | None = one("When invoices are to be due.", "payment_term")
    total_amount: Money = money("The sum of its lines' amounts.", "total_amount")
    open_quantity: Decimal = read(
        "What is not ordered yet, of all lines together, whatever their units.",
        facts_sourcing.OPEN_QUANTITY_OF_REQUISITION,
    )
    lines = connected(
        "What is asked for, by line number.", "lines", lists.REQUISITION_LINES, of=Connection[RequisitionLine]
    )
    purchase_orders = connected(
        "The orders made from it.",
        "purchase_orders",
        lists.PURCHASE_ORDERS,
        of=Connection[Annotated["PurchaseOrder", strawberry.lazy("graph.types.purchase_order")]],
        where=PurchaseOrderWhere,
        order=PurchaseOrderOrder,
    )
    permissions: list[Annotated["PurchasingPermission", strawberry.lazy("graph.types.blanket")]] = many(
        "Who may draw on the blanket orders that are made from it.", "purchasing_permissions", ("id",)
    )
    events = connected(
        "Everything that happened to it, the latest first.",
        "events",
        lists.EVENTS,
        of=Connection[Event],
        where=EventWhere,
    )
    submitted_at: datetime | None = column("When it was submitted.")
    canceled_at: datetime | None = column("When it was withdrawn.")
    created_at: datetime = column("When it was entered.")
    updated_at: datetime = column("When a person last changed it.")
    edit_version: int = column(EDIT_VERSION)
