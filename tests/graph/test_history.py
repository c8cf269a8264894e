"""Reading an order as it was, through the same type and by the same statement (V4)."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest
from tortoise.exceptions import OperationalError

from models import database
from models.purchase_order import Contact, PurchaseOrder, PurchaseOrderLine
from models.receiving import Milestone
from models.revision import Revision
from models.statuses.receiving import MilestoneStatus
from resolvers.ids import id_of
from resolvers.invoicing import invoices
from resolvers.operation import Call, Meant
from resolvers.orders import purchase_order_lines as lines
from resolvers.orders import purchase_order_parts as parts
from resolvers.orders import purchase_order_states as states
from resolvers.orders import purchase_orders
from resolvers.orders.purchase_order_edits import Asked
from resolvers.revising import revisions
from resolvers.revising.revision_proposals import Proposed
from tests.asking import answer, ask
from tests.counting import counted
from tests.factories import NOON, make_call, make_milestone, make_receipt, make_seller_entity
from tests.invoicing import record
from tests.ordering import a_line, asked, contact, first_line, make_draft, make_order, supplier_of, the_line

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

QUERY = """query ($id: ID, $number: String, $at: DateTime, $version: Int) {
  purchaseOrder(id: $id, number: $number, asOf: $at, version: $version) {
    number displayName version editVersion status matchingStatus expirationDate shipTo { city }
    totalAmount { amount } balance { current { amount } percent } invoicedAmount { amount }
    sellerEntities { name } tags { key value } contacts { name email mutedNotices }
    lines(first: 3, orderBy: [{ field: AMOUNT, direction: DESC }]) {
      totalCount pageInfo { hasNextPage }
      nodes { id number description quantity unitPrice { amount } amount { amount formatted } status
        balance { current { amount } forecast { runsOutOn } }
        purchaseOrder { displayName }
        allocations { totalCount nodes { amount { amount } line { number amount { amount } } } } } }
    allocations { totalCount nodes { id amount { amount } } }
    events(first: 2) { totalCount nodes { kind } }
    warnings { kind message lineNumbers }
  } }"""


def at(call: Call, **by: int) -> Call:
    """The same caller some time later."""
    return Call(call.actor, call.now + timedelta(**by))


async def then(call: Call, order: PurchaseOrder, **when: Any) -> Any:
    """The order as it stood."""
    return (await ask(call, QUERY, id=id_of(PurchaseOrder, order.id), **when))["purchaseOrder"]


async def test_as_of_yesterday_an_order_has_yesterdays_lines_amounts_and_statuses(db: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line(1000, description="Seats")], contacts=[contact(1)], display_name="Old")
    before = await then(call, order)
    today = at(call, days=1)

    await purchase_orders.update(today, asked(order), {"display_name": "New"})
    await lines.update(today, await the_line(order), {"unit_price": Decimal(1500), "description": "More seats"})
    await lines.add(today, asked(order), a_line(200))
    await states.suspend(today, asked(order))

    assert await then(today, order, at=call.now.isoformat()) == before
    assert before["totalAmount"] == {"amount": "1000.00"}
    now = await then(today, order)
    assert (now["totalAmount"], now["matchingStatus"]) == ({"amount": "1700.00"}, "SUSPENDED")
    assert await then(today, order, at=at(today, seconds=1).now.isoformat()) == now
    assert await then(today, order, at=at(today, days=1).now.isoformat()) == now


async def test_before_it_was_made_there_was_no_order_and_an_unknown_version_is_none(db: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line()])

    assert await then(call, order, at=(call.now - timedelta(microseconds=1)).isoformat()) is None
    assert [await then(call, order, version=number) for number in (0, 2)] == [None, None]
    assert await then(call, order, version=1) == await then(call, order)
    assert (await ask(call, QUERY, number=order.number, at=NOON.isoformat()))["purchaseOrder"] == await then(
        call, order
    )
    [error] = (await answer(call, QUERY, number=order.number, at=NOON.isoformat(), version=1))["errors"]
    assert error["message"] == "Give asOf or version, not both."


async def test_what_another_organization_had_is_not_read(db: str):
    call, other = await make_call(), await make_call()
    order = await make_order(call, lines=[a_line()])
    await states.suspend(at(call, days=1), asked(order))

    assert await then(other, order, at=call.now.isoformat()) is None
    assert await then(other, order, version=1) is None


async def test_a_deleted_order_can_still_be_read_as_it_was(db: str):
    call = await make_call()
    order = await make_draft(call, lines=[a_line(70)], contacts=[contact(1)])
    before = await then(call, order)

    await purchase_orders.delete(at(call, days=1), asked(order))

    assert await then(call, order) is None
    assert await then(call, order, at=call.now.isoformat()) == before
    assert len(before["contacts"]) == before["lines"]["totalCount"] == 1


async def test_dates_decide_the_matching_status_of_that_day(db: str):
    call = await make_call()
    order = await make_order(call, expiration_date=call.today + timedelta(days=3))
    late = at(call, days=30)

    assert (await then(late, order))["matchingStatus"] == "EXPIRED"
    assert (await then(late, order, at=call.now.isoformat()))["matchingStatus"] == "ACTIVE"
    assert (await then(late, order, version=1))["matchingStatus"] == "EXPIRED"


async def test_reading_the_past_is_one_statement_and_its_plan_is_shared(db: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line(number=number) for number in range(1, 6)])
    await states.suspend(at(call, days=1), asked(order))

    for moment in (call.now, call.now + timedelta(hours=1), call.now + timedelta(days=2)):
        with counted() as statements:
            await then(call, order, at=moment.isoformat())
        assert len(statements) == 1


async def test_a_hundred_edits_later_every_moment_reads_as_it_did(db: str):
    chance = random.Random(20250310)  # noqa: S311 - the same edits every time
    call = await make_call()
    supplier = await supplier_of(call)
    sellers = [await make_seller_entity(supplier) for _ in range(2)]
    order = await make_order(call, lines=[a_line(1000)], contacts=[contact(0)], display_name="Start")
    seen: list[tuple[Call, Any]] = []

    for step in range(100):
        call = at(call, hours=chance.randrange(1, 60))
        await chance.choice(EDITS)(call, order, chance, sellers)
        seen.append((call, await then(call, order)))
        assert seen[-1][1] is not None, step

    now = at(call, days=3)
    for moment, read in chance.sample(seen, 40):
        assert await then(now, order, at=moment.now.isoformat()) == read
    assert len({str(read) for _, read in seen}) > 70


async def test_twenty_versions_and_a_hundred_edits_later_every_version_reads_as_it_did(db: str):
    chance = random.Random(20251231)  # noqa: S311 - the same edits every time
    call = await make_call()
    supplier = await supplier_of(call)
    sellers = [await make_seller_entity(supplier) for _ in range(2)]
    order = await make_order(call, lines=[a_line(1000)], contacts=[contact(0)], display_name="Start")
    versions: dict[int, Any] = {}

    for version in range(1, 20):
        for edit in chance.choices([each for each in EDITS if each is not _hold], k=5):
            call = at(call, hours=chance.randrange(1, 60))
            await edit(call, order, chance, sellers)
        call = at(call, hours=1)
        first = id_of(PurchaseOrderLine, (await first_line(order)).id)
        line = {"line_id": first, "unit_price": Decimal(chance.randrange(2000, 9000))}
        started = await revisions.start(call, asked(order), Proposed(lines=[line]))
        versions[version] = without_events(await then(call, order))
        call = at(call, hours=1)
        await revisions.submit(call, Meant(id=id_of(Revision, started.key or 0)))

    now = at(call, days=3)
    assert (await then(now, order))["version"] == 20
    for version, read in versions.items():
        assert read["version"] == version
        assert without_events(await then(now, order, version=version)) == read


def without_events(read: dict[str, Any]) -> dict[str, Any]:
    """All but the events, of which the end of a version has some of its own."""
    return {name: value for name, value in read.items() if name != "events"}


async def _change(call: Call, order: PurchaseOrder, chance: random.Random, sellers: list[Any]) -> None:
    given: dict[str, Any] = {"display_name": f"Name {chance.randrange(9)}"}
    if chance.random() < 0.4:
        given["ship_to"] = {"city": chance.choice(["Oslo", "Bergen"])}
    if chance.random() < 0.4:
        given["seller_entity_ids"] = [
            id_of(type(each), each.id) for each in chance.sample(sellers, chance.randrange(3))
        ]
    await purchase_orders.update(call, asked(order), given)


async def _line(call: Call, order: PurchaseOrder, chance: random.Random, _: Any) -> None:
    found = await PurchaseOrderLine.filter(purchase_order_id=order.id).order_by("number")
    line = Asked(line_id=id_of(PurchaseOrderLine, chance.choice(found).id))
    await lines.update(call, line, {"unit_price": Decimal(chance.randrange(1, 5000)) / 8, "description": str(call.now)})


async def _lines(call: Call, order: PurchaseOrder, chance: random.Random, _: Any) -> None:
    unused = await PurchaseOrderLine.filter(purchase_order_id=order.id, invoice_count=0, number__gt=1)
    if (
        unused
        and chance.random() < 0.5
        and not await database.rows("SELECT 1 FROM allocation WHERE line_id = $1", unused[0].id)
    ):
        await lines.remove(call, Asked(line_id=id_of(PurchaseOrderLine, unused[0].id)))
    else:
        await lines.add(call, asked(order), a_line(chance.randrange(1, 900), end_date=date(2025, 3, 31)))


async def _people(call: Call, order: PurchaseOrder, chance: random.Random, _: Any) -> None:
    found = await Contact.filter(purchase_order_id=order.id)
    if found and (chance.random() < 0.5 or len(found) > 8):
        await parts.remove_contact(call, Asked(contact_id=id_of(Contact, chance.choice(found).id)))
    else:
        await parts.add_contact(
            call, asked(order), {**contact(call.now.toordinal()), "email": f"{call.now:%j%H}@example.com"}
        )


async def _tags(call: Call, order: PurchaseOrder, chance: random.Random, _: Any) -> None:
    await parts.set_tags(call, asked(order), [{"key": key, "value": str(call.now)} for key in chance.sample("abcd", 2)])


async def _hold(call: Call, order: PurchaseOrder, _chance: random.Random, _: Any) -> None:
    await order.refresh_from_db()
    await (states.suspend if order.suspended_at is None else states.resume)(call, asked(order))


async def _bill(call: Call, order: PurchaseOrder, chance: random.Random, _: Any) -> None:
    supplier = await supplier_of(call)
    invoice = await record(call, supplier, chance.randrange(1, 300))
    if chance.random() < 0.3:
        await invoices.cancel(at(call, minutes=5), id_of(type(invoice), invoice.id), reason="Wrong.")
        # What follows is seen after this, too.


EDITS: list[Callable[..., Awaitable[None]]] = [_change, _line, _lines, _people, _tags, _hold, _bill]


@pytest.mark.parametrize("sql", ["UPDATE {} SET organization_id = organization_id", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["row_past", "event"])
async def test_the_database_refuses_to_change_what_was(db: str, table: str, sql: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line()])
    await states.suspend(at(call, days=1), asked(order))

    with pytest.raises((OperationalError, asyncpg.PostgresError), match="never changed or deleted"):
        await database.connection().execute_query(sql.format(table))


async def test_the_past_has_neither_gaps_nor_overlaps_and_a_write_without_a_clock_has_the_databases(db: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line()])
    for hours in (1, 1, 2):  # two at one moment happen one after the other
        await (states.suspend if hours != 1 or order.suspended_at is None else states.resume)(
            at(call, hours=hours), asked(order)
        )
        await order.refresh_from_db()
    await PurchaseOrder.filter(id=order.id).update(description="By hand")

    times = await database.rows(
        "SELECT valid_from, valid_to FROM row_past WHERE table_name = 'purchase_order' ORDER BY valid_from"
    )
    [live] = await database.rows("SELECT stands_since, now() - stands_since < '1 minute' AS lately FROM purchase_order")
    assert [each["valid_to"] for each in times] == [*(each["valid_from"] for each in times[1:]), live["stands_since"]]
    assert len(times) == 4
    assert live["lately"]


async def test_milestones_are_read_as_they_were_and_receipts_only_if_they_were_there(db: str):
    call = await make_call()
    order = await make_order(call, lines=[{"unit_price": Decimal(100), "acknowledgment_type": "MILESTONES"}])
    line = await first_line(order)
    milestone = await make_milestone(line, amount=Decimal(60))
    await make_receipt(call, line, 0)
    [moment] = await database.rows("SELECT clock_timestamp() AS now")
    await Milestone.filter(id=milestone.id).update(status=MilestoneStatus.CLOSED_COMPLETE)
    await make_milestone(line, amount=Decimal(40), number=9)
    await make_receipt(call, line, 0)
    query = """query ($id: ID!, $at: DateTime) { purchaseOrder(id: $id, asOf: $at) {
      receipts { totalCount nodes { lines { nodes { line { number } } } } }
      lines { nodes { milestones { nodes { status line { number } } } } } } }"""

    async def read(**when: Any) -> Any:
        found = (await ask(call, query, id=id_of(PurchaseOrder, order.id), **when))["purchaseOrder"]
        [of_line] = found["lines"]["nodes"]
        return found["receipts"]["totalCount"], [each["status"] for each in of_line["milestones"]["nodes"]]

    assert await read(at=moment["now"].isoformat()) == (1, ["CONFIRMATION_REQUIRED"])
    assert await read() == (2, ["CLOSED_COMPLETE", "CONFIRMATION_REQUIRED"])
