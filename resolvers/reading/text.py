"""SQL that builds text: literals and concatenations that merge into each other.

Literals side by side become one, across nested objects too, which halves what PostgreSQL has to concatenate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Literal(str):
    """A quoted SQL literal that remembers its text."""

    __slots__ = ("text",)
    text: str


class Concatenation(str):
    """A parenthesised concatenation that remembers its parts."""

    __slots__ = ("parts",)
    parts: tuple[str, ...]


def literal(text: str) -> Literal:
    """The text as an SQL literal."""
    sql = Literal("'" + text.replace("'", "''") + "'")
    sql.text = text
    return sql


def json_literal(text: str) -> Literal:
    """The text as a JSON string, as an SQL literal."""
    return literal(orjson.dumps(text).decode())


def joined(parts: Iterable[str]) -> str:
    """The texts as one concatenation. None of them may be null."""
    merged: list[str] = []
    for part in _flat(parts):
        last = merged[-1] if merged else None
        if isinstance(part, Literal) and isinstance(last, Literal):
            merged[-1] = literal(last.text + part.text)
        else:
            merged.append(part)
    if len(merged) == 1:
        return merged[0]
    sql = Concatenation(_halved(merged))
    sql.parts = tuple(merged)
    return sql


def json_object(members: Iterable[tuple[str, str]]) -> str:
    """SQL for the JSON text of an object, from keys and the SQL of their values' JSON text."""
    parts: list[str] = [literal("{")]
    for index, (key, value) in enumerate(members):
        parts += [literal("," if index else ""), json_literal(key), literal(":"), value]
    return joined([*parts, literal("}")])


def json_array(item: str, order: str = "", kept: str = "") -> str:
    """SQL for the JSON text of an array of all rows' items, in an order; of those rows only that are `kept`."""
    by = f" ORDER BY {order}" if order else ""
    only = f" FILTER (WHERE {kept})" if kept else ""
    items = f"coalesce(string_agg({item}, ','::text{by}){only}, '')"
    return joined([literal("["), items, literal("]")])


def quoted(sql: str) -> str:
    """SQL for a JSON string of a text that needs no escaping."""
    return joined([literal('"'), sql, literal('"')])


def or_null(sql: str) -> str:
    """SQL for a JSON text that is null where the SQL is."""
    return f"coalesce({sql}, 'null')"


def _halved(parts: Sequence[str]) -> str:
    """The parts concatenated by halves of halves: from left to right, what came first would be copied at every step."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return f"({_halved(parts[:middle])} || {_halved(parts[middle:])})"


def _flat(parts: Iterable[str]) -> Iterable[str]:
    for part in parts:
        if isinstance(part, Concatenation):
            yield from part.parts
        else:
            yield part
