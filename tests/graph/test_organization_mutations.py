"""Suppliers, master data, settings, users and tokens over HTTP: who may, what is answered, what is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from models.event import Event
from models.organization import ApiToken, CostCenter, Organization, User
from models.statuses.people import Role
from models.supplier import SellerEntity, Supplier
from resolvers.ids import id_of
from resolvers.operation import Call
from tests.factories import (
    NOON,
    actor_of,
    make_cost_center,
    make_order_row,
    make_organization,
    make_supplier,
    make_user,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.graph.conftest import Client

ERRORS = "userErrors { __typename code message path }"

BUYING = [
    'supplierCreate(input: {number: "S-1", name: "Acme"})',
    'supplierUpdate(input: {id: "sup_1"})',
    'sellerEntityCreate(input: {supplierId: "sup_1", name: "Acme, Inc."})',
    'sellerEntityUpdate(input: {id: "sel_1"})',
    'costCenterCreate(input: {number: "CC-1", name: "Research"})',
    'costCenterUpdate(input: {id: "cc_1"})',
    'legalEntityCreate(input: {number: "LE-1", name: "Northwind, Inc."})',
    'legalEntityUpdate(input: {id: "le_1"})',
    'purchasingEntityCreate(input: {number: "PE-1", name: "Buying"})',
    'purchasingEntityUpdate(input: {id: "pe_1"})',
    'paymentTermCreate(input: {name: "Net 30", netDays: 30})',
    'paymentTermUpdate(input: {id: "pt_1"})',
    'shippingMethodCreate(input: {name: "Ground", carrier: "Carrier"})',
    'shippingMethodUpdate(input: {id: "ship_1"})',
]
ADMINISTERING = [
    "settingsUpdate(input: {activeOrderLimit: 1})",
    'userCreate(input: {name: "Eve", email: "eve@example.com", roles: [ADMIN]})',
    'userUpdate(input: {id: "usr_1", roles: [ADMIN]})',
]


async def refusals(client: Client, mutation: str) -> list[dict[str, Any]]:
    data = await client.ask(f"mutation {{ it: {mutation} {{ {ERRORS} events {{ id }} }} }}")
    assert data["it"]["events"] == []
    return data["it"]["userErrors"]


# --------------------------------------------------------------------------------------------------------------- roles


@pytest.mark.parametrize("mutation", ADMINISTERING)
async def test_a_buyer_does_no_administrators_work(client_for: Callable[..., Any], mutation: str):
    client = await client_for(None, *[role for role in Role if role is not Role.ADMIN])
    before = await Organization.all().values(), await User.all().values()

    [refusal] = await refusals(client, mutation)

    assert (refusal["__typename"], refusal["code"]) == ("NotPermitted", "NOT_PERMITTED")
    assert refusal["message"].startswith("This needs the role ADMIN; you have ")
    assert (await Organization.all().values(), await User.all().values()) == before
    assert not await Event.exists()


@pytest.mark.parametrize("mutation", BUYING)
async def test_who_does_not_buy_changes_no_master_data(client_for: Callable[..., Any], mutation: str):
    client = await client_for(None, Role.VIEWER, Role.RECEIVER, Role.ACCOUNTS_PAYABLE, Role.APPROVER)

    [refusal] = await refusals(client, mutation)

    assert refusal["code"] == "NOT_PERMITTED"
    assert not await Event.exists()


async def test_a_viewer_makes_tokens_for_nobody_else(client_for: Callable[..., Any]):
    organization = await make_organization()
    admin = await make_user(organization)
    client = await client_for(organization, Role.VIEWER)

    [refusal] = await refusals(client, f'apiTokenCreate(input: {{name: "x", userId: "{id_of(User, admin.id)}"}})')

    assert (refusal["code"], refusal["path"]) == ("NOT_PERMITTED", ["userId"])
    assert await ApiToken.all().count() == 1  # the one it calls with


# ------------------------------------------------------------------------------------------------- what is answered


async def test_a_supplier_with_its_billing_company_and_the_way_back(client: Client):
    supplier = (
        await client.ask(
            """mutation { supplierCreate(input: {number: "S-1", name: "Cloud Provider", country: "US",
                 clientMutationId: "mine"}) {
                 supplier { id name country editVersion } events { kind subject actor { id } supplier: __typename }
                 userErrors { code } clientMutationId } }"""
        )
    )["supplierCreate"]
    seller = (
        await client.ask(
            """mutation ($id: ID!) { sellerEntityCreate(input: {supplierId: $id, name: "Cloud, Inc.",
                 lineItemTypes: [ALL, MONTHLY_USAGE]}) { sellerEntity { name lineItemTypes supplier { name
                 sellerEntities { name } } } userErrors { code } } }""",
            id=supplier["supplier"]["id"],
        )
    )["sellerEntityCreate"]

    assert supplier["supplier"] | {"id": ""} == {
        "id": "",
        "name": "Cloud Provider",
        "country": "US",
        "editVersion": 1,
    }
    assert [(event["kind"], event["subject"]) for event in supplier["events"]] == [("supplier_created", "S-1")]
    assert supplier["events"][0]["actor"]["id"] == id_of(User, client.user.id)
    assert supplier["clientMutationId"] == "mine"
    assert seller["sellerEntity"] == {
        "name": "Cloud, Inc.",
        "lineItemTypes": ["ALL", "MONTHLY_USAGE"],
        "supplier": {"name": "Cloud Provider", "sellerEntities": [{"name": "Cloud, Inc."}]},
    }


async def test_a_supplier_has_its_history(client: Client):
    supplier = await make_supplier(client.user.organization_id, "Acme")
    rename = (
        "mutation ($id: ID!, $name: String!) { supplierUpdate(input: {id: $id, name: $name}) { userErrors { code } } }"
    )
    for name in ("Acme Ltd", "Acme Inc"):
        await client.ask(rename, id=id_of(Supplier, supplier.id), name=name)

    data = await client.ask(
        """query ($id: ID!) { supplier(id: $id) { events { nodes { kind supplier { name } changes { to } } } }
             events(where: {supplierId: {eq: $id}}) { totalCount } }""",
        id=id_of(Supplier, supplier.id),
    )

    assert data["supplier"]["events"]["nodes"] == [
        {"kind": "supplier_updated", "supplier": {"name": "Acme Inc"}, "changes": [{"to": name}]}
        for name in ("Acme Inc", "Acme Ltd")
    ]
    assert data["events"]["totalCount"] == 2


async def test_refusals_are_data_with_their_figures(client: Client):
    await make_supplier(client.user.organization_id, number="S-1")

    data = await client.ask(
        """mutation { supplierCreate(input: {number: "S-1", name: "Acme"}) { supplier { id } userErrors {
             __typename message path ... on AlreadyTaken { value holder } } } }"""
    )

    supplier = await Supplier.get()
    assert data["supplierCreate"] == {
        "supplier": None,
        "userErrors": [
            {
                "__typename": "AlreadyTaken",
                "message": f"'S-1' is already taken by supplier sup_{supplier.id}.",
                "path": ["number"],
                "value": "S-1",
                "holder": f"supplier sup_{supplier.id}",
            }
        ],
    }


async def test_a_legal_entity_with_its_address(client: Client):
    data = await client.ask(
        """mutation { legalEntityCreate(input: {number: "LE-1", name: "Northwind", taxRegistrationNumber: "DE123",
             address: {street: "1 Pier Road\\nDock 2", city: "Seattle", postalCode: "98101", country: "US"}}) {
             legalEntity { taxRegistrationNumber address { name street city postalCode region country } }
             userErrors { code } } }"""
    )

    assert data["legalEntityCreate"]["legalEntity"] == {
        "taxRegistrationNumber": "DE123",
        "address": {
            "name": None,
            "street": "1 Pier Road\nDock 2",
            "city": "Seattle",
            "postalCode": "98101",
            "region": None,
            "country": "US",
        },
    }


async def test_a_null_takes_a_value_away_and_what_is_not_given_stays(client: Client):
    supplier = await make_supplier(client.user.organization_id, "Acme", email="a@acme.example", country="US")

    data = await client.ask(
        """mutation ($id: ID!) { supplierUpdate(input: {id: $id, email: null, expectedVersion: 1}) {
             supplier { name email country editVersion } } }""",
        id=id_of(Supplier, supplier.id),
    )

    assert data["supplierUpdate"]["supplier"] == {"name": "Acme", "email": None, "country": "US", "editVersion": 2}


async def test_a_change_of_something_older_is_refused(client: Client):
    center = await make_cost_center(client.user.organization_id, edit_version=3)

    [refusal] = await refusals(
        client, f'costCenterUpdate(input: {{id: "{id_of(CostCenter, center.id)}", name: "Mine", expectedVersion: 2}})'
    )

    assert (refusal["__typename"], refusal["message"]) == (
        "VersionConflict",
        "You expected edit version 2; it is 3.",
    )


async def test_settings_are_changed_by_an_administrator(client: Client):
    data = await client.ask(
        """mutation { settingsUpdate(input: {activeOrderLimit: 5, overdrawPolicy: HOLD, locale: "de_DE"}) {
             organization { activeOrderLimit overdrawPolicy locale orderLineLimit } events { changes { field from to } }
             userErrors { code } } }"""
    )

    assert data["settingsUpdate"]["organization"] == {
        "activeOrderLimit": 5,
        "overdrawPolicy": "HOLD",
        "locale": "de_DE",
        "orderLineLimit": 100,
    }
    assert {"field": "activeOrderLimit", "from": "100", "to": "5"} in data["settingsUpdate"]["events"][0]["changes"]


async def test_the_last_administrator_is_told_so(client: Client):
    [refusal] = await refusals(client, f'userUpdate(input: {{id: "{id_of(User, client.user.id)}", roles: [VIEWER]}})')

    assert (refusal["__typename"], refusal["path"]) == ("LastAdministrator", ["roles"])
    assert (await User.get()).roles == ["ADMIN"]


# -------------------------------------------------------------------------------------------------- dry runs and keys


async def test_a_dry_run_shows_what_would_be_and_writes_nothing(client: Client):
    data = await client.ask(
        """mutation {
             center: costCenterCreate(input: {number: "CC-1", name: "Research", dryRun: true}) {
               costCenter { number name } events { kind } userErrors { code } }
             settings: settingsUpdate(input: {activeOrderLimit: 1, dryRun: true}) {
               organization { activeOrderLimit } }
             token: apiTokenCreate(input: {name: "bot", dryRun: true}) { token apiToken { name } userErrors { code } }
           }"""
    )

    assert data["center"]["costCenter"] == {"number": "CC-1", "name": "Research"}
    assert data["center"]["events"] == [{"kind": "cost_center_created"}]
    assert data["settings"]["organization"] == {"activeOrderLimit": 1}
    assert data["token"] == {"token": None, "apiToken": {"name": "bot"}, "userErrors": []}
    assert not await CostCenter.exists()
    assert (await Organization.get()).active_order_limit == 100
    assert await ApiToken.all().count() == 1
    assert not await Event.exists()


async def test_the_same_key_makes_a_thing_once(client: Client):
    mutation = """mutation ($name: String!) { userCreate(input: {name: $name, email: "ada@example.com",
                    roles: [BUYER], idempotencyKey: "once"}) { user { id } userErrors { __typename } } }"""

    answers = [(await client.ask(mutation, name=name))["userCreate"] for name in ("Ada", "Ada", "Eve")]

    assert answers[0] == answers[1]
    assert answers[2] == {"user": None, "userErrors": [{"__typename": "IdempotencyKeyReused"}]}
    assert await User.filter(name="Ada").count() == 1
    assert not await User.filter(name="Eve").exists()


@pytest.mark.parametrize("key", ["", " ", "k" * 201, "a\\u0001b"])
async def test_a_key_is_a_text_of_at_most_200_characters(client: Client, key: str):
    [refusal] = await refusals(
        client, f'costCenterCreate(input: {{number: "CC-1", name: "Research", idempotencyKey: "{key}"}})'
    )

    assert (refusal["code"], refusal["path"]) == ("INVALID_VALUE", ["idempotencyKey"])
    assert not await CostCenter.exists()


# --------------------------------------------------------------------------------------------------------------- tokens


async def test_a_token_is_shown_once_works_and_is_revoked(client: Client):
    made = (
        await client.ask(
            """mutation { apiTokenCreate(input: {name: "bot", expiresAt: "2999-01-01T00:00:00Z"}) {
                 token apiToken { id hint expiresAt user { id } } userErrors { code } } }"""
        )
    )["apiTokenCreate"]
    client.token, own = made["token"], client.token
    viewer = await client.ask("{ viewer { id } apiTokens(first: 5) { nodes { name hint } } }")
    client.token = own
    await client.ask(
        "mutation ($id: ID!) { apiTokenRevoke(input: {id: $id}) { apiToken { revokedAt } } }", id=made["apiToken"]["id"]
    )
    client.token = made["token"]
    refused = await client.post("{ viewer { id } }")

    assert made["apiToken"]["hint"] == made["token"][:8]
    assert made["apiToken"]["user"] == viewer["viewer"] == {"id": id_of(User, client.user.id)}
    assert {"name": "bot", "hint": made["token"][:8]} in viewer["apiTokens"]["nodes"]
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")


async def test_only_an_administrator_sees_the_tokens_of_others(client_for: Callable[..., Any]):
    organization = await make_organization()
    admin, buyer = await client_for(organization), await client_for(organization, Role.BUYER)
    await client_for()  # of another organization

    query = "{ apiTokens { totalCount nodes { user { id } } } }"
    seen = [(await client.ask(query))["apiTokens"]["totalCount"] for client in (admin, buyer)]

    assert seen == [2, 1]


async def test_a_token_takes_no_idempotency_key(client: Client):
    response = await client.post('mutation { apiTokenCreate(input: {name: "x", idempotencyKey: "k"}) { token } }')

    assert response.status_code == 400
    assert "idempotencyKey" in response.json()["errors"][0]["message"]


# ---------------------------------------------------------------------------------------------------------------- lists


async def test_suppliers_are_found_by_the_words_of_their_name_and_number(client: Client):
    organization_id = client.user.organization_id
    await make_supplier(organization_id, "Paper & Pencil Office Supply", number="OFF-7")
    await make_supplier(organization_id, "Cloud Provider", number="AWS")
    await make_supplier((await make_organization()).id, "Cloud of Others")

    query = "query ($words: String!) { suppliers(search: $words) { nodes { name } } }"
    found = [
        [node["name"] for node in (await client.ask(query, words=words))["suppliers"]["nodes"]]
        for words in ("office pap", "off", "cloud", "nothing", "' | :*")
    ]

    assert found == [["Paper & Pencil Office Supply"], ["Paper & Pencil Office Supply"], ["Cloud Provider"], [], []]


async def test_orders_are_found_by_the_new_name_of_their_supplier(client: Client):
    call = Call(actor_of(client.user), NOON)
    supplier = await make_supplier(call.organization_id, "Old Harbor")
    await make_order_row(call, supplier, number="PO-7", search_text="po 7 old harbor")
    await make_order_row(call, number="PO-8", search_text="po 8")

    await client.ask(
        'mutation ($id: ID!) { supplierUpdate(input: {id: $id, name: "Lighthouse & Sons"}) { userErrors { code } } }',
        id=id_of(Supplier, supplier.id),
    )

    query = "query ($words: String!) { purchaseOrders(search: $words) { nodes { number } } }"
    found = [(await client.ask(query, words=words))["purchaseOrders"]["nodes"] for words in ("sons light", "po 7")]
    assert found == [[{"number": "PO-7"}]] * 2


async def test_parts_of_the_organization_are_filtered_and_sorted(client: Client):
    for number, name in (("CC-1", "Sales"), ("CC-2", "Research"), ("X-3", "Legal")):
        await make_cost_center(client.user.organization_id, number=number, name=name)

    data = await client.ask(
        """{ costCenters(where: {number: {startsWith: "CC"}}, orderBy: [{field: NAME}]) { nodes { name } }
             users(where: {email: {eq: "nobody@example.com"}}) { totalCount }
             sellerEntities(where: {supplierId: {eq: "sup_1"}, name: {startsWith: "A"}}) { totalCount } }"""
    )

    assert [node["name"] for node in data["costCenters"]["nodes"]] == ["Research", "Sales"]
    assert (data["users"]["totalCount"], data["sellerEntities"]["totalCount"]) == (0, 0)


# ----------------------------------------------------------------------------------------------------- other tenants


async def test_ids_of_another_organization_lead_nowhere(client: Client):
    theirs = await make_organization()
    supplier = await make_supplier(theirs.id, "Theirs")
    seller = await SellerEntity.create(organization=theirs, supplier=supplier, name="Theirs, Inc.")
    stranger = await make_user(theirs)
    ids = {"sup": supplier.id, "sel": seller.id, "usr": stranger.id}

    data = await client.ask(
        """mutation ($sup: ID!, $sel: ID!, $usr: ID!) {
             a: supplierUpdate(input: {id: $sup, name: "Mine"}) { userErrors { code } }
             b: sellerEntityUpdate(input: {id: $sel, name: "Mine"}) { userErrors { code } }
             c: sellerEntityCreate(input: {supplierId: $sup, name: "Mine"}) { userErrors { code } }
             d: userUpdate(input: {id: $usr, roles: []}) { userErrors { code } }
             e: apiTokenCreate(input: {userId: $usr, name: "mine"}) { token userErrors { code } } }""",
        **{name: f"{name}_{key}" for name, key in ids.items()},
    )

    assert [answer["userErrors"] for answer in data.values()] == [[{"code": "NOT_FOUND"}]] * 5
    assert await Supplier.filter(name="Mine").count() == await SellerEntity.filter(name="Mine").count() == 0
    assert not await Event.exists()
