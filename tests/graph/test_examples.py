"""The examples that GraphiQL offers work on the demo company, as a newcomer would run them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from graph.graphiql.page import Example, examples
from models.approval import Approval
from models.organization import User
from models.supplier import SellerEntity, Supplier
from resolvers.demo import demo, demo_company, demo_machines
from tests.graph.conftest import Client

if TYPE_CHECKING:
    import httpx

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
README = Path(__file__).parents[2] / "README.md"
EXAMPLES = examples(NOW.date())


async def run(http: httpx.AsyncClient, example: Example) -> Any:
    """The data of the example's answer, with the ids that its supplier and seller entity have here."""
    aws = await Supplier.get(organization__key=demo_company.KEY, name="Amazon Web Services")
    seller = await SellerEntity.get(supplier=aws, name="Amazon Web Services, Inc.")
    administrator = await User.get(organization__key=demo_company.KEY, email=demo_company.ADMIN)
    waiting = await Approval.get(approver_id=administrator.id)
    document = example.document.replace('"sup_1"', f'"sup_{aws.id}"').replace('"sel_1"', f'"sel_{seller.id}"')
    document = document.replace('"apv_1"', f'"apv_{waiting.id}"')
    client = Client(http, administrator, await demo.token(datetime.now(UTC)))
    return await client.ask(document, **orjson.loads(example.variables or "{}"))


async def answered(http: httpx.AsyncClient, name: str) -> Any:
    """The data of the answer of the example with the name."""
    return await run(http, next(example for example in EXAMPLES if example.name == name))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
async def test_an_example_answers_without_errors(db: str, http: httpx.AsyncClient, example: Example) -> None:
    await demo.seed(NOW)

    data = await run(http, example)

    for answer in data.values():
        assert answer
        assert answer.get("userErrors", []) == []


async def test_the_first_example_shows_orders_balances_invoices_and_reasons(db: str, http: httpx.AsyncClient) -> None:
    await demo.seed(NOW)

    data = await run(http, EXAMPLES[0])

    order = data["purchaseOrders"]["nodes"][0]
    line = order["lines"]["nodes"][0]
    match = line["allocations"]["nodes"][0]["invoice"]["match"]
    assert order["number"] == "AWS-2025"
    assert line["balance"]["current"] == {"amount": "37489.35"}
    assert match["outcome"] == "MATCHED"
    assert match["candidates"]["nodes"][0]["rank"] == 1
    assert match["candidates"]["nodes"][1]["criterion"] == "ORDER_PERIOD"


async def test_the_inbox_holds_an_order_and_agreeing_asks_the_next(db: str, http: httpx.AsyncClient) -> None:
    await demo.seed(NOW)

    [waiting] = (await answered(http, "06_inbox"))["approvals"]["nodes"]
    plan = waiting["step"]["plan"]
    assert (plan["purchaseOrder"]["number"], plan["amount"]) == ("ESPRESSO", {"formatted": "$12,600.00"})
    assert [step["status"] for step in plan["steps"]["nodes"]] == ["REQUESTED", "NOT_YET_REQUESTED"]
    decided = (await answered(http, "07_decide"))["approvalDecide"]["approvalPlan"]
    assert decided["purchaseOrder"]["status"] == "PENDING_APPROVAL"
    assert [step["status"] for step in decided["steps"]["nodes"]] == ["APPROVED", "REQUESTED"]


async def test_a_purchase_is_seen_from_the_requisition_to_the_payment(db: str, http: httpx.AsyncClient) -> None:
    await demo.seed(NOW)

    order = (await answered(http, "08_whole_purchase"))["purchaseOrder"]

    billed = {
        each["invoice"]["supplierInvoiceNumber"]: each["isConfirmed"]
        for each in order["lines"]["nodes"][0]["allocations"]["nodes"]
    }
    assert order["requisition"]["status"] == "ORDERED"
    assert order["requisition"]["requestedBy"] == {"name": "Ben Castillo"}
    assert [each["kind"] for each in order["receipts"]["nodes"]] == ["GOODS_RECEIPT", "RETURN", "GOODS_RECEIPT"]
    assert billed == {"HM-2291": True, "HM-2304": False}
    assert [each["amount"] for each in order["payments"]["nodes"]] == [{"amount": "600.00"}]


async def test_what_arrived_what_disagrees_and_what_was_drawn(db: str, http: httpx.AsyncClient) -> None:
    await demo.seed(NOW)

    received = {order["number"]: order for order in (await answered(http, "09_received"))["purchaseOrders"]["nodes"]}
    found = (await answered(http, "10_discrepancies"))["discrepancies"]["nodes"]
    drawn = (await answered(http, "11_blanket_order"))["purchaseOrder"]

    assert len(received["GRINDERS"]["receipts"]["nodes"]) == len(received["WEBSHOP"]["milestones"]["nodes"]) == 3
    price = next(each for each in found if each["kind"] == "UNIT_PRICE_VARIANCE")
    assert (price["expected"], price["actual"], price["difference"]) == ("120", "126", "6")
    assert price["line"]["purchaseOrder"] == {"number": "GRINDERS"}
    assert [each["number"] for each in drawn["releases"]["nodes"]] == ["WORKSHOP-2", "WORKSHOP-1"]
    assert len(drawn["purchasingPermissions"]["nodes"]) == 2


async def test_an_order_is_read_as_it_was_ordered_and_as_it_stood(db: str, http: httpx.AsyncClient) -> None:
    await demo.seed(NOW)

    data = await answered(http, "12_history")

    def grinders(order: Any) -> tuple[str, str]:
        line = order["lines"]["nodes"][0]
        return line["quantity"], line["receivedQuantity"]

    assert (grinders(data["now"]), grinders(data["first"]), grinders(data["then"])) == (
        ("10", "6"),
        ("8", "0"),
        ("10", "0"),
    )
    [version] = data["now"]["history"]["nodes"]
    assert version["order"] == data["first"]
    assert version["revision"]["reason"] == demo_machines.MORE
    assert data["now"]["diff"]["effect"] == {"formatted": "$240.00"}


async def test_the_readme_tells_what_the_demo_answers(db: str, http: httpx.AsyncClient) -> None:
    await demo.seed(NOW)
    blocks = re.findall(r"```graphql\n(.*?)```\n\n```json\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    administrator = await User.get(organization__key=demo_company.KEY, email=demo_company.ADMIN)
    client = Client(http, administrator, await demo.token(datetime.now(UTC)))
    variables = {"lastTuesday": NOW - timedelta(days=7)}

    assert len(blocks) == 2
    for query, told in blocks:
        asked = {name: value for name, value in variables.items() if f"${name}" in query}
        assert await client.ask(query, **asked) == orjson.loads(told)
