"""Contracts with suppliers, as clients see them."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from graph.fields import column, connected, identifier, money, one, read
from graph.scalars import CurrencyCode
from graph.types.common import EDIT_VERSION, Connection, Money, Node
from graph.types.inputs import PurchaseOrderOrder, PurchaseOrderWhere
from models import contract as rows
from resolvers import lists
from resolvers.sourcing import facts_sourcing

if TYPE_CHECKING:
    from graph.types.purchase_order import PurchaseOrder
    from graph.types.supplier import Supplier


@strawberry.type(description="What one unit of a part may cost at most by a contract.")
class ContractPrice(Node):
    id: strawberry.ID = identifier(rows.ContractPrice)
    part_number: str = column("The supplier's part number, unique in the contract.")
    unit_price: Money = money("The highest price for one unit.", "unit_price")


@strawberry.type(description="An agreement with a supplier, under which orders are placed.")
class Contract(Node):
    id: strawberry.ID = identifier(rows.Contract)
    number: str = column("The number, unique in the organization.")
    name: str | None = column("The name.")
    supplier: Annotated["Supplier", strawberry.lazy("graph.types.supplier")] = one("With whom.", "supplier")
    currency: CurrencyCode = column("The currency of its amounts and prices.")
    valid_from: date | None = column("The first day it holds; null means always has.")
    valid_to: date | None = column("The last day it holds; null means for ever.")
    value_cap: Money | None = money(
        "What the orders linked to it may come to at most; null means anything.", "value_cap", nullable=True
    )
    drawn_amount: Money = read(
        "What the orders linked to it come to, without rejected and canceled ones.", facts_sourcing.DRAWN_AMOUNT
    )
    remaining_amount: Money | None = read(
        "What is left of the value cap, below zero where it is exceeded; null without a cap.",
        facts_sourcing.REMAINING_AMOUNT,
    )
    prices = connected(
        "The prices agreed, by part number.", "prices", lists.CONTRACT_PRICES, of=Connection[ContractPrice]
    )
    purchase_orders = connected(
        "The orders that are placed under it.",
        "purchase_order_links",
        lists.PURCHASE_ORDERS,
        of=Connection[Annotated["PurchaseOrder", strawberry.lazy("graph.types.purchase_order")]],
        where=PurchaseOrderWhere,
        order=PurchaseOrderOrder,
        through="purchase_order",
    )
    edit_version: int = column(EDIT_VERSION)
    created_at: datetime = column("When it was entered.")
    updated_at: datetime = column("When it was last changed.")


@strawberry.type(description="The price of an order line beside the one that a linked contract has for its part.")
class PriceCheck:
    contract: Contract = one("The contract; of several the one with the lowest price.", "contract")
    contract_price: Money = money("The highest price by the contract, for one unit.", "contract_price")
    difference: Money = money("The line's price minus the contract's: above zero, the line is too dear.", "difference")
    within_contract: bool = column("Whether the line costs no more than the contract says.")
