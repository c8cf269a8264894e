"""What receipts, milestones and invoices keep their order line from: going away, being delivered in another way, or
falling to what has come of it.

Source: L6, R1, R5, V1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from models.receiving import Milestone, ReceiptLine
from models.statuses.receiving import MilestoneStatus
from models.values import ZERO
from resolvers.errors_approvals import Documented
from resolvers.errors_receiving import MilestonesTooLarge
from resolvers.rules.balances import line_amount
from resolvers.rules.revisions import ProposedLine, StandingLine, lowering_refusals
from resolvers.rules.text import api_name

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

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


async def way_refusals(line: PurchaseOrderLine, columns: Mapping[str, Any], path: Path) -> list[Refusal]:
    """Another way of delivery for a line with receipts or milestones.

    Source: R1.
    """
    other_ways = [name for name in _WAYS if columns[name] != getattr(line, name)]
    if not other_ways:
        return []
    documents = ("receipts",) * await ReceiptLine.filter(line_id=line.id).exists()
    milestones = Milestone.filter(line_id=line.id).exclude(status=MilestoneStatus.CLOSED_CANCELED)
    kinds = (*documents, *("milestones",) * await milestones.exists())
    return [Documented(kinds=kinds, path=(*path, api_name(other_ways[0])))] if kinds else []


async def change_refusals(line: PurchaseOrderLine, columns: Mapping[str, Any], path: Path) -> list[Refusal]:
    """Why a line cannot be changed at once: delivered in another way, lowered to what has come of it or below what is
    billed, or worth less than its milestones.

    Source: R1, R5, V1.
    """
    if ways := await way_refusals(line, columns, path):
        return ways
    amount = line_amount(columns["quantity"], columns["unit_price"], columns["discount"], line.currency)
    found = lowering_refusals(standing_line(line), ProposedLine(quantity=columns["quantity"], amount=amount), path)
    if amount >= line.amount:
        return found
    milestones = await Milestone.filter(line_id=line.id).exclude(status=MilestoneStatus.CLOSED_CANCELED)
    worth = sum((each.amount for each in milestones if each.amount is not None), ZERO)
    if worth > amount:
        found.append(
            MilestonesTooLarge(
                line=line.number, limit=amount, others=worth, offered=ZERO, unit=line.currency, path=(*path, "quantity")
            )
        )
    return found


def standing_line(line: PurchaseOrderLine, milestones: Decimal = ZERO) -> StandingLine:
    """A line in force, as the rules see it that say what it may become."""
    return StandingLine(
        number=line.number,
        status=line.status,
        product_type=line.product_type,
        quantity=line.quantity,
        amount=line.amount,
        received_quantity=line.received_quantity,
        received_amount=line.received_amount,
        received_percent=line.received_percent,
        confirmed_amount=line.confirmed_amount,
        released_amount=line.released_amount,
        milestones=milestones,
    )
