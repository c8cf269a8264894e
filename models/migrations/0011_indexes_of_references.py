"""Indexes of references that were added to tables which were there before: Tortoise makes those of new tables only."""

from __future__ import annotations

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

REFERENCES = (
    ("app_user", "cost_center_id"),
    ("event", "requisition_id"),
    ("invoice", "duplicate_of_id"),
    ("purchase_order", "blanket_order_id"),
    ("purchase_order_line", "blanket_line_id"),
    ("purchase_order_line", "product_id"),
    ("purchase_order_line", "requisition_line_id"),
    ("purchase_requisition", "cost_center_id"),
    ("purchase_requisition", "legal_entity_id"),
    ("purchase_requisition", "payment_term_id"),
    ("purchase_requisition", "purchasing_entity_id"),
    ("purchase_requisition", "requested_by_id"),
)


class Migration(migrations.Migration):
    """After the columns."""

    dependencies = [("models", "0010_candidates_of_lines")]  # noqa: RUF012 - the shape Tortoise gives migrations

    operations = [  # noqa: RUF012
        RunSQL(f"CREATE INDEX {table}_{column} ON {table} ({column})", f"DROP INDEX {table}_{column}")
        for table, column in REFERENCES
    ]
