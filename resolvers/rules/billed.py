"""An invoice as verification sees it: what it bills, of what, and what others have billed of the same before.

An invoice is compared together with what earlier invoices bill of the same line or order, for they have used the room
up; earlier is what was recorded earlier, that is, what has the lower id. Credit memos and debit memos make room again,
whenever they were recorded. So of several invoices that bill too much together, the last are the ones that are told,
and the figures are the same in whatever order somebody confirms, maps or looks at them.

Pure.

Source: I4.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from models.statuses.invoices import BillingStage, InvoiceCategory, InvoiceKind, VerificationPolicy
from models.statuses.orders import AcknowledgmentType, ProductType
from models.values import ONE, ZERO, round_money

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """What others bill of an order line. Amounts are before tax; what is given back is negative.

    `earlier` are the invoices recorded before this one, `advance` those among them that bill in advance; `credited` is
    what credit memos and debit memos give back, whenever recorded, and `credited_earlier` what those before this one
    do. `billed` are all invoices. `uncounted` is how many of all these do not say a quantity.
    """

    earlier_quantity: Decimal = ZERO
    earlier_amount: Decimal = ZERO
    advance_quantity: Decimal = ZERO
    advance_amount: Decimal = ZERO
    credited_quantity: Decimal = ZERO
    credited_amount: Decimal = ZERO
    credited_earlier_amount: Decimal = ZERO
    billed_amount: Decimal = ZERO
    uncounted: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedLine:
    """An order line that an invoice bills: what was agreed, what of it counts still, and what has arrived.

    `quantity` and `amount` are what was agreed, the `effective` ones what is left of it when the line was closed short
    or canceled. Received and accepted quantities are of posted receipts without what went back, the received amount of
    completed milestones.
    """

    id: int
    order_id: int
    order_number: str
    number: int
    currency: str
    product_type: ProductType
    acknowledgment_type: AcknowledgmentType | None
    goods_receipt_required: bool
    verification: VerificationPolicy | None
    unit: str
    quantity: Decimal
    amount: Decimal
    effective_quantity: Decimal
    effective_amount: Decimal
    unit_price: Decimal
    tax_percent: Decimal | None = None
    tax_amount: Decimal = ZERO
    estimated_tax: Decimal | None = None
    received_quantity: Decimal = ZERO
    accepted_quantity: Decimal = ZERO
    received_amount: Decimal = ZERO
    elsewhere: Elsewhere = field(default_factory=Elsewhere)

    @property
    def name(self) -> str:
        """How people call it."""
        return f"line {self.number} of {self.order_number}"

    @property
    def policy(self) -> VerificationPolicy:
        """With what invoices on it have to agree."""
        return policy_of(self.verification, self.product_type, goods_receipt_required=self.goods_receipt_required)

    @property
    def counts(self) -> bool:
        """Whether its quantity and its price say something: of a fee for one service only the amount does."""
        return self.product_type is ProductType.GOOD or self.unit != "FIXED_FEE" or self.quantity != ONE

    def worth(self, quantity: Decimal) -> Decimal:
        """What that much of it is worth, rounded once, here; all of it is worth exactly its amount."""
        if quantity == self.quantity or not self.quantity:
            return self.amount
        return round_money(self.amount * quantity / self.quantity, self.currency)

    def tax_on(self, amount: Decimal) -> Decimal | None:
        """The tax that the order says for that much of its amount, unrounded; None where it says nothing of taxes.

        A rate holds for any amount; a tax in money, or else the estimate, in proportion.
        """
        if self.tax_percent is not None:
            return (amount * self.tax_percent).scaleb(-2)
        tax = self.tax_amount or self.estimated_tax
        if tax is None or not (tax or self.estimated_tax is not None):
            return None
        return tax * amount / self.amount if self.amount else ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What a line of an invoice takes from an order line."""

    line: OrderedLine
    amount: Decimal
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledLine:
    """A line of an invoice, with the order it names and the order lines it belongs to."""

    id: int
    number: int
    amount: Decimal
    tax_amount: Decimal = ZERO
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    unit: str | None = None
    order_number: str | None = None
    shares: tuple[Share, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledOrder:
    """An order that an invoice names, or that is billed by it.

    `total` is what was agreed, `shipping` what was expected beside it. `own` is what this invoice bills on it: its
    lines before tax, with its share of the charges and without that of the discounts; `earlier` what invoices recorded
    before bill, `credited` what credit memos and debit memos give back.
    """

    id: int
    number: str
    currency: str
    supplier_id: int
    cost_center_id: int | None = None
    total: Decimal = ZERO
    shipping: Decimal = ZERO
    own: Decimal = ZERO
    earlier: Decimal = ZERO
    credited: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledInvoice:
    """An invoice with everything that it is compared with.

    `orders` are those that it, or a line of it, names by number or is allocated to. `in_part` tells whether it is
    allocated line by line or names an order; an invoice that does neither is matched as a whole, or waits for that, and
    its lines are not compared. `twin` is the number of the invoice whose duplicate it may be.
    """

    id: int
    currency: str
    supplier_id: int
    kind: InvoiceKind = InvoiceKind.INVOICE
    category: InvoiceCategory = InvoiceCategory.USAGE
    stage: BillingStage = BillingStage.REGULAR
    total_amount: Decimal = ZERO
    tax_amount: Decimal = ZERO
    other_charges: Decimal = ZERO
    discount_amount: Decimal = ZERO
    order_number: str | None = None
    twin: str | None = None
    in_part: bool = True
    lines: tuple[BilledLine, ...] = ()
    orders: tuple[BilledOrder, ...] = ()


def policy_of(
    verification: VerificationPolicy | None, product_type: ProductType, *, goods_receipt_required: bool
) -> VerificationPolicy:
    """With what invoices on a line have to agree: what was said, or else with receipts where goods require them.

    Source: I4.
    """
    if verification is not None:
        return verification
    receipts = product_type is ProductType.GOOD and goods_receipt_required
    return VerificationPolicy.THREE_WAY if receipts else VerificationPolicy.TWO_WAY


def takes_receipts(product_type: ProductType, acknowledgment_type: AcknowledgmentType | None) -> bool:
    """Whether something other than the invoice itself says what has arrived: receipts, or milestones.

    Source: R1, R3.
    """
    return product_type is ProductType.GOOD or acknowledgment_type is AcknowledgmentType.MILESTONES
