"""What mutations of requisitions take."""

from datetime import date
from decimal import Decimal
from typing import Any

import strawberry

from graph.scalars import CurrencyCode
from graph.types.mutation_input import AddressInput, ChangeInput, MutationInput
from models.statuses.orders import AcknowledgmentType, LineItemType, OrderType, ProductType

_STAYS = "Fields that are not given stay as they are; null takes a value away."
_REASON = "Why, for the history; at most 2,000 characters."


def _optional(description: str) -> Any:
    return strawberry.field(default=strawberry.UNSET, description=description)


@strawberry.input(description="Who is to draw on the blanket orders that are made: exactly one of these.")
class RequisitionPermissionInput:
    user_id: strawberry.ID | None = _optional("A user.")
    group_id: strawberry.ID | None = _optional("A group: all its members, whoever they will be.")
    cost_center_id: strawberry.ID | None = _optional("A cost center: all its users, whoever they will be.")


@strawberry.input(description="What may be said of a line, old or new. Amounts are in the requisition's currency.")
class RequisitionLineFieldsInput:
    supplier_id: strawberry.ID | None = _optional("Who is to sell it; needed to submit. A product tells it, too.")
    product_id: strawberry.ID | None = _optional(
        "The supplier's product: description, part number, unit, product type, and the price for the quantity are "
        "taken over from it where they are not given."
    )
    business_owner_id: strawberry.ID | None = _optional("Who is to place the order; the requester unless given.")
    shipping_method_id: strawberry.ID | None = _optional("How it is to be delivered.")
    order_type: OrderType | None = _optional("What kind of order is to be made of it; STANDARD for a new line.")
    description: str | None = _optional("What is asked for; at most 10,000 characters.")
    part_number: str | None = _optional("The supplier's part number; at most 100 characters.")
    line_item_type: LineItemType | None = _optional(
        "Which categories of invoices the order line is to accept; ALL for a new line."
    )
    product_type: ProductType | None = _optional("What kind of thing it is; SERVICE for a new line.")
    acknowledgment_type: AcknowledgmentType | None = _optional("How delivery is acknowledged; only for services.")
    goods_receipt_required: bool | None = _optional("Whether goods must be received before invoices are paid.")
    unit: str | None = _optional("FIXED_FEE, INDIVIDUAL_UNIT (for a new line), or a UN/ECE unit code such as HUR.")
    quantity: Decimal | None = _optional(
        "The quantity, above 0, with at most six decimals; whole for goods that are counted. 1 for a new line."
    )
    unit_price: Decimal | None = _optional("The price expected for one unit, with at most six decimals.")
    ship_to: AddressInput | None = _optional("Where it is to be delivered; replaces the address there is as a whole.")
    expected_delivery_date: date | None = _optional("When it is needed.")
    start_date: date | None = _optional("The first day it is for.")
    end_date: date | None = _optional("The last day it is for.")


@strawberry.input(description="A line to add to a requisition.")
class RequisitionLineInput(RequisitionLineFieldsInput):
    number: int | None = _optional("The number, unique in the requisition; after the highest unless given.")


@strawberry.input(description=f"What to change of a line. {_STAYS} Its number cannot change.")
class RequisitionLineChanges(RequisitionLineFieldsInput):
    pass


@strawberry.input(description="What a requisition says and refers to, old or new.")
class RequisitionFieldsInput:
    external_id: str | None = _optional(
        "The key in the client's own system, unique in the organization; at most 200 characters."
    )
    display_name: str | None = _optional("The name; at most 200 characters.")
    description: str | None = _optional("What it is for; at most 10,000 characters.")
    requested_by_id: strawberry.ID | None = _optional("Who wants it; the caller for a new requisition.")
    assigned_to_id: strawberry.ID | None = _optional(
        "Who in procurement handles it: the primary contact of the orders that are made."
    )
    cost_center_id: strawberry.ID | None = _optional("Who bears the expense.")
    legal_entity_id: strawberry.ID | None = _optional("The company that buys.")
    purchasing_entity_id: strawberry.ID | None = _optional("The part of the organization that orders.")
    payment_term_id: strawberry.ID | None = _optional("When invoices are to be due.")
    permissions: list[RequisitionPermissionInput] | None = _optional(
        "Who may draw on the blanket orders that are made, at most 100; replaces those there are as a whole."
    )


@strawberry.input(description="A requisition to write, with its lines: all of it or nothing.")
class RequisitionCreateInput(RequisitionFieldsInput, MutationInput):
    currency: CurrencyCode = strawberry.field(description="The currency of all amounts. It cannot change afterwards.")
    lines: list[RequisitionLineInput] | None = _optional("Its lines, at most 1,000.")


@strawberry.input(description="Which requisition is meant, by its id or its number.")
class RequisitionChangeInput(ChangeInput):
    id: strawberry.ID | None = strawberry.field(default=None, description="The requisition, by id.")
    number: str | None = strawberry.field(default=None, description="The requisition, by number instead.")
    reason: str | None = strawberry.field(default=None, description=_REASON)


@strawberry.input(description=f"What to change of a requisition. {_STAYS}")
class RequisitionUpdateInput(RequisitionFieldsInput, RequisitionChangeInput):
    pass


@strawberry.input(description="A line to add to a requisition.")
class RequisitionLineAddInput(RequisitionChangeInput):
    line: RequisitionLineInput = strawberry.field(description="The line.")


@strawberry.input(description="A line of a requisition to remove.")
class RequisitionLineRemoveInput(ChangeInput):
    line_id: strawberry.ID = strawberry.field(description="The line, by id. `expectedVersion` is its requisition's.")
    reason: str | None = strawberry.field(default=None, description=_REASON)


@strawberry.input(description="A line of a requisition to change.")
class RequisitionLineUpdateInput(RequisitionLineRemoveInput):
    line: RequisitionLineChanges = strawberry.field(description="What to change.")


@strawberry.input(description="How much of a requisition line is to be ordered.")
class RequisitionOrderLineInput:
    line_id: strawberry.ID = strawberry.field(description="The line of the requisition.")
    quantity: Decimal | None = _optional("How much, at most what is open; all that is open unless given.")


@strawberry.input(description="A requisition to make orders of.")
class RequisitionOrderInput(RequisitionChangeInput):
    lines: list[RequisitionOrderLineInput] | None = _optional("What to order; all that is open unless given.")
    submit: bool = strawberry.field(
        default=False, description="Submit the orders at once, as purchaseOrderSubmit would; otherwise they are drafts."
    )
