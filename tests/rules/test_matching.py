"""Where an invoice goes: the purchases that a buyer would try first, and how a decision is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from models.statuses.invoices import DateBasis, InvoiceCategory, MatchOutcome, OverdrawPolicy
from models.statuses.orders import LineItemType, PurchaseOrderStatus
from resolvers.matching.facts import LineKey, Settings
from resolvers.matching.filtering import survey
from resolvers.matching.profile import profile_of
from resolvers.matching.ranking import RULES_VERSION, chosen_by_person, decide
from tests.rules.matching_facts import (
    APRIL,
    JULY,
    JUNE,
    MAY,
    SARL,
    found,
    make_invoice,
    make_known_line,
    make_line,
    make_order,
    places,
    why,
)


def test_an_invoice_lowers_the_balance_of_the_line_that_takes_it():
    march = found(make_invoice("2000"), make_order("PO-7", make_line(balance="10000")))
    april = found(make_invoice("600", billing_period=APRIL), make_order("PO-7", make_line(balance="8000")))

    assert march.outcome is MatchOutcome.MATCHED
    assert march.chosen == LineKey(7, 701)
    assert (march.balance_before, march.balance_after) == (Decimal(10000), Decimal(8000))
    assert march.reason == (
        "Line 1 of PO-7 is the only line that fits. Its balance goes from 10,000.00 USD to 8,000.00 USD."
    )
    assert april.balance_after == Decimal(7400)


def test_an_exhausted_line_goes_on_taking_invoices():
    taken = found(make_invoice("400"), make_order("PO-7", make_line(balance="100")))

    assert taken.chosen == (7, 701)
    assert taken.balance_after == Decimal(-300)
    assert not taken.hold


def test_an_invoice_of_another_seller_entity_finds_no_order():
    order = make_order("PO-7", make_line(balance="10000"), seller_entities=frozenset({SARL}))

    nothing = found(make_invoice("2000"), order)

    assert nothing.outcome is MatchOutcome.UNMATCHED
    assert nothing.chosen is None
    assert (nothing.balance_before, nothing.balance_after) == (None, None)
    assert nothing.ranked == ()
    assert nothing.reason == (
        "No order serves this invoice. PO-7 is billed by Northwind SARL; the invoice comes from Northwind, Inc."
    )


def test_suspending_all_other_orders_makes_room_for_a_one_time_order():
    standing = make_order("PO-1")
    one_time = make_order("PO-2", effective_date=MAY[0], expiration_date=MAY[1])
    invoice = make_invoice("1200", category=InvoiceCategory.SUBSCRIPTION, billing_period=MAY)

    first = found(invoice, replace(standing, suspended=True), one_time)
    next_one = found(invoice, standing, replace(one_time, suspended=True))

    assert first.chosen == (2, 201)
    assert [why(entry) for entry in first.dropped] == [("SUSPENDED", "PO-1 is suspended.")]
    assert next_one.chosen == (1, 101)
    assert [why(entry) for entry in next_one.dropped] == [("SUSPENDED", "PO-2 is suspended.")]


def test_an_order_serves_the_months_from_its_first_on():
    order = make_order("PO-7", effective_date=date(2025, 7, 1))

    june = found(make_invoice(billing_period=JUNE), order)
    july = found(make_invoice(billing_period=JULY), order)

    assert june.outcome is MatchOutcome.UNMATCHED
    assert [why(entry) for entry in june.dropped] == [
        ("ORDER_PERIOD", "PO-7 is valid from 2025-07-01; the billing period is June 2025.")
    ]
    assert july.chosen == (7, 701)


def test_the_more_specific_line_takes_the_invoice():
    order = make_order(
        "PO-7",
        make_line(1, balance="5000"),
        make_line(2, balance="3000", line_item_type=LineItemType.SUBSCRIPTION_PURCHASE),
    )

    taken = found(make_invoice("1200", category=InvoiceCategory.SUBSCRIPTION), order)

    assert taken.chosen == (7, 702)
    assert taken.balance_after == Decimal(1800)
    assert places(taken) == [(7, 702), (7, 701)]
    assert taken.reason == (
        "Line 2 of PO-7 ranks first of 2 lines that fit. Its balance goes from 3,000.00 USD to 1,800.00 USD."
    )


def test_an_expired_order_serves_the_months_it_was_valid_in():
    january = make_order("PO-7", effective_date=date(2025, 1, 1), expiration_date=date(2025, 1, 31))
    invoice = make_invoice(billing_period=(date(2025, 1, 1), date(2025, 1, 31)), invoice_date=date(2025, 2, 3))

    assert found(invoice, january).chosen == (7, 701)


def test_the_issue_date_decides_where_the_organization_wants_it():
    january = make_order("PO-7", effective_date=date(2025, 1, 1), expiration_date=date(2025, 1, 31))
    invoice = make_invoice(billing_period=(date(2025, 1, 1), date(2025, 1, 31)), invoice_date=date(2025, 2, 3))

    nothing = found(invoice, january, date_basis=DateBasis.ISSUE_DATE)

    assert [why(entry) for entry in nothing.dropped] == [
        ("ORDER_PERIOD", "PO-7 is valid until 2025-01-31; the invoice date is in February 2025.")
    ]


def test_an_invoice_without_a_billing_period_goes_by_its_date():
    invoice = make_invoice(billing_period=None, invoice_date=date(2025, 4, 3))

    assert found(invoice, make_order("PO-7", expiration_date=date(2025, 4, 1))).chosen == (7, 701)
    assert found(invoice, make_order("PO-7", expiration_date=date(2025, 3, 31))).chosen is None


def test_a_marketplace_invoice_goes_to_the_line_added_for_it_on_the_order_it_names():
    order = make_order("1234", make_line(1), make_line(2, line_item_type=LineItemType.MARKETPLACE_TRANSACTION))
    blanket = make_order("PO-7", make_line(1, line_item_type=LineItemType.MARKETPLACE_BLANKET_USAGE))
    invoice = make_invoice(category=InvoiceCategory.MARKETPLACE)

    named = found(replace(invoice, purchase_order_number="1234"), order, blanket)
    unnamed = found(invoice, order, blanket)
    unknown = found(replace(invoice, purchase_order_number="poc1"), order, blanket)

    assert named.chosen == (1234, 123402)
    assert [entry[:2] for entry in named.dropped] == [(7, None), (1234, 123401)]
    assert unnamed.chosen == (7, 701)
    assert unknown.outcome is MatchOutcome.UNMATCHED
    assert [str(entry.criterion) for entry in unknown.dropped] == ["PURCHASE_ORDER_NUMBER"] * 2


def test_a_suspended_order_serves_no_invoice_that_names_it():
    transaction = make_line(line_item_type=LineItemType.MARKETPLACE_TRANSACTION)
    order = make_order("1234", transaction, suspended=True)
    invoice = make_invoice(category=InvoiceCategory.MARKETPLACE, purchase_order_number="1234")

    assert found(invoice, order).reason == "No order serves this invoice. 1234 is suspended."
    assert found(invoice, replace(order, suspended=False)).chosen == (1234, 123401)


def test_an_order_that_another_invoice_names_is_the_only_one_that_can_take_it():
    named, newer = make_order("PO-7"), make_order("PO-8", make_line(line_item_type=LineItemType.MONTHLY_USAGE))
    invoice = make_invoice(purchase_order_number="PO-7")

    assert found(invoice, named, newer).chosen == (7, 701)
    assert found(invoice, replace(named, suspended=True), newer).chosen is None


def test_a_number_that_no_order_has_restricts_only_marketplace_invoices():
    invoice = make_invoice(purchase_order_number="our ref. 4711")

    assert found(invoice, make_order("PO-7")).chosen == (7, 701)
    assert found(replace(invoice, category=InvoiceCategory.MARKETPLACE), make_order("PO-7")).chosen is None


def test_an_order_paid_in_full_goes_on_taking_invoices():
    assert found(make_invoice(), make_order("PO-7", status=PurchaseOrderStatus.CLOSED_PAID)).chosen == (7, 701)


@pytest.mark.parametrize(
    ("balance", "amount", "hold"),
    [("100", "100", False), ("100", "100.01", True), ("-5", "1", True), ("-5", "-1", False), (None, "100", False)],
)
def test_a_match_that_overdraws_its_line_waits_for_a_person_where_that_is_wanted(
    balance: str | None, amount: str, *, hold: bool
):
    order = make_order("PO-7", make_line(balance=balance))

    held = found(make_invoice(amount), order, overdraw=OverdrawPolicy.HOLD)

    assert held.outcome is MatchOutcome.MATCHED
    assert held.chosen == (7, 701)
    assert held.hold is hold
    assert not found(make_invoice(amount), order, overdraw=OverdrawPolicy.ALLOW).hold


def test_a_match_that_waits_says_so():
    held = found(make_invoice("400"), make_order("PO-7", make_line(balance="100")), overdraw=OverdrawPolicy.HOLD)

    assert held.reason == (
        "Line 1 of PO-7 is the only line that fits. "
        "Its balance goes from 100.00 USD to -300.00 USD: the match waits for a person."
    )


def test_a_line_without_a_tracked_balance_says_so():
    untracked = found(make_invoice("400"), make_order("PO-7"))

    assert untracked.reason == "Line 1 of PO-7 is the only line that fits. Its balance is not tracked."
    assert (untracked.balance_before, untracked.balance_after) == (None, None)


def test_every_ranked_line_tells_its_balance_before_and_after():
    order = make_order("PO-7", make_line(1, balance="500"), make_line(2), make_line(3, balance="50"))

    ranked = found(make_invoice("200"), order).ranked

    assert [(entry.line_id, entry.rank, entry.balance_before, entry.balance_after) for entry in ranked] == [
        (701, 1, Decimal(500), Decimal(300)),
        (702, 2, None, None),
        (703, 3, Decimal(50), Decimal(-150)),
    ]


def test_without_any_order_the_reason_is_that_there_is_none():
    nothing = found(make_invoice())

    assert nothing.outcome is MatchOutcome.UNMATCHED
    assert nothing.reason == "No order serves this invoice: there is none to look at."
    assert nothing.candidates == ()


def test_when_all_fall_out_the_reason_says_how_many():
    nothing = found(make_invoice(), make_order("PO-1", suspended=True), make_order("PO-2", suspended=True))

    assert nothing.reason == "No order serves this invoice: all 2 candidates fell out."


def test_every_decision_names_the_version_of_its_rules():
    assert found(make_invoice()).rules_version == found(make_invoice(), make_order()).rules_version == RULES_VERSION


def test_deciding_without_the_balance_of_a_line_that_fits_is_a_mistake():
    invoice = make_invoice()
    surveyed = survey(profile_of(invoice, Settings()), [make_order("PO-7")])

    with pytest.raises(KeyError, match="701"):
        decide(invoice, surveyed, {}, OverdrawPolicy.ALLOW)


def test_a_person_may_choose_another_line_that_fits():
    best, other = make_order("PO-1", make_line(balance="500")), make_order("PO-2", make_line(balance="50"))
    by_rules = found(make_invoice("200"), best, other)

    chosen = chosen_by_person(by_rules, make_known_line(other), Decimal(200))

    assert by_rules.chosen == (1, 101)
    assert chosen.outcome is MatchOutcome.MANUAL
    assert chosen.chosen == (2, 201)
    assert (chosen.balance_before, chosen.balance_after) == (Decimal(50), Decimal(-150))
    assert not chosen.hold
    assert chosen.fitting == 2
    assert chosen.reason == "A person chose line 1 of PO-2. Its balance goes from 50.00 USD to -150.00 USD."
    assert chosen.ranked == (
        (2, 201, 1, None, "A person chose line 1 of PO-2.", Decimal(50), Decimal(-150), None),
        (1, 101, 2, "CHOSEN_BY_PERSON", "A person chose line 1 of PO-2.", Decimal(500), Decimal(300), None),
    )


def test_a_person_may_choose_a_line_that_the_rules_drop():
    order = make_order("PO-7", make_line(1), make_line(2, line_item_type=LineItemType.SUBSCRIPTION_PURCHASE))
    by_rules = found(make_invoice(), order)

    chosen = chosen_by_person(by_rules, make_known_line(order, 2), Decimal(100))

    assert chosen.chosen == (7, 702)
    assert chosen.ranked[0].reason == (
        "A person chose line 2 of PO-7. "
        "Line 2 of PO-7 takes subscriptions and one-time purchases; the invoice bills usage."
    )
    assert places(chosen) == [(7, 702), (7, 701)]
    assert chosen.dropped == ()


def test_a_person_may_choose_a_line_of_an_order_that_dropped_out():
    order = make_order("PO-7", suspended=True)
    by_rules = found(make_invoice(), order)

    chosen = chosen_by_person(by_rules, make_known_line(order), Decimal(100))

    assert chosen.chosen == (7, 701)
    assert chosen.ranked[0].reason == "A person chose line 1 of PO-7. PO-7 is suspended."
    assert [why(entry) for entry in chosen.dropped] == [("SUSPENDED", "PO-7 is suspended.")]
