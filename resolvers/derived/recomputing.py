"""Everything that is derived, computed from scratch and compared with what is stored.

This goes another way than `progress`: documents are read row by row and added up here, by the same pure rules. Where
the two ways differ, one of them is wrong, or somebody wrote past the operations. First what follows from invoices for
their allocations, then orders, then blanket orders, which follow from their releases, and requisitions.

Source: B1, B2, I1, I2, I3, K1, L2, O10, R1.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from tortoise.transactions import in_transaction

from models import database
from models.organization import Organization
from models.values import ZERO
from resolvers.derived.figures import write
from resolvers.derived.line_figures import LINE_FIGURES
from resolvers.derived.progress import ORDER_FIGURES, tell_matching
from resolvers.derived.recomputed import Difference, Found, differing
from resolvers.derived.recomputed_invoices import FoundInvoices, invoices, mend
from resolvers.derived.recomputed_orders import blanket_orders, standard_orders
from resolvers.derived.settling import ALLOCATION_FIGURES, INVOICE_FIGURES
from resolvers.errors import NotFound
from resolvers.operation import held_gate
from resolvers.sourcing.requisitioning import REQUISITION_FIGURES, REQUISITION_LINE_FIGURES, figures_of_requisition

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    Look = Callable[[Organization, int], Awaitable[Found]]

__all__ = ["Difference", "check", "repair"]

Row = dict[str, Any]

REQUISITIONS_AT_ONCE: Final = 200

_TABLES: Final = {
    "invoice": INVOICE_FIGURES,
    "allocation": ALLOCATION_FIGURES,
    "purchase_order_line": LINE_FIGURES,
    "purchase_order": ORDER_FIGURES,
    "requisition_line": REQUISITION_LINE_FIGURES,
    "purchase_requisition": REQUISITION_FIGURES,
}

_REQUISITIONS: Final = """
SELECT id, number, status, total_amount, submitted_at, canceled_at FROM purchase_requisition
WHERE organization_id = $1 AND id > $2 ORDER BY id LIMIT $3"""

_REQUISITION_LINES: Final = """
SELECT id, requisition_id, number, amount, quantity, ordered_quantity FROM requisition_line
WHERE requisition_id = ANY($1::bigint[]) ORDER BY id"""

_ORDERED: Final = """
SELECT requisition_line_id, effective_quantity FROM purchase_order_line
WHERE organization_id = $1 AND requisition_line_id = ANY($2::bigint[]) ORDER BY id"""


async def check(tell: Callable[[Difference], None], organization_key: str | None = None) -> None:
    """Tell every difference, in one organization or in all, each as it stands at one moment. Nothing is written.

    Raises:
        NotFound: there is no such organization.
    """
    for organization in await _organizations(organization_key):
        async with in_transaction():
            await database.connection().execute_query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            for look in _LOOKS:
                await _each(organization, look, tell)


async def repair(now: datetime, tell: Callable[[Difference], None], organization_key: str | None = None) -> None:
    """Tell every difference, made good where that needs no decision. Others work on meanwhile, in turns.

    Raises:
        NotFound: there is no such organization.
    """

    def mending(look: Look) -> Look:
        async def mended(organization: Organization, last: int) -> Found:
            async with in_transaction():
                await held_gate(organization.id, now)
                found = await look(organization, last)
                if isinstance(found, FoundInvoices):
                    await mend(found, now)
                for table, figures in found.figures.items():
                    await write(table, _TABLES[table], figures)
                lines, orders = (found.figures.get(name, []) for name in ("purchase_order_line", "purchase_order"))
                await tell_matching(lines, orders)
                return found

        return mended

    for organization in await _organizations(organization_key):
        for look in _LOOKS:
            await _each(organization, mending(look), tell)


async def _each(organization: Organization, look: Look, tell: Callable[[Difference], None]) -> None:
    """Look at some after the other, until none is left."""
    last: int | None = 0
    while last is not None:
        found = await look(organization, last)
        for difference in found.differences:
            tell(difference)
        last = found.last


async def _requisitions(organization: Organization, after: int) -> Found:
    requisitions = await database.rows(_REQUISITIONS, organization.id, after, REQUISITIONS_AT_ONCE)
    keys = [row["id"] for row in requisitions]
    rows = await database.rows(_REQUISITION_LINES, keys)
    ordered = defaultdict(lambda: ZERO)
    for row in await database.rows(_ORDERED, organization.id, [line["id"] for line in rows]):
        ordered[row["requisition_line_id"]] += row["effective_quantity"]
    lines: list[tuple[Row, Row]] = [(row, {"ordered_quantity": ordered[row["id"]]}) for row in rows]
    of_requisition: dict[int, list[Row]] = defaultdict(list)
    for row, figures in lines:
        of_requisition[row["requisition_id"]].append({**row, **figures})
    headers = [(row, figures_of_requisition(row, of_requisition[row["id"]])) for row in requisitions]
    found = Found(last=keys[-1] if keys else None, figures={"requisition_line": lines, "purchase_requisition": headers})
    numbers = {row["id"]: row["number"] for row in requisitions}
    for row, figures in lines:
        subject = f"requisition {numbers[row['requisition_id']]}, line {row['number']}"
        found.differences += differing(organization, subject, row, figures)
    for row, figures in headers:
        found.differences += differing(organization, f"requisition {row['number']}", row, figures)
    return found


async def _organizations(key: str | None) -> list[Organization]:
    found = await (Organization.all() if key is None else Organization.filter(key=key)).order_by("id")
    if key is not None and not found:
        raise NotFound(kind="organization", key=key)
    return found


_LOOKS: Final[tuple[Look, ...]] = (invoices, standard_orders, blanket_orders, _requisitions)
