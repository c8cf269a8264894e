"""From a selection and a queryset to one SQL statement that gives the field's JSON text.

Objects are built by concatenating text, which PostgreSQL does faster than building JSON values. A null in a
concatenation would swallow the whole row, so everything nullable is coalesced, as the columns' metadata say.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from pypika_tortoise.enums import Order

from resolvers.reading import kinds, wire
from resolvers.reading.pages import OrderTerm, Page, Window, signature
from resolvers.reading.past import AsOf, Then, inside, source
from resolvers.reading.predicates import ORGANIZATION, TODAY, USER, Parameters, condition
from resolvers.reading.text import joined, json_array, json_literal, json_object, literal, or_null, quoted
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping, Sequence

    from tortoise.expressions import Q
    from tortoise.models import Model
    from tortoise.queryset import QuerySet

    from resolvers.reading.selection import Selected, Selection
    from resolvers.visibility import Actor

EACH: Final = "*"
"""The step of a path that means: every item of the list."""
MOST_PLANS: Final = 2048

_PLACE: Final = "_place"
_EVERY: Final = "\0every\0"
_THESE: Final = "\0these\0"
"""Where a plan leaves room for the rows of the list, and for those of them past the cursor: they vary by request."""
_OPEN: Final = {"{today}": TODAY, "{organization}": ORGANIZATION, "{user}": USER}

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


def single(queryset: QuerySet[Any], selection: Selection, rights: Actor) -> Statement:
    """The first row of the queryset as an object; no row, no value."""
    plan = _object(queryset.model, selection, rights)
    parameters = Parameters(after=plan)
    rows, order = _found(queryset, parameters), _ordering(queryset)
    by = f" ORDER BY {order}" if order else ""
    return Statement(f"SELECT {plan.sql} FROM {rows}{by} LIMIT 1", parameters.all, plan.slots)


def as_of(one: AsOf, selection: Selection, rights: Actor) -> Statement:
    """The row as it stood, as an object; no value where it did not stand then, or there is no such version (V4)."""
    plan = _object(one.model, selection, rights, Then())
    parameters = Parameters(after=plan)
    at = _at(one, parameters)
    parameters.then = Then()
    rows = _rows(one.model, "t0", visible_to(one.model, rights)._q_objects, parameters)
    return Statement(
        f"WITH at AS ({at}) SELECT {plan.sql} FROM {rows} AND t0.id = (SELECT id FROM at)",
        parameters.all,
        plan.slots,
    )


def _at(one: AsOf, parameters: Parameters) -> str:
    """Which row is meant, as of which moment, and which day that was."""
    if one.version is not None:
        version, today = f"{parameters.bind(one.version)}::int", f"{parameters.bind(TODAY)}::date"
        row, then = "k.id", Then.of_version("k", version, today)
    else:
        moment = f"{parameters.bind(one.moment)}::timestamptz"
        row, then = "k.id", Then(moment, f"({moment} AT TIME ZONE 'UTC')::date")
        if one.key is not None:
            row = f"{parameters.bind(one.key)}::bigint"
    at = f"SELECT {row} AS id, {then.moment} AS moment, {then.today} AS today"
    if row != "k.id":
        return at
    return f"{at} FROM {_rows(one.model, 'k', one.queryset._q_objects, parameters)}"


def listed(queryset: QuerySet[Any], selection: Selection, rights: Actor) -> Statement:
    """All rows of the queryset as an array."""
    plan = _object(queryset.model, selection, rights)
    parameters = Parameters(after=plan)
    rows = _found(queryset, parameters)
    slots = tuple(Slot((EACH, *slot.path), slot.kind) for slot in plan.slots)
    return Statement(f"SELECT {json_array(plan.sql, _ordering(queryset))} FROM {rows}", parameters.all, slots)


def paged(page: Page, selection: Selection, rights: Actor) -> Statement:
    """The page as a connection object."""
    model = page.queryset.model
    plan = _connection(model, page.window, selection, rights)
    parameters = Parameters(after=plan)
    every = these = _found(page.queryset, parameters)
    if page.beyond is not None:
        these += f" AND {condition(model, 't0', [page.beyond], parameters).where}"
    return Statement(plan.sql.replace(_EVERY, every).replace(_THESE, these), parameters.all, plan.slots)


def several(
    queries: Sequence[tuple[QuerySet[Any], Selection]], rights: Actor
) -> tuple[Statement, tuple[tuple[Slot, ...], ...]]:
    """A statement of many rows (which query, the row's key, the text of an object), and each query's slots."""
    parameters = Parameters()
    selects: list[str] = []
    slots: list[tuple[Slot, ...]] = []
    for number, (queryset, selection) in enumerate(queries):
        compiler = _Compiler(rights, parameters)
        text = compiler.node(queryset.model, "t0", selection, (), 0)
        selects.append(f'SELECT {number}, t0."id", {text} FROM {_found(queryset, parameters)}')
        slots.append(tuple(compiler.slots))
    return Statement(" UNION ALL ".join(selects), parameters.all, ()), tuple(slots)


@lru_cache(MOST_PLANS)
def _object(model: type[Model], selection: Selection, rights: Actor, then: Then | None = None) -> Statement:
    """The text of one row under the alias `t0`: the plan that all requests with this selection share."""
    compiler = _Compiler(rights)
    compiler.parameters.then = then
    return compiler.plan(compiler.node(model, "t0", selection, (), 0))


@lru_cache(MOST_PLANS)
def _connection(model: type[Model], window: Window, selection: Selection, rights: Actor) -> Statement:
    """The statement for a page, with room for its rows: the plan of all requests with this window and selection."""
    compiler = _Compiler(rights)
    return compiler.plan(f"SELECT {compiler.connection(model, window, selection, (), 0, _EVERY, _THESE)}")


@dataclass(slots=True)
class _Compiler:
    rights: Actor
    parameters: Parameters = field(default_factory=Parameters)
    slots: list[Slot] = field(default_factory=list[Slot])

    @property
    def then(self) -> Then | None:
        """As of when rows are read; none where it is now."""
        return self.parameters.then

    @contextmanager
    def as_of(self, then: Then) -> Generator[None]:
        """What is compiled meanwhile is read as of another moment."""
        before, self.parameters.then = self.parameters.then, then
        yield
        self.parameters.then = before

    def plan(self, sql: str) -> Statement:
        return Statement(sql, self.parameters.all, tuple(self.slots))

    def node(self, model: type[Model], row: str, selection: Iterable[Selected], path: Path, depth: int) -> str:
        """SQL for the JSON text of an object made of the row."""
        return json_object(
            (item.key, self.value(model, row, item, item.kind, (*path, item.key), depth)) for item in selection
        )

    def value(  # noqa: C901, PLR0911, PLR0912, PLR0913, PLR0917 - one case a kind, read whole
        self, model: type[Model], row: str, item: Selected, kind: kinds.Kind, path: Path, depth: int
    ) -> str:
        """SQL for the JSON text of one field of the row; never null."""
        match kind:
            case kinds.Literal(text):
                return json_literal(text)
            case kinds.Column(name):
                return _nullable(model, name, wire.column_text(f'{row}."{name}"', model._meta.fields_map[name]))
            case kinds.Identifier(prefix, name):
                return _nullable(model, name, joined([literal(f'"{prefix}_'), f'{row}."{name}"::text', literal('"')]))
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
            case kinds.OneAsOf(name, until):
                with self.as_of(Then.just_before(f'{row}."{until}"')):
                    return self._one(model, row, item, kinds.One(name), path, depth + 1)
            case kinds.InVersion():
                return self._in_version(model, row, item, kind, path, depth + 1)
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

    def _in_version(  # noqa: PLR0913, PLR0917 - where the row is, and what is wanted of it
        self, model: type[Model], row: str, item: Selected, kind: kinds.InVersion, path: Path, depth: int
    ) -> str:
        asked = self.parameters.bind(dict(item.arguments).get(kind.argument))
        version, today = f"coalesce({asked}::int, {row}.version)", f"{self.parameters.bind(TODAY)}::date"
        then, alias, at = Then.of_version(row, version, today), f"t{depth}", f"v{depth}"
        with self.as_of(Then(f"{at}.moment", f"{at}.today")):
            rows = _rows(model, alias, visible_to(model, self.rights)._q_objects, self.parameters)
            text = json_object(
                (name, self.value(model, alias, item, part, (*path, name), depth)) for name, part in kind.parts.items()
            )
        stood = f'SELECT {text} FROM {rows} AND {alias}."id" = {row}."id"'
        return or_null(f"(SELECT ({stood}) FROM (SELECT {then.moment} AS moment, {then.today} AS today OFFSET 0) {at})")

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
        key = f'{alias}."{relation.relation_source_field}" = {row}."id"'
        queryset = visible_to(target, self.rights)
        if isinstance(kind, kinds.Connected) and kind.through is not None:
            beyond: Any = target._meta.fields_map[kind.through]
            queryset = queryset if kind.links is None else queryset.filter(kind.links)
            links = _rows(target, f"l{alias}", queryset._q_objects, self.parameters, f"l{key}", listed=True)
            target, column = beyond.related_model, "id"
            if kind.back is not None:
                back: Any = target._meta.fields_map[kind.back]
                target, column = back.related_model, back.relation_source_field
            key = f'{alias}."{column}" IN (SELECT l{alias}."{beyond.source_field}" FROM {links})'
            queryset = visible_to(target, self.rights)
        if kind.only is not None:
            queryset = queryset.filter(kind.only)
        if isinstance(kind, kinds.Connected):
            return self._nested(kind.page(queryset, **dict(item.arguments)), children, path, depth, key)
        rows = _rows(target, alias, queryset._q_objects, self.parameters, key, listed=True)
        order = _order(alias, [OrderTerm(name.lstrip("-"), name.startswith("-")) for name in kind.order])
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
        return f"{kept} JOIN {source(target, self.then)} {beyond} ON {on}", target, beyond

    def _nested(self, page: Page, selection: Iterable[Selected], path: Path, depth: int, key: str) -> str:
        """SQL for the JSON text of a page of the rows that `key` ties to their parent's."""
        model, row = page.queryset.model, f"t{depth}"
        every = these = _rows(model, row, page.queryset._q_objects, self.parameters, key, listed=True)
        if page.beyond is not None:
            these += f" AND {condition(model, row, [page.beyond], self.parameters).where}"
        return f"(SELECT {self.connection(model, page.window, selection, path, depth, every, these)})"

    def connection(  # noqa: PLR0913, PLR0917 - what is shown, what is wanted of it, and where it stands
        self,
        model: type[Model],
        window: Window,
        selection: Iterable[Selected],
        path: Path,
        depth: int,
        every: str,
        these: str,
    ) -> str:
        """SQL, from the select list on, for the JSON text of a page of `these` rows of `every` row of the list.

        Whatever is asked of the page, its rows are read once. Where the page's place in the list is asked for, one row
        more is read, which tells whether there are more; nothing is made of it.
        """
        row, selection = f"t{depth}", tuple(selection)
        more = any(item.name == "page_info" for item in selection)
        kept = f'{row}."{_PLACE}" <= {window.size}' if more else ""
        order = _order(row, window.order) if window.backward else ""

        def part(item: Selected) -> str:
            children, here = item.children or (), (*path, item.key)
            match item.name:
                case "nodes":
                    return json_array(self.node(model, row, children, (*here, EACH), depth), order, kept)
                case "edges":
                    edge = json_object((child.key, inside(child, (*here, EACH, child.key))) for child in children)
                    return json_array(edge, order, kept)
                case "page_info":
                    return _page_info(model, row, window, children, kept)
                case "total_count":
                    return f"(SELECT count(*)::text FROM {every})"
                case _:
                    return self.value(model, row, item, item.kind, here, depth)

        def inside(item: Selected, here: Path) -> str:
            match item.name:
                case "node":
                    return self.node(model, row, item.children or (), here, depth)
                case "cursor":
                    return _cursor(model, window.order, (f'{row}."{term.column}"::text' for term in window.order))
                case _:
                    return self.value(model, row, item, item.kind, here, depth)

        text = json_object((item.key, part(item)) for item in selection)
        return f"{text} FROM {_shown(window, row, these, more=more)} HAVING TRUE"

    def _expression(self, sql: str, row: str) -> str:
        sql = inside(sql, self.then)
        for name, value in _OPEN.items():
            if name in sql:
                sql = sql.replace(name, f"{self.parameters.bind(value)}::{value.cast}")
        return sql.replace("{row}", row)


def _page_info(model: type[Model], row: str, window: Window, selection: Iterable[Selected], kept: str) -> str:
    """Where a page stands in its list. Before what is after a cursor there is the cursor's row, at least."""
    more, behind = f"(count(*) > {window.size})::text", "'true'" if window.continued else "'false'"
    by = f" ORDER BY {_order(row, window.order)}" if window.backward else ""
    columns = [f'(array_agg({row}."{term.column}"::text{by}) FILTER (WHERE {kept}))' for term in window.order]

    def cursor(place: str) -> str:
        # Packing is dear: it is done for the row in that place only.
        made = _cursor(model, window.order, (f"{column}[{place}]" for column in columns))
        return f"CASE WHEN count(*) = 0 THEN 'null' ELSE {made} END"

    parts = {
        "has_next_page": behind if window.backward else more,
        "has_previous_page": more if window.backward else behind,
        "start_cursor": cursor("1"),
        "end_cursor": cursor(f"least(count(*), {window.size})"),
        "__typename": json_literal("PageInfo"),
    }
    return json_object((item.key, parts[item.name]) for item in selection)


def _shown(window: Window, row: str, these: str, *, more: bool) -> str:
    """The rows of the page in the direction of reading, nearest first; where `more`, numbered and one beyond."""
    order = _order(row, [term.reversed() for term in window.order] if window.backward else window.order)
    rows = f"(SELECT {row}.* FROM {these} ORDER BY {order} LIMIT {window.size + more}) {row}"
    return f'(SELECT {row}.*, row_number() OVER () AS "{_PLACE}" FROM {rows}) {row}' if more else rows


def _found(queryset: QuerySet[Any], parameters: Parameters) -> str:
    """`table t0 JOIN ... WHERE ...` for a queryset, which has conditions and an order and nothing else."""
    if queryset._limit is not None or queryset._offset or queryset._annotations or queryset._distinct:
        raise TypeError("a queryset to be read has conditions and an order, nothing else")
    return _rows(queryset.model, "t0", queryset._q_objects, parameters)


def _ordering(queryset: QuerySet[Any]) -> str:
    return _order("t0", [OrderTerm(column, direction == Order.desc) for column, direction in queryset._orderings])


def _rows(  # noqa: PLR0913 - where the rows are, and which of them
    model: type[Model],
    row: str,
    conditions: Iterable[Q],
    parameters: Parameters,
    key: str | None = None,
    *,
    listed: bool = False,
) -> str:
    """`table row JOIN ... WHERE ...`, to which more conditions can be added by `AND`."""
    found = condition(model, row, conditions, parameters)
    joins = "".join(f" {join}" for join in found.joins)
    where = found.where if key is None else f"{found.where} AND {key}"
    return f"{source(model, parameters.then, listed=listed)} {row}{joins} WHERE {where}"


def _order(row: str, terms: Iterable[OrderTerm]) -> str:
    return ", ".join(f'{row}."{term.column}"{" DESC" if term.descending else ""}' for term in terms)


def _cursor(model: type[Model], order: Sequence[OrderTerm], values: Iterable[str]) -> str:
    """SQL for the cursor of a row: the list's order, and the row's values in it; opaque, safe in addresses."""
    known = literal(signature(model, order))
    packed = f"convert_to(json_build_array({known}::text, {', '.join(values)})::text, 'UTF8')"
    return quoted(f"translate(encode({packed}, 'base64'), E'+/=\\n', '-_')")


def _part(parts: Mapping[str, kinds.Kind], child: Selected) -> kinds.Kind:
    return child.kind if isinstance(child.kind, kinds.Literal) else parts[child.name]


def _nullable(model: type[Model], name: str, text: str) -> str:
    return or_null(text) if model._meta.fields_map[name].null else text
