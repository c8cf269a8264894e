"""Who has to agree to a revision (V3, V6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.organization import Organization
from models.revision import PurchaseOrderVersion
from models.statuses.people import ApprovalDocument
from resolvers.approving import approvals
from resolvers.rules.approvals import fitting
from resolvers.rules.revisions import Approval, approval_needed

if TYPE_CHECKING:
    from decimal import Decimal

    from models.approval import ApprovalPlan
    from models.purchase_order import PurchaseOrder
    from models.revision import Revision
    from resolvers.operation import Call
    from resolvers.revising.revision_drafts import Outcome


async def agreement(call: Call, order: PurchaseOrder, revision: Revision, outcome: Outcome) -> ApprovalPlan | None:
    """The plan by which a revision is agreed to; none where nobody has to agree.

    Source: V3, V6, A1.
    """
    organization = await Organization.get(id=call.organization_id)
    first = await _first_approved(order)
    needed = approval_needed(outcome.total, first, organization.revision_limit_percent)
    if needed is Approval.NOBODY:
        return None
    document, amount = ApprovalDocument.REVISION, outcome.amount_to_approve
    asked: tuple[int, ...] = ()
    if needed is Approval.RULES_OR_OWNER:
        subject = approvals.subject_of(document, order=order, amount=amount, currency=order.currency)
        if not fitting(await approvals.active_rules(call, document), subject):
            asked = (order.business_owner_id,)
    requested = await approvals.request(
        call, document, order=order, revision=revision, amount=amount, currency=order.currency, asked=asked
    )
    return requested.plan


async def _first_approved(order: PurchaseOrder) -> Decimal:
    """The amount with which an order was first approved; of one that was issued without, its first version's."""
    if order.first_approved_amount is not None:
        return order.first_approved_amount
    first = await PurchaseOrderVersion.filter(purchase_order_id=order.id).order_by("version").first()
    return order.total_amount if first is None else first.total_amount
