"""The parts of the organization and its conditions, its settings and users."""

from __future__ import annotations

import asyncio
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import pytest

from models.event import Event
from models.organization import CostCenter, LegalEntity, Organization, OrganizationGate, User
from models.statuses.people import Role
from resolvers.administration import master_data, organizations
from resolvers.errors import AlreadyTaken, InvalidValue, LastAdministrator, NotFound, Refusals, VersionConflict
from resolvers.ids import id_of
from tests.factories import NOON, make_call, make_cost_center, make_legal_entity, make_organization, make_user

if TYPE_CHECKING:
    from resolvers.administration.records import Kind
    from resolvers.operation import Call

KINDS: list[Any] = [
    pytest.param(master_data.COST_CENTER, {"number": "CC-1", "name": "Research"}, id="cost center"),
    pytest.param(master_data.LEGAL_ENTITY, {"number": "LE-1", "name": "Northwind, Inc."}, id="legal entity"),
    pytest.param(master_data.PURCHASING_ENTITY, {"number": "PE-1", "name": "Buying"}, id="purchasing entity"),
    pytest.param(master_data.PAYMENT_TERM, {"name": "Net 30", "net_days": 30}, id="payment term"),
    pytest.param(master_data.SHIPPING_METHOD, {"name": "Ground", "carrier": "Carrier"}, id="shipping method"),
]


@pytest.mark.parametrize(("kind", "fields"), KINDS)
async def test_it_is_made_and_changed_and_both_are_in_the_history(db: str, kind: Kind, fields: dict[str, Any]):
    call = await make_call()

    made = await master_data.create(call, kind, fields)
    await master_data.update(call, kind, id_of(kind.row, made.key or 0), {"name": "Other"}, expected_version=1)

    [stored] = await kind.row.all().values()
    assert {name: stored[name] for name in fields} == fields | {"name": "Other"}
    assert (stored["organization_id"], stored["edit_version"]) == (call.organization_id, 2)
    [created, updated] = await Event.all().order_by("id")
    assert (created.kind, updated.kind) == (kind.event("created"), kind.event("updated"))
    assert (created.subject, created.actor_id) == (fields[kind.subject], call.actor.user_id)
    assert updated.changes == [{"field": "name", "from": fields["name"], "to": "Other"}]


@pytest.mark.parametrize(("kind", "fields"), KINDS)
async def test_its_key_is_unique_in_its_organization_only(db: str, kind: Kind, fields: dict[str, Any]):
    call = await make_call()
    other = await make_call(await make_organization())
    made = await master_data.create(call, kind, fields)

    with pytest.raises(Refusals) as refused:
        await master_data.create(call, kind, fields)
    await master_data.create(other, kind, fields)

    [name] = kind.unique
    holder = f"{kind.word} {id_of(kind.row, made.key or 0)}"
    assert refused.value.refusals == (AlreadyTaken(value=fields[name], holder=holder, path=(name,)),)
    assert await kind.row.all().count() == 2
    assert await Event.all().count() == 2


@pytest.mark.parametrize(("kind", "fields"), KINDS)
async def test_that_of_another_organization_is_not_found(db: str, kind: Kind, fields: dict[str, Any]):
    made = await master_data.create(await make_call(await make_organization()), kind, fields)
    call = await make_call()

    with pytest.raises(NotFound) as refused:
        await master_data.update(call, kind, id_of(kind.row, made.key or 0), {"name": "Mine"})

    assert (refused.value.kind, refused.value.path) == (kind.word, ("id",))
    assert (await kind.row.get()).name == fields["name"]
    assert await Event.all().count() == 1


@pytest.mark.parametrize(("kind", "fields"), KINDS)
async def test_everything_it_needs_has_to_be_there(db: str, kind: Kind, fields: dict[str, Any]):
    call = await make_call()

    with pytest.raises(Refusals) as refused:
        await master_data.create(call, kind, dict.fromkeys(fields))

    assert len(refused.value.refusals) == 2
    assert all(isinstance(refusal, InvalidValue) for refusal in refused.value.refusals)
    assert not await kind.row.exists()
    assert not await Event.exists()


async def test_an_id_of_another_kind_is_not_found(db: str):
    call = await make_call()
    center = await make_cost_center(call.organization_id)

    with pytest.raises(NotFound):
        await master_data.update(call, master_data.LEGAL_ENTITY, id_of(CostCenter, center.id), {"name": "Mine"})


@pytest.mark.parametrize("net_days", [-1, 3651, 2**31])
async def test_payment_terms_are_days_of_ten_years_at_most(db: str, net_days: int):
    call = await make_call()

    with pytest.raises(Refusals) as refused:
        await master_data.create(call, master_data.PAYMENT_TERM, {"name": "Odd", "net_days": net_days})

    assert refused.value.refusals == (
        InvalidValue(value=str(net_days), expected="expected a whole number from 0 to 3650", path=("netDays",)),
    )


async def test_an_address_is_replaced_as_a_whole_and_told_part_by_part(db: str):
    call = await make_call()
    entity = await make_legal_entity(call.organization_id, address={"street": "1 Pier Road", "city": "Seattle"})

    written = await master_data.update(
        call,
        master_data.LEGAL_ENTITY,
        id_of(LegalEntity, entity.id),
        {"address": {"street": "2 Pier Road", "postal_code": "98101"}},
    )

    assert (await LegalEntity.get()).address == {"street": "2 Pier Road", "postal_code": "98101"}
    assert sorted(written.events[0].changes, key=itemgetter("field")) == [
        {"field": "address.city", "from": "Seattle", "to": None},
        {"field": "address.postalCode", "from": None, "to": "98101"},
        {"field": "address.street", "from": "1 Pier Road", "to": "2 Pier Road"},
    ]


async def test_an_address_can_be_taken_away(db: str):
    call = await make_call()
    entity = await make_legal_entity(call.organization_id)

    await master_data.update(call, master_data.LEGAL_ENTITY, id_of(LegalEntity, entity.id), {"address": None})

    assert await LegalEntity.filter(address__isnull=True).count() == 1


async def test_each_wrong_part_of_an_address_is_told(db: str):
    call = await make_call()
    address = {"street": "a\0", "city": "x" * 201, "country": "usa"}

    with pytest.raises(Refusals) as refused:
        await master_data.create(
            call, master_data.LEGAL_ENTITY, {"number": "LE-1", "name": "Northwind", "address": address}
        )

    assert [refusal.path for refusal in refused.value.refusals] == [
        ("address", "street"),
        ("address", "city"),
        ("address", "country"),
    ]


# ----------------------------------------------------------------------------------------------------------- settings


async def orders_version(call: Call) -> int:
    return (await OrganizationGate.get(organization_id=call.organization_id)).orders_version


async def test_every_setting_can_be_changed(db: str):
    call = await make_call()
    settings: dict[str, Any] = {
        "name": "Southwind",
        "locale": "de_DE",
        "active_order_limit": 5,
        "order_line_limit": 6,
        "order_contact_limit": 7,
        "expiring_soon_days": 8,
        "date_basis": "ISSUE_DATE",
        "overdraw_policy": "HOLD",
        "amount_basis": "BEFORE_TAX",
    }
    before = await orders_version(call)

    written = await organizations.update_settings(call, settings, expected_version=1)

    [stored] = await Organization.all().values()
    assert {name: stored[name] for name in settings} == settings
    assert stored["edit_version"] == 2
    assert [event.kind for event in written.events] == ["settings_updated"]
    assert {"field": "overdrawPolicy", "from": "ALLOW", "to": "HOLD"} in written.events[0].changes
    assert await orders_version(call) > before


async def test_settings_of_one_organization_are_not_anothers(db: str):
    other = await make_organization()

    await organizations.update_settings(await make_call(), {"name": "Mine"})

    assert (await Organization.get(id=other.id)).name == "Northwind Trading"


async def test_everything_wrong_with_settings_is_told_and_nothing_changes(db: str):
    call = await make_call()
    wrong: dict[str, Any] = {
        "name": "",
        "locale": "xx_YY",
        "active_order_limit": -1,
        "order_line_limit": 0,
        "order_contact_limit": 1001,
        "expiring_soon_days": None,
        "date_basis": None,
    }

    with pytest.raises(Refusals) as refused:
        await organizations.update_settings(call, wrong)

    assert {refusal.path[0] for refusal in refused.value.refusals} == {
        "name",
        "locale",
        "activeOrderLimit",
        "orderLineLimit",
        "orderContactLimit",
        "expiringSoonDays",
        "dateBasis",
    }
    assert (await Organization.get()).edit_version == 1
    assert not await Event.exists()


@pytest.mark.parametrize("locale", ["", "english", "en_US@calendar=x", "xx_YY", "_", "../../etc", "root"])
async def test_a_locale_is_one_in_which_figures_can_be_written(db: str, locale: str):
    with pytest.raises(Refusals) as refused:
        await organizations.update_settings(await make_call(), {"locale": locale})

    assert [refusal.path for refusal in refused.value.refusals] == [("locale",)]


async def test_settings_that_somebody_else_changed_are_kept(db: str):
    call = await make_call()
    await organizations.update_settings(call, {"active_order_limit": 5})

    with pytest.raises(VersionConflict):
        await organizations.update_settings(call, {"active_order_limit": 6}, expected_version=1)

    assert (await Organization.get()).active_order_limit == 5


# -------------------------------------------------------------------------------------------------------------- users


async def test_a_user_is_made_with_an_address_in_small_letters(db: str):
    call = await make_call()

    written = await organizations.create_user(
        call, {"name": "Ada", "email": "Ada@Example.com", "roles": ["BUYER", "APPROVER"]}
    )

    user = await User.get(id=written.key)
    assert (user.name, user.email, user.roles) == ("Ada", "ada@example.com", ["BUYER", "APPROVER"])
    assert written.events[0].changes[-1] == {"field": "roles", "from": None, "to": "BUYER, APPROVER"}


async def test_addresses_are_unique_in_their_organization_only(db: str):
    call = await make_call()
    fields: dict[str, Any] = {"name": "Ada", "email": "ada@example.com", "roles": []}
    await organizations.create_user(call, fields)

    with pytest.raises(Refusals) as refused:
        await organizations.create_user(call, fields | {"email": "ADA@example.com"})
    await organizations.create_user(await make_call(await make_organization()), fields)

    assert [type(refusal) for refusal in refused.value.refusals] == [AlreadyTaken]
    assert await User.filter(email="ada@example.com").count() == 2


async def test_the_last_administrator_stays_one(db: str):
    organization = await make_organization()
    call = await make_call(organization)
    await make_call(await make_organization())  # whose administrator does not count
    await make_user(organization, Role.BUYER)
    me = await User.get(id=call.actor.user_id)

    with pytest.raises(LastAdministrator) as refused:
        await organizations.update_user(call, id_of(User, me.id), {"roles": ["BUYER"]}, expected_version=None)

    assert (refused.value.email, refused.value.path) == (me.email, ("roles",))
    assert (await User.get(id=me.id)).roles == ["ADMIN"]
    assert not await Event.exists()


async def test_one_of_two_administrators_may_go(db: str):
    organization = await make_organization()
    call = await make_call(organization)
    other = await make_user(organization)

    await organizations.update_user(call, id_of(User, other.id), {"roles": ["VIEWER"]}, expected_version=1)

    assert (await User.get(id=other.id)).roles == ["VIEWER"]


async def test_of_two_administrators_who_demote_each_other_one_stays(db: str):
    organization = await make_organization()
    calls = [await make_call(organization) for _ in range(2)]

    await asyncio.gather(
        *(
            organizations.update_user(
                calls[at], id_of(User, calls[1 - at].actor.user_id), {"roles": []}, expected_version=None
            )
            for at in range(2)
        ),
        return_exceptions=True,
    )

    assert await User.filter(roles__contains=["ADMIN"]).count() == 1


async def test_users_of_another_organization_are_not_found(db: str):
    stranger = await make_user(await make_organization())

    with pytest.raises(NotFound):
        await organizations.update_user(
            await make_call(), id_of(User, stranger.id), {"roles": []}, expected_version=None
        )

    assert (await User.get(id=stranger.id)).roles == ["ADMIN"]


# ----------------------------------------------------------------------------------------------------------- founding


async def test_an_organization_is_founded_with_its_administrator(db: str):
    founded = await organizations.found(NOON, key="northwind", name="Northwind", admin_email="Ada@example.com")

    organization = await Organization.get(key="northwind")
    user = await User.get()
    assert founded.organization_id == organization.id
    assert (user.organization_id, user.name, user.email, user.roles) == (
        organization.id,
        "Ada",
        "ada@example.com",
        ["ADMIN"],
    )
    assert await OrganizationGate.filter(organization=organization).count() == 1
    assert [event.kind for event in await Event.all().order_by("id")] == ["organization_created", "user_created"]


async def test_a_key_is_taken_once(db: str):
    async def found() -> object:
        return await organizations.found(NOON, key="northwind", name="Northwind", admin_email="ada@example.com")

    outcomes = await asyncio.gather(found(), found(), found(), return_exceptions=True)

    assert sum(isinstance(outcome, AlreadyTaken) for outcome in outcomes) == 2
    assert await Organization.all().count() == 1


async def test_everything_wrong_with_a_foundation_is_told(db: str):
    with pytest.raises(Refusals) as refused:
        await organizations.found(NOON, key="North Wind", name="", admin_email="ada", admin_name="x" * 201)

    assert [refusal.path for refusal in refused.value.refusals] == [
        ("key",),
        ("name",),
        ("adminEmail",),
        ("adminName",),
    ]
    assert not await Organization.exists()
