"""What a mail is about, with the figures as they were when it happened: kept as JSON, rendered and shown from there.

Amounts are exact; nothing in here is looked up again, so that a mail that was delayed still says what happened.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson

from models.values import percent_of

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """What was left of what there was to use."""

    limit: Decimal
    current: Decimal
    currency: str

    @property
    def percent(self) -> Decimal:
        """What was left, in percent of the limit, to two places; 0 where there was no limit."""
        return percent_of(self.current, self.limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    """The order that a mail is about. `id` is the one that clients of the API know it by."""

    id: str
    number: str
    name: str | None = None
    supplier: str
    expiration_date: date | None = None
    balance: Level | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    """An order line whose balance passed thresholds: percentages of its limit, 0 for nothing left; the lowest last."""

    number: int
    description: str | None = None
    thresholds: tuple[int, ...]
    balance: Level
    runs_out_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceFacts:
    """An invoice that found no order, and why."""

    number: str
    supplier: str
    invoice_date: date
    amount: Decimal
    currency: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why there is a mail. What does not apply to its kind is empty.

    `planned_for` is the day an expiry mail was due. `by` and `reason` tell who did it and why. `invoices` are the first
    of `invoice_count`.
    """

    order: OrderFacts | None = None
    lines: tuple[LineFacts, ...] = ()
    planned_for: date | None = None
    by: str | None = None
    reason: str | None = None
    invoices: tuple[InvoiceFacts, ...] = ()
    invoice_count: int = 0

    def as_json(self) -> str:
        """The cause as it is kept: decimals and dates as text."""
        return orjson.dumps(self, default=str).decode()

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Cause:
        """The cause again."""
        order = kept.get("order")
        return cls(
            order=_order(order) if order else None,
            lines=tuple(_line(line) for line in kept.get("lines", ())),
            planned_for=_day(kept.get("planned_for")),
            by=kept.get("by"),
            reason=kept.get("reason"),
            invoices=tuple(_invoice(invoice) for invoice in kept.get("invoices", ())),
            invoice_count=kept.get("invoice_count", 0),
        )

    def with_lines(self, later: Cause) -> Cause:
        """This and what happened to the same order a little later, as one: the later figures, all thresholds passed."""
        lines = {line.number: line for line in self.lines}
        for line in later.lines:
            before = lines[line.number].thresholds if line.number in lines else ()
            thresholds = tuple(sorted({*before, *line.thresholds}, reverse=True))
            lines[line.number] = replace(line, thresholds=thresholds)
        return replace(later, lines=tuple(lines[number] for number in sorted(lines)))

    def with_invoices(self, later: Cause, most: int) -> Cause:
        """This and more invoices, of which at most so many are listed."""
        return replace(
            self,
            invoices=(*self.invoices, *later.invoices)[:most],
            invoice_count=self.invoice_count + later.invoice_count,
        )


def _order(kept: Mapping[str, Any]) -> OrderFacts:
    return OrderFacts(
        id=kept["id"],
        number=kept["number"],
        name=kept["name"],
        supplier=kept["supplier"],
        expiration_date=_day(kept["expiration_date"]),
        balance=_level(kept["balance"]) if kept["balance"] else None,
    )


def _line(kept: Mapping[str, Any]) -> LineFacts:
    return LineFacts(
        number=kept["number"],
        description=kept["description"],
        thresholds=tuple(kept["thresholds"]),
        balance=_level(kept["balance"]),
        runs_out_on=_day(kept["runs_out_on"]),
    )


def _invoice(kept: Mapping[str, Any]) -> InvoiceFacts:
    return InvoiceFacts(
        number=kept["number"],
        supplier=kept["supplier"],
        invoice_date=date.fromisoformat(kept["invoice_date"]),
        amount=Decimal(kept["amount"]),
        currency=kept["currency"],
        reason=kept["reason"],
    )


def _level(kept: Mapping[str, Any]) -> Level:
    return Level(limit=Decimal(kept["limit"]), current=Decimal(kept["current"]), currency=kept["currency"])


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
