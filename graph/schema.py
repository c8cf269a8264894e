"""The schema: queries and mutations put together, and the types that nothing else leads to."""

from functools import cache

import strawberry
from strawberry.schema.config import StrawberryConfig

from graph.errors import ERROR_TYPES
from graph.executor import Executor
from graph.mutations.approval import ApprovalMutations
from graph.mutations.blanket import BlanketMutations
from graph.mutations.collaboration import CollaborationMutations
from graph.mutations.importing import ImportMutations
from graph.mutations.invoice import InvoiceMutations
from graph.mutations.invoice_states import InvoiceStateMutations
from graph.mutations.lifecycle import LifecycleMutations
from graph.mutations.master_data import MasterDataMutations
from graph.mutations.matching import MatchingMutations
from graph.mutations.notice import NoticeMutations
from graph.mutations.organization import OrganizationMutations
from graph.mutations.payment import PaymentMutations
from graph.mutations.purchase_order import PurchaseOrderMutations
from graph.mutations.purchase_order_parts import PurchaseOrderPartMutations
from graph.mutations.receiving import ReceivingMutations
from graph.mutations.requisition import RequisitionMutations
from graph.mutations.revision import RevisionMutations
from graph.mutations.sourcing import SourcingMutations
from graph.mutations.supplier import SupplierMutations
from graph.mutations.token import TokenMutations
from graph.mutations.verification import VerificationMutations
from graph.queries.approvals import ApprovalQueries
from graph.queries.collaboration import CollaborationQueries
from graph.queries.dashboard import DashboardQueries
from graph.queries.documents import DocumentQueries
from graph.queries.matching import MatchingQueries
from graph.queries.notices import NoticeQueries
from graph.queries.payments import PaymentQueries
from graph.queries.receiving import ReceivingQueries
from graph.queries.revisions import RevisionQueries
from graph.queries.sourcing import SourcingQueries
from graph.queries.verification import VerificationQueries
from graph.scalars import SCALARS
from graph.types import enums

enums.register_all()


@strawberry.type(description="What can be asked.")
class Query(
    DocumentQueries,
    MatchingQueries,
    DashboardQueries,
    NoticeQueries,
    VerificationQueries,
    CollaborationQueries,
    SourcingQueries,
    ReceivingQueries,
    ApprovalQueries,
    RevisionQueries,
    PaymentQueries,
):
    pass


@strawberry.type(description="What can be done.")
class Mutation(
    PurchaseOrderMutations,
    PurchaseOrderPartMutations,
    LifecycleMutations,
    ApprovalMutations,
    InvoiceMutations,
    InvoiceStateMutations,
    PaymentMutations,
    MatchingMutations,
    ImportMutations,
    SupplierMutations,
    MasterDataMutations,
    NoticeMutations,
    OrganizationMutations,
    TokenMutations,
    VerificationMutations,
    BlanketMutations,
    CollaborationMutations,
    ReceivingMutations,
    RequisitionMutations,
    SourcingMutations,
    RevisionMutations,
):
    pass


@cache
def schema() -> strawberry.Schema:
    """The one schema of the server."""
    return strawberry.Schema(
        query=Query,
        mutation=Mutation,
        types=list(ERROR_TYPES.values()),
        execution_context_class=Executor,
        config=StrawberryConfig(scalar_map=SCALARS),
    )
