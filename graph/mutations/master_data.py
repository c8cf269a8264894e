"""The parts of the organization that orders name, and its conditions: made and changed."""

from decimal import Decimal
from typing import Any, ClassVar

import strawberry

from graph.context import Info
from graph.payloads import Payload, mutation
from graph.types.mutation_input import AddressInput, ChangeInput, MutationInput, given
from graph.types.organization import CostCenter, LegalEntity, PaymentTerm, PurchasingEntity
from models import organization as rows
from models.statuses.people import Role
from resolvers.administration import master_data
from resolvers.administration.records import Kind
from resolvers.operation import Written

_NUMBER = "The number, unique in the organization: at most 60 letters, digits, spaces inside, and _.:/=+-%@."
_NAME = "The name."
_TAX = "Its tax registration number."
_ADDRESS = "Where it is billed; replaces the address there is as a whole."
_TERM_NAME = "The name, unique in the organization, such as Net 30."
_NET_DAYS = "Days from the invoice date until it is due, at most 3650."
_DISCOUNT_DAYS = "Days from the invoice date within which a discount is given, at most as many; with discountPercent."
_DISCOUNT = "What may be deducted by paying early, in percent, 0 to 100; with discountDays."
_ENTITY = "What it is now; null where it was refused."


@strawberry.input(description="A cost center to enter.")
class CostCenterCreateInput(MutationInput):
    number: str = strawberry.field(description=_NUMBER)
    name: str = strawberry.field(description=_NAME)


@strawberry.input(description="What to change of a cost center; fields that are not given stay as they are.")
class CostCenterUpdateInput(ChangeInput):
    id: strawberry.ID = strawberry.field(description="Which one.")
    number: str | None = strawberry.field(default=strawberry.UNSET, description=_NUMBER)
    name: str | None = strawberry.field(default=strawberry.UNSET, description=_NAME)


@strawberry.type(description="A cost center that was entered or changed.")
class CostCenterPayload(Payload):
    entity: ClassVar[str] = "cost_center"
    row: ClassVar[Any] = rows.CostCenter
    cost_center: CostCenter | None = strawberry.field(description=_ENTITY)


@strawberry.input(description="A legal entity to enter.")
class LegalEntityCreateInput(MutationInput):
    number: str = strawberry.field(description=_NUMBER)
    name: str = strawberry.field(description=_NAME)
    tax_registration_number: str | None = strawberry.field(default=strawberry.UNSET, description=_TAX)
    address: AddressInput | None = strawberry.field(default=strawberry.UNSET, description=_ADDRESS)


@strawberry.input(description="What to change of a legal entity; fields that are not given stay as they are.")
class LegalEntityUpdateInput(ChangeInput):
    id: strawberry.ID = strawberry.field(description="Which one.")
    number: str | None = strawberry.field(default=strawberry.UNSET, description=_NUMBER)
    name: str | None = strawberry.field(default=strawberry.UNSET, description=_NAME)
    tax_registration_number: str | None = strawberry.field(default=strawberry.UNSET, description=_TAX)
    address: AddressInput | None = strawberry.field(default=strawberry.UNSET, description=_ADDRESS)


@strawberry.type(description="A legal entity that was entered or changed.")
class LegalEntityPayload(Payload):
    entity: ClassVar[str] = "legal_entity"
    row: ClassVar[Any] = rows.LegalEntity
    legal_entity: LegalEntity | None = strawberry.field(description=_ENTITY)


@strawberry.input(description="A purchasing entity to enter.")
class PurchasingEntityCreateInput(MutationInput):
    number: str = strawberry.field(description=_NUMBER)
    name: str = strawberry.field(description=_NAME)


@strawberry.input(description="What to change of a purchasing entity; fields that are not given stay as they are.")
class PurchasingEntityUpdateInput(ChangeInput):
    id: strawberry.ID = strawberry.field(description="Which one.")
    number: str | None = strawberry.field(default=strawberry.UNSET, description=_NUMBER)
    name: str | None = strawberry.field(default=strawberry.UNSET, description=_NAME)


@strawberry.type(description="A purchasing entity that was entered or changed.")
class PurchasingEntityPayload(Payload):
    entity: ClassVar[str] = "purchasing_entity"
    row: ClassVar[Any] = rows.PurchasingEntity
    purchasing_entity: PurchasingEntity | None = strawberry.field(
        description="What it is now; null where it was refused."
    )


@strawberry.input(description="A payment term to enter.")
class PaymentTermCreateInput(MutationInput):
    name: str = strawberry.field(description=_TERM_NAME)
    net_days: int = strawberry.field(description=_NET_DAYS)
    discount_days: int | None = strawberry.field(default=strawberry.UNSET, description=_DISCOUNT_DAYS)
    discount_percent: Decimal | None = strawberry.field(default=strawberry.UNSET, description=_DISCOUNT)


@strawberry.input(description="What to change of a payment term; fields that are not given stay as they are.")
class PaymentTermUpdateInput(ChangeInput):
    id: strawberry.ID = strawberry.field(description="Which one.")
    name: str | None = strawberry.field(default=strawberry.UNSET, description=_TERM_NAME)
    net_days: int | None = strawberry.field(default=strawberry.UNSET, description=_NET_DAYS)
    discount_days: int | None = strawberry.field(default=strawberry.UNSET, description=_DISCOUNT_DAYS)
    discount_percent: Decimal | None = strawberry.field(default=strawberry.UNSET, description=_DISCOUNT)


@strawberry.type(description="A payment term that was entered or changed.")
class PaymentTermPayload(Payload):
    entity: ClassVar[str] = "payment_term"
    row: ClassVar[Any] = rows.PaymentTerm
    payment_term: PaymentTerm | None = strawberry.field(description=_ENTITY)


@strawberry.type
class MasterDataMutations:
    @mutation(CostCenterPayload, "Enters a cost center.", Role.BUYER)
    async def cost_center_create(self, info: Info, input: CostCenterCreateInput) -> Any:
        return await master_data.create(info.context.call, master_data.COST_CENTER, given(input))

    @mutation(CostCenterPayload, "Changes a cost center.", Role.BUYER)
    async def cost_center_update(self, info: Info, input: CostCenterUpdateInput) -> Any:
        return await _changed(info, master_data.COST_CENTER, input)

    @mutation(LegalEntityPayload, "Enters a legal entity.", Role.BUYER)
    async def legal_entity_create(self, info: Info, input: LegalEntityCreateInput) -> Any:
        return await master_data.create(info.context.call, master_data.LEGAL_ENTITY, given(input))

    @mutation(LegalEntityPayload, "Changes a legal entity.", Role.BUYER)
    async def legal_entity_update(self, info: Info, input: LegalEntityUpdateInput) -> Any:
        return await _changed(info, master_data.LEGAL_ENTITY, input)

    @mutation(PurchasingEntityPayload, "Enters a purchasing entity.", Role.BUYER)
    async def purchasing_entity_create(self, info: Info, input: PurchasingEntityCreateInput) -> Any:
        return await master_data.create(info.context.call, master_data.PURCHASING_ENTITY, given(input))

    @mutation(PurchasingEntityPayload, "Changes a purchasing entity.", Role.BUYER)
    async def purchasing_entity_update(self, info: Info, input: PurchasingEntityUpdateInput) -> Any:
        return await _changed(info, master_data.PURCHASING_ENTITY, input)

    @mutation(PaymentTermPayload, "Enters a payment term.", Role.BUYER)
    async def payment_term_create(self, info: Info, input: PaymentTermCreateInput) -> Any:
        return await master_data.create(info.context.call, master_data.PAYMENT_TERM, given(input))

    @mutation(PaymentTermPayload, "Changes a payment term.", Role.BUYER)
    async def payment_term_update(self, info: Info, input: PaymentTermUpdateInput) -> Any:
        return await _changed(info, master_data.PAYMENT_TERM, input)


async def _changed(info: Info, kind: Kind, input: Any) -> Written:
    return await master_data.update(
        info.context.call, kind, input.id, given(input), expected_version=input.expected_version
    )
