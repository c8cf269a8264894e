"""The lines of a stored invoice, corrected: each keeps its place by its number, and what it took stays in the history.

Source: M8, M10, I1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from models import database
from models.invoice import Allocation, InvoiceLine
from models.statuses.invoices import InvoiceLineStatus
from resolvers import bulk
from resolvers.invoicing.decisions import Part
from resolvers.invoicing.manual_decisions import known_lines
from resolvers.invoicing.recording import decided_lines, lines_of
from resolvers.rules.line_shares import Share, parted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from resolvers.invoicing.decisions import Held, Subject
    from resolvers.invoicing.decisions import InvoiceLine as DecidedLine
    from resolvers.invoicing.desk import Desk
    from resolvers.matching.facts import KnownLine
    from resolvers.operation import Call
    from resolvers.rules.invoice_document import NewInvoice

Row = dict[str, Any]

_COLUMNS: Final = {
    "currency": "text",
    "description": "text",
    "part_number": "text",
    "purchase_order_number": "text",
    "purchase_order_line_number": "int",
    "reopens_quantity": "boolean",
    "unit": "text",
    "quantity": "numeric",
    "unit_price": "numeric",
    "amount": "numeric",
    "tax_amount": "numeric",
}

_SETS: Final = ", ".join(f"{name} = v.{name}" for name in _COLUMNS)
_ARRAYS: Final = ", ".join(f"${at}::{kind}[]" for at, kind in enumerate(_COLUMNS.values(), start=2))
_UPDATE: Final = (
    f"UPDATE invoice_line l SET {_SETS},"  # noqa: S608 - our own names
    f" status = '{InvoiceLineStatus.REQUIRES_REVIEW}', status_reason = NULL, approved_at = NULL, confirmed_at = NULL,"
    " rejected_at = NULL"
    f" FROM unnest($1::bigint[], {_ARRAYS})"
    f" AS v (id, {', '.join(_COLUMNS)}) WHERE l.id = v.id"
)


class Rewritten(NamedTuple):
    """The lines of an invoice as they are now; which of them are new or different, and which have still to go."""

    lines: tuple[DecidedLine, ...]
    changed: frozenset[int]
    removed: tuple[int, ...]


async def rewrite(call: Call, invoice_id: int, new: NewInvoice) -> Rewritten:
    """Write the lines as they are to be: by their numbers. One that is different has to be looked at again.

    Lines that are there no more are left to `remove`, until nothing takes from an order on their account.
    """
    before = {row["number"]: row for row in await InvoiceLine.filter(invoice_id=invoice_id).values()}
    wanted = list(lines_of(call, invoice_id, new))
    known = [{**row, "id": before[row["number"]]["id"]} for row in wanted if row["number"] in before]
    different = [row for row in known if any(row[name] != before[row["number"]][name] for name in _COLUMNS)]
    added = [row for row in wanted if row["number"] not in before]
    if different:
        columns = [[row[name] for row in different] for name in _COLUMNS]
        await database.connection().execute_query(_UPDATE, [[row["id"] for row in different], *columns])
    if added:
        keys = await bulk.keys(InvoiceLine, len(added))
        added = [{"id": key, **row} for key, row in zip(keys, added, strict=True)]
        await bulk.insert(InvoiceLine, added)
    numbers = {row["number"] for row in wanted}
    return Rewritten(
        lines=decided_lines(sorted([*known, *added], key=lambda row: row["number"])),
        changed=frozenset(row["id"] for row in (*different, *added)),
        removed=tuple(row["id"] for number, row in before.items() if number not in numbers),
    )


async def remove(lines: Collection[int]) -> None:
    """Remove lines that take nothing any more. What they took stays in the history, without them."""
    if lines:
        await Allocation.filter(invoice_line_id__in=list(lines)).update(invoice_line_id=None)
        await InvoiceLine.filter(id__in=list(lines)).delete()


async def review_again(invoice_id: int) -> None:
    """Take back what people have said of the lines."""
    await InvoiceLine.filter(invoice_id=invoice_id).update(
        status=InvoiceLineStatus.REQUIRES_REVIEW,
        status_reason=None,
        approved_at=None,
        confirmed_at=None,
        rejected_at=None,
    )


def kept(held: Held, line: KnownLine) -> Part:
    """What is taken already, as it is."""
    return Part(line, held.amount, held.invoice_line_id, held.quantity, held.tax_amount, held.reopens)


async def kept_parts(desk: Desk, subject: Subject, changed: Collection[int]) -> tuple[Part, ...] | None:
    """What is left of a person's decision about the lines of an invoice, some of which have changed; None for nothing.

    A line that did not change stays where it is. One that a person put on one order line stays there, with its new
    amount and quantity; one that was split stays split while its parts still add up. For the others, and for new lines,
    the rules decide.
    """
    known = await known_lines(desk.organization.id, [held.line_id for held in subject.held])
    if any(line.currency != subject.columns["currency"] for line in known.values()):
        return None
    parts: list[Part] = []
    free: list[int] = []
    for line in subject.lines:
        held = [each for each in subject.held if each.invoice_line_id == line.id]
        stays = _staying(desk, subject, line, held, changed, known)
        if stays is None:
            free.append(line.id)
        else:
            parts += stays
    if free and desk.goes_by_line(subject):
        parts += await desk.line_parts(subject, free)
    return tuple(parts) or None


def _staying(  # noqa: PLR0913, PLR0917 - a line, what it takes, and what is known of both
    desk: Desk,
    subject: Subject,
    line: DecidedLine,
    held: list[Held],
    changed: Collection[int],
    known: dict[int, KnownLine],
) -> Iterable[Part] | None:
    if line.id not in changed:
        return [kept(each, known[each.line_id]) for each in held]
    shares = [Share()] if len(held) == 1 else [Share(amount=each.amount, quantity=each.quantity) for each in held]
    whole = desk.whole_of(subject, line)
    quantities = [each.quantity for each in held if each.quantity is not None]
    adds_up = sum(each.amount for each in held) == line.amount and sum(quantities) == (whole.taken_quantity or 0)
    if not held or (len(held) > 1 and not adds_up):
        return None
    return [
        Part(known[each.line_id], part.amount, line.id, part.quantity, part.tax, each.reopens)
        for each, part in zip(held, parted(whole, shares), strict=True)
    ]
