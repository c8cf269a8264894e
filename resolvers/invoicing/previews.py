"""What the rules would decide about an invoice, stored or not, among the orders as they are or as they would be.

Nothing is written and nothing is held.

Source: M9.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tortoise.expressions import Q

from models import database
from models.invoice import Invoice
from models.organization import OrganizationGate
from models.purchase_order import PurchaseOrder, PurchaseOrderLine
from models.statuses.invoices import InvoiceStatus
from models.statuses.orders import LineItemType, OrderType
from models.values import LARGEST_AMOUNT, MINOR_UNITS
from resolvers.errors import BadInput, InvalidValue, NotApplicable, NotFound, Refusal
from resolvers.ids import key_of
from resolvers.invoicing.decisions import Subject, subjects_of
from resolvers.invoicing.desk import Desk
from resolvers.invoicing.invoice_inputs import Document
from resolvers.invoicing.invoice_rows import row_of
from resolvers.invoicing.recording import Entry, check_references, decided_lines
from resolvers.invoicing.snapshots import Surveyed, loaded
from resolvers.matching.proposals import LineProposal, OrderProposal, with_proposals
from resolvers.reading.reader import Several
from resolvers.rules.invoice_document import columns_of, document_refusals, line_columns_of
from resolvers.rules.text import NUMBER, Number, given_refusals, shown
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from resolvers.matching.candidates import Candidate
    from resolvers.matching.ranking import Match as Found
    from resolvers.operation import Call
    from resolvers.rules.text import Path

Row = dict[str, Any]

MOST_CHANGES: Final = 100
"""How many orders may be proposed to change."""
LARGEST_PAGE: Final = 100
"""How many candidates may be asked for, and how many ranked ones are told apart."""
NO_NUMBER: Final = "hypothetical"
"""The supplier's number of an invoice that does not exist, where none is given."""

_LINES: Final = """
SELECT id, purchase_order_id, number, currency, invoiced_amount FROM purchase_order_line
WHERE purchase_order_id = ANY($1::bigint[])"""


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be decided, with the currency of its amounts, and the numbers of the invoice's lines by their keys."""

    call: Call
    currency: str
    found: Found
    lines: Mapping[int, int] = field(default_factory=dict[int, int])

    @property
    def purchase_order(self) -> Any:
        """The order that would be chosen."""
        chosen = self.found.chosen
        return None if chosen is None else visible_to(PurchaseOrder, self.call.actor).filter(id=chosen.order_id)

    @property
    def line(self) -> Any:
        """The line that would be chosen."""
        chosen = self.found.chosen
        return None if chosen is None else visible_to(PurchaseOrderLine, self.call.actor).filter(id=chosen.line_id)

    def candidates(self, first: int, *, dropped: bool | None = None) -> Candidates:
        """The candidates, the best first: all of them, or only those that dropped out, or that did not.

        Raises:
            BadInput: too many at once.
        """
        if not 1 <= first <= LARGEST_PAGE:
            raise BadInput(f"A page holds 1 to {LARGEST_PAGE} items; {first} were asked for.")
        ranked = () if dropped is True else self.found.ranked
        fallen = () if dropped is False else self.found.dropped
        if self.lines and any(each.invoice_line_id is not None for each in self.found.ranked):
            ranked = tuple(each for each in self.found.ranked if dropped is None or (each.rank is None) is dropped)
            return Candidates(self.call, self.currency, len(ranked), ranked[:first])
        total = (0 if dropped is True else self.found.fitting) + len(fallen)
        return Candidates(self.call, self.currency, total, (*ranked, *fallen)[:first])


@dataclass(slots=True)
class Candidates:
    """Some of a preview's candidates. Their orders are read by one statement, and so are their lines."""

    call: Call
    currency: str
    total: int
    shown: Sequence[Candidate]
    _orders: Several = field(init=False)
    _lines: Several = field(init=False)

    def __post_init__(self) -> None:
        orders = {each.order_id for each in self.shown}
        lines = {each.line_id for each in self.shown} - {None}
        self._orders = Several(visible_to(PurchaseOrder, self.call.actor).filter(id__in=list(orders)))
        self._lines = Several(visible_to(PurchaseOrderLine, self.call.actor).filter(id__in=list(lines)))

    def purchase_order(self, candidate: Candidate) -> Any:
        """Its order."""
        return self._orders.row(candidate.order_id)

    def line(self, candidate: Candidate) -> Any:
        """Its line, where it is one."""
        return None if candidate.line_id is None else self._lines.row(candidate.line_id)


async def preview(
    call: Call,
    *,
    invoice_id: str | None = None,
    hypothetical: Mapping[str, Any] | None = None,
    changes: Sequence[Mapping[str, Any]] = (),
) -> Preview:
    """What the rules would decide about an invoice, stored or not, if these changes were made to orders.

    A stored invoice gives back what it takes now; a person's decision about it does not matter here.

    Raises:
        Refusal: there is no such invoice, or no such order or line to change.
        BadInput: what is wrong with the invoice or the changes.

    Source: M9.
    """
    if (invoice_id is None) is (hypothetical is None):
        raise BadInput("Give either invoiceId or hypothetical.")
    if len(changes) > MOST_CHANGES:
        raise BadInput(f"At most {MOST_CHANGES} orders can be changed at once; {len(changes)} are given.")
    gate = await OrganizationGate.get(organization_id=call.organization_id)
    subject = await _stored(call, invoice_id) if hypothetical is None else await _imagined(call, hypothetical)
    desk = await Desk.of(call.organization_id, gate.orders_version)
    await desk.look_up([subject])
    among = await _changed(call, desk, subject, changes) if changes else None
    found = await desk.rules_say(subject, among, spelled_out=LARGEST_PAGE)
    return Preview(call, subject.columns["currency"], found, {line.id: line.number for line in subject.lines})


async def _stored(call: Call, text: str | None) -> Subject:
    key = None if text is None else key_of(Invoice, text)
    invoice = await visible_to(Invoice, call.actor).get_or_none(id=key)
    if invoice is None:
        raise NotFound(kind="invoice", key=shown(str(text)), path=("input", "invoiceId"))
    (subject,) = await subjects_of([row_of(invoice)])
    return subject


async def _imagined(call: Call, given: Mapping[str, Any]) -> Subject:
    """An invoice that does not exist; it has to be one that could be recorded."""
    document = Document.of({"supplier_invoice_number": NO_NUMBER, **given})
    entry = Entry(document.new(), document.refusals)
    entry.refusals += document_refusals(entry.new)
    await check_references(call, [entry])
    _refuse(entry.refusals)
    columns = {"organization_id": call.organization_id, "status": InvoiceStatus.RECEIVED, "on_hold": False}
    lines = [{"id": line["number"], **line} for line in line_columns_of(entry.new)]
    return Subject(id=0, columns={**columns_of(entry.new), **columns}, lines=decided_lines(lines), is_new=True)


async def _changed(call: Call, desk: Desk, subject: Subject, changes: Sequence[Mapping[str, Any]]) -> Surveyed | None:
    """The survey of the invoice among the orders as they would be; the desk knows the balances as they would be.

    None for one whose lines go to the orders that it names: the desk knows how these would be, too.
    """
    orders = await _orders(call, subject, changes)
    keys = {order.id for order in orders}
    rows = await database.rows(_LINES, list(keys))
    lines = {(row["purchase_order_id"], row["number"]): row for row in rows}
    proposals = [
        _proposal(order, change, lines, ("input", "changes", str(at)))
        for at, (order, change) in enumerate(zip(orders, changes, strict=True))
    ]
    await desk.know_balances(row["id"] for row in rows)
    for order, change in zip(orders, changes, strict=True):
        for line in change.get("lines") or ():
            if "limit" in line:
                row, limit = lines[order.id, line["number"]], line["limit"]
                desk.suppose(row["id"], None if limit is None else limit - row["invoiced_amount"])
    if desk.goes_by_line(subject):
        desk.propose(proposals, call.now)
        return None
    surveyed = desk.survey_of(subject).survey
    known = {order.id: order for order in surveyed.orders}
    known |= {order.id: order for order in await loaded(call.organization_id, keys)}
    return Surveyed.of(surveyed.profile, with_proposals(known.values(), proposals, call.now))


async def _orders(call: Call, subject: Subject, changes: Sequence[Mapping[str, Any]]) -> list[PurchaseOrder]:
    """The orders that the changes are about: such as the invoice could go to, if they were as they should be."""
    keys = [_key(change) for change in changes]
    ids = [key for key in keys if isinstance(key, int)]
    numbers = [key for key in keys if isinstance(key, str) and not NUMBER.refusals(key, ())]
    found = await visible_to(PurchaseOrder, call.actor).filter(Q(id__in=ids) | Q(number__in=numbers))
    orders = {key: order for order in found for key in (order.id, order.number)}
    for at, (key, change) in enumerate(zip(keys, changes, strict=True)):
        name = "number" if change.get("id") is None else "id"
        _check_order(orders.get(key), change[name], subject, ("input", "changes", str(at), name))
    return [orders[key] for key in keys]


def _key(change: Mapping[str, Any]) -> int | str:
    text, number = change.get("id"), change.get("number")
    if (text is None) is (number is None):
        raise BadInput("Give either id or number, to say which order would be changed.")
    return str(number) if text is None else key_of(PurchaseOrder, text) or 0


def _check_order(order: PurchaseOrder | None, text: str, subject: Subject, path: Path) -> None:
    if order is None:
        raise NotFound(kind="purchase order", key=shown(text), path=path)
    if order.order_type is not OrderType.STANDARD:
        raise NotApplicable(order_type=str(order.order_type), path=path)
    if order.supplier_id != subject.columns["supplier_id"]:
        raise InvalidValue(value=order.number, expected="it has to be with the invoice's supplier", path=path)


def _proposal(
    order: PurchaseOrder, change: Mapping[str, Any], lines: Mapping[tuple[int, int], Row], path: Path
) -> OrderProposal:
    said: Row = {name: change[name] for name in ("suspended", "effective_date", "expiration_date") if name in change}
    if said.get("suspended", False) is None:
        raise BadInput("suspended is true or false.")
    _check_order_of_days(
        said.get("effective_date", order.effective_date), said.get("expiration_date", order.expiration_date), path
    )
    parts = tuple(
        _line_proposal(order, line, lines, (*path, "lines", str(at)))
        for at, line in enumerate(change.get("lines") or ())
    )
    return OrderProposal(order_id=order.id, lines=parts, **said)


def _line_proposal(
    order: PurchaseOrder, change: Mapping[str, Any], lines: Mapping[tuple[int, int], Row], path: Path
) -> LineProposal:
    row = lines.get((order.id, change["number"]))
    if row is None:
        raise NotFound(kind=f"line of order {order.number}", key=str(change["number"]), path=(*path, "number"))
    limit = Number(places=MINOR_UNITS[order.currency], least=-LARGEST_AMOUNT, required=False)
    _refuse(given_refusals(change, {"limit": limit}, path))
    said: Row = {name: change[name] for name in ("start_date", "end_date") if name in change}
    if change.get("line_item_type") is not None:
        said["line_item_type"] = LineItemType[change["line_item_type"]]
    _check_order_of_days(said.get("start_date"), said.get("end_date"), path)
    return LineProposal(line_id=row["id"], **said)


def _check_order_of_days(first: Any, last: Any, path: Path) -> None:
    if first is not None and last is not None and last < first:
        raise InvalidValue(value=str(last), expected=f"it has to be on or after {first}", path=path)


def _refuse(refusals: Sequence[Refusal]) -> None:
    """Answer a question that cannot be asked: a query has no place for refusals but its errors.

    Raises:
        Refusal: the only one.
        BadInput: all of them.
    """
    if len(refusals) == 1:
        raise refusals[0]
    if refusals:
        raise BadInput(" ".join(refusal.message for refusal in refusals))
