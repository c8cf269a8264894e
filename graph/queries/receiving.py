"""Receipts and milestones: by key, and the lists of them."""

from typing import Any

import strawberry

from graph.context import Info
from graph.fields import root_list
from graph.queries.documents import ByExternalId, ById, ByNumber
from graph.types.common import Connection
from graph.types.receiving import Milestone, Receipt
from graph.types.receiving_inputs import MilestoneOrder, MilestoneWhere, ReceiptOrder, ReceiptWhere
from models import receiving as rows
from resolvers import documents, lists


@strawberry.type
class ReceivingQueries:
    @strawberry.field(graphql_type=Receipt | None, description="A receipt or return by exactly one of its keys.")
    def receipt(self, info: Info, id: ById = None, number: ByNumber = None, external_id: ByExternalId = None) -> Any:
        return documents.receipt(info.context.actor, id=id, number=number, external_id=external_id)

    receipts = root_list(
        "All receipts and returns, the latest first unless sorted otherwise.",
        rows.Receipt,
        lists.RECEIPTS,
        of=Connection[Receipt],
        where=ReceiptWhere,
        order=ReceiptOrder,
    )
    milestones = root_list(
        "All milestones, in the order in which they were planned unless sorted otherwise.",
        rows.Milestone,
        lists.MILESTONES,
        of=Connection[Milestone],
        where=MilestoneWhere,
        order=MilestoneOrder,
    )
