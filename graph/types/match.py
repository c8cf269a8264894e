"""Matches and their explanations, as clients see them."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Self

import strawberry

from graph.fields import column, connected, identifier, money, one, read
from graph.types.common import Connection, Money, Node
from graph.types.inputs import MatchCandidateWhere
from graph.types.organization import User
from models import match as rows
from models.statuses.invoices import MatchCriterion, MatchOutcome
from resolvers import lists
from resolvers.reading.kinds import Expression

if TYPE_CHECKING:
    from graph.types.invoice import Invoice, InvoiceLine
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
    invoice_line: Annotated["InvoiceLine", strawberry.lazy("graph.types.invoice")] | None = one(
        "For which line of the invoice it was looked at; null where the invoice is matched as a whole, or the line was"
        " removed.",
        "invoice_line",
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


@strawberry.type(description="A candidate of a preview: an order line, or a whole order, that the rules looked at.")
class MatchPreviewCandidate:
    candidate: strawberry.Private[Any]
    among: strawberry.Private[Any]  # `resolvers.invoicing.previews.Candidates`
    rank: int | None = strawberry.field(description="Its place, from 1; null where it dropped out.")
    dropped: bool = strawberry.field(description="Whether it dropped out before the ranking.")
    criterion: MatchCriterion | None = strawberry.field(
        description="What dropped it, or ranked it behind the first; null for the first."
    )
    reason: str = strawberry.field(description="Why, in a sentence with the figures.")
    balance_after: Money | None = strawberry.field(
        description="What would be left on the line after the invoice; null where its balance is not tracked."
    )
    invoice_line_number: int | None = strawberry.field(
        description="For which line of the invoice it was looked at; null where the invoice is matched as a whole."
    )

    @strawberry.field(description="The order, as it is.")
    def purchase_order(
        self,
    ) -> Annotated["PurchaseOrder", strawberry.lazy("graph.types.purchase_order")] | None:
        return self.among.purchase_order(self.candidate)

    @strawberry.field(description="The line, as it is; null where the order dropped out as a whole.")
    def line(self) -> Annotated["PurchaseOrderLine", strawberry.lazy("graph.types.purchase_order")] | None:
        return self.among.line(self.candidate)


@strawberry.type(description="Some of the candidates of a preview.")
class MatchPreviewCandidates:
    total_count: int = strawberry.field(description="How many there are in all.")
    nodes: list[MatchPreviewCandidate] = strawberry.field(description="The first of them.")


@strawberry.type(description="What the rules would decide about an invoice. Nothing of it is stored.")
class MatchPreview:
    preview: strawberry.Private[Any]  # a `resolvers.invoicing.previews.Preview`
    outcome: MatchOutcome = strawberry.field(description="How it would end.")
    reason: str = strawberry.field(description="The decision in a sentence.")
    balance_before: Money | None = strawberry.field(
        description="What is left on the line before, with the proposed changes; null where it is not tracked."
    )
    balance_after: Money | None = strawberry.field(description="What would be left on the line after.")
    on_hold: bool = strawberry.field(description="Whether it would wait for a person because it overdraws the line.")
    rules_version: str = strawberry.field(description="The version of the matching rules.")

    @strawberry.field(description="The order that would be chosen, as it is.")
    def purchase_order(
        self,
    ) -> Annotated["PurchaseOrder", strawberry.lazy("graph.types.purchase_order")] | None:
        return self.preview.purchase_order

    @strawberry.field(description="The line that would be chosen, as it is.")
    def line(self) -> Annotated["PurchaseOrderLine", strawberry.lazy("graph.types.purchase_order")] | None:
        return self.preview.line

    @strawberry.field(
        description="What the rules looked at, the best first: the ranked ones, then those that dropped out."
    )
    def candidates(
        self,
        first: Annotated[int, strawberry.argument(description="How many, 1 to 100.")] = 20,
        dropped: Annotated[
            bool | None, strawberry.argument(description="Only those that dropped out, or only those that did not.")
        ] = None,
    ) -> MatchPreviewCandidates:
        among = self.preview.candidates(first, dropped=dropped)
        return MatchPreviewCandidates(
            total_count=among.total,
            nodes=[
                MatchPreviewCandidate(
                    candidate=each,
                    among=among,
                    rank=each.rank,
                    dropped=each.rank is None,
                    criterion=each.criterion,
                    reason=each.reason,
                    balance_after=_money(each.balance_after, among.currency),
                    invoice_line_number=self.preview.lines.get(each.invoice_line_id),
                )
                for each in among.shown
            ],
        )

    @classmethod
    def of(cls, preview: Any) -> Self:
        """A preview as clients see it."""
        found = preview.found
        return cls(
            preview=preview,
            outcome=found.outcome,
            reason=found.reason,
            balance_before=_money(found.balance_before, preview.currency),
            balance_after=_money(found.balance_after, preview.currency),
            on_hold=found.hold,
            rules_version=found.rules_version,
        )


def _money(amount: Decimal | None, currency: str) -> Money | None:
    return None if amount is None else Money.of(amount, currency)
