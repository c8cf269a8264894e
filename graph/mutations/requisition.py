"""Requisitions: written, submitted, withdrawn, ordered."""

from typing import Any, ClassVar

import strawberry

from graph.context import Info
from graph.payloads import Payload, mutation
from graph.types.mutation_input import MutationInput, given
from graph.types.requisition import PurchaseRequisition
from graph.types.requisition_inputs import (
    RequisitionChangeInput,
    RequisitionCreateInput,
    RequisitionLineAddInput,
    RequisitionLineRemoveInput,
    RequisitionLineUpdateInput,
    RequisitionOrderInput,
    RequisitionUpdateInput,
)
from models import requisition as rows
from models.statuses.people import Role
from resolvers.sourcing import requisitions
from resolvers.sourcing.requisitions import Meant

_WHICH = ("id", "number", "line_id", "expected_version", "reason")


@strawberry.type(description="A requisition that was written, changed or ordered.")
class RequisitionPayload(Payload):
    entity: ClassVar[str] = "requisition"
    row: ClassVar[Any] = rows.PurchaseRequisition
    requisition: PurchaseRequisition | None = strawberry.field(
        description="The requisition as it is now, with the orders made from it; null where it was refused."
    )


def _meant(input: Any) -> Meant:
    """Which requisition an input means, and what it says about the change."""
    return Meant(**{name: getattr(input, name) for name in _WHICH if hasattr(input, name)})


def _fields(input: MutationInput) -> dict[str, Any]:
    return {name: value for name, value in given(input).items() if name not in _WHICH}


@strawberry.type
class RequisitionMutations:
    @mutation(RequisitionPayload, "Writes a requisition with its lines: a draft.", Role.BUYER)
    async def requisition_create(self, info: Info, input: RequisitionCreateInput) -> Any:
        return await requisitions.create(info.context.call, given(input))

    @mutation(RequisitionPayload, "Changes what a draft of a requisition says.", Role.BUYER)
    async def requisition_update(self, info: Info, input: RequisitionUpdateInput) -> Any:
        return await requisitions.update(info.context.call, _meant(input), _fields(input))

    @mutation(RequisitionPayload, "Adds a line to a draft of a requisition.", Role.BUYER)
    async def requisition_line_add(self, info: Info, input: RequisitionLineAddInput) -> Any:
        return await requisitions.add_line(info.context.call, _meant(input), _fields(input)["line"])

    @mutation(RequisitionPayload, "Changes a line of a draft of a requisition.", Role.BUYER)
    async def requisition_line_update(self, info: Info, input: RequisitionLineUpdateInput) -> Any:
        return await requisitions.update_line(info.context.call, _meant(input), _fields(input)["line"])

    @mutation(RequisitionPayload, "Removes a line of a draft of a requisition.", Role.BUYER)
    async def requisition_line_remove(self, info: Info, input: RequisitionLineRemoveInput) -> Any:
        return await requisitions.remove_line(info.context.call, _meant(input))

    @mutation(
        RequisitionPayload,
        "Asks for what a draft says. Where the settings say so, it is ordered at once, and the orders are submitted.",
        Role.BUYER,
    )
    async def requisition_submit(self, info: Info, input: RequisitionChangeInput) -> Any:
        return await requisitions.submit(info.context.call, _meant(input))

    @mutation(
        RequisitionPayload,
        "Withdraws a requisition: nothing more of it is ordered. Orders made from it stay.",
        Role.BUYER,
    )
    async def requisition_cancel(self, info: Info, input: RequisitionChangeInput) -> Any:
        return await requisitions.cancel(info.context.call, _meant(input))

    @mutation(
        RequisitionPayload,
        "Makes orders of a requisition, one for each supplier, business owner, order type and shipping method; all of "
        "them, or none.",
        Role.BUYER,
    )
    async def requisition_order(self, info: Info, input: RequisitionOrderInput) -> Any:
        lines = _fields(input).get("lines")
        return await requisitions.order(info.context.call, _meant(input), lines, submit=input.submit)
