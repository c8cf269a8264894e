"""The dashboard over HTTP: one entry a currency, lists as pages, as many statements for much as for little."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from tortoise.transactions import in_transaction

from graph.context import Context
from graph.execution import Request, execute_request
from models import database
from models.organization import Organization
from models.statuses.invoices import InvoiceStatus
from models.statuses.orders import PurchaseOrderStatus
from resolvers.operation import Call
from tests.factories import NOON, actor_of, make_invoice_row, make_line_row, make_order_row, make_supplier

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.graph.conftest import Client

EXAMPLE = Path(__file__).parents[2] / "graph" / "graphiql" / "examples" / "02_dashboard.graphql"

EVERYTHING = """
query ($where: PurchaseOrderWhere) {
  dashboard(where: $where) {
    byStatus { status count amount { amount currency } }
    byMatchingStatus { matchingStatus count amount { amount currency } }
    bySupplier { supplier { id name sellerEntities { name } } count amount { amount currency formatted } }
    byMonth { month count amount { amount currency } }
    expiringSoon { totalCount nodes { number } }
    outOfBalance { totalCount nodes { number balance { current { amount currency } } } }
    linesOutOfBalance { totalCount nodes { number } }
    unmatchedInvoices { totalCount nodes { supplierInvoiceNumber } }
    unmatchedAmounts { count amount { amount currency } }
  }
}"""


def call_of(client: Client) -> Call:
    return Call(actor_of(client.user), NOON)


async def test_amounts_of_two_currencies_are_two_entries(client: Client) -> None:
    call = call_of(client)
    supplier = await make_supplier(call.organization_id, "Cloud")
    await make_order_row(call, supplier, total_amount=Decimal(100))
    await make_order_row(call, supplier, total_amount=Decimal("0.5"))
    await make_order_row(call, supplier, total_amount=Decimal(7), currency="JPY")
    await make_order_row(call, supplier, total_amount=Decimal(3), issued_at=None, status=PurchaseOrderStatus.DRAFT)
    await make_invoice_row(call, supplier, Decimal("12.30"), status=InvoiceStatus.RECEIVED)

    found = (await client.ask(EVERYTHING))["dashboard"]

    dollars = {"count": 2, "amount": {"amount": "100.50", "currency": "USD"}}
    yen = {"count": 1, "amount": {"amount": "7", "currency": "JPY"}}
    assert found["byStatus"] == [
        {"status": "DRAFT", "count": 1, "amount": {"amount": "3.00", "currency": "USD"}},
        {"status": "ORDERED", **yen},
        {"status": "ORDERED", **dollars},
    ]
    assert [entry["matchingStatus"] for entry in found["byMatchingStatus"]] == ["EXPIRED", "EXPIRED", "NOT_ISSUED"]
    assert [(entry["supplier"]["name"], entry["count"]) for entry in found["bySupplier"]] == [
        ("Cloud", 3),
        ("Cloud", 1),
    ]
    assert [entry["amount"]["formatted"] for entry in found["bySupplier"]] == ["$103.50", "¥7"]
    assert found["unmatchedAmounts"] == [{"count": 1, "amount": {"amount": "12.30", "currency": "USD"}}]
    assert found["unmatchedInvoices"]["totalCount"] == 1


async def test_only_the_orders_that_are_meant_count(client: Client) -> None:
    call = call_of(client)
    meant, other = [await make_supplier(call.organization_id) for _ in range(2)]
    for supplier in (meant, other):
        order = await make_order_row(
            call, supplier, expiration_date=None, balance_limit=Decimal(1), balance_current=Decimal(0)
        )
        await make_line_row(order, 1, number=supplier.id, balance_current=Decimal(0))

    found = (await client.ask(EVERYTHING, where={"supplierId": {"eq": f"sup_{meant.id}"}}))["dashboard"]

    assert [entry["supplier"]["id"] for entry in found["bySupplier"]] == [f"sup_{meant.id}"]
    assert found["outOfBalance"]["totalCount"] == 1
    assert found["linesOutOfBalance"] == {"totalCount": 1, "nodes": [{"number": meant.id}]}


async def test_nobody_sees_the_figures_of_another_organization(client_for: Callable[..., Any]) -> None:
    client, stranger = await client_for(), await client_for()
    call = call_of(client)
    supplier = await make_supplier(call.organization_id)
    order = await make_order_row(
        call, supplier, expiration_date=None, balance_limit=Decimal(1), balance_current=Decimal(0)
    )
    await make_line_row(order, 1, balance_current=Decimal(0))
    await make_invoice_row(call, supplier)

    for where in (None, {"supplierId": {"eq": f"sup_{supplier.id}"}}):
        found = (await stranger.ask(EVERYTHING, where=where))["dashboard"]

        assert {name: value for name, value in found.items() if value not in ([], {"totalCount": 0, "nodes": []})} == {}


async def test_much_costs_as_many_statements_as_little(client: Client) -> None:
    call = call_of(client)
    await Organization.filter(id=call.organization_id).update(expiring_soon_days=100_000)

    async def more(orders: int) -> None:
        for _ in range(orders):
            supplier = await make_supplier(call.organization_id)
            order = await make_order_row(
                call,
                supplier,
                expiration_date=date(2099, 1, 1),
                balance_limit=Decimal(1),
                balance_current=Decimal(0),
            )
            await make_line_row(order, 1, balance_current=Decimal(0))
            await make_invoice_row(call, supplier)

    async def statements() -> int:
        async with in_transaction():  # one connection, which knows the types after the first time
            await execute_request(Request(EVERYTHING), Context(call.actor, call.now))
            before = database.statements.total
            answer = await execute_request(Request(EVERYTHING), Context(call.actor, call.now))
            after = database.statements.total
        found = orjson.loads(answer.body)["data"]["dashboard"]
        assert len(found["bySupplier"]) == found["expiringSoon"]["totalCount"] == found["outOfBalance"]["totalCount"]
        return after - before

    await more(1)
    little = await statements()
    await more(15)

    assert await statements() == little


async def test_the_example_of_graphiql_answers(client: Client) -> None:
    found = await client.ask(EXAMPLE.read_text())

    assert found["dashboard"]["byStatus"] == []


async def test_a_list_of_figures_that_is_too_long_is_the_clients_mistake(client: Client) -> None:
    response = await client.post("{ dashboard { byMonth(first: 101) { count } } }")

    [error] = response.json()["errors"]
    assert error["message"] == "There may be 1 to 100 entries; 101 were asked for."
    assert error["extensions"]["code"] == "BAD_INPUT"
