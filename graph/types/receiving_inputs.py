"""What mutations of receipts and milestones take; how they are filtered and sorted."""

from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, Optional

import strawberry

from graph.types.filters import DateFilter, DateTimeFilter, Direction, Filter, IDFilter, StringFilter
from graph.types.mutation_input import ChangeInput, MutationInput
from models.statuses.receiving import MilestoneStatus, ReceiptStatus

_NUMBER = (
    "The number, unique in the organization: at most 100 letters, digits, spaces inside, and _.:/=+-%@. Without one it"
    " gets the next of RC0000001, RC0000002, … It cannot change afterwards."
)
_EXTERNAL_ID = "The key in the client's own system, unique in the organization; at most 200 characters."
_REFERENCE = "What is printed on it, such as the number of a delivery note; at most 200 characters."
_NOTE = "What is to be noted about it; at most 10,000 characters."
_REASON = "Why, for the history; at most 2,000 characters."
_WHY = "Why; it has to be said, in at most 2,000 characters."
_RECEIPT = "The receipt, by id."
_MILESTONE = "The milestone, by id."
_AND = "All of these hold."
_OR = "At least one of these holds."
_NOT = "This does not hold."


def _optional(description: str, name: str | None = None) -> Any:
    return strawberry.field(default=strawberry.UNSET, description=description, name=name)


@strawberry.input(description="A line of an order, by its id or its number.")
class OrderLineInput:
    line_id: strawberry.ID | None = strawberry.field(default=None, description="The order line, by id.")
    line_number: int | None = strawberry.field(default=None, description="The order line, by number instead.")


@strawberry.input(description="What arrived of a line. Accepted and rejected together make the quantity.")
class ReceiptLineInput(OrderLineInput):
    quantity: Decimal = strawberry.field(
        description="The quantity that arrived, above 0, with at most six decimals; whole for goods that are counted."
    )
    accepted_quantity: Decimal | None = strawberry.field(
        default=None, description="What of it is accepted; unless given, all that is not rejected."
    )
    rejected_quantity: Decimal | None = strawberry.field(
        default=None, description="What of it is rejected; unless given, all that is not accepted."
    )


@strawberry.input(description="What goes back of a line. What was rejected goes first.")
class ReturnLineInput(OrderLineInput):
    quantity: Decimal = strawberry.field(
        description="The quantity that goes back, above 0, with at most six decimals; whole for goods that are counted."
    )


@strawberry.input(description="What may be said of a receipt.")
class ReceiptFieldsInput:
    number: str | None = _optional(_NUMBER)
    external_id: str | None = _optional(_EXTERNAL_ID)
    received_on: date | None = _optional("The day it arrived, was acknowledged or went back; today unless given.")
    reference: str | None = _optional(_REFERENCE)
    note: str | None = _optional(_NOTE)


@strawberry.input(description="Goods that arrived: all of the entries are posted, or nothing.")
class ReceiptPostInput(ReceiptFieldsInput, MutationInput):
    purchase_order_id: strawberry.ID | None = strawberry.field(default=None, description="The order, by id.")
    purchase_order_number: str | None = strawberry.field(default=None, description="The order, by number instead.")
    lines: list[ReceiptLineInput] = strawberry.field(description="What arrived, 1 to 500 entries.")
    reason: str | None = _optional(_REASON)


@strawberry.input(description="A receipt that was wrong, and what it should have said.")
class ReceiptCorrectInput(ReceiptFieldsInput, ChangeInput):
    id: strawberry.ID = strawberry.field(description=_RECEIPT)
    reason: str = strawberry.field(description=_WHY)
    lines: list[ReceiptLineInput] | None = _optional(
        "What really arrived, at most 500 entries: posted in the place of the receipt. Without any, it is canceled."
    )


@strawberry.input(description="A receipt or return to cancel.")
class ReceiptCancelInput(ChangeInput):
    id: strawberry.ID = strawberry.field(description=_RECEIPT)
    reason: str = strawberry.field(description=_WHY)


@strawberry.input(description="Goods that go back: all of the entries are posted, or nothing.")
class ReturnPostInput(ReceiptFieldsInput, MutationInput):
    purchase_order_id: strawberry.ID | None = strawberry.field(default=None, description="The order, by id.")
    purchase_order_number: str | None = strawberry.field(default=None, description="The order, by number instead.")
    lines: list[ReturnLineInput] = strawberry.field(description="What goes back, 1 to 500 entries.")
    reason: str | None = _optional(f"{_REASON} The debit memo's event repeats it.")


@strawberry.input(description="What may be said of a milestone.")
class MilestoneFieldsInput:
    number: int | None = _optional(
        "The number, unique on the line, 1 to 99999; a new one gets the next unless it is given."
    )
    description: str | None = _optional("What has to be done; at most 10,000 characters.")
    amount: Decimal | None = _optional(
        "What it is worth, in the order's currency, where the line's milestones are worth amounts; all of them together"
        " at most the line's amount."
    )
    percent: Decimal | None = _optional(
        "What it is worth, in percent of the line, where the line's milestones are worth percentages; all of them"
        " together at most 100."
    )
    due_date: date | None = _optional("When it is to be done.")


@strawberry.input(description="A milestone to plan.")
class MilestoneCreateInput(MilestoneFieldsInput, MutationInput):
    line_id: strawberry.ID = strawberry.field(description="The order line, which milestones acknowledge.")


@strawberry.input(
    description=(
        "What to change of a milestone that is open. Fields that are not given stay as they are; null takes a value"
        " away."
    )
)
class MilestoneUpdateInput(MilestoneFieldsInput, ChangeInput):
    id: strawberry.ID = strawberry.field(description=_MILESTONE)


@strawberry.input(description="A milestone that is done. What is said of the receipt goes to the one that it makes.")
class MilestoneConfirmInput(ReceiptFieldsInput, ChangeInput):
    id: strawberry.ID = strawberry.field(description=_MILESTONE)
    reason: str | None = _optional(_REASON)


@strawberry.input(description="A milestone to put off.")
class MilestoneDeferInput(ChangeInput):
    id: strawberry.ID = strawberry.field(description=_MILESTONE)
    due_date: date = strawberry.field(description="The new date: later than the one there is, and than today.")
    reason: str = strawberry.field(description=_WHY)


@strawberry.input(description="A milestone to cancel.")
class MilestoneCancelInput(ChangeInput):
    id: strawberry.ID = strawberry.field(description=_MILESTONE)
    reason: str = strawberry.field(description=_WHY)


@strawberry.input(description="Which receipts.")
class ReceiptWhere:
    and_: list["ReceiptWhere"] | None = _optional(_AND, "and")
    or_: list["ReceiptWhere"] | None = _optional(_OR, "or")
    not_: Optional["ReceiptWhere"] = _optional(_NOT, "not")
    id: IDFilter | None = _optional("By id.")
    number: StringFilter | None = _optional("By number.")
    external_id: StringFilter | None = _optional("By external id.")
    status: Filter[ReceiptStatus] | None = _optional("By whether they count.")
    purchase_order_id: IDFilter | None = _optional("By order.")
    milestone_id: IDFilter | None = _optional("By milestone.")
    received_on: DateFilter | None = _optional("By the day.")
    created_at: DateTimeFilter | None = _optional("By when they were posted.")


@strawberry.enum(description="What receipts are sorted by.")
class ReceiptOrderField(Enum):
    NUMBER = strawberry.enum_value("number", description="The number.")
    RECEIVED_ON = strawberry.enum_value("received_on", description="The day.")
    CREATED_AT = strawberry.enum_value("created_at", description="When it was posted.")


@strawberry.input(description="One key to sort receipts by.")
class ReceiptOrder:
    field: ReceiptOrderField = strawberry.field(description="What to sort by.")
    direction: Direction = strawberry.field(default=Direction.ASC, description="Which way.")


@strawberry.input(description="Which milestones.")
class MilestoneWhere:
    and_: list["MilestoneWhere"] | None = _optional(_AND, "and")
    or_: list["MilestoneWhere"] | None = _optional(_OR, "or")
    not_: Optional["MilestoneWhere"] = _optional(_NOT, "not")
    id: IDFilter | None = _optional("By id.")
    status: Filter[MilestoneStatus] | None = _optional("By where they stand.")
    purchase_order_id: IDFilter | None = _optional("By order.")
    line_id: IDFilter | None = _optional("By order line.")
    due_date: DateFilter | None = _optional("By when they are to be done.")


@strawberry.enum(description="What milestones are sorted by.")
class MilestoneOrderField(Enum):
    DUE_DATE = strawberry.enum_value("due_date", description="When it is to be done.")


@strawberry.input(description="One key to sort milestones by.")
class MilestoneOrder:
    field: MilestoneOrderField = strawberry.field(description="What to sort by.")
    direction: Direction = strawberry.field(default=Direction.ASC, description="Which way.")
