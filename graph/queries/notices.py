"""What people were told, and how it reads."""

from typing import Annotated

import strawberry

from graph.context import Info
from graph.fields import root_list
from graph.types.common import Connection
from graph.types.inputs import NoticeWhere
from graph.types.notice import Notice, NoticePreview
from models import notice as rows
from models.statuses.people import NoticeKind
from resolvers import lists
from resolvers.telling import notice_delivery


@strawberry.type
class NoticeQueries:
    notices = root_list(
        "Everything that people were told or are to be told, the latest first.",
        rows.Notice,
        lists.NOTICES,
        of=Connection[Notice],
        where=NoticeWhere,
    )

    @strawberry.field(
        description="How a notice reads, or how one about an order would: give noticeId, or purchaseOrderId and kind."
        " Nothing is sent. Null where there is no such notice or order for the caller."
    )
    async def notice_preview(
        self,
        info: Info,
        notice_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="A notice that was written.")
        ] = None,
        purchase_order_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="An order, as it is now; with kind.")
        ] = None,
        kind: Annotated[
            NoticeKind | None, strawberry.argument(description="What would be told; with purchaseOrderId.")
        ] = None,
    ) -> NoticePreview | None:
        found = await notice_delivery.preview(
            info.context.call, notice_id=notice_id, purchase_order_id=purchase_order_id, kind=kind
        )
        return NoticePreview(**found) if found else None
