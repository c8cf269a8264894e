"""Pages of a list: an order, a window, and the cursors that continue it (keyset, never offset)."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

import orjson
from tortoise import fields
from tortoise.exceptions import BaseORMException

from resolvers.errors import BadInput
from resolvers.reading.predicates import NONE, asks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tortoise.expressions import Q
    from tortoise.models import Model
    from tortoise.queryset import QuerySet

DEFAULT_SIZE: Final = 20
LARGEST_SIZE: Final = 100


@dataclass(frozen=True, slots=True)
class OrderTerm:
    """A column to sort by. Nulls come last ascending and first descending."""

    column: str
    descending: bool = False

    def reversed(self) -> OrderTerm:
        """The same column the other way round."""
        return OrderTerm(self.column, not self.descending)

    def __str__(self) -> str:
        return f"-{self.column}" if self.descending else self.column


@dataclass(frozen=True, slots=True)
class Window:
    """What a page shows of a list: `size` rows in an order, from its start or, `backward`, from its end.

    `continued` where it goes on from a cursor instead.
    """

    order: tuple[OrderTerm, ...]
    size: int = DEFAULT_SIZE
    backward: bool = False
    continued: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A queryset and a window on it. `beyond` are the rows past the cursor, in the direction of reading."""

    queryset: QuerySet[Any]
    window: Window
    beyond: Q | None = None

    @property
    def model(self) -> type[Model]:
        """The kind of its rows."""
        return self.queryset.model


def page(  # noqa: PLR0913 - the arguments of a connection, as GraphQL has them
    queryset: QuerySet[Any],
    order: Sequence[OrderTerm] = (),
    unique: str = "id",
    *,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Page:
    """The page that a connection's arguments ask for. Every row has one place: the id breaks ties.

    An order by a column that is `unique` in the list has none, and is left as it is: an index may give it for nothing.

    Raises:
        BadInput: both directions at once, a size outside 1 to 100, or a cursor that is not of this list and order.
    """
    if (first is not None or after is not None) and (last is not None or before is not None):
        raise BadInput("Give first and after, or last and before, not both directions at once.")
    backward = last is not None or before is not None
    size = (last if backward else first) if (last if backward else first) is not None else DEFAULT_SIZE
    if size is None or not 1 <= size <= LARGEST_SIZE:
        raise BadInput(f"A page holds 1 to {LARGEST_SIZE} items; {size} were asked for.")
    terms = tuple(order)
    if not any(term.column in {"id", unique} for term in terms):
        terms = (*terms, OrderTerm("id", descending=bool(terms) and terms[-1].descending))
    cursor = before if backward else after
    beyond = None
    if cursor is not None:
        direction = [term.reversed() for term in terms] if backward else terms
        beyond = _beyond(queryset.model, direction, _opened(cursor, queryset.model, terms))
    return Page(queryset, Window(terms, size, backward, continued=cursor is not None), beyond)


def signature(model: type[Model], order: Sequence[OrderTerm]) -> str:
    """What a cursor says about the list it came from."""
    return f"{model._meta.db_table}:{','.join(str(term) for term in order)}"


def _opened(cursor: str, model: type[Model], order: tuple[OrderTerm, ...]) -> tuple[Any, ...]:
    try:
        kept, *values = orjson.loads(base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
        if kept != signature(model, order):
            raise ValueError(kept)  # noqa: TRY301 - what is wrong with a cursor is told once, below
        return tuple(
            _typed(model._meta.fields_map[term.column], value) for term, value in zip(order, values, strict=True)
        )
    except (ValueError, TypeError, ArithmeticError, BaseORMException) as error:
        raise BadInput("The cursor does not belong to this list in this order.") from error


def _typed(column: Any, text: Any) -> Any:
    """A value of a cursor, as the column can hold it. Cursors come from outside, whatever they look like."""
    if text is None and column.null:
        return None
    if not isinstance(text, str) or "\0" in text:
        raise TypeError(text)
    value: Any = text
    match column:
        case fields.IntField():
            value = int(text)
            if not column.constraints["ge"] <= value <= column.constraints["le"]:
                raise ValueError(text)
        case fields.DecimalField():
            value = column.to_python_value(text)
            if not value.is_finite():
                raise ValueError(text)
        case fields.DateField():
            value = date.fromisoformat(text)
        case fields.DatetimeField():
            value = datetime.fromisoformat(text).astimezone(UTC)
        case _:
            pass
    return column.to_db_value(value, column.model)


def _beyond(model: type[Model], order: Sequence[OrderTerm], values: Sequence[Any]) -> Q:
    """Rows after the values: past them in the first column, or equal in it and past them in the rest.

    Where the column is never null the first condition bounds it, which lets an index find the place.
    """
    name, descending, value = order[0].column, order[0].descending, values[0]
    nullable = model._meta.fields_map[name].null
    rest = _beyond(model, order[1:], values[1:]) if len(order) > 1 else None
    if value is None:
        here = asks(f"{name}__isnull", value=True)
        past = asks(f"{name}__isnull", value=False) if descending else None
    else:
        here = asks(name, value)
        past = asks(f"{name}__lt" if descending else f"{name}__gt", value)
        if nullable and not descending:
            past |= asks(f"{name}__isnull", value=True)
    if rest is None:
        return past if past is not None else NONE
    within = here & rest if past is None else past | (here & rest)
    if nullable or value is None:
        return within
    return asks(f"{name}__lte" if descending else f"{name}__gte", value) & within
