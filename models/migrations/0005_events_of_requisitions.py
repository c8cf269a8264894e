"""Events outlive the requisitions they are about."""

from __future__ import annotations

from tortoise import migrations
from tortoise.migrations.operations import RunSQL


class Migration(migrations.Migration):
    """After the tables of the purchase record."""

    dependencies = [("models", "0004_purchase_record")]  # noqa: RUF012 - the shape Tortoise gives migrations

    operations = [  # noqa: RUF012
        RunSQL(
            # Tortoise makes the constraint although the column is declared without it.
            "ALTER TABLE event DROP CONSTRAINT IF EXISTS event_requisition_id_fkey",
            "ALTER TABLE event ADD CONSTRAINT event_requisition_id_fkey"
            " FOREIGN KEY (requisition_id) REFERENCES purchase_requisition (id) NOT VALID",
        ),
    ]
