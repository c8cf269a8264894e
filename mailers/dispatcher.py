"""Sending what is queued: claim a row, hand the mail over, note what became of it.

Any number of dispatchers may run, on any number of machines. A row is claimed in one statement that skips what others
hold, so that two never have the same; a claim lasts longer than a delivery may take, and is free again when its
dispatcher died. What a mail server has taken is noted before anything else is begun: only a death between the two
repeats a mail, under the same Message-ID.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol
from uuid import uuid4

import orjson
import structlog

from mailers.causes import Cause
from mailers.messages import Reader, composed, rendered
from mailers.transport import NotDeliveredError, SmtpTransport, Trouble
from models import database
from models.statuses.people import NoticeKind, NoticeState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mailers.transport import MailServer

_log: Any = structlog.get_logger("mailers.dispatcher")

POLL: Final = timedelta(seconds=2)
"""How long after its cause was committed a mail is sent at the latest, where nothing else waits."""
CLAIMED: Final = timedelta(minutes=10)
"""How long a row is its dispatcher's: longer than any delivery."""
NOTING: Final = timedelta(minutes=1)
"""How long a dispatcher tries to note what became of a mail while the database is away."""

_PAUSES: Final = {
    # first pause, longest pause
    Trouble.AWAY: (timedelta(seconds=15), timedelta(minutes=5)),
    Trouble.DEFERRED: (timedelta(minutes=1), timedelta(hours=1)),
}
_SHORTEST_REST: Final = timedelta(seconds=1)
_LONGEST_REST: Final = timedelta(minutes=1)

_CLAIM: Final = """
WITH due AS MATERIALIZED (
    SELECT id FROM notice WHERE state = 'PENDING' AND next_attempt_at <= $1
    ORDER BY next_attempt_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE notice n SET state = 'SENDING', claim = $2, attempts = n.attempts + 1, next_attempt_at = $3
    FROM due WHERE n.id = due.id RETURNING n.*
)
SELECT n.*, o.name AS organization, o.locale, o.order_url_pattern, o.notice_sender, o.notices_quiet,
       p.status, p.issued_at, p.suspended_at, p.expiration_date, c.muted_notices
FROM claimed n JOIN organization o ON o.id = n.organization_id
LEFT JOIN purchase_order p ON p.id = n.purchase_order_id LEFT JOIN purchase_order_contact c ON c.id = n.contact_id"""

_ABANDONED: Final = """
UPDATE notice SET state = 'PENDING', claim = NULL WHERE id IN (
    SELECT id FROM notice WHERE state = 'SENDING' AND next_attempt_at <= $1 FOR UPDATE SKIP LOCKED)"""

_KEEP: Final = """
UPDATE notice SET state = 'KEPT', claim = NULL WHERE id IN (
    SELECT id FROM notice WHERE state = 'PENDING' AND next_attempt_at <= $1
    ORDER BY next_attempt_at LIMIT 1000 FOR UPDATE SKIP LOCKED)"""

_NOTE: Final = """
UPDATE notice SET state = $3::text, claim = NULL, last_error = $4,
    next_attempt_at = coalesce($5::timestamptz, next_attempt_at),
    sent_at = CASE WHEN $3 = 'SENT' THEN $6::timestamptz ELSE sent_at END,
    attempts = attempts - CASE WHEN $3 IN ('KEPT', 'CANCELED') THEN 1 ELSE 0 END,
    key = CASE WHEN $3 = 'CANCELED' THEN NULL ELSE key END
WHERE id = $1 AND claim = $2 RETURNING id"""


class Overtaken(Protocol):
    """Why a claimed mail is not to be sent any more; none where it still is true and wanted.

    The row is the notice with `status`, `issued_at`, `suspended_at` and `expiration_date` of its order and
    `muted_notices` of its contact, as they are now; null where those are gone.
    """

    def __call__(self, row: Mapping[str, Any], cause: Cause) -> str | None:
        """The reason in a sentence for a person."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an attempt: the state the row goes to, why, and when it is tried again."""

    state: NoticeState
    problem: str | None = None
    again_at: datetime | None = None
    trouble: Trouble | None = None


def pause_after(attempts: int, trouble: Trouble) -> timedelta:
    """How long a mail waits after so many attempts: twice as long each time, up to the longest.

    A server that is away is looked for every five minutes at least: nobody who waits for a hundred mails waits an hour
    after it is back.
    """
    first, longest = _PAUSES[trouble]
    return min(longest, first * 2 ** min(attempts - 1, 20))


class Dispatcher:
    """Sends queued mails until told to stop. Without a mail server they are kept, to be read and never sent."""

    def __init__(
        self,
        server: MailServer | None,
        overtaken: Overtaken,
        *,
        clock: Callable[[], datetime] | None = None,
        poll: timedelta = POLL,
    ) -> None:
        self._overtaken = overtaken
        self._transport = SmtpTransport(server) if server else None
        self._clock = clock or _utc_now
        self._poll = poll
        self._rest = timedelta(0)

    async def run(self, stop: asyncio.Event) -> None:
        """Sends what is due, and looks again and again for more, until `stop`; what is on its way is finished.

        While the database or the mail server is away, it waits longer each time, up to a minute.
        """
        while not stop.is_set():
            try:
                await self.send_due(stop)
            except database.UNAVAILABLE as error:
                self._tire()
                _log.warning("notices cannot be read now", problem=str(error) or type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), max(self._poll, self._rest).total_seconds())
        if self._transport is not None:
            await self._transport.rest()

    async def send_due(self, stop: asyncio.Event | None = None) -> int:
        """Sends everything that is due now; how many mails were tried. A mail server that is away ends it."""
        if self._transport is None:
            return await self._keep_due()
        await database.rows(_ABANDONED, self._clock())
        tried = 0
        while not (stop is not None and stop.is_set()):
            outcome = await self._send_one(self._transport)
            if outcome is None:
                break
            tried += 1
            if outcome.trouble is Trouble.AWAY:
                self._tire()
                return tried
            self._rest = timedelta(0)
        await self._transport.rest()
        return tried

    async def _keep_due(self) -> int:
        kept = 0
        while count := (await database.connection().execute_query(_KEEP, [self._clock()]))[0]:
            kept += count
        return kept

    async def _send_one(self, transport: SmtpTransport) -> Outcome | None:
        now = self._clock()
        claim = uuid4().hex
        found = await database.rows(_CLAIM, now, claim, now + CLAIMED)
        if not found:
            return None
        row = found[0]
        outcome = await self._attempt(transport, row, now)
        await self._note(row["id"], claim, outcome)
        return outcome

    async def _attempt(self, transport: SmtpTransport, row: Mapping[str, Any], now: datetime) -> Outcome:
        if row["notices_quiet"]:
            return Outcome(NoticeState.KEPT)
        try:
            cause = Cause.read(_json(row["cause"]))
            if problem := self._overtaken(row, cause):
                return Outcome(NoticeState.CANCELED, problem)
            sender = row["notice_sender"] or transport.server.sender
            message = composed(
                rendered(NoticeKind[row["kind"]], cause, _reader(row), now.date()),
                sender_name=row["organization"],
                sender=sender,
                recipient_name=row["recipient_name"],
                recipient=row["recipient_email"],
                message_id=row["message_id"],
                now=now,
            )
            await transport.deliver(message, sender=sender, recipient=row["recipient_email"])
        except NotDeliveredError as error:
            if error.trouble is not Trouble.REFUSED:
                return self._later(row, now, error.trouble, error.answer, error.detail)
            _log.warning("a notice was refused", notice=row["id"], problem=error.answer)
            return Outcome(NoticeState.REFUSED, error.answer, trouble=error.trouble)
        except Exception as error:  # noqa: BLE001 - a mail that cannot be made must not keep the others
            _log.exception("a notice could not be made", notice=row["id"])
            return self._later(row, now, Trouble.DEFERRED, f"it could not be made: {type(error).__name__}")
        return Outcome(NoticeState.SENT)

    def _later(
        self, row: Mapping[str, Any], now: datetime, trouble: Trouble, problem: str, detail: str | None = None
    ) -> Outcome:
        pause = pause_after(row["attempts"], trouble)
        waits = int(pause.total_seconds())
        _log.warning("a notice has to wait", notice=row["id"], seconds=waits, problem=detail or problem)
        return Outcome(NoticeState.PENDING, problem, now + pause, trouble)

    async def _note(self, notice: int, claim: str, outcome: Outcome) -> None:
        """Write down what became of an attempt; while the database is away, try for a while."""
        deadline = self._clock() + NOTING
        while True:
            try:
                noted = await database.rows(
                    _NOTE, notice, claim, str(outcome.state), outcome.problem, outcome.again_at, self._clock()
                )
            except database.UNAVAILABLE:
                if self._clock() >= deadline:
                    raise
                await asyncio.sleep(1)
                continue
            if not noted:
                _log.error("a notice was taken over while it was sent", notice=notice)
            return

    def _tire(self) -> None:
        self._rest = min(_LONGEST_REST, max(_SHORTEST_REST, self._rest * 2))


def _reader(row: Mapping[str, Any]) -> Reader:
    return Reader(
        organization=row["organization"],
        locale=row["locale"],
        order_url_pattern=row["order_url_pattern"],
        name=row["recipient_name"],
        email=row["recipient_email"],
    )


def _json(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str) else value


def _utc_now() -> datetime:
    return datetime.now(UTC)
