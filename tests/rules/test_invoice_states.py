"""What may be done with an invoice, where it stands afterwards, and what its lines take."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.statuses.invoices import InvoiceLineStatus, InvoiceStatus
from resolvers.rules.invoice_states import (
    ALLOWED,
    InvoiceAction,
    header_after,
    is_payable,
    moved_lines,
    status_when_paid,
)
from resolvers.rules.invoicing import COUNTS_NOWHERE
from resolvers.rules.line_shares import Parted, Share, Whole, parted, remainder, reopens_quantity

LINE, STATUS, ACTION = InvoiceLineStatus, InvoiceStatus, InvoiceAction
R, A, C, X = LINE.REQUIRES_REVIEW, LINE.APPROVED, LINE.CONFIRMED, LINE.REJECTED


@pytest.mark.parametrize(
    ("action", "status", "lines", "whole", "after"),
    [
        (ACTION.CONFIRM, STATUS.MATCHED, [C, R], True, STATUS.MATCHED),
        (ACTION.CONFIRM, STATUS.MATCHED, [C, C], False, STATUS.CONFIRMED),
        (ACTION.CONFIRM, STATUS.APPROVED, [C, A], False, STATUS.APPROVED),
        (ACTION.CONFIRM, STATUS.DISCREPANCIES_FOUND, [C, R], False, STATUS.DISCREPANCIES_FOUND),
        (ACTION.CONFIRM, STATUS.MATCHED, [], True, STATUS.CONFIRMED),
        (ACTION.APPROVE, STATUS.MATCHED, [A, R], False, STATUS.MATCHED),
        (ACTION.APPROVE, STATUS.MATCHED, [A, C], False, STATUS.APPROVED),
        (ACTION.APPROVE, STATUS.DISCREPANCIES_FOUND, [A, A], True, STATUS.DISCREPANCIES_FOUND),
        (ACTION.APPROVE, STATUS.MATCHED, [], True, STATUS.APPROVED),
        (ACTION.REJECT, STATUS.MATCHED, [X, C], False, STATUS.REJECTED),
    ],
)
def test_where_an_invoice_stands_follows_from_its_lines(
    action: InvoiceAction, status: InvoiceStatus, lines: list[InvoiceLineStatus], *, whole: bool, after: InvoiceStatus
):
    assert header_after(action, status, lines, whole=whole) is after


def test_lines_only_move_forward_and_only_those_that_are_meant():
    lines = {1: R, 2: A, 3: C}

    assert moved_lines(ACTION.CONFIRM, lines, None) == {1: C, 2: C}
    assert moved_lines(ACTION.APPROVE, lines, None) == {1: A}
    assert moved_lines(ACTION.APPROVE, lines, [3]) == {}
    assert moved_lines(ACTION.REJECT, lines, [3]) == {3: X}


def test_what_counts_nowhere_can_be_neither_approved_nor_confirmed_nor_paid():
    for action in (ACTION.APPROVE, ACTION.CONFIRM, ACTION.PAY):
        assert not set(ALLOWED[action]) & set(COUNTS_NOWHERE)


@pytest.mark.parametrize(
    ("amount", "total", "paid", "payable"),
    [
        ("100", "100", "0", True),
        ("0.01", "100", "99.99", True),
        ("0.02", "100", "99.99", False),
        ("0", "100", "0", False),
        ("-1", "100", "50", False),
        ("-80", "-80", "0", True),
        ("-80.01", "-80", "0", False),
        ("1", "-80", "0", False),
    ],
)
def test_never_more_is_paid_than_is_open(amount: str, total: str, paid: str, *, payable: bool):
    assert is_payable(Decimal(amount), Decimal(total), Decimal(paid)) is payable


def test_an_invoice_is_paid_when_all_of_it_is():
    paid = [status_when_paid(Decimal(100), Decimal(each)) for each in ("0", "99.99", "100")]

    assert paid == [STATUS.CONFIRMED, STATUS.PENDING_PAYMENT, STATUS.PAID]


# What lines take.


def whole(amount: str = "100", quantity: str | None = "10", tax: str = "0", *, gives_back: bool = False) -> Whole:
    return Whole(
        currency="USD",
        amount=Decimal(amount),
        quantity=None if quantity is None else Decimal(quantity),
        tax=Decimal(tax),
        gives_back=gives_back,
    )


def part(amount: str, quantity: str | None, tax: str = "0") -> Parted:
    return Parted(amount=Decimal(amount), quantity=None if quantity is None else Decimal(quantity), tax=Decimal(tax))


def share(amount: str | None = None, quantity: str | None = None) -> Share:
    numbers = [None if each is None else Decimal(each) for each in (amount, quantity)]
    return Share(amount=numbers[0], quantity=numbers[1])


@pytest.mark.parametrize(
    ("line", "shares", "parts"),
    [
        (whole(tax="19"), [share()], [part("100", "10", "19")]),
        (whole(), [share(quantity="3"), share("70")], [part("30", "3"), part("70", "7")]),
        (whole(), [share("30"), share()], [part("30", "3"), part("70", "7")]),
        (whole(quantity=None), [share("30"), share("70", "2")], [part("30", None), part("70", "2")]),
        (whole("10", "3"), [share("5"), share("5")], [part("5", "1.5"), part("5", "1.5")]),
        (whole(tax="10"), [share("40")], [part("40", "4", "4")]),
        (whole("-100", "10", gives_back=True), [share()], [part("-100", "-10")]),
        (
            whole("-100", "-10", gives_back=True),
            [share(quantity="-4"), share()],
            [part("-40", "-4"), part("-60", "-6")],
        ),
        (whole("-5", "1"), [share()], [part("-5", "-1")]),
    ],
)
def test_what_is_not_said_of_a_part_follows_from_the_rest(line: Whole, shares: list[Share], parts: list[Parted]):
    assert parted(line, shares) == parts


cents = st.integers(1, 100_000).map(lambda units: Decimal(units) / 100)


@given(cents, st.integers(1, 1000).map(Decimal), st.lists(st.integers(0, 100), min_size=1, max_size=5), cents)
def test_parts_by_amount_that_make_the_whole_leave_nothing(
    amount: Decimal, quantity: Decimal, weights: list[int], tax: Decimal
):
    line = Whole(currency="USD", amount=amount, quantity=quantity, tax=tax)
    given_amounts = [Share(amount=amount * weight / 1000) for weight in weights]

    parts = parted(line, [*(Share(amount=each.amount) for each in given_amounts), Share()])

    assert remainder(line, parts) == (0, 0)
    assert sum(each.tax for each in parts) == tax


@pytest.mark.parametrize(
    ("gives_back", "said", "quantity", "reopens"),
    [
        (False, False, None, True),
        (True, None, Decimal(-5), True),
        (True, None, None, False),
        (True, False, Decimal(-5), False),
        (True, True, None, True),
    ],
)
def test_a_credit_with_a_quantity_reopens_it_unless_it_says_otherwise(
    *, gives_back: bool, said: bool | None, quantity: Decimal | None, reopens: bool
):
    assert reopens_quantity(gives_back=gives_back, said=said, quantity=quantity) is reopens
