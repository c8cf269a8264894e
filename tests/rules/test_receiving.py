"""How much of a line was received: one driver, and all figures from it."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.statuses.orders import AcknowledgmentType, ProductType
from resolvers.rules.invoicing import Billing, Worth
from resolvers.rules.receiving import (
    Arrivals,
    Driver,
    ReceiptEntry,
    Received,
    ReceivedLine,
    arrivals_of,
    driver_of,
    received,
)

GOOD, SERVICE, FEE = ProductType.GOOD, ProductType.SERVICE, ProductType.HANDLING_FEE
MILESTONES, ACKNOWLEDGED, TWO_WAY = (
    AcknowledgmentType.MILESTONES,
    AcknowledgmentType.SERVICE_ACKNOWLEDGMENT,
    AcknowledgmentType.TWO_WAY_MATCH,
)


def line(quantity: str = "10", amount: str = "1200", kind: ProductType = GOOD, **more: Any) -> ReceivedLine:
    """Ten pieces of goods at 120.00 each."""
    given: dict[str, Any] = {"currency": "USD", "acknowledgment_type": None, **more}
    return ReceivedLine(product_type=kind, worth=Worth(quantity=Decimal(quantity), amount=Decimal(amount)), **given)


def service(acknowledgment: AcknowledgmentType | None, amount: str = "3000", **more: Any) -> ReceivedLine:
    return line("1", amount, SERVICE, acknowledgment_type=acknowledgment, **more)


def came(quantity: str, rejected: str = "0") -> ReceiptEntry:
    return ReceiptEntry(
        quantity=Decimal(quantity), accepted=Decimal(quantity) - Decimal(rejected), rejected=Decimal(rejected)
    )


def went_back(quantity: str) -> ReceiptEntry:
    return ReceiptEntry(quantity=Decimal(quantity), accepted=Decimal(quantity), rejected=Decimal(0), is_return=True)


def of_receipts(of: ReceivedLine, *entries: ReceiptEntry, billing: Billing | None = None) -> Received:
    return received(of, arrivals_of(entries, []), billing or Billing())


def of_milestones(of: ReceivedLine, *milestones: tuple[str | None, str | None]) -> Received:
    done = [tuple(None if each is None else Decimal(each) for each in pair) for pair in milestones]
    return received(of, arrivals_of([], [(amount, percent) for amount, percent in done]), Billing())


def confirmed(amount: str, quantity: str = "0") -> Billing:
    return Billing(on_confirmation=Decimal(amount), on_confirmation_quantity=Decimal(quantity))


def figures(found: Received) -> tuple[Decimal, Decimal, Decimal]:
    assert found.percent == found.quantity_percent
    return found.quantity, found.amount, found.percent


@pytest.mark.parametrize(
    ("of", "receipts", "driver"),
    [
        (line(), 1, Driver.RECEIPTS),
        (line(), 0, Driver.CONFIRMED_INVOICES),
        (line(kind=FEE), 1, Driver.CONFIRMED_INVOICES),
        (service(None), 1, Driver.CONFIRMED_INVOICES),
        (service(TWO_WAY), 1, Driver.CONFIRMED_INVOICES),
        (service(ACKNOWLEDGED), 1, Driver.APPROVED_INVOICES),
        (service(MILESTONES), 1, Driver.MILESTONES),
        (line(acknowledgment_type=MILESTONES), 1, Driver.RECEIPTS),
    ],
)
def test_one_driver_tells_how_much_was_received(of: ReceivedLine, receipts: int, driver: Driver):
    assert driver_of(of, Arrivals(receipts=receipts)) is driver


def test_receipts_of_goods_give_amount_and_percentage():
    first = of_receipts(line(), came("4"))
    both = of_receipts(line(), came("4"), came("6"))

    assert figures(first) == (4, 480, 40)
    assert not first.is_complete
    assert figures(both) == (10, 1200, 100)
    assert both.is_complete


def test_a_receipt_once_made_wins_over_invoices():
    assert figures(of_receipts(line(), came("4"), billing=confirmed("1200", "10"))) == (4, 480, 40)


def test_confirmed_invoices_drive_goods_without_receipts():
    found = of_receipts(line("50", "400"), billing=confirmed("320"))

    assert figures(found) == (40, 320, 80)


def test_what_was_rejected_was_received_and_what_went_back_was_not():
    found = of_receipts(line(), came("10", rejected="3"), went_back("3"))
    counted = arrivals_of([came("10", rejected="3"), went_back("3")], [])

    assert figures(found) == (7, 840, 70)
    assert (counted.accepted, counted.rejected, counted.returned, counted.receipts) == (7, 3, 3, 1)


@pytest.mark.parametrize(
    ("entries", "closed", "returned"),
    [
        ([came("10"), went_back("10")], False, True),
        ([came("10"), went_back("9")], False, False),
        ([came("4"), went_back("4")], False, False),
        ([came("4"), went_back("4")], True, True),
        ([came("10"), went_back("10"), came("1")], False, False),
        ([], True, False),
    ],
)
def test_a_line_is_returned_when_all_that_counted_was_there_and_went_back(
    entries: list[ReceiptEntry],
    closed: bool,  # noqa: FBT001 - a column of the table
    returned: bool,  # noqa: FBT001 - a column of the table
):
    assert of_receipts(line(is_closed=closed), *entries).is_returned is returned


def test_a_return_of_goods_that_invoices_drive_counts_once():
    found = of_receipts(line(), went_back("2"), billing=confirmed("1200"))

    assert figures(found) == (8, 960, 80)


def test_milestones_are_worth_amounts_or_percentages():
    by_amount = service(MILESTONES)
    assert figures(of_milestones(by_amount, ("1000", None))) == (Decimal("0.333333"), 1000, Decimal("33.33"))
    assert figures(of_milestones(by_amount, ("1000", None), ("2000", None))) == (1, 3000, 100)
    assert figures(of_milestones(service(MILESTONES, "99.99"), (None, "50"))) == (Decimal("0.5"), 50, 50)
    assert figures(of_milestones(service(MILESTONES), (None, "33.33"), (None, "66.67"))) == (1, 3000, 100)


def test_an_acknowledged_service_goes_by_what_is_approved():
    billing = Billing(on_approval=Decimal(1500), on_confirmation=Decimal(3000))

    assert figures(received(service(ACKNOWLEDGED), Arrivals(), billing)) == (Decimal("0.5"), 1500, 50)
    assert figures(received(service(TWO_WAY), Arrivals(), billing)) == (1, 3000, 100)


def test_a_line_for_nothing_goes_by_quantity():
    free = line("8", "0")

    assert figures(of_receipts(free, came("2"))) == (2, 0, 25)
    assert figures(of_receipts(free, billing=confirmed("5", "4"))) == (4, 0, 50)
    assert figures(of_receipts(line("0", "0"), came("2"))) == (0, 0, 0)


def test_a_line_that_was_closed_short_counts_as_what_was_received():
    found = of_receipts(line(is_closed=True), came("4"))
    untouched = of_receipts(line(is_closed=True))

    assert figures(found) == (4, 480, 100)
    assert (found.counted, found.is_complete) == (Worth(quantity=Decimal(4), amount=Decimal(480)), True)
    assert (untouched.counted.quantity, untouched.percent, untouched.is_complete) == (0, 0, False)


def test_nothing_of_a_canceled_line_counts():
    found = of_receipts(line(is_canceled=True), came("4"))

    assert (found.counted, found.percent, found.is_complete) == (
        Worth(quantity=Decimal(0), amount=Decimal(0)),
        0,
        False,
    )


def test_more_than_everything_shows_and_stays_storable():
    tiny = of_receipts(line("1", "0.01"), billing=confirmed("999999999999999"))

    assert figures(of_receipts(line(), came("12"))) == (12, 1440, 120)
    assert (tiny.quantity, tiny.percent) == (Decimal("99999999999999.999999"), Decimal("99999.99"))


@settings(max_examples=80, deadline=None)
@given(
    quantity=st.integers(1, 10**6),
    cents=st.integers(1, 10**9),
    cuts=st.lists(st.integers(0, 10**6), max_size=4),
    currency=st.sampled_from(["USD", "JPY", "KWD"]),
)
def test_receipts_that_make_the_quantity_make_exactly_the_amount(
    quantity: int, cents: int, cuts: list[int], currency: str
):
    amount = Decimal(cents)
    of = line(str(quantity), str(amount), currency=currency)
    marks = [0, *sorted(min(cut, quantity) for cut in cuts), quantity]
    entries = [came(str(after - before)) for before, after in pairwise(marks)]

    whole = of_receipts(of, *entries)

    assert figures(whole) == (quantity, amount, 100)
    assert whole == of_receipts(of, *reversed(entries))
