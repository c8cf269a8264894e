"""Writing derived figures down: those that differ from what the rows hold, in one statement a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from models import database
from resolvers.errors import InvalidAmount
from resolvers.rules.invoicing import LARGEST_FIGURE, fits

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

Row = dict[str, Any]

NUMERIC: Final = "numeric"


async def write(table: str, columns: Mapping[str, str], rows: Sequence[tuple[Row, Row]]) -> None:
    """Write down the figures that differ from what the rows hold, in one statement; none where none differs.

    Raises:
        InvalidAmount: one that is too large.
    """
    changed = [(row["id"], figures) for row, figures in rows if any(row[name] != figures[name] for name in columns)]
    if not changed:
        return
    check_sizes(figures[name] for _, figures in changed for name, kind in columns.items() if kind == NUMERIC)
    arrays = ", ".join(f"${at}::{kind}[]" for at, kind in enumerate(columns.values(), start=2))
    await database.connection().execute_query(
        f"UPDATE {table} t SET {', '.join(f'{name} = v.{name}' for name in columns)}"  # noqa: S608 - our own names
        f" FROM unnest($1::bigint[], {arrays}) AS v (id, {', '.join(columns)}) WHERE t.id = v.id",
        [[key for key, _ in changed], *([figures[name] for _, figures in changed] for name in columns)],
    )


def check_sizes(sums: Iterable[Decimal | None]) -> None:
    """Refuse sums that are too large to be stored.

    Raises:
        InvalidAmount: one of them is.
    """
    for each in sums:
        if each is not None and not fits((each,)):
            raise InvalidAmount(amount=each, least=-LARGEST_FIGURE, greatest=LARGEST_FIGURE, places=4)
