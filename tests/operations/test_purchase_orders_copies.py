"""Orders are copied into a later period."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from models.purchase_order import Contact, PurchaseOrder, PurchaseOrderLine, PurchaseOrderSellerEntity, Tag
from models.statuses.orders import LineStatus, PurchaseOrderStatus
from models.supplier import SellerEntity
from resolvers.errors import (
    LimitExceeded,
)
from resolvers.ids import id_of
from resolvers.orders import purchase_orders
from tests.factories import make_call, make_seller_entity
from tests.ordering import (
    a_line,
    asked,
    changes,
    contact,
    first_line,
    make_order,
    paths,
    refused,
    serve,
    set_limits,
    supplier_of,
)

TOMORROW = 11


async def test_a_copy_is_the_same_order_a_period_later(db: str):
    call = await make_call()
    supplier = await supplier_of(call)
    seller = await make_seller_entity(supplier)
    order = await make_order(
        call,
        number="CLOUD-2025",
        external_id="erp:1",
        display_name="Cloud",
        minimum_spend=Decimal(10),
        discount_percentage=Decimal(5),
        ship_to={"city": "Seattle"},
        seller_entity_ids=[id_of(SellerEntity, seller.id)],
        tax_registration_numbers=["DE1"],
        contacts=[contact(1), contact(2)],
        tags=[{"key": "team", "value": "cloud"}],
        lines=[
            a_line(number=3, start_date=date(2025, 1, 1), end_date=date(2025, 2, 28), tax_percent=Decimal(10)),
            a_line(500, number=5, tax_amount=Decimal(7), acknowledgment_type="MILESTONES", milestone_payout="AMOUNT"),
            {"line_item_type": "MARKETPLACE_TRANSACTION", "agreement_id": "agmt-1"},
        ],
    )
    await serve(call, await first_line(order))

    written = await purchase_orders.copy(call, asked(order), {"number": "CLOUD-2026"})

    copy = await PurchaseOrder.get(id=written.key)
    assert (copy.number, copy.external_id, copy.display_name, copy.status) == (
        "CLOUD-2026",
        None,
        "Cloud",
        PurchaseOrderStatus.DRAFT,
    )
    assert (copy.effective_date, copy.expiration_date) == (date(2026, 1, 1), date(2026, 12, 31))
    assert (copy.discount_percentage, copy.ship_to, copy.tax_registration_numbers) == (5, {"city": "Seattle"}, ["DE1"])
    first, second = await PurchaseOrderLine.filter(purchase_order_id=copy.id).order_by("number")
    assert (first.number, first.start_date, first.end_date) == (3, date(2026, 1, 1), date(2026, 2, 28))
    assert (first.tax_percent, first.tax_amount, first.balance_current, first.invoice_count) == (10, 1000, 11000, 0)
    assert (second.number, second.tax_amount, second.status) == (5, 7, LineStatus.DRAFT)
    assert await Contact.filter(purchase_order_id=copy.id).count() == 2
    assert await Tag.filter(purchase_order_id=copy.id, key="team", value="cloud").count() == 1
    assert await PurchaseOrderSellerEntity.filter(purchase_order_id=copy.id, seller_entity_id=seller.id).count() == 1
    [event] = written.events
    assert (event.kind, event.subject) == ("purchase_order_copied", "CLOUD-2026")
    assert changes(written)["copiedFrom"] == (None, "CLOUD-2025")
    await order.refresh_from_db()
    assert order.edit_version == 1


async def test_lines_that_are_over_are_not_carried(db: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line(1), a_line(2), a_line(3)])
    await PurchaseOrderLine.filter(number=2).update(status=LineStatus.CLOSED_CANCELED)

    written = await purchase_orders.copy(call, asked(order), {})

    carried = await PurchaseOrderLine.filter(purchase_order_id=written.key).order_by("number")
    assert [(line.number, line.amount) for line in carried] == [(1, 1), (3, 3)]


async def test_a_copy_may_be_any_number_of_months_later_and_issued_at_once(db: str):
    call = await make_call()
    order = await make_order(call, effective_date=date(2025, 1, 31), expiration_date=date(2025, 6, 30))

    written = await purchase_orders.copy(call, asked(order), {"months": 1, "issue": True, "display_name": "Next"})

    copy = await PurchaseOrder.get(id=written.key)
    assert (copy.effective_date, copy.expiration_date) == (date(2025, 2, 28), date(2025, 7, 31))
    assert (copy.number, copy.display_name, copy.status) == ("PO0001002", "Next", PurchaseOrderStatus.ORDERED)


@pytest.mark.parametrize("months", [0, -1, 121])
async def test_a_copy_is_one_month_to_ten_years_later(db: str, months: int):
    call = await make_call()

    found = await refused(purchase_orders.copy(call, asked(await make_order(call)), {"months": months}))

    assert paths(found) == ["months"]


async def test_without_a_validity_of_whole_months_somebody_says_how_much_later(db: str):
    call = await make_call()
    for validity in ({"expiration_date": None}, {"expiration_date": date(2025, 12, 30)}):
        order = await make_order(call, **validity)

        assert paths(await refused(purchase_orders.copy(call, asked(order), {}))) == ["months"]


async def test_a_copy_is_refused_for_what_any_new_order_is_refused_for(db: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line(), a_line()])
    await set_limits(call, active_order_limit=1, order_line_limit=1)

    assert [type(each) for each in await refused(purchase_orders.copy(call, asked(order), {"issue": True}))] == [
        LimitExceeded,
        LimitExceeded,
    ]
    assert paths(await refused(purchase_orders.copy(call, asked(order), {"number": order.number}))) == [
        "lines",
        "number",
    ]
