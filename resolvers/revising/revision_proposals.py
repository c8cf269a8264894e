"""What a person proposes in a revision: merged into what was proposed before, as it was given.

What is proposed as it is in force already is proposed no more.

Source: V1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from models.purchase_order import PurchaseOrder, PurchaseOrderLine
from models.revision import RevisionLine
from resolvers.errors import AlreadyTaken, NotFound, refuse_all
from resolvers.ids import id_of, key_of
from resolvers.orders.purchase_order_history import REFERENCES
from resolvers.revising.revision_drafts import CANCEL_REASON, CANCELED, given_again, kept
from resolvers.rules.text import api_name, shown
from resolvers.sourcing import products

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from models.revision import Revision
    from resolvers.errors import Refusal
    from resolvers.orders.purchase_order_edits import Edit
    from resolvers.rules.text import Path

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """What is proposed: fields of the order, lines changed, canceled or added; numbers of lines to be left alone again.

    A line that is there is meant by its id, one that the revision adds by its number.
    """

    header: Mapping[str, Any] = field(default_factory=Fields)
    lines: Sequence[Mapping[str, Any]] = ()
    withdrawn: Sequence[int] = ()


async def propose(
    edit: Edit,
    revision: Revision,
    rows: Sequence[RevisionLine],
    lines: Sequence[PurchaseOrderLine],
    proposed: Proposed,
) -> tuple[list[RevisionLine], dict[int, Path]]:
    """The lines of a revision with what is proposed now, and where in the input each of them stands.

    Raises:
        Refusals: lines that are not there.
    """
    header = {**revision.changes, **kept(dict(proposed.header))}
    revision.changes = {name: value for name, value in header.items() if value != _in_force(edit.order, name)}
    by_number = {row.number: row for row in rows}
    by_line = {line.id: line for line in lines}
    refusals = [
        NotFound(kind="line of the revision", key=str(number), path=("withdrawLines", str(at)))
        for at, number in enumerate(proposed.withdrawn)
        if number not in by_number
    ]
    for number in proposed.withdrawn:
        if (row := by_number.pop(number, None)) is not None:
            await row.delete()
    places: dict[int, Path] = {}
    for at, given in enumerate(proposed.lines):
        path = ("lines", str(at))
        said = {name: value for name, value in given.items() if name != "line_id"}
        line = None
        if (text := given.get("line_id")) is not None:
            line = by_line.get(key_of(PurchaseOrderLine, text) or 0)
            if line is None:
                refusals.append(NotFound(kind="line", key=shown(text), path=(*path, "lineId")))
                continue
        row, wrong = await _row(edit, revision, line, said, by_number, lines, path)
        refusals += wrong
        by_number[row.number] = row
        places[row.number] = path
    refuse_all(refusals)
    for number, row in list(by_number.items()):
        if row.line_id is not None and not row.changes:
            del by_number[number]
            if row.id is not None:
                await row.delete()
    return [by_number[number] for number in sorted(by_number)], places


def told_proposals(revision: Revision, rows: Sequence[RevisionLine]) -> Fields:
    """A revision as the history tells it: `revision.2.status`, `revision.2.lines.3.quantity`."""
    here = f"revision.{revision.number}"
    told: Fields = {f"{here}.status": revision.status}
    told |= {f"{here}.{api_name(name)}": value for name, value in revision.changes.items()}
    for row in rows:
        line = f"{here}.lines.{row.number}"
        told[f"{line}.state"] = row.state
        told |= {f"{line}.{api_name(name)}": value for name, value in row.changes.items()}
    return told


async def _row(  # noqa: PLR0913, PLR0917 - the line, and where it stands
    edit: Edit,
    revision: Revision,
    line: PurchaseOrderLine | None,
    said: Fields,
    by_number: Mapping[int, RevisionLine],
    lines: Sequence[PurchaseOrderLine],
    path: Path,
) -> tuple[RevisionLine, list[Refusal]]:
    """The line of the revision with what is said of it now."""
    given = said.pop("number", None)
    number = given if line is None else line.number
    if number is None:
        number = 1 + max((*by_number, *(each.number for each in lines)), default=0)
    row = by_number.get(number) or RevisionLine(
        organization_id=revision.organization_id,
        created_at=edit.call.now,
        revision_id=revision.id,
        line_id=None if line is None else line.id,
        number=number,
        currency=revision.currency,
        changes={},
    )
    if row.line_id is not None and line is None:
        return row, [AlreadyTaken(value=str(number), holder=f"line {number}", path=(*path, "number"))]
    canceled, why = said.pop(CANCELED, None), said.pop(CANCEL_REASON, None)
    if canceled and line is not None:
        row.changes = {CANCELED: True, **({} if why is None else {CANCEL_REASON: why})}
        return row, []
    order = edit.order
    [fields], wrong = await products.taken_over(
        edit.call,
        [said],
        [path],
        currency=order.currency,
        supplier_id=order.supplier_id,
        standing=None if line is None else {"quantity": line.quantity},
    )
    stays = {} if canceled is False else row.changes
    changes = {**{name: value for name, value in stays.items() if not name.startswith("cancel")}, **kept(fields)}
    if line is not None:
        typed = given_again(PurchaseOrderLine, changes)
        changes = {name: value for name, value in changes.items() if typed[name] != getattr(line, name)}
    row.changes = changes
    return row, wrong


def _in_force(order: PurchaseOrder, name: str) -> Any:
    """What an order says, as it would be given."""
    value = getattr(order, name)
    return id_of(REFERENCES[name], value) if name in REFERENCES and value is not None else kept(value)
