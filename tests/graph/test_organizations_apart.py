"""Nothing of one organization is ever shown to another: no relation, list or key goes round `visible_to`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from graphql import GraphQLObjectType, get_named_type

from graph.executor import node_types
from graph.schema import schema
from graph.selection import DEFINITION
from models.statuses.people import Role
from resolvers.demo import demo
from resolvers.ids import MODELS, id_of
from resolvers.reading import kinds, reader
from resolvers.reading.selection import Selected, Selection
from resolvers.visibility import Actor, visible_to
from tests.factories import NOON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.graph.conftest import Client

CORE: Any = schema()._schema
VIEWER = Actor(organization_id=1, user_id=1, roles=frozenset({Role.VIEWER}))
TABLE = re.compile(r'(?:FROM|JOIN) "(\w+)" (?:AS )?"?(\w+)"?')


def relations() -> Iterator[Any]:
    """Every field of a node that leads to other rows, with the model of the node."""
    for model, shown in node_types(CORE).items():
        for name, definition in shown.fields.items():
            field = definition.extensions.get(DEFINITION)
            kind = field.metadata.get("read") if field else None
            if isinstance(kind, kinds.One | kinds.Many | kinds.First | kinds.Connected):
                yield pytest.param(model, field, kind, definition, id=f"{shown.name}.{name}")


def below(definition: Any) -> Selection:
    """The type's name of whatever the field leads to, and of the items where it is a page."""
    named: Any = get_named_type(definition.type)
    typename = Selected(key="t", name="__typename", kind=kinds.Literal(named.name))
    if not named.name.endswith("Connection"):
        return Selection([typename])
    parts = [
        Selected(key="nodes", name="nodes", kind=kinds.PagePart("nodes"), children=Selection([typename])),
        Selected(key="total", name="total_count", kind=kinds.PagePart("total_count")),
    ]
    return Selection(parts)


@pytest.mark.parametrize(("model", "field", "kind", "definition"), list(relations()))
def test_every_relation_is_narrowed_to_the_callers_organization(
    schema: str, model: Any, field: Any, kind: Any, definition: Any
) -> None:
    selected = Selected(key="x", name=field.python_name, kind=kind, children=below(definition))

    statement = reader.plan(visible_to(model, VIEWER), Selection([selected]), VIEWER, as_list=True)

    tables = TABLE.findall(statement.sql)
    assert len(tables) > 1, statement.sql
    for table, alias in tables:
        column = "id" if table == "organization" else "organization_id"
        assert re.search(rf'"?{alias}"?\."{column}"\s*=\s*\$\d', statement.sql), (table, alias, statement.sql)


def lists() -> list[str]:
    """The root fields that are pages."""
    root: GraphQLObjectType = CORE.query_type
    return sorted(name for name, field in root.fields.items() if get_named_type(field.type).name.endswith("Connection"))


async def test_no_list_shows_another_organizations_rows(client: Client) -> None:
    await demo.seed(NOON)

    found = await client.ask(
        "{ " + " ".join(f"{name} {{ nodes {{ __typename }} totalCount }}" for name in lists()) + " }"
    )

    own = {"users": 1, "apiTokens": 1}
    assert {name: page["totalCount"] for name, page in found.items()} == dict.fromkeys(lists(), 0) | own
    assert {name: len(page["nodes"]) for name, page in found.items()} == dict.fromkeys(lists(), 0) | own


async def test_no_id_opens_another_organizations_row(client: Client) -> None:
    await demo.seed(NOON)
    ids = [
        id_of(model, row.pk) for model in MODELS.values() for row in await model.exclude(**_own(model, client)).limit(3)
    ]

    found = await client.ask("query ($ids: [ID!]!) { nodes(ids: $ids) { __typename } }", ids=ids)

    assert len(ids) > len(MODELS)
    assert found == {"nodes": [None] * len(ids)}


def _own(model: Any, client: Client) -> dict[str, int]:
    key = "organization_id" if "organization_id" in model._meta.fields_map else "id"
    return {key: client.user.organization_id}
