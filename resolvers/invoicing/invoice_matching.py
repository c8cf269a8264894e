"""Matching invoices again, because somebody asks for it: one, or all that wait for an order.

Source: M9b, M10.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tortoise.transactions import in_transaction

from models.invoice import Invoice
from models.statuses.invoices import InvoiceStatus, MatchOutcome
from resolvers import bulk
from resolvers.errors import DecidedByPerson, InvalidValue
from resolvers.ids import id_of, key_of
from resolvers.invoicing import decision_store, invoice_consequences
from resolvers.invoicing.decisions import subjects_of
from resolvers.invoicing.desk import Desk
from resolvers.invoicing.invoice_rows import check_matchable, locked_invoice, row_of
from resolvers.operation import Written, check_version, locked_gate
from resolvers.rules.text import shown
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from resolvers.invoicing.decisions import Subject
    from resolvers.operation import Call

LARGEST_BATCH: Final = 500
"""How many waiting invoices are matched at once."""


@dataclass(frozen=True, slots=True)
class Rematched:
    """What became of a batch of waiting invoices.

    `last` is the invoice after which the next batch begins; None where none is left.
    """

    matched: int
    unmatched: int
    last: str | None
    written: Written


async def match(call: Call, invoice_id: str, *, override: bool = False, expected_version: int | None = None) -> Written:
    """Find anew the order that an invoice belongs to. What was decided and allocated before stays in the history.

    Where the rules decide as before, for the same reasons, nothing is written.

    Raises:
        NotFound: there is no such invoice.
        VersionConflict: somebody changed it after the caller saw it.
        WrongStatus: it counts nowhere.
        DecidedByPerson: a person has decided, and the caller does not override that.

    Source: M10.
    """
    async with in_transaction():
        gate = await locked_gate(call)
        invoice = await locked_invoice(call, invoice_id)
        check_version(expected_version, invoice.edit_version)
        check_matchable("MATCH", invoice)
        (subject,) = await subjects_of([row_of(invoice)])
        if not override:
            _check_undecided(subject)
        desk = await Desk.of(call.organization_id, gate.orders_version)
        await desk.look_up([subject])
        told = await decision_store.write(call, [await desk.decide(subject)])
        await bulk.insert_events(told)
        told += await invoice_consequences.compared(call, [subject])
    return Written(invoice.id, tuple(told))


async def match_unmatched(call: Call, *, first: int = LARGEST_BATCH, after: str | None = None) -> Rematched:
    """Find the orders of invoices that wait for one, in the order in which they came, so many at once.

    What a person took off all orders does not wait.

    Raises:
        InvalidValue: too many, or not an invoice to begin after.

    Source: M9b, M10.
    """
    if not 1 <= first <= LARGEST_BATCH:
        raise InvalidValue(value=str(first), expected=f"expected 1 to {LARGEST_BATCH}", path=("first",))
    begin = 0 if after is None else key_of(Invoice, after)
    if begin is None:
        raise InvalidValue(value=shown(str(after)), expected="expected the id of an invoice", path=("after",))
    async with in_transaction():
        gate = await locked_gate(call)
        waiting = visible_to(Invoice, call.actor).filter(status=InvoiceStatus.RECEIVED, id__gt=begin)
        invoices = await waiting.order_by("id").limit(first).select_for_update()
        stored = await subjects_of([row_of(invoice) for invoice in invoices])
        subjects = [subject for subject in stored if not _by_person(subject)]
        desk = await Desk.of(call.organization_id, gate.orders_version)
        await desk.look_up(subjects)
        decisions = [await desk.decide(subject) for subject in subjects]
        told = await decision_store.write(call, decisions)
        await bulk.insert_events(told)
        told += await invoice_consequences.compared(call, subjects)
    matched = sum(1 for decision in decisions if decision.parts)
    last = id_of(Invoice, invoices[-1].id) if len(invoices) == first else None
    return Rematched(matched, len(decisions) - matched, last, Written(None, tuple(told)))


def _by_person(subject: Subject) -> bool:
    return subject.standing is not None and subject.standing.outcome is MatchOutcome.MANUAL


def _check_undecided(subject: Subject) -> None:
    if subject.standing is not None and _by_person(subject):
        invoice = id_of(Invoice, subject.id)
        raise DecidedByPerson(invoice=invoice, decision=subject.standing.reason, path=("override",))
