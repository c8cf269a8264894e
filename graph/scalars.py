"""The scalars of the API, exact in both directions."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final, NewType

import strawberry
from graphql import GraphQLError

from models.values import MINOR_UNITS, plain

if TYPE_CHECKING:
    from strawberry.types.scalar import ScalarDefinition

CurrencyCode = NewType("CurrencyCode", str)


class Digits(Decimal):
    """A decimal that travels with all its digits: 2000.00 stays 2000.00."""


EARLIEST: Final = date(1900, 1, 1)
LATEST: Final = date(2999, 12, 31)
LONGEST_NUMBER: Final = 60
_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


def _bad(kind: str, value: object, expected: str) -> GraphQLError:
    shown = repr(value)
    shown = shown if len(shown) <= LONGEST_NUMBER else f"{shown[: LONGEST_NUMBER - 3]}..."
    return GraphQLError(f"{kind} cannot represent {shown}: {expected}.", extensions={"code": "BAD_INPUT"})


def parse_decimal(value: Any) -> Decimal:
    """A decimal from a string, or from a number of the request that was kept exact."""
    text = str(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else value
    if isinstance(value, Decimal):
        text = plain(value) if value.is_finite() and abs(value.adjusted()) < LONGEST_NUMBER else "NaN"
    if not isinstance(text, str) or len(text) > LONGEST_NUMBER or not _NUMBER.fullmatch(text):
        raise _bad("Decimal", value, 'expected a plain number such as "1234.50"')
    try:
        return Decimal(text)
    except InvalidOperation as error:  # pragma: no cover - the pattern leaves nothing to fail
        raise _bad("Decimal", value, 'expected a plain number such as "1234.50"') from error


def parse_date(value: Any) -> date:
    """A date from its ISO form; years 1900 to 2999."""
    try:
        found = date.fromisoformat(value) if isinstance(value, str) and len(value) == len("2025-01-31") else None
    except ValueError:
        found = None
    if found is None or not EARLIEST <= found <= LATEST:
        raise _bad("Date", value, f"expected YYYY-MM-DD between {EARLIEST} and {LATEST}")
    return found


def parse_moment(value: Any) -> datetime:
    """A UTC time from its RFC 3339 form; years 1900 to 2999."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) and _MOMENT.fullmatch(value) else None
    except ValueError:
        found = None
    if found is None or not EARLIEST.year <= found.year <= LATEST.year:
        raise _bad("DateTime", value, "expected an RFC 3339 time such as 2025-01-31T12:00:00Z")
    return found.astimezone(UTC)


def parse_currency(value: Any) -> str:
    """An ISO 4217 currency code, in capitals."""
    if not isinstance(value, str) or value not in MINOR_UNITS:
        raise _bad("CurrencyCode", value, "expected an ISO 4217 code such as USD")
    return value


def written_decimal(number: Decimal) -> str:
    """A number as it travels: no exponent; no zeros at the end, unless it says that they belong to it."""
    return f"{number:f}" if isinstance(number, Digits) else plain(number)


def written_moment(moment: datetime) -> str:
    """A time as it travels: UTC, microseconds, Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


SCALARS: Final[dict[object, ScalarDefinition]] = {
    Decimal: strawberry.scalar(
        name="Decimal",
        description='An exact decimal number. It travels as a string, such as "1234.50"; numbers are accepted, too.',
        serialize=written_decimal,
        parse_value=parse_decimal,
    ),
    date: strawberry.scalar(
        name="Date",
        description="A calendar date, YYYY-MM-DD, of the years 1900 to 2999.",
        serialize=date.isoformat,
        parse_value=parse_date,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment in UTC, RFC 3339, such as 2025-01-31T12:00:00.000000Z.",
        serialize=written_moment,
        parse_value=parse_moment,
    ),
    CurrencyCode: strawberry.scalar(
        name="CurrencyCode",
        description="An ISO 4217 currency code, such as USD.",
        serialize=str,
        parse_value=parse_currency,
    ),
}
