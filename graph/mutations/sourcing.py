"""What was agreed with suppliers: their products, contracts with them, and how they deliver."""

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

import strawberry

from graph.context import Info
from graph.mutations.purchase_order import asked, change
from graph.payloads import Payload, mutation
from graph.scalars import CurrencyCode
from graph.types.contract import Contract
from graph.types.mutation_input import ChangeInput, MutationInput, given
from graph.types.organization import ShippingMethod
from graph.types.product import SupplierProduct
from graph.types.purchase_order_inputs import PurchaseOrderChangeInput
from models import contract as rows
from models import organization as organization_rows
from models.statuses.orders import HandlingFeeKind, ProductType, PurchaseOrderAction
from models.statuses.people import Role
from resolvers.sourcing import contracts, products, shipping

_PART = "The supplier's part number, unique with the supplier and the currency; at most 100 characters."
_BREAKS = "The prices for larger quantities, at most 50; replaces those there are as a whole."
_NUMBER = "The number, unique in the organization: at most 100 letters, digits, spaces inside, and _.:/=+-%@."
_PRICES = "The prices agreed, one a part, at most 2,000; replaces those there are as a whole."
_CAP = "What the orders linked to it may come to at most; null means anything."
_METHOD_NAME = "The name, unique in the organization."
_SUPPLIERS = "Who delivers by it, at most 200 suppliers; replaces those there are as a whole."
_RULES = "What it costs, at most 100 rules; replaces those there are as a whole."


def _optional(description: str) -> Any:
    return strawberry.field(default=strawberry.UNSET, description=description)


@strawberry.input(description="From a quantity on, a unit of the product has another price.")
class PriceBreakInput:
    minimum_quantity: Decimal = strawberry.field(description="The quantity from which the price holds, above 0.")
    unit_price: Decimal = strawberry.field(description="The price for one unit then.")


@strawberry.input(description="A product of a supplier to enter.")
class SupplierProductCreateInput(MutationInput):
    supplier_id: strawberry.ID = strawberry.field(description="Who offers it.")
    part_number: str = strawberry.field(description=_PART)
    name: str = strawberry.field(description="The name; at most 200 characters.")
    description: str | None = _optional("More about it; at most 10,000 characters.")
    product_type: ProductType = strawberry.field(default=ProductType.GOOD, description="What kind of thing it is.")
    unit: str = strawberry.field(
        default="INDIVIDUAL_UNIT", description="FIXED_FEE, INDIVIDUAL_UNIT, or a UN/ECE unit code such as HUR."
    )
    currency: CurrencyCode = strawberry.field(description="The currency of its prices. It cannot change afterwards.")
    unit_price: Decimal = strawberry.field(description="The price for one unit, with at most six decimals.")
    price_breaks: list[PriceBreakInput] | None = _optional(_BREAKS)
    lead_time_days: int | None = _optional("How many days delivery takes, at most 3650.")


@strawberry.input(description="What to change of a product; fields that are not given stay as they are.")
class SupplierProductUpdateInput(ChangeInput):
    id: strawberry.ID = strawberry.field(description="Which product.")
    part_number: str | None = _optional(_PART)
    name: str | None = _optional("The name; at most 200 characters.")
    description: str | None = _optional("More about it; at most 10,000 characters.")
    product_type: ProductType | None = _optional("What kind of thing it is.")
    unit: str | None = _optional("FIXED_FEE, INDIVIDUAL_UNIT, or a UN/ECE unit code such as HUR.")
    unit_price: Decimal | None = _optional("The price for one unit, with at most six decimals.")
    price_breaks: list[PriceBreakInput] | None = _optional(_BREAKS)
    lead_time_days: int | None = _optional("How many days delivery takes, at most 3650.")
    is_active: bool | None = _optional("Whether it is offered still: only then can new lines name it.")


@strawberry.type(description="A product of a supplier that was entered or changed.")
class SupplierProductPayload(Payload):
    entity: ClassVar[str] = "supplier_product"
    row: ClassVar[Any] = rows.SupplierProduct
    supplier_product: SupplierProduct | None = strawberry.field(description="The product; null where it was refused.")


@strawberry.input(description="What one unit of a part may cost at most.")
class ContractPriceInput:
    part_number: str = strawberry.field(description="The supplier's part number; at most 100 characters.")
    unit_price: Decimal = strawberry.field(description="The highest price for one unit, with at most six decimals.")


@strawberry.input(description="A contract with a supplier to enter.")
class ContractCreateInput(MutationInput):
    supplier_id: strawberry.ID = strawberry.field(description="With whom.")
    number: str = strawberry.field(description=_NUMBER)
    name: str | None = _optional("The name; at most 200 characters.")
    currency: CurrencyCode = strawberry.field(description="The currency of its amounts. It cannot change afterwards.")
    valid_from: date | None = _optional("The first day it holds; null means always has.")
    valid_to: date | None = _optional("The last day it holds; null means for ever.")
    value_cap: Decimal | None = _optional(_CAP)
    prices: list[ContractPriceInput] | None = _optional(_PRICES)


@strawberry.input(description="What to change of a contract; fields that are not given stay as they are.")
class ContractUpdateInput(ChangeInput):
    id: strawberry.ID = strawberry.field(description="Which contract.")
    number: str | None = _optional(_NUMBER)
    name: str | None = _optional("The name; at most 200 characters.")
    valid_from: date | None = _optional("The first day it holds; null means always has.")
    valid_to: date | None = _optional("The last day it holds; null means for ever.")
    value_cap: Decimal | None = _optional(_CAP)
    prices: list[ContractPriceInput] | None = _optional(_PRICES)


@strawberry.type(description="A contract that was entered or changed.")
class ContractPayload(Payload):
    entity: ClassVar[str] = "contract"
    row: ClassVar[Any] = rows.Contract
    contract: Contract | None = strawberry.field(description="The contract; null where it was refused.")


@strawberry.input(description="An order, and a contract that it is, or is no longer, placed under.")
class ContractLinkInput(PurchaseOrderChangeInput):
    contract_id: strawberry.ID = strawberry.field(
        description="The contract, with the order's supplier and in its currency."
    )


@strawberry.input(description="A supplier who delivers by a method.")
class ShippingMethodSupplierInput:
    supplier_id: strawberry.ID = strawberry.field(description="The supplier.")
    countries: list[str] = strawberry.field(
        default_factory=list, description="ISO 3166 codes of the countries it delivers to; none means all."
    )


@strawberry.input(description="What a method costs. The rule with the lowest rank that fits an order applies.")
class HandlingFeeRuleInput:
    rank: int = strawberry.field(description="The rank, 1 to 10000, unique in the method.")
    kind: HandlingFeeKind = strawberry.field(description="Whether the fee is an amount or a percentage.")
    currency: CurrencyCode = strawberry.field(description="The currency of the orders that it is for.")
    amount_from: Decimal | None = _optional("The smallest amount of goods it is for.")
    amount_to: Decimal | None = _optional("The largest amount of goods it is for.")
    amount: Decimal | None = _optional("The fee; only for a fixed one.")
    percent: Decimal | None = _optional("The fee in percent of the goods' amount, 0 to 100; only for a percentage.")


@strawberry.input(description="A shipping method to enter.")
class ShippingMethodCreateInput(MutationInput):
    name: str = strawberry.field(description=_METHOD_NAME)
    carrier: str = strawberry.field(description="The carrier.")
    suppliers: list[ShippingMethodSupplierInput] | None = _optional(_SUPPLIERS)
    handling_fee_rules: list[HandlingFeeRuleInput] | None = _optional(_RULES)


@strawberry.input(description="What to change of a shipping method; fields that are not given stay as they are.")
class ShippingMethodUpdateInput(ChangeInput):
    id: strawberry.ID = strawberry.field(description="Which one.")
    name: str | None = _optional(_METHOD_NAME)
    carrier: str | None = _optional("The carrier.")
    suppliers: list[ShippingMethodSupplierInput] | None = _optional(_SUPPLIERS)
    handling_fee_rules: list[HandlingFeeRuleInput] | None = _optional(_RULES)


@strawberry.type(description="A shipping method that was entered or changed.")
class ShippingMethodPayload(Payload):
    entity: ClassVar[str] = "shipping_method"
    row: ClassVar[Any] = organization_rows.ShippingMethod
    shipping_method: ShippingMethod | None = strawberry.field(description="What it is now; null where it was refused.")


@strawberry.type
class SourcingMutations:
    @mutation(SupplierProductPayload, "Enters a product of a supplier, with its price breaks.", Role.BUYER)
    async def supplier_product_create(self, info: Info, input: SupplierProductCreateInput) -> Any:
        fields = given(input)
        return await products.create(info.context.call, fields.pop("supplier_id"), fields)

    @mutation(SupplierProductPayload, "Changes a product of a supplier. What was ordered stays.", Role.BUYER)
    async def supplier_product_update(self, info: Info, input: SupplierProductUpdateInput) -> Any:
        return await products.update(info.context.call, input.id, given(input), expected_version=input.expected_version)

    @mutation(ContractPayload, "Enters a contract with a supplier, with the prices agreed.", Role.BUYER)
    async def contract_create(self, info: Info, input: ContractCreateInput) -> Any:
        fields = given(input)
        return await contracts.create(info.context.call, fields.pop("supplier_id"), fields)

    @mutation(ContractPayload, "Changes a contract. Orders linked to it stay, and are warned about.", Role.BUYER)
    async def contract_update(self, info: Info, input: ContractUpdateInput) -> Any:
        return await contracts.update(
            info.context.call, input.id, given(input), expected_version=input.expected_version
        )

    @change(
        "Places an order under a contract with its supplier. Refused where the orders linked to the contract would "
        "come to more than its cap.",
        PurchaseOrderAction.UPDATE,
    )
    async def contract_link(self, info: Info, input: ContractLinkInput) -> Any:
        return await contracts.link(info.context.call, asked(input), input.contract_id)

    @change("Takes an order out from under a contract.", PurchaseOrderAction.UPDATE)
    async def contract_unlink(self, info: Info, input: ContractLinkInput) -> Any:
        return await contracts.unlink(info.context.call, asked(input), input.contract_id)

    @mutation(ShippingMethodPayload, "Enters a shipping method.", Role.BUYER)
    async def shipping_method_create(self, info: Info, input: ShippingMethodCreateInput) -> Any:
        return await shipping.create(info.context.call, given(input))

    @mutation(ShippingMethodPayload, "Changes a shipping method.", Role.BUYER)
    async def shipping_method_update(self, info: Info, input: ShippingMethodUpdateInput) -> Any:
        return await shipping.update(info.context.call, input.id, given(input), expected_version=input.expected_version)
