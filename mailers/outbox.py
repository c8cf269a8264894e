"""Queueing mails: rows in the caller's own transaction, so that a mail exists exactly where its cause does (B7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from models import database
from models.notice import Notice
from models.statuses.people import NoticeState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from mailers.causes import Cause
    from models.statuses.people import NoticeKind

_INSERT: Final = """
INSERT INTO notice (organization_id, kind, purchase_order_id, contact_id, recipient_name, recipient_email, cause, key,
                    message_id, resend_of_id, next_attempt_at, created_at)
SELECT v.organization_id, v.kind, v.purchase_order_id, v.contact_id, v.recipient_name, v.recipient_email,
       v.cause::jsonb, v.key, v.message_id, v.resend_of_id, $11, $12
FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[],
            $9::text[], $10::bigint[])
     AS v (organization_id, kind, purchase_order_id, contact_id, recipient_name, recipient_email, cause, key,
           message_id, resend_of_id)
ON CONFLICT (organization_id, key) DO NOTHING
RETURNING id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail to one recipient. Where two have the same `key`, only the first is queued."""

    organization_id: int
    kind: NoticeKind
    cause: Cause
    recipient_email: str
    recipient_name: str | None = None
    key: str | None = None
    purchase_order_id: int | None = None
    contact_id: int | None = None
    resend_of_id: int | None = None


async def enqueue(letters: Sequence[Letter], now: datetime, *, not_before: datetime | None = None) -> list[int]:
    """Queue mails, in one statement, to be sent once the caller's transaction has committed; their keys as rows.

    Source: B7.
    """
    if not letters:
        return []
    found = await database.rows(
        _INSERT,
        [each.organization_id for each in letters],
        [str(each.kind) for each in letters],
        [each.purchase_order_id for each in letters],
        [each.contact_id for each in letters],
        [each.recipient_name for each in letters],
        [each.recipient_email for each in letters],
        [each.cause.as_json() for each in letters],
        [each.key for each in letters],
        [_message_id(each.organization_id) for each in letters],
        [each.resend_of_id for each in letters],
        not_before or now,
        now,
    )
    return [row["id"] for row in found]


async def enqueue_or_extend(
    letters: Sequence[Letter],
    together: Callable[[Letter, Notice], Letter],
    now: datetime,
    *,
    not_before: datetime | None = None,
) -> None:
    """Queue mails; one whose key is already queued and not on its way yet tells both instead.

    `together` makes one letter of the new and the queued. A mail that has gone leaves its key to the new one.
    """
    if not letters:
        return
    organization_id = letters[0].organization_id
    keys = [each.key for each in letters if each.key is not None]
    queued = await Notice.filter(organization_id=organization_id, key__in=keys).select_for_update()
    waiting = {row.key: row for row in queued if row.state is NoticeState.PENDING}
    gone = [row.id for row in queued if row.state is not NoticeState.PENDING]
    if gone:
        await Notice.filter(id__in=gone).update(key=None)
    for letter in letters:
        if (row := waiting.get(letter.key)) is not None:
            both = together(letter, row)
            await _rewrite(row, both)
    await enqueue([each for each in letters if each.key not in waiting], now, not_before=not_before)


async def held_back(organization_id: int, prefix: str, now: datetime) -> list[Notice]:
    """The mails whose keys start so and that wait for more to be told with them; locked."""
    found = await database.rows(
        "SELECT id FROM notice WHERE organization_id = $1 AND state = 'PENDING' AND attempts = 0"
        " AND next_attempt_at > $3 AND starts_with(key, $2) FOR UPDATE",
        organization_id,
        prefix,
        now,
    )
    return await Notice.filter(id__in=[row["id"] for row in found]).order_by("id")


async def let_go(row: Notice, kind: NoticeKind, cause: Cause, now: datetime) -> None:
    """Let a mail go that was held back, telling this."""
    await database.rows(
        "UPDATE notice SET kind = $2, cause = $3::jsonb, next_attempt_at = $4 WHERE id = $1",
        row.id,
        str(kind),
        cause.as_json(),
        now,
    )


async def cancel(row: Notice, problem: str) -> None:
    """Send a mail never, because it is not true any more."""
    await Notice.filter(id=row.id).update(state=NoticeState.CANCELED, last_error=problem, key=None)


async def _rewrite(row: Notice, letter: Letter) -> None:
    await database.rows(
        "UPDATE notice SET kind = $2, cause = $3::jsonb WHERE id = $1", row.id, str(letter.kind), letter.cause.as_json()
    )


def _message_id(organization_id: int) -> str:
    """A name for the mail that no other has; it stays the same whenever the mail is tried again."""
    return f"<{uuid4().hex}@org-{organization_id}.po-graph.internal>"
