"""Events that nobody can change and that outlive their documents; the candidates of a match as rows."""

from __future__ import annotations

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

APPEND_ONLY = """
CREATE FUNCTION event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are never changed or deleted' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON event
    FOR EACH ROW EXECUTE FUNCTION event_is_append_only();
"""

CANDIDATES = """
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


ABOUT = ("purchase_order", "invoice", "supplier")


class Migration(migrations.Migration):
    """After the tables."""

    dependencies = [("models", "0001_initial")]  # noqa: RUF012 - the shape Tortoise gives migrations

    operations = [  # noqa: RUF012
        RunSQL(
            APPEND_ONLY,
            "DROP TRIGGER event_append_only ON event; DROP FUNCTION event_is_append_only();",
        ),
        RunSQL(CANDIDATES, "DROP VIEW match_candidate;"),
        *(
            # Tortoise makes the constraints although the columns are declared without them.
            RunSQL(
                f"ALTER TABLE event DROP CONSTRAINT IF EXISTS event_{name}_id_fkey",
                f"ALTER TABLE event ADD CONSTRAINT event_{name}_id_fkey FOREIGN KEY ({name}_id) REFERENCES {name} (id) NOT VALID",
            )
            for name in ABOUT
        ),
    ]
