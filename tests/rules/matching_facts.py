"""Makers of the facts that matching is told: each makes a valid whole, a test states only what it is about.

The key of an order is the figure in its number (PO-7 → 7); the key of a line is 100 times that, plus its own number.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from models.statuses.orders import LineItemType, PurchaseOrderStatus
from resolvers.matching.facts import InvoiceFact, KnownLine, LineFact, OrderFact, SellerEntity, Settings
from resolvers.matching.ranking import match

if TYPE_CHECKING:
    from resolvers.matching.candidates import Candidate
    from resolvers.matching.ranking import Match

MARCH = (date(2025, 3, 1), date(2025, 3, 31))
APRIL = (date(2025, 4, 1), date(2025, 4, 30))
MAY = (date(2025, 5, 1), date(2025, 5, 31))
JUNE = (date(2025, 6, 1), date(2025, 6, 30))
JULY = (date(2025, 7, 1), date(2025, 7, 31))

INC = SellerEntity(id=1, name="Northwind, Inc.")
SARL = SellerEntity(id=2, name="Northwind SARL")
GMBH = SellerEntity(id=3, name="Northwind GmbH")


def make_invoice(amount: str = "100", **changes: Any) -> InvoiceFact:
    """A usage invoice of March 2025, dated 2025-04-03, in USD."""
    invoice = InvoiceFact(
        currency="USD", amount=Decimal(amount), invoice_date=date(2025, 4, 3), billing_period=MARCH, seller_entity=INC
    )
    return replace(invoice, **changes)


def make_line(number: int = 1, balance: str | None = None, **changes: Any) -> LineFact:
    """An ordered line for every category, as long as its order."""
    left = None if balance is None else Decimal(balance)
    return replace(LineFact(id=number, number=number, line_item_type=LineItemType.ALL, balance=left), **changes)


def make_order(number: str = "PO-7", *lines: LineFact, **changes: Any) -> OrderFact:
    """An issued order in USD for 2025, with one line if not told otherwise."""
    key = int("".join(re.findall(r"\d", number)))
    order = OrderFact(
        id=key,
        number=number,
        status=PurchaseOrderStatus.ORDERED,
        currency="USD",
        effective_date=date(2025, 1, 1),
        expiration_date=date(2025, 12, 31),
        edited_at=datetime(2025, 1, 15, 9, tzinfo=UTC),
        lines=tuple(replace(line, id=key * 100 + line.number) for line in (lines or (make_line(),))),
    )
    return replace(order, **changes)


def make_known_line(order: OrderFact, number: int = 1) -> KnownLine:
    """The line of that number on the order, as an invoice's place."""
    (line,) = (line for line in order.lines if line.number == number)
    return KnownLine(
        order_id=order.id,
        line_id=line.id,
        order_number=order.number,
        line_number=line.number,
        currency=order.currency,
        balance=line.balance,
    )


def found(invoice: InvoiceFact, *orders: OrderFact, **settings: Any) -> Match:
    """The match of the invoice among the orders."""
    return match(invoice, orders, Settings(**settings))


def places(match: Match) -> list[tuple[int, int | None]]:
    """The ranked lines, best first, by the keys of order and line."""
    return [entry[:2] for entry in match.ranked]


def why(entry: Candidate) -> tuple[str, str]:
    """What dropped or outranked the candidate: criterion and sentence."""
    return str(entry.criterion), entry.reason
