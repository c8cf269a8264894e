"""What a dead mail server costs an import: nothing.

The same import, in turn with a mail server that is up and one that is down, while a dispatcher has notices to send.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, cast

import asyncpg
import orjson

from models import database
from models.statuses.people import Role
from resolvers.importing import runner
from resolvers.operation import Call
from resolvers.visibility import Actor
from tests.bench.company import PREFIX, on_database
from tests.bench.matching import AT_ONCE, Bill, make_company, summary
from tests.bench.report import say

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

INVOICES: Final = 10_000
BACKLOG: Final = 1_000

_DATABASE: Final = f"{PREFIX}_notices"
_ACTOR: Final = Actor(organization_id=1, user_id=1, roles=frozenset({Role.ADMIN}))

_CONTACTS: Final = """
INSERT INTO purchase_order_contact (organization_id, purchase_order_id, name, email)
SELECT 1, id, 'Contact ' || n, 'contact' || n || '@example.com' FROM purchase_order, generate_series(1, 2) n"""

_BACKLOG: Final = f"""
INSERT INTO notice (organization_id, kind, purchase_order_id, contact_id, recipient_email, cause, message_id,
                    next_attempt_at)
SELECT 1, 'ORDER_CLOSED', purchase_order_id, id, email,
       '{{"order": {{"id": "po_1", "number": "PO0001001", "name": null, "supplier": "Cloud Provider",
                    "expiration_date": null, "balance": null}}}}',
       '<' || gen_random_uuid() || '@example.com>', now()
FROM purchase_order_contact, generate_series(1, {BACKLOG}) LIMIT {BACKLOG}"""  # noqa: S608 - our own figure


async def measure(server: str, pairs: int) -> None:
    """Measures and prints: so many pairs of imports, each with its neighbour in time."""
    say(f"An import of {INVOICES:,} invoices while {BACKLOG:,} notices are due, mail server up and down:")
    url = on_database(server, _DATABASE)
    run = cast("Any", await asyncpg.connect(server))
    await run.execute(f'DROP DATABASE IF EXISTS "{_DATABASE}" WITH (FORCE)')
    await run.execute(f'CREATE DATABASE "{_DATABASE}" TEMPLATE template0')
    try:
        await database.connect(database.Access(url=url))
        try:
            await make_company(url)
            await database.connection().execute_script(_CONTACTS)
            await _pairs(url, pairs)
        finally:
            await database.disconnect()
    finally:
        await run.execute(f'DROP DATABASE IF EXISTS "{_DATABASE}" WITH (FORCE)')
        await run.close()


async def _pairs(url: str, pairs: int) -> None:
    numbers = count()
    await _imported(numbers, INVOICES // 10)  # the plans and snapshots that every later import finds
    ups: list[float] = []
    downs: list[float] = []
    for _ in range(pairs):
        async with _mail_server() as port, _dispatching(url, port):
            ups.append(await _imported(numbers, INVOICES))
        async with _dispatching(url, _free_port()):
            downs.append(await _imported(numbers, INVOICES))
    ratios = [down / up for up, down in zip(ups, downs, strict=True)]
    say(f"{'  invoices a second, mail server up':60}{median(ups):>12,.0f}")
    say(f"{'  invoices a second, mail server down':60}{median(downs):>12,.0f}")
    say(f"{'  ratio, the median of neighbours':60}{median(ratios):>12.2f}  {min(ratios):.2f}-{max(ratios):.2f}")


async def _imported(numbers: Iterator[int], rows: int) -> float:
    """Invoices a second."""
    await database.connection().execute_script("DELETE FROM notice")
    await database.connection().execute_script(_BACKLOG)
    await asyncio.sleep(3)  # until the dispatcher has begun
    started = perf_counter()
    totals = await runner.import_file(
        Call(_ACTOR, datetime.now(UTC)),
        _file(numbers, rows),
        runner.Options(supplier="sup_1"),
        told=lambda _totals, _reports: None,
    )
    assert totals.recorded == rows
    return rows / (perf_counter() - started)


def _file(numbers: Iterator[int], rows: int) -> Iterator[bytes]:
    yield b'{"InvoiceSummaries": ['
    for at in range(rows // AT_ONCE):
        yield (b"," if at else b"") + b",".join(orjson.dumps(summary(Bill(next(numbers)))) for _ in range(AT_ONCE))
    yield b"]}"


@asynccontextmanager
async def _mail_server() -> AsyncGenerator[int]:
    """A mail server in a process of its own, which takes everything and keeps nothing."""
    port = _free_port()
    sink = ("-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Sink", "-l", f"localhost:{port}")
    async with _process(*sink):
        while not _listens(port):  # noqa: ASYNC110 - it tells it no other way
            await asyncio.sleep(0.05)
        yield port


@asynccontextmanager
async def _dispatching(url: str, port: int) -> AsyncGenerator[None]:
    """A dispatcher in a process of its own."""
    settings = {
        "DATABASE_URL": url,
        "PO_GRAPH_SMTP_HOST": "localhost",
        "PO_GRAPH_SMTP_PORT": str(port),
        "PO_GRAPH_SMTP_SECURITY": "none",
        "PO_GRAPH_MAIL_SENDER": "orders@example.com",
    }
    async with _process("-m", "graph", "dispatch", **settings):
        yield


@asynccontextmanager
async def _process(*arguments: str, **environment: str) -> AsyncGenerator[None]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.kill()
        await process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return probe.getsockname()[1]


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("localhost", port)) == 0
