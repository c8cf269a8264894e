"""What the author of an order may have overlooked."""

from __future__ import annotations

from datetime import date
from typing import Any

from models.statuses.orders import LineItemType, OrderWarningKind
from resolvers.rules.warnings import OrderWarning, WarnedLine, WarnedOrder, order_warnings

ALL = LineItemType.ALL
USAGE = LineItemType.MONTHLY_USAGE
SUBSCRIPTION = LineItemType.SUBSCRIPTION_PURCHASE
TRANSACTION = LineItemType.MARKETPLACE_TRANSACTION


def day(text: str) -> date:
    return date.fromisoformat(text)


def line(number: int, start: str | None = None, end: str | None = None, **fields: Any) -> WarnedLine:
    return WarnedLine(
        number=number, start_date=day(start) if start else None, end_date=day(end) if end else None, **fields
    )


def warnings(*lines: WarnedLine, **order: Any) -> list[OrderWarning]:
    """The warnings about an order for 2025 with these lines."""
    given: dict[str, Any] = {"effective_date": day("2025-01-01"), "expiration_date": day("2025-12-31")}
    return order_warnings(WarnedOrder(lines=lines, **{**given, **order}))


def messages(kind: OrderWarningKind, found: list[OrderWarning]) -> list[str]:
    return [warning.message for warning in found if warning.kind is kind]


UNCOVERED, OVERLAPPING = OrderWarningKind.UNCOVERED_MONTHS, OrderWarningKind.OVERLAPPING_LINES
EARLY, SELLERS = OrderWarningKind.LINE_ENDS_EARLY, OrderWarningKind.SEVERAL_SELLER_ENTITIES


def test_an_order_that_one_line_covers_has_nothing_to_be_warned_about():
    assert warnings(line(1)) == []
    assert warnings(line(1, "2025-01-31", "2025-12-31")) == []  # January counts as a whole
    assert warnings() == []


def test_months_without_a_line_are_told_from_the_first_to_the_last():
    found = warnings(line(1, "2025-07-15"))

    assert found == [
        OrderWarning(
            kind=UNCOVERED,
            message="No line takes every category of invoices from 2025-01 to 2025-06.",
            line_item_type=ALL,
            start_date=day("2025-01-01"),
            end_date=day("2025-06-30"),
        )
    ]


def test_gaps_in_the_middle_and_at_the_end_are_told_each():
    lines = [line(1, "2025-01-01", "2025-03-10"), line(2, "2025-05-02", "2025-10-31")]

    assert messages(UNCOVERED, warnings(*lines)) == [
        "No line takes every category of invoices in 2025-04.",
        "No line takes every category of invoices from 2025-11 to 2025-12.",
    ]


def test_a_line_for_everything_covers_every_type_and_no_other_line_covers_everything():
    everything = line(1, "2025-01-01", "2025-06-30")
    usage = line(2, line_item_type=USAGE)

    found = warnings(everything, usage)

    assert [(warning.line_item_type, str(warning.start_date)) for warning in found if warning.kind is UNCOVERED] == [
        (ALL, "2025-07-01")
    ]
    assert messages(UNCOVERED, warnings(line(1), line(2, "2025-05-01", "2025-05-31", line_item_type=USAGE))) == []


def test_an_order_without_an_end_is_uncovered_from_the_end_of_its_lines_on():
    found = warnings(line(1, "2025-02-01", "2025-06-30"), effective_date=None, expiration_date=None)

    assert [(warning.message, warning.end_date) for warning in found] == [
        ("No line takes every category of invoices from 2025-07 on.", None)
    ]
    assert warnings(line(1), effective_date=None, expiration_date=None) == []


def test_lines_of_one_type_that_share_a_day_overlap():
    lines = [
        line(1, "2025-01-01", "2025-06-30"),
        line(2, "2025-06-30", "2025-08-31"),
        line(3, "2025-08-31", "2025-12-31"),
    ]

    found = warnings(*lines)

    assert found == [
        OrderWarning(
            kind=OVERLAPPING,
            message="Lines 1, 2 and 3 take every category of invoices at the same time.",
            line_item_type=ALL,
            line_numbers=(1, 2, 3),
        )
    ]


def test_lines_that_follow_each_other_or_take_different_things_do_not_overlap():
    following = [line(1, "2025-01-01", "2025-06-30"), line(2, "2025-07-01", "2025-12-31")]

    assert warnings(*following) == []
    assert messages(OVERLAPPING, warnings(line(1), line(2, line_item_type=USAGE))) == []


def test_transactions_of_different_agreements_do_not_compete():
    first = line(1, line_item_type=TRANSACTION, agreement_id="agmt-1")

    assert warnings(first, line(2, line_item_type=TRANSACTION, agreement_id="agmt-2")) == []
    assert messages(OVERLAPPING, warnings(first, line(2, line_item_type=TRANSACTION, agreement_id="agmt-1"))) == [
        "Lines 1 and 2 take marketplace purchases that name the order at the same time."
    ]


def test_two_pairs_that_overlap_are_told_apart():
    lines = [
        line(4, "2025-08-01", "2025-12-31"),
        line(3, "2025-07-01", "2025-08-01"),
        line(2, "2025-03-01", "2025-06-30"),
        line(1, "2025-01-01", "2025-03-01"),
    ]

    assert [warning.line_numbers for warning in warnings(*lines)] == [(1, 2), (3, 4)]


def test_the_last_line_of_a_type_that_ends_before_the_order_is_told():
    lines = [
        line(1, "2025-01-01", "2025-03-31", line_item_type=USAGE),
        line(2, "2025-04-01", "2025-12-15", line_item_type=USAGE),
    ]

    found = warnings(*lines)

    assert found == [
        OrderWarning(
            kind=EARLY,
            message="Line 2 ends on 2025-12-15, before the order expires on 2025-12-31.",
            line_item_type=USAGE,
            line_numbers=(2,),
            start_date=day("2025-12-16"),
            end_date=day("2025-12-31"),
        )
    ]


def test_after_an_extension_the_lines_that_stayed_behind_are_told_for_each_type():
    lines = [
        line(1, end="2025-12-31"),
        line(2, end="2025-12-31", line_item_type=SUBSCRIPTION),
        line(3, end="2025-12-31"),
    ]

    found = warnings(*lines, expiration_date=day("2026-06-30"))

    assert messages(EARLY, found) == [
        "Lines 1 and 3 end on 2025-12-31, before the order expires on 2026-06-30.",
        "Line 2 ends on 2025-12-31, before the order expires on 2026-06-30.",
    ]


def test_one_seller_entity_is_usual():
    assert warnings(seller_entities=1) == []
    assert messages(SELLERS, warnings(seller_entities=2)) == ["2 seller entities may bill on the order; one is usual."]
