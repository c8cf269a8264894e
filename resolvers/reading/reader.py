"""Running a read: one statement, one value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from tortoise.connection import get_connection
from tortoise.queryset import QuerySet

from resolvers.reading import compiler
from resolvers.reading.pages import Page
from resolvers.reading.predicates import TODAY, Bound
from resolvers.visibility import identity, unnamed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from resolvers.reading.compiler import Statement
    from resolvers.reading.selection import Selected
    from resolvers.visibility import Actor

Query: TypeAlias = "QuerySet[Any] | Page"


class Several:
    """Rows of one kind that an answer shows in several places: `several.row(key)` in each, one statement for all.

    `reads` keeps what was read of them, by selection.
    """

    def __init__(self, queryset: QuerySet[Any], keys: Iterable[int]) -> None:
        self.queryset = queryset.filter(id__in=sorted(set(keys)))
        self.reads: dict[tuple[Selected, ...], Any] = {}

    def row(self, key: int) -> OneOf:
        """The row with the key; null in the answer where the caller may not see it."""
        return OneOf(self, key)


@dataclass(frozen=True, slots=True)
class OneOf:
    """A row that is read together with others."""

    several: Several
    key: int


def is_query(value: object) -> bool:
    """Whether a resolver's result is to be read by a statement."""
    return isinstance(value, QuerySet | Page)


def plan(query: Query, selection: tuple[Selected, ...], actor: Actor, *, as_list: bool) -> Statement:
    """The statement that reads the selection of the query."""
    rights = unnamed(actor)
    if isinstance(query, Page):
        return compiler.connection(query, selection, rights)
    return compiler.listed(query, selection, rights) if as_list else compiler.single(query, selection, rights)


async def fetch(statement: Statement, actor: Actor, today: date) -> str | None:
    """The JSON text, in the transaction of the caller if there is one; none where there is no row."""
    known = {**identity(actor), TODAY: today}
    values = [known[value] if isinstance(value, Bound) else value for value in statement.parameters]
    client: Any = get_connection("default")
    async with client.acquire_connection() as connection:
        return await connection.fetchval(statement.sql, *values)
