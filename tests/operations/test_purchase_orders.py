"""Orders are made with everything on them, or not at all."""

from __future__ import annotations

import asyncio
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from models import database
from models.organization import OrganizationGate, PaymentTerm, PurchasingEntity, ShippingMethod, User
from models.purchase_order import Contact, PurchaseOrder, PurchaseOrderLine, PurchaseOrderSellerEntity, Tag
from models.requisition import PurchaseRequisition
from models.statuses.orders import AcknowledgmentType, LineStatus, OrderType, ProductType, PurchaseOrderStatus
from models.supplier import SellerEntity
from resolvers.errors import (
    AlreadyTaken,
    Refusal,
)
from resolvers.ids import id_of
from resolvers.orders import purchase_orders
from tests.factories import (
    make_call,
    make_cost_center,
    make_legal_entity,
    make_order_row,
    make_seller_entity,
)
from tests.ordering import (
    FIRST,
    LAST,
    a_line,
    asked,
    changes,
    contact,
    first_line,
    make_draft,
    make_order,
    refused,
    supplier_of,
    terms,
)

if TYPE_CHECKING:
    from resolvers.operation import Call


async def gate_version(call: Call) -> int:
    return (await OrganizationGate.get(organization_id=call.organization_id)).orders_version


# ---------------------------------------------------------------------------------------------- what is written


async def test_every_field_of_an_order_is_stored(db: str):
    call = await make_call()
    supplier = await supplier_of(call)
    sellers = [await make_seller_entity(supplier) for _ in range(2)]
    organization: dict[str, Any] = {"organization_id": call.organization_id}
    requisition = await PurchaseRequisition.create(**organization, number="REQ-1")
    references = {
        "requisition_id": requisition,
        "cost_center_id": await make_cost_center(call.organization_id),
        "legal_entity_id": await make_legal_entity(call.organization_id),
        "purchasing_entity_id": await PurchasingEntity.create(**organization, number="PE1", name="Research"),
        "payment_term_id": await PaymentTerm.create(**organization, name="Net 30", net_days=30),
        "shipping_method_id": await ShippingMethod.create(**organization, name="Sea", carrier="Line"),
        "business_owner_id": await User.create(**organization, name="Owner", email="owner@example.com"),
        "primary_contact_id": await User.create(**organization, name="Asked", email="asked@example.com"),
    }
    said = {
        "number": "PO-7",
        "external_id": "erp:7",
        "display_name": "Cloud",
        "erp_number": "4500007",
        "description": "Usage\nof 2025",
        "order_type": OrderType.STANDARD,
        "ship_to": {"name": "Northwind", "country": "US"},
        "tax_registration_numbers": ["DE1"],
        "invoice_units": ["Research"],
        "effective_date": FIRST,
        "expiration_date": LAST,
        "minimum_spend": Decimal(10000),
        "discount_percentage": Decimal(5),
    }
    given = await terms(
        call,
        **said,
        **{name: id_of(type(row), row.id) for name, row in references.items()},
        seller_entity_ids=[id_of(SellerEntity, seller.id) for seller in sellers],
    )

    written = await purchase_orders.create(call, given)

    order = await PurchaseOrder.get(id=written.key)
    assert {name: getattr(order, name) for name in said} == said
    assert {name: getattr(order, name) for name in references} == {name: row.id for name, row in references.items()}
    assert order.currency == "USD"
    assert order.supplier_id == supplier.id
    links = await PurchaseOrderSellerEntity.filter(purchase_order_id=order.id)
    assert {link.seller_entity_id for link in links} == {seller.id for seller in sellers}
    assert (order.created_at, order.updated_at, order.expiration_set_on) == (call.now, call.now, call.today)


async def test_every_field_of_a_line_is_stored(db: str):
    call = await make_call()
    said: dict[str, Any] = {
        "number": 7,
        "description": "Consulting",
        "line_item_type": "PROFESSIONAL_SERVICES_AND_TRAINING",
        "product_type": "SERVICE",
        "acknowledgment_type": "MILESTONES",
        "milestone_payout": "PERCENTAGE",
        "supplier_product": "Consulting days",
        "part_number": "CD-1",
        "unit": "DAY",
        "quantity": Decimal("2.5"),
        "unit_price": Decimal("1000.123456"),
        "discount": Decimal("0.31"),
        "tax_percent": Decimal("7.5"),
        "estimated_tax": Decimal(1),
        "estimated_shipping": Decimal(2),
        "start_date": date(2025, 2, 1),
        "end_date": date(2025, 2, 28),
        "expected_delivery_date": date(2025, 3, 1),
        "ship_to": {"city": "Seattle"},
        "recipient": "Front desk",
        "erp_line_number": "10",
        "balance_tracked": True,
    }

    order = await make_draft(call, lines=[said])

    line = await first_line(order)
    assert {name: getattr(line, name) for name in said} == said
    # 2.5 × 1,000.123456 − 0.31 = 2,499.99864 → 2,500.00; 7.5 % of it: 187.50
    assert (line.amount, line.tax_amount, line.balance_limit, line.balance_current) == (
        Decimal(2500),
        Decimal("187.5"),
        Decimal("2687.5"),
        Decimal("2687.5"),
    )
    assert (order.total_amount, order.balance_current) == (Decimal(2500), Decimal("2687.5"))


async def test_goods_and_marketplace_lines_have_fields_of_their_own(db: str):
    call = await make_call()

    order = await make_draft(
        call,
        lines=[
            a_line(5, product_type="GOOD", goods_receipt_required=True, unit="INDIVIDUAL_UNIT", quantity=Decimal(3)),
            {"line_item_type": "MARKETPLACE_TRANSACTION", "agreement_id": "agmt-1"},
        ],
    )

    good, marketplace = await PurchaseOrderLine.filter(purchase_order_id=order.id).order_by("number")
    assert (good.product_type, good.goods_receipt_required, good.amount) == (ProductType.GOOD, True, 15)
    assert (marketplace.agreement_id, marketplace.amount, marketplace.balance_limit) == ("agmt-1", 0, None)


async def test_milestones_are_worth_amounts_unless_said_otherwise(db: str):
    order = await make_draft(await make_call(), lines=[a_line(acknowledgment_type="MILESTONES")])

    line = await first_line(order)
    assert (line.acknowledgment_type, str(line.milestone_payout)) == (AcknowledgmentType.MILESTONES, "AMOUNT")


async def test_a_draft_is_not_binding_and_an_issued_order_is(db: str):
    call = await make_call()

    draft = await make_draft(call, lines=[a_line()])
    order = await make_order(call, lines=[a_line()])

    assert (draft.status, draft.issued_at) == (PurchaseOrderStatus.DRAFT, None)
    assert (await first_line(draft)).status is LineStatus.DRAFT
    assert (order.status, order.issued_at) == (PurchaseOrderStatus.ORDERED, call.now)
    assert (await first_line(order)).status is LineStatus.ORDERED


async def test_the_caller_owns_an_order_unless_somebody_else_is_named(db: str):
    call = await make_call()

    assert (await make_draft(call)).business_owner_id == call.actor.user_id


async def test_figures_that_do_not_apply_to_the_type_are_null(db: str):
    call = await make_call()

    standard = await make_order(call, lines=[a_line()])
    blanket = await make_order(call, lines=[a_line()], order_type="BLANKET")

    assert (standard.released_amount, standard.received_amount, standard.remaining_balance) == (None, 0, 10000)
    assert (blanket.released_amount, blanket.received_amount, blanket.remaining_balance) == (0, None, None)
    assert (standard.discount_amount, blanket.discount_amount) == (0, None)


async def test_the_discount_applies_from_the_minimum_spend_on(db: str):
    call = await make_call()
    agreed = {"minimum_spend": Decimal(10000), "discount_percentage": Decimal(5)}

    below = await make_draft(call, lines=[a_line("9999.99")], **agreed)
    reached = await make_draft(call, lines=[a_line(4000), a_line(6000)], **agreed)

    assert (below.discount_amount, below.net_amount) == (0, Decimal("9999.99"))
    assert (reached.total_amount, reached.discount_amount, reached.net_amount) == (10000, 500, 9500)


async def test_contacts_and_tags_are_stored(db: str):
    order = await make_draft(
        await make_call(), contacts=[{**contact(), "phone": "+1 206 555 0100"}], tags=[{"key": "team", "value": ""}]
    )

    [stored] = await Contact.filter(purchase_order_id=order.id)
    assert (stored.name, stored.email, stored.phone) == ("Contact 1", "contact1@example.com", "+1 206 555 0100")
    [tag] = await Tag.filter(purchase_order_id=order.id)
    assert (tag.key, tag.value) == ("team", "")


async def test_an_order_is_found_by_its_own_words_and_those_of_its_supplier_and_lines(db: str):
    call = await make_call()

    order = await make_draft(
        call,
        number="PO-7",
        display_name="Cloud",
        external_id="erp:4711",
        erp_number="E-9",
        description="All accounts",
        lines=[a_line(description="Compute hours", part_number="CH-1")],
    )

    expected = "po 7 cloud erp 4711 e 9 provider all accounts compute hours ch 1"
    assert set(order.search_text.split()) == set(expected.split())


async def test_making_an_order_is_one_event_that_tells_all_of_it(db: str):
    call = await make_call()

    written = await purchase_orders.create(
        call, await terms(call, lines=[a_line()], contacts=[contact()], tags=[{"key": "team", "value": "x"}])
    )

    [event] = written.events
    assert (event.kind, event.subject, event.actor_id, event.created_at) == (
        "purchase_order_created",
        "PO0001001",
        call.actor.user_id,
        call.now,
    )
    told = changes(written)
    assert told["number"] == (None, "PO0001001")
    assert told["expirationDate"] == (None, "2025-12-31")
    assert told["lines.1.unitPrice"] == (None, "10000")
    assert told["contacts.contact1@example.com.name"] == (None, "Contact 1")
    assert told["tags.team"] == (None, "x")
    assert "externalId" not in told


async def test_making_an_order_makes_snapshots_of_the_orders_stale(db: str):
    call = await make_call()
    before = await gate_version(call)

    await make_order(call)

    assert await gate_version(call) > before


async def test_a_hundred_lines_cost_as_many_statements_as_one(db: str):
    call = await make_call()
    await make_draft(call)

    async def statements(lines: int) -> int:
        before = database.statements.total
        await make_draft(call, lines=[a_line() for _ in range(lines)])
        return database.statements.total - before

    assert await statements(100) == await statements(1)


# ------------------------------------------------------------------------------------------------------ numbers


async def test_numbers_are_generated_one_after_the_other(db: str):
    call = await make_call()

    assert [(await make_draft(call)).number for _ in range(3)] == ["PO0001001", "PO0001002", "PO0001003"]


async def test_each_organization_has_numbers_of_its_own(db: str):
    one, other = await make_call(), await make_call()

    assert (await make_draft(one)).number == (await make_draft(other)).number == "PO0001001"
    assert (await make_draft(one, number="1234")).number == (await make_draft(other, number="1234")).number


async def test_generating_skips_numbers_that_orders_have(db: str):
    call = await make_call()
    for place in range(1001, 1104):
        await make_order_row(call, await supplier_of(call), number=f"PO{place:07}")

    assert (await make_draft(call)).number == "PO0001104"


async def test_a_generated_number_is_never_given_again(db: str):
    call = await make_call()
    await purchase_orders.delete(call, asked(await make_draft(call)))

    assert (await make_draft(call)).number == "PO0001002"
    assert await refused(make_draft(call, number="PO0001001")) == [
        AlreadyTaken(value="PO0001001", holder="the numbers given out so far, up to PO0001002", path=("number",))
    ]


async def test_a_number_that_was_given_and_deleted_is_not_generated_later(db: str):
    call = await make_call()
    await purchase_orders.delete(call, asked(await make_draft(call, number="PO0001001")))

    assert (await make_draft(call)).number == "PO0001002"


async def test_a_number_and_an_external_id_belong_to_one_order(db: str):
    call = await make_call()
    order = await make_draft(call, number="1234", external_id="erp:1")

    holder = f"purchase order {id_of(PurchaseOrder, order.id)}"
    assert await refused(make_draft(call, number="1234", external_id="erp:1")) == [
        AlreadyTaken(value="1234", holder=holder, path=("number",)),
        AlreadyTaken(value="erp:1", holder=holder, path=("externalId",)),
    ]


async def test_of_two_orders_with_one_number_at_once_one_is_refused(db: str):
    call = await make_call()
    given = await terms(call, number="1234")

    results = await asyncio.gather(*(purchase_orders.create(call, given) for _ in range(5)), return_exceptions=True)

    assert sum(not isinstance(result, BaseException) for result in results) == 1
    failures = [result for result in results if isinstance(result, BaseException)]
    assert {type(failure).__name__ for failure in failures} == {"Refusals"}
    assert await PurchaseOrder.filter(number="1234").count() == 1


@pytest.mark.parametrize("column", ["number", "external_id"])
async def test_a_writer_who_does_not_wait_at_the_gate_is_stopped_by_the_database(
    db: str, column: str, monkeypatch: pytest.MonkeyPatch
):
    call = await make_call()
    await make_order_row(call, await supplier_of(call), **{column: "1234"})

    async def sees_nothing(*_: Any, **__: Any) -> list[Refusal]:
        return []

    monkeypatch.setattr("resolvers.orders.purchase_order_creation.taken_refusals", sees_nothing)

    [refusal] = await refused(make_draft(call, **{column: "1234"}))
    path = "externalId" if column == "external_id" else "number"
    assert refusal == AlreadyTaken(value="1234", holder="another purchase order", path=(path,))


async def test_orders_made_at_once_get_different_numbers(db: str):
    call = await make_call()
    given = await terms(call)

    await asyncio.gather(*(purchase_orders.create(call, given) for _ in range(10)))

    numbers = {order.number for order in await PurchaseOrder.all()}
    assert numbers == {f"PO000{place}" for place in range(1001, 1011)}
