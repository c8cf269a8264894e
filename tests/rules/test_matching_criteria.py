"""What drops an order or a line, and the sentence that says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from models.statuses.invoices import InvoiceCategory, MatchCriterion
from models.statuses.orders import LineItemType, LineStatus, PurchaseOrderStatus
from resolvers.matching.candidates import Candidate
from resolvers.matching.filtering import digest
from tests.rules.matching_facts import GMBH, INC, JUNE, SARL, found, make_invoice, make_line, make_order, why


def only_drop(order_changes: dict[str, Any], **invoice_changes: Any) -> tuple[str, str]:
    """What drops PO-7 as a whole, with these changes."""
    nothing = found(make_invoice(**invoice_changes), make_order("PO-7", **order_changes))
    (entry,) = nothing.dropped
    assert entry[:2] == (7, None)
    assert nothing.ranked == ()
    return why(entry)


def line_drop(line_changes: dict[str, Any], **invoice_changes: Any) -> tuple[str, str]:
    """What drops line 2 of PO-7, with these changes."""
    nothing = found(make_invoice(**invoice_changes), make_order("PO-7", make_line(2, **line_changes)))
    (entry,) = nothing.dropped
    assert entry[:2] == (7, 702)
    return why(entry)


def test_an_order_that_is_not_issued():
    assert only_drop({"issued": False, "status": PurchaseOrderStatus.DRAFT}) == (
        "NOT_IN_MATCHING",
        "PO-7 is not issued.",
    )


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (PurchaseOrderStatus.CLOSED_RELEASED, "PO-7 is closed."),
        (PurchaseOrderStatus.CLOSED_CANCELED, "PO-7 is canceled."),
        (PurchaseOrderStatus.CLOSED_RETURNED, "PO-7 is returned."),
        (PurchaseOrderStatus.CLOSED_COMPLETE, "PO-7 is complete."),
    ],
)
def test_an_order_that_is_closed(status: PurchaseOrderStatus, sentence: str):
    assert only_drop({"status": status}) == ("NOT_IN_MATCHING", sentence)


def test_an_order_that_is_suspended():
    assert only_drop({"suspended": True}) == ("SUSPENDED", "PO-7 is suspended.")


def test_an_order_for_another_seller_entity():
    assert only_drop({"seller_entities": frozenset({SARL})}) == (
        "SELLER_ENTITY",
        "PO-7 is billed by Northwind SARL; the invoice comes from Northwind, Inc.",
    )
    assert only_drop({"seller_entities": frozenset({SARL, INC})}, seller_entity=GMBH) == (
        "SELLER_ENTITY",
        "PO-7 is billed by Northwind SARL or Northwind, Inc.; the invoice comes from Northwind GmbH.",
    )


def test_an_order_for_one_seller_entity_and_an_invoice_that_names_none():
    assert only_drop({"seller_entities": frozenset({SARL})}, seller_entity=None) == (
        "SELLER_ENTITY",
        "PO-7 is billed by Northwind SARL; the invoice names no seller entity.",
    )


def test_an_order_without_seller_entities_takes_invoices_of_all_of_them_and_of_none():
    assert found(make_invoice(seller_entity=GMBH), make_order()).chosen == (7, 701)
    assert found(make_invoice(seller_entity=None), make_order()).chosen == (7, 701)


def test_a_seller_entity_is_the_same_under_another_name():
    renamed = replace(INC, name="Northwind Traders, Inc.")

    assert found(make_invoice(seller_entity=INC), make_order(seller_entities=frozenset({renamed}))).chosen == (7, 701)


def test_an_order_for_another_tax_registration_number():
    restricted: dict[str, Any] = {"tax_registration_numbers": frozenset({"DE2", "DE1"})}

    assert only_drop(restricted) == (
        "TAX_REGISTRATION",
        "PO-7 is restricted to tax registration number DE1 or DE2; the invoice carries none.",
    )
    assert only_drop(restricted, tax_registration_number="DE3") == (
        "TAX_REGISTRATION",
        "PO-7 is restricted to tax registration number DE1 or DE2; the invoice carries DE3.",
    )
    assert found(make_invoice(tax_registration_number="DE2"), make_order(**restricted)).chosen == (7, 701)


def test_an_order_for_another_invoice_unit():
    restricted: dict[str, Any] = {"invoice_units": frozenset({"Research"})}

    assert only_drop(restricted, invoice_unit="Sales") == (
        "INVOICE_UNIT",
        "PO-7 is restricted to invoice unit Research; the invoice carries Sales.",
    )
    assert found(make_invoice(invoice_unit="Research"), make_order(**restricted)).chosen == (7, 701)


def test_an_order_restricted_in_both_ways_needs_both():
    order = make_order(tax_registration_numbers=frozenset({"DE1"}), invoice_units=frozenset({"Research"}))

    assert found(make_invoice(tax_registration_number="DE1"), order).chosen is None
    assert found(make_invoice(invoice_unit="Research"), order).chosen is None
    assert found(make_invoice(tax_registration_number="DE1", invoice_unit="Research"), order).chosen == (7, 701)


def test_an_order_in_another_currency():
    assert only_drop({"currency": "EUR"}) == ("CURRENCY", "PO-7 is in EUR; the invoice is in USD.")


@pytest.mark.parametrize(
    ("effective", "expiration", "sentence"),
    [
        (date(2025, 7, 1), None, "PO-7 is valid from 2025-07-01; the billing period is June 2025."),
        (None, date(2025, 5, 31), "PO-7 is valid until 2025-05-31; the billing period is June 2025."),
        (
            date(2025, 1, 1),
            date(2025, 5, 31),
            "PO-7 is valid until 2025-05-31; the billing period is June 2025.",
        ),
    ],
)
def test_an_order_that_was_not_valid_in_the_period(effective: date | None, expiration: date | None, sentence: str):
    dates = {"effective_date": effective, "expiration_date": expiration}

    assert only_drop(dates, billing_period=JUNE) == ("ORDER_PERIOD", sentence)


def test_an_order_that_was_valid_in_a_part_of_the_period_only():
    dates = {"effective_date": date(2025, 6, 1), "expiration_date": date(2025, 6, 30)}

    assert only_drop(dates, billing_period=(date(2025, 5, 15), date(2025, 7, 14))) == (
        "ORDER_PERIOD",
        "PO-7 is valid from 2025-06-01 to 2025-06-30; the billing period is May to July 2025.",
    )
    assert only_drop(dates, billing_period=(date(2024, 12, 1), date(2025, 6, 30))) == (
        "ORDER_PERIOD",
        "PO-7 is valid from 2025-06-01; the billing period is December 2024 to June 2025.",
    )


def test_an_order_of_another_number_than_the_invoice_names():
    named = make_order("1234", make_line(line_item_type=LineItemType.MARKETPLACE_TRANSACTION))
    invoice = make_invoice(category=InvoiceCategory.MARKETPLACE, purchase_order_number="1234")

    (entry,) = found(invoice, named, make_order("PO-7")).dropped

    assert why(entry) == ("PURCHASE_ORDER_NUMBER", "The invoice names purchase order 1234; this is PO-7.")


def test_an_order_without_lines():
    (entry,) = found(make_invoice(), replace(make_order("PO-7"), lines=())).dropped

    assert entry[:2] == (7, None)
    assert why(entry) == ("NO_LINES", "PO-7 has no lines.")


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (LineStatus.DRAFT, "Line 2 of PO-7 is a draft."),
        (LineStatus.PENDING_APPROVAL, "Line 2 of PO-7 waits for approval."),
        (LineStatus.REJECTED, "Line 2 of PO-7 was rejected."),
        (LineStatus.CLOSED_RELEASED, "Line 2 of PO-7 is closed."),
        (LineStatus.CLOSED_CANCELED, "Line 2 of PO-7 is canceled."),
        (LineStatus.CLOSED_RETURNED, "Line 2 of PO-7 is returned."),
    ],
)
def test_a_line_that_is_not_in_force(status: LineStatus, sentence: str):
    assert line_drop({"status": status}) == ("LINE_STATUS", sentence)


@pytest.mark.parametrize(
    ("start", "end", "sentence"),
    [
        (date(2025, 7, 1), None, "Line 2 of PO-7 runs from 2025-07-01; the billing period is June 2025."),
        (None, date(2025, 5, 31), "Line 2 of PO-7 runs until 2025-05-31; the billing period is June 2025."),
    ],
)
def test_a_line_that_does_not_run_in_the_period(start: date | None, end: date | None, sentence: str):
    assert line_drop({"start_date": start, "end_date": end}, billing_period=JUNE) == ("LINE_PERIOD", sentence)


def test_a_line_that_runs_in_the_period_of_an_order_that_is_not_valid_in_it():
    order = make_order("PO-7", make_line(start_date=date(2025, 6, 1)), expiration_date=date(2025, 5, 31))

    (entry,) = found(make_invoice(billing_period=JUNE), order).dropped

    assert why(entry)[0] == "ORDER_PERIOD"


BILLS = {
    InvoiceCategory.USAGE: "usage",
    InvoiceCategory.SUBSCRIPTION: "a subscription or one-time purchase",
    InvoiceCategory.MARKETPLACE: "a marketplace purchase made without an order number",
    InvoiceCategory.SERVICES_AND_TRAINING: "professional services or training",
}
TAKES = {
    LineItemType.MONTHLY_USAGE: "monthly usage",
    LineItemType.SUBSCRIPTION_PURCHASE: "subscriptions and one-time purchases",
    LineItemType.MARKETPLACE_TRANSACTION: "marketplace purchases made with an order number",
    LineItemType.MARKETPLACE_BLANKET_USAGE: "marketplace purchases made without an order number",
    LineItemType.PROFESSIONAL_SERVICES_AND_TRAINING: "professional services and training",
}
OWN_TYPE = {
    InvoiceCategory.USAGE: LineItemType.MONTHLY_USAGE,
    InvoiceCategory.SUBSCRIPTION: LineItemType.SUBSCRIPTION_PURCHASE,
    InvoiceCategory.MARKETPLACE: LineItemType.MARKETPLACE_BLANKET_USAGE,
    InvoiceCategory.SERVICES_AND_TRAINING: LineItemType.PROFESSIONAL_SERVICES_AND_TRAINING,
}


@pytest.mark.parametrize("category", InvoiceCategory)
@pytest.mark.parametrize("line_item_type", LineItemType)
def test_a_category_goes_to_its_own_type_and_to_all(category: InvoiceCategory, line_item_type: LineItemType):
    line, invoice = make_line(2, line_item_type=line_item_type), make_invoice(category=category)

    if line_item_type in {LineItemType.ALL, OWN_TYPE[category]}:
        assert found(invoice, make_order("PO-7", line)).chosen == (7, 702)
    else:
        assert line_drop({"line_item_type": line_item_type}, category=category) == (
            "LINE_ITEM_TYPE",
            f"Line 2 of PO-7 takes {TAKES[line_item_type]}; the invoice bills {BILLS[category]}.",
        )


@pytest.mark.parametrize("line_item_type", LineItemType)
def test_a_marketplace_purchase_with_an_order_number_goes_to_transaction_lines_only(line_item_type: LineItemType):
    named = {"category": InvoiceCategory.MARKETPLACE, "purchase_order_number": "PO-7"}
    line, bills = make_line(2, line_item_type=line_item_type), "a marketplace purchase made with an order number"

    if line_item_type is LineItemType.MARKETPLACE_TRANSACTION:
        assert found(make_invoice(**named), make_order("PO-7", line)).chosen == (7, 702)
    elif line_item_type is LineItemType.ALL:
        assert line_drop({"line_item_type": line_item_type}, **named) == (
            "LINE_ITEM_TYPE",
            f"Line 2 of PO-7 takes every category, but {bills} needs a line of its own.",
        )
    else:
        assert line_drop({"line_item_type": line_item_type}, **named) == (
            "LINE_ITEM_TYPE",
            f"Line 2 of PO-7 takes {TAKES[line_item_type]}; the invoice bills {bills}.",
        )


def test_an_order_that_falls_out_is_one_entry_and_a_standing_one_is_an_entry_a_line():
    out = make_order("PO-1", make_line(1), make_line(2), suspended=True)
    standing = make_order("PO-2", make_line(1), make_line(2, status=LineStatus.CLOSED_CANCELED))

    result = found(make_invoice(), out, standing)

    assert [entry[:2] for entry in result.ranked] == [(2, 201)]
    assert [entry[:2] for entry in result.dropped] == [(1, None), (2, 202)]


def test_what_drops_is_listed_by_order_and_line_whatever_order_it_comes_in():
    closed = {"status": LineStatus.CLOSED_CANCELED}
    order = make_order("PO-1", make_line(3, **closed), make_line(1, **closed), make_line(2, **closed))

    result = found(make_invoice(), make_order("PO-3", suspended=True), make_order("PO-2", suspended=True), order)

    assert [entry[:2] for entry in result.dropped] == [(1, 101), (1, 102), (1, 103), (2, None), (3, None)]


@pytest.mark.parametrize(
    "other",
    [
        {"order_id": 2},
        {"line_id": 102},
        {"line_id": None},
        {"criterion": MatchCriterion.LINE_PERIOD},
        {"reason": "Line 1 of PO-1 is closed."},
    ],
)
def test_droppings_that_differ_in_anything_have_other_digests(other: dict[str, Any]):
    entry: dict[str, Any] = {
        "order_id": 1,
        "line_id": 101,
        "rank": None,
        "criterion": MatchCriterion.LINE_STATUS,
        "reason": "Line 1 of PO-1 is canceled.",
    }

    assert digest([Candidate(**entry)]) == digest([Candidate(**entry)])
    assert digest([Candidate(**(entry | other))]) != digest([Candidate(**entry)])


ORDER_CRITERIA: list[tuple[str, dict[str, Any]]] = [
    ("PURCHASE_ORDER_NUMBER", {"number": "PO-8"}),
    ("NOT_IN_MATCHING", {"issued": False}),
    ("SUSPENDED", {"suspended": True}),
    ("SELLER_ENTITY", {"seller_entities": frozenset({SARL})}),
    ("TAX_REGISTRATION", {"tax_registration_numbers": frozenset({"DE1"})}),
    ("INVOICE_UNIT", {"invoice_units": frozenset({"Research"})}),
    ("CURRENCY", {"currency": "EUR"}),
    ("ORDER_PERIOD", {"effective_date": date(2025, 12, 1)}),
    ("NO_LINES", {"lines": ()}),
]


@pytest.mark.parametrize("first", range(len(ORDER_CRITERIA)))
def test_the_criterion_that_stands_first_in_the_list_is_the_reason(first: int):
    wrong = {name: value for _, changes in ORDER_CRITERIA[first:] for name, value in changes.items()}
    marketplace = make_invoice(category=InvoiceCategory.MARKETPLACE, purchase_order_number="PO-7")

    (entry,) = found(marketplace, replace(make_order("PO-7"), **wrong)).dropped

    assert str(entry.criterion) == ORDER_CRITERIA[first][0]


def test_the_status_of_a_line_comes_before_its_dates_and_they_before_its_type():
    wrong_type = {"line_item_type": LineItemType.SUBSCRIPTION_PURCHASE}
    wrong_dates = wrong_type | {"start_date": date(2025, 12, 1)}
    wrong_status = wrong_dates | {"status": LineStatus.CLOSED_CANCELED}

    assert [line_drop(changes)[0] for changes in (wrong_status, wrong_dates, wrong_type)] == [
        "LINE_STATUS",
        "LINE_PERIOD",
        "LINE_ITEM_TYPE",
    ]


@pytest.mark.parametrize(
    ("start", "end", "period", "fits"),
    [
        # Any day of the first and the last month will do.
        ("2025-03-31", "2025-03-31", ("2025-03-01", "2025-03-31"), True),
        ("2025-03-15", "2025-03-16", ("2025-03-01", "2025-03-31"), True),
        ("2025-03-31", "2025-04-01", ("2025-03-01", "2025-04-30"), True),
        ("2025-03-31", "2025-04-01", ("2025-02-28", "2025-04-30"), False),
        ("2025-03-31", "2025-04-01", ("2025-03-01", "2025-05-01"), False),
        # February, in a common year and in a leap year.
        ("2025-02-01", "2025-02-01", ("2025-02-28", "2025-02-28"), True),
        ("2025-02-01", "2025-02-28", ("2025-02-28", "2025-03-01"), False),
        ("2024-02-01", "2024-02-01", ("2024-02-29", "2024-02-29"), True),
        ("2024-02-29", "2024-02-29", ("2024-02-01", "2024-02-29"), True),
        ("2024-02-01", "2024-02-29", ("2024-02-29", "2024-03-01"), False),
        # The turn of the year.
        ("2024-12-31", "2025-01-01", ("2024-12-01", "2025-01-31"), True),
        ("2025-01-31", "2025-12-01", ("2025-01-01", "2025-12-31"), True),
        ("2025-01-01", "2025-12-31", ("2024-12-31", "2025-01-01"), False),
        ("2025-01-01", "2025-12-31", ("2025-12-31", "2026-01-01"), False),
        ("2024-01-01", "2024-12-31", ("2025-03-01", "2025-03-31"), False),
        ("2026-01-01", "2026-12-31", ("2025-03-01", "2025-03-31"), False),
        # Open on a side.
        (None, "2025-03-01", ("0001-01-01", "2025-03-31"), True),
        ("2025-03-31", None, ("2025-03-01", "9999-12-31"), True),
        (None, None, ("0001-01-01", "9999-12-31"), True),
    ],
)
def test_dates_count_in_whole_months_on_orders_and_on_lines(
    start: str | None, end: str | None, period: tuple[str, str], *, fits: bool
):
    first, last = start and date.fromisoformat(start), end and date.fromisoformat(end)
    invoice = make_invoice(billing_period=(date.fromisoformat(period[0]), date.fromisoformat(period[1])))
    line = make_line(start_date=first, end_date=last)

    on_order = found(invoice, make_order("PO-7", effective_date=first or None, expiration_date=last or None))
    on_line = found(invoice, make_order("PO-7", line, effective_date=None, expiration_date=None))

    assert (on_order.chosen is not None) is fits
    assert (on_line.chosen is not None) is fits
