"""The words of invoices: what they bill, how they are matched and verified, what is imported."""

from __future__ import annotations

from models.statuses.word import Word


class InvoiceCategory(Word):
    """What an invoice bills; decides which line item types can take it. M3."""

    USAGE = "USAGE", "Recurring usage of a period."
    SUBSCRIPTION = "SUBSCRIPTION", "A subscription or one-time purchase."
    MARKETPLACE = "MARKETPLACE", "A purchase from a marketplace seller."
    SERVICES_AND_TRAINING = "SERVICES_AND_TRAINING", "Professional services or training."


class InvoiceKind(Word):
    """Whether a document bills or gives back."""

    INVOICE = "INVOICE", "Bills an amount; lowers the balance."
    CREDIT_MEMO = "CREDIT_MEMO", "Gives an amount back; raises the balance. Its amounts are negative."
    DEBIT_MEMO = "DEBIT_MEMO", "Claims an amount back from the supplier, after a return."


class InvoiceStatus(Word):
    """I1."""

    DRAFT = "DRAFT", "Being written; counts nowhere."
    RECEIVED = "RECEIVED", "Recorded; no order serves it yet."
    SUSPECTED_DUPLICATE = "SUSPECTED_DUPLICATE", "Looks like an invoice that is already there."
    CONFIRMED_DUPLICATE = "CONFIRMED_DUPLICATE", "Is an invoice that was already there; counts nowhere."
    MATCHED = "MATCHED", "Allocated to an order."
    DISCREPANCIES_FOUND = "DISCREPANCIES_FOUND", "Disagrees with its order or receipts."
    PENDING_APPROVAL = "PENDING_APPROVAL", "Waiting for an approver."
    APPROVED = "APPROVED", "Approved, not yet confirmed."
    CONFIRMED = "CONFIRMED", "Confirmed: counts in the invoiced amount."
    REJECTED = "REJECTED", "Refused; counts nowhere."
    PENDING_PAYMENT = "PENDING_PAYMENT", "Waiting to be paid."
    PAID = "PAID", "Paid in full."
    CANCELED = "CANCELED", "Withdrawn; counts nowhere."


class InvoiceLineStatus(Word):
    """I1."""

    REQUIRES_REVIEW = "REQUIRES_REVIEW", "Nobody has confirmed it yet."
    CONFIRMED = "CONFIRMED", "Confirmed."
    APPROVED = "APPROVED", "Approved."
    REJECTED = "REJECTED", "Refused; rejects the whole invoice."


class BillingStage(Word):
    """Which part of the business an invoice bills."""

    REGULAR = "REGULAR", "What was delivered or used."
    ADVANCE = "ADVANCE", "Billed before delivery: receipts are not asked for yet."
    FINAL = "FINAL", "The last invoice on what it bills."


class DuplicatePolicy(Word):
    """I6."""

    REFUSE = "REFUSE", "An invoice whose number is there already is refused."
    KEEP = "KEEP", "It is stored as a suspected duplicate and counts nowhere, until somebody has looked at it."


class MatchOutcome(Word):
    """How a match ended. M9."""

    MATCHED = "MATCHED", "The rules chose one line."
    UNMATCHED = "UNMATCHED", "No order serves this invoice."
    AMBIGUOUS = "AMBIGUOUS", "Several lines fit equally well; a person has to choose."
    MANUAL = "MANUAL", "A person chose."


class MatchCriterion(Word):
    """What dropped a candidate, or what decided its rank against a better one. M2, M4."""

    NOT_IN_MATCHING = (
        "NOT_IN_MATCHING",
        "The order is not issued, or closed, canceled, returned or complete (M2.1, L5).",
    )
    SUSPENDED = "SUSPENDED", "The order is suspended (M2.1)."
    SELLER_ENTITY = "SELLER_ENTITY", "The invoice comes from a seller entity that the order does not name (M2.2)."
    TAX_REGISTRATION = (
        "TAX_REGISTRATION",
        "The order is restricted to tax registration numbers that the invoice does not carry (M2.2b).",
    )
    INVOICE_UNIT = "INVOICE_UNIT", "The order is restricted to invoice units that the invoice does not carry (M2.2b)."
    CURRENCY = "CURRENCY", "The order has another currency (M2.2c)."
    ORDER_PERIOD = "ORDER_PERIOD", "The billing period is outside the order's validity (M2.3)."
    LINE_PERIOD = "LINE_PERIOD", "The billing period is outside the line's dates (M2.3)."
    LINE_ITEM_TYPE = "LINE_ITEM_TYPE", "The line's type does not cover the invoice's category (M2.4)."
    PURCHASE_ORDER_NUMBER = (
        "PURCHASE_ORDER_NUMBER",
        "The invoice names another purchase order number (M3, M6).",
    )
    LINE_STATUS = "LINE_STATUS", "The line is not in force yet, or canceled, returned or closed."
    ORIGINAL_INVOICE = "ORIGINAL_INVOICE", "The credit memo follows the invoice it names, which is elsewhere (M7)."
    NO_LINES = "NO_LINES", "The order has no line that could take an invoice."
    TYPE = "TYPE", "Ranked by the more specific line item type (M4.1)."
    AGREEMENT = "AGREEMENT", "Ranked by the marketplace agreement that the line was added for (M6)."
    RESTRICTION = "RESTRICTION", "Ranked by tax number or invoice unit restrictions (M4.2)."
    BALANCE = "BALANCE", "Ranked by whether the balance covers the invoice (M4.3)."
    RECENCY = "RECENCY", "Ranked by the order that a person edited last (M4.4)."
    LINE_ORDER = "LINE_ORDER", "Ranked by earliest end, earliest start, lowest line number (M4.5)."
    LINE_REFERENCE = "LINE_REFERENCE", "The line of the invoice names another order line (M8)."
    PART_NUMBER = "PART_NUMBER", "The line of the invoice has another part number (M8)."
    UNIT_PRICE = "UNIT_PRICE", "The line of the invoice has another unit price (M8)."
    OPEN_QUANTITY = "OPEN_QUANTITY", "Less is open than the line of the invoice bills (M8)."
    TEXT = "TEXT", "Ranked by how much of its text it shares with the line of the invoice (M8)."
    CHOSEN_BY_PERSON = "CHOSEN_BY_PERSON", "A person chose another line (M10)."


class DateBasis(Word):
    """M9b."""

    BILLING_PERIOD = "BILLING_PERIOD", "Orders are found by the invoice's billing period."
    ISSUE_DATE = "ISSUE_DATE", "Orders are found by the invoice's date."


class OverdrawPolicy(Word):
    """M9b."""

    ALLOW = "ALLOW", "The invoice is matched and the balance goes negative."
    HOLD = "HOLD", "The invoice is matched but waits for a person."


class AmountBasis(Word):
    """B1."""

    TOTAL = "TOTAL", "Invoices count with their total, taxes included."
    BEFORE_TAX = "BEFORE_TAX", "Invoices count with their amount before tax."


class VerificationPolicy(Word):
    """With what an invoice has to agree. I4."""

    TWO_WAY = "TWO_WAY", "With the order."
    THREE_WAY = "THREE_WAY", "With the order and what was received."
    FOUR_WAY = "FOUR_WAY", "With the order and what was received and accepted."


class DiscrepancyKind(Word):
    """In what an invoice disagrees. I4."""

    MISSING_ORDER = "MISSING_ORDER", "It names an order that is not there."
    UNMAPPED_LINE = "UNMAPPED_LINE", "A line of it belongs to no order line."
    CURRENCY_MISMATCH = "CURRENCY_MISMATCH", "The order it names has another currency."
    QUANTITY_OVER = "QUANTITY_OVER", "More is billed than was ordered."
    LINE_AMOUNT_OVER = "LINE_AMOUNT_OVER", "More money is billed on a line than was agreed for it."
    ORDER_AMOUNT_OVER = "ORDER_AMOUNT_OVER", "More money is billed on an order than was agreed for it."
    INSUFFICIENT_RECEIPTS = "INSUFFICIENT_RECEIPTS", "More is billed than was received, or accepted."
    UNIT_PRICE_VARIANCE = "UNIT_PRICE_VARIANCE", "The unit price is not the one agreed."
    TAX_OVER = "TAX_OVER", "More tax is billed than the order says."
    TAX_UNDER = "TAX_UNDER", "Less tax is billed than the order says."
    TOTALS_DO_NOT_ADD_UP = "TOTALS_DO_NOT_ADD_UP", "Lines, charges, discounts and taxes do not come to the total."
    DUPLICATE = "DUPLICATE", "It looks like an invoice that is already there."
    CREDIT_OVER_BILLED = "CREDIT_OVER_BILLED", "More is credited than was billed."


class DiscrepancyState(Word):
    """I4."""

    OPEN = "OPEN", "Somebody has to look at it."
    WAIVED = "WAIVED", "Somebody has accepted it, for a reason."
    RESOLVED = "RESOLVED", "No longer there: a receipt, a revision or a correction has settled it."


class DiscrepancyMeasure(Word):
    """What the figures of a discrepancy are. I4."""

    MONEY = "MONEY", "Amounts in the currency of the invoice."
    PRICE = "PRICE", "Prices for one unit, in the currency of the invoice."
    QUANTITY = "QUANTITY", "Quantities in the unit of the order line."


class ToleranceKind(Word):
    """What a tolerance is about. I5, R3."""

    QUANTITY = "QUANTITY", "The quantity billed against the quantity ordered."
    LINE_AMOUNT = "LINE_AMOUNT", "The amount billed on a line against the line's amount."
    ORDER_AMOUNT = "ORDER_AMOUNT", "The amount billed on an order against the order's total."
    RECEIPT = "RECEIPT", "The quantity billed against the quantity received."
    UNIT_PRICE = "UNIT_PRICE", "The unit price billed against the price agreed."
    TAX = "TAX", "The tax billed against the tax that the order says."
    TOTALS = "TOTALS", "The invoice's total against the sum of its parts."
    OVER_RECEIPT = "OVER_RECEIPT", "The quantity received against the quantity ordered."


class ToleranceCombination(Word):
    """I5."""

    AND = "AND", "Both limits have to be kept."
    OR = "OR", "One of the limits has to be kept."


class ImportFormat(Word):
    """What an import can read."""

    AWS_INVOICE_SUMMARIES = (
        "AWS_INVOICE_SUMMARIES",
        "The JSON that `aws invoicing list-invoice-summaries` prints.",
    )


class ImportErrorPolicy(Word):
    """What happens to an import when a row cannot be taken."""

    SKIP_ROWS = "SKIP_ROWS", "Such rows are left out and told; all others are taken."
    ALL_OR_NOTHING = "ALL_OR_NOTHING", "Nothing is stored, unless every row can be taken."


class ImportRowOutcome(Word):
    """What became of one row of an import."""

    RECORDED = "RECORDED", "A new invoice."
    UNCHANGED = "UNCHANGED", "The invoice was already there, the same."
    REJECTED = "REJECTED", "The row could not be taken; the reason says why."
