"""What an order and its lines may say: every refusal of a request, each with the path of its cause.

Fields are checked one by one by their shapes, and then together: `field_refusals` of what was given, `line_refusals`
of a line as it would stand. Fields are named as columns; paths are named as in the API.

Pure. Amounts are in the currency of the order.

Source: O1, O2, O3, O4, O5, O6.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from models.statuses.invoices import VerificationPolicy
from models.statuses.orders import AcknowledgmentType, LineItemType, MilestonePayout, OrderType, ProductType
from models.values import (
    HUNDRED,
    LARGEST_AMOUNT,
    MINOR_UNITS,
    ONE,
    PERCENT_PLACES,
    PRICE_PLACES,
    QUANTITY_DIGITS,
    QUANTITY_PLACES,
    ZERO,
)
from resolvers.errors import AlreadyTaken, InvalidAmount, InvalidValue, NotApplicable, OutsideValidity
from resolvers.rules.balances import line_amount, line_tax
from resolvers.rules.billed import takes_receipts
from resolvers.rules.text import (
    EXTERNAL_ID,
    NAME,
    NUMBER,
    SHORT_NAME,
    Address,
    Number,
    Present,
    Text,
    Texts,
    Whole,
    api_name,
    given_refusals,
    money_shape,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from resolvers.errors import Refusal
    from resolvers.rules.text import Path, Shape

LONGEST_TEXT: Final = 10_000
"""How long a description may be."""
MOST_RESTRICTIONS: Final = 100
"""How many tax registration numbers, invoice units or seller entities an order may name."""
LARGEST_LINE_NUMBER: Final = 99_999
LARGEST_QUANTITY: Final = Decimal(10) ** (QUANTITY_DIGITS - QUANTITY_PLACES) - Decimal(1).scaleb(-QUANTITY_PLACES)
"""The largest quantity, and the largest price for one unit, that can be stored."""

COUNTED_UNITS: Final = frozenset({"FIXED_FEE", "INDIVIDUAL_UNIT", "C62", "EA", "H87", "PR", "SET"})
"""Units of which there are whole ones only: all other codes measure. O6."""

STANDARD_ONLY: Final = ("minimum_spend", "discount_percentage")
"""What cannot be said of a blanket order. O1."""

REASON: Final = Text(longest=2000, long=True)
"""Why somebody does something to an order."""

REASON_GIVEN: Final = replace(REASON, required=True)
"""The same where it has to be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTerms:
    """What of an order its fields and its lines are checked against. Without a date it is open on that side."""

    currency: str
    order_type: OrderType = OrderType.STANDARD
    effective_date: date | None = None
    expiration_date: date | None = None

    def holds(self, day: date) -> bool:
        """Whether the day lies within the order's validity, both ends included."""
        return (self.effective_date is None or self.effective_date <= day) and (
            self.expiration_date is None or day <= self.expiration_date
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedLine:
    """A line as it would stand, as far as its fields have to fit each other."""

    line_item_type: LineItemType = LineItemType.ALL
    product_type: ProductType = ProductType.SERVICE
    acknowledgment_type: AcknowledgmentType | None = None
    goods_receipt_required: bool = False
    milestone_payout: MilestonePayout | None = None
    verification: VerificationPolicy | None = None
    unit: str = "FIXED_FEE"
    quantity: Decimal = ONE
    unit_price: Decimal = ZERO
    discount: Decimal = ZERO
    tax_percent: Decimal | None = None
    tax_amount: Decimal = ZERO
    start_date: date | None = None
    end_date: date | None = None
    agreement_id: str | None = None
    balance_tracked: bool = False


@lru_cache(maxsize=256)
def order_shapes(currency: str) -> dict[str, Shape]:
    """What the fields of an order in the currency accept."""
    return {
        "number": NUMBER.optional,
        "external_id": EXTERNAL_ID,
        "display_name": NAME.optional,
        "erp_number": SHORT_NAME.optional,
        "description": Text(longest=LONGEST_TEXT, long=True),
        "ship_to": Address(),
        "tax_registration_numbers": Texts(each=Text(longest=60, required=True), most=MOST_RESTRICTIONS),
        "invoice_units": Texts(each=NAME, most=MOST_RESTRICTIONS),
        "minimum_spend": money_shape(currency, required=False),
        "discount_percentage": Number(places=PERCENT_PLACES, greatest=HUNDRED, required=False),
    }


@lru_cache(maxsize=256)
def line_shapes(currency: str) -> dict[str, Shape]:
    """What the fields of a line in the currency accept."""
    money = money_shape(currency)
    price = Number(places=PRICE_PLACES, greatest=LARGEST_QUANTITY)
    return {
        "number": Whole(least=1, greatest=LARGEST_LINE_NUMBER),
        "description": Text(longest=LONGEST_TEXT, long=True),
        "line_item_type": Present(),
        "product_type": Present(),
        "goods_receipt_required": Present(),
        "supplier_product": NAME.optional,
        "part_number": SHORT_NAME.optional,
        "unit": Text(
            longest=20,
            required=True,
            pattern=re.compile("FIXED_FEE|INDIVIDUAL_UNIT|[A-Z0-9]{2,3}"),
            expected="FIXED_FEE, INDIVIDUAL_UNIT or a UN/ECE unit code such as HUR",
        ),
        "quantity": Number(places=QUANTITY_PLACES, least=Decimal("0.000001"), greatest=LARGEST_QUANTITY),
        "unit_price": price,
        "discount": money,
        "tax_percent": Number(places=PERCENT_PLACES, greatest=Decimal(1000), required=False),
        "tax_amount": money_shape(currency, required=False),
        "estimated_tax": money_shape(currency, required=False),
        "estimated_shipping": money_shape(currency, required=False),
        "ship_to": Address(),
        "recipient": NAME.optional,
        "erp_line_number": SHORT_NAME.optional,
        "agreement_id": EXTERNAL_ID,
        "balance_tracked": Present(),
    }


def field_refusals(given: Mapping[str, Any], order: OrderTerms) -> list[Refusal]:
    """What is wrong with the fields given for an order, on their own and with its type and dates.

    Source: O1, O2, O3.
    """
    found = given_refusals(given, order_shapes(order.currency))
    if order.order_type is not OrderType.STANDARD:
        found += [
            NotApplicable(order_type=order.order_type, path=(api_name(name),))
            for name in STANDARD_ONLY
            if given.get(name) is not None
        ]
    return found + date_refusals(order)


def date_refusals(order: OrderTerms) -> list[Refusal]:
    """A validity that ends before it begins.

    Source: O2.
    """
    return _reversed(order.effective_date, order.expiration_date, "effective date", ("expirationDate",))


def shrinking_refusals(
    lines: Iterable[tuple[int, OrderedLine]], before: OrderTerms, after: OrderTerms
) -> list[Refusal]:
    """Dates of numbered lines that would fall outside the validity an order is to have, and do not now.

    Source: O5.
    """
    found: list[Refusal] = []
    for number, line in lines:
        for day in (line.start_date, line.end_date):
            if day is not None and before.holds(day) and not after.holds(day):
                early = after.effective_date is not None and day < after.effective_date
                path = ("effectiveDate",) if early else ("expirationDate",)
                found.append(_outside(day, after, path, line=number))
    return found


def line_field_refusals(given: Mapping[str, Any], currency: str, path: Path) -> list[Refusal]:
    """What is wrong with the fields given for a line, each on its own, and with two that exclude each other.

    Source: O5.
    """
    found = given_refusals(given, line_shapes(currency), path)
    if given.get("tax_percent") is not None and given.get("tax_amount") is not None:
        percent = "give the tax as a percentage or as an amount, not both"
        found.append(InvalidValue(value=str(given["tax_amount"]), expected=percent, path=(*path, "taxAmount")))
    return found


def line_refusals(line: OrderedLine, order: OrderTerms, path: Path) -> list[Refusal]:
    """What is wrong with a line whose fields fit on their own: with each other, and with its order.

    Source: O5, O6, M6.
    """
    return [
        *_quantity_refusals(line, path),
        *_amount_refusals(line, order.currency, path),
        *_delivery_refusals(line, path),
        *_marketplace_refusals(line, path),
        *_line_date_refusals(line, order, path),
    ]


def line_number_refusals(numbers: Sequence[int | None], present: Iterable[int], paths: Sequence[Path]) -> list[Refusal]:
    """Line numbers that are there already, or that come twice.

    Source: O5.
    """
    found: list[Refusal] = []
    taken = set(present)
    for number, path in zip(numbers, paths, strict=True):
        if number in taken:
            found.append(AlreadyTaken(value=str(number), holder=f"line {number}", path=(*path, "number")))
        elif number is not None:
            taken.add(number)
    return found


def numbered(numbers: Sequence[int | None], present: Iterable[int]) -> list[int]:
    """The numbers of new lines: the given ones, and for the others what follows the highest.

    None, 5, None beside 1 and 2 → 6, 5, 7.

    Source: O5.
    """
    highest = max((*present, *(number for number in numbers if number is not None)), default=0)
    result: list[int] = []
    for number in numbers:
        highest += number is None
        result.append(highest if number is None else number)
    return result


def _quantity_refusals(line: OrderedLine, path: Path) -> list[Refusal]:
    whole = line.quantity == line.quantity.to_integral_value()
    if line.product_type is not ProductType.GOOD or line.unit not in COUNTED_UNITS or whole:
        return []
    return [
        InvalidAmount(
            amount=line.quantity, least=ONE, greatest=LARGEST_QUANTITY // ONE, places=0, path=(*path, "quantity")
        )
    ]


def _amount_refusals(line: OrderedLine, currency: str, path: Path) -> list[Refusal]:
    places = MINOR_UNITS[currency]
    with localcontext(prec=80):
        gross = line.quantity * line.unit_price
    if line.discount > gross:
        return [
            InvalidAmount(amount=line.discount, least=ZERO, greatest=gross, places=places, path=(*path, "discount"))
        ]
    amount = line_amount(line.quantity, line.unit_price, line.discount, currency)
    with localcontext(prec=80):
        worth = amount + line_tax(amount, line.tax_percent, line.tax_amount, currency)
    if worth <= LARGEST_AMOUNT:
        return []
    return [InvalidAmount(amount=worth, least=ZERO, greatest=LARGEST_AMOUNT, places=places, path=(*path, "unitPrice"))]


def _delivery_refusals(line: OrderedLine, path: Path) -> list[Refusal]:
    found: list[Refusal] = []

    def refuse(name: str, value: object, because: str) -> None:
        found.append(InvalidValue(value=str(value), expected=because, path=(*path, name)))

    acknowledgment, milestones = line.acknowledgment_type, AcknowledgmentType.MILESTONES
    if acknowledgment is not None and line.product_type is not ProductType.SERVICE:
        refuse("acknowledgmentType", acknowledgment, "only services are acknowledged")
    if line.goods_receipt_required and line.product_type is not ProductType.GOOD:
        refuse("goodsReceiptRequired", "true", "only goods are received")
    if line.milestone_payout is not None and acknowledgment is not milestones:
        refuse("milestonePayout", line.milestone_payout, "only lines that milestones acknowledge have a payout")
    two_way = line.verification in {None, VerificationPolicy.TWO_WAY}
    if not two_way and not takes_receipts(line.product_type, acknowledgment):
        refuse("verification", line.verification, "only goods and milestones arrive apart from their invoices: TWO_WAY")
    return found


def _marketplace_refusals(line: OrderedLine, path: Path) -> list[Refusal]:
    transaction = line.line_item_type is LineItemType.MARKETPLACE_TRANSACTION
    found: list[Refusal] = []
    if transaction and line.balance_tracked:
        because = "the balance of marketplace transactions is not tracked"
        found.append(InvalidValue(value="true", expected=because, path=(*path, "balanceTracked")))
    if line.agreement_id is not None and not transaction:
        because = "only lines of the type MARKETPLACE_TRANSACTION are for an agreement"
        found.append(InvalidValue(value=line.agreement_id, expected=because, path=(*path, "agreementId")))
    return found


def _line_date_refusals(line: OrderedLine, order: OrderTerms, path: Path) -> list[Refusal]:
    dates = (("startDate", line.start_date), ("endDate", line.end_date))
    found: list[Refusal] = [
        _outside(day, order, (*path, name)) for name, day in dates if day is not None and not order.holds(day)
    ]
    return found + _reversed(line.start_date, line.end_date, "start date", (*path, "endDate"))


def _outside(day: date, order: OrderTerms, path: Path, line: int | None = None) -> OutsideValidity:
    return OutsideValidity(
        date=day, effective_date=order.effective_date, expiration_date=order.expiration_date, line=line, path=path
    )


def _reversed(start: date | None, end: date | None, start_name: str, path: Path) -> list[Refusal]:
    if start is None or end is None or start <= end:
        return []
    return [InvalidValue(value=str(end), expected=f"it has to be on or after the {start_name} {start}", path=path)]
