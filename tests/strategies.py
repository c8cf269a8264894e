"""What Hypothesis draws from. The pools are small, so that facts meet, differ in one thing, and tie."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from hypothesis import strategies as st

from models.statuses.invoices import DateBasis, InvoiceCategory, InvoiceKind, OverdrawPolicy
from models.statuses.orders import LineItemType, LineStatus, PurchaseOrderStatus
from resolvers.matching.facts import (
    InvoiceFact,
    KnownLine,
    LineFact,
    OrderFact,
    OriginalInvoice,
    SellerEntity,
    Settings,
)
from resolvers.rules.balances import Allocation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hypothesis.strategies import DrawFn, SearchStrategy

T = TypeVar("T")


def mostly(usual: T, others: Iterable[T], weight: int = 3) -> SearchStrategy[T]:
    """The usual value that many times as often as all others together."""
    others = tuple(others)
    return st.sampled_from((*((usual,) * weight * len(others)), *others))


_SELLER, _OTHER_SELLER = SellerEntity(id=1, name="Seller 1"), SellerEntity(id=2, name="Seller 2")
_NUMBERS = ("PO-1", "PO-2", "PO-3", "PO-4")

small_amounts = st.sampled_from([Decimal(halves) / 2 for halves in (*range(-2, 10), 20, 40)])
"""Amounts round zero, in halves: few enough that balances are met exactly."""

balances = st.one_of(st.none(), small_amounts)
"""What may be left on a line; None: not tracked."""

amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=2)
"""Amounts of a currency with cents."""

days = st.dates(date(2024, 1, 1), date(2024, 6, 30))
"""Days of half a leap year."""

settings = st.builds(Settings, date_basis=st.sampled_from(DateBasis), overdraw=st.sampled_from(OverdrawPolicy))
"""What an organization may choose."""

_starts = mostly(None, (date(2024, 1, 1), date(2024, 2, 29), date(2024, 3, 15), date(2024, 4, 1)), weight=2)
_ends = mostly(None, (date(2024, 6, 30), date(2024, 5, 31), date(2024, 3, 1), date(2024, 2, 29)), weight=2)
_edits = st.sampled_from([datetime(2024, 1, 1, hour, tzinfo=UTC) for hour in (9, 10)])
_types = mostly(LineItemType.ALL, LineItemType, weight=1)
_agreements = st.sampled_from((None, "A-1", "A-2"))


@st.composite
def spans(draw: DrawFn) -> tuple[date, date]:
    """A first and a last day."""
    first, last = sorted((draw(days), draw(days)))
    return first, last


@st.composite
def _lines(draw: DrawFn, key: int, number: int) -> LineFact:
    """A line of any type. Keys of lines go against their numbers."""
    return LineFact(
        id=key * 10 - number,
        number=number,
        line_item_type=draw(_types),
        status=draw(mostly(LineStatus.ORDERED, LineStatus)),
        start_date=draw(_starts),
        end_date=draw(_ends),
        agreement_id=draw(_agreements),
        balance=draw(balances),
    )


@st.composite
def _orders(draw: DrawFn, key: int) -> OrderFact:
    """An order with up to three lines, and whatever may drop it."""
    return OrderFact(
        id=key,
        number=_NUMBERS[key % len(_NUMBERS)],
        status=draw(mostly(PurchaseOrderStatus.ORDERED, PurchaseOrderStatus, weight=5)),
        issued=draw(mostly(usual=True, others=[False], weight=9)),
        suspended=draw(mostly(usual=False, others=[True], weight=9)),
        currency=draw(mostly("USD", ["EUR"], weight=9)),
        effective_date=draw(_starts),
        expiration_date=draw(_ends),
        seller_entities=draw(mostly(frozenset[SellerEntity](), [frozenset({_SELLER}), frozenset({_OTHER_SELLER})])),
        tax_registration_numbers=draw(mostly(frozenset[str](), [frozenset({"DE1"}), frozenset({"DE1", "DE2"})])),
        invoice_units=draw(mostly(frozenset[str](), [frozenset({"Research"}), frozenset({"Sales", "Research"})])),
        edited_at=draw(_edits),
        lines=tuple(draw(_lines(key, number)) for number in range(1, draw(st.sampled_from((0, 1, 2, 2, 3, 3, 3))) + 1)),
    )


@st.composite
def many_orders(draw: DrawFn) -> list[OrderFact]:
    """Up to four orders of one organization."""
    return [draw(_orders(key)) for key in range(1, draw(st.sampled_from((0, 1, 2, 3, 4, 4))) + 1)]


_known_lines = st.builds(
    KnownLine,
    order_id=st.integers(1, 5),
    line_id=st.integers(7, 9),
    order_number=st.sampled_from(_NUMBERS),
    line_number=st.integers(1, 3),
    currency=mostly("USD", ["EUR"]),
    balance=balances,
)

_originals = st.builds(
    OriginalInvoice,
    number=st.just("INV-1"),
    recorded=st.booleans(),
    lines=st.lists(_known_lines, max_size=2, unique_by=lambda line: line.key).map(tuple),
)


@st.composite
def invoices(draw: DrawFn) -> InvoiceFact:
    """An invoice in dollars."""
    return InvoiceFact(
        category=draw(st.sampled_from(InvoiceCategory)),
        currency="USD",
        amount=draw(small_amounts),
        invoice_date=draw(st.sampled_from((date(2024, 2, 29), date(2024, 3, 31), date(2024, 4, 1)))),
        billing_period=draw(
            st.sampled_from(
                (
                    None,
                    (date(2024, 3, 1), date(2024, 3, 31)),
                    (date(2024, 2, 29), date(2024, 3, 15)),
                    (date(2024, 4, 1), date(2024, 6, 30)),
                )
            )
        ),
        seller_entity=draw(mostly(_SELLER, [None])),
        purchase_order_number=draw(mostly(None, ("PO-1", "PO-2", "PO-9"))),
        agreement_id=draw(_agreements),
        tax_registration_number=draw(mostly("DE1", [None, "DE2"])),
        invoice_unit=draw(mostly("Research", [None, "Sales"])),
    )


@st.composite
def credit_memos(draw: DrawFn) -> InvoiceFact:
    """A credit memo, or another document, that names an original."""
    invoice = draw(invoices())
    changes: dict[str, Any] = {
        "kind": draw(mostly(InvoiceKind.CREDIT_MEMO, InvoiceKind)),
        "original": draw(_originals),
    }
    return replace(invoice, **changes)


@st.composite
def close_calls(draw: DrawFn) -> tuple[InvoiceFact, list[OrderFact]]:
    """An invoice and orders whose lines can all take it, or nearly all, so that the ranking has to decide."""
    transaction = draw(st.booleans())
    types = (LineItemType.MARKETPLACE_TRANSACTION,) if transaction else (LineItemType.ALL, LineItemType.MONTHLY_USAGE)
    orders = [
        replace(
            order,
            number="PO-1" if transaction else order.number,
            status=PurchaseOrderStatus.ORDERED,
            issued=True,
            suspended=False,
            currency="USD",
            seller_entities=frozenset[SellerEntity](),
            effective_date=draw(st.sampled_from((None, date(2024, 1, 1)))),
            expiration_date=draw(st.sampled_from((None, date(2024, 12, 31)))),
            lines=tuple(
                replace(
                    line,
                    line_item_type=draw(st.sampled_from(types)),
                    status=LineStatus.ORDERED,
                    start_date=draw(st.sampled_from((None, date(2024, 2, 1)))),
                    end_date=draw(st.sampled_from((None, date(2024, 3, 31)))),
                )
                for line in order.lines
            ),
        )
        for order in draw(many_orders())
    ]
    invoice = replace(
        draw(invoices()),
        category=InvoiceCategory.MARKETPLACE if transaction else InvoiceCategory.USAGE,
        billing_period=(date(2024, 3, 1), date(2024, 3, 31)),
        invoice_date=date(2024, 3, 31),
        purchase_order_number="PO-1" if transaction else None,
        tax_registration_number="DE1",
        invoice_unit="Research",
    )
    return invoice, orders


cases = st.one_of(
    st.tuples(invoices(), many_orders()), st.tuples(credit_memos(), many_orders()), close_calls(), close_calls()
)
"""An invoice and the orders of its organization."""


@st.composite
def allocations(draw: DrawFn) -> Allocation:
    """What an invoice takes from a line, or gives back."""
    first, last = draw(spans())
    return Allocation(
        invoice_id=draw(st.integers(1, 5)),
        amount=draw(amounts),
        quantity=draw(st.sampled_from((None, Decimal(-1), Decimal(2)))),
        first_day=first,
        last_day=last,
    )
