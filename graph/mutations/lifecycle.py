"""Purchase orders on their way: submitted, confirmed, canceled, reopened; their lines closed short and canceled."""

from typing import Any

import strawberry

from graph.context import Info
from graph.mutations.purchase_order import asked, change
from graph.types.mutation_input import ChangeInput
from graph.types.purchase_order_inputs import LineChangeInput, PurchaseOrderChangeInput
from models.statuses.orders import PurchaseOrderAction
from resolvers.orders import purchase_order_endings as endings
from resolvers.orders import purchase_order_lifecycle as lifecycle

_REASON = "Why; required, at most 2,000 characters."


@strawberry.input(description="An order to submit.")
class PurchaseOrderSubmitInput(PurchaseOrderChangeInput):
    issue_when_approved: bool = strawberry.field(
        default=True,
        description="Issue it as soon as it is approved; otherwise, or where there are as many active orders as there"
        " may be, it waits to be issued.",
    )


@strawberry.input(description="An order to cancel, by its id or its number.")
class PurchaseOrderCancelInput(ChangeInput):
    id: strawberry.ID | None = strawberry.field(default=None, description="The order, by id.")
    number: str | None = strawberry.field(default=None, description="The order, by number instead.")
    reason: str = strawberry.field(description=_REASON)


@strawberry.input(description="A line to end before it was received.")
class PurchaseOrderLineEndInput(ChangeInput):
    line_id: strawberry.ID = strawberry.field(description="The line, by id. `expectedVersion` is its order's.")
    reason: str = strawberry.field(description=_REASON)


@strawberry.type
class LifecycleMutations:
    @change(
        "Submits a draft, or a rejected order again: who has to agree is asked. Where no approval rule fits, it is"
        " approved at once.",
        PurchaseOrderAction.SUBMIT,
    )
    async def purchase_order_submit(self, info: Info, input: PurchaseOrderSubmitInput) -> Any:
        return await lifecycle.submit(info.context.call, asked(input), issue_when_approved=input.issue_when_approved)

    @change("Notes that the supplier has confirmed the order.", PurchaseOrderAction.CONFIRM)
    async def purchase_order_confirm(self, info: Info, input: PurchaseOrderChangeInput) -> Any:
        return await lifecycle.confirm(info.context.call, asked(input))

    @change(
        "Cancels what was not received of an order. Lines that were received or billed stay, closed short.",
        PurchaseOrderAction.CANCEL,
    )
    async def purchase_order_cancel(self, info: Info, input: PurchaseOrderCancelInput) -> Any:
        return await endings.cancel(info.context.call, asked(input))

    @change(
        "Opens an order again that a person closed. One that has expired meanwhile is expired, until it is extended.",
        PurchaseOrderAction.REOPEN,
    )
    async def purchase_order_reopen(self, info: Info, input: PurchaseOrderChangeInput) -> Any:
        return await endings.reopen(info.context.call, asked(input))

    @change(
        "Closes a line short: it counts with what was received of it, and what is open counts nowhere.",
        PurchaseOrderAction.CLOSE_LINE,
    )
    async def purchase_order_line_close(self, info: Info, input: PurchaseOrderLineEndInput) -> Any:
        return await endings.close_line(info.context.call, asked(input))

    @change("Cancels a line of which nothing was received or billed.", PurchaseOrderAction.CANCEL_LINE)
    async def purchase_order_line_cancel(self, info: Info, input: PurchaseOrderLineEndInput) -> Any:
        return await endings.cancel_line(info.context.call, asked(input))

    @change("Opens a line again that was closed short.", PurchaseOrderAction.REOPEN_LINE)
    async def purchase_order_line_reopen(self, info: Info, input: LineChangeInput) -> Any:
        return await endings.reopen_line(info.context.call, asked(input))
