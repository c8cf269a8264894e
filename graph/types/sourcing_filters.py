"""Filters and orders of the lists of products, contracts and requisitions."""

from enum import Enum
from typing import Any, Optional

import strawberry

from graph.types.filters import (
    BooleanFilter,
    DateFilter,
    DateTimeFilter,
    Direction,
    Filter,
    IDFilter,
    StringFilter,
)
from models.statuses.orders import ProductType, RequisitionStatus

_AND = "All of these hold."
_OR = "At least one of these holds."
_NOT = "This does not hold."


def _optional(description: str, name: str | None = None) -> Any:
    return strawberry.field(default=strawberry.UNSET, description=description, name=name)


@strawberry.input(description="Which products of suppliers.")
class SupplierProductWhere:
    and_: list["SupplierProductWhere"] | None = _optional(_AND, "and")
    or_: list["SupplierProductWhere"] | None = _optional(_OR, "or")
    not_: Optional["SupplierProductWhere"] = _optional(_NOT, "not")
    supplier_id: IDFilter | None = _optional("By supplier.")
    part_number: StringFilter | None = _optional("By part number.")
    name: StringFilter | None = _optional("By name.")
    product_type: Filter[ProductType] | None = _optional("By what kind of thing they are.")
    is_active: BooleanFilter | None = _optional("By whether they are offered still.")


@strawberry.enum(description="What products of suppliers are sorted by.")
class SupplierProductOrderField(Enum):
    PART_NUMBER = strawberry.enum_value("part_number", description="The part number.")
    NAME = strawberry.enum_value("name", description="The name.")


@strawberry.input(description="One key to sort products of suppliers by.")
class SupplierProductOrder:
    field: SupplierProductOrderField = strawberry.field(description="What to sort by.")
    direction: Direction = strawberry.field(default=Direction.ASC, description="Which way.")


@strawberry.input(description="Which contracts.")
class ContractWhere:
    and_: list["ContractWhere"] | None = _optional(_AND, "and")
    or_: list["ContractWhere"] | None = _optional(_OR, "or")
    not_: Optional["ContractWhere"] = _optional(_NOT, "not")
    id: IDFilter | None = _optional("By id.")
    number: StringFilter | None = _optional("By number.")
    supplier_id: IDFilter | None = _optional("By supplier.")
    valid_to: DateFilter | None = _optional("By the last day they hold.")
    updated_at: DateTimeFilter | None = _optional("By when they were last changed.")


@strawberry.enum(description="What contracts are sorted by.")
class ContractOrderField(Enum):
    NUMBER = strawberry.enum_value("number", description="The number.")
    VALID_TO = strawberry.enum_value("valid_to", description="The last day they hold.")
    UPDATED_AT = strawberry.enum_value("updated_at", description="When they were last changed.")


@strawberry.input(description="One key to sort contracts by.")
class ContractOrder:
    field: ContractOrderField = strawberry.field(description="What to sort by.")
    direction: Direction = strawberry.field(default=Direction.ASC, description="Which way.")


@strawberry.input(description="Which requisitions.")
class RequisitionWhere:
    and_: list["RequisitionWhere"] | None = _optional(_AND, "and")
    or_: list["RequisitionWhere"] | None = _optional(_OR, "or")
    not_: Optional["RequisitionWhere"] = _optional(_NOT, "not")
    id: IDFilter | None = _optional("By id.")
    number: StringFilter | None = _optional("By number.")
    external_id: StringFilter | None = _optional("By external id.")
    status: Filter[RequisitionStatus] | None = _optional("By status.")
    requested_by_id: IDFilter | None = _optional("By who wants it.")
    assigned_to_id: IDFilter | None = _optional("By who in procurement handles it.")
    cost_center_id: IDFilter | None = _optional("By cost center.")
    created_at: DateTimeFilter | None = _optional("By when they were entered.")
    updated_at: DateTimeFilter | None = _optional("By when they were last changed.")


@strawberry.enum(description="What requisitions are sorted by.")
class RequisitionOrderField(Enum):
    NUMBER = strawberry.enum_value("number", description="The number.")
    CREATED_AT = strawberry.enum_value("created_at", description="When they were entered.")
    UPDATED_AT = strawberry.enum_value("updated_at", description="When they were last changed.")


@strawberry.input(description="One key to sort requisitions by.")
class RequisitionOrder:
    field: RequisitionOrderField = strawberry.field(description="What to sort by.")
    direction: Direction = strawberry.field(default=Direction.ASC, description="Which way.")
