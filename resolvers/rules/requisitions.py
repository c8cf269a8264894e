"""What of a requisition is ordered, and where it stands by that.

Pure.

Source: O10.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.statuses.orders import RequisitionStatus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedLine:
    """How much was asked for, and how much of it order lines hold: without what was canceled or closed short."""

    quantity: Decimal
    ordered: Decimal


def requisition_status(lines: Sequence[RequestedLine], *, is_submitted: bool, is_canceled: bool) -> RequisitionStatus:
    """Where a requisition stands: ordered once every line is, in full; what is given back opens it again.

    Source: O10.
    """
    if is_canceled:
        return RequisitionStatus.CANCELED
    if not is_submitted:
        return RequisitionStatus.DRAFT
    if lines and all(line.ordered >= line.quantity for line in lines):
        return RequisitionStatus.ORDERED
    if any(line.ordered > 0 for line in lines):
        return RequisitionStatus.PARTIALLY_ORDERED
    return RequisitionStatus.SUBMITTED
