"""Notices as their recipients read them, and sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tortoise.transactions import in_transaction

from mailers import outbox
from mailers.causes import Cause, Level, LineFacts
from mailers.messages import Reader, rendered
from mailers.outbox import Letter
from models.notice import Notice
from models.organization import Organization, User
from models.purchase_order import Contact, PurchaseOrder, PurchaseOrderLine
from models.statuses.people import NoticeKind, NoticeState
from resolvers import events
from resolvers.errors import BadInput, NotFound, WrongStatus
from resolvers.ids import key_of
from resolvers.operation import Written, locked_gate
from resolvers.rules.notices import EXHAUSTED, crossed
from resolvers.rules.notices import Level as Standing
from resolvers.telling import notices
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resolvers.operation import Call
    from resolvers.visibility import Actor

Mail = dict[str, Any]

_BALANCE: Final = (NoticeKind.BALANCE_BELOW, NoticeKind.BALANCE_EXHAUSTED)
_AGAIN: Final = (NoticeState.PENDING, NoticeState.SENT, NoticeState.REFUSED, NoticeState.KEPT)


async def resend(call: Call, notice_id: str) -> Written:
    """Send a notice again: one that waits, now; any other as a new one, to the address the contact has today.

    Raises:
        NotFound: there is no such notice.
        WrongStatus: it is being sent, or it was canceled because it is not true any more.

    Source: B7.
    """
    async with in_transaction():
        await locked_gate(call)
        notice = await visible_to(Notice, call.actor).select_for_update().get_or_none(id=key_of(Notice, notice_id))
        if notice is None:
            raise NotFound(kind="notice", key=notice_id, path=("id",))
        if notice.state not in _AGAIN:
            raise WrongStatus(action="RESEND", status=notice.state, allowed=tuple(map(str, _AGAIN)))
        key = await _hurried(call, notice) if notice.state is NoticeState.PENDING else await _repeated(call, notice)
        order = await PurchaseOrder.get_or_none(id=notice.purchase_order_id, organization_id=call.organization_id)
        event = await events.record(
            call,
            "notice_resent",
            order.number if order else notice.recipient_email[:100],
            about=[order] if order else [],
        )
    return Written(key, (event,))


async def _hurried(call: Call, notice: Notice) -> int:
    notice.next_attempt_at = call.now
    await notice.save(update_fields=["next_attempt_at"])
    return notice.id


async def _repeated(call: Call, notice: Notice) -> int:
    contact = await Contact.get_or_none(id=notice.contact_id, organization_id=call.organization_id)
    letter = Letter(
        organization_id=call.organization_id,
        kind=notice.kind,
        cause=Cause.read(notice.cause),
        recipient_email=contact.email if contact else notice.recipient_email,
        recipient_name=contact.name if contact else notice.recipient_name,
        purchase_order_id=notice.purchase_order_id,
        contact_id=notice.contact_id,
        resend_of_id=notice.id,
    )
    [key] = await outbox.enqueue([letter], call.now)
    return key


async def preview(
    call: Call, *, notice_id: str | None, purchase_order_id: str | None, kind: NoticeKind | None
) -> Mail | None:
    """How a notice reads, or how one about an order would; none where there is no such notice or order.

    Raises:
        BadInput: neither of them is asked for, or both, or a kind that is about no order.
    """
    by_order = purchase_order_id is not None and kind is not None
    if (notice_id is not None) == by_order or (notice_id is not None and (purchase_order_id or kind)):
        raise BadInput("Give noticeId, or purchaseOrderId and kind.")
    if notice_id is not None:
        notice = await visible_to(Notice, call.actor).get_or_none(id=key_of(Notice, notice_id))
        return None if notice is None else (await _mails(call, [notice]))[0]
    if kind is None or purchase_order_id is None or kind is NoticeKind.INVOICE_UNMATCHED:
        raise BadInput(f"{kind} is not about an order.")
    order = await visible_to(PurchaseOrder, call.actor).get_or_none(id=key_of(PurchaseOrder, purchase_order_id))
    return None if order is None else await _sample(call, order, kind)


async def latest(call: Call, count: int) -> list[tuple[Notice, Mail]]:
    """The last notices, each with the mail that it is."""
    found = await visible_to(Notice, call.actor).order_by("-id").limit(count)
    return list(zip(found, await _mails(call, found), strict=True))


async def _mails(call: Call, found: Sequence[Notice]) -> list[Mail]:
    organization = await _organization(call.actor)
    return [
        _mail(call, organization, each.kind, Cause.read(each.cause), each.recipient_name, each.recipient_email)
        for each in found
    ]


async def _sample(call: Call, order: PurchaseOrder, kind: NoticeKind) -> Mail:
    """A mail about the order as it is now, to the caller."""
    organization = await _organization(call.actor)
    user = await User.get(id=call.actor.user_id, organization_id=call.organization_id)
    lines = await PurchaseOrderLine.filter(purchase_order_id=order.id, balance_tracked=True).order_by("number")
    if kind in _BALANCE and not lines:
        raise BadInput("The order has no line whose balance is tracked.")
    cause = Cause(
        order=(await notices.order_facts([order.id]))[order.id],
        lines=tuple(_sample_line(line, kind, organization.balance_thresholds) for line in lines),
        by=user.name,
    )
    return _mail(call, organization, kind, cause, user.name, user.email)


def _sample_line(line: PurchaseOrderLine, kind: NoticeKind, thresholds: Sequence[int]) -> LineFacts:
    """The line as if it had just passed what it is past; or else the first that it could."""
    limit, current = line.balance_limit, line.balance_current
    assert limit is not None  # noqa: S101 - the database keeps tracked lines whole
    assert current is not None  # noqa: S101
    passed = crossed(None, Standing(limit=limit, current=current), thresholds)
    below = tuple(each for each in passed if each != EXHAUSTED) or (max(thresholds, default=100),)
    return LineFacts(
        number=line.number,
        description=line.description,
        thresholds=(*below, EXHAUSTED) if kind is NoticeKind.BALANCE_EXHAUSTED else below,
        balance=Level(limit=limit, current=current, currency=line.currency),
        runs_out_on=line.forecast_runs_out_on,
    )


def _mail(  # noqa: PLR0913, PLR0917 - what a mail is made of
    call: Call, organization: Organization, kind: NoticeKind, cause: Cause, name: str | None, email: str
) -> Mail:
    reader = Reader(
        organization=organization.name,
        locale=organization.locale,
        order_url_pattern=organization.order_url_pattern,
        name=name,
        email=email,
    )
    told = rendered(kind, cause, reader, call.today)
    return {
        "kind": kind,
        "recipient_name": name,
        "recipient_email": email,
        "subject": told.subject,
        "text": told.text,
        "html": told.html,
    }


async def _organization(actor: Actor) -> Organization:
    return await visible_to(Organization, actor).get()
