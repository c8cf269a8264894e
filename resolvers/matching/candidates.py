"""The orders and lines that a match looks at: as they stand between the two stages, and as the explanation lists them.

Pure.

Source: M4, M9.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from resolvers.matching.facts import LineKey

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from models.statuses.invoices import MatchCriterion
    from resolvers.matching.facts import LineFact, OrderFact


class Candidate(NamedTuple):
    """One entry of the explanation: an order line, or a whole order where `line_id` is None.

    Ranked ones have a rank, 1 is the best; `criterion` is what decided for the chosen line (None on that line itself),
    and the balances are what is left on the line before and after taking the invoice (None: not tracked). Dropped ones
    have no rank and no balances; `criterion` is what dropped them. `invoice_line_id` says for which line of the invoice
    it was looked at, where lines go their own ways (M8).
    """

    order_id: int
    line_id: int | None
    rank: int | None
    criterion: MatchCriterion | None
    reason: str
    balance_before: Decimal | None = None
    balance_after: Decimal | None = None
    invoice_line_id: int | None = None


class Tier(NamedTuple):
    """What ranks before balances do: type, agreement, restriction. Smaller is better. M4.1, M6, M4.2."""

    generality: int
    agreement: int
    openness: int


class Survivor(NamedTuple):
    """A line that can take the invoice. `recency` counts from the order edited last, 0; equal times count equal."""

    order: OrderFact
    line: LineFact
    tier: Tier
    recency: int

    @property
    def key(self) -> LineKey:
        """Which line it is."""
        return LineKey(self.order.id, self.line.id)

    @property
    def label(self) -> str:
        """Line 2 of PO-7, as it stands inside a sentence."""
        return f"line {self.line.number} of {self.order.number}"

    @property
    def first_day(self) -> date | None:
        """The line's start date, else its order's effective date; None where it is open."""
        return self.line.start_date or self.order.effective_date

    @property
    def last_day(self) -> date | None:
        """The line's end date, else its order's expiration date; None where it is open."""
        return self.line.end_date or self.order.expiration_date
