"""Queries made up by chance over the real schema, each valid, most of them odd.

Aliases, fragments, directives, variables, and arguments that touch the data: ids and words that exist, cursors of real
rows, figures just beside stored ones.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from graphql import (
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
    is_required_argument,
)
from hypothesis import strategies as st

from graph.schema import schema
from resolvers.ids import PREFIXES
from resolvers.reading.kinds import Connected, OneAsOf
from tests import oracle
from tests.walking import is_list, referred, shown_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from graphql import GraphQLField, GraphQLSchema
    from hypothesis.strategies import DrawFn

    from resolvers.listings import Listing
    from tests.oracle import World

LARGEST: Final = 70
"""How many fields a query has at most."""
DEEPEST: Final = 7
AS_OF: Final = {"asOf", "version"}
"""What reads an order as it was: the past has its own tests."""
LOCALES: Final = ("en_US", "de-DE", "ja_JP", "fr_CH")


@dataclass(frozen=True)
class Question:
    """A document with the values of its variables."""

    text: str
    variables: dict[str, Any]

    def variants(self) -> list[dict[str, Any]]:
        """The variables, and the same with every switch the other way."""
        turned = {name: not value if isinstance(value, bool) else value for name, value in self.variables.items()}
        return [self.variables] if turned == self.variables else [self.variables, turned]


class _Word(str):
    """An enumeration's value, which has no quotes in a document."""

    __slots__ = ()


@dataclass
class _Author:
    draw: DrawFn
    world: World
    core: GraphQLSchema
    fields: int = 0
    names: int = 0
    variables: dict[str, Any] = field(default_factory=dict[str, Any])
    declared: list[str] = field(default_factory=list[str])
    fragments: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])

    def pick(self, options: Sequence[Any]) -> Any:
        return self.draw(st.sampled_from(options))

    def one_in(self, times: int) -> bool:
        return self.draw(st.integers(1, times)) == times

    def name(self, letter: str) -> str:
        self.names += 1
        return f"{letter}{self.names}"

    # Selections.

    def selection(self, named: Any, depth: int) -> str:
        """`{ ... }` on a type: one to six things of it."""
        items = [self._item(named, depth) for _ in range(self.draw(st.integers(1, 6)))]
        return "{ " + " ".join(items) + " }"

    def _item(self, named: Any, depth: int) -> str:
        kind = self.draw(st.integers(0, 15))
        if kind == 0 or self.fields >= LARGEST:
            return f"{self._alias(often=False)}__typename{self._directive()}"
        if kind in {1, 2} and depth < DEEPEST:
            return self._inline(named, depth)
        if kind == 3 and depth < DEEPEST:
            return self._spread(named, depth)
        if isinstance(named, GraphQLInterfaceType) and kind < 14 and depth < DEEPEST:
            return self._inline(named, depth)
        return self._field(named, depth)

    def _inline(self, named: Any, depth: int) -> str:
        condition = self._condition(named)
        on = f"... on {condition.name}" if condition is not named or self.one_in(2) else "..."
        return f"{on}{self._directive()} {self.selection(condition, depth + 1)}"

    def _condition(self, named: Any) -> Any:
        """The type itself, or one that overlaps with it."""
        if isinstance(named, GraphQLInterfaceType):
            return self.pick(self.core.get_possible_types(named))
        return self.pick([named, named, *named.interfaces]) if named.interfaces else named

    def _spread(self, named: Any, depth: int) -> str:
        known = [name for name, (on, _) in self.fragments.items() if on == named.name]
        if known and self.one_in(2):
            return f"...{self.pick(known)}{self._directive()}"
        body = self.selection(named, depth + 1)
        name = self.name("F")
        self.fragments[name] = (named.name, body)
        return f"...{name}{self._directive()}"

    def _field(self, named: Any, depth: int) -> str:
        names = [
            name
            for name, found in named.fields.items()
            if (depth < DEEPEST or not _is_composite(found)) and not _is_calculation(found)
        ]
        if not names:
            return "__typename"
        name = self.pick(names)
        definition = named.fields[name]
        self.fields += 1
        arguments = self._arguments(name, definition)
        of = get_named_type(definition.type)
        # Where an interface is, fields of one name and different types could meet under one key.
        bare = not arguments and not isinstance(named, GraphQLInterfaceType) and depth > 1 and not self._is_shared(name)
        alias = self._alias(often=not bare or self.one_in(3))
        body = f" {self.selection(of, depth + 1)}" if is_composite_type(of) else ""
        return f"{alias}{name}{arguments}{self._directive()}{body}"

    def _is_shared(self, name: str) -> bool:
        """Whether different types have a field of the name with different types; merging them would be a mistake."""
        return name in _ambiguous(self.core)

    def _alias(self, *, often: bool) -> str:
        return f"{self.name('a')}: " if often else ""

    def _directive(self) -> str:
        if not self.one_in(10):
            return ""
        value = self.pick((True, False))
        text = f"${self._variable('Boolean!', value)}" if self.one_in(2) else json.dumps(value)
        return f" @{self.pick(('skip', 'include'))}(if: {text})"

    # Arguments.

    def _arguments(self, name: str, definition: GraphQLField) -> str:
        given: dict[str, Any] = {}
        field_of: Any = definition.extensions[oracle.DEFINITION]
        kind = field_of.metadata.get("read")
        listing: Any = kind.page if isinstance(kind, Connected) else field_of.metadata.get("list")
        if listing is not None:
            given = self._page(definition, listing)
        elif "first" in definition.args:
            given = {"first": self.pick((1, 2, 100))} if self.one_in(2) else {}
        elif definition.args:
            given = self._lookup(name, definition)
        texts = [
            f"{argument}: {self._written(definition.args[argument].type, value)}" for argument, value in given.items()
        ]
        return f"({', '.join(texts)})" if texts else ""

    def _written(self, of: Any, value: Any) -> str:
        """An argument's value as text: a literal, or a variable that holds it."""
        if self.one_in(3):
            return f"${self._variable(str(of), value)}"
        return _literal(value)

    def _variable(self, of: str, value: Any) -> str:
        name = self.name("v")
        self.declared.append(f"${name}: {of}")
        self.variables[name] = value
        return name

    def _page(self, definition: GraphQLField, listing: Listing) -> dict[str, Any]:
        model = shown_by(definition)
        given: dict[str, Any] = {}
        if "where" in definition.args and self.one_in(2):
            given["where"] = self._where(definition.args["where"].type, model, 0)
        if "search" in definition.args and "search_text" in model._meta.fields_map and self.one_in(4):
            given["search"] = self.pick(("clo", "cloud mar", "ÜBER", "1001 cl", "zzz", "", "'&|!", "cloud 2"))
        if "orderBy" in definition.args and self.one_in(2):
            given["orderBy"] = self._order(definition.args["orderBy"].type)
        terms = oracle.order_terms(_columns(definition, given.get("orderBy")), listing)
        size, place = self.pick((("first", "after"), ("last", "before")))
        if self.one_in(2):
            given[size] = self.pick((1, 2, 3, 5, 100))
        rows = self.world.rows[model]
        if rows and self.one_in(4):
            given[place] = oracle.cursor(self.pick(rows), terms)
        if self.one_in(10):
            given.setdefault(self.pick(("first", "after", "last", "before", "where", "orderBy")), None)
        return {argument: value for argument, value in given.items() if argument in definition.args}

    def _order(self, of: Any) -> list[Any]:
        term: Any = get_named_type(of)
        keys: Any = get_named_type(term.fields["field"].type)
        names = self.draw(st.lists(st.sampled_from(sorted(keys.values)), max_size=3, unique=True))
        return [
            {"field": _Word(name)} | self.pick(({}, {"direction": _Word("ASC")}, {"direction": _Word("DESC")}))
            for name in names
        ]

    def _where(self, of: Any, model: Any, depth: int) -> Any:
        inputs: Any = get_named_type(of)
        given: dict[str, Any] = {}
        for _ in range(self.draw(st.integers(0, 3))):
            name = self.pick(
                [*sorted(inputs.fields), *(each for each in ("and", "or", "not", "not") if each in inputs.fields)]
            )
            if name in {"and", "or"}:
                items = [self._where(inputs, model, depth + 1) for _ in range(self.draw(st.integers(0, 2)))]
                given[name] = items if depth < 2 else None
            elif name == "not":
                given[name] = self._where(inputs, model, depth + 1) if depth < 2 else None
            else:
                given[name] = self._comparison(get_named_type(inputs.fields[name].type), name, model)
        return given

    def _comparison(self, inputs: Any, name: str, model: Any) -> Any:
        operators = self.draw(st.lists(st.sampled_from(sorted(inputs.fields)), max_size=2, unique=True))
        given: dict[str, Any] = {}
        for operator in operators:
            of: Any = get_nullable_type(inputs.fields[operator].type)
            value = self._near(get_named_type(of), name, model)
            if is_list_type(of):
                given[operator] = [value(), value()][: self.draw(st.integers(0, 2))]
            else:
                given[operator] = value()
        return given

    def _near(self, of: Any, name: str, model: Any) -> Callable[[], Any]:
        """Values of a scalar near those that the column holds."""
        if isinstance(of, GraphQLEnumType):
            return lambda: _Word(self.pick(sorted(of.values)))
        if of.name == "ID":
            return lambda: self._id(model if name == "id" else referred(model, name))
        if of.name == "Boolean":
            return lambda: self.pick((True, False))
        stored = [value for row in self.world.rows[model] if (value := _stored(row, name)) is not None]
        return lambda: self._beside(of.name, self.pick(stored) if stored and not self.one_in(6) else None)

    def _beside(self, scalar: str, value: Any) -> Any:
        match scalar, value:
            case "Decimal", Decimal():
                return f"{value + self.pick((0, 0, Decimal('0.0001'), Decimal('-0.00004'), Decimal(1))):f}"
            case "Int", int():
                return value
            case "Date", date():
                return (value + timedelta(days=self.pick((0, 0, 1)) if value.year < 2999 else 0)).isoformat()
            case "DateTime", datetime():
                zone = self.pick((UTC, timezone(timedelta(hours=-5))))
                return value.astimezone(zone).isoformat()
            case "String", str():
                return value[: self.pick((100, 100, 3, 1))]
            case _:
                return {
                    "Decimal": "12345678901234567890.123456789",
                    "Int": -1,
                    "Date": "2025-03-10",
                    "DateTime": "2025-03-10T12:00:00Z",
                }.get(scalar, "%_'\\")

    def _id(self, model: Any) -> str:
        rows = self.world.rows[model]
        key = self.pick(rows).id if rows and not self.one_in(8) else 999_999
        return f"{PREFIXES[model]}_{key}"

    def _lookup(self, name: str, definition: GraphQLField) -> dict[str, Any]:
        if name in {"node", "nodes"}:
            prefixed = list(PREFIXES)
            ids = [self._id(self.pick(prefixed)) for _ in range(1 if name == "node" else self.draw(st.integers(0, 4)))]
            return {"id": self.pick((ids[0], ids[0], ids[0], "po_x", ""))} if name == "node" else {"ids": ids}
        if "locale" in definition.args:
            return {} if self.one_in(2) else {"locale": "nowhere" if self.one_in(8) else self.pick((None, *LOCALES))}
        named = get_named_type(definition.type)
        if not isinstance(named, GraphQLObjectType) or "id" not in definition.args:
            return {}
        model: Any = shown_by(definition)
        by = self.pick(sorted(definition.args.keys() - AS_OF))
        if by == "id":
            return {"id": self._id(model)}
        if by in {"supplierId", "supplierInvoiceNumber"}:
            row = self.pick(self.world.rows[model])
            return {"supplierId": f"sup_{row.supplier_id}", "supplierInvoiceNumber": row.supplier_invoice_number}
        stored = [value for row in self.world.rows[model] if (value := _stored(row, by))]
        return {by: self.pick([*stored, "unknown"])}


@st.composite
def lists(draw: DrawFn, world: World) -> Question:
    """A list at the root, filtered and sorted, of which little is shown."""
    core: Any = schema()._schema
    author = _Author(draw, world, core)
    fields = {name: each for name, each in core.query_type.fields.items() if is_list(each) and "where" in each.args}
    name = author.pick(sorted(fields))
    text = f"{name}{author._arguments(name, fields[name])} {{ totalCount nodes {{ __typename id }} }}"
    declared = f"({', '.join(author.declared)})" if author.declared else ""
    return Question(f"query Q{declared} {{ {text} }}", author.variables)


def comparisons(world: World) -> Iterator[Question]:
    """Every comparison that the lists at the root offer, with stored values and parts of them; and its negation."""
    for name, definition in sorted(getattr(schema()._schema.query_type, "fields", {}).items()):
        if is_list(definition) and "where" in definition.args:
            where: Any = get_named_type(definition.args["where"].type)
            shown = "{ totalCount nodes { __typename id } }"
            text = f"query Q($w: {where.name}) {{ {name}(where: $w, first: 100) {shown} }}"
            for asked, inputs in where.fields.items():
                if asked not in {"and", "or", "not"}:
                    compared: Any = get_named_type(inputs.type)
                    for operator, declared in compared.fields.items():
                        for value in _values(world, declared.type, asked, shown_by(definition)):
                            question = {asked: {operator: value}}
                            yield Question(text, {"w": question})
                            yield Question(text, {"w": {"not": question}})


def _values(world: World, of: Any, name: str, model: Any) -> list[Any]:
    named: Any = get_named_type(of)
    if isinstance(named, GraphQLEnumType):
        values: list[Any] = sorted(named.values)[:2]
    elif named.name == "Boolean":
        values = [True, False]
    elif named.name == "ID":
        meant = model if name == "id" else referred(model, name)
        values = [f"{PREFIXES[meant]}_{row.id}" for row in world.rows[meant][:2]]
    else:
        values = [_plainly(named.name, value) for row in world.rows[model] if (value := _stored(row, name)) is not None]
        values = list(dict.fromkeys(values))[:3]
        values += [value[1:3] for value in values if isinstance(value, str) and named.name == "String"]
    return [[], values[:1], values] if is_list_type(get_nullable_type(of)) else values


def _plainly(scalar: str, value: Any) -> Any:
    match value:
        case Decimal():
            return f"{value:f}"
        case datetime() | date():
            return value.isoformat()
        case _:
            return str(value) if scalar == "String" else value


@st.composite
def questions(draw: DrawFn, world: World) -> Question:
    """A query with one to four fields at its root."""
    core = schema()._schema
    author = _Author(draw, world, core)
    roots = [author._field(core.query_type, 1) for _ in range(draw(st.integers(1, 4)))]
    declared = f"({', '.join(author.declared)})" if author.declared else ""
    fragments = [f"fragment {name} on {on} {body}" for name, (on, body) in author.fragments.items()]
    text = "\n".join([f"query Q{declared} {{ {' '.join(roots)} }}", *fragments])
    return Question(text, author.variables)


def _literal(value: Any) -> str:
    match value:
        case _Word():
            return str(value)
        case str():
            return json.dumps(value, ensure_ascii=False)
        case dict():
            members: Mapping[str, Any] = value
            return "{" + ", ".join(f"{name}: {_literal(item)}" for name, item in members.items()) + "}"
        case list():
            items: list[Any] = value
            return "[" + ", ".join(_literal(item) for item in items) + "]"
        case _:
            return json.dumps(value)


def _is_calculation(definition: GraphQLField) -> bool:
    """Whether a field reckons with what it is given, or reads the past: not in the ways that are compared here."""
    kind = definition.extensions[oracle.DEFINITION].metadata.get("read")
    needed = {name for name, each in definition.args.items() if is_required_argument(each)}
    return isinstance(kind, OneAsOf) or not needed <= {"id", "ids"}


def _is_composite(definition: GraphQLField) -> bool:
    return is_composite_type(get_named_type(definition.type))


@cache
def _ambiguous(core: GraphQLSchema) -> set[str]:
    """The names of fields that nodes have with different types."""
    types: dict[str, set[str]] = {}
    for named in core.type_map.values():
        if isinstance(named, GraphQLObjectType) and named.interfaces:
            for name, definition in named.fields.items():
                types.setdefault(name, set()).add(str(definition.type))
    return {name for name, found in types.items() if len(found) > 1}


def _columns(definition: GraphQLField, order_by: list[Any] | None) -> list[dict[str, Any]] | None:
    """The order's keys with the columns that they stand for."""
    if not order_by:
        return None
    term: Any = get_named_type(definition.args["orderBy"].type)
    keys: Any = get_named_type(term.fields["field"].type)
    return [{**each, "field": keys.values[each["field"]].value} for each in order_by]


def _stored(row: Any, name: str) -> Any:
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    return getattr(row, {"balance": "balance_current"}.get(snake, snake), None)
