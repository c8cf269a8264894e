"""A year with a cloud supplier: monthly invoices, a one-time order, a marketplace purchase, expiry, renewal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from models.supplier import Supplier
from resolvers.derived import recomputing
from resolvers.ids import id_of
from resolvers.telling.sweep import sweep
from tests.asking import ask
from tests.factories import make_call, make_supplier

if TYPE_CHECKING:
    from resolvers.operation import Call

CREATE: Final = """mutation ($input: PurchaseOrderCreateInput!) {
  it: purchaseOrderCreate(input: $input) { purchaseOrder { id } userErrors { message path } } }"""
RECORD: Final = """mutation ($input: InvoiceRecordInput!) {
  it: invoiceRecord(input: $input) {
    invoice { status match { line { number purchaseOrder { number } } } } userErrors { message path } } }"""
PURCHASE: Final = """mutation ($input: MarketplacePurchaseRecordInput!) {
  it: marketplacePurchaseRecord(input: $input) {
    line { number lineItemType purchaseOrder { number } } userErrors { message path } } }"""
COPY: Final = """mutation ($input: PurchaseOrderCopyInput!) {
  it: purchaseOrderCopy(input: $input) {
    purchaseOrder { id number status effectiveDate expirationDate totalAmount { amount } contacts { email } }
    userErrors { message path } } }"""
ISSUE: Final = """mutation ($input: PurchaseOrderChangeInput!) {
  it: purchaseOrderIssue(input: $input) { purchaseOrder { status } userErrors { message path } } }"""
MATCH_ALL: Final = (
    "mutation { it: invoiceMatch(input: {allUnmatched: true}) { matched unmatched userErrors { message } } }"
)
STANDING: Final = """query ($number: String!) { purchaseOrder(number: $number) {
  matchingStatus
  lines { nodes { number lineItemType invoiceCount balance { used { amount } current { amount } percent } } }
  events(first: 100) { totalCount } } }"""


@dataclass
class Year:
    """An organization that buys from one supplier, and its calendar."""

    first: Call
    supplier: Supplier
    day: date = date(2025, 1, 2)

    @property
    def call(self) -> Call:
        return replace(self.first, now=datetime(self.day.year, self.day.month, self.day.day, 9, tzinfo=UTC))

    async def act(self, mutation: str, **given: Any) -> dict[str, Any]:
        """What came of something that somebody does today, with nothing refused."""
        answered = (await ask(self.call, mutation, **({"input": given} if given else {})))["it"]
        assert answered["userErrors"] == []
        return answered

    async def order(self, number: str, *lines: tuple[str, int]) -> None:
        """An order for the year, issued."""
        await self.act(
            CREATE,
            number=number,
            currency="USD",
            supplierId=id_of(Supplier, self.supplier.id),
            effectiveDate="2025-01-01",
            expirationDate="2025-12-31",
            issue=True,
            contacts=[{"name": "Cloud desk", "email": "cloud@example.com"}],
            lines=[{"lineItemType": kind, "unitPrice": str(price), "balanceTracked": True} for kind, price in lines],
        )

    async def bill(self, amount: int, month: date, category: str = "USAGE", **given: Any) -> str | None:
        """An invoice for a month, recorded today; where it went."""
        answered = await self.act(
            RECORD,
            supplierId=id_of(Supplier, self.supplier.id),
            supplierInvoiceNumber=f"{category}-{month:%Y-%m}",
            category=category,
            currency="USD",
            totalAmount=str(amount),
            invoiceDate=self.day.isoformat(),
            billingPeriodStart=month.isoformat(),
            billingPeriodEnd=month.replace(day=28).isoformat(),
            **given,
        )
        line = answered["invoice"]["match"]["line"]
        return f"{line['purchaseOrder']['number']}/{line['number']}" if line else None

    async def standing(self, number: str) -> dict[str, Any]:
        return (await ask(self.call, STANDING, number=number))["purchaseOrder"]


async def test_a_year(db: str):
    call = await make_call()
    year = Year(call, await make_supplier(call.organization_id))
    await year.order("CLOUD-2025", ("MONTHLY_USAGE", 12_000), ("SUBSCRIPTION_PURCHASE", 3_000))
    went: list[str | None] = []

    for month in (date(2025, number, 1) for number in range(1, 13)):
        if month.month == 6:
            year.day = date(2025, 6, 10)
            await year.order("TRAINING-ROOM", ("SUBSCRIPTION_PURCHASE", 5_000))
            # Both orders take subscriptions; only the new one has enough left (M4.3).
            assert await year.bill(4_000, month, "SUBSCRIPTION") == "TRAINING-ROOM/1"
        if month.month == 9:
            year.day = date(2025, 9, 15)
            bought = await year.act(
                PURCHASE,
                purchaseOrderNumber="CLOUD-2025",
                agreementId="agmt-1",
                supplierId=id_of(Supplier, year.supplier.id),
                currency="USD",
                amount="600",
                startDate="2025-09-15",
                endDate="2025-12-31",
            )
            assert bought["line"] == {
                "number": 3,
                "lineItemType": "MARKETPLACE_TRANSACTION",
                "purchaseOrder": {"number": "CLOUD-2025"},
            }
            assert (
                await year.bill(600, month, "MARKETPLACE", purchaseOrderNumber="CLOUD-2025", agreementId="agmt-1")
                == "CLOUD-2025/3"
            )
        year.day = date(month.year + month.month // 12, month.month % 12 + 1, 3)
        await sweep(year.call.now)
        went.append(await year.bill(900, month))

    # December's usage was billed when the order had expired, and is still the old order's (M2.3).
    assert went == ["CLOUD-2025/1"] * 12
    old = await year.standing("CLOUD-2025")
    assert old["matchingStatus"] == "EXPIRED"
    figures = {line["number"]: (line["invoiceCount"], line["balance"]) for line in old["lines"]["nodes"]}
    assert figures == {
        1: (12, {"used": {"amount": "10800.00"}, "current": {"amount": "1200.00"}, "percent": "10"}),
        2: (0, {"used": {"amount": "0.00"}, "current": {"amount": "3000.00"}, "percent": "100"}),
        3: (1, None),
    }

    # A new year, and no order for it yet.
    year.day = date(2026, 2, 3)
    assert await year.bill(950, date(2026, 1, 1)) is None

    copy = (await year.act(COPY, number="CLOUD-2025", newNumber="CLOUD-2026"))["purchaseOrder"]
    assert (copy["status"], copy["effectiveDate"], copy["expirationDate"]) == ("DRAFT", "2026-01-01", "2026-12-31")
    assert copy["contacts"] == [{"email": "cloud@example.com"}]
    await year.act(ISSUE, id=copy["id"])
    assert await year.act(MATCH_ALL) == {"matched": 1, "unmatched": 0, "userErrors": []}
    renewed = await year.standing("CLOUD-2026")
    assert renewed["matchingStatus"] == "ACTIVE"
    assert renewed["lines"]["nodes"][0]["balance"]["current"] == {"amount": "11050.00"}
    assert (await year.standing("CLOUD-2025"))["lines"] == old["lines"]

    # One mail when three quarters were reached from above (after April's invoice 8,400 of 12,000 are left: 70 %), two
    # months' warning of the end, and the end.
    told = sorted(await notices(year.call))
    assert told == [
        ("BALANCE_BELOW", "CLOUD-2025"),
        ("BALANCE_BELOW", "TRAINING-ROOM"),
        ("ORDER_EXPIRED", "CLOUD-2025"),
        ("ORDER_EXPIRED", "TRAINING-ROOM"),
        ("ORDER_EXPIRING", "CLOUD-2025"),
        ("ORDER_EXPIRING", "TRAINING-ROOM"),
    ]
    wrong: list[Any] = []
    await recomputing.check(wrong.append)
    assert wrong == []


async def notices(call: Call) -> list[tuple[str, str]]:
    """The kinds of all mails, with the orders they are about."""
    found = await ask(call, "{ notices(first: 100) { nodes { kind purchaseOrder { number } } } }")
    return [(each["kind"], each["purchaseOrder"]["number"]) for each in found["notices"]["nodes"]]
