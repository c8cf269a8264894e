"""What is decided about an invoice: who it is about, what stands so far, and what it takes from orders from now on.

Source: M9, M10.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from models import database
from models.statuses import InvoiceKind, MatchOutcome
from resolvers.facts import billed_days, invoice_columns
from resolvers.rules.invoicing import status_after

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from decimal import Decimal

    from models.statuses import InvoiceStatus
    from resolvers.matching.facts import KnownLine
    from resolvers.matching.ranking import Match as Found

Printed = tuple[int, str]
"""An invoice by what is printed on it: its supplier's key, and the supplier's number."""


class Held(NamedTuple):
    """What an invoice takes from an order line now: a current allocation."""

    id: int
    order_id: int
    line_id: int
    amount: Decimal
    first_day: date
    last_day: date


class Standing(NamedTuple):
    """The decision about an invoice that is in force."""

    outcome: MatchOutcome
    reason: str
    digest: str | None


class Part(NamedTuple):
    """What an invoice is to take from an order line."""

    line: KnownLine
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """An invoice that is decided about: its key and columns, what it takes now, the decision in force.

    `is_new`: it is not stored yet; whoever stores it writes its status, too.
    """

    id: int
    columns: Mapping[str, Any]
    held: tuple[Held, ...] = ()
    standing: Standing | None = None
    is_new: bool = False

    @property
    def printed(self) -> Printed:
        """Supplier and number."""
        return self.columns["supplier_id"], self.columns["supplier_invoice_number"]

    @property
    def named(self) -> Printed | None:
        """The invoice that a credit memo names: its supplier's, with that number (M7)."""
        number = self.columns["original_invoice_number"]
        if self.columns["kind"] is not InvoiceKind.CREDIT_MEMO or number is None:
            return None
        return self.columns["supplier_id"], number


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided about an invoice: the explained match, and what the invoice takes from now on.

    `amount` is what of the invoice counts; `digest` the fingerprint of what the match dropped.
    """

    subject: Subject
    found: Found
    digest: str
    amount: Decimal
    parts: tuple[Part, ...] = ()
    by_person: bool = False

    @property
    def status(self) -> InvoiceStatus:
        """Where the invoice stands after it."""
        return status_after(self.subject.columns["status"], allocated=bool(self.parts))

    @property
    def moves(self) -> bool:
        """Whether the invoice is to take anything else than it takes already."""
        days = billed_days(self.subject.columns)
        wanted = {(part.line.line_id, part.amount, *days) for part in self.parts}
        held = self.subject.held
        return len(wanted) != len(held) or wanted != {
            (each.line_id, each.amount, each.first_day, each.last_day) for each in held
        }

    @property
    def repeats(self) -> bool:
        """Whether it is the decision in force, for the same reasons: there is nothing to store then."""
        standing, found = self.subject.standing, self.found
        return (
            standing is not None
            and not self.by_person
            and not self.moves
            and (standing.outcome, standing.reason) == (found.outcome, found.reason)
            and standing.digest == (self.digest if found.dropped else None)
        )


_HELD: Final = """
SELECT id, invoice_id, purchase_order_id, line_id, amount, period_start, period_end
FROM allocation WHERE invoice_id = ANY($1::bigint[]) AND ended_at IS NULL ORDER BY id"""

_STANDING: Final = """
SELECT m.invoice_id, m.outcome, m.reason, d.digest
FROM invoice_match m LEFT JOIN dropped_candidates d ON d.id = m.dropped_id
WHERE m.invoice_id = ANY($1::bigint[]) AND m.superseded_at IS NULL"""


async def subjects_of(invoices: Iterable[Mapping[str, Any]]) -> list[Subject]:
    """Stored invoices, by their columns, with what stands about them."""
    rows = [invoice_columns(row) for row in invoices]
    keys = [row["id"] for row in rows]
    held: dict[int, list[Held]] = {}
    for row in await database.rows(_HELD, keys):
        names = ("id", "purchase_order_id", "line_id", "amount", "period_start", "period_end")
        held.setdefault(row["invoice_id"], []).append(Held(*(row[name] for name in names)))
    standing = {
        row["invoice_id"]: Standing(MatchOutcome[row["outcome"]], row["reason"], row["digest"])
        for row in await database.rows(_STANDING, keys)
    }
    return [
        Subject(id=row["id"], columns=row, held=tuple(held.get(row["id"], ())), standing=standing.get(row["id"]))
        for row in rows
    ]
