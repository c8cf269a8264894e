"""What follows from an invoice, its lines and its payments for each of its current allocations.

The only place where the derived columns of allocations, and the paid amount of an invoice, are written. Whoever calls
holds the organization's gate, and has the orders of these invoices refreshed afterwards.

Source: I1, I2, I3.
"""

from __future__ import annotations

from dataclasses import asdict
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from models import database
from models.statuses.invoices import InvoiceLineStatus, InvoiceStatus
from models.values import ZERO
from resolvers.derived.figures import NUMERIC, write
from resolvers.rules.apportioning import (
    InvoiceDocument,
    Taken,
    decided_on_invoice,
    decided_on_line,
    settled,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

Row = dict[str, Any]

ALLOCATION_FIGURES: Final = {
    "is_approved": "boolean",
    "is_confirmed": "boolean",
    "is_invoiced": "boolean",
    "is_paid": "boolean",
    "charges_amount": NUMERIC,
    "discount_amount": NUMERIC,
    "paid_amount": NUMERIC,
}
"""The derived columns of an allocation, with their types."""

INVOICE_FIGURES: Final = {"paid_amount": NUMERIC}
"""The derived columns of an invoice, with their types."""

_INVOICES: Final = f"""
SELECT i.id, i.currency, i.status, i.total_amount, i.other_charges, i.discount_amount AS discount,
       i.paid_amount AS paid_before,
       i.approved_at IS NOT NULL AS approved, i.confirmed_at IS NOT NULL AS confirmed,
       i.rejected_at IS NOT NULL AS rejected,
       (SELECT sum(p.amount) FROM payment p WHERE p.invoice_id = i.id AND p.canceled_at IS NULL) AS paid,
       (SELECT sum(n.amount) FROM invoice_line n WHERE n.invoice_id = i.id) AS billed,
       a.id AS allocation_id, a.purchase_order_id, a.invoice_line_id, a.amount, a.tax_amount,
       {", ".join(f"a.{name}" for name in ALLOCATION_FIGURES)},
       n.status AS line_status, n.approved_at IS NOT NULL AS line_approved,
       n.confirmed_at IS NOT NULL AS line_confirmed, n.rejected_at IS NOT NULL AS line_rejected
FROM invoice i
LEFT JOIN allocation a ON a.invoice_id = i.id AND a.ended_at IS NULL
LEFT JOIN invoice_line n ON n.id = a.invoice_line_id
WHERE i.id = ANY($1::bigint[]) ORDER BY i.id, a.line_id, a.id"""  # noqa: S608 - our own names


async def settle(invoice_ids: Iterable[int]) -> set[int]:
    """Write anew what follows from these invoices for their current allocations; and what was paid for them.

    The keys of the orders that they are allocated to, whose figures may be others now: the caller refreshes them.

    Raises:
        InvalidAmount: a sum that is too large to be stored.

    Source: I1, I2, I3.
    """
    keys = sorted(set(invoice_ids))
    if not keys:
        return set()
    invoices: list[tuple[Row, Row]] = []
    allocations: list[tuple[Row, Row]] = []
    orders: set[int] = set()
    for _, group in groupby(await database.rows(_INVOICES, keys), key=itemgetter("id")):
        found = list(group)
        paid = found[0]["paid"] or ZERO
        invoices.append(({"id": found[0]["id"], "paid_amount": found[0]["paid_before"]}, {"paid_amount": paid}))
        held = [row for row in found if row["allocation_id"] is not None]
        orders |= {row["purchase_order_id"] for row in held}
        allocations += [({**row, "id": row["allocation_id"]}, new) for row, new in figures_of_invoice(held, paid)]
    await write("invoice", INVOICE_FIGURES, invoices)
    await write("allocation", ALLOCATION_FIGURES, allocations)
    return orders


def figures_of_invoice(held: Sequence[Row], paid: Decimal) -> list[tuple[Row, Row]]:
    """The current allocations of an invoice, by order line, each with its derived columns."""
    if not held:
        return []
    first = held[0]
    placed = sum((row["amount"] for row in held if row["invoice_line_id"] is not None), ZERO)
    document = InvoiceDocument(
        currency=first["currency"],
        status=InvoiceStatus[first["status"]],
        total=first["total_amount"],
        charges=first["other_charges"],
        discount=first["discount"],
        paid=paid,
        unplaced=(first["billed"] or ZERO) - placed,
    )
    taken = [_taken(row) for row in held]
    return [(row, asdict(new)) for row, new in zip(held, settled(document, taken), strict=True)]


def _taken(row: Mapping[str, Any]) -> Taken:
    if row["invoice_line_id"] is None:
        moments = {name: row[name] for name in ("approved", "confirmed", "rejected")}
        decided = decided_on_invoice(InvoiceStatus[row["status"]], **moments)
    else:
        moments = {name: row[f"line_{name}"] for name in ("approved", "confirmed", "rejected")}
        decided = decided_on_line(InvoiceLineStatus[row["line_status"]], **moments)
    return Taken(
        id=row["allocation_id"],
        amount=row["amount"],
        tax=row["tax_amount"],
        is_whole=row["invoice_line_id"] is None,
        decided=decided,
    )
