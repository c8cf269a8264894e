"""The database as the rows meet it: how connections are set up, what it refuses by itself, how it comes up to date."""

from __future__ import annotations

import asyncio
import sys
from datetime import date
from typing import Any

import asyncpg
import pytest
from tortoise.exceptions import IntegrityError, OperationalError
from tortoise.transactions import in_transaction

from models import database, migrating
from models.organization import Organization
from tests.conftest import administrator, on_database
from tests.serving import graph, new_database

# ------------------------------------------------------------------------------------------------------- connections


@pytest.mark.parametrize(
    ("setting", "value"),
    [("jit", "off"), ("TimeZone", "UTC"), ("statement_timeout", "30s"), ("application_name", "po-graph")],
)
async def test_connections_are_set_up_for_our_statements(schema: str, setting: str, value: str) -> None:
    [row] = await database.rows("SELECT current_setting($1) AS value", setting)

    assert row["value"] == value


async def test_a_transaction_that_somebody_left_open_is_gone_when_the_connection_comes_back(db: str) -> None:
    client: Any = database.connection()
    async with client.acquire_connection() as connection:
        await connection.execute("INSERT INTO organization (name, key) VALUES ('Left', 'left')")  # committed
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("INSERT INTO organization (name, key) VALUES ('Open', 'open')")

    assert await Organization.all().values_list("key", flat=True) == ["left"]


async def test_statements_are_counted(schema: str) -> None:
    before = database.statements.total

    await database.rows("SELECT 1")
    await database.rows("SELECT 2")
    await asyncio.sleep(0)  # the count is kept right after the statement, on the loop

    assert database.statements.total == before + 2


async def test_a_new_connection_sends_what_an_old_one_sends(schema: str) -> None:
    async with (
        asyncpg.create_pool(schema, min_size=1, max_size=1, init=database._prepare) as pool,
        pool.acquire() as new,
    ):
        before = database.statements.total
        await new.fetch("SELECT ARRAY[1::bigint], ARRAY['a'], ARRAY[1.5], ARRAY[$1::date]", date(2025, 3, 10))
        await asyncio.sleep(0)
        assert database.statements.total == before + 1


async def test_a_statement_that_runs_too_long_is_canceled(schema: str) -> None:
    async with in_transaction():
        await database.rows("SELECT set_config('statement_timeout', '50ms', true)")

        with pytest.raises((OperationalError, asyncpg.QueryCanceledError), match="statement timeout"):
            await database.rows("SELECT pg_sleep(5)")


async def test_nothing_answers_there() -> None:
    with pytest.raises(database.DatabaseUnavailableError, match="the database cannot be reached") as caught:
        await database.connect(database.Access(url="postgresql://po:secret@127.0.0.1:1/po"))

    assert "secret" not in str(caught.value)


async def test_a_database_that_does_not_exist_is_named(postgres_url: str) -> None:
    with pytest.raises(database.DatabaseUnavailableError, match='"nowhere" does not exist'):
        await database.connect(database.Access(url=on_database(postgres_url, "nowhere")))


async def test_an_old_postgresql_is_refused(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "OLDEST_VERSION", 99)

    with pytest.raises(database.DatabaseUnavailableError, match=r"PostgreSQL \d\d is too old: 99 or later is needed"):
        await database.connect(database.Access(url=postgres_url))


async def test_a_database_that_stores_other_text_is_refused(postgres_url: str) -> None:
    async with administrator(postgres_url) as run:
        await run.execute("CREATE DATABASE po_graph_latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    try:
        with pytest.raises(database.DatabaseUnavailableError, match="stores text as LATIN1"):
            await database.connect(database.Access(url=on_database(postgres_url, "po_graph_latin")))
    finally:
        async with administrator(postgres_url) as run:
            await run.execute("DROP DATABASE po_graph_latin WITH (FORCE)")


# ------------------------------------------------------------------------------------------- what the database refuses


async def test_only_known_words_are_stored(db: str) -> None:
    with pytest.raises(IntegrityError, match="organization_date_basis_word"):
        await database.rows("INSERT INTO organization (name, key, date_basis) VALUES ('A', 'a', 'SOMEDAY')")


async def test_rows_that_come_by_plain_sql_get_the_defaults(db: str) -> None:
    await database.rows("INSERT INTO organization (name, key) VALUES ('A', 'a')")

    stored = await Organization.get(key="a")

    assert (stored.date_basis.value, stored.overdraw_policy.value) == ("BILLING_PERIOD", "ALLOW")
    assert stored.created_at.tzinfo is not None


# -------------------------------------------------------------------------------------------------------- migrations


async def test_the_migrations_make_what_the_rows_say() -> None:
    code = await asyncio.create_subprocess_exec(sys.executable, "-m", "models.migrating", "--check")

    assert await code.wait() == 0


async def test_two_migrations_at_once_are_one(postgres_url: str) -> None:
    async with new_database(postgres_url) as url:
        answers = await asyncio.gather(*(graph("migrate", url=url) for _ in range(2)))
        standing = await graph("migrate", "--check", url=url)

    assert [code for code, _ in answers] == [0, 0]
    assert sorted(output.startswith("migrated 0001") for _, output in answers) == [False, True]
    assert standing == (0, "The database is up to date.\n")


async def test_the_server_does_not_start_on_an_outdated_database(postgres_url: str) -> None:
    async with new_database(postgres_url) as url:
        check = await graph("migrate", "--check", url=url)
        code, output = await graph("serve", "--port", "0", url=url)

    assert check[0] == 1
    assert code != 0
    assert "the database lacks the migrations 0001" in output
    assert "python -m graph migrate" in output
    assert "Traceback" not in output


async def test_neither_server_nor_migrate_touch_a_database_that_is_newer(postgres_url: str) -> None:
    async with new_database(postgres_url) as url:
        await graph("migrate", url=url)
        async with administrator(url) as run:
            await run.execute(
                "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('models', '9999_future', now())"
            )
        answers = [await graph("serve", "--port", "0", url=url), await graph("migrate", url=url)]

    for code, output in answers:
        assert code != 0
        assert "the database is newer than this program: it has the migrations 9999_future" in output
        assert "Traceback" not in output


async def test_a_migration_that_fails_leaves_nothing(postgres_url: str) -> None:
    async with new_database(postgres_url) as url:
        async with administrator(url) as run:
            await run.execute("CREATE TABLE supplier (in_the_way text)")
        code, output = await graph("migrate", url=url)
        async with administrator(url) as run:
            tables = await run.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")

    assert code != 0
    assert "supplier" in output
    assert [row["tablename"] for row in tables] == ["supplier"]


async def test_a_current_database_passes(schema: str) -> None:
    assert await migrating.pending() == []
    await migrating.check_current()
