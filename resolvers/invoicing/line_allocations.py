"""Allocating lines of an invoice by hand: each to an order line, to several, or to none.

Source: M8, M10.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.invoice import InvoiceLine
from models.purchase_order import PurchaseOrderLine
from models.values import MINOR_UNITS, QUANTITY_PLACES, ZERO
from resolvers.errors import AllocationMismatch, InvalidAmount, InvalidValue, NotFound, Refusal, refuse_all
from resolvers.errors_invoicing import QuantityMismatch
from resolvers.ids import key_of
from resolvers.invoicing.decisions import Part
from resolvers.invoicing.invoice_lines import kept
from resolvers.invoicing.manual_decisions import known_lines
from resolvers.rules.invoice_document import LARGEST_QUANTITY
from resolvers.rules.line_shares import Share as OfLine
from resolvers.rules.line_shares import parted, remainder, reopens_quantity
from resolvers.rules.text import Number, repeated, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from resolvers.invoicing.allocations import Share
    from resolvers.invoicing.decisions import InvoiceLine as DecidedLine
    from resolvers.invoicing.decisions import Subject
    from resolvers.invoicing.desk import Desk
    from resolvers.matching.facts import KnownLine
    from resolvers.rules.line_shares import Parted, Whole
    from resolvers.rules.text import Path

Numbered = list[tuple[int, "Share"]]
"""Shares with their places in the input."""


def line_refusals(subject: Subject, shares: Sequence[Share]) -> list[Refusal]:
    """What is wrong with the lines of the invoice that the shares name, before any order is looked at."""
    if any(share.invoice_line_id is None for share in shares):
        missing = next(at for at, share in enumerate(shares) if share.invoice_line_id is None)
        return [
            InvalidValue(
                value="null",
                expected="either every allocation names a line of the invoice, or none does",
                path=_path(missing, "invoiceLineId"),
            )
        ]
    known = {line.id for line in subject.lines}
    found: list[Refusal] = [
        NotFound(kind="invoice line", key=shown(share.invoice_line_id or ""), path=_path(at, "invoiceLineId"))
        for at, share in enumerate(shares)
        if key_of(InvoiceLine, share.invoice_line_id or "") not in known
    ]
    pairs = repeated([f"{share.invoice_line_id} {share.line_id}" for share in shares])
    found += [
        InvalidValue(
            value=shown(shares[at].line_id or "null"), expected="it is there already", path=_path(at, "lineId")
        )
        for at in pairs
    ]
    nowhere = {share.invoice_line_id for share in shares if share.line_id is None}
    return found + [
        InvalidValue(
            value=shown(share.line_id or "null"),
            expected="a line of the invoice that goes to no order goes to no other line",
            path=_path(at, "lineId"),
        )
        for at, share in enumerate(shares)
        if share.invoice_line_id in nowhere and share.line_id is not None
    ]


async def parts_of(desk: Desk, subject: Subject, shares: Sequence[Share], *, leave_rest: bool) -> tuple[Part, ...]:
    """What the invoice takes then: the shares of the lines that they name, and for other lines what they take already.

    Raises:
        Refusals: shares that are no parts of their lines, or do not make the whole of them, unless the rest is left.
    """
    keys = [key_of(PurchaseOrderLine, share.line_id) or 0 for share in shares if share.line_id is not None]
    known = await known_lines(desk.organization.id, [*keys, *(held.line_id for held in subject.held)])
    of_line: dict[int, Numbered] = {}
    for at, share in enumerate(shares):
        of_line.setdefault(key_of(InvoiceLine, share.invoice_line_id or "") or 0, []).append((at, share))
    parts: list[Part] = []
    refusals: list[Refusal] = []
    for line in subject.lines:
        if line.id not in of_line:
            parts += [kept(held, known[held.line_id]) for held in subject.held if held.invoice_line_id == line.id]
            continue
        given = [(at, share) for at, share in of_line[line.id] if share.line_id is not None]
        if not given:
            continue
        whole = desk.whole_of(subject, line)
        wrong = _share_refusals(whole, given)
        if not wrong:
            made = parted(whole, [OfLine(amount=share.amount, quantity=share.quantity) for _, share in given])
            wrong = _sum_refusals(line, whole, made, given[0][0], leave_rest=leave_rest)
            parts += _parts(subject, line, given, made, known)
        refusals += wrong
    refuse_all(refusals)
    return tuple(parts)


def _parts(
    subject: Subject, line: DecidedLine, given: Numbered, made: Sequence[Parted], known: Mapping[int, KnownLine]
) -> list[Part]:
    return [
        Part(
            known[key_of(PurchaseOrderLine, share.line_id or "") or 0],
            part.amount,
            line.id,
            part.quantity,
            part.tax,
            reopens_quantity(gives_back=subject.gives_back, said=line.reopens_quantity, quantity=part.quantity),
        )
        for (_, share), part in zip(given, made, strict=True)
    ]


def _share_refusals(whole: Whole, given: Numbered) -> list[Refusal]:
    """Amounts and quantities that are not of the line: of the wrong sign, too large, too fine, or nothing."""
    quantity = whole.taken_quantity
    found: list[Refusal] = []
    for at, share in given:
        if share.amount is not None:
            found += _part_refusals(share.amount, whole.amount, MINOR_UNITS[whole.currency], _path(at, "amount"))
        if share.quantity is not None and quantity is not None:
            found += _part_refusals(share.quantity, quantity, QUANTITY_PLACES, _path(at, "quantity"))
        elif share.quantity is not None:
            least, greatest = (ZERO, LARGEST_QUANTITY) if whole.amount >= 0 else (-LARGEST_QUANTITY, ZERO)
            anything = Number(places=QUANTITY_PLACES, least=least, greatest=greatest)
            found += anything.refusals(share.quantity, _path(at, "quantity"))
    return found


def _part_refusals(part: Decimal, whole: Decimal, places: int, path: Path) -> list[Refusal]:
    least, greatest = min(whole, ZERO), max(whole, ZERO)
    if part or not whole:
        return Number(places=places, least=least, greatest=greatest).refusals(part, path)
    return [InvalidAmount(amount=part, least=least, greatest=greatest, places=places, path=path)]


def _sum_refusals(
    line: DecidedLine, whole: Whole, made: Sequence[Parted], at: int, *, leave_rest: bool
) -> list[Refusal]:
    """Parts that come to more than the line, or to less where the rest is not left on purpose."""
    amount_left, quantity_left = remainder(whole, made)
    found: list[Refusal] = []
    if amount_left and (not leave_rest or _is_beyond(amount_left, whole.amount)):
        allocated = whole.amount - amount_left
        found.append(AllocationMismatch(invoiced=whole.amount, allocated=allocated, path=_path(at, "amount")))
    quantity = whole.taken_quantity
    if quantity is not None and quantity_left and (not leave_rest or _is_beyond(quantity_left, quantity)):
        found.append(
            QuantityMismatch(
                invoice_line=line.number,
                invoiced=quantity,
                allocated=quantity - quantity_left,
                path=_path(at, "quantity"),
            )
        )
    return found


def _is_beyond(left: Decimal, whole: Decimal) -> bool:
    """Whether what is left has the other sign: more was given out than there is."""
    return (left < 0) is (whole >= 0)


def _path(at: int, name: str) -> tuple[str, ...]:
    return "allocations", str(at), name
