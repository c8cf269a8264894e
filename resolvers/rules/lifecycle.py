"""Where a line stands, and where its order stands by its lines: two tables, of which the first row that holds decides.

Pure.

Source: L1, L2, L3, V2, K1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from models.statuses.orders import LineStatus, PurchaseOrderStatus

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class LineProgress:
    """Everything that decides where a line stands: of its order first, then of itself.

    `is_order_closed`: a person has closed the whole order. `is_closed`: the line was closed short; then nothing is open
    of it any more, and complete is what was received.
    """

    order_status: PurchaseOrderStatus = PurchaseOrderStatus.ORDERED
    is_issued: bool = True
    is_order_closed: bool = False
    awaits_confirmation: bool = False
    is_canceled: bool = False
    is_closed: bool = False
    awaits_revision: bool = False
    is_returned: bool = False
    is_begun: bool = False
    is_complete: bool = False
    is_billed: bool = False
    is_paid: bool = False


_LINE: Final[tuple[tuple[LineStatus, Callable[[LineProgress], bool]], ...]] = (
    (LineStatus.CLOSED_CANCELED, lambda line: line.is_canceled),
    (LineStatus.PENDING_REVISION, lambda line: line.awaits_revision and not line.is_order_closed),
    (
        LineStatus.PENDING_SUPPLIER_CONFIRMATION,
        lambda line: line.awaits_confirmation and not line.is_order_closed,
    ),
    (LineStatus.CLOSED_RETURNED, lambda line: line.is_returned),
    (LineStatus.CLOSED_RELEASED, lambda line: line.is_closed and not line.is_begun),
    (LineStatus.CLOSED_PAID, lambda line: line.is_complete and line.is_billed and line.is_paid),
    (LineStatus.CLOSED_RELEASED, lambda line: line.is_order_closed),
    (LineStatus.PAYMENT_PENDING, lambda line: line.is_complete and line.is_billed),
    (LineStatus.DELIVERED, lambda line: line.is_complete),
    (LineStatus.PARTIALLY_DELIVERED, lambda line: line.is_begun),
)
"""Of a line that is binding. What an order that a person has closed leaves open of a line is released."""


def line_status(line: LineProgress) -> LineStatus:
    """Where a line stands; before its order is issued, where the order does.

    Source: L1, L3, V2.
    """
    if not line.is_issued and not line.is_canceled:
        return LineStatus.__members__.get(line.order_status.name, LineStatus.ORDERED)
    return next((word for word, holds in _LINE if holds(line)), LineStatus.ORDERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderProgress:
    """Everything that decides where an issued order stands: `status` is where it stands now, `lines` where they do.

    `is_spent`: of a blanket order, that releases take all of it, and none waits for its approval. `awaits_revision`:
    a revision is submitted and not in force, whatever it touches.
    """

    status: PurchaseOrderStatus
    lines: frozenset[LineStatus]
    is_issued: bool = True
    is_closed: bool = False
    awaits_confirmation: bool = False
    awaits_revision: bool = False
    is_spent: bool = False


_L = LineStatus
_OUT: Final = frozenset({_L.CLOSED_CANCELED, _L.CLOSED_RELEASED})
_ACTIVE: Final = frozenset({_L.ORDERED, _L.PENDING_CANCELLATION, _L.DRAFT, _L.PENDING_APPROVAL, _L.REJECTED})
_CAME: Final = frozenset({_L.DELIVERED, _L.PAYMENT_PENDING, _L.CLOSED_PAID, _L.CLOSED_RETURNED})

_Lines = frozenset[LineStatus]


def _all(word: LineStatus) -> Callable[[_Lines], bool]:
    return lambda lines: lines == frozenset({word})


def _any(word: LineStatus) -> Callable[[_Lines], bool]:
    return lambda lines: word in lines


_ORDER: Final[tuple[tuple[PurchaseOrderStatus, Callable[[_Lines], bool]], ...]] = (
    (PurchaseOrderStatus.CLOSED_PAID, _all(_L.CLOSED_PAID)),
    (PurchaseOrderStatus.PAYMENT_PENDING, _all(_L.PAYMENT_PENDING)),
    (PurchaseOrderStatus.PENDING_REVISION, _any(_L.PENDING_REVISION)),
    (PurchaseOrderStatus.PENDING_CANCELLATION, _all(_L.PENDING_CANCELLATION)),
    (PurchaseOrderStatus.PROCESSING, _any(_L.PROCESSING)),
    (PurchaseOrderStatus.PENDING_SUBMISSION, _any(_L.PENDING_SUBMISSION)),
    (PurchaseOrderStatus.PENDING_SUPPLIER_CONFIRMATION, _any(_L.PENDING_SUPPLIER_CONFIRMATION)),
    (PurchaseOrderStatus.PARTIALLY_DELIVERED, _any(_L.PARTIALLY_DELIVERED)),
    (PurchaseOrderStatus.PARTIALLY_DELIVERED, lambda lines: bool(lines & _CAME and lines & _ACTIVE)),
    (PurchaseOrderStatus.DELIVERED, _any(_L.DELIVERED)),
    (PurchaseOrderStatus.ORDERED, lambda lines: bool(lines & _ACTIVE)),
    (PurchaseOrderStatus.PAYMENT_PENDING, _any(_L.PAYMENT_PENDING)),
    (PurchaseOrderStatus.CLOSED_PAID, _any(_L.CLOSED_PAID)),
)
"""Of the lines that count: without the canceled ones and those that were released. Lines of which some are paid and the
others returned leave nothing open: the order is paid.
"""


def order_status(order: OrderProgress) -> PurchaseOrderStatus:
    """Where an order stands: what people and workflows say until it is issued, then what its lines say.

    While a revision waits the order does, too, even where no line is touched: unless it is over.

    Source: L1, L2, K1, V2.
    """
    if not order.is_issued:
        return order.status
    lines = order.lines - _OUT
    decided = (
        (PurchaseOrderStatus.CLOSED_CANCELED, order.lines == frozenset({_L.CLOSED_CANCELED})),
        (PurchaseOrderStatus.CLOSED_RELEASED, order.is_closed or (order.lines and not lines)),
        (PurchaseOrderStatus.CLOSED_COMPLETE, order.is_spent),
        (PurchaseOrderStatus.CLOSED_CANCELED, not order.lines and order.status is PurchaseOrderStatus.CLOSED_CANCELED),
        (PurchaseOrderStatus.PENDING_REVISION, order.awaits_revision),
        (_without_lines(order), not order.lines),
        (PurchaseOrderStatus.CLOSED_RETURNED, order.lines == frozenset({_L.CLOSED_RETURNED})),
        (order.status, _L.PENDING_RETURN in lines),
        *((word, holds(lines)) for word, holds in _ORDER),
    )
    return next((word for word, holds in decided if holds), PurchaseOrderStatus.DELIVERED)


def _without_lines(order: OrderProgress) -> PurchaseOrderStatus:
    """An order without lines has nothing but the word itself that tells that it was canceled; else it is ordered."""
    if order.awaits_confirmation:
        return PurchaseOrderStatus.PENDING_SUPPLIER_CONFIRMATION
    return PurchaseOrderStatus.ORDERED
