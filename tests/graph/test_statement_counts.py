"""One field, one statement: however many rows an answer has, and however deep it goes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from graphql import get_named_type

from models.event import Event
from models.invoice import Allocation, InvoiceLine
from models.match import DroppedCandidates, Match
from models.purchase_order import Contact, PurchaseOrderSellerEntity, Tag
from models.statuses.invoices import MatchCriterion, MatchOutcome
from resolvers.reading import reader
from tests.asking import ask
from tests.counting import counted
from tests.factories import (
    NOON,
    make_call,
    make_cost_center,
    make_invoice_row,
    make_legal_entity,
    make_line_row,
    make_order_row,
    make_seller_entity,
    make_supplier,
)
from tests.walking import core, everything, free, is_list

if TYPE_CHECKING:
    from models.purchase_order import PurchaseOrder
    from resolvers.operation import Call

LISTS = sorted(name for name, field in free(core().query_type).items() if is_list(field))


async def make_orders(call: Call, count: int) -> list[PurchaseOrder]:
    """Orders with something of everything on each of them."""
    supplier = await make_supplier(call.organization_id, number=f"S{count}")
    seller = await make_seller_entity(supplier, f"Seller {count}")
    shared: dict[str, Any] = {
        "cost_center": await make_cost_center(call.organization_id, number=f"C{count}"),
        "legal_entity": await make_legal_entity(call.organization_id, number=f"L{count}"),
        "primary_contact_id": call.actor.user_id,
    }
    orders: list[PurchaseOrder] = []
    for _ in range(count):
        order = await make_order_row(call, supplier, **shared)
        own: dict[str, Any] = {"organization_id": call.organization_id, "purchase_order": order}
        await Contact.create(**own, name="Ann", email="ann@example.com")
        await Tag.create(**own, key="team", value="research")
        await PurchaseOrderSellerEntity.create(**own, seller_entity=seller)
        line = await make_line_row(order)
        invoice = await make_invoice_row(call, supplier, 10, seller_entity=seller)
        await InvoiceLine.create(
            organization_id=call.organization_id, invoice=invoice, number=1, currency="USD", amount=Decimal(10)
        )
        dropped = await DroppedCandidates.create(
            organization_id=call.organization_id,
            digest=str(order.id),
            entries=[[order.id, None, MatchCriterion.SUSPENDED, "suspended"]],
        )
        await Match.create(
            **own,
            invoice=invoice,
            outcome=MatchOutcome.MATCHED,
            line=line,
            currency="USD",
            amount=Decimal(10),
            rules_version="1",
            decided_at=NOON,
            ranked=[[order.id, line.id, None, "first", "90"]],
            dropped=dropped,
        )
        await Allocation.create(
            **own,
            invoice=invoice,
            line=line,
            currency="USD",
            amount=Decimal(10),
            period_start=date(2025, 3, 1),
            period_end=date(2025, 3, 31),
        )
        await Event.create(**own, kind="purchase_order_created", subject=order.number, actor_id=call.actor.user_id)
        orders.append(order)
    return orders


@pytest.mark.parametrize("name", LISTS)
async def test_a_page_of_everything_is_one_statement_whether_of_one_row_or_of_many(db: str, name: str):
    call = await make_call()
    await make_orders(call, 1)
    query = f"{{ {name}(first: 25) {everything(get_named_type(free(core().query_type)[name].type), 2)} }}"

    with counted() as of_one:
        await ask(call, query)
    await make_orders(call, 25)
    with counted() as of_many:
        answered = await ask(call, query)

    assert len(of_one) == 1
    assert len(of_many) == 1
    if name == "purchaseOrders":
        assert len(answered[name]["nodes"]) == 25
        assert answered[name]["nodes"][24]["lines"]["nodes"][0]["allocations"]["nodes"][0]["id"]


async def test_lists_inside_lists_inside_lists_are_still_one_statement(db: str):
    call = await make_call()
    await make_orders(call, 8)
    query = """{ suppliers { nodes { name purchaseOrders { totalCount nodes { number totalAmount { formatted }
        lines { nodes { number allocations { nodes { amount { amount } invoice { id matches { nodes { reason
        candidates { totalCount nodes { rank reason purchaseOrder { number contacts { name } } } } } } } } } } }
        availableActions { action allowed } sellerEntities { name supplier { name } } } } } } }"""

    with counted() as statements:
        answered = await ask(call, query)

    assert len(statements) == 1
    [supplier] = answered["suppliers"]["nodes"]
    match = supplier["purchaseOrders"]["nodes"][7]["lines"]["nodes"][0]["allocations"]["nodes"][0]["invoice"]["matches"]
    assert [node["reason"] for node in match["nodes"][0]["candidates"]["nodes"]] == ["first", "suspended"]


async def test_many_things_by_their_ids_are_one_statement_of_whatever_kinds_they_are(db: str):
    call = await make_call()
    orders = await make_orders(call, 5)
    ids = [f"po_{order.id}" for order in orders] + [f"sup_{orders[0].supplier_id}", "po_999", "inv_x", "nonsense"]
    query = """query($ids: [ID!]!) { nodes(ids: $ids) { id __typename
        ... on PurchaseOrder { number totalAmount { formatted } } ... on Supplier { name number } } }"""

    await ask(call, query, ids=ids)  # asyncpg asks once what a list of numbers is
    with counted() as statements:
        found = (await ask(call, query, ids=ids))["nodes"]

    assert len(statements) == 1
    assert [each and each["id"] for each in found] == [*ids[:6], None, None, None]
    assert [each["number"] for each in found[:5]] == [order.number for order in orders]
    assert found[0]["totalAmount"]["formatted"] == "$0.00"


async def test_every_field_of_the_root_is_a_statement_of_its_own(db: str):
    call = await make_call()
    [order] = await make_orders(call, 1)
    query = """query($id: ID!, $number: String!) {
        a: purchaseOrder(id: $id) { number } b: purchaseOrder(number: $number) { id } viewer { name }
        organization { name } node(id: $id) { id } nothing: node(id: "nonsense") { id } }"""

    with counted() as statements:
        answered = await ask(call, query, id=f"po_{order.id}", number=order.number)

    assert len(statements) == 5
    assert answered["nothing"] is None


@pytest.mark.parametrize(
    ("selection", "counts"),
    [
        ("nodes { id }", 0),
        ("nodes { id lines { nodes { id } } }", 0),
        ("nodes { id } totalCount", 1),
        ("pageInfo { hasNextPage } totalCount", 1),
        ("nodes { lines { totalCount } }", 1),
        ("totalCount nodes { lines { totalCount } }", 2),
    ],
)
async def test_a_list_is_counted_only_where_that_is_asked(
    db: str, monkeypatch: pytest.MonkeyPatch, selection: str, counts: int
):
    sent: list[str] = []
    fetch = reader.fetch

    async def noted(statement: Any, *rest: Any) -> Any:
        sent.append(statement.sql)
        return await fetch(statement, *rest)

    monkeypatch.setattr(reader, "fetch", noted)
    await ask(await make_call(), f"{{ purchaseOrders {{ {selection} }} }}")

    assert [sql.count("count(*)::text FROM") for sql in sent] == [counts]
