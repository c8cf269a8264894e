"""Files of any length are imported batch by batch, as far as they go."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from tortoise.transactions import in_transaction

from models import database
from models.invoice import Invoice
from models.purchase_order import PurchaseOrder
from models.statuses.invoices import ImportRowOutcome
from models.statuses.orders import LineItemType
from resolvers.importing.runner import BATCH, Importer, Options, Totals, import_document, import_file
from tests.factories import make_line_row
from tests.summaries import billed, credit, document, left_on, placed, purchase, stored, summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from resolvers.importing.runner import RowReport
    from resolvers.operation import Call

RECORDED, UNCHANGED, REJECTED = ImportRowOutcome.RECORDED, ImportRowOutcome.UNCHANGED, ImportRowOutcome.REJECTED


@pytest.fixture
async def call(db: str) -> Call:
    return await billed()


class Told:
    """What was told of a file on the way."""

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.reports: list[RowReport] = []

    def __call__(self, totals: Totals, reports: Sequence[RowReport]) -> None:
        self.rows.append(totals.rows)
        self.reports += reports


def pieces(text: str, size: int = 1000) -> Iterator[bytes]:
    whole = text.encode()
    yield from (whole[at : at + size] for at in range(0, len(whole), size))


async def test_a_file_is_imported_in_batches(call: Call) -> None:
    rows = [summary(f"{at:04}", "1.00") for at in range(2 * BATCH + 10)]
    rows[3]["InvoiceId"] = None
    told = Told()

    totals = await import_file(call, pieces(document(*rows)), Options(), told=told)

    assert totals == Totals(recorded=1009, unchanged=0, rejected=1)
    assert told.rows == [500, 1000, 1010]
    assert [report.index for report in told.reports] == list(range(1010))
    assert await left_on("PO-1") == Decimal(10_000 - 1009)


async def test_a_file_that_breaks_off_is_imported_up_to_there(call: Call) -> None:
    text = document(*[summary(f"{at:04}", "1.00") for at in range(BATCH + 10)])

    totals = await import_file(call, pieces(text[: text.index("0507")]), Options(), told=Told())

    assert (totals.recorded, totals.rejected) == (507, 0)
    assert totals.problem is not None
    assert "after 507 rows" in totals.problem.message
    assert await Invoice.all().count() == 507
    rest = await import_file(call, pieces(text), Options(), told=Told())
    assert rest == Totals(recorded=3, unchanged=507)


async def test_a_credit_memo_follows_its_invoice_that_comes_after_it_in_the_batch(call: Call) -> None:
    order = await PurchaseOrder.get(number="PO-1")
    await make_line_row(order, line_item_type=LineItemType.SUBSCRIPTION_PURCHASE)
    text = document(credit("2", "1", "-200.00", InvoiceFrequency="ONE_TIME"), summary("1", "600.00"))

    await import_file(call, pieces(text), Options(), told=Told())

    places = await placed()
    assert places["2"] == places["1"]


async def test_a_dry_run_tells_everything_and_stores_nothing(call: Call) -> None:
    before = await stored()
    rows = [summary("1"), purchase("2", "poc1"), summary("3", "x"), summary("1")]
    told = Told()

    totals = await import_file(call, pieces(document(*rows)), Options(), dry_run=True, told=told)

    assert totals == Totals(recorded=2, unchanged=1, rejected=1)
    assert [report.outcome for report in told.reports] == [RECORDED, RECORDED, REJECTED, UNCHANGED]
    assert await stored() == before


async def test_a_list_that_goes_on_says_so(call: Call) -> None:
    text = document(summary("1")).replace("{", '{"NextToken": "abc", ', 1)

    totals = await import_file(call, pieces(text), Options(), told=Told())

    assert totals == Totals(recorded=1, goes_on=True)


async def test_many_rows_cost_as_many_statements_as_few(call: Call) -> None:
    async def statements(first: int, count: int) -> int:
        rows = [summary(f"{at}", "1.00") for at in range(first, first + count)]
        before = database.statements.total
        await import_document(call, document(*rows), Options())
        return database.statements.total - before

    async with in_transaction():  # one connection, which knows the types after the first time
        await statements(0, 2)
        few = await statements(10, 2)

        assert await statements(100, 400) == few


async def test_importing_knows_no_more_rows_at_once_than_a_batch(call: Call) -> None:
    importer = await Importer.begin(call, Options())

    assert await importer.record([]) == []
