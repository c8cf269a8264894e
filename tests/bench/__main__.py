"""`python -m tests.bench`: reads over HTTP against hand-written SQL, matching, imports, on an embedded PostgreSQL."""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from models.embedded import EmbeddedPostgres
from tests.bench import matching, notices, reads, report
from tests.bench.company import LONG_ORDERS, company
from tests.bench.queries import QUERIES
from tests.bench.report import say

if TYPE_CHECKING:
    from collections.abc import Sequence

DATA: Final = Path(".data") / "bench"
LEAST: Final = 2 * LONG_ORDERS
MATCHING: Final = "matching"
NOTICES: Final = "notices"
PAIRS: Final = 3
"""How often an import with a mail server is compared with one without."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line of `make bench`."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--orders", type=int, default=20_000, help="the size of the company (20000)")
    parser.add_argument(
        "--only", nargs="+", choices=[*(query.name for query in QUERIES), MATCHING, NOTICES], help="these parts"
    )
    parser.add_argument("--rounds", type=int, default=7, help="rounds of each server, in turn (7)")
    parser.add_argument("--seconds", type=float, default=1.5, help="seconds a round (1.5)")
    parser.add_argument("--connections", type=int, default=16, help="connections of the client (16)")
    asked = parser.parse_args(arguments)
    if asked.orders < LEAST:
        parser.error(f"--orders: at least {LEAST}")
    DATA.mkdir(parents=True, exist_ok=True)
    with (DATA / "bench.lock").open("w") as alone:
        try:
            fcntl.flock(alone, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Another bench is running in {DATA}: they would measure each other.")
            return 1
        postgres = EmbeddedPostgres(DATA)
        url = postgres.start()
        try:
            asyncio.run(_bench(postgres, url, asked))
        finally:
            postgres.stop()
    return 0


async def _bench(postgres: EmbeddedPostgres, url: str, asked: argparse.Namespace) -> None:
    say(report.machine())
    queries = [query for query in QUERIES if not asked.only or query.name in asked.only]
    if queries:
        made = await company(url, asked.orders, say)
        process = postgres._process()
        assert process is not None
        effort = reads.Effort(rounds=asked.rounds, seconds=asked.seconds, connections=asked.connections)
        await reads.measure(queries, made, process.pid, effort, DATA)
    if not asked.only or MATCHING in asked.only:
        await matching.measure(url, asked.seconds * asked.rounds)
    if not asked.only or NOTICES in asked.only:
        await notices.measure(url, PAIRS)


if __name__ == "__main__":
    sys.exit(main())
