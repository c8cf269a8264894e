"""What an order was before, and what it is to become."""

import strawberry

from graph.fields import connected, first
from graph.types.common import Connection
from graph.types.revision import PurchaseOrderVersion, Revision, difference
from graph.types.revision_inputs import RevisionWhere
from resolvers import lists
from resolvers.revising.version_differences import DIFFERENCE


@strawberry.type(description="What an order was before, and what it is to become.")
class OrderHistory:
    open_revision: Revision | None = first(
        "The revision that is being written, waits for approval or for being applied.",
        "revisions",
        only=lists.OPEN_REVISION,
    )
    revisions = connected(
        "Its revisions, the latest first.",
        "revisions",
        lists.REVISIONS,
        of=Connection[Revision],
        where=RevisionWhere,
    )
    history = connected(
        "The versions before the current one, the latest first; empty where it was never revised.",
        "versions",
        lists.ORDER_VERSIONS,
        of=Connection[PurchaseOrderVersion],
    )
    diff = difference("What differs between two versions; null where one of them never was.", DIFFERENCE)
