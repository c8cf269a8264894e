"""The compiled read path answers what the slow one answers, for any query over any rows."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from models.organization import User
from models.statuses.people import Role
from resolvers.operation import Call
from resolvers.reading import kinds
from tests import oracle
from tests.abundance import Abundance
from tests.asking import answer
from tests.factories import NOON, actor_of
from tests.questions import comparisons, lists, questions
from tests.walking import core, shown_types

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def test_the_slow_way_knows_what_every_piece_of_sql_means():
    unknown = {where for where, expression in expressions() if expression not in oracle.EXPRESSIONS}

    assert {where for where in unknown if not where.startswith("PurchaseOrder.diff")} == set()


def expressions() -> Iterator[tuple[str, kinds.Expression]]:
    """Every piece of SQL over a row, with the field that is read by it."""

    def within(where: str, kind: kinds.Kind | None) -> Iterator[tuple[str, kinds.Expression]]:
        match kind:
            case kinds.Expression():
                yield where, kind
            case kinds.Embedded(parts) | kinds.InVersion(_, parts) | kinds.Computed(parts):
                for name, part in parts.items():
                    yield from within(f"{where}.{name}", part)
            case kinds.One(_, part):
                yield from within(where, part)
            case _:
                pass

    for named in [*shown_types(), core().query_type]:
        for name, definition in getattr(named, "fields", {}).items():
            field: Any = definition.extensions[oracle.DEFINITION]
            yield from within(f"{named}.{name}", field.metadata.get("read"))


async def check(world: World, calls: list[Call], question: Question) -> None:
    """Asks both ways, for every caller, again where everything is known from before, and with other switches."""
    for call, variables in product(calls, question.variants()):
        expected = await oracle.ask(world, call, question.text, variables)
        expected_errors = {(str(error.path), str(error.original_error)) for error in expected.errors or ()}
        for _ in range(2):
            actual = await answer(call, question.text, **variables)

            assert all(error.get("path") for error in actual.get("errors", ())), "the document is valid"
            assert in_order(actual["data"]) == in_order(expected.data)
            assert bool(told(actual)) == bool(expected_errors)
            if expected.data is not None:
                # Where an error empties a list, the slow way stops at the first, the fast way may have found more.
                assert told(actual) >= expected_errors
