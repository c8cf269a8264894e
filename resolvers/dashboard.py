"""The organization at a glance: orders and what invoices took from them, counted and summed; what needs a person.

Every figure is of one currency. Each figure and each list costs one statement, however much there is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from tortoise.expressions import Q

from models.invoice import Allocation, Invoice
from models.organization import Organization
from models.purchase_order import PurchaseOrder, PurchaseOrderLine
from models.statuses.invoices import InvoiceStatus
from models.statuses.orders import MatchingStatus
from models.supplier import Supplier
from resolvers import lists
from resolvers.errors import BadInput
from resolvers.listings import Listing
from resolvers.reading.expressions import MATCHING_STATUS, matching_status_is
from resolvers.reading.grouping import Group, Grouping, groups, of_related
from resolvers.reading.pages import LARGEST_SIZE
from resolvers.reading.reader import Several
from resolvers.rules.matching_status import LINES_NOT_IN_FORCE
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tortoise.queryset import QuerySet

    from resolvers.operation import Call
    from resolvers.reading.pages import Page

UNMATCHED: Final = Q(status=InvoiceStatus.RECEIVED)
"""Recorded, and no order serves it yet. I1."""

_NOT_OVER: Final = (MatchingStatus.ACTIVE, MatchingStatus.SUSPENDED, MatchingStatus.SCHEDULED)
_BY_STATUS: Final = Grouping(key='{row}."status"', amount="total_amount")
_BY_MATCHING_STATUS: Final = Grouping(key=MATCHING_STATUS.sql, amount="total_amount")
_BY_SUPPLIER: Final = Grouping(key='{row}."supplier_id"', amount="total_amount", order="count DESC")
_BY_MONTH: Final = Grouping(
    key="date_trunc('month', {row}.\"period_start\"::timestamp)::date",
    amount="amount",
    count='count(DISTINCT {row}."invoice_id")',
    order="key DESC",
)
_ALL: Final = Grouping(key="NULL::int", amount="total_amount")
_BY_EXPIRATION: Final = Listing(default=("expiration_date",))
_BY_BALANCE: Final = Listing(default=("balance_current",))


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The orders that the caller may see and that `where` names (all of them unless given), as they stand today."""

    call: Call
    where: Any = None

    async def by_status(self) -> list[Group]:
        """Orders by lifecycle status, with what they total. L1."""
        return await self._groups(self._orders, _BY_STATUS)

    async def by_matching_status(self) -> list[Group]:
        """Orders by matching status today, with what they total. L4."""
        return await self._groups(self._orders, _BY_MATCHING_STATUS)

    async def by_supplier(self, limit: int) -> list[Group]:
        """Orders by supplier, with what they total; those with most orders first."""
        return await self._groups(self._orders, _BY_SUPPLIER, limit)

    def suppliers(self, found: Iterable[Group]) -> Several:
        """The suppliers of the groups, to be read together."""
        keys = [group.key for group in found]
        return Several(visible_to(Supplier, self.call.actor).filter(id__in=keys))

    async def by_month(self, limit: int) -> list[Group]:
        """Invoices by the month they bill, with what they take from the orders now; the latest month first.

        The month of billing is that of the first billed day; of an invoice without a billing period, its date's. The
        key is the first day of the month.

        Source: M2, B1.
        """
        taken = visible_to(Allocation, self.call.actor).filter(lists.CURRENT_ALLOCATION, *self._of_orders())
        return await self._groups(taken, _BY_MONTH, limit)

    async def unmatched_amounts(self) -> list[Group]:
        """How many invoices no order serves, with their totals."""
        return await self._groups(self._unmatched, _ALL)

    async def expiring_soon(self, **window: Any) -> Page:
        """Orders in force that expire within as many days as the organization calls soon, the soonest first. B4."""
        organization = visible_to(Organization, self.call.actor).get()
        days: Any = await organization.values_list("expiring_soon_days", flat=True)
        last_day = self.call.today + timedelta(days=days)
        soon = Q(expiration_date__lte=last_day) & matching_status_is(MatchingStatus.ACTIVE)
        return _BY_EXPIRATION(self._orders.filter(soon), **window)

    def out_of_balance(self, **window: Any) -> Page:
        """Orders that are not over and have nothing left on their tracked lines, the most overdrawn first. B1, M5."""
        return _BY_BALANCE(self._orders.filter(self._is_not_over(), balance_current__lte=0), **window)

    def lines_out_of_balance(self, **window: Any) -> Page:
        """Lines with nothing left, of orders that are not over; the most overdrawn first. B1, M5."""
        lines = visible_to(PurchaseOrderLine, self.call.actor).filter(
            Q(balance_current__lte=0) & ~Q(status__in=list(LINES_NOT_IN_FORCE)),
            *self._of_orders(self._is_not_over()),
        )
        return _BY_BALANCE(lines, **window)

    def unmatched_invoices(self, **window: Any) -> Page:
        """Invoices that no order serves, the latest first."""
        return lists.INVOICES(self._unmatched, **window)

    @property
    def _orders(self) -> QuerySet[Any]:
        return lists.PURCHASE_ORDERS(visible_to(PurchaseOrder, self.call.actor), where=self.where).queryset

    @property
    def _unmatched(self) -> QuerySet[Any]:
        return visible_to(Invoice, self.call.actor).filter(UNMATCHED)

    def _is_not_over(self) -> Q:
        return Q(*(matching_status_is(status) for status in _NOT_OVER), join_type=Q.OR)

    def _of_orders(self, *conditions: Q) -> list[Q]:
        """The conditions on the order, and those of `where`, asked of what belongs to an order."""
        asked = [*conditions] if self.where is None else [*conditions, *self._orders._q_objects]  # noqa: SLF001
        return [of_related("purchase_order", condition) for condition in asked]

    async def _groups(self, queryset: QuerySet[Any], grouping: Grouping, limit: int | None = None) -> list[Group]:
        if limit is not None and not 1 <= limit <= LARGEST_SIZE:
            raise BadInput(f"There may be 1 to {LARGEST_SIZE} entries; {limit} were asked for.")
        return await groups(queryset, grouping, self.call.actor, self.call.today, limit)
