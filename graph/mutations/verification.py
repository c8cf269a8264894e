"""Discrepancies assigned and waived; tolerance rules made and changed."""

from decimal import Decimal
from typing import Any, ClassVar

import strawberry

from graph.context import Info
from graph.payloads import Payload, mutation
from graph.types.mutation_input import ChangeInput, MutationInput, given
from graph.types.verification import Discrepancy, ToleranceRule
from models import verification as rows
from models.statuses.invoices import InvoiceCategory, ToleranceCombination, ToleranceKind
from models.statuses.people import Role
from resolvers.verifying import discrepancies, tolerance_rules

_WHICH = "Which one."
_NUMBER = "The number, unique in the organization, 1 to 99999."
_NAME = "The name; at most 200 characters."
_KIND = "What it is about."
_VALUE = "The limit as a figure, 0 or more, with at most four decimals."
_PERCENTAGE = "The limit in percent of what is expected, 0 to 1000, with at most four decimals."
_COMBINATION = "Whether both limits have to be kept, or one of them."
_SUPPLIER = "The supplier it is for; null means all."
_COST_CENTER = "The cost center whose orders it is for; null means all."
_CATEGORY = "The category of invoices it is for; null means all."
_ACTIVE = "Whether it is in force."


def _optional(description: str) -> Any:
    return strawberry.field(default=strawberry.UNSET, description=description)


@strawberry.input(description="Who is to look at a discrepancy.")
class DiscrepancyAssignInput(ChangeInput):
    id: strawberry.ID = strawberry.field(description=_WHICH)
    assignee_id: strawberry.ID | None = strawberry.field(
        default=None, description="The user who is to look at it; null means nobody."
    )


@strawberry.input(description="A discrepancy to be accepted as it is.")
class DiscrepancyWaiveInput(ChangeInput):
    id: strawberry.ID = strawberry.field(description=_WHICH)
    reason: str = strawberry.field(description="Why it is accepted; at most 2,000 characters.")


@strawberry.type(description="A discrepancy that was assigned or waived.")
class DiscrepancyPayload(Payload):
    entity: ClassVar[str] = "discrepancy"
    row: ClassVar[Any] = rows.Discrepancy
    discrepancy: Discrepancy | None = strawberry.field(description="What it is now; null where it was refused.")


@strawberry.input(description="A tolerance rule to make.")
class ToleranceRuleCreateInput(MutationInput):
    number: int | None = _optional(f"{_NUMBER} After the highest unless given.")
    name: str = strawberry.field(description=_NAME)
    kind: ToleranceKind = strawberry.field(description=_KIND)
    value: Decimal | None = _optional(_VALUE)
    percentage: Decimal | None = _optional(_PERCENTAGE)
    combination: ToleranceCombination = strawberry.field(default=ToleranceCombination.OR, description=_COMBINATION)
    supplier_id: strawberry.ID | None = _optional(_SUPPLIER)
    cost_center_id: strawberry.ID | None = _optional(_COST_CENTER)
    category: InvoiceCategory | None = _optional(_CATEGORY)


@strawberry.input(description="What to change of a tolerance rule; fields that are not given stay as they are.")
class ToleranceRuleUpdateInput(ChangeInput):
    id: strawberry.ID = strawberry.field(description=_WHICH)
    number: int | None = _optional(_NUMBER)
    name: str | None = _optional(_NAME)
    kind: ToleranceKind | None = _optional(_KIND)
    value: Decimal | None = _optional(f"{_VALUE} Null takes it away.")
    percentage: Decimal | None = _optional(f"{_PERCENTAGE} Null takes it away.")
    combination: ToleranceCombination | None = _optional(_COMBINATION)
    supplier_id: strawberry.ID | None = _optional(_SUPPLIER)
    cost_center_id: strawberry.ID | None = _optional(_COST_CENTER)
    category: InvoiceCategory | None = _optional(_CATEGORY)
    is_active: bool | None = _optional(_ACTIVE)


@strawberry.type(description="A tolerance rule that was made or changed.")
class ToleranceRulePayload(Payload):
    entity: ClassVar[str] = "tolerance_rule"
    row: ClassVar[Any] = rows.ToleranceRule
    tolerance_rule: ToleranceRule | None = strawberry.field(description="What it is now; null where it was refused.")


@strawberry.type
class VerificationMutations:
    @mutation(
        DiscrepancyPayload,
        "Gives a discrepancy to the user who is to look at it, or takes it from everybody.",
        Role.ACCOUNTS_PAYABLE,
        Role.BUYER,
    )
    async def discrepancy_assign(self, info: Info, input: DiscrepancyAssignInput) -> Any:
        return await discrepancies.assign(
            info.context.call, input.id, input.assignee_id, expected_version=input.expected_version
        )

    @mutation(
        DiscrepancyPayload,
        "Accepts a discrepancy as it is. It is found anew when its figures come to be further apart.",
        Role.ACCOUNTS_PAYABLE,
    )
    async def discrepancy_waive(self, info: Info, input: DiscrepancyWaiveInput) -> Any:
        return await discrepancies.waive(
            info.context.call, input.id, reason=input.reason, expected_version=input.expected_version
        )

    @mutation(
        ToleranceRulePayload,
        "Makes a tolerance rule. Invoices that are not confirmed yet are verified anew.",
        Role.ADMIN,
    )
    async def tolerance_rule_create(self, info: Info, input: ToleranceRuleCreateInput) -> Any:
        return await tolerance_rules.create(info.context.call, given(input))

    @mutation(
        ToleranceRulePayload,
        "Changes a tolerance rule. Invoices that are not confirmed yet are verified anew.",
        Role.ADMIN,
    )
    async def tolerance_rule_update(self, info: Info, input: ToleranceRuleUpdateInput) -> Any:
        return await tolerance_rules.update(
            info.context.call, input.id, given(input), expected_version=input.expected_version
        )
