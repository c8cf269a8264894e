"""Orders made of requisitions: all of them, or none.

Source: O10.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from models.collaboration import PurchasingPermission
from models.organization import CostCenter, LegalEntity, PaymentTerm, PurchasingEntity, ShippingMethod, User
from models.purchase_order import PurchaseOrder
from models.requisition import PurchaseRequisition, RequisitionLine
from models.statuses.orders import OrderType
from models.supplier import Supplier
from resolvers import events
from resolvers.errors import Refusal, Refusals, refuse_all
from resolvers.ids import id_of, key_of
from resolvers.orders import purchase_order_lifecycle
from resolvers.orders.purchase_order_creation import create_order
from resolvers.orders.purchase_order_edits import Asked
from resolvers.rules.requisition_groups import AskedLine, Wanted, grouped, taken_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from models.event import Event
    from models.organization import OrganizationGate
    from resolvers.operation import Call
    from resolvers.rules.requisition_groups import Group

_CARRIED: Final[dict[str, Any]] = {
    "cost_center_id": CostCenter,
    "legal_entity_id": LegalEntity,
    "purchasing_entity_id": PurchasingEntity,
    "payment_term_id": PaymentTerm,
}
"""What an order takes over from its requisition as it is."""

_LINE_CARRIED: Final = (
    "product_id",
    "description",
    "part_number",
    "line_item_type",
    "product_type",
    "acknowledgment_type",
    "goods_receipt_required",
    "unit",
    "unit_price",
    "ship_to",
    "expected_delivery_date",
    "start_date",
    "end_date",
)


async def placed(  # noqa: PLR0913 - the requisition with its lines, and how they are to be ordered
    call: Call,
    gate: OrganizationGate,
    requisition: PurchaseRequisition,
    lines: Sequence[RequisitionLine],
    wanted: Sequence[Mapping[str, Any]] | None,
    *,
    submit: bool,
    reason: str | None = None,
) -> tuple[Event, ...]:
    """Make the orders, within the caller's transaction, and note on the requisition what was made.

    Source: O10.

    Raises:
        Refusals: everything that speaks against any of them; the transaction must not go on then.
    """
    asked = None if wanted is None else [_wanted(at, each) for at, each in enumerate(wanted)]
    taken, refusals = taken_lines(requisition.number, [_asked_line(line) for line in lines], asked)
    refuse_all(refusals)
    rows = {line.id: line for line in lines}
    permissions = await PurchasingPermission.filter(requisition_id=requisition.id).order_by("id")
    found: list[Event] = []
    keys: list[int] = []
    for group in grouped(taken, requisition.requested_by_id or call.actor.user_id):
        try:
            made = await create_order(
                call, gate, _order(requisition, group, rows), "purchase_order_created", reason=reason
            )
        except Refusals as several:
            refusals += [_retold(refusal, group) for refusal in several.refusals]
            continue
        keys.append(made.key or 0)
        found += made.events
        if group.order_type is OrderType.BLANKET:
            await _grant(call, made.key or 0, permissions)
    refuse_all(refusals)
    for key in keys if submit else ():
        submitted = await purchase_order_lifecycle.submit(call, Asked(id=id_of(PurchaseOrder, key), reason=reason))
        found += submitted.events
    numbers = [order.number for order in await PurchaseOrder.filter(id__in=keys).order_by("id")]
    changes = events.changes_between({}, {"purchaseOrders": numbers})
    noted = await events.record(
        call, "requisition_ordered", requisition.number, about=[requisition], changes=changes, reason=reason
    )
    return (noted, *found)


def _wanted(at: int, given: Mapping[str, Any]) -> Wanted:
    text: str = given["line_id"]
    return Wanted(
        line_id=key_of(RequisitionLine, text), text=text, path=("lines", str(at)), quantity=given.get("quantity")
    )


def _asked_line(line: RequisitionLine) -> AskedLine:
    return AskedLine(
        id=line.id,
        number=line.number,
        quantity=line.quantity,
        ordered=line.ordered_quantity,
        unit=line.unit,
        supplier_id=line.supplier_id,
        business_owner_id=line.business_owner_id,
        order_type=line.order_type,
        shipping_method_id=line.shipping_method_id,
    )


def _order(requisition: PurchaseRequisition, group: Group, rows: Mapping[int, RequisitionLine]) -> dict[str, Any]:
    """The order of a group, as `create` takes it."""
    fields: dict[str, Any] = {
        "currency": requisition.currency,
        "display_name": requisition.display_name,
        "description": requisition.description,
        "order_type": group.order_type,
        "supplier_id": id_of(Supplier, group.supplier_id),
        "business_owner_id": id_of(User, group.business_owner_id),
        "requisition_id": id_of(PurchaseRequisition, requisition.id),
        "lines": [_line(rows[each.line.id]) | {"quantity": each.quantity} for each in group.taken],
    }
    if requisition.assigned_to_id is not None:
        fields["primary_contact_id"] = id_of(User, requisition.assigned_to_id)
    if group.shipping_method_id is not None:
        fields["shipping_method_id"] = id_of(ShippingMethod, group.shipping_method_id)
    for name, row in _CARRIED.items():
        key = getattr(requisition, name)
        if key is not None:
            fields[name] = id_of(row, key)
    return fields


def _line(line: RequisitionLine) -> dict[str, Any]:
    return {"requisition_line_id": line.id, **{name: getattr(line, name) for name in _LINE_CARRIED}}


def _retold(refusal: Refusal, group: Group) -> Refusal:
    """The refusal with the path that leads to its cause in the caller's own list of lines, where there is one."""
    match refusal.path:
        case ("lines", at, *rest) if at.isdecimal() and int(at) < len(group.taken) and group.taken[int(at)].path:
            return replace(refusal, path=(*group.taken[int(at)].path, *rest))
        case _:
            return replace(refusal, path=())


async def _grant(call: Call, order_id: int, permissions: Sequence[PurchasingPermission]) -> None:
    """Let those draw on a blanket order who may by its requisition."""
    await PurchasingPermission.bulk_create(
        [
            PurchasingPermission(
                organization_id=call.organization_id,
                purchase_order_id=order_id,
                created_at=call.now,
                user_id=each.user_id,
                group_id=each.group_id,
                cost_center_id=each.cost_center_id,
            )
            for each in permissions
        ]
    )
