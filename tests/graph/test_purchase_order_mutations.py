"""Orders over the API: made, changed and asked what may be done with them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from models.event import Event
from models.purchase_order import PurchaseOrder
from models.statuses.people import Role
from models.supplier import SellerEntity, Supplier
from resolvers.ids import id_of
from tests.factories import make_organization, make_seller_entity, make_supplier
from tests.graph.purchasing import caller, do, for_2025, make, mutation, refuse
from tests.ordering import everything, first_line, serve

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.graph.conftest import Client

EVERYTHING = """
  number externalId displayName erpNumber description orderType currency effectiveDate expirationDate
  taxRegistrationNumbers invoiceUnits discountPercentage minimumSpend { amount } discountAmount { amount }
  netAmount { amount } shipTo { name street city postalCode region country } supplier { name }
  sellerEntities { name } businessOwner { name } contacts { name email phone } tags { key value }
  lines { nodes { number description lineItemType productType acknowledgmentType goodsReceiptRequired milestonePayout
    supplierProduct partNumber unit quantity unitPrice { amount } discount { amount } taxPercent taxAmount { amount }
    estimatedTax { amount } estimatedShipping { amount } startDate endDate expectedDeliveryDate shipTo { city }
    recipient erpLineNumber agreementId balanceTracked status amount { amount } balance { limit { amount } } } }
"""


async def test_everything_that_is_said_of_an_order_is_read_again(client: Client):
    supplier = await make_supplier(client.user.organization_id, "Cloud Provider")
    seller = await make_seller_entity(supplier, "Cloud Europe")

    order = await do(
        client,
        "purchaseOrderCreate",
        EVERYTHING,
        number="PO-7",
        externalId="erp:7",
        displayName="Cloud",
        erpNumber="E7",
        description="Two\nlines",
        currency="EUR",
        supplierId=id_of(Supplier, supplier.id),
        sellerEntityIds=[id_of(SellerEntity, seller.id)],
        shipTo={"city": "Dublin", "country": "IE"},
        taxRegistrationNumbers=["IE1"],
        invoiceUnits=["Research"],
        effectiveDate="2025-01-01",
        expirationDate="2025-12-31",
        minimumSpend="100.50",
        discountPercentage="2.5",
        contacts=[{"name": "Buyer", "email": "buyer@example.com"}],
        tags=[{"key": "team", "value": "cloud"}, {"key": "empty"}],
        lines=[
            {
                "number": 10,
                "description": "Hours",
                "lineItemType": "PROFESSIONAL_SERVICES_AND_TRAINING",
                "acknowledgmentType": "MILESTONES",
                "milestonePayout": "PERCENTAGE",
                "supplierProduct": "Consulting",
                "partNumber": "C1",
                "unit": "HUR",
                "quantity": "1.5",
                "unitPrice": "100.333333",
                "discount": "0.50",
                "taxPercent": "19",
                "estimatedTax": "1.00",
                "estimatedShipping": "2.00",
                "startDate": "2025-02-01",
                "endDate": "2025-03-31",
                "expectedDeliveryDate": "2025-04-01",
                "shipTo": {"city": "Cork"},
                "recipient": "Desk",
                "erpLineNumber": "0010",
                "balanceTracked": True,
            },
            {"productType": "GOOD", "goodsReceiptRequired": True, "unit": "INDIVIDUAL_UNIT", "quantity": "2"},
        ],
    )

    assert {name: value for name, value in order.items() if name not in {"lines", "businessOwner"}} == {
        "number": "PO-7",
        "externalId": "erp:7",
        "displayName": "Cloud",
        "erpNumber": "E7",
        "description": "Two\nlines",
        "orderType": "STANDARD",
        "currency": "EUR",
        "effectiveDate": "2025-01-01",
        "expirationDate": "2025-12-31",
        "taxRegistrationNumbers": ["IE1"],
        "invoiceUnits": ["Research"],
        "discountPercentage": "2.5",
        "minimumSpend": {"amount": "100.50"},
        "discountAmount": {"amount": "3.75"},  # 2.5 % of 150.00
        "netAmount": {"amount": "146.25"},
        "shipTo": {
            "name": None,
            "street": None,
            "city": "Dublin",
            "postalCode": None,
            "region": None,
            "country": "IE",
        },
        "supplier": {"name": "Cloud Provider"},
        "sellerEntities": [{"name": "Cloud Europe"}],
        "contacts": [{"name": "Buyer", "email": "buyer@example.com", "phone": None}],
        "tags": [{"key": "empty", "value": ""}, {"key": "team", "value": "cloud"}],
    }
    assert order["businessOwner"] == {"name": client.user.name}
    hours, good = order["lines"]["nodes"]
    assert hours == {
        "number": 10,
        "description": "Hours",
        "lineItemType": "PROFESSIONAL_SERVICES_AND_TRAINING",
        "productType": "SERVICE",
        "acknowledgmentType": "MILESTONES",
        "goodsReceiptRequired": False,
        "milestonePayout": "PERCENTAGE",
        "supplierProduct": "Consulting",
        "partNumber": "C1",
        "unit": "HUR",
        "quantity": "1.5",
        "unitPrice": {"amount": "100.333333"},
        "discount": {"amount": "0.50"},
        "taxPercent": "19",
        "taxAmount": {"amount": "28.50"},
        "estimatedTax": {"amount": "1.00"},
        "estimatedShipping": {"amount": "2.00"},
        "startDate": "2025-02-01",
        "endDate": "2025-03-31",
        "expectedDeliveryDate": "2025-04-01",
        "shipTo": {"city": "Cork"},
        "recipient": "Desk",
        "erpLineNumber": "0010",
        "agreementId": None,
        "balanceTracked": True,
        "status": "DRAFT",
        "amount": {"amount": "150.00"},  # 1.5 × 100.333333 − 0.50 = 149.9999995
        "balance": {"limit": {"amount": "178.50"}},
    }
    assert (good["number"], good["productType"], good["goodsReceiptRequired"]) == (11, "GOOD", True)


async def test_a_life_of_an_order(client: Client):
    order = await make(client, issue=False)
    which = {"id": order["id"]}
    assert (order["status"], order["matchingStatus"]) == ("DRAFT", "NOT_ISSUED")

    async def step(name: str, **given: Any) -> str:
        return (await do(client, name, **which, **given))["matchingStatus"]

    assert await step("purchaseOrderIssue") == "ACTIVE"
    assert await step("purchaseOrderSuspend", reason="Prices under review") == "SUSPENDED"
    assert await step("purchaseOrderResume") == "ACTIVE"
    assert await step("purchaseOrderUpdate", expirationDate="2025-06-30") == "EXPIRED"
    assert await step("purchaseOrderExtend", expirationDate="2999-06-30") == "ACTIVE"
    assert await step("purchaseOrderUpdate", effectiveDate="2999-01-01") == "SCHEDULED"
    assert await step("purchaseOrderClose", reason="Replaced") == "CLOSED"

    history = await Event.filter(purchase_order_id__isnull=False).order_by("id")
    assert [event.kind.removeprefix("purchase_order_") for event in history] == [
        "created",
        "issued",
        "suspended",
        "resumed",
        "updated",
        "extended",
        "updated",
        "closed",
    ]


async def test_an_order_may_be_meant_by_its_number(client: Client):
    order = await make(client, number="1234")

    suspended = await do(client, "purchaseOrderSuspend", number="1234")

    assert (suspended["id"], suspended["matchingStatus"]) == (order["id"], "SUSPENDED")


async def test_lines_contacts_and_tags_are_changed_and_the_order_answers(client: Client):
    parts = "totalAmount { amount } lines { nodes { id number } } contacts { id email } tags { key }"
    order = await make(client)
    which = {"id": order["id"]}

    answer = await do(client, "purchaseOrderLineAdd", parts, **which, line={"unitPrice": "500"})
    assert answer["totalAmount"] == {"amount": "10500.00"}
    line = answer["lines"]["nodes"][1]["id"]
    answer = await do(client, "purchaseOrderLineUpdate", parts, lineId=line, line={"quantity": "2"})
    assert answer["totalAmount"] == {"amount": "11000.00"}
    answer = await do(client, "purchaseOrderLineRemove", parts, lineId=line)
    assert [each["number"] for each in answer["lines"]["nodes"]] == [1]

    person = {"name": "Buyer", "email": "buyer@example.com"}
    answer = await do(client, "purchaseOrderContactAdd", parts, **which, contact=person)
    contact = answer["contacts"][0]["id"]
    new = {"email": "new@example.com"}
    answer = await do(client, "purchaseOrderContactUpdate", parts, contactId=contact, contact=new)
    assert [each["email"] for each in answer["contacts"]] == ["new@example.com"]
    assert (await do(client, "purchaseOrderContactRemove", parts, contactId=contact))["contacts"] == []

    assert (await do(client, "purchaseOrderTagsSet", parts, **which, tags=[{"key": "a"}]))["tags"] == [{"key": "a"}]


async def test_a_copy_answers_with_the_copy(client: Client):
    order = await make(client, expirationDate="2025-12-31", issue=False)

    copy = await do(
        client, "purchaseOrderCopy", "number effectiveDate expirationDate status", id=order["id"], newNumber="NEXT"
    )

    assert copy == {
        "number": "NEXT",
        "effectiveDate": "2026-01-01",
        "expirationDate": "2026-12-31",
        "status": "DRAFT",
    }


async def test_a_deleted_order_is_null_and_its_event_tells_of_it(client: Client):
    order = await make(client)

    answer = (
        await client.ask(
            mutation("purchaseOrderDelete"), input={"id": order["id"], "clientMutationId": "x", "reason": "Twice"}
        )
    )["answer"]

    assert answer["purchaseOrder"] is None
    assert answer["userErrors"] == []
    assert answer["clientMutationId"] == "x"
    [event] = answer["events"]
    assert (event["kind"], event["subject"], event["reason"]) == ("purchase_order_deleted", order["number"], "Twice")
    assert await PurchaseOrder.all().count() == 0


# ----------------------------------------------------------------------------------------------------- refusals


async def test_refusals_are_data_with_paths_and_figures(client: Client):
    given = await for_2025(
        client,
        lines=[{"unitPrice": "1"}, {"startDate": "2024-12-31"}],
        contacts=[{"name": f"C{number}", "email": f"c{number}@example.com"} for number in range(11)],
    )

    found = await refuse(client, "purchaseOrderCreate", **given)

    assert [(error["__typename"], error["path"]) for error in found] == [
        ("OutsideValidity", ["lines", "1", "startDate"]),
        ("LimitExceeded", ["contacts"]),
    ]
    assert found[0]["effectiveDate"] == "2025-01-01"
    assert (found[1]["limit"], found[1]["actual"], found[1]["setting"]) == (10, 11, "orderContactLimit")


async def test_every_mutation_of_an_order_that_cannot_be_done_says_why(client: Client):
    order = await make(client, contacts=[{"name": "Buyer", "email": "buyer@example.com"}])
    row = await PurchaseOrder.get()
    await serve(caller(client), await first_line(row))
    which, line = {"id": order["id"]}, f"pol_{(await first_line(row)).id}"
    cases: dict[str, tuple[dict[str, Any], str]] = {
        "purchaseOrderIssue": (which, "WRONG_STATUS"),
        "purchaseOrderResume": (which, "WRONG_STATUS"),
        "purchaseOrderSuspend": ({"id": "po_999999"}, "NOT_FOUND"),
        "purchaseOrderClose": ({"number": "no such"}, "NOT_FOUND"),
        "purchaseOrderDelete": (which, "IN_USE"),
        "purchaseOrderUpdate": ({**which, "displayName": "x" * 201}, "INVALID_VALUE"),
        "purchaseOrderExtend": ({**which, "expirationDate": "2025-01-01"}, "NOT_LATER"),
        "purchaseOrderCopy": ({**which, "newNumber": order["number"], "months": 12}, "ALREADY_TAKEN"),
        "purchaseOrderLineAdd": ({**which, "line": {"quantity": "0"}}, "INVALID_AMOUNT"),
        "purchaseOrderLineUpdate": ({"lineId": line, "line": {"unit": "?"}}, "INVALID_VALUE"),
        "purchaseOrderLineRemove": ({"lineId": line}, "IN_USE"),
        "purchaseOrderContactAdd": ({**which, "contact": {"name": "B", "email": "?"}}, "INVALID_VALUE"),
        "purchaseOrderContactUpdate": ({"contactId": "con_999999", "contact": {"name": "x"}}, "NOT_FOUND"),
        "purchaseOrderContactRemove": ({"contactId": "con_999999"}, "NOT_FOUND"),
        "purchaseOrderTagsSet": ({**which, "tags": [{"key": ""}]}, "INVALID_VALUE"),
    }

    codes = {
        name: [error["code"] for error in await refuse(client, name, **given)] for name, (given, _) in cases.items()
    }

    assert codes == {name: [code] for name, (_, code) in cases.items()}


async def test_only_buyers_change_orders(client_for: Callable[..., Any]):
    organization = await make_organization()
    buyer, viewer = await client_for(organization, Role.BUYER), await client_for(organization, Role.VIEWER)
    order = await make(buyer)

    found = await refuse(viewer, "purchaseOrderSuspend", id=order["id"])

    assert [(error["code"], error["message"]) for error in found] == [
        ("NOT_PERMITTED", "This needs the role BUYER; you have VIEWER.")
    ]
    assert [error["code"] for error in await refuse(viewer, "purchaseOrderCreate", **await for_2025(buyer))] == [
        "NOT_PERMITTED"
    ]


async def test_an_order_of_another_organization_is_not_there(client: Client, client_for: Callable[..., Any]):
    order = await make(client)
    stranger = await client_for()

    assert [error["code"] for error in await refuse(stranger, "purchaseOrderSuspend", id=order["id"])] == ["NOT_FOUND"]


@pytest.mark.parametrize(
    "hostile",
    [
        {"unitPrice": "9" * 30},
        {"unitPrice": "-1"},
        {"quantity": "0." + "0" * 30 + "1"},
        {"description": "x" * 10_001},
        {"unit": "🙂"},
        {"number": -1},
        {"number": 2_147_483_647},
        {"taxPercent": "99999999"},
        {"shipTo": {"country": "Atlantis"}},
    ],
)
async def test_hostile_lines_are_refused(client: Client, hostile: dict[str, Any]):
    found = await refuse(client, "purchaseOrderCreate", **await for_2025(client, lines=[hostile]))

    assert [error["path"][:2] for error in found] == [["lines", "0"]]


# -------------------------------------------------------------------------------------- trying, repeating, colliding


async def test_a_tried_order_is_shown_whole_and_stored_nowhere(client: Client):
    before = await everything()

    order = await make(client, dryRun=True)

    assert (order["number"], order["matchingStatus"], order["totalAmount"]["amount"]) == (
        "PO0001001",
        "ACTIVE",
        "10000.00",
    )
    assert await everything() == before


async def test_the_same_key_twice_makes_one_order(client: Client):
    given = await for_2025(client, idempotencyKey="k1")

    first, again = [await do(client, "purchaseOrderCreate", **given) for _ in range(2)]

    assert first == again
    assert await PurchaseOrder.all().count() == 1
    assert await Event.filter(kind="purchase_order_created").count() == 1


async def test_the_same_key_from_several_at_once_makes_one_order(client: Client):
    given = await for_2025(client, idempotencyKey="k1")

    answers = await asyncio.gather(*(do(client, "purchaseOrderCreate", **given) for _ in range(5)))

    assert len({answer["id"] for answer in answers}) == 1
    assert await PurchaseOrder.all().count() == 1


async def test_the_same_key_with_another_input_is_refused(client: Client):
    given = await for_2025(client, idempotencyKey="k1")
    await do(client, "purchaseOrderCreate", **given)

    found = await refuse(client, "purchaseOrderCreate", **{**given, "displayName": "Other"})

    assert [error["code"] for error in found] == ["IDEMPOTENCY_KEY_REUSED"]


async def test_a_conflict_tells_what_somebody_else_changed(client: Client):
    order = await make(client)
    await do(client, "purchaseOrderUpdate", id=order["id"], displayName="Cloud", expectedVersion=1)

    [conflict] = await refuse(client, "purchaseOrderSuspend", id=order["id"], expectedVersion=1)

    assert (conflict["code"], conflict["expected"], conflict["current"], conflict["changed"]) == (
        "VERSION_CONFLICT",
        1,
        2,
        ["displayName"],
    )


async def test_a_key_answers_nobody_but_who_gave_it(client_for: Callable[..., Any]):
    organization = await make_organization()
    one, other = await client_for(organization), await client_for(organization, Role.VIEWER)
    query = """mutation { costCenterCreate(input: {idempotencyKey: "k", number: "1", name: "One"})
        { costCenter { id } userErrors { code } } }"""
    first = await one.ask(query)

    second = await other.ask(query)

    assert first["costCenterCreate"]["costCenter"] is not None
    assert second["costCenterCreate"] == {"costCenter": None, "userErrors": [{"code": "IDEMPOTENCY_KEY_REUSED"}]}
    assert await one.ask(query) == first
