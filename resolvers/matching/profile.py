"""What the first stage of matching looks at in an invoice, and nothing else: invoices alike are answered alike.

Pure.

Source: M2, M3, M6, M9b.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from models.statuses.invoices import DateBasis, InvoiceCategory
from models.statuses.orders import LineItemType
from resolvers.matching.months import month_of

if TYPE_CHECKING:
    from resolvers.matching.facts import InvoiceFact, SellerEntity, Settings

ACCEPTED_TYPES: Final = {
    InvoiceCategory.USAGE: (LineItemType.MONTHLY_USAGE, LineItemType.ALL),
    InvoiceCategory.SUBSCRIPTION: (LineItemType.SUBSCRIPTION_PURCHASE, LineItemType.ALL),
    InvoiceCategory.MARKETPLACE: (LineItemType.MARKETPLACE_BLANKET_USAGE, LineItemType.ALL),
    InvoiceCategory.SERVICES_AND_TRAINING: (LineItemType.PROFESSIONAL_SERVICES_AND_TRAINING, LineItemType.ALL),
}
"""Invoice category → line item types that take it. M3.

A marketplace invoice that names its order is the exception: see `Profile.accepted_types`.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What decides who can take an invoice, its amount aside. Hashable; invoices with one profile share a survey.

    The period is in whole months (`months.month_of`); `dated_by` says which date it comes from.
    """

    category: InvoiceCategory
    currency: str
    first_month: int
    last_month: int
    dated_by: DateBasis
    seller_entity: SellerEntity | None = None
    purchase_order_number: str | None = None
    agreement_id: str | None = None
    tax_registration_number: str | None = None
    invoice_unit: str | None = None

    @property
    def is_marketplace_transaction(self) -> bool:
        """Whether it bills a marketplace purchase that was made with an order number. M6."""
        return self.category is InvoiceCategory.MARKETPLACE and self.purchase_order_number is not None

    @property
    def accepted_types(self) -> tuple[LineItemType, ...]:
        """The line item types that take it. M3, M6."""
        if self.is_marketplace_transaction:
            return (LineItemType.MARKETPLACE_TRANSACTION,)
        return ACCEPTED_TYPES[self.category]


def profile_of(invoice: InvoiceFact, settings: Settings) -> Profile:
    """The invoice's profile.

    Its period is the billing period; the month of the invoice date where there is none, or where the organization
    matches by issue date. An agreement counts only where it can decide: on a purchase made with an order number.

    Source: M2.3, M6, M9b.
    """
    by_period = invoice.billing_period is not None and settings.date_basis is DateBasis.BILLING_PERIOD
    first, last = (by_period and invoice.billing_period) or (invoice.invoice_date, invoice.invoice_date)
    names_agreement = invoice.category is InvoiceCategory.MARKETPLACE and invoice.purchase_order_number is not None
    return Profile(
        category=invoice.category,
        currency=invoice.currency,
        first_month=month_of(first),
        last_month=month_of(last),
        dated_by=DateBasis.BILLING_PERIOD if by_period else DateBasis.ISSUE_DATE,
        seller_entity=invoice.seller_entity,
        purchase_order_number=invoice.purchase_order_number,
        agreement_id=invoice.agreement_id if names_agreement else None,
        tax_registration_number=invoice.tax_registration_number,
        invoice_unit=invoice.invoice_unit,
    )
