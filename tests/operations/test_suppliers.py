"""Suppliers and their billing companies: keys unique in their organization only, changes counted and told."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from models.event import Event
from models.organization import OrganizationGate
from models.statuses.orders import LineItemType
from models.supplier import SellerEntity, Supplier
from resolvers.errors import AlreadyTaken, InvalidValue, NotFound, Refusals, VersionConflict
from resolvers.ids import id_of
from resolvers.sourcing import suppliers
from tests.factories import make_call, make_organization, make_seller_entity, make_supplier

if TYPE_CHECKING:
    from resolvers.operation import Call

ACME: dict[str, Any] = {"number": "S-1", "name": "Acme", "external_id": "crm-9", "email": "po@acme.example"}


def sup(supplier: Supplier) -> str:
    return id_of(Supplier, supplier.id)


async def orders_version(call: Call) -> int:
    return (await OrganizationGate.get(organization_id=call.organization_id)).orders_version


async def test_a_supplier_is_entered_with_its_history(db: str):
    call = await make_call()

    written = await suppliers.create(call, ACME | {"country": "US"})

    [stored] = await Supplier.all().values()
    assert stored | {"search_vector": None} == ACME | {
        "id": written.key,
        "organization_id": call.organization_id,
        "created_at": call.now,
        "country": "US",
        "edit_version": 1,
        "search_vector": None,
    }
    event = await Event.get()
    assert (event.kind, event.subject, event.supplier_id) == ("supplier_created", "S-1", written.key)
    assert {"field": "externalId", "from": None, "to": "crm-9"} in event.changes


async def test_everything_wrong_with_a_supplier_is_told_and_nothing_written(db: str):
    call = await make_call()
    wrong = {"number": "S#1", "name": "a\0b", "external_id": "", "email": "acme", "country": "USA"}

    with pytest.raises(Refusals) as refused:
        await suppliers.create(call, wrong)

    assert [(type(refusal), refusal.path) for refusal in refused.value.refusals] == [
        (InvalidValue, (name,)) for name in ("number", "name", "externalId", "email", "country")
    ]
    assert not await Supplier.exists()
    assert not await Event.exists()


async def test_numbers_and_external_ids_are_unique_in_their_organization(db: str):
    call = await make_call()
    first = await suppliers.create(call, ACME)

    with pytest.raises(Refusals) as refused:
        await suppliers.create(call, ACME)

    holder = f"supplier sup_{first.key}"
    assert refused.value.refusals == (
        AlreadyTaken(value="S-1", holder=holder, path=("number",)),
        AlreadyTaken(value="crm-9", holder=holder, path=("externalId",)),
    )
    assert await Supplier.all().count() == 1
    assert await Event.all().count() == 1


async def test_another_organization_may_use_the_same_keys(db: str):
    for _ in range(2):
        call = await make_call(await make_organization())
        supplier = await suppliers.create(call, ACME)
        await suppliers.create_seller_entity(call, f"sup_{supplier.key}", {"name": "Acme, Inc."})

    assert await Supplier.filter(number="S-1").count() == 2
    assert await SellerEntity.filter(name="Acme, Inc.").count() == 2


async def test_of_two_who_enter_the_same_number_at_once_one_is_refused(db: str):
    call = await make_call()

    for number in ("S-1", "S-2", "S-3"):  # the first warms the connections up
        fields = {"number": number, "name": "Acme"}
        outcomes = await asyncio.gather(*(suppliers.create(call, fields) for _ in range(4)), return_exceptions=True)
        assert sum(isinstance(outcome, Refusals) for outcome in outcomes) == 3

    assert await Supplier.all().count() == 3


async def test_a_change_counts_up_the_version_and_tells_what_differs(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id, "Acme", number="S-1", email="a@acme.example")

    written = await suppliers.update(call, sup(supplier), {"name": "Acme", "email": None, "country": "US"})

    stored = await Supplier.get()
    assert (stored.name, stored.email, stored.country, stored.edit_version) == ("Acme", None, "US", 2)
    [event] = written.events
    assert (event.kind, event.subject) == ("supplier_updated", "S-1")
    assert event.changes == [
        {"field": "email", "from": "a@acme.example", "to": None},
        {"field": "country", "from": None, "to": "US"},
    ]


async def test_a_change_that_changes_nothing_writes_nothing(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id, "Acme")

    written = await suppliers.update(call, sup(supplier), {"name": "Acme"})

    assert (written.key, written.events) == (supplier.id, ())
    assert (await Supplier.get()).edit_version == 1
    assert not await Event.exists()


async def test_a_supplier_keeps_its_own_number(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id, number="S-1")

    await suppliers.update(call, sup(supplier), {"number": "S-1", "name": "New"})

    assert (await Supplier.get()).name == "New"


async def test_a_change_that_others_were_faster_with_is_refused(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id, "Acme")
    await suppliers.update(call, sup(supplier), {"name": "Theirs"}, expected_version=1)

    with pytest.raises(VersionConflict) as refused:
        await suppliers.update(call, sup(supplier), {"name": "Mine"}, expected_version=1)

    assert (refused.value.expected, refused.value.current) == (1, 2)
    assert (await Supplier.get()).name == "Theirs"
    assert await Event.all().count() == 1


@pytest.mark.parametrize("name", ["number", "name"])
async def test_what_a_supplier_needs_cannot_be_taken_away(db: str, name: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)

    with pytest.raises(Refusals) as refused:
        await suppliers.update(call, sup(supplier), {name: None})

    assert refused.value.refusals == (InvalidValue(value="null", expected="it has to have a value", path=(name,)),)


async def test_suppliers_of_another_organization_are_not_found(db: str):
    call = await make_call()
    theirs = await make_supplier((await make_organization()).id, "Theirs")
    seller = await make_seller_entity(theirs)

    with pytest.raises(NotFound):
        await suppliers.update(call, sup(theirs), {"name": "Mine"})
    with pytest.raises(NotFound) as refused:
        await suppliers.create_seller_entity(call, sup(theirs), {"name": "Mine"})
    with pytest.raises(NotFound):
        await suppliers.update_seller_entity(call, id_of(SellerEntity, seller.id), {"name": "Mine"})

    assert (refused.value.kind, refused.value.path) == ("supplier", ("supplierId",))
    assert (await Supplier.get()).name == "Theirs"
    assert await SellerEntity.all().count() == 1
    assert not await Event.exists()


# ---------------------------------------------------------------------------------------------------- seller entities


async def test_a_seller_entity_offers_every_line_item_type_unless_told(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)

    written = await suppliers.create_seller_entity(call, sup(supplier), {"name": "All, Inc."})
    await suppliers.create_seller_entity(
        call, sup(supplier), {"name": "Some, Inc.", "line_item_types": ["ALL", "MONTHLY_USAGE"]}
    )

    stored = await SellerEntity.all().order_by("name")
    assert [seller.line_item_types for seller in stored] == [
        [word.value for word in LineItemType],
        ["ALL", "MONTHLY_USAGE"],
    ]
    assert (written.events[0].kind, written.events[0].supplier_id) == ("seller_entity_created", supplier.id)


@pytest.mark.parametrize(
    ("types", "path"),
    [([], ("lineItemTypes",)), (None, ("lineItemTypes",)), (["ALL", "ALL"], ("lineItemTypes", "1"))],
)
async def test_a_seller_entity_offers_at_least_one_type_and_none_twice(
    db: str, types: list[str] | None, path: tuple[str, ...]
):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)

    with pytest.raises(Refusals) as refused:
        await suppliers.create_seller_entity(call, sup(supplier), {"name": "A", "line_item_types": types})

    assert [refusal.path for refusal in refused.value.refusals] == [path]
    assert not await SellerEntity.exists()


async def test_names_of_seller_entities_are_unique_across_suppliers(db: str):
    call = await make_call()
    one, other = [await make_supplier(call.organization_id) for _ in range(2)]
    seller = await make_seller_entity(one, "Acme, Inc.")

    with pytest.raises(Refusals) as refused:
        await suppliers.create_seller_entity(call, sup(other), {"name": "Acme, Inc."})

    assert refused.value.refusals == (
        AlreadyTaken(value="Acme, Inc.", holder=f"seller entity sel_{seller.id}", path=("name",)),
    )


async def test_what_matching_knows_is_stale_after_a_seller_entity_changed(db: str):
    call = await make_call()
    seller = await make_seller_entity(await make_supplier(call.organization_id), "Old, Inc.")
    before = await orders_version(call)

    await suppliers.update_seller_entity(call, id_of(SellerEntity, seller.id), {"name": "Old, Inc."})
    unchanged = await orders_version(call)
    written = await suppliers.update_seller_entity(call, id_of(SellerEntity, seller.id), {"name": "New, Inc."})

    assert unchanged == before
    assert await orders_version(call) > before
    assert (await SellerEntity.get()).edit_version == 2
    assert written.events[0].supplier_id == seller.supplier_id
