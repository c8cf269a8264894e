"""Receiving: receipts, returns and milestones."""

from typing import Any, ClassVar

import strawberry

from graph.context import Info
from graph.payloads import Payload, mutation
from graph.types.mutation_input import given
from graph.types.receiving import Milestone, Receipt
from graph.types.receiving_inputs import (
    MilestoneCancelInput,
    MilestoneConfirmInput,
    MilestoneCreateInput,
    MilestoneDeferInput,
    MilestoneUpdateInput,
    ReceiptCancelInput,
    ReceiptCorrectInput,
    ReceiptPostInput,
    ReturnPostInput,
)
from models import receiving as rows
from models.statuses.orders import PurchaseOrderAction
from resolvers.receiving import milestones, receipts, returns
from resolvers.rules.transitions import roles_for


@strawberry.type(description="A receipt or return that was posted or canceled.")
class ReceiptPayload(Payload):
    entity: ClassVar[str] = "receipt"
    row: ClassVar[Any] = rows.Receipt
    receipt: Receipt | None = strawberry.field(description="The receipt as it is now; null where it was refused.")


@strawberry.type(description="A milestone that was planned or changed.")
class MilestonePayload(Payload):
    entity: ClassVar[str] = "milestone"
    row: ClassVar[Any] = rows.Milestone
    milestone: Milestone | None = strawberry.field(description="The milestone as it is now; null where it was refused.")


_RECEIVING = roles_for(PurchaseOrderAction.RECEIVE)
_RETURNING = roles_for(PurchaseOrderAction.RETURN)
_PLANNING = roles_for(PurchaseOrderAction.UPDATE_LINE)


@strawberry.type
class ReceivingMutations:
    @mutation(
        ReceiptPayload,
        "Posts goods that arrived: several entries, each of one line of the order. What a line may have at most is"
        " judged on everything it has received.",
        *_RECEIVING,
    )
    async def receipt_post(self, info: Info, input: ReceiptPostInput) -> Any:
        return await receipts.post(info.context.call, given(input))

    @mutation(
        ReceiptPayload,
        "Cancels a receipt of goods, and posts another one in its place where entries are given; answers the one that"
        " counts.",
        *_RECEIVING,
    )
    async def receipt_correct(self, info: Info, input: ReceiptCorrectInput) -> Any:
        return await receipts.correct(
            info.context.call, input.id, given(input), expected_version=input.expected_version
        )

    @mutation(
        ReceiptPayload,
        "Cancels a receipt or return: it counts nowhere any more. With a return its debit memo is withdrawn; with the"
        " receipt of a milestone, the milestone is to be confirmed again.",
        *_RECEIVING,
    )
    async def receipt_cancel(self, info: Info, input: ReceiptCancelInput) -> Any:
        return await receipts.cancel(
            info.context.call, input.id, reason=input.reason, expected_version=input.expected_version
        )

    @mutation(
        ReceiptPayload,
        "Posts goods that go back. They lower what was received; where something was billed on their lines, a debit"
        " memo claims their value.",
        *_RETURNING,
    )
    async def return_post(self, info: Info, input: ReturnPostInput) -> Any:
        return await returns.post(info.context.call, given(input))

    @mutation(MilestonePayload, "Plans a milestone of a line that milestones acknowledge.", *_PLANNING)
    async def milestone_create(self, info: Info, input: MilestoneCreateInput) -> Any:
        return await milestones.create(info.context.call, given(input))

    @mutation(MilestonePayload, "Changes a milestone that is open.", *_PLANNING)
    async def milestone_update(self, info: Info, input: MilestoneUpdateInput) -> Any:
        return await milestones.update(
            info.context.call, input.id, given(input), expected_version=input.expected_version
        )

    @mutation(
        MilestonePayload, "Confirms that a milestone is done, as a whole: it makes a services receipt.", *_RECEIVING
    )
    async def milestone_confirm(self, info: Info, input: MilestoneConfirmInput) -> Any:
        return await milestones.confirm(
            info.context.call, input.id, given(input), expected_version=input.expected_version
        )

    @mutation(MilestonePayload, "Puts a milestone that is open off to a later date, for a reason.", *_RECEIVING)
    async def milestone_defer(self, info: Info, input: MilestoneDeferInput) -> Any:
        return await milestones.defer(
            info.context.call,
            input.id,
            due_date=input.due_date,
            reason=input.reason,
            expected_version=input.expected_version,
        )

    @mutation(
        MilestonePayload, "Cancels a milestone that is open, for a reason: others may take its worth.", *_PLANNING
    )
    async def milestone_cancel(self, info: Info, input: MilestoneCancelInput) -> Any:
        return await milestones.cancel(
            info.context.call, input.id, reason=input.reason, expected_version=input.expected_version
        )
