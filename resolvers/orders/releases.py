"""Releases: orders that draw on the budget of a blanket order.

A release takes supplier, currency and accounting over from its blanket order, and what is bought from the lines it
draws on. It is submitted as it is made, and reserves what it takes; what is beyond the budget waits for the agreement
of the blanket order's business owner.

Source: K1, K2, K3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tortoise.transactions import in_transaction

from models.purchase_order import PurchaseOrder, PurchaseOrderLine
from models.statuses.orders import OrderType, PurchaseOrderAction
from models.supplier import SellerEntity
from resolvers import events
from resolvers.errors import InvalidValue, NotFound, refuse_all
from resolvers.ids import id_of, key_of
from resolvers.operation import Written
from resolvers.orders import budgets
from resolvers.orders import purchase_order_lifecycle as lifecycle
from resolvers.orders.purchase_order_creation import create_order
from resolvers.orders.purchase_order_edits import opened
from resolvers.orders.purchase_order_history import REFERENCES
from resolvers.rules.releases import (
    BlanketLine,
    DrawnLine,
    drawing_refusals,
    earliest,
    latest,
    validity_refusals,
)
from resolvers.rules.text import shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from models.approval import ApprovalPlan
    from models.event import Event
    from resolvers.errors import Refusal
    from resolvers.operation import Call
    from resolvers.orders.purchase_order_edits import Asked, Edit
    from resolvers.rules.text import Path

    Days = tuple[date | None, date | None]

Fields = dict[str, Any]

CARRIED_REFERENCES: Final = {
    name: row for name, row in REFERENCES.items() if name not in {"business_owner_id", "requisition_id"}
}
"""What a release refers to as its blanket order does."""

CARRIED: Final = ("currency", "ship_to", "tax_registration_numbers", "invoice_units")
CARRIED_BY_LINES: Final = (
    "description",
    "line_item_type",
    "product_type",
    "acknowledgment_type",
    "goods_receipt_required",
    "milestone_payout",
    "supplier_product",
    "product_id",
    "part_number",
    "unit",
    "unit_price",
    "tax_percent",
    "ship_to",
    "recipient",
    "erp_line_number",
    "balance_tracked",
)
"""What a line of a release says as the line that it draws on, unless it says something else."""


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A line of a release as it is to be, and the line that it draws on."""

    fields: Fields
    line: DrawnLine
    path: Path


async def create(call: Call, asked: Asked, given: Mapping[str, Any]) -> Written:
    """Draw on a blanket order: make a release, submit it, and reserve what it takes, all or nothing.

    Within the budget it is issued, where no approval rule for orders fits; what is over waits for its approval.

    Source: K1, K2, K3.

    Raises:
        NoPurchasingPermission: the caller may not draw on it.
        BlanketExhausted: nothing is left of it.
        Refusals: what is wrong with the release, or the blanket order is not in force.
    """
    async with in_transaction():
        edit = await opened(call, asked, PurchaseOrderAction.RELEASE)
        fields = {name: value for name, value in given.items() if name != "issue_when_approved"}
        release = await _release(edit, fields)
        before = events.changes_between({}, {"blanketOrder": edit.order.number})
        kind = "purchase_order_release_created"
        made = await create_order(call, edit.gate, release, kind, changes=before, reason=asked.reason)
        order = await PurchaseOrder.get(id=made.key)
        order.blanket_order_id = edit.order.id
        await order.save(update_fields=["blanket_order_id"])
        own = await lifecycle.edit_of(call, order, asked.reason)
        submitted = await lifecycle.submitted(own, issue_when_approved=given.get("issue_when_approved", True))
        return Written(order.id, (*made.events, *submitted.events, await _drawn_on(call, edit.order, order)))


async def plan_approved(call: Call, plan: ApprovalPlan) -> Sequence[Event]:
    """The excess is agreed to: all of the release is reserved from now on, and it is issued.

    Source: K2.
    """
    await _forget_excess(plan)
    return await lifecycle.plan_approved(call, plan)


async def plan_rejected(call: Call, plan: ApprovalPlan, reason: str | None) -> Sequence[Event]:
    """The excess is refused: the release is rejected, and frees what it had reserved.

    Source: K2.
    """
    await _forget_excess(plan)
    return await lifecycle.plan_rejected(call, plan, reason)


async def _forget_excess(plan: ApprovalPlan) -> None:
    await budgets.forget_excess(await PurchaseOrder.select_for_update().get(id=plan.purchase_order_id))


async def _drawn_on(call: Call, before: PurchaseOrder, release: PurchaseOrder) -> Event:
    """The blanket order's own event: what was drawn, and by which release."""
    after = await PurchaseOrder.get(id=before.id)
    told = events.changes_between(
        {"releasedAmount": before.released_amount}, {"releasedAmount": after.released_amount, "release": release.number}
    )
    return await events.record(call, "purchase_order_released", before.number, about=[before], changes=told)


# ----------------------------------------------------------------------------------------- what a release takes over


async def _release(edit: Edit, given: Mapping[str, Any]) -> Fields:
    """The fields of the order to be: as the blanket order has them, where nothing else is given.

    Raises:
        Refusals: lines that cannot be drawn.
    """
    blanket = edit.order
    carried: Fields = {name: getattr(blanket, name) for name in CARRIED}
    for name, row in CARRIED_REFERENCES.items():
        key = getattr(blanket, name)
        carried[name] = None if key is None else id_of(row, key)
    carried["seller_entity_ids"] = [id_of(SellerEntity, key) for key in edit.seller_entity_ids]
    fields = {**carried, **{name: value for name, value in given.items() if value is not None}}
    fields["order_type"] = OrderType.STANDARD
    if "effective_date" not in fields:
        fields["effective_date"] = latest(edit.call.today, blanket.effective_date)
    if "expiration_date" not in fields:
        fields["expiration_date"] = blanket.expiration_date
    days = (fields["effective_date"], fields["expiration_date"])
    refuse_all(validity_refusals(days, (blanket.effective_date, blanket.expiration_date)))
    fields["lines"] = [each.fields for each in await _drawn_lines(edit, given.get("lines") or [], days)]
    return fields


async def _drawn_lines(edit: Edit, lines: Sequence[Mapping[str, Any]], days: Days) -> list[_Drawn]:
    """The lines of the release, each with what it takes over from the line that it draws on.

    Raises:
        Refusals: there is none, or one draws on what is not there, is over, or is for other days.
    """
    if not lines:
        raise InvalidValue(value="[]", expected="draw at least one line", path=("lines",))
    blanket_lines = await edit.lines()
    found: list[_Drawn] = []
    refusals: list[Refusal] = []
    for at, given in enumerate(lines):
        path = ("lines", str(at))
        line = _meant(blanket_lines, given, path)
        if isinstance(line, PurchaseOrderLine):
            found.append(_drawn(edit.order, line, given, days, path))
        else:
            refusals.append(line)
    refusals += drawing_refusals([each.line for each in found], [each.path for each in found])
    refuse_all(refusals)
    return found


def _meant(lines: Sequence[PurchaseOrderLine], given: Mapping[str, Any], path: Path) -> PurchaseOrderLine | Refusal:
    """The line of the blanket order that a line of the release names, by id or by number."""
    text, number = given.get("blanket_line_id"), given.get("blanket_line_number")
    if (text is None) is (number is None):
        expected = "give either blanketLineId or blanketLineNumber, to say which line is drawn on"
        return InvalidValue(value="", expected=expected, path=(*path, "blanketLineId"))
    key = None if text is None else key_of(PurchaseOrderLine, text)
    for line in lines:
        if line.number == number or (key is not None and line.id == key):
            return line
    named, name = (str(number), "blanketLineNumber") if text is None else (text, "blanketLineId")
    return NotFound(kind="line of the blanket order", key=shown(named), path=(*path, name))


def _drawn(blanket: PurchaseOrder, line: PurchaseOrderLine, given: Mapping[str, Any], days: Days, path: Path) -> _Drawn:
    """A line of a release of these days: the days of the line that it draws on, as far as they lie in those."""
    said = {name: value for name, value in given.items() if value is not None and not name.startswith("blanket_line_")}
    fields: Fields = {name: getattr(line, name) for name in CARRIED_BY_LINES}
    fields |= {"blanket_line_id": line.id, **said}
    drawn_on = BlanketLine(
        number=line.number,
        status=line.status,
        first_day=line.start_date or blanket.effective_date,
        last_day=line.end_date or blanket.expiration_date,
    )
    fields.setdefault("start_date", latest(days[0], line.start_date))
    fields.setdefault("end_date", earliest(days[1], line.end_date))
    drawn = DrawnLine(blanket_line=drawn_on, first_day=fields["start_date"], last_day=fields["end_date"])
    return _Drawn(fields, drawn, path)
