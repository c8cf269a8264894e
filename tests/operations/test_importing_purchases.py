"""Marketplace purchases that a list shows only by their invoices are recorded first. M3, M6."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from models.event import Event
from models.purchase_order import Contact, PurchaseOrder, PurchaseOrderLine
from models.statuses.invoices import ImportRowOutcome
from models.statuses.orders import LineItemType, LineStatus
from models.statuses.people import Role
from resolvers.importing.runner import Options, import_document
from tests.factories import make_line_row, make_order_row
from tests.summaries import (
    billed,
    colleague,
    document,
    left_on,
    only_line,
    outcomes,
    placed,
    purchase,
    summary,
    supplier_of,
)

if TYPE_CHECKING:
    from resolvers.operation import Call

RECORDED, UNCHANGED, REJECTED = ImportRowOutcome.RECORDED, ImportRowOutcome.UNCHANGED, ImportRowOutcome.REJECTED
NO_PURCHASES = Options(records_purchases=False)
MARCH = (date(2025, 3, 1), date(2025, 3, 31))
APRIL = (date(2025, 4, 1), date(2025, 4, 30))


@pytest.fixture
async def call(db: str) -> Call:
    return await billed()


async def transactions(number: str) -> list[tuple[str | None, date | None, date | None, Decimal]]:
    lines = await PurchaseOrderLine.filter(
        purchase_order__number=number, line_item_type=LineItemType.MARKETPLACE_TRANSACTION
    ).order_by("number")
    return [(line.agreement_id, line.start_date, line.end_date, line.amount) for line in lines]


async def test_a_purchase_with_a_known_number_becomes_a_second_line_there(call: Call) -> None:
    imported = await import_document(call, document(purchase("1", "PO-1", "4000.00")), Options())

    assert await transactions("PO-1") == [("1", *MARCH, Decimal(4000))]
    [place] = (await placed()).values()
    assert place is not None
    assert place[0] == "PO-1"
    assert await left_on("PO-1") == Decimal(10_000)
    kinds = await Event.filter(id__in=list(imported.event_ids)).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["marketplace_line_added", "invoice_recorded", "invoice_matched"]


async def test_a_purchase_with_an_unknown_number_becomes_an_order_without_contacts(call: Call) -> None:
    await import_document(call, document(purchase("1", "poc1", "99.90")), Options())

    order = await PurchaseOrder.get(number="poc1")
    assert (order.effective_date, order.expiration_date, order.total_amount) == (*MARCH, Decimal("99.90"))
    assert await Contact.filter(purchase_order=order).count() == 0
    assert await transactions("poc1") == [("1", *MARCH, Decimal("99.90"))]
    assert [place and place[0] for place in (await placed()).values()] == ["poc1"]


async def test_invoices_of_one_period_share_the_purchase_and_the_next_period_has_its_own(call: Call) -> None:
    rows = [purchase("1", "poc1"), purchase("2", "poc1", "20.00"), purchase("3", "poc1", month=4)]

    await import_document(call, document(*rows), Options())

    assert await transactions("poc1") == [("1", *MARCH, Decimal(100)), ("3", *APRIL, Decimal(100))]
    places = await placed()
    assert places["1"] == places["2"] == ("poc1", 1)
    assert places["3"] == ("poc1", 2)


@pytest.mark.parametrize(
    ("line", "serves"),
    [
        ({}, True),
        ({"start_date": date(2025, 3, 31), "end_date": date(2025, 12, 31)}, True),
        ({"start_date": date(2025, 4, 1)}, False),
        ({"end_date": date(2025, 2, 28)}, False),
        ({"status": LineStatus.CLOSED_CANCELED}, False),
        ({"line_item_type": LineItemType.MARKETPLACE_BLANKET_USAGE}, False),
    ],
)
async def test_a_purchase_is_recorded_unless_a_line_is_there_that_serves_it(
    call: Call,
    line: dict[str, Any],
    serves: bool,  # noqa: FBT001 - a row of the table
) -> None:
    order = await PurchaseOrder.get(number="PO-1")
    untracked: dict[str, Any] = dict.fromkeys(("balance_limit", "balance_used", "balance_current", "balance_percent"))
    given: dict[str, Any] = {"line_item_type": LineItemType.MARKETPLACE_TRANSACTION, "agreement_id": "agmt-1", **line}
    await make_line_row(order, balance_tracked=False, **untracked, **given)

    await import_document(call, document(purchase("1", "PO-1")), Options())

    agreements = [agreement for agreement, *_ in await transactions("PO-1")]
    assert ("1" in agreements) is not serves
    assert None not in (await placed()).values()


async def test_an_order_on_hold_gets_the_line_and_serves_no_invoice(call: Call) -> None:
    await PurchaseOrder.filter(number="PO-1").update(suspended_at=call.now)

    await import_document(call, document(purchase("1", "PO-1")), Options())

    assert len(await transactions("PO-1")) == 1
    assert await placed() == {"1": None}


async def test_an_order_that_cannot_take_the_purchase_leaves_the_invoice_waiting(call: Call) -> None:
    supplier = await supplier_of(call)
    await make_order_row(call, supplier, number="EUR-1", currency="EUR")
    await make_order_row(call, supplier, number="LATE-1", effective_date=date(2025, 7, 1))
    rows = [purchase("1", "EUR-1"), purchase("2", "LATE-1"), purchase("3", "no number?"), summary("4")]

    imported = await import_document(call, document(*rows), Options())

    assert outcomes(imported) == [RECORDED] * 4
    assert await placed() == {"1": None, "2": None, "3": None, "4": await only_line("PO-1")}
    assert await transactions("EUR-1") == await transactions("LATE-1") == []


async def test_a_rejected_row_leaves_no_purchase(call: Call) -> None:
    rows = [
        purchase("1", "poc1"),
        purchase("1", "poc2"),
        purchase("2", "poc3", "x"),
        purchase("3", "poc4", currency="XXX"),
    ]

    imported = await import_document(call, document(*rows), Options())

    assert outcomes(imported) == [RECORDED, REJECTED, REJECTED, REJECTED]
    assert await PurchaseOrder.all().order_by("number").values_list("number", flat=True) == ["PO-1", "poc1"]
    assert await Event.filter(subject__in=["poc2", "poc3", "poc4"]).count() == 0


async def test_purchases_are_left_out_on_request_and_of_who_may_not_buy(call: Call) -> None:
    accountant = await colleague(call, Role.ACCOUNTS_PAYABLE)

    await import_document(call, document(purchase("1", "poc1")), NO_PURCHASES)
    await import_document(accountant, document(purchase("2", "poc1")), Options())

    assert await placed() == {"1": None, "2": None}
    assert await PurchaseOrder.filter(number="poc1").count() == 0


async def test_credit_memos_and_invoices_that_are_there_buy_nothing(call: Call) -> None:
    await import_document(call, document(purchase("1", "poc1")), NO_PURCHASES)
    refund = purchase("2", "poc1", "-10.00", InvoiceType="CREDIT_MEMO")

    imported = await import_document(call, document(purchase("1", "poc1"), refund), Options())

    assert outcomes(imported) == [UNCHANGED, RECORDED]
    assert await PurchaseOrder.filter(number="poc1").count() == 0
