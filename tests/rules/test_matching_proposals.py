"""What would match if an order were different."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from models.statuses.orders import LineItemType
from resolvers.matching.proposals import LineProposal, OrderProposal, with_proposals
from tests.rules.matching_facts import found, make_invoice, make_line, make_order

NOW = datetime(2025, 5, 1, tzinfo=UTC)


def test_an_order_as_if_it_were_suspended_and_resumed():
    orders = make_order("PO-7"), make_order("PO-9", suspended=True)

    swapped = with_proposals(
        orders, [OrderProposal(order_id=7, suspended=True), OrderProposal(order_id=9, suspended=False)], NOW
    )

    assert found(make_invoice(), *orders).chosen == (7, 701)
    assert found(make_invoice(), *swapped).chosen == (9, 901)


def test_an_order_as_if_its_dates_were_different():
    (order,) = with_proposals(
        [make_order("PO-7")],
        [OrderProposal(order_id=7, effective_date=date(2025, 2, 1), expiration_date=None)],
        NOW,
    )

    assert (order.effective_date, order.expiration_date) == (date(2025, 2, 1), None)
    assert order.suspended is False


def test_a_line_as_if_it_were_different():
    order = make_order("PO-7", make_line(1, balance="10"), make_line(2, balance="20", end_date=date(2025, 6, 30)))
    proposal = LineProposal(
        line_id=702, line_item_type=LineItemType.MONTHLY_USAGE, start_date=date(2025, 2, 1), end_date=None, balance=None
    )

    (changed,) = with_proposals([order], [OrderProposal(order_id=7, lines=(proposal,))], NOW)

    first, second = changed.lines
    assert first == order.lines[0]
    assert (second.id, second.number, second.line_item_type) == (702, 2, LineItemType.MONTHLY_USAGE)
    assert (second.start_date, second.end_date, second.balance) == (date(2025, 2, 1), None, None)


def test_what_a_proposal_does_not_mention_stays():
    order = make_order("PO-7", make_line(1, balance="10", end_date=date(2025, 6, 30)))
    proposal = OrderProposal(order_id=7, lines=(LineProposal(line_id=701, balance=Decimal(5)),))

    (changed,) = with_proposals([order], [proposal], NOW)

    assert changed.lines[0].balance == Decimal(5)
    assert changed.lines[0].end_date == date(2025, 6, 30)
    assert (changed.number, changed.effective_date, changed.expiration_date) == (
        "PO-7",
        date(2025, 1, 1),
        date(2025, 12, 31),
    )


def test_a_changed_order_counts_as_the_one_edited_last():
    orders = make_order("PO-7"), make_order("PO-9", edited_at=datetime(2025, 4, 1, tzinfo=UTC))

    extended = with_proposals(orders, [OrderProposal(order_id=7, expiration_date=date(2026, 12, 31))], NOW)

    assert found(make_invoice(), *orders).chosen == (9, 901)
    assert found(make_invoice(), *extended).chosen == (7, 701)


def test_a_proposal_that_changes_nothing_is_no_edit():
    orders = make_order("PO-7"), make_order("PO-9")

    assert with_proposals(orders, [OrderProposal(order_id=7, suspended=False)], NOW) == orders


def test_proposals_for_one_order_are_made_one_after_the_other():
    proposals = [
        OrderProposal(order_id=7, suspended=True),
        OrderProposal(order_id=7, expiration_date=None),
        OrderProposal(order_id=7, suspended=False),
    ]

    (order,) = with_proposals([make_order("PO-7")], proposals, NOW)

    assert (order.suspended, order.expiration_date) == (False, None)


def test_the_given_orders_stay_as_they_are():
    order = make_order("PO-7")

    with_proposals([order], [OrderProposal(order_id=7, suspended=True)], NOW)

    assert order == make_order("PO-7")


@pytest.mark.parametrize(
    ("proposal", "complaint"),
    [
        (OrderProposal(order_id=8), "no order 8 to change"),
        (OrderProposal(order_id=7, lines=(LineProposal(line_id=799),)), "no line 799 on order 7 to change"),
    ],
)
def test_a_proposal_for_what_is_not_there_is_a_mistake(proposal: OrderProposal, complaint: str):
    with pytest.raises(LookupError, match=complaint):
        with_proposals([make_order("PO-7")], [proposal], NOW)
