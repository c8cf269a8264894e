"""The format AWS_INVOICE_SUMMARIES: one row of what `aws invoicing list-invoice-summaries` prints.

Pure. A row becomes a `Summary`, or everything that is wrong with it. What any invoice must look like (a known currency,
amounts that add up, texts that are not too long) is not looked at here: it is refused where invoices are recorded.

The base currency amount is taken, not the payment currency amount: it is in the currency in which the supplier prices
its services and orders are placed; the payment currency is the same money as it was exchanged on the day of the bill,
so that it would disagree with the order by a rate nobody ordered at, and two settings of an account would give one
invoice two amounts.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeGuard, TypeVar

from models.statuses.invoices import InvoiceCategory, InvoiceKind
from models.values import plain
from resolvers.errors import InvalidValue, refuse_all
from resolvers.rules.invoice_document import EARLIEST, LATEST, NewInvoice
from resolvers.rules.text import NAME, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolvers.errors import Refusal

T = TypeVar("T")
Path = tuple[str, ...]

LIST: Final = "InvoiceSummaries"
"""The key of the list of rows."""
TOKEN: Final = "NextToken"  # noqa: S105 - no secret: the key of what the list goes on with
"""The key of the token with which the list goes on, where it was cut."""

LONGEST_AMOUNT: Final = 60

NUMBER: Final = ("InvoiceId",)
ISSUED: Final = ("IssuedDate",)
DUE: Final = ("DueDate",)
ACCOUNT: Final = ("AccountId",)
SELLER: Final = ("Entity", "InvoicingEntity")
BILLING_ENTITY: Final = ("Entity", "BillingEntity")
FREQUENCY: Final = ("InvoiceFrequency",)
BILL_TYPE: Final = ("BillType",)
INVOICE_TYPE: Final = ("InvoiceType",)
TAX_AUTHORITY: Final = ("TaxAuthorityStatus",)
COMMERCIAL_INVOICE: Final = ("CommercialInvoiceId",)
PERIOD: Final = ("BillingPeriod",)
ORDER: Final = ("PurchaseOrderNumber",)
ORIGINAL: Final = ("OriginalInvoiceId",)
MONEY: Final = ("BaseCurrencyAmount",)
CURRENCY: Final = (*MONEY, "CurrencyCode")
TOTAL: Final = (*MONEY, "TotalAmount")
BEFORE_TAX: Final = (*MONEY, "TotalAmountBeforeTax")
TAX: Final = (*MONEY, "AmountBreakdown", "Taxes", "TotalAmount")

SOURCES: Final[dict[str, Path]] = {
    "supplierInvoiceNumber": NUMBER,
    "sellerEntity": SELLER,
    "kind": INVOICE_TYPE,
    "category": BILLING_ENTITY,
    "currency": CURRENCY,
    "invoiceDate": ISSUED,
    "dueDate": DUE,
    "billingPeriodStart": PERIOD,
    "billingPeriodEnd": PERIOD,
    "totalAmount": TOTAL,
    "amountBeforeTax": BEFORE_TAX,
    "taxAmount": TAX,
    "purchaseOrderNumber": ORDER,
    "originalInvoiceNumber": ORIGINAL,
    "account": ACCOUNT,
}
"""Where in a row each field of an invoice comes from."""

_MARKETPLACE: Final = "AWS_MARKETPLACE"
_BILLING_ENTITIES: Final = {"AWS": False, _MARKETPLACE: True}
_FREQUENCIES: Final = {"RECURRING": InvoiceCategory.USAGE, "ONE_TIME": InvoiceCategory.SUBSCRIPTION}
_INVOICE_TYPES: Final = {"INVOICE": InvoiceKind.INVOICE, "CREDIT_MEMO": InvoiceKind.CREDIT_MEMO}
_BILL_TYPES: Final = {
    "ANNIVERSARY": InvoiceKind.INVOICE,
    "PURCHASE": InvoiceKind.INVOICE,
    "REFUND": InvoiceKind.CREDIT_MEMO,
}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_AMOUNT: Final = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?)?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """An invoice as a row tells it: with names, not yet with keys. Amounts are exact; credit memos carry negative ones.

    `billing_period` is its first and last day.
    """

    number: str
    seller_entity: str
    kind: InvoiceKind
    category: InvoiceCategory
    currency: str
    invoice_date: date
    due_date: date | None = None
    billing_period: tuple[date, date] | None = None
    total_amount: Decimal
    amount_before_tax: Decimal | None = None
    tax_amount: Decimal | None = None
    purchase_order_number: str | None = None
    original_invoice_number: str | None = None
    account: str | None = None

    def invoice(self, supplier_id: int, seller_entity_id: int) -> NewInvoice:
        """The invoice, sent by this company of this supplier."""
        start, end = self.billing_period or (None, None)
        return NewInvoice(
            supplier_id=supplier_id,
            supplier_invoice_number=self.number,
            currency=self.currency,
            total_amount=self.total_amount,
            invoice_date=self.invoice_date,
            kind=self.kind,
            category=self.category,
            seller_entity_id=seller_entity_id,
            amount_before_tax=self.amount_before_tax,
            tax_amount=self.tax_amount,
            due_date=self.due_date,
            billing_period_start=start,
            billing_period_end=end,
            purchase_order_number=self.purchase_order_number,
            original_invoice_number=self.original_invoice_number,
            account=self.account,
        )


def summary(row: Any) -> Summary:
    """The invoice that a row tells.

    AWS bills recurring usage, and subscriptions and other purchases one time; whatever the Marketplace bills is a
    marketplace invoice. A row of type CREDIT_MEMO or of a REFUND is a credit memo of the invoice it names. The billing
    period, a month, is its first to its last day; days are those of the UTC calendar.

    Raises:
        Refusals: what is not there, not readable, or bills nothing of its own: a payment receipt, an invoice that was
            canceled with the tax authority, the tax invoice of a commercial invoice, whose amount it repeats.

    Source: M3, M7.
    """
    read = _Row(row)
    number, seller = read.required_text(NUMBER), read.required_text(SELLER)
    kind, category = _kind(read), _category(read)
    issued, due, period = read.day(ISSUED, required=True), read.day(DUE), _billing_period(read)
    currency = read.required_text(CURRENCY)
    total, before, tax = read.amount(TOTAL, required=True), read.amount(BEFORE_TAX), read.amount(TAX)
    order, original, account = read.text(ORDER), read.text(ORIGINAL), read.text(ACCOUNT)
    _check_bills_something(read, number)
    if seller is not None:
        read.refusals += NAME.refusals(seller, SELLER)
    refuse_all(read.refusals)
    assert number and seller and kind and category and issued and currency and total is not None  # noqa: PT018, S101
    return Summary(
        number=number,
        seller_entity=seller,
        kind=kind,
        category=category,
        currency=currency,
        invoice_date=issued,
        due_date=due,
        billing_period=period,
        total_amount=total,
        amount_before_tax=before,
        tax_amount=tax,
        purchase_order_number=order,
        original_invoice_number=original,
        account=account,
    )


def number_of(row: Any) -> str | None:
    """The invoice's number as far as it can be read, for the report of a row that cannot be taken."""
    found = row.get(NUMBER[0]) if isinstance(row, dict) else None
    return shown(found) if isinstance(found, str) else None


def in_row(refusal: Refusal) -> Refusal:
    """The refusal of an invoice's field, as one of the place in the row where the field comes from."""
    source = SOURCES.get(refusal.path[0]) if refusal.path else None
    return replace(refusal, path=source) if source else refusal


def _kind(read: _Row) -> InvoiceKind | None:
    kind = read.word(INVOICE_TYPE, _INVOICE_TYPES, "expected INVOICE or CREDIT_MEMO; anything else bills nothing")
    bill = read.word(BILL_TYPE, _BILL_TYPES, "expected ANNIVERSARY, PURCHASE or REFUND", required=False)
    return InvoiceKind.CREDIT_MEMO if bill is InvoiceKind.CREDIT_MEMO else kind


def _category(read: _Row) -> InvoiceCategory | None:
    marketplace = read.word(BILLING_ENTITY, _BILLING_ENTITIES, "expected AWS or AWS_MARKETPLACE")
    frequency = read.word(FREQUENCY, _FREQUENCIES, "expected RECURRING or ONE_TIME", required=marketplace is False)
    return InvoiceCategory.MARKETPLACE if marketplace else frequency


def _billing_period(read: _Row) -> tuple[date, date] | None:
    if read.value(PERIOD) is None:
        return None
    month = read.whole((*PERIOD, "Month"), 1, 12)
    year = read.whole((*PERIOD, "Year"), EARLIEST.year, LATEST.year)
    if month is None or year is None:
        return None
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _check_bills_something(read: _Row, number: str | None) -> None:
    if read.text(TAX_AUTHORITY) == "CANCELLED":
        read.refuse(TAX_AUTHORITY, "CANCELLED", "the invoice was canceled with the tax authority and bills nothing")
    commercial = read.text(COMMERCIAL_INVOICE)
    if commercial is not None and commercial != number:
        read.refuse(
            COMMERCIAL_INVOICE, commercial, "a tax invoice repeats what this commercial invoice bills; import that one"
        )


@dataclass(slots=True)
class _Row:
    """A row that is read field by field; what is wrong with it gathers in `refusals`."""

    row: Any
    refusals: list[Refusal] = field(default_factory=list["Refusal"])

    def refuse(self, path: Path, value: Any, expected: str) -> None:
        """Note that a value cannot be taken; nothing more of a place, or inside of it, that was noted before."""
        if all(path[: len(refusal.path)] != refusal.path for refusal in self.refusals):
            self.refusals.append(InvalidValue(value=_shown(value), expected=expected, path=path))

    def value(self, path: Path) -> Any:
        """What stands there; None where nothing does."""
        here = self.row
        for depth, key in enumerate(path):
            if here is None and depth:
                return None
            if not isinstance(here, dict):
                self.refuse(path[:depth], here, "it has to be an object")
                return None
            here = here.get(key)
        return here

    def text(self, path: Path) -> str | None:
        """A text without space around it; None where there is none, or nothing in it."""
        value = self.value(path)
        if value is None:
            return None
        if not isinstance(value, str):
            self.refuse(path, value, "it has to be a text")
            return None
        return value.strip() or None

    def required_text(self, path: Path) -> str | None:
        """A text that has to be there."""
        found = self.text(path)
        if found is None:
            self.refuse(path, self.value(path), "it has to have a value")
        return found

    def word(self, path: Path, known: Mapping[str, T], expected: str, *, required: bool = True) -> T | None:
        """What a word of the format stands for; its writing may differ: `AWS Marketplace`."""
        found = self.required_text(path) if required else self.text(path)
        word = None if found is None else re.sub(r"[\s-]+", "_", found.upper())
        if found is None or word is None:
            return None
        if word not in known:
            self.refuse(path, found, expected)
        return known.get(word)

    def whole(self, path: Path, least: int, greatest: int) -> int | None:
        """A whole number that has to be there."""
        value = self.value(path)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= greatest:
            return value
        self.refuse(path, value, f"it has to be a whole number from {least} to {greatest}")
        return None

    def day(self, path: Path, *, required: bool = False) -> date | None:
        """The day, in UTC, of a time in ISO 8601; of seconds since 1970, as the command prints them on request."""
        value = self.value(path)
        if value is None and not required:
            return None
        found = _moment(value)
        if found is None or not EARLIEST.year <= found.year <= LATEST.year:
            self.refuse(
                path,
                value,
                f"expected a time such as 2026-02-03T00:00:00+00:00, of the years {EARLIEST.year} to {LATEST.year}",
            )
            return None
        return found.date()

    def amount(self, path: Path, *, required: bool = False) -> Decimal | None:
        """An exact amount."""
        value = self.value(path)
        if value is None and not required:
            return None
        text = plain(Decimal(value)) if _is_number(value) else value
        if isinstance(text, str) and len(text) <= LONGEST_AMOUNT and _AMOUNT.fullmatch(text):
            return Decimal(text)
        self.refuse(path, value, 'expected an amount such as "1234.50"')
        return None


def _moment(value: Any) -> datetime | None:
    try:
        if isinstance(value, str) and _MOMENT.fullmatch(value):
            found = datetime.fromisoformat(value)
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        if _is_number(value):
            return _EPOCH + timedelta(seconds=int(value))
    except (ValueError, OverflowError):
        pass
    return None


def _is_number(value: Any) -> TypeGuard[int | Decimal]:
    """Whether it is a number of a size that can be written down."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return False
    number = Decimal(value)
    return number.is_finite() and abs(number.adjusted()) < LONGEST_AMOUNT


def _shown(value: Any) -> str:
    """A value as a refusal repeats it."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int() | Decimal():
            return shown(str(value))
        case str():
            return shown(value)
        case list():
            return "a list"
        case _:
            return "an object"
