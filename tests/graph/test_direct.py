"""The short way to an answer: taken by a request like an earlier one, and never to be told from the ordinary way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from graph import execution
from graph.context import Context
from graph.execution import Request, execute_request
from graph.limits import Limits
from models.organization import User
from models.statuses.people import Role
from resolvers.operation import Call
from tests import oracle
from tests.abundance import Abundance
from tests.asking import NO_LIMITS
from tests.factories import NOON, actor_of, make_call, make_line_row, make_order_row
from tests.questions import questions

if TYPE_CHECKING:
    from graphql import ExecutionResult

    from models.purchase_order import PurchaseOrder
    from tests.oracle import World

ORDER = "query ($id: ID) { purchaseOrder(id: $id) { number supplier { name } } }"
PAGE = "query ($first: Int, $after: String) { purchaseOrders(first: $first, after: $after) { nodes { number } } }"


@pytest.fixture
async def call(db: str) -> Call:
    return await make_call()


@pytest.fixture
async def order(call: Call) -> PurchaseOrder:
    found = await make_order_row(call, number="PO-1")
    await make_line_row(found, number=1)
    return found


async def directly(call: Call, query: str, **variables: Any) -> ExecutionResult | None:
    """What the short way gives, if it can be taken."""
    operation = execution._prepared(query, Limits()).operation(None)
    assert operation is not None
    return await operation.direct.answer(variables, Context(call.actor, call.now))


async def answer(call: Call, query: str, **variables: Any) -> bytes:
    found = await execute_request(Request(query, variables), Context(call.actor, call.now))
    return found.body


def data_of(result: ExecutionResult | None) -> Any:
    assert result is not None
    assert result.errors is None
    return orjson.loads(orjson.dumps(result.data))


@pytest.mark.parametrize(
    ("query", "first", "then"),
    [
        (ORDER, {"id": "po_999"}, {"id": "po_{}"}),
        (PAGE, {"first": 2}, {"first": 1}),
        ("query ($n: String) { a: purchaseOrder(number: $n) { id } organization { name } }", {}, {"n": "PO-1"}),
        ("query ($id: ID!) { node(id: $id) { id ... on PurchaseOrder { number } } }", {"id": "po_{}"}, {"id": "po_{}"}),
        (
            "query ($w: PurchaseOrderWhere) { purchaseOrders(where: $w, orderBy: [{field: NUMBER}]) { totalCount } }",
            {"w": None},
            {"w": {"number": {"in": ["PO-1", "PO-2"]}}},
        ),
        ("query ($s: Boolean!) { viewer { name @skip(if: $s) id } }", {"s": True}, {"s": True}),
    ],
)
async def test_a_request_like_an_earlier_one_takes_the_short_way(
    call: Call, order: PurchaseOrder, query: str, first: dict[str, Any], then: dict[str, Any]
):
    first, then = (
        {name: value.format(order.id) if isinstance(value, str) else value for name, value in given.items()}
        for given in (first, then)
    )
    ordinary = {}
    for variables in (first, then):
        ordinary = orjson.loads(await answer(call, query, **variables))["data"]

    assert data_of(await directly(call, query, **then)) == ordinary


@pytest.mark.parametrize(
    "query",
    [
        "{ purchaseOrders { nodes { id } } __typename }",
        "{ ...All } fragment All on Query { viewer { id } }",
        "{ viewer { id } viewer { name } }",
        "query ($s: Boolean = false) { viewer @skip(if: $s) { id } }",
        "{ purchaseOrders { nodes { totalAmount { formatted } } } }",
        "{ nodes(ids: []) { id } }",
        "{ dashboard { byStatus { count } } }",
        "{ __schema { queryType { name } } }",
    ],
)
async def test_whatever_needs_more_goes_the_ordinary_way(call: Call, query: str):
    await answer(call, query)

    assert await directly(call, query) is None


async def test_other_selections_and_other_rights_are_asked_for_in_the_ordinary_way_first(call: Call):
    query = "query ($s: Boolean!) { viewer { name @skip(if: $s) id } }"
    await answer(call, query, s=True)

    assert await directly(call, query, s=True) is not None
    assert await directly(call, query, s=False) is None
    buyer = replace(call, actor=replace(call.actor, roles=frozenset({Role.BUYER})))
    assert await directly(buyer, query, s=True) is None


@pytest.mark.parametrize(
    "variables",
    [
        {"first": 0},
        {"after": "nonsense"},
        {"first": "two"},
        {"first": 3, "unknown": 1},
        {"first": 10**12},
    ],
    ids=str,
)
async def test_what_is_wrong_with_arguments_is_told_the_same(call: Call, variables: dict[str, Any]):
    fresh = PAGE.replace("nodes { number }", "nodes { id number }")
    ordinary = await answer(call, fresh, **variables)
    await answer(call, fresh, first=1)

    assert await answer(call, fresh, **variables) == ordinary


async def test_an_error_in_one_field_leaves_the_others_alone(call: Call, order: PurchaseOrder):
    query = "query ($id: ID, $number: String) { a: purchaseOrder(id: $id, number: $number) { id } b: viewer { id } }"
    ordinary = await answer(call, query, id="po_1", number="PO-1")
    await answer(call, query, number="PO-1")
    result = await directly(call, query, id="po_1", number="PO-1")

    assert result is not None
    assert await answer(call, query, id="po_1", number="PO-1") == ordinary
    assert orjson.loads(ordinary)["data"] == {"a": None, "b": {"id": f"usr_{call.actor.user_id}"}}


async def test_a_caller_sees_nothing_of_another_organization_by_the_short_way(call: Call, order: PurchaseOrder):
    stranger = await make_call()
    await answer(call, ORDER, id=f"po_{order.id}")

    assert data_of(await directly(stranger, ORDER, id=f"po_{order.id}")) == {"purchaseOrder": None}


@effort(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
async def test_the_second_answer_is_the_first(rows: tuple[World, Call], data: st.DataObject):
    world, caller = rows
    question = data.draw(questions(world))
    request = Request(question.text, question.variables)

    first, second = [await execute_request(request, Context(caller.actor, caller.now), NO_LIMITS) for _ in range(2)]

    assert second == first


@pytest.fixture
async def rows(db: str) -> tuple[World, Call]:
    await Abundance(seed=20250310).fill()
    user = await User.all().order_by("organization_id", "id").first()
    assert user is not None
    return await oracle.World.load(), Call(actor_of(user), NOON)
