"""Dispatchers as processes of their own: started, stopped, killed at the worst moment (B7)."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from models import database
from models.notice import Notice
from models.statuses.people import NoticeKind, NoticeState
from tests.conftest import administrator
from tests.factories import make_call, make_order_row
from tests.mailers.conftest import make_notice
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from tests.mailers.post_office import PostOffice


WAITING: Final = (
    "FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%notice%'"
)


def environment(url: str, office: PostOffice) -> dict[str, str]:
    return {
        "DATABASE_URL": url,
        "PO_GRAPH_SMTP_HOST": "localhost",
        "PO_GRAPH_SMTP_PORT": str(office.port),
        "PO_GRAPH_SMTP_SECURITY": "none",
        "PO_GRAPH_MAIL_SENDER": "orders@example.com",
    }


@asynccontextmanager
async def dispatching(url: str, office: PostOffice, *arguments: str) -> AsyncGenerator[asyncio.subprocess.Process]:
    """`python -m graph dispatch`; killed at the end, if it still runs."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "graph", "dispatch", *arguments),
        env={**os.environ, **environment(url, office)},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def until(check: Any, seconds: int = 60) -> None:
    """Wait until the check is true."""
    async with asyncio.timeout(seconds):
        while not await check():  # noqa: ASYNC110 - what another process does can only be looked at
            await asyncio.sleep(0.05)


async def test_a_process_of_its_own_sends_what_comes_until_it_is_told_to_stop(db: str, office: PostOffice):
    call = await make_call()
    async with dispatching(db, office) as process:
        await make_notice(call)
        await until(lambda: Notice.filter(state=NoticeState.SENT).exists())
        await make_notice(call)
        await until(lambda: _counted(2))

        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
            assert await process.wait() == 0

    assert len(office.received) == 2


async def _waits(holder: Any) -> bool:
    return bool(await holder.fetchval(f"SELECT count(*) {WAITING}"))


async def _tried(office: PostOffice) -> bool:
    return bool(office.tried)


async def _counted(sent: int) -> bool:
    return await Notice.filter(state=NoticeState.SENT).count() == sent


async def test_what_is_due_now_can_be_sent_by_a_command_that_ends(db: str, office: PostOffice):
    await make_notice(await make_call())

    async with dispatching(db, office, "--once") as process, asyncio.timeout(60):
        assert await process.wait() == 0

    assert (len(office.received), await _counted(1)) == (1, True)


async def test_the_server_sends_by_itself_unless_a_process_of_its_own_does(db: str, office: PostOffice, tmp_path: Path):
    call = await make_call()
    quiet = {**environment(db, office), "PO_GRAPH_DISPATCH": "0"}
    async with serving(tmp_path, **quiet):
        await make_notice(call)
        await asyncio.sleep(3)
        assert office.tried == []

    async with serving(tmp_path, **environment(db, office)):
        await until(lambda: _counted(1))


async def test_a_server_without_a_mail_server_keeps_notices_and_says_so(db: str, tmp_path: Path):
    notice = await make_notice(await make_call())

    async with serving(tmp_path, DATABASE_URL=db):
        await until(lambda: Notice.filter(state=NoticeState.KEPT).exists())

    await notice.refresh_from_db()
    assert notice.sent_at is None


async def test_a_dispatcher_killed_between_sending_and_noting_repeats_the_mail_under_its_name(
    db: str, office: PostOffice
):
    notice = await make_notice(await make_call())
    office.open.clear()
    async with administrator(db) as holder, dispatching(db, office) as process:
        await until(lambda: _tried(office))
        # What it wants to note has to wait for this transaction; before it ends, the dispatcher is dead.
        await holder.execute("BEGIN")
        await holder.execute("SELECT FROM notice FOR UPDATE")
        office.open.set()
        await asyncio.wait_for(office.taken.wait(), 30)
        await until(lambda: _waits(holder))
        process.kill()
        await process.wait()
        # PostgreSQL would carry out what a dead client has asked for.
        await holder.execute(f"SELECT pg_terminate_backend(pid) {WAITING}")
        await holder.execute("ROLLBACK")
    assert len(office.received) == 1

    # Nobody else has it in hand before its claim ends.
    await notice.refresh_from_db()
    assert notice.state is NoticeState.SENDING
    async with dispatching(db, office, "--once") as other:
        assert await other.wait() == 0
    assert len(office.received) == 1

    await database.rows("UPDATE notice SET next_attempt_at = next_attempt_at - interval '11 minutes'")
    async with dispatching(db, office, "--once") as other:
        assert await other.wait() == 0

    await notice.refresh_from_db()
    assert (notice.state, notice.attempts) == (NoticeState.SENT, 2)
    assert office.message_ids == [notice.message_id, notice.message_id]


async def test_several_processes_send_each_mail_once(db: str, office: PostOffice):
    call = await make_call()
    order = await make_order_row(call)
    addresses = [f"contact{number}@example.com" for number in range(60)]
    for address in addresses:
        await make_notice(call, address, order=order, kind=NoticeKind.ORDER_CLOSED)

    async with dispatching(db, office), dispatching(db, office), dispatching(db, office):
        await until(lambda: _counted(60))

    assert Counter(office.recipients) == Counter(addresses)
