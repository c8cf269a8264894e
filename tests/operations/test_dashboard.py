"""The dashboard says what a slow look at every row says. B1, L1, L4, M5."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import orjson
import pytest
from tortoise.transactions import in_transaction

from models import database
from models.invoice import Allocation, Invoice
from models.purchase_order import PurchaseOrder, PurchaseOrderLine
from models.statuses.invoices import InvoiceKind, InvoiceStatus
from models.statuses.orders import LineStatus, MatchingStatus, PurchaseOrderStatus
from models.supplier import Supplier
from resolvers.dashboard import Dashboard
from resolvers.errors import BadInput
from resolvers.ids import id_of
from resolvers.reading import reader
from resolvers.reading.kinds import Column, PagePart
from resolvers.reading.selection import Selected, Selection
from resolvers.rules.matching_status import LINES_NOT_IN_FORCE, matching_status
from tests.factories import make_call, make_invoice_row, make_line_row, make_order_row, make_organization, make_supplier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from resolvers.operation import Call
    from resolvers.reading.grouping import Group
    from resolvers.reading.pages import Page

CURRENCIES: Final = ("USD", "EUR", "JPY")
EVERYTHING: Final[Any] = None

Figures = dict[tuple[Any, str], tuple[int, Decimal]]


async def fill(call: Call, chance: random.Random, orders: int) -> None:
    """Orders of every kind, with lines, and invoices that are matched, were matched, or are not."""
    suppliers = [await make_supplier(call.organization_id, f"Supplier {at}") for at in range(4)]
    for _ in range(orders):
        await fill_order(call, chance, chance.choice(suppliers))
    for _ in range(orders // 3):
        await make_invoice_row(
            call,
            chance.choice(suppliers),
            chance.choice([0, 19, 7]),
            currency=chance.choice(CURRENCIES),
            status=chance.choice(list(InvoiceStatus)),
        )


async def fill_order(call: Call, chance: random.Random, supplier: Supplier) -> None:
    effective = chance.choice([None, call.today + timedelta(days=chance.randint(-400, 40))])
    expiration = chance.choice([None, call.today + timedelta(days=chance.choice([-1, 0, 1, 59, 60, 61, 300]))])
    if effective and expiration and expiration < effective:
        effective = None
    balance = chance.choice([None, Decimal(-5), Decimal(0), Decimal("0.01"), Decimal(70)])
    order = await make_order_row(
        call,
        supplier,
        status=chance.choice([PurchaseOrderStatus.ORDERED, *PurchaseOrderStatus]),
        issued_at=chance.choice([None, call.now, call.now]),
        suspended_at=chance.choice([None, None, call.now]),
        currency=chance.choice(CURRENCIES),
        effective_date=effective,
        expiration_date=expiration,
        total_amount=Decimal(chance.randint(0, 10_000)),
        balance_limit=None if balance is None else Decimal(100),
        balance_used=None if balance is None else 100 - balance,
        balance_current=balance,
    )
    for _ in range(chance.randint(0, 3)):
        left = chance.choice([Decimal(-3), Decimal(0), Decimal(5)])
        line = await make_line_row(
            order, 100, balance_current=left, status=chance.choice([LineStatus.ORDERED, *LineStatus])
        )
        for _ in range(chance.randint(0, 2)):
            await fill_allocation(call, chance, order, line, supplier)


async def fill_allocation(
    call: Call, chance: random.Random, order: PurchaseOrder, line: PurchaseOrderLine, supplier: Supplier
) -> None:
    kind = chance.choice(list(InvoiceKind))
    sign = 1 if kind is InvoiceKind.INVOICE else -1
    amount = sign * Decimal(chance.randint(0, 90_000)) / 100
    invoice = await make_invoice_row(
        call, supplier, amount, kind=kind, currency=order.currency, status=InvoiceStatus.MATCHED
    )
    start = call.today + timedelta(days=chance.randint(-300, 30))
    await Allocation.create(
        organization_id=call.organization_id,
        invoice=invoice,
        purchase_order=order,
        line=line,
        currency=order.currency,
        amount=amount,
        period_start=start,
        period_end=start + timedelta(days=chance.randint(0, 60)),
        ended_at=chance.choice([None, None, call.now]),
    )


def shown_as(order: PurchaseOrder, call: Call) -> MatchingStatus:
    return matching_status(
        order.status,
        issued=order.issued_at is not None,
        suspended=order.suspended_at is not None,
        effective_date=order.effective_date,
        expiration_date=order.expiration_date,
        today=call.today,
    )


def added_up(rows: Iterable[tuple[Any, str, Decimal]]) -> Figures:
    found: Figures = defaultdict(lambda: (0, Decimal(0)))
    for key, currency, amount in rows:
        count, total = found[key, currency]
        found[key, currency] = (count + 1, total + amount)
    return dict(found)


def figures(groups: list[Group]) -> Figures:
    found = {(group.key, group.currency): (group.count, group.amount) for group in groups}
    assert len(found) == len(groups)
    return found


def in_order(rows: Iterable[tuple[Any, int]]) -> list[int]:
    return [key for _, key in sorted(rows)]


async def keys(page: Page, call: Call) -> list[int]:
    """The keys of a page's rows, read as the graph reads them."""
    key = Selected(key="id", name="id", kind=Column("id"))
    nodes = Selected(key="nodes", name="nodes", kind=PagePart("nodes"), children=Selection([key]))
    statement = reader.plan(page, Selection([nodes]), call.actor, as_list=False)
    return [node["id"] for node in orjson.loads(await reader.fetch(statement, call.actor, call.today) or "")["nodes"]]


async def everything(call: Call) -> list[PurchaseOrder]:
    return await PurchaseOrder.filter(organization_id=call.organization_id)


async def wheres(call: Call) -> list[tuple[Any, Callable[[PurchaseOrder], bool]]]:
    """What a client may ask for, and the same in Python."""
    [key, *_] = await Supplier.filter(organization_id=call.organization_id).order_by("id").values_list("id", flat=True)
    assert isinstance(key, int)
    named = (("supplier_id", (("eq", id_of(Supplier, key)),)),)
    active = (("matching_status", (("in_", ("ACTIVE", "SUSPENDED")),)),)
    cheap = (("total_amount", (("lt", Decimal(5000)),)),)
    return [
        (EVERYTHING, lambda _: True),
        (named, lambda order: order.supplier_id == key),
        (active, lambda order: shown_as(order, call) in {MatchingStatus.ACTIVE, MatchingStatus.SUSPENDED}),
        (
            (("or_", (named, (("not_", active),))), *cheap),
            lambda order: (
                order.total_amount < 5000
                and (
                    order.supplier_id == key
                    or shown_as(order, call) not in {MatchingStatus.ACTIVE, MatchingStatus.SUSPENDED}
                )
            ),
        ),
    ]


@pytest.fixture(params=[1, 2, 3])
async def call(db: str, request: pytest.FixtureRequest) -> Call:
    """A caller of a filled organization, beside another one that is none of their business."""
    chance = random.Random(request.param)  # noqa: S311 - the same rows every time
    await fill(await make_call(), chance, 12)
    call = await make_call(await make_organization(expiring_soon_days=60))
    await fill(call, chance, 50)
    return call


async def test_orders_are_counted_and_summed_by_everything_they_are_grouped_by(call: Call) -> None:
    for where, is_meant in await wheres(call):
        orders = [order for order in await everything(call) if is_meant(order)]
        dashboard = Dashboard(call, where)

        assert figures(await dashboard.by_status()) == added_up(
            (order.status, order.currency, order.total_amount) for order in orders
        )
        assert figures(await dashboard.by_matching_status()) == added_up(
            (shown_as(order, call), order.currency, order.total_amount) for order in orders
        )
        by_supplier = await dashboard.by_supplier(100)
        assert figures(by_supplier) == added_up(
            (order.supplier_id, order.currency, order.total_amount) for order in orders
        )
        counts = [group.count for group in by_supplier]
        assert counts == sorted(counts, reverse=True)


async def test_months_are_those_that_invoices_bill(call: Call) -> None:
    for where, is_meant in await wheres(call):
        meant = {order.id for order in await everything(call) if is_meant(order)}
        taken = [
            allocation
            for allocation in await Allocation.filter(organization_id=call.organization_id)
            if allocation.purchase_order_id in meant and allocation.ended_at is None
        ]

        by_month = await Dashboard(call, where).by_month(100)

        assert figures(by_month) == added_up(
            (each.period_start.replace(day=1), each.currency, each.amount) for each in taken
        )
        months = [group.key for group in by_month]
        assert months == sorted(months, reverse=True)


async def test_an_invoice_in_parts_counts_once_in_its_month(db: str) -> None:
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order_row(call, supplier)
    invoice = await make_invoice_row(call, supplier, 30)
    for amount in (10, 20):
        await Allocation.create(
            organization_id=call.organization_id,
            invoice=invoice,
            purchase_order=order,
            line=await make_line_row(order),
            currency="USD",
            amount=Decimal(amount),
            period_start=date(2025, 3, 1),
            period_end=date(2025, 3, 31),
        )

    [group] = await Dashboard(call).by_month(1)

    assert (group.key, group.currency, group.count, group.amount) == (date(2025, 3, 1), "USD", 1, Decimal(30))


async def test_what_expires_soon_is_in_force_and_ends_within_the_setting(call: Call) -> None:
    last_day = call.today + timedelta(days=60)
    for where, is_meant in await wheres(call):
        meant = [
            order
            for order in await everything(call)
            if is_meant(order)
            and shown_as(order, call) is MatchingStatus.ACTIVE
            and order.expiration_date is not None
            and order.expiration_date <= last_day
        ]

        found = await keys(await Dashboard(call, where).expiring_soon(first=100), call)

        assert found == in_order((order.expiration_date, order.id) for order in meant)


async def test_what_is_out_of_balance_has_nothing_left_and_is_not_over(call: Call) -> None:
    not_over = {MatchingStatus.ACTIVE, MatchingStatus.SUSPENDED, MatchingStatus.SCHEDULED}
    for where, is_meant in await wheres(call):
        meant = {
            order.id: order for order in await everything(call) if is_meant(order) and shown_as(order, call) in not_over
        }
        orders = [order for order in meant.values() if order.balance_current is not None and order.balance_current <= 0]
        lines = [
            line
            for line in await PurchaseOrderLine.filter(organization_id=call.organization_id)
            if line.purchase_order_id in meant
            and line.balance_current is not None
            and line.balance_current <= 0
            and line.status not in LINES_NOT_IN_FORCE
        ]
        dashboard = Dashboard(call, where)

        assert await keys(dashboard.out_of_balance(first=100), call) == in_order(
            (order.balance_current, order.id) for order in orders
        )
        assert await keys(dashboard.lines_out_of_balance(first=100), call) == in_order(
            (line.balance_current, line.id) for line in lines
        )


async def test_invoices_that_no_order_serves_are_all_there_whatever_orders_are_meant(call: Call) -> None:
    unmatched = [
        invoice
        for invoice in await Invoice.filter(organization_id=call.organization_id)
        if invoice.status is InvoiceStatus.RECEIVED
    ]
    for where, _ in await wheres(call):
        dashboard = Dashboard(call, where)

        assert figures(await dashboard.unmatched_amounts()) == added_up(
            (None, invoice.currency, invoice.total_amount) for invoice in unmatched
        )
        assert await keys(dashboard.unmatched_invoices(first=100), call) == sorted(
            (invoice.id for invoice in unmatched), reverse=True
        )


async def test_an_empty_organization_has_an_empty_dashboard(db: str) -> None:
    call = await make_call()
    dashboard = Dashboard(call)

    assert await dashboard.by_status() == []
    assert await dashboard.by_matching_status() == []
    assert await dashboard.by_supplier(20) == []
    assert await dashboard.by_month(24) == []
    assert await dashboard.unmatched_amounts() == []
    assert await keys(await dashboard.expiring_soon(), call) == []
    assert await keys(dashboard.lines_out_of_balance(), call) == []


@pytest.mark.parametrize("limit", [-1, 0, 101])
async def test_a_list_of_figures_has_one_to_a_hundred_entries(db: str, limit: int) -> None:
    dashboard = Dashboard(await make_call())

    with pytest.raises(BadInput, match=f"There may be 1 to 100 entries; {limit} were asked for."):
        await dashboard.by_supplier(limit)


async def test_each_figure_is_one_statement(call: Call) -> None:
    dashboard = Dashboard(call)

    async def all_figures() -> None:
        await dashboard.by_status()
        await dashboard.by_matching_status()
        await dashboard.by_supplier(20)
        await dashboard.by_month(24)
        await dashboard.unmatched_amounts()

    async with in_transaction():  # one connection, which knows the types after the first time
        await all_figures()
        before = database.statements.total
        await all_figures()

        assert database.statements.total == before + 5
