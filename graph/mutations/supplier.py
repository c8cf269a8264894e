"""Suppliers and their billing companies: entered and changed."""

from typing import Any, ClassVar

import strawberry

from graph.context import Info
from graph.payloads import Payload, mutation
from graph.types.mutation_input import ChangeInput, MutationInput, given
from graph.types.supplier import SellerEntity, Supplier
from models import supplier as rows
from models.statuses.orders import LineItemType
from models.statuses.people import Role
from resolvers.sourcing import suppliers

_NUMBER = "The number, unique in the organization: at most 100 letters, digits, spaces inside, and _.:/=+-%@."
_NAME = "The name."
_EXTERNAL_ID = "The key in the client's own system, unique in the organization."
_EMAIL = "Where orders are sent."
_COUNTRY = "ISO 3166 country code, two capitals."
_ENTITY_NAME = "The name that stands on its invoices, unique in the organization."
_TYPES = "The line item types it offers, at least one"


@strawberry.input(description="A supplier to enter.")
class SupplierCreateInput(MutationInput):
    number: str = strawberry.field(description=_NUMBER)
    name: str = strawberry.field(description=_NAME)
    external_id: str | None = strawberry.field(default=strawberry.UNSET, description=_EXTERNAL_ID)
    email: str | None = strawberry.field(default=strawberry.UNSET, description=_EMAIL)
    country: str | None = strawberry.field(default=strawberry.UNSET, description=_COUNTRY)


@strawberry.input(description="What to change of a supplier; fields that are not given stay as they are.")
class SupplierUpdateInput(ChangeInput):
    id: strawberry.ID = strawberry.field(description="Which supplier.")
    number: str | None = strawberry.field(default=strawberry.UNSET, description=_NUMBER)
    name: str | None = strawberry.field(default=strawberry.UNSET, description=_NAME)
    external_id: str | None = strawberry.field(default=strawberry.UNSET, description=_EXTERNAL_ID)
    email: str | None = strawberry.field(default=strawberry.UNSET, description=_EMAIL)
    country: str | None = strawberry.field(default=strawberry.UNSET, description=_COUNTRY)


@strawberry.input(description="A billing company of a supplier to enter.")
class SellerEntityCreateInput(MutationInput):
    supplier_id: strawberry.ID = strawberry.field(description="Whose company it is.")
    name: str = strawberry.field(description=_ENTITY_NAME)
    line_item_types: list[LineItemType] | None = strawberry.field(
        default=strawberry.UNSET, description=f"{_TYPES}; all of them unless given."
    )


@strawberry.input(description="What to change of a billing company; fields that are not given stay as they are.")
class SellerEntityUpdateInput(ChangeInput):
    id: strawberry.ID = strawberry.field(description="Which seller entity.")
    name: str | None = strawberry.field(default=strawberry.UNSET, description=_ENTITY_NAME)
    line_item_types: list[LineItemType] | None = strawberry.field(default=strawberry.UNSET, description=f"{_TYPES}.")


@strawberry.type(description="A supplier that was entered or changed.")
class SupplierPayload(Payload):
    entity: ClassVar[str] = "supplier"
    row: ClassVar[Any] = rows.Supplier
    supplier: Supplier | None = strawberry.field(description="The supplier; null where it was refused.")


@strawberry.type(description="A billing company of a supplier that was entered or changed.")
class SellerEntityPayload(Payload):
    entity: ClassVar[str] = "seller_entity"
    row: ClassVar[Any] = rows.SellerEntity
    seller_entity: SellerEntity | None = strawberry.field(description="The seller entity; null where it was refused.")


@strawberry.type
class SupplierMutations:
    @mutation(SupplierPayload, "Enters a supplier.", Role.BUYER)
    async def supplier_create(self, info: Info, input: SupplierCreateInput) -> Any:
        return await suppliers.create(info.context.call, given(input))

    @mutation(SupplierPayload, "Changes a supplier.", Role.BUYER)
    async def supplier_update(self, info: Info, input: SupplierUpdateInput) -> Any:
        return await suppliers.update(
            info.context.call, input.id, given(input), expected_version=input.expected_version
        )

    @mutation(SellerEntityPayload, "Enters a company of a supplier that bills.", Role.BUYER)
    async def seller_entity_create(self, info: Info, input: SellerEntityCreateInput) -> Any:
        fields = given(input)
        return await suppliers.create_seller_entity(info.context.call, fields.pop("supplier_id"), fields)

    @mutation(SellerEntityPayload, "Changes a company of a supplier that bills.", Role.BUYER)
    async def seller_entity_update(self, info: Info, input: SellerEntityUpdateInput) -> Any:
        return await suppliers.update_seller_entity(
            info.context.call, input.id, given(input), expected_version=input.expected_version
        )
