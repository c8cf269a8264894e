"""Suppliers, and the companies of theirs that bill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tortoise.transactions import in_transaction

from models import database
from models.statuses.orders import LineItemType
from models.supplier import SellerEntity, Supplier
from resolvers.administration import records
from resolvers.administration.records import Kind
from resolvers.operation import Written, locked_gate, orders_changed
from resolvers.orders.purchase_order_edits import LONGEST_SEARCH_TEXT
from resolvers.rules.text import COUNTRY, EMAIL, EXTERNAL_ID, NAME, NUMBER, Words, search_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolvers.operation import Call

SUPPLIER: Final = Kind(
    row=Supplier,
    word="supplier",
    shapes={
        "number": NUMBER,
        "name": NAME,
        "external_id": EXTERNAL_ID,
        "email": EMAIL.optional,
        "country": COUNTRY,
    },
    unique=("number", "external_id"),
    subject="number",
)
SELLER_ENTITY: Final = Kind(
    row=SellerEntity,
    word="seller entity",
    shapes={"name": NAME, "line_item_types": Words()},
    unique=("name",),
    subject="name",
)
_FOUND_BY: Final = """
UPDATE purchase_order SET search_text = left($3::text || ' ' || search_text, $4::int)
WHERE organization_id = $1 AND supplier_id = $2"""
EVERY_TYPE: Final = tuple(str(word) for word in LineItemType)


async def create(call: Call, given: Mapping[str, Any]) -> Written:
    """Enter a supplier.

    Raises:
        Refusals: what is wrong with its fields, or a number or external id that is taken.
    """
    SUPPLIER.check(given)
    async with in_transaction():
        await locked_gate(call)
        return await records.add(call, SUPPLIER, given)


async def update(
    call: Call, supplier_id: str, given: Mapping[str, Any], *, expected_version: int | None = None
) -> Written:
    """Change the fields that are given. Orders are found by the new name at once, and by the former one, too, until
    somebody edits them.

    Raises:
        Refusals: what is wrong with the fields, or a number or external id that is taken.
        NotFound: there is no such supplier.
        VersionConflict: somebody changed it after the caller saw it.
    """
    SUPPLIER.check(given)
    async with in_transaction():
        await locked_gate(call)
        supplier = await records.locked(call, SUPPLIER, supplier_id)
        former = supplier.name
        written = await records.edit(call, SUPPLIER, supplier, given, expected_version)
        if supplier.name != former:
            words = " ".join(search_words(supplier.name, most=None))
            await database.rows(_FOUND_BY, call.organization_id, supplier.id, words, LONGEST_SEARCH_TEXT)
        return written


async def create_seller_entity(call: Call, supplier_id: str, given: Mapping[str, Any]) -> Written:
    """Enter a company of a supplier that bills. It offers every line item type, unless some are given.

    Source: M3.

    Raises:
        Refusals: what is wrong with its fields, or a name that is taken.
        NotFound: there is no such supplier.
    """
    given = {"line_item_types": list(EVERY_TYPE), **given}
    SELLER_ENTITY.check(given)
    async with in_transaction():
        await locked_gate(call)
        supplier = await records.referred(call, Supplier, supplier_id, ("supplierId",), "supplier")
        return await records.add(call, SELLER_ENTITY, given, about=supplier, supplier_id=supplier.id)


async def update_seller_entity(
    call: Call, seller_entity_id: str, given: Mapping[str, Any], *, expected_version: int | None = None
) -> Written:
    """Change the fields that are given. Matching reads them: what it knows of the orders is stale from now on (M11).

    Raises:
        Refusals: what is wrong with the fields, or a name that is taken.
        NotFound: there is no such seller entity.
        VersionConflict: somebody changed it after the caller saw it.
    """
    SELLER_ENTITY.check(given)
    async with in_transaction():
        gate = await locked_gate(call)
        seller = await records.locked(call, SELLER_ENTITY, seller_entity_id)
        supplier = await Supplier.get(id=seller.supplier_id)
        written = await records.edit(call, SELLER_ENTITY, seller, given, expected_version, about=supplier)
        if written.events:
            await orders_changed(gate)
        return written
