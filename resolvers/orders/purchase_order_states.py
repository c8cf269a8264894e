"""What people do to the standing of an order: issued, put on hold and taken off it, extended, closed.

Matching statuses are never stored: they follow from what is written here, and from the date.

Source: L1, L4, L5, L6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise.transactions import in_transaction

from models.statuses.orders import PurchaseOrderAction, PurchaseOrderStatus
from resolvers.errors import NotLater
from resolvers.orders.purchase_order_edits import opened
from resolvers.orders.purchase_order_lifecycle import mark_issued
from resolvers.telling import notices

if TYPE_CHECKING:
    from datetime import date

    from resolvers.operation import Call, Written
    from resolvers.orders.purchase_order_edits import Asked


async def issue(call: Call, asked: Asked) -> Written:
    """Issue an approved order, or a draft that needs nobody's approval: it is binding and serves invoices.

    Source: L1, L5, O4, A1.

    Raises:
        ApprovalRequired: it is a draft that an approval rule fits.
        Refusals: it is neither; a draft of goods is not shipped by a method that fits; a contract would be drawn beyond
            its cap, or there would be more active orders than the organization may have.
    """
    async with in_transaction():
        edit = await opened(call, asked, PurchaseOrderAction.ISSUE)
        columns = await mark_issued(call, edit.order)
        return await edit.saved("purchase_order_issued", columns, lines=await edit.lines())


async def suspend(call: Call, asked: Asked) -> Written:
    """Put an order on hold: it serves no invoice until it is resumed. Its contacts are told.

    Source: L4.

    Raises:
        Refusals: it is not issued, on hold already, or closed.
    """
    async with in_transaction():
        edit = await opened(call, asked, PurchaseOrderAction.SUSPEND)
        edit.order.suspended_at = call.now
        written = await edit.saved("purchase_order_suspended", ["suspended_at"])
        await notices.order_suspended(call, edit.order, asked.reason)
        return written


async def resume(call: Call, asked: Asked) -> Written:
    """Take an order off hold. One that has expired meanwhile is expired then; only a later date revives it.

    Source: L4, O4.

    Raises:
        Refusals: it is not on hold, or there would be more active orders than the organization may have.
    """
    async with in_transaction():
        edit = await opened(call, asked, PurchaseOrderAction.RESUME)
        edit.order.suspended_at = None
        return await edit.saved("purchase_order_resumed", ["suspended_at"])


async def extend(call: Call, asked: Asked, expiration_date: date) -> Written:
    """Set a later expiration date, which revives an expired order. Its lines' end dates stay where they are.

    Source: L4, O4.

    Raises:
        NotLater: the order is valid that long already.
        Refusals: it has no expiration date, or there would be more active orders than the organization may have.
    """
    async with in_transaction():
        edit = await opened(call, asked, PurchaseOrderAction.EXTEND)
        current = edit.order.expiration_date
        if current is not None and expiration_date <= current:
            raise NotLater(date=expiration_date, current=current, path=("expirationDate",))
        edit.order.expiration_date = expiration_date
        edit.order.expiration_set_on = call.today
        return await edit.saved("purchase_order_extended", ["expiration_date", "expiration_set_on"])


async def close(call: Call, asked: Asked) -> Written:
    """Close an order for good, and its lines that are not over yet. What invoices took from it stays taken.

    Its contacts are told.

    Source: L1, L5.

    Raises:
        Refusals: it is not issued, or closed already.
    """
    async with in_transaction():
        edit = await opened(call, asked, PurchaseOrderAction.CLOSE)
        edit.order.status = PurchaseOrderStatus.CLOSED_RELEASED
        edit.order.update_from_dict({"closed_at": call.now, "close_reason": asked.reason})
        columns = ["status", "closed_at", "close_reason"]
        written = await edit.saved("purchase_order_closed", columns, lines=await edit.lines())
        await notices.order_closed(call, edit.order, asked.reason)
        return written
