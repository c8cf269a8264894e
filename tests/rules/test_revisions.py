"""What may be revised, how much of it has to be approved, and by whom; what differs between two states."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from models.statuses.orders import LineDifferenceKind, LineStatus, ProductType
from resolvers.errors import WrongStatus
from resolvers.errors_approvals import AlreadyReceived
from resolvers.errors_revisions import (
    BelowInvoiced,
    BelowMilestones,
    BelowReleased,
    FullyReceived,
    NotAboveReceived,
)
from resolvers.rules.diff import FieldDifference, LineState, OrderState, difference
from resolvers.rules.revisions import (
    Approval,
    ProposedLine,
    StandingLine,
    amount_to_approve,
    approval_needed,
    line_refusals,
    lowering_refusals,
    order_refusals,
)

GOODS = StandingLine(
    number=1,
    status=LineStatus.PARTIALLY_DELIVERED,
    product_type=ProductType.GOOD,
    quantity=Decimal(100),
    amount=Decimal(1000),
    received_quantity=Decimal(40),
    received_amount=Decimal(400),
    received_percent=Decimal(40),
)
SERVICE = replace(GOODS, product_type=ProductType.SERVICE, quantity=Decimal(1), received_quantity=Decimal("0.4"))
PATH = ("lines", "0")


def proposed(quantity: int | str, amount: int) -> ProposedLine:
    return ProposedLine(quantity=Decimal(quantity), amount=Decimal(amount))


CANCELED = ProposedLine(quantity=Decimal(0), amount=Decimal(0), is_canceled=True)


@pytest.mark.parametrize(
    ("line", "becomes", "received"),
    [
        (GOODS, proposed(41, 41), None),
        (GOODS, proposed(40, 9000), Decimal(40)),
        (GOODS, proposed(39, 9000), Decimal(40)),
        (SERVICE, proposed("0.1", 401), None),
        (SERVICE, proposed(9, 400), Decimal(400)),
        (replace(SERVICE, amount=Decimal(0), received_amount=Decimal(0)), proposed("0.4", 0), Decimal("0.4")),
        (replace(GOODS, received_quantity=Decimal(0), received_amount=Decimal(0)), proposed(0, 0), None),
    ],
)
def test_goods_stay_above_the_quantity_received_and_services_above_the_amount(
    line: StandingLine, becomes: ProposedLine, received: Decimal | None
):
    found = line_refusals(line, becomes, PATH)

    measure = becomes.quantity if received in {Decimal(40), Decimal("0.4")} else becomes.amount
    refusal = NotAboveReceived(line=1, proposed=measure, received=received or Decimal(0), path=PATH)
    assert found == ([] if received is None else [refusal])


def test_a_line_that_is_over_or_received_in_full_is_not_revised():
    over = [LineStatus.CLOSED_CANCELED, LineStatus.CLOSED_RELEASED, LineStatus.CLOSED_RETURNED]

    for status in over:
        [refusal] = line_refusals(replace(GOODS, status=status), proposed(200, 2000), PATH)
        assert isinstance(refusal, WrongStatus)
        assert refusal.status == status
        assert set(over).isdisjoint(refusal.allowed)
    complete = replace(GOODS, received_percent=Decimal(100))
    assert line_refusals(complete, proposed(200, 2000), PATH) == [FullyReceived(line=1, path=PATH)]


def test_what_was_received_while_its_revision_waited_may_still_be_raised():
    complete = replace(GOODS, received_quantity=Decimal(100), received_percent=Decimal(100))

    assert line_refusals(complete, proposed(101, 1010), PATH, has_waited=True) == []
    assert line_refusals(complete, proposed(100, 1200), PATH, has_waited=True) == []
    assert [type(each) for each in line_refusals(complete, proposed(99, 990), PATH, has_waited=True)] == [
        NotAboveReceived
    ]
    assert [type(each) for each in line_refusals(complete, CANCELED, PATH, has_waited=True)] == [AlreadyReceived]


def test_goods_are_not_lowered_below_what_confirmed_invoices_bill():
    billed = replace(GOODS, received_quantity=Decimal(0), confirmed_amount=Decimal(600))
    service = replace(billed, product_type=ProductType.SERVICE, received_amount=Decimal(0))
    overdrawn = replace(billed, confirmed_amount=Decimal(1500))

    assert lowering_refusals(billed, proposed(60, 600), PATH) == []
    assert lowering_refusals(billed, proposed(100, 599), PATH) == [
        BelowInvoiced(line=1, proposed=Decimal(599), invoiced=Decimal(600), path=PATH)
    ]
    assert lowering_refusals(service, proposed(1, 599), PATH) == []
    assert lowering_refusals(overdrawn, proposed(110, 1100), PATH) == []
    assert [type(each) for each in lowering_refusals(overdrawn, proposed(99, 999), PATH)] == [BelowInvoiced]


def test_only_a_line_of_which_nothing_is_received_or_released_is_canceled():
    untouched = replace(GOODS, received_quantity=Decimal(0), received_amount=Decimal(0))
    released = replace(untouched, released_amount=Decimal(5))

    assert line_refusals(untouched, CANCELED, PATH) == []
    assert [type(each) for each in line_refusals(GOODS, CANCELED, PATH)] == [AlreadyReceived]
    assert [type(each) for each in line_refusals(released, CANCELED, PATH)] == [BelowReleased]


def test_a_budget_covers_what_is_released_and_a_line_its_milestones():
    line = replace(GOODS, received_quantity=Decimal(0), released_amount=Decimal(800), milestones=Decimal(900))

    assert line_refusals(line, proposed(1, 900), PATH) == []
    assert line_refusals(line, proposed(1, 799), PATH) == [
        BelowReleased(line=1, proposed=Decimal(799), released=Decimal(800), path=PATH),
        BelowMilestones(line=1, proposed=Decimal(799), milestones=Decimal(900), path=PATH),
    ]
    assert order_refusals(Decimal(800), Decimal(800)) == []
    assert order_refusals(Decimal(799), Decimal(800)) == [
        BelowReleased(line=None, proposed=Decimal(799), released=Decimal(800))
    ]
    assert order_refusals(Decimal(0), None) == []


def test_the_whole_new_amount_of_touched_lines_is_approved():
    assert amount_to_approve([proposed(1, 500), proposed(1, 70), CANCELED]) == 570


@pytest.mark.parametrize(
    ("total", "limit", "needed"),
    [
        ("1100", "10", Approval.NOBODY),
        ("1100.01", "10", Approval.RULES_OR_OWNER),
        ("1000", "0", Approval.NOBODY),
        ("1000.01", "0", Approval.RULES_OR_OWNER),
        ("1", None, Approval.RULES),
    ],
)
def test_the_limit_is_over_the_first_approved_amount(total: str, limit: str | None, needed: Approval):
    assert approval_needed(Decimal(total), Decimal(1000), None if limit is None else Decimal(limit)) is needed


def state(version: int, total: int, *lines: LineState, **fields: str | None) -> OrderState:
    return OrderState(
        version=version,
        currency="USD",
        total=Decimal(total),
        fields=fields,
        lines={line.key: line for line in lines},
    )


def line(number: int, amount: int, status: LineStatus = LineStatus.ORDERED, **fields: str | None) -> LineState:
    return LineState(key=number * 10, number=number, amount=Decimal(amount), status=status, fields=fields)


def test_what_differs_is_told_with_its_effect_in_money():
    before = state(1, 160, line(1, 100, quantity="1"), line(2, 50), line(3, 10), line(5, 0), name="A", same="x")
    canceled = line(2, 0, LineStatus.CLOSED_CANCELED)
    after = state(
        3, 230, line(4, 30, quantity="3"), line(1, 200, quantity="2"), canceled, line(5, 0), name="B", same="x"
    )

    found = difference(before, after)

    assert (found.from_version, found.to_version, found.effect) == (1, 3, 70)
    assert found.changes == (FieldDifference(field="name", before="A", after="B"),)
    assert [(each.kind, each.number, each.amount_before, each.amount_after, each.effect) for each in found.lines] == [
        (LineDifferenceKind.CHANGED, 1, 100, 200, 100),
        (LineDifferenceKind.CANCELED, 2, 50, 0, -50),
        (LineDifferenceKind.REMOVED, 3, 10, None, -10),
        (LineDifferenceKind.ADDED, 4, None, 30, 30),
    ]
    assert found.lines[0].changes == (FieldDifference(field="quantity", before="1", after="2"),)


def test_a_state_does_not_differ_from_itself():
    one = state(1, 100, line(1, 100, quantity="1"), name="A")

    found = difference(one, one)

    assert (found.changes, found.lines, found.effect) == ((), (), 0)
