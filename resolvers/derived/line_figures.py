"""The derived columns of an order line, from its own columns and all that documents say of it.

Source: O7, L1, L3, R1, I2, B1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from models.statuses.orders import AcknowledgmentType, ProductType, PurchaseOrderStatus
from models.values import ZERO
from resolvers.derived.figures import NUMERIC
from resolvers.rules.balances import LineTerms, Usage, line_amount, line_figures
from resolvers.rules.invoicing import Billing, Worth, billed
from resolvers.rules.lifecycle import LineProgress, line_status
from resolvers.rules.receiving import Arrivals, ReceivedLine, received

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from models.purchase_order import PurchaseOrder

Row = dict[str, Any]

LINE_FIGURES: Final = {
    "status": "text",
    "amount": NUMERIC,
    "effective_quantity": NUMERIC,
    "effective_amount": NUMERIC,
    "received_quantity": NUMERIC,
    "received_amount": NUMERIC,
    "received_percent": NUMERIC,
    "received_quantity_percent": NUMERIC,
    "accepted_quantity": NUMERIC,
    "rejected_quantity": NUMERIC,
    "returned_quantity": NUMERIC,
    "invoiced_quantity": NUMERIC,
    "invoiced_amount": NUMERIC,
    "invoiced_percent": NUMERIC,
    "invoiced_quantity_percent": NUMERIC,
    "confirmed_amount": NUMERIC,
    "paid_amount": NUMERIC,
    "released_amount": NUMERIC,
    "invoice_count": "int",
    "balance_limit": NUMERIC,
    "balance_used": NUMERIC,
    "balance_current": NUMERIC,
    "balance_percent": NUMERIC,
    "forecast_burn_per_day": NUMERIC,
    "forecast_runs_out_on": "date",
    "forecast_basis": "int",
}
"""The derived columns of a line, with their types."""

LINE_TERMS: Final = """l.id, l.organization_id, l.purchase_order_id, l.currency, l.product_type, l.acknowledgment_type,
    l.quantity, l.unit_price, l.discount, l.tax_percent, l.tax_amount, l.balance_tracked, l.revision_pending,
    l.canceled_at, l.closed_at, l.requisition_line_id, o.status AS order_status, o.issued_at AS order_issued_at,
    o.closed_at AS order_closed_at, o.supplier_confirmation_required, o.supplier_confirmed_at"""
"""What `figures_of_line` needs of `purchase_order_line l` and its `purchase_order o`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """All that documents say of a line: what is allocated to it, what arrived, what releases take from it."""

    usage: Usage = field(default_factory=Usage)
    billing: Billing = field(default_factory=Billing)
    arrivals: Arrivals = field(default_factory=Arrivals)
    released: Decimal = ZERO


NO_DOCUMENTS: Final = Documents()

UNISSUED: Final[Row] = {
    "order_status": PurchaseOrderStatus.DRAFT,
    "order_issued_at": None,
    "order_closed_at": None,
    "supplier_confirmation_required": False,
    "supplier_confirmed_at": None,
}
"""What of a draft decides about its lines."""


def figures_of_line(row: Mapping[str, Any], documents: Documents = NO_DOCUMENTS) -> Row:
    """The derived columns of a line, from its columns, those of its order, and its documents.

    Source: O7, L1, L3, R1, I2, B1.
    """
    canceled = is_canceled(row)
    own = Worth(
        quantity=row["quantity"],
        amount=line_amount(row["quantity"], row["unit_price"], row["discount"], row["currency"]),
    )
    came = received(_received_line(row, own, canceled=canceled), documents.arrivals, documents.billing)
    bills = billed(documents.billing, own, came.counted)
    balance = line_figures(_terms(row, canceled=canceled), documents.usage, came.counted.amount).balance
    forecast = balance.forecast if balance else None
    progress = LineProgress(
        order_status=PurchaseOrderStatus[row["order_status"]],
        is_issued=row["order_issued_at"] is not None,
        is_order_closed=row["order_closed_at"] is not None,
        awaits_confirmation=bool(row["supplier_confirmation_required"]) and row["supplier_confirmed_at"] is None,
        is_canceled=canceled,
        is_closed=row.get("closed_at") is not None,
        awaits_revision=bool(row.get("revision_pending")),
        is_returned=came.is_returned,
        is_begun=came.quantity > 0 or came.amount > 0,
        is_complete=came.is_complete,
        is_billed=bills.is_confirmed_in_full,
        is_paid=bills.is_paid_in_full,
    )
    return {
        "status": line_status(progress),
        "amount": own.amount,
        "effective_quantity": came.counted.quantity,
        "effective_amount": came.counted.amount,
        "received_quantity": came.quantity,
        "received_amount": came.amount,
        "received_percent": came.percent,
        "received_quantity_percent": came.quantity_percent,
        "accepted_quantity": documents.arrivals.accepted,
        "rejected_quantity": documents.arrivals.rejected,
        "returned_quantity": documents.arrivals.returned,
        "invoiced_quantity": bills.quantity,
        "invoiced_amount": documents.billing.amount,
        "invoiced_percent": bills.percent,
        "invoiced_quantity_percent": bills.quantity_percent,
        "confirmed_amount": documents.billing.confirmed,
        "paid_amount": documents.billing.paid,
        "released_amount": documents.released,
        "invoice_count": documents.usage.invoices,
        "balance_limit": balance.limit if balance else None,
        "balance_used": balance.used if balance else None,
        "balance_current": balance.current if balance else None,
        "balance_percent": balance.percent if balance else None,
        "forecast_burn_per_day": forecast.burn_per_day if forecast else None,
        "forecast_runs_out_on": forecast.runs_out_on if forecast else None,
        "forecast_basis": forecast.basis if forecast else 0,
    }


def order_columns(order: PurchaseOrder) -> Row:
    """What of an order decides about its lines, for lines that are not stored yet."""
    return {name: getattr(order, name.removeprefix("order_")) for name in UNISSUED}


def is_canceled(row: Mapping[str, Any]) -> bool:
    """Whether the line counts in no total any more: canceled itself, or with its order before that was issued."""
    before_issue = row["order_issued_at"] is None
    with_order = before_issue and row["order_status"] == PurchaseOrderStatus.CLOSED_CANCELED
    return row.get("canceled_at") is not None or with_order


def _received_line(row: Mapping[str, Any], own: Worth, *, canceled: bool) -> ReceivedLine:
    acknowledgment = row["acknowledgment_type"]
    return ReceivedLine(
        currency=row["currency"],
        product_type=ProductType[row["product_type"]],
        acknowledgment_type=None if acknowledgment is None else AcknowledgmentType[acknowledgment],
        worth=own,
        is_closed=row.get("closed_at") is not None,
        is_canceled=canceled,
    )


def _terms(row: Mapping[str, Any], *, canceled: bool) -> LineTerms:
    return LineTerms(
        currency=row["currency"],
        quantity=row["quantity"],
        unit_price=row["unit_price"],
        discount=row["discount"],
        tax_percent=row["tax_percent"],
        tax_amount=row["tax_amount"],
        is_tracked=row["balance_tracked"],
        is_canceled=canceled,
    )
