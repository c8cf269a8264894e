"""Matches and their explanations, as clients see them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from graph.fields import column, connected, identifier, money, one, read
from graph.types.common import Connection, Money, Node
from graph.types.inputs import MatchCandidateWhere
from graph.types.organization import User
from models import match as rows
from models.statuses import MatchCriterion, MatchOutcome
from resolvers import lists
from resolvers.reading.kinds import Expression

if TYPE_CHECKING:
    from graph.types.invoice import Invoice
    from graph.types.purchase_order import PurchaseOrder, PurchaseOrderLine


@strawberry.type(
    description="An order line, or a whole order, that a match looked at: its rank, or what dropped it, and why."
)
class MatchCandidate:
    purchase_order: Annotated["PurchaseOrder", strawberry.lazy("graph.types.purchase_order")] | None = one(
        "The order; null where it was deleted.", "purchase_order"
    )
    line: Annotated["PurchaseOrderLine", strawberry.lazy("graph.types.purchase_order")] | None = one(
        "The line; null where the order dropped out as a whole, or the line was removed.", "line"
    )
    rank: int | None = column("Its place, from 1; null where it dropped out.")
    dropped: bool = read("Whether it dropped out before the ranking.", Expression("{row}.rank IS NULL", raw=True))
    criterion: MatchCriterion | None = column("What dropped it, or ranked it behind the first; null for the first.")
    reason: str = column("Why, in a sentence with the figures.")
    balance_after: Money | None = money(
        "What would be left on the line after this invoice; null where its balance is not tracked.",
        "balance_after",
        nullable=True,
    )


@strawberry.type(description="A decision about which order line an invoice belongs to, with its explanation.")
class Match(Node):
    id: strawberry.ID = identifier(rows.Match)
    invoice: Annotated["Invoice", strawberry.lazy("graph.types.invoice")] = one("The invoice.", "invoice")
    outcome: MatchOutcome = column("How it ended.")
    reason: str = column("The decision in a sentence.")
    purchase_order: Annotated["PurchaseOrder", strawberry.lazy("graph.types.purchase_order")] | None = one(
        "The order chosen.", "purchase_order"
    )
    line: Annotated["PurchaseOrderLine", strawberry.lazy("graph.types.purchase_order")] | None = one(
        "The line chosen.", "line"
    )
    amount: Money = money("The amount that counts against the balance.", "amount")
    balance_before: Money | None = money("What was left on the line before.", "balance_before", nullable=True)
    balance_after: Money | None = money("What was left on the line after.", "balance_after", nullable=True)
    on_hold: bool = column("Whether it waits for a person because it overdraws the line.")
    rules_version: str = column("The version of the matching rules that decided.")
    decided_at: datetime = column("When it was decided.")
    decided_by: User | None = one("Who decided; null where the rules did.", "decided_by")
    superseded_at: datetime | None = column("When another decision took its place.")
    candidates = connected(
        "Everything that was looked at: the ranked ones first, then those that dropped out.",
        "candidates",
        lists.CANDIDATES,
        of=Connection[MatchCandidate],
        where=MatchCandidateWhere,
    )
