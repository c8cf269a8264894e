"""What an operation may cost: counted on the document, once for all requests that ask for as much."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLError, OperationDefinitionNode, parse

from graph.limits import Costs, Limits
from graph.schema import schema

PAGE = """query ($first: Int = 3, $ids: [ID!]! = []) {
  purchaseOrders(first: $first) { nodes { id } }
  nodes(ids: $ids) { id }
}"""


def costs(text: str) -> Costs:
    document = parse(text)
    [operation] = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    return Costs(schema()._schema, document, operation)


def cost(text: str, variables: dict[str, Any] | None = None) -> int:
    return costs(text).check(variables, Limits())


def test_page_sizes_multiply():
    assert cost("{ purchaseOrders(first: 20) { nodes { lines(first: 5) { nodes { id } } } } }") == 1 + 20 * (1 + 1 + 5)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, 1 + 3 + 1),
        ({"first": 7}, 1 + 7 + 1),
        ({"first": 7, "ids": ["po_1", "po_2"]}, 1 + 7 + 2),
        ({"ids": ["po_1", "po_2", "po_3"]}, 1 + 3 + 3),
    ],
)
def test_what_one_request_asked_for_does_not_decide_what_another_costs(variables: dict[str, Any], expected: int):
    known = costs(PAGE)
    known.check({"first": 50, "ids": ["po_9"] * 9}, Limits())

    assert [known.check(variables, Limits()), known.check(variables, Limits())] == [expected, expected]


def test_a_cost_that_was_fine_for_one_limit_is_refused_by_a_lower_one():
    known = costs(PAGE)
    known.check({"first": 50}, Limits(cost=100))

    with pytest.raises(GraphQLError) as refused:
        known.check({"first": 50}, Limits(cost=51))

    assert refused.value.extensions == {"code": "COST_LIMIT_EXCEEDED", "actual": 52, "limit": 51}
