"""From a selection and a queryset to one SQL statement that gives the field's JSON text.

Objects are built by concatenating text, which PostgreSQL does faster than building JSON values. A null in a
concatenation would swallow the whole row, so everything nullable is coalesced, as the columns' metadata say.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from resolvers.reading import kinds, wire
from resolvers.reading.pages import OrderTerm, Page, signature
from resolvers.reading.predicates import ORGANIZATION, TODAY, Bound, Parameters, condition
from resolvers.reading.text import joined, json_array, json_literal, json_object, literal, or_null, quoted
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tortoise.expressions import Q
    from tortoise.models import Model
    from tortoise.queryset import QuerySet

    from resolvers.reading.selection import Selected
    from resolvers.visibility import Actor

EACH: Final = "*"
"""The step of a path that means: every item of the list."""

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of a computed field in the answer: its required columns stand there, its value is still to be made."""

    path: Path
    kind: kinds.Computed


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL that gives one value, the JSON text; `parameters` may hold `Bound` ones."""

    sql: str
    parameters: tuple[Any, ...]
    slots: tuple[Slot, ...]


def single(queryset: QuerySet[Any], selection: tuple[Selected, ...], rights: Actor) -> Statement:
    """The first row of the queryset as an object; no row, no value."""
    body = _body(queryset.model, selection, rights)
    rows, parameters = _root_rows(queryset, body)
    return Statement(f"SELECT {body.sql} FROM {rows} LIMIT 1", parameters, body.slots)


def listed(queryset: QuerySet[Any], selection: tuple[Selected, ...], rights: Actor) -> Statement:
    """All rows of the queryset as an array."""
    body = _body(queryset.model, selection, rights)
    rows, parameters = _root_rows(queryset, body)
    slots = tuple(Slot((EACH, *slot.path), slot.kind) for slot in body.slots)
    return Statement(f"SELECT {json_array(body.sql)} FROM {rows}", parameters, slots)


def connection(page: Page, selection: tuple[Selected, ...], rights: Actor) -> Statement:
    """The page as a connection object."""
    compiler = _Compiler(rights)
    text = compiler.connection(page, selection, (), 0)
    return Statement(f"SELECT {text}", tuple(compiler.parameters.values), tuple(compiler.slots))


@lru_cache(maxsize=2048)
def _body(model: type[Model], selection: tuple[Selected, ...], rights: Actor) -> Statement:
    """The text of one row under the alias `t0`: the plan that all requests with this selection share."""
    compiler = _Compiler(rights)
    text = compiler.node(model, "t0", selection, (), 0)
    return Statement(text, tuple(compiler.parameters.values), tuple(compiler.slots))


def _root_rows(queryset: QuerySet[Any], body: Statement) -> tuple[str, tuple[Any, ...]]:
    parameters = Parameters(offset=len(body.parameters))
    model = queryset.model
    rows = _rows(model, "t0", queryset._q_objects, parameters)
    order = [OrderTerm(column, str(direction) == "Order.desc") for column, direction in queryset._orderings]
    if order:
        rows = f"(SELECT t0.* FROM {rows} ORDER BY {_order(model, 't0', order)}) t0"
    return rows, (*body.parameters, *parameters.values)


@dataclass(slots=True)
class _Compiler:
    rights: Actor
    parameters: Parameters = field(default_factory=Parameters)
    slots: list[Slot] = field(default_factory=list[Slot])

    def node(self, model: type[Model], row: str, selection: Iterable[Selected], path: Path, depth: int) -> str:
        """SQL for the JSON text of an object made of the row."""
        return json_object(
            (item.key, self.value(model, row, item, item.kind, (*path, item.key), depth)) for item in selection
        )

    def value(  # noqa: C901, PLR0911, PLR0913, PLR0917 - one case a kind, read whole
        self, model: type[Model], row: str, item: Selected, kind: kinds.Kind, path: Path, depth: int
    ) -> str:
        """SQL for the JSON text of one field of the row; never null."""
        match kind:
            case kinds.Literal(text):
                return json_literal(text)
            case kinds.Column(name):
                return _nullable(model, name, wire.column_text(f'{row}."{name}"', model._meta.fields_map[name]))
            case kinds.Identifier(prefix, name):
                return _nullable(model, name, joined([literal(f'"{prefix}_'), f'{row}."{name}"', literal('"')]))
            case kinds.Amount(name, currency):
                return _nullable(model, name, wire.amount_text(f'{row}."{name}"', f'{row}."{currency}"'))
            case kinds.JsonPart(name, key):
                return or_null(f"to_json({row}.\"{name}\"->>'{key}')::text")
            case kinds.JsonList(name, keys):
                return self._json_list(f'{row}."{name}"', item, keys, f"e{depth}")
            case kinds.Expression(sql, raw, nullable):
                text = self._expression(sql, row)
                text = f"({text})::text" if raw else quoted(f"({text})")
                return or_null(text) if nullable else text
            case kinds.Embedded(parts, absent):
                text = json_object(
                    (child.key, self.value(model, row, child, _part(parts, child), (*path, child.key), depth))
                    for child in item.children or ()
                )
                return f"CASE WHEN {self._expression(absent, row)} THEN 'null' ELSE {text} END" if absent else text
            case kinds.Computed(requires):
                self.slots.append(Slot(path, kind))
                return json_object(
                    (name, self.value(model, row, item, required, (*path, name), depth))
                    for name, required in requires.items()
                )
            case kinds.One():
                return self._one(model, row, item, kind, path, depth + 1)
            case kinds.First() | kinds.Many() | kinds.Connected():
                return self._related(model, row, item, kind, path, depth + 1)
            case kinds.Part() | kinds.PagePart():
                raise TypeError(f"{item.name} can only be read as a part of something")

    def _json_list(self, column: str, item: Selected, keys: Mapping[str, str], element: str) -> str:
        def part(child: Selected) -> str:
            if isinstance(child.kind, kinds.Literal):
                return json_literal(child.kind.text)
            return or_null(f"to_json({element} ->> '{keys[child.name]}')::text")

        text = json_object((child.key, part(child)) for child in item.children or ())
        return f"(SELECT {json_array(text)} FROM jsonb_array_elements({column}) {element})"

    def _one(  # noqa: PLR0913, PLR0917 - where the row is, and what is wanted of it
        self, model: type[Model], row: str, item: Selected, kind: kinds.One, path: Path, depth: int
    ) -> str:
        relation: Any = model._meta.fields_map[kind.name]
        target, alias = relation.related_model, f"t{depth}"
        key = f'{alias}."id" = {row}."{relation.source_field}"'
        rows = _rows(target, alias, visible_to(target, self.rights)._q_objects, self.parameters, key)
        if kind.part is not None:
            text = self.value(target, alias, item, kind.part, path, depth)
        else:
            text = self.node(target, alias, item.children or (), path, depth)
        return or_null(f"(SELECT {text} FROM {rows})")

    def _related(  # noqa: PLR0913, PLR0917 - where the rows are, and what is wanted of them
        self,
        model: type[Model],
        row: str,
        item: Selected,
        kind: kinds.First | kinds.Many | kinds.Connected,
        path: Path,
        depth: int,
    ) -> str:
        relation: Any = model._meta.fields_map[kind.name]
        target, alias, children = relation.related_model, f"t{depth}", item.children or ()
        key = f'"{relation.relation_source_field}" = {row}."id"'
        queryset = visible_to(target, self.rights)
        if kind.only is not None:
            queryset = queryset.filter(kind.only)
        if isinstance(kind, kinds.Connected):
            return (
                f"(SELECT {self.connection(kind.page(queryset, **dict(item.arguments)), children, path, depth, key)})"
            )
        rows = _rows(target, alias, queryset._q_objects, self.parameters, f"{alias}.{key}")
        order = _order(target, alias, [OrderTerm(name.lstrip("-"), name.startswith("-")) for name in kind.order])
        if isinstance(kind, kinds.First):
            text = self.node(target, alias, children, path, depth)
            return or_null(f"(SELECT {text} FROM {rows} ORDER BY {order} LIMIT 1)")
        if kind.through is not None:
            rows, target, alias = self._beyond(rows, target, alias, kind.through)
        text = self.node(target, alias, children, (*path, EACH), depth)
        return f"(SELECT {json_array(text, order)} FROM {rows})"

    def _beyond(self, links: str, link: type[Model], alias: str, name: str) -> tuple[str, type[Model], str]:
        """The rows that visible links lead to, themselves visible."""
        relation: Any = link._meta.fields_map[name]
        target, beyond = relation.related_model, f"b{alias}"
        seen = condition(target, beyond, visible_to(target, self.rights)._q_objects, self.parameters)
        on = f'{beyond}."id" = {alias}."{relation.source_field}" AND {seen.where}'
        kept = f"(SELECT {alias}.* FROM {links}) {alias}"
        return f'{kept} JOIN "{target._meta.db_table}" {beyond} ON {on}', target, beyond

    def connection(
        self, page: Page, selection: Iterable[Selected], path: Path, depth: int, key: str | None = None
    ) -> str:
        """SQL, from the select list on, for the JSON text of a page.

        Whatever was asked of the page, its rows are read once; one row more than the page holds tells whether there are
        more. `key` ties the rows to the parent's row.
        """
        model, row, result = page.queryset.model, f"t{depth}", f"p{depth}"
        gathered = ["count(*) AS n"]

        def each(text: str) -> str:
            gathered.append(f"array_agg({text}) AS c{len(gathered)}")
            kept = f"[{_first_place(page, result)}:]" if page.backward else f"[:{page.size}]"
            return f"'[' || coalesce(array_to_string({result}.c{len(gathered) - 1}{kept}, ','), '') || ']'"

        def part(item: Selected, here: Path) -> str:
            children = item.children or ()
            match item.name:
                case "nodes":
                    return each(self.node(model, row, children, (*here, EACH), depth))
                case "edges":
                    return each(json_object((child.key, edge(child, (*here, EACH, child.key))) for child in children))
                case "page_info":
                    return self._page_info(page, children, result, gathered)
                case "total_count":
                    every = _rows(model, f"n{depth}", page.queryset._q_objects, self.parameters, _at(f"n{depth}", key))
                    return f"(SELECT count(*)::text FROM {every})"
                case _:
                    return self.value(model, row, item, item.kind, here, depth)

        def edge(item: Selected, here: Path) -> str:
            match item.name:
                case "node":
                    return self.node(model, row, item.children or (), here, depth)
                case "cursor":
                    return _cursor(row, page.order)
                case _:
                    return self.value(model, row, item, item.kind, here, depth)

        text = json_object((item.key, part(item, (*path, item.key))) for item in selection)
        return f"{text} FROM (SELECT {', '.join(gathered)} FROM {self._window(page, row, key)}) {result}"

    def _page_info(self, page: Page, children: Iterable[Selected], result: str, gathered: list[str]) -> str:
        def cursor(place: str) -> str:
            column = f"array_agg({_cursor(_row_of(result), page.order)}) AS cursors"
            if column not in gathered:
                gathered.append(column)
            return or_null(f"{result}.cursors[{place}]")

        def part(item: Selected) -> str:
            more = f"({result}.n > {page.size})::text"
            behind = "'true'" if page.cursor is not None else "'false'"
            match item.name:
                case "has_next_page":
                    return behind if page.backward else more
                case "has_previous_page":
                    return more if page.backward else behind
                case "start_cursor":
                    return cursor(_first_place(page, result))
                case "end_cursor":
                    return cursor(f"{result}.n" if page.backward else f"least({result}.n, {page.size})")
                case _:
                    return json_literal("PageInfo")

        return json_object((item.key, part(item)) for item in children)

    def _window(self, page: Page, row: str, key: str | None) -> str:
        """The rows of the page and one more, in the list's order."""
        model = page.queryset.model
        beyond = [] if page.beyond is None else [page.beyond]
        rows = _rows(model, row, [*page.queryset._q_objects, *beyond], self.parameters, _at(row, key))
        order = _order(model, row, page.order)
        if not page.backward:
            return f"(SELECT {row}.* FROM {rows} ORDER BY {order} LIMIT {page.size + 1}) {row}"
        against = _order(model, row, [term.reversed() for term in page.order])
        nearest = f"(SELECT {row}.* FROM {rows} ORDER BY {against} LIMIT {page.size + 1}) {row}"
        return f"(SELECT {row}.* FROM {nearest} ORDER BY {order}) {row}"

    def _expression(self, sql: str, row: str) -> str:
        def bound(name: str, value: Bound) -> str:
            return f"{self.parameters.bind(value)}::{value.cast}" if f"{{{name}}}" in sql else ""

        return sql.format(row=row, today=bound("today", TODAY), organization=bound("organization", ORGANIZATION))


def _rows(model: type[Model], row: str, conditions: Iterable[Q], parameters: Parameters, key: str | None = None) -> str:
    """`table row JOIN ... WHERE ...`."""
    found = condition(model, row, conditions, parameters)
    joins = "".join(f" {join}" for join in found.joins)
    where = found.where if key is None else f"{key} AND {found.where}"
    return f'"{model._meta.db_table}" {row}{joins} WHERE {where}'


def _order(model: type[Model], row: str, terms: Iterable[OrderTerm]) -> str:
    return ", ".join(f'{row}."{term.column}"{" DESC" if term.descending else ""}' for term in terms)


def _cursor(row: str, order: Sequence[OrderTerm]) -> str:
    """SQL for the cursor of a row: the list's order, and the row's values in it; opaque, safe in addresses."""
    values = ", ".join(f'{row}."{term.column}"::text' for term in order)
    packed = f"convert_to(json_build_array({literal(signature(order))}::text, {values})::text, 'UTF8')"
    return quoted(f"translate(encode({packed}, 'base64'), E'+/=\\n', '-_')")


def _first_place(page: Page, result: str) -> str:
    """Where the page starts among the rows that were read: after the one too many, when reading backward."""
    return f"CASE WHEN {result}.n > {page.size} THEN 2 ELSE 1 END" if page.backward else "1"


def _row_of(result: str) -> str:
    return result.replace("p", "t", 1)


def _at(row: str, key: str | None) -> str | None:
    return None if key is None else f"{row}.{key}"


def _part(parts: Mapping[str, kinds.Kind], child: Selected) -> kinds.Kind:
    return child.kind if isinstance(child.kind, kinds.Literal) else parts[child.name]


def _nullable(model: type[Model], name: str, text: str) -> str:
    return or_null(text) if model._meta.fields_map[name].null else text
