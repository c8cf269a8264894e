"""Matching once more, slow and obvious: what the fast module has to agree with.

Every pair of invoice and line is asked every question on its own, by days rather than months, and what is left is
sorted by comparing two lines at a time, in the words of the rules. It shares only the facts with the module.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import date
from functools import cmp_to_key
from typing import TYPE_CHECKING

from models.statuses.invoices import (
    DateBasis,
    InvoiceCategory,
    InvoiceKind,
    MatchCriterion,
    MatchOutcome,
    OverdrawPolicy,
)
from models.statuses.orders import LineItemType, LineStatus, PurchaseOrderStatus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from resolvers.matching.facts import InvoiceFact, LineFact, OrderFact, Settings

Place = tuple[int, int | None]


@dataclass
class Answer:
    """What the fast module has to say too."""

    outcome: MatchOutcome = MatchOutcome.UNMATCHED
    chosen: Place | None = None
    hold: bool = False
    ranked: list[tuple[Place, MatchCriterion | None]] = field(default_factory=list[tuple[Place, MatchCriterion | None]])
    dropped: dict[Place, MatchCriterion] = field(default_factory=dict[Place, MatchCriterion])


def answer(invoice: InvoiceFact, orders: Sequence[OrderFact], settings: Settings) -> Answer:
    result = Answer()
    if follows(invoice):
        return follow(invoice, orders)
    left: list[tuple[OrderFact, LineFact]] = []
    for order in orders:
        whole = order_drop(invoice, order, orders, settings)
        if whole is not None:
            result.dropped[order.id, None] = whole
            continue
        for line in order.lines:
            drop = line_drop(invoice, line, settings)
            if drop is not None:
                result.dropped[order.id, line.id] = drop
            else:
                left.append((order, line))
    if not left:
        return result
    left.sort(key=cmp_to_key(lambda one, two: compare(invoice, one, two)[0]))
    best = left[0]
    result.outcome = MatchOutcome.MATCHED
    result.chosen = (best[0].id, best[1].id)
    balance = best[1].balance
    result.hold = (
        settings.overdraw is OverdrawPolicy.HOLD
        and balance is not None
        and invoice.amount > 0
        and balance - invoice.amount < 0
    )
    result.ranked = [
        ((order.id, line.id), None if (order, line) == best else compare(invoice, best, (order, line))[1])
        for order, line in left
    ]
    return result


def follows(invoice: InvoiceFact) -> bool:
    return invoice.kind is InvoiceKind.CREDIT_MEMO and invoice.original is not None and len(invoice.original.lines) > 0


def follow(invoice: InvoiceFact, orders: Sequence[OrderFact]) -> Answer:
    assert invoice.original is not None
    result = Answer()
    targets = {(line.order_id, line.line_id): line for line in invoice.original.lines}
    target_orders = {line.order_id for line in invoice.original.lines}
    for order in orders:
        if order.id in target_orders:
            for line in order.lines:
                if (order.id, line.id) not in targets:
                    result.dropped[order.id, line.id] = MatchCriterion.ORIGINAL_INVOICE
        else:
            result.dropped[order.id, None] = MatchCriterion.ORIGINAL_INVOICE
    if len(targets) > 1:
        result.outcome = MatchOutcome.AMBIGUOUS
        result.ranked = [(place, None) for place in sorted(targets)]
        return result
    ((place, target),) = targets.items()
    if target.currency != invoice.currency:
        result.dropped[place] = MatchCriterion.CURRENCY
        return result
    result.outcome = MatchOutcome.MATCHED
    result.chosen = place
    result.ranked = [(place, None)]
    return result


def order_drop(  # noqa: PLR0911 - one question after the other, as the rules list them
    invoice: InvoiceFact, order: OrderFact, orders: Sequence[OrderFact], settings: Settings
) -> MatchCriterion | None:
    named = invoice.purchase_order_number
    marketplace = invoice.category is InvoiceCategory.MARKETPLACE
    known = named in [each.number for each in orders]
    if named is not None and (marketplace or known) and order.number != named:
        return MatchCriterion.PURCHASE_ORDER_NUMBER
    if not order.issued or order.status in {
        PurchaseOrderStatus.CLOSED_RELEASED,
        PurchaseOrderStatus.CLOSED_CANCELED,
        PurchaseOrderStatus.CLOSED_RETURNED,
        PurchaseOrderStatus.CLOSED_COMPLETE,
    }:
        return MatchCriterion.NOT_IN_MATCHING
    if order.suspended:
        return MatchCriterion.SUSPENDED
    sellers = [seller.id for seller in order.seller_entities]
    if sellers and (invoice.seller_entity is None or invoice.seller_entity.id not in sellers):
        return MatchCriterion.SELLER_ENTITY
    if order.tax_registration_numbers and invoice.tax_registration_number not in order.tax_registration_numbers:
        return MatchCriterion.TAX_REGISTRATION
    if order.invoice_units and invoice.invoice_unit not in order.invoice_units:
        return MatchCriterion.INVOICE_UNIT
    if order.currency != invoice.currency:
        return MatchCriterion.CURRENCY
    if not lies_within(invoice, order.effective_date, order.expiration_date, settings):
        return MatchCriterion.ORDER_PERIOD
    if len(order.lines) == 0:
        return MatchCriterion.NO_LINES
    return None


def line_drop(invoice: InvoiceFact, line: LineFact, settings: Settings) -> MatchCriterion | None:
    if line.status in {
        LineStatus.DRAFT,
        LineStatus.PENDING_APPROVAL,
        LineStatus.REJECTED,
        LineStatus.CLOSED_RELEASED,
        LineStatus.CLOSED_CANCELED,
        LineStatus.CLOSED_RETURNED,
    }:
        return MatchCriterion.LINE_STATUS
    if not lies_within(invoice, line.start_date, line.end_date, settings):
        return MatchCriterion.LINE_PERIOD
    if not takes(line.line_item_type, invoice):
        return MatchCriterion.LINE_ITEM_TYPE
    return None


def lies_within(invoice: InvoiceFact, start: date | None, end: date | None, settings: Settings) -> bool:
    if invoice.billing_period is None or settings.date_basis is DateBasis.ISSUE_DATE:
        first, last = invoice.invoice_date, invoice.invoice_date
    else:
        first, last = invoice.billing_period
    if start is not None:
        start = date(start.year, start.month, 1)
    if end is not None:
        end = date(end.year, end.month, calendar.monthrange(end.year, end.month)[1])
    return (start is None or start <= first) and (end is None or last <= end)


def takes(line_item_type: LineItemType, invoice: InvoiceFact) -> bool:
    if invoice.category is InvoiceCategory.USAGE:
        return line_item_type in {LineItemType.MONTHLY_USAGE, LineItemType.ALL}
    if invoice.category is InvoiceCategory.SUBSCRIPTION:
        return line_item_type in {LineItemType.SUBSCRIPTION_PURCHASE, LineItemType.ALL}
    if invoice.category is InvoiceCategory.SERVICES_AND_TRAINING:
        return line_item_type in {LineItemType.PROFESSIONAL_SERVICES_AND_TRAINING, LineItemType.ALL}
    if invoice.purchase_order_number is not None:
        return line_item_type is LineItemType.MARKETPLACE_TRANSACTION
    return line_item_type in {LineItemType.MARKETPLACE_BLANKET_USAGE, LineItemType.ALL}


def compare(  # noqa: PLR0911 - one question after the other, as the rules list them
    invoice: InvoiceFact, one: tuple[OrderFact, LineFact], two: tuple[OrderFact, LineFact]
) -> tuple[int, MatchCriterion]:
    """Below 0 when the first ranks before the second, with the criterion in which they differ."""
    (order, line), (other_order, other_line) = one, two
    if specificity(line) != specificity(other_line):
        return specificity(other_line) - specificity(line), MatchCriterion.TYPE
    if agreement(invoice, line) != agreement(invoice, other_line):
        return agreement(invoice, other_line) - agreement(invoice, line), MatchCriterion.AGREEMENT
    restricted = len(order.tax_registration_numbers) + len(order.invoice_units) > 0
    other_restricted = len(other_order.tax_registration_numbers) + len(other_order.invoice_units) > 0
    if restricted != other_restricted:
        return (-1 if restricted else 1), MatchCriterion.RESTRICTION
    covers, other_covers = balance_covers(invoice.amount, line), balance_covers(invoice.amount, other_line)
    if covers != other_covers:
        return (-1 if covers else 1), MatchCriterion.BALANCE
    if order.edited_at != other_order.edited_at:
        return (-1 if order.edited_at > other_order.edited_at else 1), MatchCriterion.RECENCY
    end, other_end = line.end_date or order.expiration_date, other_line.end_date or other_order.expiration_date
    if end != other_end:
        earlier = end is not None and (other_end is None or end < other_end)
        return (-1 if earlier else 1), MatchCriterion.LINE_ORDER
    start, other_start = line.start_date or order.effective_date, other_line.start_date or other_order.effective_date
    if start != other_start:
        earlier = start is None or (other_start is not None and start < other_start)
        return (-1 if earlier else 1), MatchCriterion.LINE_ORDER
    if line.number != other_line.number:
        return line.number - other_line.number, MatchCriterion.LINE_ORDER
    if order.id != other_order.id:
        return order.id - other_order.id, MatchCriterion.LINE_ORDER
    return line.id - other_line.id, MatchCriterion.LINE_ORDER


def specificity(line: LineFact) -> int:
    if line.line_item_type is LineItemType.MARKETPLACE_TRANSACTION:
        return 2
    if line.line_item_type is LineItemType.ALL:
        return 0
    return 1


def agreement(invoice: InvoiceFact, line: LineFact) -> int:
    """How well a marketplace transaction line fits the agreement that is billed."""
    if line.line_item_type is not LineItemType.MARKETPLACE_TRANSACTION or invoice.agreement_id is None:
        return 0
    if line.agreement_id is None:
        return 0
    return 1 if line.agreement_id == invoice.agreement_id else -1


def balance_covers(amount: Decimal, line: LineFact) -> bool:
    if line.balance is None:
        return True
    if amount < 0:
        return True
    return line.balance >= amount
