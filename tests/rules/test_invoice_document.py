"""What an invoice may say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.statuses.invoices import InvoiceKind
from models.values import LARGEST_AMOUNT
from resolvers.errors import InvalidAmount, InvalidValue, TotalsDisagree
from resolvers.rules.invoice_document import (
    MOST_LINES,
    NewInvoice,
    NewInvoiceLine,
    document_refusals,
    line_columns_of,
)

FINE = NewInvoice(
    supplier_id=1,
    supplier_invoice_number="INV-1",
    currency="USD",
    total_amount=Decimal(119),
    invoice_date=date(2025, 4, 1),
)


def paths(new: NewInvoice) -> list[tuple[str, ...]]:
    return [refusal.path for refusal in document_refusals(new)]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"total_amount": Decimal(0)},
        {"amount_before_tax": Decimal(100), "tax_amount": Decimal(19)},
        {"amount_before_tax": Decimal(124), "tax_amount": Decimal(-5)},
        {"kind": InvoiceKind.CREDIT_MEMO, "total_amount": Decimal(-119), "original_invoice_number": "INV-0"},
        {"kind": InvoiceKind.DEBIT_MEMO, "total_amount": Decimal(0)},
        {"currency": "KWD", "total_amount": Decimal("1.234")},
        {"billing_period_start": date(2025, 3, 1), "billing_period_end": date(2025, 3, 1)},
        {"total_amount": LARGEST_AMOUNT.quantize(Decimal("0.01"), rounding="ROUND_DOWN")},
    ],
)
def test_what_suppliers_send_is_fine(fields: dict[str, Any]):
    assert document_refusals(replace(FINE, **fields)) == []


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"total_amount": Decimal(-1)}, "totalAmount"),
        ({"kind": InvoiceKind.CREDIT_MEMO}, "totalAmount"),
        ({"kind": InvoiceKind.DEBIT_MEMO}, "totalAmount"),
        ({"currency": "JPY", "total_amount": Decimal("1.5")}, "totalAmount"),
        ({"total_amount": Decimal("NaN")}, "totalAmount"),
        ({"total_amount": Decimal("1E+29")}, "totalAmount"),
        ({"amount_before_tax": Decimal(-1)}, "amountBeforeTax"),
        ({"tax_amount": Decimal(120)}, "amountBeforeTax"),
        ({"tax_amount": Decimal("0.001")}, "taxAmount"),
        ({"currency": "usd"}, "currency"),
        ({"supplier_invoice_number": " "}, "supplierInvoiceNumber"),
        ({"supplier_invoice_number": "x" * 101}, "supplierInvoiceNumber"),
        ({"original_invoice_number": "INV-1"}, "originalInvoiceNumber"),
        ({"tax_registration_number": "a\tb"}, "taxRegistrationNumber"),
        ({"invoice_date": date(1899, 12, 31)}, "invoiceDate"),
        ({"due_date": date(3000, 1, 1)}, "dueDate"),
        ({"billing_period_start": date(2025, 3, 1)}, "billingPeriodEnd"),
        ({"billing_period_end": date(2025, 3, 1)}, "billingPeriodStart"),
        ({"billing_period_start": date(2025, 3, 2), "billing_period_end": date(2025, 3, 1)}, "billingPeriodEnd"),
    ],
)
def test_what_no_invoice_says_is_refused_where_it_stands(fields: dict[str, Any], path: str):
    assert paths(replace(FINE, **fields)) == [(path,)]


def test_a_total_that_is_not_its_parts_is_told_with_all_three():
    (refusal,) = document_refusals(replace(FINE, amount_before_tax=Decimal(100), tax_amount=Decimal("18.99")))

    assert isinstance(refusal, TotalsDisagree)
    assert refusal.message == ("The total is 119 USD, but 100 before tax and a tax of 18.99 make 118.99.")


def test_lines_are_numbered_by_their_place_unless_they_say_otherwise():
    new = replace(FINE, lines=(NewInvoiceLine(amount=Decimal(1)), NewInvoiceLine(amount=Decimal(2), number=7)))

    assert [(line["number"], line["amount"]) for line in line_columns_of(new)] == [(1, 1), (7, 2)]


def test_each_wrong_line_is_told_of():
    lines = (
        NewInvoiceLine(amount=Decimal(1), number=2),
        NewInvoiceLine(amount=Decimal("0.001")),
        NewInvoiceLine(amount=Decimal(1), quantity=Decimal("0.0000001"), number=0),
    )

    found = document_refusals(replace(FINE, lines=lines))

    assert [(type(refusal), refusal.path) for refusal in found] == [
        (InvalidAmount, ("lines", "1", "amount")),
        (InvalidValue, ("lines", "2", "number")),
        (InvalidAmount, ("lines", "2", "quantity")),
        (InvalidValue, ("lines", "1", "number")),
    ]


def test_too_many_lines_are_refused_as_such():
    lines = (NewInvoiceLine(amount=Decimal("0.001")),) * (MOST_LINES + 1)

    assert paths(replace(FINE, lines=lines)) == [("lines",)]


cents = st.integers(-(10**9), 10**9).map(lambda cents: Decimal(cents) / 100)


@given(total=cents, before=st.none() | cents, tax=st.none() | cents)
def test_completed_amounts_add_up_or_are_refused(total: Decimal, before: Decimal | None, tax: Decimal | None):
    kind = InvoiceKind.INVOICE if total >= 0 else InvoiceKind.CREDIT_MEMO
    new = replace(FINE, kind=kind, total_amount=total, amount_before_tax=before, tax_amount=tax)
    whole = new.completed

    if not document_refusals(new):
        assert whole.amount_before_tax is not None
        assert whole.tax_amount is not None
        assert whole.amount_before_tax + whole.tax_amount == total
    assert whole.completed == whole
