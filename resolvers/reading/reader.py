"""Running a read: one statement, one value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from tortoise.connection import get_connection
from tortoise.queryset import QuerySet

from resolvers.reading import compiler
from resolvers.reading.pages import Page
from resolvers.reading.past import AsOf
from resolvers.reading.predicates import TODAY, Bound
from resolvers.visibility import identity, unnamed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from tortoise.models import Model

    from resolvers.reading.compiler import Slot, Statement
    from resolvers.reading.selection import Selection
    from resolvers.visibility import Actor

Query: TypeAlias = "QuerySet[Any] | Page | AsOf"


class Several:
    """Rows that an answer shows in several places: `several.row(key)` in each, one statement for all.

    There is a queryset for each kind of row. `reads` keeps what was read of them, by selection.
    """

    def __init__(self, *querysets: QuerySet[Any]) -> None:
        self.querysets = querysets
        self.reads: dict[tuple[Selection, ...], Any] = {}

    def row(self, key: int, model: type[Model] | None = None) -> OneOf:
        """The row with the key; null in the answer where the caller may not see it."""
        models = [queryset.model for queryset in self.querysets]
        return OneOf(self, 0 if model is None else models.index(model), key)


@dataclass(frozen=True, slots=True)
class OneOf:
    """A row that is read together with others: which of their querysets finds it, and its key."""

    several: Several
    number: int
    key: int


def is_query(value: object) -> bool:
    """Whether a resolver's result is to be read by a statement."""
    return isinstance(value, QuerySet | Page | AsOf)


def plan(query: Query, selection: Selection, actor: Actor, *, as_list: bool) -> Statement:
    """The statement that reads the selection of the query."""
    rights = unnamed(actor)
    if isinstance(query, Page):
        return compiler.paged(query, selection, rights)
    if isinstance(query, AsOf):
        return compiler.as_of(query, selection, rights)
    return compiler.listed(query, selection, rights) if as_list else compiler.single(query, selection, rights)


async def fetch(statement: Statement, actor: Actor, today: date) -> str | None:
    """The JSON text, in the transaction of the caller if there is one; none where there is no row."""
    client: Any = get_connection("default")
    async with client.acquire_connection() as connection:
        return await connection.fetchval(statement.sql, *_bound(statement, actor, today))


async def fetch_several(
    several: Several, selections: Sequence[Selection], actor: Actor, today: date
) -> tuple[dict[tuple[int, int], str], tuple[tuple[Slot, ...], ...]]:
    """The JSON text of each row, by the number of its queryset and its key; and each queryset's slots."""
    queries = list(zip(several.querysets, selections, strict=True))
    statement, slots = compiler.several(queries, unnamed(actor))
    client: Any = get_connection("default")
    async with client.acquire_connection() as connection:
        rows = await connection.fetch(statement.sql, *_bound(statement, actor, today))
    return {(number, key): text for number, key, text in rows}, slots


def _bound(statement: Statement, actor: Actor, today: date) -> list[Any]:
    known: dict[Bound, Any] = {**identity(actor), TODAY: today}
    return [known[value] if isinstance(value, Bound) else value for value in statement.parameters]
