"""Notices that operations have queued, of which a test states only what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mailers.causes import Cause
from models.notice import Notice
from models.organization import Organization

if TYPE_CHECKING:
    from decimal import Decimal

    from models.statuses.people import NoticeKind
    from resolvers.operation import Call

ADA: Final = "ada@example.com"
BOB: Final = "bob@example.com"
CONTACTS: Final[list[dict[str, Any]]] = [{"name": "Ada", "email": ADA}, {"name": "Bob", "email": BOB}]


async def queued() -> list[tuple[NoticeKind, str]]:
    """Kind and recipient of every notice, in order."""
    return [(notice.kind, notice.recipient_email) for notice in await Notice.all().order_by("id")]


async def told_lines() -> list[list[tuple[int, tuple[int, ...], Decimal]]]:
    """Number, thresholds and balance of the lines of every notice."""
    causes = [Cause.read(notice.cause) for notice in await Notice.all().order_by("id")]
    return [[(line.number, line.thresholds, line.balance.current) for line in cause.lines] for cause in causes]


async def settings(call: Call, **values: Any) -> None:
    """What the organization wants."""
    await Organization.filter(id=call.organization_id).update(**values)
