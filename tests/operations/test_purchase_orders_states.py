"""Orders are issued, put on hold and taken off it, extended, closed; dates and the switch decide the rest."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from models.purchase_order import PurchaseOrder
from models.statuses.orders import LineStatus, MatchingStatus, PurchaseOrderStatus
from resolvers.errors import LimitExceeded, NothingThere, NotLater, WrongStatus
from resolvers.orders import purchase_order_states as states
from resolvers.orders.facts_orders import standing_of
from tests.factories import make_call
from tests.ordering import (
    LAST,
    a_line,
    asked,
    changes,
    first_line,
    later,
    make_draft,
    make_order,
    refused,
    serve,
    set_limits,
)

if TYPE_CHECKING:
    from resolvers.operation import Call

FULL = [LimitExceeded(limit=1, actual=2, setting="activeOrderLimit")]


async def matching(order: PurchaseOrder, call: Call) -> MatchingStatus:
    return (await standing_of(await PurchaseOrder.get(id=order.id), call)).matching_status


async def test_issuing_makes_a_draft_and_its_lines_binding(db: str):
    call = await make_call()
    draft = await make_draft(call, lines=[a_line()])

    written = await states.issue(later(call, day=11), asked(draft))

    order = await PurchaseOrder.get(id=draft.id)
    assert (order.status, order.issued_at, order.edit_version) == (
        PurchaseOrderStatus.ORDERED,
        later(call, day=11).now,
        2,
    )
    assert (await first_line(order)).status is LineStatus.ORDERED
    assert changes(written) == {"status": ("DRAFT", "ORDERED"), "issuedAt": (None, "2025-03-11T12:00:00+00:00")}
    assert [event.kind for event in written.events] == ["purchase_order_issued"]
    assert [type(refusal) for refusal in await refused(states.issue(call, asked(order)))] == [WrongStatus]


async def test_a_suspended_order_is_resumed_as_it_was(db: str):
    call = await make_call()
    order = await make_order(call)

    await states.suspend(call, asked(order, reason="Prices under review"))
    assert await matching(order, call) is MatchingStatus.SUSPENDED
    assert [type(refusal) for refusal in await refused(states.suspend(call, asked(order)))] == [WrongStatus]

    written = await states.resume(call, asked(order))
    assert await matching(order, call) is MatchingStatus.ACTIVE
    assert changes(written) == {"suspendedAt": ("2025-03-10T12:00:00+00:00", None)}
    assert [type(refusal) for refusal in await refused(states.resume(call, asked(order)))] == [WrongStatus]


async def test_the_clock_alone_makes_an_order_active_and_expired(db: str):
    call = await make_call()
    order = await make_order(call, effective_date=date(2025, 3, 11), expiration_date=date(2025, 3, 12))

    seen = [await matching(order, later(call, day=day)) for day in (10, 11, 12, 13)]

    assert seen == [
        MatchingStatus.SCHEDULED,
        MatchingStatus.ACTIVE,
        MatchingStatus.ACTIVE,
        MatchingStatus.EXPIRED,
    ]


async def test_an_expired_order_that_is_suspended_and_resumed_is_expired_until_it_is_extended(db: str):
    call = await make_call()
    order = await make_order(call, expiration_date=date(2025, 3, 9), lines=[a_line(end_date=date(2025, 3, 9))])
    assert await matching(order, call) is MatchingStatus.EXPIRED

    await states.suspend(call, asked(order))
    assert await matching(order, call) is MatchingStatus.SUSPENDED_EXPIRED
    await states.resume(call, asked(order))
    assert await matching(order, call) is MatchingStatus.EXPIRED

    written = await states.extend(later(call, day=11), asked(order), LAST)
    assert await matching(order, call) is MatchingStatus.ACTIVE
    assert changes(written) == {"expirationDate": ("2025-03-09", "2025-12-31")}
    assert (await first_line(order)).end_date == date(2025, 3, 9)
    await order.refresh_from_db()
    assert order.expiration_set_on == date(2025, 3, 11)


async def test_an_extension_is_later(db: str):
    call = await make_call()
    order = await make_order(call)

    for day in (LAST, date(2025, 6, 30)):
        assert await refused(states.extend(call, asked(order), day)) == [
            NotLater(date=day, current=LAST, path=("expirationDate",))
        ]
    endless = await make_order(call, expiration_date=None)
    assert await refused(states.extend(call, asked(endless), LAST)) == [NothingThere(kind="expiration date")]


async def test_closing_ends_an_order_and_its_lines_for_good(db: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line()])
    await serve(call, await first_line(order))

    written = await states.close(call, asked(order, reason="Replaced"))

    assert await matching(order, call) is MatchingStatus.CLOSED
    line = await first_line(order)
    assert (line.status, line.balance_current, line.amount) == (LineStatus.CLOSED_RELEASED, 8000, 10000)
    assert changes(written) == {
        "status": ("ORDERED", "CLOSED_RELEASED"),
        "closedAt": (None, "2025-03-10T12:00:00+00:00"),
        "closeReason": (None, "Replaced"),
    }
    assert written.events[0].reason == "Replaced"
    for action in (states.close, states.suspend, states.resume, states.issue):
        assert [type(refusal) for refusal in await refused(action(call, asked(order)))] == [WrongStatus]


async def test_a_draft_is_neither_suspended_nor_closed(db: str):
    call = await make_call()
    draft = await make_draft(call)

    for action in (states.close, states.suspend, states.resume):
        [refusal] = await refused(action(call, asked(draft)))
        assert isinstance(refusal, WrongStatus)
        assert refusal.status == "NOT_ISSUED"


@pytest.mark.parametrize("way", ["issue", "resume", "extend"])
async def test_one_active_order_too_many_is_refused_whatever_would_make_it_active(db: str, way: str):
    call = await make_call()
    do: dict[str, Any] = {
        "issue": lambda: states.issue(call, asked(order)),
        "resume": lambda: states.resume(call, asked(order)),
        "extend": lambda: states.extend(call, asked(order), LAST),
    }
    if way == "issue":
        order = await make_draft(call)
    else:
        order = await make_order(call, expiration_date=date(2025, 3, 9) if way == "extend" else LAST)
    if way == "resume":
        await states.suspend(call, asked(order))
    other = await make_order(call)
    await set_limits(call, active_order_limit=1)

    assert await refused(do[way]()) == FULL

    await states.suspend(call, asked(other))
    await do[way]()
    assert await refused(states.resume(call, asked(other))) == FULL


async def test_of_two_orders_resumed_at_once_for_one_place_one_wins(db: str):
    call = await make_call()
    orders = [await make_order(call) for _ in range(4)]
    for order in orders:
        await states.suspend(call, asked(order))
    await set_limits(call, active_order_limit=1)

    results = await asyncio.gather(*(states.resume(call, asked(order)) for order in orders), return_exceptions=True)

    assert sorted(type(result).__name__ for result in results) == ["Refusals"] * 3 + ["Written"]


async def test_of_two_who_suspend_at_once_one_is_told_that_it_is_done(db: str):
    call = await make_call()
    order = await make_order(call)

    results = await asyncio.gather(*(states.suspend(call, asked(order)) for _ in range(3)), return_exceptions=True)

    assert sorted(type(result).__name__ for result in results) == ["Refusals"] * 2 + ["Written"]
