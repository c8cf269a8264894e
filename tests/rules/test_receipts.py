"""What may be received and what may go back, judged on everything a line has received (O6, R3, R4)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from models.statuses.invoices import ToleranceCombination, ToleranceKind
from models.statuses.orders import AcknowledgmentType, LineStatus, ProductType
from resolvers.errors_receiving import OverReceipt, OverReturn, QuantitiesDisagree, TakesNoReceipt
from resolvers.rules.receipts import (
    Billed,
    Claim,
    Quantities,
    ReceivedLine,
    claim,
    document_refusals,
    going_back,
    kind_refusals,
    less_than_returned,
    line_refusals,
    over_receipt,
    over_return,
    quantities,
    quantity_refusals,
    value_of,
)
from resolvers.rules.tolerances import Tolerance

if TYPE_CHECKING:
    from collections.abc import Iterable

TODAY = date(2025, 3, 10)


def dec(*figures: int | str) -> tuple[Any, ...]:
    return tuple(Decimal(figure) for figure in figures)


def percent(figure: int | str, **more: Any) -> Tolerance:
    return Tolerance(id=1, number=7, kind=ToleranceKind.OVER_RECEIPT, percentage=Decimal(figure), **more)


def a_line(ordered: int | str = 100, tolerance: Tolerance | None = None, **more: Any) -> ReceivedLine:
    """A line of 100 pieces; its other quantities are given as whole numbers."""
    given: dict[str, Any] = {name: Decimal(value) if type(value) is int else value for name, value in more.items()}
    return ReceivedLine(id=1, number=3, ordered=Decimal(ordered), tolerance=tolerance, **given)


def refused_after(line: dict[str, Any], parts: Iterable[int]) -> list[int]:
    """The totals at which a receipt was refused; a refused one changes nothing."""
    received, refused = 0, list[int]()
    for part in parts:
        if over_receipt(a_line(**line, received=received), Decimal(part)):
            refused.append(received + part)
        else:
            received += part
    return refused


# ------------------------------------------------------------------------------------------------------- the total


@pytest.mark.parametrize(
    ("parts", "refused"),
    [
        ((50, 60), []),
        ((60, 50), []),
        ((110,), []),
        ((111,), [111]),
        ((50, 61), [111]),
        ((61, 50), [111]),
        ((110, 1), [111]),
        ((100, 5, 5, 1), [111]),
        ((111, 110), [111]),
    ],
)
def test_over_receipt_is_measured_on_the_total_however_it_came(parts: tuple[int, ...], refused: list[int]):
    assert refused_after({"ordered": 100, "tolerance": percent(10)}, parts) == refused


def test_without_a_rule_nothing_more_than_ordered_is_received():
    assert over_receipt(a_line(received=99), Decimal(1)) == []
    assert over_receipt(a_line(received=99), Decimal(2), ("lines", "0", "quantity")) == [
        OverReceipt(
            line=3,
            ordered=Decimal(100),
            received=Decimal(99),
            offered=Decimal(2),
            allowed=Decimal(100),
            unit="INDIVIDUAL_UNIT",
            rule=None,
            path=("lines", "0", "quantity"),
        )
    ]


def test_the_refusal_names_the_rule_and_what_it_would_allow():
    [refusal] = over_receipt(a_line(tolerance=percent(10), received=50), Decimal(61))

    assert refusal == OverReceipt(
        line=3,
        ordered=Decimal(100),
        received=Decimal(50),
        offered=Decimal(61),
        allowed=Decimal(110),
        unit="INDIVIDUAL_UNIT",
        rule=7,
    )
    assert refusal.message == (
        "Line 3 would have 111 received of 100 ordered; at most 110 are allowed by tolerance rule 7."
    )


@pytest.mark.parametrize(
    ("rule", "allowed"),
    [
        (None, 100),
        (percent(0), 100),
        (percent("12.5"), "112.5"),
        (percent(10, value=Decimal(4)), 110),
        (percent(10, value=Decimal(4), combination=ToleranceCombination.AND), 104),
    ],
)
def test_a_tolerance_is_a_percentage_a_quantity_or_both(rule: Tolerance | None, allowed: int | str):
    line = a_line(tolerance=rule)

    assert line.allowed == Decimal(allowed)
    assert over_receipt(line, Decimal(allowed)) == []
    assert over_receipt(line, Decimal(allowed) + Decimal("0.000001")) != []


def test_what_went_back_may_come_again():
    assert over_receipt(a_line(received=100, returned=30), Decimal(30)) == []
    assert len(over_receipt(a_line(received=100, returned=30), Decimal(31))) == 1


def test_what_lessens_an_excess_is_not_refused_for_what_is_left_of_it():
    assert over_receipt(a_line(received=120), Decimal(-5)) == []
    assert over_receipt(a_line(received=120), Decimal(0)) == []
    assert len(over_receipt(a_line(received=120), Decimal(1))) == 1


@pytest.mark.parametrize(
    ("line", "back", "came"),
    [
        ({"received": 10}, 10, None),
        ({"received": 10}, 11, 10),
        ({"received": 10, "returned": 4}, 6, None),
        ({"received": 10, "returned": 4}, 7, 10),
        ({}, 1, 0),
        ({"by_invoices": 40}, 40, None),
        ({"by_invoices": 40}, 41, 40),
        ({"by_invoices": 40, "received": 10}, 11, 10),
    ],
)
def test_never_more_goes_back_than_came(line: dict[str, Any], back: int, came: int | None):
    found = over_return(a_line(**line), Decimal(back), ("x",))

    total = Decimal(back + line.get("returned", 0))
    unit = "INDIVIDUAL_UNIT"
    expected = OverReturn(line=3, received=Decimal(came or 0), returned=total, unit=unit, path=("x",))
    assert found == ([] if came is None else [expected])


@pytest.mark.parametrize(("added", "refused"), [(-6, False), (-7, True), (0, False), (5, False)])
def test_what_went_back_has_to_have_been_received(added: int, refused: bool):  # noqa: FBT001
    found = less_than_returned(a_line(received=10, returned=4), Decimal(added))

    assert bool(found) is refused


# ----------------------------------------------------------------------------------------------- lines and entries


@pytest.mark.parametrize(
    ("product", "acknowledgment", "delivered_by"),
    [
        (ProductType.GOOD, None, None),
        (ProductType.HANDLING_FEE, None, "a confirmed invoice line"),
        (ProductType.SERVICE, None, "a confirmed invoice line"),
        (ProductType.SERVICE, AcknowledgmentType.TWO_WAY_MATCH, "a confirmed invoice line"),
        (ProductType.SERVICE, AcknowledgmentType.SERVICE_ACKNOWLEDGMENT, "an approved invoice line"),
        (ProductType.SERVICE, AcknowledgmentType.MILESTONES, "a completed milestone"),
    ],
)
def test_people_receive_goods_and_nothing_else(
    product: ProductType, acknowledgment: AcknowledgmentType | None, delivered_by: str | None
):
    line = a_line(product_type=product, acknowledgment_type=acknowledgment)
    refusals = (
        []
        if delivered_by is None
        else [
            TakesNoReceipt(
                line=3, product_type=product, acknowledgment_type=acknowledgment, delivered_by=delivered_by, path=("x",)
            )
        ]
    )

    assert kind_refusals(line, ("x",)) == refusals
    assert line_refusals(line, ("x",)) == refusals


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"status": LineStatus.DRAFT}, "DRAFT"),
        ({"status": LineStatus.CLOSED_CANCELED, "is_closed": True}, "CLOSED_CANCELED"),
        ({"status": LineStatus.CLOSED_RELEASED, "is_closed": True}, "CLOSED_RELEASED"),
        ({"status": LineStatus.DELIVERED, "is_closed": True}, "CLOSED_RELEASED"),
    ],
)
def test_a_line_that_is_not_binding_or_was_given_up_receives_nothing_more(more: dict[str, Any], status: str):
    [refusal] = line_refusals(a_line(**more), ("lines", "0"))

    assert (refusal.code, getattr(refusal, "status", None), refusal.path) == ("WRONG_STATUS", status, ("lines", "0"))


@pytest.mark.parametrize("status", ["ORDERED", "PARTIALLY_DELIVERED", "DELIVERED", "PENDING_REVISION", "CLOSED_PAID"])
def test_the_live_version_stays_in_force_for_receiving(status: str):
    assert line_refusals(a_line(status=LineStatus(status)), ()) == []


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        (("10", None, None), []),
        (("10", "8", None), []),
        (("10", None, "2"), []),
        (("10", "8", "2"), []),
        (("10", "0", "10"), []),
        (("10", "8", "1"), ["QUANTITIES_DISAGREE"]),
        (("10", "11", None), ["QUANTITIES_DISAGREE"]),
        (("10", None, "11"), ["QUANTITIES_DISAGREE"]),
        (("0", None, None), ["INVALID_AMOUNT"]),
        (("-1", None, None), ["INVALID_AMOUNT"]),
        (("10", "-1", None), ["INVALID_AMOUNT"]),
        (("2.5", None, None), ["INVALID_AMOUNT"]),
        (("3", "1.5", "1.5"), ["INVALID_AMOUNT", "INVALID_AMOUNT"]),
        (("NaN", None, None), ["INVALID_AMOUNT"]),
        (("1E+30", None, None), ["INVALID_AMOUNT"]),
    ],
)
def test_quantities_of_counted_goods_are_whole_and_make_the_whole(said: tuple[str | None, ...], codes: list[str]):
    figures: Any = [None if figure is None else Decimal(figure) for figure in said]

    quantity, accepted, rejected = figures

    assert [each.code for each in quantity_refusals("INDIVIDUAL_UNIT", quantity, accepted, rejected, ())] == codes


def test_measured_goods_may_have_decimals_up_to_six():
    assert quantity_refusals("KGM", Decimal("2.500001"), Decimal("0.5"), None, ()) == []
    assert [each.path for each in quantity_refusals("KGM", Decimal("0.0000001"), None, None, ("lines", "1"))] == [
        ("lines", "1", "quantity")
    ]


def test_parts_that_do_not_make_the_whole_are_told_with_the_figures():
    assert quantity_refusals("KGM", Decimal(10), Decimal(8), Decimal(1), ("lines", "0")) == [
        QuantitiesDisagree(quantity=Decimal(10), accepted=Decimal(8), rejected=Decimal(1), path=("lines", "0"))
    ]


@pytest.mark.parametrize(
    ("said", "whole"),
    [(("10", None, None), (10, 10, 0)), (("10", "8", None), (10, 8, 2)), (("10", None, "2"), (10, 8, 2))],
)
def test_nothing_is_rejected_unless_somebody_says_so(said: tuple[str | None, ...], whole: tuple[int, ...]):
    figures: Any = [None if figure is None else Decimal(figure) for figure in said]
    quantity, accepted, rejected = dec(*whole)

    assert quantities(*figures) == Quantities(quantity=quantity, accepted=accepted, rejected=rejected)


@pytest.mark.parametrize(
    ("back", "rejected", "parts"), [(3, 2, (2, 1)), (1, 2, (1, 0)), (3, 0, (0, 3)), (3, -1, (0, 3))]
)
def test_what_was_rejected_goes_back_first(back: int, rejected: int, parts: tuple[int, int]):
    found = going_back(Decimal(back), Decimal(rejected))

    assert (found.rejected, found.accepted) == dec(*parts)


@pytest.mark.parametrize(
    ("given", "paths"),
    [
        ({"lines": [{}]}, []),
        ({"lines": [{}], "received_on": date(2025, 3, 11)}, []),
        ({"lines": [{}], "received_on": date(2025, 3, 12)}, ["receivedOn"]),
        ({"lines": []}, ["lines"]),
        ({"lines": [{}] * 501}, ["lines"]),
        ({"lines": [{}], "number": "", "reference": "x" * 201}, ["number", "reference"]),
    ],
)
def test_what_a_receipt_says_of_itself(given: dict[str, Any], paths: list[str]):
    assert [".".join(each.path) for each in document_refusals(given, TODAY)] == paths


# ------------------------------------------------------------------------------------------------------ debit memos


def claimed(back: int, billed: str, *, returned: int = 0, tax: str = "0", by_lines: str | None = None) -> Claim | None:
    """Of 10 for 1,200.00 USD, of which so much is billed."""
    return claim(
        returned=Decimal(returned),
        back=Decimal(back),
        ordered=Decimal(10),
        amount=Decimal(1200),
        currency="USD",
        billed=Billed(
            amount=Decimal(billed), by_lines=Decimal(billed if by_lines is None else by_lines), tax=Decimal(tax)
        ),
    )


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (claimed(4, "1200"), (4, 480, 0)),
        (claimed(4, "300"), ("2.5", 300, 0)),
        (claimed(10, "1200", tax="120"), (10, 1200, 120)),
        (claimed(4, "1200", tax="120"), (4, 480, 48)),
        (claimed(10, "1200", tax="12", by_lines="600"), (10, 1200, 12)),
        (claimed(4, "1200", by_lines="0", tax="0"), (4, 480, 0)),
    ],
)
def test_a_return_claims_its_value_and_never_more_than_was_billed(found: Claim | None, expected: Any):
    quantity, amount, tax = dec(*expected)

    assert found == Claim(quantity=quantity, amount=amount, tax=tax)


@pytest.mark.parametrize("billed", ["0", "-100"])
def test_a_return_claims_nothing_where_nothing_is_billed(billed: str):
    assert claimed(4, billed) is None


def test_returns_together_claim_what_one_of_all_would():
    """3 for 100.00, one after the other: 33.33, 33.34, 33.33."""
    claims = [
        claim(
            returned=Decimal(before),
            back=Decimal(after - before),
            ordered=Decimal(3),
            amount=Decimal(100),
            currency="USD",
            billed=Billed(amount=Decimal(100)),
        )
        for before, after in pairwise(range(4))
    ]

    assert [each.amount for each in claims if each] == list(dec("33.33", "33.34", "33.33"))


@pytest.mark.parametrize(
    ("quantity", "ordered", "amount", "value"), [(1, 3, 100, "33.33"), (3, 3, 100, 100), (0, 3, 100, 0), (1, 0, 0, 0)]
)
def test_the_value_of_a_part_is_rounded_once(quantity: int, ordered: int, amount: int, value: str | int):
    assert value_of(Decimal(quantity), Decimal(ordered), Decimal(amount), "USD") == Decimal(value)
