"""One purchase, from the wish to the money: everybody who has a part in it, through the graph."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import ANY

from models.statuses.people import Role
from models.supplier import Supplier
from resolvers.derived import recomputing
from resolvers.ids import id_of
from tests.asking import ask
from tests.factories import make_call, make_organization, make_supplier

if TYPE_CHECKING:
    from datetime import datetime

    from resolvers.operation import Call

RULE: Final = """mutation ($input: ApprovalRuleCreateInput!) {
  it: approvalRuleCreate(input: $input) { userErrors { code message } } }"""
REQUISITION: Final = """mutation ($input: RequisitionCreateInput!) {
  it: requisitionCreate(input: $input) { requisition { id status } userErrors { code message } } }"""
SUBMIT: Final = """mutation ($input: RequisitionChangeInput!) {
  it: requisitionSubmit(input: $input) { requisition { status } userErrors { code message } } }"""
ORDER: Final = """mutation ($input: RequisitionOrderInput!) {
  it: requisitionOrder(input: $input) {
    requisition { status purchaseOrders { nodes { id number status requisition { id } primaryContact { id } } } }
    userErrors { code message } } }"""
INBOX: Final = """{ approvals(where: {mine: {eq: true}, open: {eq: true}}) { nodes {
  id step { status plan { document amount { amount } requester { id } purchaseOrder { number
    lines { nodes { id description quantity unitPrice { amount } } } } } } } } }"""
DECIDE: Final = """mutation ($input: ApprovalDecideInput!) {
  it: approvalDecide(input: $input) { approvalPlan { status } events { kind } userErrors { code message } } }"""
RECEIVE: Final = """mutation ($input: ReceiptPostInput!) {
  it: receiptPost(input: $input) { receipt { number } userErrors { code message } } }"""
REVISE: Final = """mutation ($input: RevisionStartInput!) {
  it: revisionStart(input: $input) { revision { id } userErrors { code message } } }"""
SUBMIT_REVISION: Final = """mutation ($input: RevisionSubmitInput!) {
  it: revisionSubmit(input: $input) { revision { status } userErrors { code message } } }"""
RECORD: Final = """mutation ($input: InvoiceRecordInput!) {
  it: invoiceRecord(input: $input) {
    invoice { id status discrepancies { nodes { id kind state expected actual } } } userErrors { code message } } }"""
CONFIRM: Final = """mutation ($input: InvoiceConfirmInput!) {
  it: invoiceConfirm(input: $input) { invoice { status } userErrors { code message } } }"""
WAIVE: Final = """mutation ($input: DiscrepancyWaiveInput!) {
  it: discrepancyWaive(input: $input) { discrepancy { state invoice { status } } userErrors { code message } } }"""
PAY: Final = """mutation ($input: PaymentRecordInput!) {
  it: paymentRecord(input: $input) { payment { invoice { status } } userErrors { code message } } }"""

FIGURES: Final = """
  version status totalAmount { amount } receivedAmount { amount } receivedPercent invoicedAmount { amount }
  amountPaid { amount } remainingBalance { amount } outstandingPayable { amount }
  lines { nodes { status quantity receivedQuantity } }"""
STANDING: Final = f"query ($id: ID!) {{ purchaseOrder(id: $id) {{ {FIGURES} }} }}"
AS_OF: Final = f"query ($id: ID!, $at: DateTime!) {{ purchaseOrder(id: $id, asOf: $at) {{ {FIGURES} }} }}"
STORY: Final = """query ($id: ID!) {
  first: purchaseOrder(id: $id, version: 1) { version lines { nodes { quantity } } receipts { totalCount } }
  purchaseOrder(id: $id) {
    number history { nodes { version totalAmount { amount } order { lines { nodes { quantity } } } } }
    receipts { nodes { number } } invoices { nodes { supplierInvoiceNumber } } payments { totalCount }
    diff(from: 1, to: 2) { effect { amount } }
    events(first: 100) { nodes { kind } } } }"""


@dataclass
class Company:
    """The people of an organization, and a clock that moves a day with everything they do."""

    requester: Call
    approver: Call
    receiver: Call
    clerk: Call
    now: datetime

    async def act(self, who: Call, mutation: str, **given: Any) -> dict[str, Any]:
        """What came of it, with nothing refused."""
        answered = await self.attempt(who, mutation, **given)
        assert answered["userErrors"] == []
        return answered

    async def attempt(self, who: Call, mutation: str, **given: Any) -> dict[str, Any]:
        self.now += timedelta(days=1)
        return (await ask(replace(who, now=self.now), mutation, input=given))["it"]

    async def look(self, who: Call, query: str, **variables: Any) -> dict[str, Any]:
        return await ask(replace(who, now=self.now), query, **variables)

    async def standing(self, order: str) -> dict[str, Any]:
        return (await self.look(self.clerk, STANDING, id=order))["purchaseOrder"]

    async def approve(self, document: str) -> dict[str, Any]:
        """The approver looks into the inbox, finds this one thing, and agrees; the same again changes nothing."""
        (waiting,) = (await self.look(self.approver, INBOX))["approvals"]["nodes"]
        assert waiting["step"]["plan"]["document"] == document
        decision = {"id": waiting["id"], "decision": "APPROVE", "idempotencyKey": f"decide-{document}"}
        first = await self.act(self.approver, DECIDE, **decision)
        assert first["approvalPlan"] == {"status": "APPROVED"}
        assert await self.act(self.approver, DECIDE, **decision) == first
        return waiting["step"]["plan"]


async def company() -> Company:
    organization = await make_organization()
    requester, approver, receiver, clerk, admin = [
        await make_call(organization, role)
        for role in (Role.BUYER, Role.APPROVER, Role.RECEIVER, Role.ACCOUNTS_PAYABLE, Role.ADMIN)
    ]
    found = Company(requester, approver, receiver, clerk, requester.now)
    who = f"usr_{approver.actor.user_id}"
    await found.act(admin, RULE, name="Orders from 1,000", document="ORDER", amountFrom="1000", approverIds=[who])
    await found.act(admin, RULE, name="Every revision", document="REVISION", approverIds=[who])
    return found


async def wish_for_laptops(us: Company, supplier: str) -> dict[str, Any]:
    """A requisition, submitted and turned into an order that has to be approved."""
    me = f"usr_{us.requester.actor.user_id}"
    wish = (
        await us.act(
            us.requester,
            REQUISITION,
            displayName="Laptops",
            assignedToId=me,
            currency="USD",
            lines=[
                {
                    "supplierId": supplier,
                    "description": "Laptop",
                    "partNumber": "LAP-1",
                    "productType": "GOOD",
                    "goodsReceiptRequired": True,
                    "unit": "INDIVIDUAL_UNIT",
                    "quantity": "10",
                    "unitPrice": "120",
                }
            ],
        )
    )["requisition"]
    assert (await us.act(us.requester, SUBMIT, id=wish["id"]))["requisition"] == {"status": "SUBMITTED"}
    ordered = (await us.act(us.requester, ORDER, id=wish["id"], submit=True))["requisition"]
    (order,) = ordered["purchaseOrders"]["nodes"]
    assert ordered["status"] == "ORDERED"
    assert order["status"] == "PENDING_APPROVAL"
    assert (order["requisition"], order["primaryContact"]) == ({"id": wish["id"]}, {"id": me})
    return order


async def approve_the_order(us: Company, order: dict[str, Any]) -> str:
    """The approver sees what it is about, nested, and agrees. The line's id."""
    plan = await us.approve("ORDER")
    assert plan["amount"] == {"amount": "1200.00"}
    assert plan["purchaseOrder"]["lines"]["nodes"] == [
        {"id": ANY, "description": "Laptop", "quantity": "10", "unitPrice": {"amount": "120.00"}}
    ]
    assert (await us.standing(order["id"]))["status"] == "ORDERED"
    return plan["purchaseOrder"]["lines"]["nodes"][0]["id"]


async def want_two_more(us: Company, order: dict[str, Any], line: str) -> None:
    """A revision. While it waits, the order as it is stays in force."""
    revision = (
        await us.act(
            us.requester,
            REVISE,
            id=order["id"],
            reason="Two new colleagues",
            lines=[{"lineId": line, "quantity": "12"}],
        )
    )["revision"]
    submitted = await us.act(us.requester, SUBMIT_REVISION, id=revision["id"])
    assert submitted["revision"] == {"status": "PENDING_APPROVAL"}
    waiting = await us.standing(order["id"])
    assert (waiting["status"], waiting["version"], waiting["totalAmount"]) == (
        "PENDING_REVISION",
        1,
        {"amount": "1200.00"},
    )
    await us.act(us.receiver, RECEIVE, purchaseOrderId=order["id"], lines=[{"lineNumber": 1, "quantity": "5"}])
    assert (await us.approve("REVISION"))["purchaseOrder"]["number"] == order["number"]
    revised = await us.standing(order["id"])
    assert (revised["status"], revised["version"], revised["totalAmount"]) == (
        "PARTIALLY_DELIVERED",
        2,
        {"amount": "1440.00"},
    )
    await us.act(us.receiver, RECEIVE, purchaseOrderId=order["id"], lines=[{"lineNumber": 1, "quantity": "3"}])
    assert (await us.standing(order["id"]))["status"] == "DELIVERED"


async def bill_too_much(us: Company, order: dict[str, Any], supplier: str) -> str:
    """An invoice for 125.00 each, which nobody can confirm before somebody has accepted that. Its id."""
    invoice = (
        await us.act(
            us.clerk,
            RECORD,
            supplierId=supplier,
            supplierInvoiceNumber="OM-77",
            category="SUBSCRIPTION",
            currency="USD",
            totalAmount="1500",
            invoiceDate=us.now.date().isoformat(),
            purchaseOrderNumber=order["number"],
            lines=[{"partNumber": "LAP-1", "quantity": "12", "unitPrice": "125", "amount": "1500"}],
        )
    )["invoice"]
    assert invoice["status"] == "DISCREPANCIES_FOUND"
    found = {each["kind"]: (each["expected"], each["actual"]) for each in invoice["discrepancies"]["nodes"]}
    assert found == {
        "UNIT_PRICE_VARIANCE": ("120", "125"),
        "LINE_AMOUNT_OVER": ("1440", "1500"),
        "ORDER_AMOUNT_OVER": ("1440", "1500"),
    }
    refused = await us.attempt(us.clerk, CONFIRM, id=invoice["id"])
    assert [each["code"] for each in refused["userErrors"]] != []
    assert (await us.standing(order["id"]))["invoicedAmount"] == {"amount": "0.00"}
    last: dict[str, Any] = {}
    for each in invoice["discrepancies"]["nodes"]:
        last = await us.act(us.clerk, WAIVE, id=each["id"], reason="Agreed on the telephone: prices rose")
    assert last["discrepancy"] == {"state": "WAIVED", "invoice": {"status": "MATCHED"}}
    assert (await us.act(us.clerk, CONFIRM, id=invoice["id"]))["invoice"] == {"status": "CONFIRMED"}
    assert (await us.standing(order["id"]))["status"] == "PAYMENT_PENDING"
    return invoice["id"]


async def pay(us: Company, order: dict[str, Any], invoice: str) -> None:
    """The money, in two payments."""
    paid = await us.act(us.clerk, PAY, invoiceId=invoice, amount="500")
    assert paid["payment"] == {"invoice": {"status": "PENDING_PAYMENT"}}
    paid = await us.act(us.clerk, PAY, invoiceId=invoice, amount="1000")
    assert paid["payment"] == {"invoice": {"status": "PAID"}}
    assert await us.standing(order["id"]) == {
        "version": 2,
        "status": "CLOSED_PAID",
        "totalAmount": {"amount": "1440.00"},
        "receivedAmount": {"amount": "1440.00"},
        "receivedPercent": "100",
        "invoicedAmount": {"amount": "1500.00"},
        "amountPaid": {"amount": "1500.00"},
        "remainingBalance": {"amount": "-60.00"},
        "outstandingPayable": {"amount": "0.00"},
        "lines": {"nodes": [{"status": "CLOSED_PAID", "quantity": "12", "receivedQuantity": "12"}]},
    }


async def test_from_the_wish_to_the_money(db: str):
    us = await company()
    supplier = id_of(Supplier, (await make_supplier(us.requester.organization_id, "Office Machines")).id)

    order = await wish_for_laptops(us, supplier)
    line = await approve_the_order(us, order)
    await us.act(us.receiver, RECEIVE, purchaseOrderId=order["id"], lines=[{"lineNumber": 1, "quantity": "4"}])
    after_four, then = await us.standing(order["id"]), us.now
    assert after_four["status"] == "PARTIALLY_DELIVERED"
    assert (after_four["receivedAmount"], after_four["receivedPercent"]) == ({"amount": "480.00"}, "40")
    await want_two_more(us, order, line)
    invoice = await bill_too_much(us, order, supplier)
    await pay(us, order, invoice)

    # Nothing of it is forgotten.
    assert (await us.look(us.clerk, AS_OF, id=order["id"], at=then.isoformat()))["purchaseOrder"] == after_four
    story = await us.look(us.clerk, STORY, id=order["id"])
    assert story["first"]["version"] == 1
    assert story["first"]["lines"] == {"nodes": [{"quantity": "10"}]}
    now = story["purchaseOrder"]
    assert now["number"] == order["number"]
    assert now["history"]["nodes"] == [
        {"version": 1, "totalAmount": {"amount": "1200.00"}, "order": {"lines": {"nodes": [{"quantity": "10"}]}}}
    ]
    assert len(now["receipts"]["nodes"]) == 3
    assert now["invoices"]["nodes"] == [{"supplierInvoiceNumber": "OM-77"}]
    assert now["payments"] == {"totalCount": 2}
    assert now["diff"] == {"effect": {"amount": "240.00"}}
    kinds = [each["kind"] for each in reversed(now["events"]["nodes"])]
    told = [
        "purchase_order_created",
        "purchase_order_submitted",
        "purchase_order_issued",
        "receipt_posted",
        "revision_submitted",
        "revision_applied",
        "discrepancy_waived",
        "invoice_confirmed",
        "payment_recorded",
    ]
    assert [kind for kind in dict.fromkeys(kinds) if kind in told] == told
    wrong: list[Any] = []
    await recomputing.check(wrong.append)
    assert wrong == []
