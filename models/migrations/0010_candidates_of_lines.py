"""The candidates of a match say for which line of the invoice they were looked at, and have their rank for it."""

from __future__ import annotations

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

CANDIDATES = """
CREATE OR REPLACE VIEW match_candidate AS
SELECT m.organization_id, m.id AS match_id, m.currency, m.decided_at AS created_at, c.id,
       c.purchase_order_id, c.line_id, c.rank, c.criterion, c.reason, c.balance_after, c.invoice_line_id
FROM invoice_match m CROSS JOIN LATERAL (
    SELECT r.place AS id, (r.entry ->> 0)::bigint AS purchase_order_id, (r.entry ->> 1)::bigint AS line_id,
           CASE WHEN jsonb_array_length(r.entry) > 6 THEN (r.entry ->> 6)::int ELSE r.place::int END AS rank,
           r.entry ->> 2 AS criterion, r.entry ->> 3 AS reason, (r.entry ->> 4)::numeric AS balance_after,
           (r.entry ->> 5)::bigint AS invoice_line_id
    FROM jsonb_array_elements(m.ranked) WITH ORDINALITY AS r (entry, place)
    UNION ALL
    SELECT jsonb_array_length(m.ranked) + r.place, (r.entry ->> 0)::bigint, (r.entry ->> 1)::bigint,
           NULL, r.entry ->> 2, r.entry ->> 3, NULL, NULL
    FROM dropped_candidates d, jsonb_array_elements(d.entries) WITH ORDINALITY AS r (entry, place)
    WHERE d.id = m.dropped_id
) c;
"""

CANDIDATES_BEFORE = """
DROP VIEW match_candidate;
CREATE VIEW match_candidate AS
SELECT m.organization_id, m.id AS match_id, m.currency, m.decided_at AS created_at, c.id,
       c.purchase_order_id, c.line_id, c.rank, c.criterion, c.reason, c.balance_after
FROM invoice_match m CROSS JOIN LATERAL (
    SELECT r.place AS id, (r.entry ->> 0)::bigint AS purchase_order_id, (r.entry ->> 1)::bigint AS line_id,
           r.place::int AS rank, r.entry ->> 2 AS criterion, r.entry ->> 3 AS reason,
           (r.entry ->> 4)::numeric AS balance_after
    FROM jsonb_array_elements(m.ranked) WITH ORDINALITY AS r (entry, place)
    UNION ALL
    SELECT jsonb_array_length(m.ranked) + r.place, (r.entry ->> 0)::bigint, (r.entry ->> 1)::bigint,
           NULL, r.entry ->> 2, r.entry ->> 3, NULL
    FROM dropped_candidates d, jsonb_array_elements(d.entries) WITH ORDINALITY AS r (entry, place)
    WHERE d.id = m.dropped_id
) c;
"""


class Migration(migrations.Migration):
    """After the discrepancies' figures."""

    dependencies = [("models", "0009_discrepancy_figures")]  # noqa: RUF012 - the shape Tortoise gives migrations

    operations = [RunSQL(CANDIDATES, CANDIDATES_BEFORE)]  # noqa: RUF012
