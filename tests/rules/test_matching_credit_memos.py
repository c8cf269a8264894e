"""A credit memo goes where the invoice that it names went."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from models.statuses.invoices import InvoiceCategory, InvoiceKind, MatchOutcome, OverdrawPolicy
from models.statuses.orders import LineItemType, PurchaseOrderStatus
from resolvers.matching.facts import KnownLine, OriginalInvoice
from tests.rules.matching_facts import SARL, found, make_invoice, make_known_line, make_line, make_order, why

if TYPE_CHECKING:
    from resolvers.matching.facts import InvoiceFact


def make_credit(*lines: KnownLine, amount: str = "-200", recorded: bool = True, **changes: Any) -> InvoiceFact:
    """A credit memo for invoice INV-1, which is on these lines."""
    original = OriginalInvoice(number="INV-1", recorded=recorded, lines=lines)
    return make_invoice(amount, kind=InvoiceKind.CREDIT_MEMO, original=original, **changes)


def test_a_credit_memo_follows_its_invoice_and_raises_the_balance():
    first = make_order("PO-1", make_line(1, balance="500"), make_line(2, balance="300"))
    better = make_order("PO-2", make_line(line_item_type=LineItemType.MONTHLY_USAGE))

    credit = found(make_credit(make_known_line(first, 2)), first, better)

    assert credit.outcome is MatchOutcome.MATCHED
    assert credit.chosen == (1, 102)
    assert (credit.balance_before, credit.balance_after) == (Decimal(300), Decimal(500))
    assert credit.reason == (
        "The credit memo follows invoice INV-1, which is on line 2 of PO-1. "
        "Its balance goes from 300.00 USD to 500.00 USD."
    )
    assert credit.ranked[0][:4] == (1, 102, 1, None)
    elsewhere = ("ORIGINAL_INVOICE", "The credit memo names invoice INV-1, which is on line 2 of PO-1.")
    assert [(entry[:2], why(entry)) for entry in credit.dropped] == [((1, 101), elsewhere), ((2, None), elsewhere)]


def test_the_places_that_it_does_not_follow_to_are_listed_by_order_and_line():
    order = make_order("PO-1", make_line(3), make_line(1), make_line(2))

    credit = found(make_credit(make_known_line(order, 2)), make_order("PO-9"), make_order("PO-8"), order)

    assert [entry[:2] for entry in credit.dropped] == [(1, 101), (1, 103), (8, None), (9, None)]


@pytest.mark.parametrize(
    "since",
    [
        {"suspended": True},
        {"status": PurchaseOrderStatus.CLOSED_RELEASED},
        {"seller_entities": frozenset({SARL})},
    ],
)
def test_it_follows_whatever_has_become_of_the_order(since: dict[str, Any]):
    order = make_order("PO-1", **since)

    assert found(make_credit(make_known_line(order)), order, make_order("PO-2")).chosen == (1, 101)


def test_it_follows_to_an_order_that_is_not_looked_at_any_more():
    gone = make_known_line(make_order("PO-1", make_line(balance="10")))

    credit = found(make_credit(gone), make_order("PO-2"))

    assert credit.chosen == (1, 101)
    assert credit.balance_after == Decimal(210)


def test_it_follows_whatever_it_bills_itself():
    order = make_order("PO-1", make_line(line_item_type=LineItemType.MONTHLY_USAGE))
    credit = make_credit(make_known_line(order), category=InvoiceCategory.MARKETPLACE, purchase_order_number="PO-2")

    assert found(credit, order, make_order("PO-2")).chosen == (1, 101)


def test_a_credit_on_an_overdrawn_line_waits_for_nobody():
    order = make_order("PO-1", make_line(balance="-500"))

    credit = found(make_credit(make_known_line(order)), order, overdraw=OverdrawPolicy.HOLD)

    assert credit.balance_after == Decimal(-300)
    assert not credit.hold


@pytest.mark.parametrize(
    ("recorded", "sentence"),
    [
        (True, "Invoice INV-1, which the credit memo names, is on no order, so the rules for invoices hold."),
        (False, "Invoice INV-1, which the credit memo names, is not recorded here, so the rules for invoices hold."),
    ],
)
def test_without_a_place_to_follow_to_the_rules_for_invoices_hold(sentence: str, *, recorded: bool):
    orders = make_order("PO-1"), make_order("PO-2", make_line(line_item_type=LineItemType.MONTHLY_USAGE))

    credit = found(make_credit(recorded=recorded), *orders)

    assert credit.chosen == (2, 201)
    assert credit.reason == f"Line 1 of PO-2 ranks first of 2 lines that fit. Its balance is not tracked. {sentence}"


def test_one_that_names_no_invoice_goes_by_the_rules():
    credit = make_invoice("-200", kind=InvoiceKind.CREDIT_MEMO)

    assert found(credit, make_order("PO-1")) == found(replace(credit, kind=InvoiceKind.INVOICE), make_order("PO-1"))


def test_an_original_on_several_lines_is_left_to_a_person():
    order = make_order("PO-1", make_line(1, balance="500"), make_line(2), make_line(3))
    places = make_known_line(order, 2), make_known_line(order, 1)

    credit = found(make_credit(*places), order)

    assert credit.outcome is MatchOutcome.AMBIGUOUS
    assert credit.chosen is None
    assert credit.reason == "The credit memo names invoice INV-1, which is on 2 lines: a person has to choose."
    assert [(entry[:2], entry.rank, entry.criterion) for entry in credit.ranked] == [
        ((1, 101), 1, None),
        ((1, 102), 1, None),
    ]
    assert credit.ranked[0].balance_after == Decimal(700)
    assert [(entry[:2], why(entry)) for entry in credit.dropped] == [
        (
            (1, 103),
            (
                "ORIGINAL_INVOICE",
                "The credit memo names invoice INV-1, which is on line 1 of PO-1 and line 2 of PO-1.",
            ),
        )
    ]
    assert credit == found(make_credit(*reversed(places)), order)


def test_a_credit_in_another_currency_than_its_original_is_left_to_a_person():
    order = make_order("PO-1", make_line(balance="500"))

    credit = found(make_credit(make_known_line(order), currency="EUR"), order, make_order("PO-2", currency="EUR"))

    assert credit.outcome is MatchOutcome.UNMATCHED
    assert credit.reason == "Invoice INV-1 is on line 1 of PO-1 in USD; the credit memo that names it is in EUR."
    assert [(entry[:2], str(entry.criterion)) for entry in credit.dropped] == [
        ((1, 101), "CURRENCY"),
        ((2, None), "ORIGINAL_INVOICE"),
    ]


@pytest.mark.parametrize("kind", [InvoiceKind.INVOICE, InvoiceKind.DEBIT_MEMO])
def test_only_credit_memos_follow(kind: InvoiceKind):
    order = make_order("PO-1")
    other = make_order("PO-2", make_line(line_item_type=LineItemType.MONTHLY_USAGE))

    assert found(make_credit(make_known_line(order)), order, other).chosen == (1, 101)
    assert found(replace(make_credit(make_known_line(order)), kind=kind), order, other).chosen == (2, 201)
