"""What receipts and milestones keep their order line from: going away, or being delivered in another way.

Source: L6, R1, R5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from models.receiving import Milestone, ReceiptLine
from models.statuses.receiving import MilestoneStatus
from models.values import ZERO
from resolvers.errors_approvals import Documented
from resolvers.errors_receiving import MilestonesTooLarge
from resolvers.rules.balances import line_amount
from resolvers.rules.text import api_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from models.purchase_order import PurchaseOrderLine
    from resolvers.errors import Refusal
    from resolvers.rules.text import Path

_WAYS: Final = ("product_type", "acknowledgment_type", "milestone_payout")
"""What decides how a line is delivered. R1."""


async def removal_refusals(line: PurchaseOrderLine, path: Path) -> list[Refusal]:
    """A line that was received stays: its receipts rest on it, even canceled ones.

    Source: L6.
    """
    if await ReceiptLine.filter(line_id=line.id).exists():
        return [Documented(kinds=("receipts",), path=path)]
    return []


async def change_refusals(line: PurchaseOrderLine, columns: Mapping[str, Any], path: Path) -> list[Refusal]:
    """Another way of delivery for a line with receipts or milestones; milestones worth more than the line would be.

    Source: R1, R5.
    """
    other_ways = [name for name in _WAYS if columns[name] != getattr(line, name)]
    amount = line_amount(columns["quantity"], columns["unit_price"], columns["discount"], line.currency)
    if not other_ways and amount >= line.amount:
        return []
    milestones = await Milestone.filter(line_id=line.id).exclude(status=MilestoneStatus.CLOSED_CANCELED)
    if other_ways:
        documents = ("receipts",) * await ReceiptLine.filter(line_id=line.id).exists()
        kinds = (*documents, *(("milestones",) if milestones else ()))
        return [Documented(kinds=kinds, path=(*path, api_name(other_ways[0])))] if kinds else []
    worth = sum((each.amount for each in milestones if each.amount is not None), ZERO)
    if worth <= amount:
        return []
    return [
        MilestonesTooLarge(
            line=line.number, limit=amount, others=worth, offered=ZERO, unit=line.currency, path=(*path, "quantity")
        )
    ]
