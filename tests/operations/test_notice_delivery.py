"""Notices sent again, and read as their recipients read them (B7)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from models.event import Event
from models.notice import Notice
from models.purchase_order import Contact
from models.statuses.people import NoticeKind, NoticeState, Role
from resolvers.errors import BadInput, NotFound, WrongStatus
from resolvers.ids import id_of
from resolvers.telling import notice_delivery
from tests.factories import make_call, make_organization, make_supplier
from tests.invoicing import make_order, record
from tests.noticing import ADA, CONTACTS, queued

if TYPE_CHECKING:
    from models.supplier import Supplier
    from resolvers.operation import Call

KIND, EXPIRED = NoticeKind.BALANCE_BELOW, NoticeKind.ORDER_EXPIRED


@pytest.fixture
async def call(db: str) -> Call:
    return await make_call()


@pytest.fixture
async def supplier(call: Call) -> Supplier:
    return await make_supplier(call.organization_id)


async def sent(call: Call, supplier: Supplier, state: NoticeState = NoticeState.SENT) -> Notice:
    """A notice to Ada that an invoice has caused."""
    await make_order(call, supplier, 100, contacts=CONTACTS[:1])
    await record(call, supplier, 50)
    notice = await Notice.get()
    notice.state = state
    await notice.save()
    return notice


def key(notice: Notice) -> str:
    return id_of(Notice, notice.id)


@pytest.mark.parametrize("state", [NoticeState.SENT, NoticeState.REFUSED, NoticeState.KEPT])
async def test_a_notice_is_sent_again_to_the_address_of_today(call: Call, supplier: Supplier, state: NoticeState):
    notice = await sent(call, supplier, state)
    await Contact.all().update(email="ada@example.org", name="Ada L.")

    written = await notice_delivery.resend(call, key(notice))

    again = await Notice.get(id=written.key)
    assert again.id != notice.id
    assert (again.state, again.recipient_email, again.recipient_name) == (
        NoticeState.PENDING,
        "ada@example.org",
        "Ada L.",
    )
    assert (again.kind, again.cause, again.resend_of_id) == (notice.kind, notice.cause, notice.id)
    assert again.message_id != notice.message_id
    assert [event.kind for event in written.events] == ["notice_resent"]


async def test_a_notice_that_waits_is_tried_now(call: Call, supplier: Supplier):
    notice = await sent(call, supplier, NoticeState.PENDING)
    await Notice.all().update(next_attempt_at=call.now + timedelta(hours=1), attempts=3)

    written = await notice_delivery.resend(call, key(notice))

    await notice.refresh_from_db()
    assert (written.key, notice.next_attempt_at, await Notice.all().count()) == (notice.id, call.now, 1)


@pytest.mark.parametrize("state", [NoticeState.SENDING, NoticeState.CANCELED])
async def test_a_notice_that_is_on_its_way_or_not_true_any_more_is_not_sent_again(
    call: Call, supplier: Supplier, state: NoticeState
):
    notice = await sent(call, supplier, state)

    with pytest.raises(WrongStatus) as refused:
        await notice_delivery.resend(call, key(notice))

    assert refused.value.status == state
    assert (await Notice.all().count(), await Event.filter(kind="notice_resent").count()) == (1, 0)


async def test_nobody_sends_the_notices_of_others_again(call: Call, supplier: Supplier):
    notice = await sent(call, supplier)
    stranger = await make_call(await make_organization(), Role.ADMIN)

    with pytest.raises(NotFound):
        await notice_delivery.resend(stranger, key(notice))

    assert await Notice.all().count() == 1


# -------------------------------------------------------------------------------------------------------- previews


async def test_a_notice_reads_as_it_will_be_sent(call: Call, supplier: Supplier):
    notice = await sent(call, supplier)

    mail = await notice_delivery.preview(call, notice_id=key(notice), purchase_order_id=None, kind=None)

    assert mail is not None
    assert mail["subject"].endswith(": 50% left on line 1")
    assert (mail["recipient_name"], mail["recipient_email"]) == ("Ada", ADA)


@pytest.mark.parametrize("kind", [kind for kind in NoticeKind if kind is not NoticeKind.INVOICE_UNMATCHED])
async def test_any_notice_about_an_order_can_be_read_before_there_is_one(
    call: Call, supplier: Supplier, kind: NoticeKind
):
    order = await make_order(call, supplier, 10_000, 500, contacts=CONTACTS)

    mail = await notice_delivery.preview(call, notice_id=None, purchase_order_id=f"po_{order.id}", kind=kind)

    assert mail is not None
    assert order.number in mail["subject"]
    assert order.number in mail["html"]
    assert await queued() == []


async def test_previews_of_others_are_none(call: Call, supplier: Supplier):
    notice = await sent(call, supplier)
    stranger = await make_call(await make_organization(), Role.ADMIN)
    order = f"po_{notice.purchase_order_id}"

    assert await notice_delivery.preview(stranger, notice_id=key(notice), purchase_order_id=None, kind=None) is None
    assert await notice_delivery.preview(stranger, notice_id=None, purchase_order_id=order, kind=EXPIRED) is None


@pytest.mark.parametrize(
    "asked_for",
    [
        {},
        {"notice_id": "ntc_1", "purchase_order_id": "po_1"},
        {"notice_id": "ntc_1", "kind": EXPIRED},
        {"purchase_order_id": "po_1"},
        {"kind": EXPIRED},
        {"purchase_order_id": "po_1", "kind": NoticeKind.INVOICE_UNMATCHED},
    ],
)
async def test_a_preview_of_nothing_in_particular_is_refused(call: Call, asked_for: dict[str, Any]):
    given: dict[str, Any] = {"notice_id": None, "purchase_order_id": None, "kind": None}

    with pytest.raises(BadInput):
        await notice_delivery.preview(call, **(given | asked_for))


async def test_an_order_without_tracked_lines_has_no_balance_to_tell_of(call: Call, supplier: Supplier):
    order = await make_order(call, supplier, {"unit_price": Decimal(1), "balance_tracked": False})

    with pytest.raises(BadInput):
        await notice_delivery.preview(call, notice_id=None, purchase_order_id=f"po_{order.id}", kind=KIND)
