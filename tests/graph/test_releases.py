"""Blanket orders over the API: what they have, what they do not have, and what is drawn on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from models.organization import Organization, User
from models.purchase_order import PurchaseOrderLine
from models.statuses.people import Role
from resolvers.ids import id_of
from tests.graph.purchasing import make
from tests.graph.test_collaboration import run

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.graph.conftest import Client

MONEY: Final = "{ amount }"
STANDARD_ONLY: Final = f"""
  minimumSpend {MONEY} discountPercentage discountAmount {MONEY} receivedAmount {MONEY} receivedPercent
  receiptProgress {{ percent }} invoicedAmount {MONEY} inProcessInvoicedAmount {MONEY} billingProgress {{ percent }}
  amountPaid {MONEY} remainingBalance {MONEY} outstandingPayable {MONEY}"""
LISTS: Final = "receipts { totalCount } milestones { totalCount } invoices { totalCount } contracts { totalCount }"
RELEASE: Final = """purchaseOrder { id number status excessAmount { amount }
  blanketOrder { number releasedAmount { amount } }
  lines { nodes { number amount { amount } blanketLine { number } } } } events { kind }"""


async def make_blanket(client: Client, budget: str = "1000", **given: Any) -> Any:
    return await make(client, orderType="BLANKET", lines=[{"unitPrice": budget, "description": "Supplies"}], **given)


async def draw(client: Client, blanket: Any, amount: str, **given: Any) -> Any:
    lines = [{"blanketLineNumber": 1, "unitPrice": amount}]
    return await run(client, "purchaseOrderReleaseCreate", RELEASE, id=blanket["id"], lines=lines, **given)


async def read(client: Client, order: Any, fields: str) -> Any:
    return (await client.ask(f"query ($id: ID!) {{ purchaseOrder(id: $id) {{ {fields} }} }}", id=order["id"]))[
        "purchaseOrder"
    ]


async def test_a_blanket_order_has_releases_and_permissions_and_nothing_of_receiving_and_paying(client: Client):
    blanket = await make_blanket(client)
    me = id_of(User, client.user.id)
    await run(client, "purchasingPermissionGrant", "purchaseOrder { id }", id=blanket["id"], userId=me)

    first, second = [await draw(client, blanket, amount) for amount in ("300", "500")]

    assert [each["userErrors"] for each in (first, second)] == [[], []]
    assert [event["kind"] for event in first["events"]] == [
        "purchase_order_release_created",
        "approval_requested",
        "purchase_order_submitted",
        "purchase_order_issued",
        "purchase_order_released",
    ]
    assert second["purchaseOrder"]["blanketOrder"] == {
        "number": blanket["number"],
        "releasedAmount": {"amount": "800.00"},
    }
    assert second["purchaseOrder"]["lines"]["nodes"] == [
        {"number": 1, "amount": {"amount": "500.00"}, "blanketLine": {"number": 1}}
    ]
    there = await read(client, blanket, f"status releasedAmount {MONEY} {STANDARD_ONLY} {LISTS}")
    figures = {name: value for name, value in there.items() if name not in LISTS.split()}
    assert figures.pop("releasedAmount") == {"amount": "800.00"}
    assert figures.pop("status") == "ORDERED"
    assert set(figures.values()) == {None}
    assert [there[name]["totalCount"] for name in ("receipts", "milestones", "invoices", "contracts")] == [0] * 4
    drawn = await read(
        client,
        blanket,
        """releases(orderBy: [{field: NUMBER}], where: {status: {eq: ORDERED}}) { totalCount nodes { number } }
        purchasingPermissions { nodes { user { id } } }
        lines { nodes { releasedAmount { amount } releaseLines { nodes { amount { amount } } } } }
        events(first: 1) { nodes { kind changes { field to } } }""",
    )
    assert [each["number"] for each in drawn["releases"]["nodes"]] == [
        each["purchaseOrder"]["number"] for each in (first, second)
    ]
    assert drawn["purchasingPermissions"]["nodes"] == [{"user": {"id": me}}]
    assert drawn["lines"]["nodes"] == [
        {
            "releasedAmount": {"amount": "800.00"},
            "releaseLines": {"nodes": [{"amount": {"amount": "300.00"}}, {"amount": {"amount": "500.00"}}]},
        }
    ]
    assert drawn["events"]["nodes"][0]["kind"] == "purchase_order_released"


async def test_what_does_not_apply_to_the_type_of_an_order_is_refused(client: Client):
    blanket = await make_blanket(client)
    standard = await make(client)
    line = await PurchaseOrderLine.filter(purchase_order__number=blanket["number"]).first()
    assert line is not None
    key = id_of(PurchaseOrderLine, line.id)
    me = id_of(User, client.user.id)

    spent = await run(client, "purchaseOrderUpdate", "purchaseOrder { id }", id=blanket["id"], minimumSpend="100")
    given = {"purchaseOrderId": blanket["id"], "lines": [{"lineId": key, "quantity": "1"}]}
    received = await run(client, "receiptPost", "receipt { id }", **given)
    drawn = await draw(client, standard, "1")
    granted = await run(client, "purchasingPermissionGrant", "purchaseOrder { id }", id=standard["id"], userId=me)

    refused = [each["userErrors"] for each in (spent, received, drawn, granted)]
    assert [[error["__typename"] for error in errors] for errors in refused] == [["NotApplicable"]] * 4


async def test_a_release_over_the_budget_waits_and_dry_runs_change_nothing(
    client: Client, client_for: Callable[..., Any]
):
    blanket = await make_blanket(client)
    await draw(client, blanket, "800")
    buyer = await client_for(await Organization.get(id=client.user.organization_id), Role.VIEWER)
    me = id_of(User, buyer.user.id)
    await run(client, "purchasingPermissionGrant", "purchaseOrder { id }", id=blanket["id"], userId=me)

    tried = await draw(buyer, blanket, "500", dryRun=True)
    drawn = await draw(buyer, blanket, "500", releaseNumber="R-7", idempotencyKey="seven")
    again = await draw(buyer, blanket, "500", releaseNumber="R-7", idempotencyKey="seven")
    late = await run(
        buyer,
        "purchaseOrderReleaseCreate",
        "purchaseOrder { id } again: userErrors { ... on BlanketExhausted { total released } }",
        id=blanket["id"],
        lines=[{"blanketLineNumber": 1}],
    )

    assert tried["purchaseOrder"]["excessAmount"] == {"amount": "300.00"}
    assert drawn == again
    assert {name: drawn["purchaseOrder"][name] for name in ("number", "status", "excessAmount")} == {
        "number": "R-7",
        "status": "PENDING_APPROVAL",
        "excessAmount": {"amount": "300.00"},
    }
    assert drawn["purchaseOrder"]["blanketOrder"]["releasedAmount"] == {"amount": "1000.00"}
    assert late["again"] == [{"total": "1000", "released": "1000"}]


async def test_available_actions_say_who_may_draw_and_why_not(client: Client, client_for: Callable[..., Any]):
    blanket = await make_blanket(client)
    standard = await make(client)
    colleague = await client_for(await Organization.get(id=client.user.organization_id), Role.BUYER)
    asked = "availableActions { action allowed reasons { __typename ... on NoPurchasingPermission { owner } } }"

    async def may_draw(who: Client, order: Any) -> Any:
        actions = (await read(who, order, asked))["availableActions"]
        return next(each for each in actions if each["action"] == "RELEASE")

    assert (await may_draw(client, blanket))["allowed"] is True
    assert (await may_draw(client, standard))["reasons"] == [{"__typename": "NotApplicable"}]
    assert (await may_draw(colleague, blanket))["reasons"] == [
        {"__typename": "NoPurchasingPermission", "owner": client.user.name}
    ]
    assert (await draw(colleague, blanket, "1"))["userErrors"][0]["__typename"] == "NoPurchasingPermission"
    await draw(client, blanket, "1000")
    assert (await may_draw(client, blanket))["reasons"] == [{"__typename": "BlanketExhausted"}]
