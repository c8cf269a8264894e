"""What a recomputation finds, and how it reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from models import database

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Mapping

    from models.organization import Organization

Row = dict[str, Any]

FETCHED_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A figure, or a status, that is not what it has to be. One that is not `repairable` needs a decision."""

    organization: str
    subject: str
    field: str
    stored: str
    computed: str
    repairable: bool = True

    def __str__(self) -> str:
        """PO-7, line 2: balance_current is 8000, has to be 7400."""
        return f"{self.organization}: {self.subject}: {self.field} is {self.stored}, has to be {self.computed}"


@dataclass(slots=True, kw_only=True)
class Found:
    """What was found of some documents; `last` is the one after which others follow, if any.

    `figures`: of each table, what is stored, and what the figures have to be.
    """

    last: int | None
    differences: list[Difference] = field(default_factory=list[Difference])
    figures: dict[str, list[tuple[Row, Row]]] = field(default_factory=dict[str, list[tuple[Row, Row]]])


def differing(
    organization: Organization, subject: str, stored: Mapping[str, Any], computed: Mapping[str, Any]
) -> Iterator[Difference]:
    """Every figure that is not what it has to be."""
    for name, value in computed.items():
        if stored[name] != value:
            yield Difference(
                organization=organization.key,
                subject=subject,
                field=name,
                stored=_text(stored[name]),
                computed=_text(value),
            )


async def streamed(statement: str, *values: object, together: tuple[str, ...]) -> AsyncGenerator[list[Any]]:
    """What the statement finds, some rows at a time, in the transaction that is open here.

    Neighbors that are equal in these columns come at the same time.
    """
    client: Any = database.connection()
    key = itemgetter(*together)
    async with client.acquire_connection() as connection:
        cursor = await connection.cursor(statement, *values)
        pending: list[Any] = []
        while rows := await cursor.fetch(FETCHED_AT_ONCE):
            pending += rows
            last = key(pending[-1])
            whole = len(pending)
            while whole and key(pending[whole - 1]) == last:
                whole -= 1
            if whole:
                yield pending[:whole]
                pending = pending[whole:]
        if pending:
            yield pending


def _text(value: Any) -> str:
    return "nothing" if value is None else str(value)
