"""Orders that are not made: what is wrong with them, and what limits them."""

from __future__ import annotations

import asyncio
from datetime import date
from decimal import Decimal

from models.organization import User
from models.purchase_order import PurchaseOrder, PurchaseOrderLine
from models.statuses.orders import PurchaseOrderStatus
from models.supplier import SellerEntity
from resolvers.errors import (
    AlreadyTaken,
    InvalidAmount,
    InvalidValue,
    LimitExceeded,
    NotApplicable,
    NotFound,
    OutsideValidity,
)
from resolvers.ids import id_of
from resolvers.orders import purchase_orders
from tests.factories import (
    make_call,
    make_cost_center,
    make_legal_entity,
    make_order_row,
    make_seller_entity,
    make_supplier,
)
from tests.ordering import (
    a_line,
    contact,
    everything,
    make_draft,
    make_order,
    paths,
    refused,
    set_limits,
    supplier_of,
    terms,
)


async def test_everything_that_is_wrong_is_told_at_once_and_nothing_is_stored(db: str):
    call = await make_call()
    stranger = await make_draft(await make_call())
    given = await terms(
        call,
        number="PO#7",
        display_name="x" * 201,
        supplier_id="sup_999999",
        cost_center_id=id_of(PurchaseOrder, stranger.id),
        seller_entity_ids=["sel_1", "sel_1"],
        lines=[
            a_line(),
            a_line(-1, unit="hour"),
            a_line(quantity=Decimal("1.5"), product_type="GOOD", end_date=date(2026, 1, 1)),
            a_line(number=1),
            a_line(number=1),
        ],
        contacts=[{"name": "", "email": "x"}],
        tags=[{"key": "a", "value": ""}, {"key": "a", "value": ""}],
    )

    found = await refused(purchase_orders.create(call, given))

    assert [(type(refusal), ".".join(refusal.path)) for refusal in found] == [
        (InvalidValue, "number"),
        (InvalidValue, "displayName"),
        (NotFound, "supplierId"),
        (NotFound, "costCenterId"),
        (NotFound, "sellerEntityIds.0"),
        (NotFound, "sellerEntityIds.1"),
        (InvalidValue, "sellerEntityIds.1"),
        (InvalidValue, "lines.1.unit"),
        (InvalidAmount, "lines.1.unitPrice"),
        (InvalidAmount, "lines.2.quantity"),
        (OutsideValidity, "lines.2.endDate"),
        (AlreadyTaken, "lines.4.number"),
        (InvalidValue, "contacts.0.name"),
        (InvalidValue, "contacts.0.email"),
        (AlreadyTaken, "tags.1.key"),
    ]


async def test_what_belongs_to_another_organization_is_not_there(db: str):
    call, stranger = await make_call(), await make_call()
    theirs = {
        "supplier_id": await supplier_of(stranger),
        "business_owner_id": await User.get(id=stranger.actor.user_id),
        "cost_center_id": await make_cost_center(stranger.organization_id),
        "legal_entity_id": await make_legal_entity(stranger.organization_id),
    }

    found = await refused(make_draft(call, **{name: id_of(type(row), row.id) for name, row in theirs.items()}))

    assert paths(found) == ["supplierId", "businessOwnerId", "costCenterId", "legalEntityId"]
    assert {type(refusal) for refusal in found} == {NotFound}


async def test_a_seller_entity_is_a_company_of_the_supplier(db: str):
    call = await make_call()
    await supplier_of(call)
    other = await make_seller_entity(await supplier_of(await make_call()))
    elsewhere = await make_seller_entity(await make_supplier(call.organization_id))

    sellers = [id_of(SellerEntity, other.id), id_of(SellerEntity, elsewhere.id)]
    found = await refused(make_draft(call, seller_entity_ids=sellers))

    assert found == [
        NotFound(kind="seller entity", key=sellers[0], path=("sellerEntityIds", "0")),
        InvalidValue(value=sellers[1], expected="it is a company of another supplier", path=("sellerEntityIds", "1")),
    ]


async def test_a_blanket_order_takes_nothing_that_only_standard_orders_have(db: str):
    found = await refused(make_draft(await make_call(), order_type="BLANKET", minimum_spend=Decimal(1)))

    assert found == [NotApplicable(order_type="BLANKET", path=("minimumSpend",))]


async def test_an_order_whose_lines_add_up_to_more_than_can_be_stored_is_refused(db: str):
    huge = a_line("99999999999999", quantity=Decimal(10))

    [refusal] = await refused(make_draft(await make_call(), lines=[huge] * 11))

    assert isinstance(refusal, InvalidAmount)
    assert refusal.amount == Decimal(99999999999999) * 110


# ------------------------------------------------------------------------------------------------------- limits


async def test_the_101st_line_is_refused_with_the_figure_and_the_limit(db: str):
    call = await make_call()

    assert await PurchaseOrderLine.filter(purchase_order=await make_draft(call, lines=[a_line()] * 100)).count() == 100
    assert await refused(make_draft(call, lines=[a_line()] * 101)) == [
        LimitExceeded(limit=100, actual=101, setting="orderLineLimit", path=("lines",))
    ]


async def test_the_11th_contact_is_refused_with_the_figure_and_the_limit(db: str):
    call = await make_call()

    await make_draft(call, contacts=[contact(number) for number in range(10)])
    assert await refused(make_draft(call, contacts=[contact(number) for number in range(11)])) == [
        LimitExceeded(limit=10, actual=11, setting="orderContactLimit", path=("contacts",))
    ]


async def test_the_101st_active_order_is_refused_with_the_figure_and_the_limit(db: str):
    call = await make_call()
    supplier = await supplier_of(call)
    for _ in range(99):
        await make_order_row(call, supplier)

    await make_order(call)
    assert await refused(make_order(call)) == [LimitExceeded(limit=100, actual=101, setting="activeOrderLimit")]
    await make_draft(call)


async def test_only_orders_in_force_or_about_to_be_count_as_active(db: str):
    call = await make_call()
    supplier = await supplier_of(call)
    await set_limits(call, active_order_limit=3)
    await make_order_row(call, supplier, expiration_date=date(2025, 3, 9))
    await make_order_row(call, supplier, suspended_at=call.now)
    await make_order_row(call, supplier, status=PurchaseOrderStatus.CLOSED_RELEASED)
    await make_order_row(call, supplier, status=PurchaseOrderStatus.DRAFT, issued_at=None)
    await make_order(await make_call())

    await make_order(call, expiration_date=call.today)
    await make_order(call, effective_date=date(2025, 12, 1))
    await make_order(call, effective_date=None, expiration_date=None)
    await make_order(call, effective_date=date(2024, 1, 1), expiration_date=date(2025, 3, 9))  # expired: needs no room
    assert await refused(make_order(call)) == [LimitExceeded(limit=3, actual=4, setting="activeOrderLimit")]


async def test_of_two_orders_for_the_last_place_one_wins(db: str):
    call = await make_call()
    await set_limits(call, active_order_limit=3)
    given = await terms(call, issue=True)
    await purchase_orders.create(call, given)
    await purchase_orders.create(call, given)

    results = await asyncio.gather(*(purchase_orders.create(call, given) for _ in range(6)), return_exceptions=True)

    assert sum(not isinstance(result, BaseException) for result in results) == 1
    assert await PurchaseOrder.all().count() == 3


async def test_refusing_leaves_no_trace_not_even_a_number(db: str):
    call = await make_call()
    before = await everything()

    await refused(make_draft(call, lines=[a_line(-1)]))

    assert await everything() == before
    assert (await make_draft(call)).number == "PO0001001"
