"""A real PostgreSQL for every test that asks for `db`, empty at its start.

Without TEST_DATABASE_URL there is one embedded server in the machine's temporary directory, shared by all workers and
kept between runs; with it, the server that it names, on which the login must be allowed to create databases. Each
worker makes a database by the migrations, once, and empties it after every test.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import psutil
import pytest

from graph.settings import Settings
from models import database, migrating
from models.embedded import MAJOR_VERSION, EmbeddedPostgres, EmbeddedPostgresError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

# Losing a test database costs nothing; waiting for the disk does.
FORGETFUL: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "300"}


class Clock:
    """The time of day as the tests want it. The one thing that is not real here."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: int) -> None:
        """Lets time pass: `clock.advance(days=3)`."""
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    """Noon of 10 March 2025."""
    return Clock(datetime(2025, 3, 10, 12, tzinfo=UTC))


@pytest.fixture
def settings() -> Settings:
    """A deployment that has decided nothing."""
    return Settings()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A server on which the tests may create databases."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    directory = Path(tempfile.gettempdir()) / f"po-graph-tests-{os.geteuid()}-{MAJOR_VERSION}"
    server = EmbeddedPostgres(directory, FORGETFUL)
    try:
        url = server.start()
    except EmbeddedPostgresError:  # a machine that crashed may have left it broken: fsync is off
        shutil.rmtree(directory / "postgres", ignore_errors=True)
        url = server.start()
    yield url
    server.stop()


@pytest.fixture(scope="session")
async def database_url(postgres_url: str) -> AsyncIterator[str]:
    """This worker's own database, made by the migrations."""
    name = f"po_graph_test_{os.getpid()}"
    async with administrator(postgres_url) as run:
        for left_behind in await abandoned_databases(run):
            with suppress(asyncpg.InvalidCatalogNameError):  # another worker was faster
                await run.execute(f'DROP DATABASE "{left_behind}" WITH (FORCE)')
        await run.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    yield on_database(postgres_url, name)
    async with administrator(postgres_url) as run:
        await run.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
async def schema(database_url: str) -> AsyncIterator[str]:
    """The process's pool on this worker's database, with every table in it."""
    await database.connect(database.Access(url=database_url, largest_pool=20))
    await migrating.migrate()
    yield database_url
    await database.disconnect()


@pytest.fixture
async def db(schema: str) -> AsyncIterator[str]:
    """The database, empty; its URL, for tests that connect by themselves."""
    yield schema
    await empty_every_table()


class administrator:  # noqa: N801  # reads as a word of the sentence it stands in
    """A connection outside the pool, for a moment."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.connection: Any = None

    async def __aenter__(self) -> Any:
        self.connection = cast("Any", await asyncpg.connect(self.url))
        return self.connection

    async def __aexit__(self, *_: object) -> None:
        await self.connection.close()


async def abandoned_databases(run: Any) -> list[str]:
    """The test databases whose process is gone."""
    found = await run.fetch("SELECT datname FROM pg_database WHERE datname LIKE 'po_graph_test_%'")
    names: list[str] = [row["datname"] for row in found]
    return [name for name in names if not psutil.pid_exists(int(name.rsplit("_", 1)[1]))]


def on_database(url: str, name: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


# Deleting without checking foreign keys takes 2 ms, truncating two dozen related tables 35 ms; only a superuser may do
# the former.
EMPTYING: Final = """
    DO $$
    DECLARE
        one text;
        filled boolean;
        all_filled text[] := '{}';
    BEGIN
        FOR one IN SELECT quote_ident(tablename) FROM pg_tables
                   WHERE schemaname = 'public' AND tablename <> 'tortoise_migrations' LOOP
            EXECUTE 'SELECT EXISTS (SELECT FROM ' || one || ')' INTO filled;
            IF filled THEN
                all_filled := all_filled || one;
            END IF;
        END LOOP;
        IF all_filled <> '{}' THEN
            BEGIN
                SET LOCAL session_replication_role = replica;
                FOREACH one IN ARRAY all_filled LOOP
                    EXECUTE 'DELETE FROM ' || one;
                END LOOP;
                SET LOCAL session_replication_role = origin;
            EXCEPTION WHEN insufficient_privilege THEN
                EXECUTE 'TRUNCATE ' || array_to_string(all_filled, ', ') || ' CASCADE';
            END;
        END IF;
    END $$
"""


async def empty_every_table() -> None:
    """Empties the tables that hold anything, in one statement."""
    await database.connection().execute_script(EMPTYING)
