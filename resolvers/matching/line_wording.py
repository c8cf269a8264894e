"""The sentences that explain where the lines of an invoice went, for a person in accounts payable.

Each docstring is an example of what its function says.

Pure.

Source: M8.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.values import plain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal
    from fractions import Fraction

    from resolvers.matching.line_facts import BilledLine, NamedOrder, OrderedLine


# About one line of the invoice.


def named(order: NamedOrder, line: OrderedLine) -> str:
    """The invoice line names line 2 of PO-7."""
    return f"The invoice line names {order.label_of(line)}."


def same_part_number(order: NamedOrder, line: OrderedLine) -> str:
    """Line 2 of PO-7 is the only one with part number X-1."""
    return f"{_opening(order, line)} is the only one with part number {(line.part_number or '').strip()}."


def only_fit(order: NamedOrder, line: OrderedLine) -> str:
    """Line 2 of PO-7 is the only one with that unit price and enough open quantity."""
    return f"{_opening(order, line)} is the only one with that unit price and enough open quantity."


def likest(order: NamedOrder, line: OrderedLine, likeness: Fraction, fitting: int) -> str:
    """Line 2 of PO-7 is the likest of 3 lines with that unit price and enough open quantity: 50 % of the words."""
    share = _percent(likeness)
    several = f"{fitting} lines with that unit price and enough open quantity"
    return f"{_opening(order, line)} is the likest of {several}: {share} of the words."


def names_no_order() -> str:
    """The invoice line names no order, and neither does the invoice."""
    return "The invoice line names no order, and neither does the invoice."


def unknown_order(numbers: Sequence[str]) -> str:
    """The supplier has no purchase order PO-8."""
    return f"The supplier has no purchase order {' or '.join(sorted(numbers))}."


def nothing_fits(looked_at: int) -> str:
    """None of 4 lines has its part number, or its unit price and enough open quantity."""
    if not looked_at:
        return "The order has no line that could take it."
    lines = "The only line has neither" if looked_at == 1 else f"None of {looked_at} lines has"
    nor = "nor" if looked_at == 1 else "or"
    return f"{lines} its part number, {nor} its unit price and enough open quantity."


def named_is_out(order: NamedOrder, line: OrderedLine, drop: str) -> str:
    """The invoice line names line 2 of PO-7. Line 2 of PO-7 is canceled."""
    return f"{named(order, line)} {drop}"


def equally_good(labels: Sequence[str]) -> str:
    """Line 1 of PO-7 and line 2 of PO-7 fit equally well: a person has to choose."""
    *others, last = labels
    together = f"{', '.join(others)} and {last}"
    return f"{together[0].upper()}{together[1:]} fit equally well: a person has to choose."


# About one line of an order that is not the one.


def other_named(order: NamedOrder, line: OrderedLine, chosen: str) -> str:
    """Line 3 of PO-7 is another one: the invoice line names line 2 of PO-7."""
    return f"{_opening(order, line)} is another one: the invoice line names {chosen}."


def other_part(order: NamedOrder, line: OrderedLine, part_number: str) -> str:
    """Line 3 of PO-7 has part number X-2; the invoice line has X-1."""
    has = f"part number {line.part_number.strip()}" if line.part_number else "no part number"
    return f"{_opening(order, line)} has {has}; the invoice line has {part_number.strip()}."


def other_price(order: NamedOrder, line: OrderedLine, billed: BilledLine) -> str:
    """Line 3 of PO-7 costs 7 for one; the invoice line bills 8."""
    price = f"bills {plain(abs(billed.unit_price))}" if billed.unit_price is not None else "does not come to that"
    return f"{_opening(order, line)} costs {plain(line.unit_price)} for one; the invoice line {price}."


def too_little_open(order: NamedOrder, line: OrderedLine, left: Decimal, wanted: Decimal) -> str:
    """Line 3 of PO-7 has 2 open, less than the 5 of the invoice line."""
    return f"{_opening(order, line)} has {plain(left)} open, less than the {plain(wanted)} of the invoice line."


def less_like(order: NamedOrder, line: OrderedLine, likeness: Fraction, best: Fraction) -> str:
    """Line 3 of PO-7 has 25 % of the words in common with the invoice line; the best has 50 %."""
    return (
        f"{_opening(order, line)} has {_percent(likeness)} of the words in common with the invoice line;"
        f" the best has {_percent(best)}."
    )


# About the invoice.


def mapped(counted: int, orders: Sequence[str]) -> str:
    """All 3 lines of the invoice belong to lines of PO-7 and PO-9."""
    lines = (
        "The line of the invoice belongs to a line"
        if counted == 1
        else f"All {counted} lines of the invoice belong to lines"
    )
    return f"{lines} of {_listed(orders)}."


def partly_mapped(counted: int, placed: int, left: Sequence[int], orders: Sequence[str]) -> str:
    """2 of 3 lines of the invoice belong to lines of PO-7; line 3 is left for a person."""
    where = f"{placed} of {counted} lines of the invoice {'belongs' if placed == 1 else 'belong'}"
    return f"{where} to lines of {_listed(orders)}; {_left(left)}."


def nothing_mapped(left: Sequence[int], first_reason: str) -> str:
    """No line of the invoice finds an order line. Line 1: The supplier has no purchase order PO-8."""
    return f"No line of the invoice finds an order line. Line {left[0]}: {first_reason}"


# Parts of sentences.

MOST_LISTED = 10


def _left(numbers: Sequence[int]) -> str:
    shown = [str(number) for number in numbers[:MOST_LISTED]]
    more = len(numbers) - len(shown)
    if len(numbers) == 1:
        return f"line {shown[0]} is left for a person"
    listed = f"{', '.join(shown)} and {more} more" if more else f"{', '.join(shown[:-1])} and {shown[-1]}"
    return f"lines {listed} are left for a person"


def _listed(names: Sequence[str]) -> str:
    *others, last = sorted(names)
    return f"{', '.join(others)} and {last}" if others else last


def _opening(order: NamedOrder, line: OrderedLine) -> str:
    return f"Line {line.number} of {order.order.number}"


def _percent(share: Fraction) -> str:
    return f"{share.numerator * 100 // share.denominator} %"
