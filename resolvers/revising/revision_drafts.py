"""What a revision proposes, worked out: the order and its lines as they would stand, and what speaks against it.

Proposals are kept as what was given, by the names of fields, and worked out anew whenever it matters: what is in force
goes on changing beside them. The checks are those of any change of an order and its lines.

Source: V1, V2, V3.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from tortoise import fields

from models import database
from models.purchase_order import PurchaseOrder, PurchaseOrderLine
from models.statuses.orders import RevisionLineState
from models.values import ZERO, plain
from resolvers.orders import budgets
from resolvers.orders import purchase_order_line_drafts as drafting
from resolvers.orders.purchase_order_creation import plain_columns
from resolvers.orders.purchase_order_references import references
from resolvers.receiving import received_lines
from resolvers.rules import revisions as rules
from resolvers.rules.balances import line_amount
from resolvers.rules.ordering import OrderedLine, date_refusals, field_refusals, shrinking_refusals
from resolvers.rules.transitions import activation_refusal
from resolvers.sourcing import contracts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from models.revision import Revision, RevisionLine
    from resolvers.errors import Refusal
    from resolvers.orders.purchase_order_edits import Edit
    from resolvers.rules.ordering import OrderTerms
    from resolvers.rules.text import Path

Columns = dict[str, Any]

CANCELED: Final = "canceled"
CANCEL_REASON: Final = "cancel_reason"
DATES: Final = ("effective_date", "expiration_date")

_MILESTONES: Final = """
SELECT line_id, sum(amount) AS worth FROM milestone
WHERE purchase_order_id = $1 AND status <> 'CLOSED_CANCELED' AND amount IS NOT NULL GROUP BY line_id"""


@dataclass(slots=True)
class Proposal:
    """A line that a revision touches. `columns` are what would be stored of it; none where it is canceled."""

    row: RevisionLine
    line: PurchaseOrderLine | None
    columns: Columns | None
    amount: Decimal

    @property
    def before(self) -> Decimal:
        """What the line is worth in force."""
        return ZERO if self.line is None else self.line.effective_amount

    @property
    def proposed(self) -> rules.ProposedLine:
        """The same, as the rules see it."""
        quantity = ZERO if self.columns is None else self.columns["quantity"]
        return rules.ProposedLine(quantity=quantity, amount=self.amount, is_canceled=self.columns is None)


@dataclass(slots=True)
class Outcome:
    """What would be in force: columns of the order, its lines, its total."""

    header: Columns
    proposals: list[Proposal]
    total: Decimal
    refusals: list[Refusal] = field(default_factory=list["Refusal"])

    @property
    def amount_to_approve(self) -> Decimal:
        """The whole new amount of the lines that are touched (V3)."""
        return rules.amount_to_approve(proposal.proposed for proposal in self.proposals)


def kept(value: Any) -> Any:
    """A value that was given, as JSON keeps it."""
    match value:
        case Decimal():
            return plain(value)
        case date():
            return value.isoformat()
        case dict():
            parts: dict[str, Any] = value
            return {name: kept(part) for name, part in parts.items()}
        case _:
            return value


def given_again(model: type[PurchaseOrder | PurchaseOrderLine], values: Mapping[str, Any]) -> Columns:
    """What was given, as it was given."""
    known: Mapping[str, Any] = model._meta.fields_map
    result: Columns = {}
    for name, value in values.items():
        match known.get(name):
            case fields.DateField() if value is not None:
                result[name] = date.fromisoformat(value)
            case fields.DecimalField() if value is not None:
                result[name] = Decimal(value)
            case _:
                result[name] = value
    return result


async def worked_out(  # noqa: PLR0913 - a revision, and how far it has come
    edit: Edit,
    revision: Revision,
    rows: Sequence[RevisionLine],
    lines: Sequence[PurchaseOrderLine],
    places: Mapping[int, Path] | None = None,
    *,
    has_waited: bool = False,
) -> Outcome:
    """What a revision would bring about, its rejected lines left out. `places` lead to lines in an input; what has
    waited was checked before, and is about to be in force.
    """
    header = given_again(PurchaseOrder, revision.changes)
    terms = replace(edit.terms, **{name: header[name] for name in DATES if name in header})
    columns, refusals = await _header(edit, header, terms)
    open_ = [row for row in rows if row.state is not RevisionLineState.REJECTED]
    paths = {row.number: (places or {}).get(row.number, ("lines", str(row.number))) for row in open_}
    by_key = {line.id: line for line in lines}
    worth = await _milestones(edit.order.id)
    proposals: list[Proposal] = []
    for row in open_:
        if row.line_id is not None:
            line = by_key[row.line_id]
            planned = worth.get(line.id, ZERO)
            proposal, wrong = await _changed(row, line, terms, paths[row.number], planned, has_waited=has_waited)
            proposals.append(proposal)
            refusals += wrong
    added, wrong = _added(edit, [row for row in open_ if row.line_id is None], terms, paths, lines)
    proposals += added
    total = edit.order.total_amount + sum((each.amount - each.before for each in proposals), ZERO)
    refusals += [*wrong, *_date_refusals(edit, terms, proposals, lines)]
    refusals += rules.order_refusals(total, edit.order.released_amount)
    if total > edit.order.total_amount:
        refusals += await budgets.raise_refusals(edit.order, total)
        refusals += await contracts.cap_refusals(edit.order, total=total)
    return Outcome(columns, proposals, total, refusals)


async def _header(edit: Edit, given: Columns, terms: OrderTerms) -> tuple[Columns, list[Refusal]]:
    found = await references(edit.call, given)
    columns = plain_columns(given) | found.columns
    if terms.expiration_date != edit.order.expiration_date:
        columns["expiration_set_on"] = None if terms.expiration_date is None else edit.call.today
    return columns, [*field_refusals(given, terms), *found.refusals]


async def _changed(  # noqa: PLR0913 - the line, and what it is checked against
    row: RevisionLine, line: PurchaseOrderLine, terms: OrderTerms, path: Path, milestones: Decimal, *, has_waited: bool
) -> tuple[Proposal, list[Refusal]]:
    """A line in force as it would stand."""
    columns, refusals, amount = None, [], ZERO
    if not row.changes.get(CANCELED):
        drafts = drafting.changed(line, given_again(PurchaseOrderLine, row.changes), terms, path)
        refusals = drafts.refusals
        columns = drafts.lines[0]
        amount = line.amount if refusals else _amount(columns, terms)
    proposal = Proposal(row, line, columns, amount)
    if not refusals:
        refusals = rules.line_refusals(
            received_lines.standing_line(line, milestones), proposal.proposed, path, has_waited=has_waited
        )
    if not refusals and columns is not None:
        refusals = await received_lines.way_refusals(line, columns, path)
    return proposal, refusals


def _added(
    edit: Edit,
    rows: Sequence[RevisionLine],
    terms: OrderTerms,
    paths: Mapping[int, Path],
    lines: Sequence[PurchaseOrderLine],
) -> tuple[list[Proposal], list[Refusal]]:
    """The new lines as they would stand."""
    if not rows:
        return [], []
    given = [{**given_again(PurchaseOrderLine, row.changes), "number": row.number} for row in rows]
    present = [line.number for line in lines]
    limit = edit.standing.limits.lines
    drafts = drafting.drafts(given, terms, [paths[row.number] for row in rows], limit=limit, present=present)
    amounts = [ZERO if drafts.refusals else _amount(columns, terms) for columns in drafts.lines]
    proposals = [
        Proposal(row, None, columns, amount)
        for row, columns, amount in zip(rows, drafts.lines, amounts, strict=bool(drafts.lines))
    ]
    return proposals, drafts.refusals


def _date_refusals(
    edit: Edit, terms: OrderTerms, proposals: Sequence[Proposal], lines: Sequence[PurchaseOrderLine]
) -> list[Refusal]:
    """What speaks against the validity as it would be: lines that are not touched outside of it, one active order too
    many.
    """
    if terms == edit.terms or date_refusals(terms):
        return []
    touched = {each.row.line_id for each in proposals}
    stay = [
        (line.number, OrderedLine(start_date=line.start_date, end_date=line.end_date))
        for line in lines
        if line.id not in touched
    ]
    after = replace(edit.standing, effective_date=terms.effective_date, expiration_date=terms.expiration_date)
    full = activation_refusal(edit.standing, after)
    return [*shrinking_refusals(stay, edit.terms, terms), *([full] if full else [])]


def _amount(columns: Columns, terms: OrderTerms) -> Decimal:
    return line_amount(columns["quantity"], columns["unit_price"], columns["discount"], terms.currency)


async def _milestones(order_id: int) -> dict[int, Decimal]:
    return {row["line_id"]: row["worth"] for row in await database.rows(_MILESTONES, order_id)}
