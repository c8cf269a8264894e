"""Which tolerance counts, and where exactly it ends (I5)."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.statuses.invoices import InvoiceCategory, ToleranceCombination, ToleranceKind
from resolvers.rules.tolerances import Scope, Tolerance, chosen, limit, within

if TYPE_CHECKING:
    from collections.abc import Sequence

AND, OR = ToleranceCombination.AND, ToleranceCombination.OR
SCOPE = Scope(supplier_id=7, cost_center_id=3, category=InvoiceCategory.USAGE)


def make_rule(number: int = 1, value: str | None = None, percentage: str | None = None, **changes: Any) -> Tolerance:
    """A rule about quantities for the whole organization."""
    columns: dict[str, Any] = {
        "id": number,
        "number": number,
        "kind": ToleranceKind.QUANTITY,
        "value": None if value is None else Decimal(value),
        "percentage": None if percentage is None else Decimal(percentage),
    }
    return Tolerance(**columns | changes)


@pytest.mark.parametrize(
    ("rule", "inside", "outside"),
    [
        (make_rule(value="5"), "5", "5.000001"),
        (make_rule(percentage="2.5"), "5", "5.000001"),
        (make_rule(value="5", percentage="10"), "20", "20.000001"),
        (make_rule(value="30", percentage="10", combination=OR), "30", "30.000001"),
        (make_rule(value="5", percentage="10", combination=AND), "5", "5.000001"),
        (make_rule(value="30", percentage="10", combination=AND), "20", "20.000001"),
        (make_rule(value="5", combination=AND), "5", "5.000001"),
        (make_rule(percentage="0.3333"), "0.6666", "0.6667"),
        (make_rule(value="0"), "0", "0.000001"),
        (None, "0", "0.000001"),
    ],
)
def test_a_difference_of_exactly_the_limit_passes_and_the_smallest_step_more_does_not(
    rule: Tolerance | None, inside: str, outside: str
) -> None:
    base = Decimal(200)

    assert within(Decimal(inside), base, rule)
    assert not within(Decimal(outside), base, rule)
    assert within(-Decimal(inside), base, rule)
    assert not within(-Decimal(outside), -base, rule)


def test_a_percentage_of_the_largest_figures_is_exact() -> None:
    base = Decimal("99999999999999999999.999999")

    assert limit(base, make_rule(percentage="99.9999")) == Decimal("99999899999999999999.999999000001")


@pytest.mark.parametrize(
    ("scopes", "number"),
    [
        ([{}], 1),
        ([{}, {"supplier_id": 7}], 2),
        ([{"supplier_id": 7}, {"cost_center_id": 3}, {"category": InvoiceCategory.USAGE}], 1),
        ([{"supplier_id": 7}, {"cost_center_id": 3, "category": InvoiceCategory.USAGE}], 2),
        ([{}, {"supplier_id": 8}, {"category": InvoiceCategory.MARKETPLACE}, {"cost_center_id": 4}], 1),
        ([{"supplier_id": 8}], None),
        ([{"supplier_id": 7, "cost_center_id": 4}, {"cost_center_id": 3}], 2),
        ([{"kind": ToleranceKind.TAX}], None),
    ],
)
def test_the_rule_that_names_most_counts_and_then_the_lowest_number(
    scopes: Sequence[dict[str, Any]], number: int | None
) -> None:
    rules = [make_rule(index, "1", **scope) for index, scope in enumerate(scopes, 1)]

    for order in itertools.permutations(rules):
        found = chosen(order, ToleranceKind.QUANTITY, SCOPE)

        assert (found and found.number) == number


def test_a_rule_about_a_category_is_not_for_what_has_none() -> None:
    rules = [make_rule(1, "1", category=InvoiceCategory.USAGE), make_rule(2, "2")]

    found = chosen(rules, ToleranceKind.QUANTITY, Scope(supplier_id=7))

    assert found is rules[1]


AMOUNTS = st.decimals(0, 10**12, places=4)


@given(AMOUNTS, AMOUNTS, AMOUNTS, st.decimals(0, 100, places=4), st.sampled_from([AND, OR]))
def test_a_wider_tolerance_never_refuses_more(
    difference: Decimal, base: Decimal, value: Decimal, percentage: Decimal, combination: ToleranceCombination
) -> None:
    narrow = Tolerance(
        id=1, number=1, kind=ToleranceKind.TAX, value=value, percentage=percentage, combination=combination
    )
    wide = Tolerance(
        id=1, number=1, kind=ToleranceKind.TAX, value=value + 1, percentage=percentage + 1, combination=combination
    )

    assert within(difference, base, wide) or not within(difference, base, narrow)
