"""The derived figures of lines and orders."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from models.invoice import Allocation, Invoice, InvoiceLine
from models.statuses.invoices import InvoiceStatus
from models.statuses.orders import LineStatus, OrderType
from resolvers.derived import progress
from tests.factories import make_call, make_invoice_row, make_line_row, make_order_row

if TYPE_CHECKING:
    from models.purchase_order import PurchaseOrderLine
    from resolvers.operation import Call


async def allocate(
    call: Call, line: PurchaseOrderLine, amount: int, month: int = 3, status: InvoiceStatus = InvoiceStatus.MATCHED
) -> Invoice:
    order = await line.purchase_order
    invoice = await make_invoice_row(call, await order.supplier, amount, status=status)
    await Allocation.create(
        organization_id=call.organization_id,
        invoice=invoice,
        purchase_order=order,
        line=line,
        currency="USD",
        amount=Decimal(amount),
        period_start=date(2025, month, 1),
        period_end=date(2025, month, 30),
    )
    return invoice


async def test_a_balance_is_the_amount_with_tax_less_what_invoices_take(db: str):
    call = await make_call()
    order = await make_order_row(call)
    line = await make_line_row(order, 10000, balance_current=1)
    await allocate(call, line, 2000, 3)
    await allocate(call, line, 600, 4)

    await progress.refresh([order.id])

    await line.refresh_from_db()
    await order.refresh_from_db()
    assert (line.amount, line.invoiced_amount, line.invoiced_percent, line.invoice_count) == (10000, 2600, 26, 2)
    assert (line.balance_limit, line.balance_used, line.balance_current, line.balance_percent) == (
        10000,
        2600,
        7400,
        74,
    )
    # 2,600 in the 61 days from 1 March to 30 April: 43.33 in 60 days would be wrong
    assert (line.forecast_burn_per_day, line.forecast_runs_out_on, line.forecast_basis) == (
        Decimal("42.62"),
        date(2025, 10, 21),
        2,
    )
    assert (order.total_amount, order.net_amount, order.discount_amount) == (10000, 10000, 0)
    assert (order.billed_amount, order.billed_percent, order.in_process_invoiced_amount) == (2600, 26, 2600)
    assert (order.invoiced_amount, order.outstanding_payable, order.amount_paid) == (0, 0, 0)
    assert (order.remaining_balance, order.received_amount, order.received_percent) == (10000, 0, 0)
    assert order.released_amount is None
    assert (order.balance_limit, order.balance_used, order.balance_current, order.balance_percent) == (
        10000,
        2600,
        7400,
        74,
    )


async def test_an_invoice_counts_by_its_status(db: str):
    call = await make_call()
    order = await make_order_row(call)
    line = await make_line_row(order, 1000)
    await allocate(call, line, 100, status=InvoiceStatus.MATCHED)
    await allocate(call, line, 20, status=InvoiceStatus.CONFIRMED)
    await allocate(call, line, 3, status=InvoiceStatus.PAID)

    await progress.refresh(await progress.settle([invoice.id for invoice in await Invoice.all()]))

    await line.refresh_from_db()
    await order.refresh_from_db()
    assert (line.invoiced_amount, line.balance_current, line.invoice_count) == (123, 877, 3)
    assert (order.billed_amount, order.invoiced_amount, order.in_process_invoiced_amount) == (123, 23, 100)
    assert (order.outstanding_payable, line.confirmed_amount) == (23, 23)


async def test_an_invoice_allocated_line_by_line_is_one_invoice(db: str):
    call = await make_call()
    order = await make_order_row(call)
    line = await make_line_row(order, 1000, quantity=Decimal(10))
    await allocate(call, line, 1)
    invoice = await make_invoice_row(call, await order.supplier, 30)
    for number in (1, 2):
        part = await InvoiceLine.create(
            organization_id=call.organization_id, invoice=invoice, number=number, currency="USD", amount=15
        )
        await Allocation.create(
            organization_id=call.organization_id,
            invoice=invoice,
            invoice_line=part,
            purchase_order=order,
            line=line,
            currency="USD",
            amount=15,
            quantity=2,
            period_start=date(2025, 3, 1),
            period_end=date(2025, 3, 31),
        )

    await progress.refresh([order.id])

    await line.refresh_from_db()
    assert (line.invoice_count, line.invoiced_amount) == (2, 31)
    # 1.00 without a quantity is a thousandth of the line's 10,000.00, which are 10
    assert line.invoiced_quantity == Decimal("4.001")


async def test_an_ended_allocation_takes_nothing(db: str):
    call = await make_call()
    order = await make_order_row(call)
    line = await make_line_row(order, 1000)
    await allocate(call, line, 100)
    await Allocation.all().update(ended_at=call.now)

    await progress.refresh([order.id])

    await line.refresh_from_db()
    assert (line.balance_current, line.invoice_count, line.forecast_basis) == (1000, 0, 0)
    assert line.forecast_burn_per_day is None


async def test_a_line_that_is_not_tracked_has_no_balance_and_its_order_only_that_of_the_others(db: str):
    call = await make_call()
    order = await make_order_row(call)
    tracked = await make_line_row(order, 1000)
    untracked = await make_line_row(
        order,
        500,
        balance_tracked=False,
        balance_limit=None,
        balance_used=None,
        balance_current=None,
        balance_percent=None,
    )
    await allocate(call, tracked, 10)
    await allocate(call, untracked, 200)

    await progress.refresh([order.id])

    await untracked.refresh_from_db()
    await order.refresh_from_db()
    assert (untracked.invoiced_amount, untracked.balance_current, untracked.forecast_basis) == (200, None, 0)
    assert (order.total_amount, order.billed_amount, order.balance_limit, order.balance_current) == (
        1500,
        210,
        1000,
        990,
    )


async def test_an_order_without_tracked_lines_has_no_balance(db: str):
    call = await make_call()
    order = await make_order_row(call, balance_limit=1, balance_current=1)

    await progress.refresh([order.id])

    await order.refresh_from_db()
    assert (order.balance_limit, order.balance_used, order.balance_current, order.balance_percent) == (None,) * 4
    assert (order.total_amount, order.billed_amount, order.billed_percent) == (0, 0, 0)


async def test_a_canceled_line_counts_in_no_total_and_keeps_what_was_taken(db: str):
    call = await make_call()
    order = await make_order_row(call)
    await make_line_row(order, 1000)
    canceled = await make_line_row(order, 400, canceled_at=call.now)
    await allocate(call, canceled, 50)

    await progress.refresh([order.id])

    await canceled.refresh_from_db()
    await order.refresh_from_db()
    assert (canceled.amount, canceled.balance_limit, canceled.balance_current) == (400, 0, -50)
    assert (canceled.status, canceled.effective_amount) == (LineStatus.CLOSED_CANCELED, 0)
    assert (order.total_amount, order.balance_limit, order.balance_current) == (1000, 1000, 950)


async def test_the_discount_applies_from_the_minimum_spend_on(db: str):
    call = await make_call()
    below = await make_order_row(call, minimum_spend=1000, discount_percentage=Decimal("2.5"))
    await make_line_row(below, Decimal("999.99"))
    reached = await make_order_row(call, minimum_spend=1000, discount_percentage=Decimal("2.5"))
    await make_line_row(reached, 1000)

    await progress.refresh([below.id, reached.id])

    await below.refresh_from_db()
    await reached.refresh_from_db()
    assert (below.discount_amount, below.net_amount) == (0, Decimal("999.99"))
    assert (reached.discount_amount, reached.net_amount, reached.total_amount) == (25, 975, 1000)


async def test_what_does_not_apply_to_a_blanket_order_is_null(db: str):
    call = await make_call()
    order = await make_order_row(
        call, order_type=OrderType.BLANKET, minimum_spend=1, discount_percentage=50, received_amount=None
    )
    await make_line_row(order, 1000)

    await progress.refresh([order.id])

    await order.refresh_from_db()
    assert (order.total_amount, order.net_amount, order.released_amount) == (1000, 1000, 0)
    for name in (
        "discount_amount",
        "received_amount",
        "received_percent",
        "invoiced_amount",
        "in_process_invoiced_amount",
        "billed_amount",
        "billed_percent",
        "amount_paid",
        "remaining_balance",
        "outstanding_payable",
    ):
        assert getattr(order, name) is None, name


async def test_only_the_lines_that_can_have_changed_need_computing(db: str):
    call = await make_call()
    order = await make_order_row(call)
    first, second = await make_line_row(order, 1000), await make_line_row(order, 1000)
    await progress.refresh([order.id])
    await allocate(call, second, 300)

    await progress.refresh([order.id], lines=[second.id])

    await first.refresh_from_db()
    await second.refresh_from_db()
    await order.refresh_from_db()
    assert (first.balance_current, second.balance_current, order.balance_current) == (1000, 700, 1700)
