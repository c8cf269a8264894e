"""Invoices and matching over HTTP: what clients say and read."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pytest

from models import database
from models.invoice import Invoice
from models.organization import Organization
from models.statuses.people import Role
from tests.factories import make_call, make_supplier
from tests.invoicing import balances_of, counts, lines_of, make_order, ref

if TYPE_CHECKING:
    from collections.abc import Callable

    from models.purchase_order import PurchaseOrder
    from models.supplier import Supplier
    from tests.graph.conftest import Client

RECORD: Final = """
mutation ($input: InvoiceRecordInput!) {
  invoiceRecord(input: $input) {
    clientMutationId
    invoice {
      id supplierInvoiceNumber status onHold totalAmount { amount currency } supplier { name } sellerEntity { name }
      match {
        outcome reason amount { amount } rulesVersion decidedBy { name }
        balanceBefore { amount } balanceAfter { amount }
        purchaseOrder { number } line { number balance { current { amount } } }
        candidates { totalCount nodes { rank dropped criterion reason line { number } purchaseOrder { number } } }
      }
      allocations { nodes { amount { amount } line { number } } }
    }
    events { kind subject changes { field from to } }
    userErrors {
      __typename code message path
      ... on InvalidAmount { amount least greatest places }
      ... on DuplicateInvoice { existing differences }
      ... on TotalsDisagree { total beforeTax tax }
    }
  }
}"""

PREVIEW: Final = """
query ($input: MatchPreviewInput!) {
  matchPreview(input: $input) {
    outcome reason onHold rulesVersion balanceBefore { amount currency } balanceAfter { amount }
    purchaseOrder { number supplier { name } lines { nodes { number } } }
    line { number lineItemType }
    candidates(first: 10) {
      totalCount
      nodes {
        rank dropped criterion reason balanceAfter { amount }
        purchaseOrder { number } line { number amount { amount } }
      }
    }
  }
}"""


def invoice_input(supplier: Supplier, amount: str = "100", **fields: Any) -> dict[str, Any]:
    """A usage invoice for March 2025."""
    return {
        "supplierId": ref(supplier),
        "supplierInvoiceNumber": "INV-1",
        "category": "USAGE",
        "currency": "USD",
        "totalAmount": amount,
        "invoiceDate": "2025-04-02",
        "billingPeriodStart": "2025-03-01",
        "billingPeriodEnd": "2025-03-31",
        **fields,
    }


class Desk:
    """Somebody in accounts payable, and an order: 1,000 for every category and 500 for subscriptions."""

    def __init__(self, client: Client, supplier: Supplier, order: PurchaseOrder) -> None:
        self.client = client
        self.supplier = supplier
        self.order = order

    async def record(self, amount: str = "100", **fields: Any) -> dict[str, Any]:
        """The answer to recording an invoice."""
        data = await self.client.ask(RECORD, input=invoice_input(self.supplier, amount, **fields))
        return data["invoiceRecord"]


@pytest.fixture
async def desk(client_for: Callable[..., Any]) -> Desk:
    call = await make_call()
    organization = await Organization.get(id=call.organization_id)
    supplier = await make_supplier(call.organization_id, "Cloud Provider")
    subscription = {"line_item_type": "SUBSCRIPTION_PURCHASE", "unit_price": Decimal(500)}
    order = await make_order(call, supplier, 1_000, subscription, number="PO-1")
    return Desk(await client_for(organization, Role.ACCOUNTS_PAYABLE), supplier, order)


async def test_an_invoice_is_answered_with_the_decision_and_its_reasons(desk: Desk):
    answer = await desk.record("250.50", clientMutationId="mine")

    assert answer["clientMutationId"] == "mine"
    assert answer["userErrors"] == []
    invoice = answer["invoice"]
    assert (invoice["status"], invoice["totalAmount"]) == ("MATCHED", {"amount": "250.50", "currency": "USD"})
    match = invoice["match"]
    assert match["reason"] == (
        "Line 1 of PO-1 is the only line that fits. Its balance goes from 1,000.00 USD to 749.50 USD."
    )
    assert (match["balanceBefore"], match["balanceAfter"]) == ({"amount": "1000.00"}, {"amount": "749.50"})
    assert match["line"]["balance"]["current"] == {"amount": "749.50"}
    assert match["decidedBy"] is None
    assert match["candidates"] == {
        "totalCount": 2,
        "nodes": [
            {
                "rank": 1,
                "dropped": False,
                "criterion": None,
                "reason": "Line 1 of PO-1 is the only line that fits.",
                "line": {"number": 1},
                "purchaseOrder": {"number": "PO-1"},
            },
            {
                "rank": None,
                "dropped": True,
                "criterion": "LINE_ITEM_TYPE",
                "reason": "Line 2 of PO-1 takes subscriptions and one-time purchases; the invoice bills usage.",
                "line": {"number": 2},
                "purchaseOrder": {"number": "PO-1"},
            },
        ],
    }
    assert [event["kind"] for event in answer["events"]] == ["invoice_recorded", "invoice_matched"]


async def test_refusals_carry_their_figures(desk: Desk):
    answer = await desk.record("-5", taxAmount="0.001", externalId="")

    assert answer["invoice"] is None
    assert sorted(answer["userErrors"], key=lambda error: error["path"]) == [
        {
            "__typename": "InvalidValue",
            "code": "INVALID_VALUE",
            "message": "externalId cannot be '': it is blank; give null for no value.",
            "path": ["externalId"],
        },
        {
            "__typename": "InvalidAmount",
            "code": "INVALID_AMOUNT",
            "message": "0.001 is not an amount between -999999999999999.9999 and 999999999999999.9999"
            " with at most 2 digits after the point.",
            "path": ["taxAmount"],
            "amount": "0.001",
            "least": "-999999999999999.9999",
            "greatest": "999999999999999.9999",
            "places": 2,
        },
        {
            "__typename": "InvalidAmount",
            "code": "INVALID_AMOUNT",
            "message": "-5 is not an amount between 0 and 999999999999999.9999 with at most 2 digits after the point.",
            "path": ["totalAmount"],
            "amount": "-5",
            "least": "0",
            "greatest": "999999999999999.9999",
            "places": 2,
        },
    ]
    assert await Invoice.all().count() == 0


async def test_a_duplicate_names_the_one_that_is_there(desk: Desk):
    first = await desk.record()
    (error,) = (await desk.record("101"))["userErrors"]

    assert error["__typename"] == "DuplicateInvoice"
    assert error["existing"] == first["invoice"]["id"]
    assert error["differences"] == ["totalAmount", "amountBeforeTax"]


async def test_the_same_key_twice_at_once_records_once(desk: Desk):
    given = {"idempotencyKey": "march"}

    one, other = await asyncio.gather(desk.record(**given), desk.record(**given))
    third = await desk.record(**given)

    assert one == other == third
    assert await balances_of(desk.order) == [900, 500]
    (error,) = (await desk.record("7", **given))["userErrors"]
    assert error["__typename"] == "IdempotencyKeyReused"


async def test_a_dry_run_shows_everything_and_leaves_nothing(desk: Desk):
    before = await counts()

    answer = await desk.record(dryRun=True)

    assert answer["invoice"]["match"]["line"]["balance"]["current"] == {"amount": "900.00"}
    assert len(answer["events"]) == 2
    assert await counts() == before
    assert await balances_of(desk.order) == [1_000, 500]
    assert (await desk.record())["invoice"]["match"]["balanceBefore"] == {"amount": "1000.00"}


async def test_an_invoice_is_corrected_moved_and_canceled(desk: Desk):
    invoice = (await desk.record())["invoice"]["id"]
    _, second = await lines_of(desk.order)
    query = """
    mutation ($id: ID!, $line: ID!) {
      invoiceUpdate(input: {id: $id, totalAmount: "300", expectedVersion: 1}) {
        invoice { editVersion match { amount { amount } line { number } } } userErrors { message }
      }
      invoiceReallocate(input: {id: $id, allocations: [{lineId: $line}], reason: "agreed"}) {
        invoice {
          editVersion status
          match { outcome reason decidedBy { id } line { number balance { current { amount } } } }
          allocationHistory { nodes { amount { amount } line { number } endedAt } }
        }
        userErrors { message }
      }
      again: invoiceMatch(input: {id: $id}) { invoice { id } userErrors { code message } }
      invoiceCancel(input: {id: $id, reason: "withdrawn"}) {
        invoice { editVersion status match { outcome } matches { totalCount } allocations { totalCount } }
        userErrors { message }
      }
    }"""

    data = await desk.client.ask(query, id=invoice, line=ref(second))

    assert data["invoiceUpdate"] == {
        "invoice": {"editVersion": 2, "match": {"amount": {"amount": "300.00"}, "line": {"number": 1}}},
        "userErrors": [],
    }
    moved = data["invoiceReallocate"]["invoice"]
    assert (moved["editVersion"], moved["status"], moved["match"]["outcome"]) == (3, "MATCHED", "MANUAL")
    assert moved["match"]["decidedBy"] == {"id": ref(desk.client.user)}
    assert moved["match"]["line"] == {"number": 2, "balance": {"current": {"amount": "200.00"}}}
    history = moved["allocationHistory"]["nodes"]
    assert [(each["amount"]["amount"], each["line"]["number"]) for each in history] == [("100.00", 1), ("300.00", 1)]
    assert [error["code"] for error in data["again"]["userErrors"]] == ["DECIDED_BY_PERSON"]
    assert data["invoiceCancel"] == {
        "invoice": {
            "editVersion": 4,
            "status": "CANCELED",
            "match": None,
            "matches": {"totalCount": 3},
            "allocations": {"totalCount": 0},
        },
        "userErrors": [],
    }
    assert await balances_of(desk.order) == [1_000, 500]


async def test_waiting_invoices_are_matched_batch_by_batch(desk: Desk):
    for number in range(3):
        await desk.record(supplierInvoiceNumber=f"W-{number}", match=False)
    query = """
    mutation ($after: ID) {
      invoiceMatch(input: {allUnmatched: true, first: 2, after: $after}) {
        invoice { id } matched unmatched continueAfter events { kind } userErrors { message }
      }
    }"""

    first = (await desk.client.ask(query))["invoiceMatch"]
    second = (await desk.client.ask(query, after=first["continueAfter"]))["invoiceMatch"]

    assert (first["matched"], first["unmatched"], first["invoice"], len(first["events"])) == (2, 0, None, 2)
    assert (second["matched"], second["unmatched"], second["continueAfter"]) == (1, 0, None)
    assert await balances_of(desk.order) == [700, 500]


async def test_matching_wants_one_invoice_or_all_that_wait(desk: Desk):
    for given in ("{}", '{id: "inv_1", allUnmatched: true}'):
        answer = await desk.client.post(f"mutation {{ invoiceMatch(input: {given}) {{ matched }} }}")
        assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_INPUT"


async def test_a_marketplace_purchase_answers_with_its_line(client_for: Callable[..., Any]):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    buyer = await client_for(await Organization.get(id=call.organization_id), Role.BUYER)
    query = """
    mutation ($supplier: ID!, $end: Date!) {
      marketplacePurchaseRecord(input: {
        purchaseOrderNumber: "poc1", agreementId: "agmt-1", supplierId: $supplier, currency: USD, amount: "900",
        startDate: "2025-04-01", endDate: $end
      }) { line { number amount { amount } purchaseOrder { number } } userErrors { code path } }
    }"""

    done = (await buyer.ask(query, supplier=ref(supplier), end="2026-03-31"))["marketplacePurchaseRecord"]
    refused = (await buyer.ask(query, supplier=ref(supplier), end="2025-03-31"))["marketplacePurchaseRecord"]

    assert done["line"] == {"number": 1, "amount": {"amount": "900.00"}, "purchaseOrder": {"number": "poc1"}}
    assert refused == {"line": None, "userErrors": [{"code": "INVALID_VALUE", "path": ["endDate"]}]}


@pytest.mark.parametrize("role", [Role.VIEWER, Role.BUYER, Role.RECEIVER, Role.APPROVER])
async def test_only_accounts_payable_works_with_invoices(client_for: Callable[..., Any], role: Role):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    client = await client_for(await Organization.get(id=call.organization_id), role)
    query = """
    mutation ($input: InvoiceRecordInput!) {
      invoiceRecord(input: $input) { userErrors { code } }
      invoiceUpdate(input: {id: "inv_1"}) { userErrors { code } }
      invoiceCancel(input: {id: "inv_1", reason: "x"}) { userErrors { code } }
      invoiceMatch(input: {id: "inv_1"}) { userErrors { code } }
      invoiceReallocate(input: {id: "inv_1", allocations: [], reason: "x"}) { userErrors { code } }
    }"""

    data = await client.ask(query, input=invoice_input(supplier))

    assert [answer["userErrors"] for answer in data.values()] == [[{"code": "NOT_PERMITTED"}]] * 5
    assert await Invoice.all().count() == 0


async def test_another_organizations_ids_do_not_exist(desk: Desk, client_for: Callable[..., Any]):
    invoice = (await desk.record())["invoice"]["id"]
    line = ref((await lines_of(desk.order))[0])
    stranger = await client_for()
    query = """
    mutation ($id: ID!, $line: ID!) {
      invoiceUpdate(input: {id: $id, account: "x"}) { userErrors { code } }
      invoiceCancel(input: {id: $id, reason: "x"}) { userErrors { code } }
      invoiceMatch(input: {id: $id}) { userErrors { code } }
      invoiceReallocate(input: {id: $id, allocations: [{lineId: $line}], reason: "x"}) { userErrors { code } }
    }"""
    before = await counts()

    data = await stranger.ask(query, id=invoice, line=line)
    preview = (await stranger.post(PREVIEW, input={"invoiceId": invoice})).json()

    assert [answer["userErrors"] for answer in data.values()] == [[{"code": "NOT_FOUND"}]] * 4
    assert preview["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    assert await counts() == before


# Previews.


def hypothetical(supplier: Supplier, amount: str = "100", **fields: Any) -> dict[str, Any]:
    given = invoice_input(supplier, amount, **fields)
    del given["supplierInvoiceNumber"]
    return given


async def test_a_preview_shows_the_decision_and_stores_nothing(desk: Desk):
    before = await counts()

    preview = (await desk.client.ask(PREVIEW, input={"hypothetical": hypothetical(desk.supplier)}))["matchPreview"]

    assert preview == {
        "outcome": "MATCHED",
        "reason": "Line 1 of PO-1 is the only line that fits. Its balance goes from 1,000.00 USD to 900.00 USD.",
        "onHold": False,
        "rulesVersion": "2",
        "balanceBefore": {"amount": "1000.00", "currency": "USD"},
        "balanceAfter": {"amount": "900.00"},
        "purchaseOrder": {
            "number": "PO-1",
            "supplier": {"name": "Cloud Provider"},
            "lines": {"nodes": [{"number": 1}, {"number": 2}]},
        },
        "line": {"number": 1, "lineItemType": "ALL"},
        "candidates": {
            "totalCount": 2,
            "nodes": [
                {
                    "rank": 1,
                    "dropped": False,
                    "criterion": None,
                    "reason": "Line 1 of PO-1 is the only line that fits.",
                    "balanceAfter": {"amount": "900.00"},
                    "purchaseOrder": {"number": "PO-1"},
                    "line": {"number": 1, "amount": {"amount": "1000.00"}},
                },
                {
                    "rank": None,
                    "dropped": True,
                    "criterion": "LINE_ITEM_TYPE",
                    "reason": "Line 2 of PO-1 takes subscriptions and one-time purchases; the invoice bills usage.",
                    "balanceAfter": None,
                    "purchaseOrder": {"number": "PO-1"},
                    "line": {"number": 2, "amount": {"amount": "500.00"}},
                },
            ],
        },
    }
    assert await counts() == before


@pytest.mark.parametrize(
    ("change", "outcome", "where", "after"),
    [
        ({"suspended": True}, "UNMATCHED", None, None),
        ({"expirationDate": "2025-02-28"}, "UNMATCHED", None, None),
        ({"effectiveDate": None, "expirationDate": None}, "MATCHED", 1, "900.00"),
        ({"lines": [{"number": 1, "endDate": "2025-02-01"}]}, "UNMATCHED", None, None),
        ({"lines": [{"number": 2, "lineItemType": "MONTHLY_USAGE"}]}, "MATCHED", 2, "400.00"),
        ({"lines": [{"number": 2, "lineItemType": "ALL"}, {"number": 1, "limit": "50"}]}, "MATCHED", 2, "400.00"),
        ({"lines": [{"number": 1, "limit": "5000"}]}, "MATCHED", 1, "4900.00"),
        ({"lines": [{"number": 1, "limit": None}]}, "MATCHED", 1, None),
    ],
)
async def test_a_preview_among_orders_as_they_would_be(
    desk: Desk, change: dict[str, Any], outcome: str, where: int | None, after: str | None
):
    given = {"hypothetical": hypothetical(desk.supplier), "changes": [{"number": "PO-1", **change}]}

    preview = (await desk.client.ask(PREVIEW, input=given))["matchPreview"]

    assert preview["outcome"] == outcome
    assert (preview["line"] and preview["line"]["number"]) == where
    assert (preview["balanceAfter"] and preview["balanceAfter"]["amount"]) == after
    assert await balances_of(desk.order) == [1_000, 500]


async def test_a_stored_invoice_is_previewed_as_if_it_had_taken_nothing(desk: Desk):
    invoice = (await desk.record("900"))["invoice"]["id"]
    changes = [{"id": ref(desk.order), "lines": [{"number": 1, "limit": "1100"}]}]

    preview = (await desk.client.ask(PREVIEW, input={"invoiceId": invoice, "changes": changes}))["matchPreview"]

    assert (preview["balanceBefore"], preview["balanceAfter"]) == (
        {"amount": "1100.00", "currency": "USD"},
        {"amount": "200.00"},
    )


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "BAD_INPUT"),
        ({"invoiceId": "inv_99999999"}, "NOT_FOUND"),
        ({"invoiceId": "\1"}, "NOT_FOUND"),
        ({"hypothetical": {"totalAmount": "-1"}}, "INVALID_AMOUNT"),
        ({"hypothetical": {"totalAmount": "-1", "account": "\1"}}, "BAD_INPUT"),
        ({"hypothetical": {"supplierId": "sup_99999999"}}, "NOT_FOUND"),
        ({"hypothetical": {}, "changes": [{}]}, "BAD_INPUT"),
        ({"hypothetical": {}, "changes": [{"number": "nobody"}]}, "NOT_FOUND"),
        ({"hypothetical": {}, "changes": [{"number": "a\1"}]}, "NOT_FOUND"),
        ({"hypothetical": {}, "changes": [{"id": "po_1x"}]}, "NOT_FOUND"),
        ({"hypothetical": {}, "changes": [{"number": "PO-1", "lines": [{"number": 9}]}]}, "NOT_FOUND"),
        ({"hypothetical": {}, "changes": [{"number": "PO-1", "effectiveDate": "2999-01-01"}]}, "INVALID_VALUE"),
        (
            {"hypothetical": {}, "changes": [{"number": "PO-1", "lines": [{"number": 1, "limit": "0.001"}]}]},
            "INVALID_AMOUNT",
        ),
        ({"hypothetical": {}, "changes": [{"number": "PO-1"}] * 101}, "BAD_INPUT"),
    ],
)
async def test_a_preview_that_makes_no_sense_is_answered_with_the_reason(desk: Desk, given: dict[str, Any], code: str):
    if "hypothetical" in given:
        given = {**given, "hypothetical": hypothetical(desk.supplier) | given["hypothetical"]}

    answer = (await desk.client.post(PREVIEW, input=given)).json()

    assert answer["errors"][0]["extensions"]["code"] == code, answer


async def test_an_order_with_another_supplier_or_budget_cannot_be_in_a_preview(desk: Desk):
    call = await make_call(await Organization.get(id=desk.client.user.organization_id))
    other = await make_supplier(call.organization_id)
    await make_order(call, other, number="OTHER")
    await make_order(call, desk.supplier, number="BLANKET", order_type="BLANKET")

    codes = [
        (
            await desk.client.post(PREVIEW, input={"hypothetical": hypothetical(desk.supplier), "changes": [change]})
        ).json()["errors"][0]["extensions"]["code"]
        for change in ({"number": "OTHER"}, {"number": "BLANKET"})
    ]

    assert codes == ["INVALID_VALUE", "NOT_APPLICABLE"]


async def test_a_preview_costs_the_same_number_of_statements_whatever_there_is(desk: Desk):
    call = await make_call(await Organization.get(id=desk.client.user.organization_id))

    async def statements() -> int:
        """At least: a new connection of the pool asks the database about itself at first."""
        counted: list[int] = []
        for _ in range(5):
            before = database.statements.total
            await desk.client.ask(PREVIEW, input={"hypothetical": hypothetical(desk.supplier)})
            counted.append(database.statements.total - before)
        return min(counted)

    few = await statements()
    for _ in range(5):
        await make_order(call, desk.supplier, *([1_000] * 10))
    many = await statements()

    assert few == many
