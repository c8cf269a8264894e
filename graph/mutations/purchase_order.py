"""Purchase orders: made, changed, issued, put on hold, extended, closed, copied, deleted."""

from typing import Any, ClassVar

import strawberry

from graph.context import Info
from graph.payloads import Payload, mutation
from graph.types.mutation_input import MutationInput, given
from graph.types.purchase_order import PurchaseOrder
from graph.types.purchase_order_inputs import (
    PurchaseOrderChangeInput,
    PurchaseOrderCopyInput,
    PurchaseOrderCreateInput,
    PurchaseOrderExtendInput,
    PurchaseOrderUpdateInput,
)
from models import purchase_order as rows
from models.statuses.orders import PurchaseOrderAction
from models.statuses.people import Role
from resolvers.orders import purchase_order_states as states
from resolvers.orders import purchase_orders
from resolvers.orders.purchase_order_edits import Asked
from resolvers.rules.transitions import roles_for

_WHICH = ("id", "number", "line_id", "contact_id", "expected_version", "reason")


@strawberry.type(description="An order that was made or changed.")
class PurchaseOrderPayload(Payload):
    entity: ClassVar[str] = "purchase_order"
    row: ClassVar[Any] = rows.PurchaseOrder
    purchase_order: PurchaseOrder | None = strawberry.field(
        description="The order as it is now; null where it was refused or is gone."
    )


def change(description: str, action: PurchaseOrderAction) -> Any:
    """A mutation of an order that exists: the table of actions says who may do it."""
    return mutation(PurchaseOrderPayload, description, *roles_for(action))


def asked(input: Any) -> Asked:
    """Which order an input means, and what it says about the change."""
    return Asked(**{name: getattr(input, name) for name in _WHICH if hasattr(input, name)})


def fields(input: MutationInput) -> dict[str, Any]:
    """The fields of a change that are to be stored."""
    return {name: value for name, value in given(input).items() if name not in _WHICH}


@strawberry.type
class PurchaseOrderMutations:
    @mutation(
        PurchaseOrderPayload,
        "Makes an order with its lines, contacts and tags: a draft, or issued at once. All of it is made, or nothing.",
        Role.BUYER,
    )
    async def purchase_order_create(self, info: Info, input: PurchaseOrderCreateInput) -> Any:
        return await purchase_orders.create(info.context.call, given(input))

    @change("Changes what an order says. Its number, type and currency stay.", PurchaseOrderAction.UPDATE)
    async def purchase_order_update(self, info: Info, input: PurchaseOrderUpdateInput) -> Any:
        return await purchase_orders.update(info.context.call, asked(input), fields(input))

    @change("Issues a draft: it becomes binding and serves invoices.", PurchaseOrderAction.ISSUE)
    async def purchase_order_issue(self, info: Info, input: PurchaseOrderChangeInput) -> Any:
        return await states.issue(info.context.call, asked(input))

    @change("Puts an order on hold: it serves no invoice until it is resumed.", PurchaseOrderAction.SUSPEND)
    async def purchase_order_suspend(self, info: Info, input: PurchaseOrderChangeInput) -> Any:
        return await states.suspend(info.context.call, asked(input))

    @change("Takes an order off hold. One that has expired meanwhile stays expired.", PurchaseOrderAction.RESUME)
    async def purchase_order_resume(self, info: Info, input: PurchaseOrderChangeInput) -> Any:
        return await states.resume(info.context.call, asked(input))

    @change(
        "Sets a later expiration date, which revives an expired order. Its lines' end dates stay where they are.",
        PurchaseOrderAction.EXTEND,
    )
    async def purchase_order_extend(self, info: Info, input: PurchaseOrderExtendInput) -> Any:
        return await states.extend(info.context.call, asked(input), input.expiration_date)

    @change("Closes an order for good: it serves no further invoice.", PurchaseOrderAction.CLOSE)
    async def purchase_order_close(self, info: Info, input: PurchaseOrderChangeInput) -> Any:
        return await states.close(info.context.call, asked(input))

    @change(
        "Makes an order like another one for a later period: lines, contacts and tags carried, balances fresh.",
        PurchaseOrderAction.COPY,
    )
    async def purchase_order_copy(self, info: Info, input: PurchaseOrderCopyInput) -> Any:
        return await purchase_orders.copy(info.context.call, asked(input), _copied(input))

    @change(
        "Deletes an order that never served an invoice; its history stays. One that has can be closed.",
        PurchaseOrderAction.DELETE,
    )
    async def purchase_order_delete(self, info: Info, input: PurchaseOrderChangeInput) -> Any:
        return await purchase_orders.delete(info.context.call, asked(input))


def _copied(input: PurchaseOrderCopyInput) -> dict[str, Any]:
    """What an input says of the copy; the number among it is the copy's."""
    said = fields(input)
    return {"number" if name == "new_number" else name: value for name, value in said.items()}
