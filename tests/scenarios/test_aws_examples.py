"""The worked examples of matching, told through the graph: what a buyer and an accounts payable clerk see. Amounts in USD."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.asking import ask
from tests.factories import make_call

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


class Company:
    """An organization with one supplier, and what its people do."""

    def __init__(self, call: Call, supplier: str) -> None:
        self.call = call
        self.supplier = supplier
        self.invoices = 0

    async def seller(self, name: str) -> str:
        """A company of the supplier that bills."""
        query = "mutation ($input: SellerEntityCreateInput!) { sellerEntityCreate(input: $input) { sellerEntity { id } } }"
        data = await ask(self.call, query, input={"supplierId": self.supplier, "name": name})
        return data["sellerEntityCreate"]["sellerEntity"]["id"]

    async def order(self, number: str, *lines: tuple[str, int], **fields: Any) -> dict[str, Any]:
        """An issued order for 2025 with tracked lines of these types and amounts."""
        given = {
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
        query = f"mutation {{ {action}(input: {{number: \"{number}\"}}) {{ userErrors {{ message }} }} }}"
        assert (await ask(self.call, query))[action]["userErrors"] == []


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
