"""Whether an order, or a line, serves invoices: decided by its lifecycle, its dates and the suspend switch.

Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from models.statuses.orders import LineStatus, MatchingStatus, PurchaseOrderStatus

if TYPE_CHECKING:
    from datetime import date

CLOSED_TO_INVOICES: Final = (
    PurchaseOrderStatus.CLOSED_RELEASED,
    PurchaseOrderStatus.CLOSED_CANCELED,
    PurchaseOrderStatus.CLOSED_RETURNED,
    PurchaseOrderStatus.CLOSED_COMPLETE,
)
"""An order in one of these serves no invoice any more. CLOSED_PAID is not among them: paid orders serve on. L5."""

LINES_NOT_IN_FORCE: Final = (
    LineStatus.DRAFT,
    LineStatus.PENDING_APPROVAL,
    LineStatus.REJECTED,
    LineStatus.CLOSED_RELEASED,
    LineStatus.CLOSED_CANCELED,
    LineStatus.CLOSED_RETURNED,
)
"""A line in one of these serves no invoice, whatever its order does: not yet binding, or over."""


def takes_part(status: PurchaseOrderStatus, *, issued: bool) -> bool:
    """Whether the order takes part in matching: issued, and not closed to invoices.

    Being suspended, scheduled or expired is another question: a suspended order takes part and drops out with that
    reason, and expiry is judged against the billing period, not against today.

    Source: L5, M2.
    """
    return issued and status not in CLOSED_TO_INVOICES


def line_is_in_force(status: LineStatus) -> bool:
    """Whether a line of an issued order can take an invoice: binding, and not canceled, returned or closed short.

    A line that is paid in full still can, as its order does.

    Source: L1, L5.
    """
    return status not in LINES_NOT_IN_FORCE


def matching_status(  # noqa: PLR0913 - these six decide it, and nothing else does
    status: PurchaseOrderStatus,
    *,
    issued: bool,
    suspended: bool,
    effective_date: date | None,
    expiration_date: date | None,
    today: date,
) -> MatchingStatus:
    """How the order stands today, the first that holds: not issued, closed, expired, suspended, scheduled, active.

    The expiration date is the last day in force: an order that expires on 2025-12-31 is active on that day and expired
    on the next. One that is paid in full shows by its dates, for it still serves invoices.

    Source: L4, L5.
    """
    if not issued:
        return MatchingStatus.NOT_ISSUED
    if status in CLOSED_TO_INVOICES:
        return MatchingStatus.CLOSED
    if expiration_date is not None and expiration_date < today:
        return MatchingStatus.SUSPENDED_EXPIRED if suspended else MatchingStatus.EXPIRED
    if suspended:
        return MatchingStatus.SUSPENDED
    if effective_date is not None and today < effective_date:
        return MatchingStatus.SCHEDULED
    return MatchingStatus.ACTIVE
