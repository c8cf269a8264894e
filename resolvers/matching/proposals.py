"""The orders as they would be after proposed changes: what would match if PO-7 were suspended.

Pure.

Source: M9.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime
    from decimal import Decimal

    from models.statuses.orders import LineItemType
    from resolvers.matching.facts import LineFact, OrderFact


class Unchanged(Enum):
    """Stands where a proposal leaves things as they are; None would mean "no date", "not tracked"."""

    UNCHANGED = "UNCHANGED"


UNCHANGED: Final = Unchanged.UNCHANGED


@dataclass(frozen=True, slots=True, kw_only=True)
class LineProposal:
    """What would be different about a line."""

    line_id: int
    line_item_type: LineItemType | Unchanged = UNCHANGED
    start_date: date | Unchanged | None = UNCHANGED
    end_date: date | Unchanged | None = UNCHANGED
    balance: Decimal | Unchanged | None = UNCHANGED


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderProposal:
    """What would be different about an order and its lines: suspended or resumed, other dates."""

    order_id: int
    suspended: bool | Unchanged = UNCHANGED
    effective_date: date | Unchanged | None = UNCHANGED
    expiration_date: date | Unchanged | None = UNCHANGED
    lines: tuple[LineProposal, ...] = ()


def with_proposals(
    orders: Iterable[OrderFact], proposals: Iterable[OrderProposal], at: datetime
) -> tuple[OrderFact, ...]:
    """The orders as if a person had made the proposed changes at that time.

    So an order that changes also becomes the one edited last, which may decide a match (M4.4), as it would if the
    change were made. Several proposals for one order are made one after the other.

    Raises:
        LookupError: a proposal for an order or line that is not there.

    Source: M9.
    """
    changed = {order.id: order for order in orders}
    for proposal in proposals:
        if proposal.order_id not in changed:
            raise LookupError(f"no order {proposal.order_id} to change")
        changed[proposal.order_id] = _changed_order(changed[proposal.order_id], proposal, at)
    return tuple(changed.values())


def _changed_order(order: OrderFact, proposal: OrderProposal, at: datetime) -> OrderFact:
    lines = {line.id: line for line in order.lines}
    for line in proposal.lines:
        if line.line_id not in lines:
            raise LookupError(f"no line {line.line_id} on order {order.id} to change")
        lines[line.line_id] = _changed_line(lines[line.line_id], line)
    changed = replace(order, lines=tuple(lines.values()), **_changes(proposal))
    return order if changed == order else replace(changed, edited_at=at)


def _changed_line(line: LineFact, proposal: LineProposal) -> LineFact:
    return replace(line, **_changes(proposal))


def _changes(proposal: OrderProposal | LineProposal) -> dict[str, Any]:
    """What the proposal changes, by the names that proposals and facts share."""
    values = {entry.name: getattr(proposal, entry.name) for entry in fields(proposal)}
    return {
        name: value
        for name, value in values.items()
        if value is not UNCHANGED and name not in {"order_id", "line_id", "lines"}
    }
