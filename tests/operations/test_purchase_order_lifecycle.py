"""Orders confirmed, canceled, reopened; lines closed short and canceled; edits that do not go round approvals."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from models.collaboration import PurchasingPermission
from models.notice import Notice
from models.organization import Organization
from models.purchase_order import PurchaseOrder, PurchaseOrderLine
from models.statuses.orders import OrderType, ProductType
from resolvers.errors import InUse, InvalidValue, LimitExceeded, NothingThere, WrongStatus
from resolvers.errors_approvals import AlreadyReceived, ApprovalRequired
from resolvers.ids import id_of
from resolvers.orders import purchase_order_endings as endings
from resolvers.orders import purchase_order_lifecycle as lifecycle
from resolvers.orders import purchase_order_lines as lines
from resolvers.orders import purchase_order_parts as parts
from resolvers.orders import purchase_order_states as states
from resolvers.orders import purchase_orders, releases
from resolvers.orders.purchase_order_edits import Asked
from tests.approving import agree, approver_of, make_rule, plan_of, standing
from tests.delivering import entry, receive
from tests.factories import make_call, make_organization
from tests.ordering import (
    a_line,
    asked,
    changes,
    contact,
    first_line,
    later,
    make_draft,
    make_order,
    refused,
    serve,
    set_limits,
    the_line,
)

if TYPE_CHECKING:
    from models.organization import User
    from resolvers.operation import Call


@pytest.fixture
async def organization(db: str) -> Organization:
    return await make_organization()


@pytest.fixture
async def call(organization: Organization) -> Call:
    return await make_call(organization)


@pytest.fixture
async def ann(organization: Organization) -> User:
    return await approver_of(organization)


def goods(number: int, quantity: int = 10) -> dict[str, Any]:
    """A line of goods for 100 each."""
    return a_line(100, number=number, quantity=Decimal(quantity), product_type=ProductType.GOOD, unit="INDIVIDUAL_UNIT")


async def line(order: PurchaseOrder, number: int, **more: Any) -> Asked:
    found = await PurchaseOrderLine.get(purchase_order_id=order.id, number=number)
    return Asked(line_id=id_of(PurchaseOrderLine, found.id), **more)


async def stands(order: PurchaseOrder) -> tuple[str, Decimal, list[str]]:
    """The status and total of the order, and how its lines stand."""
    now = await PurchaseOrder.get(id=order.id)
    found = await PurchaseOrderLine.filter(purchase_order_id=order.id).order_by("number")
    return str(now.status), now.total_amount, [str(each.status) for each in found]


# --------------------------------------------------------------------------------------------------------- confirmation


async def test_an_order_waits_for_its_supplier_where_that_is_required(organization: Organization, call: Call):
    await Organization.filter(id=organization.id).update(supplier_confirmation=True)
    order = await make_draft(call, lines=[a_line()])

    await states.issue(call, asked(order))
    assert await stands(order) == ("PENDING_SUPPLIER_CONFIRMATION", 10000, ["PENDING_SUPPLIER_CONFIRMATION"])

    written = await lifecycle.confirm(call, asked(order))
    assert await stands(order) == ("ORDERED", 10000, ["ORDERED"])
    assert changes(written) == {
        "status": ("PENDING_SUPPLIER_CONFIRMATION", "ORDERED"),
        "supplierConfirmedAt": (None, "2025-03-10T12:00:00+00:00"),
    }
    [found] = await refused(lifecycle.confirm(call, asked(order)))
    assert found == WrongStatus(action="CONFIRM", status="ORDERED", allowed=("PENDING_SUPPLIER_CONFIRMATION",))


async def test_a_new_order_issued_at_once_waits_for_its_supplier_too(organization: Organization, call: Call):
    await Organization.filter(id=organization.id).update(supplier_confirmation=True)

    order = await make_order(call, lines=[a_line()])

    assert await stands(order) == ("PENDING_SUPPLIER_CONFIRMATION", 10000, ["PENDING_SUPPLIER_CONFIRMATION"])
    assert (await PurchaseOrder.get(id=order.id)).first_approved_amount == 10000


# ------------------------------------------------------------------------------------------------------------ canceling


async def test_canceling_cancels_what_was_not_received_and_closes_the_rest_short(call: Call):
    order = await make_order(call, lines=[goods(1), goods(2), goods(3)], contacts=[contact()])
    await receive(call, order, entry(10, 1))
    await receive(call, order, entry(4, 2))

    written = await endings.cancel(call, asked(order, reason="Project stopped"))

    assert await stands(order) == ("DELIVERED", 1400, ["DELIVERED", "DELIVERED", "CLOSED_CANCELED"])
    second, third = await PurchaseOrderLine.filter(purchase_order_id=order.id, number__in=[2, 3]).order_by("number")
    assert (second.closed_at, second.close_reason, second.canceled_at) == (call.now, "Project stopped", None)
    assert (third.canceled_at, third.cancel_reason, third.closed_at) == (call.now, "Project stopped", None)
    told = changes(written)
    assert told["lines.3.status"] == ("ORDERED", "CLOSED_CANCELED")
    assert told["status"] == ("PARTIALLY_DELIVERED", "DELIVERED")
    assert await Notice.filter(kind="ORDER_CLOSED").count() == 0


async def test_an_order_of_which_nothing_came_is_canceled_as_a_whole_and_its_contacts_are_told(call: Call):
    order = await make_order(call, lines=[goods(1), goods(2)], contacts=[contact()])

    await endings.cancel(call, asked(order, reason="Project stopped"))

    assert await stands(order) == ("CLOSED_CANCELED", 0, ["CLOSED_CANCELED"] * 2)
    [notice] = await Notice.filter(kind="ORDER_CLOSED")
    assert notice.purchase_order_id == order.id
    for doing in (endings.cancel(call, asked(order, reason="Again")), endings.reopen(call, asked(order))):
        [found] = await refused(doing)
        assert isinstance(found, WrongStatus)


async def test_a_line_that_was_billed_stays_when_its_order_is_canceled(call: Call):
    order = await make_order(call, lines=[a_line(), a_line()])
    await serve(call, await first_line(order))

    await endings.cancel(call, asked(order, reason="Over"))

    billed, other = await PurchaseOrderLine.filter(purchase_order_id=order.id).order_by("number")
    assert (billed.canceled_at, billed.closed_at) == (None, call.now)
    assert (other.canceled_at, other.closed_at) == (call.now, None)


async def test_canceling_needs_a_reason_and_something_that_is_open(call: Call):
    order = await make_order(call, lines=[goods(1), goods(2)])
    await receive(call, order, entry(10, 1))
    await receive(call, order, entry(9, 2))

    [found] = await refused(endings.cancel(call, asked(order)))
    assert isinstance(found, InvalidValue)
    assert found.path == ("reason",)
    assert await refused(endings.cancel(call, asked(order, reason="Over"))) == [
        NothingThere(kind="line of which nothing was received or billed")
    ]


async def test_canceling_what_waits_for_approval_ends_the_plan(call: Call, ann: User):
    await make_rule(call, ann)
    order = await make_draft(call, lines=[a_line()])
    await lifecycle.submit(call, asked(order))

    await endings.cancel(call, asked(order, reason="Not needed"))

    assert await standing(order) == ("CLOSED_CANCELED", "SUPERSEDED", ["NO_LONGER_REQUIRED"])
    assert await stands(order) == ("CLOSED_CANCELED", 0, ["CLOSED_CANCELED"])
    [found] = await refused(agree(call, ann, order))
    assert type(found).__name__ == "AlreadyDecided"


async def test_canceling_a_release_that_waits_for_its_excess_ends_that_plan_and_frees_the_budget(
    organization: Organization, call: Call
):
    blanket = await make_order(call, order_type=OrderType.BLANKET, lines=[{"unit_price": Decimal(1000)}])
    buyer = await make_call(organization)
    await PurchasingPermission.create(organization=organization, purchase_order=blanket, user_id=buyer.actor.user_id)
    line = {"blanket_line_number": 1, "unit_price": Decimal(1300)}
    drawn = await releases.create(buyer, asked(blanket), {"lines": [line]})
    release = await PurchaseOrder.get(id=drawn.key)
    assert await standing(release) == ("PENDING_APPROVAL", "OPEN", ["REQUESTED"])

    await endings.cancel(buyer, asked(release, reason="Not needed"))

    assert await standing(release) == ("CLOSED_CANCELED", "SUPERSEDED", ["NO_LONGER_REQUIRED"])
    assert (await PurchaseOrder.get(id=release.id)).excess_amount == 0
    assert (await PurchaseOrder.get(id=blanket.id)).released_amount == 0


# ---------------------------------------------------------------------------------------------------------------- lines


async def test_a_line_closed_short_counts_with_what_was_received(call: Call):
    order = await make_order(call, lines=[goods(1), goods(2)])
    await receive(call, order, entry(4, 1))

    written = await endings.close_line(call, await line(order, 1, reason="The rest is not needed"))

    assert await stands(order) == ("PARTIALLY_DELIVERED", 1400, ["DELIVERED", "ORDERED"])
    assert changes(written)["lines.1.closeReason"] == (None, "The rest is not needed")
    [found] = await refused(endings.close_line(call, await line(order, 1, reason="Again")))
    assert isinstance(found, WrongStatus)
    assert found.path == ("lineId",)

    await endings.reopen_line(call, await line(order, 1))
    assert await stands(order) == ("PARTIALLY_DELIVERED", 2000, ["PARTIALLY_DELIVERED", "ORDERED"])
    [found] = await refused(endings.reopen_line(call, await line(order, 1)))
    assert found == NothingThere(kind="line that was closed short")


async def test_an_order_whose_last_line_is_closed_short_is_released_and_can_be_reopened(call: Call):
    order = await make_order(call, lines=[goods(1)])

    await endings.close_line(call, await line(order, 1, reason="Over"))
    assert await stands(order) == ("CLOSED_RELEASED", 0, ["CLOSED_RELEASED"])

    await endings.reopen(call, asked(order))
    assert await stands(order) == ("ORDERED", 1000, ["ORDERED"])


async def test_only_a_line_of_which_nothing_came_is_canceled(call: Call):
    order = await make_order(call, lines=[goods(1), goods(2), a_line(number=3)])
    await receive(call, order, entry(4, 1))
    await serve(call, await PurchaseOrderLine.get(purchase_order_id=order.id, number=3))

    assert await refused(endings.cancel_line(call, await line(order, 1, reason="Over"))) == [
        AlreadyReceived(quantity=Decimal(4), amount=Decimal(400), remedy="close it short instead", path=("lineId",))
    ]
    assert await refused(endings.cancel_line(call, await line(order, 3, reason="Over"))) == [
        InUse(invoices=1, remedy="close it short instead", path=("lineId",))
    ]
    await endings.cancel_line(call, await line(order, 2, reason="Over"))
    assert (await stands(order))[2][1] == "CLOSED_CANCELED"


# ------------------------------------------------------------------------------------------------------------ reopening


async def test_a_closed_order_is_reopened_but_not_what_was_closed_short_before(call: Call):
    order = await make_order(call, lines=[goods(1), goods(2)])
    await endings.close_line(call, await line(order, 2, reason="Over"))
    await states.close(call, asked(order, reason="Replaced"))

    written = await endings.reopen(later(call, hour=13), asked(order))

    assert await stands(order) == ("ORDERED", 1000, ["ORDERED", "CLOSED_RELEASED"])
    assert changes(written)["closeReason"] == ("Replaced", None)


async def test_an_order_that_has_expired_meanwhile_can_be_reopened_and_needs_no_room(call: Call):
    order = await make_order(call, lines=[goods(1)], expiration_date=date(2025, 3, 20))
    await states.close(call, asked(order))
    await set_limits(call, active_order_limit=0)

    assert await refused(endings.reopen(call, asked(order))) == [
        LimitExceeded(limit=0, actual=1, setting="activeOrderLimit")
    ]
    await endings.reopen(later(call, day=21), asked(order))
    assert (await stands(order))[0] == "ORDERED"


async def test_nothing_comes_back_that_was_never_agreed_to(call: Call, ann: User):
    order = await make_order(call, lines=[a_line(900)])
    await make_rule(call, ann)
    await endings.close_line(call, await the_line(order, reason="Over"))
    await endings.reopen(call, asked(order))
    await lines.add(call, asked(order), a_line(50))
    await endings.close_line(call, await the_line(order, reason="Over"))
    await lines.add(call, asked(order), a_line(900))

    [found] = await refused(endings.reopen_line(call, await the_line(order)))

    assert isinstance(found, ApprovalRequired)
    assert (await stands(order))[1] == 950


async def test_what_was_agreed_to_comes_back_whatever_the_rules_say(call: Call, ann: User):
    await make_rule(call, ann)
    order = await make_draft(call, lines=[a_line(5000)])
    await lifecycle.submit(call, asked(order))
    await agree(call, ann, order)
    await endings.close_line(call, await the_line(order, reason="Over"))

    await endings.reopen(call, asked(order))

    assert (await stands(order))[:2] == ("ORDERED", 5000)


# ------------------------------------------------------------------------------------- edits do not go round approvals


async def test_an_issued_order_is_changed_directly_only_where_no_rule_fits_what_it_would_be(call: Call, ann: User):
    order = await make_order(call, lines=[a_line(500), a_line(100)], contacts=[contact()])
    rule = await make_rule(call, ann)

    await lines.update(call, await the_line(order), {"unit_price": Decimal(899)})
    assert (await stands(order))[1] == 999
    for doing in (
        lines.update(call, await the_line(order), {"unit_price": Decimal(900)}),
        lines.update(call, await the_line(order), {"quantity": Decimal(2)}),
        lines.add(call, asked(order), a_line(1)),
    ):
        [found] = await refused(doing)
        assert isinstance(found, ApprovalRequired)
        assert found.rules == (rule.number,)
        assert "revision" in found.message


async def test_of_an_order_that_a_rule_fits_only_what_approvers_do_not_look_at_is_changed(call: Call, ann: User):
    order = await make_order(call, lines=[a_line(5000), a_line(100)], contacts=[contact()])
    await make_rule(call, ann)

    for doing in (
        lines.update(call, await the_line(order), {"unit_price": Decimal(4000)}),
        lines.update(call, await the_line(order), {"end_date": date(2025, 6, 30)}),
        lines.remove(call, await line(order, 2)),
        purchase_orders.update(call, asked(order), {"expiration_date": date(2026, 12, 31)}),
        states.extend(call, asked(order), date(2026, 12, 31)),
    ):
        [found] = await refused(doing)
        assert isinstance(found, ApprovalRequired)
    await lines.update(call, await the_line(order), {"description": "Servers", "recipient": "Kim"})
    await purchase_orders.update(call, asked(order), {"display_name": "Cloud"})
    await parts.set_tags(call, asked(order), [{"key": "team", "value": "cloud"}])
    await lines.update(call, await the_line(order), {"unit_price": Decimal(800)})
    assert (await stands(order))[1] == 900


async def test_an_order_that_waits_for_approval_is_not_changed(call: Call, ann: User):
    await make_rule(call, ann)
    order = await make_draft(call, lines=[a_line(5000)], contacts=[contact()])
    await lifecycle.submit(call, asked(order))

    for doing in (
        lines.update(call, await the_line(order), {"description": "Other"}),
        lines.add(call, asked(order), a_line()),
        purchase_orders.update(call, asked(order), {"display_name": "Other"}),
        states.issue(call, asked(order)),
        lifecycle.submit(call, asked(order)),
    ):
        [found] = await refused(doing)
        assert isinstance(found, WrongStatus)
        assert found.status == "PENDING_APPROVAL"


async def test_an_approved_order_is_a_draft_again_once_its_terms_change(call: Call, ann: User):
    await make_rule(call, ann)
    order = await make_draft(call, lines=[a_line(5000)])
    await lifecycle.submit(call, asked(order), issue_when_approved=False)
    await agree(call, ann, order)

    await lines.update(call, await the_line(order), {"description": "Servers"})
    assert (await stands(order))[0] == "PENDING_SUBMISSION"
    written = await lines.update(call, await the_line(order), {"unit_price": Decimal(50000)})

    assert changes(written)["status"] == ("PENDING_SUBMISSION", "DRAFT")
    assert await stands(order) == ("DRAFT", 50000, ["DRAFT"])
    [found] = await refused(states.issue(call, asked(order)))
    assert isinstance(found, ApprovalRequired)
    await lifecycle.submit(call, asked(order))
    assert (await plan_of(order)).amount == 50000


async def test_a_rejected_order_stays_rejected_until_it_is_submitted_again(call: Call, ann: User):
    await make_rule(call, ann)
    order = await make_draft(call, lines=[a_line(5000)])
    await PurchaseOrder.filter(id=order.id).update(status="REJECTED")

    await lines.update(call, await the_line(order), {"unit_price": Decimal(500)})
    assert (await stands(order))[0] == "REJECTED"
    [found] = await refused(states.issue(call, asked(order)))
    assert isinstance(found, WrongStatus)

    await lifecycle.submit(call, asked(order))
    assert (await stands(order))[0] == "ORDERED"


async def test_a_blanket_order_goes_the_same_way(call: Call, ann: User):
    await make_rule(call, ann)
    order = await make_draft(call, order_type=OrderType.BLANKET, lines=[a_line(5000, balance_tracked=False)])

    await lifecycle.submit(call, asked(order))
    await agree(call, ann, order)

    assert (await stands(order))[0] == "ORDERED"
