"""Orders are changed, copied and deleted; who saw an older one is told what has changed."""

from __future__ import annotations

import asyncio
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from models.event import Event
from models.invoice import Allocation
from models.organization import OrganizationGate
from models.purchase_order import Contact, PurchaseOrder, PurchaseOrderLine, PurchaseOrderSellerEntity, Tag
from models.statuses.orders import PurchaseOrderStatus
from models.statuses.people import Role
from models.supplier import SellerEntity, Supplier
from resolvers import events
from resolvers.errors import (
    AlreadyTaken,
    InUse,
    InvalidValue,
    LimitExceeded,
    NotApplicable,
    NotFound,
    NotPermitted,
    OutsideValidity,
    VersionConflict,
    WrongStatus,
)
from resolvers.ids import id_of
from resolvers.operation import Call
from resolvers.orders import purchase_order_parts, purchase_order_states, purchase_orders
from resolvers.orders.purchase_order_edits import Asked
from tests.factories import actor_of, make_call, make_cost_center, make_seller_entity, make_supplier, make_user
from tests.ordering import (
    LAST,
    a_line,
    asked,
    changes,
    contact,
    first_line,
    later,
    make_draft,
    make_order,
    paths,
    refused,
    serve,
    set_limits,
    supplier_of,
)

if TYPE_CHECKING:
    from models.organization import Organization

TOMORROW = 11


# ------------------------------------------------------------------------------------------------------- update


async def test_the_fields_given_change_and_the_others_stay(db: str):
    call = await make_call()
    order = await make_order(call, display_name="Cloud", description="All", lines=[a_line()])
    center = await make_cost_center(call.organization_id)

    written = await purchase_orders.update(
        later(call, day=TOMORROW),
        asked(order),
        {"display_name": "Clouds", "description": None, "cost_center_id": id_of(type(center), center.id)},
    )

    await order.refresh_from_db()
    assert (order.display_name, order.description, order.cost_center_id) == ("Clouds", None, center.id)
    assert (order.expiration_date, order.status, order.total_amount) == (LAST, PurchaseOrderStatus.ORDERED, 10000)
    assert changes(written) == {
        "displayName": ("Cloud", "Clouds"),
        "description": ("All", None),
        "costCenterId": (None, id_of(type(center), center.id)),
    }
    assert [event.kind for event in written.events] == ["purchase_order_updated"]


async def test_an_edit_by_a_person_counts_up_and_is_dated(db: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line()])
    await serve(call, await first_line(order))
    await order.refresh_from_db()
    assert (order.edit_version, order.updated_at) == (1, call.now)  # a posting is no edit

    await purchase_orders.update(later(call, day=TOMORROW), asked(order), {"display_name": "Clouds"})

    await order.refresh_from_db()
    assert (order.edit_version, order.updated_at) == (2, later(call, day=TOMORROW).now)
    assert order.balance_current == 8000


async def test_a_change_that_changes_nothing_writes_nothing(db: str):
    call = await make_call()
    order = await make_order(call, display_name="Cloud", minimum_spend=Decimal(5))

    written = await purchase_orders.update(
        later(call, day=TOMORROW), asked(order), {"display_name": "Cloud", "minimum_spend": Decimal("5.00")}
    )

    await order.refresh_from_db()
    assert (written.key, written.events, order.edit_version, order.updated_at) == (order.id, (), 1, call.now)


async def test_the_words_an_order_is_found_by_follow_its_fields(db: str):
    call = await make_call()
    order = await make_order(call, display_name="Cloud", lines=[a_line(description="Hours")])

    await purchase_orders.update(call, asked(order), {"display_name": "Rain"})

    await order.refresh_from_db()
    assert set(order.search_text.split()) == {"po0001001", "rain", "cloud", "provider", "hours"}


async def test_the_discount_follows_its_terms(db: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line()])

    await purchase_orders.update(
        call, asked(order), {"minimum_spend": Decimal(10000), "discount_percentage": Decimal("12.5")}
    )

    await order.refresh_from_db()
    assert (order.discount_amount, order.net_amount) == (1250, 8750)


async def test_seller_entities_are_replaced_by_the_ones_given(db: str):
    call = await make_call()
    one, other = [await make_seller_entity(await supplier_of(call)) for _ in range(2)]
    order = await make_order(call, seller_entity_ids=[id_of(SellerEntity, one.id)])

    written = await purchase_orders.update(call, asked(order), {"seller_entity_ids": [id_of(SellerEntity, other.id)]})

    links = await PurchaseOrderSellerEntity.filter(purchase_order_id=order.id)
    assert [link.seller_entity_id for link in links] == [other.id]
    assert changes(written) == {"sellerEntityIds": (f"sel_{one.id}", f"sel_{other.id}")}


async def test_only_a_draft_gets_another_supplier_with_seller_entities_of_its_own(db: str):
    call = await make_call()
    seller = await make_seller_entity(await supplier_of(call))
    draft = await make_draft(call, seller_entity_ids=[id_of(SellerEntity, seller.id)])
    order = await make_order(call)
    other = await make_supplier(call.organization_id, "Paper Mill")
    change: dict[str, Any] = {"supplier_id": id_of(Supplier, other.id)}

    assert await refused(purchase_orders.update(call, asked(order), change)) == [
        WrongStatus(action="UPDATE", status="ORDERED", allowed=("DRAFT",), path=("supplierId",))
    ]
    assert paths(await refused(purchase_orders.update(call, asked(draft), change))) == ["sellerEntityIds.0"]

    await purchase_orders.update(call, asked(draft), {**change, "seller_entity_ids": []})
    await draft.refresh_from_db()
    assert (draft.supplier_id, "paper" in draft.search_text) == (other.id, True)


async def test_dates_change_within_what_the_lines_allow(db: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line(end_date=date(2025, 6, 30))])

    await purchase_orders.update(later(call, day=TOMORROW), asked(order), {"expiration_date": date(2025, 6, 30)})
    await order.refresh_from_db()
    assert (order.expiration_date, order.expiration_set_on) == (date(2025, 6, 30), date(2025, 3, 11))

    assert await refused(purchase_orders.update(call, asked(order), {"expiration_date": date(2025, 6, 29)})) == [
        OutsideValidity(
            date=date(2025, 6, 30),
            effective_date=date(2025, 1, 1),
            expiration_date=date(2025, 6, 29),
            line=1,
            path=("expirationDate",),
        )
    ]


async def test_a_date_that_revives_an_order_needs_room_for_an_active_one(db: str):
    call = await make_call()
    expired = await make_order(call, expiration_date=date(2025, 3, 9))
    await make_order(call)
    await set_limits(call, active_order_limit=1)

    full = [LimitExceeded(limit=1, actual=2, setting="activeOrderLimit")]
    assert await refused(purchase_orders.update(call, asked(expired), {"expiration_date": LAST})) == full
    assert await refused(purchase_orders.update(call, asked(expired), {"expiration_date": None})) == full
    await purchase_orders.update(call, asked(expired), {"expiration_date": date(2025, 3, 8)})


async def test_everything_that_is_wrong_with_a_change_is_told_at_once(db: str):
    call = await make_call()
    order = await make_draft(call, order_type="BLANKET", lines=[a_line(start_date=date(2025, 2, 1))])
    await make_draft(call, external_id="erp:1")

    found = await refused(
        purchase_orders.update(
            call,
            asked(order),
            {
                "external_id": "erp:1",
                "display_name": "",
                "minimum_spend": Decimal(1),
                "business_owner_id": None,
                "cost_center_id": "cc_1",
                "tax_registration_numbers": None,
                "seller_entity_ids": None,
                "effective_date": date(2025, 3, 1),
            },
        )
    )

    assert [(type(refusal), ".".join(refusal.path)) for refusal in found] == [
        (InvalidValue, "displayName"),
        (InvalidValue, "taxRegistrationNumbers"),
        (NotApplicable, "minimumSpend"),
        (AlreadyTaken, "externalId"),
        (InvalidValue, "businessOwnerId"),
        (NotFound, "costCenterId"),
        (InvalidValue, "sellerEntityIds"),
        (OutsideValidity, "effectiveDate"),
    ]


async def test_an_order_keeps_its_own_external_id(db: str):
    call = await make_call()
    order = await make_draft(call, external_id="erp:1")

    await purchase_orders.update(call, asked(order), {"external_id": "erp:1", "display_name": "x"})

    await order.refresh_from_db()
    assert (order.external_id, order.display_name) == ("erp:1", "x")


async def test_a_closed_order_is_not_changed(db: str):
    call = await make_call()
    order = await make_order(call)
    await purchase_order_states.close(call, asked(order))

    [refusal] = await refused(purchase_orders.update(call, asked(order), {"display_name": "x"}))

    assert isinstance(refusal, WrongStatus)
    assert (refusal.action, refusal.status) == ("UPDATE", "CLOSED_RELEASED")


# ------------------------------------------------------------------------------------------- which order, and who


async def test_an_order_is_meant_by_its_id_or_its_number(db: str):
    call = await make_call()
    order = await make_order(call, number="PO-7")

    assert (await purchase_orders.update(call, Asked(number="PO-7"), {"display_name": "x"})).key == order.id
    for both in (Asked(), Asked(id=id_of(PurchaseOrder, order.id), number="PO-7")):
        assert paths(await refused(purchase_orders.update(call, both, {}))) == ["id"]
    for nothing in (Asked(id="po_999999"), Asked(id="sup_1"), Asked(number="PO-8")):
        assert [type(refusal) for refusal in await refused(purchase_orders.update(call, nothing, {}))] == [NotFound]


async def test_an_order_of_another_organization_is_not_there(db: str):
    order = await make_order(await make_call(), number="PO-7", contacts=[contact()], lines=[a_line()])
    stranger = await make_call()
    meant = asked(order)

    assert await refused(purchase_orders.update(stranger, meant, {"display_name": "x"})) == [
        NotFound(kind="purchase order", key=str(meant.id), path=("id",))
    ]
    assert [type(each) for each in await refused(purchase_orders.delete(stranger, Asked(number="PO-7")))] == [NotFound]


async def test_who_is_no_buyer_changes_nothing(db: str):
    call = await make_call()
    order = await make_order(call)
    organization: Organization = await order.organization
    viewer = Call(actor_of(await make_user(organization, Role.VIEWER)), call.now)

    assert await refused(purchase_orders.update(viewer, asked(order), {"display_name": "x"})) == [
        NotPermitted(needed=("BUYER",), roles=("VIEWER",))
    ]


async def test_who_saw_an_older_order_is_told_what_has_changed_since(db: str):
    call = await make_call()
    order = await make_order(call, display_name="Cloud")
    await purchase_orders.update(call, asked(order), {"display_name": "Clouds"})
    await purchase_order_states.suspend(call, asked(order))
    await purchase_orders.update(call, asked(order, expected_version=3), {"description": "All"})

    found = await refused(purchase_orders.update(call, asked(order, expected_version=2), {"display_name": "Rain"}))

    assert found == [
        VersionConflict(expected=2, current=4, changed=("suspendedAt", "description"), path=("expectedVersion",))
    ]
    assert await refused(purchase_orders.update(call, asked(order, expected_version=5), {})) == [
        VersionConflict(expected=5, current=4, path=("expectedVersion",))
    ]


async def test_a_conflict_tells_of_edits_by_whatever_name_and_of_nothing_else(db: str):
    call = await make_call()
    order = await make_order(call)
    edit: events.Change = {"field": "editVersion", "from": "1", "to": "2"}
    line: events.Change = {"field": "lines.1.unitPrice", "from": None, "to": "5"}
    await events.record(call, "marketplace_line_added", order.number, about=[order], changes=[line, edit])
    for _ in range(60):
        matched: events.Change = {"field": "balance", "from": "5", "to": "4"}
        await events.record(call, "invoice_matched", "INV-1", about=[order], changes=[matched])
    await PurchaseOrder.filter(id=order.id).update(edit_version=2)

    [conflict] = await refused(purchase_orders.update(call, asked(order, expected_version=1), {}))

    assert isinstance(conflict, VersionConflict)
    assert conflict.changed == ("lines.1.unitPrice",)


async def test_of_two_changes_of_the_same_version_one_wins(db: str):
    call = await make_call()
    order = await make_order(call)

    results = await asyncio.gather(
        *(
            purchase_orders.update(call, asked(order, expected_version=1), {"display_name": f"by {number}"})
            for number in range(4)
        ),
        return_exceptions=True,
    )

    assert sorted(type(result).__name__ for result in results) == ["VersionConflict"] * 3 + ["Written"]
    await order.refresh_from_db()
    assert order.edit_version == 2


async def test_a_reason_stands_in_the_history_and_is_a_text(db: str):
    call = await make_call()
    order = await make_order(call)

    written = await purchase_orders.update(call, asked(order, reason="Renamed"), {"display_name": "x"})

    assert written.events[0].reason == "Renamed"
    for reason in ("x" * 2001, "a\0b", " "):
        assert paths(await refused(purchase_orders.update(call, asked(order, reason=reason), {}))) == ["reason"]


# ------------------------------------------------------------------------------------------------------- delete


async def test_a_deleted_order_is_gone_and_its_history_stays(db: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line()], contacts=[contact()], tags=[{"key": "a", "value": "b"}])

    written = await purchase_orders.delete(call, asked(order, reason="By mistake"))

    assert written.key is None
    for gone in (PurchaseOrder, PurchaseOrderLine, Contact, Tag):
        assert await gone.all().count() == 0
    history = await Event.filter(purchase_order_id=order.id).order_by("id")
    assert [event.kind for event in history] == ["purchase_order_created", "purchase_order_deleted"]
    told = changes(written)
    assert told["number"] == ("PO0001001", None)
    assert told["lines.1.unitPrice"] == ("10000", None)
    assert told["contacts.contact1@example.com.name"] == ("Contact 1", None)
    assert told["tags.a"] == ("b", None)


async def test_an_order_that_served_an_invoice_stays_even_when_the_invoice_went_elsewhere(db: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line()])
    await serve(call, await first_line(order))
    served = [InUse(invoices=1, remedy="close it instead")]

    assert await refused(purchase_orders.delete(call, asked(order))) == served
    await Allocation.all().update(ended_at=call.now)
    assert await refused(purchase_orders.delete(call, asked(order))) == served


# ------------------------------------------------------------------------------------------------------ history


async def test_every_change_makes_snapshots_of_the_orders_stale(db: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line()])

    async def version() -> int:
        return (await OrganizationGate.get(organization_id=call.organization_id)).orders_version

    for change in (
        lambda: purchase_orders.update(call, asked(order), {"display_name": "x"}),
        lambda: purchase_order_states.suspend(call, asked(order)),
        lambda: purchase_order_parts.set_tags(call, asked(order), [{"key": "a", "value": "b"}]),
        lambda: purchase_orders.copy(call, asked(order), {}),
        lambda: purchase_orders.delete(call, asked(order)),
    ):
        before = await version()
        await change()
        assert await version() > before


async def test_every_change_is_one_event_of_the_order(db: str):
    call = await make_call()
    order = await make_order(call)

    await purchase_order_parts.set_tags(call, asked(order), [{"key": "a", "value": "b"}])
    await purchase_order_states.suspend(call, asked(order))

    history = await Event.filter(purchase_order_id=order.id).order_by("id")
    assert [event.kind for event in history] == [
        "purchase_order_created",
        "purchase_order_tags_set",
        "purchase_order_suspended",
    ]
    versions = [change["to"] for event in history for change in event.changes if change["field"] == "editVersion"]
    assert versions == ["1", "2", "3"]
