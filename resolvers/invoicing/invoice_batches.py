"""Many invoices at once: every one of them is recorded, there already, or rejected with its reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tortoise.transactions import in_transaction

from models.statuses.invoices import ImportRowOutcome
from resolvers.errors import InvalidAmount, Refusal
from resolvers.invoicing.recording import Entry, record
from resolvers.operation import locked_gate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.organization import OrganizationGate
    from resolvers.operation import Call
    from resolvers.rules.invoice_document import NewInvoice


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an invoice: one that was recorded, or there already, has a key; a rejected one has refusals."""

    outcome: ImportRowOutcome
    invoice_id: int | None = None
    refusals: tuple[Refusal, ...] = ()


async def record_many(call: Call, rows: Sequence[NewInvoice], *, match: bool = True) -> list[Outcome]:
    """Record and match invoices in their order, all in one transaction; what became of each, in the same order.

    An invoice that is there already, the same, is left as it is, so that the same batch again changes nothing. A bad
    one is rejected and stops no other.

    Source: I6, M9, B2.
    """
    async with in_transaction():
        gate = await locked_gate(call)
        return [_outcome(entry) for entry in await _recorded(call, gate, rows, match=match)]


async def _recorded(call: Call, gate: OrganizationGate, rows: Sequence[NewInvoice], *, match: bool) -> list[Entry]:
    """The entries of these invoices. Where sums grow too large, each half is tried by itself, down to the cause."""
    entries = [Entry(new) for new in rows]
    try:
        async with in_transaction():
            await record(call, gate, entries, match=match)
    except InvalidAmount as refusal:
        if len(rows) == 1:
            return [Entry(rows[0], [refusal])]
        half = len(rows) // 2
        first = await _recorded(call, gate, rows[:half], match=match)
        return first + await _recorded(call, gate, rows[half:], match=match)
    return entries


def _outcome(entry: Entry) -> Outcome:
    if entry.refusals:
        return Outcome(ImportRowOutcome.REJECTED, refusals=tuple(entry.refusals))
    if entry.existing is not None:
        return Outcome(ImportRowOutcome.UNCHANGED, entry.existing)
    return Outcome(ImportRowOutcome.RECORDED, entry.key)
