"""Marketplace purchases that were made with an order number: each becomes a line of that order.

Source: M6, O4, O5.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from tortoise.transactions import in_transaction

from models.purchase_order import PurchaseOrder, PurchaseOrderLine
from models.statuses.orders import LineItemType, OrderType, PurchaseOrderAction
from models.supplier import Supplier
from resolvers import events
from resolvers.errors import AlreadyTaken, InvalidValue, NotApplicable, Refusal, Refusals, refuse_all
from resolvers.ids import key_of
from resolvers.operation import Written, locked_gate
from resolvers.orders import purchase_order_line_drafts as drafting
from resolvers.orders.purchase_order_creation import create_order
from resolvers.orders.purchase_order_edits import Asked, opened
from resolvers.orders.purchase_order_history import there, told_line
from resolvers.rules.text import NUMBER, Text, given_refusals, money_shape
from resolvers.rules.transitions import activation_refusal, extended
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Mapping

    from models.organization import OrganizationGate
    from resolvers.operation import Call
    from resolvers.orders.purchase_order_edits import Edit
    from resolvers.rules.text import Path

AGREEMENT: Final = Text(longest=200, required=True)
_FIELDS: Final = {"unitPrice": "amount", "number": "purchaseOrderNumber", "expirationDate": "endDate"}
"""Where what the rules of orders refuse stands in the input of a purchase."""


async def record(call: Call, given: Mapping[str, Any]) -> Written:
    """Record a purchase: a line on the order with the number; or a new order with it, in force, without contacts.

    The line is for that agreement alone, and its balance is not tracked. An order whose validity ends before the
    agreement does is extended to its last day: one that is expired becomes active again until then. Its other lines'
    own end dates stay. An order on hold gets the line and stays on hold.

    Raises:
        Refusals: what is wrong with the purchase, an order that takes no lines, or a limit that is reached.

    Source: M6, O4.
    """
    shapes = {"purchase_order_number": NUMBER, "agreement_id": AGREEMENT, "amount": money_shape(given["currency"])}
    refuse_all(given_refusals(given, shapes) + _date_refusals(given))
    number = given["purchase_order_number"]
    async with in_transaction():
        gate = await locked_gate(call)
        known = await visible_to(PurchaseOrder, call.actor).filter(number=number).exists()
        try:
            return await (_on_order(call, given) if known else _new_order(call, gate, given))
        except Refusals as several:
            raise Refusals([_retold(refusal) for refusal in several.refusals]) from several


def _date_refusals(given: Mapping[str, Any]) -> list[Refusal]:
    start, end = given["start_date"], given["end_date"]
    if start <= end:
        return []
    return [InvalidValue(value=str(end), expected=f"it has to be on or after the first day {start}", path=("endDate",))]


async def _new_order(call: Call, gate: OrganizationGate, given: Mapping[str, Any]) -> Written:
    """An order with nothing on it but the line. It accepts invoices of the company that bills, or of all."""
    seller = given.get("seller_entity_id")
    order = {
        "number": given["purchase_order_number"],
        "currency": given["currency"],
        "supplier_id": given["supplier_id"],
        "seller_entity_ids": [] if seller is None else [seller],
        "effective_date": given["start_date"],
        "expiration_date": given["end_date"],
        "lines": [_line(given)],
        "issue": True,
    }
    written = await create_order(call, gate, order, "marketplace_order_created", is_agreed=True)
    line = await PurchaseOrderLine.get(purchase_order_id=written.key)
    return Written(line.id, written.events)


async def _on_order(call: Call, given: Mapping[str, Any]) -> Written:
    asked = Asked(number=given["purchase_order_number"])
    edit = await opened(call, asked, PurchaseOrderAction.ADD_LINE)
    lines = await edit.lines()
    refuse_all(_order_refusals(edit, lines, given))
    end = given["end_date"]
    columns: list[str] = []
    if edit.order.expiration_date is not None and edit.order.expiration_date < end:
        full = activation_refusal(edit.standing, extended(edit.standing, end))
        refuse_all([full] if full else [])
        edit.order.expiration_date, edit.order.expiration_set_on = end, call.today
        columns = ["expiration_date", "expiration_set_on"]
    limit, present = edit.standing.limits.lines, [line.number for line in lines]
    drafts = drafting.drafts([_line(given)], edit.terms, [("lines", "0")], limit=limit, present=present)
    refuse_all(drafts.refusals)
    [line] = drafting.rows(call, edit.order, drafts.lines)
    await line.save()
    changes = events.changes_between({}, there(told_line(line)))
    written = await edit.saved("marketplace_line_added", columns, changes=changes, lines=[*lines, line])
    return Written(line.id, written.events)


def _line(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "line_item_type": str(LineItemType.MARKETPLACE_TRANSACTION),
        "description": given.get("description"),
        "unit_price": given["amount"],
        "start_date": given["start_date"],
        "end_date": given["end_date"],
        "agreement_id": given["agreement_id"],
        "balance_tracked": False,
    }


def _order_refusals(edit: Edit, lines: list[PurchaseOrderLine], given: Mapping[str, Any]) -> list[Refusal]:
    """What speaks against the purchase being on that order at all."""
    order, found = edit.order, list[Refusal]()
    if order.order_type is not OrderType.STANDARD:
        found.append(NotApplicable(order_type=str(order.order_type), path=("purchaseOrderNumber",)))
    if order.supplier_id != key_of(Supplier, given["supplier_id"]):
        because = f"order {order.number} is with another supplier"
        found.append(InvalidValue(value=given["supplier_id"], expected=because, path=("supplierId",)))
    if order.currency != given["currency"]:
        because = f"order {order.number} is in {order.currency}"
        found.append(InvalidValue(value=given["currency"], expected=because, path=("currency",)))
    for line in lines:
        if line.agreement_id == given["agreement_id"]:
            holder = f"line {line.number} of order {order.number}"
            found.append(AlreadyTaken(value=given["agreement_id"], holder=holder, path=("agreementId",)))
    return found


def _retold(refusal: Refusal) -> Refusal:
    """The refusal with the path that leads to its cause in the input of a purchase."""
    path: Path = refusal.path
    name = path[2] if path[:1] == ("lines",) and len(path) > 2 else "".join(path[:1])  # noqa: PLR2004 - lines, 0, field
    return replace(refusal, path=(_FIELDS.get(name, name),) if name and name != "lines" else ())
