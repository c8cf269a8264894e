"""The examples that GraphiQL offers work on the demo company, as a newcomer would run them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from graph.graphiql.page import Example, examples
from models.organization import User
from models.supplier import SellerEntity, Supplier
from resolvers import demo, demo_company
from tests.graph.conftest import Client

if TYPE_CHECKING:
    import httpx

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


async def run(http: httpx.AsyncClient, example: Example) -> Any:
    """The data of the example's answer, with the ids that its supplier and seller entity have here."""
    aws = await Supplier.get(organization__key=demo_company.KEY, name="Amazon Web Services")
    seller = await SellerEntity.get(supplier=aws, name="Amazon Web Services, Inc.")
    document = example.document.replace('"sup_1"', f'"sup_{aws.id}"').replace('"sel_1"', f'"sel_{seller.id}"')
    administrator = await User.get(organization__key=demo_company.KEY, email=demo_company.ADMIN)
    client = Client(http, administrator, await demo.token(datetime.now(UTC)))
    return await client.ask(document, **orjson.loads(example.variables or "{}"))


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
async def test_an_example_answers_without_errors(db: str, http: httpx.AsyncClient, example: Example) -> None:
    await demo.seed(NOW)

    data = await run(http, example)

    [answer] = data.values()
    assert answer
    assert answer.get("userErrors", []) == []


async def test_the_first_example_shows_orders_balances_invoices_and_reasons(db: str, http: httpx.AsyncClient) -> None:
    await demo.seed(NOW)

    data = await run(http, examples()[0])

    order = data["purchaseOrders"]["nodes"][0]
    line = order["lines"]["nodes"][0]
    match = line["allocations"]["nodes"][0]["invoice"]["match"]
    assert order["number"] == "AWS-2025"
    assert line["balance"]["current"] == {"amount": "37489.35"}
    assert match["outcome"] == "MATCHED"
    assert match["candidates"]["nodes"][0]["rank"] == 1
    assert match["candidates"]["nodes"][1]["criterion"] == "ORDER_PERIOD"
