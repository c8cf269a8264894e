"""Rows become the frozen facts that matching is told: here, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from models.statuses.invoices import AmountBasis, InvoiceCategory, InvoiceKind, InvoiceStatus
from models.statuses.orders import LineItemType, LineStatus, PurchaseOrderStatus
from resolvers.matching.facts import (
    InvoiceFact,
    KnownLine,
    LineFact,
    OrderFact,
    OriginalInvoice,
    SellerEntity,
    Settings,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from decimal import Decimal

    from models.organization import Organization

Row = dict[str, Any]

ORDER_COLUMNS: Final = """o.id, o.number, o.status, o.issued_at IS NOT NULL AS issued,
    o.suspended_at IS NOT NULL AS suspended, o.currency, o.effective_date, o.expiration_date,
    o.tax_registration_numbers, o.invoice_units, o.updated_at,
    ARRAY(SELECT s.id FROM purchase_order_seller_entity e JOIN seller_entity s ON s.id = e.seller_entity_id
          WHERE e.purchase_order_id = o.id ORDER BY s.id) AS seller_keys,
    ARRAY(SELECT s.name FROM purchase_order_seller_entity e JOIN seller_entity s ON s.id = e.seller_entity_id
          WHERE e.purchase_order_id = o.id ORDER BY s.id) AS seller_names"""
"""What `order_facts` needs of `purchase_order o`."""

LINE_COLUMNS: Final = (
    "l.id, l.purchase_order_id, l.number, l.line_item_type, l.status, l.start_date, l.end_date, l.agreement_id"
)
"""What `order_facts` needs of `purchase_order_line l`."""

KNOWN_LINE_COLUMNS: Final = (
    "l.purchase_order_id, l.id AS line_id, o.number AS order_number, l.number AS line_number, l.currency,"
    " l.balance_current"
)
"""What `known_line` needs of `purchase_order_line l` and its `purchase_order o`."""


def settings_of(organization: Organization) -> Settings:
    """What the organization has chosen of matching (M9b)."""
    return Settings(date_basis=organization.date_basis, overdraw=organization.overdraw_policy)


def order_facts(orders: Iterable[Row], lines: Iterable[Row]) -> tuple[OrderFact, ...]:
    """Orders with their lines. Balances are not among them: they move with every invoice, the rest does not."""
    by_order: dict[int, list[LineFact]] = {}
    for line in lines:
        by_order.setdefault(line["purchase_order_id"], []).append(_line_fact(line))
    return tuple(_order_fact(order, tuple(by_order.get(order["id"], ()))) for order in orders)


def invoice_fact(
    invoice: Mapping[str, Any],
    basis: AmountBasis,
    seller: SellerEntity | None,
    original: OriginalInvoice | None = None,
) -> InvoiceFact:
    """An invoice, from its columns."""
    start, end = invoice["billing_period_start"], invoice["billing_period_end"]
    return InvoiceFact(
        kind=invoice["kind"],
        category=invoice["category"],
        currency=invoice["currency"],
        amount=amount_that_counts(invoice, basis),
        invoice_date=invoice["invoice_date"],
        billing_period=None if start is None or end is None else (start, end),
        seller_entity=seller,
        purchase_order_number=invoice["purchase_order_number"],
        agreement_id=invoice["agreement_id"],
        tax_registration_number=invoice["tax_registration_number"],
        invoice_unit=invoice["invoice_unit"],
        original=original,
    )


def amount_that_counts(invoice: Mapping[str, Any], basis: AmountBasis) -> Decimal:
    """What of an invoice is taken from balances: its total, or its amount before tax (B1)."""
    return invoice["total_amount"] if basis is AmountBasis.TOTAL else invoice["amount_before_tax"]


def billed_days(invoice: Mapping[str, Any]) -> tuple[date, date]:
    """The days that an invoice bills: its billing period, else its date."""
    start, end = invoice["billing_period_start"], invoice["billing_period_end"]
    return (invoice["invoice_date"], invoice["invoice_date"]) if start is None or end is None else (start, end)


def known_line(row: Mapping[str, Any]) -> KnownLine:
    """A line that is known by its key, with what is left on it."""
    return KnownLine(
        order_id=row["purchase_order_id"],
        line_id=row["line_id"],
        order_number=row["order_number"],
        line_number=row["line_number"],
        currency=row["currency"],
        balance=row["balance_current"],
    )


def invoice_columns(row: Mapping[str, Any]) -> Row:
    """An invoice's columns with the words that they stand for, as `invoice_fact` needs them."""
    return {
        **row,
        "kind": InvoiceKind[row["kind"]],
        "category": InvoiceCategory[row["category"]],
        "status": InvoiceStatus[row["status"]],
    }


def _order_fact(row: Row, lines: tuple[LineFact, ...]) -> OrderFact:
    sellers = zip(row["seller_keys"], row["seller_names"], strict=True)
    return OrderFact(
        id=row["id"],
        number=row["number"],
        status=PurchaseOrderStatus[row["status"]],
        issued=row["issued"],
        suspended=row["suspended"],
        currency=row["currency"],
        effective_date=row["effective_date"],
        expiration_date=row["expiration_date"],
        seller_entities=frozenset(SellerEntity(id=key, name=name) for key, name in sellers),
        tax_registration_numbers=frozenset(row["tax_registration_numbers"]),
        invoice_units=frozenset(row["invoice_units"]),
        edited_at=row["updated_at"],
        lines=lines,
    )


def _line_fact(row: Row) -> LineFact:
    return LineFact(
        id=row["id"],
        number=row["number"],
        line_item_type=LineItemType[row["line_item_type"]],
        status=LineStatus[row["status"]],
        start_date=row["start_date"],
        end_date=row["end_date"],
        agreement_id=row["agreement_id"],
    )
