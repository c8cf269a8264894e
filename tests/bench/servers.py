"""The two servers that are compared, each in a process of its own, and what they cost the machine."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import httpx
import psutil

from tests.bench.load import Load, request

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from tests.bench.company import Company
    from tests.bench.queries import Query

SECONDS_TO_START: Final = 60


@dataclass(frozen=True, slots=True)
class Server:
    """A server that listens. With a token it is ours and speaks GraphQL; the floor takes variables only."""

    process: asyncio.subprocess.Process
    port: int
    token: str = ""

    def requests(self, query: Query, orders: int) -> tuple[bytes, ...]:
        """The query's requests, as this server takes them."""
        return tuple(self._request(query, variables) for variables in query.requests(orders))

    async def answer(self, query: Query, variables: dict[str, object]) -> httpx.Response:
        """One answer, to be looked at."""
        path, body = self._address(query, variables)
        headers = {"content-type": "application/json"}
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}") as client:
            return await client.post(path, content=body, headers=headers, timeout=60)

    async def statements(self) -> int:
        """How many database statements the server has sent so far, as its own metrics tell."""
        async with httpx.AsyncClient() as client:
            text = (await client.get(f"http://127.0.0.1:{self.port}/metrics")).text
        [line] = [line for line in text.splitlines() if line.startswith("po_graph_statements_total ")]
        return int(float(line.split()[1]))

    def _request(self, query: Query, variables: dict[str, object]) -> bytes:
        path, body = self._address(query, variables)
        return request(path, body, self.token)

    def _address(self, query: Query, variables: dict[str, object]) -> tuple[str, bytes]:
        return (
            ("/graphql", query.body(variables)) if self.token else (f"/{query.name}", query.variables_only(variables))
        )


@asynccontextmanager
async def ours(company: Company, logs: Path) -> AsyncGenerator[Server]:
    """The server as it is deployed: `python -m graph serve`, one worker, logging every request."""
    port = _free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PO_GRAPH_")},
        "DATABASE_URL": company.url,
        "PO_GRAPH_LOG_FORMAT": "json",
    }
    arguments = ("-m", "graph", "serve", "--port", str(port))
    async with _running(arguments, environment, port, logs / "server.log") as process:
        yield Server(process, port, company.token)


@asynccontextmanager
async def floor(company: Company, logs: Path) -> AsyncGenerator[Server]:
    """The hand-written SQL."""
    port = _free_port()
    arguments = ("-m", "tests.bench.floor", company.url, str(port))
    async with _running(arguments, dict(os.environ), port, logs / "floor.log") as process:
        yield Server(process, port)


@dataclass(slots=True)
class Cost:
    """Seconds of processor time, in the server and in PostgreSQL."""

    server: float = 0
    database: float = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.server + other.server, self.database + other.database)

    def __sub__(self, other: Cost) -> Cost:
        return Cost(self.server - other.server, self.database - other.database)


def cost_so_far(server: Server, postgres: int) -> Cost:
    """What the server's process and PostgreSQL's have used until now."""
    backends = psutil.Process(postgres).children()
    return Cost(_used(server.process.pid), sum(_used(each.pid) for each in backends))


@dataclass(slots=True)
class Measured:
    """All rounds of one query on one server."""

    loads: list[Load]
    cost: Cost
    answers: int = 0

    def note(self, load: Load, cost: Cost) -> None:
        """One more round."""
        self.loads.append(load)
        self.cost += cost
        self.answers += len(load.latencies)


def _used(process: int) -> float:
    """Seconds on a processor: exact where Linux counts them, else in ticks; none for one that is gone."""
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9
    except (OSError, ValueError, IndexError):
        pass
    try:
        times = psutil.Process(process).cpu_times()
    except psutil.Error:
        return 0
    return times.user + times.system


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@asynccontextmanager
async def _running(
    arguments: tuple[str, ...], environment: dict[str, str], port: int, log: Path
) -> AsyncGenerator[asyncio.subprocess.Process]:
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, env=environment, stdout=output, stderr=asyncio.subprocess.STDOUT
        )
        try:
            await _listening(process, port, log)
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


async def _listening(process: asyncio.subprocess.Process, port: int, log: Path) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and process.returncode is None:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return
    raise RuntimeError(f"the server did not start; its log ends with: {log.read_text()[-2000:]}")
