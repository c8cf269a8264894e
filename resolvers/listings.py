"""Lists that clients filter, sort, search and page: which columns they may use, and how.

A filter is plain: `(("status", (("in_", ("ORDERED",)),)), ("or_", (...)))`, names with their comparisons, and the
connectives `and_`, `or_` and `not_`. Every column that is offered has an index.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pypika_tortoise.terms import Function, ValueWrapper
from tortoise.expressions import Q

from resolvers.errors import BadInput
from resolvers.ids import PREFIXES, key_of
from resolvers.reading.pages import OrderTerm, Page, page
from resolvers.reading.predicates import ALL, NONE, Unless, asks
from resolvers.rules.text import search_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tortoise.models import Model
    from tortoise.queryset import QuerySet

LONGEST_LIST: Final = 200
LARGEST_WHERE: Final = 100
_SUFFIXES: Final = {
    "eq": "",
    "in_": "__in",
    "lt": "__lt",
    "lte": "__lte",
    "gt": "__gt",
    "gte": "__gte",
    "starts_with": "__startswith",
    "is_null": "__isnull",
}
_NEGATED: Final = {"ne": "eq", "not_in": "in_"}


@dataclass(frozen=True)
class Reference:
    """A filter over a foreign key, whose values are ids of the model."""

    column: str
    model: type[Model]


@dataclass(frozen=True)
class Derived:
    """A filter over something that is not a column: each value has its condition."""

    condition: Callable[[Any], Q]


@dataclass(frozen=True)
class Listing:
    """How one kind of list is filtered, sorted and searched.

    `filters` maps the names clients use to columns, references or derived conditions; `orders` are the columns to sort
    by; `default` is the order without one; `search` is the text search column. No two rows of the list share a value of
    the column that is `unique`.
    """

    filters: Mapping[str, str | Reference | Derived] = field(default_factory=dict)
    default: tuple[str, ...] = ("id",)
    search: str | None = None
    unique: str = "id"

    def __call__(  # noqa: PLR0913 - the arguments of a connection, as GraphQL has them
        self,
        queryset: QuerySet[Any],
        *,
        where: Any = None,
        order_by: Any = None,
        search: str | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Page:
        """The page of the queryset that the arguments ask for.

        Raises:
            BadInput: an argument that makes no sense.
        """
        if where is not None:
            if (size := _size(where)) > LARGEST_WHERE:
                raise BadInput(f"A filter holds at most {LARGEST_WHERE} comparisons; this one has {size}.")
            queryset = queryset.filter(self._where(where))
        if search is not None and search.strip():
            queryset = queryset.filter(self._search(search))
        order = self._order(order_by)
        return page(queryset, order, self.unique, first=first, after=after, last=last, before=before)

    def _order(self, order_by: Any) -> list[OrderTerm]:
        if not order_by:
            return [OrderTerm(name.lstrip("-"), name.startswith("-")) for name in self.default]
        terms = [dict(term) for term in order_by]
        if len({term["field"] for term in terms}) != len(terms):
            raise BadInput("Each field can be sorted by once.")
        return [OrderTerm(term["field"], term.get("direction") == "DESC") for term in terms]

    def _where(self, where: Any) -> Q:
        """The condition; empty where nothing is asked. What is compared with a missing value does not hold."""
        condition = Q()
        for name, asked in where:
            match name:
                case _ if asked is None:
                    continue
                case "and_":
                    condition &= Q(*(self._where(item) for item in asked))
                case "or_":
                    condition &= Q(*(self._where(item) or ALL for item in asked), join_type=Q.OR) if asked else NONE
                case "not_":
                    condition &= Unless(self._where(asked) or ALL)
                case _:
                    for operator, value in asked:
                        condition &= self._compare(name, operator, value)
        return condition

    def _compare(self, name: str, operator: str, value: Any) -> Q:
        if operator in _NEGATED:
            return Unless(self._compare(name, _NEGATED[operator], value))
        if isinstance(value, tuple) and len(value) > LONGEST_LIST:
            raise BadInput(f"A list in a filter holds at most {LONGEST_LIST} values; {name} has {len(value)}.")
        if value is None:
            raise BadInput(f"{name} cannot be compared with null; use isNull.")
        target = self.filters[name]
        match target:
            case Derived(condition):
                values = value if isinstance(value, tuple) else (value,)
                return Q(*(condition(item) for item in values), join_type=Q.OR) if values else NONE
            case Reference(column, model):
                return _column(column, operator, _keys(model, value))
            case _:
                return _column(target, operator, value)

    def _search(self, text: str) -> Q:
        if self.search is None:
            raise BadInput("This list cannot be searched.")
        terms = search_words(text)
        if not terms:
            return NONE
        query = " & ".join(f"{term}:*" for term in terms)
        return asks(f"{self.search}__search", Function("to_tsquery", ValueWrapper("simple"), ValueWrapper(query)))


def _size(where: Any) -> int:
    """How many comparisons a filter makes; an empty branch counts as one."""
    size = 0
    for name, asked in where:
        match name:
            case "and_" | "or_":
                size += sum(max(1, _size(branch)) for branch in asked or ())
            case "not_":
                size += max(1, _size(asked or ()))
            case _:
                size += len(asked or ())
    return size


def _column(column: str, operator: str, value: Any) -> Q:
    if operator == "in_" and not value:
        return NONE
    return asks(f"{column}{_SUFFIXES[operator]}", list(value) if isinstance(value, tuple) else value)


def _keys(model: type[Model], value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, tuple):
        return tuple(_keys(model, item) for item in value)
    key = key_of(model, value)
    if key is None:
        raise BadInput(f"{value!r} is not an id of the kind {PREFIXES[model]}_….")
    return key
