"""The daily look at expirations: who is told, once, whatever was missed (B4)."""

from __future__ import annotations

import asyncio
from contextvars import copy_context
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from tortoise.transactions import in_transaction

from mailers.causes import Cause
from models import database
from models.notice import Notice
from models.statuses.people import NoticeKind
from resolvers.orders import purchase_order_parts as parts
from resolvers.orders import purchase_order_states
from resolvers.telling.sweep import sweep
from tests.factories import make_call, make_contact, make_order_row, make_supplier
from tests.invoicing import make_order
from tests.noticing import ADA, BOB, CONTACTS, queued, settings
from tests.ordering import asked

if TYPE_CHECKING:
    from models.supplier import Supplier
    from resolvers.operation import Call

EXPIRING, EXPIRED = NoticeKind.ORDER_EXPIRING, NoticeKind.ORDER_EXPIRED


@pytest.fixture
async def call(db: str) -> Call:
    return await make_call()


@pytest.fixture
async def supplier(call: Call) -> Supplier:
    return await make_supplier(call.organization_id)


async def test_the_daily_look_tells_once_and_only_where_something_is_due(call: Call, supplier: Supplier):
    set_on = replace(call, now=call.now.replace(month=1, day=15))
    await make_order(set_on, supplier, contacts=CONTACTS)
    due = call.now.replace(month=10, day=31)

    assert [await sweep(due - timedelta(days=1)), await sweep(due), await sweep(due)] == [0, 2, 0]
    assert await sweep(due + timedelta(days=1)) == 0

    assert await queued() == [(EXPIRING, ADA), (EXPIRING, BOB)]
    notice = await Notice.all().first()
    assert notice is not None
    assert Cause.read(notice.cause).planned_for == date(2025, 10, 31)


async def test_many_looks_at_once_tell_once(call: Call, supplier: Supplier):
    set_on = replace(call, now=call.now.replace(month=1, day=15))
    for _ in range(5):
        await make_order(set_on, supplier, contacts=CONTACTS)
    due = call.now.replace(month=10, day=31)

    found = await asyncio.gather(*(sweep(due) for _ in range(8)))

    assert sorted(found) == [0, 0, 0, 0, 0, 0, 0, 10]
    assert len(await queued()) == 10


async def test_a_look_waits_for_who_changes_an_order_and_sees_what_they_did(call: Call, supplier: Supplier):
    set_on = replace(call, now=call.now.replace(month=1, day=15))
    order = await make_order(set_on, supplier, contacts=CONTACTS)
    outside = copy_context()
    async with in_transaction():
        await purchase_order_states.suspend(call, asked(order))
        look = asyncio.create_task(sweep(call.now.replace(month=10, day=31)), context=outside)
        await asyncio.sleep(0.2)
        assert not look.done()

    assert await look == 0


async def test_days_without_a_look_are_caught_up_with_and_nothing_stale_is_told(call: Call, supplier: Supplier):
    set_on = replace(call, now=call.now.replace(month=12, day=10))
    await make_order(set_on, supplier, contacts=CONTACTS[:1])

    # The week before (12-24) was missed, and 12-31, too.
    assert await sweep(call.now.replace(month=12, day=26)) == 1
    assert await sweep(call.now.replace(year=2026, month=1, day=3)) == 1
    assert await sweep(call.now.replace(year=2026, month=1, day=4)) == 0

    assert await queued() == [(EXPIRING, ADA), (EXPIRED, ADA)]


async def test_who_became_a_contact_later_is_told_too(call: Call, supplier: Supplier):
    set_on = replace(call, now=call.now.replace(month=1, day=15))
    order = await make_order(set_on, supplier, contacts=CONTACTS[:1])
    await sweep(call.now.replace(month=10, day=31))

    await parts.add_contact(call, asked(order), CONTACTS[1])
    await sweep(call.now.replace(month=11, day=1))

    assert await queued() == [(EXPIRING, ADA), (EXPIRING, BOB)]


@pytest.mark.parametrize("kept", ["suspended", "closed", "draft"])
async def test_orders_that_serve_nothing_are_not_told_to_expire(call: Call, supplier: Supplier, kept: str):
    set_on = replace(call, now=call.now.replace(month=1, day=15))
    order = await make_order(set_on, supplier, contacts=CONTACTS, issue=kept != "draft")
    if kept == "suspended":
        await purchase_order_states.suspend(set_on, asked(order))
    if kept == "closed":
        await purchase_order_states.close(set_on, asked(order))
    await Notice.all().delete()

    assert await sweep(call.now.replace(month=10, day=31)) == 0
    assert await sweep(call.now.replace(year=2026, month=1, day=1)) == 0


async def test_an_order_that_is_resumed_is_told_what_was_missed(call: Call, supplier: Supplier):
    set_on = replace(call, now=call.now.replace(month=1, day=15))
    order = await make_order(set_on, supplier, contacts=CONTACTS[:1])
    await purchase_order_states.suspend(set_on, asked(order))
    await sweep(call.now.replace(month=10, day=31))

    await purchase_order_states.resume(call, asked(order))
    await sweep(call.now.replace(month=11, day=1))

    assert await queued() == [(NoticeKind.ORDER_SUSPENDED, ADA), (EXPIRING, ADA)]


async def test_each_organization_has_its_own_schedule(call: Call, supplier: Supplier):
    await settings(call, expiry_over_three_months=["P30D", "P1W"])
    set_on = replace(call, now=call.now.replace(month=1, day=15))
    await make_order(set_on, supplier, contacts=CONTACTS[:1])

    told = [day for day in range(365) if await sweep(set_on.now + timedelta(days=day))]

    assert [set_on.today + timedelta(days=day) for day in told] == [
        date(2025, 12, 1),
        date(2025, 12, 24),
        date(2026, 1, 1),
    ]


async def test_a_look_at_many_orders_costs_few_statements(call: Call):
    supplier = await make_supplier(call.organization_id)
    for _ in range(40):
        order = await make_order_row(call, supplier, expiration_set_on=date(2025, 1, 15))
        await make_contact(order)
    before = database.statements.total

    assert await sweep(call.now.replace(month=10, day=31)) == 40

    assert database.statements.total - before <= 15
