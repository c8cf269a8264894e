"""Shapes that many types share: nodes, money, pages, addresses, balances."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Final, Generic, Self, TypeVar

import strawberry

from graph.context import Info
from graph.fields import page_part, part
from graph.scalars import CurrencyCode, Digits
from models import values
from models.statuses.orders import ProgressState
from resolvers.reading.kinds import Part
from resolvers.wording import money_text

T = TypeVar("T")

EDIT_VERSION: Final = "Rises by one with every change; give it as `expectedVersion` to be told of others' changes."


@strawberry.interface(description="Anything with an id, which can be looked up again by it.")
class Node:
    id: strawberry.ID = part("The id, the same for ever; opaque, but it tells the kind.")


@strawberry.type(description="An exact amount of money.")
class Money:
    amount: Decimal = part("The amount, in units of the currency; never fewer digits than its minor unit has.")
    currency: CurrencyCode = part("The currency.")

    @strawberry.field(
        description="The amount as people write it in a locale, such as $1,234.50.",
        metadata={"read": Part()},
    )
    def formatted(
        self,
        info: Info,
        locale: Annotated[
            str | None,
            strawberry.argument(description="A locale such as en_US or de_DE; the organization's unless given."),
        ] = None,
    ) -> str:
        return money_text(self.amount, self.currency, locale or info.context.actor.locale)

    @classmethod
    def of(cls, amount: Decimal, currency: str) -> Self:
        """Money that was calculated, with the digits of the currency's minor unit."""
        return cls(amount=Digits(values.Money(amount, currency).digits), currency=CurrencyCode(currency))


@strawberry.type(description="A postal address.")
class Address:
    name: str | None = part("The addressee.")
    street: str | None = part("Street and number.")
    city: str | None = part("City.")
    postal_code: str | None = part("Postal code.")
    region: str | None = part("State, province or region.")
    country: str | None = part("ISO 3166 country code.")


@strawberry.type(description="How much of an order or line is done, by amount and by quantity side by side.")
class Progress:
    state: ProgressState = part("In a word, by amount.")
    percent: Decimal = part("In percent of the amount ordered, to two places; where that is zero, of the quantity.")
    quantity_percent: Decimal = part(
        "In percent of the quantity ordered, to two places; of an order, the mean of its lines, weighted by value."
    )
    amount: Money = part("In money.")


@strawberry.type(description="When a balance is expected to run out, at the pace of the invoices so far.")
class BalanceForecast:
    burn_per_day: Money = part("The money matched a day, over the days the invoices cover.")
    runs_out_on: date | None = part("The day the balance is expected to be used up; null where it is not being used.")
    basis: int = part("The number of invoices this is based on.")


@strawberry.type(description="What invoices may still use. Credits raise it; it may go below zero.")
class Balance:
    limit: Money = part("What there was at the start: the amount of the tracked lines, with the tax entered on them.")
    used: Money = part("What matched invoices have used.")
    current: Money = part("What is left: limit minus used.")
    percent: Decimal = part("What is left, in percent of the limit, rounded to two places.")
    exhausted: bool = part("Whether nothing is left.")
    forecast: BalanceForecast | None = part("When it is expected to run out; only for lines.")


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = page_part("Whether there are items after this page.", "has_next_page")
    has_previous_page: bool = page_part("Whether there are items before this page.", "has_previous_page")
    start_cursor: str | None = page_part("The cursor of the first item.", "start_cursor")
    end_cursor: str | None = page_part("The cursor of the last item.", "end_cursor")


@strawberry.type(description="An item of a page with its cursor.")
class Edge(Generic[T]):
    cursor: str = page_part("Continue after or before this item with this cursor.", "cursor")
    node: T = page_part("The item.", "node")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = page_part("The items of this page, each with its cursor.", "edges")
    nodes: list[T] = page_part("The items of this page.", "nodes")
    page_info: PageInfo = page_part("Where the page stands.", "page_info")
    total_count: int = page_part("How many items the whole list has; counted only when asked for.", "total_count")
