"""The words of orders: their kinds and lifecycles, what may be done with them, what they say to their authors."""

from __future__ import annotations

from models.statuses.word import Word


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


class OrderWarningKind(Word):
    """What an order's author may have overlooked. O11."""

    UNCOVERED_MONTHS = "UNCOVERED_MONTHS", "Months of the validity that no line of a type it uses covers."
    OVERLAPPING_LINES = "OVERLAPPING_LINES", "Lines of one type whose dates overlap."
    LINE_ENDS_EARLY = "LINE_ENDS_EARLY", "A line that ends before the order's new expiration date."
    SEVERAL_SELLER_ENTITIES = "SEVERAL_SELLER_ENTITIES", "More than one seller entity bills on the order."
    PRICE_ABOVE_CONTRACT = "PRICE_ABOVE_CONTRACT", "A line whose price is above that of a contract of the order."
    OUTSIDE_CONTRACT = "OUTSIDE_CONTRACT", "The order is valid while a contract of it is not."
    CONTRACT_CAP_EXCEEDED = "CONTRACT_CAP_EXCEEDED", "The orders of a contract come to more than its value cap."


class HandlingFeeKind(Word):
    """O9."""

    FIXED = "FIXED", "An amount."
    PERCENT = "PERCENT", "A percentage of the goods' amount."


class RequisitionStatus(Word):
    """O10."""

    DRAFT = "DRAFT", "Being written."
    SUBMITTED = "SUBMITTED", "Asked for; nothing of it is ordered yet."
    PARTIALLY_ORDERED = "PARTIALLY_ORDERED", "Some of it is ordered."
    ORDERED = "ORDERED", "All of it is ordered."
    CANCELED = "CANCELED", "Withdrawn."


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


class TaskState(Word):
    """Where a purchasing task stands."""

    OPEN = "OPEN", "Not begun."
    IN_PROGRESS = "IN_PROGRESS", "Somebody is at it."
    DONE = "DONE", "Done."
    CANCELED = "CANCELED", "Not needed any more."
