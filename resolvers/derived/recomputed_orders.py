"""The figures of orders and their lines, added up row by row from the documents, and compared with what is stored.

Orders are taken a few at a time, and their allocations as they stream in: there may be any number of them.

Source: B1, B2, I2, I3, K1, L1, L2, R1, R2.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from models import database
from models.statuses.invoices import InvoiceStatus
from models.statuses.orders import OrderType, PurchaseOrderStatus
from models.statuses.receiving import MilestoneStatus, ReceiptKind, ReceiptStatus
from models.values import ZERO
from resolvers.derived.line_figures import LINE_FIGURES, LINE_TERMS, Documents, figures_of_line
from resolvers.derived.progress import HEADER, NOT_DRAWN, ORDER_FIGURES, figures_of_order
from resolvers.derived.recomputed import Found, differing, streamed
from resolvers.rules.balances import Allocation, Usage, usage_of
from resolvers.rules.invoicing import COUNTS_NOWHERE, Billing, billing_of
from resolvers.rules.receiving import ReceiptEntry, arrivals_of
from resolvers.rules.releases import reserved

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from models.organization import Organization

Row = dict[str, Any]

ORDERS_AT_ONCE: Final = 20

_ORDERS: Final = f"""
SELECT o.id, o.number, {HEADER}, {", ".join(f"o.{name}" for name in ORDER_FIGURES if name != "status")}
FROM purchase_order o WHERE o.organization_id = $1 AND o.order_type = $2 AND o.id > $3 ORDER BY o.id LIMIT $4"""  # noqa: S608 - our own names

_LINES: Final = f"""
SELECT {LINE_TERMS}, l.number, {", ".join(f"l.{name}" for name in LINE_FIGURES)}
FROM purchase_order_line l JOIN purchase_order o ON o.id = l.purchase_order_id
WHERE l.purchase_order_id = ANY($1::bigint[]) ORDER BY l.id"""  # noqa: S608 - our own names

_ALLOCATIONS: Final = """
SELECT a.line_id, a.invoice_id, a.amount, a.quantity, a.tax_amount, a.charges_amount, a.discount_amount, a.paid_amount,
       a.received_amount, a.reopens, a.is_approved, a.is_confirmed, a.is_invoiced, a.is_paid, a.period_start,
       a.period_end, a.invoice_id = ANY($2::bigint[]) AS of_return, i.status
FROM allocation a JOIN invoice i ON i.id = a.invoice_id
WHERE a.purchase_order_id = ANY($1::bigint[]) AND a.ended_at IS NULL ORDER BY a.line_id, a.invoice_id, a.id"""

_RECEIPTS: Final = """
SELECT d.debit_memo_id, d.kind, d.status, e.line_id, e.quantity, e.accepted_quantity, e.rejected_quantity
FROM receipt d LEFT JOIN receipt_line e ON e.receipt_id = d.id
WHERE d.purchase_order_id = ANY($1::bigint[]) ORDER BY d.id, e.id"""

_MILESTONES: Final = """
SELECT line_id, status, amount, percent FROM milestone WHERE purchase_order_id = ANY($1::bigint[]) ORDER BY id"""

_RELEASES: Final = """
SELECT id, blanket_order_id, status, total_amount, excess_amount
FROM purchase_order WHERE blanket_order_id = ANY($1::bigint[]) ORDER BY id"""

_DRAWN: Final = """
SELECT l.blanket_line_id, l.effective_amount, l.purchase_order_id, o.status, o.total_amount, o.excess_amount
FROM purchase_order_line l JOIN purchase_order o ON o.id = l.purchase_order_id
WHERE l.purchase_order_id IN (
    SELECT c.purchase_order_id FROM purchase_order_line c WHERE c.blanket_line_id = ANY($1::bigint[]))
ORDER BY l.purchase_order_id, l.number"""


@dataclass(slots=True)
class _Taken:
    """What invoices take from a line, added up as they come; `beside` is tax, charges and discounts."""

    usage: Usage = field(default_factory=Usage)
    billing: Billing = field(default_factory=Billing)
    beside: Decimal = ZERO
    invoiced: Decimal = ZERO
    charges: Decimal = ZERO
    discounts: Decimal = ZERO


async def standard_orders(organization: Organization, after: int) -> Found:
    """Some orders with their lines, but no blanket orders."""
    return await _orders(organization, OrderType.STANDARD, after)


async def blanket_orders(organization: Organization, after: int) -> Found:
    """Some blanket orders with their lines: after the others, because they follow from their releases."""
    return await _orders(organization, OrderType.BLANKET, after)


async def _orders(organization: Organization, order_type: OrderType, after: int) -> Found:
    orders = await database.rows(_ORDERS, organization.id, str(order_type), after, ORDERS_AT_ONCE)
    if not orders:
        return Found(last=None)
    keys = [order["id"] for order in orders]
    receipts = [row for row in await database.rows(_RECEIPTS, keys) if row["status"] == ReceiptStatus.POSTED]
    taken = await _taken(keys, [row["debit_memo_id"] for row in receipts if row["debit_memo_id"] is not None])
    rows = await database.rows(_LINES, keys)
    entries, milestones = _by_line(receipts), _by_line(await database.rows(_MILESTONES, keys))
    drawn = await _drawn([row["id"] for row in rows]) if order_type is OrderType.BLANKET else {}
    lines = [
        (
            row,
            figures_of_line(
                row,
                Documents(
                    usage=taken[row["id"]].usage,
                    billing=taken[row["id"]].billing,
                    arrivals=arrivals_of(map(_entry, entries[row["id"]]), _completed(milestones[row["id"]])),
                    released=drawn.get(row["id"], ZERO),
                ),
            ),
        )
        for row in rows
    ]
    of_order: dict[int, list[tuple[Row, Row]]] = defaultdict(list)
    for line, figures in lines:
        of_order[line["purchase_order_id"]].append((line, figures))
    releases = await _releases(keys)
    headers = [
        (order, figures_of_order({**order, **_sums(of_order[order["id"]], taken), **releases[order["id"]]}))
        for order in orders
    ]
    found = Found(last=keys[-1], figures={"purchase_order_line": lines, "purchase_order": headers})
    numbers = {order["id"]: order["number"] for order in orders}
    for line, figures in lines:
        subject = f"{numbers[line['purchase_order_id']]}, line {line['number']}"
        found.differences += differing(organization, subject, line, figures)
    for order, figures in headers:
        found.differences += differing(organization, order["number"], order, figures)
    return found


async def _taken(orders: list[int], debit_memos: list[int]) -> dict[int, _Taken]:
    """What invoices that count take from each line of these orders."""
    taken: dict[int, _Taken] = defaultdict(_Taken)
    async for rows in streamed(_ALLOCATIONS, orders, debit_memos, together=("line_id", "invoice_id")):
        for (line, _), group in groupby(rows, key=itemgetter("line_id", "invoice_id")):
            of_invoice = list(group)
            if InvoiceStatus[of_invoice[0]["status"]] not in COUNTS_NOWHERE:
                _take(taken[line], [_allocation(row) for row in of_invoice])
    return taken


def _take(taken: _Taken, allocations: Sequence[Allocation]) -> None:
    """Add the allocations of one invoice on a line."""
    taken.usage = _together(taken.usage, usage_of(allocations))
    taken.billing += billing_of(allocations)
    for each in allocations:
        beside = each.tax + each.charges - each.discount
        taken.beside += beside
        if each.is_invoiced:
            taken.invoiced += each.amount + beside
            taken.charges += each.charges
            taken.discounts += each.discount


def _allocation(row: Mapping[str, Any]) -> Allocation:
    return Allocation(
        invoice_id=row["invoice_id"],
        amount=row["amount"],
        quantity=row["quantity"],
        tax=row["tax_amount"],
        charges=row["charges_amount"],
        discount=row["discount_amount"],
        paid=row["paid_amount"],
        received=row["received_amount"],
        reopens=row["reopens"],
        is_approved=row["is_approved"],
        is_confirmed=row["is_confirmed"],
        is_invoiced=row["is_invoiced"],
        is_paid=row["is_paid"],
        is_of_return=row["of_return"],
        first_day=row["period_start"],
        last_day=row["period_end"],
    )


def _together(one: Usage, other: Usage) -> Usage:
    """What two sets of invoices take, none of which is in both."""
    first = [day for day in (one.first_day, other.first_day) if day is not None]
    last = [day for day in (one.last_day, other.last_day) if day is not None]
    return Usage(
        amount=one.amount + other.amount,
        invoices=one.invoices + other.invoices,
        first_day=min(first, default=None),
        last_day=max(last, default=None),
    )


def _by_line(rows: Iterable[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        if row["line_id"] is not None:
            found[row["line_id"]].append(row)
    return found


def _entry(row: Row) -> ReceiptEntry:
    return ReceiptEntry(
        quantity=row["quantity"],
        accepted=row["accepted_quantity"],
        rejected=row["rejected_quantity"],
        is_return=row["kind"] == ReceiptKind.RETURN,
    )


def _completed(milestones: Iterable[Row]) -> list[tuple[Decimal | None, Decimal | None]]:
    return [(row["amount"], row["percent"]) for row in milestones if row["status"] == MilestoneStatus.CLOSED_COMPLETE]


async def _drawn(lines: list[int]) -> dict[int, Decimal]:
    """What releases take from each of these lines of blanket orders."""
    drawn: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for _, group in groupby(await database.rows(_DRAWN, lines), key=itemgetter("purchase_order_id")):
        release = list(group)
        first = release[0]
        if first["status"] in NOT_DRAWN:
            continue
        amounts = [row["effective_amount"] for row in release]
        if first["status"] == PurchaseOrderStatus.PENDING_APPROVAL:
            amounts = reserved(amounts, first["total_amount"] - first["excess_amount"])
        for row, amount in zip(release, amounts, strict=True):
            drawn[row["blanket_line_id"]] += amount
    return drawn


async def _releases(orders: list[int]) -> dict[int, Row]:
    """What the releases of each of these orders draw, and whether one of them waits for its approval."""
    found: dict[int, Row] = {key: {"released": ZERO, "release_waits": False} for key in orders}
    for row in await database.rows(_RELEASES, orders):
        waits = row["status"] == PurchaseOrderStatus.PENDING_APPROVAL
        of_order = found[row["blanket_order_id"]]
        of_order["release_waits"] |= waits
        if row["status"] not in NOT_DRAWN:
            of_order["released"] += row["total_amount"] - (row["excess_amount"] if waits else ZERO)
    return found


def _sums(lines: Sequence[tuple[Row, Row]], taken: Mapping[int, _Taken]) -> Row:
    """The sums over the lines of an order, as `figures_of_order` takes them."""
    new = [figures for _, figures in lines]
    documents = [taken[line["id"]] for line, _ in lines]
    counted = [figures for figures in new if figures["effective_quantity"] > 0]
    tracked = [figures for figures in new if figures["balance_limit"] is not None]

    def total(name: str, of: Iterable[Row] = new) -> Decimal:
        return sum((figures[name] for figures in of), ZERO)

    def weighted(name: str) -> Decimal:
        return sum((figures[name] * figures["effective_amount"] for figures in new), ZERO)

    return {
        "total": total("effective_amount"),
        "received": total("received_amount"),
        "billed": total("invoiced_amount"),
        "paid": total("paid_amount"),
        "price_only": sum((each.billing.price_only for each in documents), ZERO),
        "beside": sum((each.beside for each in documents), ZERO),
        "invoiced": sum((each.invoiced for each in documents), ZERO),
        "charges": sum((each.charges for each in documents), ZERO),
        "discounts": sum((each.discounts for each in documents), ZERO),
        "received_quantity_weighted": weighted("received_quantity_percent"),
        "billed_quantity_weighted": weighted("invoiced_quantity_percent"),
        "received_mean": total("received_quantity_percent", counted) / (len(counted) or 1),
        "billed_mean": total("invoiced_quantity_percent", counted) / (len(counted) or 1),
        "line_limits": total("balance_limit", tracked) if tracked else None,
        "line_uses": total("balance_used", tracked) if tracked else None,
        "words": {figures["status"] for figures in new},
    }
