"""A year of orders that run out and expire: on which day who gets which mail, told through the graph.

The clock moves a day at a time; every day the server looks at expirations and sends what is due to a real mail server.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import orjson
import pytest

from models.notice import Notice
from models.statuses.people import NoticeState
from models.supplier import Supplier
from resolvers.ids import id_of
from resolvers.telling.sweep import sweep
from tests.asking import ask
from tests.factories import make_call, make_supplier
from tests.mailers.conftest import make_dispatcher
from tests.mailers.post_office import post_office

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from mailers.dispatcher import Dispatcher
    from resolvers.operation import Call
    from tests.mailers.post_office import PostOffice

NEW_YEARS_EVE: Final = date(2025, 12, 31)

CREATE: Final = """mutation ($input: PurchaseOrderCreateInput!) {
  purchaseOrderCreate(input: $input) { purchaseOrder { id } userErrors { message path } } }"""
RECORD: Final = """mutation ($input: InvoiceRecordInput!) {
  invoiceRecord(input: $input) { invoice { status } userErrors { message path } } }"""
CHANGE: Final = """mutation ($input: PurchaseOrderChangeInput!) {
  it: purchaseOrder%s(input: $input) { userErrors { message path } } }"""
EXTEND: Final = """mutation ($input: PurchaseOrderExtendInput!) {
  it: purchaseOrderExtend(input: $input) { userErrors { message path } } }"""
UPDATE: Final = """mutation ($input: PurchaseOrderUpdateInput!) {
  it: purchaseOrderUpdate(input: $input) { userErrors { message path } } }"""


@dataclass
class Year:
    """An organization, its clock, its mail server; and what was delivered on which day."""

    first: Call
    supplier: Supplier
    office: PostOffice
    day: date = date(2025, 1, 1)
    delivered: dict[date, list[str]] = field(default_factory=dict)
    plans: dict[date, list[Callable[[], Awaitable[None]]]] = field(default_factory=dict)
    away: set[date] = field(default_factory=set)

    @property
    def now(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, 9, tzinfo=UTC)

    @property
    def call(self) -> Call:
        return replace(self.first, now=self.now)

    @property
    def dispatcher(self) -> Dispatcher:
        return make_dispatcher(self.office.server(), lambda: self.now)  # pyright: ignore[reportArgumentType]

    def on(self, day: date, *plans: Callable[[], Awaitable[None]]) -> None:
        """Something that somebody does on a day."""
        self.plans.setdefault(day, []).extend(plans)

    async def until(self, end: date) -> None:
        """Let the days pass. On days when the server is away nothing happens by itself."""
        while self.day <= end:
            if self.day not in self.away:
                await sweep(self.now)
            for plan in self.plans.get(self.day, ()):
                await plan()
            if self.day not in self.away:
                before = len(self.office.received)
                await self.dispatcher.send_due()
                if subjects := [_short(mail["Subject"]) for mail in self.office.mails[before:]]:
                    self.delivered[self.day] = subjects
            self.day += timedelta(days=1)

    # what people do

    def order(self, number: str, expires: date = NEW_YEARS_EVE, **fields: Any) -> Callable[[], Awaitable[None]]:
        """Enter an order of 10,000, valid for ever until it expires, with one contact."""
        given = {
            "number": number,
            "currency": "USD",
            "supplierId": id_of(Supplier, self.supplier.id),
            "expirationDate": expires,
            "issue": True,
            "lines": [{"unitPrice": "10000", "balanceTracked": True}],
            "contacts": [{"name": "Ada", "email": "ada@example.com"}],
            **fields,
        }
        return self._doing(CREATE, given)

    def invoice(self, amount: str) -> Callable[[], Awaitable[None]]:
        """Record a usage invoice of this month."""

        async def do() -> None:
            given = {
                "supplierId": id_of(Supplier, self.supplier.id),
                "supplierInvoiceNumber": f"INV-{self.day}-{amount}",
                "category": "USAGE",
                "currency": "USD",
                "totalAmount": amount,
                "invoiceDate": self.day,
            }
            await self._doing(RECORD, given)()

        return do

    def change(self, action: str, number: str) -> Callable[[], Awaitable[None]]:
        """Suspend, Resume, Close or Delete an order."""
        return self._doing(CHANGE % action, {"number": number})

    def extend(self, number: str, expires: date) -> Callable[[], Awaitable[None]]:
        return self._doing(EXTEND, {"number": number, "expirationDate": expires})

    def shorten(self, number: str, expires: date) -> Callable[[], Awaitable[None]]:
        return self._doing(UPDATE, {"number": number, "expirationDate": expires})

    def _doing(self, mutation: str, given: dict[str, Any]) -> Callable[[], Awaitable[None]]:
        async def do() -> None:
            [answer] = (await ask(self.call, mutation, input=orjson.loads(orjson.dumps(given)))).values()
            assert answer["userErrors"] == [], answer

        return do


def _short(subject: str) -> str:
    """`Purchase order A expires on Dec 31, 2025` → `A expires on Dec 31, 2025`."""
    return subject.removeprefix("Purchase order ")


@pytest.fixture
async def year(db: str) -> AsyncIterator[Year]:
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    async with post_office() as office:
        yield Year(call, supplier, office)


async def test_how_far_away_an_expiration_was_decides_when_it_is_told(year: Year):
    year.on(date(2025, 1, 15), year.order("FAR"))
    year.on(date(2025, 11, 10), year.order("MIDDLE"))
    year.on(date(2025, 12, 10), year.order("NEAR"))

    await year.until(date(2026, 1, 31))

    assert year.delivered == {
        date(2025, 10, 31): ["FAR expires on Dec 31, 2025"],
        date(2025, 11, 30): ["MIDDLE expires on Dec 31, 2025"],
        date(2025, 12, 24): ["NEAR expires on Dec 31, 2025"],
        date(2025, 12, 31): ["NEAR expires today"],
        date(2026, 1, 1): ["FAR has expired", "MIDDLE has expired", "NEAR has expired"],
    }


async def test_changing_the_date_plans_anew(year: Year):
    year.on(date(2025, 1, 15), year.order("LATER"), year.order("LATE"), year.order("SOONER"))
    # Before anything was told: two months before the new date, and nothing of the old one.
    year.on(date(2025, 10, 1), year.extend("LATER", date(2026, 3, 31)))
    # After it was told: again, by how far away the new date is then.
    year.on(date(2025, 11, 20), year.extend("LATE", date(2026, 1, 31)))
    # An earlier date is planned by how far away it is as well.
    year.on(date(2025, 6, 1), year.shorten("SOONER", date(2025, 6, 20)))

    await year.until(date(2026, 4, 30))

    assert year.delivered == {
        date(2025, 6, 13): ["SOONER expires on Jun 20, 2025"],
        date(2025, 6, 20): ["SOONER expires today"],
        date(2025, 6, 21): ["SOONER has expired"],
        date(2025, 10, 31): ["LATE expires on Dec 31, 2025"],
        date(2025, 12, 31): ["LATE expires on Jan 31, 2026"],
        date(2026, 1, 31): ["LATER expires on Mar 31, 2026"],
        date(2026, 2, 1): ["LATE has expired"],
        date(2026, 4, 1): ["LATER has expired"],
    }


async def test_orders_on_hold_closed_or_deleted_do_not_tell_that_they_expire(year: Year):
    year.on(date(2025, 1, 15), *(year.order(number) for number in ("HELD", "CLOSED", "DELETED", "BACK")))
    year.on(date(2025, 2, 1), year.change("Suspend", "HELD"), year.change("Close", "CLOSED"))
    year.on(date(2025, 2, 2), year.change("Delete", "DELETED"), year.change("Suspend", "BACK"))
    year.on(date(2025, 11, 5), year.change("Resume", "BACK"))

    await year.until(date(2026, 3, 31))

    assert year.delivered == {
        date(2025, 2, 1): ["HELD was suspended", "CLOSED was closed"],
        date(2025, 2, 2): ["BACK was suspended"],
        date(2025, 11, 6): ["BACK expires on Dec 31, 2025"],
        date(2026, 1, 1): ["BACK has expired"],
    }


async def test_days_on_which_the_server_was_away_are_caught_up_with(year: Year):
    year.on(date(2025, 1, 15), year.order("FAR"))
    year.on(date(2025, 12, 10), year.order("NEAR"))
    year.away = {date(2025, 10, 31) + timedelta(days=day) for day in range(4)}
    year.away |= {date(2025, 12, 20) + timedelta(days=day) for day in range(13)}

    await year.until(date(2026, 1, 31))

    # The week before and the day itself are gone for NEAR: what is true is told, and once.
    assert year.delivered == {
        date(2025, 11, 4): ["FAR expires on Dec 31, 2025"],
        date(2026, 1, 2): ["FAR has expired", "NEAR has expired"],
    }


async def test_a_mail_that_waited_for_the_mail_server_is_not_sent_when_it_is_not_true_any_more(year: Year):
    year.on(date(2025, 1, 15), year.order("FAR"), year.order("KEPT"))
    year.on(date(2025, 11, 3), year.extend("FAR", date(2026, 12, 31)))
    year.office.answers["ada@example.com"] = "451 Come back later"
    await year.until(date(2025, 11, 2))
    assert await Notice.filter(state=NoticeState.PENDING).count() == 2
    year.office.answers.clear()

    await year.until(date(2025, 12, 31))

    assert year.delivered == {date(2025, 11, 3): ["KEPT expires on Dec 31, 2025"]}
    assert await Notice.filter(state=NoticeState.CANCELED).count() == 1


async def test_a_balance_runs_out_over_the_months(year: Year):
    year.on(date(2025, 1, 2), year.order("AWS", date(2026, 12, 31)))
    for month, amount in ((3, "2000"), (4, "600"), (6, "4000"), (8, "3000"), (9, "900")):
        year.on(date(2025, month, 28), year.invoice(amount))

    await year.until(date(2025, 12, 31))

    assert year.delivered == {
        date(2025, 4, 28): ["AWS: 74% left on line 1"],
        date(2025, 9, 28): ["AWS: nothing is left on line 1"],
    }
    mail = year.office.mails[0]
    text = mail.get_body(("plain",))
    assert text is not None
    assert "$7,400.00 left; $2,600.00 of $10,000.00 used." in text.get_content()
