"""The worked examples of matching, told through the graph, as a buyer and an accounts payable clerk see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from models.supplier import Supplier
from tests.asking import ask
from tests.factories import make_call, make_order_row

if TYPE_CHECKING:
    from resolvers.operation import Call

ORDER: Final = """
mutation ($input: PurchaseOrderCreateInput!) {
  purchaseOrderCreate(input: $input) {
    purchaseOrder { id number lines { nodes { id number } } } userErrors { message path }
  }
}"""

INVOICE: Final = """
mutation ($input: InvoiceRecordInput!) {
  invoiceRecord(input: $input) {
    invoice {
      id status
      match {
        outcome reason
        purchaseOrder { number balance { current { amount } percent } }
        line { number lineItemType balance { current { amount } percent } }
        candidates { nodes { rank dropped criterion reason purchaseOrder { number } } }
      }
    }
    userErrors { code message path }
  }
}"""

PURCHASE: Final = """
mutation ($input: MarketplacePurchaseRecordInput!) {
  marketplacePurchaseRecord(input: $input) {
    line {
      number lineItemType balanceTracked
      purchaseOrder { number matchingStatus effectiveDate expirationDate contacts { id } }
    }
    userErrors { code message path }
  }
}"""

NUMBERS: Final = """
query ($n: String) {
  purchaseOrders(where: {number: {eq: $n}}) { nodes { lines(first: 100) { nodes { number } } } }
}"""


class Company:
    """An organization with one supplier, and what its people do."""

    def __init__(self, call: Call, supplier: str) -> None:
        self.call = call
        self.supplier = supplier
        self.invoices = 0

    async def seller(self, name: str) -> str:
        """A company of the supplier that bills."""
        query = (
            "mutation ($input: SellerEntityCreateInput!) { sellerEntityCreate(input: $input) { sellerEntity { id } } }"
        )
        data = await ask(self.call, query, input={"supplierId": self.supplier, "name": name})
        return data["sellerEntityCreate"]["sellerEntity"]["id"]

    def order_input(self, number: str, *lines: tuple[str, int], **fields: Any) -> dict[str, Any]:
        """An order to issue for 2025, with tracked lines of these types and amounts."""
        return {
            "number": number,
            "currency": "USD",
            "supplierId": self.supplier,
            "effectiveDate": "2025-01-01",
            "expirationDate": "2025-12-31",
            "issue": True,
            "lines": [
                {"lineItemType": kind, "unitPrice": str(amount), "balanceTracked": True} for kind, amount in lines
            ],
            **fields,
        }

    async def order(self, number: str, *lines: tuple[str, int], **fields: Any) -> dict[str, Any]:
        """The same, made."""
        given = self.order_input(number, *lines, **fields)
        answer = (await ask(self.call, ORDER, input=given))["purchaseOrderCreate"]
        assert answer["userErrors"] == []
        return answer["purchaseOrder"]

    async def invoice(self, amount: int, month: int, category: str = "USAGE", **fields: Any) -> dict[str, Any]:
        """An invoice for that month of 2025, recorded and matched."""
        self.invoices += 1
        given = {
            "supplierId": self.supplier,
            "supplierInvoiceNumber": f"INV-{self.invoices}",
            "category": category,
            "currency": "USD",
            "totalAmount": str(amount),
            "invoiceDate": f"2025-{month + 1:02}-03",
            "billingPeriodStart": f"2025-{month:02}-01",
            "billingPeriodEnd": f"2025-{month:02}-28",
            **fields,
        }
        answer = (await ask(self.call, INVOICE, input=given))["invoiceRecord"]
        assert answer["userErrors"] == []
        return answer["invoice"]

    async def change(self, action: str, number: str) -> None:
        """Suspend or resume an order."""
        query = f'mutation {{ {action}(input: {{number: "{number}"}}) {{ userErrors {{ message }} }} }}'
        assert (await ask(self.call, query))[action]["userErrors"] == []

    async def purchase(
        self, number: str, agreement: str, amount: int, *, refused: bool = False, **fields: Any
    ) -> dict[str, Any]:
        """A marketplace purchase made with an order number, for the year from March 2025."""
        given = {
            "purchaseOrderNumber": number,
            "agreementId": agreement,
            "supplierId": self.supplier,
            "currency": "USD",
            "amount": str(amount),
            "startDate": "2025-03-01",
            "endDate": "2026-02-28",
            **fields,
        }
        answer = (await ask(self.call, PURCHASE, input=given))["marketplacePurchaseRecord"]
        assert bool(answer["userErrors"]) is refused, answer
        return answer

    async def numbers(self, number: str) -> list[dict[str, Any]]:
        """The orders with the number, with their lines."""
        return (await ask(self.call, NUMBERS, n=number))["purchaseOrders"]["nodes"]

    async def order_field(self, number: str, name: str) -> Any:
        """What an order shows."""
        data = await ask(self.call, f"query ($n: String) {{ purchaseOrder(number: $n) {{ {name} }} }}", n=number)
        return data["purchaseOrder"][name.split(maxsplit=1)[0]]

    async def balance(self, number: str) -> str:
        """What is left of an order."""
        return (await self.order_field(number, "balance { current { amount } }"))["current"]["amount"]


@pytest.fixture
async def company(db: str) -> Company:
    """A new organization with a supplier."""
    call = await make_call()
    query = 'mutation { supplierCreate(input: {number: "AWS", name: "Amazon Web Services"}) { supplier { id } } }'
    return Company(call, (await ask(call, query))["supplierCreate"]["supplier"]["id"])


def left(invoice: dict[str, Any], of: str = "line") -> tuple[str, str]:
    balance = invoice["match"][of]["balance"]
    return balance["current"]["amount"], balance["percent"]


async def test_a_usage_invoice_lowers_the_balance_of_the_line_and_of_the_order(company: Company):
    await company.order("PO-1", ("ALL", 10_000))

    march = await company.invoice(2_000, month=3)
    april = await company.invoice(600, month=4)

    assert march["status"] == "MATCHED"
    assert left(march) == ("8000.00", "80")
    assert left(march, "purchaseOrder") == ("8000.00", "80")
    assert left(april) == ("7400.00", "74")
    assert march["match"]["reason"] == (
        "Line 1 of PO-1 is the only line that fits. Its balance goes from 10,000.00 USD to 8,000.00 USD."
    )


async def test_an_exhausted_line_goes_on_serving(company: Company):
    await company.order("PO-1", ("ALL", 500))
    await company.invoice(400, month=1)

    invoice = await company.invoice(400, month=2)

    assert invoice["status"] == "MATCHED"
    assert left(invoice) == ("-300.00", "-60")


async def test_an_invoice_of_another_seller_entity_finds_no_order(company: Company):
    inc, europe = await company.seller("Amazon Web Services, Inc."), await company.seller("AWS EMEA SARL")
    await company.order("PO-1", ("ALL", 10_000), sellerEntityIds=[inc])

    invoice = await company.invoice(2_000, month=3, sellerEntityId=europe)

    assert invoice["status"] == "RECEIVED"
    assert invoice["match"]["outcome"] == "UNMATCHED"
    assert invoice["match"]["purchaseOrder"] is None
    why = "PO-1 is billed by Amazon Web Services, Inc.; the invoice comes from AWS EMEA SARL."
    assert invoice["match"]["reason"] == f"No order serves this invoice. {why}"
    assert invoice["match"]["candidates"]["nodes"] == [
        {
            "rank": None,
            "dropped": True,
            "criterion": "SELLER_ENTITY",
            "reason": why,
            "purchaseOrder": {"number": "PO-1"},
        }
    ]
    assert await company.balance("PO-1") == "10000.00"


async def test_a_suspended_order_gives_way_to_another_and_takes_over_again(company: Company):
    may = {"effectiveDate": "2025-05-01", "expirationDate": "2025-05-31"}
    await company.order("PO-ALL", ("ALL", 10_000))
    await company.order("PO-MAY", ("SUBSCRIPTION_PURCHASE", 10_000), **may)
    await company.change("purchaseOrderSuspend", "PO-ALL")

    first = await company.invoice(100, month=5, category="SUBSCRIPTION")
    await company.change("purchaseOrderResume", "PO-ALL")
    await company.change("purchaseOrderSuspend", "PO-MAY")
    second = await company.invoice(100, month=5, category="SUBSCRIPTION")

    assert first["match"]["purchaseOrder"]["number"] == "PO-MAY"
    assert second["match"]["purchaseOrder"]["number"] == "PO-ALL"
    assert [
        (each["criterion"], each["reason"]) for each in first["match"]["candidates"]["nodes"] if each["dropped"]
    ] == [("SUSPENDED", "PO-ALL is suspended.")]


async def test_a_billing_period_before_the_validity_finds_nothing(company: Company):
    await company.order("PO-1", ("ALL", 10_000), effectiveDate="2025-07-01")

    june, july = await company.invoice(100, month=6), await company.invoice(100, month=7)

    assert (june["status"], july["status"]) == ("RECEIVED", "MATCHED")
    assert june["match"]["candidates"]["nodes"][0]["criterion"] == "ORDER_PERIOD"
    assert "PO-1 is valid from 2025-07-01; the billing period is June 2025." in june["match"]["reason"]


async def test_the_more_specific_line_takes_the_invoice(company: Company):
    await company.order("PO-1", ("ALL", 5_000), ("SUBSCRIPTION_PURCHASE", 3_000))

    invoice = await company.invoice(1_200, month=3, category="SUBSCRIPTION")

    assert invoice["match"]["line"]["lineItemType"] == "SUBSCRIPTION_PURCHASE"
    assert left(invoice) == ("1800.00", "60")
    assert left(invoice, "purchaseOrder") == ("6800.00", "85")
    ranked = [(each["rank"], each["criterion"]) for each in invoice["match"]["candidates"]["nodes"]]
    assert ranked == [(1, None), (2, "TYPE")]


async def test_an_expired_order_serves_the_months_in_which_it_was_valid(company: Company):
    """A January-only order serves January usage that is invoiced in February, when it shows as expired."""
    await company.order("PO-JAN", ("ALL", 10_000), expirationDate="2025-01-31")

    january, february = await company.invoice(100, month=1), await company.invoice(100, month=2)

    assert await company.order_field("PO-JAN", "matchingStatus") == "EXPIRED"
    assert (january["status"], february["status"]) == ("MATCHED", "RECEIVED")


async def test_a_marketplace_purchase_with_a_known_number_is_a_second_line_there(company: Company):
    await company.order("1234", ("ALL", 10_000))

    purchase = await company.purchase("1234", "agmt-1", 900)
    invoice = await company.invoice(
        300, month=4, category="MARKETPLACE", purchaseOrderNumber="1234", agreementId="agmt-1"
    )

    assert purchase["line"]["number"] == 2
    assert purchase["line"]["lineItemType"] == "MARKETPLACE_TRANSACTION"
    assert purchase["line"]["balanceTracked"] is False
    assert invoice["match"]["line"]["number"] == 2
    assert await company.balance("1234") == "10000.00"


async def test_a_marketplace_purchase_with_an_unknown_number_makes_an_order_without_contacts(company: Company):
    purchase = await company.purchase("poc1", "agmt-1", 900)

    order = purchase["line"]["purchaseOrder"]
    assert order["number"] == "poc1"
    assert order["contacts"] == []
    assert order["matchingStatus"] == "ACTIVE"
    assert (order["effectiveDate"], order["expirationDate"]) == ("2025-03-01", "2026-02-28")
    invoice = await company.invoice(900, month=3, category="MARKETPLACE", purchaseOrderNumber="poc1")
    assert invoice["match"]["purchaseOrder"]["number"] == "poc1"


async def test_the_hundred_and_first_active_order_is_refused(company: Company):
    supplier = await Supplier.get(name="Amazon Web Services")
    for _ in range(99):
        await make_order_row(company.call, supplier)
    await company.order("HUNDREDTH", ("ALL", 1))

    answer = await company.purchase("ONE-MORE", "agmt-1", 1, refused=True)

    assert answer["userErrors"] == [
        {"code": "LIMIT_EXCEEDED", "message": "This would make 101; the limit is 100 (activeOrderLimit).", "path": []}
    ]
    assert await company.numbers("ONE-MORE") == []
    refused = (await ask(company.call, ORDER, input=company.order_input("ONE-MORE", ("ALL", 1))))["purchaseOrderCreate"]
    assert [error["message"] for error in refused["userErrors"]] == [
        "This would make 101; the limit is 100 (activeOrderLimit)."
    ]
    assert await company.numbers("ONE-MORE") == []


async def test_the_hundred_and_first_line_is_refused_for_a_marketplace_purchase_too(company: Company):
    await company.order("PO-1", *[("ALL", 1)] * 100)

    answer = await company.purchase("PO-1", "agmt-1", 1, refused=True)

    assert [error["message"] for error in answer["userErrors"]] == [
        "This would make 101; the limit is 100 (orderLineLimit)."
    ]
    assert len((await company.numbers("PO-1"))[0]["lines"]["nodes"]) == 100
