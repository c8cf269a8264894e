"""What may be done with an order, and what its author may have overlooked."""

from datetime import date

import strawberry

from graph.errors import UserError, told
from models.statuses.orders import LineItemType, OrderWarningKind, PurchaseOrderAction
from resolvers.rules.transitions import Availability


@strawberry.type(description="Whether the caller may do something with an order now.")
class AvailableAction:
    action: PurchaseOrderAction = strawberry.field(description="What may be done.")
    allowed: bool = strawberry.field(description="Whether the caller may do it now.")

    @strawberry.field(description="Why not: what the mutation would answer. Empty where it may be done.")
    @staticmethod
    def reasons(available: strawberry.Parent[Availability]) -> list[UserError]:
        return [told(reason) for reason in available.reasons]


@strawberry.type(description="Something that the author of an order may have overlooked. It is told, never refused.")
class OrderWarning:
    kind: OrderWarningKind = strawberry.field(description="What kind of thing.")
    message: str = strawberry.field(description="The warning in a sentence for a person.")
    line_item_type: LineItemType | None = strawberry.field(
        description="The line item type it is about; null where it is about none."
    )
    line_numbers: list[int] = strawberry.field(description="The numbers of the lines it is about.")
    start_date: date | None = strawberry.field(description="The first day it is about; null where it is about no days.")
    end_date: date | None = strawberry.field(
        description="The last day it is about; null where there is none, or where it is about no days."
    )
