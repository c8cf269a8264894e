"""The one path by which derived figures are written: of order lines, and of orders.

Everything is computed anew from the documents, never adjusted: terms of lines, and current allocations. So no order of
entry, retry or crash can make a figure differ from them (B2). The database adds up, the pure rules decide, and one
statement a table writes down what differs.

An allocation is current until it ends; whoever moves an invoice to a status that counts nowhere (I2) ends its
allocations first, which spares asking fifty thousand invoices of a line for their status whenever one comes in. The
`recompute` command looks whether that holds. Whoever calls holds the organization's gate.
"""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, Final

from models import database
from models.statuses import LineStatus, OrderType
from models.values import ZERO
from resolvers.figures import check_sizes, write
from resolvers.rules.balances import LineTerms, Usage, line_figures
from resolvers.rules.invoicing import (
    INVOICED,
    OrderFigures,
    OrderSums,
    is_canceled,
    order_figures,
    share_invoiced,
)
from resolvers.rules.notices import BalanceChange, Level
from resolvers.settling import settle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["LINE_FIGURES", "ORDER_FIGURES", "check_sizes", "figures_of_line", "refresh", "settle", "terms_of", "write"]

Row = dict[str, Any]

LINE_FIGURES: Final = {
    "amount": "numeric",
    "invoiced_quantity": "numeric",
    "invoiced_amount": "numeric",
    "invoiced_percent": "numeric",
    "invoice_count": "int",
    "balance_limit": "numeric",
    "balance_used": "numeric",
    "balance_current": "numeric",
    "balance_percent": "numeric",
    "forecast_burn_per_day": "numeric",
    "forecast_runs_out_on": "date",
    "forecast_basis": "int",
}
"""The derived columns of a line that are written here, with their types."""

ORDER_FIGURES: Final = {each.name: "numeric" for each in fields(OrderFigures)}
"""The derived columns of an order that are written here, with their types."""

LINE_TERMS: Final = (
    "l.id, l.purchase_order_id, l.currency, l.status, l.quantity, l.unit_price, l.discount, l.tax_percent,"
    " l.tax_amount, l.balance_tracked"
)

# An invoice is allocated to a line as a whole, at most once; or line by line, perhaps several times. Counting these
# apart spares sorting all of those.
_LINES: Final = f"""
SELECT {LINE_TERMS}, {", ".join(f"l.{name}" for name in LINE_FIGURES)}, u.*,
       u.whole + CASE u.parts WHEN 0 THEN 0 ELSE (
           SELECT count(DISTINCT a.invoice_id) FROM allocation a
           WHERE a.line_id = l.id AND a.ended_at IS NULL AND a.invoice_line_id IS NOT NULL) END AS invoices
FROM purchase_order_line l LEFT JOIN LATERAL (
    SELECT sum(a.amount) AS used, sum(a.quantity) AS used_quantity, min(a.period_start) AS first_day,
           max(a.period_end) AS last_day, count(*) FILTER (WHERE a.invoice_line_id IS NULL) AS whole,
           count(a.invoice_line_id) AS parts
    FROM allocation a
    WHERE a.line_id = l.id AND a.ended_at IS NULL
) u ON true
WHERE l.purchase_order_id = ANY($1::bigint[]) AND ($2::bigint[] IS NULL OR l.id = ANY($2))"""  # noqa: S608 - our own names

_ORDERS: Final = f"""
SELECT o.id, o.currency, o.order_type, o.minimum_spend, o.discount_percentage,
       {", ".join(f"o.{name}" for name in ORDER_FIGURES)}, s.*,
       (SELECT sum(a.amount) FROM allocation a JOIN invoice i ON i.id = a.invoice_id
        WHERE a.purchase_order_id = o.id AND a.ended_at IS NULL
          AND i.organization_id = o.organization_id AND i.status = ANY($2)) AS confirmed
FROM purchase_order o LEFT JOIN LATERAL (
    SELECT sum(l.amount) FILTER (WHERE l.status <> '{LineStatus.CLOSED_CANCELED}') AS total,
           sum(l.received_amount) AS received, sum(l.invoiced_amount) AS billed,
           sum(l.balance_limit) AS line_limits, sum(l.balance_used) AS line_uses
    FROM purchase_order_line l WHERE l.purchase_order_id = o.id
) s ON true
WHERE o.id = ANY($1::bigint[])"""  # noqa: S608 - our own names


async def refresh(order_ids: Iterable[int], *, lines: Iterable[int] | None = None) -> list[BalanceChange]:
    """Write every derived figure of these orders and their lines anew; and the balances that are others now.

    `lines` says which of their lines can have changed, where the caller knows; the others are taken as they are. A
    handful of statements, whatever there is to compute.

    Raises:
        InvalidAmount: a sum that is too large to be stored.

    Source: O7, O8, B1, B2, B6, I2, I3.
    """
    orders = sorted(set(order_ids))
    if not orders:
        return []
    only = None if lines is None else sorted(set(lines))
    found = await database.rows(_LINES, orders, only)
    figures = [(row, figures_of_line(row, _usage(row))) for row in found]
    await write("purchase_order_line", LINE_FIGURES, figures)
    found = await database.rows(_ORDERS, orders, [str(word) for word in INVOICED])
    await write("purchase_order", ORDER_FIGURES, [(row, asdict(order_figures(_sums(row)))) for row in found])
    return list(_balance_changes(figures))


def _balance_changes(figures: Iterable[tuple[Row, Row]]) -> Iterator[BalanceChange]:
    for row, new in figures:
        before, after = _level(row), _level(new)
        if before != after:
            yield BalanceChange(order_id=row["purchase_order_id"], line_id=row["id"], before=before, after=after)


def _level(row: Row) -> Level | None:
    limit = row["balance_limit"]
    return None if limit is None else Level(limit=limit, current=row["balance_current"])


def figures_of_line(row: Mapping[str, Any], usage: Usage) -> Row:
    """The derived columns of a line, from its columns and what invoices take from it."""
    figures = line_figures(terms_of(row), usage)
    balance = figures.balance
    forecast = balance.forecast if balance else None
    return {
        "amount": figures.amount,
        "invoiced_quantity": usage.quantity,
        "invoiced_amount": usage.amount,
        "invoiced_percent": share_invoiced(usage.amount, figures.amount, usage.quantity, row["quantity"]),
        "invoice_count": usage.invoices,
        "balance_limit": balance.limit if balance else None,
        "balance_used": balance.used if balance else None,
        "balance_current": balance.current if balance else None,
        "balance_percent": balance.percent if balance else None,
        "forecast_burn_per_day": forecast.burn_per_day if forecast else None,
        "forecast_runs_out_on": forecast.runs_out_on if forecast else None,
        "forecast_basis": forecast.basis if forecast else 0,
    }


def terms_of(row: Mapping[str, Any]) -> LineTerms:
    """What was agreed for a line, from its columns."""
    return LineTerms(
        currency=row["currency"],
        quantity=row["quantity"],
        unit_price=row["unit_price"],
        discount=row["discount"],
        tax_percent=row["tax_percent"],
        tax_amount=row["tax_amount"],
        is_tracked=row["balance_tracked"],
        is_canceled=is_canceled(LineStatus[row["status"]]),
    )


def _usage(row: Row) -> Usage:
    return Usage(
        amount=row["used"] or ZERO,
        quantity=row["used_quantity"] or ZERO,
        invoices=row["invoices"],
        first_day=row["first_day"],
        last_day=row["last_day"],
    )


def _sums(row: Row) -> OrderSums:
    return OrderSums(
        currency=row["currency"],
        order_type=OrderType[row["order_type"]],
        minimum_spend=row["minimum_spend"],
        discount_percentage=row["discount_percentage"],
        total=row["total"] or ZERO,
        received=row["received"] or ZERO,
        billed=row["billed"] or ZERO,
        confirmed=row["confirmed"] or ZERO,
        balance_limit=row["line_limits"],
        balance_used=row["line_uses"],
    )
