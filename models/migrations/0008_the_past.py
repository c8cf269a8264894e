"""Every state that an order and its parts ever had is kept, by the database itself (V4).

A row stands since `stands_since`; what it was before is in `row_past`, with the half-open time in which it was that.
The moment is the application's clock, which the operation tells as `po_graph.now`; without it, the database's. Times of
one row never overlap and leave no gap, and nothing that was kept is ever changed.
"""

from __future__ import annotations

from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.operations import RunSQL

TABLES = (
    "purchase_order",
    "purchase_order_line",
    "purchase_order_contact",
    "purchase_order_tag",
    "purchase_order_seller_entity",
    "milestone",
)

PAST = """
CREATE TABLE row_past (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_id bigint NOT NULL,
    table_name text NOT NULL,
    row_id bigint NOT NULL,
    purchase_order_id bigint NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_to timestamptz NOT NULL,
    stood jsonb NOT NULL,
    CONSTRAINT row_past_time CHECK (valid_from < valid_to)
);
CREATE INDEX row_past_of_order ON row_past (purchase_order_id, table_name, valid_to, valid_from);
CREATE INDEX row_past_of_row ON row_past (row_id, table_name, valid_to, valid_from);
CREATE INDEX row_past_of_organization ON row_past (organization_id, table_name, valid_to, valid_from);
CREATE INDEX row_past_of_line ON row_past (((stood ->> 'line_id')::bigint))
    WHERE table_name = 'milestone' AND (stood ->> 'line_id')::bigint IS NOT NULL;
CREATE INDEX row_past_of_blanket ON row_past (((stood ->> 'blanket_order_id')::bigint))
    WHERE table_name = 'purchase_order' AND (stood ->> 'blanket_order_id')::bigint IS NOT NULL;
CREATE INDEX row_past_of_blanket_line ON row_past (((stood ->> 'blanket_line_id')::bigint))
    WHERE table_name = 'purchase_order_line' AND (stood ->> 'blanket_line_id')::bigint IS NOT NULL;
CREATE INDEX row_past_of_supplier ON row_past (((stood ->> 'supplier_id')::bigint))
    WHERE table_name = 'purchase_order' AND (stood ->> 'supplier_id')::bigint IS NOT NULL;

CREATE FUNCTION past_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was is never changed or deleted' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER row_past_append_only BEFORE UPDATE OR DELETE ON row_past
    FOR EACH ROW EXECUTE FUNCTION past_is_append_only();

CREATE FUNCTION keep_past() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moment timestamptz := coalesce(nullif(current_setting('po_graph.now', true), '')::timestamptz, clock_timestamp());
    stood jsonb;
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.stands_since := moment;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        NEW.stands_since := OLD.stands_since;
        IF TG_TABLE_NAME = 'purchase_order' THEN
            NEW.search_vector := OLD.search_vector; -- it is generated after this
        END IF;
        IF NEW IS NOT DISTINCT FROM OLD OR moment <= OLD.stands_since THEN
            RETURN NEW;
        END IF;
        NEW.stands_since := moment;
    ELSIF moment <= OLD.stands_since THEN
        RETURN OLD;
    END IF;
    stood := jsonb_strip_nulls(to_jsonb(OLD) - 'search_vector');
    INSERT INTO row_past (organization_id, table_name, row_id, purchase_order_id, valid_from, valid_to, stood)
    VALUES (OLD.organization_id, TG_TABLE_NAME, OLD.id, coalesce(stood ->> 'purchase_order_id', stood ->> 'id')::bigint,
            OLD.stands_since, moment, stood);
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
"""
KEEP = "CREATE TRIGGER {0}_past BEFORE INSERT OR UPDATE OR DELETE ON {0} FOR EACH ROW EXECUTE FUNCTION keep_past();"


class Migration(migrations.Migration):
    """After the tables of the purchase record."""

    dependencies = [("models", "0007_prices_and_shipping")]  # noqa: RUF012 - the shape Tortoise gives migrations

    operations = [  # noqa: RUF012
        ops.AddField(
            model_name="OrganizationGate",
            name="last_moment",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Revision",
            name="apply_when_approved",
            field=fields.BooleanField(default=True, db_default=True),
        ),
        RunSQL(
            PAST + "\n".join(KEEP.format(table) for table in TABLES),
            "\n".join(f"DROP TRIGGER {table}_past ON {table};" for table in TABLES)
            + "DROP TABLE row_past; DROP FUNCTION keep_past(); DROP FUNCTION past_is_append_only();",
        ),
    ]
