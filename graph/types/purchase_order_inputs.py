"""What mutations of orders, lines, contacts and tags take."""

from datetime import date
from decimal import Decimal
from typing import Any

import strawberry

from graph.scalars import CurrencyCode
from graph.types.mutation_input import AddressInput, ChangeInput, MutationInput
from models.statuses.invoices import VerificationPolicy
from models.statuses.orders import AcknowledgmentType, LineItemType, MilestonePayout, OrderType, ProductType
from models.statuses.people import NoticeKind

_NUMBER = (
    "The number, unique in the organization: at most 100 letters, digits, spaces inside, and _.:/=+-%@. Without one the"
    " order gets the next of PO0001001, PO0001002, … It cannot change afterwards."
)
_EXTERNAL_ID = "The key in the client's own system, unique in the organization; at most 200 characters."
_DISPLAY_NAME = "The name; at most 200 characters."
_SUPPLIER = "Who sells."
_SELLERS = 'Whose invoices it accepts ("bill from"): companies of the supplier, at most 100; none means all.'
_OWNER = "Who places it"
_TAX_NUMBERS = "Invoices must carry one of these tax registration numbers, at most 100; none means any."
_UNITS = "Invoices must carry one of these invoice units, at most 100; none means any."
_FIRST = "The first day it is valid; null means always has been."
_LAST = "The last day it is valid; null means for ever."
_SPEND = "The total from which the discount applies, in the order's currency; only for standard orders."
_DISCOUNT = "The discount in percent, 0 to 100, with at most four decimals; only for standard orders."
_STAYS = "Fields that are not given stay as they are; null takes a value away."


def _optional(description: str) -> Any:
    return strawberry.field(default=strawberry.UNSET, description=description)


@strawberry.input(description="A person who is to be mailed about an order.")
class ContactInput:
    name: str = strawberry.field(description="The name; at most 200 characters.")
    email: str = strawberry.field(description="The email address; one contact of an order each.")
    phone: str | None = _optional("The phone number.")
    muted_notices: list[NoticeKind] | None = _optional("The kinds of notices that the contact does not want.")


@strawberry.input(description="A key with a value.")
class TagInput:
    key: str = strawberry.field(description="The key, unique on the order; at most 128 characters.")
    value: str = strawberry.field(default="", description="The value, at most 256 characters; may be empty.")


@strawberry.input(description="What may be said of a line, old or new. Amounts are in the order's currency.")
class LineFieldsInput:
    description: str | None = _optional("What is bought; at most 10,000 characters.")
    line_item_type: LineItemType | None = _optional("Which categories of invoices it accepts; ALL for a new line.")
    product_type: ProductType | None = _optional("What kind of thing is bought; SERVICE for a new line.")
    acknowledgment_type: AcknowledgmentType | None = _optional("How delivery is acknowledged; only for services.")
    goods_receipt_required: bool | None = _optional("Whether goods must be received before invoices are paid.")
    milestone_payout: MilestonePayout | None = _optional(
        "What its milestones are worth; only with milestones. AMOUNT unless given."
    )
    product_id: strawberry.ID | None = _optional(
        "A product of the order's supplier: description, part number, unit, product type, and the price for the "
        "quantity are taken over from it where they are not given."
    )
    verification: VerificationPolicy | None = _optional(
        "With what invoices on it have to agree; null means with receipts where goods require them, or else with the"
        " order. Only goods and lines that milestones acknowledge can be verified with what arrived."
    )
    supplier_product: str | None = _optional("The supplier's product in words; at most 200 characters.")
    part_number: str | None = _optional("The supplier's part number; at most 100 characters.")
    unit: str | None = _optional("FIXED_FEE (for a new line), INDIVIDUAL_UNIT, or a UN/ECE unit code such as HUR.")
    quantity: Decimal | None = _optional(
        "The quantity, above 0, with at most six decimals; whole for goods that are counted. 1 for a new line."
    )
    unit_price: Decimal | None = _optional("The price for one unit, with at most six decimals; 0 for a new line.")
    discount: Decimal | None = _optional("The discount on the line, at most quantity times price; 0 for a new line.")
    tax_percent: Decimal | None = _optional("The tax rate, in percent of the amount; not together with taxAmount.")
    tax_amount: Decimal | None = _optional("The tax in money; not together with taxPercent.")
    estimated_tax: Decimal | None = _optional("The tax expected; outside every total.")
    estimated_shipping: Decimal | None = _optional("The shipping cost expected; outside every total.")
    start_date: date | None = _optional("The first day it is for, within the order's validity; null means the order's.")
    end_date: date | None = _optional("The last day it is for, within the order's validity; null means the order's.")
    expected_delivery_date: date | None = _optional("When delivery is expected.")
    ship_to: AddressInput | None = _optional("Where it is delivered; replaces the address there is as a whole.")
    recipient: str | None = _optional("Who receives it; at most 200 characters.")
    erp_line_number: str | None = _optional("The line's number in the ERP system; at most 100 characters.")
    agreement_id: str | None = _optional("The marketplace agreement it is for; only for MARKETPLACE_TRANSACTION.")
    balance_tracked: bool | None = _optional(
        "Whether its balance is tracked; false for a new line. Not for MARKETPLACE_TRANSACTION."
    )


@strawberry.input(description="A line to add.")
class PurchaseOrderLineInput(LineFieldsInput):
    number: int | None = _optional("The number, unique in the order, 1 to 99999; after the highest unless given.")


@strawberry.input(description=f"What to change of a line. {_STAYS} Its number cannot change.")
class PurchaseOrderLineChanges(LineFieldsInput):
    pass


@strawberry.input(description=f"What to change of a contact. {_STAYS}")
class ContactChanges:
    name: str | None = _optional("The name; at most 200 characters.")
    email: str | None = _optional("The email address; one contact of an order each.")
    phone: str | None = _optional("The phone number.")
    muted_notices: list[NoticeKind] | None = _optional("The kinds of notices that the contact does not want.")


@strawberry.input(description="What an order refers to and says of itself, old or new.")
class OrderFieldsInput:
    external_id: str | None = _optional(_EXTERNAL_ID)
    display_name: str | None = _optional(_DISPLAY_NAME)
    erp_number: str | None = _optional("The number in the ERP system; at most 100 characters.")
    description: str | None = _optional("What it is about; at most 10,000 characters.")
    seller_entity_ids: list[strawberry.ID] | None = _optional(_SELLERS)
    business_owner_id: strawberry.ID | None = _optional(f"{_OWNER}; the caller for a new order.")
    primary_contact_id: strawberry.ID | None = _optional("Whom in procurement to ask about it.")
    requisition_id: strawberry.ID | None = _optional("The requisition it is made from.")
    cost_center_id: strawberry.ID | None = _optional("Who bears the expense.")
    legal_entity_id: strawberry.ID | None = _optional("The company that buys; its address is the bill-to address.")
    purchasing_entity_id: strawberry.ID | None = _optional("The part of the organization that orders.")
    payment_term_id: strawberry.ID | None = _optional("When its invoices are due.")
    shipping_method_id: strawberry.ID | None = _optional("How it is delivered.")
    ship_to: AddressInput | None = _optional("Where it is delivered; replaces the address there is as a whole.")
    tax_registration_numbers: list[str] | None = _optional(_TAX_NUMBERS)
    invoice_units: list[str] | None = _optional(_UNITS)
    effective_date: date | None = _optional(_FIRST)
    expiration_date: date | None = _optional(_LAST)
    minimum_spend: Decimal | None = _optional(_SPEND)
    discount_percentage: Decimal | None = _optional(_DISCOUNT)


@strawberry.input(description="An order to make, with everything on it: all of it or nothing.")
class PurchaseOrderCreateInput(OrderFieldsInput, MutationInput):
    number: str | None = _optional(_NUMBER)
    order_type: OrderType | None = _optional("STANDARD unless given. It cannot change afterwards.")
    currency: CurrencyCode = strawberry.field(description="The currency of all amounts. It cannot change afterwards.")
    supplier_id: strawberry.ID = strawberry.field(description=_SUPPLIER)
    lines: list[PurchaseOrderLineInput] | None = _optional("Its lines; how many there may be is a setting.")
    contacts: list[ContactInput] | None = _optional("Who is mailed about it; how many there may be is a setting.")
    tags: list[TagInput] | None = _optional("Its tags, at most 50.")
    issue: bool = strawberry.field(default=False, description="Issue it at once; otherwise it is a draft.")


@strawberry.input(description="Which order is to be changed, by its id or its number.")
class PurchaseOrderChangeInput(ChangeInput):
    id: strawberry.ID | None = strawberry.field(default=None, description="The order, by id.")
    number: str | None = strawberry.field(default=None, description="The order, by number instead.")
    reason: str | None = strawberry.field(default=None, description="Why, for the history; at most 2,000 characters.")


@strawberry.input(description=f"What to change of an order. {_STAYS}")
class PurchaseOrderUpdateInput(OrderFieldsInput, PurchaseOrderChangeInput):
    supplier_id: strawberry.ID | None = _optional(f"{_SUPPLIER} Only a draft gets another one.")


@strawberry.input(description="An order to extend.")
class PurchaseOrderExtendInput(PurchaseOrderChangeInput):
    expiration_date: date = strawberry.field(description="The new last day, later than the one there is.")


@strawberry.input(description="An order to copy into a later period.")
class PurchaseOrderCopyInput(PurchaseOrderChangeInput):
    months: int | None = _optional(
        "How many months later the copy is, 1 to 120. Unless given, as long as the order is valid: a year for a year."
    )
    new_number: str | None = _optional(f"The copy's. {_NUMBER}")
    external_id: str | None = _optional(f"The copy's. {_EXTERNAL_ID}")
    display_name: str | None = _optional(f"The copy's; the same as the order's unless given. {_DISPLAY_NAME}")
    issue: bool = strawberry.field(default=False, description="Issue the copy at once; otherwise it is a draft.")


@strawberry.input(description="A line to add to an order.")
class PurchaseOrderLineAddInput(PurchaseOrderChangeInput):
    line: PurchaseOrderLineInput = strawberry.field(description="The line.")


@strawberry.input(description="Which line is to be changed.")
class LineChangeInput(ChangeInput):
    line_id: strawberry.ID = strawberry.field(description="The line, by id. `expectedVersion` is its order's.")
    reason: str | None = strawberry.field(default=None, description="Why, for the history; at most 2,000 characters.")


@strawberry.input(description="A line to change.")
class PurchaseOrderLineUpdateInput(LineChangeInput):
    line: PurchaseOrderLineChanges = strawberry.field(description="What to change.")


@strawberry.input(description="A line to remove. It must never have served an invoice.")
class PurchaseOrderLineRemoveInput(LineChangeInput):
    pass


@strawberry.input(description="A contact to add to an order.")
class PurchaseOrderContactAddInput(PurchaseOrderChangeInput):
    contact: ContactInput = strawberry.field(description="The contact.")


@strawberry.input(description="Which contact is to be changed.")
class ContactChangeInput(ChangeInput):
    contact_id: strawberry.ID = strawberry.field(description="The contact, by id. `expectedVersion` is its order's.")
    reason: str | None = strawberry.field(default=None, description="Why, for the history; at most 2,000 characters.")


@strawberry.input(description="A contact to change.")
class PurchaseOrderContactUpdateInput(ContactChangeInput):
    contact: ContactChanges = strawberry.field(description="What to change.")


@strawberry.input(description="A contact to remove: nobody is mailed there about the order any more.")
class PurchaseOrderContactRemoveInput(ContactChangeInput):
    pass


@strawberry.input(description="The tags an order is to have, and no others.")
class PurchaseOrderTagsSetInput(PurchaseOrderChangeInput):
    tags: list[TagInput] = strawberry.field(description="The tags, at most 50.")
