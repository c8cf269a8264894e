"""What runs beneath the operations: the database, embedded or the deployment's own."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models import database, migrating
from models.embedded import EmbeddedPostgres, EmbeddedPostgresError

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self


class StartError(RuntimeError):
    """The server or command cannot start; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True)
class Measures:
    """Figures about the work beneath the operations, for the metrics."""

    statements: int
    connections: int
    idle_connections: int
    largest_pool: int


class Runtime:
    """The database from start to stop: `async with Runtime(...)`.

    Without `url` it is an embedded PostgreSQL in `data_directory`, brought up to date at every start. A database of the
    deployment's own is never changed by a start: one that is out of date is refused, unless `behind_is_fine`.
    """

    def __init__(  # noqa: PLR0913  # one argument a setting
        self,
        *,
        url: str | None,
        data_directory: Path,
        smallest_pool: int = 1,
        largest_pool: int = 10,
        statement_seconds: int = 30,
        behind_is_fine: bool = False,
    ) -> None:
        self._url = url
        self._embedded = None if url else EmbeddedPostgres(data_directory)
        self._smallest_pool = smallest_pool
        self._largest_pool = largest_pool
        self._statement_seconds = statement_seconds
        self._behind_is_fine = behind_is_fine

    async def __aenter__(self) -> Self:
        try:
            url = self._url or await self._start_embedded()
            await database.connect(
                database.Access(
                    url=url,
                    smallest_pool=self._smallest_pool,
                    largest_pool=self._largest_pool,
                    statement_seconds=self._statement_seconds,
                )
            )
            if self._embedded is not None:
                await migrating.migrate()
            elif not self._behind_is_fine:
                await migrating.check_current()
        except (EmbeddedPostgresError, database.DatabaseUnavailableError, migrating.SchemaError) as error:
            await self._stop()
            raise StartError(str(error)) from error
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    async def migrate(self) -> list[str]:
        """Brings the database up to date and returns the names of the steps it took.

        Raises:
            StartError: the database is newer than this program.
        """
        try:
            return await migrating.migrate()
        except migrating.SchemaError as error:
            raise StartError(str(error)) from error

    async def problem(self) -> str | None:
        """Why requests cannot be answered now; None if they can."""
        try:
            async with asyncio.timeout(2):
                return (await migrating.standing()).problem
        except TimeoutError:
            return "the database does not answer within 2 seconds"
        except database.UNAVAILABLE as error:
            return f"the database cannot be reached: {type(error).__name__}"

    def measures(self) -> Measures:
        """The figures as they are now."""
        pool = database.pool_state()
        return Measures(database.statements.total, pool.size, pool.idle, pool.largest)

    async def _start_embedded(self) -> str:
        assert self._embedded is not None  # noqa: S101  # there is no URL
        return await asyncio.to_thread(self._embedded.start)

    async def _stop(self) -> None:
        await database.disconnect()
        if self._embedded is not None:
            await asyncio.to_thread(self._embedded.stop)
