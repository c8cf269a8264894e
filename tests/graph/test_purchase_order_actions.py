"""What may be done with an order, why not, and what was overlooked, over the API."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from models.purchase_order import PurchaseOrder, PurchaseOrderLine
from models.statuses.orders import LineStatus, PurchaseOrderAction, PurchaseOrderStatus
from models.statuses.people import Role
from models.supplier import SellerEntity, Supplier
from resolvers.ids import id_of
from resolvers.orders import purchase_order_lifecycle as lifecycle
from resolvers.orders import purchase_order_lines, purchase_order_states, releases
from resolvers.sourcing import contracts
from tests.factories import NOON, make_order_row, make_organization, make_seller_entity, make_supplier
from tests.graph.purchasing import caller, do, make, mutation
from tests.operations.test_sourcing import make_contract, make_method
from tests.ordering import a_line, asked, first_line, make_draft, make_order, serve, set_limits, the_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.graph.conftest import Client

ACTIONS = "{ purchaseOrders { nodes { number availableActions { action allowed reasons { code message } } } } }"


def reasons(order: Any) -> dict[str, list[str]]:
    assert all(each["allowed"] is (each["reasons"] == []) for each in order["availableActions"])
    return {each["action"]: [reason["code"] for reason in each["reasons"]] for each in order["availableActions"]}


async def test_what_may_be_done_is_told_with_the_reasons_against_the_rest(client: Client):
    await make(client)
    await serve(caller(client), await first_line(await PurchaseOrder.get()))

    [order] = (await client.ask(ACTIONS))["purchaseOrders"]["nodes"]

    told = reasons(order)
    assert list(told) == [str(action) for action in PurchaseOrderAction]
    assert {action: codes for action, codes in told.items() if codes} == {
        "SUBMIT": ["WRONG_STATUS"],
        "ISSUE": ["WRONG_STATUS"],
        "CONFIRM": ["WRONG_STATUS"],
        "RESUME": ["WRONG_STATUS"],
        "REOPEN": ["WRONG_STATUS"],
        "RELEASE": ["NOT_APPLICABLE"],
        "RETURN": ["WRONG_STATUS"],
        "DELETE": ["IN_USE"],
        "REMOVE_LINE": ["IN_USE"],
        "REOPEN_LINE": ["NOTHING_THERE"],
        "UPDATE_CONTACT": ["NOTHING_THERE"],
        "REMOVE_CONTACT": ["NOTHING_THERE"],
    }


async def test_limits_are_told_before_anybody_meets_them(client: Client):
    await make(client)
    await make(client, issue=False, contacts=[{"name": "Buyer", "email": "buyer@example.com"}])
    await set_limits(caller(client), active_order_limit=1, order_line_limit=1, order_contact_limit=1)

    [draft, _] = (await client.ask(ACTIONS))["purchaseOrders"]["nodes"]

    assert {action: codes for action, codes in reasons(draft).items() if codes} == {
        "SUBMIT": ["LIMIT_EXCEEDED"],
        "ISSUE": ["LIMIT_EXCEEDED"],
        "CONFIRM": ["WRONG_STATUS"],
        "SUSPEND": ["WRONG_STATUS"],
        "RESUME": ["WRONG_STATUS"],
        "CLOSE": ["WRONG_STATUS"],
        "REOPEN": ["WRONG_STATUS"],
        "REVISE": ["WRONG_STATUS"],
        "RELEASE": ["NOT_APPLICABLE"],
        "RECEIVE": ["WRONG_STATUS"],
        "RETURN": ["WRONG_STATUS"],
        "ADD_LINE": ["LIMIT_EXCEEDED"],
        "CLOSE_LINE": ["WRONG_STATUS"],
        "CANCEL_LINE": ["WRONG_STATUS"],
        "REOPEN_LINE": ["WRONG_STATUS"],
        "ADD_CONTACT": ["LIMIT_EXCEEDED"],
    }


async def test_a_viewer_may_do_nothing_but_draw_where_somebody_has_permitted_it(client_for: Callable[..., Any]):
    organization = await make_organization()
    buyer = await client_for(organization, Role.BUYER)
    await make(buyer)
    await make(buyer, orderType="BLANKET")

    orders = (await (await client_for(organization, Role.VIEWER)).ask(ACTIONS))["purchaseOrders"]["nodes"]

    blanket, standard = map(reasons, orders)
    assert (standard.pop("RELEASE"), blanket.pop("RELEASE")) == (["NOT_APPLICABLE"], ["NO_PURCHASING_PERMISSION"])
    assert all("NOT_PERMITTED" in codes for codes in (*standard.values(), *blanket.values()))


async def test_what_keeps_an_order_from_being_submitted_or_issued_is_told_before(client: Client):
    call = caller(client)
    goods = {"product_type": "GOOD", "unit": "EA", "unit_price": Decimal(100)}
    unshipped = await make_draft(call, lines=[goods])
    shipped = await make_method(call)
    fits = await make_draft(call, lines=[goods], shipping_method_id=shipped)
    unfit = await make_draft(call, lines=[a_line(100)], shipping_method_id=shipped)
    capped = await make_draft(call, lines=[a_line(400)])
    await contracts.link(call, asked(capped), await make_contract(call, value_cap=Decimal(500)))
    await purchase_order_lines.update(call, await the_line(capped), {"unit_price": Decimal(600)})
    blanket = await make_order(call, order_type="BLANKET", lines=[a_line(1000, balance_tracked=False)])
    drawn = {"lines": [{"blanket_line_number": 1, "unit_price": Decimal(200)}]}
    release = await PurchaseOrder.get(id=(await releases.create(call, asked(blanket), drawn)).key)
    await PurchaseOrder.filter(id=release.id).update(status=PurchaseOrderStatus.DRAFT, issued_at=None)
    await purchase_order_states.suspend(call, asked(blanket))
    expected = {
        unshipped.number: (["SHIPPING_METHOD_REQUIRED"], ["SHIPPING_METHOD_REQUIRED"]),
        fits.number: ([], []),
        unfit.number: (["SHIPPING_METHOD_UNFIT"], ["SHIPPING_METHOD_UNFIT"]),
        capped.number: (["CONTRACT_CAP_EXCEEDED"], ["CONTRACT_CAP_EXCEEDED"]),
        release.number: (["WRONG_STATUS"], ["WRONG_STATUS"]),
    }

    orders = (await client.ask(ACTIONS))["purchaseOrders"]["nodes"]

    told = {order["number"]: reasons(order) for order in orders if order["number"] in expected}
    assert {number: (codes["SUBMIT"], codes["ISSUE"]) for number, codes in told.items()} == expected
    for number, codes in expected.items():
        for name, known in zip(("Submit", "Issue"), codes, strict=True):
            query = f"""mutation ($number: String!) {{
                answer: purchaseOrder{name}(input: {{number: $number, dryRun: true}}) {{ userErrors {{ code }} }} }}"""
            answer = (await client.ask(query, number=number))["answer"]
            assert [error["code"] for error in answer["userErrors"]] == known, (number, name)
    await lifecycle.submit(call, asked(capped), issue_when_approved=False)


async def test_what_is_said_to_be_possible_is_possible_and_what_is_not_is_refused_for_that_reason(client: Client):
    await make(client, contacts=[{"name": "Buyer", "email": "buyer@example.com"}])
    doing: dict[str, dict[str, Any]] = {
        "purchaseOrderIssue": {},
        "purchaseOrderSuspend": {},
        "purchaseOrderResume": {},
        "purchaseOrderClose": {},
        "purchaseOrderDelete": {},
        "purchaseOrderExtend": {"expirationDate": "2999-12-31"},
        "purchaseOrderLineAdd": {"line": {"unitPrice": "1"}},
        "purchaseOrderContactAdd": {"contact": {"name": "x", "email": "x@example.com"}},
        "purchaseOrderTagsSet": {"tags": [{"key": "a"}]},
        "purchaseOrderUpdate": {"displayName": "x"},
        "purchaseOrderCopy": {"months": 1},
    }
    words = {
        "purchaseOrderLineAdd": "ADD_LINE",
        "purchaseOrderContactAdd": "ADD_CONTACT",
        "purchaseOrderTagsSet": "SET_TAGS",
    }
    await set_limits(caller(client), active_order_limit=2, order_line_limit=1)
    draft, past = {"issue": False}, {"expirationDate": "2025-06-30"}
    for extra in (draft, past, {"orderType": "BLANKET"}):
        await make(client, **extra)
    await make_order_row(caller(client), suspended_at=NOON, expiration_date=None)

    for order in (await client.ask(ACTIONS))["purchaseOrders"]["nodes"]:
        for name, given in doing.items():
            told = reasons(order)[words.get(name, name.removeprefix("purchaseOrder").upper())]
            tried = {"number": order["number"], "dryRun": True, **given}
            answer = (await client.ask(mutation(name), input=tried))["answer"]
            assert [error["code"] for error in answer["userErrors"]] == told, (order["number"], name)


async def test_warnings_come_with_the_order_and_refuse_nothing(client: Client):
    supplier = await make_supplier(client.user.organization_id)
    sellers = [id_of(SellerEntity, (await make_seller_entity(supplier)).id) for _ in range(2)]

    order = await do(
        client,
        "purchaseOrderCreate",
        "warnings { kind message lineItemType lineNumbers startDate endDate }",
        currency="USD",
        supplierId=id_of(Supplier, supplier.id),
        sellerEntityIds=sellers,
        effectiveDate="2025-01-01",
        expirationDate="2025-12-31",
        lines=[
            {"startDate": "2025-02-01", "endDate": "2025-06-30"},
            {"startDate": "2025-06-01", "endDate": "2025-12-15"},
        ],
    )

    everything_else = {"lineItemType": "ALL", "lineNumbers": []}
    assert order["warnings"] == [
        {
            **everything_else,
            "kind": "UNCOVERED_MONTHS",
            "message": "No line takes every category of invoices in 2025-01.",
            "startDate": "2025-01-01",
            "endDate": "2025-01-31",
        },
        {
            "kind": "OVERLAPPING_LINES",
            "message": "Lines 1 and 2 take every category of invoices at the same time.",
            "lineItemType": "ALL",
            "lineNumbers": [1, 2],
            "startDate": None,
            "endDate": None,
        },
        {
            "kind": "LINE_ENDS_EARLY",
            "message": "Line 2 ends on 2025-12-15, before the order expires on 2025-12-31.",
            "lineItemType": "ALL",
            "lineNumbers": [2],
            "startDate": "2025-12-16",
            "endDate": "2025-12-31",
        },
        {
            "kind": "SEVERAL_SELLER_ENTITIES",
            "message": "2 seller entities may bill on the order; one is usual.",
            "lineItemType": None,
            "lineNumbers": [],
            "startDate": None,
            "endDate": None,
        },
    ]


KINDS = "{ purchaseOrders { nodes { warnings { kind } } } }"


async def test_a_closed_order_has_no_warnings(client: Client):
    supplier = await make_supplier(client.user.organization_id)
    sellers = [id_of(SellerEntity, (await make_seller_entity(supplier)).id) for _ in range(2)]
    order = await make(
        client,
        supplierId=id_of(Supplier, supplier.id),
        sellerEntityIds=sellers,
        expirationDate="2025-12-31",
        lines=[{"endDate": "2025-06-30"}],
    )
    [before] = (await client.ask(KINDS))["purchaseOrders"]["nodes"]

    await do(client, "purchaseOrderClose", id=order["id"])

    assert [warning["kind"] for warning in before["warnings"]] == [
        "UNCOVERED_MONTHS",
        "LINE_ENDS_EARLY",
        "SEVERAL_SELLER_ENTITIES",
    ]
    assert (await client.ask(KINDS))["purchaseOrders"]["nodes"] == [{"warnings": []}]


@pytest.mark.parametrize("status", ["REJECTED", "CLOSED_RELEASED", "CLOSED_CANCELED", "CLOSED_RETURNED"])
async def test_lines_that_are_over_cover_nothing_and_overlap_with_nothing(client: Client, status: str):
    await make(client, lines=[{"number": 1}, {"number": 2}])
    await PurchaseOrderLine.filter(number=2).update(status=LineStatus(status))

    assert (await client.ask(KINDS))["purchaseOrders"]["nodes"] == [{"warnings": []}]
