"""What an invoice may say: every refusal of a document, each with the path of its cause.

Pure. Amounts are in the currency of the document; credit memos and debit memos carry negative ones, as suppliers print
them.

Source: I6, M9.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from models.statuses.invoices import BillingStage, InvoiceCategory, InvoiceKind
from models.values import LARGEST_AMOUNT, MINOR_UNITS, PRICE_PLACES, QUANTITY_PLACES, ZERO
from resolvers.errors import InvalidAmount, InvalidValue, TotalsDisagree
from resolvers.rules.text import EXTERNAL_ID, Number, Text, Whole, given_refusals, repeated, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from resolvers.errors import Refusal
    from resolvers.rules.text import Path, Shape

EARLIEST: Final = date(1900, 1, 1)
LATEST: Final = date(2999, 12, 31)
MOST_LINES: Final = 1000
"""How many lines an invoice may have."""
LARGEST_LINE_NUMBER: Final = 999_999
LARGEST_QUANTITY: Final = Decimal("99999999999999.999999")
"""The largest quantity, and the largest price for one unit, that can be stored."""

INVOICE_NUMBER: Final = Text(longest=100, required=True)
"""The supplier's number of an invoice: whatever suppliers print."""

TEXTS: Final[dict[str, Shape]] = {
    "supplier_invoice_number": INVOICE_NUMBER,
    "external_id": EXTERNAL_ID,
    "purchase_order_number": INVOICE_NUMBER.optional,
    "original_invoice_number": INVOICE_NUMBER.optional,
    "agreement_id": Text(longest=200),
    "tax_registration_number": Text(longest=60),
    "invoice_unit": Text(longest=200),
    "account": Text(longest=100),
}
"""What the texts of an invoice accept."""

DATES: Final = ("invoice_date", "due_date", "billing_period_start", "billing_period_end")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInvoiceLine:
    """A line of an invoice, as the supplier printed it. Without a number it has that of its place."""

    amount: Decimal
    number: int | None = None
    description: str | None = None
    part_number: str | None = None
    purchase_order_number: str | None = None
    purchase_order_line_number: int | None = None
    unit: str | None = None
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    tax_amount: Decimal = ZERO
    reopens_quantity: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInvoice:
    """An invoice, credit memo or debit memo, as the supplier sent it; supplier and seller entity by their keys.

    Of the three amounts, those that are not given follow from the others; without any hint there is no tax. Whether its
    lines, charges and discount come to the amount before tax is not asked here: where they do not, the invoice is
    recorded as it is, and the difference found by verification (I4).
    """

    supplier_id: int
    supplier_invoice_number: str
    currency: str
    total_amount: Decimal
    invoice_date: date
    kind: InvoiceKind = InvoiceKind.INVOICE
    category: InvoiceCategory = InvoiceCategory.USAGE
    seller_entity_id: int | None = None
    external_id: str | None = None
    amount_before_tax: Decimal | None = None
    tax_amount: Decimal | None = None
    other_charges: Decimal = ZERO
    discount_amount: Decimal = ZERO
    billing_stage: BillingStage = BillingStage.REGULAR
    due_date: date | None = None
    billing_period_start: date | None = None
    billing_period_end: date | None = None
    purchase_order_number: str | None = None
    original_invoice_number: str | None = None
    agreement_id: str | None = None
    tax_registration_number: str | None = None
    invoice_unit: str | None = None
    account: str | None = None
    lines: tuple[NewInvoiceLine, ...] = ()

    @property
    def completed(self) -> NewInvoice:
        """The same with all three amounts: 119 with a tax of 19 is 100 before tax."""
        before, tax = self.amount_before_tax, self.tax_amount
        if before is None:
            before = self.total_amount - (tax or ZERO)
        return replace(self, amount_before_tax=before, tax_amount=self.total_amount - before if tax is None else tax)


def document_refusals(new: NewInvoice) -> list[Refusal]:
    """Everything that no invoice can say, all of it at once; what it refers to is not looked up here."""
    found = given_refusals({name: getattr(new, name) for name in TEXTS}, TEXTS)
    if new.original_invoice_number is not None and new.original_invoice_number == new.supplier_invoice_number:
        found.append(
            _invalid("originalInvoiceNumber", new.original_invoice_number, "an invoice does not correct itself")
        )
    found += _date_refusals(new)
    if new.currency not in MINOR_UNITS:
        return [*found, _invalid("currency", new.currency, "expected an ISO 4217 code such as USD")]
    return found + _amount_refusals(new) + _lines_refusals(new)


def sign_limits(kind: InvoiceKind) -> tuple[Decimal, Decimal]:
    """The smallest and the largest amount of a document: invoices bill, credit and debit memos give back."""
    return (ZERO, LARGEST_AMOUNT) if kind is InvoiceKind.INVOICE else (-LARGEST_AMOUNT, ZERO)


def _amount_refusals(new: NewInvoice) -> list[Refusal]:
    """Amounts of the wrong sign or size or too fine, and a total that is not what it is made of."""
    least, greatest = sign_limits(new.kind)
    places = MINOR_UNITS[new.currency]
    signed = Number(places=places, least=least, greatest=greatest)
    either = Number(places=places, least=-LARGEST_AMOUNT, required=False)
    found = signed.refusals(new.total_amount, ("totalAmount",))
    found += Number(places=places).refusals(new.other_charges, ("otherCharges",))
    found += Number(places=places).refusals(new.discount_amount, ("discountAmount",))
    found += replace(signed, required=False).refusals(new.amount_before_tax, ("amountBeforeTax",))
    found += either.refusals(new.tax_amount, ("taxAmount",))
    if found:
        return found
    whole = new.completed
    before, tax = whole.amount_before_tax or ZERO, whole.tax_amount or ZERO
    if before + tax != whole.total_amount:
        disagreement = TotalsDisagree(
            total=whole.total_amount, before_tax=before, tax=tax, currency=new.currency, path=("totalAmount",)
        )
        return [disagreement]
    return [
        InvalidAmount(amount=amount, least=limits[0], greatest=limits[1], places=places, path=(name,))
        for name, amount, limits in (
            ("amountBeforeTax", before, (least, greatest)),
            ("taxAmount", tax, (-LARGEST_AMOUNT, LARGEST_AMOUNT)),
        )
        if not limits[0] <= amount <= limits[1]
    ]


def _date_refusals(new: NewInvoice) -> list[Refusal]:
    days = {"invoiceDate": new.invoice_date, "dueDate": new.due_date}
    start, end = new.billing_period_start, new.billing_period_end
    days |= {"billingPeriodStart": start, "billingPeriodEnd": end}
    found: list[Refusal] = [
        _invalid(name, str(day), f"expected a day from {EARLIEST} to {LATEST}")
        for name, day in days.items()
        if day is not None and not EARLIEST <= day <= LATEST
    ]
    if (start is None) != (end is None):
        missing = "billingPeriodStart" if start is None else "billingPeriodEnd"
        found.append(_invalid(missing, "null", "a billing period has a first and a last day"))
    elif start is not None and end is not None and end < start:
        found.append(_invalid("billingPeriodEnd", str(end), f"it has to be on or after the first day {start}"))
    return found


def _lines_refusals(new: NewInvoice) -> list[Refusal]:
    if len(new.lines) > MOST_LINES:
        return [_invalid("lines", f"{len(new.lines)} lines", f"at most {MOST_LINES} are accepted")]
    shapes = line_shapes(new.currency, new.kind)
    found = [
        refusal
        for at, line in enumerate(new.lines)
        for refusal in given_refusals({name: getattr(line, name) for name in shapes}, shapes, path=("lines", str(at)))
    ]
    numbers = [str(number) for number in line_numbers(new.lines)]
    return found + [
        InvalidValue(value=numbers[at], expected="another line has it already", path=("lines", str(at), "number"))
        for at in repeated(numbers)
    ]


def line_numbers(lines: Iterable[NewInvoiceLine]) -> list[int]:
    """The number of each line: its own, or that of its place."""
    return [at if line.number is None else line.number for at, line in enumerate(lines, start=1)]


@lru_cache(maxsize=256)
def line_shapes(currency: str, kind: InvoiceKind = InvoiceKind.INVOICE) -> Mapping[str, Shape]:
    """What the fields of a line in the currency accept: a line of an invoice can take something off, one of a credit
    memo or debit memo only gives back.
    """
    money = Number(places=MINOR_UNITS[currency], least=-LARGEST_AMOUNT)
    amount = money if kind is InvoiceKind.INVOICE else replace(money, greatest=ZERO)
    return {
        "number": Whole(least=1, greatest=LARGEST_LINE_NUMBER, required=False),
        "description": Text(longest=10_000, long=True),
        "part_number": Text(longest=100),
        "purchase_order_number": INVOICE_NUMBER.optional,
        "purchase_order_line_number": Whole(least=1, greatest=LARGEST_LINE_NUMBER, required=False),
        "unit": Text(longest=20),
        "quantity": Number(places=QUANTITY_PLACES, least=-LARGEST_QUANTITY, greatest=LARGEST_QUANTITY, required=False),
        "unit_price": Number(places=PRICE_PLACES, least=-LARGEST_QUANTITY, greatest=LARGEST_QUANTITY, required=False),
        "amount": amount,
        "tax_amount": money,
    }


def _invalid(name: str, value: str, expected: str, path: Path = ()) -> InvalidValue:
    return InvalidValue(value=shown(value), expected=expected, path=(*path, name))


COLUMNS: Final = tuple(name for name in NewInvoice.__dataclass_fields__ if name != "lines")
"""The fields of the document that an invoice row keeps as columns."""

LINE_COLUMNS: Final = tuple(NewInvoiceLine.__dataclass_fields__)
"""The fields of a line of the document that its row keeps as columns."""


def columns_of(new: NewInvoice) -> dict[str, Any]:
    """The columns of an invoice as it was sent, all amounts completed."""
    whole = new.completed
    return {name: getattr(whole, name) for name in COLUMNS}


def line_columns_of(new: NewInvoice) -> list[dict[str, Any]]:
    """The columns of its lines, all of them numbered."""
    numbers = line_numbers(new.lines)
    return [
        {**{name: getattr(line, name) for name in LINE_COLUMNS}, "number": number}
        for line, number in zip(new.lines, numbers, strict=True)
    ]
