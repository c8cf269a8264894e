"""Filters and orders of the lists."""

from enum import Enum
from typing import Any, Optional

import strawberry

from graph.types.filters import (
    BooleanFilter,
    DateFilter,
    DateTimeFilter,
    DecimalFilter,
    Direction,
    Filter,
    IDFilter,
    IntFilter,
    StringFilter,
)
from models.statuses.invoices import (
    DiscrepancyKind,
    DiscrepancyState,
    InvoiceCategory,
    InvoiceKind,
    InvoiceStatus,
    MatchCriterion,
)
from models.statuses.orders import (
    LineItemType,
    LineStatus,
    MatchingStatus,
    OrderType,
    ProductType,
    PurchaseOrderStatus,
    TaskState,
)
from models.statuses.people import NoticeKind, NoticeState

_AND = "All of these hold."
_OR = "At least one of these holds."
_NOT = "This does not hold."


def _optional(description: str, name: str | None = None) -> Any:
    return strawberry.field(default=strawberry.UNSET, description=description, name=name)


@strawberry.input(description="Which orders.")
class PurchaseOrderWhere:
    and_: list["PurchaseOrderWhere"] | None = _optional(_AND, "and")
    or_: list["PurchaseOrderWhere"] | None = _optional(_OR, "or")
    not_: Optional["PurchaseOrderWhere"] = _optional(_NOT, "not")
    id: IDFilter | None = _optional("By id.")
    number: StringFilter | None = _optional("By number.")
    external_id: StringFilter | None = _optional("By external id.")
    status: Filter[PurchaseOrderStatus] | None = _optional("By lifecycle status.")
    matching_status: Filter[MatchingStatus] | None = _optional("By matching status, as of today.")
    order_type: Filter[OrderType] | None = _optional("By type.")
    supplier_id: IDFilter | None = _optional("By supplier.")
    cost_center_id: IDFilter | None = _optional("By cost center.")
    legal_entity_id: IDFilter | None = _optional("By legal entity.")
    business_owner_id: IDFilter | None = _optional("By business owner.")
    requisition_id: IDFilter | None = _optional("By requisition.")
    effective_date: DateFilter | None = _optional("By effective date.")
    expiration_date: DateFilter | None = _optional("By expiration date.")
    total_amount: DecimalFilter | None = _optional("By total amount, whatever the currency.")
    balance: DecimalFilter | None = _optional("By current balance, whatever the currency.")
    created_at: DateTimeFilter | None = _optional("By when it was created.")
    updated_at: DateTimeFilter | None = _optional("By when a person last edited it.")


@strawberry.enum(description="What orders are sorted by.")
class PurchaseOrderOrderField(Enum):
    NUMBER = strawberry.enum_value("number", description="The number.")
    TOTAL_AMOUNT = strawberry.enum_value("total_amount", description="The total amount, whatever the currency.")
    BALANCE = strawberry.enum_value("balance_current", description="The current balance, whatever the currency.")
    EFFECTIVE_DATE = strawberry.enum_value("effective_date", description="The effective date.")
    EXPIRATION_DATE = strawberry.enum_value("expiration_date", description="The expiration date.")
    CREATED_AT = strawberry.enum_value("created_at", description="When it was created.")
    UPDATED_AT = strawberry.enum_value("updated_at", description="When a person last edited it.")


@strawberry.input(description="One key to sort orders by.")
class PurchaseOrderOrder:
    field: PurchaseOrderOrderField = strawberry.field(description="What to sort by.")
    direction: Direction = strawberry.field(default=Direction.ASC, description="Which way.")


@strawberry.input(description="Which order lines.")
class LineWhere:
    and_: list["LineWhere"] | None = _optional(_AND, "and")
    or_: list["LineWhere"] | None = _optional(_OR, "or")
    not_: Optional["LineWhere"] = _optional(_NOT, "not")
    number: IntFilter | None = _optional("By number.")
    line_item_type: Filter[LineItemType] | None = _optional("By line item type.")
    product_type: Filter[ProductType] | None = _optional("By product type.")
    status: Filter[LineStatus] | None = _optional("By lifecycle status.")
    start_date: DateFilter | None = _optional("By start date.")
    end_date: DateFilter | None = _optional("By end date.")
    balance_tracked: BooleanFilter | None = _optional("By whether the balance is tracked.")
    balance: DecimalFilter | None = _optional("By current balance.")


@strawberry.enum(description="What order lines are sorted by.")
class LineOrderField(Enum):
    NUMBER = strawberry.enum_value("number", description="The number.")
    AMOUNT = strawberry.enum_value("amount", description="The amount.")
    START_DATE = strawberry.enum_value("start_date", description="The start date.")
    END_DATE = strawberry.enum_value("end_date", description="The end date.")
    BALANCE = strawberry.enum_value("balance_current", description="The current balance.")


@strawberry.input(description="One key to sort order lines by.")
class LineOrder:
    field: LineOrderField = strawberry.field(description="What to sort by.")
    direction: Direction = strawberry.field(default=Direction.ASC, description="Which way.")


@strawberry.input(description="Which invoices.")
class InvoiceWhere:
    and_: list["InvoiceWhere"] | None = _optional(_AND, "and")
    or_: list["InvoiceWhere"] | None = _optional(_OR, "or")
    not_: Optional["InvoiceWhere"] = _optional(_NOT, "not")
    id: IDFilter | None = _optional("By id.")
    supplier_invoice_number: StringFilter | None = _optional("By the supplier's number.")
    external_id: StringFilter | None = _optional("By external id.")
    status: Filter[InvoiceStatus] | None = _optional("By status; RECEIVED is the queue of unmatched invoices.")
    kind: Filter[InvoiceKind] | None = _optional("By kind.")
    category: Filter[InvoiceCategory] | None = _optional("By category.")
    supplier_id: IDFilter | None = _optional("By supplier.")
    seller_entity_id: IDFilter | None = _optional("By seller entity.")
    invoice_date: DateFilter | None = _optional("By invoice date.")
    total_amount: DecimalFilter | None = _optional("By total, whatever the currency.")
    on_hold: BooleanFilter | None = _optional("By whether it waits for a person.")
    created_at: DateTimeFilter | None = _optional("By when it was recorded.")


@strawberry.enum(description="What invoices are sorted by.")
class InvoiceOrderField(Enum):
    SUPPLIER_INVOICE_NUMBER = strawberry.enum_value("supplier_invoice_number", description="The supplier's number.")
    INVOICE_DATE = strawberry.enum_value("invoice_date", description="The invoice date.")
    TOTAL_AMOUNT = strawberry.enum_value("total_amount", description="The total, whatever the currency.")
    CREATED_AT = strawberry.enum_value("created_at", description="When it was recorded.")
    UPDATED_AT = strawberry.enum_value("updated_at", description="When it was last changed.")


@strawberry.input(description="One key to sort invoices by.")
class InvoiceOrder:
    field: InvoiceOrderField = strawberry.field(description="What to sort by.")
    direction: Direction = strawberry.field(default=Direction.ASC, description="Which way.")


@strawberry.input(description="Which suppliers.")
class SupplierWhere:
    and_: list["SupplierWhere"] | None = _optional(_AND, "and")
    or_: list["SupplierWhere"] | None = _optional(_OR, "or")
    not_: Optional["SupplierWhere"] = _optional(_NOT, "not")
    id: IDFilter | None = _optional("By id.")
    number: StringFilter | None = _optional("By number.")
    name: StringFilter | None = _optional("By name.")
    external_id: StringFilter | None = _optional("By external id.")


@strawberry.enum(description="What suppliers are sorted by.")
class SupplierOrderField(Enum):
    NUMBER = strawberry.enum_value("number", description="The number.")
    NAME = strawberry.enum_value("name", description="The name.")
    CREATED_AT = strawberry.enum_value("created_at", description="When it was entered.")


@strawberry.input(description="One key to sort suppliers by.")
class SupplierOrder:
    field: SupplierOrderField = strawberry.field(description="What to sort by.")
    direction: Direction = strawberry.field(default=Direction.ASC, description="Which way.")


@strawberry.input(description="Which companies of suppliers that bill.")
class SellerEntityWhere:
    and_: list["SellerEntityWhere"] | None = _optional(_AND, "and")
    or_: list["SellerEntityWhere"] | None = _optional(_OR, "or")
    not_: Optional["SellerEntityWhere"] = _optional(_NOT, "not")
    id: IDFilter | None = _optional("By id.")
    name: StringFilter | None = _optional("By name.")
    supplier_id: IDFilter | None = _optional("By supplier.")


@strawberry.input(description="Which parts of the organization.")
class NumberedWhere:
    and_: list["NumberedWhere"] | None = _optional(_AND, "and")
    or_: list["NumberedWhere"] | None = _optional(_OR, "or")
    not_: Optional["NumberedWhere"] = _optional(_NOT, "not")
    number: StringFilter | None = _optional("By number.")
    name: StringFilter | None = _optional("By name.")


@strawberry.enum(description="What parts of the organization are sorted by.")
class NumberedOrderField(Enum):
    NUMBER = strawberry.enum_value("number", description="The number.")
    NAME = strawberry.enum_value("name", description="The name.")


@strawberry.input(description="One key to sort parts of the organization by.")
class NumberedOrder:
    field: NumberedOrderField = strawberry.field(description="What to sort by.")
    direction: Direction = strawberry.field(default=Direction.ASC, description="Which way.")


@strawberry.input(description="Which users.")
class UserWhere:
    and_: list["UserWhere"] | None = _optional(_AND, "and")
    or_: list["UserWhere"] | None = _optional(_OR, "or")
    not_: Optional["UserWhere"] = _optional(_NOT, "not")
    id: IDFilter | None = _optional("By id.")
    name: StringFilter | None = _optional("By name.")
    email: StringFilter | None = _optional("By email address, in small letters.")


@strawberry.enum(description="What users are sorted by.")
class UserOrderField(Enum):
    NAME = strawberry.enum_value("name", description="The name.")
    EMAIL = strawberry.enum_value("email", description="The email address.")


@strawberry.input(description="One key to sort users by.")
class UserOrder:
    field: UserOrderField = strawberry.field(description="What to sort by.")
    direction: Direction = strawberry.field(default=Direction.ASC, description="Which way.")


@strawberry.input(description="Which candidates of a match.")
class MatchCandidateWhere:
    dropped: BooleanFilter | None = _optional("By whether they dropped out before the ranking.")
    criterion: Filter[MatchCriterion] | None = _optional("By the deciding criterion.")
    purchase_order_id: IDFilter | None = _optional("By order.")
    invoice_line_id: IDFilter | None = _optional("By line of the invoice.")


@strawberry.input(description="Which events.")
class EventWhere:
    and_: list["EventWhere"] | None = _optional(_AND, "and")
    or_: list["EventWhere"] | None = _optional(_OR, "or")
    not_: Optional["EventWhere"] = _optional(_NOT, "not")
    kind: StringFilter | None = _optional("By kind.")
    purchase_order_id: IDFilter | None = _optional("By order.")
    invoice_id: IDFilter | None = _optional("By invoice.")
    supplier_id: IDFilter | None = _optional("By supplier.")
    requisition_id: IDFilter | None = _optional("By requisition.")
    actor_id: IDFilter | None = _optional("By who did it.")
    created_at: DateTimeFilter | None = _optional("By when it happened.")


@strawberry.input(description="Which notices.")
class NoticeWhere:
    and_: list["NoticeWhere"] | None = _optional(_AND, "and")
    or_: list["NoticeWhere"] | None = _optional(_OR, "or")
    not_: Optional["NoticeWhere"] = _optional(_NOT, "not")
    kind: Filter[NoticeKind] | None = _optional("By what they tell.")
    state: Filter[NoticeState] | None = _optional("By what became of them.")
    purchase_order_id: IDFilter | None = _optional("By order.")
    contact_id: IDFilter | None = _optional("By contact.")
    recipient_email: StringFilter | None = _optional("By the recipient's address.")
    created_at: DateTimeFilter | None = _optional("By when they were written.")


@strawberry.input(description="Which discrepancies.")
class DiscrepancyWhere:
    and_: list["DiscrepancyWhere"] | None = _optional(_AND, "and")
    or_: list["DiscrepancyWhere"] | None = _optional(_OR, "or")
    not_: Optional["DiscrepancyWhere"] = _optional(_NOT, "not")
    kind: Filter[DiscrepancyKind] | None = _optional("By in what the invoice disagrees.")
    state: Filter[DiscrepancyState] | None = _optional("By whether somebody has to look at them.")
    assignee_id: IDFilter | None = _optional("By who is to look at them.")
    mine: BooleanFilter | None = _optional("By whether the caller is to look at them.")
    invoice_id: IDFilter | None = _optional("By invoice.")
    purchase_order_id: IDFilter | None = _optional("By order.")
    created_at: DateTimeFilter | None = _optional("By when they were found.")


@strawberry.input(description="Which tasks.")
class TaskWhere:
    and_: list["TaskWhere"] | None = _optional(_AND, "and")
    or_: list["TaskWhere"] | None = _optional(_OR, "or")
    not_: Optional["TaskWhere"] = _optional(_NOT, "not")
    assignee_id: IDFilter | None = _optional("By who is to do them.")
    mine: BooleanFilter | None = _optional("By whether the caller is to do them.")
    state: Filter[TaskState] | None = _optional("By where they stand.")
    due_date: DateFilter | None = _optional("By the last day to do them.")
    purchase_order_id: IDFilter | None = _optional("By order.")


@strawberry.enum(description="What tasks are sorted by.")
class TaskOrderField(Enum):
    DUE_DATE = strawberry.enum_value("due_date", description="The last day to do them.")
    CREATED_AT = strawberry.enum_value("created_at", description="When they were entered.")


@strawberry.input(description="One key to sort tasks by.")
class TaskOrder:
    field: TaskOrderField = strawberry.field(description="What to sort by.")
    direction: Direction = strawberry.field(default=Direction.ASC, description="Which way.")


@strawberry.input(description="Which payments.")
class PaymentWhere:
    and_: list["PaymentWhere"] | None = _optional(_AND, "and")
    or_: list["PaymentWhere"] | None = _optional(_OR, "or")
    not_: Optional["PaymentWhere"] = _optional(_NOT, "not")
    number: StringFilter | None = _optional("By number.")
    external_id: StringFilter | None = _optional("By external id.")
    invoice_id: IDFilter | None = _optional("By invoice.")
    paid_on: DateFilter | None = _optional("By the day it was paid.")
    created_at: DateTimeFilter | None = _optional("By when it was recorded.")
