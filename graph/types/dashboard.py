"""The organization at a glance, as clients see it."""

from datetime import date
from typing import Annotated, Any

import strawberry

from graph.fields import AFTER, BEFORE, FIRST, LAST
from graph.types.common import Connection, Money
from graph.types.invoice import Invoice
from graph.types.purchase_order import PurchaseOrder, PurchaseOrderLine
from graph.types.supplier import Supplier
from models.statuses.orders import MatchingStatus, PurchaseOrderStatus
from resolvers.reading.grouping import Group

_COUNT = "How many orders."
_AMOUNT = "What they total."
_AN_ENTRY = "An entry for each currency"

Size = Annotated[int, strawberry.argument(description="How many entries at most, 1 to 100.")]


@strawberry.type(description="The orders of a lifecycle status in one currency.")
class StatusFigures:
    status: PurchaseOrderStatus = strawberry.field(description="The status.")
    count: int = strawberry.field(description=_COUNT)
    amount: Money = strawberry.field(description=_AMOUNT)


@strawberry.type(description="The orders of a matching status in one currency.")
class MatchingStatusFigures:
    matching_status: MatchingStatus = strawberry.field(description="The matching status, as of today (UTC).")
    count: int = strawberry.field(description=_COUNT)
    amount: Money = strawberry.field(description=_AMOUNT)


@strawberry.type(description="The orders with a supplier in one currency.")
class SupplierFigures:
    supplier: Supplier = strawberry.field(description="The supplier.")
    count: int = strawberry.field(description=_COUNT)
    amount: Money = strawberry.field(description=_AMOUNT)


@strawberry.type(description="What matched invoices take from orders for one month, in one currency.")
class MonthFigures:
    month: date = strawberry.field(description="The first day of the month.")
    count: int = strawberry.field(description="How many invoices.")
    amount: Money = strawberry.field(description="What they take, less what credit memos give back.")


@strawberry.type(description="Invoices in one currency.")
class InvoiceFigures:
    count: int = strawberry.field(description="How many invoices and credit memos.")
    amount: Money = strawberry.field(description="What they total, taxes included.")


@strawberry.type(
    description="The organization at a glance. Amounts of different currencies are never added: "
    "a figure that spans several currencies has an entry for each."
)
class Dashboard:
    figures: strawberry.Private[Any]  # a `resolvers.dashboard.Dashboard`, whose pages the executor completes

    @strawberry.field(description=f"Orders by lifecycle status. {_AN_ENTRY} that the orders of a status have.")
    async def by_status(self) -> list[StatusFigures]:
        found = await self.figures.by_status()
        return [StatusFigures(status=PurchaseOrderStatus(group.key), **_figures(group)) for group in found]

    @strawberry.field(description=f"Orders by matching status today (UTC). {_AN_ENTRY} that its orders have.")
    async def by_matching_status(self) -> list[MatchingStatusFigures]:
        found = await self.figures.by_matching_status()
        return [MatchingStatusFigures(matching_status=MatchingStatus(group.key), **_figures(group)) for group in found]

    @strawberry.field(description=f"Orders by supplier, the most orders first. {_AN_ENTRY} that its orders have.")
    async def by_supplier(self, first: Size = 20) -> list[SupplierFigures]:
        found = await self.figures.by_supplier(first)
        suppliers = self.figures.suppliers(found)
        return [SupplierFigures(supplier=suppliers.row(group.key), **_figures(group)) for group in found]

    @strawberry.field(
        description="What matched invoices take from the orders now, by the month they bill (the first billed day "
        f"counts, of an invoice without a billing period its date), the latest first. {_AN_ENTRY} of the month."
    )
    async def by_month(self, first: Size = 24) -> list[MonthFigures]:
        return [MonthFigures(month=group.key, **_figures(group)) for group in await self.figures.by_month(first)]

    @strawberry.field(
        description="Orders in force that expire soon, the soonest first. "
        "How many days are soon is a setting of the organization."
    )
    async def expiring_soon(
        self, first: FIRST = None, after: AFTER = None, last: LAST = None, before: BEFORE = None
    ) -> Connection[PurchaseOrder]:
        return await self.figures.expiring_soon(first=first, after=after, last=last, before=before)

    @strawberry.field(
        description="Orders that are not over and have nothing left on their tracked lines together, "
        "the most overdrawn first, whatever the currency."
    )
    def out_of_balance(
        self, first: FIRST = None, after: AFTER = None, last: LAST = None, before: BEFORE = None
    ) -> Connection[PurchaseOrder]:
        return self.figures.out_of_balance(first=first, after=after, last=last, before=before)

    @strawberry.field(
        description="Lines with nothing left, of orders that are not over; the most overdrawn first, "
        "whatever the currency. Their orders as a whole may have something left."
    )
    def lines_out_of_balance(
        self, first: FIRST = None, after: AFTER = None, last: LAST = None, before: BEFORE = None
    ) -> Connection[PurchaseOrderLine]:
        return self.figures.lines_out_of_balance(first=first, after=after, last=last, before=before)

    @strawberry.field(
        description="All invoices that no order serves, whatever orders were asked for; the latest first."
    )
    def unmatched_invoices(
        self, first: FIRST = None, after: AFTER = None, last: LAST = None, before: BEFORE = None
    ) -> Connection[Invoice]:
        return self.figures.unmatched_invoices(first=first, after=after, last=last, before=before)

    @strawberry.field(description="How many invoices no order serves, and what they total. An entry for each currency.")
    async def unmatched_amounts(self) -> list[InvoiceFigures]:
        return [InvoiceFigures(**_figures(group)) for group in await self.figures.unmatched_amounts()]


def _figures(group: Group) -> dict[str, Any]:
    return {"count": group.count, "amount": Money.of(group.amount, group.currency)}
