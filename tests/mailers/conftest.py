"""A mail server, notices to send to it, and dispatchers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from mailers.causes import Cause, Level, LineFacts, OrderFacts
from mailers.dispatcher import Dispatcher
from mailers.outbox import Letter, enqueue
from models.notice import Notice
from models.statuses.people import NoticeKind
from resolvers.telling.dispatching import overtaken
from tests.factories import make_contact, make_line_row, make_order_row
from tests.mailers.post_office import post_office

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from mailers.transport import MailServer
    from models.purchase_order import PurchaseOrder
    from resolvers.operation import Call
    from tests.conftest import Clock
    from tests.mailers.post_office import PostOffice


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    """A mail server without TLS or login."""
    async with post_office() as office:
        yield office


def make_dispatcher(server: MailServer | None, clock: Clock) -> Dispatcher:
    return Dispatcher(server, overtaken, clock=clock)


def low_cause(order: PurchaseOrder, supplier: str = "Cloud Provider") -> Cause:
    """Line 1 has fallen to 74 %."""
    return Cause(
        order=OrderFacts(
            id=f"po_{order.id}",
            number=order.number,
            supplier=supplier,
            expiration_date=order.expiration_date,
        ),
        lines=(
            LineFacts(
                number=1,
                description="Usage",
                thresholds=(75,),
                balance=Level(limit=Decimal(10000), current=Decimal(7400), currency="USD"),
                runs_out_on=date(2025, 10, 21),
            ),
        ),
    )


async def make_notice(
    call: Call,
    email: str = "ada@example.com",
    *,
    order: PurchaseOrder | None = None,
    kind: NoticeKind = NoticeKind.BALANCE_BELOW,
    cause: Cause | None = None,
    **fields: Any,
) -> Notice:
    """A queued notice to a contact of an order."""
    if order is None:
        order = await make_order_row(call)
        await make_line_row(order)
    contact = await make_contact(order, email)
    letter = Letter(
        organization_id=call.organization_id,
        kind=kind,
        cause=cause or low_cause(order),
        recipient_email=contact.email,
        recipient_name=contact.name,
        purchase_order_id=order.id,
        contact_id=contact.id,
        **fields,
    )
    [key] = await enqueue([letter], call.now)
    return await Notice.get(id=key)
