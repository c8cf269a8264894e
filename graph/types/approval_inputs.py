"""What mutations of approvals take, and how their lists are filtered and sorted."""

from decimal import Decimal
from enum import Enum
from typing import Any, Optional

import strawberry

from graph.scalars import CurrencyCode
from graph.types.filters import (
    BooleanFilter,
    DateTimeFilter,
    Direction,
    Filter,
    IDFilter,
    IntFilter,
)
from graph.types.mutation_input import ChangeInput, MutationInput
from models.statuses.orders import OrderType
from models.statuses.people import ApprovalDecision, ApprovalDocument, ApprovalQuorum, ApproverState

_NUMBER = "The number, unique in the organization, 1 to 99999."
_NAME = "The name; at most 200 characters."
_DOCUMENT = "What it is about."
_CURRENCY = "The currency of its amounts, and of what it fits; null means any."
_FROM = "The smallest amount that it fits, 0 or more; null means any."
_TO = "The largest amount that it fits; null means any."
_TYPE = "The type of orders that it fits; null means any."
_COST_CENTER = "The cost center whose orders it fits; null means any."
_SUPPLIER = "The supplier whose documents it fits; null means any."
_SEQUENCE = "When its step is asked, 1 to 1000: those of one sequence together, the smallest first"
_QUORUM = "How many of its approvers decide"
_OWNER = "Whether it asks the business owner of the order, too."
_APPROVERS = "The users whom it asks, at most 100; each has the role APPROVER"
_GROUPS = "The groups whose members it asks, at most 100, as far as they have the role APPROVER"
_ESCALATE = "After how many days its step counts as neglected, 0 to 3650; null means never."
_REASON = "Why, for the history; at most 2,000 characters."
_STEP = "The step, by its id; or the caller's approval of it, by its."


def _optional(description: str, name: str | None = None) -> Any:
    return strawberry.field(default=strawberry.UNSET, description=description, name=name)


@strawberry.input(description="What an approver says.")
class ApprovalDecideInput(ChangeInput):
    id: strawberry.ID = strawberry.field(description=_STEP)
    decision: ApprovalDecision = strawberry.field(description="What the caller says.")
    reason: str | None = strawberry.field(default=None, description=f"{_REASON} Required to reject.")


@strawberry.input(description="Who decides instead of the caller.")
class ApprovalDelegateInput(ChangeInput):
    id: strawberry.ID = strawberry.field(description=_STEP)
    to_user_id: strawberry.ID = strawberry.field(
        description="Who is to decide; a user with the role APPROVER whom the step does not ask yet."
    )
    reason: str | None = strawberry.field(default=None, description=_REASON)


@strawberry.input(description="A step to leave out.")
class ApprovalSkipInput(ChangeInput):
    id: strawberry.ID = strawberry.field(description="The step, by its id, or by that of an approval of it.")
    reason: str = strawberry.field(description=_REASON)


@strawberry.input(description="An approval rule to make.")
class ApprovalRuleCreateInput(MutationInput):
    number: int | None = _optional(f"{_NUMBER} After the highest unless given.")
    name: str = strawberry.field(description=_NAME)
    document: ApprovalDocument = strawberry.field(description=_DOCUMENT)
    currency: CurrencyCode | None = _optional(_CURRENCY)
    amount_from: Decimal | None = _optional(_FROM)
    amount_to: Decimal | None = _optional(_TO)
    order_type: OrderType | None = _optional(_TYPE)
    cost_center_id: strawberry.ID | None = _optional(_COST_CENTER)
    supplier_id: strawberry.ID | None = _optional(_SUPPLIER)
    sequence: int = strawberry.field(default=1, description=f"{_SEQUENCE}.")
    quorum: ApprovalQuorum = strawberry.field(default=ApprovalQuorum.ANY, description=f"{_QUORUM}.")
    by_business_owner: bool = strawberry.field(default=False, description=_OWNER)
    approver_ids: list[strawberry.ID] | None = _optional(f"{_APPROVERS}.")
    group_ids: list[strawberry.ID] | None = _optional(f"{_GROUPS}.")
    escalate_after_days: int | None = _optional(_ESCALATE)


@strawberry.input(
    description="What to change of an approval rule; fields that are not given stay as they are, and so do plans."
)
class ApprovalRuleUpdateInput(ChangeInput):
    id: strawberry.ID = strawberry.field(description="Which one.")
    number: int | None = _optional(_NUMBER)
    name: str | None = _optional(_NAME)
    document: ApprovalDocument | None = _optional(_DOCUMENT)
    currency: CurrencyCode | None = _optional(_CURRENCY)
    amount_from: Decimal | None = _optional(_FROM)
    amount_to: Decimal | None = _optional(_TO)
    order_type: OrderType | None = _optional(_TYPE)
    cost_center_id: strawberry.ID | None = _optional(_COST_CENTER)
    supplier_id: strawberry.ID | None = _optional(_SUPPLIER)
    sequence: int | None = _optional(f"{_SEQUENCE}.")
    quorum: ApprovalQuorum | None = _optional(f"{_QUORUM}.")
    by_business_owner: bool | None = _optional(_OWNER)
    approver_ids: list[strawberry.ID] | None = _optional(f"{_APPROVERS}; and no others from now on.")
    group_ids: list[strawberry.ID] | None = _optional(f"{_GROUPS}; and no others from now on.")
    escalate_after_days: int | None = _optional(_ESCALATE)
    is_active: bool | None = _optional("Whether it is in force.")


@strawberry.input(description="Which approvals.")
class ApprovalWhere:
    and_: list["ApprovalWhere"] | None = _optional("All of these hold.", "and")
    or_: list["ApprovalWhere"] | None = _optional("At least one of these holds.", "or")
    not_: Optional["ApprovalWhere"] = _optional("This does not hold.", "not")
    id: IDFilter | None = _optional("By id.")
    mine: BooleanFilter | None = _optional("By whether the caller is the approver.")
    open: BooleanFilter | None = _optional("By whether they wait for the approver in a step that is asked.")
    state: Filter[ApproverState] | None = _optional("By what the approver has said.")
    approver_id: IDFilter | None = _optional("By approver.")
    created_at: DateTimeFilter | None = _optional("By when the approver was named.")


@strawberry.input(description="Which approval rules.")
class ApprovalRuleWhere:
    and_: list["ApprovalRuleWhere"] | None = _optional("All of these hold.", "and")
    or_: list["ApprovalRuleWhere"] | None = _optional("At least one of these holds.", "or")
    not_: Optional["ApprovalRuleWhere"] = _optional("This does not hold.", "not")
    number: IntFilter | None = _optional("By number.")
    document: Filter[ApprovalDocument] | None = _optional("By what they are about.")
    is_active: BooleanFilter | None = _optional("By whether they are in force.")


@strawberry.enum(description="What approval rules are sorted by.")
class ApprovalRuleOrderField(Enum):
    NUMBER = strawberry.enum_value("number", description="The number.")


@strawberry.input(description="One key to sort approval rules by.")
class ApprovalRuleOrder:
    field: ApprovalRuleOrderField = strawberry.field(description="What to sort by.")
    direction: Direction = strawberry.field(default=Direction.ASC, description="Which way.")
