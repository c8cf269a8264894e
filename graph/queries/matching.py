"""What the rules of matching would decide."""

from typing import Annotated

import strawberry

from graph.context import Info
from graph.selection import plain
from graph.types.invoice_inputs import MatchPreviewInput
from graph.types.match import MatchPreview
from resolvers.invoicing import previews


@strawberry.type
class MatchingQueries:
    @strawberry.field(
        description="What the rules would decide about an invoice, with the reasons, among the orders as they are or as"
        " they would be. Nothing is stored."
    )
    async def match_preview(
        self,
        info: Info,
        input: Annotated[MatchPreviewInput, strawberry.argument(description="Which invoice, and what would differ.")],
    ) -> MatchPreview:
        return MatchPreview.of(await previews.preview(info.context.call, **plain(input)))
