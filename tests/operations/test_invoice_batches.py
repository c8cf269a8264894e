"""Many invoices at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from models import database
from models.invoice import Invoice
from models.match import Match
from models.statuses.invoices import ImportRowOutcome, InvoiceKind, InvoiceStatus
from resolvers.errors import AlreadyTaken, DuplicateInvoice, InvalidAmount, InvalidValue, NotFound
from resolvers.ids import id_of
from resolvers.invoicing import invoices
from resolvers.invoicing.invoice_batches import Outcome, record_many
from resolvers.rules.invoice_document import NewInvoiceLine
from tests.factories import make_call, make_seller_entity, make_supplier
from tests.invoicing import balances_of, counts, document, lines_of, make_order, new_invoice, places_of, record

RECORDED, UNCHANGED, REJECTED = ImportRowOutcome.RECORDED, ImportRowOutcome.UNCHANGED, ImportRowOutcome.REJECTED


async def test_a_batch_is_matched_in_its_order_at_the_balances_that_its_own_invoices_leave(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, 100, 100)

    done = await record_many(call, [new_invoice(supplier, amount) for amount in (60, 50, 40, 60)])

    assert [outcome.outcome for outcome in done] == [RECORDED] * 4
    stored = [await Invoice.get(id=outcome.invoice_id) for outcome in done]
    assert [(await places_of(invoice))[0][1] for invoice in stored] == [1, 2, 1, 1]
    assert await balances_of(order) == [-60, 50]
    chain = [(match.balance_before, match.balance_after) for match in await Match.all().order_by("invoice_id")]
    assert chain == [(100, 40), (100, 50), (40, 0), (0, -60)]


async def test_a_batch_and_one_by_one_end_the_same(db: str):
    call, other = await make_call(), await make_call()
    ends: list[list[Decimal | None]] = []
    decisions: list[list[tuple[str, str]]] = []
    for each in (call, other):
        supplier = await make_supplier(each.organization_id)
        order = await make_order(each, supplier, 300, {"line_item_type": "MONTHLY_USAGE", "unit_price": Decimal(200)})
        rows = [new_invoice(supplier, amount, supplier_invoice_number=f"N-{amount}") for amount in range(10, 100, 7)]
        rows.append(
            replace(rows[0], supplier_invoice_number="C", kind=InvoiceKind.CREDIT_MEMO, total_amount=Decimal(-5))
        )
        rows[-1] = replace(rows[-1], original_invoice_number="N-17")
        if each is call:
            await record_many(each, rows)
        else:
            for row in rows:
                await record_many(each, [row])
        ends.append(await balances_of(order))
        found = await Match.filter(organization_id=each.organization_id).order_by("invoice_id")
        decisions.append([(match.outcome, match.reason.replace(order.number, "PO")) for match in found])

    assert ends[0] == ends[1]
    assert decisions[0] == decisions[1]


async def test_the_same_batch_again_changes_nothing(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, 1_000)
    rows = [new_invoice(supplier, 10, lines=(NewInvoiceLine(amount=Decimal(10)),)), new_invoice(supplier, 20)]
    first = await record_many(call, rows)
    before = await counts()

    again = await record_many(call, rows)

    assert again == [Outcome(UNCHANGED, outcome.invoice_id) for outcome in first]
    assert await counts() == before
    assert await balances_of(order) == [970]


async def test_the_same_invoice_twice_in_a_batch_is_one(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    row = new_invoice(supplier, 10)

    done = await record_many(call, [row, row, replace(row, total_amount=Decimal(11))])

    assert [outcome.outcome for outcome in done] == [RECORDED, UNCHANGED, REJECTED]
    assert done[1].invoice_id == done[0].invoice_id
    (refusal,) = done[2].refusals
    assert isinstance(refusal, DuplicateInvoice)
    assert refusal.existing == id_of(Invoice, done[0].invoice_id or 0)
    assert refusal.differences == ("totalAmount", "amountBeforeTax")


async def test_a_bad_invoice_is_rejected_with_its_reasons_and_stops_no_other(db: str):
    call, other = await make_call(), await make_call()
    supplier = await make_supplier(call.organization_id)
    foreign = await make_seller_entity(await make_supplier(other.organization_id))
    order = await make_order(call, supplier, 1_000)
    await record(call, supplier, 1, external_id="taken")
    rows = [
        new_invoice(supplier, 10),
        new_invoice(supplier, -10),
        new_invoice(supplier, 10, currency="XXX"),
        new_invoice(supplier, 10, supplier_invoice_number="\0"),
        new_invoice(supplier, 10, seller_entity_id=foreign.id),
        new_invoice(supplier, 10, external_id="taken"),
        new_invoice(supplier, 10, external_id="mine"),
        new_invoice(supplier, 10, external_id="mine"),
        new_invoice(supplier, 10, invoice_date=date(1, 1, 1)),
    ]

    done = await record_many(call, rows)

    assert [[type(refusal) for refusal in outcome.refusals] for outcome in done] == [
        [],
        [InvalidAmount],
        [InvalidValue],
        [InvalidValue],
        [NotFound],
        [AlreadyTaken],
        [],
        [AlreadyTaken],
        [InvalidValue],
    ]
    assert [outcome.invoice_id is None for outcome in done] == [bool(outcome.refusals) for outcome in done]
    assert await balances_of(order) == [979]


async def test_a_sum_that_grows_too_large_rejects_the_invoice_that_makes_it_so(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    await make_order(call, supplier)
    amounts = ["999999999999999.99"] * 10
    rows = [new_invoice(supplier, amount) for amount in (*amounts, "999999999999999.99", "0.05")]

    done = await record_many(call, rows)

    assert [outcome.outcome for outcome in done] == [RECORDED] * 10 + [REJECTED, RECORDED]
    assert [type(refusal) for refusal in done[10].refusals] == [InvalidAmount]
    assert await Invoice.filter(status=InvoiceStatus.MATCHED).count() == 11


async def test_a_credit_memo_follows_an_invoice_of_the_same_batch(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, 100, 5_000)
    invoice = new_invoice(supplier, 900)
    credit = replace(
        invoice,
        supplier_invoice_number="CREDIT",
        kind=InvoiceKind.CREDIT_MEMO,
        total_amount=Decimal(-900),
        original_invoice_number=invoice.supplier_invoice_number,
    )

    await record_many(call, [invoice, credit])

    assert await balances_of(order) == [100, 5_000]
    first, second = await lines_of(order)
    assert (first.invoice_count, second.invoice_count) == (0, 2)


async def test_a_batch_can_wait_to_be_matched(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, 100)

    await record_many(call, [new_invoice(supplier)], match=False)

    assert await balances_of(order) == [100]
    assert await Match.all().count() == 0


async def test_an_empty_batch_is_nothing(db: str):
    assert await record_many(await make_call(), []) == []


async def test_a_batch_costs_the_same_number_of_statements_whatever_is_in_it(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    for _ in range(5):
        await make_order(call, supplier, *([10_000] * 20))
    await record_many(call, [new_invoice(supplier)])

    async def statements(size: int) -> int:
        rows = [new_invoice(supplier, 1) for _ in range(size)]
        before = database.statements.total
        await record_many(call, rows)
        return database.statements.total - before

    assert await statements(1) == await statements(200)


async def test_a_batch_and_a_single_invoice_know_each_others_numbers(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    given = document(supplier, 10)
    written = await invoices.record(call, given)

    done = await record_many(
        call, [new_invoice(supplier, 10, supplier_invoice_number=given["supplier_invoice_number"])]
    )

    assert done == [Outcome(UNCHANGED, written.key)]
