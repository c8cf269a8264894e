"""The compiled read path answers what the slow one answers, for any query over any rows."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from graphql import execute, parse, validate
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from graph.context import Context
from graph.executor import Executor
from graph.schema import schema
from models.organization import User
from models.statuses import Role
from resolvers.operation import Call
from tests import oracle
from tests.abundance import Abundance
from tests.factories import NOON, actor_of
from tests.questions import lists, questions

if TYPE_CHECKING:
    from graphql import ExecutionResult

    from tests.oracle import World
    from tests.questions import Question


async def fast(call: Call, question: Question) -> ExecutionResult:
    run: Any = execute
    answer = run(
        schema()._schema,
        parse(question.text),
        context_value=Context(call.actor, call.now),
        variable_values=question.variables,
        executor_class=Executor,
        operation_extensions=None,
    )
    return await answer if hasattr(answer, "__await__") else answer


def read_back(result: ExecutionResult) -> str:
    """The data as a client has it after parsing, the order of keys included."""
    return json.dumps(orjson.loads(orjson.dumps(result.data)), indent=1)


def told(result: ExecutionResult) -> set[tuple[str, str]]:
    return {(str(error.path), str(error.original_error)) for error in result.errors or ()}


@pytest.fixture
async def callers(db: str) -> tuple[World, list[Call]]:
    """Rows of two organizations, and two users of the first: one who may everything, one who may not."""
    await Abundance(seed=20250310).fill()
    first, second, *_ = await User.all().order_by("organization_id", "id")
    assert first.organization_id == second.organization_id
    admin = replace(actor_of(first), roles=frozenset({Role.ADMIN}))
    buyer = replace(actor_of(second), roles=frozenset({Role.BUYER}), locale="de_DE")
    return await oracle.World.load(), [Call(admin, NOON), Call(buyer, NOON)]


def tried(times: int) -> Any:
    """As many examples, always the same ones."""
    return effort(
        max_examples=times,
        phases=(Phase.generate, Phase.shrink),
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    )


@tried(150)
@given(data=st.data())
async def test_both_ways_give_the_same_answer(callers: tuple[World, list[Call]], data: st.DataObject):
    world, calls = callers
    await check(world, calls, data.draw(questions(world)))


@tried(600)
@given(data=st.data())
async def test_both_ways_find_the_same_rows(callers: tuple[World, list[Call]], data: st.DataObject):
    world, calls = callers
    await check(world, calls[:1], data.draw(lists(world)))


async def check(world: World, calls: list[Call], question: Question) -> None:
    assert validate(schema()._schema, parse(question.text)) == []
    for call in calls:
        expected = await oracle.ask(world, call, question.text, question.variables)
        actual = await fast(call, question)

        assert read_back(actual) == read_back(expected)
        assert bool(told(actual)) == bool(told(expected))
        if expected.data is not None:
            # Where an error empties a list, the slow way stops at the first, the fast way may have found more.
            assert told(actual) >= told(expected)
