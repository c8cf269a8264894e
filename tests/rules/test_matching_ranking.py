"""Which of the lines that fit goes first, and the sentence that says why another does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from models.statuses.invoices import InvoiceCategory
from models.statuses.orders import LineItemType
from tests.rules.matching_facts import found, make_invoice, make_line, make_order, places, why

if TYPE_CHECKING:
    from resolvers.matching.facts import OrderFact

EARLY, LATE = datetime(2025, 3, 1, 9, tzinfo=UTC), datetime(2025, 4, 2, 9, tzinfo=UTC)


def outranked(*orders: OrderFact, **invoice_changes: Any) -> tuple[str, str]:
    """What ranks the second line behind the first."""
    result = found(make_invoice(**({"amount": "100"} | invoice_changes)), *orders)
    assert result.fitting == 2
    return why(result.ranked[1])


def test_the_more_specific_type_first():
    orders = make_order("PO-7"), make_order("PO-9", make_line(line_item_type=LineItemType.MONTHLY_USAGE))

    assert found(make_invoice(), *orders).chosen == (9, 901)
    assert outranked(*orders) == (
        "TYPE",
        "Line 1 of PO-7 takes every category; line 1 of PO-9 takes monthly usage, which is more specific.",
    )


def test_the_line_of_the_billed_agreement_first():
    lines = [
        make_line(number, line_item_type=LineItemType.MARKETPLACE_TRANSACTION, agreement_id=agreement)
        for number, agreement in enumerate(("A-2", None, "A-1"), start=1)
    ]
    order = make_order("1234", *lines)
    invoice = make_invoice(category=InvoiceCategory.MARKETPLACE, purchase_order_number="1234", agreement_id="A-1")

    result = found(invoice, order)

    assert places(result) == [(1234, 123403), (1234, 123402), (1234, 123401)]
    assert [why(entry) for entry in result.ranked[1:]] == [
        (
            "AGREEMENT",
            "Line 2 of 1234 names no agreement; line 3 of 1234 was added for agreement A-1, which the invoice bills.",
        ),
        (
            "AGREEMENT",
            (
                "Line 1 of 1234 was added for agreement A-2; "
                "line 3 of 1234 was added for agreement A-1, which the invoice bills."
            ),
        ),
    ]


def test_a_line_added_for_another_agreement_last_but_it_still_serves():
    transaction = {"line_item_type": LineItemType.MARKETPLACE_TRANSACTION}
    other = make_line(1, agreement_id="A-2", **transaction)
    marketplace = {"category": InvoiceCategory.MARKETPLACE, "purchase_order_number": "1234", "agreement_id": "A-1"}

    assert found(make_invoice(**marketplace), make_order("1234", other)).chosen == (1234, 123401)
    assert outranked(make_order("1234", other, make_line(2, **transaction)), **marketplace) == (
        "AGREEMENT",
        "Line 1 of 1234 was added for agreement A-2; line 2 of 1234 names no agreement, and the invoice bills A-1.",
    )


def test_without_a_billed_agreement_the_agreements_of_lines_do_not_matter():
    transaction = {"line_item_type": LineItemType.MARKETPLACE_TRANSACTION}
    order = make_order("1234", make_line(1, agreement_id="A-2", **transaction), make_line(2, **transaction))

    assert found(make_invoice(category=InvoiceCategory.MARKETPLACE, purchase_order_number="1234"), order).chosen == (
        1234,
        123401,
    )


@pytest.mark.parametrize(
    "restriction", [{"tax_registration_numbers": frozenset({"DE1"})}, {"invoice_units": frozenset({"Research"})}]
)
def test_a_restricted_order_before_an_open_one(restriction: dict[str, Any]):
    orders = make_order("PO-7", **restriction), make_order("PO-9", edited_at=LATE)
    carries = {"tax_registration_number": "DE1", "invoice_unit": "Research"}

    assert found(make_invoice(**carries), *orders).chosen == (7, 701)
    assert outranked(*orders, **carries) == (
        "RESTRICTION",
        "PO-9 is open to every tax registration number and invoice unit; PO-7 is restricted to the invoice's.",
    )


def test_a_line_that_covers_the_invoice_before_one_that_does_not():
    orders = (
        make_order("PO-7", make_line(balance="99.99"), edited_at=LATE),
        make_order("PO-9", make_line(balance="100")),
    )

    assert found(make_invoice("100"), *orders).chosen == (9, 901)
    assert outranked(*orders) == (
        "BALANCE",
        "Line 1 of PO-7 has 99.99 USD left, less than the invoice's 100.00 USD; line 1 of PO-9 covers it.",
    )


def test_a_line_that_is_not_tracked_counts_as_covering():
    orders = make_order("PO-7", make_line(balance="50"), edited_at=LATE), make_order("PO-9")

    assert found(make_invoice("100"), *orders).chosen == (9, 901)
    assert outranked(*orders) == (
        "BALANCE",
        (
            "Line 1 of PO-7 has 50.00 USD left, less than the invoice's 100.00 USD; "
            "the balance of line 1 of PO-9 is not tracked."
        ),
    )


def test_how_much_more_than_the_invoice_is_left_does_not_matter():
    orders = make_order("PO-7", make_line(balance="100"), edited_at=LATE), make_order("PO-9", make_line(balance="9000"))

    assert found(make_invoice("100"), *orders).chosen == (7, 701)


def test_a_credit_is_covered_by_every_line():
    exhausted = make_order("PO-7", make_line(balance="-300"), edited_at=LATE)

    assert found(make_invoice("-100"), exhausted, make_order("PO-9", make_line(balance="500"))).chosen == (7, 701)


def test_a_zero_invoice_is_not_covered_by_an_overdrawn_line():
    overdrawn = make_order("PO-7", make_line(balance="-300"), edited_at=LATE)

    assert found(make_invoice("0"), overdrawn, make_order("PO-9", make_line(balance="0"))).chosen == (9, 901)


def test_the_order_edited_last_first():
    orders = make_order("PO-7", edited_at=EARLY), make_order("PO-9", edited_at=LATE)

    assert found(make_invoice(), *orders).chosen == (9, 901)
    assert outranked(*orders) == (
        "RECENCY",
        "PO-7 was last edited on 2025-03-01; PO-9 later, on 2025-04-02.",
    )


def test_two_orders_edited_on_one_day_are_told_apart_by_the_time():
    orders = make_order("PO-7", edited_at=EARLY), make_order("PO-9", edited_at=EARLY.replace(minute=5))

    assert outranked(*orders) == (
        "RECENCY",
        "PO-7 was last edited at 2025-03-01 09:00:00+00:00; PO-9 later, at 2025-03-01 09:05:00+00:00.",
    )


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        (
            {"end_date": date(2025, 6, 30)},
            {"end_date": date(2025, 12, 31)},
            "Line 1 of PO-7 ends on 2025-12-31; line 2 of PO-7 ends earlier, on 2025-06-30.",
        ),
        (
            {"end_date": date(2025, 6, 30)},
            {"end_date": None},
            "Line 1 of PO-7 has no end date; line 2 of PO-7 ends earlier, on 2025-06-30.",
        ),
        (
            {"start_date": date(2025, 1, 1)},
            {"start_date": date(2025, 3, 1)},
            "Line 1 of PO-7 starts on 2025-03-01; line 2 of PO-7 starts earlier, on 2025-01-01.",
        ),
        (
            {"start_date": None},
            {"start_date": date(2025, 3, 1)},
            "Line 1 of PO-7 starts on 2025-03-01; line 2 of PO-7 has no start date.",
        ),
        (
            {"end_date": date(2025, 6, 30), "start_date": date(2025, 3, 1)},
            {"end_date": date(2025, 7, 31), "start_date": date(2025, 1, 1)},
            "Line 1 of PO-7 ends on 2025-07-31; line 2 of PO-7 ends earlier, on 2025-06-30.",
        ),
    ],
)
def test_then_the_line_that_ends_first_then_the_one_that_starts_first(
    first: dict[str, Any], second: dict[str, Any], sentence: str
):
    lines = make_line(1, **second), make_line(2, **first)
    order = make_order("PO-7", *lines, effective_date=None, expiration_date=None)

    assert found(make_invoice(), order).chosen == (7, 702)
    assert outranked(order) == ("LINE_ORDER", sentence)


def test_a_line_without_dates_has_those_of_its_order():
    order = make_order(
        "PO-7", make_line(1), make_line(2, end_date=date(2025, 6, 30)), expiration_date=date(2025, 5, 31)
    )

    assert found(make_invoice(), order).chosen == (7, 701)


def test_then_the_lowest_line_number():
    order = make_order("PO-7", make_line(10), make_line(9))

    assert found(make_invoice(), order).chosen == (7, 709)
    assert outranked(order) == ("LINE_ORDER", "Line 10 of PO-7 comes after line 9 of PO-7 by its line number.")


def test_lines_alike_in_everything_stand_as_they_were_recorded():
    orders = make_order("PO-9"), make_order("PO-7")

    assert found(make_invoice(), *orders).chosen == (7, 701)
    assert outranked(*orders) == (
        "LINE_ORDER",
        "Line 1 of PO-9 is equal to line 1 of PO-7 in all that counts; the one recorded first goes first.",
    )


TRANSACTIONS: dict[str, Any] = {
    "category": InvoiceCategory.MARKETPLACE,
    "purchase_order_number": "PO-7",
    "agreement_id": "A-1",
}
ADVANTAGES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("TYPE", {}, {"line_item_type": LineItemType.MONTHLY_USAGE}),
    ("RESTRICTION", {"tax_registration_numbers": frozenset({"DE1"})}, {}),
    ("BALANCE", {}, {"balance": "100"}),
    ("RECENCY", {"edited_at": LATE}, {}),
    ("LINE_ORDER", {"expiration_date": date(2025, 6, 30)}, {}),
]


@pytest.mark.parametrize("position", range(len(ADVANTAGES)))
def test_each_criterion_beats_all_that_come_after_it(position: int):
    criterion, better_order, better_line = ADVANTAGES[position]
    orders_after = [(order, line) for _, order, line in ADVANTAGES[position + 1 :]]
    other_order = {name: value for order, _ in orders_after for name, value in order.items()}
    other_line: dict[str, Any] = {"balance": "99"} | {
        name: value for _, line in orders_after for name, value in line.items()
    }
    its_line: dict[str, Any] = {"balance": "99"} | better_line
    behind_in_all_else = make_order("PO-9", make_line(**its_line), **better_order)
    better_in_all_after = make_order("PO-1", make_line(**other_line), **other_order)

    result = found(make_invoice("100", tax_registration_number="DE1"), better_in_all_after, behind_in_all_else)

    assert result.chosen == (9, 901)
    assert str(result.ranked[1].criterion) == criterion


def test_an_agreement_beats_the_balance():
    transaction = {"line_item_type": LineItemType.MARKETPLACE_TRANSACTION}
    order = make_order(
        "PO-7",
        make_line(1, balance="500", **transaction),
        make_line(2, balance="1", agreement_id="A-1", **transaction),
    )

    assert found(make_invoice("100", **TRANSACTIONS), order).chosen == (7, 702)


def test_every_loser_is_compared_with_the_best_not_with_its_neighbour():
    orders = [
        make_order("PO-1", make_line(line_item_type=LineItemType.MONTHLY_USAGE)),
        make_order("PO-2", edited_at=LATE),
        make_order("PO-3", edited_at=EARLY),
    ]

    result = found(make_invoice(), *orders)

    assert places(result) == [(1, 101), (2, 201), (3, 301)]
    assert [str(entry.criterion) for entry in result.ranked] == ["None", "TYPE", "TYPE"]


def test_recency_counts_only_orders_that_still_stand():
    suspended = make_order("PO-1", edited_at=LATE, suspended=True)

    result = found(make_invoice(), suspended, make_order("PO-2", edited_at=EARLY), replace(make_order("PO-3")))

    assert result.chosen == (2, 201)
