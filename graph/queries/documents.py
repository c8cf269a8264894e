"""The documents by key, and the lists of them."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from graph.context import Info
from graph.fields import root_list
from graph.types.common import Connection, Node
from graph.types.event import Event
from graph.types.inputs import (
    EventWhere,
    InvoiceOrder,
    InvoiceWhere,
    NumberedOrder,
    NumberedWhere,
    PurchaseOrderOrder,
    PurchaseOrderWhere,
    SellerEntityWhere,
    SupplierOrder,
    SupplierWhere,
    UserOrder,
    UserWhere,
)
from graph.types.invoice import Invoice
from graph.types.organization import (
    ApiToken,
    CostCenter,
    LegalEntity,
    Organization,
    PaymentTerm,
    PurchasingEntity,
    ShippingMethod,
    User,
)
from graph.types.purchase_order import PurchaseOrder
from graph.types.requisition import PurchaseRequisition
from graph.types.sourcing_filters import RequisitionOrder, RequisitionWhere
from graph.types.supplier import SellerEntity, Supplier
from models import event as event_rows
from models import invoice as invoice_rows
from models import organization as organization_rows
from models import purchase_order as purchase_order_rows
from models import requisition as requisition_rows
from models import supplier as supplier_rows
from resolvers import documents, lists
from resolvers.visibility import visible_to

ById = Annotated[strawberry.ID | None, strawberry.argument(description="By id.")]
ByNumber = Annotated[str | None, strawberry.argument(description="By number.")]
ByExternalId = Annotated[str | None, strawberry.argument(description="By the key in the client's own system.")]
AsOfMoment = Annotated[
    datetime | None,
    strawberry.argument(description="Read it as it stood at this moment. Of other documents only those there then."),
]
InVersion = Annotated[
    int | None,
    strawberry.argument(description="Read it as it last stood in this version, before a revision made the next one."),
]


@strawberry.type
class DocumentQueries:
    @strawberry.field(
        graphql_type=Node | None,
        description="Anything with an id; null where there is nothing with it for this caller.",
    )
    def node(self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The id.")]) -> Any:
        return documents.node(info.context.actor, id)

    @strawberry.field(
        graphql_type=list[Node | None],
        description="Several things by their ids, in that order; null for each that is not there.",
    )
    def nodes(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="The ids, at most 100.")],
    ) -> Any:
        return documents.nodes(info.context.actor, ids)

    @strawberry.field(
        graphql_type=PurchaseOrder | None,
        description="An order by exactly one of its keys, as it is or, with `asOf` or `version`, as it was, with all "
        "that is asked for below it; null where there is none for this caller, or was none then.",
    )
    def purchase_order(  # noqa: PLR0913, PLR0917 - its keys, and as of when
        self,
        info: Info,
        id: ById = None,
        number: ByNumber = None,
        external_id: ByExternalId = None,
        as_of: AsOfMoment = None,
        version: InVersion = None,
    ) -> Any:
        return documents.purchase_order(
            info.context.actor, id=id, number=number, external_id=external_id, as_of=as_of, version=version
        )

    @strawberry.field(
        graphql_type=Invoice | None,
        description="An invoice by its id, its external id, or its supplier and the supplier's number together.",
    )
    def invoice(
        self,
        info: Info,
        id: ById = None,
        external_id: ByExternalId = None,
        supplier_id: Annotated[strawberry.ID | None, strawberry.argument(description="Whose invoice.")] = None,
        supplier_invoice_number: Annotated[
            str | None, strawberry.argument(description="The supplier's number; with supplierId.")
        ] = None,
    ) -> Any:
        return documents.invoice(
            info.context.actor,
            id=id,
            external_id=external_id,
            supplier_id=supplier_id,
            supplier_invoice_number=supplier_invoice_number,
        )

    @strawberry.field(graphql_type=Supplier | None, description="A supplier by exactly one of its keys.")
    def supplier(self, info: Info, id: ById = None, number: ByNumber = None, external_id: ByExternalId = None) -> Any:
        return documents.supplier(info.context.actor, id=id, number=number, external_id=external_id)

    @strawberry.field(graphql_type=User, description="The user who is calling.")
    def viewer(self, info: Info) -> Any:
        return documents.viewer(info.context.actor)

    @strawberry.field(graphql_type=Organization, description="The organization of the caller, with its settings.")
    def organization(self, info: Info) -> Any:
        return visible_to(organization_rows.Organization, info.context.actor)

    purchase_orders = root_list(
        "All orders, the latest first unless sorted otherwise.",
        purchase_order_rows.PurchaseOrder,
        lists.PURCHASE_ORDERS,
        of=Connection[PurchaseOrder],
        where=PurchaseOrderWhere,
        order=PurchaseOrderOrder,
    )
    invoices = root_list(
        "All invoices, the latest first unless sorted otherwise.",
        invoice_rows.Invoice,
        lists.INVOICES,
        of=Connection[Invoice],
        where=InvoiceWhere,
        order=InvoiceOrder,
    )
    suppliers = root_list(
        "All suppliers, by name unless sorted otherwise.",
        supplier_rows.Supplier,
        lists.SUPPLIERS,
        of=Connection[Supplier],
        where=SupplierWhere,
        order=SupplierOrder,
    )
    events = root_list(
        "Everything that happened, the latest first.",
        event_rows.Event,
        lists.EVENTS,
        of=Connection[Event],
        where=EventWhere,
    )
    seller_entities = root_list(
        "All companies of suppliers that bill, by name.",
        supplier_rows.SellerEntity,
        lists.SELLER_ENTITIES,
        of=Connection[SellerEntity],
        where=SellerEntityWhere,
    )
    users = root_list(
        "All users, by name unless sorted otherwise.",
        organization_rows.User,
        lists.USERS,
        of=Connection[User],
        where=UserWhere,
        order=UserOrder,
    )
    cost_centers = root_list(
        "All cost centers, by number unless sorted otherwise.",
        organization_rows.CostCenter,
        lists.NUMBERED,
        of=Connection[CostCenter],
        where=NumberedWhere,
        order=NumberedOrder,
    )
    legal_entities = root_list(
        "All companies of the organization, by number unless sorted otherwise.",
        organization_rows.LegalEntity,
        lists.NUMBERED,
        of=Connection[LegalEntity],
        where=NumberedWhere,
        order=NumberedOrder,
    )
    purchasing_entities = root_list(
        "All parts of the organization that order, by number unless sorted otherwise.",
        organization_rows.PurchasingEntity,
        lists.NUMBERED,
        of=Connection[PurchasingEntity],
        where=NumberedWhere,
        order=NumberedOrder,
    )
    payment_terms = root_list(
        "All payment terms.", organization_rows.PaymentTerm, lists.NAMED, of=Connection[PaymentTerm]
    )
    shipping_methods = root_list(
        "All shipping methods.", organization_rows.ShippingMethod, lists.NAMED, of=Connection[ShippingMethod]
    )
    requisitions = root_list(
        "All requisitions, the latest first unless sorted otherwise.",
        requisition_rows.PurchaseRequisition,
        lists.REQUISITIONS,
        of=Connection[PurchaseRequisition],
        where=RequisitionWhere,
        order=RequisitionOrder,
    )
    api_tokens = root_list(
        "The caller's API tokens; an administrator sees all of the organization's.",
        organization_rows.ApiToken,
        lists.NAMED,
        of=Connection[ApiToken],
    )
