"""Discrepancies over HTTP: found, read, assigned, settled by a receipt, waived; tolerance rules (I4, I5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from models.organization import Organization
from models.statuses.people import Role
from models.verification import ToleranceRule
from tests.graph.purchasing import make, supplier_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.graph.conftest import Client

FIGURES: Final = """
id kind state measure expected actual difference tolerance currency unit editVersion
rule { number } documents { invoiceId number quantity amount }
purchaseOrder { number } line { number verification } invoiceLine { number } assignee { id } waivedBy { id } waiveReason
"""
RECORD: Final = f"""mutation ($input: InvoiceRecordInput!) {{
  invoiceRecord(input: $input) {{
    invoice {{ id status discrepancies {{ nodes {{ {FIGURES} }} }} }} events {{ kind }} userErrors {{ message }}
  }} }}"""
INVOICE: Final = f"""query ($id: ID!) {{
  invoice(id: $id) {{ status discrepancies {{ nodes {{ {FIGURES} }} }} }} }}"""
ASSIGN: Final = f"""mutation ($input: DiscrepancyAssignInput!) {{
  discrepancyAssign(input: $input) {{
    discrepancy {{ {FIGURES} }} events {{ kind }} userErrors {{ code message path }} }} }}"""
WAIVE: Final = f"""mutation ($input: DiscrepancyWaiveInput!) {{
  discrepancyWaive(input: $input) {{
    discrepancy {{ {FIGURES} invoice {{ status }} }} events {{ kind reason }}
    userErrors {{ code message path ... on VersionConflict {{ expected current }} }} }} }}"""
CREATE_RULE: Final = """mutation ($input: ToleranceRuleCreateInput!) {
  toleranceRuleCreate(input: $input) {
    toleranceRule { id number name kind value percentage combination category supplier { id } isActive editVersion }
    events { kind } userErrors { code message path } } }"""
UPDATE_RULE: Final = """mutation ($input: ToleranceRuleUpdateInput!) {
  toleranceRuleUpdate(input: $input) {
    toleranceRule { percentage value isActive editVersion } events { kind } userErrors { code message path } } }"""
LIST: Final = """query ($where: DiscrepancyWhere) { discrepancies(where: $where) { totalCount nodes { kind } } }"""


async def make_goods(client: Client, quantity: int = 10, **line: Any) -> Any:
    """An order of so many at 120.00, each of which has to be received and accepted."""
    goods = {
        "productType": "GOOD",
        "unit": "EA",
        "quantity": quantity,
        "unitPrice": "120",
        "verification": "FOUR_WAY",
        "partNumber": "P-1",
        **line,
    }
    supplier = await supplier_id(client)
    order = await make(client, supplierId=supplier, lines=[goods])
    return {**order, "supplierId": supplier}


async def bill(client: Client, order: Any, number: str, quantity: int, price: int = 120) -> Any:
    """An invoice for so many of them, as recorded."""
    line = {"quantity": quantity, "unitPrice": price, "amount": quantity * price, "partNumber": "P-1", "unit": "EA"}
    given = {
        "supplierId": order["supplierId"],
        "supplierInvoiceNumber": number,
        "category": "SUBSCRIPTION",
        "currency": "USD",
        "totalAmount": quantity * price,
        "invoiceDate": "2025-03-28",
        "purchaseOrderNumber": order["number"],
        "lines": [line],
    }
    answer = (await client.ask(RECORD, input=given))["invoiceRecord"]
    assert answer["userErrors"] == []
    return answer


async def receive(client: Client, order: Any, quantity: int, rejected: int = 0) -> None:
    lines = await client.ask("query ($id: ID!) { purchaseOrder(id: $id) { lines { nodes { id } } } }", id=order["id"])
    line = lines["purchaseOrder"]["lines"]["nodes"][0]["id"]
    answer = await client.ask(
        "mutation ($input: ReceiptPostInput!) { receiptPost(input: $input) { userErrors { message } } }",
        input={
            "purchaseOrderId": order["id"],
            "lines": [{"lineId": line, "quantity": quantity, "rejectedQuantity": rejected}],
        },
    )
    assert answer["receiptPost"]["userErrors"] == []


def figures(found: Any) -> list[tuple[Any, ...]]:
    """What was found, with what was expected and what there is."""
    return [(each["kind"], each["state"], each["expected"], each["actual"]) for each in found["nodes"]]


async def test_an_invoice_tells_in_what_it_disagrees_until_a_receipt_settles_it(client: Client) -> None:
    order = await make_goods(client)
    await receive(client, order, 4)
    first = (await bill(client, order, "INV-1", 4))["invoice"]
    assert (first["status"], first["discrepancies"]["nodes"]) == ("MATCHED", [])

    second = await bill(client, order, "INV-2", 5)

    assert [event["kind"] for event in second["events"]] == ["invoice_recorded", "invoice_matched", "discrepancy_found"]
    invoice = second["invoice"]
    [found] = invoice["discrepancies"]["nodes"]
    assert invoice["status"] == "DISCREPANCIES_FOUND"
    assert found == {
        "id": found["id"],
        "kind": "INSUFFICIENT_RECEIPTS",
        "state": "OPEN",
        "measure": "QUANTITY",
        "expected": "4",
        "actual": "9",
        "difference": "5",
        "tolerance": "0",
        "currency": None,
        "unit": "EA",
        "editVersion": 1,
        "rule": None,
        "documents": [{"invoiceId": first["id"], "number": "INV-1", "quantity": "4", "amount": "480"}],
        "purchaseOrder": {"number": order["number"]},
        "line": {"number": 1, "verification": "FOUR_WAY"},
        "invoiceLine": {"number": 1},
        "assignee": None,
        "waivedBy": None,
        "waiveReason": None,
    }

    await receive(client, order, 6, rejected=2)
    after = (await client.ask(INVOICE, id=invoice["id"]))["invoice"]
    assert (after["status"], figures(after["discrepancies"])) == (
        "DISCREPANCIES_FOUND",
        [("INSUFFICIENT_RECEIPTS", "OPEN", "8", "9")],
    )


async def test_a_line_of_the_order_that_grows_settles_what_was_too_much(client: Client) -> None:
    order = await make_goods(client, verification="TWO_WAY")
    invoice = (await bill(client, order, "INV-1", 11))["invoice"]
    assert figures(invoice["discrepancies"]) == [
        ("ORDER_AMOUNT_OVER", "OPEN", "1200", "1320"),
        ("LINE_AMOUNT_OVER", "OPEN", "1200", "1320"),
        ("QUANTITY_OVER", "OPEN", "10", "11"),
    ]
    assert {each["currency"] for each in invoice["discrepancies"]["nodes"]} == {"USD", None}

    lines = await client.ask(
        "query ($id: ID!) { purchaseOrder(id: $id) { lines { nodes { id } } discrepancies { totalCount } } }",
        id=order["id"],
    )
    assert lines["purchaseOrder"]["discrepancies"]["totalCount"] == 3
    answer = await client.ask(
        """mutation ($input: PurchaseOrderLineUpdateInput!) {
          purchaseOrderLineUpdate(input: $input) { events { kind } userErrors { message } } }""",
        input={"lineId": lines["purchaseOrder"]["lines"]["nodes"][0]["id"], "line": {"quantity": 11}},
    )

    kinds = [event["kind"] for event in answer["purchaseOrderLineUpdate"]["events"]]
    assert kinds == ["purchase_order_line_updated", *["discrepancy_resolved"] * 3]
    after = (await client.ask(INVOICE, id=invoice["id"]))["invoice"]
    assert (after["status"], {each["state"] for each in after["discrepancies"]["nodes"]}) == ("MATCHED", {"RESOLVED"})


async def test_a_discrepancy_is_assigned_and_waived_for_a_reason(client_for: Callable[..., Any]) -> None:
    admin = await client_for()
    organization = await Organization.get(id=admin.user.organization_id)
    payer = await client_for(organization, Role.ACCOUNTS_PAYABLE)
    viewer = await client_for(organization, Role.VIEWER)
    order = await make_goods(admin)
    [found] = (await bill(admin, order, "INV-1", 4))["invoice"]["discrepancies"]["nodes"]

    given = {"id": found["id"], "assigneeId": f"usr_{payer.user.id}", "expectedVersion": 1}
    assigned = (await admin.ask(ASSIGN, input=given))["discrepancyAssign"]
    mine, others = ({"mine": {"eq": mine}, "state": {"in": ["OPEN"]}} for mine in (True, False))

    assert assigned["discrepancy"]["assignee"] == {"id": f"usr_{payer.user.id}"}
    assert [event["kind"] for event in assigned["events"]] == ["discrepancy_assigned"]
    assert (await payer.ask(LIST, where=mine))["discrepancies"]["totalCount"] == 1
    assert (await admin.ask(LIST, where=mine))["discrepancies"]["totalCount"] == 0
    assert (await admin.ask(LIST, where=others))["discrepancies"]["nodes"] == [{"kind": "INSUFFICIENT_RECEIPTS"}]

    waiver = {"id": found["id"], "reason": "The driver has the papers."}
    refused = (await viewer.ask(WAIVE, input=waiver))["discrepancyWaive"]
    late = (await payer.ask(WAIVE, input={**waiver, "expectedVersion": 1}))["discrepancyWaive"]
    tried = (await payer.ask(WAIVE, input={**waiver, "dryRun": True}))["discrepancyWaive"]
    waived = (await payer.ask(WAIVE, input={**waiver, "expectedVersion": 2}))["discrepancyWaive"]
    again = (await payer.ask(WAIVE, input=waiver))["discrepancyWaive"]

    assert refused["userErrors"][0]["code"] == "NOT_PERMITTED"
    assert [(each["code"], each["expected"], each["current"]) for each in late["userErrors"]] == [
        ("VERSION_CONFLICT", 1, 2)
    ]
    assert tried["discrepancy"]["state"] == "WAIVED"
    assert (waived["discrepancy"]["state"], waived["discrepancy"]["waiveReason"]) == ("WAIVED", waiver["reason"])
    assert waived["discrepancy"]["invoice"] == {"status": "MATCHED"}
    assert waived["events"] == [{"kind": "discrepancy_waived", "reason": waiver["reason"]}]
    assert [each["code"] for each in again["userErrors"]] == ["WRONG_STATUS"]


async def test_tolerance_rules_are_made_and_changed_by_administrators(client_for: Callable[..., Any]) -> None:
    admin = await client_for()
    buyer = await client_for(await Organization.get(id=admin.user.organization_id), Role.BUYER)
    order = await make_goods(admin, verification="TWO_WAY")
    invoice = (await bill(admin, order, "INV-1", 5, price=123))["invoice"]
    assert figures(invoice["discrepancies"]) == [("UNIT_PRICE_VARIANCE", "OPEN", "120", "123")]
    rule = {"name": "Prices", "kind": "UNIT_PRICE", "percentage": "2.5", "supplierId": order["supplierId"]}

    refused = (await buyer.ask(CREATE_RULE, input=rule))["toleranceRuleCreate"]
    empty = (await admin.ask(CREATE_RULE, input={"name": "None", "kind": "TAX"}))["toleranceRuleCreate"]
    made = (await admin.ask(CREATE_RULE, input=rule))["toleranceRuleCreate"]

    assert refused["userErrors"][0]["code"] == "NOT_PERMITTED"
    assert [(each["code"], each["path"]) for each in empty["userErrors"]] == [("INVALID_VALUE", ["value"])]
    assert made["toleranceRule"] == {
        "id": made["toleranceRule"]["id"],
        "number": 1,
        "name": "Prices",
        "kind": "UNIT_PRICE",
        "value": None,
        "percentage": "2.5",
        "combination": "OR",
        "category": None,
        "supplier": {"id": order["supplierId"]},
        "isActive": True,
        "editVersion": 1,
    }
    assert [event["kind"] for event in made["events"]] == ["tolerance_rule_created", "discrepancy_resolved"]
    assert (await admin.ask(INVOICE, id=invoice["id"]))["invoice"]["status"] == "MATCHED"

    change = {"id": made["toleranceRule"]["id"], "isActive": False}
    changed = (await admin.ask(UPDATE_RULE, input=change))["toleranceRuleUpdate"]

    assert changed["toleranceRule"]["editVersion"] == 2
    assert [event["kind"] for event in changed["events"]] == ["tolerance_rule_updated", "discrepancy_found"]
    assert await ToleranceRule.filter(is_active=True).count() == 0


async def test_what_comes_only_with_its_invoice_cannot_be_verified_with_receipts(client: Client) -> None:
    supplier = await supplier_id(client)
    answer = await client.ask(
        """mutation ($input: PurchaseOrderCreateInput!) {
          purchaseOrderCreate(input: $input) { userErrors { code path } } }""",
        input={"supplierId": supplier, "currency": "USD", "lines": [{"unitPrice": 1, "verification": "THREE_WAY"}]},
    )

    [error] = answer["purchaseOrderCreate"]["userErrors"]
    assert error == {"code": "INVALID_VALUE", "path": ["lines", "0", "verification"]}
