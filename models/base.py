"""What every row has.

Constraints and indices that Tortoise's fields cannot say stand in `Meta`. Migrations create them; Tortoise's
`generate_schemas` would not, so it is never used:

    class Meta(Row.Meta):
        table = "purchase_order"
        unique_together = (("organization_id", "number"),)
        constraints = (
            CheckConstraint(check="expiration_date >= effective_date", name="purchase_order_dates"),
            UniqueConstraint(fields=("supplier_id", "number"), name="one_number", condition="status <> 'CANCELED'"),
        )
        indexes = (Index(fields=["organization_id", "expiration_date"], name="purchase_order_expiration"),)

A constraint's `check` and `condition` are SQL over column names. A constraint needs a name. `unique_together`,
`UniqueConstraint.fields` and `Index.fields` take column names (`organization_id`) or field names. An index over an
expression or a part of the rows is an `Index(RawSQL("lower(name)"), name=...)` or a `PartialIndex`, whose condition
can only say `column = value`. A foreign key gets an index from `db_index=True`, unless a unique or other index starts
with it; a test looks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from models.fields import WordColumn

if TYPE_CHECKING:
    from models.statuses.word import Word


class Row(Model):
    """A stored thing: a number that never changes, and when it was stored."""

    id = fields.BigIntField(primary_key=True)
    created_at = fields.DatetimeField(db_default=Now())

    class Meta(Model.Meta):
        abstract = True

        def __init_subclass__(cls) -> None:
            # Rows extend this class; what they do not want from it is to be abstract.
            super().__init_subclass__()
            cls.abstract = bool(cls.__dict__.get("abstract", False))

    def __init_subclass__(cls) -> None:
        """Columns of words get the constraint that they hold one; fixed defaults become the database's, too."""
        super().__init_subclass__()
        cls._meta.constraints = (*cls._meta.constraints, *_known_words(cls))
        for field in _columns(cls).values():
            if field.default is not None and not callable(field.default) and not field.has_db_default():
                field.db_default = field.default


def _columns(row: type[Row]) -> dict[str, fields.Field[Any]]:
    return cast("dict[str, fields.Field[Any]]", row._meta.fields_map)


def _known_words(row: type[Row]) -> list[CheckConstraint]:
    table = row._meta.db_table
    fields_map = cast("dict[str, Any]", row._meta.fields_map)
    columns = {name: field.words for name, field in fields_map.items() if isinstance(field, WordColumn) and field.words}
    return [
        CheckConstraint(check=f"{column} IN ({_quoted(words)})", name=f"{table}_{column}_word")
        for column, words in columns.items()
    ]


def _quoted(words: type[Word]) -> str:
    return ", ".join(f"'{word}'" for word in words)
