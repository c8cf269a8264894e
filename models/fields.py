"""The columns that rows are made of: exact numbers, words, lists of text.

Each helper fixes the size in one place, so that every amount of the schema has the same one. The figures come from
`values.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.base import Field
from tortoise.fields.db_defaults import SqlDefault

from models.statuses.word import Word
from models.values import (
    FIGURE_DIGITS,
    MONEY_DIGITS,
    MONEY_PLACES,
    PERCENT_DIGITS,
    PERCENT_PLACES,
    PRICE_PLACES,
    QUANTITY_DIGITS,
    QUANTITY_PLACES,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

W = TypeVar("W", bound=Word)


class WordColumn(Field[Word]):
    """A column that holds one word of an enumeration: plain text in SQL, a member of the enumeration in Python.

    The column has no length, so that a longer word needs no migration; which words it may hold is checked by the
    database (`models.base.Row` adds the constraint), so that a new word does need one. Migrations keep neither the
    enumeration nor its members: they must go on working when words are renamed.
    """

    SQL_TYPE = "TEXT"
    field_type = Word

    def __init__(self, words: type[Word] | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.words = words

    def to_python_value(self, value: Any) -> Any:
        """The member for a stored text; in a migration, the text."""
        return value if value is None or self.words is None else _member(self.words, value)

    def to_db_value(self, value: Any, instance: Any) -> str | None:
        """The text of a member, or of a text that is one.

        Raises:
            ValueError: no such word.
        """
        del instance
        return None if value is None else str(self.to_python_value(value))

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """What a migration writes down: the column, and its default as text."""
        path, args, options = super().deconstruct()
        options.pop("words", None)
        options.pop("default", None)
        if self.has_db_default():
            options["db_default"] = str(self.db_default)
        return path, args, options


def _member(words: type[Word], value: str) -> Word:
    find: Callable[[str], Word] = words  # calling an enumeration with a value finds its member
    return find(value)


@overload
def WordField(words: type[W], *, default: W | None = ..., null: Literal[False] = ..., **options: Any) -> Field[W]: ...
@overload
def WordField(words: type[W], *, default: W | None = ..., null: Literal[True], **options: Any) -> Field[W | None]: ...
def WordField(words: type[W], *, default: W | None = None, null: bool = False, **options: Any) -> Any:
    """One word of an enumeration, stored as its text."""
    return WordColumn(words, null=null, default=default, **options)


def TextArrayField(**options: Any) -> Field[list[str]]:
    """A list of texts, never null, empty by default: `text[]`."""
    column: Any = ArrayField("text", default=list, db_default=SqlDefault("'{}'::text[]"), **options)
    return column


def FilledTextArrayField(*values: str, **options: Any) -> Field[list[str]]:
    """A list of texts, never null, with these in it by default; the database fills them in."""
    column: Any = ArrayField("text", db_default=SqlDefault(f"'{{{','.join(values)}}}'::text[]"), **options)
    return column


def FilledWholeArrayField(*values: int, **options: Any) -> Field[list[int]]:
    """A list of whole numbers, never null, with these in it by default; the database fills them in."""
    column: Any = ArrayField("int", db_default=SqlDefault(f"'{{{','.join(map(str, values))}}}'::int[]"), **options)
    return column


def JsonField(**options: Any) -> Field[Any]:
    """A value as JSON; annotate the column with what it holds."""
    column: Field[Any] = fields.JSONField(**options)
    return column


@overload
def MoneyField(*, default: Decimal | None = ..., null: Literal[False] = ..., **options: Any) -> Field[Decimal]: ...
@overload
def MoneyField(*, default: Decimal | None = ..., null: Literal[True], **options: Any) -> Field[Decimal | None]: ...
def MoneyField(*, default: Decimal | None = None, null: bool = False, **options: Any) -> Any:
    """An amount in the currency that its row, or its row's document, names."""
    return _decimal(MONEY_DIGITS, MONEY_PLACES, default, null=null, **options)


@overload
def QuantityField(*, default: Decimal | None = ..., null: Literal[False] = ..., **options: Any) -> Field[Decimal]: ...
@overload
def QuantityField(*, default: Decimal | None = ..., null: Literal[True], **options: Any) -> Field[Decimal | None]: ...
def QuantityField(*, default: Decimal | None = None, null: bool = False, **options: Any) -> Any:
    """A quantity in the unit that its row names."""
    return _decimal(QUANTITY_DIGITS, QUANTITY_PLACES, default, null=null, **options)


@overload
def PriceField(*, default: Decimal | None = ..., null: Literal[False] = ..., **options: Any) -> Field[Decimal]: ...
@overload
def PriceField(*, default: Decimal | None = ..., null: Literal[True], **options: Any) -> Field[Decimal | None]: ...
def PriceField(*, default: Decimal | None = None, null: bool = False, **options: Any) -> Any:
    """A price for one unit: finer than the currency's minor unit."""
    return _decimal(QUANTITY_DIGITS, PRICE_PLACES, default, null=null, **options)


def FigureField() -> Field[Decimal | None]:
    """An amount, a price or a quantity, or a sum or product of such, or nothing."""
    return _decimal(FIGURE_DIGITS, QUANTITY_PLACES, None, null=True)


@overload
def PercentField(*, default: Decimal | None = ..., null: Literal[False] = ..., **options: Any) -> Field[Decimal]: ...
@overload
def PercentField(*, default: Decimal | None = ..., null: Literal[True], **options: Any) -> Field[Decimal | None]: ...
def PercentField(*, default: Decimal | None = None, null: bool = False, **options: Any) -> Any:
    """A percentage: 75 is three quarters."""
    return _decimal(PERCENT_DIGITS, PERCENT_PLACES, default, null=null, **options)


def _decimal(digits: int, places: int, default: Decimal | None, *, null: bool, **options: Any) -> Any:
    return fields.DecimalField(digits, places, null=null, default=default, **options)
