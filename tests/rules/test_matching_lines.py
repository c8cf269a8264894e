"""Where the lines of an invoice belong that names its orders itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from models.statuses.invoices import MatchCriterion, MatchOutcome
from models.statuses.orders import LineStatus, PurchaseOrderStatus
from resolvers.matching.facts import Settings
from resolvers.matching.line_facts import BilledLine, NamedOrder, OrderedLine
from resolvers.matching.lines import Mapping, likeness, mapped, spelled_out_each
from resolvers.matching.profile import profile_of
from tests.rules.matching_facts import GMBH, INC, make_invoice, make_order

if TYPE_CHECKING:
    import random

PROFILE = profile_of(make_invoice(), Settings())


def billed(number: int = 1, amount: str = "100", **fields: Any) -> BilledLine:
    """A line of an invoice for PO-7."""
    given: dict[str, Any] = {"order_numbers": ("PO-7",), **fields}
    for name in ("quantity", "unit_price"):
        given[name] = None if given.get(name) is None else Decimal(given[name])
    return BilledLine(id=number, number=number, amount=Decimal(amount), **given)


def ordered(number: int, price: str = "5", left: str = "10", **fields: Any) -> OrderedLine:
    """A line of an order; its key is that of its order and its number."""
    return OrderedLine(id=number, number=number, unit_price=Decimal(price), open_quantity=Decimal(left), **fields)


def order(number: str, *lines: OrderedLine, **fields: Any) -> NamedOrder:
    """An order that the invoice names."""
    made = make_order(number, **fields)
    return NamedOrder(order=made, lines=tuple(replace(line, id=made.id * 100 + line.number) for line in lines))


def places(found: Mapping) -> list[int | None]:
    """The key of the line that each line goes to."""
    return [None if line.chosen is None else line.chosen.line_id for line in found.lines]


def mapping(lines: list[BilledLine], *orders: NamedOrder, **options: Any) -> Mapping:
    """The lines among the orders."""
    return mapped(lines, orders, PROFILE, **options)


# The three steps.


def test_a_line_goes_to_the_line_that_it_names_however_little_is_open():
    po = order("PO-7", ordered(1, part_number="X-1"), ordered(2, left="0"))

    found = mapping([billed(order_line_number=2, part_number="X-1", quantity="50", unit_price="5")], po)

    assert places(found) == [702]
    assert (found.outcome, found.lines[0].reason) == (MatchOutcome.MATCHED, "The invoice line names line 2 of PO-7.")
    assert found.reason == "The line of the invoice belongs to a line of PO-7."
    chosen, other = found.candidates
    assert (chosen.line_id, chosen.rank, chosen.criterion) == (702, 1, None)
    assert (other.line_id, other.rank, other.criterion) == (701, None, MatchCriterion.LINE_REFERENCE)
    assert other.reason == "Line 1 of PO-7 is another one: the invoice line names line 2 of PO-7."


def test_a_line_that_names_none_goes_to_the_only_one_with_its_part_number():
    po = order("PO-7", ordered(1, part_number="X-1"), ordered(2, part_number=" x-2 "), ordered(3))

    found = mapping([billed(part_number="X-2", unit_price="99")], po)

    assert places(found) == [702]
    assert [(each.line_id, each.criterion) for each in found.candidates] == [
        (702, None),
        (701, MatchCriterion.PART_NUMBER),
        (703, MatchCriterion.PART_NUMBER),
    ]
    assert found.candidates[2].reason == "Line 3 of PO-7 has no part number; the invoice line has X-2."


def test_a_number_that_the_order_does_not_have_leaves_the_choice_to_the_part_number():
    po = order("PO-7", ordered(1, part_number="X-1"), ordered(2, part_number="X-2"))

    assert places(mapping([billed(order_line_number=20, part_number="X-2")], po)) == [702]


def test_otherwise_unit_price_open_quantity_and_text_decide():
    po = order(
        "PO-7",
        ordered(1, "4", description="blue paint, 5 litres"),
        ordered(2, "5", "2", description="blue paint, 5 litres"),
        ordered(3, "5", description="red paint, 5 litres"),
        ordered(4, "5", description="paint brushes"),
    )

    found = mapping([billed(quantity="3", unit_price="5.00", description="Paint 5 litres, RED")], po)

    assert places(found) == [703]
    assert [(each.line_id, each.rank, each.criterion) for each in found.candidates] == [
        (703, 1, None),
        (704, 2, MatchCriterion.TEXT),
        (701, None, MatchCriterion.UNIT_PRICE),
        (702, None, MatchCriterion.OPEN_QUANTITY),
    ]
    assert [each.reason for each in found.candidates] == [
        "Line 3 of PO-7 is the likest of 2 lines with that unit price and enough open quantity: 100 % of the words.",
        "Line 4 of PO-7 has 33 % of the words in common with the invoice line; the best has 100 %.",
        "Line 1 of PO-7 costs 4 for one; the invoice line bills 5.",
        "Line 2 of PO-7 has 2 open, less than the 3 of the invoice line.",
    ]


def test_several_equal_ones_are_left_for_a_person_with_the_candidates():
    po = order("PO-7", ordered(1, description="paint"), ordered(2, description="paint"), ordered(3, "9"))

    found = mapping([billed(quantity="1", unit_price="5", description="paint"), billed(2, order_line_number=3)], po)

    assert places(found) == [None, 703]
    assert (found.outcome, found.lines[0].outcome) == (MatchOutcome.AMBIGUOUS, MatchOutcome.AMBIGUOUS)
    assert found.lines[0].reason == "Line 1 of PO-7 and line 2 of PO-7 fit equally well: a person has to choose."
    assert [(each.line_id, each.rank) for each in found.lines[0].candidates] == [(701, 1), (702, 1), (703, None)]
    assert found.reason == "1 of 2 lines of the invoice belongs to lines of PO-7; line 1 is left for a person."


def test_among_several_with_the_part_number_only_these_are_compared():
    po = order(
        "PO-7", ordered(1, "5", part_number="X"), ordered(2, "6", part_number="X"), ordered(3, "6", part_number="Y")
    )

    assert places(mapping([billed(part_number="x", quantity="1", unit_price="6")], po)) == [702]


def test_a_price_that_is_not_said_follows_from_amount_and_quantity():
    po = order("PO-7", ordered(1, "0.333333"), ordered(2, "8"))

    assert places(mapping([billed(amount="80", quantity="10")], po)) == [702]
    assert places(mapping([billed(amount="8")], po)) == [None]


def test_what_an_earlier_line_takes_is_not_open_for_a_later_one():
    po = order("PO-7", ordered(1, "5", "10"), ordered(2, "5", "4", description="spare"))
    lines = [billed(1, quantity="6", unit_price="5"), billed(2, quantity="4", unit_price="5", description="spare")]

    assert places(mapping(lines, po)) == [701, 702]
    assert places(mapping([*lines, billed(3, order_line_number=1, quantity="5")], po)) == [None, 702, 701]


# Orders.


def test_lines_of_one_invoice_go_to_several_orders():
    lines = [
        billed(1, order_numbers=("PO-7",), order_line_number=1),
        billed(2, order_numbers=("PO-9",), order_line_number=1),
        billed(3, order_numbers=("PO-8",), order_line_number=1),
        billed(4, order_numbers=()),
    ]

    found = mapping(lines, order("PO-9", ordered(1)), order("PO-7", ordered(1)))

    assert places(found) == [701, 901, None, None]
    assert found.lines[2].reason == "The supplier has no purchase order PO-8."
    assert found.lines[3].reason == "The invoice line names no order, and neither does the invoice."
    assert (
        found.reason
        == "2 of 4 lines of the invoice belong to lines of PO-7 and PO-9; lines 3 and 4 are left for a person."
    )
    assert found.outcome is MatchOutcome.MATCHED


@pytest.mark.parametrize(
    ("fields", "criterion", "also_credits"),
    [
        ({"suspended": True}, MatchCriterion.SUSPENDED, False),
        ({"status": PurchaseOrderStatus.CLOSED_RELEASED}, MatchCriterion.NOT_IN_MATCHING, False),
        ({"issued": False}, MatchCriterion.NOT_IN_MATCHING, True),
        ({"currency": "EUR"}, MatchCriterion.CURRENCY, True),
        ({"seller_entities": frozenset({GMBH})}, MatchCriterion.SELLER_ENTITY, False),
        ({"invoice_units": frozenset({"Research"})}, MatchCriterion.INVOICE_UNIT, False),
    ],
)
def test_an_order_that_cannot_take_the_invoice_takes_no_line(
    fields: dict[str, Any], criterion: MatchCriterion, *, also_credits: bool
):
    po = order("PO-7", ordered(1), **fields)

    found = mapping([billed(order_line_number=1)], po)
    credited = mapping([billed(amount="-100", order_line_number=1)], po, gives_back=True)

    assert (found.outcome, places(found)) == (MatchOutcome.UNMATCHED, [None])
    assert [(each.order_id, each.line_id, each.criterion) for each in found.candidates] == [(7, None, criterion)]
    assert found.reason.startswith("No line of the invoice finds an order line. Line 1: PO-7 ")
    assert places(credited) == ([None] if also_credits else [701])


def test_an_order_that_names_the_seller_takes_the_line_whatever_its_validity():
    po = order("PO-7", ordered(1), seller_entities=frozenset({INC}), expiration_date=date(2025, 1, 31))

    assert places(mapping([billed(order_line_number=1)], po)) == [701]


def test_a_line_out_of_force_takes_nothing_even_where_it_is_named_but_gets_back_what_it_gave():
    po = order("PO-7", ordered(1, status=LineStatus.CLOSED_CANCELED), ordered(2))

    found = mapping([billed(order_line_number=1, quantity="1", unit_price="5")], po)
    credited = mapping([billed(amount="-5", order_line_number=1, quantity="-1")], po, gives_back=True)

    assert places(found) == [None]
    assert found.lines[0].reason == "The invoice line names line 1 of PO-7. Line 1 of PO-7 is canceled."
    assert [(each.line_id, each.criterion) for each in found.candidates] == [
        (702, MatchCriterion.LINE_REFERENCE),
        (701, MatchCriterion.LINE_STATUS),
    ]
    assert places(credited) == [701]


# What holds of all of it.


def test_likeness_is_exact():
    assert likeness(frozenset("abcd"), frozenset("bcde")) == Fraction(3, 4)
    assert likeness(frozenset(), frozenset()) == 0


def test_not_more_is_spelled_out_than_asked_for_but_always_the_chosen_line():
    po = order("PO-7", *(ordered(number) for number in range(1, 40)))

    found = mapping([billed(order_line_number=39)], po, spelled_out=3)

    assert [each.line_id for each in found.candidates] == [739, 701, 702]
    assert [spelled_out_each(lines, 25) for lines in (0, 1, 80, 100, 1000, 3000)] == [25, 25, 25, 20, 2, 1]


texts = st.sampled_from([None, "paint", "red paint", "blue paint", "brush"])
parts = st.sampled_from([None, "A", "a ", "B"])
numbers = st.sampled_from([None, 1, 2, 3])
small = st.integers(0, 4).map(str)
ordered_lines = st.lists(
    st.fixed_dictionaries(
        {
            "price": small,
            "left": small,
            "part_number": parts,
            "description": texts,
            "status": st.sampled_from([LineStatus.ORDERED, LineStatus.CLOSED_CANCELED]),
        }
    ),
    max_size=4,
)
billed_lines = st.lists(
    st.fixed_dictionaries(
        {
            "quantity": st.none() | small,
            "unit_price": st.none() | small,
            "part_number": parts,
            "description": texts,
            "order_line_number": numbers,
            "order_numbers": st.sampled_from([("PO-7",), ("PO-9",), ("PO-8",)]),
        }
    ),
    min_size=1,
    max_size=5,
)


@effort(max_examples=120, deadline=None)
@given(billed_lines, ordered_lines, ordered_lines, st.randoms(use_true_random=False))
def test_the_order_of_lines_and_orders_does_not_matter_and_nothing_is_taken_twice(
    lines: list[dict[str, Any]], one: list[dict[str, Any]], other: list[dict[str, Any]], chance: random.Random
):
    invoice = [billed(at, **fields) for at, fields in enumerate(lines, start=1)]
    orders = [
        order(name, *(ordered(at, **fields) for at, fields in enumerate(given, start=1)))
        for name, given in (("PO-7", one), ("PO-9", other))
    ]

    found = mapping(invoice, *orders)

    for each in (invoice, orders):
        chance.shuffle(each)
    shuffled = [replace(each, lines=tuple(chance.sample(each.lines, len(each.lines)))) for each in orders]
    assert mapping(invoice, *shuffled) == found
    open_at_first = {line.id: line.open_quantity for each in orders for line in each.lines}
    by_price = [line for line in found.lines if line.chosen and "unit price" in line.reason]
    for line in by_price:
        assert line.chosen is not None
        taken = sum(abs(each.line.quantity or Decimal(0)) for each in by_price if each.chosen == line.chosen)
        assert taken <= open_at_first[line.chosen.line_id]
    for line in found.lines:
        listed = [each.line_id for each in line.candidates if each.line_id is not None]
        assert len(listed) == len(set(listed))
