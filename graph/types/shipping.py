"""How goods are shipped, and what it costs, as clients see it."""

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from graph.fields import column, money, one, read
from graph.types.common import Money
from models.statuses.orders import HandlingFeeKind
from resolvers.reading.kinds import Computed
from resolvers.sourcing import facts_sourcing

if TYPE_CHECKING:
    from graph.types.organization import ShippingMethod
    from graph.types.supplier import Supplier


def _fee(required: dict[str, Any], _actor: object) -> Money | None:
    fee = facts_sourcing.handling_fee_of(required)
    return None if fee is None else Money.of(fee.amount, fee.currency)


@strawberry.type(description="A supplier who delivers by a shipping method.")
class ShippingMethodSupplier:
    supplier: Annotated["Supplier", strawberry.lazy("graph.types.supplier")] = one("The supplier.", "supplier")
    countries: list[str] = column("ISO 3166 codes of the countries it delivers to; none means all.")


@strawberry.type(description="What a shipping method costs for goods worth between two amounts.")
class HandlingFeeRule:
    rank: int = column("The rule with the lowest rank that fits applies.")
    kind: HandlingFeeKind = column("Whether the fee is an amount or a percentage.")
    amount_from: Money | None = money(
        "The smallest amount of goods it is for; null means any.", "amount_from", nullable=True
    )
    amount_to: Money | None = money(
        "The largest amount of goods it is for; null means any.", "amount_to", nullable=True
    )
    amount: Money | None = money("The fee; null for a percentage.", "amount", nullable=True)
    percent: Decimal | None = column("The fee in percent of the goods' amount; null for a fixed one.")


@strawberry.type(description="A shipping method that fits an order, and what it costs there.")
class AvailableShippingMethod:
    shipping_method: Annotated["ShippingMethod", strawberry.lazy("graph.types.organization")] = one(
        "The method.", "shipping_method"
    )
    handling_fee: Money | None = read(
        "What it costs for the goods that the order has now; null where no rule fits.",
        Computed(facts_sourcing.HANDLING_FEE, _fee),
    )
