"""Allocating an invoice by hand: to an order line, to several, or to none.

Source: M10.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tortoise.transactions import in_transaction

from models.purchase_order import PurchaseOrderLine
from models.statuses.orders import OrderType
from models.values import MINOR_UNITS, ZERO, fits_minor_unit, plain
from resolvers import bulk
from resolvers.errors import (
    AllocationMismatch,
    CurrencyMismatch,
    InvalidAmount,
    InvalidValue,
    NotApplicable,
    NotFound,
    Refusal,
    WrongStatus,
    refuse_all,
)
from resolvers.ids import key_of
from resolvers.invoicing import decision_store, invoice_consequences
from resolvers.invoicing.decisions import Part, subjects_of
from resolvers.invoicing.desk import Desk
from resolvers.invoicing.invoice_rows import REASON, check_matchable, locked_invoice, row_of
from resolvers.invoicing.line_allocations import line_refusals, parts_of
from resolvers.invoicing.manual_decisions import decided_by_person, known_lines
from resolvers.operation import Written, check_version, locked_gate
from resolvers.rules.text import given_refusals, repeated, shown
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from models.invoice import Invoice
    from resolvers.invoicing.decisions import Subject
    from resolvers.operation import Call

MOST_PARTS: Final = 100
"""Over how many lines an invoice can be split."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What is to go to an order line; without an amount, all of the invoice.

    With a line of the invoice, it is of that line; without an order line, that line goes to no order.
    """

    line_id: str | None
    amount: Decimal | None = None
    invoice_line_id: str | None = None
    quantity: Decimal | None = None


async def reallocate(  # noqa: PLR0913 - what is to go where, told whole
    call: Call,
    invoice_id: str,
    shares: Sequence[Share],
    *,
    reason: str,
    expected_version: int | None = None,
    leave_rest: bool = False,
) -> Written:
    """Put an invoice on the lines that a person chooses, whatever the rules say; on no line, where none is given.

    What it took before ends and stays in the history; a hold ends, too. The rules do not overrule the decision.

    Where the shares name lines of the invoice, these go where they say; lines that no share names stay where they are.
    The shares of a line make the whole of it, in amount and quantity, unless the rest is left on no order on purpose.

    Raises:
        Refusals: lines that cannot take it, parts of the wrong sign, or parts that do not add up to the invoice.
        NotFound: there is no such invoice.
        VersionConflict: somebody changed it after the caller saw it.
        WrongStatus: it counts nowhere.

    Source: M10.
    """
    refuse_all([*given_refusals({"reason": reason}, {"reason": REASON}), *_count_refusals(shares)])
    async with in_transaction():
        gate = await locked_gate(call)
        invoice = await locked_invoice(call, invoice_id)
        check_version(expected_version, invoice.edit_version)
        check_matchable("REALLOCATE", invoice)
        (subject,) = await subjects_of([row_of(invoice)])
        desk = await Desk.of(call.organization_id, gate.orders_version)
        if any(share.invoice_line_id is not None for share in shares):
            refuse_all(line_refusals(subject, shares) or await _line_refusals(call, invoice, shares))
            parts = await parts_of(desk, subject, shares, leave_rest=leave_rest)
        else:
            parts = await _whole_parts(call, desk, invoice, subject, shares)
        await desk.look_up([subject])
        told = await decision_store.write(call, [await decided_by_person(desk, subject, parts)], reason)
        await bulk.insert_events(told)
        told += await invoice_consequences.compared(call, [subject])
    return Written(invoice.id, tuple(told))


async def _whole_parts(
    call: Call, desk: Desk, invoice: Invoice, subject: Subject, shares: Sequence[Share]
) -> tuple[Part, ...]:
    """The parts of the invoice as a whole.

    Raises:
        Refusals: lines that cannot take it, parts of the wrong sign, or parts that do not add up to the invoice.
    """
    amount = desk.amount_of(subject)
    refuse_all(await _line_refusals(call, invoice, shares) or _amount_refusals(invoice, shares, amount))
    keys = [key_of(PurchaseOrderLine, share.line_id or "") or 0 for share in shares]
    lines = await known_lines(call.organization_id, keys)
    return tuple(
        Part(lines[key], amount if share.amount is None else share.amount)
        for key, share in zip(keys, shares, strict=True)
    )


def _count_refusals(shares: Sequence[Share]) -> list[Refusal]:
    if len(shares) > MOST_PARTS:
        many = f"{len(shares)} lines"
        return [InvalidValue(value=many, expected=f"at most {MOST_PARTS} are accepted", path=("allocations",))]
    if any(share.invoice_line_id is not None for share in shares):
        return []
    keys = [share.line_id or "" for share in shares]
    refusals: list[Refusal] = [
        InvalidValue(value=shown(keys[at]), expected="it is there already", path=_path(at, "lineId"))
        for at in repeated(keys)
    ]
    expected = "only a line of the invoice has a quantity"
    return refusals + [
        InvalidValue(value=plain(share.quantity), expected=expected, path=_path(at, "quantity"))
        for at, share in enumerate(shares)
        if share.quantity is not None
    ]


async def _line_refusals(call: Call, invoice: Invoice, shares: Sequence[Share]) -> list[Refusal]:
    """What speaks against each of the lines."""
    keys = [key_of(PurchaseOrderLine, share.line_id or "") for share in shares]
    found = (
        await visible_to(PurchaseOrderLine, call.actor)
        .filter(id__in=[key for key in keys if key])
        .values(
            "id",
            "currency",
            supplier="purchase_order__supplier_id",
            order_type="purchase_order__order_type",
            status="purchase_order__status",
            issued_at="purchase_order__issued_at",
        )
    )
    lines: dict[int, dict[str, Any]] = {row["id"]: row for row in found}
    refusals: list[Refusal] = []
    for at, (key, share) in enumerate(zip(keys, shares, strict=True)):
        path = _path(at, "lineId")
        if share.line_id is None and share.invoice_line_id is not None:
            continue
        if key is None or key not in lines:
            refusals.append(NotFound(kind="purchase order line", key=shown(share.line_id or "null"), path=path))
        else:
            refusals += _one_line_refusals(invoice, lines[key], share.line_id or "", path)
    return refusals


def _one_line_refusals(invoice: Invoice, line: Mapping[str, Any], text: str, path: tuple[str, ...]) -> list[Refusal]:
    if line["supplier"] != invoice.supplier_id:
        return [InvalidValue(value=text, expected="its order has to be with the invoice's supplier", path=path)]
    if line["order_type"] != OrderType.STANDARD:
        return [NotApplicable(order_type=str(line["order_type"]), path=path)]
    if line["issued_at"] is None:
        return [WrongStatus(action="REALLOCATE", status=str(line["status"]), allowed=("ORDERED",), path=path)]
    if line["currency"] != invoice.currency:
        return [CurrencyMismatch(invoice_currency=invoice.currency, order_currency=line["currency"], path=path)]
    return []


def _amount_refusals(invoice: Invoice, shares: Sequence[Share], amount: Decimal) -> list[Refusal]:
    """Parts that are not parts of the invoice, or do not make the whole of it."""
    places = MINOR_UNITS[invoice.currency]
    least, greatest = min(amount, ZERO), max(amount, ZERO)
    refusals: list[Refusal] = [
        InvalidAmount(amount=share.amount, least=least, greatest=greatest, places=places, path=_path(at, "amount"))
        for at, share in enumerate(shares)
        if share.amount is not None and not _is_part(share.amount, least, greatest, invoice.currency)
    ]
    given = [amount if share.amount is None else share.amount for share in shares]
    if not refusals and shares and sum(given) != amount:
        refusals.append(AllocationMismatch(invoiced=amount, allocated=sum(given, ZERO), path=("allocations",)))
    return refusals


def _is_part(amount: Decimal, least: Decimal, greatest: Decimal, currency: str) -> bool:
    """Whether it is something of the invoice, in whole minor units; all of an invoice over nothing is nothing."""
    is_something = bool(amount) or least == greatest
    return least <= amount <= greatest and is_something and fits_minor_unit(amount, currency)


def _path(at: int, name: str) -> tuple[str, ...]:
    return "allocations", str(at), name
