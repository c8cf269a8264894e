"""Running a read: one statement, one value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from tortoise.connection import get_connection
from tortoise.queryset import QuerySet

from resolvers.reading import compiler
from resolvers.reading.pages import Page
from resolvers.reading.predicates import TODAY, Bound
from resolvers.visibility import identity, unnamed

if TYPE_CHECKING:
    from datetime import date

    from resolvers.reading.compiler import Statement
    from resolvers.reading.selection import Selected
    from resolvers.visibility import Actor

Query: TypeAlias = "QuerySet[Any] | Page"


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
