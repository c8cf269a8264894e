"""Marketplace purchases that a file shows only by their invoices.

A marketplace invoice that names an order goes to a line that was added for the purchase (M3). Where purchases are
recorded when they are made, the line is there; a list of invoices comes alone, and often late. So the import makes up
for what is missing: of an invoice that is new and that no such line would serve in its billing period, it records the
purchase first, for that period and amount, with the invoice's number in place of the agreement's, which no summary
tells. An order that is not there yet is made of it; what speaks against the purchase is then told as the reason why no
order serves the invoice.

Source: M3, M6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tortoise.expressions import Q

from models.invoice import Invoice
from models.purchase_order import PurchaseOrderLine
from models.statuses.invoices import InvoiceCategory, InvoiceKind
from models.statuses.orders import LineItemType
from models.supplier import SellerEntity, Supplier
from resolvers.errors import Refusal, Refusals
from resolvers.ids import id_of
from resolvers.invoicing import marketplace
from resolvers.matching.months import lasts_through, month_of, starts_by
from resolvers.rules.invoice_document import document_refusals
from resolvers.rules.matching_status import LINES_NOT_IN_FORCE
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from models.event import Event
    from resolvers.operation import Call
    from resolvers.rules.invoice_document import NewInvoice


async def unrecorded(call: Call, invoices: Sequence[NewInvoice]) -> list[NewInvoice]:
    """Of these, the new invoices for whose purchase there is no line: the first one of each order and period."""
    named = [new for new in invoices if _names_purchase(new) and not document_refusals(new)]
    if not named:
        return []
    known = await _known(call, named)
    served = await _served(call, {new.purchase_order_number or "" for new in named})
    found: list[NewInvoice] = []
    for new in named:
        periods = served.setdefault(new.purchase_order_number or "", [])
        if (new.supplier_id, new.supplier_invoice_number) not in known and not _is_served(new, periods):
            found.append(new)
            periods.append(_period(new))
    return found


async def record(call: Call, new: NewInvoice) -> Sequence[Event]:
    """Record the purchase that an invoice bills; nothing where an order cannot take it."""
    first, last = _period(new)
    given: dict[str, Any] = {
        "purchase_order_number": new.purchase_order_number,
        "agreement_id": new.supplier_invoice_number,
        "supplier_id": id_of(Supplier, new.supplier_id),
        "seller_entity_id": id_of(SellerEntity, new.seller_entity_id or 0),
        "currency": new.currency,
        "amount": new.total_amount,
        "start_date": first,
        "end_date": last,
        "description": f"Marketplace purchase, found by invoice {new.supplier_invoice_number}",
    }
    try:
        return (await marketplace.record(call, given)).events
    except (Refusal, Refusals):
        return ()


def _names_purchase(new: NewInvoice) -> bool:
    is_bill = new.kind is InvoiceKind.INVOICE and new.category is InvoiceCategory.MARKETPLACE
    return is_bill and new.purchase_order_number is not None


def _period(new: NewInvoice) -> tuple[date, date]:
    return new.billing_period_start or new.invoice_date, new.billing_period_end or new.invoice_date


def _is_served(new: NewInvoice, periods: Sequence[tuple[date | None, date | None]]) -> bool:
    first, last = _period(new)
    return any(starts_by(start, month_of(first)) and lasts_through(end, month_of(last)) for start, end in periods)


async def _known(call: Call, invoices: Sequence[NewInvoice]) -> set[tuple[int, str]]:
    """Supplier and number of those that are recorded already."""
    numbers = sorted({new.supplier_invoice_number for new in invoices})
    rows = visible_to(Invoice, call.actor).filter(supplier_invoice_number__in=numbers)
    found: Any = await rows.values_list("supplier_id", "supplier_invoice_number")
    return set(found)


async def _served(call: Call, numbers: set[str]) -> dict[str, list[tuple[date | None, date | None]]]:
    """The periods for which the orders have lines for purchases."""
    lines = visible_to(PurchaseOrderLine, call.actor).filter(
        Q(line_item_type=LineItemType.MARKETPLACE_TRANSACTION) & ~Q(status__in=list(LINES_NOT_IN_FORCE)),
        purchase_order__number__in=sorted(numbers),
    )
    found: Any = await lines.values_list("purchase_order__number", "start_date", "end_date")
    served: dict[str, list[tuple[date | None, date | None]]] = {}
    for number, start, end in found:
        served.setdefault(number, []).append((start, end))
    return served
