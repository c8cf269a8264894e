"""Who is told what: notices that operations queue in their own transaction (B3, B4, B7, M9b)."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from tortoise.transactions import in_transaction

from mailers.causes import Cause
from models import database
from models.notice import Notice
from models.organization import User
from models.statuses.people import NoticeKind, NoticeState
from resolvers.errors import Refusals
from resolvers.importing.runner import Options, Totals, import_document, import_file
from resolvers.invoicing import invoice_matching, invoices
from resolvers.invoicing.invoice_batches import record_many
from resolvers.orders import purchase_order_lines as lines
from resolvers.orders import purchase_order_states
from resolvers.telling.occasions import occasion
from tests.factories import (
    make_call,
    make_seller_entity,
    make_supplier,
)
from tests.invoicing import make_order, new_invoice, record
from tests.noticing import ADA, BOB, CONTACTS, queued, settings, told_lines
from tests.ordering import asked, the_line
from tests.summaries import SELLER, summary

if TYPE_CHECKING:
    from models.purchase_order import PurchaseOrder
    from models.supplier import Supplier
    from resolvers.operation import Call

KIND = NoticeKind.BALANCE_BELOW


@pytest.fixture
async def call(db: str) -> Call:
    return await make_call()


@pytest.fixture
async def supplier(call: Call) -> Supplier:
    return await make_supplier(call.organization_id)


# -------------------------------------------------------------------------------------------------------- balances


async def test_nobody_is_told_at_eighty_percent_and_each_contact_once_at_seventy_four(call: Call, supplier: Supplier):
    order = await make_order(call, supplier, 10_000, contacts=CONTACTS)

    await record(call, supplier, 2_000, 3)
    assert await queued() == []
    await record(call, supplier, 600, 4)

    assert await queued() == [(KIND, ADA), (KIND, BOB)]
    notice = await Notice.all().order_by("id").first()
    assert notice is not None
    cause = Cause.read(notice.cause)
    assert cause.order is not None
    assert (cause.order.number, cause.order.supplier) == (order.number, supplier.name)
    assert cause.order.balance is not None
    assert cause.order.balance.current == 7_400
    [line] = cause.lines
    assert (line.number, line.thresholds, line.balance.limit, line.balance.current) == (1, (75,), 10_000, 7_400)
    assert line.runs_out_on == date(2025, 10, 13)
    assert (notice.purchase_order_id, notice.state, notice.created_at) == (order.id, NoticeState.PENDING, call.now)


async def test_exactly_seventy_five_percent_tells_nobody_and_the_next_cent_does(call: Call, supplier: Supplier):
    await make_order(call, supplier, 10_000, contacts=CONTACTS[:1])

    await record(call, supplier, 2_500)
    assert await queued() == []
    await record(call, supplier, "0.01")

    assert await queued() == [(KIND, ADA)]


async def test_what_falls_further_is_not_told_again_and_what_falls_again_is(call: Call, supplier: Supplier):
    await make_order(call, supplier, 10_000, contacts=CONTACTS[:1])
    await record(call, supplier, 3_000)
    await record(call, supplier, 1_000)
    assert len(await queued()) == 1

    credit = await record(call, supplier, -2_000, kind="CREDIT_MEMO")
    assert len(await queued()) == 1
    await invoices.cancel(call, f"inv_{credit.id}", reason="a mistake")

    assert await queued() == [(KIND, ADA), (KIND, ADA)]


async def test_nothing_left_is_told_at_zero(call: Call, supplier: Supplier):
    await make_order(call, supplier, 100, contacts=CONTACTS[:1])

    await record(call, supplier, 90)
    await record(call, supplier, 10)
    await record(call, supplier, 400)

    assert await queued() == [(KIND, ADA), (NoticeKind.BALANCE_EXHAUSTED, ADA)]


async def test_one_invoice_that_passes_everything_is_one_mail(call: Call, supplier: Supplier):
    await settings(call, balance_thresholds=[75, 50])
    await make_order(call, supplier, 100, contacts=CONTACTS[:1])

    await record(call, supplier, 120)

    assert await queued() == [(NoticeKind.BALANCE_EXHAUSTED, ADA)]
    assert await told_lines() == [[(1, (75, 50, 0), -20)]]


async def test_each_organization_has_its_own_thresholds(call: Call, supplier: Supplier):
    await settings(call, balance_thresholds=[50])
    await make_order(call, supplier, 10_000, contacts=CONTACTS[:1])

    await record(call, supplier, 3_000)
    assert await queued() == []
    await record(call, supplier, 2_001)

    assert await told_lines() == [[(1, (50,), 4_999)]]


async def test_each_contact_hears_what_they_have_not_muted(call: Call, supplier: Supplier):
    muted: list[Any] = [
        {**CONTACTS[0], "muted_notices": ["BALANCE_BELOW"]},
        {**CONTACTS[1], "muted_notices": ["BALANCE_EXHAUSTED"]},
    ]
    await make_order(call, supplier, 100, contacts=muted)

    await record(call, supplier, 30)
    await record(call, supplier, 70)

    assert await queued() == [(KIND, BOB), (NoticeKind.BALANCE_EXHAUSTED, ADA)]


async def test_a_line_that_is_not_tracked_tells_nothing(call: Call, supplier: Supplier):
    await make_order(call, supplier, {"unit_price": Decimal(100), "balance_tracked": False}, contacts=CONTACTS)

    await record(call, supplier, 100)

    assert await queued() == []


async def test_an_order_without_contacts_tells_nobody(call: Call, supplier: Supplier):
    await make_order(call, supplier, 100)

    await record(call, supplier, 100)

    assert await queued() == []


async def test_a_price_that_is_lowered_lowers_what_is_left(call: Call, supplier: Supplier):
    order = await make_order(call, supplier, 10_000, contacts=CONTACTS[:1])
    await record(call, supplier, 2_000)

    await lines.update(call, await the_line(order), {"unit_price": Decimal(4_000)})

    assert await told_lines() == [[(1, (75,), 2_000)]]


async def test_tracking_what_is_low_already_is_told(call: Call, supplier: Supplier):
    order = await make_order(
        call, supplier, {"unit_price": Decimal(100), "balance_tracked": False}, contacts=CONTACTS[:1]
    )
    await record(call, supplier, 60)

    await lines.update(call, await the_line(order), {"balance_tracked": True})

    assert await told_lines() == [[(1, (75,), 40)]]


async def test_what_is_refused_tells_nobody(call: Call, supplier: Supplier):
    await make_order(call, supplier, 100, contacts=CONTACTS)
    written = await record(call, supplier, 10)

    with pytest.raises(Refusals):
        await record(call, supplier, 90, supplier_invoice_number=written.supplier_invoice_number)

    assert await queued() == []


async def test_what_is_rolled_back_tells_nobody(call: Call, supplier: Supplier):
    await make_order(call, supplier, 100, contacts=CONTACTS)

    with pytest.raises(ZeroDivisionError):
        await _recorded_and_undone(call, supplier)

    assert await queued() == []


async def _recorded_and_undone(call: Call, supplier: Supplier) -> None:
    async with in_transaction():
        await record(call, supplier, 90)
        raise ZeroDivisionError


# ---------------------------------------------------------------------------------------------------------- imports


async def two_lines(call: Call, supplier: Supplier, **fields: Any) -> PurchaseOrder:
    """An order with a line for usage and one for subscriptions, both of 1,000."""
    return await make_order(
        call,
        supplier,
        {"unit_price": Decimal(1_000), "line_item_type": "MONTHLY_USAGE"},
        {"unit_price": Decimal(1_000), "line_item_type": "SUBSCRIPTION_PURCHASE"},
        **{"contacts": CONTACTS[:1], **fields},
    )


def document(*rows: dict[str, Any]) -> str:
    return json.dumps({"InvoiceSummaries": rows})


async def company(call: Call, supplier: Supplier) -> Options:
    """The seller of the lists is the supplier's."""
    await make_seller_entity(supplier, SELLER)
    return Options()


def one_time(number: str, amount: str) -> dict[str, Any]:
    return summary(number, amount) | {"InvoiceFrequency": "ONE_TIME"}


async def test_lines_of_one_order_that_fall_in_one_import_make_one_mail(call: Call, supplier: Supplier):
    options = await company(call, supplier)
    await two_lines(call, supplier)

    await import_document(call, document(summary("1", "300.00"), one_time("2", "2000.00")), options)

    assert await queued() == [(NoticeKind.BALANCE_EXHAUSTED, ADA)]
    assert await told_lines() == [[(1, (75,), 700), (2, (75, 0), -1_000)]]


async def test_batches_of_one_file_make_one_mail_with_the_figures_at_the_end(call: Call, supplier: Supplier):
    options = await company(call, supplier)
    await two_lines(call, supplier)
    rows = [summary(str(number), "1.00") for number in range(520)] + [one_time("last", "300.00")]
    batches: list[Totals] = []

    await import_file(call, [document(*rows).encode()], options, told=lambda totals, _: batches.append(totals))

    assert len(batches) == 2, "two transactions"
    assert await told_lines() == [[(1, (75,), 480), (2, (75,), 700)]]
    [notice] = await Notice.all()
    assert notice.next_attempt_at == call.now


async def test_while_the_import_goes_on_its_mails_wait(call: Call, supplier: Supplier):
    await two_lines(call, supplier)

    async with occasion(call) as part:
        await record(part, supplier, 300)
        [notice] = await Notice.all()
        assert notice.next_attempt_at == call.now + timedelta(minutes=15)

    await notice.refresh_from_db()
    assert notice.next_attempt_at == call.now


async def test_what_rises_again_before_the_end_is_not_told(call: Call, supplier: Supplier):
    await two_lines(call, supplier)

    async with occasion(call) as part:
        await record(part, supplier, 300)
        await record(part, supplier, -300, kind="CREDIT_MEMO")

    [notice] = await Notice.all()
    assert (notice.state, notice.last_error) == (NoticeState.CANCELED, "the balance has risen again")


async def test_an_import_that_fails_lets_its_mails_go(call: Call, supplier: Supplier):
    await two_lines(call, supplier)

    with pytest.raises(ZeroDivisionError):
        await _recorded_before_the_end(call, supplier)

    [notice] = await Notice.all()
    assert (notice.state, notice.next_attempt_at) == (NoticeState.PENDING, call.now)


async def _recorded_before_the_end(call: Call, supplier: Supplier) -> None:
    async with occasion(call) as part:
        await record(part, supplier, 300)
        raise ZeroDivisionError


async def test_two_imports_make_two_mails(call: Call, supplier: Supplier):
    await two_lines(call, supplier)

    for category in ("USAGE", "SUBSCRIPTION"):
        async with occasion(call) as part:
            await record(part, supplier, 300, category=category)

    assert await told_lines() == [[(1, (75,), 700)], [(2, (75,), 700)]]


async def test_a_mail_that_is_on_its_way_already_is_not_changed(call: Call, supplier: Supplier):
    await two_lines(call, supplier)

    async with occasion(call) as part:
        await record(part, supplier, 300)
        await Notice.all().update(state=NoticeState.SENT)
        await record(part, supplier, 300, category="SUBSCRIPTION")

    assert await told_lines() == [[(1, (75,), 700)], [(2, (75,), 700)]]


async def test_an_import_costs_the_same_statements_whoever_is_told(call: Call, supplier: Supplier):
    async def statements(orders: int) -> int:
        for _ in range(orders):
            await make_order(call, supplier, 10, contacts=CONTACTS)
        rows = [new_invoice(supplier, 9) for _ in range(orders)]
        before = database.statements.total
        await record_many(call, rows)
        return database.statements.total - before

    assert await statements(1) == await statements(30)
    assert len(await queued()) == 2 * 31


# ----------------------------------------------------------------------------------------------------------- orders


async def test_contacts_are_told_that_an_order_was_suspended_by_whom_and_why(call: Call, supplier: Supplier):
    muted = {**CONTACTS[1], "muted_notices": ["ORDER_SUSPENDED"]}
    order = await make_order(call, supplier, contacts=[CONTACTS[0], muted])

    await purchase_order_states.suspend(call, asked(order, reason="The contract is not signed."))

    assert await queued() == [(NoticeKind.ORDER_SUSPENDED, ADA)]
    [notice] = await Notice.all()
    cause = Cause.read(notice.cause)
    assert (cause.by, cause.reason) == (await name_of(call), "The contract is not signed.")


async def name_of(call: Call) -> str:
    return (await User.get(id=call.actor.user_id)).name


async def test_contacts_are_told_that_an_order_was_closed(call: Call, supplier: Supplier):
    order = await make_order(call, supplier, contacts=CONTACTS)

    await purchase_order_states.close(call, asked(order))

    assert await queued() == [(NoticeKind.ORDER_CLOSED, ADA), (NoticeKind.ORDER_CLOSED, BOB)]


async def test_resuming_and_extending_tell_nobody(call: Call, supplier: Supplier):
    order = await make_order(call, supplier, contacts=CONTACTS[:1])
    await purchase_order_states.suspend(call, asked(order))

    await purchase_order_states.resume(call, asked(order))
    await purchase_order_states.extend(call, asked(order), date(2026, 12, 31))

    assert await queued() == [(NoticeKind.ORDER_SUSPENDED, ADA)]


async def test_suspending_twice_is_refused_and_told_once(call: Call, supplier: Supplier):
    order = await make_order(call, supplier, contacts=CONTACTS[:1])
    await purchase_order_states.suspend(call, asked(order))

    with pytest.raises(Refusals):
        await purchase_order_states.suspend(call, asked(order))

    assert len(await queued()) == 1


# --------------------------------------------------------------------------------------------------------- invoices


async def test_the_address_of_the_settings_is_told_of_invoices_that_find_no_order(call: Call, supplier: Supplier):
    await settings(call, unmatched_address="ap@example.com")
    options = await company(call, supplier)

    await import_document(call, document(*(summary(str(number)) for number in range(25))), options)

    assert await queued() == [(NoticeKind.INVOICE_UNMATCHED, "ap@example.com")]
    [notice] = await Notice.all()
    cause = Cause.read(notice.cause)
    assert (cause.invoice_count, len(cause.invoices)) == (25, 20)
    assert (cause.invoices[0].number, cause.invoices[0].supplier, cause.invoices[0].amount) == ("0", supplier.name, 100)


async def test_without_an_address_nobody_is_told_of_them(call: Call, supplier: Supplier):
    await record(call, supplier, 100)

    assert await queued() == []


async def test_an_invoice_that_still_finds_no_order_is_not_told_again(call: Call, supplier: Supplier):
    await settings(call, unmatched_address="ap@example.com")
    invoice = await record(call, supplier, 100)
    await make_order(call, supplier, effective_date=date(2025, 7, 1))
    await invoice_matching.match(call, f"inv_{invoice.id}")

    assert len(await queued()) == 1
