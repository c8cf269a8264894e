"""The one path by which derived figures are written: of order lines, of orders, and of what these draw on.

Everything is computed anew from the documents, never adjusted: terms of lines, receipts and returns, milestones, and
current allocations. So no order of entry, retry or crash can make a figure differ from them (B2). The database adds up,
the pure rules decide, and one statement a table writes down what differs. Statuses of lines and of issued orders are
derived, too.

An allocation is current until it ends; whoever moves an invoice to a status that counts nowhere (I2) ends its
allocations first, and whoever changes how far an invoice has come settles it (`settle`), which spares asking fifty
thousand invoices of a line for their status whenever one comes in. The `recompute` command looks whether that holds.
Whoever calls holds the organization's gate.
"""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, Final

from models import database
from models.statuses.orders import LineStatus, OrderType, PurchaseOrderStatus
from models.statuses.receiving import MilestoneStatus as _Milestone
from models.statuses.receiving import ReceiptKind, ReceiptStatus
from models.values import ZERO
from resolvers.derived.figures import NUMERIC, check_sizes, write
from resolvers.derived.line_figures import LINE_FIGURES, LINE_TERMS, Documents, figures_of_line
from resolvers.derived.settling import settle
from resolvers.rules.balances import Usage
from resolvers.rules.invoicing import Billing, OrderFigures, OrderSums, order_figures
from resolvers.rules.lifecycle import OrderProgress, order_status
from resolvers.rules.matching_status import CLOSED_TO_INVOICES, LINES_NOT_IN_FORCE
from resolvers.rules.notices import BalanceChange, BudgetChange, Level
from resolvers.rules.receiving import Arrivals
from resolvers.sourcing.requisitioning import refresh_ordered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["ORDER_FIGURES", "check_sizes", "refresh", "refresh_ordered", "settle"]

Row = dict[str, Any]
Change = BalanceChange | BudgetChange

ORDER_FIGURES: Final = {"status": "text"} | {each.name: NUMERIC for each in fields(OrderFigures)}
"""The derived columns of an order that are written here, with their types."""

HEADER: Final = """o.status, o.issued_at, o.closed_at, o.supplier_confirmation_required, o.supplier_confirmed_at,
    o.organization_id, o.currency, o.order_type, o.minimum_spend, o.discount_percentage, o.blanket_order_id,
    EXISTS (SELECT FROM revision v WHERE v.purchase_order_id = o.id AND v.status IN ('PENDING_APPROVAL', 'APPROVED'))
        AS revision_waits"""
"""What `sums_of` and `progress_of` need of `purchase_order o`."""

NOT_DRAWN: Final = (
    PurchaseOrderStatus.DRAFT,
    PurchaseOrderStatus.REJECTED,
    PurchaseOrderStatus.CLOSED_CANCELED,
)
"""A release in one of these draws nothing on its blanket order. K1, K3."""


def _words(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


# What is rare is added up apart, so that what is usual costs little. An invoice is allocated to a line as a whole, at
# most once; or line by line, perhaps several times. Counting these apart spares sorting all of those.
_ARRIVES: Final = """a.reopens AND a.invoice_id <> ALL (ARRAY(
            SELECT d.debit_memo_id FROM receipt d WHERE d.purchase_order_id = l.purchase_order_id
                AND d.debit_memo_id IS NOT NULL AND d.status = 'POSTED'))"""
_RESERVED: Final = """greatest(0, least(c.effective_amount, h.total_amount - h.excess_amount - coalesce((
                SELECT sum(p.effective_amount) FROM purchase_order_line p
                WHERE p.purchase_order_id = h.id AND p.number < c.number), 0)))"""
"""What a line `c` of a release `h` reserves while the excess waits: `reserved`, as SQL."""

_LINES: Final = f"""
SELECT {LINE_TERMS}, {", ".join(f"l.{name}" for name in LINE_FIGURES)}, u.*, r.*, m.*,
    u.whole + CASE u.parts WHEN 0 THEN 0 ELSE (
        SELECT count(DISTINCT a.invoice_id) FROM allocation a
        WHERE a.line_id = l.id AND a.ended_at IS NULL AND a.invoice_line_id IS NOT NULL) END AS invoices,
    CASE o.order_type WHEN '{OrderType.BLANKET}' THEN (
        SELECT sum(CASE h.status WHEN '{PurchaseOrderStatus.PENDING_APPROVAL}' THEN {_RESERVED}
            ELSE c.effective_amount END)
        FROM purchase_order_line c JOIN purchase_order h ON h.id = c.purchase_order_id
        WHERE c.blanket_line_id = l.id AND h.status NOT IN ({_words(NOT_DRAWN)})) END AS released
FROM purchase_order_line l JOIN purchase_order o ON o.id = l.purchase_order_id
LEFT JOIN LATERAL (
    SELECT min(a.period_start) AS first_day, max(a.period_end) AS last_day,
        count(*) FILTER (WHERE a.invoice_line_id IS NULL) AS whole, count(a.invoice_line_id) AS parts,
        sum(a.tax_amount) FILTER (WHERE a.tax_amount <> 0) AS used_tax,
        sum(a.amount) AS billing_amount,
        sum(a.amount) FILTER (WHERE NOT a.reopens) AS billing_price_only,
        sum(a.amount) FILTER (WHERE a.reopens AND a.quantity IS NOT NULL) AS billing_measured,
        sum(a.quantity) FILTER (WHERE a.reopens) AS billing_quantity,
        sum(a.amount) FILTER (WHERE a.is_confirmed) AS billing_confirmed,
        sum(a.amount) FILTER (WHERE a.is_confirmed AND NOT a.reopens) AS billing_confirmed_price_only,
        sum(a.amount) FILTER (WHERE a.is_confirmed AND a.reopens AND a.quantity IS NOT NULL)
            AS billing_confirmed_measured,
        sum(a.quantity) FILTER (WHERE a.is_confirmed AND a.reopens) AS billing_confirmed_quantity,
        sum(coalesce(a.received_amount, a.amount)) FILTER (WHERE a.is_confirmed AND {_ARRIVES})
            AS billing_on_confirmation,
        sum(a.quantity) FILTER (WHERE a.is_confirmed AND {_ARRIVES}) AS billing_on_confirmation_quantity,
        sum(coalesce(a.received_amount, a.amount)) FILTER (WHERE a.is_approved AND {_ARRIVES}) AS billing_on_approval,
        sum(a.quantity) FILTER (WHERE a.is_approved AND {_ARRIVES}) AS billing_on_approval_quantity,
        count(*) FILTER (WHERE a.is_confirmed AND NOT a.is_paid) AS billing_unpaid,
        sum(a.paid_amount) FILTER (WHERE a.paid_amount <> 0) AS billing_paid
    FROM allocation a
    WHERE a.line_id = l.id AND a.ended_at IS NULL
) u ON true
LEFT JOIN LATERAL (
    SELECT count(*) FILTER (WHERE d.kind <> '{ReceiptKind.RETURN}') AS arrivals_receipts,
        sum(e.quantity) FILTER (WHERE d.kind <> '{ReceiptKind.RETURN}') AS arrivals_quantity,
        sum(e.accepted_quantity) FILTER (WHERE d.kind <> '{ReceiptKind.RETURN}') AS arrivals_accepted,
        sum(e.rejected_quantity) FILTER (WHERE d.kind <> '{ReceiptKind.RETURN}') AS arrivals_rejected,
        sum(e.quantity) FILTER (WHERE d.kind = '{ReceiptKind.RETURN}') AS arrivals_returned
    FROM receipt_line e JOIN receipt d ON d.id = e.receipt_id
    WHERE e.line_id = l.id AND d.status = '{ReceiptStatus.POSTED}'
) r ON true
LEFT JOIN LATERAL (
    SELECT sum(s.amount) AS arrivals_milestone_amount, sum(s.percent) AS arrivals_milestone_percent
    FROM milestone s WHERE s.line_id = l.id AND s.status = '{_Milestone.CLOSED_COMPLETE}'
) m ON true
WHERE l.purchase_order_id = ANY($1::bigint[]) AND ($2::bigint[] IS NULL OR l.id = ANY($2))"""  # noqa: S608 - our own names

_ORDERS: Final = f"""
SELECT o.id, {HEADER}, {", ".join(f"o.{name}" for name in ORDER_FIGURES if name != "status")}, s.*, t.*, b.*
FROM purchase_order o LEFT JOIN LATERAL (
    SELECT sum(l.effective_amount) AS total, sum(l.received_amount) AS received, sum(l.invoiced_amount) AS billed,
        sum(l.paid_amount) AS paid,
        sum(l.received_quantity_percent * l.effective_amount) AS received_quantity_weighted,
        sum(l.invoiced_quantity_percent * l.effective_amount) AS billed_quantity_weighted,
        avg(l.received_quantity_percent) FILTER (WHERE l.effective_quantity > 0) AS received_mean,
        avg(l.invoiced_quantity_percent) FILTER (WHERE l.effective_quantity > 0) AS billed_mean,
        sum(l.balance_limit) AS line_limits, sum(l.balance_used) AS line_uses, array_agg(DISTINCT l.status) AS words
    FROM purchase_order_line l WHERE l.purchase_order_id = o.id
) s ON true
LEFT JOIN LATERAL (
    SELECT sum(a.tax_amount + a.charges_amount - a.discount_amount)
            FILTER (WHERE a.tax_amount <> 0 OR a.charges_amount <> 0 OR a.discount_amount <> 0) AS beside,
        sum(a.amount + a.tax_amount + a.charges_amount - a.discount_amount) FILTER (WHERE a.is_invoiced) AS invoiced,
        sum(a.charges_amount) FILTER (WHERE a.is_invoiced) AS charges,
        sum(a.discount_amount) FILTER (WHERE a.is_invoiced) AS discounts,
        sum(a.amount) FILTER (WHERE NOT a.reopens) AS price_only
    FROM allocation a WHERE a.purchase_order_id = o.id AND a.ended_at IS NULL
) t ON true
LEFT JOIN LATERAL (
    SELECT sum(c.total_amount - CASE c.status WHEN '{PurchaseOrderStatus.PENDING_APPROVAL}' THEN c.excess_amount
            ELSE 0 END) FILTER (WHERE c.status NOT IN ({_words(NOT_DRAWN)})) AS released,
        bool_or(c.status = '{PurchaseOrderStatus.PENDING_APPROVAL}') AS release_waits
    FROM purchase_order c WHERE o.order_type = '{OrderType.BLANKET}' AND c.blanket_order_id = o.id
) b ON true
WHERE o.id = ANY($1::bigint[])"""  # noqa: S608 - our own names

_STALE: Final = """
UPDATE organization_gate SET orders_version = orders_version + 1 + (random() * 4294967295)::bigint
WHERE organization_id = ANY($1::bigint[])"""


async def refresh(order_ids: Iterable[int], *, lines: Iterable[int] | None = None) -> list[Change]:
    """Write every derived figure and status of these orders and their lines anew; and the balances that are others now.

    `lines` says which of their lines can have changed, where the caller knows; the others are taken as they are. The
    blanket orders that these are drawn on, and the requisitions that they come from, follow by themselves. A handful
    of statements, whatever there is to compute.

    Raises:
        InvalidAmount: a sum that is too large to be stored.

    Source: O7, O8, O10, L1, L2, L3, R1, R2, I2, I3, K1, B1, B2, B6.
    """
    orders = sorted(set(order_ids))
    if not orders:
        return []
    found = await database.rows(_LINES, orders, None if lines is None else sorted(set(lines)))
    figures = [(row, figures_of_line(row, _documents(row))) for row in found]
    await write("purchase_order_line", LINE_FIGURES, figures)
    found = await database.rows(_ORDERS, orders)
    headers = [(row, figures_of_order(row)) for row in found]
    await write("purchase_order", ORDER_FIGURES, headers)
    await tell_matching(figures, headers)
    await refresh_ordered(row["requisition_line_id"] for row, _ in figures)
    blankets = {row["blanket_order_id"] for row, _ in headers} - {None, *orders}
    return [*_balance_changes(figures), *_budget_changes(headers), *await refresh(blankets)]


def figures_of_order(row: Mapping[str, Any]) -> Row:
    """The derived columns of an order, from its columns and the sums over its lines and documents."""
    sums = OrderSums(
        currency=row["currency"],
        order_type=OrderType[row["order_type"]],
        minimum_spend=row["minimum_spend"],
        discount_percentage=row["discount_percentage"],
        balance_limit=row["line_limits"],
        balance_used=row["line_uses"],
        claimed=(row["billed"] or ZERO) + (row["beside"] or ZERO),
        **{name: row[name] or ZERO for name in _SUMS},
    )
    spent = sums.order_type is OrderType.BLANKET and 0 < sums.total <= sums.released and not row["release_waits"]
    stands = OrderProgress(
        status=PurchaseOrderStatus[row["status"]],
        lines=frozenset(LineStatus[word] for word in row["words"] or ()),
        is_issued=row["issued_at"] is not None,
        is_closed=row["closed_at"] is not None,
        awaits_confirmation=row["supplier_confirmation_required"] and row["supplier_confirmed_at"] is None,
        awaits_revision=row["revision_waits"],
        is_spent=spent,
    )
    return {"status": order_status(stands), **asdict(order_figures(sums))}


_SUMS: Final = (
    "total",
    "received",
    "billed",
    "price_only",
    "invoiced",
    "charges",
    "discounts",
    "paid",
    "released",
    "received_quantity_weighted",
    "billed_quantity_weighted",
    "received_mean",
    "billed_mean",
)


async def tell_matching(lines: Iterable[tuple[Row, Row]], orders: Iterable[tuple[Row, Row]]) -> None:
    """Say that what is kept of orders is stale, where a line or an order begins or ceases to serve invoices (M11)."""
    closed = {*map(str, LINES_NOT_IN_FORCE), *map(str, CLOSED_TO_INVOICES)}
    stale = {
        row["organization_id"]
        for row, new in (*lines, *orders)
        if row["status"] != new["status"] and {row["status"], str(new["status"])} & closed
    }
    if stale:
        await database.connection().execute_query(_STALE, [sorted(stale)])


def _documents(row: Row) -> Documents:
    sums: Row = {each.name: row[f"billing_{each.name}"] or ZERO for each in fields(Billing)}
    billing = Billing(**sums)
    return Documents(
        usage=Usage(
            amount=billing.amount + (row["used_tax"] or ZERO),
            invoices=row["invoices"],
            first_day=row["first_day"],
            last_day=row["last_day"],
        ),
        billing=billing,
        arrivals=_arrivals(row),
        released=row["released"] or ZERO,
    )


def _arrivals(row: Row) -> Arrivals:
    return Arrivals(
        receipts=row["arrivals_receipts"],
        quantity=row["arrivals_quantity"] or ZERO,
        accepted=row["arrivals_accepted"] or ZERO,
        rejected=row["arrivals_rejected"] or ZERO,
        returned=row["arrivals_returned"] or ZERO,
        milestone_amount=row["arrivals_milestone_amount"] or ZERO,
        milestone_percent=row["arrivals_milestone_percent"] or ZERO,
    )


def _balance_changes(figures: Iterable[tuple[Row, Row]]) -> Iterator[BalanceChange]:
    for row, new in figures:
        before, after = _level(row), _level(new)
        if before != after:
            yield BalanceChange(order_id=row["purchase_order_id"], line_id=row["id"], before=before, after=after)


def _budget_changes(headers: Iterable[tuple[Row, Row]]) -> Iterator[BudgetChange]:
    for row, new in headers:
        before, after = _budget(row), _budget(new)
        if before is not None and after is not None and before != after:
            yield BudgetChange(order_id=row["id"], before=before, after=after)


def _budget(row: Row) -> Level | None:
    """What is left of a blanket order's budget; only such an order has released anything."""
    released = row["released_amount"]
    return None if released is None else Level(limit=row["total_amount"], current=row["total_amount"] - released)


def _level(row: Row) -> Level | None:
    limit = row["balance_limit"]
    return None if limit is None else Level(limit=limit, current=row["balance_current"])
