"""Rows become what the rules of verification compare: invoices, the order lines they bill, and what others bill there.

A handful of statements, however many invoices there are; the database adds up. Nothing of another organization is read.

Source: I4, I5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from models import database
from models.statuses.invoices import (
    BillingStage,
    InvoiceCategory,
    InvoiceKind,
    InvoiceStatus,
    ToleranceCombination,
    ToleranceKind,
    VerificationPolicy,
)
from models.statuses.orders import AcknowledgmentType, ProductType
from models.statuses.receiving import ReceiptKind, ReceiptStatus
from models.values import ZERO
from models.verification import ToleranceRule
from resolvers.rules.billed import BilledInvoice, BilledLine, BilledOrder, Elsewhere, OrderedLine, Share
from resolvers.rules.discrepancies import VERIFIED
from resolvers.rules.tolerances import Tolerance

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Row = dict[str, Any]
Pair = tuple[int, int]
"""An invoice, and an order line that it bills."""

_BEFORE: Final = "ORDER BY invoice_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING"
_BILLS: Final = f"kind = '{InvoiceKind.INVOICE}'"
_GIVES_BACK: Final = f"kind <> '{InvoiceKind.INVOICE}'"
_ADVANCE: Final = f"{_BILLS} AND billing_stage = '{BillingStage.ADVANCE}'"

INVOICES: Final = """
SELECT i.id, i.status, i.currency, i.supplier_id, i.kind, i.category, i.billing_stage AS stage, i.total_amount,
       i.tax_amount, i.other_charges, i.discount_amount, i.supplier_invoice_number,
       i.purchase_order_number AS order_number, i.duplicate_of_id, i.edit_version,
       i.approved_at IS NOT NULL AS is_approved,
       EXISTS (SELECT FROM invoice_line l WHERE l.invoice_id = i.id) AS has_lines,
       EXISTS (SELECT FROM discrepancy d WHERE d.invoice_id = i.id) AS has_discrepancies,
       EXISTS (SELECT FROM allocation a WHERE a.invoice_id = i.id AND a.ended_at IS NULL) AS is_allocated,
       EXISTS (SELECT FROM allocation a WHERE a.invoice_id = i.id AND a.ended_at IS NULL
               AND a.invoice_line_id IS NULL) AS is_whole
FROM invoice i WHERE i.organization_id = $1 AND i.id = ANY($2::bigint[]) ORDER BY i.id"""

_INVOICE_LINES: Final = """
SELECT l.id, l.invoice_id, l.number, l.amount, l.tax_amount, l.quantity, l.unit_price, l.unit,
       l.purchase_order_number AS order_number, a.line_id, a.amount AS taken_amount, a.quantity AS taken_quantity
FROM invoice_line l LEFT JOIN allocation a ON a.invoice_line_id = l.id AND a.ended_at IS NULL
    AND a.organization_id = l.organization_id
WHERE l.organization_id = $1 AND l.invoice_id = ANY($2::bigint[]) ORDER BY l.invoice_id, l.number, a.line_id"""

_ELSEWHERE: Final = f"""
WITH touched AS (
    SELECT DISTINCT a.line_id FROM allocation a
    WHERE a.organization_id = $1 AND a.invoice_id = ANY($2::bigint[]) AND a.ended_at IS NULL
      AND a.invoice_line_id IS NOT NULL
), taken AS (
    SELECT a.line_id, a.invoice_id, i.kind, i.billing_stage, sum(a.amount) AS amount,
           coalesce(sum(a.quantity) FILTER (WHERE a.reopens), 0) AS quantity,
           count(*) FILTER (WHERE a.reopens AND a.quantity IS NULL) AS uncounted
    FROM touched JOIN allocation a USING (line_id)
        JOIN invoice i ON i.id = a.invoice_id AND i.organization_id = a.organization_id
    WHERE a.ended_at IS NULL GROUP BY a.line_id, a.invoice_id, i.kind, i.billing_stage
), running AS (
    SELECT line_id, invoice_id,
           sum(quantity) FILTER (WHERE {_BILLS}) OVER before AS earlier_quantity,
           sum(amount) FILTER (WHERE {_BILLS}) OVER before AS earlier_amount,
           sum(quantity) FILTER (WHERE {_ADVANCE}) OVER before AS advance_quantity,
           sum(amount) FILTER (WHERE {_ADVANCE}) OVER before AS advance_amount,
           sum(quantity) FILTER (WHERE {_GIVES_BACK}) OVER everything AS credited_quantity,
           sum(amount) FILTER (WHERE {_GIVES_BACK}) OVER everything AS credited_amount,
           sum(amount) FILTER (WHERE {_GIVES_BACK}) OVER before AS credited_earlier_amount,
           sum(amount) FILTER (WHERE {_BILLS}) OVER everything AS billed_amount,
           coalesce(sum(uncounted) FILTER (WHERE {_BILLS}) OVER before, 0)
               + coalesce(sum(uncounted) FILTER (WHERE {_GIVES_BACK}) OVER everything, 0) AS uncounted
    FROM taken WINDOW before AS (PARTITION BY line_id {_BEFORE}), everything AS (PARTITION BY line_id)
)
SELECT * FROM running WHERE invoice_id = ANY($2)"""  # noqa: S608 - our own words
_SUMS: Final = tuple(name for name in Elsewhere.__dataclass_fields__ if name != "uncounted")

_GOES_BACK: Final = f"CASE r.kind WHEN '{ReceiptKind.RETURN}' THEN -1 ELSE 1 END"
_ORDER_LINES: Final = f"""
SELECT l.id, l.purchase_order_id AS order_id, o.number AS order_number, l.number, l.currency, l.product_type,
       l.acknowledgment_type, l.goods_receipt_required, l.verification, l.unit, l.quantity, l.amount,
       l.effective_quantity, l.effective_amount, l.unit_price, l.tax_percent, l.tax_amount, l.estimated_tax,
       l.received_amount, coalesce(arrived.quantity, 0) AS received_quantity,
       coalesce(arrived.accepted, 0) AS accepted_quantity
FROM purchase_order_line l JOIN purchase_order o ON o.id = l.purchase_order_id
    LEFT JOIN LATERAL (
        SELECT sum({_GOES_BACK} * e.quantity) AS quantity, sum({_GOES_BACK} * e.accepted_quantity) AS accepted
        FROM receipt_line e JOIN receipt r ON r.id = e.receipt_id
        WHERE e.line_id = l.id AND e.organization_id = l.organization_id AND r.status = '{ReceiptStatus.POSTED}'
    ) arrived ON true
WHERE l.organization_id = $1 AND l.id = ANY($2::bigint[])"""  # noqa: S608 - our own words

_ORDERS: Final = f"""
WITH touched AS (
    SELECT DISTINCT a.purchase_order_id FROM allocation a
    WHERE a.organization_id = $1 AND a.invoice_id = ANY($2::bigint[]) AND a.ended_at IS NULL
      AND a.invoice_line_id IS NOT NULL
), taken AS (
    SELECT a.purchase_order_id, a.invoice_id, i.kind, sum(a.amount + a.charges_amount - a.discount_amount) AS amount
    FROM touched JOIN allocation a USING (purchase_order_id)
        JOIN invoice i ON i.id = a.invoice_id AND i.organization_id = a.organization_id
    WHERE a.ended_at IS NULL GROUP BY a.purchase_order_id, a.invoice_id, i.kind
), running AS (
    SELECT purchase_order_id, invoice_id, amount AS own,
           sum(amount) FILTER (WHERE {_BILLS}) OVER before AS earlier,
           sum(amount) FILTER (WHERE {_GIVES_BACK}) OVER everything AS credited
    FROM taken WINDOW before AS (PARTITION BY purchase_order_id {_BEFORE}),
        everything AS (PARTITION BY purchase_order_id)
)
SELECT n.invoice_id, o.id, o.number, o.currency, o.supplier_id, o.cost_center_id, o.total_amount AS total, n.own,
       n.earlier, n.credited,
       (SELECT sum(l.estimated_shipping) FROM purchase_order_line l
        WHERE l.purchase_order_id = o.id AND l.canceled_at IS NULL) AS shipping
FROM running n JOIN purchase_order o ON o.id = n.purchase_order_id
WHERE n.invoice_id = ANY($2) AND o.organization_id = $1 ORDER BY o.id"""  # noqa: S608 - our own words

_ORDER_KEYS: Final = ("id", "number", "currency", "supplier_id", "cost_center_id")

_NAMED: Final = (
    "SELECT id, number, currency, supplier_id, cost_center_id FROM purchase_order"
    " WHERE organization_id = $1 AND number = ANY($2::text[]) ORDER BY id"
)


async def rules_of(organization_id: int) -> list[Tolerance]:
    """The tolerance rules in force."""
    rows = await ToleranceRule.filter(organization_id=organization_id, is_active=True).order_by("number")
    return [
        Tolerance(
            id=row.id,
            number=row.number,
            kind=ToleranceKind(row.kind),
            value=row.value,
            percentage=row.percentage,
            combination=ToleranceCombination(row.combination),
            supplier_id=row.supplier_id,
            cost_center_id=row.cost_center_id,
            category=row.category,
        )
        for row in rows
    ]


async def billed_invoices(organization_id: int, rows: Sequence[Row]) -> dict[int, BilledInvoice]:
    """The invoices of these rows of `INVOICES`, with everything that they are compared with.

    Those that are not verified any more have only what the rules need to find nothing, or a duplicate.
    """
    verified = [row["id"] for row in rows if row["has_lines"] and InvoiceStatus[row["status"]] in VERIFIED]
    lines = await database.rows(_INVOICE_LINES, organization_id, verified) if verified else []
    elsewhere: dict[Pair, Elsewhere] = {}
    orders: dict[int, list[BilledOrder]] = {}
    ordered: dict[int, Row] = {}
    if keys := {line["line_id"] for line in lines} - {None}:
        elsewhere = {
            (row["invoice_id"], row["line_id"]): _elsewhere(row)
            for row in await database.rows(_ELSEWHERE, organization_id, verified)
        }
        for row in await database.rows(_ORDERS, organization_id, verified):
            orders.setdefault(row["invoice_id"], []).append(_order(row))
        ordered = {row["id"]: row for row in await database.rows(_ORDER_LINES, organization_id, list(keys))}
    parts = _lines(lines, ordered, elsewhere)
    named = await _named(organization_id, [row for row in rows if row["id"] in parts], parts)
    return {row["id"]: _invoice(row, parts.get(row["id"], ()), orders.get(row["id"], ()), named) for row in rows}


async def _named(
    organization_id: int, rows: Iterable[Row], parts: Mapping[int, tuple[BilledLine, ...]]
) -> dict[str, BilledOrder]:
    """The orders that lines without a place name, by number."""
    numbers = {
        line.order_number or row["order_number"] for row in rows for line in parts[row["id"]] if not line.shares
    } - {None}
    found = await database.rows(_NAMED, organization_id, sorted(numbers)) if numbers else []
    return {row["number"]: BilledOrder(**row) for row in found}


def _lines(
    rows: Iterable[Row], ordered: Mapping[int, Row], elsewhere: Mapping[Pair, Elsewhere]
) -> dict[int, tuple[BilledLine, ...]]:
    """The lines of each invoice, by number."""
    shares: dict[int, list[Share]] = {}
    columns: dict[int, Row] = {}
    for row in rows:
        columns[row["id"]] = row
        line = ordered.get(row["line_id"] or 0)
        if line is not None:
            there = elsewhere.get((row["invoice_id"], line["id"]), Elsewhere())
            share = Share(line=_ordered(line, there), amount=row["taken_amount"], quantity=row["taken_quantity"])
            shares.setdefault(row["id"], []).append(share)
    found: dict[int, list[BilledLine]] = {}
    for key, row in columns.items():
        line = BilledLine(
            id=key,
            number=row["number"],
            amount=row["amount"],
            tax_amount=row["tax_amount"],
            quantity=row["quantity"],
            unit_price=row["unit_price"],
            unit=row["unit"],
            order_number=row["order_number"],
            shares=tuple(shares.get(key, ())),
        )
        found.setdefault(row["invoice_id"], []).append(line)
    return {key: tuple(each) for key, each in found.items()}


def _invoice(
    row: Row,
    lines: tuple[BilledLine, ...],
    orders: Sequence[BilledOrder],
    named: Mapping[str, BilledOrder],
) -> BilledInvoice:
    on = {order.id: order for order in orders}
    for line in lines:
        order = named.get(line.order_number or row["order_number"] or "")
        if order is not None and order.supplier_id == row["supplier_id"]:
            on.setdefault(order.id, order)
    names_order = row["order_number"] is not None or any(line.order_number is not None for line in lines)
    has_places = any(line.shares for line in lines)
    is_suspect = row["status"] == InvoiceStatus.SUSPECTED_DUPLICATE
    return BilledInvoice(
        id=row["id"],
        currency=row["currency"],
        supplier_id=row["supplier_id"],
        kind=InvoiceKind[row["kind"]],
        category=InvoiceCategory[row["category"]],
        stage=BillingStage[row["stage"]],
        total_amount=row["total_amount"],
        tax_amount=row["tax_amount"],
        other_charges=row["other_charges"],
        discount_amount=row["discount_amount"],
        order_number=row["order_number"],
        twin=row["supplier_invoice_number"] if is_suspect else None,
        in_part=bool(lines) and (has_places or (names_order and not row["is_whole"])),
        lines=lines,
        orders=tuple(on[key] for key in sorted(on)),
    )


def _ordered(row: Row, elsewhere: Elsewhere) -> OrderedLine:
    acknowledgment, verification = row["acknowledgment_type"], row["verification"]
    typed: Row = {
        "product_type": ProductType[row["product_type"]],
        "acknowledgment_type": None if acknowledgment is None else AcknowledgmentType[acknowledgment],
        "verification": None if verification is None else VerificationPolicy[verification],
    }
    return OrderedLine(**{**row, **typed}, elsewhere=elsewhere)


def _elsewhere(row: Row) -> Elsewhere:
    return Elsewhere(**{name: row[name] or ZERO for name in _SUMS}, uncounted=int(row["uncounted"]))


def _order(row: Row) -> BilledOrder:
    figures: Row = {name: row[name] or ZERO for name in ("total", "shipping", "own", "earlier", "credited")}
    return BilledOrder(**{name: row[name] for name in _ORDER_KEYS}, **figures)
