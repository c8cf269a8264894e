"""A company that never was: orders, lines, invoices and their history, written by SQL in about a minute.

Every figure that operations would derive is derived by their own path (`progress`), so that the rows are what
operations would have written. The same size is always the same company.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from models import database, migrating
from models.statuses.people import Role
from resolvers.administration import tokens
from resolvers.derived import progress
from resolvers.operation import Call
from resolvers.visibility import Actor

if TYPE_CHECKING:
    from collections.abc import Callable

PREFIX: Final = "po_graph_bench"
LINES: Final = 10
LONG_ORDERS: Final = 400
LONG: Final = 20
"""So many orders, the earliest, have 20 lines instead of 10."""
INVOICES: Final = 2
"""An order has two invoices, on average."""
INVOICE_LINES: Final = 5
SUPPLIERS: Final = 200

_CHUNK: Final = 1000

# `pick(i, salt, n)`: a whole number from 0 to n - 1 that looks random and is the same in every run.
_PICK: Final = """
CREATE FUNCTION pg_temp.pick(i bigint, salt int, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
'SELECT (hashint8(i * 64 + salt) & 2147483647) % n'
"""

_PARTS: Final = """
INSERT INTO organization (id, name, key, active_order_limit) VALUES (1, 'Bench Trading', 'bench', 1000000);
INSERT INTO organization_gate (organization_id) VALUES (1);
INSERT INTO app_user (id, organization_id, name, email, roles)
SELECT i, 1, 'Buyer ' || i, 'buyer' || i || '@example.com', CASE WHEN i = 1 THEN '{ADMIN}' ELSE '{BUYER}' END::text[]
FROM generate_series(1, 8) i;
INSERT INTO cost_center (id, organization_id, number, name)
SELECT i, 1, 'CC' || i, 'Department ' || i FROM generate_series(1, 20) i;
INSERT INTO legal_entity (id, organization_id, number, name, address)
SELECT i, 1, 'LE' || i, 'Bench Trading ' || i, '{"city": "Seattle", "country": "US"}' FROM generate_series(1, 4) i;
INSERT INTO payment_term (id, organization_id, name, net_days)
SELECT i, 1, 'Net ' || 15 * i, 15 * i FROM generate_series(1, 4) i;
"""

_SUPPLIERS: Final = f"""
INSERT INTO supplier (id, organization_id, number, name, email, country)
SELECT i, 1, 'S' || i, 'Supplier "' || i || '" & Sons', CASE WHEN i % 4 > 0 THEN 'orders@s' || i || '.example.com' END,
       (ARRAY['US', 'DE', 'FR', NULL])[1 + i % 4]
FROM generate_series(1, {SUPPLIERS}) i;
INSERT INTO seller_entity (id, organization_id, supplier_id, name, line_item_types)
SELECT i, 1, i, 'Seller ' || i, ARRAY['ALL', 'MONTHLY_USAGE'] FROM generate_series(1, {SUPPLIERS}) i;
"""  # noqa: S608 - our own figure

# Orders begin in a month from 2024 to 2026 and last a year; one in 20 is suspended, one in 25 closed.
_ORDERS: Final = f"""
INSERT INTO purchase_order (
    id, organization_id, number, external_id, display_name, erp_number, description, status, currency, supplier_id,
    business_owner_id, primary_contact_id, cost_center_id, legal_entity_id, payment_term_id, ship_to,
    effective_date, expiration_date, expiration_set_on, issued_at, suspended_at, closed_at, updated_at, created_at,
    search_text)
SELECT i, 1, 'PO' || lpad((1000 + i)::text, 7, '0'), CASE WHEN i % 3 = 0 THEN 'ext-' || i END,
       'Services for department ' || cost_center, CASE WHEN i % 2 = 0 THEN '45' || lpad(i::text, 8, '0') END,
       CASE WHEN i % 4 > 0 THEN 'Yearly order, "as agreed" in round ' || i % 9 END,
       CASE WHEN i % 25 = 0 THEN 'CLOSED_RELEASED' ELSE 'ORDERED' END,
       CASE WHEN supplier % 5 = 0 THEN 'EUR' ELSE 'USD' END, supplier,
       1 + i % 8, CASE WHEN i % 2 = 0 THEN 1 + i % 5 END, cost_center, 1 + i % 4, 1 + i % 4,
       CASE WHEN i % 3 = 0 THEN '{{"street": "1 Pier Road", "city": "Seattle", "country": "US"}}'::jsonb END,
       start, start + interval '1 year' - interval '1 day', start - 20, start - interval '10 days',
       CASE WHEN i % 20 = 7 THEN start + interval '40 days' END,
       CASE WHEN i % 25 = 0 THEN start + interval '300 days' END,
       start - interval '10 days' + (pg_temp.pick(i, 4, 8000000) || ' s')::interval, start - interval '20 days',
       'PO' || lpad((1000 + i)::text, 7, '0') || ' services for department ' || cost_center || ' supplier ' || supplier
FROM (
    SELECT i, 1 + pg_temp.pick(i, 1, {SUPPLIERS}) AS supplier, 1 + pg_temp.pick(i, 2, 20) AS cost_center,
           (date '2024-01-01' + (pg_temp.pick(i, 3, 36) || ' months')::interval)::date AS start
    FROM generate_series(1, $1::int) i
) o
"""  # noqa: S608 - our own figure

_LINES: Final = f"""
INSERT INTO purchase_order_line (
    organization_id, purchase_order_id, number, currency, description, line_item_type, product_type,
    acknowledgment_type, goods_receipt_required, milestone_payout, part_number, unit, quantity, unit_price, tax_amount,
    start_date, end_date, erp_line_number, balance_tracked, status, created_at, amount, balance_limit, balance_used,
    balance_current, balance_percent)
SELECT 1, id, number, currency,
       CASE WHEN kind > 0 THEN 'Service "' || kind || '", part ' || number || ' of the year' END,
       (ARRAY['ALL', 'ALL', 'MONTHLY_USAGE', 'SUBSCRIPTION_PURCHASE'])[1 + kind % 4],
       CASE WHEN kind % 4 = 1 THEN 'GOOD' ELSE 'SERVICE' END, CASE WHEN kind % 8 = 2 THEN 'MILESTONES' END,
       kind % 4 = 1, CASE WHEN kind % 8 = 2 THEN 'PERCENTAGE' END,
       CASE WHEN kind % 2 = 0 THEN 'P-' || kind END, CASE WHEN kind % 3 = 0 THEN 'FIXED_FEE' ELSE 'HUR' END,
       quantity, price, tax, CASE WHEN kind % 5 = 0 THEN effective_date END,
       CASE WHEN kind % 5 = 0 THEN expiration_date END, CASE WHEN kind % 2 = 0 THEN number::text END, tracked,
       CASE WHEN closed_at IS NULL THEN 'ORDERED' ELSE 'CLOSED_RELEASED' END, created_at,
       quantity * price, CASE WHEN tracked THEN quantity * price + tax END, CASE WHEN tracked THEN 0 END,
       CASE WHEN tracked THEN quantity * price + tax END, CASE WHEN tracked THEN 100 END
FROM (
    SELECT o.id, o.currency, o.effective_date, o.expiration_date, o.closed_at, o.created_at, n AS number,
           pg_temp.pick(o.id * 32 + n, 5, 40) AS kind, pg_temp.pick(o.id * 32 + n, 8, 2) = 0 AS tracked,
           1 + pg_temp.pick(o.id * 32 + n, 6, 12) AS quantity,
           (100 + pg_temp.pick(o.id * 32 + n, 7, 100000)) / 100.0 AS price,
           pg_temp.pick(o.id * 32 + n, 9, 3000) / 100.0 AS tax
    FROM purchase_order o,
         generate_series(1, CASE WHEN o.id <= {LONG_ORDERS} THEN {LONG} ELSE {LINES} END) n
) l
ORDER BY id, number
"""  # noqa: S608 - our own figures

# Which line of which order every line of every invoice bills: neighbours on one order, about a twelfth of each.
_BILLED: Final = f"""
CREATE TEMPORARY TABLE billed AS
SELECT j AS invoice_id, k AS number, o.id AS purchase_order_id, l.id AS line_id, l.number AS line_number, l.description,
       l.part_number, o.currency, o.supplier_id, from_day::date AS first_day,
       (from_day + interval '1 month' - interval '1 day')::date AS last_day,
       round(l.amount / 12, 2) + 0.01 AS amount, round(l.amount / 60, 2) AS tax
FROM generate_series(1, {INVOICES} * $1::int) j
JOIN purchase_order o ON o.id = 1 + pg_temp.pick(j, 20, $1::int)
CROSS JOIN generate_series(1, {INVOICE_LINES}) k
JOIN purchase_order_line l ON l.purchase_order_id = o.id AND l.number = 1 + (pg_temp.pick(j, 22, {LINES}) + k) % {LINES}
CROSS JOIN LATERAL (SELECT o.effective_date + (pg_temp.pick(j, 21, 12) || ' months')::interval AS from_day) p
"""  # noqa: S608 - our own figures

_INVOICES: Final = """
INSERT INTO invoice (
    id, organization_id, supplier_id, seller_entity_id, supplier_invoice_number, status, currency, invoice_date,
    due_date, billing_period_start, billing_period_end, total_amount, amount_before_tax, tax_amount,
    purchase_order_number, account, updated_at, created_at)
SELECT i.invoice_id, 1, i.supplier_id, i.supplier_id, 'INV-' || lpad(i.invoice_id::text, 8, '0'), 'MATCHED', i.currency,
       last_day + 3, last_day + 33, first_day, last_day, amount + tax, amount, tax, o.number, 'A-' || i.invoice_id % 50,
       last_day + interval '4 days', last_day + interval '4 days'
FROM (
    SELECT invoice_id, purchase_order_id, supplier_id, currency, first_day, last_day,
           sum(amount) AS amount, sum(tax) AS tax
    FROM billed GROUP BY 1, 2, 3, 4, 5, 6
) i JOIN purchase_order o ON o.id = i.purchase_order_id
ORDER BY 1
"""

_INVOICE_LINES: Final = f"""
INSERT INTO invoice_line (
    id, organization_id, invoice_id, number, currency, description, part_number, purchase_order_line_number, unit,
    quantity, unit_price, amount, tax_amount, created_at)
SELECT (invoice_id - 1) * {INVOICE_LINES} + number, 1, invoice_id, number, currency, description, part_number,
       line_number, 'FIXED_FEE', 1, amount, amount, tax, last_day + interval '4 days'
FROM billed ORDER BY 1
"""  # noqa: S608 - our own figure

_ALLOCATIONS: Final = f"""
INSERT INTO allocation (
    organization_id, invoice_id, invoice_line_id, purchase_order_id, line_id, currency, amount, tax_amount, quantity,
    period_start, period_end, created_at)
SELECT 1, invoice_id, (invoice_id - 1) * {INVOICE_LINES} + number, purchase_order_id, line_id, currency,
       amount, tax, 1, first_day, last_day, last_day + interval '4 days'
FROM billed ORDER BY invoice_id, number
"""  # noqa: S608 - our own figure

# A contract a supplier, for two thirds of the orders; half of the goods have arrived; of two milestones one is done.
_AGREED: Final = """
INSERT INTO contract (id, organization_id, supplier_id, number, name, currency, valid_from, valid_to, updated_at)
SELECT id, 1, id, 'C-' || id, 'Frame with ' || name, CASE WHEN id % 5 = 0 THEN 'EUR' ELSE 'USD' END,
       '2023-01-01', '2028-12-31', '2023-01-01'
FROM supplier;
INSERT INTO purchase_order_contract (organization_id, purchase_order_id, contract_id, created_at)
SELECT 1, id, supplier_id, created_at FROM purchase_order WHERE id % 3 > 0 ORDER BY id
"""

_ARRIVED: Final = """
INSERT INTO receipt (id, organization_id, purchase_order_id, number, received_on, posted_by_id, updated_at, created_at)
SELECT row_number() OVER (ORDER BY id), 1, id, 'RC' || lpad(id::text, 7, '0'), effective_date + 20, 1 + id % 8,
       effective_date + 20, effective_date + 20
FROM purchase_order o
WHERE EXISTS (SELECT FROM purchase_order_line l WHERE l.purchase_order_id = o.id AND l.product_type = 'GOOD');
INSERT INTO receipt_line (
    organization_id, receipt_id, line_id, number, currency, quantity, accepted_quantity, created_at)
SELECT 1, r.id, l.id, l.number, l.currency, ceil(l.quantity / 2), ceil(l.quantity / 2), r.created_at
FROM receipt r JOIN purchase_order_line l ON l.purchase_order_id = r.purchase_order_id AND l.product_type = 'GOOD'
ORDER BY r.id, l.number;
INSERT INTO milestone (
    organization_id, purchase_order_id, line_id, number, currency, description, percent, due_date, status, completed_at,
    created_at)
SELECT 1, l.purchase_order_id, l.id, n, l.currency, 'Part ' || n, 50, o.effective_date + 90 * n,
       CASE n WHEN 1 THEN 'CLOSED_COMPLETE' ELSE 'CONFIRMATION_REQUIRED' END,
       CASE n WHEN 1 THEN o.effective_date + 80 END, l.created_at
FROM purchase_order_line l JOIN purchase_order o ON o.id = l.purchase_order_id CROSS JOIN generate_series(1, 2) n
WHERE l.acknowledgment_type = 'MILESTONES' ORDER BY l.id, n
"""

# A third of the invoices is confirmed, and paid by half.
_PAID: Final = """
UPDATE invoice SET status = 'PENDING_PAYMENT', confirmed_at = created_at WHERE id % 3 = 0;
UPDATE invoice_line SET status = 'CONFIRMED', confirmed_at = created_at WHERE invoice_id % 3 = 0;
INSERT INTO payment (
    organization_id, invoice_id, number, currency, amount, paid_on, recorded_by_id, created_at)
SELECT 1, id, 'PAY' || lpad(id::text, 7, '0'), currency, round(total_amount / 2, 2) + 0.01, invoice_date + 14, 1,
       created_at
FROM invoice WHERE id % 3 = 0 ORDER BY id
"""

_MATCHES: Final = """
INSERT INTO invoice_match (
    organization_id, invoice_id, outcome, reason, purchase_order_id, currency, amount, rules_version, decided_at,
    decided_by_id, ranked, created_at)
SELECT 1, i.id, 'MATCHED', 'The invoice names ' || i.purchase_order_number || ' and its lines.', b.purchase_order_id,
       i.currency, i.total_amount, '1', i.created_at, 1,
       jsonb_build_array(jsonb_build_array(b.purchase_order_id, b.line_id, NULL, 'The line that is named.', NULL)),
       i.created_at
FROM invoice i JOIN billed b ON b.invoice_id = i.id AND b.number = 1
ORDER BY i.id
"""

_EVENTS: Final = """
INSERT INTO event (
    organization_id, kind, subject, purchase_order_id, invoice_id, actor_id, reason, changes, request_id, created_at)
SELECT 1, kind, subject, order_id, invoice_id, actor, reason, changes, md5(subject), at
FROM (
    SELECT 'purchase_order_created' AS kind, number AS subject, id AS order_id, NULL::bigint AS invoice_id,
           business_owner_id AS actor, NULL AS reason, '[]'::jsonb AS changes, created_at AS at
    FROM purchase_order
    UNION ALL
    SELECT 'purchase_order_issued', number, id, NULL, business_owner_id, NULL,
           '[{"field": "status", "from": "DRAFT", "to": "ORDERED"}]', issued_at
    FROM purchase_order
    UNION ALL
    SELECT 'purchase_order_suspended', number, id, NULL, 1 + id % 8, 'Waiting for the new "terms"',
           jsonb_build_array(jsonb_build_object('field', 'suspendedAt', 'from', NULL, 'to', suspended_at::text)),
           suspended_at
    FROM purchase_order WHERE suspended_at IS NOT NULL
    UNION ALL
    SELECT 'invoice_matched', i.supplier_invoice_number, m.purchase_order_id, i.id, 1, NULL, '[]', i.created_at
    FROM invoice i JOIN invoice_match m ON m.invoice_id = i.id
) e
ORDER BY at, order_id, kind
"""

_SEQUENCES: Final = """
DO $$
DECLARE
    one text;
BEGIN
    FOR one IN SELECT quote_ident(table_name) FROM information_schema.columns
               WHERE table_schema = 'public' AND column_name = 'id' AND column_default LIKE 'nextval%' LOOP
        EXECUTE format('SELECT setval(pg_get_serial_sequence(%L, ''id''), coalesce(max(id), 0) + 1, false) FROM %s',
                       one, one);
    END LOOP;
END $$
"""


_WRITTEN: Final = (
    _INVOICES,
    _INVOICE_LINES,
    _ALLOCATIONS,
    _AGREED,
    _ARRIVED,
    _PAID,
    _MATCHES,
    _EVENTS,
    _SEQUENCES,
)


@dataclass(frozen=True, slots=True)
class Company:
    """Where it is, how large it is, and a token of its administrator."""

    url: str
    orders: int
    token: str


async def company(server: str, orders: int, say: Callable[[str], object]) -> Company:
    """The company of that size on the database server: an earlier run's if it would be the same, else a new one."""
    name = f"{PREFIX}_{orders}_{_version()}"
    run = cast("Any", await asyncpg.connect(server))
    try:
        there: set[str] = {row["datname"] for row in await run.fetch("SELECT datname FROM pg_database")}
        if name not in there:
            for stale in there:
                if stale.startswith(f"{PREFIX}_{orders}_"):
                    await run.execute(f'DROP DATABASE "{stale}" WITH (FORCE)')
            await run.execute(f'CREATE DATABASE "{name}_unfinished" TEMPLATE template0')
            await _build(on_database(server, f"{name}_unfinished"), orders, say)
            await run.execute(f'ALTER DATABASE "{name}_unfinished" RENAME TO "{name}"')
    finally:
        await run.close()
    url = on_database(server, name)
    await database.connect(database.Access(url=url))
    try:
        return Company(url, orders, await _token())
    finally:
        await database.disconnect()


def on_database(url: str, name: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _version() -> str:
    """Changes with what makes the company: this module, the tables, the derived figures."""
    root = Path(__file__).parent.parent.parent
    steps = sorted((root / "models" / "migrations").glob("*.py"))
    paths = sorted((root / "resolvers" / "derived").glob("*.py"))
    sources = [Path(__file__), *steps, *paths]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]


async def _build(url: str, orders: int, say: Callable[[str], object]) -> None:
    started = perf_counter()
    say(f"Making a company of {orders:,} orders; it is kept for the next run.")
    await database.connect(database.Access(url=url, statement_seconds=3600))
    try:
        await migrating.migrate()
        await _write(url, orders)
        for first in range(1, INVOICES * orders + 1, _CHUNK):
            await progress.settle(range(first, min(first + _CHUNK, INVOICES * orders + 1)))
        for first in range(1, orders + 1, _CHUNK):
            await progress.refresh(range(first, min(first + _CHUNK, orders + 1)))
    finally:
        await database.disconnect()
    run = cast("Any", await asyncpg.connect(url))
    await run.execute("VACUUM FULL")  # the figures were written into rows that stood already
    await run.execute("VACUUM ANALYZE")
    await run.execute("CHECKPOINT")
    await run.close()
    say(f"Made it in {perf_counter() - started:.0f} s.")


async def _write(url: str, orders: int) -> None:
    run = cast(
        "Any", await asyncpg.connect(url, server_settings={"timezone": "UTC", "jit": "off"}, command_timeout=3600)
    )
    try:
        async with run.transaction():
            await run.execute(_PICK)
            await run.execute(_PARTS)
            await run.execute(_SUPPLIERS)
            await run.execute(_ORDERS, orders)
            await run.execute(_LINES)
            await run.execute("ANALYZE purchase_order; ANALYZE purchase_order_line")
            await run.execute(_BILLED, orders)
            await run.execute("ANALYZE billed")
            for statement in _WRITTEN:
                await run.execute(statement)
            await run.execute("UPDATE organization_gate SET last_order_number = 1000 + $1::int", orders)
        await run.execute("ANALYZE")
    finally:
        await run.close()


async def _token() -> str:
    """A token as an administrator makes it; those of earlier runs stay behind."""
    actor = Actor(organization_id=1, user_id=1, roles=frozenset({Role.ADMIN}))
    return (await tokens.create(Call(actor, datetime.now(UTC)), name="bench")).text
