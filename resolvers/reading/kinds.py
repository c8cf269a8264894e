"""How a field of a node is read: a column, an expression over the row, a relation, or Python over some columns.

Each GraphQL field that stands on the database declares one of these beside its type; the compiler turns it into SQL.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tortoise.expressions import Q


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the row, by its field name; the wire form follows from the field's type."""

    name: str


@dataclass(frozen=True, slots=True)
class Identifier:
    """A typed-prefix id, `po_17`, made of the row's key or of a column that refers to one."""

    prefix: str
    name: str = "id"


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount with at least the digits of its currency's minor unit; `currency` names the column that says which."""

    name: str
    currency: str = "currency"


@dataclass(frozen=True, slots=True)
class JsonPart:
    """A text inside a JSON column."""

    name: str
    key: str


@dataclass(frozen=True)
class JsonList:
    """A list of objects that a JSON column holds; `keys` gives the key of each field, whose values are texts."""

    name: str
    keys: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Expression:
    """SQL over the row. `{row}` stands for the row's alias, `{today}` for the date of the request, `{organization}` for
    the caller's organization, `{user}` for the caller.

    The SQL gives `text`; it is quoted as a JSON string unless `raw`, and never null unless `nullable`.
    """

    sql: str
    raw: bool = False
    nullable: bool = False


@dataclass(frozen=True)
class Embedded:
    """An object made of the same row: money, a balance, an address.

    `parts` says for each field of the object's type how it is read; `absent` is SQL that is true where the whole object
    is null.
    """

    parts: Mapping[str, Kind]
    absent: str | None = None


@dataclass(frozen=True)
class One:
    """The row that a foreign key refers to; null where the key is null or the row is not for this caller.

    `part` reads something of that row instead of the whole node.
    """

    name: str
    part: Embedded | None = None


@dataclass(frozen=True, slots=True)
class OneAsOf:
    """The row that a foreign key refers to, and everything below it, as it last stood before the moment in a column."""

    name: str
    until: str


@dataclass(frozen=True)
class InVersion:
    """Parts of the row as it last stood in the version that an argument of the field names; in its own without one.

    Null where there was no such version.
    """

    argument: str
    parts: Mapping[str, Kind]


@dataclass(frozen=True, slots=True)
class Many:
    """All rows that refer to this one, in order; for lists that are short by their nature.

    `through` follows a foreign key of those rows to the rows that are really meant. `only` narrows them.
    """

    name: str
    order: tuple[str, ...] = ("id",)
    through: str | None = None
    only: Q | None = field(default=None, hash=False)


@dataclass(frozen=True, slots=True)
class First:
    """The first row that refers to this one, or null."""

    name: str
    order: tuple[str, ...] = ("-id",)
    only: Q | None = field(default=None, hash=False)


@dataclass(frozen=True, slots=True)
class Connected:
    """A page of the rows that refer to this one. `page` makes the page from the field's arguments.

    `through` follows a foreign key of those rows to the rows that are really meant, each of which stands in the page
    once; `back` goes on to what refers to these, by the relation of that name. `only` narrows the rows of the page,
    `links` the rows that lead to them.
    """

    name: str
    page: Callable[..., Any]
    only: Q | None = field(default=None, hash=False)
    through: str | None = None
    links: Q | None = field(default=None, hash=False)
    back: str | None = None


@dataclass(frozen=True)
class Computed:
    """Python over some columns: `compute(required, actor, **arguments)` is called with their wire values.

    Whatever it returns, the executor completes; it may be awaitable.
    """

    requires: Mapping[str, Kind]
    compute: Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Part:
    """A field of an embedded object's type: how it is read, the embedding field says."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant, such as the name of the type."""

    text: str


@dataclass(frozen=True, slots=True)
class PagePart:
    """A field of a connection, its edges or its page info."""

    name: str


Kind: TypeAlias = (
    Column
    | Identifier
    | Amount
    | JsonPart
    | JsonList
    | Expression
    | Embedded
    | One
    | OneAsOf
    | InVersion
    | Many
    | First
    | Connected
    | Computed
    | Part
    | Literal
    | PagePart
)
