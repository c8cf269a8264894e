"""The words of what arrives."""

from __future__ import annotations

from models.statuses.word import Word


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
