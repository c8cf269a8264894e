"""`invoicesImport` over HTTP: rows with their own outcomes, refusals as data, one answer for one key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest
from tortoise.transactions import in_transaction

from graph.context import Context
from graph.execution import Request, execute_request
from models import database
from models.event import Event
from models.invoice import Invoice
from models.purchase_order import PurchaseOrder
from models.statuses.people import Role
from resolvers.operation import Call
from tests.factories import NOON, actor_of
from tests.summaries import billed, document, purchase, stored, summary

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.graph.conftest import Client

IMPORT = """
mutation ($input: InvoicesImportInput!) {
  invoicesImport(input: $input) {
    recorded unchanged rejected
    rows {
      index supplierInvoiceNumber outcome
      invoice {
        supplierInvoiceNumber status totalAmount { amount currency formatted } match { purchaseOrder { number } }
      }
      refusals { __typename code message path ... on InvalidValue { value expected } ... on NotFound { kind key } }
    }
    events { kind subject invoice { supplierInvoiceNumber } purchaseOrder { number } }
    userErrors { __typename code message path ... on UnreadableDocument { format problem } }
    clientMutationId
  }
}"""


@pytest.fixture
async def buyer(client: Client) -> Client:
    """An administrator whose supplier bills, with the order PO-1."""
    await billed(Call(actor_of(client.user), NOON))
    return client


def given(*rows: Any, **fields: Any) -> dict[str, Any]:
    return {"format": "AWS_INVOICE_SUMMARIES", "document": document(*rows), **fields}


async def imported(client: Client, *rows: Any, **fields: Any) -> dict[str, Any]:
    return (await client.ask(IMPORT, input=given(*rows, **fields)))["invoicesImport"]


async def test_a_document_is_imported_and_every_row_told(buyer: Client) -> None:
    rows = [summary("1", "2000.00"), summary("2", seller="Stranger, Inc."), summary("1", "2000.00")]

    answer = await imported(buyer, *rows, clientMutationId="mine")

    invoice = {
        "supplierInvoiceNumber": "1",
        "status": "MATCHED",
        "totalAmount": {"amount": "2000.00", "currency": "USD", "formatted": "$2,000.00"},
        "match": {"purchaseOrder": {"number": "PO-1"}},
    }
    assert (answer["recorded"], answer["unchanged"], answer["rejected"]) == (1, 1, 1)
    assert answer["rows"] == [
        {"index": 0, "supplierInvoiceNumber": "1", "outcome": "RECORDED", "invoice": invoice, "refusals": []},
        {
            "index": 1,
            "supplierInvoiceNumber": "2",
            "outcome": "REJECTED",
            "invoice": None,
            "refusals": [
                {
                    "__typename": "NotFound",
                    "code": "NOT_FOUND",
                    "message": "There is no seller entity Stranger, Inc.",
                    "path": ["Entity", "InvoicingEntity"],
                    "kind": "seller entity",
                    "key": "Stranger, Inc.",
                }
            ],
        },
        {"index": 2, "supplierInvoiceNumber": "1", "outcome": "UNCHANGED", "invoice": invoice, "refusals": []},
    ]
    assert answer["events"] == [
        {
            "kind": "invoice_recorded",
            "subject": "1",
            "invoice": {"supplierInvoiceNumber": "1"},
            "purchaseOrder": None,
        },
        {
            "kind": "invoice_matched",
            "subject": "1",
            "invoice": {"supplierInvoiceNumber": "1"},
            "purchaseOrder": {"number": "PO-1"},
        },
    ]
    assert answer["userErrors"] == []
    assert answer["clientMutationId"] == "mine"


async def test_rows_are_told_a_page_at_a_time(buyer: Client) -> None:
    query = """
      mutation ($input: InvoicesImportInput!) {
        invoicesImport(input: $input) {
          first: rows(first: 2) { index }
          behind: rows(first: 100, after: 23) { index }
          rejected: rows(outcome: REJECTED) { index }
          many: rows(first: 101) { index }
        }
      }"""
    rows = [summary(f"{at}", "x" if at % 10 == 7 else "1.00") for at in range(25)]

    response = await buyer.post(query, input=given(*rows))

    answer = response.json()
    assert answer["errors"][0]["message"] == "There may be 1 to 100 rows at once; 101 were asked for."
    assert answer["data"] is None
    assert await Invoice.all().count() == 23
    answer = await buyer.ask(query.replace("101", "100"), input=given(*rows))
    found = {name: [row["index"] for row in page] for name, page in answer["invoicesImport"].items()}
    assert found == {"first": [0, 1], "behind": [24], "rejected": [7, 17], "many": list(range(25))}


async def test_a_dry_run_shows_everything_and_stores_nothing(buyer: Client) -> None:
    before = await stored()

    answer = await imported(buyer, summary("1"), purchase("2", "poc1"), dryRun=True)

    assert answer["recorded"] == 2
    assert [row["invoice"]["match"]["purchaseOrder"]["number"] for row in answer["rows"]] == ["PO-1", "poc1"]
    assert len(answer["events"]) == 5
    assert await stored() == before


async def test_a_repeated_request_gets_the_first_answer(buyer: Client) -> None:
    first = await imported(buyer, summary("1"), summary("2", "x"), idempotencyKey="k")
    events = await Event.all().count()

    again = await imported(buyer, summary("1"), summary("2", "x"), idempotencyKey="k")
    other = await imported(buyer, summary("3"), idempotencyKey="k")

    assert again == first
    assert [error["code"] for error in other["userErrors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    assert (other["recorded"], other["rows"]) == (0, [])
    assert await Event.all().count() == events


async def test_what_became_of_the_rows_is_told_once(buyer: Client) -> None:
    await imported(buyer, summary("1"), idempotencyKey="k")

    other = IMPORT.replace("recorded unchanged rejected", "recorded")
    answer = (await buyer.ask(other, input=given(summary("1"), idempotencyKey="k")))["invoicesImport"]

    [error] = answer["userErrors"]
    assert (error["code"], error["path"]) == ("ANSWER_NOT_KEPT", ["idempotencyKey"])
    assert (answer["recorded"], answer["rows"]) == (0, [])
    assert await Invoice.all().count() == 1


async def test_all_or_nothing_tells_where_in_the_document_the_cause_is(buyer: Client) -> None:
    answer = await imported(buyer, summary("1"), summary("2", DueDate="never"), errorPolicy="ALL_OR_NOTHING")

    assert [error["path"] for error in answer["userErrors"]] == [["document", "InvoiceSummaries", "1", "DueDate"]]
    assert (answer["recorded"], answer["rejected"], answer["events"]) == (0, 1, [])
    assert [(row["index"], row["refusals"][0]["path"]) for row in answer["rows"]] == [(1, ["DueDate"])]
    assert await Invoice.all().count() == 0


@pytest.mark.parametrize("text", ["", "x", "[]", '{"InvoiceSummaries": [' + "[" * 10_000, document(summary("1"))[:-30]])
async def test_a_document_that_cannot_be_read_is_refused_whole(buyer: Client, text: str) -> None:
    answer = await imported(buyer, document=text)

    [error] = answer["userErrors"]
    assert (error["__typename"], error["path"]) == ("UnreadableDocument", ["document"])
    assert error["format"] == "AWS_INVOICE_SUMMARIES"
    assert error["problem"] in error["message"]
    assert (answer["recorded"], answer["unchanged"], answer["rejected"]) == (0, 0, 0)
    assert (answer["rows"], answer["events"]) == ([], [])
    assert await Invoice.all().count() == 0


async def test_other_formats_are_the_clients_mistake(buyer: Client) -> None:
    response = await buyer.post(IMPORT, input={"format": "UBL", "document": "<Invoice/>"})

    assert response.status_code == 400
    assert "ImportFormat" in response.json()["errors"][0]["message"]


async def test_only_who_records_invoices_imports_them(buyer: Client, client_for: Callable[..., Any]) -> None:
    organization = await buyer.user.organization
    viewer, accountant = (
        await client_for(organization, Role.VIEWER),
        await client_for(organization, Role.ACCOUNTS_PAYABLE),
    )

    refused = await imported(viewer, summary("1"))
    taken = await imported(accountant, summary("1"), purchase("2", "poc1"))

    assert [error["code"] for error in refused["userErrors"]] == ["NOT_PERMITTED"]
    assert taken["recorded"] == 2
    assert taken["rows"][1]["invoice"]["match"]["purchaseOrder"] is None
    assert await PurchaseOrder.filter(number="poc1").count() == 0


async def test_nobody_imports_into_another_organization(buyer: Client, client_for: Callable[..., Any]) -> None:
    supplier = await PurchaseOrder.get(number="PO-1").values_list("supplier_id", flat=True)
    stranger = await client_for()

    unknown = await imported(stranger, summary("1"))
    named = await imported(stranger, summary("1"), supplierId=f"sup_{supplier}")

    assert [row["outcome"] for row in unknown["rows"]] == ["REJECTED"]
    assert [error["code"] for error in named["userErrors"]] == ["NOT_FOUND"]
    assert await Invoice.all().count() == 0


async def test_the_invoices_of_many_rows_are_read_together(buyer: Client) -> None:
    query = """
      mutation ($input: InvoicesImportInput!) {
        invoicesImport(input: $input) { rows(first: 100) { invoice { supplierInvoiceNumber } } }
      }"""

    call = Call(actor_of(buyer.user), NOON)

    async def statements(first: int, count: int) -> int:
        numbers = [f"{at}" for at in range(first, first + count)]
        request = Request(query, {"input": given(*[summary(number, "1.00") for number in numbers])})
        async with in_transaction():  # one connection, which knows the types after the first time
            before = database.statements.total
            answer = await execute_request(request, Context(call.actor, call.now))
            after = database.statements.total
        rows = orjson.loads(answer.body)["data"]["invoicesImport"]["rows"]
        assert [row["invoice"]["supplierInvoiceNumber"] for row in rows] == numbers
        return after - before

    async with in_transaction():
        await statements(0, 2)  # the orders are looked at for the first time
        few = await statements(10, 2)

        assert await statements(100, 50) == few
