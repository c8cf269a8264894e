"""What of a requisition is ordered: which lines, how much of each, and which of them make one order together.

Pure.

Source: O10.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.statuses.orders import OrderType
from models.values import QUANTITY_PLACES, ZERO
from resolvers.errors import InvalidAmount, InvalidValue, NotFound
from resolvers.errors_sourcing import NothingOpen, OpenQuantityExceeded, RequisitionIncomplete

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from resolvers.errors import Refusal
    from resolvers.rules.text import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedLine:
    """A line of a requisition, as far as ordering it depends on it."""

    id: int
    number: int
    quantity: Decimal
    ordered: Decimal = ZERO
    unit: str = "INDIVIDUAL_UNIT"
    supplier_id: int | None = None
    business_owner_id: int | None = None
    order_type: OrderType = OrderType.STANDARD
    shipping_method_id: int | None = None

    @property
    def open(self) -> Decimal:
        """What is not ordered yet."""
        return max(self.quantity - self.ordered, ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A line that somebody wants ordered: all that is open of it, unless a quantity is given. `text` is as it came."""

    line_id: int | None
    text: str
    path: Path
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """So much of a line is ordered; `path` leads to where that was said."""

    line: AskedLine
    quantity: Decimal
    path: Path = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Lines that make one order."""

    supplier_id: int
    business_owner_id: int
    order_type: OrderType
    shipping_method_id: int | None
    taken: tuple[Taken, ...]


def taken_lines(
    requisition: str, lines: Sequence[AskedLine], wanted: Sequence[Wanted] | None
) -> tuple[list[Taken], list[Refusal]]:
    """What is ordered of a requisition: the wanted quantities, or everything that is open; and why it cannot be.

    Source: O10.
    """
    if wanted is None:
        taken = [Taken(line=line, quantity=line.open) for line in lines if line.open > 0]
        refusals: list[Refusal] = [] if taken else [NothingOpen(requisition=requisition)]
        return taken, refusals + _sourcing_refusals(taken)
    if not wanted:
        return [], [
            InvalidValue(value="[]", expected="name at least one line, or none at all for all", path=("lines",))
        ]
    taken, refusals = [], []
    known = {line.id: line for line in lines}
    for each in wanted:
        line = known.get(each.line_id or 0)
        if line is None:
            refusals.append(NotFound(kind="line of the requisition", key=each.text, path=(*each.path, "lineId")))
        elif any(one.line.id == line.id for one in taken):
            again = "it is in the list already"
            refusals.append(InvalidValue(value=each.text, expected=again, path=(*each.path, "lineId")))
        else:
            quantity = line.open if each.quantity is None else each.quantity
            taken.append(Taken(line=line, quantity=quantity, path=each.path))
            refusals += _quantity_refusals(line, quantity, each.path)
    return taken, refusals + _sourcing_refusals(taken)


def grouped(taken: Iterable[Taken], default_owner: int) -> list[Group]:
    """The orders that the lines make: one for each supplier, business owner, order type and shipping method.

    Groups stand in the order of their first lines, lines by number. Without a business owner a line is the requester's.

    Source: O10.
    """
    groups: dict[tuple[int, int, OrderType, int | None], list[Taken]] = {}
    for each in sorted(taken, key=lambda one: one.line.number):
        line = each.line
        if line.supplier_id is None:
            raise ValueError(f"line {line.number} has no supplier")
        key = (line.supplier_id, line.business_owner_id or default_owner, line.order_type, line.shipping_method_id)
        groups.setdefault(key, []).append(each)
    return [
        Group(
            supplier_id=supplier,
            business_owner_id=owner,
            order_type=kind,
            shipping_method_id=method,
            taken=tuple(lines),
        )
        for (supplier, owner, kind, method), lines in groups.items()
    ]


def is_ordered_at_once(total: Decimal, *, auto_order: bool, threshold: Decimal) -> bool:
    """Whether a requisition is ordered as soon as it is submitted: a threshold of 0 means any amount.

    Threshold 500: 500.00 is, 500.01 is not.

    Source: O10.
    """
    return auto_order and (threshold == ZERO or total <= threshold)


def _quantity_refusals(line: AskedLine, quantity: Decimal, path: Path) -> list[Refusal]:
    here = (*path, "quantity")
    if line.open == ZERO or quantity > line.open:
        return [OpenQuantityExceeded(line=line.number, asked=quantity, open=line.open, unit=line.unit, path=here)]
    if quantity <= ZERO:
        return [InvalidAmount(amount=quantity, least=ZERO, greatest=line.open, places=QUANTITY_PLACES, path=here)]
    return []


def _sourcing_refusals(taken: Iterable[Taken]) -> list[Refusal]:
    return [
        RequisitionIncomplete(missing="supplier", line=each.line.number, path=each.path)
        for each in taken
        if each.line.supplier_id is None
    ]
