"""The budget of a blanket order: reserved by releases that are submitted, agreed to where they take more.

What is released is derived with all other figures (`progress`); here it is asked whether there is room. Whoever calls
holds the organization's gate, so that two releases cannot both take the last of a budget.

Source: K1, K2, K3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.purchase_order import PurchaseOrder
from models.statuses.orders import OrderType, PurchaseOrderAction
from models.statuses.people import ApprovalDocument
from models.values import ZERO
from resolvers.approving import approvals
from resolvers.errors import refuse_all
from resolvers.errors_blanket import OverBudget
from resolvers.orders.facts_orders import standing_of
from resolvers.rules.releases import Budget
from resolvers.rules.transitions import reasons_against

if TYPE_CHECKING:
    from decimal import Decimal

    from resolvers.approving.approvals import Requested
    from resolvers.operation import Call
    from resolvers.rules.approvals import Subject


async def requested(call: Call, order: PurchaseOrder, *, issue_when_approved: bool) -> Requested | None:
    """Ask the business owner of the blanket order for what a release takes beyond what is left; none where that is
    nothing, or the order is no release.

    The order keeps what was asked for as its excess, which is not reserved until it is agreed to.

    Raises:
        Refusals: nothing can be drawn on the blanket order, or not by this caller; nobody could agree.

    Source: K1, K2, K3.
    """
    if order.blanket_order_id is None:
        return None
    blanket = await PurchaseOrder.select_for_update().get(id=order.blanket_order_id)
    standing = await standing_of(blanket, call)
    refuse_all(reasons_against(PurchaseOrderAction.RELEASE, standing, call.actor.roles))
    excess = Budget(total=standing.total, released=standing.released).excess_of(order.total_amount)
    await _keep(order, excess)
    if not excess:
        return None
    return await approvals.request(
        call,
        ApprovalDocument.RELEASE,
        order=order,
        amount=excess,
        currency=order.currency,
        asked=[blanket.business_owner_id],
        issue_when_approved=issue_when_approved,
    )


async def to_be_agreed(order: PurchaseOrder) -> Subject:
    """What has to be agreed to when an order is submitted: of a release that takes more than is left of its blanket
    order the excess, also by that one's business owner; of any other order all of it.

    Source: A1, K2.
    """
    document, amount, asked = ApprovalDocument.ORDER, order.total_amount, ()
    if order.blanket_order_id is not None:
        blanket = await PurchaseOrder.get(id=order.blanket_order_id)
        excess = Budget(total=blanket.total_amount, released=blanket.released_amount or ZERO).excess_of(amount)
        if excess:
            document, amount, asked = ApprovalDocument.RELEASE, excess, (blanket.business_owner_id,)
    return approvals.subject_of(document, order=order, amount=amount, currency=order.currency, asked=asked)


async def forget_excess(order: PurchaseOrder) -> None:
    """What was asked for is decided: a release has no excess any more that waits."""
    await _keep(order, ZERO)


async def check_within(order: PurchaseOrder) -> None:
    """Refuse a change by which more would be released than the budget, once the figures are derived anew.

    `order` is the order as it was before: a blanket order whose budget shrinks, or an issued release that takes more.
    What is more already, because its excess was agreed to, stays.

    Source: K2, V1.

    Raises:
        OverBudget: it would.
    """
    if order.order_type is OrderType.BLANKET:
        after = await PurchaseOrder.get(id=order.id)
        tighter = after.total_amount < order.total_amount
    elif order.blanket_order_id is not None and order.issued_at is not None:
        after = await PurchaseOrder.get(id=order.blanket_order_id)
        tighter = (await PurchaseOrder.get(id=order.id)).total_amount > order.total_amount
    else:
        return
    released = after.released_amount or ZERO
    if tighter and released > after.total_amount:
        raise OverBudget(total=after.total_amount, released=released)


async def raise_refusals(order: PurchaseOrder, total: Decimal) -> list[OverBudget]:
    """Why an issued release cannot come to such a total, which is more than it has.

    Source: K2.
    """
    if order.blanket_order_id is None:
        return []
    blanket = await PurchaseOrder.get(id=order.blanket_order_id)
    released = (blanket.released_amount or ZERO) - order.total_amount + total
    return [OverBudget(total=blanket.total_amount, released=released)] if released > blanket.total_amount else []


async def _keep(order: PurchaseOrder, excess: Decimal) -> None:
    if order.excess_amount != excess:
        order.excess_amount = excess
        await order.save(update_fields=["excess_amount"])
