"""Invoices verified again, whenever something they are compared with has changed.

Called at the end of every operation that changes an invoice, its allocations, a receipt, a milestone or an order line,
when the derived figures are written. What others bill of the same lines counts, so that an invoice that leaves, or
gives back, is verified with those that come after it. The number of statements does not depend on how many invoices,
lines or discrepancies there are. Whoever calls holds the organization's gate.

Invoices without lines, and those matched as a whole, are not compared with their orders: that is what balances are for.

Source: I4, V7.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import orjson
from tortoise.expressions import F

from models import database
from models.invoice import Invoice
from models.statuses.invoices import DiscrepancyKind, DiscrepancyState, InvoiceKind, InvoiceStatus
from models.values import plain
from models.verification import Discrepancy
from resolvers import bulk, events
from resolvers.ids import id_of
from resolvers.rules.discrepancies import VERIFIED, Known, Outcome, marked, outcome
from resolvers.rules.invoicing import INVOICED
from resolvers.rules.verification import About, findings
from resolvers.verifying.verification_facts import INVOICES, billed_invoices, rules_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from models.event import Event
    from resolvers.operation import Call
    from resolvers.rules.verification import Finding

Row = dict[str, Any]

MOST_DOCUMENTS: Final = 20
"""How many of the invoices that used the room up are told, the latest first."""

_VERIFIED: Final = [str(word) for word in VERIFIED]
_OF_LINES: Final = frozenset(
    {
        DiscrepancyKind.QUANTITY_OVER,
        DiscrepancyKind.LINE_AMOUNT_OVER,
        DiscrepancyKind.INSUFFICIENT_RECEIPTS,
        DiscrepancyKind.CREDIT_OVER_BILLED,
    }
)
_OF_ORDERS: Final = frozenset({DiscrepancyKind.ORDER_AMOUNT_OVER})


async def recheck(call: Call, invoice_ids: Iterable[int]) -> list[Event]:
    """Verify these invoices anew, and those that come after them on the same orders; and what happened, stored.

    Source: I4.
    """
    wanted = sorted(set(invoice_ids))
    if not wanted:
        return []
    rows = await database.rows(INVOICES, call.organization_id, wanted)
    if not any(row["has_lines"] or row["has_discrepancies"] or _is_suspect(row) for row in rows):
        return []
    others = await database.rows(_AFTER, call.organization_id, wanted, _VERIFIED)
    if others:
        rows += await database.rows(INVOICES, call.organization_id, [row["invoice_id"] for row in others])
    return await _verify(call, rows)


async def recheck_orders(call: Call, order_ids: Iterable[int]) -> list[Event]:
    """Verify anew all invoices that bill these orders line by line and are not confirmed yet; what happened, stored.

    Source: I4.
    """
    orders = sorted(set(order_ids))
    found = await database.rows(_ON_ORDERS, call.organization_id, orders, _VERIFIED) if orders else []
    if not found:
        return []
    return await _verify(
        call, await database.rows(INVOICES, call.organization_id, [row["invoice_id"] for row in found])
    )


async def recheck_all(call: Call) -> list[Event]:
    """Verify anew all invoices of the organization that have lines and are not confirmed yet: the tolerances changed.

    Source: I5.
    """
    found = await database.rows(_ALL, call.organization_id, _VERIFIED)
    return await _verify(call, await database.rows(INVOICES, call.organization_id, [row["id"] for row in found]))


async def open_of(invoice_id: int) -> list[Discrepancy]:
    """What somebody still has to look at before the invoice can be confirmed, the oldest first."""
    return await Discrepancy.filter(invoice_id=invoice_id, state=DiscrepancyState.OPEN).order_by("id")


@dataclass(slots=True)
class _Verified:
    """An invoice that was verified, a row of `INVOICES`, and what is to be written of it.

    `documents` are those that used up what is left of an order line or an order.
    """

    invoice: Row
    outcome: Outcome
    documents: dict[tuple[str, int], list[dict[str, str | None]]] = field(
        default_factory=dict[tuple[str, int], "list[dict[str, str | None]]"]
    )

    @property
    def before(self) -> InvoiceStatus:
        """The status that it had."""
        return InvoiceStatus[self.invoice["status"]]

    @property
    def status(self) -> InvoiceStatus:
        """The status that it has now."""
        stands = {name: self.invoice[name] for name in ("is_allocated", "is_approved")}
        return marked(self.before, is_open=self.outcome.is_open, **stands)

    @property
    def found(self) -> list[Finding]:
        """What is open: new, or still there."""
        return [*self.outcome.new, *(finding for _, finding in self.outcome.kept)]

    def documents_of(self, finding: Finding) -> list[dict[str, str | None]]:
        """The documents that used up the room that a finding is about; of a duplicate, the one that was first."""
        about = finding.about
        if finding.kind is DiscrepancyKind.DUPLICATE:
            twin, number = self.invoice["duplicate_of_id"], self.invoice["supplier_invoice_number"]
            return [] if twin is None else [{"id": id_of(Invoice, twin), "number": number}]
        if finding.kind in _OF_LINES:
            return self.documents.get(("line_id", about.line_id or 0), [])
        return self.documents.get(("order_id", about.order_id or 0), []) if finding.kind in _OF_ORDERS else []


async def _verify(call: Call, rows: Sequence[Row]) -> list[Event]:
    """Verify the invoices of these rows of `INVOICES`.

    Confirmed ones are left alone; of those that count nowhere everything open is settled.
    """
    touched = [row for row in rows if InvoiceStatus[row["status"]] not in INVOICED]
    known = await _known([row["id"] for row in touched if row["has_discrepancies"]])
    compared = [row for row in touched if row["has_lines"] or _is_suspect(row)]
    rules = await rules_of(call.organization_id) if compared else []
    billed = await billed_invoices(call.organization_id, compared)
    verified: list[_Verified] = []
    for row in touched:
        found = findings(billed[row["id"]], rules) if row["id"] in billed else []
        stored = known.get(row["id"], [])
        verified.append(_Verified(row, outcome((_known_of(each) for each in stored), found)))
    await _look_up_documents(call, verified)
    await bulk.insert(Discrepancy, [_new(call, one, finding) for one in verified for finding in one.outcome.new])
    await _write_figures(call, verified, {row.id: row for stored in known.values() for row in stored})
    await _write_settled(call, [each.id for one in verified for each in one.outcome.settled])
    await _write_statuses(call, [one for one in verified if one.status is not one.before])
    told = [event for one in verified for event in _events(call, one)]
    await bulk.insert_events(told)
    return told


def _is_suspect(row: Row) -> bool:
    return row["status"] == InvoiceStatus.SUSPECTED_DUPLICATE


async def _known(invoice_ids: Sequence[int]) -> dict[int, list[Discrepancy]]:
    """What is stored of these invoices and not settled."""
    found: dict[int, list[Discrepancy]] = {}
    if invoice_ids:
        rows = Discrepancy.filter(invoice_id__in=invoice_ids).exclude(state=DiscrepancyState.RESOLVED)
        for row in await rows.order_by("id"):
            found.setdefault(row.invoice_id, []).append(row)
    return found


def _known_of(row: Discrepancy) -> Known:
    return Known(
        id=row.id,
        kind=DiscrepancyKind(row.kind),
        state=DiscrepancyState(row.state),
        about=About(invoice_line_id=row.invoice_line_id, order_id=row.purchase_order_id, line_id=row.line_id),
        expected=row.expected,
        actual=row.actual,
    )


async def _look_up_documents(call: Call, verified: Sequence[_Verified]) -> None:
    """Find the invoices that used the room up, for every finding that is about room."""
    for kinds, column, name in ((_OF_LINES, "line_id", "line_id"), (_OF_ORDERS, "purchase_order_id", "order_id")):
        asked = {
            (one.invoice["id"], getattr(finding.about, name)): one
            for one in verified
            for finding in one.found
            if finding.kind in kinds
        }
        if not asked:
            continue
        invoices, keys = zip(*asked, strict=True)
        statement = _DOCUMENTS.format(column=column)
        for row in await database.rows(statement, call.organization_id, list(invoices), list(keys)):
            one = asked[row["for_invoice"], row["key"]]
            one.documents.setdefault((name, row["key"]), []).append(_document(row))


def _document(row: Row) -> dict[str, str | None]:
    quantity = row["quantity"]
    return {
        "id": id_of(Invoice, row["invoice_id"]),
        "number": row["supplier_invoice_number"],
        "quantity": None if quantity is None else plain(quantity),
        "amount": plain(row["amount"]),
    }


def _columns(one: _Verified, finding: Finding) -> Row:
    """The columns that follow from a finding."""
    return {
        "invoice_line_id": finding.about.invoice_line_id,
        "explanation": finding.explanation,
        "measure": finding.measure,
        "expected": finding.expected,
        "actual": finding.actual,
        "tolerance": finding.tolerance,
        "rule_id": finding.rule_id,
        "documents": one.documents_of(finding),
    }


def _new(call: Call, one: _Verified, finding: Finding) -> Row:
    return {
        "organization_id": call.organization_id,
        "invoice_id": one.invoice["id"],
        "purchase_order_id": finding.about.order_id,
        "line_id": finding.about.line_id,
        "kind": finding.kind,
        "state": DiscrepancyState.OPEN,
        "edit_version": 1,
        "created_at": call.now,
        "updated_at": call.now,
        **_columns(one, finding),
    }


async def _write_figures(call: Call, verified: Sequence[_Verified], stored: Mapping[int, Discrepancy]) -> None:
    """Write the figures of those that are open still, where they are others now."""
    changed: list[tuple[int, Row]] = []
    for one in verified:
        for known, finding in one.outcome.kept:
            columns = _columns(one, finding)
            if any(getattr(stored[known.id], name) != value for name, value in columns.items()):
                changed.append((known.id, columns))
    if changed:
        names = {**_FIGURES, "documents": "text"}
        arrays = ", ".join(f"${at}::{kind}[]" for at, kind in enumerate(names.values(), start=3))
        sets = ", ".join(f"{name} = v.{name}" for name in _FIGURES)
        columns_of = [
            [orjson.dumps(row[name]).decode() if name == "documents" else row[name] for _, row in changed]
            for name in names
        ]
        await database.connection().execute_query(
            f"UPDATE discrepancy d SET {sets}, documents = v.documents::jsonb, updated_at = $1,"  # noqa: S608
            " edit_version = d.edit_version + 1"
            f" FROM unnest($2::bigint[], {arrays}) AS v (id, {', '.join(names)}) WHERE d.id = v.id",
            [call.now, [key for key, _ in changed], *columns_of],
        )


async def _write_settled(call: Call, keys: Sequence[int]) -> None:
    if keys:
        await Discrepancy.filter(id__in=keys).update(
            state=DiscrepancyState.RESOLVED, ended_at=call.now, updated_at=call.now, edit_version=F("edit_version") + 1
        )


async def _write_statuses(call: Call, moved: Sequence[_Verified]) -> None:
    if moved:
        await database.connection().execute_query(
            "UPDATE invoice i SET status = v.status, updated_at = $3, edit_version = i.edit_version + 1"
            " FROM unnest($1::bigint[], $2::text[]) AS v (id, status) WHERE i.id = v.id",
            [[one.invoice["id"] for one in moved], [str(one.status) for one in moved], call.now],
        )


def _events(call: Call, one: _Verified) -> Iterator[Event]:
    """What happened to an invoice; the first of it tells the status, too."""
    status = events.changes_between({"status": one.before}, {"status": one.status})
    told: list[tuple[str, int | None, list[events.Change]]] = [
        ("discrepancy_found", finding.about.order_id, events.changes_between({}, _told(finding)))
        for finding in one.outcome.new
    ]
    told += [
        ("discrepancy_resolved", known.about.order_id, events.changes_between({"kind": known.kind}, {"kind": None}))
        for known in one.outcome.settled
    ]
    if not told and status:
        told = [("invoice_verified", None, [])]
    for kind, order_id, changes in told:
        event = events.prepared(call, kind, one.invoice["supplier_invoice_number"], changes=[*status, *changes])
        event.invoice_id, event.purchase_order_id = one.invoice["id"], order_id
        status = []
        yield event


def _told(finding: Finding) -> Row:
    told = {
        "kind": finding.kind,
        "expected": finding.expected,
        "actual": finding.actual,
        "tolerance": finding.tolerance or None,
        "explanation": finding.explanation,
    }
    return {name: value for name, value in told.items() if value is not None}


_FIGURES: Final = {
    "invoice_line_id": "bigint",
    "explanation": "text",
    "measure": "text",
    "expected": "numeric",
    "actual": "numeric",
    "tolerance": "numeric",
    "rule_id": "bigint",
}

# What an invoice leaves, or gives back, is room for those after it; a credit memo makes room for all.
_AFTER: Final = f"""
SELECT DISTINCT b.invoice_id
FROM allocation a JOIN invoice i ON i.id = a.invoice_id
    JOIN allocation b ON b.purchase_order_id = a.purchase_order_id AND b.organization_id = a.organization_id
        AND b.ended_at IS NULL AND b.invoice_line_id IS NOT NULL
    JOIN invoice j ON j.id = b.invoice_id AND j.status = ANY($3::text[])
WHERE a.organization_id = $1 AND a.invoice_id = ANY($2::bigint[]) AND b.invoice_id <> ALL($2)
  AND (b.invoice_id > a.invoice_id OR i.kind <> '{InvoiceKind.INVOICE}')"""  # noqa: S608 - our own words

_ON_ORDERS: Final = """
SELECT DISTINCT a.invoice_id FROM allocation a JOIN invoice i ON i.id = a.invoice_id
WHERE a.organization_id = $1 AND a.purchase_order_id = ANY($2::bigint[]) AND a.ended_at IS NULL
  AND a.invoice_line_id IS NOT NULL AND i.status = ANY($3::text[])"""

_ALL: Final = """
SELECT i.id FROM invoice i WHERE i.organization_id = $1 AND i.status = ANY($2::text[])
  AND EXISTS (SELECT FROM invoice_line l WHERE l.invoice_id = i.id)"""

_DOCUMENTS: Final = f"""
SELECT w.for_invoice, w.key, d.*
FROM unnest($2::bigint[], $3::bigint[]) AS w (for_invoice, key) JOIN invoice f ON f.id = w.for_invoice
    CROSS JOIN LATERAL (
        SELECT a.invoice_id, i.supplier_invoice_number, sum(a.quantity) AS quantity, sum(a.amount) AS amount
        FROM allocation a JOIN invoice i ON i.id = a.invoice_id
        WHERE a.organization_id = $1 AND a.{{column}} = w.key AND a.ended_at IS NULL
          AND a.invoice_id <> w.for_invoice AND (a.invoice_id < w.for_invoice OR
              (i.kind = '{InvoiceKind.INVOICE}') <> (f.kind = '{InvoiceKind.INVOICE}'))
        GROUP BY a.invoice_id, i.supplier_invoice_number ORDER BY a.invoice_id DESC LIMIT {MOST_DOCUMENTS}
    ) d
ORDER BY w.for_invoice, w.key, d.invoice_id"""  # noqa: S608 - our own words
