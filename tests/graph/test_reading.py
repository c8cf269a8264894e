"""The compiled read path answers what the slow one answers, for any query over any rows."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from graphql import parse, validate
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from graph.schema import schema
from models.organization import User
from models.statuses.people import Role
from resolvers.operation import Call
from tests import oracle
from tests.abundance import Abundance
from tests.asking import answer
from tests.factories import NOON, actor_of
from tests.questions import comparisons, lists, questions

if TYPE_CHECKING:
    from tests.oracle import World
    from tests.questions import Question


def in_order(data: Any) -> str:
    """Data as text, so that the order of keys counts."""
    return json.dumps(data, indent=1)


def told(answered: Any) -> set[tuple[str, str]]:
    return {(str(error.get("path")), error["message"]) for error in answered.get("errors", ())}


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


async def test_both_ways_compare_alike(callers: tuple[World, list[Call]]):
    world, calls = callers
    asked = list(comparisons(world))
    assert len(asked) > 500
    for question in asked:
        await check(world, calls[:1], question)


@cache
def is_valid(text: str) -> bool:
    return validate(schema()._schema, parse(text)) == []


async def check(world: World, calls: list[Call], question: Question) -> None:
    """Asks both ways, for every caller, again where everything is known from before, and with other switches."""
    assert is_valid(question.text)
    for call, variables in product(calls, question.variants()):
        expected = await oracle.ask(world, call, question.text, variables)
        expected_errors = {(str(error.path), str(error.original_error)) for error in expected.errors or ()}
        for _ in range(2):
            actual = await answer(call, question.text, **variables)

            assert in_order(actual["data"]) == in_order(expected.data)
            assert bool(told(actual)) == bool(expected_errors)
            if expected.data is not None:
                # Where an error empties a list, the slow way stops at the first, the fast way may have found more.
                assert told(actual) >= expected_errors
