"""Servers, commands and databases of a test's own, for what only a process shows: starting, stopping, dying."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from tests.conftest import administrator, on_database

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

LISTENING: Final = re.compile(r"running on (http://[^ ]+)")


class Server:
    """`python -m graph serve` on a free port."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.url = ""
        self.lines: list[str] = []

    @property
    def output(self) -> str:
        """What it has printed so far."""
        return "".join(self.lines)

    async def read(self) -> None:
        """Reads what it prints until it listens, or ends."""
        while line := await self._line():
            if found := LISTENING.search(line):
                self.url = found[1]
                return

    async def ended(self) -> int:
        """Its exit code, when it has ended by itself."""
        async with asyncio.timeout(60):
            while await self._line():
                pass
            return await self.process.wait()

    async def _line(self) -> str:
        assert self.process.stdout is not None
        self.lines.append((await self.process.stdout.readline()).decode())
        return self.lines[-1]


@asynccontextmanager
async def serving(directory: Path, *arguments: str, **environment: str) -> AsyncGenerator[Server]:
    """A server on an embedded PostgreSQL in `directory`, unless the environment names another; killed at the end."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PO_GRAPH_", "DATABASE_URL"))}
    own |= {"PO_GRAPH_DATA_DIRECTORY": str(directory), "PO_GRAPH_LOG_FORMAT": "json", **environment}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "graph", "serve", "--port", "0", *arguments),
        env=own,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    server = Server(process)
    try:
        async with asyncio.timeout(60):
            await server.read()
        yield server
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@asynccontextmanager
async def new_database(server: str) -> AsyncGenerator[str]:
    """An empty database on the server, gone afterwards."""
    name = f"po_graph_test_{uuid4().hex}_{os.getpid()}"
    async with administrator(server) as run:
        await run.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    yield on_database(server, name)
    async with administrator(server) as run:
        await run.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


async def graph(*arguments: str, url: str) -> tuple[int, str]:
    """Exit code and output of `python -m graph` on a database."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "graph", *arguments),
        env={**os.environ, "DATABASE_URL": url},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, output.decode()
