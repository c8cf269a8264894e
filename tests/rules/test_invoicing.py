"""Which invoices count, and the figures of an order."""

from __future__ import annotations

from decimal import Decimal

import pytest

from models.statuses.invoices import InvoiceStatus
from models.statuses.orders import OrderType
from resolvers.rules.invoicing import (
    CHANGEABLE,
    COUNTS_NOWHERE,
    INVOICED,
    LARGEST_FIGURE,
    MATCHABLE,
    OrderSums,
    fits,
    order_figures,
    share,
    share_invoiced,
    spend_discount,
    status_after,
)

TOTAL = OrderSums(
    currency="USD",
    total=Decimal(1_000),
    received=Decimal(250),
    billed=Decimal(600),
    claimed=Decimal(600),
    invoiced=Decimal(400),
    paid=Decimal(100),
    balance_limit=Decimal(800),
    balance_used=Decimal(600),
)


def test_the_figures_of_a_standard_order_follow_from_its_sums():
    figures = order_figures(TOTAL)

    assert (figures.total_amount, figures.net_amount, figures.discount_amount) == (1_000, 1_000, 0)
    assert (figures.received_amount, figures.received_percent) == (250, 25)
    assert (figures.billed_amount, figures.billed_percent) == (600, 60)
    assert (figures.invoiced_amount, figures.in_process_invoiced_amount) == (400, 200)
    assert (figures.amount_paid, figures.remaining_balance, figures.outstanding_payable) == (100, 900, 300)
    assert (figures.balance_current, figures.balance_percent) == (200, 25)
    assert figures.released_amount is None


def test_an_order_without_tracked_lines_has_no_balance():
    figures = order_figures(OrderSums(currency="USD", total=Decimal(5)))

    assert (figures.balance_limit, figures.balance_current, figures.balance_percent) == (None, None, None)


def test_a_blanket_order_has_a_released_amount_and_nothing_of_invoices():
    figures = order_figures(OrderSums(currency="USD", order_type=OrderType.BLANKET, total=Decimal(5)))

    assert (figures.total_amount, figures.net_amount, figures.released_amount) == (5, 5, 0)
    assert {figures.discount_amount, figures.received_amount, figures.invoiced_amount, figures.billed_amount} == {None}
    assert {figures.amount_paid, figures.remaining_balance, figures.outstanding_payable} == {None}


@pytest.mark.parametrize(
    ("total", "minimum", "percent", "discount"),
    [
        ("9999.99", "10000", "5", "0"),
        ("10000", "10000", "5", "500"),
        ("10000.01", "10000", "5", "500.00"),
        ("0.50", None, "1", "0.01"),
        ("100", "50", None, "0"),
    ],
)
def test_the_discount_applies_from_the_minimum_spend_on_and_is_rounded_once(
    total: str, minimum: str | None, percent: str | None, discount: str
):
    sums = OrderSums(
        currency="USD",
        total=Decimal(total),
        minimum_spend=None if minimum is None else Decimal(minimum),
        discount_percentage=None if percent is None else Decimal(percent),
    )

    assert spend_discount(sums) == Decimal(discount)


def test_shares_are_bounded_both_ways_and_nothing_of_nothing_is_nothing():
    assert share(Decimal(1), Decimal(3)) == Decimal("33.33")
    assert share(Decimal(10**9), Decimal("0.01")) == Decimal("99999.99")
    assert share(Decimal(-(10**9)), Decimal("0.01")) == Decimal("-99999.99")
    assert share(Decimal(5), Decimal(0)) == 0


def test_a_line_for_nothing_is_invoiced_by_quantity():
    assert share_invoiced(Decimal(0), Decimal(0), Decimal(1), Decimal(4)) == 25
    assert share_invoiced(Decimal(2), Decimal(8), Decimal(4), Decimal(4)) == 25


def test_the_largest_sum_fits_and_a_bit_more_does_not():
    assert fits([None, LARGEST_FIGURE, -LARGEST_FIGURE])
    assert not fits([LARGEST_FIGURE + Decimal("0.0001")])


@pytest.mark.parametrize("status", list(InvoiceStatus))
def test_a_status_follows_the_allocation_until_people_move_it_on(status: InvoiceStatus):
    automatic = status in {InvoiceStatus.RECEIVED, InvoiceStatus.MATCHED}

    assert status_after(status, allocated=True) is (InvoiceStatus.MATCHED if automatic else status)
    assert status_after(status, allocated=False) is (InvoiceStatus.RECEIVED if automatic else status)


def test_every_status_counts_nowhere_in_process_or_as_invoiced():
    assert not set(COUNTS_NOWHERE) & set(INVOICED)
    assert set(MATCHABLE) == set(InvoiceStatus) - set(COUNTS_NOWHERE)
    assert set(InvoiceStatus) - set(CHANGEABLE) == {InvoiceStatus.PAID, InvoiceStatus.CANCELED}
