"""The two descriptions agree: what the schema promises, the tables keep; and everything in the schema is described."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_introspection_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_specified_directive,
    is_specified_scalar_type,
)
from tortoise.fields import BooleanField
from tortoise.fields.relational import BackwardFKRelation, ForeignKeyFieldInstance

from models import database
from models.fields import WordColumn
from models.views import MatchCandidate
from resolvers.listings import Derived, Listing, Reference
from resolvers.reading import kinds
from tests.abundance import Abundance
from tests.walking import core, is_list, nodes, shown_by

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphql import GraphQLField
    from tortoise.models import Model

DEFINITION: Final = "strawberry-definition"
FEW: Final = 8
NEVER: Final = kinds.Expression("NULL", raw=True, nullable=True)


# Everything is described.


def elements() -> Iterator[tuple[str, str | None]]:
    """Every element of the schema, with its description."""
    for name, named in core().type_map.items():
        if not is_introspection_type(named) and not is_specified_scalar_type(named):
            yield name, named.description
            yield from ((f"{name}.{part}", description) for part, description in parts_of(named))
    for directive in core().directives:
        if not is_specified_directive(directive):
            yield f"@{directive.name}", directive.description


def parts_of(named: Any) -> Iterator[tuple[str, str | None]]:
    """The fields of a type with their arguments, or the values of an enumeration."""
    parts = named.values if isinstance(named, GraphQLEnumType) else getattr(named, "fields", {})
    for name, part in parts.items():
        yield name, part.description
        for argument_name, argument in getattr(part, "args", {}).items():
            yield f"{name}({argument_name})", argument.description


def test_every_element_of_the_schema_is_described():
    described = dict(elements())

    assert [name for name, description in described.items() if not (description or "").strip()] == []
    assert len(described) > 500


def test_descriptions_are_sentences():
    assert [name for name, description in elements() if description and not re.search(r"[.:)]$", description)] == []


# How every field is read.


@dataclass(frozen=True)
class Read:
    """A field of a type that rows stand behind: where it is in the schema, its kind, and the row's model."""

    where: str
    model: type[Model]
    kind: kinds.Kind
    type: Any
    absent: frozenset[str] = frozenset()
    """The columns whose being null makes the whole object null that this is a part of."""

    @property
    def columns(self) -> Any:
        return self.model._meta.fields_map


def reads() -> Iterator[Read]:
    """Every field that is read from a row, parts of embedded objects included."""
    shown: dict[str, type[Model]] = {named.name: model for model, named in nodes().items()}
    waiting = list(shown)
    while waiting:
        name = waiting.pop()
        named: Any = core().type_map[name]
        for field_name, field in named.fields.items():
            definition = field.extensions[DEFINITION]
            kind = definition.metadata.get("read") or kinds.Column(definition.python_name)
            found = Read(f"{name}.{field_name}", shown[name], kind, field.type)
            yield from with_parts(found)
            target = leads_to(found)
            of = get_named_type(rows_type(get_named_type(field.type)))
            if target is not None and of.name not in shown:
                shown[of.name] = target
                waiting.append(of.name)


def with_parts(found: Read) -> Iterator[Read]:
    yield found
    match found.kind:
        case kinds.Embedded(parts, absent):
            missing = frozenset(re.findall(r'\{row\}\."?(\w+)"? IS NULL', absent or ""))
            named: Any = get_named_type(found.type)
            for part_name, part in named.fields.items():
                python_name = part.extensions[DEFINITION].python_name
                assert python_name in parts, f"{found.where}.{part_name} is not said how to read"
                where = f"{found.where}.{part_name}"
                yield from with_parts(Read(where, found.model, parts[python_name], part.type, found.absent | missing))
        case kinds.One(name, part) if part is not None:
            related: Any = found.columns[name]
            yield from with_parts(Read(found.where, related.related_model, part, get_nullable_type(found.type)))
        case kinds.Computed(requires):
            for name, required in requires.items():
                yield from with_parts(Read(f"{found.where}({name})", found.model, required, None, found.absent))
        case _:
            pass


def is_view(model: type[Model]) -> bool:
    """Whether the rows are those of a view, which no index leads to."""
    return model._meta.app == "views"


def leads_to(found: Read) -> type[Model] | None:
    """The kind of rows that the field leads to."""
    match found.kind:
        case kinds.One(name, part):
            return found.columns[name].related_model if part is None else None
        case kinds.Many(name, _, through):
            target = found.columns[name].related_model
            return target if through is None else target._meta.fields_map[through].related_model
        case kinds.Connected(name, _, _, through, _, back):
            target = found.columns[name].related_model
            target = target if through is None else target._meta.fields_map[through].related_model
            return target if back is None else target._meta.fields_map[back].related_model
        case kinds.First(name):
            return found.columns[name].related_model
        case _:
            return None


def rows_type(named: Any) -> Any:
    """The type of the rows that a type shows: of a page, that of its items."""
    return named.fields["nodes"].type if named.name.endswith("Connection") else named


@pytest.fixture
def fields(schema: str) -> list[Read]:
    """Every field that is read from a row; Tortoise ties the rows together when it connects."""
    return list(reads())


def test_the_walk_meets_every_type_that_rows_stand_behind(fields: list[Read]):
    assert len(fields) > 250
    assert {read.model for read in fields} >= {*nodes(), MatchCandidate}


def test_what_a_field_is_read_from_is_there(fields: list[Read]):
    assert [read.where for read in fields if not is_there(read)] == []


def is_there(read: Read) -> bool:
    stored, columns = set(read.model._meta.fields_db_projection), read.columns
    match read.kind:
        case kinds.Column(name) | kinds.JsonPart(name) | kinds.JsonList(name) | kinds.Identifier(_, name):
            return name in stored
        case kinds.Amount(name, currency):
            return {name, currency} <= stored
        case kinds.One(name):
            return isinstance(columns[name], ForeignKeyFieldInstance)
        case kinds.Many(name) | kinds.First(name) | kinds.Connected(name):
            return isinstance(columns[name], BackwardFKRelation)
        case kinds.Part() | kinds.PagePart() | kinds.Literal():
            return False
        case _:
            return True


def test_a_field_has_the_shape_of_what_it_is_read_from(fields: list[Read]):
    assert [read.where for read in fields if read.type is not None and not has_shape(read)] == []


def has_shape(read: Read) -> bool:  # noqa: PLR0911 - one case a kind
    shape, named = get_nullable_type(read.type), get_named_type(read.type)
    target = leads_to(read)
    if target in nodes() and get_named_type(rows_type(named)) is not nodes()[target]:
        return False
    match read.kind:
        case kinds.Identifier():
            return named.name == "ID"
        case kinds.Column() | kinds.Amount() | kinds.JsonPart() | kinds.Expression():
            return is_leaf_type(named) or read.kind == NEVER
        case kinds.Many() | kinds.JsonList():
            return is_list_type(shape) and is_non_null_type(read.type)
        case kinds.Connected():
            return named.name.endswith("Connection") and is_non_null_type(read.type)
        case kinds.One() | kinds.First() | kinds.Embedded():
            return isinstance(shape, GraphQLObjectType)
        case _:
            return True


@pytest.fixture
async def kept(schema: str) -> set[tuple[str, str]]:
    """The columns that the database keeps from being null."""
    rows = await database.rows(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND is_nullable = 'NO'"
    )
    return {(row["table_name"], row["column_name"]) for row in rows}


async def test_what_may_not_be_null_stands_on_columns_that_are_not(fields: list[Read], kept: set[tuple[str, str]]):
    """Of a view, whose columns the database calls nullable, the row's description is believed."""

    def may_be_null(read: Read, name: str) -> bool:
        if name in read.absent:
            return False
        column = read.columns[name]
        table, stored = read.model._meta.db_table, read.model._meta.fields_db_projection[name]
        return column.null if is_view(read.model) else (table, stored) not in kept

    wrong = [
        read.where
        for read in fields
        if read.type is not None
        and is_non_null_type(read.type)
        and any(may_be_null(read, name) for name in stands_on(read))
    ]
    assert wrong == []


def stands_on(read: Read) -> list[str]:
    """The columns that have to be there for the field to be."""
    match read.kind:
        case kinds.Column(name) | kinds.Identifier(_, name) | kinds.JsonList(name):
            return [name]
        case kinds.Amount(name, currency):
            return [name, currency]
        case kinds.One(name, None):
            return [read.columns[name].source_field]
        case _:
            return []


def test_what_may_be_null_says_so(fields: list[Read]):
    assert [read.where for read in fields if read.type is not None and may_be_missing(read) is is_non_null(read)] == []


def is_non_null(read: Read) -> bool:
    return is_non_null_type(read.type)


def may_be_missing(read: Read) -> bool | None:
    """Whether a field may be null; None where that is not for its kind to say."""
    match read.kind:
        case kinds.JsonPart() | kinds.First():
            return True
        case kinds.Embedded(_, absent):
            return absent is not None
        case kinds.Expression(_, _, nullable):
            return nullable
        case kinds.One(name, part):
            return part is not None or read.columns[name].null
        case kinds.Column(name) | kinds.Identifier(_, name) | kinds.Amount(name):
            return read.columns[name].null and name not in read.absent
        case _:
            return None


async def test_a_reference_that_is_never_null_leads_to_a_row_that_is_there(fields: list[Read]):
    rows = await database.rows(
        "SELECT conrelid::regclass::text AS table, attname AS column FROM pg_constraint"
        " JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]"
        " WHERE contype = 'f' AND convalidated AND cardinality(conkey) = 1"
    )
    kept = {(row["table"].strip('"'), row["column"]) for row in rows}

    wrong = [
        read.where
        for read in fields
        if isinstance(read.kind, kinds.One)
        and is_non_null_type(read.type)
        and not is_view(read.model)
        and (read.model._meta.db_table, read.columns[read.kind.name].source_field) not in kept
    ]
    assert wrong == []


async def test_expressions_are_never_null_unless_they_say_so(db: str, fields: list[Read]):
    """Tried on odd rows: the SQL of each, over its table."""
    await Abundance(seed=9).fill()
    tried: set[Any] = set()
    for read in fields:
        if isinstance(read.kind, kinds.Expression) and not read.kind.nullable and (read.kind, read.model) not in tried:
            tried.add((read.kind, read.model))
            there = " AND ".join(f'{{row}}."{name}" IS NOT NULL' for name in sorted(read.absent)) or "TRUE"
            table = read.model._meta.db_table
            sql = f'SELECT count(*) AS n FROM "{table}" t WHERE {there} AND ({read.kind.sql}) IS NULL'  # noqa: S608 - ours
            values = {"{row}": "t", "{today}": "DATE '2025-03-10'", "{organization}": "t.organization_id"}
            for name, value in values.items():
                sql = sql.replace(name, value)
            [found] = await database.rows(sql)
            assert found["n"] == 0, read.where
    assert len(tried) > 5


# What lists offer to filter and sort by.


@dataclass(frozen=True)
class Offered:
    """A column that a list can be filtered or sorted by. `within` is the column that ties the list to its parent."""

    where: str
    model: type[Model]
    column: str
    within: str | None


def offered(fields: list[Read]) -> Iterator[Offered]:
    root: dict[str, GraphQLField] = getattr(core().query_type, "fields", {})
    for name, field in root.items():
        if is_list(field):
            listing = field.extensions[DEFINITION].metadata["list"]
            yield from columns_of(name, field, listing, shown_by(field), None)
    for read in fields:
        if isinstance(read.kind, kinds.Connected):
            type_name, field_name = read.where.split(".")
            parent: Any = core().type_map[type_name]
            listing: Any = read.kind.page
            relation = read.columns[read.kind.name]
            model, within = relation.related_model, relation.relation_source_field
            if read.kind.through is not None:
                model, within = model._meta.fields_map[read.kind.through].related_model, "id"
            if read.kind.back is not None:
                back = model._meta.fields_map[read.kind.back]
                model, within = back.related_model, back.relation_source_field
            yield from columns_of(read.where, parent.fields[field_name], listing, model, within)


def columns_of(
    where: str, field: GraphQLField, listing: Listing, model: type[Model], within: str | None
) -> Iterator[Offered]:
    columns = {name.lstrip("-") for name in listing.default}
    if "where" in field.args:
        inputs: Any = get_named_type(field.args["where"].type)
        for name in inputs.fields:
            if name not in {"and", "or", "not"}:
                python_name = inputs.fields[name].extensions[DEFINITION].python_name
                target = listing.filters[python_name]
                match target:
                    case Reference(column):
                        columns.add(column)
                    case Derived():
                        pass
                    case str():
                        columns.add(target)
    if "orderBy" in field.args:
        term: Any = get_named_type(field.args["orderBy"].type)
        keys: Any = get_named_type(term.fields["field"].type)
        columns |= {value.value for value in keys.values.values()}
    if "search" in field.args:
        assert listing.search
        columns.add(listing.search)
    for column in sorted(columns):
        yield Offered(where, model, column, within)


@pytest.fixture
def columns_offered(fields: list[Read]) -> list[Offered]:
    """What all lists offer."""
    return list(offered(fields))


def test_lists_offer_columns_that_are_there(columns_offered: list[Offered]):
    assert len(columns_offered) > 80
    assert [each for each in columns_offered if each.column not in each.model._meta.fields_db_projection] == []


async def test_what_lists_offer_has_an_index(columns_offered: list[Offered]):
    rows = await database.rows(
        "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexdef NOT LIKE '% WHERE %'"
    )
    indexes: dict[str, list[list[str]]] = {}
    for row in rows:
        _, _, columns = row["indexdef"].rpartition("(")
        indexes.setdefault(row["tablename"], []).append([name.strip(' )"') for name in columns.split(",")])

    def has_index(each: Offered) -> bool:
        """Whether an index leads to the values in the organization, or to the rows of the list's parent."""
        return any(
            index[0] == each.within or (each.column in index and index[0] in {"organization_id", each.column})
            for index in indexes[each.model._meta.db_table]
        )

    def tells_little(each: Offered) -> bool:
        """Whether a column has so few values that an index on it would lead to half of the table."""
        column: Any = each.model._meta.fields_map[each.column]
        words = len(column.words or ()) if isinstance(column, WordColumn) else 0
        return isinstance(column, BooleanField) or 0 < words <= FEW

    without = {
        f"{each.where} by {each.column}"
        for each in columns_offered
        if not is_view(each.model) and not has_index(each) and not tells_little(each)
    }
    assert sorted(without) == []
