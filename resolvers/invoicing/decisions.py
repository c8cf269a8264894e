"""What is decided about an invoice: who it is about, what stands so far, and what it takes from orders from now on.

Source: M9, M10.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from models import database
from models.statuses.invoices import InvoiceKind, InvoiceStatus, MatchOutcome
from models.values import ZERO
from resolvers.invoicing.facts import billed_days, invoice_columns
from resolvers.rules.invoicing import status_after

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from decimal import Decimal

    from resolvers.matching.facts import KnownLine
    from resolvers.matching.ranking import Match as Found

Printed = tuple[int, str]
"""An invoice by what is printed on it: its supplier's key, and the supplier's number."""


class InvoiceLine(NamedTuple):
    """A line of an invoice that is decided about."""

    id: int
    number: int
    amount: Decimal
    tax_amount: Decimal = ZERO
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    part_number: str | None = None
    description: str | None = None
    purchase_order_number: str | None = None
    purchase_order_line_number: int | None = None
    reopens_quantity: bool | None = None


class Held(NamedTuple):
    """What an invoice, or a line of it, takes from an order line now: a current allocation."""

    id: int
    order_id: int
    line_id: int
    amount: Decimal
    first_day: date
    last_day: date
    invoice_line_id: int | None = None
    quantity: Decimal | None = None
    tax_amount: Decimal = ZERO
    reopens: bool = True
    received_amount: Decimal | None = None

    @property
    def used(self) -> Decimal:
        """What of a balance it takes (B1)."""
        return self.amount + self.tax_amount

    @property
    def place(self) -> tuple[int | None, int]:
        """Which line of the invoice takes from which order line."""
        return self.invoice_line_id, self.line_id


class Standing(NamedTuple):
    """The decision about an invoice that is in force."""

    outcome: MatchOutcome
    reason: str
    digest: str | None


class Part(NamedTuple):
    """What an invoice, or a line of it, is to take from an order line. `tax_amount` is what of the tax counts."""

    line: KnownLine
    amount: Decimal
    invoice_line_id: int | None = None
    quantity: Decimal | None = None
    tax_amount: Decimal = ZERO
    reopens: bool = True

    @property
    def used(self) -> Decimal:
        """What of a balance it takes (B1)."""
        return self.amount + self.tax_amount

    @property
    def place(self) -> tuple[int | None, int]:
        """Which line of the invoice takes from which order line."""
        return self.invoice_line_id, self.line.line_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """An invoice that is decided about: its key and columns, what it takes now, the decision in force.

    `is_new`: it is not stored yet; whoever stores it writes its status, too.
    """

    id: int
    columns: Mapping[str, Any]
    lines: tuple[InvoiceLine, ...] = ()
    held: tuple[Held, ...] = ()
    standing: Standing | None = None
    is_new: bool = False

    @property
    def printed(self) -> Printed:
        """Supplier and number."""
        return self.columns["supplier_id"], self.columns["supplier_invoice_number"]

    @property
    def names_orders(self) -> bool:
        """Whether it has lines, and says itself which orders they are for (M8)."""
        header = self.columns["purchase_order_number"]
        return any((line.purchase_order_number or header) is not None for line in self.lines)

    @property
    def gives_back(self) -> bool:
        """Whether it is a credit memo or a debit memo."""
        return self.columns["kind"] is not InvoiceKind.INVOICE

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
        wanted = {(part.place, part.amount, part.quantity, part.tax_amount, part.reopens, *days) for part in self.parts}
        held = self.subject.held
        return len(wanted) != len(held) or wanted != {
            (each.place, each.amount, each.quantity, each.tax_amount, each.reopens, each.first_day, each.last_day)
            for each in held
        }

    @property
    def settles(self) -> bool:
        """Whether more follows for its allocations than what they take: what people have said of it, its charges."""
        columns = self.subject.columns
        if columns["status"] not in _UNTOUCHED or columns.get("approved_at") is not None:
            return True
        by_line = any(part.invoice_line_id is not None for part in self.parts)
        return by_line and (not self.subject.is_new or bool(columns["other_charges"] or columns["discount_amount"]))

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


_UNTOUCHED: Final = (InvoiceStatus.RECEIVED, InvoiceStatus.MATCHED)

_HELD: Final = """
SELECT a.id, i.id AS invoice_id, a.purchase_order_id, a.line_id, a.amount, a.period_start, a.period_end,
       a.invoice_line_id, a.quantity, a.tax_amount, a.reopens, a.received_amount,
       EXISTS (SELECT FROM invoice_line l WHERE l.invoice_id = i.id) AS has_lines
FROM unnest($1::bigint[]) AS i (id) LEFT JOIN allocation a ON a.invoice_id = i.id AND a.ended_at IS NULL
ORDER BY a.id"""

_LINE: Final = tuple(InvoiceLine.__annotations__)
_LINES: Final = f"""
SELECT invoice_id, {", ".join(_LINE)} FROM invoice_line
WHERE invoice_id = ANY($1::bigint[]) ORDER BY number"""  # noqa: S608 - our own names

_STANDING: Final = """
SELECT m.invoice_id, m.outcome, m.reason, d.digest
FROM invoice_match m LEFT JOIN dropped_candidates d ON d.id = m.dropped_id
WHERE m.invoice_id = ANY($1::bigint[]) AND m.superseded_at IS NULL"""


async def subjects_of(invoices: Iterable[Mapping[str, Any]]) -> list[Subject]:
    """Stored invoices, by their columns, with what stands about them."""
    rows = [invoice_columns(row) for row in invoices]
    keys = [row["id"] for row in rows]
    held: dict[int, list[Held]] = {}
    with_lines: set[int] = set()
    for row in await database.rows(_HELD, keys):
        if row["has_lines"]:
            with_lines.add(row["invoice_id"])
        if row["id"] is not None:
            held.setdefault(row["invoice_id"], []).append(_held(row))
    lines = await lines_of(with_lines) if with_lines else {}
    standing = {
        row["invoice_id"]: Standing(MatchOutcome[row["outcome"]], row["reason"], row["digest"])
        for row in await database.rows(_STANDING, keys)
    }
    return [
        Subject(
            id=row["id"],
            columns=row,
            lines=lines.get(row["id"], ()),
            held=tuple(held.get(row["id"], ())),
            standing=standing.get(row["id"]),
        )
        for row in rows
    ]


async def lines_of(invoices: Iterable[int]) -> dict[int, tuple[InvoiceLine, ...]]:
    """The lines of these invoices, by number."""
    found: dict[int, list[InvoiceLine]] = {}
    for row in await database.rows(_LINES, sorted(invoices)):
        found.setdefault(row.pop("invoice_id"), []).append(InvoiceLine(**row))
    return {key: tuple(lines) for key, lines in found.items()}


def _held(row: Mapping[str, Any]) -> Held:
    return Held(
        id=row["id"],
        order_id=row["purchase_order_id"],
        line_id=row["line_id"],
        amount=row["amount"],
        first_day=row["period_start"],
        last_day=row["period_end"],
        invoice_line_id=row["invoice_line_id"],
        quantity=row["quantity"],
        tax_amount=row["tax_amount"],
        reopens=row["reopens"],
        received_amount=row["received_amount"],
    )
