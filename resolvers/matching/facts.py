"""What matching is told: an invoice, the orders with their lines, and the organization's settings.

Every fact is frozen and compares by value. Dates are days of the UTC calendar. Amounts are in the currency of their
document; credit memos carry negative ones.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from models.statuses.invoices import DateBasis, InvoiceCategory, InvoiceKind, OverdrawPolicy
from models.statuses.orders import LineStatus

if TYPE_CHECKING:
    from datetime import date, datetime
    from decimal import Decimal

    from models.statuses.orders import LineItemType, PurchaseOrderStatus


class LineKey(NamedTuple):
    """An order line, by the keys of its order and of itself."""

    order_id: int
    line_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SellerEntity:
    """A company that bills. Its name is for the sentences; two are the same when their keys are."""

    id: int
    name: str = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLine:
    """A line that is not looked for, but known: an invoice is allocated to it, or a person chose it.

    Its order need not be among the orders that matching is given: it may be closed by now. `balance` is what is left on
    the line, None where its balance is not tracked.
    """

    order_id: int
    line_id: int
    order_number: str
    line_number: int
    currency: str
    balance: Decimal | None = None

    @property
    def key(self) -> LineKey:
        """Which line it is."""
        return LineKey(self.order_id, self.line_id)

    @property
    def label(self) -> str:
        """Line 2 of PO-7, as it stands inside a sentence."""
        return f"line {self.line_number} of {self.order_number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginalInvoice:
    """The invoice that a credit memo names. M7.

    No lines: it is recorded, but no order serves it; or it is not recorded at all.
    """

    number: str
    recorded: bool = True
    lines: tuple[KnownLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceFact:
    """An invoice or credit memo, as far as matching looks at it.

    `amount` is the amount that counts (the total, or before tax: B1). `billing_period` is its first and last day.
    `agreement_id` is the marketplace agreement that is billed.
    """

    kind: InvoiceKind = InvoiceKind.INVOICE
    category: InvoiceCategory = InvoiceCategory.USAGE
    currency: str
    amount: Decimal
    invoice_date: date
    billing_period: tuple[date, date] | None = None
    seller_entity: SellerEntity | None = None
    purchase_order_number: str | None = None
    agreement_id: str | None = None
    tax_registration_number: str | None = None
    invoice_unit: str | None = None
    original: OriginalInvoice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFact:
    """An order line, as far as matching looks at it.

    Where it has no start or end date, the order's holds. `agreement_id` is the marketplace agreement it was added for.
    `balance` is what is left on it, None where its balance is not tracked.
    """

    id: int
    number: int
    line_item_type: LineItemType
    status: LineStatus = LineStatus.ORDERED
    start_date: date | None = None
    end_date: date | None = None
    agreement_id: str | None = None
    balance: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFact:
    """An order with its lines, as far as matching looks at it.

    Without an effective or expiration date it is open on that side. Without seller entities all of them may bill on it.
    Tax registration numbers and invoice units, where it names any, restrict it to invoices that carry one of them.
    `edited_at` is when a person last edited it.
    """

    id: int
    number: str
    status: PurchaseOrderStatus
    issued: bool = True
    suspended: bool = False
    currency: str
    effective_date: date | None = None
    expiration_date: date | None = None
    seller_entities: frozenset[SellerEntity] = frozenset()
    tax_registration_numbers: frozenset[str] = frozenset()
    invoice_units: frozenset[str] = frozenset()
    edited_at: datetime
    lines: tuple[LineFact, ...] = ()

    @property
    def is_restricted(self) -> bool:
        """Whether it is for some tax registration numbers or invoice units only."""
        return bool(self.tax_registration_numbers or self.invoice_units)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the organization has chosen. M9b."""

    date_basis: DateBasis = DateBasis.BILLING_PERIOD
    overdraw: OverdrawPolicy = OverdrawPolicy.ALLOW
