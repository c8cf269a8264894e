"""New invoices, written and matched together, however many there are: what recording one and importing many share.

Everything that can be wrong with an invoice is found out before anything is written, so that a bad one does not stop
the others. Whoever calls holds the organization's gate.

Source: I6, M9, B2.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from models import database
from models.invoice import Invoice, InvoiceLine
from models.statuses.invoices import BillingStage, InvoiceStatus
from models.supplier import SellerEntity, Supplier
from models.values import ZERO
from resolvers import bulk, events
from resolvers.errors import AlreadyTaken, DuplicateInvoice, InvalidValue, NotFound, Refusal
from resolvers.ids import id_of
from resolvers.invoicing import decision_store
from resolvers.invoicing.decisions import InvoiceLine as DecidedLine
from resolvers.invoicing.decisions import Subject
from resolvers.invoicing.desk import Desk
from resolvers.matching.facts import SellerEntity as Seller
from resolvers.rules.invoice_document import (
    COLUMNS,
    LINE_COLUMNS,
    NewInvoice,
    columns_of,
    document_refusals,
    line_columns_of,
)
from resolvers.rules.invoicing import DUPLICATES
from resolvers.rules.text import api_name
from resolvers.verifying import verification

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from models.event import Event
    from models.organization import OrganizationGate
    from resolvers.invoicing.decisions import Decision, Printed
    from resolvers.operation import Call

Row = dict[str, Any]

UNKNOWN: Final = 0
"""A key that no row has, in the place of one that is refused already."""


@dataclass(slots=True)
class Entry:
    """An invoice that is to be recorded, and what becomes of it: refused, there already, or written under a key.

    One that is to be `kept` is written even where its number is there already, as a suspected duplicate of that one.
    """

    new: NewInvoice
    refusals: list[Refusal] = field(default_factory=list[Refusal])
    existing: int | None = None
    key: int | None = None
    columns: Row = field(default_factory=dict[str, Any])
    is_kept: bool = False
    duplicate_of: int | None = None
    lines: list[Row] = field(default_factory=list[Row])

    @property
    def is_open(self) -> bool:
        """Whether nothing has spoken against writing it so far."""
        return not self.refusals and self.existing is None

    @property
    def printed(self) -> Printed:
        """Supplier and number."""
        return self.new.supplier_id, self.new.supplier_invoice_number


async def record(call: Call, gate: OrganizationGate, entries: Sequence[Entry], *, match: bool = True) -> list[Event]:
    """Write the invoices that can be written, and match them unless that is to wait; and what happened, stored.

    An entry that is refused says why, beside what was known to be wrong before. One that is there already, the same,
    says where, and nothing is written.

    Raises:
        InvalidAmount: a sum would become too large to be stored.
    """
    for entry in entries:
        entry.refusals += document_refusals(entry.new)
    sellers = await check_references(call, entries)
    twins = await _check_known(call, [entry for entry in entries if entry.is_open])
    new = [entry for entry in entries if entry.is_open and id(entry) not in twins]
    for entry, key in zip(new, await bulk.keys(Invoice, len(new)) if new else (), strict=True):
        entry.key = key
        entry.columns = _columns(call, entry, key)
    for entry, first in twins.values():
        _compare(entry, first.key or 0, first.columns, line_columns_of(first.new))
    if not new:
        return []
    await _number_lines(call, new)
    unique = [entry for entry in new if entry.duplicate_of is None]
    decisions = await _decide(call, gate, unique, sellers) if match and unique else []
    for entry, decision in zip(unique, decisions, strict=False):
        entry.columns = {**entry.columns, "status": decision.status, "on_hold": decision.found.hold}
    await bulk.insert(Invoice, [entry.columns for entry in new])
    await bulk.insert(InvoiceLine, [line for entry in new for line in entry.lines])
    told = [_recorded(call, entry) for entry in new] + await decision_store.write(call, decisions)
    await bulk.insert_events(told)
    compared = [entry.key or 0 for entry in new if entry.lines or entry.duplicate_of is not None]
    return told + await verification.recheck(call, compared)


async def check_references(call: Call, entries: Sequence[Entry]) -> dict[int, Seller]:
    """Refuse entries whose supplier or seller entity is not the organization's; and the seller entities there are."""
    found = await database.rows(
        _REFERENCES,
        call.organization_id,
        list({entry.new.supplier_id for entry in entries}),
        list({entry.new.seller_entity_id for entry in entries} - {None}),
    )
    suppliers = {row["id"] for row in found if row["name"] is None}
    sellers = {row["id"]: row for row in found if row["name"] is not None}
    for entry in entries:
        supplier, seller = entry.new.supplier_id, entry.new.seller_entity_id
        if supplier not in {*suppliers, UNKNOWN}:
            entry.refusals.append(NotFound(kind="supplier", key=id_of(Supplier, supplier), path=("supplierId",)))
        if seller is None or seller == UNKNOWN:
            continue
        key, path = id_of(SellerEntity, seller), ("sellerEntityId",)
        if seller not in sellers:
            entry.refusals.append(NotFound(kind="seller entity", key=key, path=path))
        elif supplier in suppliers and sellers[seller]["supplier_id"] != supplier:
            entry.refusals.append(InvalidValue(value=key, expected="it has to be one of the supplier's", path=path))
    return {key: Seller(id=key, name=row["name"]) for key, row in sellers.items()}


async def _number_lines(call: Call, entries: Sequence[Entry]) -> None:
    """Make the rows of the lines, under their keys."""
    with_lines = [entry for entry in entries if entry.new.lines]
    if not with_lines:
        return
    keys = iter(await bulk.keys(InvoiceLine, sum(len(entry.new.lines) for entry in with_lines)))
    for entry in with_lines:
        entry.lines = [{"id": next(keys), **row} for row in lines_of(call, entry.key or 0, entry.new)]


def lines_of(call: Call, invoice: int, new: NewInvoice) -> Iterator[Row]:
    """The rows of an invoice's lines."""
    for line in line_columns_of(new):
        yield {
            "organization_id": call.organization_id,
            "invoice_id": invoice,
            "currency": new.currency,
            "created_at": call.now,
            **line,
        }


async def _check_known(call: Call, entries: Sequence[Entry]) -> dict[int, tuple[Entry, Entry]]:
    """Find the invoices that are there already, and external ids that others have (I6).

    Returned, by their place in memory, are entries for an invoice that came earlier among these, each with that one.
    """
    stored = await _stored(call, entries)
    holders = await _holders(call, entries)
    lines = await _stored_lines(stored, entries)
    twins: dict[int, tuple[Entry, Entry]] = {}
    first: dict[Printed, Entry] = {}
    for entry in entries:
        external, row = entry.new.external_id, stored.get(entry.printed)
        if row is not None and not entry.is_kept:
            _compare(entry, row["id"], row, lines.get(row["id"], []))
        elif entry.printed in first:
            twins[id(entry)] = entry, first[entry.printed]
        elif external is not None and external in holders:
            refusal = AlreadyTaken(value=external, holder=holders[external], path=("externalId",))
            entry.refusals.append(refusal)
        else:
            first[entry.printed] = entry
            entry.duplicate_of = None if row is None else row["id"]
            if external is not None:
                holders[external] = f"invoice {entry.new.supplier_invoice_number}"
    return twins


async def _stored(call: Call, entries: Sequence[Entry]) -> dict[Printed, Row]:
    if not entries:
        return {}
    suppliers, numbers = zip(*(entry.printed for entry in entries), strict=True)
    found = await database.rows(_STORED, call.organization_id, list(suppliers), list(numbers))
    return {(row["supplier_id"], row["supplier_invoice_number"]): row for row in found}


async def _holders(call: Call, entries: Sequence[Entry]) -> dict[str, str]:
    """Who has the external ids."""
    wanted = {entry.new.external_id for entry in entries} - {None}
    if not wanted:
        return {}
    found = await database.rows(
        "SELECT external_id, id FROM invoice WHERE organization_id = $1 AND external_id = ANY($2::text[])",
        call.organization_id,
        list(wanted),
    )
    return {row["external_id"]: f"invoice {id_of(Invoice, row['id'])}" for row in found}


async def _stored_lines(stored: dict[Printed, Row], entries: Sequence[Entry]) -> dict[int, list[Row]]:
    keys = [stored[entry.printed]["id"] for entry in entries if entry.new.lines and entry.printed in stored]
    if not keys:
        return {}
    found: dict[int, list[Row]] = {}
    for row in await database.rows(_STORED_LINES, keys):
        found.setdefault(row.pop("invoice_id"), []).append(row)
    return found


def _compare(entry: Entry, key: int, columns: Row, lines: list[Row]) -> None:
    """The entry is there already: either the same, or else refused with what differs."""
    wanted = columns_of(entry.new)
    differences = [api_name(name) for name in COLUMNS if wanted[name] != columns[name]]
    if entry.new.lines and line_columns_of(entry.new) != lines:
        differences.append("lines")
    if not differences:
        entry.existing = key
        return
    entry.refusals.append(
        DuplicateInvoice(
            supplier_invoice_number=entry.new.supplier_invoice_number,
            existing=id_of(Invoice, key),
            differences=tuple(differences),
            path=("supplierInvoiceNumber",),
        )
    )


async def _decide(
    call: Call, gate: OrganizationGate, new: Sequence[Entry], sellers: dict[int, Seller]
) -> list[Decision]:
    desk = await Desk.of(call.organization_id, gate.orders_version, sellers)
    subjects = [
        Subject(id=entry.key or 0, columns=entry.columns, lines=decided_lines(entry.lines), is_new=True)
        for entry in new
    ]
    await desk.look_up(subjects)
    return [await desk.decide(subject) for subject in subjects]


def decided_lines(lines: Sequence[Mapping[str, Any]]) -> tuple[DecidedLine, ...]:
    """Rows of an invoice's lines, as decisions are told of them."""
    names = DecidedLine.__annotations__
    return tuple(DecidedLine(**{name: line[name] for name in names}) for line in lines)


def _columns(call: Call, entry: Entry, key: int) -> Row:
    return {
        "id": key,
        "organization_id": call.organization_id,
        **columns_of(entry.new),
        "status": InvoiceStatus.RECEIVED if entry.duplicate_of is None else InvoiceStatus.SUSPECTED_DUPLICATE,
        "duplicate_of_id": entry.duplicate_of,
        "on_hold": False,
        "created_at": call.now,
        "updated_at": call.now,
    }


def _recorded(call: Call, entry: Entry) -> Event:
    columns = columns_of(entry.new)
    told = {
        api_name(name): columns[name] for name in COLUMNS if name not in _NOT_TOLD and columns[name] != _USUAL.get(name)
    }
    if entry.duplicate_of is not None:
        told["status"] = InvoiceStatus.SUSPECTED_DUPLICATE
        told["duplicateOf"] = id_of(Invoice, entry.duplicate_of)
    changes = [change for change in events.changes_between({}, told) if change["to"] is not None]
    event = events.prepared(call, "invoice_recorded", entry.new.supplier_invoice_number, changes=changes)
    event.invoice_id = entry.key
    event.supplier_id = entry.new.supplier_id
    return event


_USUAL: Final = {"other_charges": ZERO, "discount_amount": ZERO, "billing_stage": BillingStage.REGULAR}
"""What goes without saying."""
_NOT_TOLD: Final = frozenset({"supplier_id", "seller_entity_id", "supplier_invoice_number"})

_REFERENCES: Final = """
SELECT id, NULL AS name, NULL AS supplier_id FROM supplier WHERE organization_id = $1 AND id = ANY($2::bigint[])
UNION ALL
SELECT id, name, supplier_id FROM seller_entity WHERE organization_id = $1 AND id = ANY($3::bigint[])"""

_STORED: Final = f"""
SELECT i.id, {", ".join(f"i.{name}" for name in COLUMNS)} FROM invoice i
WHERE i.organization_id = $1 AND i.status NOT IN ({", ".join(f"'{word}'" for word in DUPLICATES)})
    AND (i.supplier_id, i.supplier_invoice_number)
    IN (SELECT v.supplier_id, v.number FROM unnest($2::bigint[], $3::text[]) AS v (supplier_id, number))"""  # noqa: S608

_STORED_LINES: Final = (
    f"SELECT invoice_id, {', '.join(LINE_COLUMNS)} FROM invoice_line"  # noqa: S608 - our own names
    " WHERE invoice_id = ANY($1::bigint[]) ORDER BY number"
)
