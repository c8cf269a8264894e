"""Who may draw on a blanket order: granted to a user, to a group, or to everybody of a cost center, and taken back.

Source: K1, O1.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from tortoise.transactions import in_transaction

from models.collaboration import PurchasingPermission
from models.organization import CostCenter, User, UserGroup
from models.purchase_order import PurchaseOrder
from models.statuses.orders import OrderType, PurchaseOrderAction
from resolvers import events
from resolvers.administration.records import referred
from resolvers.errors import InvalidValue, NotApplicable, NotFound
from resolvers.ids import id_of, key_of
from resolvers.orders.purchase_order_edits import opened
from resolvers.rules.text import api_name, shown
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolvers.operation import Call, Written
    from resolvers.orders.purchase_order_edits import Asked

HOLDERS: Final[dict[str, tuple[Any, str]]] = {
    "user_id": (User, "user"),
    "group_id": (UserGroup, "user group"),
    "cost_center_id": (CostCenter, "cost center"),
}
"""Who can hold a permission: the column that refers to them, their rows, their word."""


async def grant(call: Call, asked: Asked, given: Mapping[str, Any]) -> Written:
    """Let a user, a group or a cost center draw on a blanket order. Where they may already, nothing is written.

    Source: K1, O1.

    Raises:
        InvalidValue: not exactly one of them is given.
        NotFound: there is no such order, or nobody of that kind.
        NotApplicable: the order is no blanket order.
        Refusals: the order cannot be changed.
    """
    named = [name for name in HOLDERS if given.get(name) is not None]
    if len(named) != 1:
        expected = "give exactly one of userId, groupId and costCenterId"
        raise InvalidValue(value=f"{len(named)} of them", expected=expected, path=("userId",))
    [name] = named
    async with in_transaction():
        edit = await opened(call, asked, PurchaseOrderAction.UPDATE)
        check_blanket(edit.order)
        row, word = HOLDERS[name]
        holder = await referred(call, row, given[name], (api_name(name),), word)
        if await PurchasingPermission.filter(purchase_order_id=edit.order.id, **{name: holder.id}).exists():
            return await edit.saved("purchasing_permission_granted")
        permission = await PurchasingPermission.create(
            organization_id=call.organization_id,
            purchase_order_id=edit.order.id,
            created_at=call.now,
            **{name: holder.id},
        )
        changes = events.changes_between({}, told(permission))
        return await edit.saved("purchasing_permission_granted", changes=changes)


async def revoke(call: Call, asked: Asked, permission_id: str) -> Written:
    """Take a permission back. What was released with it stays released.

    Source: K1.

    Raises:
        NotFound: there is no such permission on an order.
        Refusals: the order cannot be changed.
    """
    async with in_transaction():
        found = visible_to(PurchasingPermission, call.actor).filter(purchase_order_id__isnull=False)
        permission = await found.get_or_none(id=key_of(PurchasingPermission, permission_id))
        if permission is None or permission.purchase_order_id is None:
            raise NotFound(kind="purchasing permission", key=shown(permission_id), path=("permissionId",))
        order = id_of(PurchaseOrder, permission.purchase_order_id)
        edit = await opened(call, replace(asked, id=order), PurchaseOrderAction.UPDATE)
        if not await PurchasingPermission.filter(id=permission.id).delete():
            # Somebody else took it back while this waited at the gate.
            raise NotFound(kind="purchasing permission", key=shown(permission_id), path=("permissionId",))
        changes = events.changes_between(told(permission), {})
        return await edit.saved("purchasing_permission_revoked", changes=changes)


def check_blanket(order: PurchaseOrder, name: str = "purchasingPermissions") -> None:
    """Refuse what only a blanket order has.

    Source: O1.

    Raises:
        NotApplicable: the order is another one.
    """
    if order.order_type is not OrderType.BLANKET:
        raise NotApplicable(order_type=order.order_type, path=(name,))


def told(permission: PurchasingPermission) -> dict[str, str]:
    """A permission as the history tells it: `purchasingPermissions.groupId`."""
    return {
        f"purchasingPermissions.{api_name(name)}": id_of(row, key)
        for name, (row, _) in HOLDERS.items()
        if (key := getattr(permission, name)) is not None
    }
