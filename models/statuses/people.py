"""The words of who may do what, who has to agree, and who is told."""

from __future__ import annotations

from models.statuses.word import Word


class Role(Word):
    """What a user may do. A user can have several."""

    VIEWER = "VIEWER", "Reads everything in the organization."
    BUYER = "BUYER", "Creates and changes purchase orders, suppliers and their conditions."
    RECEIVER = "RECEIVER", "Posts receipts and returns."
    ACCOUNTS_PAYABLE = "ACCOUNTS_PAYABLE", "Records, matches and reallocates invoices and payments."
    APPROVER = "APPROVER", "Decides on approvals."
    ADMIN = "ADMIN", "Everything, including users, tokens and settings."


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
