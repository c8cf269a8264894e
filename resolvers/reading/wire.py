"""How a column's value is written as JSON text, in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField

from models.fields import WordColumn
from models.values import MINOR_UNITS
from resolvers.reading.text import quoted

if TYPE_CHECKING:
    from tortoise.fields.base import Field

MOMENT: Final = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'


def column_text(column: str, field: Field[Any]) -> str:
    """SQL for the JSON text of a column's value; null where the column is null.

    Decimals are strings without trailing zeros; dates and UTC times are RFC 3339.
    """
    match field:
        case fields.IntField() | fields.BigIntField() | fields.BooleanField() | fields.JSONField():
            return f"{column}::text"
        case fields.DecimalField():
            return quoted(f"trim_scale({column})::text")
        case fields.DateField():
            return quoted(f"{column}::text")
        case fields.DatetimeField():
            return quoted(f"to_char({column} AT TIME ZONE 'UTC', '{MOMENT}')")
        case WordColumn():
            return quoted(column)
        case ArrayField():
            return f"to_json({column})::text"
        case _:
            return f"to_json({column})::text"


def amount_text(amount: str, currency: str) -> str:
    """SQL for the JSON text of an amount: no digit is lost, and the minor unit's digits are always there."""
    return quoted(f"round({amount}, greatest({minor_unit(currency)}, min_scale({amount})))::text")


def minor_unit(currency: str) -> str:
    """SQL for the digits after the point of a currency's minor unit."""
    cases = " ".join(
        f"WHEN {currency} IN ({_codes(places)}) THEN {places}" for places in sorted(set(MINOR_UNITS.values()) - {2})
    )
    return f"CASE {cases} ELSE 2 END"


def _codes(places: int) -> str:
    return ", ".join(f"'{code}'" for code, digits in MINOR_UNITS.items() if digits == places)
