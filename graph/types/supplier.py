"""Suppliers and their billing companies, as clients see them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from graph.fields import column, connected, identifier, many, one
from graph.types.common import EDIT_VERSION, Connection, Node
from graph.types.event import Event
from graph.types.inputs import EventWhere, InvoiceOrder, InvoiceWhere, PurchaseOrderOrder, PurchaseOrderWhere
from graph.types.sourcing_filters import ContractOrder, ContractWhere, SupplierProductOrder, SupplierProductWhere
from models import supplier as rows
from models.statuses.orders import LineItemType
from resolvers import lists

if TYPE_CHECKING:
    from graph.types.contract import Contract
    from graph.types.invoice import Invoice
    from graph.types.product import SupplierProduct
    from graph.types.purchase_order import PurchaseOrder


@strawberry.type(description='A company of a supplier that bills: "bill from".')
class SellerEntity(Node):
    id: strawberry.ID = identifier(rows.SellerEntity)
    name: str = column("The name that stands on its invoices.")
    line_item_types: list[LineItemType] = column("The line item types it offers.")
    supplier: Annotated["Supplier", strawberry.lazy("graph.types.supplier")] = one("Whose company it is.", "supplier")
    edit_version: int = column(EDIT_VERSION)


@strawberry.type(description="A company the organization buys from.")
class Supplier(Node):
    id: strawberry.ID = identifier(rows.Supplier)
    number: str = column("The number, unique in the organization.")
    name: str = column("The name.")
    external_id: str | None = column("The key in the client's own system, unique in the organization.")
    email: str | None = column("Where orders are sent.")
    country: str | None = column("ISO 3166 country code.")
    created_at: datetime = column("When it was entered.")
    edit_version: int = column(EDIT_VERSION)
    seller_entities: list[SellerEntity] = many("The companies of it that bill.", "seller_entities", ("name", "id"))
    purchase_orders = connected(
        "Its orders.",
        "purchase_orders",
        lists.PURCHASE_ORDERS,
        of=Connection[Annotated["PurchaseOrder", strawberry.lazy("graph.types.purchase_order")]],
        where=PurchaseOrderWhere,
        order=PurchaseOrderOrder,
    )
    invoices = connected(
        "Its invoices.",
        "invoices",
        lists.INVOICES,
        of=Connection[Annotated["Invoice", strawberry.lazy("graph.types.invoice")]],
        where=InvoiceWhere,
        order=InvoiceOrder,
    )
    products = connected(
        "What it offers, by part number unless sorted otherwise.",
        "products",
        lists.SUPPLIER_PRODUCTS,
        of=Connection[Annotated["SupplierProduct", strawberry.lazy("graph.types.product")]],
        where=SupplierProductWhere,
        order=SupplierProductOrder,
    )
    contracts = connected(
        "The contracts with it, by number unless sorted otherwise.",
        "contracts",
        lists.CONTRACTS,
        of=Connection[Annotated["Contract", strawberry.lazy("graph.types.contract")]],
        where=ContractWhere,
        order=ContractOrder,
    )
    events = connected(
        "Everything that happened to it, the latest first.",
        "events",
        lists.EVENTS,
        of=Connection[Event],
        where=EventWhere,
    )
