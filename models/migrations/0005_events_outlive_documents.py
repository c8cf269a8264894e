"""The history keeps the keys of documents that are deleted: no constraint ties an event to what it is about."""

from __future__ import annotations

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

TIES = ("purchase_order", "invoice", "supplier")


class Migration(migrations.Migration):
    """Tortoise makes the constraints although the columns are declared without them."""

    dependencies = [("models", "0004_notices")]  # noqa: RUF012 - the shape Tortoise gives migrations

    operations = [  # noqa: RUF012
        RunSQL(
            f"ALTER TABLE event DROP CONSTRAINT IF EXISTS event_{tie}_id_fkey",
            f"ALTER TABLE event ADD CONSTRAINT event_{tie}_id_fkey FOREIGN KEY ({tie}_id) REFERENCES {tie} (id) NOT VALID",
        )
        for tie in TIES
    ]
