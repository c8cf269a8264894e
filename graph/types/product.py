"""What suppliers offer, as clients see it."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from graph.fields import column, identifier, many, money, one
from graph.scalars import CurrencyCode
from graph.types.common import EDIT_VERSION, Money, Node
from models import contract as rows
from models.statuses.orders import ProductType

if TYPE_CHECKING:
    from graph.types.supplier import Supplier


@strawberry.type(description="From a quantity on, a unit of a product has another price.")
class PriceBreak:
    minimum_quantity: Decimal = column("The quantity from which the price holds.")
    unit_price: Money = money("The price for one unit then.", "unit_price")


@strawberry.type(description="Something that a supplier offers.")
class SupplierProduct(Node):
    id: strawberry.ID = identifier(rows.SupplierProduct)
    supplier: Annotated["Supplier", strawberry.lazy("graph.types.supplier")] = one("Who offers it.", "supplier")
    part_number: str = column("The supplier's part number, unique with the supplier and the currency.")
    name: str = column("The name.")
    description: str | None = column("More about it; what order lines say, where they say nothing else.")
    product_type: ProductType = column("What kind of thing it is.")
    unit: str = column("The unit in which it is bought: FIXED_FEE, INDIVIDUAL_UNIT, or a UN/ECE unit code.")
    currency: CurrencyCode = column("The currency of its prices.")
    unit_price: Money = money("The price for one unit, below the first price break.", "unit_price")
    price_breaks: list[PriceBreak] = many(
        "The prices for larger quantities, the smallest quantity first.", "price_breaks", ("minimum_quantity",)
    )
    lead_time_days: int | None = column("How many days delivery takes.")
    is_active: bool = column("Whether it is offered still: only then can new lines name it.")
    edit_version: int = column(EDIT_VERSION)
    created_at: datetime = column("When it was entered.")
