"""Many rows at once: their keys taken beforehand, and one statement a table, however many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from tortoise import fields

from models import database

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tortoise.models import Model

    from models.event import Event


async def keys(table: type[Model], count: int) -> list[int]:
    """New keys for that many rows, rising."""
    name = table._meta.db_table
    found = await database.rows(
        "SELECT nextval(pg_get_serial_sequence($1, 'id')) AS key FROM generate_series(1, $2::int)", name, count
    )
    return sorted(row["key"] for row in found)


async def insert(table: type[Model], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Store rows, all of which give the same columns; the others get the database's defaults. Their keys, rising."""
    if not rows:
        return []
    columns = list(rows[0])
    kinds = [_kind(table, column) for column in columns]
    arrays = ", ".join(f"${at}::{'text' if kind == 'jsonb' else kind}[]" for at, kind in enumerate(kinds, start=1))
    values = ", ".join(f"v.{column}::{kind}" for column, kind in zip(columns, kinds, strict=True))
    stored = await database.rows(
        f"INSERT INTO {table._meta.db_table} ({', '.join(columns)})"  # noqa: S608 - our own names
        f" SELECT {values} FROM unnest({arrays}) AS v ({', '.join(columns)}) RETURNING id",
        *(
            [_stored(row[column], kind) for row in rows] if kind == "jsonb" else [row[column] for row in rows]
            for column, kind in zip(columns, kinds, strict=True)
        ),
    )
    return sorted(row["id"] for row in stored)


async def insert_events(events: Sequence[Event]) -> None:
    """Store prepared events, and give them their keys."""
    if not events:
        return
    table = type(events[0])
    columns = [name for name in table._meta.fields_db_projection if name != "id"]
    new = await insert(table, [{name: getattr(event, name) for name in columns} for event in events])
    for event, key in zip(events, new, strict=True):
        event.id = key


def _kind(table: type[Model], column: str) -> str:
    field: Any = table._meta.fields_map[column]
    if isinstance(field, fields.JSONField):
        return "jsonb"
    kind: str = field.get_for_dialect("postgres", "SQL_TYPE")
    # A size would cut or round what the column's own check is there to refuse.
    return kind.partition("(")[0]


def _stored(value: Any, kind: str) -> Any:
    return orjson.dumps(value).decode() if kind == "jsonb" else value
