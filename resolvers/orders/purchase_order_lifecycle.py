"""The way of an order from a draft to an issued one: submitted, approved or rejected, issued, confirmed.

Where no approval rule fits, an order that is submitted is approved at once. An approved order is issued at once where
its submitter wanted that and there is room for one more active order; otherwise it waits to be issued by a person.

A rejected order stays rejected, whatever is changed of it, until it is submitted again. An approved one that is not
issued becomes a draft again by a change of what the approvers looked at.

Source: L1, A1, A2.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from tortoise.expressions import F
from tortoise.transactions import in_transaction

from models.organization import Organization
from models.purchase_order import PurchaseOrder
from models.statuses.orders import PurchaseOrderAction, PurchaseOrderStatus
from models.statuses.people import ApprovalDocument, ApprovalPlanStatus
from resolvers.approving import approvals
from resolvers.errors import refuse_all
from resolvers.ids import id_of
from resolvers.operation import Written, locked_gate
from resolvers.orders import budgets
from resolvers.orders.facts_orders import standing_of
from resolvers.orders.purchase_order_edits import Asked, Edit, opened, seller_entities_of
from resolvers.orders.purchase_order_history import told_order
from resolvers.rules.transitions import (
    REVISE_REMEDY,
    SUBMIT_REMEDY,
    activation_refusal,
    approval_refusal,
    issued,
    reasons_against,
)
from resolvers.sourcing import contracts, shipping
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Iterable

    from models.approval import ApprovalPlan
    from models.event import Event
    from resolvers.errors_approvals import ApprovalRequired
    from resolvers.operation import Call

WEIGHTY_LINE_FIELDS: Final = frozenset(
    {
        "quantity",
        "unit",
        "unit_price",
        "discount",
        "tax_percent",
        "tax_amount",
        "product_type",
        "line_item_type",
        "supplier_product",
        "product_id",
        "part_number",
        "start_date",
        "end_date",
    }
)
"""What approvers look at of a line: what is bought, for how much, and when."""

WEIGHTY: Final = WEIGHTY_LINE_FIELDS | {"effective_date", "expiration_date", "cost_center_id", "supplier_id"}
"""What approvers look at of an order and its lines."""


async def submit(call: Call, asked: Asked, *, issue_when_approved: bool = True) -> Written:
    """Submit a draft, or a rejected order again. Where no approval rule fits, it is approved at once.

    A release that takes more than is left of its blanket order waits for the agreement to that alone.

    Source: L1, A1, A2, K2.

    Raises:
        Refusals: it is neither, has no line, nobody could approve it; or it would be issued at once, and be one active
            order more than the organization may have.
    """
    async with in_transaction():
        edit = await opened(call, asked, PurchaseOrderAction.SUBMIT, issues_at_once=issue_when_approved)
        return await submitted(edit, issue_when_approved=issue_when_approved)


async def submitted(edit: Edit, *, issue_when_approved: bool = True) -> Written:
    """The same, of an order that this transaction holds."""
    call, order = edit.call, edit.order
    standing = replace(edit.standing, issues_at_once=issue_when_approved)
    refuse_all(reasons_against(PurchaseOrderAction.SUBMIT, standing))
    beyond = await budgets.requested(call, order, issue_when_approved=issue_when_approved)
    requested = beyond or await approvals.request(
        call,
        ApprovalDocument.ORDER,
        order=order,
        amount=order.total_amount,
        currency=order.currency,
        issue_when_approved=issue_when_approved,
    )
    agreed = requested.plan.status is ApprovalPlanStatus.APPROVED
    order.submitted_at = call.now
    order.approved_at = call.now if agreed else None
    order.status = PurchaseOrderStatus.PENDING_SUBMISSION if agreed else PurchaseOrderStatus.PENDING_APPROVAL
    columns = ["status", "submitted_at", "approved_at"]
    written = await edit.saved("purchase_order_submitted", columns, lines=await edit.lines())
    found = [requested.event, *written.events]
    if agreed and issue_when_approved:
        full = activation_refusal(edit.standing, issued(edit.standing))
        refuse_all([full] if full else [])
        found += await _issued(await edit_of(call, order, edit.asked.reason))
    return Written(order.id, tuple(found))


async def confirm(call: Call, asked: Asked) -> Written:
    """Note that the supplier has confirmed the order: its lines are ordered.

    Source: L1.

    Raises:
        Refusals: no confirmation is outstanding.
    """
    async with in_transaction():
        edit = await opened(call, asked, PurchaseOrderAction.CONFIRM)
        edit.order.supplier_confirmed_at = call.now
        edit.order.status = PurchaseOrderStatus.ORDERED
        columns = ["status", "supplier_confirmed_at"]
        return await edit.saved("purchase_order_confirmed", columns, lines=await edit.lines())


async def plan_approved(call: Call, plan: ApprovalPlan) -> tuple[Event, ...]:
    """The order is approved; and issued, where that was wanted and nothing is against it: there is room for one more
    active order, and its contracts are not drawn beyond their caps.

    Source: L1, A1, O4.
    """
    order = await _awaiting(call, plan)
    if order is None:
        return ()
    edit = await edit_of(call, order)
    order.approved_at = call.now
    order.status = PurchaseOrderStatus.PENDING_SUBMISSION
    written = await edit.saved("purchase_order_approved", ["status", "approved_at"], lines=await edit.lines())
    if not plan.issue_when_approved or activation_refusal(edit.standing, issued(edit.standing)) is not None:
        return written.events
    if await contracts.cap_refusals(order):
        return written.events
    return (*written.events, *await _issued(await edit_of(call, order)))


async def plan_rejected(call: Call, plan: ApprovalPlan, reason: str | None) -> tuple[Event, ...]:
    """The order is rejected: it may be changed, and submitted again.

    Source: L1, A1.
    """
    order = await _awaiting(call, plan)
    if order is None:
        return ()
    edit = await edit_of(call, order, reason)
    order.status = PurchaseOrderStatus.REJECTED
    written = await edit.saved("purchase_order_rejected", ["status"], lines=await edit.lines())
    return written.events


async def mark_issued(call: Call, order: PurchaseOrder) -> tuple[str, ...]:
    """Make an order binding; the columns that say so. It waits for its supplier where that is required.

    The amount with which it is issued first is what later changes are measured against. Source: L1, V6.
    """
    refuse_all(await contracts.cap_refusals(order))
    columns = await issue_columns(call, is_required=order.supplier_confirmation_required)
    if order.first_approved_amount is None:
        columns["first_approved_amount"] = order.total_amount
    order.update_from_dict(columns)
    return tuple(columns)


async def issue_columns(call: Call, *, is_required: bool = False) -> dict[str, Any]:
    """What an order says once it is issued: it waits for its supplier where it, or the organization, requires that."""
    organization = await visible_to(Organization, call.actor).get()
    waits = is_required or organization.supplier_confirmation
    return {
        "issued_at": call.now,
        "supplier_confirmation_required": waits,
        "status": PurchaseOrderStatus.PENDING_SUPPLIER_CONFIRMATION if waits else PurchaseOrderStatus.ORDERED,
    }


async def edit_of(call: Call, order: PurchaseOrder, reason: str | None = None) -> Edit:
    """A change of an order that this transaction holds, which nobody but the server asked for."""
    gate = await locked_gate(call)
    sellers = await seller_entities_of(order)
    asked = Asked(id=id_of(PurchaseOrder, order.id), reason=reason)
    return Edit(call, asked, gate, order, await standing_of(order, call), sellers, told_order(order, sellers))


# ------------------------------------------------------------------------------- changes that approvers have to see


def weighing(edit: Edit, fields: Iterable[str]) -> tuple[str, ...]:
    """Make an approved order that is not issued a draft again, where what its approvers looked at changes; columns.

    Source: A1.
    """
    if edit.order.status is not PurchaseOrderStatus.PENDING_SUBMISSION or WEIGHTY.isdisjoint(fields):
        return ()
    edit.order.status = PurchaseOrderStatus.DRAFT
    edit.order.update_from_dict({"approved_at": None, "submitted_at": None})
    return ("status", "approved_at", "submitted_at")


async def check_needs_no_revision(edit: Edit, fields: Iterable[str]) -> None:
    """Refuse a change of an issued order that approvers would have to see, once it is made and the total derived anew.

    Source: A1.

    Raises:
        ApprovalRequired: a rule fits the order as it would be.
    """
    if edit.standing.issued and not WEIGHTY.isdisjoint(fields):
        await check_rules(edit.call, edit.order, REVISE_REMEDY)


async def issued_at_once(call: Call, order: PurchaseOrder, *, is_agreed: bool) -> None:
    """Note the amount with which a new order is issued as it is made; refuse it where a rule fits it.

    No rule is asked about an order that is agreed already. Source: A1, V6.

    Raises:
        ApprovalRequired: one fits.
    """
    if not is_agreed:
        await shipping.check_shipping(call, order)
        await check_rules(call, order, SUBMIT_REMEDY, ("issue",))
    await PurchaseOrder.filter(id=order.id).update(first_approved_amount=F("total_amount"))


async def check_rules(call: Call, order: PurchaseOrder, remedy: str, path: tuple[str, ...] = ()) -> None:
    """Refuse where approval rules fit an order with the total that it has in the database.

    Raises:
        ApprovalRequired: they do.
    """
    total = (await PurchaseOrder.get(id=order.id)).total_amount
    found: ApprovalRequired | None = approval_refusal(await approvals.needed_rules(call, order, total), remedy)
    if found is not None:
        found.path = path
        raise found


async def _awaiting(call: Call, plan: ApprovalPlan) -> PurchaseOrder | None:
    """The order that a plan is about, held; none where it does not wait for it any more."""
    found = visible_to(PurchaseOrder, call.actor).select_for_update().filter(id=plan.purchase_order_id)
    order = await found.get_or_none()
    return order if order is not None and order.status is PurchaseOrderStatus.PENDING_APPROVAL else None


async def _issued(edit: Edit) -> tuple[Event, ...]:
    columns = await mark_issued(edit.call, edit.order)
    written = await edit.saved("purchase_order_issued", columns, lines=await edit.lines())
    return written.events
