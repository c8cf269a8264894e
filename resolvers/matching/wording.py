"""The sentences of the explanation, for a person in accounts payable: whole, with the figures and dates.

Each docstring is an example of what its function says.

Pure.

Source: M2, M4, M7, M9.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from models.statuses.invoices import DateBasis, InvoiceCategory
from models.statuses.orders import LineItemType, LineStatus, PurchaseOrderStatus
from resolvers.matching.months import lasts_through, spelled, starts_by

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from models.values import Money
    from resolvers.matching.candidates import Candidate, Survivor
    from resolvers.matching.facts import KnownLine, LineFact, OrderFact, OriginalInvoice
    from resolvers.matching.profile import Profile

_TAKES: Final = {
    LineItemType.ALL: "every category",
    LineItemType.MONTHLY_USAGE: "monthly usage",
    LineItemType.SUBSCRIPTION_PURCHASE: "subscriptions and one-time purchases",
    LineItemType.MARKETPLACE_TRANSACTION: "marketplace purchases made with an order number",
    LineItemType.MARKETPLACE_BLANKET_USAGE: "marketplace purchases made without an order number",
    LineItemType.PROFESSIONAL_SERVICES_AND_TRAINING: "professional services and training",
}

_BILLS: Final = {
    InvoiceCategory.USAGE: "usage",
    InvoiceCategory.SUBSCRIPTION: "a subscription or one-time purchase",
    InvoiceCategory.MARKETPLACE: "a marketplace purchase made without an order number",
    InvoiceCategory.SERVICES_AND_TRAINING: "professional services or training",
}

_BILLS_TRANSACTION: Final = "a marketplace purchase made with an order number"

_CLOSED_ORDERS: Final = {
    PurchaseOrderStatus.CLOSED_RELEASED: "is closed",
    PurchaseOrderStatus.CLOSED_CANCELED: "is canceled",
    PurchaseOrderStatus.CLOSED_RETURNED: "is returned",
    PurchaseOrderStatus.CLOSED_COMPLETE: "is complete",
}

_LINES_NOT_IN_FORCE: Final = {
    LineStatus.DRAFT: "is a draft",
    LineStatus.PENDING_APPROVAL: "waits for approval",
    LineStatus.REJECTED: "was rejected",
    LineStatus.CLOSED_RELEASED: "is closed",
    LineStatus.CLOSED_CANCELED: "is canceled",
    LineStatus.CLOSED_RETURNED: "is returned",
}


# What drops an order as a whole.


def other_number(order: OrderFact, number: str) -> str:
    """The invoice names purchase order 1234; this is PO-7."""
    return f"The invoice names purchase order {number}; this is {order.number}."


def not_in_matching(order: OrderFact, _: Profile) -> str:
    """PO-7 is not issued."""
    return f"{order.number} {_CLOSED_ORDERS[order.status] if order.issued else 'is not issued'}."


def suspended(order: OrderFact, _: Profile) -> str:
    """PO-7 is suspended."""
    return f"{order.number} is suspended."


def other_seller(order: OrderFact, profile: Profile) -> str:
    """PO-7 is billed by Northwind Ltd; the invoice comes from Northwind GmbH."""
    billed_by = _listed(entity.name for entity in order.seller_entities)
    if profile.seller_entity is None:
        return f"{order.number} is billed by {billed_by}; the invoice names no seller entity."
    return _stopped(f"{order.number} is billed by {billed_by}; the invoice comes from {profile.seller_entity.name}")


def other_tax_number(order: OrderFact, profile: Profile) -> str:
    """PO-7 is restricted to tax registration number DE1 or DE2; the invoice carries none."""
    accepted, carried = _listed(order.tax_registration_numbers), profile.tax_registration_number or "none"
    return f"{order.number} is restricted to tax registration number {accepted}; the invoice carries {carried}."


def other_invoice_unit(order: OrderFact, profile: Profile) -> str:
    """PO-7 is restricted to invoice unit Research; the invoice carries Sales."""
    accepted, carried = _listed(order.invoice_units), profile.invoice_unit or "none"
    return f"{order.number} is restricted to invoice unit {accepted}; the invoice carries {carried}."


def other_currency(order: OrderFact, profile: Profile) -> str:
    """PO-7 is in EUR; the invoice is in USD."""
    return f"{order.number} is in {order.currency}; the invoice is in {profile.currency}."


def outside_validity(order: OrderFact, profile: Profile) -> str:
    """PO-7 is valid from 2025-07-01; the billing period is June 2025."""
    bounds = _crossed(order.effective_date, order.expiration_date, profile)
    return f"{order.number} is valid {bounds}; {_period(profile)}."


def no_lines(order: OrderFact, _: Profile) -> str:
    """PO-7 has no lines."""
    return f"{order.number} has no lines."


# What drops a line.


def line_not_in_force(order: OrderFact, line: LineFact) -> str:
    """Line 2 of PO-7 is canceled."""
    return line_out_of_force(order, line.number, line.status)


def line_out_of_force(order: OrderFact, number: int, status: LineStatus) -> str:
    """Line 2 of PO-7 is canceled."""
    return f"Line {number} of {order.number} {_LINES_NOT_IN_FORCE[status]}."


def outside_line_dates(order: OrderFact, line: LineFact, profile: Profile) -> str:
    """Line 2 of PO-7 runs until 2025-12-31; the billing period is January 2026."""
    bounds = _crossed(line.start_date, line.end_date, profile)
    return f"Line {line.number} of {order.number} runs {bounds}; {_period(profile)}."


def other_type(order: OrderFact, line: LineFact, profile: Profile) -> str:
    """Line 2 of PO-7 takes monthly usage; the invoice bills professional services or training."""
    bills = _BILLS_TRANSACTION if profile.is_marketplace_transaction else _BILLS[profile.category]
    if line.line_item_type is LineItemType.ALL:
        return f"Line {line.number} of {order.number} takes every category, but {bills} needs a line of its own."
    return f"Line {line.number} of {order.number} takes {_TAKES[line.line_item_type]}; the invoice bills {bills}."


# What ranks a line behind the best.


def less_specific(best: Survivor, other: Survivor) -> str:
    """Line 2 of PO-7 takes every category; line 1 of PO-9 takes monthly usage, which is more specific."""
    more, less = _TAKES[best.line.line_item_type], _TAKES[other.line.line_item_type]
    return f"{_opening(other)} takes {less}; {best.label} takes {more}, which is more specific."


def other_agreement(best: Survivor, other: Survivor, billed: str | None) -> str:
    """Line 2 of PO-7 names no agreement; line 1 of PO-7 was added for agreement A-1, which the invoice bills."""
    if best.line.agreement_id is None:
        added = f"was added for agreement {other.line.agreement_id}"
        return f"{_opening(other)} {added}; {best.label} names no agreement, and the invoice bills {billed}."
    added = f"was added for agreement {other.line.agreement_id}" if other.line.agreement_id else "names no agreement"
    return f"{_opening(other)} {added}; {best.label} was added for agreement {billed}, which the invoice bills."


def less_restricted(best: Survivor, other: Survivor) -> str:
    """PO-9 is open to every tax registration number and invoice unit; PO-7 is restricted to the invoice's."""
    return (
        f"{other.order.number} is open to every tax registration number and invoice unit; "
        f"{best.order.number} is restricted to the invoice's."
    )


def not_covered(best: Survivor, other: Survivor, balance: Money, amount: Money, *, tracked: bool) -> str:
    """Line 2 of PO-7 has 500.00 USD left, less than the invoice's 2,000.00 USD; line 1 of PO-9 covers it."""
    covers = f"{best.label} covers it" if tracked else f"the balance of {best.label} is not tracked"
    return f"{_opening(other)} has {balance} left, less than the invoice's {amount}; {covers}."


def edited_earlier(best: Survivor, other: Survivor) -> str:
    """PO-7 was last edited on 2025-03-01; PO-9 later, on 2025-04-02."""
    its, mine = best.order.edited_at, other.order.edited_at
    if its.date() != mine.date():
        return f"{other.order.number} was last edited on {mine.date()}; {best.order.number} later, on {its.date()}."
    return f"{other.order.number} was last edited at {mine}; {best.order.number} later, at {its}."


def later_in_order(best: Survivor, other: Survivor) -> str:
    """Line 2 of PO-7 ends on 2025-12-31; line 1 of PO-7 ends earlier, on 2025-06-30."""
    if other.last_day != best.last_day:
        ends = f"ends on {other.last_day}" if other.last_day else "has no end date"
        return f"{_opening(other)} {ends}; {best.label} ends earlier, on {best.last_day}."
    if other.first_day != best.first_day:
        starts = f"starts earlier, on {best.first_day}" if best.first_day else "has no start date"
        return f"{_opening(other)} starts on {other.first_day}; {best.label} {starts}."
    if other.line.number != best.line.number:
        return f"{_opening(other)} comes after {best.label} by its line number."
    return f"{_opening(other)} is equal to {best.label} in all that counts; the one recorded first goes first."


# What became of it.


def best_of(best: Survivor, fitting: int) -> str:
    """Line 1 of PO-9 ranks first of 3 lines that fit."""
    if fitting == 1:
        return f"{_opening(best)} is the only line that fits."
    return f"{_opening(best)} ranks first of {fitting} lines that fit."


def balance_moves(before: Money, after: Money, *, held: bool) -> str:
    """Its balance goes from 100.00 USD to -300.00 USD: the match waits for a person."""
    waits = ": the match waits for a person" if held else ""
    return f"Its balance goes from {before} to {after}{waits}."


BALANCE_IS_NOT_TRACKED: Final = "Its balance is not tracked."


def no_order(dropped: tuple[Candidate, ...]) -> str:
    """No order serves this invoice. PO-7 is suspended."""
    if not dropped:
        return "No order serves this invoice: there is none to look at."
    if len(dropped) == 1:
        return f"No order serves this invoice. {dropped[0].reason}"
    return f"No order serves this invoice: all {len(dropped)} candidates fell out."


# Credit memos.


def follows(original: OriginalInvoice, line: KnownLine) -> str:
    """The credit memo follows invoice INV-1, which is on line 1 of PO-7."""
    return f"The credit memo follows invoice {original.number}, which is on {line.label}."


def follows_one_of(original: OriginalInvoice) -> str:
    """The credit memo names invoice INV-1, which is on 2 lines: a person has to choose."""
    lines = len(original.lines)
    return f"The credit memo names invoice {original.number}, which is on {lines} lines: a person has to choose."


def original_in_other_currency(original: OriginalInvoice, line: KnownLine, currency: str) -> str:
    """Invoice INV-1 is on line 1 of PO-7 in USD; the credit memo that names it is in EUR."""
    place = f"{line.label} in {line.currency}"
    return f"Invoice {original.number} is on {place}; the credit memo that names it is in {currency}."


def original_elsewhere(original: OriginalInvoice) -> str:
    """The credit memo names invoice INV-1, which is on line 1 of PO-7."""
    places = _listed((line.label for line in original.lines), "and")
    return f"The credit memo names invoice {original.number}, which is on {places}."


def original_without_order(original: OriginalInvoice) -> str:
    """Invoice INV-1, which the credit memo names, is not recorded here, so the rules for invoices hold."""
    state = "is on no order" if original.recorded else "is not recorded here"
    return f"Invoice {original.number}, which the credit memo names, {state}, so the rules for invoices hold."


# Choices of a person.


def person_chose(line: KnownLine) -> str:
    """A person chose line 2 of PO-9."""
    return f"A person chose {line.label}."


# Parts of sentences.


def _opening(survivor: Survivor) -> str:
    return f"Line {survivor.line.number} of {survivor.order.number}"


def _crossed(start: date | None, end: date | None, profile: Profile) -> str:
    """The ends of a validity that the invoice's period lies beyond."""
    bounds: list[str] = []
    if not starts_by(start, profile.first_month):
        bounds.append(f"from {start}")
    if not lasts_through(end, profile.last_month):
        bounds.append(f"{'to' if bounds else 'until'} {end}")
    return " ".join(bounds)


def _period(profile: Profile) -> str:
    months = spelled(profile.first_month, profile.last_month)
    if profile.dated_by is DateBasis.BILLING_PERIOD:
        return f"the billing period is {months}"
    return f"the invoice date is in {months}"


def _listed(names: Iterable[str], conjunction: str = "or") -> str:
    *others, last = sorted(names)
    return f"{', '.join(others)} {conjunction} {last}" if others else last


def _stopped(text: str) -> str:
    """The text with one full stop at its end, also after a name that ends in one."""
    return text if text.endswith(".") else f"{text}."
