"""Invoices with lines over HTTP: recorded, allocated by hand, confirmed, paid, duplicates."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pytest

from models.invoice import Invoice
from models.organization import Organization
from models.payment import Payment
from models.statuses.people import Role
from tests.counting import counted
from tests.factories import make_call, make_supplier
from tests.invoicing import lines_of, make_order, ref

if TYPE_CHECKING:
    from collections.abc import Callable

    from models.purchase_order import PurchaseOrder
    from models.supplier import Supplier
    from tests.graph.conftest import Client

INVOICE: Final = """
fragment Whole on Invoice {
  id status openAmount { amount } paidAmount { amount } otherCharges { amount } discountAmount { amount } billingStage
  confirmedAt duplicateOf { supplierInvoiceNumber }
  lines { nodes {
    id number status purchaseOrderNumber purchaseOrderLineNumber
    allocations { nodes { line { number } amount { amount } quantity isConfirmed receivedAmount { amount } } }
  } }
  match { outcome reason
    candidates(where: {dropped: {eq: false}}) { nodes { rank invoiceLine { number } line { number } } } }
  payments { nodes { number amount { amount } canceledAt } }
}"""

ERRORS: Final = """userErrors { code message path
  ... on OpenDiscrepancies { kinds } ... on PaymentExceedsOpen { open amount }
  ... on QuantityMismatch { invoiceLine invoiced allocated } ... on NumberStillTaken { existing } }"""


class Desk:
    """Somebody in accounts payable, and PO-7: twice 10 for 5.00 each."""

    def __init__(self, client: Client, supplier: Supplier, order: PurchaseOrder) -> None:
        self.client = client
        self.supplier = supplier
        self.order = order

    async def do(self, mutation: str, **given: Any) -> dict[str, Any]:
        """The answer to a mutation of an invoice."""
        kind = f"{mutation[0].upper()}{mutation[1:]}Input"
        query = f"mutation($i: {kind}!) {{ {mutation}(input: $i) {{ invoice {{ ...Whole }} {ERRORS} }} }} {INVOICE}"
        return (await self.client.ask(query, i=given))[mutation]

    async def pay(self, mutation: str = "paymentRecord", **given: Any) -> dict[str, Any]:
        """The answer to a mutation of a payment."""
        kind = f"{mutation[0].upper()}{mutation[1:]}Input"
        payment = f"payment {{ id number amount {{ amount }} paidOn reference invoice {{ ...Whole }} }} {ERRORS}"
        return (
            await self.client.ask(
                f"mutation($i: {kind}!) {{ {mutation}(input: $i) {{ {payment} }} }} {INVOICE}", i=given
            )
        )[mutation]

    async def record(self, total: str, *lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """The answer to recording an invoice for PO-7."""
        given = {
            "supplierId": ref(self.supplier),
            "supplierInvoiceNumber": "INV-1",
            "category": "USAGE",
            "currency": "USD",
            "totalAmount": total,
            "invoiceDate": "2025-04-02",
            "purchaseOrderNumber": "PO-7",
            "lines": list(lines),
            **fields,
        }
        return await self.do("invoiceRecord", **given)


@pytest.fixture
async def desk(client_for: Callable[..., Any]) -> Desk:
    call = await make_call()
    organization = await Organization.get(id=call.organization_id)
    supplier = await make_supplier(call.organization_id)
    good = {"product_type": "GOOD", "unit_price": Decimal(5), "quantity": Decimal(10)}
    order = await make_order(call, supplier, good, good, number="PO-7")
    return Desk(await client_for(organization, Role.ACCOUNTS_PAYABLE), supplier, order)


async def test_lines_are_recorded_allocated_confirmed_and_paid(desk: Desk):
    one, other = await lines_of(desk.order)
    recorded = await desk.record(
        "65",
        {"amount": "50", "quantity": "10", "purchaseOrderLineNumber": 1},
        {"amount": "10", "quantity": "2", "unitPrice": "5"},
        otherCharges="7.50",
        discountAmount="2.50",
        billingStage="FINAL",
    )
    invoice = recorded["invoice"]
    assert recorded["userErrors"] == []
    assert (invoice["status"], invoice["billingStage"], invoice["openAmount"]) == (
        "MATCHED",
        "FINAL",
        {"amount": "65.00"},
    )
    assert [
        [part["line"]["number"] for part in line["allocations"]["nodes"]] for line in invoice["lines"]["nodes"]
    ] == [
        [1],
        [2],
    ]
    assert [
        (each["invoiceLine"]["number"], each["line"]["number"]) for each in invoice["match"]["candidates"]["nodes"]
    ] == [
        (1, 1),
        (2, 2),
    ]
    key, (first, second) = invoice["id"], [line["id"] for line in invoice["lines"]["nodes"]]

    split = [
        {"invoiceLineId": second, "lineId": ref(other), "quantity": "1"},
        {"invoiceLineId": second, "lineId": ref(one), "quantity": "3"},
    ]
    refused = await desk.do("invoiceReallocate", id=key, allocations=split, reason="shared")
    assert [(each["code"], each["path"]) for each in refused["userErrors"]] == [
        ("INVALID_AMOUNT", ["allocations", "1", "quantity"])
    ]
    nowhere = [{"invoiceLineId": second, "lineId": None}]
    moved = await desk.do("invoiceReallocate", id=key, allocations=nowhere, reason="not ours")
    assert [len(line["allocations"]["nodes"]) for line in moved["invoice"]["lines"]["nodes"]] == [1, 0]
    assert moved["invoice"]["status"] == "DISCREPANCIES_FOUND"
    stopped = await desk.do("invoiceConfirm", id=key)
    assert [(each["code"], each["kinds"]) for each in stopped["userErrors"]] == [
        ("OPEN_DISCREPANCIES", ["UNMAPPED_LINE"])
    ]
    back = [{"invoiceLineId": second, "lineId": ref(other)}]
    await desk.do("invoiceReallocate", id=key, allocations=back, reason="ours")

    part = await desk.do("invoiceConfirm", id=key, lines=[{"id": first, "receivedAmount": "25"}])
    assert (part["invoice"]["status"], [line["status"] for line in part["invoice"]["lines"]["nodes"]]) == (
        "MATCHED",
        ["CONFIRMED", "REQUIRES_REVIEW"],
    )
    assert part["invoice"]["lines"]["nodes"][0]["allocations"]["nodes"][0]["receivedAmount"] == {"amount": "25.00"}
    whole = await desk.do("invoiceConfirm", id=key)
    assert whole["invoice"]["status"] == "CONFIRMED"

    paid = await desk.pay(invoiceId=key, amount="40", reference="SEPA 7")
    assert paid["payment"]["invoice"]["openAmount"] == {"amount": "25.00"}
    assert paid["payment"]["invoice"]["status"] == "PENDING_PAYMENT"
    over = await desk.pay(invoiceId=key, amount="26")
    assert [(each["code"], each["open"]) for each in over["userErrors"]] == [("PAYMENT_EXCEEDS_OPEN", "25")]
    canceled = await desk.pay("paymentCancel", id=paid["payment"]["id"], reason="bounced")
    assert canceled["payment"]["invoice"]["status"] == "CONFIRMED"

    reopened = await desk.do("invoiceReopen", id=key)
    assert reopened["invoice"]["status"] == "MATCHED"
    approved = await desk.do("invoiceApprove", id=key, lineIds=[first])
    assert [line["status"] for line in approved["invoice"]["lines"]["nodes"]] == ["APPROVED", "REQUIRES_REVIEW"]
    rejected = await desk.do("invoiceReject", id=key, lineIds=[second], reason="never ordered")
    assert rejected["invoice"]["status"] == "REJECTED"


async def test_the_invoices_and_payments_of_an_order_each_once_by_one_statement(desk: Desk):
    lines = [{"amount": "5", "purchaseOrderLineNumber": 1}, {"amount": "5", "purchaseOrderLineNumber": 2}]
    for number in ("A", "B"):
        recorded = await desk.record("10", *lines, supplierInvoiceNumber=number)
        await desk.do("invoiceConfirm", id=recorded["invoice"]["id"])
        await desk.pay(invoiceId=recorded["invoice"]["id"], amount="4")
    await desk.record("10", *lines, supplierInvoiceNumber="C", purchaseOrderNumber="PO-8")

    with counted() as statements:
        order = await desk.client.ask(
            """query($id: ID!) { purchaseOrder(id: $id) {
                  invoices(where: {status: {eq: PENDING_PAYMENT}}) { totalCount nodes { supplierInvoiceNumber } }
                  payments { totalCount nodes { number invoice { supplierInvoiceNumber } } } }
              payments { totalCount } }""",
            id=ref(desk.order),
        )

    assert order["purchaseOrder"]["invoices"] == {
        "totalCount": 2,
        "nodes": [{"supplierInvoiceNumber": "B"}, {"supplierInvoiceNumber": "A"}],
    }
    assert [each["invoice"]["supplierInvoiceNumber"] for each in order["purchaseOrder"]["payments"]["nodes"]] == [
        "B",
        "A",
    ]
    assert order["payments"] == {"totalCount": 2}
    assert len(statements) <= 3


async def test_two_payments_with_one_idempotency_key_at_once_are_one(desk: Desk):
    recorded = await desk.record("50", {"amount": "50", "purchaseOrderLineNumber": 1})
    key = recorded["invoice"]["id"]
    await desk.do("invoiceConfirm", id=key)

    given = {"invoiceId": key, "amount": "20", "idempotencyKey": "pay-once"}
    answers = await asyncio.gather(*(desk.pay(**given) for _ in range(4)))

    assert len({answer["payment"]["id"] for answer in answers}) == 1
    assert await Payment.all().count() == 1
    assert (await Invoice.get()).paid_amount == 20
    several = await asyncio.gather(*(desk.pay(invoiceId=key, amount="20") for _ in range(3)))
    assert sorted(len(answer["userErrors"]) for answer in several) == [0, 1, 1]
    assert (await Invoice.get()).paid_amount == 40


async def test_a_duplicate_is_kept_if_wanted_and_becomes_an_invoice_with_a_number_of_its_own(desk: Desk):
    line = {"amount": "5", "purchaseOrderLineNumber": 1}
    await desk.record("5", line)
    refused = await desk.record("5", line)
    assert [each["code"] for each in refused["userErrors"]] == ["DUPLICATE_INVOICE"]

    kept = (await desk.record("5", line, onDuplicate="KEEP"))["invoice"]
    assert (kept["status"], kept["duplicateOf"]) == ("SUSPECTED_DUPLICATE", {"supplierInvoiceNumber": "INV-1"})
    confirmed = await desk.do("invoiceDuplicateConfirm", id=kept["id"])
    assert confirmed["invoice"]["status"] == "CONFIRMED_DUPLICATE"
    taken = await desk.do("invoiceDuplicateDismiss", id=kept["id"])
    assert [each["code"] for each in taken["userErrors"]] == ["NUMBER_STILL_TAKEN"]
    await desk.do("invoiceUpdate", id=kept["id"], supplierInvoiceNumber="INV-2")
    dismissed = await desk.do("invoiceDuplicateDismiss", id=kept["id"])
    assert (dismissed["invoice"]["status"], dismissed["invoice"]["duplicateOf"]) == ("MATCHED", None)
