"""Conditions as SQL: the short way for those that only compare says the same as the long one for all."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tortoise.expressions import Q

from models import database
from models.purchase_order import PurchaseOrder
from models.statuses.orders import PurchaseOrderStatus
from resolvers.errors import BadInput
from resolvers.reading.predicates import ORGANIZATION, TODAY, Parameters, Unless, condition, resolved
from tests.factories import make_call, make_order_row, make_supplier

if TYPE_CHECKING:
    from collections.abc import Sequence

COMPARISONS = st.sampled_from(
    [
        ("id", 7),
        ("organization_id", ORGANIZATION),
        ("number", "PO'7\\"),
        ("status", "ORDERED"),
        ("status", PurchaseOrderStatus.ORDERED),
        ("id__lt", 2**62),
        ("total_amount__gte", Decimal("12.50")),
        ("expiration_date__lt", TODAY),
        ("effective_date__lte", date(2025, 3, 10)),
        ("updated_at__gt", datetime(2025, 3, 10, 12, tzinfo=UTC)),
        ("number__gt", ""),
    ]
)


def shown(make: object, conditions: Sequence[Q]) -> tuple[str, list[str], tuple[object, ...]]:
    parameters = Parameters()
    found = make(PurchaseOrder, "t0", conditions, parameters)  # type: ignore[operator]
    return found.where, found.joins, parameters.all


@given(st.lists(st.lists(COMPARISONS, min_size=1, max_size=3, unique_by=lambda pair: pair[0]), min_size=1, max_size=3))
def test_comparisons_are_written_as_tortoise_writes_them(schema: str, conditions: list[list[tuple[str, Any]]]):
    nodes = [Q(**dict(comparisons)) for comparisons in conditions]

    assert shown(condition, nodes) == shown(resolved, nodes)


@pytest.mark.parametrize(
    "node",
    [
        Q(number__startswith="PO"),
        Q(external_id__isnull=True),
        Q(external_id=None),
        Q(tax_registration_numbers=["1"]),
        Q(id=1) | Q(id=2),
        Q(id=1, number="2", join_type=Q.OR),
        ~Q(id=1),
        Unless(id=1),
        Q(supplier__name="Cloud Provider"),
        Q(id__in=[]) | Q(id=1),
        Q(external_id__in=["1", None]),
    ],
    ids=(
        "begins with",
        "is null",
        "equals nothing",
        "a list column",
        "either",
        "either, told in one",
        "not",
        "unless",
        "of a relation",
        "in nothing, or",
        "in a list with nothing",
    ),
)
def test_whatever_else_is_asked_is_left_to_tortoise(schema: str, node: Q):
    assert shown(condition, [Q(id=3), node]) == shown(resolved, [Q(id=3), node])


def test_lists_of_all_lengths_share_a_plan(schema: str):
    two, three = shown(condition, [Q(id__in=[1, 2])]), shown(condition, [Q(id__in=(1, 2, 3))])

    assert two[0] == three[0] == '("t0"."id"=ANY($1))'
    assert [two[2], three[2]] == [([1, 2],), ([1, 2, 3],)]


@pytest.mark.parametrize(("values", "found"), [([], []), (["A"], ["A"]), (["C", "A", "Z"], ["A", "C"])])
async def test_a_list_finds_the_rows_whose_value_is_in_it(db: str, values: list[str], found: list[str]):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    for number in ("A", "B", "C"):
        await make_order_row(call, supplier, number=number)
    where, _, parameters = shown(condition, [Q(number__in=values)])

    rows = await database.rows(f"SELECT number FROM purchase_order t0 WHERE {where} ORDER BY 1", *parameters)  # noqa: S608

    assert [row["number"] for row in rows] == found


def test_a_value_that_the_column_never_holds_is_refused(schema: str):
    with pytest.raises(BadInput):
        condition(PurchaseOrder, "t0", [Q(number="x" * 101)], Parameters())
