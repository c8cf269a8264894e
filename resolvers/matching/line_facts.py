"""What mapping the lines of an invoice is told: the lines, and the orders that they name.

Pure.

Source: M8.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING

from models.statuses.orders import LineStatus
from models.values import ZERO
from resolvers.matching.facts import LineKey
from resolvers.rules.text import search_words

if TYPE_CHECKING:
    from resolvers.matching.facts import OrderFact


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledLine:
    """A line of an invoice, as far as mapping looks at it. Amount and quantity are negative where it gives back.

    `order_numbers` are of the orders that it can belong to: the one that it names, else the one that its invoice names;
    those of the original invoice, where a credit memo follows that.
    """

    id: int
    number: int
    amount: Decimal
    order_numbers: tuple[str, ...] = ()
    order_line_number: int | None = None
    part_number: str | None = None
    description: str | None = None
    quantity: Decimal | None = None
    unit_price: Decimal | None = None

    @property
    def words(self) -> frozenset[str]:
        """What its text is compared by."""
        return _words(self.description, self.part_number)

    def has_price(self, price: Decimal) -> bool:
        """Whether that is its unit price; one that it does not say follows from amount and quantity."""
        if self.unit_price is not None:
            return abs(self.unit_price) == price
        if not self.quantity:
            return False
        with localcontext(prec=80):
            return abs(self.amount) == abs(self.quantity) * price


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedLine:
    """A line of an order, as far as mapping looks at it.

    `open_quantity` is what of it can still be billed; where the invoice gives back, what of it can be given back.
    """

    id: int
    number: int
    unit_price: Decimal
    open_quantity: Decimal = ZERO
    status: LineStatus = LineStatus.ORDERED
    part_number: str | None = None
    description: str | None = None

    @property
    def words(self) -> frozenset[str]:
        """What its text is compared by."""
        return _words(self.description, self.part_number)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedOrder:
    """An order that the invoice names, with its lines."""

    order: OrderFact
    lines: tuple[OrderedLine, ...] = ()

    def key_of(self, line: OrderedLine) -> LineKey:
        """Which line it is."""
        return LineKey(self.order.id, line.id)

    def label_of(self, line: OrderedLine) -> str:
        """Line 2 of PO-7, as it stands inside a sentence."""
        return f"line {line.number} of {self.order.number}"


def same_part(one: str | None, other: str | None) -> bool:
    """Whether two part numbers are the same one: letters of either case, and blanks around it, make no difference."""
    return one is not None and other is not None and one.strip().casefold() == other.strip().casefold()


def _words(*texts: str | None) -> frozenset[str]:
    return frozenset(word for text in texts if text for word in search_words(text, most=None))
