"""Mails on their way, and the daily look at expirations: what runs beside the requests, in any number of processes."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import structlog

from mailers.dispatcher import POLL, Dispatcher
from mailers.transport import MailServer
from models import database
from models.statuses.orders import PurchaseOrderStatus
from models.statuses.people import NoticeKind
from resolvers.rules.notices import CONTACT_KINDS, expires_for_somebody
from resolvers.telling.sweep import sweep

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import date
    from types import TracebackType
    from typing import Self

    from mailers.causes import Cause

__all__ = ["Dispatching", "MailServer", "overtaken"]

_log: Any = structlog.get_logger("resolvers.telling.dispatching")

LOOK: Final = timedelta(minutes=1)
"""How often it is asked whether today's look at expirations has been taken: at most so late is the day's first mail."""

PATIENCE: Final = timedelta(seconds=20)

_EXPIRY: Final = (NoticeKind.ORDER_EXPIRING, NoticeKind.ORDER_EXPIRED, NoticeKind.BLANKET_EXPIRING)


class Dispatching:
    """Sends mails and looks at expirations as long as the block lasts: `async with Dispatching(...)`.

    At its end it finishes what is on its way, and cuts off what takes longer than `patience`.
    """

    def __init__(
        self,
        server: MailServer | None,
        *,
        clock: Callable[[], datetime] | None = None,
        poll: timedelta = POLL,
        look: timedelta = LOOK,
        patience: timedelta = PATIENCE,
    ) -> None:
        self._clock = clock or _utc_now
        self._look = look
        self._patience = patience
        self._dispatcher = Dispatcher(server, overtaken, clock=clock, poll=poll)
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._tasks = [
            asyncio.create_task(self._kept_up(lambda: self._dispatcher.run(self._stopping))),
            asyncio.create_task(self._kept_up(self._sweep_daily)),
        ]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        _, late = await asyncio.wait(self._tasks, timeout=self._patience.total_seconds())
        for task in late:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def once(self) -> int:
        """Look at today's expirations, unless somebody has, and send what is due now; how many mails were tried."""
        await sweep(self._clock())
        return await self._dispatcher.send_due()

    async def _kept_up(self, work: Callable[[], Awaitable[None]]) -> None:
        """A mistake of ours in one turn must not end all the later ones: it is logged, and the work taken up again."""
        while not self._stopping.is_set():
            try:
                await work()
            except Exception:  # noqa: BLE001 - whatever it was
                _log.exception("the work on notices has failed; it is taken up again")
                await self._wait(self._look)

    async def _wait(self, pause: timedelta) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), pause.total_seconds())

    async def _sweep_daily(self) -> None:
        swept: date | None = None
        while not self._stopping.is_set():
            now = self._clock()
            if swept != now.date():
                try:
                    queued = await sweep(now)
                    swept = now.date()
                    _log.info("looked at today's expirations", queued=queued)
                except database.UNAVAILABLE as error:
                    _log.warning("expirations cannot be looked at now", problem=str(error) or type(error).__name__)
            await self._wait(self._look)


def overtaken(row: Mapping[str, Any], cause: Cause) -> str | None:
    """Why a mail is not to be sent any more; none where it still is true and wanted.

    The expiry of an order is told only while it is the one that was planned: not for one that was suspended, closed or
    deleted since, nor after its date was changed. What happened stays true, but is not told to whom it does not concern
    any more.

    Source: B4, B5.
    """
    kind = NoticeKind[row["kind"]]
    if kind in CONTACT_KINDS and row["contact_id"] is None:
        return "the contact was removed"
    if kind in (row["muted_notices"] or ()):
        return "the contact does not want such notices"
    return _expiry_overtaken(row, cause) if kind in _EXPIRY else None


def _expiry_overtaken(row: Mapping[str, Any], cause: Cause) -> str | None:
    if row["status"] is None:
        return "the order was deleted"
    issued, suspended = row["issued_at"] is not None, row["suspended_at"] is not None
    if not expires_for_somebody(PurchaseOrderStatus[row["status"]], issued=issued, suspended=suspended):
        return "the order was suspended" if suspended else "the order was closed"
    if cause.order is not None and row["expiration_date"] != cause.order.expiration_date:
        return "the expiration date was changed"
    return None


def _utc_now() -> datetime:
    return datetime.now(UTC)
