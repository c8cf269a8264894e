"""Notices: sent again."""

from typing import Any, ClassVar

import strawberry

from graph.context import Info
from graph.payloads import Payload, mutation
from graph.types.mutation_input import MutationInput
from graph.types.notice import Notice
from models import notice as rows
from models.statuses.people import Role
from resolvers.telling import notice_delivery


@strawberry.input(description="A notice to send again.")
class NoticeResendInput(MutationInput):
    id: strawberry.ID = strawberry.field(description="Which one.")


@strawberry.type(description="A notice that is to be sent.")
class NoticePayload(Payload):
    entity: ClassVar[str] = "notice"
    row: ClassVar[Any] = rows.Notice
    notice: Notice | None = strawberry.field(description="The notice that will be sent; null where it was refused.")


@strawberry.type
class NoticeMutations:
    @mutation(
        NoticePayload,
        "Sends a notice again: one that waits, now; any other as a new mail to the address the contact has today.",
        Role.BUYER,
        Role.ACCOUNTS_PAYABLE,
    )
    async def notice_resend(self, info: Info, input: NoticeResendInput) -> Any:
        return await notice_delivery.resend(info.context.call, input.id)
