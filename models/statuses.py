"""Every status and kind, each value with the sentence that explains it.

Pure: standard library only. The explanation is the description that clients read in the API; the value is what the
database stores and what travels on the wire.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Word(StrEnum):
    """An enumeration whose members carry their own explanation: `ACTIVE = "ACTIVE", "In force today."`."""

    explanation: str

    def __new__(cls, value: str, explanation: str) -> Self:
        """A member of that value, with its explanation."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.explanation = explanation
        return member


class Role(Word):
    """What a user may do. A user can have several."""

    VIEWER = "VIEWER", "Reads everything in the organization."
    BUYER = "BUYER", "Creates and changes purchase orders, suppliers and their conditions."
    RECEIVER = "RECEIVER", "Posts receipts and returns."
    ACCOUNTS_PAYABLE = "ACCOUNTS_PAYABLE", "Records, matches and reallocates invoices and payments."
    APPROVER = "APPROVER", "Decides on approvals."
    ADMIN = "ADMIN", "Everything, including users, tokens and settings."


class OrderType(Word):
    """O1."""

    STANDARD = "STANDARD", "An order with lines that are received, invoiced and paid."
    BLANKET = "BLANKET", "A budget with a supplier from which releases are drawn."


class PurchaseOrderStatus(Word):
    """Lifecycle of an order: moved by people and workflows; once issued, calculated from the lines. L1."""

    DRAFT = "DRAFT", "Being written; not yet binding."
    PENDING_APPROVAL = "PENDING_APPROVAL", "Waiting for its approval plan."
    REJECTED = "REJECTED", "Refused by an approver."
    PROCESSING = "PROCESSING", "Approved and being prepared."
    PENDING_SUBMISSION = "PENDING_SUBMISSION", "Ready, not yet sent to the supplier."
    PENDING_SUPPLIER_CONFIRMATION = "PENDING_SUPPLIER_CONFIRMATION", "Sent; the supplier has not confirmed yet."
    ORDERED = "ORDERED", "Issued and binding; nothing delivered yet."
    PARTIALLY_DELIVERED = "PARTIALLY_DELIVERED", "Some of it has been delivered."
    DELIVERED = "DELIVERED", "All of it has been delivered."
    PAYMENT_PENDING = "PAYMENT_PENDING", "Delivered and invoiced; payment is due."
    PENDING_REVISION = "PENDING_REVISION", "A revision is waiting; the live version stays in force."
    PENDING_CANCELLATION = "PENDING_CANCELLATION", "A cancellation is waiting."
    PENDING_RETURN = "PENDING_RETURN", "A return is waiting."
    CLOSED_PAID = "CLOSED_PAID", "Paid in full."
    CLOSED_RETURNED = "CLOSED_RETURNED", "Everything was returned."
    CLOSED_RELEASED = "CLOSED_RELEASED", "Closed by a person; takes no further part in matching."
    CLOSED_CANCELED = "CLOSED_CANCELED", "Canceled."
    CLOSED_COMPLETE = "CLOSED_COMPLETE", "A blanket order whose budget is released in full."


class LineStatus(Word):
    """Lifecycle of an order line: the words of the order where they apply. L1."""

    DRAFT = "DRAFT", "On an order that is being written."
    PENDING_APPROVAL = "PENDING_APPROVAL", "Waiting for the approval of its order."
    REJECTED = "REJECTED", "Refused by an approver."
    PROCESSING = "PROCESSING", "Approved and being prepared."
    PENDING_SUBMISSION = "PENDING_SUBMISSION", "Ready, not yet sent to the supplier."
    PENDING_SUPPLIER_CONFIRMATION = "PENDING_SUPPLIER_CONFIRMATION", "Sent; the supplier has not confirmed yet."
    ORDERED = "ORDERED", "Binding; nothing delivered yet."
    PARTIALLY_DELIVERED = "PARTIALLY_DELIVERED", "Some of it has been delivered."
    DELIVERED = "DELIVERED", "All of it has been delivered."
    PAYMENT_PENDING = "PAYMENT_PENDING", "Delivered and invoiced; payment is due."
    PENDING_REVISION = "PENDING_REVISION", "Touched by a revision that is waiting."
    PENDING_CANCELLATION = "PENDING_CANCELLATION", "A cancellation is waiting."
    PENDING_RETURN = "PENDING_RETURN", "A return is waiting."
    CLOSED_PAID = "CLOSED_PAID", "Paid in full."
    CLOSED_RETURNED = "CLOSED_RETURNED", "Returned."
    CLOSED_RELEASED = "CLOSED_RELEASED", "Closed short by a person: its open quantity counts nowhere."
    CLOSED_CANCELED = "CLOSED_CANCELED", "Canceled."


class MatchingStatus(Word):
    """Whether an order serves invoices today: decided by dates and the suspend switch, never stored. L4."""

    NOT_ISSUED = "NOT_ISSUED", "A draft, waiting for approval, or rejected: it serves no invoice."
    SCHEDULED = "SCHEDULED", "Issued; its effective date is still to come."
    ACTIVE = "ACTIVE", "In force today."
    SUSPENDED = "SUSPENDED", "Put on hold by a person; it serves no invoice until resumed."
    EXPIRED = "EXPIRED", "Its expiration date is past; it still serves billing periods within its validity."
    SUSPENDED_EXPIRED = "SUSPENDED_EXPIRED", "On hold, and its expiration date is past."
    CLOSED = "CLOSED", "Closed, canceled, returned or complete: it serves no invoice any more."


class LineItemType(Word):
    """Which invoices a line accepts. M3."""

    ALL = "ALL", "Accepts every category of invoice."
    MONTHLY_USAGE = "MONTHLY_USAGE", "Accepts recurring usage."
    SUBSCRIPTION_PURCHASE = "SUBSCRIPTION_PURCHASE", "Accepts subscriptions and one-time purchases."
    MARKETPLACE_TRANSACTION = (
        "MARKETPLACE_TRANSACTION",
        "Accepts marketplace invoices that name this order's number.",
    )
    MARKETPLACE_BLANKET_USAGE = (
        "MARKETPLACE_BLANKET_USAGE",
        "Accepts marketplace invoices that name no order.",
    )
    PROFESSIONAL_SERVICES_AND_TRAINING = (
        "PROFESSIONAL_SERVICES_AND_TRAINING",
        "Accepts professional services and training.",
    )


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


class ProductType(Word):
    """O5."""

    GOOD = "GOOD", "Goods, counted in whole quantities unless measured."
    SERVICE = "SERVICE", "A service."
    HANDLING_FEE = "HANDLING_FEE", "A fee for shipping and handling."


class AcknowledgmentType(Word):
    """How delivery of a service is acknowledged. O5."""

    MILESTONES = "MILESTONES", "By completing milestones."
    SERVICE_ACKNOWLEDGMENT = "SERVICE_ACKNOWLEDGMENT", "By approving the invoice line."
    TWO_WAY_MATCH = "TWO_WAY_MATCH", "By confirming the invoice line; nothing is received."


class MilestonePayout(Word):
    """O5."""

    AMOUNT = "AMOUNT", "Milestones are worth amounts."
    PERCENTAGE = "PERCENTAGE", "Milestones are worth percentages of the line."


class ProgressState(Word):
    """How far quantities and amounts have come. Section 2."""

    NOT_STARTED = "NOT_STARTED", "Nothing yet."
    PARTIAL = "PARTIAL", "Some of it."
    COMPLETE = "COMPLETE", "All of it."
    EXCEEDED = "EXCEEDED", "More than was ordered."


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


class PurchaseOrderAction(Word):
    """What a caller may do with an order. L6."""

    UPDATE = "UPDATE", "Change the order's fields."
    SUBMIT = "SUBMIT", "Submit a draft for approval."
    ISSUE = "ISSUE", "Issue an order that needs no approval, or has it: it becomes binding and serves invoices."
    CONFIRM = "CONFIRM", "Note that the supplier has confirmed the order."
    SUSPEND = "SUSPEND", "Put the order on hold."
    RESUME = "RESUME", "Take the order off hold."
    EXTEND = "EXTEND", "Set a later expiration date."
    CLOSE = "CLOSE", "Close the order for good; it serves no further invoice."
    CANCEL = "CANCEL", "Cancel what was not received of the order."
    REOPEN = "REOPEN", "Reopen an order that a person closed."
    REVISE = "REVISE", "Begin a revision of the order, beside the live version."
    RELEASE = "RELEASE", "Draw a release on a blanket order."
    RECEIVE = "RECEIVE", "Post a receipt, or complete a milestone."
    RETURN = "RETURN", "Post a return of what was received."
    DELETE = "DELETE", "Delete a draft, or an order that never served an invoice."
    COPY = "COPY", "Copy the order into the next period."
    ADD_LINE = "ADD_LINE", "Add a line."
    UPDATE_LINE = "UPDATE_LINE", "Change a line."
    REMOVE_LINE = "REMOVE_LINE", "Remove a line that never served an invoice."
    CLOSE_LINE = "CLOSE_LINE", "Close a line short: what is open of it counts nowhere."
    CANCEL_LINE = "CANCEL_LINE", "Cancel a line of which nothing was received."
    REOPEN_LINE = "REOPEN_LINE", "Reopen a line that was closed short."
    ADD_CONTACT = "ADD_CONTACT", "Add a contact."
    UPDATE_CONTACT = "UPDATE_CONTACT", "Change a contact."
    REMOVE_CONTACT = "REMOVE_CONTACT", "Remove a contact."
    SET_TAGS = "SET_TAGS", "Replace the tags."


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


class OrderWarningKind(Word):
    """What an order's author may have overlooked. O11."""

    UNCOVERED_MONTHS = "UNCOVERED_MONTHS", "Months of the validity that no line of a type it uses covers."
    OVERLAPPING_LINES = "OVERLAPPING_LINES", "Lines of one type whose dates overlap."
    LINE_ENDS_EARLY = "LINE_ENDS_EARLY", "A line that ends before the order's new expiration date."
    SEVERAL_SELLER_ENTITIES = "SEVERAL_SELLER_ENTITIES", "More than one seller entity bills on the order."
    PRICE_ABOVE_CONTRACT = "PRICE_ABOVE_CONTRACT", "A line whose price is above that of a contract of the order."
    OUTSIDE_CONTRACT = "OUTSIDE_CONTRACT", "The order is valid while a contract of it is not."
    CONTRACT_CAP_EXCEEDED = "CONTRACT_CAP_EXCEEDED", "The orders of a contract come to more than its value cap."


class NoticeKind(Word):
    """What a mail tells. B3, B4, B5, M9b."""

    BALANCE_BELOW = "BALANCE_BELOW", "Less is left of an order line than a threshold of the organization."
    BALANCE_EXHAUSTED = "BALANCE_EXHAUSTED", "Nothing is left of an order line."
    ORDER_EXPIRING = "ORDER_EXPIRING", "The order will expire."
    ORDER_EXPIRED = "ORDER_EXPIRED", "The order's expiration date has passed."
    ORDER_SUSPENDED = "ORDER_SUSPENDED", "The order was put on hold."
    ORDER_CLOSED = "ORDER_CLOSED", "The order was closed or canceled."
    INVOICE_UNMATCHED = "INVOICE_UNMATCHED", "Invoices found no order; told to the address that the settings name."
    BLANKET_EXPIRING = "BLANKET_EXPIRING", "A blanket order will expire; told to its business owner."
    BLANKET_LOW = "BLANKET_LOW", "Little of a blanket order's budget is left; told to its business owner."
    BLANKET_EXHAUSTED = "BLANKET_EXHAUSTED", "Nothing of a blanket order's budget is left; told to its business owner."
    BLANKET_CLOSED = "BLANKET_CLOSED", "A blanket order was closed; told to its business owner."


class NoticeState(Word):
    """What became of a mail. B7."""

    PENDING = "PENDING", "Waits to be sent, or to be tried again."
    SENDING = "SENDING", "Is being handed to the mail server."
    SENT = "SENT", "The mail server has accepted it."
    REFUSED = "REFUSED", "The mail server has refused it for good."
    KEPT = "KEPT", "Kept to be read here and not sent: there is no mail server, or the organization wants no mails."
    CANCELED = "CANCELED", "Not sent, because it was overtaken: it was not true, or not wanted, any more."


class RequisitionStatus(Word):
    """O10."""

    DRAFT = "DRAFT", "Being written."
    SUBMITTED = "SUBMITTED", "Asked for; nothing of it is ordered yet."
    PARTIALLY_ORDERED = "PARTIALLY_ORDERED", "Some of it is ordered."
    ORDERED = "ORDERED", "All of it is ordered."
    CANCELED = "CANCELED", "Withdrawn."


class ReceiptKind(Word):
    """R3."""

    GOODS_RECEIPT = "GOODS_RECEIPT", "Goods that arrived."
    SERVICES_RECEIPT = "SERVICES_RECEIPT", "A service that was acknowledged: a milestone that was completed."
    RETURN = "RETURN", "Goods that went back."


class ReceiptStatus(Word):
    """R3."""

    POSTED = "POSTED", "Counts."
    CANCELED = "CANCELED", "Was a mistake: counts nowhere."


class MilestoneStatus(Word):
    """R5."""

    CONFIRMATION_REQUIRED = "CONFIRMATION_REQUIRED", "Waits for somebody to confirm that it is done."
    PENDING_COMPLETION_DATE = "PENDING_COMPLETION_DATE", "Put off to its new date, for a reason."
    CLOSED_COMPLETE = "CLOSED_COMPLETE", "Done: it has made a services receipt."
    CLOSED_CANCELED = "CLOSED_CANCELED", "Will not be done, for a reason."


class VerificationPolicy(Word):
    """With what an invoice has to agree. I4."""

    TWO_WAY = "TWO_WAY", "With the order."
    THREE_WAY = "THREE_WAY", "With the order and what was received."
    FOUR_WAY = "FOUR_WAY", "With the order and what was received and accepted."


class BillingStage(Word):
    """Which part of the business an invoice bills."""

    REGULAR = "REGULAR", "What was delivered or used."
    ADVANCE = "ADVANCE", "Billed before delivery: receipts are not asked for yet."
    FINAL = "FINAL", "The last invoice on what it bills."


class DuplicatePolicy(Word):
    """I6."""

    REFUSE = "REFUSE", "An invoice whose number is there already is refused."
    KEEP = "KEEP", "It is stored as a suspected duplicate and counts nowhere, until somebody has looked at it."


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
    RESOLVED = "RESOLVED", "Is there no more: a receipt, a revision or a correction has settled it."


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


class TaskState(Word):
    """Where a purchasing task stands."""

    OPEN = "OPEN", "Not begun."
    IN_PROGRESS = "IN_PROGRESS", "Somebody is at it."
    DONE = "DONE", "Done."
    CANCELED = "CANCELED", "Not needed any more."


class HandlingFeeKind(Word):
    """O9."""

    FIXED = "FIXED", "An amount."
    PERCENT = "PERCENT", "A percentage of the goods' amount."


class ApprovalDocument(Word):
    """What an approval is about. A1."""

    ORDER = "ORDER", "An order."
    REVISION = "REVISION", "A change to an order in force."
    RELEASE = "RELEASE", "What a release takes beyond the budget of its blanket order."
    INVOICE = "INVOICE", "An invoice."


class ApprovalQuorum(Word):
    """A1."""

    ANY = "ANY", "One of the approvers decides."
    ALL = "ALL", "Every approver has to agree."


class ApprovalPlanStatus(Word):
    """A1."""

    PENDING = "PENDING", "Nobody is asked yet."
    OPEN = "OPEN", "Somebody is asked."
    APPROVED = "APPROVED", "Agreed."
    REJECTED = "REJECTED", "Refused."
    SUPERSEDED = "SUPERSEDED", "Overtaken by another plan or by the end of what it was about."


class ApprovalStepStatus(Word):
    """A1."""

    NOT_YET_REQUESTED = "NOT_YET_REQUESTED", "Steps before it are not decided yet."
    REQUESTED = "REQUESTED", "Its approvers are asked."
    APPROVED = "APPROVED", "Agreed."
    REJECTED = "REJECTED", "Refused."
    SKIPPED = "SKIPPED", "Left out by a person, for a reason."
    NO_LONGER_REQUIRED = "NO_LONGER_REQUIRED", "Decided otherwise before it was asked."


class ApproverState(Word):
    """A2."""

    WAITING = "WAITING", "Not decided."
    APPROVED = "APPROVED", "Agrees."
    REJECTED = "REJECTED", "Refuses."
    DELEGATED = "DELEGATED", "Has handed it to somebody else."
    NO_LONGER_ASKED = "NO_LONGER_ASKED", "Somebody else has decided."


class ApprovalDecision(Word):
    """A2."""

    APPROVE = "APPROVE", "Agree."
    REJECT = "REJECT", "Refuse; needs a reason."


class RevisionStatus(Word):
    """V1, V2, V3."""

    DRAFT = "DRAFT", "Being written beside the live order."
    PENDING_APPROVAL = "PENDING_APPROVAL", "Waits for its approval."
    APPROVED = "APPROVED", "Approved, in whole or for some lines; not applied yet."
    REJECTED = "REJECTED", "Refused: the order is as it was."
    APPLIED = "APPLIED", "In force: it has made a new version of the order."
    DISCARDED = "DISCARDED", "Given up by its author."


class RevisionLineState(Word):
    """V3."""

    PROPOSED = "PROPOSED", "Not decided."
    APPROVED = "APPROVED", "Accepted."
    REJECTED = "REJECTED", "Refused: the line stays as it was."


class LineDifferenceKind(Word):
    """What became of a line from one version to another. V5."""

    ADDED = "ADDED", "It is new."
    CHANGED = "CHANGED", "It says something else, or is worth something else."
    CANCELED = "CANCELED", "It is not wanted any more."
    REMOVED = "REMOVED", "It is not there any more."
