"""Invoices whose lines go to the orders that they name: recorded, matched again, corrected, allocated by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from models.invoice import Allocation, Invoice, InvoiceLine
from models.statuses.invoices import AmountBasis, InvoiceStatus, MatchOutcome
from models.views import MatchCandidate
from resolvers.errors import AllocationMismatch, InvalidValue, NotFound, Refusals
from resolvers.errors_invoicing import QuantityMismatch
from resolvers.invoicing import allocations, invoice_matching, invoices, previews
from resolvers.invoicing.allocations import Share
from tests.factories import make_call, make_organization, make_supplier
from tests.invoicing import (
    balances_of,
    decision_about,
    document,
    lines_of,
    make_order,
    places_of,
    record,
    ref,
)

if TYPE_CHECKING:
    from models.purchase_order import PurchaseOrder
    from models.supplier import Supplier
    from resolvers.operation import Call


def line(amount: str, quantity: str | None = None, **fields: Any) -> dict[str, Any]:
    """A line of an invoice, as a client gives it."""
    given = {"amount": Decimal(amount), **fields}
    return given if quantity is None else {**given, "quantity": Decimal(quantity)}


def good(price: str, quantity: str, **fields: Any) -> dict[str, Any]:
    """A line of an order for goods."""
    return {"product_type": "GOOD", "unit_price": Decimal(price), "quantity": Decimal(quantity), **fields}


async def billed(call: Call, supplier: Supplier, *lines: dict[str, Any], **fields: Any) -> Invoice:
    """An invoice of these lines, recorded and matched."""
    total = sum((each["amount"] + each.get("tax_amount", Decimal(0)) for each in lines), Decimal(0))
    return await record(call, supplier, total, lines=list(lines), **fields)


async def current(invoice: Invoice) -> list[tuple[int, int, Decimal, Decimal | None]]:
    """Which line of the invoice is on which order line, with amount and quantity."""
    found = await Allocation.filter(invoice_id=invoice.id, ended_at=None).prefetch_related("invoice_line", "line")
    return sorted(
        (each.invoice_line.number if each.invoice_line else 0, each.line.number, each.amount, each.quantity)
        for each in found
    )


async def line_ref(invoice: Invoice, number: int) -> str:
    """The id of a line of the invoice."""
    return ref(await InvoiceLine.get(invoice_id=invoice.id, number=number))


async def refused(call: Call, invoice: Invoice, shares: list[Share], **options: Any) -> list[Any]:
    before = await current(invoice)
    with pytest.raises(Refusals) as caught:
        await allocations.reallocate(call, ref(invoice), shares, reason="theirs", **options)
    assert await current(invoice) == before
    return list(caught.value.refusals)


async def make_paint_order(call: Call, supplier: Supplier) -> PurchaseOrder:
    """10 cans for 5.00 each, and 4 days for 90.00 each."""
    return await make_order(
        call, supplier, good("5", "10", part_number="X-1"), {"unit_price": Decimal(90), "quantity": Decimal(4)},
        number="PO-7",
    )  # fmt: skip


async def test_each_line_goes_to_the_order_line_it_belongs_to_with_its_quantity_and_tax(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_paint_order(call, supplier)

    invoice = await billed(
        call,
        supplier,
        line("15", "3", part_number="X-1", tax_amount=Decimal(3)),
        line("180", "2", unit_price=Decimal(90)),
        purchase_order_number="PO-7",
    )

    assert await current(invoice) == [(1, 1, 15, 3), (2, 2, 180, 2)]
    assert await balances_of(order) == [50 - 18, 360 - 180]
    decided = await decision_about(invoice)
    assert (decided.outcome, decided.reason) == (
        MatchOutcome.MATCHED,
        "All 2 lines of the invoice belong to lines of PO-7.",
    )
    assert (decided.purchase_order_id, decided.line_id) == (order.id, None)
    first, second = await InvoiceLine.filter(invoice_id=invoice.id).order_by("number")
    cans, days = await lines_of(order)
    candidates = await MatchCandidate.filter(match_id=decided.id).order_by("id")
    assert [(each.invoice_line_id, each.line_id, each.rank, each.balance_after) for each in candidates] == [
        (first.id, cans.id, 1, 32),
        (first.id, days.id, None, None),
        (second.id, days.id, 1, 180),
        (second.id, cans.id, None, None),
    ]


async def test_before_tax_the_tax_of_a_line_does_not_count(db: str):
    call = await make_call(await make_organization(amount_basis=AmountBasis.BEFORE_TAX))
    supplier = await make_supplier(call.organization_id)
    order = await make_paint_order(call, supplier)

    await billed(call, supplier, line("15", tax_amount=Decimal(3), part_number="X-1"), purchase_order_number="PO-7")

    assert await balances_of(order) == [35, 360]


async def test_lines_without_any_order_number_are_matched_as_a_whole(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_paint_order(call, supplier)

    invoice = await billed(call, supplier, line("15", part_number="X-1"), line("5"))

    assert await places_of(invoice) == [(order.number, 1, 20)]


async def test_one_invoice_for_several_orders_and_several_invoices_for_one_line_take_no_more_than_there_is(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    one = await make_order(call, supplier, good("5", "10"), number="PO-1")
    other = await make_order(call, supplier, good("8", "10"), number="PO-2")
    lines = [
        line("20", "4", purchase_order_number="PO-1", purchase_order_line_number=1),
        line("16", "2", purchase_order_number="PO-2", purchase_order_line_number=1),
    ]

    first = await billed(call, supplier, *lines)
    second = await billed(call, supplier, line("30", "6", unit_price=Decimal(5)), purchase_order_number="PO-1")
    third = await billed(call, supplier, line("5", "1", unit_price=Decimal(5)), purchase_order_number="PO-1")

    assert [await places_of(each) for each in (first, second, third)] == [
        [("PO-1", 1, 20), ("PO-2", 1, 16)],
        [("PO-1", 1, 30)],
        [],
    ]
    assert (await balances_of(one), await balances_of(other)) == ([0], [64])
    ((ordered,), (spare,)) = await lines_of(one), await lines_of(other)
    assert (ordered.invoiced_quantity, spare.invoiced_quantity) == (10, 2)
    assert (await decision_about(third)).outcome is MatchOutcome.UNMATCHED


async def test_equal_lines_wait_for_a_person_who_links_one_line_and_leaves_the_others_alone(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, good("5", "10"), good("5", "10"), number="PO-7")
    invoice = await billed(
        call,
        supplier,
        line("10", "2", unit_price=Decimal(5)),
        line("15", "3", purchase_order_line_number=1),
        purchase_order_number="PO-7",
    )
    assert await current(invoice) == [(2, 1, 15, 3)]
    assert (await decision_about(invoice)).outcome is MatchOutcome.AMBIGUOUS

    second = (await lines_of(order))[1]
    share = Share(line_id=ref(second), invoice_line_id=await line_ref(invoice, 1))
    written = await allocations.reallocate(call, ref(invoice), [share], reason="the spare ones")

    assert await current(invoice) == [(1, 2, 10, 2), (2, 1, 15, 3)]
    assert await balances_of(order) == [35, 40]
    decided = await decision_about(invoice)
    assert decided.outcome is MatchOutcome.MANUAL
    assert decided.reason == (
        "A person put 2 of 2 lines of the invoice on order lines: line 1 on line 2 of PO-7, line 2 on line 1 of PO-7."
    )
    assert {"field": "invoiceLine", "from": None, "to": "1"} in written.events[0].changes


async def test_a_person_splits_a_line_and_the_parts_make_the_whole_of_it(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, good("5", "10"), good("5", "10"), number="PO-7")
    one, other = await lines_of(order)
    invoice = await billed(
        call, supplier, line("50", "10", tax_amount=Decimal(5), purchase_order_line_number=1),
        purchase_order_number="PO-7",
    )  # fmt: skip
    key = await line_ref(invoice, 1)

    def split(first: str | None, second: str | None, **more: Any) -> list[Share]:
        quantities = [None if each is None else Decimal(each) for each in (first, second)]
        shares = zip((one, other), quantities, strict=True)
        return [Share(line_id=ref(to), invoice_line_id=key, quantity=each, **more) for to, each in shares]

    assert await refused(call, invoice, split("4", "4")) == [
        AllocationMismatch(invoiced=Decimal(50), allocated=Decimal(40), path=("allocations", "0", "amount")),
        QuantityMismatch(
            invoice_line=1, invoiced=Decimal(10), allocated=Decimal(8), path=("allocations", "0", "quantity")
        ),
    ]
    more = await refused(call, invoice, split("8", "8"), leave_rest=True)
    assert [type(each) for each in more] == [AllocationMismatch, QuantityMismatch]
    half = [Share(line_id=ref(one), invoice_line_id=key, amount=Decimal(50), quantity=Decimal(3))]
    assert [type(each) for each in await refused(call, invoice, half)] == [QuantityMismatch]

    await allocations.reallocate(call, ref(invoice), split("4", "6"), reason="shared")

    assert await current(invoice) == [(1, 1, 20, 4), (1, 2, 30, 6)]
    assert await balances_of(order) == [50 - 22, 50 - 33]

    await allocations.reallocate(call, ref(invoice), split("4", "1"), reason="the rest waits", leave_rest=True)

    assert await current(invoice) == [(1, 1, 20, 4), (1, 2, 5, 1)]

    nowhere = [Share(line_id=None, invoice_line_id=key)]
    await allocations.reallocate(call, ref(invoice), nowhere, reason="not ours")

    assert await current(invoice) == []
    assert await balances_of(order) == [50, 50]


async def test_shares_that_make_no_sense_are_refused(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_paint_order(call, supplier)
    to = ref((await lines_of(order))[0])
    invoice = await billed(call, supplier, line("10"), line("5"), purchase_order_number="PO-7")
    other = await billed(call, supplier, line("10"))
    mine, theirs = await line_ref(invoice, 1), await line_ref(other, 1)

    cases: list[tuple[list[Share], type[Exception], tuple[str, ...]]] = [
        ([Share(line_id=to, invoice_line_id=mine), Share(line_id=to)], InvalidValue, ("1", "invoiceLineId")),
        ([Share(line_id=to, invoice_line_id=theirs)], NotFound, ("0", "invoiceLineId")),
        ([Share(line_id=to, invoice_line_id=mine)] * 2, InvalidValue, ("1", "lineId")),
        (
            [Share(line_id=to, invoice_line_id=mine), Share(line_id=None, invoice_line_id=mine)],
            InvalidValue,
            ("0", "lineId"),
        ),
        ([Share(line_id="pol_999999", invoice_line_id=mine)], NotFound, ("0", "lineId")),
        ([Share(line_id=to, quantity=Decimal(1))], InvalidValue, ("0", "quantity")),
        ([Share(line_id=None)], NotFound, ("0", "lineId")),
    ]
    for shares, kind, path in cases:
        assert [(type(each), each.path) for each in await refused(call, invoice, shares)] == [
            (kind, ("allocations", *path))
        ], shares


async def test_a_credit_memo_goes_back_to_the_lines_it_names_and_reopens_what_it_gives_back(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, good("500", "10"), number="PO-7")
    reference: dict[str, Any] = {"purchase_order_line_number": 1}
    invoice = await billed(call, supplier, line("5000", "10", **reference), purchase_order_number="PO-7")
    (bought,) = await lines_of(order)
    assert (bought.invoiced_quantity, bought.invoiced_quantity_percent, bought.invoiced_percent) == (10, 100, 100)

    price = await billed(call, supplier, line("-500", **reference), kind="CREDIT_MEMO", purchase_order_number="PO-7")
    (bought,) = await lines_of(order)
    assert await current(price) == [(1, 1, -500, None)]
    assert (bought.invoiced_quantity, bought.invoiced_quantity_percent, bought.invoiced_amount) == (10, 100, 4500)

    back = await billed(
        call,
        supplier,
        line("-2500", "5", part_number="none"),
        kind="CREDIT_MEMO",
        original_invoice_number=invoice.supplier_invoice_number,
    )
    (bought,) = await lines_of(order)
    assert await current(back) == [(1, 1, -2500, -5)]
    assert (bought.invoiced_quantity, bought.invoiced_quantity_percent, bought.invoiced_amount) == (5, 50, 2000)
    assert [each.reopens for each in await Allocation.all().order_by("id")] == [True, False, True]


async def test_matching_again_and_previews_go_line_by_line_too(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    invoice = await billed(
        call, supplier, line("15", "3", part_number="X-1"), line("7", part_number="Q"), purchase_order_number="PO-7"
    )
    assert (await decision_about(invoice)).outcome is MatchOutcome.UNMATCHED
    order = await make_paint_order(call, supplier)

    suspended = [{"id": ref(order), "suspended": True}]
    asked = await previews.preview(call, invoice_id=ref(invoice))
    held = await previews.preview(call, invoice_id=ref(invoice), changes=suspended)
    given = document(supplier, 15, lines=[line("15", "3", part_number="X-1")], purchase_order_number="PO-7")
    imagined = await previews.preview(call, hypothetical=given)

    assert asked.found.reason == "1 of 2 lines of the invoice belongs to lines of PO-7; line 2 is left for a person."
    assert held.found.reason == "No line of the invoice finds an order line. Line 1: PO-7 is suspended."
    assert imagined.found.chosen == ((order.id, (await lines_of(order))[0].id))
    assert (await current(invoice), await balances_of(order)) == ([], [50, 360])

    await invoice_matching.match(call, ref(invoice))
    assert await current(invoice) == [(1, 1, 15, 3)]
    before = await decision_about(invoice)
    await invoice_matching.match(call, ref(invoice))
    assert (await decision_about(invoice)).id == before.id


async def test_a_correction_of_lines_keeps_what_a_person_decided_as_far_as_it_can(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, good("5", "10"), good("5", "10"), good("5", "10"), number="PO-7")
    targets = await lines_of(order)
    invoice = await billed(
        call,
        supplier,
        line("10", "2", purchase_order_line_number=1),
        line("20", "4", purchase_order_line_number=1),
        line("5", "1", purchase_order_line_number=1),
        purchase_order_number="PO-7",
    )
    keys = [await line_ref(invoice, number) for number in (1, 2, 3)]
    shares = [
        Share(line_id=ref(targets[1]), invoice_line_id=keys[0]),
        Share(line_id=ref(targets[1]), invoice_line_id=keys[1], quantity=Decimal(1)),
        Share(line_id=ref(targets[2]), invoice_line_id=keys[1]),
    ]
    await allocations.reallocate(call, ref(invoice), shares, reason="theirs")
    assert await current(invoice) == [(1, 2, 10, 2), (2, 2, 5, 1), (2, 3, 15, 3), (3, 1, 5, 1)]

    new = [
        line("15", "3", purchase_order_line_number=1),
        line("25", "5", purchase_order_line_number=3),
        line("5", "1", number=4, purchase_order_line_number=3),
    ]
    await invoices.update(call, ref(invoice), {"lines": new, "total_amount": Decimal(45)})

    assert await current(invoice) == [(1, 2, 15, 3), (2, 3, 25, 5), (4, 3, 5, 1)]
    assert await balances_of(order) == [50, 35, 20]
    assert (await decision_about(invoice)).outcome is MatchOutcome.MANUAL
    assert [await line_ref(invoice, number) for number in (1, 2)] == keys[:2]
    assert await InvoiceLine.filter(invoice_id=invoice.id).count() == 3
    assert await Allocation.filter(invoice_id=invoice.id).exclude(ended_at=None).count() == 7


async def test_an_overdrawn_line_holds_the_invoice_where_the_organization_wants_that(db: str):
    call = await make_call(await make_organization(overdraw_policy="HOLD"))
    supplier = await make_supplier(call.organization_id)
    await make_order(call, supplier, good("5", "10"), number="PO-7")

    invoice = await billed(call, supplier, line("60", "12", purchase_order_line_number=1), purchase_order_number="PO-7")

    assert invoice.on_hold
    assert invoice.status is InvoiceStatus.DISCREPANCIES_FOUND
    assert invoice.invoice_date == date(2025, 3, 28)
