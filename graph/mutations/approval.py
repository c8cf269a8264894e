"""Approvals decided, handed on and left out; approval rules made and changed."""

from typing import Any, ClassVar

import strawberry

from graph.context import Info
from graph.payloads import Payload, mutation
from graph.types.approval import ApprovalPlan, ApprovalRule
from graph.types.approval_inputs import (
    ApprovalDecideInput,
    ApprovalDelegateInput,
    ApprovalRuleCreateInput,
    ApprovalRuleUpdateInput,
    ApprovalSkipInput,
)
from graph.types.mutation_input import given
from models import approval as rows
from models.statuses.people import Role
from resolvers.approving import approval_decisions, approval_rules
from resolvers.operation import Meant


@strawberry.type(description="An approval plan after somebody has said something.")
class ApprovalPlanPayload(Payload):
    entity: ClassVar[str] = "approval_plan"
    row: ClassVar[Any] = rows.ApprovalPlan
    approval_plan: ApprovalPlan | None = strawberry.field(
        description="The plan as it is now, with the document it is about; null where it was refused."
    )


@strawberry.type(description="An approval rule that was made or changed.")
class ApprovalRulePayload(Payload):
    entity: ClassVar[str] = "approval_rule"
    row: ClassVar[Any] = rows.ApprovalRule
    approval_rule: ApprovalRule | None = strawberry.field(description="What it is now; null where it was refused.")


def _meant(input: ApprovalDecideInput | ApprovalDelegateInput | ApprovalSkipInput) -> Meant:
    return Meant(id=input.id, expected_version=input.expected_version, reason=input.reason)


@strawberry.type
class ApprovalMutations:
    @mutation(
        ApprovalPlanPayload,
        "Agrees or refuses, in a step that asks the caller. The same decision again changes nothing; another one is"
        " refused. What follows happens at once: an order is approved and issued, or rejected.",
    )
    async def approval_decide(self, info: Info, input: ApprovalDecideInput) -> Any:
        return await approval_decisions.decide(info.context.call, _meant(input), input.decision)

    @mutation(ApprovalPlanPayload, "Hands the caller's decision to somebody else.")
    async def approval_delegate(self, info: Info, input: ApprovalDelegateInput) -> Any:
        return await approval_decisions.delegate(info.context.call, _meant(input), input.to_user_id)

    @mutation(
        ApprovalPlanPayload, "Leaves a step out, for a reason; not one that the caller has asked for.", Role.ADMIN
    )
    async def approval_skip(self, info: Info, input: ApprovalSkipInput) -> Any:
        return await approval_decisions.skip(info.context.call, _meant(input))

    @mutation(ApprovalRulePayload, "Makes an approval rule.", Role.ADMIN)
    async def approval_rule_create(self, info: Info, input: ApprovalRuleCreateInput) -> Any:
        return await approval_rules.create(info.context.call, given(input))

    @mutation(
        ApprovalRulePayload,
        "Changes an approval rule, or puts it out of force. Plans that were made of it stay as they are.",
        Role.ADMIN,
    )
    async def approval_rule_update(self, info: Info, input: ApprovalRuleUpdateInput) -> Any:
        return await approval_rules.update(
            info.context.call, input.id, given(input), expected_version=input.expected_version
        )
