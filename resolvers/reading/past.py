"""Reading as of a moment: where the rows of a table come from that stood then.

The database keeps what an order and its parts were (`row_past`); a row that stands now knows since when. What stood at
a moment is read from both, in place of the table, and everything else of a statement stays as it is. Other documents
are not kept as they were: they are read as they are, if they were there already, and what has ended since then has not.

Source: V4, V5.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tortoise import fields
from tortoise.contrib.postgres.fields import TSVectorField
from tortoise.fields.db_defaults import Now, SqlDefault

from models.invoice import Allocation
from models.match import Match
from models.purchase_order import Contact, PurchaseOrder, PurchaseOrderLine, PurchaseOrderSellerEntity, Tag
from models.receiving import Milestone
from models.revision import PurchaseOrderVersion

if TYPE_CHECKING:
    from tortoise.models import Model
    from tortoise.queryset import QuerySet

KEPT: Final[tuple[type[Model], ...]] = (
    PurchaseOrder,
    PurchaseOrderLine,
    Contact,
    Tag,
    PurchaseOrderSellerEntity,
    Milestone,
)
"""The rows of which every state is kept."""
ENDING: Final[dict[type[Model], str]] = {Allocation: "ended_at", Match: "superseded_at"}
"""The rows that end, and the column that says when."""

MOMENT: Final = "(SELECT moment FROM at)"
TODAY: Final = "(SELECT today FROM at)"
"""The moment of a statement that reads as of one, and its date: `at` stands at the statement's beginning."""


@dataclass(frozen=True, slots=True)
class Then:
    """A moment in a statement, as SQL: what stood then, and which day it was."""

    moment: str = MOMENT
    today: str = TODAY

    @classmethod
    def of_version(cls, row: str, version: str, today: str) -> Then:
        """When an order was last in a version; in the current one it is now. Nothing where there is no such version."""
        ended = (
            f'(SELECT v.in_force_until FROM "{PurchaseOrderVersion._meta.db_table}" v'
            f" WHERE v.purchase_order_id = {row}.id AND v.version = {version})"
        )
        before, now = cls.just_before(ended), f"CASE WHEN {row}.version = {version} THEN"
        return cls(f"{now} 'infinity' ELSE {before.moment} END", f"{now} {today} ELSE {before.today} END")

    @classmethod
    def just_before(cls, moment: str) -> Then:
        """The last moment before another one. Times are exact to the microsecond."""
        before = f"({moment} - interval '1 microsecond')"
        return cls(before, f"({before} AT TIME ZONE 'UTC')::date")


@dataclass(frozen=True, slots=True)
class AsOf:
    """One row of a queryset as it stood: at a `moment`, or in a version.

    `key` is the row's, where it is known: what stood can be read by it even if nothing stands now.
    """

    queryset: QuerySet[Any]
    key: int | None = None
    moment: Any = None
    version: int | None = None

    @property
    def model(self) -> type[Model]:
        """The kind of the row."""
        return self.queryset.model


def source(model: type[Model], then: Then | None, *, listed: bool = False) -> str:
    """Where rows of the model are read from; those of a list, only if they were there already."""
    if then is None:
        return f'"{model._meta.db_table}"'
    if model in KEPT:
        return _kept(model, then.moment)
    if model in ENDING:
        return _ending(model, ENDING[model], then.moment)
    if listed and "created_at" in model._meta.fields_map:
        return f'(SELECT * FROM "{model._meta.db_table}" WHERE created_at <= {then.moment})'
    return f'"{model._meta.db_table}"'


def table_source(table: str, then: Then | None) -> str:
    """The same, by the name of a table."""
    return f'"{table}"' if then is None or table not in _BY_TABLE else source(_BY_TABLE[table], then)


def inside(sql: str, then: Then | None) -> str:
    """SQL of ours that reads tables by name, reading them as they were."""
    if then is None or "FROM" not in sql:
        return sql
    return _READ.sub(lambda found: f"{found[1]} {source(_BY_TABLE[found[2]], then)}", sql)


@lru_cache(256)
def _kept(model: type[Model], moment: str) -> str:
    table = model._meta.db_table
    columns = _columns(model)
    live = ", ".join(f'l."{name}"' for name in columns)
    past = ", ".join(f'{_past_column(model, name)} AS "{name}"' for name in columns)
    return (
        f'(SELECT {live} FROM "{table}" l WHERE l.stands_since <= {moment}'
        f' UNION ALL SELECT {past} FROM row_past p, LATERAL jsonb_populate_record(NULL::"{table}", p.stood) r'
        f" WHERE p.table_name = '{table}' AND p.valid_from <= {moment} AND p.valid_to > {moment})"
    )


def _past_column(model: type[Model], name: str) -> str:  # noqa: PLR0911 - one case a kind of column
    """A column of a row that stood once. What indexes find it by is taken from where they look.

    A row from before a column was added has the value that the column began with.
    """
    field: Any = _columns(model)[name]
    match name:
        case "id":
            return "p.purchase_order_id" if model is PurchaseOrder else "p.row_id"
        case "organization_id" | "purchase_order_id":
            return f"p.{name}"
        case "stands_since":
            return "p.valid_from"
        case _ if isinstance(field, TSVectorField):
            return f"to_tsvector('{field.config}', r.\"{field.source_fields[0]}\")"
        case _ if name.endswith("_id") and isinstance(field, fields.BigIntField):
            return f"(p.stood ->> '{name}')::bigint"
        case _ if field.null or not _begins(field):
            return f'r."{name}"'
        case _:
            return f'coalesce(r."{name}", {_begins(field)})'


def _begins(field: Any) -> str | None:
    """What a column begins with, as SQL; none where it is always said."""
    if isinstance(field.db_default, SqlDefault):
        return None if isinstance(field.db_default, Now) else field.db_default.sql
    value = field.default
    if value is None or callable(value):
        return None
    return f"'{value}'"


@lru_cache(256)
def _ending(model: type[Model], ends: str, moment: str) -> str:
    columns = (
        f'CASE WHEN e."{name}" <= {moment} THEN e."{name}" END AS "{name}"' if name == ends else f'e."{name}"'
        for name in _columns(model)
    )
    return f'(SELECT {", ".join(columns)} FROM "{model._meta.db_table}" e WHERE e.created_at <= {moment})'


def _columns(model: type[Model]) -> dict[str, Any]:
    """The columns of a table by their names."""
    by_field = model._meta.fields_db_projection
    return {column: model._meta.fields_map[name] for name, column in by_field.items()}


_BY_TABLE: Final = {model._meta.db_table: model for model in (*KEPT, *ENDING)}
_READ: Final = re.compile(rf"\b(FROM|JOIN) ({'|'.join(_BY_TABLE)})\b")
