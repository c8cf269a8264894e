"""Decisions about invoices, stored: with all that explains them, and with what they end kept as history.

A handful of statements, however many decisions there are. Whoever calls holds the organization's gate.

Source: B2, M9, M10, V7.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from models import database
from models.invoice import Allocation
from models.match import DroppedCandidates, Match
from models.statuses.invoices import MatchOutcome
from models.values import plain
from resolvers import bulk, events
from resolvers.derived import progress
from resolvers.invoicing.decisions import Part
from resolvers.invoicing.facts import billed_days
from resolvers.telling import notices
from resolvers.telling.notices import Orderless

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from models.event import Event
    from resolvers.invoicing.decisions import Decision, Held
    from resolvers.matching.candidates import Candidate
    from resolvers.operation import Call

Row = dict[str, Any]

_EVENTS: Final = {
    MatchOutcome.MATCHED: "invoice_matched",
    MatchOutcome.UNMATCHED: "invoice_unmatched",
    MatchOutcome.AMBIGUOUS: "invoice_ambiguous",
    MatchOutcome.MANUAL: "invoice_reallocated",
}


async def write(call: Call, decisions: Sequence[Decision], reason: str | None = None) -> list[Event]:
    """Store the decisions, end what they take the place of, write figures anew; and the events, still to be stored.

    A decision that is the one in force already changes nothing.

    Raises:
        InvalidAmount: a sum that is too large to be stored.
    """
    new = [decision for decision in decisions if not decision.repeats]
    moved = [decision for decision in new if decision.moves]
    progress.check_sizes(each.balance_after for decision in new for each in decision.found.ranked)
    await end(
        call,
        [decision.subject.id for decision in new if decision.subject.standing is not None],
        [held.id for decision in moved for held in decision.subject.held],
    )
    dropped = await _write_dropped(call, new)
    await bulk.insert(Match, [_match(call, decision, dropped) for decision in new])
    await bulk.insert(Allocation, [row for decision in moved for row in _allocations(call, decision)])
    await _write_statuses(call, [decision for decision in new if not decision.subject.is_new])
    await progress.settle(decision.subject.id for decision in moved if decision.settles)
    await refresh(call, chain.from_iterable((*decision.parts, *decision.subject.held) for decision in moved))
    await notices.invoices_without_order(call, list(_orderless(new)))
    return [event for decision in new for event in _events(call, decision, reason)]


async def end(call: Call, invoices: Sequence[int], allocations: Sequence[int]) -> None:
    """End the decisions in force about these invoices, and these allocations. They stay in the history (M10)."""
    if invoices:
        await database.connection().execute_query(
            "UPDATE invoice_match SET superseded_at = $2"
            " WHERE invoice_id = ANY($1::bigint[]) AND superseded_at IS NULL",
            [list(invoices), call.now],
        )
    if allocations:
        await database.connection().execute_query(
            "UPDATE allocation SET ended_at = $2 WHERE id = ANY($1::bigint[])", [list(allocations), call.now]
        )


async def refresh(call: Call, touched: Iterable[Part | Held]) -> None:
    """Write anew the figures of all lines, and of their orders, that are given to or taken from; tell who runs low."""
    keys = {_line_of(each) for each in touched}
    changes = await progress.refresh({order for order, _ in keys}, lines={line for _, line in keys})
    await notices.balances_changed(call, changes)


def _orderless(decisions: Iterable[Decision]) -> Iterator[Orderless]:
    """The invoices that found no order, unless it has been told before."""
    for decision in decisions:
        columns, standing = decision.subject.columns, decision.subject.standing
        before = None if standing is None else standing.outcome
        if decision.found.outcome is MatchOutcome.UNMATCHED and before is not MatchOutcome.UNMATCHED:
            yield Orderless(
                number=columns["supplier_invoice_number"],
                supplier_id=columns["supplier_id"],
                invoice_date=columns["invoice_date"],
                amount=columns["total_amount"],
                currency=columns["currency"],
                reason=decision.found.reason,
            )


def _line_of(each: Part | Held) -> tuple[int, int]:
    where = each.line if isinstance(each, Part) else each
    return where.order_id, where.line_id


async def _write_dropped(call: Call, decisions: Iterable[Decision]) -> dict[str, int]:
    """The keys of what the decisions dropped, by fingerprint; what was not stored yet is now."""
    wanted = {decision.digest: decision.found.dropped for decision in decisions if decision.found.dropped}
    if not wanted:
        return {}
    kept = await database.rows(
        "SELECT id, digest FROM dropped_candidates WHERE organization_id = $1 AND digest = ANY($2::text[])",
        call.organization_id,
        list(wanted),
    )
    keys: dict[str, int] = {row["digest"]: row["id"] for row in kept}
    missing = [fingerprint for fingerprint in wanted if fingerprint not in keys]
    if missing:
        keys |= dict(zip(missing, await bulk.keys(DroppedCandidates, len(missing)), strict=True))
        new: list[Row] = [
            {
                "id": keys[fingerprint],
                "organization_id": call.organization_id,
                "digest": fingerprint,
                "entries": [_dropped_entry(each) for each in wanted[fingerprint]],
            }
            for fingerprint in missing
        ]
        await bulk.insert(DroppedCandidates, new)
    return keys


def _match(call: Call, decision: Decision, dropped: Mapping[str, int]) -> Row:
    found, lines = decision.found, [part.line for part in decision.parts]
    orders = {line.order_id for line in lines}
    return {
        "organization_id": call.organization_id,
        "invoice_id": decision.subject.id,
        "outcome": found.outcome,
        "reason": found.reason,
        "purchase_order_id": lines[0].order_id if len(orders) == 1 else None,
        "line_id": lines[0].line_id if len(lines) == 1 else None,
        "currency": decision.subject.columns["currency"],
        "amount": decision.amount,
        "balance_before": found.balance_before,
        "balance_after": found.balance_after,
        "on_hold": found.hold,
        "rules_version": found.rules_version,
        "decided_at": call.now,
        "decided_by_id": call.actor.user_id if decision.by_person else None,
        "ranked": [_ranked_entry(each) for each in found.ranked],
        "dropped_id": dropped[decision.digest] if found.dropped else None,
        "created_at": call.now,
    }


def _ranked_entry(each: Candidate) -> list[Any]:
    criterion = None if each.criterion is None else str(each.criterion)
    after = None if each.balance_after is None else plain(each.balance_after)
    entry = [each.order_id, each.line_id, criterion, each.reason, after]
    return entry if each.invoice_line_id is None else [*entry, each.invoice_line_id, each.rank]


def _dropped_entry(each: Candidate) -> list[Any]:
    return [each.order_id, each.line_id, None if each.criterion is None else str(each.criterion), each.reason]


def _allocations(call: Call, decision: Decision) -> Iterator[Row]:
    first_day, last_day = billed_days(decision.subject.columns)
    before = {held.place: held for held in decision.subject.held}
    for part in decision.parts:
        held = before.get(part.place)
        keeps = held is not None and (held.amount, held.quantity) == (part.amount, part.quantity)
        yield {
            "organization_id": call.organization_id,
            "invoice_id": decision.subject.id,
            "purchase_order_id": part.line.order_id,
            "line_id": part.line.line_id,
            "currency": decision.subject.columns["currency"],
            "amount": part.amount,
            "invoice_line_id": part.invoice_line_id,
            "quantity": part.quantity,
            "tax_amount": part.tax_amount,
            "reopens": part.reopens,
            "received_amount": held.received_amount if held is not None and keeps else None,
            "period_start": first_day,
            "period_end": last_day,
            "created_at": call.now,
        }


async def _write_statuses(call: Call, decisions: Sequence[Decision]) -> None:
    if decisions:
        await database.connection().execute_query(
            "UPDATE invoice i SET status = v.status, on_hold = v.on_hold, updated_at = $4,"
            " edit_version = i.edit_version + 1"
            " FROM unnest($1::bigint[], $2::text[], $3::bool[]) AS v (id, status, on_hold) WHERE i.id = v.id",
            [
                [decision.subject.id for decision in decisions],
                [str(decision.status) for decision in decisions],
                [decision.found.hold for decision in decisions],
                call.now,
            ],
        )


def _events(call: Call, decision: Decision, reason: str | None) -> Iterator[Event]:
    """What happened: for the order left, if another is taken, and for every order taken; or for the invoice alone."""
    columns, found = decision.subject.columns, decision.found
    changes = events.changes_between(
        {"status": columns["status"], "onHold": columns["on_hold"]},
        {"status": decision.status, "onHold": found.hold},
    )
    taken = {part.line.order_id for part in decision.parts}
    left = dict.fromkeys(held.order_id for held in decision.subject.held if held.order_id not in taken)
    for order_id in left:
        yield _event(call, decision, "invoice_left", changes, order_id, reason)
    numbers = {line.id: line.number for line in decision.subject.lines}
    for part in decision.parts:
        place = {"purchaseOrder": part.line.order_number, "line": part.line.line_number, "amount": part.amount}
        if part.invoice_line_id is not None:
            place = {"invoiceLine": numbers.get(part.invoice_line_id), **place, "quantity": part.quantity}
        told = events.changes_between({}, place)
        yield _event(call, decision, _EVENTS[found.outcome], [*changes, *told], part.line.order_id, reason)
    if not decision.parts:
        yield _event(call, decision, _EVENTS[found.outcome], changes, None, reason)


def _event(  # noqa: PLR0913, PLR0917 - a row of the history, told whole
    call: Call,
    decision: Decision,
    kind: str,
    changes: list[events.Change],
    order_id: int | None,
    reason: str | None,
) -> Event:
    number = decision.subject.columns["supplier_invoice_number"]
    event = events.prepared(call, kind, number, changes=changes, reason=reason)
    event.invoice_id = decision.subject.id
    event.purchase_order_id = order_id
    return event
