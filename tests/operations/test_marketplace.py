"""Marketplace purchases made with an order number."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from models.event import Event
from models.organization import Organization
from models.purchase_order import Contact, PurchaseOrder, PurchaseOrderLine
from models.statuses.invoices import InvoiceStatus
from models.statuses.orders import LineItemType, LineStatus, PurchaseOrderStatus
from resolvers.errors import (
    AlreadyTaken,
    InvalidAmount,
    InvalidValue,
    LimitExceeded,
    NotApplicable,
    NotFound,
    OutsideValidity,
    Refusals,
    WrongStatus,
)
from resolvers.invoicing import invoice_matching, marketplace
from resolvers.orders import purchase_order_states as states
from resolvers.orders.purchase_order_edits import Asked
from tests.factories import make_call, make_seller_entity, make_supplier
from tests.invoicing import balances_of, lines_of, make_order, places_of, record, ref

if TYPE_CHECKING:
    from models.supplier import Supplier
    from resolvers.errors import Refusal
    from resolvers.operation import Call


def purchase(supplier: Supplier, number: str, agreement: str = "agmt-1", **fields: Any) -> dict[str, Any]:
    """A purchase for the year from April 2025."""
    return {
        "purchase_order_number": number,
        "agreement_id": agreement,
        "supplier_id": ref(supplier),
        "currency": "USD",
        "amount": Decimal(900),
        "start_date": date(2025, 4, 1),
        "end_date": date(2026, 3, 31),
        **fields,
    }


async def refused(call: Call, given: dict[str, Any]) -> list[Refusal]:
    before = await PurchaseOrderLine.all().count(), await Event.all().count()
    with pytest.raises(Refusals) as caught:
        await marketplace.record(call, given)
    assert (await PurchaseOrderLine.all().count(), await Event.all().count()) == before
    return list(caught.value.refusals)


def at(call: Call, day: date) -> Call:
    return replace(call, now=datetime.combine(day, call.now.timetz()))


async def test_a_known_number_gets_a_line_for_the_agreement(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, 10_000, number="1234")

    written = await marketplace.record(call, purchase(supplier, "1234", description="Monitoring, one year"))

    line = await PurchaseOrderLine.get(id=written.key)
    assert (line.purchase_order_id, line.number, line.amount) == (order.id, 2, 900)
    assert (line.line_item_type, line.agreement_id) == (LineItemType.MARKETPLACE_TRANSACTION, "agmt-1")
    assert (line.balance_tracked, line.balance_current, line.status) == (False, None, LineStatus.ORDERED)
    await order.refresh_from_db()
    assert (order.total_amount, order.balance_limit) == (10_900, 10_000)
    assert [event.kind for event in written.events] == ["marketplace_line_added"]


async def test_an_unknown_number_makes_an_order_in_force_without_contacts(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    seller = await make_seller_entity(supplier)

    written = await marketplace.record(call, purchase(supplier, "poc1", seller_entity_id=ref(seller)))

    order = await PurchaseOrder.get(number="poc1")
    assert (order.status, order.issued_at) == (PurchaseOrderStatus.ORDERED, call.now)
    assert (order.effective_date, order.expiration_date) == (date(2025, 4, 1), date(2026, 3, 31))
    assert await Contact.all().count() == 0
    (line,) = await lines_of(order)
    assert line.id == written.key
    wrong, right = (
        await record(call, supplier, 10, month=5),
        await record(
            call,
            supplier,
            900,
            month=5,
            category="MARKETPLACE",
            purchase_order_number="poc1",
            seller_entity_id=ref(seller),
        ),
    )
    assert wrong.status is InvoiceStatus.RECEIVED
    assert await places_of(right) == [("poc1", 1, 900)]


async def test_an_agreement_gets_one_line_of_an_order(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    await marketplace.record(call, purchase(supplier, "1234"))

    found = await refused(call, purchase(supplier, "1234"))
    await marketplace.record(call, purchase(supplier, "1234", "agmt-2"))

    assert found == [AlreadyTaken(value="agmt-1", holder="line 1 of order 1234", path=("agreementId",))]
    assert await PurchaseOrderLine.all().count() == 2


async def test_an_invoice_goes_to_the_line_of_its_agreement(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    for agreement in ("agmt-1", "agmt-2"):
        await marketplace.record(call, purchase(supplier, "1234", agreement))

    invoice = await record(
        call, supplier, 5, month=6, category="MARKETPLACE", purchase_order_number="1234", agreement_id="agmt-2"
    )

    assert await places_of(invoice) == [("1234", 2, 5)]


async def test_an_expired_order_is_active_until_the_new_line_ends(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, 100, number="1234", expiration_date=date(2025, 1, 31))

    await marketplace.record(call, purchase(supplier, "1234"))

    await order.refresh_from_db()
    assert (order.expiration_date, order.expiration_set_on) == (date(2026, 3, 31), call.today)
    assert await places_of(
        await record(call, supplier, 5, month=6, category="MARKETPLACE", purchase_order_number="1234")
    )


async def test_an_order_that_outlasts_the_agreement_keeps_its_validity(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, number="1234", expiration_date=date(2027, 12, 31))
    forever = await make_order(call, supplier, number="5678", expiration_date=None)

    for number in ("1234", "5678"):
        await marketplace.record(call, purchase(supplier, number))

    await order.refresh_from_db()
    await forever.refresh_from_db()
    assert (order.expiration_date, forever.expiration_date) == (date(2027, 12, 31), None)


async def test_a_suspended_order_gets_the_line_and_its_invoices_wait_until_it_is_resumed(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, 100, number="1234")
    await states.suspend(call, Asked(number="1234"))

    await marketplace.record(call, purchase(supplier, "1234"))
    invoice = await record(call, supplier, 5, month=6, category="MARKETPLACE", purchase_order_number="1234")
    assert invoice.status is InvoiceStatus.RECEIVED
    assert (await PurchaseOrder.get(id=order.id)).suspended_at is not None
    await states.resume(call, Asked(number="1234"))
    await invoice_matching.match(call, ref(invoice))

    assert await places_of(invoice) == [("1234", 2, 5)]
    assert await balances_of(order) == [100, None]


async def test_limits_hold_for_purchases(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    await Organization.filter(id=call.organization_id).update(active_order_limit=1, order_line_limit=2)
    await make_order(call, supplier, 1, 1, number="full")
    expired = await make_order(call, supplier, 1, number="old", expiration_date=date(2025, 1, 31))

    lines = await refused(call, purchase(supplier, "full"))
    new = await refused(call, purchase(supplier, "new"))
    revived = await refused(call, purchase(supplier, "old"))

    assert lines == [LimitExceeded(limit=2, actual=3, setting="orderLineLimit")]
    assert new == [LimitExceeded(limit=1, actual=2, setting="activeOrderLimit")]
    assert revived == [LimitExceeded(limit=1, actual=2, setting="activeOrderLimit")]
    await expired.refresh_from_db()
    assert expired.expiration_date == date(2025, 1, 31)


async def test_what_is_wrong_with_a_purchase_is_told_at_once(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    given = purchase(supplier, "a\0", "", amount=Decimal(-1), start_date=date(2025, 4, 1), end_date=date(2025, 3, 31))

    found = await refused(call, given)

    assert [(type(each), each.path) for each in found] == [
        (InvalidValue, ("purchaseOrderNumber",)),
        (InvalidValue, ("agreementId",)),
        (InvalidAmount, ("amount",)),
        (InvalidValue, ("endDate",)),
    ]


async def test_an_order_of_another_kind_takes_no_purchase(db: str):
    call = await make_call()
    supplier, other = await make_supplier(call.organization_id), await make_supplier(call.organization_id)
    await make_order(call, supplier, number="blanket", order_type="BLANKET")
    await make_order(call, supplier, number="euro", currency="EUR")
    await make_order(call, other, number="theirs")
    await make_order(call, supplier, number="later", effective_date=date(2025, 6, 1))
    await make_order(call, supplier, number="closed")
    await states.close(call, Asked(number="closed"))

    kinds = {
        number: [(type(each), each.path) for each in await refused(call, purchase(supplier, number))]
        for number in ("blanket", "euro", "theirs", "later", "closed")
    }

    assert kinds == {
        "blanket": [(NotApplicable, ("purchaseOrderNumber",))],
        "euro": [(InvalidValue, ("currency",))],
        "theirs": [(InvalidValue, ("supplierId",))],
        "later": [(OutsideValidity, ("startDate",))],
        "closed": [(WrongStatus, ())],
    }


async def test_a_new_order_needs_a_supplier_that_there_is(db: str):
    call, other = await make_call(), await make_call()
    theirs = await make_supplier(other.organization_id)

    found = await refused(call, purchase(theirs, "poc1"))

    assert NotFound(kind="supplier", key=ref(theirs), path=("supplierId",)) in found


async def test_a_purchase_counts_as_an_edit_of_its_order(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, number="1234")
    later = replace(call, now=call.now + timedelta(days=1))

    await marketplace.record(later, purchase(supplier, "1234"))

    await order.refresh_from_db()
    assert (order.edit_version, order.updated_at) == (2, later.now)
