"""How many invoices a second find their order: 100 active orders of 100 lines, in an organization of its own.

By the operation one after another, from a file by the import, and the pure module alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, cast

import asyncpg
import orjson

from models import database, migrating
from models.statuses.orders import LineItemType, PurchaseOrderStatus
from models.statuses.people import Role
from resolvers.derived import progress
from resolvers.importing import runner
from resolvers.invoicing import invoices
from resolvers.matching.facts import InvoiceFact, LineFact, OrderFact, SellerEntity, Settings
from resolvers.matching.filtering import survey
from resolvers.matching.profile import profile_of
from resolvers.matching.ranking import balances_of, decide
from resolvers.operation import Call
from resolvers.visibility import Actor
from tests.bench.company import PREFIX, on_database
from tests.bench.report import row, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ORDERS: Final = 100
LINES: Final = 100
SELLERS: Final = 4
MONTHS: Final = 3
"""Invoices bill one of so many months: so many times four of them are unlike, and surveyed before the time counts."""
AT_ONCE: Final = 100
"""Rows of the import's file that are handed over together."""

_DATABASE: Final = f"{PREFIX}_matching"
_YEAR: Final = datetime.now(UTC).year

# Every second order is for one seller entity only; lines are for everything, or for usage; every second one is tracked.
_COMPANY: Final = f"""
INSERT INTO organization (id, name, key) VALUES (1, 'Bench Trading', 'bench');
INSERT INTO organization_gate (organization_id) VALUES (1);
INSERT INTO app_user (id, organization_id, name, email, roles) VALUES (1, 1, 'Buyer', 'buyer@example.com', '{{ADMIN}}');
INSERT INTO supplier (id, organization_id, number, name) VALUES (1, 1, 'S1', 'Cloud Provider');
INSERT INTO seller_entity (id, organization_id, supplier_id, name, line_item_types)
SELECT i, 1, 1, 'Seller ' || i, '{{ALL,MONTHLY_USAGE}}' FROM generate_series(1, {SELLERS}) i;
INSERT INTO purchase_order (
    id, organization_id, number, status, currency, supplier_id, business_owner_id, effective_date, expiration_date,
    issued_at, updated_at)
SELECT i, 1, 'PO' || lpad((1000 + i)::text, 7, '0'), 'ORDERED', 'USD', 1, 1, '{_YEAR}-01-01', '{_YEAR}-12-31',
       now(), now() - i * interval '1 minute'
FROM generate_series(1, {ORDERS}) i;
INSERT INTO purchase_order_seller_entity (organization_id, purchase_order_id, seller_entity_id)
SELECT 1, i, 1 + i % {SELLERS} FROM generate_series(1, {ORDERS}, 2) i;
INSERT INTO purchase_order_line (
    organization_id, purchase_order_id, number, currency, line_item_type, unit_price, status, balance_tracked,
    balance_limit, balance_used, balance_current)
SELECT 1, o, n, 'USD', CASE WHEN n % 2 = 0 THEN 'ALL' ELSE 'MONTHLY_USAGE' END, 5000 + n, 'ORDERED', n % 4 < 2,
       CASE WHEN n % 4 < 2 THEN 0 END, CASE WHEN n % 4 < 2 THEN 0 END, CASE WHEN n % 4 < 2 THEN 0 END
FROM generate_series(1, {ORDERS}) o, generate_series(1, {LINES}) n;
"""  # noqa: S608 - our own figures

_ACTOR: Final = Actor(organization_id=1, user_id=1, roles=frozenset({Role.ADMIN}))


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice as it comes in, by its number."""

    number: int

    @property
    def month(self) -> int:
        """The month that is billed."""
        return 1 + self.number % MONTHS

    @property
    def seller(self) -> int:
        """The key of the company that bills."""
        return 1 + self.number // MONTHS % SELLERS

    @property
    def amount(self) -> Decimal:
        """What it bills, in USD."""
        return Decimal(1000 + self.number * 37 % 9000).scaleb(-2)


async def measure(server: str, seconds: float) -> None:
    """Measures and prints, so many seconds each."""
    say(f"Matching, {ORDERS} active orders of {LINES} lines:")
    for title, rate in _pure(seconds).items():
        say(row(title, rate))
    url = on_database(server, _DATABASE)
    run = cast("Any", await asyncpg.connect(server))
    await run.execute(f'DROP DATABASE IF EXISTS "{_DATABASE}" WITH (FORCE)')
    await run.execute(f'CREATE DATABASE "{_DATABASE}" TEMPLATE template0')
    try:
        await database.connect(database.Access(url=url))
        try:
            await make_company(url)
            numbers = count()
            for _ in range(MONTHS * SELLERS):
                await _record(Bill(next(numbers)))
            say(row("  recorded and matched one by one, by the operation", await _one_by_one(numbers, seconds)))
            say(row("  imported from a file, recorded and matched", await _imported(numbers, seconds)))
        finally:
            await database.disconnect()
    finally:
        await run.execute(f'DROP DATABASE IF EXISTS "{_DATABASE}" WITH (FORCE)')
        await run.close()


async def make_company(url: str) -> None:
    """The tables, and the organization in them."""
    await migrating.migrate()
    run = cast("Any", await asyncpg.connect(url))
    await run.execute(_COMPANY)
    await run.close()
    await progress.refresh(range(1, ORDERS + 1))
    await database.connection().execute_script("ANALYZE")


async def _one_by_one(numbers: Iterator[int], seconds: float) -> float:
    started, done = perf_counter(), 0
    while perf_counter() - started < seconds:
        await _record(Bill(next(numbers)))
        done += 1
    return done / (perf_counter() - started)


async def _record(bill: Bill) -> None:
    await invoices.record(
        Call(_ACTOR, datetime.now(UTC)),
        {
            "supplier_id": "sup_1",
            "seller_entity_id": f"sel_{bill.seller}",
            "supplier_invoice_number": f"B{bill.number}",
            "currency": "USD",
            "total_amount": bill.amount,
            "invoice_date": date(_YEAR, bill.month, 28),
            "billing_period_start": date(_YEAR, bill.month, 1),
            "billing_period_end": date(_YEAR, bill.month, 28),
        },
    )


async def _imported(numbers: Iterator[int], seconds: float) -> float:
    started = perf_counter()
    totals = await runner.import_file(
        Call(_ACTOR, datetime.now(UTC)),
        _file(numbers, started + seconds),
        runner.Options(supplier="sup_1"),
        told=lambda _totals, _reports: None,
    )
    assert totals.problem is None
    assert totals.rejected == 0
    return totals.recorded / (perf_counter() - started)


def _file(numbers: Iterator[int], until: float) -> Iterator[bytes]:
    """A file whose end is not known at its beginning: it goes on until the time is over."""
    yield b'{"InvoiceSummaries": ['
    separator = b""
    while perf_counter() < until:
        yield separator + b",".join(orjson.dumps(summary(Bill(next(numbers)))) for _ in range(AT_ONCE))
        separator = b","
    yield b"]}"


def summary(bill: Bill) -> dict[str, Any]:
    """The invoice as the AWS command line prints it."""
    amount = str(bill.amount)
    return {
        "AccountId": "111122223333",
        "InvoiceId": f"B{bill.number}",
        "IssuedDate": f"{_YEAR}-{bill.month:02}-28T00:00:00+00:00",
        "DueDate": f"{_YEAR + 1}-{bill.month:02}-28T00:00:00+00:00",
        "Entity": {"InvoicingEntity": f"Seller {bill.seller}", "BillingEntity": "AWS"},
        "BillingPeriod": {"Month": bill.month, "Year": _YEAR},
        "InvoiceFrequency": "RECURRING",
        "BillType": "ANNIVERSARY",
        "InvoiceType": "INVOICE",
        "BaseCurrencyAmount": {
            "TotalAmount": amount,
            "TotalAmountBeforeTax": amount,
            "CurrencyCode": "USD",
            "AmountBreakdown": {"SubTotalAmount": amount, "Taxes": {"TotalAmount": "0.00"}},
        },
    }


def _pure(seconds: float) -> dict[str, float]:
    """The pure module: the first stage anew for every invoice, and the second on surveys that are there."""
    orders, settings = _order_facts(), Settings()
    facts = [_invoice_fact(Bill(number)) for number in range(MONTHS * SELLERS)]
    surveys = [survey(profile_of(fact, settings), orders) for fact in facts[:4]]
    balances = balances_of(orders)
    return {
        "  surveyed, nothing kept (pure)": _rate(
            seconds / 2, lambda at: survey(profile_of(facts[at % len(facts)], settings), orders)
        ),
        "  decided on kept surveys, every candidate explained (pure)": _rate(
            seconds / 4, lambda at: decide(facts[at % 4], surveys[at % 4], balances, settings.overdraw)
        ),
        "  decided on kept surveys, 20 candidates explained (pure)": _rate(
            seconds / 4, lambda at: decide(facts[at % 4], surveys[at % 4], balances, settings.overdraw, spelled_out=20)
        ),
    }


def _rate(seconds: float, work: Callable[[int], object]) -> float:
    started, done = perf_counter(), 0
    while perf_counter() - started < seconds:
        work(done)
        done += 1
    return done / (perf_counter() - started)


def _order_facts() -> tuple[OrderFact, ...]:
    """The same orders as in the database, as the module is told them."""
    return tuple(
        OrderFact(
            id=key,
            number=f"PO{1000 + key:07}",
            status=PurchaseOrderStatus.ORDERED,
            currency="USD",
            effective_date=date(_YEAR, 1, 1),
            expiration_date=date(_YEAR, 12, 31),
            seller_entities=frozenset({_seller(1 + key % SELLERS)} if key % 2 else ()),
            edited_at=datetime.fromtimestamp(key * 60, UTC),
            lines=tuple(_line_fact(key, number) for number in range(1, LINES + 1)),
        )
        for key in range(1, ORDERS + 1)
    )


def _line_fact(order: int, number: int) -> LineFact:
    return LineFact(
        id=order * LINES + number,
        number=number,
        line_item_type=LineItemType.MONTHLY_USAGE if number % 2 else LineItemType.ALL,
        balance=Decimal(5000 + number) if number % 4 < 2 else None,
    )


def _invoice_fact(bill: Bill) -> InvoiceFact:
    first, last = date(_YEAR, bill.month, 1), date(_YEAR, bill.month, 28)
    return InvoiceFact(
        currency="USD",
        amount=bill.amount,
        invoice_date=last,
        billing_period=(first, last),
        seller_entity=_seller(bill.seller),
    )


def _seller(key: int) -> SellerEntity:
    return SellerEntity(id=key, name=f"Seller {key}")
