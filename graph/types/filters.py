"""The comparisons that a `where` is made of."""

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Generic, TypeVar

import strawberry

W = TypeVar("W")

_EQ = "Equal to this."
_NE = "Different from this."
_IN = "One of these, at most 200."
_NOT_IN = "None of these, at most 200."
_LT = "Less than this."
_LTE = "At most this."
_GT = "Greater than this."
_GTE = "At least this."
_NULL = "Whether there is no value."


@strawberry.input(description="Compares a text, exactly.")
class StringFilter:
    eq: str | None = strawberry.field(default=strawberry.UNSET, description=_EQ)
    ne: str | None = strawberry.field(default=strawberry.UNSET, description=_NE)
    in_: list[str] | None = strawberry.field(default=strawberry.UNSET, name="in", description=_IN)
    not_in: list[str] | None = strawberry.field(default=strawberry.UNSET, description=_NOT_IN)
    starts_with: str | None = strawberry.field(default=strawberry.UNSET, description="Begins with this.")
    is_null: bool | None = strawberry.field(default=strawberry.UNSET, description=_NULL)


@strawberry.input(description="Compares a reference by the id of what it refers to.")
class IDFilter:
    eq: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description=_EQ)
    ne: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description=_NE)
    in_: list[strawberry.ID] | None = strawberry.field(default=strawberry.UNSET, name="in", description=_IN)
    not_in: list[strawberry.ID] | None = strawberry.field(default=strawberry.UNSET, description=_NOT_IN)
    is_null: bool | None = strawberry.field(default=strawberry.UNSET, description=_NULL)


@strawberry.input(description="Compares a decimal number.")
class DecimalFilter:
    eq: Decimal | None = strawberry.field(default=strawberry.UNSET, description=_EQ)
    ne: Decimal | None = strawberry.field(default=strawberry.UNSET, description=_NE)
    lt: Decimal | None = strawberry.field(default=strawberry.UNSET, description=_LT)
    lte: Decimal | None = strawberry.field(default=strawberry.UNSET, description=_LTE)
    gt: Decimal | None = strawberry.field(default=strawberry.UNSET, description=_GT)
    gte: Decimal | None = strawberry.field(default=strawberry.UNSET, description=_GTE)
    is_null: bool | None = strawberry.field(default=strawberry.UNSET, description=_NULL)


@strawberry.input(description="Compares a whole number.")
class IntFilter:
    eq: int | None = strawberry.field(default=strawberry.UNSET, description=_EQ)
    ne: int | None = strawberry.field(default=strawberry.UNSET, description=_NE)
    in_: list[int] | None = strawberry.field(default=strawberry.UNSET, name="in", description=_IN)
    lt: int | None = strawberry.field(default=strawberry.UNSET, description=_LT)
    lte: int | None = strawberry.field(default=strawberry.UNSET, description=_LTE)
    gt: int | None = strawberry.field(default=strawberry.UNSET, description=_GT)
    gte: int | None = strawberry.field(default=strawberry.UNSET, description=_GTE)


@strawberry.input(description="Compares a date.")
class DateFilter:
    eq: date | None = strawberry.field(default=strawberry.UNSET, description=_EQ)
    ne: date | None = strawberry.field(default=strawberry.UNSET, description=_NE)
    lt: date | None = strawberry.field(default=strawberry.UNSET, description="Before this.")
    lte: date | None = strawberry.field(default=strawberry.UNSET, description="On or before this.")
    gt: date | None = strawberry.field(default=strawberry.UNSET, description="After this.")
    gte: date | None = strawberry.field(default=strawberry.UNSET, description="On or after this.")
    is_null: bool | None = strawberry.field(default=strawberry.UNSET, description=_NULL)


@strawberry.input(description="Compares a moment.")
class DateTimeFilter:
    lt: datetime | None = strawberry.field(default=strawberry.UNSET, description="Before this.")
    lte: datetime | None = strawberry.field(default=strawberry.UNSET, description="At or before this.")
    gt: datetime | None = strawberry.field(default=strawberry.UNSET, description="After this.")
    gte: datetime | None = strawberry.field(default=strawberry.UNSET, description="At or after this.")
    is_null: bool | None = strawberry.field(default=strawberry.UNSET, description=_NULL)


@strawberry.input(description="Compares a yes or no.")
class BooleanFilter:
    eq: bool | None = strawberry.field(default=strawberry.UNSET, description=_EQ)


@strawberry.input(description="Compares a word of an enumeration.")
class Filter(Generic[W]):
    eq: W | None = strawberry.field(default=strawberry.UNSET, description=_EQ)
    ne: W | None = strawberry.field(default=strawberry.UNSET, description=_NE)
    in_: list[W] | None = strawberry.field(default=strawberry.UNSET, name="in", description=_IN)
    not_in: list[W] | None = strawberry.field(default=strawberry.UNSET, description=_NOT_IN)


@strawberry.enum(description="Which way to sort.")
class Direction(Enum):
    ASC = strawberry.enum_value("ASC", description="Smallest first; missing values last.")
    DESC = strawberry.enum_value("DESC", description="Largest first; missing values first.")
