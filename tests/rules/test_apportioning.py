"""What an invoice's charges, discount and payments come to on each of its allocations."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.statuses.invoices import InvoiceLineStatus, InvoiceStatus
from resolvers.rules.apportioning import (
    Decided,
    InvoiceDocument,
    Settled,
    Taken,
    apportioned,
    decided_on_invoice,
    decided_on_line,
    settled,
)

AMOUNTS = st.decimals(-(10**6), 10**6, places=2)


def invoice(
    charges: str = "0", discount: str = "0", paid: str = "0", unplaced: str = "0", **more: Any
) -> InvoiceDocument:
    given: dict[str, Any] = {"currency": "USD", "status": InvoiceStatus.CONFIRMED, **more}
    figures = {"charges": charges, "discount": discount, "paid": paid, "unplaced": unplaced}
    return InvoiceDocument(**{name: Decimal(figure) for name, figure in figures.items()}, **given)


def parts(*amounts: str, tax: str = "0", is_whole: bool = False) -> list[Taken]:
    return [
        Taken(id=at, amount=Decimal(amount), tax=Decimal(tax), is_whole=is_whole) for at, amount in enumerate(amounts)
    ]


def figures(found: list[Settled]) -> list[tuple[Decimal, Decimal, Decimal]]:
    return [(each.charges_amount, each.discount_amount, each.paid_amount) for each in found]


def test_lines_bear_charges_discount_and_payments_by_amount():
    assert figures(settled(invoice("10", paid="55"), parts("60", "40"))) == [(6, 0, 33), (4, 0, 22)]
    assert figures(settled(invoice("0", "0.01"), parts("50", "50"))) == [
        (0, Decimal("0.01"), 0),
        (0, 0, 0),
    ]


def test_an_invoice_as_a_whole_contains_its_charges_already():
    assert figures(settled(invoice("10", "5", paid="30"), parts("60", "30", is_whole=True))) == [(0, 0, 20), (0, 0, 10)]


def test_what_is_allocated_as_a_whole_bears_no_charges_beside_lines():
    mixed = [*parts("40", is_whole=True), *parts("60")]

    assert figures(settled(invoice("10"), mixed)) == [(0, 0, 0), (10, 0, 0)]


def test_what_belongs_to_no_order_bears_its_share_too():
    assert figures(settled(invoice("10", paid="110", unplaced="40"), parts("60"))) == [(6, 0, 66)]


@pytest.mark.parametrize(
    ("paid", "confirmed", "is_paid"), [("100", True, False), ("119", True, True), ("119", False, False)]
)
def test_what_is_confirmed_is_paid_once_nothing_of_the_invoice_is_open_tax_or_not(
    paid: str, *, confirmed: bool, is_paid: bool
):
    document = invoice(paid=paid, total=Decimal(119))
    before_tax = Taken(id=1, amount=Decimal(100), decided=Decided(confirmed=confirmed))

    [found] = settled(document, [before_tax])

    assert found.is_paid is is_paid


def test_an_invoice_that_is_paid_in_full_has_paid_every_part_in_full():
    taken = parts("3000", "2040", "-40", tax="20")

    found = settled(invoice("120", "250", paid="4930"), taken)

    assert sum(each.charges_amount for each in found) == 120
    assert sum(each.discount_amount for each in found) == 250
    for each, part in zip(found, taken, strict=True):
        assert each.paid_amount == part.amount + 20 + each.charges_amount - each.discount_amount


@pytest.mark.parametrize(
    ("status", "moments", "decided"),
    [
        (InvoiceLineStatus.REQUIRES_REVIEW, "", (False, False)),
        (InvoiceLineStatus.APPROVED, "", (True, False)),
        (InvoiceLineStatus.CONFIRMED, "", (False, True)),
        (InvoiceLineStatus.CONFIRMED, "approved", (True, True)),
        (InvoiceLineStatus.APPROVED, "confirmed", (True, True)),
        (InvoiceLineStatus.REJECTED, "approved confirmed", (False, False)),
    ],
)
def test_how_far_a_line_has_come_its_word_and_its_moments_tell(
    status: InvoiceLineStatus, moments: str, decided: tuple[bool, bool]
):
    told = {name: name in moments.split() for name in ("approved", "confirmed", "rejected")}
    taken = Taken(id=1, amount=Decimal(5), is_whole=False, decided=decided_on_line(status, **told))

    (found,) = settled(invoice(), [taken])

    assert (found.is_approved, found.is_confirmed) == decided


@pytest.mark.parametrize(
    ("status", "decided", "counts"),
    [
        (InvoiceStatus.MATCHED, Decided(), False),
        (InvoiceStatus.APPROVED, Decided(approved=True), False),
        (InvoiceStatus.CONFIRMED, Decided(confirmed=True), True),
        (InvoiceStatus.PAID, Decided(confirmed=True), True),
        (InvoiceStatus.REJECTED, Decided(rejected=True), False),
    ],
)
def test_an_invoice_counts_as_invoiced_from_its_confirmation_on(
    status: InvoiceStatus, decided: Decided, *, counts: bool
):
    assert decided_on_invoice(status, approved=False, confirmed=False, rejected=False) == decided
    (found,) = settled(invoice(status=status), parts("5", is_whole=True))
    assert found.is_invoiced is counts


@pytest.mark.parametrize(
    ("total", "weights", "expected"),
    [
        ("10", ["60", "40"], ["6", "4"]),
        ("100", ["1", "1", "1"], ["33.34", "33.33", "33.33"]),
        ("-100", ["1", "1", "1"], ["-33.33", "-33.33", "-33.34"]),
        ("80", ["100", "-20"], ["100", "-20"]),
        ("5", ["10", "-10"], ["2.5", "2.5"]),
        ("0.01", ["0", "0"], ["0.01", "0"]),
        ("5", [], []),
    ],
)
def test_parts_by_weight_by_the_largest_remainder(total: str, weights: list[str], expected: list[str]):
    assert apportioned(Decimal(total), [*map(Decimal, weights)], "USD") == [*map(Decimal, expected)]


@settings(max_examples=80, deadline=None)
@given(st.decimals(-(10**9), 10**9, places=2), st.lists(AMOUNTS, min_size=1, max_size=6))
def test_parts_add_up_to_the_whole(total: Decimal, weights: list[Decimal]):
    assert sum(apportioned(total, weights, "USD")) == total


@settings(max_examples=60, deadline=None)
@given(st.lists(st.decimals(0, 10**6, places=2), min_size=1, max_size=5), st.decimals(0, 100, places=2))
def test_a_part_is_less_than_a_minor_unit_off(weights: list[Decimal], total: Decimal):
    whole = sum(weights)
    for part, weight in zip(apportioned(total, weights, "USD"), weights, strict=True):
        exact = total * weight / whole if whole else total / len(weights)
        assert abs(part - exact) < Decimal("0.01") + Decimal("1e-12")
