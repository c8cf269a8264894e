"""The connection to PostgreSQL: one pool a process, set up the way the reads and writes here expect it.

Times are UTC on both sides. Just-in-time compilation is off: our deep read statements look expensive to the planner,
and would be compiled at every run. Connections are not reset when they come back to the pool, which would cost a
round trip for each statement; so nothing may leave session state behind: `SET LOCAL` instead of `SET`,
`pg_advisory_xact_lock` instead of `pg_advisory_lock`. What asyncpg does without a round trip stays: a transaction left
open is rolled back, listeners are removed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import asyncpg
from tortoise import Tortoise, context
from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.connection import get_connection
from tortoise.exceptions import BaseORMException

if TYPE_CHECKING:
    from tortoise.backends.base.client import BaseDBAsyncClient

APP: Final = "models"
OLDEST_VERSION: Final = 15

_NOT_TABLES: Final = frozenset(
    {"__init__", "base", "batches", "database", "embedded", "fields", "migrating", "statuses", "values", "views"}
)
MODEL_MODULES: Final = tuple(
    sorted(f"models.{file.stem}" for file in Path(__file__).parent.glob("*.py") if file.stem not in _NOT_TABLES)
)
"""Every module of this package whose rows are tables."""
VIEW_MODULES: Final = ("models.views",)
"""The modules whose rows are views: migrations create them by plain SQL, and Tortoise must not."""


class DatabaseUnavailableError(RuntimeError):
    """There is no database to work with; the sentence says why, without the password."""


UNAVAILABLE: Final = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that is taken out of the pool in the moment in which it dies
    BaseORMException,
)
"""What comes up when the database is away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Where the database is, and how it may be used."""

    url: str
    smallest_pool: int = 1
    largest_pool: int = 10
    statement_seconds: int = 30
    """A statement that runs longer is canceled."""
    application_name: str = "po-graph"


@dataclass(frozen=True, slots=True)
class PoolState:
    """Connections of the pool: how many there are, how many wait for work, how many there may be."""

    size: int
    idle: int
    largest: int


class StatementCount:
    """How many statements this process has sent, of its transactions' own `BEGIN` and `COMMIT` too."""

    def __init__(self) -> None:
        self.total = 0

    def note(self, _statement: object) -> None:
        """One more."""
        self.total += 1


statements: Final = StatementCount()

_ARRAYS: Final = "bigint integer smallint numeric text varchar date timestamptz boolean jsonb"
_EVERY_ARRAY: Final = f"SELECT {', '.join(f'NULL::{of}[]' for of in _ARRAYS.split())}"


class Client(AsyncpgDBClient):
    """Tortoise's client, which connects by URL and leaves connections as they are when they come back."""

    def __init__(self, *, url: str, **options: Any) -> None:
        super().__init__(**options)
        self._url = url  # kept out of the options, which are logged

    async def create_pool(self, **options: Any) -> asyncpg.Pool:
        """A pool on the URL: everything that could be said in an option may be said there."""
        for said_by_url in ("host", "port", "user", "password", "database"):
            options.pop(said_by_url)
        return await asyncpg.create_pool(self._url, init=_prepare, reset=_leave, **options)


client_class = Client  # by this name Tortoise finds it in the module that `engine` names


async def connect(access: Access) -> None:
    """Opens the process's pool and makes the rows usable. `disconnect` closes it.

    Raises:
        DatabaseUnavailableError: nothing answers there, the login is wrong, or PostgreSQL is older than 15.
    """
    await _check_server(access.url)
    await Tortoise.init(config=configuration(access), _enable_global_fallback=True)
    await ping()


async def disconnect() -> None:
    """Closes the pool; what still runs on it is waited for, ten seconds at most."""
    current = context.get_current_context()
    if current is not None:
        await current.close_connections()


async def ping() -> None:
    """Returns when the database answers."""
    await connection().execute_query("SELECT 1")


def connection() -> BaseDBAsyncClient:
    """The pool, or the transaction that is open here."""
    return get_connection("default")


async def rows(statement: str, *values: object) -> list[dict[str, Any]]:
    """What the statement finds, on the pool or in the transaction that is open here."""
    return cast("list[dict[str, Any]]", await connection().execute_query_dict(statement, list(values)))


def pool_state() -> PoolState:
    """How busy the pool is now."""
    pool: Any = cast("Client", connection())._pool  # noqa: SLF001  # Tortoise has no public name for it
    return PoolState(0, 0, 0) if pool is None else PoolState(pool.get_size(), pool.get_idle_size(), pool.get_max_size())


def configuration(access: Access) -> dict[str, Any]:
    """The database and the rows, in Tortoise's words."""
    return {
        "connections": {
            "default": {
                "engine": __name__,
                "credentials": {
                    "url": access.url,
                    "minsize": access.smallest_pool,
                    "maxsize": access.largest_pool,
                    "application_name": access.application_name,
                    "server_settings": {
                        "timezone": "UTC",
                        "jit": "off",
                        "statement_timeout": f"{access.statement_seconds}s",
                        "idle_in_transaction_session_timeout": f"{2 * access.statement_seconds}s",
                    },
                },
            }
        },
        "apps": {
            APP: {"models": list(MODEL_MODULES), "migrations": "models.migrations", "default_connection": "default"},
            "views": {"models": list(VIEW_MODULES), "default_connection": "default"},
        },
        "use_tz": True,
        "timezone": "UTC",
    }


async def _check_server(url: str) -> None:
    try:
        server = cast("Any", await asyncpg.connect(url, timeout=10))
    except (*UNAVAILABLE, ValueError) as error:
        raise DatabaseUnavailableError(f"the database cannot be reached: {error or type(error).__name__}") from error
    version: int = server.get_server_version().major
    encoding: str = server.get_settings().server_encoding
    await server.close()
    if version < OLDEST_VERSION:
        raise DatabaseUnavailableError(f"PostgreSQL {version} is too old: {OLDEST_VERSION} or later is needed")
    if encoding != "UTF8":
        raise DatabaseUnavailableError(f"the database stores text as {encoding}: it has to be created with UTF8")


async def _prepare(new: Any) -> None:
    # asyncpg looks up the type of an array where it first meets it, with up to three statements for each type. Asked
    # for all of them at once here, a new connection sends what an old one sends.
    await new.prepare(_EVERY_ARRAY)
    new.add_query_logger(statements.note)


async def _leave(_returned: Any) -> None:
    """In place of asyncpg's reset query."""
