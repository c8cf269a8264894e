"""Receipts, returns and milestones over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models.statuses.people import Role
from tests.factories import make_organization
from tests.graph.purchasing import make
from tests.ordering import everything

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.graph.conftest import Client

GOODS = {"productType": "GOOD", "unit": "INDIVIDUAL_UNIT", "quantity": "10", "unitPrice": "120"}
SERVICE = {"acknowledgmentType": "MILESTONES", "quantity": "10", "unitPrice": "120"}
RECEIPT = """receipt { id number kind status editVersion receivedOn reference reason cancelReason
  purchaseOrder { status receivedPercent receivedAmount { amount } }
  milestone { number } debitMemo { supplierInvoiceNumber } corrects { number } corrections { number }
  lines { nodes { number quantity acceptedQuantity rejectedQuantity amount { amount } percent
    line { number status receivedQuantity receivedPercent openQuantity receivedAmount { amount } } } } }"""
MILESTONE = """milestone { id number status editVersion percent dueDate statusReason completedAt amount { amount }
  line { number receivedQuantity } purchaseOrder { status } receipts { number kind status } }"""
ERRORS = """userErrors { code message path
  ... on OverReceipt { line ordered received offered allowed unit rule }
  ... on OverReturn { line received returned }
  ... on TakesNoReceipt { line productType acknowledgmentType deliveredBy }
  ... on MilestonesTooLarge { line limit others offered unit } }"""


async def run(client: Client, name: str, **given: Any) -> Any:
    """The answer of a mutation of receipts or milestones."""
    kind = f"{name[0].upper()}{name[1:]}Input"
    fields = MILESTONE if name.startswith("milestone") else RECEIPT
    query = (
        f"""mutation ($input: {kind}!) {{ answer: {name}(input: $input) {{ {fields} events {{ kind }} {ERRORS} }} }}"""
    )
    return (await client.ask(query, input=given))["answer"]


async def test_goods_are_received_in_two_deliveries(client: Client):
    order = await make(client, lines=[GOODS])

    first = await run(client, "receiptPost", purchaseOrderId=order["id"], lines=[{"lineNumber": 1, "quantity": "4"}])
    second = await run(
        client,
        "receiptPost",
        purchaseOrderNumber=order["number"],
        lines=[{"lineNumber": 1, "quantity": "6", "rejectedQuantity": "1"}],
        reference="D-2",
    )

    assert first["userErrors"] == second["userErrors"] == []
    assert first["events"] == [{"kind": "receipt_posted"}]
    seen = first["receipt"]
    assert (seen["number"], seen["kind"], seen["status"]) == ("RC0000001", "GOODS_RECEIPT", "POSTED")
    assert seen["purchaseOrder"] == {
        "status": "PARTIALLY_DELIVERED",
        "receivedPercent": "40",
        "receivedAmount": {"amount": "480.00"},
    }
    assert seen["lines"]["nodes"] == [
        {
            "number": 1,
            "quantity": "4",
            "acceptedQuantity": "4",
            "rejectedQuantity": "0",
            "amount": None,
            "percent": None,
            "line": {
                "number": 1,
                "status": "PARTIALLY_DELIVERED",
                "receivedQuantity": "4",
                "receivedPercent": "40",
                "openQuantity": "6",
                "receivedAmount": {"amount": "480.00"},
            },
        }
    ]
    seen = second["receipt"]
    assert (seen["number"], seen["reference"]) == ("RC0000002", "D-2")
    assert seen["purchaseOrder"] == {
        "status": "DELIVERED",
        "receivedPercent": "100",
        "receivedAmount": {"amount": "1200.00"},
    }
    [line] = seen["lines"]["nodes"]
    assert (line["acceptedQuantity"], line["rejectedQuantity"], line["line"]["openQuantity"]) == ("5", "1", "0")


async def test_what_is_too_much_is_refused_with_the_figures_and_leaves_no_trace(client: Client):
    order = await make(client, lines=[GOODS, SERVICE])
    before = await everything()

    answer = await run(client, "receiptPost", purchaseOrderId=order["id"], lines=[{"lineNumber": 1, "quantity": "11"}])
    service = await run(client, "receiptPost", purchaseOrderId=order["id"], lines=[{"lineNumber": 2, "quantity": "1"}])

    assert (answer["receipt"], answer["events"]) == (None, [])
    assert answer["userErrors"] == [
        {
            "code": "OVER_RECEIPT",
            "message": "Line 1 would have 11 received of 10 ordered; at most 10 are allowed.",
            "path": ["lines", "0", "quantity"],
            "line": 1,
            "ordered": "10",
            "received": "0",
            "offered": "11",
            "allowed": "10",
            "unit": "INDIVIDUAL_UNIT",
            "rule": None,
        }
    ]
    assert service["userErrors"] == [
        {
            "code": "TAKES_NO_RECEIPT",
            "message": "Line 2 takes no receipt: a completed milestone says what was delivered.",
            "path": ["lines", "0"],
            "line": 2,
            "productType": "SERVICE",
            "acknowledgmentType": "MILESTONES",
            "deliveredBy": "a completed milestone",
        }
    ]
    assert await everything() == before


async def test_a_receipt_is_corrected_goods_go_back_and_the_return_is_canceled(client: Client):
    order = await make(client, lines=[GOODS])
    nine = await run(client, "receiptPost", purchaseOrderId=order["id"], lines=[{"lineNumber": 1, "quantity": "9"}])

    six = await run(
        client,
        "receiptCorrect",
        id=nine["receipt"]["id"],
        expectedVersion=1,
        reason="Counted twice.",
        lines=[{"lineNumber": 1, "quantity": "6"}],
    )
    back = await run(
        client, "returnPost", purchaseOrderId=order["id"], lines=[{"lineNumber": 1, "quantity": "2"}], reason="Damaged."
    )
    undone = await run(client, "receiptCancel", id=back["receipt"]["id"], reason="Not damaged.")

    assert [answer["userErrors"] for answer in (six, back, undone)] == [[], [], []]
    assert (six["receipt"]["number"], six["receipt"]["corrects"]) == ("RC0000002", {"number": "RC0000001"})
    assert back["receipt"]["lines"]["nodes"][0]["line"]["receivedQuantity"] == "4"
    assert (back["receipt"]["kind"], back["receipt"]["reason"], back["receipt"]["debitMemo"]) == (
        "RETURN",
        "Damaged.",
        None,
    )
    assert (undone["receipt"]["status"], undone["receipt"]["cancelReason"]) == ("CANCELED", "Not damaged.")
    assert undone["receipt"]["lines"]["nodes"][0]["line"]["receivedQuantity"] == "6"


LISTS = """query ($number: String!, $order: ID!) {
  receipt(number: $number) { number corrections { number } }
  receipts(where: {status: {eq: POSTED}, purchaseOrderId: {eq: $order}}, orderBy: [{field: RECEIVED_ON}]) {
    totalCount nodes { number postedBy { name } } }
  milestones(where: {status: {eq: CLOSED_COMPLETE}}) { nodes { number } }
  purchaseOrder(id: $order) {
    receipts { totalCount nodes { number } } milestones(orderBy: [{field: DUE_DATE}]) { nodes { number } }
    lines { nodes { number receiptLines { nodes { quantity receipt { number } } }
      milestones { nodes { number line { number } } } } } } }"""


async def test_receipts_and_milestones_are_found_from_everywhere(client: Client):
    order = await make(client, lines=[GOODS, SERVICE])
    lines = (await client.ask("{ purchaseOrders { nodes { lines { nodes { id } } } } }"))["purchaseOrders"]["nodes"][0]
    wrong = await run(client, "receiptPost", purchaseOrderId=order["id"], lines=[{"lineNumber": 1, "quantity": "9"}])
    await run(
        client,
        "receiptCorrect",
        id=wrong["receipt"]["id"],
        reason="Counted twice.",
        lines=[{"lineNumber": 1, "quantity": "6"}],
    )
    for amount, due in (("480", "2030-06-01"), ("20", "2030-05-01")):
        made = await run(client, "milestoneCreate", lineId=lines["lines"]["nodes"][1]["id"], amount=amount, dueDate=due)
        assert made["userErrors"] == []
    await run(client, "milestoneConfirm", id=made["milestone"]["id"])

    found = await client.ask(LISTS, number="RC0000001", order=order["id"])

    assert found["receipt"] == {"number": "RC0000001", "corrections": [{"number": "RC0000002"}]}
    name = client.user.name
    assert found["receipts"] == {
        "totalCount": 2,
        "nodes": [
            {"number": "RC0000002", "postedBy": {"name": name}},
            {"number": "RC0000003", "postedBy": {"name": name}},
        ],
    }
    assert found["milestones"] == {"nodes": [{"number": 2}]}
    assert found["purchaseOrder"] == {
        "receipts": {
            "totalCount": 3,
            "nodes": [{"number": "RC0000003"}, {"number": "RC0000002"}, {"number": "RC0000001"}],
        },
        "milestones": {"nodes": [{"number": 2}, {"number": 1}]},
        "lines": {
            "nodes": [
                {
                    "number": 1,
                    "receiptLines": {
                        "nodes": [
                            {"quantity": "9", "receipt": {"number": "RC0000001"}},
                            {"quantity": "6", "receipt": {"number": "RC0000002"}},
                        ]
                    },
                    "milestones": {"nodes": []},
                },
                {
                    "number": 2,
                    "receiptLines": {"nodes": [{"quantity": "0.166667", "receipt": {"number": "RC0000003"}}]},
                    "milestones": {
                        "nodes": [{"number": 1, "line": {"number": 2}}, {"number": 2, "line": {"number": 2}}]
                    },
                },
            ]
        },
    }


async def test_a_milestone_is_planned_put_off_changed_confirmed_or_canceled(client: Client):
    await make(client, lines=[{**SERVICE, "milestonePayout": "PERCENTAGE"}])
    [order] = (await client.ask("{ purchaseOrders { nodes { lines { nodes { id } } } } }"))["purchaseOrders"]["nodes"]
    line = order["lines"]["nodes"][0]["id"]

    made = await run(client, "milestoneCreate", lineId=line, percent="60", description="Design", dueDate="2030-01-01")
    too_much = await run(client, "milestoneCreate", lineId=line, percent="50")
    key = made["milestone"]["id"]
    put_off = await run(client, "milestoneDefer", id=key, dueDate="2030-02-01", reason="The site is not ready.")
    changed = await run(client, "milestoneUpdate", id=key, percent="40", expectedVersion=2)
    done = await run(client, "milestoneConfirm", id=key, receivedOn="2025-03-10")
    other = await run(client, "milestoneCreate", lineId=line, percent="60")
    gone = await run(client, "milestoneCancel", id=other["milestone"]["id"], reason="Not needed.")

    answers = (made, put_off, changed, done, other, gone)
    assert [answer["userErrors"] for answer in answers] == [[]] * 6
    assert too_much["userErrors"] == [
        {
            "code": "MILESTONES_TOO_LARGE",
            "message": "The milestones of line 1 would be worth 110 %; at most 100 % are possible.",
            "path": ["percent"],
            "line": 1,
            "limit": "100",
            "others": "60",
            "offered": "50",
            "unit": "%",
        }
    ]
    assert [answer["milestone"]["status"] for answer in answers] == [
        "CONFIRMATION_REQUIRED",
        "PENDING_COMPLETION_DATE",
        "PENDING_COMPLETION_DATE",
        "CLOSED_COMPLETE",
        "CONFIRMATION_REQUIRED",
        "CLOSED_CANCELED",
    ]
    assert (put_off["milestone"]["dueDate"], put_off["milestone"]["statusReason"]) == (
        "2030-02-01",
        "The site is not ready.",
    )
    assert done["milestone"]["receipts"] == [{"number": "RC0000001", "kind": "SERVICES_RECEIPT", "status": "POSTED"}]
    assert done["milestone"]["line"] == {"number": 1, "receivedQuantity": "4"}
    assert done["milestone"]["purchaseOrder"] == {"status": "PARTIALLY_DELIVERED"}


async def test_who_receives_posts_and_who_only_reads_does_not(client_for: Callable[..., Any]):
    organization = await make_organization()
    order = await make(await client_for(organization, Role.BUYER), lines=[GOODS])
    given: dict[str, Any] = {"purchaseOrderId": order["id"], "lines": [{"lineNumber": 1, "quantity": "1"}]}

    codes = {
        role: [
            error["code"]
            for error in (await run(await client_for(organization, role), "receiptPost", **given))["userErrors"]
        ]
        for role in (Role.RECEIVER, Role.BUYER, Role.ACCOUNTS_PAYABLE, Role.VIEWER)
    }

    refused = ["NOT_PERMITTED"]
    assert codes == {Role.RECEIVER: [], Role.BUYER: [], Role.ACCOUNTS_PAYABLE: refused, Role.VIEWER: refused}


async def test_the_same_key_posts_once_and_a_trial_posts_nothing(client: Client):
    order = await make(client, lines=[GOODS])
    given: dict[str, Any] = {"purchaseOrderId": order["id"], "lines": [{"lineNumber": 1, "quantity": "10"}]}
    before = await everything()

    tried = await run(client, "receiptPost", **given, dryRun=True)
    assert await everything() == before
    answers = [await run(client, "receiptPost", **given, idempotencyKey="k-1") for _ in range(2)]

    assert tried["receipt"]["purchaseOrder"]["status"] == "DELIVERED"
    assert answers[0] == answers[1]
    assert answers[0]["receipt"]["lines"]["nodes"][0]["line"]["receivedQuantity"] == "10"


async def test_a_blanket_order_has_no_receipts_and_no_milestones(client: Client):
    blanket = await make(client, orderType="BLANKET")

    answer = await run(client, "receiptPost", purchaseOrderId=blanket["id"], lines=[{"lineNumber": 1, "quantity": "1"}])

    assert [error["code"] for error in answer["userErrors"]] == ["NOT_APPLICABLE"]
    lists = "{ purchaseOrders { nodes { receipts { totalCount } milestones { totalCount } } } }"
    assert (await client.ask(lists))["purchaseOrders"]["nodes"] == [
        {"receipts": {"totalCount": 0}, "milestones": {"totalCount": 0}}
    ]
