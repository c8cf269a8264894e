"""Debit memos: what a return claims back from the supplier, and what becomes of the claim when the return is canceled.

A debit memo is an invoice of ours with negative amounts, confirmed as it is raised. Nobody has to match it: its lines
belong to the order lines whose goods went back.

Source: R4, I1, B1, M9.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from models import database
from models.invoice import Allocation, Invoice, InvoiceLine
from models.match import Match
from models.organization import Organization
from models.statuses.invoices import (
    AmountBasis,
    InvoiceCategory,
    InvoiceKind,
    InvoiceLineStatus,
    InvoiceStatus,
    MatchOutcome,
)
from models.values import ZERO
from resolvers import bulk, events
from resolvers.document_numbers import next_number
from resolvers.errors_receiving import AlreadySettled
from resolvers.ids import id_of
from resolvers.invoicing import decision_store
from resolvers.matching.ranking import RULES_VERSION
from resolvers.rules.receipts import Billed, claim

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from models.purchase_order import PurchaseOrderLine
    from models.receiving import Receipt
    from resolvers.receiving.deliveries import Delivery
    from resolvers.rules.receipts import Claim

Row = dict[str, Any]

_SETTLED: Final = (InvoiceStatus.PENDING_PAYMENT, InvoiceStatus.PAID)

_BILLED: Final = f"""
SELECT a.line_id, sum(a.amount) AS amount,
       sum(a.amount) FILTER (WHERE a.invoice_line_id IS NOT NULL) AS by_lines,
       sum(CASE WHEN n.amount <> 0 THEN n.tax_amount * a.amount / n.amount END) AS tax,
       max(a.invoice_id) FILTER (WHERE i.kind = '{InvoiceKind.INVOICE}') AS latest,
       count(DISTINCT a.invoice_id) FILTER (WHERE i.kind = '{InvoiceKind.INVOICE}') AS invoices
FROM allocation a JOIN invoice i ON i.id = a.invoice_id LEFT JOIN invoice_line n ON n.id = a.invoice_line_id
WHERE a.line_id = ANY($1::bigint[]) AND a.ended_at IS NULL GROUP BY a.line_id"""  # noqa: S608 - our own words


@dataclass(frozen=True, slots=True)
class _Part:
    """What is claimed of one order line."""

    line: PurchaseOrderLine
    claim: Claim


async def claimed(delivery: Delivery, receipt: Receipt, back: Mapping[int, Decimal]) -> Invoice | None:
    """The debit memo of a return that takes so much of each line back; None where nothing is billed on these lines.

    It names the invoice, where one invoice bills all of it.

    Source: R4.
    """
    billed = {row["line_id"]: row for row in await database.rows(_BILLED, list(back))}
    parts = [part for key in back if (part := _part(delivery, key, back[key], billed.get(key))) is not None]
    if not parts:
        return None
    latest = max(billed[part.line.id]["latest"] or 0 for part in parts)
    invoice = await Invoice.get_or_none(id=latest)
    named = {billed[part.line.id]["latest"] for part in parts} if _one_each(billed, parts) else set[int]()
    memo = await _invoice(delivery, receipt, parts, invoice, names=len(named) == 1)
    await _lines(delivery, receipt, memo, parts)
    delivery.invoices.append(memo.id)
    changes = events.changes_between({}, {"totalAmount": memo.total_amount, "return": receipt.number})
    event = await events.record(
        delivery.call,
        "debit_memo_raised",
        memo.supplier_invoice_number,
        about=[delivery.order, memo],
        changes=changes,
        reason=receipt.reason,
    )
    delivery.memos.append(event)
    return memo


async def withdraw(delivery: Delivery, receipt: Receipt, reason: str) -> None:
    """Cancel the debit memo of a return: it claims nothing any more, and gives back what it took off its lines.

    Raises:
        AlreadySettled: the supplier has paid it, or is about to.

    Source: R4.
    """
    if receipt.debit_memo_id is None:
        return
    call = delivery.call
    memo = await Invoice.select_for_update().get(id=receipt.debit_memo_id)
    if memo.status is InvoiceStatus.CANCELED:
        return
    if memo.status in _SETTLED or memo.paid_amount:
        key = id_of(Invoice, memo.id)
        raise AlreadySettled(debit_memo=key, status=memo.status, paid=memo.paid_amount, path=("id",))
    held = await Allocation.filter(invoice_id=memo.id, ended_at__isnull=True)
    await decision_store.end(call, [memo.id], [allocation.id for allocation in held])
    changes = events.changes_between({"status": memo.status}, {"status": InvoiceStatus.CANCELED})
    await Invoice.filter(id=memo.id).update(
        status=InvoiceStatus.CANCELED, updated_at=call.now, edit_version=memo.edit_version + 1
    )
    delivery.invoices.append(memo.id)
    event = await events.record(
        call,
        "invoice_canceled",
        memo.supplier_invoice_number,
        about=[delivery.order, memo],
        changes=changes,
        reason=reason,
    )
    delivery.memos.append(event)


def _part(delivery: Delivery, key: int, back: Decimal, row: Mapping[str, Any] | None) -> _Part | None:
    if row is None:
        return None
    line, at = delivery.lines[key], delivery.at[key]
    figures = {name: row[name] or ZERO for name in ("amount", "by_lines", "tax")}
    found = claim(
        returned=at.returned,
        back=back,
        ordered=line.quantity,
        amount=line.amount,
        currency=line.currency,
        billed=Billed(**figures),
    )
    return None if found is None else _Part(line, found)


def _one_each(billed: Mapping[int, Mapping[str, Any]], parts: list[_Part]) -> bool:
    return all(billed[part.line.id]["invoices"] == 1 for part in parts)


async def _invoice(
    delivery: Delivery, receipt: Receipt, parts: list[_Part], invoice: Invoice | None, *, names: bool
) -> Invoice:
    call, order = delivery.call, delivery.order
    amount = sum((part.claim.amount for part in parts), ZERO)
    tax = sum((part.claim.tax for part in parts), ZERO)
    number = await next_number(
        call,
        delivery.gate,
        prefix="DM",
        counter="last_debit_memo_number",
        row=Invoice,
        column="supplier_invoice_number",
    )
    return await Invoice.create(
        organization_id=call.organization_id,
        supplier_id=order.supplier_id,
        seller_entity_id=None if invoice is None else invoice.seller_entity_id,
        supplier_invoice_number=number,
        kind=InvoiceKind.DEBIT_MEMO,
        category=InvoiceCategory.USAGE if invoice is None else invoice.category,
        status=InvoiceStatus.CONFIRMED,
        currency=order.currency,
        invoice_date=receipt.received_on,
        total_amount=-amount - tax,
        amount_before_tax=-amount,
        tax_amount=-tax,
        confirmed_at=call.now,
        purchase_order_number=order.number,
        original_invoice_number=invoice.supplier_invoice_number if names and invoice is not None else None,
        created_at=call.now,
        updated_at=call.now,
    )


async def _lines(delivery: Delivery, receipt: Receipt, memo: Invoice, parts: list[_Part]) -> None:
    """The lines of a debit memo, what they take off the order lines, and the decision that they belong there."""
    call, order = delivery.call, delivery.order
    common: Row = {"organization_id": call.organization_id, "invoice_id": memo.id, "currency": memo.currency}
    organization = await Organization.get(id=call.organization_id)
    with_tax = organization.amount_basis is AmountBasis.TOTAL
    keys = await bulk.insert(
        InvoiceLine,
        [{**common, **_line(delivery, receipt, place, part)} for place, part in enumerate(parts, start=1)],
    )
    await bulk.insert(
        Allocation,
        [
            {
                **common,
                "invoice_line_id": key,
                "purchase_order_id": order.id,
                "line_id": part.line.id,
                "amount": -part.claim.amount,
                "quantity": -part.claim.quantity,
                "tax_amount": -part.claim.tax if with_tax else ZERO,
                "reopens": True,
                "period_start": receipt.received_on,
                "period_end": receipt.received_on,
                "created_at": call.now,
            }
            for key, part in zip(keys, parts, strict=True)
        ],
    )
    reason = f"Return {receipt.number} raised it."
    await Match.create(
        **common,
        outcome=MatchOutcome.MANUAL,
        reason=reason,
        purchase_order_id=order.id,
        line_id=parts[0].line.id if len(parts) == 1 else None,
        amount=memo.total_amount if with_tax else memo.amount_before_tax,
        rules_version=RULES_VERSION,
        decided_at=call.now,
        decided_by_id=call.actor.user_id,
        ranked=[[order.id, part.line.id, None, reason, None] for part in parts],
        created_at=call.now,
    )


def _line(delivery: Delivery, receipt: Receipt, place: int, part: _Part) -> Row:
    line, call = part.line, delivery.call
    return {
        "number": place,
        "description": f"Return {receipt.number}: {line.description or f'line {line.number}'}",
        "part_number": line.part_number,
        "purchase_order_line_number": line.number,
        "reopens_quantity": True,
        "unit": line.unit,
        "quantity": -part.claim.quantity,
        "unit_price": line.unit_price,
        "amount": -part.claim.amount,
        "tax_amount": -part.claim.tax,
        "status": InvoiceLineStatus.CONFIRMED,
        "confirmed_at": call.now,
        "created_at": call.now,
    }
