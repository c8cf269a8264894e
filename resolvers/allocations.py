"""Allocating an invoice by hand: to an order line, to several, or to none.

Source: M10.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tortoise.transactions import in_transaction

from models.purchase_order import PurchaseOrderLine
from models.statuses import OrderType
from models.values import MINOR_UNITS, ZERO, fits_minor_unit
from resolvers import bulk, decision_store
from resolvers.decisions import Part, subjects_of
from resolvers.desk import Desk
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
from resolvers.invoice_rows import REASON, check_matchable, locked_invoice, row_of
from resolvers.manual_decisions import decided_by_person, known_lines
from resolvers.operation import Written, check_version, locked_gate
from resolvers.rules.text import given_refusals, repeated, shown
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from models.invoice import Invoice
    from resolvers.operation import Call

MOST_PARTS: Final = 100
"""Over how many lines an invoice can be split."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What is to go to a line; without an amount, all of the invoice."""

    line_id: str
    amount: Decimal | None = None


async def reallocate(
    call: Call, invoice_id: str, shares: Sequence[Share], *, reason: str, expected_version: int | None = None
) -> Written:
    """Put an invoice on the lines that a person chooses, whatever the rules say; on no line, where none is given.

    What it took before ends and stays in the history; a hold ends, too. The rules do not overrule the decision.

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
        amount = desk.amount_of(subject)
        refuse_all(await _line_refusals(call, invoice, shares) or _amount_refusals(invoice, shares, amount))
        keys = [key_of(PurchaseOrderLine, share.line_id) or 0 for share in shares]
        lines = await known_lines(call.organization_id, keys)
        parts = tuple(
            Part(lines[key], amount if share.amount is None else share.amount)
            for key, share in zip(keys, shares, strict=True)
        )
        await desk.look_up([subject])
        told = await decision_store.write(call, [await decided_by_person(desk, subject, parts)], reason)
        await bulk.insert_events(told)
    return Written(invoice.id, tuple(told))


def _count_refusals(shares: Sequence[Share]) -> list[Refusal]:
    if len(shares) > MOST_PARTS:
        many = f"{len(shares)} lines"
        return [InvalidValue(value=many, expected=f"at most {MOST_PARTS} are accepted", path=("allocations",))]
    twice = repeated([share.line_id for share in shares])
    return [
        InvalidValue(value=shares[at].line_id, expected="it is there already", path=_path(at, "lineId")) for at in twice
    ]


async def _line_refusals(call: Call, invoice: Invoice, shares: Sequence[Share]) -> list[Refusal]:
    """What speaks against each of the lines."""
    keys = [key_of(PurchaseOrderLine, share.line_id) for share in shares]
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
        if key is None or key not in lines:
            refusals.append(NotFound(kind="purchase order line", key=shown(share.line_id), path=path))
        else:
            refusals += _one_line_refusals(invoice, lines[key], share.line_id, path)
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
