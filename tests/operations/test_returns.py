"""Returns: what goes back, and what is claimed back for it (R4)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from models.invoice import Allocation, Invoice, InvoiceLine
from models.match import Match
from models.organization import Organization
from models.receiving import ReceiptLine
from models.statuses.invoices import AmountBasis, DiscrepancyState, InvoiceStatus
from models.verification import Discrepancy
from resolvers.derived import recomputing
from resolvers.errors_receiving import AlreadySettled, OverReceipt, OverReturn, TakesNoReceipt
from resolvers.ids import id_of
from resolvers.receiving import receipts, returns
from resolvers.verifying import verification
from tests.delivering import asked, bill, cancel, entry, goods, ordered, receive, received, send_back, service, status
from tests.factories import make_call, make_supplier
from tests.invoicing import lines_of, make_order, record, ref
from tests.ordering import first_line, refused

if TYPE_CHECKING:
    from models.receiving import Receipt
    from resolvers.operation import Call

DAMAGED = "Damaged."


@pytest.fixture
async def call(db: str) -> Call:
    return await make_call()


async def memo_of(receipt: Receipt) -> Invoice:
    assert receipt.debit_memo_id is not None
    return await Invoice.get(id=receipt.debit_memo_id)


async def differing() -> list[str]:
    """What does not follow from the documents."""
    found: list[str] = []
    await recomputing.check(lambda difference: found.append(str(difference)))
    return found


async def test_a_return_lowers_what_was_received(call: Call):
    order = await ordered(call, goods(10))
    await receive(call, order, 10)

    back = await send_back(call, order, 4)

    assert (await received(order), await status(order)) == (
        ("6", "720", "60", "PARTIALLY_DELIVERED"),
        "PARTIALLY_DELIVERED",
    )
    assert (await first_line(order)).returned_quantity == 4
    assert (back.number, str(back.kind), back.debit_memo_id) == ("RC0000002", "RETURN", None)
    assert await Invoice.all().count() == 0
    assert await differing() == []


async def test_no_more_goes_back_than_came_and_nothing_of_services(call: Call):
    order = await ordered(call, goods(10), service())
    await receive(call, order, 6)
    await send_back(call, order, 2)

    found = await refused(returns.post(call, asked(order, entry(3), entry(2), entry(1, 2))))
    assert [each.code for each in found] == ["TAKES_NO_RECEIPT"]
    assert isinstance(found[0], TakesNoReceipt)
    assert await refused(returns.post(call, asked(order, entry(3), entry(2)))) == [
        OverReturn(
            line=1,
            received=Decimal(6),
            returned=Decimal(7),
            unit="INDIVIDUAL_UNIT",
            path=("lines", "1", "quantity"),
        )
    ]


async def test_what_was_rejected_goes_back_first(call: Call):
    order = await ordered(call, goods(10))
    await receive(call, order, entry(10, rejected_quantity=3))

    for back in ((2,), (1, 1)):
        await send_back(call, order, *back)

    parts = await ReceiptLine.filter(receipt__kind="RETURN").order_by("id")
    assert [(part.accepted_quantity, part.rejected_quantity) for part in parts] == [(0, 2), (0, 1), (1, 0)]


async def test_when_everything_has_gone_back_the_order_is_returned_and_may_be_replaced(call: Call):
    order = await ordered(call, goods(10))
    await receive(call, order, 10)
    back = await send_back(call, order, 10)
    assert (await received(order), await status(order)) == (("0", "0", "0", "CLOSED_RETURNED"), "CLOSED_RETURNED")

    await receive(call, order, 10)

    assert await status(order) == "DELIVERED"
    [refusal] = await refused(receipts.cancel(call, ref(back), reason=DAMAGED))
    assert isinstance(refusal, OverReceipt)
    assert (refusal.received, refusal.offered, refusal.allowed) == (10, 10, 10)


async def test_a_mistaken_return_of_everything_is_canceled(call: Call):
    order = await ordered(call, goods(10))
    await receive(call, order, 10)

    await cancel(call, await send_back(call, order, 10))

    assert (await received(order), await status(order)) == (("10", "1200", "100", "DELIVERED"), "DELIVERED")


# ------------------------------------------------------------------------------------------------------ debit memos


async def test_what_goes_back_is_claimed_where_it_was_billed(call: Call):
    order = await ordered(call, goods(10, 120, part_number="P-1", balance_tracked=True))
    await receive(call, order, 10)
    line = await first_line(order)
    invoice = await bill(call, line, 1200, quantity=10, tax=120)

    written = await returns.post(call, asked(order, 4, reason=DAMAGED))

    [memo] = await Invoice.filter(kind="DEBIT_MEMO")
    assert (memo.supplier_invoice_number, memo.original_invoice_number, str(memo.status)) == (
        "DM0000001",
        invoice.supplier_invoice_number,
        "CONFIRMED",
    )
    assert (memo.amount_before_tax, memo.tax_amount, memo.total_amount) == (-480, -48, -528)
    assert (memo.supplier_id, memo.purchase_order_number) == (order.supplier_id, order.number)
    part = await InvoiceLine.get(invoice_id=memo.id)
    assert (part.quantity, part.amount, part.part_number, str(part.status)) == (-4, -480, "P-1", "CONFIRMED")
    taken = await Allocation.get(invoice_id=memo.id)
    assert (taken.line_id, taken.invoice_line_id, taken.amount, taken.quantity, taken.tax_amount) == (
        line.id,
        part.id,
        -480,
        -4,
        -48,
    )
    assert (taken.is_confirmed, taken.is_invoiced) == (True, True)
    assert [(event.kind, event.reason) for event in written.events] == [
        ("debit_memo_raised", DAMAGED),
        ("return_posted", DAMAGED),
    ]
    after = await first_line(order)
    assert (after.invoiced_quantity, after.invoiced_amount, after.received_quantity) == (6, 720, 6)
    assert after.balance_current == 1200 - (1320 - 528)
    assert (await Match.get(invoice_id=memo.id)).reason == "Return RC0000002 raised it."
    assert await differing() == []


async def test_never_more_is_claimed_than_was_billed(call: Call):
    order = await ordered(call, goods(10, 120), goods(10, 120))
    await receive(call, order, 10, entry(10, 2))
    await bill(call, await first_line(order), 300, quantity=3)

    first = await send_back(call, order, 2, entry(5, 2))
    second = await send_back(call, order, 4)
    third = await send_back(call, order, 1)

    assert (await memo_of(first)).total_amount == -240
    assert (await memo_of(second)).total_amount == -60
    assert (await InvoiceLine.get(invoice_id=second.debit_memo_id)).quantity == Decimal("-0.5")
    assert third.debit_memo_id is None
    assert (await first_line(order)).invoiced_amount == 0
    assert await InvoiceLine.filter(invoice_id=first.debit_memo_id).count() == 1


async def test_one_memo_claims_for_all_lines_of_a_return(call: Call):
    order = await ordered(call, goods(10, 120), goods(5, 10))
    await receive(call, order, 10, entry(5, 2))
    first, second = await lines_of(order)
    await bill(call, first, 1200, quantity=10)
    await bill(call, second, 50, quantity=5)

    back = await send_back(call, order, 1, entry(5, 2))

    memo = await memo_of(back)
    assert (memo.total_amount, memo.original_invoice_number) == (-170, None)
    assert [each.amount for each in await InvoiceLine.filter(invoice_id=memo.id).order_by("number")] == [-120, -50]
    assert [each.invoiced_amount for each in await lines_of(order)] == [1080, 0]


async def test_an_invoice_that_was_matched_as_a_whole_is_claimed_back_too(call: Call):
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, {**goods(10, 120), "balance_tracked": True})
    await record(call, supplier, 1200)
    await receive(call, order, 10)

    back = await send_back(call, order, 4)

    assert (await memo_of(back)).total_amount == -480
    assert (await first_line(order)).balance_current == 480


async def test_balances_before_tax_get_no_tax_back(call: Call):
    await Organization.filter(id=call.organization_id).update(amount_basis=AmountBasis.BEFORE_TAX)
    order = await ordered(call, goods(10, 120))
    await receive(call, order, 10)
    await bill(call, await first_line(order), 1200, quantity=10, tax=120)

    back = await send_back(call, order, 5)

    assert (await memo_of(back)).total_amount == -660
    assert (await Allocation.get(invoice_id=back.debit_memo_id)).tax_amount == 0


async def test_goods_that_only_an_invoice_says_have_come_go_back(call: Call):
    order = await ordered(call, goods(50, 8))
    await bill(call, await first_line(order), 320, quantity=40)
    assert await received(order) == ("40", "320", "80", "PARTIALLY_DELIVERED")

    [refusal] = await refused(returns.post(call, asked(order, 41)))
    await send_back(call, order, 10)

    assert isinstance(refusal, OverReturn)
    assert (refusal.received, refusal.returned) == (40, 41)
    assert await received(order) == ("30", "240", "60", "PARTIALLY_DELIVERED")
    [again] = await refused(returns.post(call, asked(order, 31)))
    assert isinstance(again, OverReturn)
    assert (again.received, again.returned) == (40, 41)


async def test_with_a_canceled_return_its_claim_is_withdrawn(call: Call):
    order = await ordered(call, goods(10, 120))
    await receive(call, order, 10)
    await bill(call, await first_line(order), 1200, quantity=10)
    back = await send_back(call, order, 4)

    await cancel(call, back)

    memo = await memo_of(back)
    assert (str(memo.status), await Allocation.filter(invoice_id=memo.id, ended_at=None).count()) == ("CANCELED", 0)
    line = await first_line(order)
    assert (line.received_quantity, line.invoiced_amount, line.invoiced_quantity) == (10, 1200, 10)
    assert await differing() == []


async def test_a_claim_that_is_settled_is_not_withdrawn(call: Call):
    order = await ordered(call, goods(10, 120))
    await receive(call, order, 10)
    await bill(call, await first_line(order), 1200, quantity=10)
    back = await send_back(call, order, 4)
    memo = await memo_of(back)
    await Invoice.filter(id=memo.id).update(status=InvoiceStatus.PAID, paid_amount=Decimal(-480))

    assert await refused(receipts.cancel(call, ref(back), reason=DAMAGED)) == [
        AlreadySettled(debit_memo=id_of(Invoice, memo.id), status="PAID", paid=Decimal(-480), path=("id",))
    ]


async def test_an_invoice_that_waits_for_goods_is_verified_again_when_they_come_or_were_a_mistake(call: Call):
    order = await ordered(call, goods(10, 120, goods_receipt_required=True))
    invoice = await bill(call, await first_line(order), 480, quantity=4, status=InvoiceStatus.MATCHED)
    await verification.recheck(call, [invoice.id])

    async def open_ones() -> list[str]:
        found = await Discrepancy.filter(invoice_id=invoice.id, state=DiscrepancyState.OPEN)
        return [str(each.kind) for each in found]

    before = await open_ones()
    receipt = await receive(call, order, 4)
    settled = await open_ones()
    await cancel(call, receipt)

    assert (before, settled, await open_ones()) == (["INSUFFICIENT_RECEIPTS"], [], ["INSUFFICIENT_RECEIPTS"])
