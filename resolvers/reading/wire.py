"""How a column's value is written as JSON text, in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tortoise import fields

from models.fields import WordColumn
from models.values import MINOR_UNITS
from resolvers.reading.text import quoted

if TYPE_CHECKING:
    from tortoise.fields.base import Field

MOMENT: Final = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
CODES: Final = frozenset({"currency"})
"""Text columns that hold capital letters only, so that nothing in them needs escaping."""


def column_text(column: str, field: Field[Any]) -> str:
    """SQL for the JSON text of a column's value; null where the column is null.

    Decimals are strings without trailing zeros; dates and UTC times are RFC 3339.
    """
    match field:
        case fields.IntField() | fields.BooleanField() | fields.JSONField():
            return f"{column}::text"
        case fields.DecimalField():
            return quoted(f"trim_scale({column})::text")
        case fields.DateField():
            return quoted(f"{column}::text")
        case fields.DatetimeField():
            return quoted(f"to_char({column} AT TIME ZONE 'UTC', '{MOMENT}')")
        case _ if isinstance(field, WordColumn) or field.model_field_name in CODES:
            return quoted(column)
        case _:
            return f"to_json({column})::text"


def amount_text(amount: str, currency: str) -> str:
    """SQL for the JSON text of an amount: no digit is lost, and the minor unit's digits are always there."""
    return quoted(f"round({amount}, greatest({minor_unit(currency)}, min_scale({amount})))::text")


def minor_unit(currency: str) -> str:
    """SQL for the digits after the point of a currency's minor unit: two, but for a few, which are looked for once."""
    return f"CASE WHEN {_among(currency, 0, 3)} THEN CASE WHEN {_among(currency, 0)} THEN 0 ELSE 3 END ELSE 2 END"


def _among(currency: str, *digits: int) -> str:
    codes = ", ".join(f"'{code}'" for code, places in MINOR_UNITS.items() if places in digits)
    return f"{currency} IN ({codes})"
