"""Requisitions: written, submitted, withdrawn, and turned into orders, all of them or none."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from models.collaboration import PurchasingPermission
from models.event import Event
from models.organization import CostCenter, Organization, ShippingMethod, User
from models.purchase_order import PurchaseOrder, PurchaseOrderLine
from models.requisition import PurchaseRequisition, RequisitionLine
from models.statuses.orders import OrderType, ProductType, PurchaseOrderStatus, RequisitionStatus
from models.supplier import Supplier
from resolvers.errors import (
    AlreadyTaken,
    InvalidAmount,
    InvalidValue,
    NotFound,
    Refusals,
    VersionConflict,
    WrongStatus,
)
from resolvers.errors_sourcing import NothingOpen, OpenQuantityExceeded, RequisitionIncomplete
from resolvers.ids import id_of
from resolvers.orders import purchase_order_lines, purchase_orders
from resolvers.sourcing import requisitions
from resolvers.sourcing.requisitions import Meant
from tests.factories import make_call, make_cost_center, make_supplier, make_user
from tests.operations.test_sourcing import fixed, make_method, make_product
from tests.ordering import asked, changes, paths, refused, set_limits, supplier_of, the_line

if TYPE_CHECKING:
    from resolvers.operation import Call

D = Decimal


async def line_of(call: Call, quantity: int | Decimal = 10, unit_price: int = 5, **given: Any) -> dict[str, Any]:
    """A line of goods of the supplier's."""
    return {
        "supplier_id": id_of(Supplier, (await supplier_of(call)).id),
        "product_type": str(ProductType.GOOD),
        "quantity": D(quantity),
        "unit_price": D(unit_price),
        **given,
    }


async def make_draft(call: Call, *lines: dict[str, Any], **given: Any) -> PurchaseRequisition:
    fields = {"currency": "USD", "lines": list(lines), **given}
    written = await requisitions.create(call, fields)
    return await PurchaseRequisition.get(id=written.key)


async def make_submitted(call: Call, *lines: dict[str, Any], **given: Any) -> PurchaseRequisition:
    requisition = await make_draft(call, *lines, **given)
    await requisitions.submit(call, meant(requisition))
    return requisition


def meant(requisition: PurchaseRequisition, **more: Any) -> Meant:
    return Meant(id=id_of(PurchaseRequisition, requisition.id), **more)


async def stands(requisition: PurchaseRequisition) -> tuple[RequisitionStatus, list[Decimal]]:
    """Its status, and what of its lines is ordered."""
    row = await PurchaseRequisition.get(id=requisition.id)
    lines = RequisitionLine.filter(requisition_id=row.id).order_by("number")
    return row.status, [line.ordered_quantity for line in await lines]


async def line_ids(requisition: PurchaseRequisition) -> list[str]:
    lines = await RequisitionLine.filter(requisition_id=requisition.id).order_by("number")
    return [id_of(RequisitionLine, line.id) for line in lines]


async def orders_of(requisition: PurchaseRequisition) -> list[PurchaseOrder]:
    return await PurchaseOrder.filter(requisition_id=requisition.id).order_by("id")


# ------------------------------------------------------------------------------------------------------------ written


async def test_a_requisition_is_written_with_its_lines_and_numbered(db: str):
    call = await make_call()
    product = await make_product(call)
    center = await make_cost_center(call.organization_id)

    one = await make_draft(
        call, await line_of(call), {"product_id": product, "quantity": D(100)}, external_id="R-1", display_name="Desks"
    )
    two = await make_draft(call, cost_center_id=id_of(CostCenter, center.id))

    assert (one.number, two.number, one.status, one.requested_by_id) == (
        "PR0000001",
        "PR0000002",
        RequisitionStatus.DRAFT,
        call.actor.user_id,
    )
    first, second = await RequisitionLine.filter(requisition_id=one.id).order_by("number")
    assert (first.amount, second.unit_price, second.amount, one.total_amount) == (D(50), D(9), D(900), D(950))
    assert (second.supplier_id, second.part_number) == ((await supplier_of(call)).id, "W-1")
    event = await Event.filter(requisition_id=two.id).get()
    assert (event.kind, event.subject) == ("requisition_created", "PR0000002")
    assert {"field": "costCenterId", "from": None, "to": id_of(CostCenter, center.id)} in event.changes


async def test_everything_wrong_with_a_requisition_is_told_at_once(db: str):
    call = await make_call()
    await make_draft(call, external_id="R-1")
    lines = [
        await line_of(call, quantity=D("1.5")),
        await line_of(call, number=1, unit_price=-1),
        await line_of(call, number=1, shipping_method_id="ship_0"),
        {"supplier_id": "sup_0", "product_id": "prd_0"},
    ]

    with pytest.raises(Refusals) as wrong:
        await make_draft(call, *lines, external_id="R-1", permissions=[{"user_id": "usr_0"}, {}])

    assert sorted((".".join(each.path), type(each)) for each in wrong.value.refusals) == [
        ("externalId", AlreadyTaken),
        ("lines.0.quantity", InvalidAmount),
        ("lines.1.unitPrice", InvalidAmount),
        ("lines.2.number", AlreadyTaken),
        ("lines.2.shippingMethodId", NotFound),
        ("lines.3.productId", NotFound),
        ("lines.3.supplierId", NotFound),
        ("permissions.0.userId", NotFound),
        ("permissions.1", InvalidValue),
    ]
    assert await PurchaseRequisition.all().count() == 1


async def test_a_draft_and_its_lines_are_changed_and_its_total_follows(db: str):
    call = await make_call()
    await supplier_of(call)
    other = await make_supplier(call.organization_id, "Other")
    product = await make_product(call)
    requisition = await make_draft(call, await line_of(call))
    [line] = await line_ids(requisition)

    await requisitions.add_line(call, meant(requisition, expected_version=1), await line_of(call, 2, 100))
    written = await requisitions.update_line(call, Meant(line_id=line, expected_version=2), {"quantity": D(20)})
    assert changes(written) == {"lines.1.quantity": ("10", "20")}
    assert (await PurchaseRequisition.get(id=requisition.id)).total_amount == D(300)
    again = await requisitions.update_line(call, Meant(line_id=line), {"quantity": D("20.0")})
    assert again.events == ()
    await requisitions.update_line(call, Meant(line_id=line), {"product_id": product})
    with pytest.raises(Refusals) as theirs:
        await requisitions.update_line(call, Meant(line_id=line), {"supplier_id": id_of(Supplier, other.id)})
    assert paths(list(theirs.value.refusals)) == ["line.supplierId"]

    await requisitions.remove_line(call, Meant(line_id=line))
    written = await requisitions.update(call, meant(requisition), {"display_name": "Chairs", "description": None})
    assert changes(written) == {"displayName": (None, "Chairs")}
    row = await PurchaseRequisition.get(id=requisition.id)
    assert (row.total_amount, row.edit_version) == (D(200), 6)
    with pytest.raises(VersionConflict):
        await requisitions.update(call, meant(requisition, expected_version=5), {"display_name": "Stools"})


async def test_only_a_draft_with_lines_and_their_suppliers_is_submitted_and_then_stays_as_it_is(db: str):
    call = await make_call()
    empty, unsourced = await make_draft(call), await make_draft(call, {"unit_price": D(1)})
    requisition = await make_submitted(call, await line_of(call))
    [line] = await line_ids(requisition)

    assert await refused(requisitions.submit(call, meant(empty))) == [RequisitionIncomplete(missing="line")]
    assert await refused(requisitions.submit(call, meant(unsourced))) == [
        RequisitionIncomplete(missing="supplier", line=1)
    ]
    assert (await PurchaseRequisition.get(id=requisition.id)).submitted_at == call.now
    for doing in (
        requisitions.submit(call, meant(requisition)),
        requisitions.update(call, meant(requisition), {}),
        requisitions.add_line(call, meant(requisition), {}),
        requisitions.update_line(call, Meant(line_id=line), {}),
        requisitions.remove_line(call, Meant(line_id=line)),
    ):
        assert [type(each) for each in await refused(doing)] == [WrongStatus]
    assert [type(each) for each in await refused(requisitions.order(call, meant(empty)))] == [WrongStatus]
    stranger = await make_call()
    assert [type(each) for each in await refused(requisitions.submit(stranger, meant(empty)))] == [NotFound]


async def test_what_is_withdrawn_is_not_ordered_any_more(db: str):
    call = await make_call()
    requisition = await make_submitted(call, await line_of(call))
    await requisitions.order(
        call, meant(requisition), [{"line_id": (await line_ids(requisition))[0], "quantity": D(4)}]
    )

    await requisitions.cancel(call, meant(requisition, reason="Not needed."))

    assert await stands(requisition) == (RequisitionStatus.CANCELED, [D(4)])
    assert len(await orders_of(requisition)) == 1
    assert [type(each) for each in await refused(requisitions.order(call, meant(requisition)))] == [WrongStatus]
    assert [type(each) for each in await refused(requisitions.cancel(call, meant(requisition)))] == [WrongStatus]


# ------------------------------------------------------------------------------------------------------------ ordered


async def test_lines_become_orders_that_carry_everything_over(db: str):
    call = await make_call()
    buyer, owner = [await make_user(await Organization.get(id=call.organization_id)) for _ in range(2)]
    await supplier_of(call)
    other = await make_supplier(call.organization_id, "Other")
    center = await make_cost_center(call.organization_id)
    ground = await make_method(call, fixed(25))
    requisition = await make_submitted(
        call,
        await line_of(call, description="Desks", part_number="D-1", shipping_method_id=ground),
        await line_of(call, 2, 100, supplier_id=id_of(Supplier, other.id)),
        await line_of(call, 1, 1000, order_type="BLANKET", product_type="SERVICE", unit="FIXED_FEE"),
        await line_of(call, 3, 7, shipping_method_id=ground, business_owner_id=id_of(User, owner.id)),
        assigned_to_id=id_of(User, buyer.id),
        cost_center_id=id_of(CostCenter, center.id),
        permissions=[{"user_id": id_of(User, owner.id)}, {"cost_center_id": id_of(CostCenter, center.id)}],
    )

    written = await requisitions.order(call, meant(requisition))

    orders = await orders_of(requisition)
    assert [order.total_amount for order in orders] == [D(75), D(200), D(1000), D(46)]  # goods with a fee of 25
    assert {(order.cost_center_id, order.primary_contact_id, order.status) for order in orders} == {
        (center.id, buyer.id, PurchaseOrderStatus.DRAFT)
    }
    assert [order.business_owner_id for order in orders] == [*[call.actor.user_id] * 3, owner.id]
    assert [order.supplier_id == other.id for order in orders] == [False, True, False, False]
    assert [order.order_type for order in orders].index(OrderType.BLANKET) == 2
    assert id_of(ShippingMethod, orders[0].shipping_method_id or 0) == ground
    line = await PurchaseOrderLine.filter(purchase_order_id=orders[0].id).order_by("number").first()
    assert line is not None
    assert (line.description, line.part_number, line.quantity, line.unit_price) == ("Desks", "D-1", D(10), D(5))
    permissions = await PurchasingPermission.filter(purchase_order_id__isnull=False).order_by("id")
    assert [(each.purchase_order_id, each.user_id, each.cost_center_id) for each in permissions] == [
        (orders[2].id, owner.id, None),
        (orders[2].id, None, center.id),
    ]
    assert await stands(requisition) == (RequisitionStatus.ORDERED, [D(10), D(2), D(1), D(3)])
    noted, *made = written.events
    assert (noted.kind, noted.requisition_id) == ("requisition_ordered", requisition.id)
    assert [event.kind for event in made] == ["purchase_order_created"] * 4


async def test_who_handles_a_requisition_is_whom_to_ask_about_its_orders(db: str):
    call = await make_call()
    organization = await Organization.get(id=call.organization_id)
    first, second = await make_user(organization), await make_user(organization)
    requisition = await make_submitted(call, await line_of(call), assigned_to_id=id_of(User, first.id))
    await requisitions.order(call, meant(requisition))
    (order,) = await orders_of(requisition)
    assert order.primary_contact_id == first.id

    written = await requisitions.update(call, meant(requisition), {"assigned_to_id": id_of(User, second.id)})

    (now,) = await orders_of(requisition)
    assert (now.primary_contact_id, now.edit_version) == (second.id, order.edit_version + 1)
    assert now.updated_at == order.updated_at
    assert [event.kind for event in written.events] == ["requisition_updated", "purchase_order_updated"]
    more = {"assigned_to_id": id_of(User, first.id), "description": "More"}
    assert [type(each) for each in await refused(requisitions.update(call, meant(requisition), more))] == [WrongStatus]


async def test_what_is_not_ordered_stays_open_and_what_is_given_back_opens_again(db: str):
    call = await make_call()
    requisition = await make_submitted(call, await line_of(call, 10))
    [line] = await line_ids(requisition)

    await requisitions.order(call, meant(requisition), [{"line_id": line, "quantity": D(4)}])
    assert await stands(requisition) == (RequisitionStatus.PARTIALLY_ORDERED, [D(4)])
    too_much = [{"line_id": line, "quantity": D(7)}]
    assert await refused(requisitions.order(call, meant(requisition), too_much)) == [
        OpenQuantityExceeded(line=1, asked=D(7), open=D(6), unit="INDIVIDUAL_UNIT", path=("lines", "0", "quantity"))
    ]
    await requisitions.order(call, meant(requisition))
    assert await stands(requisition) == (RequisitionStatus.ORDERED, [D(10)])
    ordered = await refused(requisitions.order(call, meant(requisition)))
    assert [type(each) for each in ordered] == [WrongStatus]

    one, two = await orders_of(requisition)
    await purchase_order_lines.update(call, await the_line(one), {"quantity": D(1)})
    assert await stands(requisition) == (RequisitionStatus.PARTIALLY_ORDERED, [D(7)])
    await purchase_order_lines.remove(call, await the_line(one))
    assert await stands(requisition) == (RequisitionStatus.PARTIALLY_ORDERED, [D(6)])
    await purchase_orders.delete(call, asked(two))
    assert await stands(requisition) == (RequisitionStatus.SUBMITTED, [D(0)])


async def test_one_order_refused_means_no_order_at_all(db: str):
    call = await make_call()
    await supplier_of(call)
    other = await make_supplier(call.organization_id, "Other")
    theirs: dict[str, Any] = {"supplier_id": id_of(Supplier, other.id)}
    lines = [await line_of(call), *[await line_of(call, number=number, **theirs) for number in (2, 3, 4)]]
    requisition = await make_submitted(call, *lines)
    await set_limits(call, order_line_limit=2)

    found = await refused(requisitions.order(call, meant(requisition)))

    assert [(type(each).__name__, each.path) for each in found] == [("LimitExceeded", ())]
    assert await stands(requisition) == (RequisitionStatus.SUBMITTED, [D(0)] * 4)
    assert not await PurchaseOrder.exists()


async def test_two_who_order_the_same_line_at_once_do_not_order_it_twice(db: str):
    call = await make_call()
    requisition = await make_submitted(call, await line_of(call))

    done = await asyncio.gather(
        *(requisitions.order(call, meant(requisition)) for _ in range(2)), return_exceptions=True
    )

    assert sorted(type(each).__name__ for each in done) == ["Written", "WrongStatus"]
    assert len(await orders_of(requisition)) == 1


async def test_orders_can_be_submitted_as_they_are_made(db: str):
    call = await make_call()
    requisition = await make_submitted(call, await line_of(call))

    await requisitions.order(call, meant(requisition), submit=True)

    [order] = await orders_of(requisition)
    assert (order.status, order.submitted_at) == (PurchaseOrderStatus.ORDERED, call.now)


@pytest.mark.parametrize(("threshold", "ordered"), [(0, True), (50, True), (49, False)])
async def test_small_requisitions_are_ordered_as_they_are_submitted(db: str, threshold: int, *, ordered: bool):
    call = await make_call()
    await Organization.filter(id=call.organization_id).update(auto_order=True, auto_order_threshold=D(threshold))

    requisition = await make_submitted(call, await line_of(call, 10, 5))

    orders = await orders_of(requisition)
    assert [order.status for order in orders] == [PurchaseOrderStatus.ORDERED] * ordered
    expected = RequisitionStatus.ORDERED if ordered else RequisitionStatus.SUBMITTED
    assert (await stands(requisition))[0] is expected


async def test_what_cannot_be_ordered_at_once_is_not_submitted(db: str):
    call = await make_call()
    await Organization.filter(id=call.organization_id).update(auto_order=True)
    await make_method(call)
    requisition = await make_draft(call, await line_of(call))

    found = await refused(requisitions.submit(call, meant(requisition)))

    assert [type(each).__name__ for each in found] == ["ShippingMethodRequired"]
    assert (await stands(requisition))[0] is RequisitionStatus.DRAFT


async def test_an_order_made_from_a_requisition_keeps_it(db: str):
    call = await make_call()
    requisition = await make_submitted(call, await line_of(call))
    other = await make_draft(call)
    await requisitions.order(call, meant(requisition))
    [order] = await orders_of(requisition)
    own, others = (id_of(PurchaseRequisition, each.id) for each in (requisition, other))

    for given in (others, None):
        [refusal] = await refused(purchase_orders.update(call, asked(order), {"requisition_id": given}))
        assert isinstance(refusal, InvalidValue)
        assert (refusal.value, refusal.path) == (given or "null", ("requisitionId",))

    await purchase_orders.update(call, asked(order), {"requisition_id": own, "display_name": "Desks"})
    await purchase_order_lines.remove(call, await the_line(order))
    await purchase_orders.update(call, asked(order), {"requisition_id": others})
    assert await orders_of(other) == [order]


async def test_nothing_is_left_to_order_of_a_requisition_that_is_ordered(db: str):
    call = await make_call()
    requisition = await make_submitted(call, await line_of(call))
    await RequisitionLine.filter(requisition_id=requisition.id).update(ordered_quantity=D(10))

    assert await refused(requisitions.order(call, meant(requisition))) == [NothingOpen(requisition=requisition.number)]
