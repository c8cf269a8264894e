"""Who is asked to agree to what, and by which rules."""

from typing import Annotated, Any

import strawberry

from graph.context import Info
from graph.errors import told
from graph.fields import root_list
from graph.types.approval import Approval, ApprovalPlanPreview, ApprovalRule, ApprovalStepPreview
from graph.types.approval_inputs import ApprovalRuleOrder, ApprovalRuleWhere, ApprovalWhere
from graph.types.common import Connection, Money
from models import approval as rows
from resolvers import lists
from resolvers.approving import approval_previews


@strawberry.type
class ApprovalQueries:
    approvals = root_list(
        "What approvers are asked to say, or have said, the latest first. An approver's inbox is"
        " `where: {mine: {eq: true}, open: {eq: true}}`.",
        rows.Approval,
        lists.APPROVALS,
        of=Connection[Approval],
        where=ApprovalWhere,
    )
    approval_rules = root_list(
        "All approval rules, by number unless sorted otherwise.",
        rows.ApprovalRule,
        lists.APPROVAL_RULES,
        of=Connection[ApprovalRule],
        where=ApprovalRuleWhere,
        order=ApprovalRuleOrder,
    )

    @strawberry.field(
        graphql_type=ApprovalPlanPreview | None,
        description="The plan that an order would get if the caller submitted it now. Nothing is stored. Null where"
        " there is no such order for the caller.",
    )
    async def approval_plan_preview(
        self,
        info: Info,
        purchase_order_id: Annotated[strawberry.ID, strawberry.argument(description="The order.")],
    ) -> Any:
        found = await approval_previews.preview(info.context.call, purchase_order_id)
        if found is None:
            return None
        steps: Any = [ApprovalStepPreview(**step) for step in found.steps]
        return ApprovalPlanPreview(
            status=found.status,
            amount=Money.of(found.amount, found.currency),
            explanation=found.explanation,
            steps=steps,
            reasons=[told(reason) for reason in found.reasons],
        )
