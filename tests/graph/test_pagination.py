"""Walking a list page by page: every row once, in order, whatever the order is and whatever happens meanwhile."""

from __future__ import annotations

import base64
import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from models.invoice import Allocation
from models.purchase_order import PurchaseOrder
from tests.abundance import TEXTS
from tests.asking import answer, ask
from tests.factories import (
    NOON,
    make_call,
    make_invoice_row,
    make_line_row,
    make_order_row,
    make_supplier,
)

if TYPE_CHECKING:
    from resolvers.operation import Call

FIELDS = ("NUMBER", "TOTAL_AMOUNT", "BALANCE", "EFFECTIVE_DATE", "EXPIRATION_DATE", "CREATED_AT", "UPDATED_AT")
ORDERS: tuple[tuple[tuple[str, str], ...], ...] = (
    (),
    *(((field, direction),) for field in FIELDS for direction in ("ASC", "DESC")),
    (("EFFECTIVE_DATE", "ASC"), ("BALANCE", "DESC")),
    (("BALANCE", "DESC"), ("EXPIRATION_DATE", "DESC"), ("NUMBER", "ASC")),
    (("TOTAL_AMOUNT", "DESC"), ("UPDATED_AT", "ASC"), ("BALANCE", "ASC"), ("EFFECTIVE_DATE", "DESC")),
)
PAGE = """query($order: [PurchaseOrderOrder!], $first: Int, $after: String, $last: Int, $before: String) {
    purchaseOrders(orderBy: $order, first: $first, after: $after, last: $last, before: $before) {
        totalCount nodes { id } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""


def order_by(keys: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    return [{"field": field, "direction": direction} for field, direction in keys]


async def page(call: Call, **arguments: Any) -> Any:
    return (await ask(call, PAGE, **arguments))["purchaseOrders"]


async def forward(call: Call, size: int, **arguments: Any) -> list[str]:
    """The ids of the list, page by page from its start."""
    ids: list[str] = []
    after = None
    while True:
        found = await page(call, first=size, after=after, **arguments)
        ids += [node["id"] for node in found["nodes"]]
        assert found["pageInfo"]["hasPreviousPage"] is (after is not None)
        assert found["pageInfo"]["startCursor"] == (found["edges"][0]["cursor"] if found["edges"] else None)
        after = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            return ids
        assert len(found["nodes"]) == size


async def backward(call: Call, size: int, **arguments: Any) -> list[str]:
    """The ids of the list, page by page from its end."""
    ids: list[str] = []
    before = None
    while True:
        found = await page(call, last=size, before=before, **arguments)
        ids = [node["id"] for node in found["nodes"]] + ids
        assert found["pageInfo"]["hasNextPage"] is (before is not None)
        assert found["pageInfo"]["endCursor"] == (found["edges"][-1]["cursor"] if found["edges"] else None)
        before = found["pageInfo"]["startCursor"]
        if not found["pageInfo"]["hasPreviousPage"]:
            return ids
        assert len(found["nodes"]) == size


@pytest.fixture
async def caller(db: str) -> Call:
    """Someone with 23 orders, many of them alike in what they can be sorted by, some of it missing."""
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    chance = random.Random(7)  # noqa: S311 - chance that repeats itself
    for number in range(23):
        day = chance.choice([None, date(2025, 1, 1), date(2025, 2, 1)])
        balance = chance.choice([None, Decimal(0), Decimal("-0.0001"), Decimal(5), Decimal("9999999999999999.9999")])
        moment = NOON + timedelta(microseconds=chance.choice([0, 1, 100_000]))
        await make_order_row(
            call,
            supplier,
            number=f"{number}{chance.choice(TEXTS)}",
            effective_date=day,
            expiration_date=chance.choice([None, date(2025, 2, 1), date(2999, 12, 31)]),
            total_amount=chance.choice([Decimal(0), Decimal(1), Decimal("1.0001")]),
            updated_at=moment,
            created_at=chance.choice([NOON, moment]),
            **dict.fromkeys(("balance_limit", "balance_used", "balance_current"), balance),
            balance_percent=None if balance is None else Decimal(1),
        )
    return call


@pytest.mark.parametrize("keys", ORDERS)
@pytest.mark.parametrize("size", [1, 4])
async def test_either_way_every_row_is_met_once_and_in_one_order(
    caller: Call, keys: tuple[tuple[str, str], ...], size: int
):
    whole = await page(caller, first=100, order=order_by(keys))
    ids = [node["id"] for node in whole["nodes"]]

    assert len(set(ids)) == 23
    assert whole["totalCount"] == 23
    assert await forward(caller, size, order=order_by(keys)) == ids
    assert await backward(caller, size, order=order_by(keys)) == ids


@pytest.mark.parametrize("keys", ORDERS)
async def test_turned_round_an_order_is_the_same_list_from_the_other_end(
    caller: Call, keys: tuple[tuple[str, str], ...]
):
    turned = [(field, "DESC" if direction == "ASC" else "ASC") for field, direction in keys]
    ids = await forward(caller, 100, order=order_by(keys))

    if keys:
        assert await forward(caller, 100, order=order_by(tuple(turned))) == ids[::-1]
    else:
        assert ids == sorted(ids, key=lambda text: -int(text.removeprefix("po_")))


@pytest.mark.parametrize("keys", ORDERS)
async def test_rows_that_come_meanwhile_neither_repeat_nor_hide_others(caller: Call, keys: tuple[tuple[str, str], ...]):
    before = await forward(caller, 100, order=order_by(keys))
    supplier = await make_supplier(caller.organization_id)
    columns = ("effective_date", "expiration_date", "total_amount", "created_at", "updated_at")
    [alike] = await PurchaseOrder.all().limit(1).values(*columns)

    met: list[str] = []
    after = None
    for round_ in range(30):
        found = await page(caller, first=3, after=after, order=order_by(keys))
        met += [node["id"] for node in found["nodes"]]
        if not found["pageInfo"]["hasNextPage"]:
            break
        after = found["pageInfo"]["endCursor"]
        await make_order_row(caller, supplier, number=f"0 new {round_}", **alike)

    assert len(set(met)) == len(met)
    assert [each for each in met if each in before] == before


async def test_pages_of_lines_go_on_inside_pages_of_orders(caller: Call):
    orders = await PurchaseOrder.all().limit(2).order_by("-id")
    for order in orders:
        for number in range(1, 6):
            await make_line_row(order, 10, number=number, balance_current=Decimal(number % 2), balance_limit=Decimal(9))
    query = """query($after: String) { purchaseOrders(first: 2) { nodes { lines(
        first: 2, after: $after, orderBy: [{field: BALANCE, direction: DESC}]
    ) { totalCount nodes { number } pageInfo { hasNextPage hasPreviousPage endCursor } } } } }"""

    numbers: list[list[int]] = [[], []]
    cursors = [None, None]
    last = None
    for _ in range(3):
        for index in range(2):
            answered = await ask(caller, query, after=cursors[index])
            lines = answered["purchaseOrders"]["nodes"][index]["lines"]
            assert lines["totalCount"] == 5
            assert lines["pageInfo"]["hasPreviousPage"] is (cursors[index] is not None)
            numbers[index] += [node["number"] for node in lines["nodes"]]
            cursors[index] = lines["pageInfo"]["endCursor"]
            last = lines["pageInfo"]["hasNextPage"]

    assert numbers == [[5, 3, 1, 4, 2], [5, 3, 1, 4, 2]]
    assert last is False


async def test_an_empty_list_has_no_cursors_and_no_more(db: str):
    call = await make_call()

    found = await page(call)

    assert found == {
        "totalCount": 0,
        "nodes": [],
        "edges": [],
        "pageInfo": {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None},
    }


async def test_a_page_is_twenty_unless_asked_and_shows_whether_there_is_one_more(caller: Call):
    usual, exact = await page(caller), await page(caller, first=23)

    assert len(usual["nodes"]) == 20
    assert usual["pageInfo"]["hasNextPage"] is True
    assert len(exact["nodes"]) == 23
    assert exact["pageInfo"]["hasNextPage"] is False


@pytest.mark.parametrize(
    "arguments",
    [
        {"first": 0},
        {"first": 101},
        {"first": -1},
        {"last": 0},
        {"last": 101},
        {"last": -(2**31)},
        {"first": 1, "last": 1},
        {"first": 1, "before": "x"},
        {"after": "x", "last": 1},
        {"after": "x", "before": "x"},
    ],
)
@pytest.mark.parametrize("field", ["purchaseOrders", "viewer", "lines"])
async def test_sizes_and_directions_that_make_no_sense_are_refused(caller: Call, arguments: Any, field: str):
    await make_line_row(await PurchaseOrder.all().order_by("-id").first() or PurchaseOrder(), 1)
    given = ", ".join(f"{name}: {orjson.dumps(value).decode()}" for name, value in arguments.items())
    query = {
        "purchaseOrders": f"{{ purchaseOrders({given}) {{ nodes {{ id }} }} }}",
        "viewer": f"{{ users({given}) {{ totalCount }} }}",
        "lines": f"{{ purchaseOrders {{ nodes {{ lines({given}) {{ __typename }} }} }} }}",
    }[field]

    [error] = (await answer(caller, query))["errors"]

    assert error["extensions"]["code"] == "BAD_INPUT"
    assert error["message"].startswith(("A page holds 1 to 100 items; ", "Give first and after, or last and before, "))


def cursor(*values: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


LIST = "purchase_order:"
FOREIGN_CURSORS = [
    "",
    " ",
    "nonsense",
    "=" * 40,
    "ünïcödé",
    "\N{GRINNING FACE}",
    base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    cursor(),
    cursor(None),
    cursor("purchase_order:-id"),
    cursor("invoice:-id", "1"),
    cursor("-id", "1"),
    cursor("purchase_order:id", "1"),
    cursor("purchase_order:-id", 1),
    cursor("purchase_order:-id", None),
    cursor("purchase_order:-id", "1", "1"),
    cursor("purchase_order:-id", ["1"]),
    cursor("purchase_order:-id", {"a": 1}),
    cursor("purchase_order:-id", "1; DROP TABLE purchase_order"),
    cursor("purchase_order:-id", "9" * 19),
    cursor("purchase_order:-id", "9" * 5000),
    cursor("purchase_order:-id", "1.5"),
    cursor("purchase_order:-id", "NaN"),
    base64.urlsafe_b64encode(b"[" * 100_000).decode(),
    base64.urlsafe_b64encode(b'{"a": 1}').decode(),
]


@pytest.mark.parametrize("text", FOREIGN_CURSORS)
@pytest.mark.parametrize("place", ["after", "before"])
async def test_a_cursor_that_is_not_of_this_list_is_refused(caller: Call, text: str, place: str):
    answered = await answer(caller, PAGE, **{place: text})

    assert answered["errors"][0]["extensions"]["code"] == "BAD_INPUT"
    assert answered["errors"][0]["message"] == "The cursor does not belong to this list in this order."


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("NUMBER", None),
        ("NUMBER", 5),
        ("NUMBER", "x" * 101),
        ("NUMBER", "a\0b"),
        ("TOTAL_AMOUNT", "NaN"),
        ("TOTAL_AMOUNT", "Infinity"),
        ("TOTAL_AMOUNT", "1e30"),
        ("TOTAL_AMOUNT", "ten"),
        ("TOTAL_AMOUNT", None),
        ("BALANCE", "1" * 40),
        ("EFFECTIVE_DATE", "2025-02-30"),
        ("EFFECTIVE_DATE", "0000-01-01"),
        ("EFFECTIVE_DATE", "10000-01-01"),
        ("UPDATED_AT", "yesterday"),
        ("UPDATED_AT", "0001-01-01T00:00:00+23:59"),
        ("UPDATED_AT", "9999-12-31T23:59:59-23:59"),
    ],
)
async def test_a_made_up_cursor_is_refused_or_just_a_place_in_the_list(caller: Call, field: str, value: Any):
    column = {"BALANCE": "balance_current"}.get(field, field.lower())
    made_up = cursor(f"{LIST}{column},id", value, "1")

    answered = await answer(caller, PAGE, order=order_by(((field, "ASC"),)), after=made_up)

    assert answered["errors"][0]["extensions"]["code"] == "BAD_INPUT"


async def test_numbers_of_lines_in_a_cursor_are_no_larger_than_lines_can_have(caller: Call):
    order = await PurchaseOrder.all().order_by("-id").first()
    assert order
    await make_line_row(order, 1)
    query = "query($after: String) { purchaseOrders { nodes { lines(after: $after) { nodes { number } } } } }"

    answered = await answer(caller, query, after=cursor("purchase_order_line:number", str(2**31)))

    assert answered["errors"][0]["extensions"]["code"] == "BAD_INPUT"


@pytest.mark.parametrize("moment", ["2025-03-10 12:00:00+00", "2025-03-10T12:00:00", "2025-03-10T12:00:00.1+05:30"])
async def test_times_in_cursors_may_be_written_in_other_ways(caller: Call, moment: str):
    assert datetime.fromisoformat(moment)

    answered = await answer(
        caller,
        PAGE,
        order=order_by((("UPDATED_AT", "ASC"),)),
        after=cursor(f"{LIST}updated_at,id", moment, "1"),
    )

    assert "errors" not in answered


async def test_a_cursor_of_one_order_does_not_fit_another(caller: Call):
    by_number = await page(caller, first=1, order=order_by((("NUMBER", "ASC"),)))

    answered = await answer(
        caller, PAGE, order=order_by((("NUMBER", "DESC"),)), after=by_number["pageInfo"]["endCursor"]
    )

    assert answered["errors"][0]["message"] == "The cursor does not belong to this list in this order."


async def test_a_place_in_the_list_outlives_its_row(caller: Call):
    middle = await page(caller, first=5)
    await PurchaseOrder.filter(id=int(middle["nodes"][-1]["id"].removeprefix("po_"))).delete()

    rest = await forward(caller, 100)
    found = await page(caller, first=100, after=middle["pageInfo"]["endCursor"])

    assert [node["id"] for node in found["nodes"]] == rest[4:]


async def test_the_same_key_twice_in_an_order_is_refused(caller: Call):
    answered = await answer(caller, PAGE, order=order_by((("NUMBER", "ASC"), ("NUMBER", "DESC"))))

    assert answered["errors"][0]["extensions"]["code"] == "BAD_INPUT"
    assert answered["errors"][0]["message"] == "Each field can be sorted by once."


async def test_relations_with_a_condition_are_paged_within_it(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order_row(call, supplier)
    line = await make_line_row(order)
    for number in range(6):
        invoice = await make_invoice_row(call, supplier)
        await Allocation.create(
            organization_id=call.organization_id,
            invoice=invoice,
            purchase_order=order,
            line=line,
            currency="USD",
            amount=Decimal(number),
            period_start=date(2025, 3, 1),
            period_end=date(2025, 3, 31),
            ended_at=NOON if number % 2 else None,
        )
    query = """query($after: String) { purchaseOrders { nodes { allocations(first: 2, after: $after) {
        totalCount nodes { amount { amount } } pageInfo { hasNextPage endCursor } } } } }"""

    first = (await ask(call, query))["purchaseOrders"]["nodes"][0]["allocations"]
    second = (await ask(call, query, after=first["pageInfo"]["endCursor"]))["purchaseOrders"]["nodes"][0]["allocations"]

    assert [node["amount"]["amount"] for node in first["nodes"] + second["nodes"]] == ["0.00", "2.00", "4.00"]
    assert (first["totalCount"], second["totalCount"]) == (3, 3)
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)
