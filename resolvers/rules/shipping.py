"""How goods are shipped: which methods fit an order, and what they cost.

Pure. Amounts are in the order's currency.

Source: O9.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from models.statuses.orders import HandlingFeeKind, OrderType, ProductType
from models.values import HUNDRED, round_money
from resolvers.errors import AlreadyTaken, InvalidValue
from resolvers.errors_sourcing import ShippingMethodRequired, ShippingMethodUnfit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from resolvers.errors import Refusal
    from resolvers.rules.text import Path

MOST_FEE_RULES: Final = 100
MOST_SUPPLIERS: Final = 200
MOST_COUNTRIES: Final = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippedLine:
    """A line that is not canceled, as far as it matters to shipping; `country` is where it goes, if that is known."""

    product_type: ProductType
    amount: Decimal
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippedOrder:
    """An order as shipping sees it: its supplier, where it goes unless a line says otherwise, and how it is to go."""

    supplier_id: int
    order_type: OrderType = OrderType.STANDARD
    country: str | None = None
    shipping_method_id: int | None = None
    shipping_method: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A shipping method: its suppliers, each with the countries it delivers to; no country means all of them."""

    id: int
    name: str
    suppliers: Mapping[int, frozenset[str]] = field(default_factory=dict[int, "frozenset[str]"])


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeRule:
    """What a method costs where the goods' amount, in the currency, lies between two others, both included."""

    rank: int
    kind: HandlingFeeKind
    currency: str
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    amount: Decimal | None = None
    percent: Decimal | None = None

    def fits(self, goods: Decimal, currency: str) -> bool:
        """Whether the rule is about so many goods."""
        if self.currency != currency or (self.amount_from is not None and goods < self.amount_from):
            return False
        return self.amount_to is None or goods <= self.amount_to


def fitting_methods(order: ShippedOrder, lines: Iterable[ShippedLine], methods: Iterable[Method]) -> list[Method]:
    """The methods by which the order's supplier delivers to every place where its goods go.

    Services are not shipped, nor are blanket orders, of which only the releases are. Where it is not known where goods
    go, only methods that go everywhere fit.

    Source: O9.
    """
    places = {line.country or order.country for line in lines if line.product_type is ProductType.GOOD}
    if not places or order.order_type is not OrderType.STANDARD:
        return []

    def fits(countries: frozenset[str] | None) -> bool:
        return countries is not None and (not countries or places <= countries)

    return [method for method in methods if fits(method.suppliers.get(order.supplier_id))]


def shipping_refusal(
    order: ShippedOrder, lines: Sequence[ShippedLine], methods: Iterable[Method]
) -> ShippingMethodRequired | ShippingMethodUnfit | None:
    """Why the order cannot be submitted with the shipping method it has, or without one.

    Source: O9.
    """
    if order.order_type is not OrderType.STANDARD:
        return None
    fitting = fitting_methods(order, lines, methods)
    chosen = None if order.shipping_method_id is None else order.shipping_method or ""
    fits = order.shipping_method_id in {method.id for method in fitting}
    return choice_refusal(chosen, fits=fits, available=tuple(method.name for method in fitting))


def choice_refusal(
    chosen: str | None, *, fits: bool, available: tuple[str, ...]
) -> ShippingMethodRequired | ShippingMethodUnfit | None:
    """Why a standard order cannot be submitted with the method that is chosen, if any, where these are offered for it.

    Source: O9.
    """
    path = ("shippingMethodId",)
    if fits:
        return None
    if chosen is None:
        return ShippingMethodRequired(available=available, path=path) if available else None
    return ShippingMethodUnfit(chosen=chosen, available=available, path=path)


def goods_amount(lines: Iterable[ShippedLine]) -> Decimal | None:
    """What the goods among the lines come to; None where there are none."""
    amounts = [line.amount for line in lines if line.product_type is ProductType.GOOD]
    return sum(amounts[1:], amounts[0]) if amounts else None


def handling_fee(goods: Decimal | None, currency: str, rules: Iterable[FeeRule]) -> Decimal | None:
    """What a method with these rules costs: by the rule with the lowest rank that fits; None where none does.

    A percentage is of the goods' amount, and is rounded to the minor unit once, here.
    2.5 % of 333.33 → 8.33.

    Source: O9.
    """
    if goods is None:
        return None
    fitting = [rule for rule in rules if rule.fits(goods, currency)]
    if not fitting:
        return None
    rule = min(fitting, key=lambda each: each.rank)
    if rule.percent is not None:
        return round_money(goods * rule.percent / HUNDRED, currency)
    return rule.amount


def fee_rule_refusals(rules: Sequence[FeeRule], path: Path) -> list[Refusal]:
    """What is wrong with the fee rules of a method: with each, and ranks that come twice.

    Source: O9.
    """
    if len(rules) > MOST_FEE_RULES:
        return [_too_many(len(rules), MOST_FEE_RULES, path)]
    found: list[Refusal] = []
    ranks: set[int] = set()
    for at, rule in enumerate(rules):
        here = (*path, str(at))
        if rule.rank in ranks:
            found.append(AlreadyTaken(value=str(rule.rank), holder="another rule of the method", path=(*here, "rank")))
        ranks.add(rule.rank)
        found += _fee_refusals(rule, here)
    return found


def _fee_refusals(rule: FeeRule, path: Path) -> list[Refusal]:
    fixed = rule.kind is HandlingFeeKind.FIXED
    wanted, other = ("amount", "percent") if fixed else ("percent", "amount")
    found: list[Refusal] = []
    if getattr(rule, wanted) is None:
        because = "a fixed fee needs an amount" if fixed else "a fee in percent needs a percentage"
        found.append(InvalidValue(value="null", expected=because, path=(*path, wanted)))
    if (value := getattr(rule, other)) is not None:
        because = "a fixed fee has no percentage" if fixed else "a fee in percent has no amount"
        found.append(InvalidValue(value=str(value), expected=because, path=(*path, other)))
    if rule.amount_from is not None and rule.amount_to is not None and rule.amount_to < rule.amount_from:
        because = f"it has to be at least {rule.amount_from}"
        found.append(InvalidValue(value=str(rule.amount_to), expected=because, path=(*path, "amountTo")))
    return found


def _too_many(count: int, most: int, path: Path) -> InvalidValue:
    return InvalidValue(value=f"{count} values", expected=f"at most {most} are accepted", path=path)
