"""Requisitions, contracts, and what suppliers offer."""

from typing import Annotated, Any

import strawberry

from graph.context import Info
from graph.fields import root_list
from graph.types.common import Connection
from graph.types.contract import Contract
from graph.types.product import SupplierProduct
from graph.types.requisition import PurchaseRequisition
from graph.types.sourcing_filters import ContractOrder, ContractWhere, SupplierProductOrder, SupplierProductWhere
from models import contract as rows
from resolvers import documents, lists

ById = Annotated[strawberry.ID | None, strawberry.argument(description="By id.")]
ByNumber = Annotated[str | None, strawberry.argument(description="By number.")]
ByExternalId = Annotated[str | None, strawberry.argument(description="By the key in the client's own system.")]


@strawberry.type
class SourcingQueries:
    @strawberry.field(
        graphql_type=PurchaseRequisition | None,
        description="A requisition by exactly one of its keys; null where there is none for this caller.",
    )
    def requisition(
        self, info: Info, id: ById = None, number: ByNumber = None, external_id: ByExternalId = None
    ) -> Any:
        return documents.requisition(info.context.actor, id=id, number=number, external_id=external_id)

    @strawberry.field(
        graphql_type=Contract | None,
        description="A contract by exactly one of its keys; null where there is none for this caller.",
    )
    def contract(self, info: Info, id: ById = None, number: ByNumber = None) -> Any:
        return documents.contract(info.context.actor, id=id, number=number)

    supplier_products = root_list(
        "What all suppliers offer, by part number unless sorted otherwise.",
        rows.SupplierProduct,
        lists.SUPPLIER_PRODUCTS,
        of=Connection[SupplierProduct],
        where=SupplierProductWhere,
        order=SupplierProductOrder,
    )
    contracts = root_list(
        "All contracts, by number unless sorted otherwise.",
        rows.Contract,
        lists.CONTRACTS,
        of=Connection[Contract],
        where=ContractWhere,
        order=ContractOrder,
    )
