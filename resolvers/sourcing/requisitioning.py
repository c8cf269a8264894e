"""How much of requisitions is ordered: written anew whenever order lines change that come from them.

Source: O10.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from models import database
from models.values import ZERO
from resolvers.derived.figures import NUMERIC, write
from resolvers.rules.requisitions import RequestedLine, requisition_status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

Row = dict[str, Any]

REQUISITION_LINE_FIGURES: Final = {"ordered_quantity": NUMERIC}
"""The derived columns of a requisition line, with their types."""

REQUISITION_FIGURES: Final = {"status": "text", "total_amount": NUMERIC}
"""The derived columns of a requisition, with their types."""

_ORDERED: Final = """
SELECT q.id, q.requisition_id, q.ordered_quantity, (
    SELECT sum(l.effective_quantity) FROM purchase_order_line l
    WHERE l.requisition_line_id = q.id AND l.organization_id = q.organization_id) AS ordered
FROM requisition_line q WHERE q.id = ANY($1::bigint[])"""

_REQUISITIONS: Final = """
SELECT r.id, r.status, r.total_amount, r.submitted_at, r.canceled_at, q.amount, q.quantity, q.ordered_quantity
FROM purchase_requisition r LEFT JOIN requisition_line q ON q.requisition_id = r.id
WHERE r.id = ANY($1::bigint[]) ORDER BY r.id, q.id"""


async def refresh_ordered(requisition_lines: Iterable[int | None]) -> None:
    """Write anew how much of these requisition lines is ordered, and where their requisitions stand.

    Whoever deletes order lines calls it with what they came from; all else comes here with the figures of the orders.

    Source: O10.
    """
    keys = sorted({key for key in requisition_lines if key is not None})
    if not keys:
        return
    found = await database.rows(_ORDERED, keys)
    ordered = [(row, {"ordered_quantity": row["ordered"] or ZERO}) for row in found]
    await write("requisition_line", REQUISITION_LINE_FIGURES, ordered)
    await refresh_requisitions({row["requisition_id"] for row in found})


async def refresh_requisitions(requisition_ids: Iterable[int]) -> None:
    """Write anew where these requisitions stand, and what they come to, from their lines.

    Source: O10.
    """
    keys = sorted(set(requisition_ids))
    if not keys:
        return
    grouped: dict[int, list[Row]] = {}
    for row in await database.rows(_REQUISITIONS, keys):
        grouped.setdefault(row["id"], []).append(row)
    figures = [(rows[0], figures_of_requisition(rows[0], rows)) for rows in grouped.values()]
    await write("purchase_requisition", REQUISITION_FIGURES, figures)


def figures_of_requisition(requisition: Mapping[str, Any], lines: Iterable[Mapping[str, Any]]) -> Row:
    """The derived columns of a requisition, from its own columns and those of its lines."""
    there = [line for line in lines if line["quantity"] is not None]
    total: Decimal = sum((line["amount"] for line in there), ZERO)
    return {
        "status": requisition_status(
            [RequestedLine(quantity=line["quantity"], ordered=line["ordered_quantity"]) for line in there],
            is_submitted=requisition["submitted_at"] is not None,
            is_canceled=requisition["canceled_at"] is not None,
        ),
        "total_amount": total,
    }
