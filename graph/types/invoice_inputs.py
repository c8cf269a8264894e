"""What mutations of invoices take."""

from datetime import date
from decimal import Decimal
from typing import Any

import strawberry

from graph.scalars import CurrencyCode
from graph.types.mutation_input import ChangeInput, MutationInput
from models.statuses.invoices import BillingStage, DuplicatePolicy, InvoiceCategory, InvoiceKind
from models.statuses.orders import LineItemType

_NUMBER = "The supplier's number, unique for the supplier; at most 100 characters."
_TOTAL = "The total, taxes included; negative, or zero, on credit memos and debit memos. In the invoice's currency."
_BEFORE_TAX = "The total before tax, of the same sign; follows from the other two amounts unless given."
_TAX = "The tax; follows from the other two amounts unless given, and is nothing where only the total is."
_SELLER = "The supplier's company that bills."
_EXTERNAL_ID = "The key in the client's own system, unique in the organization; at most 200 characters."
_FIRST = "The first day it bills; together with the last."
_LAST = "The last day it bills. Orders are found by these days, and by the invoice date where there are none."
_ORDER = "The order number it names."
_ORIGINAL = "The invoice that a credit memo corrects, by the supplier's number: it follows that one."
_AGREEMENT = "The marketplace agreement it bills."
_TAX_NUMBER = "The buyer's tax registration number on it; at most 60 characters."
_UNIT = "The invoice unit it was made for; at most 200 characters."
_ACCOUNT = "The account it was made for; at most 100 characters."
_STAYS = "Fields that are not given stay as they are; null takes a value away."


def _optional(description: str) -> Any:
    return strawberry.field(default=strawberry.UNSET, description=description)


@strawberry.input(description="A line of an invoice. Amounts are in the invoice's currency.")
class InvoiceLineInput:
    number: int | None = _optional("The number, unique in the invoice; its place unless given.")
    description: str | None = _optional("What is billed; at most 10,000 characters.")
    part_number: str | None = _optional("The supplier's part number; at most 100 characters.")
    purchase_order_number: str | None = _optional("The order it names, where that is not the invoice's.")
    purchase_order_line_number: int | None = _optional("The order line it names.")
    reopens_quantity: bool | None = _optional(
        "On credit memos and debit memos: whether the quantity can be billed again; true unless given, where there is"
        " a quantity."
    )
    unit: str | None = _optional("The unit of the quantity; at most 20 characters.")
    quantity: Decimal | None = _optional("The quantity billed, with at most six decimals.")
    unit_price: Decimal | None = _optional("The price for one unit, with at most six decimals.")
    amount: Decimal = strawberry.field(description="The amount before tax.")
    tax_amount: Decimal | None = _optional("The tax; nothing unless given.")


@strawberry.input(description="What may be said of an invoice beside its number, dates and amounts.")
class InvoiceFieldsInput:
    external_id: str | None = _optional(_EXTERNAL_ID)
    seller_entity_id: strawberry.ID | None = _optional(_SELLER)
    amount_before_tax: Decimal | None = _optional(_BEFORE_TAX)
    tax_amount: Decimal | None = _optional(_TAX)
    other_charges: Decimal | None = _optional(
        "Charges beyond its lines; part of the total. Where lines, charges, discount and tax do not come to the total,"
        " that is a discrepancy, and not refused."
    )
    discount_amount: Decimal | None = _optional("The discount on the whole of it; taken off in the total already.")
    billing_stage: BillingStage | None = _optional("Whether it bills in advance, or for the last time.")
    due_date: date | None = _optional("The date it is due.")
    billing_period_start: date | None = _optional(_FIRST)
    billing_period_end: date | None = _optional(_LAST)
    purchase_order_number: str | None = _optional(_ORDER)
    original_invoice_number: str | None = _optional(_ORIGINAL)
    agreement_id: str | None = _optional(_AGREEMENT)
    tax_registration_number: str | None = _optional(_TAX_NUMBER)
    invoice_unit: str | None = _optional(_UNIT)
    account: str | None = _optional(_ACCOUNT)
    lines: list[InvoiceLineInput] | None = _optional("Its lines, at most 1,000; replaced as a whole.")


@strawberry.input(description="An invoice, credit memo or debit memo as the supplier sent it.")
class InvoiceDocumentInput(InvoiceFieldsInput):
    supplier_id: strawberry.ID = strawberry.field(description="Who sent it.")
    supplier_invoice_number: str = strawberry.field(description=_NUMBER)
    kind: InvoiceKind = strawberry.field(default=InvoiceKind.INVOICE, description="Whether it bills or gives back.")
    category: InvoiceCategory = strawberry.field(description="What it bills.")
    currency: CurrencyCode = strawberry.field(description="The currency of its amounts.")
    total_amount: Decimal = strawberry.field(description=_TOTAL)
    invoice_date: date = strawberry.field(description="The date it was issued.")


@strawberry.input(description="An invoice, credit memo or debit memo to record, as the supplier sent it.")
class InvoiceRecordInput(InvoiceDocumentInput, MutationInput):
    match: bool = strawberry.field(
        default=True, description="Find the order it belongs to at once; otherwise it waits until it is matched."
    )
    on_duplicate: DuplicatePolicy = strawberry.field(
        default=DuplicatePolicy.REFUSE, description="What happens where the supplier's number is there already."
    )


@strawberry.input(description=f"What to correct of an invoice. {_STAYS}")
class InvoiceUpdateInput(InvoiceFieldsInput, ChangeInput):
    id: strawberry.ID = strawberry.field(description="Which invoice.")
    supplier_invoice_number: str | None = _optional(_NUMBER)
    kind: InvoiceKind | None = _optional("Whether it bills or gives back.")
    category: InvoiceCategory | None = _optional("What it bills.")
    currency: CurrencyCode | None = _optional("The currency of its amounts.")
    total_amount: Decimal | None = _optional(_TOTAL)
    invoice_date: date | None = _optional("The date it was issued.")


@strawberry.input(description="An invoice to withdraw.")
class InvoiceCancelInput(ChangeInput):
    id: strawberry.ID = strawberry.field(description="Which invoice.")
    reason: str = strawberry.field(description="Why, for the history; at most 2,000 characters.")


@strawberry.input(description="An invoice to match again, or all that wait for an order. Exactly one of them.")
class InvoiceMatchInput(ChangeInput):
    id: strawberry.ID | None = strawberry.field(default=None, description="Which invoice.")
    override: bool = strawberry.field(
        default=False, description="Let the rules decide although a person has; only with `id`."
    )
    all_unmatched: bool = strawberry.field(
        default=False, description="All invoices that wait for an order, in the order in which they came."
    )
    first: int = strawberry.field(
        default=500, description="How many of the waiting ones at once, 1 to 500; only with `allUnmatched`."
    )
    after: strawberry.ID | None = strawberry.field(
        default=None,
        description="Begin after this one: the `continueAfter` of the batch before; only with `allUnmatched`.",
    )


@strawberry.input(description="What of an invoice, or of a line of it, goes to an order line.")
class InvoiceShareInput:
    line_id: strawberry.ID | None = strawberry.field(
        default=None, description="The order line; null to take the invoice line off all orders."
    )
    invoice_line_id: strawberry.ID | None = strawberry.field(
        default=None,
        description=(
            "The line of the invoice. Either every allocation names one, or none does; lines that none names stay where"
            " they are."
        ),
    )
    amount: Decimal | None = strawberry.field(
        default=None,
        description=(
            "The amount, in the invoice's currency, of what counts against balances: the total, or before tax, as the"
            " organization has set. All of it unless given. Of an invoice line the amount before tax."
        ),
    )
    quantity: Decimal | None = strawberry.field(
        default=None, description="The quantity; only of an invoice line. What is not given follows from the amount."
    )


@strawberry.input(description="An invoice to allocate by hand.")
class InvoiceReallocateInput(ChangeInput):
    id: strawberry.ID = strawberry.field(description="Which invoice.")
    allocations: list[InvoiceShareInput] = strawberry.field(
        description=(
            "Where it goes, at most 100 lines; the amounts add up to the invoice, or to each line of it that is named."
            " None: to no order."
        )
    )
    leave_rest: bool = strawberry.field(
        default=False,
        description="Leave what the parts of an invoice line do not cover on no order; otherwise that is refused.",
    )
    reason: str = strawberry.field(description="Why, for the history; at most 2,000 characters.")


@strawberry.input(description="A marketplace purchase made with an order number.")
class MarketplacePurchaseRecordInput(MutationInput):
    purchase_order_number: str = strawberry.field(
        description="The order number the buyer gave. Where there is no such order, one is made, without contacts."
    )
    agreement_id: str = strawberry.field(description="The agreement that was made; one line each on an order.")
    supplier_id: strawberry.ID = strawberry.field(description="The marketplace.")
    seller_entity_id: strawberry.ID | None = _optional("The company that will bill; only for an order that is made.")
    description: str | None = _optional("What was bought; at most 10,000 characters.")
    currency: CurrencyCode = strawberry.field(description="The currency of the amount.")
    amount: Decimal = strawberry.field(description="What the purchase costs.")
    start_date: date = strawberry.field(description="The first day of the agreement.")
    end_date: date = strawberry.field(description="The last day of the agreement.")


@strawberry.input(description="An invoice that does not exist.")
class HypotheticalInvoiceInput(InvoiceFieldsInput):
    supplier_id: strawberry.ID = strawberry.field(description="Who would send it.")
    supplier_invoice_number: str | None = _optional("The supplier's number.")
    kind: InvoiceKind = strawberry.field(default=InvoiceKind.INVOICE, description="Whether it bills or gives back.")
    category: InvoiceCategory = strawberry.field(description="What it bills.")
    currency: CurrencyCode = strawberry.field(description="The currency of its amounts.")
    total_amount: Decimal = strawberry.field(description=_TOTAL)
    invoice_date: date = strawberry.field(description="The date it would be issued.")


@strawberry.input(description="How a line would be different.")
class LineProposalInput:
    number: int = strawberry.field(description="Which line of the order, by its number.")
    line_item_type: LineItemType | None = _optional("Which categories it would accept.")
    start_date: date | None = _optional("Its first day; null means the order's.")
    end_date: date | None = _optional("Its last day; null means the order's.")
    limit: Decimal | None = _optional("What there would be for invoices in all; null means its balance is not tracked.")


@strawberry.input(description="How an order would be different. What is not given is as it is.")
class PurchaseOrderProposalInput:
    id: strawberry.ID | None = strawberry.field(default=None, description="The order, by id.")
    number: str | None = strawberry.field(default=None, description="The order, by number instead.")
    suspended: bool | None = _optional("Whether it would be on hold.")
    effective_date: date | None = _optional("Its first day; null means always has been.")
    expiration_date: date | None = _optional("Its last day; null means for ever.")
    lines: list[LineProposalInput] | None = _optional("Its lines that would be different.")


@strawberry.input(description="An invoice, stored or not, and what would be different about the orders.")
class MatchPreviewInput:
    invoice_id: strawberry.ID | None = strawberry.field(default=None, description="A stored invoice.")
    hypothetical: HypotheticalInvoiceInput | None = strawberry.field(
        default=None, description="An invoice that does not exist, instead."
    )
    changes: list[PurchaseOrderProposalInput] = strawberry.field(
        default_factory=list, description="What would be different about orders, at most 100."
    )
