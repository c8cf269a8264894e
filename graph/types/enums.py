"""The words of `models.statuses` as enumerations of the API, each value with its explanation.

Types name the enumerations of `models.statuses` themselves; here they get their descriptions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import strawberry

from models import statuses

if TYPE_CHECKING:
    from enum import Enum

DESCRIPTIONS: Final[dict[type[Enum], str]] = {
    statuses.OrderType: "What kind of order it is; decides which fields and actions apply.",
    statuses.PurchaseOrderStatus: (
        "The lifecycle of an order. People and workflows move it until it is issued; then its lines decide it."
    ),
    statuses.LineStatus: "The lifecycle of an order line.",
    statuses.MatchingStatus: "Whether an order serves invoices today. Dates and the suspend switch decide it.",
    statuses.LineItemType: "Which categories of invoices a line accepts.",
    statuses.InvoiceCategory: "What an invoice bills; decides which line item types can take it.",
    statuses.InvoiceKind: "Whether a document bills an amount or gives one back.",
    statuses.InvoiceStatus: "The lifecycle of an invoice.",
    statuses.BillingStage: "Which part of the business an invoice bills.",
    statuses.DuplicatePolicy: "What happens to an invoice whose number is there already.",
    statuses.InvoiceLineStatus: "The lifecycle of an invoice line.",
    statuses.MatchOutcome: "How a match ended.",
    statuses.MatchCriterion: "The rule that dropped a candidate, or that ranked it behind a better one.",
    statuses.ProductType: "What a line buys.",
    statuses.AcknowledgmentType: "How the delivery of a service is acknowledged.",
    statuses.MilestonePayout: "What the milestones of a line are worth.",
    statuses.ProgressState: "How far something has come.",
    statuses.DateBasis: "Which date of an invoice is compared with an order's validity.",
    statuses.OverdrawPolicy: "What happens when an invoice exceeds the balance of its line.",
    statuses.AmountBasis: "Which amount of an invoice is taken from a balance.",
    statuses.PurchaseOrderAction: "What a caller may do with an order.",
    statuses.ImportFormat: "A document format that can be imported.",
    statuses.ImportErrorPolicy: "What happens to an import when a row cannot be taken.",
    statuses.ImportRowOutcome: "What became of a row of an import.",
    statuses.OrderWarningKind: "What the author of an order may have overlooked.",
    statuses.NoticeKind: "What a notice tells, and to whom.",
    statuses.NoticeState: "What became of a notice.",
    statuses.RequisitionStatus: "Where a requisition stands.",
    statuses.HandlingFeeKind: "How the fee of a shipping method is told.",
    statuses.ReceiptKind: "What a receipt is about.",
    statuses.ReceiptStatus: "Whether a receipt counts.",
    statuses.MilestoneStatus: "Where a milestone stands.",
    statuses.VerificationPolicy: "With what invoices on an order line have to agree.",
    statuses.DiscrepancyKind: "In what an invoice disagrees.",
    statuses.DiscrepancyMeasure: "What the figures of a discrepancy are.",
    statuses.DiscrepancyState: "Whether somebody has to look at a discrepancy.",
    statuses.ToleranceKind: "What a tolerance is about.",
    statuses.ToleranceCombination: "How two limits work together.",
    statuses.Role: "What a user may do.",
    statuses.ApprovalDocument: "What an approval is about.",
    statuses.ApprovalQuorum: "How many of a step's approvers decide it.",
    statuses.ApprovalPlanStatus: "How far an approval plan has come.",
    statuses.ApprovalStepStatus: "How far a step of an approval plan has come.",
    statuses.ApproverState: "What an approver has said.",
    statuses.ApprovalDecision: "What an approver says.",
    statuses.RevisionStatus: "Where a revision stands.",
    statuses.RevisionLineState: "What was decided about a line of a revision.",
    statuses.LineDifferenceKind: "What became of a line from one version to another.",
    statuses.TaskState: "Where a task stands.",
}


def register(words: type[Enum], description: str) -> None:
    """Make an enumeration of the API whose values carry their explanation."""
    if "__strawberry_definition__" not in vars(words):
        strawberry.enum(words)
    definition: Any = vars(words)["__strawberry_definition__"]
    definition.description = description
    for value in definition.values:
        value.description = getattr(words[value.name], "explanation", value.description)


def register_all() -> None:
    """Make every word an enumeration of the API; before the schema is put together."""
    for words, description in DESCRIPTIONS.items():
        register(words, description)
