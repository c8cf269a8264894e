"""The four reads, over HTTP, ours and the hand-written ones in turn."""

from __future__ import annotations

import asyncio
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from tests.bench import load, report, servers
from tests.bench.report import say
from tests.bench.servers import Cost, Measured

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.bench.company import Company
    from tests.bench.queries import Query
    from tests.bench.servers import Server

COMPARED: Final = 25
"""So many answers of each query are compared before any is timed."""
COUNTED: Final = 9
"""So many requests tell how many statements a request costs; their median is believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How long and how hard to measure."""

    rounds: int
    seconds: float
    connections: int


async def measure(queries: Sequence[Query], company: Company, postgres: int, effort: Effort, logs: Path) -> None:
    """Compares and measures, and prints what comes of it."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as client:
        async with servers.ours(company, logs) as ours, servers.floor(company, logs) as floor:
            counts = [(query, await _checked(query, ours, floor, company.orders)) for query in queries]
            say(report.statements(counts))
            say(report.COLUMNS)
            for query in queries:
                for line in await _measured(query, (ours, floor), company.orders, client, postgres, effort):
                    say(line)


async def _checked(query: Query, ours: Server, floor: Server, orders: int) -> int:
    """How many statements a request costs, when the answers were found to be the same.

    Raises:
        AssertionError: the two do not give the same JSON.
    """
    for variables in query.requests(orders, COMPARED):
        mine, its = await ours.answer(query, variables), await floor.answer(query, variables)
        assert mine.status_code == its.status_code == 200, (mine.text[:500], its.text[:500])
        if difference := _difference(mine.json()["data"], its.json()["data"], "data"):
            raise AssertionError(f"{query.title}: the answers differ at {difference}")
    counted: list[int] = []
    for variables in query.requests(orders, COUNTED):
        before = await ours.statements()
        await ours.answer(query, variables)
        counted.append(await ours.statements() - before)
    return int(median(counted))


async def _measured(  # noqa: PLR0913, PLR0917 - all there is to know
    query: Query,
    both: tuple[Server, Server],
    orders: int,
    client: ProcessPoolExecutor,
    postgres: int,
    effort: Effort,
) -> list[str]:
    """Ours, theirs, ours, theirs: whatever else the machine does meets both."""
    jobs = [
        (server, load.Job(server.port, server.requests(query, orders), effort.seconds, effort.connections))
        for server in both
    ]
    measured = [Measured([], Cost()) for _ in both]
    for round_ in range(effort.rounds + 1):
        for (server, job), noted in zip(jobs, measured, strict=True):
            before = servers.cost_so_far(server, postgres)
            found = await asyncio.wrap_future(client.submit(load.run, job))
            if round_:  # the first one warms up
                noted.note(found, servers.cost_so_far(server, postgres) - before)
    return report.reads(query, *measured)


def _difference(mine: Any, its: Any, path: str) -> str | None:
    """The first place at which two JSON values differ."""
    if isinstance(mine, dict) and isinstance(its, dict) and mine.keys() == its.keys():
        return next((found for key in mine if (found := _difference(mine[key], its[key], f"{path}.{key}"))), None)
    if isinstance(mine, list) and isinstance(its, list) and len(mine) == len(its):
        pairs = enumerate(zip(mine, its, strict=True))
        return next((found for at, (one, two) in pairs if (found := _difference(one, two, f"{path}[{at}]"))), None)
    return None if mine == its else f"{path}: {str(mine)[:200]} and {str(its)[:200]}"
