"""Queued mails on their way to a real mail server: once each, whatever happens (B7)."""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from contextvars import copy_context
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from mailers.dispatcher import CLAIMED, pause_after
from mailers.outbox import Letter, enqueue
from mailers.transport import MailServer, Trouble
from models import database
from models.notice import Notice
from models.organization import Organization
from models.statuses.orders import PurchaseOrderStatus
from models.statuses.people import NoticeKind, NoticeState
from tests.factories import make_call, make_contact, make_order_row, make_organization
from tests.mailers.conftest import low_cause, make_dispatcher, make_notice
from tests.mailers.post_office import certificate, post_office

if TYPE_CHECKING:
    from pathlib import Path

    from resolvers.operation import Call
    from tests.conftest import Clock
    from tests.mailers.post_office import PostOffice


# ------------------------------------------------------------------------------------------------------- delivered


async def test_a_mail_is_sent_once(db: str, clock: Clock, office: PostOffice):
    notice = await make_notice(await make_call(), "ada@example.com")
    dispatcher = make_dispatcher(office.server(), clock)

    assert [await dispatcher.send_due(), await dispatcher.send_due()] == [1, 0]

    [mail] = office.mails
    assert mail["To"] == f"{notice.recipient_name} <ada@example.com>"
    assert mail["Message-ID"] == notice.message_id
    assert mail["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    await notice.refresh_from_db()
    assert (notice.state, notice.attempts, notice.sent_at, notice.last_error) == (NoticeState.SENT, 1, clock.now, None)


async def test_a_mail_comes_from_its_organization(db: str, clock: Clock, office: PostOffice):
    organization = await make_organization("Nordwind GmbH", notice_sender="einkauf@example.de")
    await make_notice(await make_call(organization), "a@example.com")
    await make_notice(await make_call(await make_organization("Northwind")), "b@example.com")

    await make_dispatcher(office.server(sender="orders@example.com"), clock).send_due()

    assert [mail["From"] for mail in office.mails] == [
        "Nordwind GmbH <einkauf@example.de>",
        "Northwind <orders@example.com>",
    ]
    assert office.senders == ["einkauf@example.de", "orders@example.com"]


async def test_many_mails_take_one_connection(db: str, clock: Clock, office: PostOffice):
    call = await make_call()
    for _ in range(5):
        await make_notice(call)

    await make_dispatcher(office.server(), clock).send_due()

    assert (len(office.mails), office.connections) == (5, 1)


async def test_what_is_rolled_back_is_never_sent(db: str, clock: Clock, office: PostOffice):
    call = await make_call()
    with pytest.raises(IntegrityError):
        await _twice(call)

    await make_dispatcher(office.server(), clock).send_due()

    assert (office.tried, await Notice.all().count()) == ([], 0)


async def _twice(call: Call) -> None:
    async with in_transaction():
        order = await make_order_row(call)
        await make_notice(call, order=order)
        await make_order_row(call, number=order.number)


async def test_what_is_not_committed_yet_is_not_sent(db: str, clock: Clock, office: PostOffice):
    call = await make_call()
    dispatcher = make_dispatcher(office.server(), clock)
    outside = copy_context()
    async with in_transaction():
        await make_notice(call)
        assert await asyncio.create_task(dispatcher.send_due(), context=outside) == 0

    assert await dispatcher.send_due() == 1


# --------------------------------------------------------------------------------------------------------- refused


async def test_a_refused_address_is_marked_with_what_the_server_said(db: str, clock: Clock, office: PostOffice):
    call = await make_call()
    wrong, right = await make_notice(call, "nobody@example.com"), await make_notice(call, "ada@example.com")
    office.answers["nobody@example.com"] = "550 5.1.1 No such user"
    dispatcher = make_dispatcher(office.server(), clock)

    await dispatcher.send_due()
    clock.advance(days=2)
    await dispatcher.send_due()

    await wrong.refresh_from_db()
    await right.refresh_from_db()
    assert (wrong.state, wrong.attempts, wrong.last_error) == (NoticeState.REFUSED, 1, "550 5.1.1 No such user")
    assert (right.state, office.recipients) == (NoticeState.SENT, ["ada@example.com"])
    assert office.tried == ["nobody@example.com", "ada@example.com"]


async def test_a_mail_refused_for_what_it_says_is_marked_too(db: str, clock: Clock, office: PostOffice):
    notice = await make_notice(await make_call())
    office.data_answer = "554 5.7.1 Looks like spam"

    await make_dispatcher(office.server(), clock).send_due()

    await notice.refresh_from_db()
    assert (notice.state, notice.last_error) == (NoticeState.REFUSED, "554 5.7.1 Looks like spam")


async def test_a_refused_sender_is_a_wrong_setting_and_no_mail_is_lost(db: str, clock: Clock, office: PostOffice):
    notice = await make_notice(await make_call())
    office.sender_answer = "553 5.7.1 Not your address"
    dispatcher = make_dispatcher(office.server(), clock)

    await dispatcher.send_due()

    await notice.refresh_from_db()
    assert (notice.state, notice.last_error) == (NoticeState.PENDING, "553 5.7.1 Not your address")
    office.sender_answer = "250 OK"
    clock.advance(hours=1)
    assert (await dispatcher.send_due(), len(office.mails)) == (1, 1)


async def test_a_server_that_wants_a_login_refuses_nobody_for_good(db: str, clock: Clock, office: PostOffice):
    notice = await make_notice(await make_call(), "ada@example.com")
    office.answers["ada@example.com"] = "530 5.7.0 Authentication required"

    await make_dispatcher(office.server(), clock).send_due()

    await notice.refresh_from_db()
    assert (notice.state, notice.last_error) == (NoticeState.PENDING, "530 5.7.0 Authentication required")


# ------------------------------------------------------------------------------------------------------- temporary


async def test_a_mail_that_is_put_off_is_tried_again_after_growing_pauses(db: str, clock: Clock, office: PostOffice):
    notice = await make_notice(await make_call(), "ada@example.com")
    office.answers["ada@example.com"] = "451 4.7.1 Come back later"
    dispatcher = make_dispatcher(office.server(), clock)
    pauses: list[timedelta] = []

    for _ in range(9):
        await dispatcher.send_due()
        await notice.refresh_from_db()
        assert (notice.state, notice.last_error) == (NoticeState.PENDING, "451 4.7.1 Come back later")
        pauses.append(notice.next_attempt_at - clock.now)
        clock.now = notice.next_attempt_at - timedelta(seconds=1)
        assert await dispatcher.send_due() == 0
        clock.advance(seconds=1)

    assert [pause.total_seconds() / 60 for pause in pauses] == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    del office.answers["ada@example.com"]
    await dispatcher.send_due()
    await notice.refresh_from_db()
    assert (notice.state, notice.attempts, notice.last_error) == (NoticeState.SENT, 10, None)
    assert [mail["Message-ID"] for mail in office.mails] == [notice.message_id]


def test_pauses_grow_to_their_cap_and_never_overflow():
    assert pause_after(1, Trouble.AWAY) == timedelta(seconds=15)
    assert pause_after(100_000, Trouble.AWAY) == timedelta(minutes=5)
    assert pause_after(100_000, Trouble.DEFERRED) == timedelta(hours=1)


async def test_one_address_that_is_put_off_keeps_no_other(db: str, clock: Clock, office: PostOffice):
    call = await make_call()
    await make_notice(call, "busy@example.com")
    await make_notice(call, "ada@example.com")
    office.answers["busy@example.com"] = "452 4.2.2 Mailbox full"

    await make_dispatcher(office.server(), clock).send_due()

    assert office.recipients == ["ada@example.com"]


async def test_a_server_that_is_away_gets_everything_when_it_is_back(db: str, clock: Clock):
    call = await make_call()
    notices = [await make_notice(call) for _ in range(3)]
    async with post_office() as office:
        server = office.server()
    dispatcher = make_dispatcher(server, clock)

    tried = await dispatcher.send_due()

    await notices[0].refresh_from_db()
    assert tried == 1, "when nobody answers, the others need not be tried"
    assert (notices[0].state, notices[0].attempts) == (NoticeState.PENDING, 1)
    assert notices[0].last_error == "the mail server cannot be reached"
    async with post_office(server.port) as office:
        clock.advance(seconds=15)
        assert await dispatcher.send_due() == 3
        assert len(office.mails) == 3


async def test_a_server_that_keeps_silent_is_given_up_in_time(db: str, clock: Clock, office: PostOffice):
    notice = await make_notice(await make_call())
    office.silent = True
    dispatcher = make_dispatcher(office.server(timeout=1), clock)

    async with asyncio.timeout(5):
        await dispatcher.send_due()

    await notice.refresh_from_db()
    assert (notice.state, notice.attempts) == (NoticeState.PENDING, 1)
    assert notice.last_error == "the mail server did not answer in time"
    office.silent = False
    clock.advance(minutes=5)
    assert (await dispatcher.send_due(), len(office.mails)) == (1, 1)


async def test_a_server_that_stops_answering_in_the_middle_is_given_up_in_time(
    db: str, clock: Clock, office: PostOffice
):
    notice = await make_notice(await make_call())
    office.holding = True

    async with asyncio.timeout(5):
        await make_dispatcher(office.server(timeout=1), clock).send_due()

    await notice.refresh_from_db()
    assert (notice.state, office.mails) == (NoticeState.PENDING, [])


async def test_a_dispatcher_that_runs_sends_what_comes_and_stops_when_told(db: str, clock: Clock, office: PostOffice):
    call, stop = await make_call(), asyncio.Event()
    dispatcher = make_dispatcher(office.server(), clock)
    dispatcher._poll = timedelta(seconds=0.05)
    running = asyncio.create_task(dispatcher.run(stop))
    await asyncio.sleep(0.1)

    await make_notice(call)

    async with asyncio.timeout(5):
        await office.taken.wait()
        stop.set()
        await running
    assert await Notice.filter(state=NoticeState.SENT).count() == 1


# ------------------------------------------------------------------------------------------------------ not at all


async def test_without_a_mail_server_mails_are_kept_and_nothing_says_they_were_sent(db: str, clock: Clock):
    notice = await make_notice(await make_call())

    assert await make_dispatcher(None, clock).send_due() == 1

    await notice.refresh_from_db()
    assert (notice.state, notice.attempts, notice.sent_at) == (NoticeState.KEPT, 0, None)


async def test_what_was_kept_is_not_sent_when_a_mail_server_comes(db: str, clock: Clock, office: PostOffice):
    await make_notice(await make_call())
    await make_dispatcher(None, clock).send_due()

    clock.advance(days=30)

    assert (await make_dispatcher(office.server(), clock).send_due(), office.mails) == (0, [])


async def test_an_organization_that_wants_quiet_gets_no_mail(db: str, clock: Clock, office: PostOffice):
    call = await make_call()
    notice = await make_notice(call)
    await Organization.filter(id=call.organization_id).update(notices_quiet=True)

    await make_dispatcher(office.server(), clock).send_due()

    await notice.refresh_from_db()
    assert (notice.state, notice.attempts, office.tried) == (NoticeState.KEPT, 0, [])


@pytest.mark.parametrize(
    ("change", "kind", "problem"),
    [
        ({"suspended_at": "2025-03-10T12:00:00Z"}, NoticeKind.ORDER_EXPIRING, "the order was suspended"),
        ({"status": PurchaseOrderStatus.CLOSED_RELEASED}, NoticeKind.ORDER_EXPIRING, "the order was closed"),
        ({"status": PurchaseOrderStatus.CLOSED_CANCELED}, NoticeKind.ORDER_EXPIRED, "the order was closed"),
        ({"expiration_date": "2026-12-31"}, NoticeKind.ORDER_EXPIRING, "the expiration date was changed"),
        ({"expiration_date": None}, NoticeKind.ORDER_EXPIRED, "the expiration date was changed"),
        ({"suspended_at": "2025-03-10T12:00:00Z"}, NoticeKind.BALANCE_BELOW, None),
        ({"expiration_date": "2026-12-31"}, NoticeKind.ORDER_CLOSED, None),
    ],
)
async def test_an_expiry_that_is_not_true_any_more_is_not_told(
    change: dict[str, Any], kind: NoticeKind, problem: str | None, db: str, clock: Clock
):
    call = await make_call()
    order = await make_order_row(call)
    notice = await make_notice(call, order=order, kind=kind, key="once")
    await order.update_from_dict(change).save()

    async with post_office() as office:
        await make_dispatcher(office.server(), clock).send_due()

    await notice.refresh_from_db()
    if problem is None:
        assert (notice.state, len(office.received)) == (NoticeState.SENT, 1)
        return
    assert (notice.state, notice.last_error, office.tried) == (NoticeState.CANCELED, problem, [])
    assert notice.key is None, "what was not told may be told again"


async def test_nobody_is_told_of_an_order_who_is_no_contact_of_it_any_more(db: str, clock: Clock, office: PostOffice):
    call = await make_call()
    notice = await make_notice(call)
    await database.rows("DELETE FROM purchase_order_contact")

    await make_dispatcher(office.server(), clock).send_due()

    await notice.refresh_from_db()
    assert (notice.state, notice.last_error) == (NoticeState.CANCELED, "the contact was removed")


async def test_a_deleted_order_takes_its_mails_along(db: str, clock: Clock, office: PostOffice):
    notice = await make_notice(await make_call(), kind=NoticeKind.ORDER_EXPIRING)
    await database.rows("DELETE FROM purchase_order")

    await make_dispatcher(office.server(), clock).send_due()

    await notice.refresh_from_db()
    assert (notice.state, notice.purchase_order_id, office.tried) == (NoticeState.CANCELED, None, [])


async def test_nobody_gets_what_they_have_muted_meanwhile(db: str, clock: Clock, office: PostOffice):
    notice = await make_notice(await make_call())
    await database.rows("UPDATE purchase_order_contact SET muted_notices = '{BALANCE_BELOW}'")

    await make_dispatcher(office.server(), clock).send_due()

    await notice.refresh_from_db()
    assert (notice.state, office.tried) == (NoticeState.CANCELED, [])


async def test_a_mail_that_cannot_be_made_keeps_no_other(db: str, clock: Clock, office: PostOffice):
    call = await make_call()
    broken = await make_notice(call, "a@example.com")
    await database.rows("""UPDATE notice SET cause = '{"order": {"id": "po_1"}}'""")
    await make_notice(call, "b@example.com")

    await make_dispatcher(office.server(), clock).send_due()

    await broken.refresh_from_db()
    assert office.recipients == ["b@example.com"]
    assert (broken.state, broken.last_error) == (NoticeState.PENDING, "it could not be made: KeyError")


# --------------------------------------------------------------------------------------------------- several, dying


async def test_ten_dispatchers_send_a_thousand_mails_once_each(db: str, clock: Clock, office: PostOffice):
    call = await make_call()
    order = await make_order_row(call)
    contact = await make_contact(order)
    addresses = [f"contact{number}@example.com" for number in range(1000)]
    letters = [
        Letter(
            organization_id=call.organization_id,
            kind=NoticeKind.BALANCE_BELOW,
            cause=low_cause(order),
            recipient_email=address,
            purchase_order_id=order.id,
            contact_id=contact.id,
        )
        for address in addresses
    ]
    await enqueue(letters, call.now)
    dispatchers = [make_dispatcher(office.server(timeout=60), clock) for _ in range(10)]

    tried = await asyncio.gather(*(dispatcher.send_due() for dispatcher in dispatchers))

    assert Counter(office.recipients) == Counter(addresses)
    assert len(set(office.message_ids)) == 1000
    assert await Notice.filter(state=NoticeState.SENT, attempts=1).count() == 1000
    assert sum(tried) == 1000
    assert min(tried) > 0, "all of them have worked"


async def test_what_a_dead_dispatcher_had_in_hand_is_taken_over_later(db: str, clock: Clock, office: PostOffice):
    notice = await make_notice(await make_call())
    office.holding = True
    dead = asyncio.create_task(make_dispatcher(office.server(timeout=60), clock).send_due())
    while not office.tried:  # noqa: ASYNC110 - the server tells it no other way
        await asyncio.sleep(0.01)
    dead.cancel()
    await asyncio.wait([dead])
    office.holding = False
    other = make_dispatcher(office.server(), clock)

    assert await other.send_due() == 0
    await notice.refresh_from_db()
    assert notice.state is NoticeState.SENDING
    clock.now += CLAIMED
    assert await other.send_due() == 1

    await notice.refresh_from_db()
    assert (notice.state, notice.attempts, len(office.mails)) == (NoticeState.SENT, 2, 1)


async def test_who_was_too_slow_does_not_overwrite_what_another_has_noted(db: str, clock: Clock, office: PostOffice):
    notice = await make_notice(await make_call())
    office.holding = True
    slow = asyncio.create_task(make_dispatcher(office.server(timeout=1), clock).send_due())
    while not office.tried:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    office.holding = False
    clock.now += CLAIMED
    await make_dispatcher(office.server(), clock).send_due()

    await slow

    await notice.refresh_from_db()
    assert (notice.state, len(office.mails)) == (NoticeState.SENT, 1)


def test_a_claim_lasts_longer_than_any_delivery():
    slowest = MailServer(host="localhost", sender="orders@example.com", timeout=120)

    assert timedelta(seconds=slowest.longest_delivery) < CLAIMED


# ------------------------------------------------------------------------------------------------------- TLS, login


async def served_tls(directory: Path) -> tuple[ssl.SSLContext, Path]:
    chain, key = await certificate(directory)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(chain, key)
    return context, chain


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_mails_travel_encrypted_to_a_server_whose_certificate_is_known(
    db: str, clock: Clock, tmp_path: Path, security: Any
):
    await make_notice(await make_call())
    tls, chain = await served_tls(tmp_path)
    async with post_office(tls=tls, security=security, login=True) as office:
        office.user, office.password = "postman", "secret"
        server = office.server(security=security, ca_file=chain, user="postman", password="secret")  # noqa: S106

        assert await make_dispatcher(server, clock).send_due() == 1

    assert len(office.mails) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_certificate_that_nobody_knows_is_not_trusted(db: str, clock: Clock, tmp_path: Path, security: Any):
    notice = await make_notice(await make_call())
    tls, _ = await served_tls(tmp_path)
    async with post_office(tls=tls, security=security) as office:
        await make_dispatcher(office.server(security=security), clock).send_due()

    await notice.refresh_from_db()
    assert (notice.state, office.tried) == (NoticeState.PENDING, [])
    assert notice.last_error == "the mail server's certificate is not trusted"


async def test_a_server_without_tls_gets_nothing_where_tls_is_wanted(db: str, clock: Clock, office: PostOffice):
    notice = await make_notice(await make_call())

    await make_dispatcher(office.server(security="starttls"), clock).send_due()

    await notice.refresh_from_db()
    assert (notice.state, office.tried) == (NoticeState.PENDING, [])


async def test_a_wrong_password_loses_no_mail_and_is_not_shown(db: str, clock: Clock):
    notice = await make_notice(await make_call())
    async with post_office(login=True) as office:
        office.user, office.password = "postman", "secret"
        await make_dispatcher(office.server(user="postman", password="wr0ng"), clock).send_due()  # noqa: S106

    await notice.refresh_from_db()
    assert (notice.state, office.tried) == (NoticeState.PENDING, [])
    assert (notice.last_error or "").startswith("the mail server takes no mails now: 535 ")
    assert "wr0ng" not in (notice.last_error or "")
    assert "wr0ng" not in repr(office.server(password="wr0ng"))  # noqa: S106
