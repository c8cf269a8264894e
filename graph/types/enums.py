"""The words of `models.statuses` as enumerations of the API, each value with its explanation.

Types name the enumerations of `models.statuses` themselves; here they get their descriptions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import strawberry

from models.statuses import invoices, orders, people, receiving

if TYPE_CHECKING:
    from enum import Enum

DESCRIPTIONS: Final[dict[type[Enum], str]] = {
    orders.OrderType: "What kind of order it is; decides which fields and actions apply.",
    orders.PurchaseOrderStatus: (
        "The lifecycle of an order. People and workflows move it until it is issued; then its lines decide it."
    ),
    orders.LineStatus: "The lifecycle of an order line.",
    orders.MatchingStatus: "Whether an order serves invoices today. Dates and the suspend switch decide it.",
    orders.LineItemType: "Which categories of invoices a line accepts.",
    invoices.InvoiceCategory: "What an invoice bills; decides which line item types can take it.",
    invoices.InvoiceKind: "Whether a document bills an amount or gives one back.",
    invoices.InvoiceStatus: "The lifecycle of an invoice.",
    invoices.BillingStage: "Which part of the business an invoice bills.",
    invoices.DuplicatePolicy: "What happens to an invoice whose number is there already.",
    invoices.InvoiceLineStatus: "The lifecycle of an invoice line.",
    invoices.MatchOutcome: "How a match ended.",
    invoices.MatchCriterion: "The rule that dropped a candidate, or that ranked it behind a better one.",
    orders.ProductType: "What a line buys.",
    orders.AcknowledgmentType: "How the delivery of a service is acknowledged.",
    orders.MilestonePayout: "What the milestones of a line are worth.",
    orders.ProgressState: "How far something has come.",
    invoices.DateBasis: "Which date of an invoice is compared with an order's validity.",
    invoices.OverdrawPolicy: "What happens when an invoice exceeds the balance of its line.",
    invoices.AmountBasis: "Which amount of an invoice is taken from a balance.",
    orders.PurchaseOrderAction: "What a caller may do with an order.",
    invoices.ImportFormat: "A document format that can be imported.",
    invoices.ImportErrorPolicy: "What happens to an import when a row cannot be taken.",
    invoices.ImportRowOutcome: "What became of a row of an import.",
    orders.OrderWarningKind: "What the author of an order may have overlooked.",
    people.NoticeKind: "What a notice tells, and to whom.",
    people.NoticeState: "What became of a notice.",
    orders.RequisitionStatus: "Where a requisition stands.",
    orders.HandlingFeeKind: "How the fee of a shipping method is given.",
    receiving.ReceiptKind: "What a receipt is about.",
    receiving.ReceiptStatus: "Whether a receipt counts.",
    receiving.MilestoneStatus: "Where a milestone stands.",
    invoices.VerificationPolicy: "With what invoices on an order line have to agree.",
    invoices.DiscrepancyKind: "In what an invoice disagrees.",
    invoices.DiscrepancyMeasure: "What the figures of a discrepancy are.",
    invoices.DiscrepancyState: "Whether somebody has to look at a discrepancy.",
    invoices.ToleranceKind: "What a tolerance is about.",
    invoices.ToleranceCombination: "How two limits work together.",
    people.Role: "What a user may do.",
    people.ApprovalDocument: "What an approval is about.",
    people.ApprovalQuorum: "How many of a step's approvers decide it.",
    people.ApprovalPlanStatus: "How far an approval plan has come.",
    people.ApprovalStepStatus: "How far a step of an approval plan has come.",
    people.ApproverState: "What an approver has said.",
    people.ApprovalDecision: "What an approver says.",
    orders.RevisionStatus: "Where a revision stands.",
    orders.RevisionLineState: "What was decided about a line of a revision.",
    orders.LineDifferenceKind: "What became of a line from one version to another.",
    orders.TaskState: "Where a task stands.",
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
