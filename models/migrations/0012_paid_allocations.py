"""Allocations say whether all of their invoice is paid; those that are there are told by what they stand on."""

from __future__ import annotations

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

PAID = """
UPDATE allocation a SET is_paid = true FROM invoice i
WHERE i.id = a.invoice_id AND a.ended_at IS NULL AND a.is_confirmed AND i.paid_amount = i.total_amount;
"""


class Migration(migrations.Migration):
    """After the indexes of references."""

    dependencies = [("models", "0011_indexes_of_references")]

    operations = [
        ops.AddField(
            model_name="Allocation", name="is_paid", field=fields.BooleanField(default=False, db_default=False)
        ),
        ops.RunSQL(PAID, ops.RunSQL.noop),
    ]
