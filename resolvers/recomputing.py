"""Everything that is derived, computed from scratch and compared with what is stored.

This goes another way than `progress`: lines and allocations are read row by row and added up here, by the same pure
rules. Where the two ways differ, one of them is wrong, or somebody wrote past the operations. Orders are taken a few at
a time, and allocations and invoices as they stream in: there may be any number of them.

Source: B1, B2, I1, I2.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from tortoise.transactions import in_transaction

from models import database
from models.invoice import Allocation as AllocationRow
from models.invoice import Invoice
from models.organization import Organization, OrganizationGate
from models.statuses import InvoiceStatus, LineStatus, OrderType
from models.values import ZERO, plain
from resolvers.errors import NotFound
from resolvers.figures import write
from resolvers.progress import LINE_FIGURES, ORDER_FIGURES, figures_of_line
from resolvers.rules.balances import Allocation, Usage, usage_of
from resolvers.rules.invoicing import COUNTS_NOWHERE, INVOICED, OrderSums, is_canceled, order_figures, status_after

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
    from datetime import datetime
    from decimal import Decimal

Row = dict[str, Any]

ORDERS_AT_ONCE: Final = 20
INVOICES_AT_ONCE: Final = 1000
FETCHED_AT_ONCE: Final = 1000

_ORDERS: Final = f"""
SELECT id, number, currency, order_type, minimum_spend, discount_percentage, {", ".join(ORDER_FIGURES)}
FROM purchase_order WHERE organization_id = $1 AND id > $2 ORDER BY id LIMIT $3"""  # noqa: S608 - our own names

_LINES: Final = f"""
SELECT id, purchase_order_id, number, currency, status, quantity, unit_price, discount, tax_percent, tax_amount,
       balance_tracked, received_amount, {", ".join(LINE_FIGURES)}
FROM purchase_order_line WHERE purchase_order_id = ANY($1::bigint[]) ORDER BY id"""  # noqa: S608 - our own names

_ALLOCATIONS: Final = """
SELECT a.line_id, a.invoice_id, a.amount, a.quantity, a.period_start, a.period_end, i.status
FROM allocation a JOIN invoice i ON i.id = a.invoice_id
WHERE a.purchase_order_id = ANY($1::bigint[]) AND a.ended_at IS NULL ORDER BY a.line_id, a.invoice_id, a.id"""

_INVOICES: Final = """
SELECT i.id, i.supplier_invoice_number, i.status, i.total_amount, i.amount_before_tax, a.id AS allocation_id, a.amount
FROM (SELECT * FROM invoice WHERE organization_id = $1 AND id > $2 ORDER BY id LIMIT $3) i
LEFT JOIN allocation a ON a.invoice_id = i.id AND a.ended_at IS NULL ORDER BY i.id, a.id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A figure, or a status, that is not what it has to be. One that is not `repairable` needs a decision."""

    organization: str
    subject: str
    field: str
    stored: str
    computed: str
    repairable: bool = True

    def __str__(self) -> str:
        """PO-7, line 2: balance_current is 8000, has to be 7400."""
        return f"{self.organization}: {self.subject}: {self.field} is {self.stored}, has to be {self.computed}"


async def check(tell: Callable[[Difference], None], organization_key: str | None = None) -> None:
    """Tell every difference, in one organization or in all, each as it stands at one moment. Nothing is written.

    Raises:
        NotFound: there is no such organization.
    """
    for organization in await _organizations(organization_key):
        async with in_transaction():
            await database.connection().execute_query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            await _each(organization, _invoices, tell)
            await _each(organization, _orders, tell)


async def repair(now: datetime, tell: Callable[[Difference], None], organization_key: str | None = None) -> None:
    """Tell every difference, made good where that needs no decision. Others work on meanwhile, in turns.

    Raises:
        NotFound: there is no such organization.
    """

    async def invoices(organization: Organization, last: int) -> _Found:
        async with _turn(organization):
            found = await _invoices(organization, last)
            await _mend(found.wrong, now)
            return found

    async def orders(organization: Organization, last: int) -> _Found:
        async with _turn(organization):
            found = await _orders(organization, last)
            await write("purchase_order_line", LINE_FIGURES, found.lines)
            await write("purchase_order", ORDER_FIGURES, found.orders)
            return found

    for organization in await _organizations(organization_key):
        await _each(organization, invoices, tell)
        await _each(organization, orders, tell)


@asynccontextmanager
async def _turn(organization: Organization) -> AsyncGenerator[None]:
    """A transaction that holds the organization's gate."""
    async with in_transaction():
        await OrganizationGate.select_for_update().get(organization_id=organization.id)
        yield


async def _each(
    organization: Organization,
    look: Callable[[Organization, int], Awaitable[_Found]],
    tell: Callable[[Difference], None],
) -> None:
    """Look at some after the other, until none is left."""
    last: int | None = 0
    while last is not None:
        found = await look(organization, last)
        for difference in found.differences:
            tell(difference)
        last = found.last


@dataclass(slots=True, kw_only=True)
class _Found:
    """What was found of some orders or invoices; `last` is the one after which others follow, if any.

    Of lines and orders: what is stored, and what the figures have to be. Of invoices: those that something is wrong
    with.
    """

    last: int | None
    differences: list[Difference] = field(default_factory=list[Difference])
    lines: list[tuple[Row, Row]] = field(default_factory=list[tuple[Row, Row]])
    orders: list[tuple[Row, Row]] = field(default_factory=list[tuple[Row, Row]])
    wrong: list[_Invoice] = field(default_factory=list["_Invoice"])


# Orders and lines.


async def _orders(organization: Organization, after: int) -> _Found:
    orders = await database.rows(_ORDERS, organization.id, after, ORDERS_AT_ONCE)
    keys = [order["id"] for order in orders]
    taken = await _taken(keys) if keys else {}
    lines = [(line, figures_of_line(line, taken[line["id"]].usage)) for line in await database.rows(_LINES, keys)]
    of_order: dict[int, list[tuple[Row, Row]]] = defaultdict(list)
    for line, figures in lines:
        of_order[line["purchase_order_id"]].append((line, figures))
    computed = [(order, asdict(order_figures(_sums(order, of_order[order["id"]], taken)))) for order in orders]
    numbers = {order["id"]: order["number"] for order in orders}
    found = _Found(last=keys[-1] if keys else None, lines=lines, orders=computed)
    for line, figures in lines:
        subject = f"{numbers[line['purchase_order_id']]}, line {line['number']}"
        found.differences += _differing(organization, subject, line, figures)
    for order, figures in computed:
        found.differences += _differing(organization, order["number"], order, figures)
    return found


@dataclass(slots=True)
class _Taken:
    """What invoices take from a line, added up as they come; and the part of it that is confirmed."""

    usage: Usage
    confirmed: Decimal


async def _taken(orders: list[int]) -> dict[int, _Taken]:
    """What invoices that count take from each line of these orders."""
    taken: dict[int, _Taken] = defaultdict(lambda: _Taken(Usage(), ZERO))
    async for rows in _streamed(_ALLOCATIONS, orders, together=("line_id", "invoice_id")):
        for (line, _), group in groupby(rows, key=itemgetter("line_id", "invoice_id")):
            of_invoice = list(group)
            status = InvoiceStatus[of_invoice[0]["status"]]
            if status in COUNTS_NOWHERE:
                continue
            used = usage_of(_allocation(row) for row in of_invoice)
            taken[line].usage = _together(taken[line].usage, used)
            if status in INVOICED:
                taken[line].confirmed += used.amount
    return taken


def _allocation(row: Mapping[str, Any]) -> Allocation:
    return Allocation(
        invoice_id=row["invoice_id"],
        amount=row["amount"],
        quantity=row["quantity"],
        first_day=row["period_start"],
        last_day=row["period_end"],
    )


def _together(one: Usage, other: Usage) -> Usage:
    """What two sets of invoices take, none of which is in both."""
    first = [day for day in (one.first_day, other.first_day) if day is not None]
    last = [day for day in (one.last_day, other.last_day) if day is not None]
    return Usage(
        amount=one.amount + other.amount,
        quantity=one.quantity + other.quantity,
        invoices=one.invoices + other.invoices,
        first_day=min(first, default=None),
        last_day=max(last, default=None),
    )


def _sums(order: Row, lines: Iterable[tuple[Row, Row]], taken: Mapping[int, _Taken]) -> OrderSums:
    total = received = billed = confirmed = limits = used = ZERO
    tracked = False
    for line, figures in lines:
        total += ZERO if is_canceled(LineStatus[line["status"]]) else figures["amount"]
        received += line["received_amount"]
        billed += figures["invoiced_amount"]
        confirmed += taken[line["id"]].confirmed
        if line["balance_tracked"]:
            tracked = True
            limits += figures["balance_limit"]
            used += figures["balance_used"]
    return OrderSums(
        currency=order["currency"],
        order_type=OrderType[order["order_type"]],
        minimum_spend=order["minimum_spend"],
        discount_percentage=order["discount_percentage"],
        total=total,
        received=received,
        billed=billed,
        confirmed=confirmed,
        balance_limit=limits if tracked else None,
        balance_used=used if tracked else None,
    )


def _differing(organization: Organization, subject: str, stored: Row, computed: Row) -> Iterable[Difference]:
    for name, value in computed.items():
        if stored[name] != value:
            yield Difference(
                organization=organization.key,
                subject=subject,
                field=name,
                stored=_text(stored[name]),
                computed=_text(value),
            )


# Invoices.


@dataclass(frozen=True, slots=True)
class _Invoice:
    """An invoice with its current allocations: what is wrong with it, and what it takes to put it right."""

    id: int
    differences: list[Difference]
    status: InvoiceStatus | None = None
    ended: tuple[int, ...] = ()


async def _invoices(organization: Organization, after: int) -> _Found:
    rows = await database.rows(_INVOICES, organization.id, after, INVOICES_AT_ONCE)
    checked = [_checked(organization, list(group)) for _, group in groupby(rows, key=itemgetter("id"))]
    wrong = [invoice for invoice in checked if invoice.differences]
    differences = [difference for invoice in wrong for difference in invoice.differences]
    return _Found(last=rows[-1]["id"] if rows else None, differences=differences, wrong=wrong)


async def _mend(wrong: Iterable[_Invoice], now: datetime) -> None:
    """Put statuses right, and end allocations of invoices that count nowhere."""
    for invoice in wrong:
        if invoice.status is not None:
            await Invoice.filter(id=invoice.id).update(status=invoice.status)
        if invoice.ended:
            await AllocationRow.filter(id__in=list(invoice.ended)).update(ended_at=now)


def _checked(organization: Organization, rows: list[Mapping[str, Any]]) -> _Invoice:
    first = rows[0]
    status = InvoiceStatus[first["status"]]
    held = [row for row in rows if row["allocation_id"] is not None]
    subject = f"invoice {first['supplier_invoice_number']}"

    def differs(field: str, stored: str, computed: str, *, repairable: bool = True) -> Difference:
        return Difference(
            organization=organization.key,
            subject=subject,
            field=field,
            stored=stored,
            computed=computed,
            repairable=repairable,
        )

    if held and status in COUNTS_NOWHERE:
        ended = tuple(row["allocation_id"] for row in held)
        difference = differs("allocations", f"{len(held)} while it is {status}", "none")
        return _Invoice(first["id"], [difference], ended=ended)
    allocated = sum((row["amount"] for row in held), ZERO)
    if held and allocated not in {first["total_amount"], first["amount_before_tax"]}:
        whole = plain(first["total_amount"])
        return _Invoice(first["id"], [differs("allocations", plain(allocated), whole, repairable=False)])
    after = status_after(status, allocated=bool(held))
    if after is not status:
        return _Invoice(first["id"], [differs("status", str(status), str(after))], status=after)
    return _Invoice(first["id"], [])


# Reading.


async def _streamed(statement: str, value: object, *, together: tuple[str, ...]) -> AsyncGenerator[list[Any]]:
    """What the statement finds, some rows at a time, in the transaction that is open here.

    Neighbors that are equal in these columns come at the same time.
    """
    client: Any = database.connection()
    key = itemgetter(*together)
    async with client.acquire_connection() as connection:
        cursor = await connection.cursor(statement, value)
        pending: list[Any] = []
        while rows := await cursor.fetch(FETCHED_AT_ONCE):
            pending += rows
            last = key(pending[-1])
            whole = len(pending)
            while whole and key(pending[whole - 1]) == last:
                whole -= 1
            if whole:
                yield pending[:whole]
                pending = pending[whole:]
        if pending:
            yield pending


async def _organizations(key: str | None) -> list[Organization]:
    found = await (Organization.all() if key is None else Organization.filter(key=key)).order_by("id")
    if key is not None and not found:
        raise NotFound(kind="organization", key=key)
    return found


def _text(value: Any) -> str:
    return "nothing" if value is None else str(value)
