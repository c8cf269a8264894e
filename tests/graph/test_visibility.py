"""One organization sees nothing of another, even where rows refer to each other as they never may.

The schema is walked mechanically, so that whatever is added to it is looked at, too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import orjson
import pytest
from graphql import get_named_type

from models.organization import ApiToken, Organization, User
from models.statuses.people import Role
from models.supplier import Supplier
from resolvers.ids import MODELS, PREFIXES, id_of
from resolvers.operation import Call
from resolvers.reading import compiler
from resolvers.reading.predicates import ORGANIZATION, USER
from tests import oracle
from tests.abundance import Abundance
from tests.asking import answer, ask
from tests.counting import counted
from tests.factories import NOON, actor_of
from tests.walking import core, everything, free, is_list, nodes, referred, shown_by, snake

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphql import GraphQLField
    from tortoise.models import Model

DEFINITION: Final = "strawberry-definition"
ROOT: Final[dict[str, GraphQLField]] = getattr(core().query_type, "fields", {})
LISTS: Final = sorted(name for name, field in ROOT.items() if is_list(field))
LOOKUPS: Final = sorted(
    name
    for name, field in ROOT.items()
    if field.args and get_named_type(field.type) in nodes().values() and name not in {"node", "nodes"}
)


@dataclass
class Ours:
    """A caller, and everything that is not the caller's."""

    call: Call
    made: dict[type[Model], list[Any]]

    def is_ours(self, row: Any) -> bool:
        owner, actor = row.id if isinstance(row, Organization) else row.organization_id, self.call.actor
        if owner != actor.organization_id:
            return False
        return not isinstance(row, ApiToken) or row.user_id == actor.user_id or actor.may(Role.ADMIN)

    def own(self, model: type[Model]) -> list[Any]:
        return [row for row in self.made[model] if self.is_ours(row)]

    def others(self, model: type[Model]) -> list[Any]:
        return [row for row in self.made[model] if not self.is_ours(row)]

    def ids(self) -> list[str]:
        return [id_of(model, row.id) for model in PREFIXES for row in self.own(model)]

    def other_ids(self) -> list[str]:
        return [id_of(model, row.id) for model in PREFIXES for row in self.others(model)]

    def check(self, answered: Any) -> None:
        """Nothing of the others is in the answer: no id, and none of their texts, which all begin alike."""
        text = orjson.dumps(answered).decode()
        assert "Theirs" not in text
        assert not set(re.findall(r'"([a-z]+_[0-9]+)"', text)) & set(self.other_ids())


@pytest.fixture(params=[Role.ADMIN, Role.BUYER])
async def ours(db: str, request: pytest.FixtureRequest) -> Ours:
    """Someone in an organization whose rows refer to another's, and are referred to by them."""
    abundance = await Abundance(seed=11, crossing=True, marks=("Ours", "Theirs")).fill()
    user: User = abundance.made[User][0]
    return Ours(Call(replace(actor_of(user), roles=frozenset({request.param})), NOON), abundance.made)


def fragments() -> str:
    return " ".join(f"... on {named.name} {everything(named)}" for named in nodes().values())


async def test_everything_about_our_rows_shows_nothing_of_theirs(ours: Ours):
    met = 0
    for model, named in nodes().items():
        ids = [id_of(model, row.id) for row in ours.own(model)]
        query = f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {named.name} {everything(named)} }} }}"

        answered = await answer(ours.call, query, ids=ids)

        ours.check(answered)
        assert [found["id"] for found in answered["data"]["nodes"]] == ids
        met += len(ids)
    assert met > 60


@pytest.mark.parametrize("name", sorted(free(core().query_type)))
async def test_everything_at_the_root_shows_nothing_of_theirs(ours: Ours, name: str):
    field = ROOT[name]
    first = "(first: 100)" if "first" in field.args else ""

    answered = await answer(ours.call, f"{{ {name}{first} {everything(get_named_type(field.type))} }}")

    ours.check(answered)
    if is_list(field):
        model = shown_by(field)
        assert answered["data"][name]["totalCount"] == len(ours.own(model))
        assert {node["id"] for node in answered["data"][name]["nodes"]} == {
            id_of(model, row.id) for row in ours.own(model)
        }


async def test_their_ids_lead_to_nothing(ours: Ours):
    ids = ours.other_ids()
    assert {text.partition("_")[0] for text in ids} >= set(MODELS) - {"tok"}
    single = " ".join(f'n{number}: node(id: "{text}") {{ id }}' for number, text in enumerate(ids))

    one_by_one = await ask(ours.call, f"{{ {single} }}")
    together = await ask(ours.call, "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids[:100])

    assert set(one_by_one.values()) == {None}
    assert set(map(str, together["nodes"])) == {"None"}


@pytest.mark.parametrize("name", LOOKUPS)
async def test_their_keys_lead_to_nothing(ours: Ours, name: str):
    field = ROOT[name]
    model = shown_by(field)
    asked = 0
    for row in ours.others(model):
        for argument in field.args:
            value = id_of(model, row.id) if argument == "id" else _value(row, argument)
            if value is not None:
                given = {argument: value}
                if argument in {"supplierId", "supplierInvoiceNumber"}:
                    given = {name: _value(row, name) for name in ("supplierId", "supplierInvoiceNumber")}
                written = ", ".join(f"{name}: {orjson.dumps(value).decode()}" for name, value in given.items())
                answered = await answer(ours.call, f"{{ {name}({written}) {{ id }} }}")
                assert answered["data"] == {name: None}, given
                asked += 1
    assert asked


def _value(row: Any, argument: str) -> Any:
    value = getattr(row, snake(argument), None)
    return id_of(Supplier, value) if argument == "supplierId" and value else value


def id_filters(field: GraphQLField) -> Iterator[str]:
    where: Any = get_named_type(field.args["where"].type)
    for name, asked in where.fields.items():
        if str(asked.type) == "IDFilter":
            yield name


@pytest.mark.parametrize("name", LISTS)
async def test_their_ids_in_filters_and_their_cursors_find_only_ours(ours: Ours, name: str):
    field = ROOT[name]
    model = shown_by(field)
    own = {id_of(model, row.id) for row in ours.own(model)}
    listing = field.extensions[DEFINITION].metadata["list"]
    asked = [
        f'{place}: "{oracle.cursor(row, oracle.order_terms(None, listing))}"'
        for row in ours.others(model)
        for place in ("after", "before")
    ]
    if "where" in field.args:
        for filtered in id_filters(field):
            meant = referred(model, filtered)
            ids = orjson.dumps([id_of(meant, row.id) for row in ours.others(meant)]).decode()
            asked += [f"where: {{{filtered}: {{{operator}: {ids}}}}}" for operator in ("in", "notIn")]
    if "search" in field.args:
        asked.append('search: "theirs"')

    for given in asked:
        answered = await ask(ours.call, f"{{ {name}({given}) {{ nodes {{ id }} pageInfo {{ endCursor }} }} }}")
        found = {node["id"] for node in answered[name]["nodes"]}
        assert found <= own
        if given.startswith(("where: {id: {in", "search")):
            assert not found


# Every table in every statement has the predicate beside it.

JOINED: Final = re.compile(
    r' LEFT JOIN "(\w+)" AS "(\w+)" ON "\2"\."id"="(\w+)"\."\w+" AND "\2"\."organization_id" = "\3"\."organization_id"'
)
TABLE: Final = re.compile(
    r'(?:FROM|JOIN) "(?P<table>\w+)" (?P<row>\w+)(?: WHERE| ON)'
    r'(?: \w+\."\w+" = \w+\."\w+" AND)? (?P<condition>\([^)]*\))'
)
PAST: Final = re.compile(
    r'\(SELECT l\.[^()]* FROM "(\w+)" l WHERE l\.stands_since <= (\([^()]*\)) UNION ALL SELECT .*?'
    r" AND p\.valid_to > \2\)"
)
"""Rows as they stood once, in place of their table: what is asked of the table has to be asked of them."""
MENTIONED: Final = re.compile(r'(?:FROM|JOIN) "\w+"')


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[compiler.Statement]:
    """The statements that reads are compiled to."""
    statements: list[compiler.Statement] = []
    for name in ("single", "listed", "paged", "several"):
        compiled = getattr(compiler, name)

        def noted(*given: Any, compiled: Any = compiled) -> Any:
            made = compiled(*given)
            statements.append(made[0] if isinstance(made, tuple) else made)
            return made

        monkeypatch.setattr(compiler, name, noted)
    return statements


async def test_no_table_is_read_without_asking_whose_rows_they_are(ours: Ours, sent: list[compiler.Statement]):
    for name, field in free(core().query_type).items():
        await answer(ours.call, f"{{ {name} {everything(get_named_type(field.type))} }}")
    await answer(ours.call, f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ {fragments()} }} }}", ids=ours.ids()[:100])

    tables: set[str] = set()
    for statement in sent:
        sql = PAST.sub(r'"\1"', JOINED.sub("", statement.sql))
        looked_at = list(TABLE.finditer(sql))
        assert len(looked_at) == len(MENTIONED.findall(sql))
        for found in looked_at:
            tables.add(found["table"])
            column = "id" if found["table"] == "organization" else "organization_id"
            check_bound(statement, found["condition"], f'"{found["row"]}"."{column}"', ORGANIZATION, ours)
            if found["table"] == "api_token" and not ours.call.actor.may(Role.ADMIN):
                check_bound(statement, found["condition"], f'"{found["row"]}"."user_id"', USER, ours)
    assert tables >= {model._meta.db_table for model in PREFIXES}
    assert len(sent) > 15


def check_bound(statement: compiler.Statement, condition: str, column: str, open_: Any, ours: Ours) -> None:
    """The column is compared with the caller's own key: bound when it runs, or there already."""
    found = re.search(rf"{re.escape(column)}=\$(\d+)", condition)
    assert found, (column, condition)
    actor = ours.call.actor
    value = statement.parameters[int(found[1]) - 1]
    assert value is open_ or value == (actor.user_id if open_ is USER else actor.organization_id)


async def test_a_plan_made_for_one_caller_answers_another_with_the_others_rows(ours: Ours):
    theirs = next(user for user in ours.made[User] if user.organization_id != ours.call.organization_id)
    query = "{ organization { id name } users { nodes { id } } viewer { id } apiTokens { nodes { id } } }"
    first = await ask(ours.call, query)

    second = await ask(Call(actor_of(theirs), NOON), query)

    assert second["organization"]["id"] != first["organization"]["id"]
    assert second["organization"]["name"].startswith("Theirs")
    assert second["viewer"]["id"] == id_of(User, theirs.id)
    assert not {each["id"] for each in first["users"]["nodes"]} & {each["id"] for each in second["users"]["nodes"]}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("{ viewer { id email } }", ("User", "email")),
        ("{ purchaseOrders { nodes { businessOwner { email a: email } } } }", ("User", "email")),
        ("{ users { totalCount } }", ("Query", "users")),
        ('{ node(id: "usr_1") { ... on User { email } } }', ("User", "email")),
    ],
)
async def test_a_field_for_other_roles_is_refused_before_anything_is_read(
    ours: Ours, monkeypatch: pytest.MonkeyPatch, query: str, field: tuple[str, str]
):
    named: Any = core().type_map[field[0]]
    definition = named.fields[field[1]].extensions[DEFINITION]
    monkeypatch.setattr(definition, "metadata", {**definition.metadata, "roles": (Role.APPROVER,)})
    roles = frozenset({Role.ADMIN if ours.call.actor.may(Role.ADMIN) else Role.BUYER})

    with counted() as statements:
        answered = await answer(replace(ours.call, actor=replace(ours.call.actor, roles=roles)), f"{query} # {roles}")

    if Role.ADMIN in roles:
        assert "errors" not in answered
    else:
        assert len(statements) == 0
        [error] = answered["errors"]
        assert error["message"] == f"The field {field[1]} needs the role APPROVER."
        assert error["extensions"]["code"] == "NOT_PERMITTED"
