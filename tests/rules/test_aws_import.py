"""What a row of `aws invoicing list-invoice-summaries` says. M3, M7."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.statuses.invoices import InvoiceCategory, InvoiceKind
from resolvers.errors import InvalidValue, Refusals, TotalsDisagree
from resolvers.importing import aws
from resolvers.rules.invoice_document import NewInvoice, document_refusals

SAMPLE: Final = Path(__file__).parents[3] / "shared" / "samples" / "aws" / "list-invoice-summaries.json"

USAGE: Final[dict[str, Any]] = {
    "AccountId": "123456789012",
    "InvoiceId": "9000000001",
    "IssuedDate": "2025-04-03T00:00:00+00:00",
    "DueDate": "2025-05-03T00:00:00+00:00",
    "Entity": {"InvoicingEntity": "Cloud Provider, Inc.", "BillingEntity": "AWS"},
    "BillingPeriod": {"Month": 2, "Year": 2024},
    "InvoiceFrequency": "RECURRING",
    "BillType": "ANNIVERSARY",
    "InvoiceType": "INVOICE",
    "BaseCurrencyAmount": {
        "TotalAmount": "119.00",
        "TotalAmountBeforeTax": "100.00",
        "CurrencyCode": "USD",
        "AmountBreakdown": {"SubTotalAmount": "100.00", "Taxes": {"TotalAmount": "19.00"}},
    },
    "PaymentCurrencyAmount": {"TotalAmount": "110.00", "TotalAmountBeforeTax": "92.44", "CurrencyCode": "EUR"},
}

NOTHING: Final = object()


def row(path: str = "", value: Any = NOTHING, **fields: Any) -> dict[str, Any]:
    """A row for usage, with one value deep in it exchanged, and others at its top."""
    made = deepcopy(USAGE)
    *parents, name = path.split(".")
    holder = made
    for parent in parents:
        holder = holder[parent]
    if path and value is NOTHING:
        del holder[name]
    elif path:
        holder[name] = value
    return {**made, **fields}


def refused(value: Any) -> list[tuple[str, str, str]]:
    """Path, value and expectation of each refusal."""
    with pytest.raises(Refusals) as raised:
        aws.summary(value)
    found = [refusal for refusal in raised.value.refusals if isinstance(refusal, InvalidValue)]
    assert len(found) == len(raised.value.refusals)
    return [(".".join(refusal.path), refusal.value, refusal.expected) for refusal in found]


# ------------------------------------------------------------------------------------------------------ what a row says


def test_a_row_is_an_invoice_in_the_currency_of_the_product():
    invoice = aws.summary(USAGE).invoice(7, 8)

    assert invoice == NewInvoice(
        supplier_id=7,
        seller_entity_id=8,
        supplier_invoice_number="9000000001",
        kind=InvoiceKind.INVOICE,
        category=InvoiceCategory.USAGE,
        currency="USD",
        total_amount=Decimal("119.00"),
        amount_before_tax=Decimal("100.00"),
        tax_amount=Decimal("19.00"),
        invoice_date=date(2025, 4, 3),
        due_date=date(2025, 5, 3),
        billing_period_start=date(2024, 2, 1),
        billing_period_end=date(2024, 2, 29),
        account="123456789012",
    )
    assert document_refusals(invoice) == []


@pytest.mark.parametrize(
    ("entity", "frequency", "category"),
    [
        ("AWS", "RECURRING", InvoiceCategory.USAGE),
        ("AWS", "ONE_TIME", InvoiceCategory.SUBSCRIPTION),
        ("AWS_MARKETPLACE", "RECURRING", InvoiceCategory.MARKETPLACE),
        ("AWS_MARKETPLACE", "ONE_TIME", InvoiceCategory.MARKETPLACE),
        ("AWS_MARKETPLACE", None, InvoiceCategory.MARKETPLACE),
        ("AWS Marketplace", "RECURRING", InvoiceCategory.MARKETPLACE),
    ],
)
def test_entity_and_frequency_tell_the_category(entity: str, frequency: str | None, category: InvoiceCategory):
    found = aws.summary(row("Entity.BillingEntity", entity, InvoiceFrequency=frequency))

    assert found.category is category


@pytest.mark.parametrize(
    ("invoice_type", "bill_type", "kind"),
    [
        ("INVOICE", "ANNIVERSARY", InvoiceKind.INVOICE),
        ("INVOICE", "PURCHASE", InvoiceKind.INVOICE),
        ("INVOICE", None, InvoiceKind.INVOICE),
        ("CREDIT_MEMO", "ANNIVERSARY", InvoiceKind.CREDIT_MEMO),
        ("CREDIT_MEMO", "REFUND", InvoiceKind.CREDIT_MEMO),
        ("INVOICE", "REFUND", InvoiceKind.CREDIT_MEMO),
    ],
)
def test_credit_memos_and_refunds_give_back(invoice_type: str, bill_type: str | None, kind: InvoiceKind):
    found = aws.summary(row(InvoiceType=invoice_type, BillType=bill_type, OriginalInvoiceId="8000000001"))

    assert found.kind is kind
    assert found.original_invoice_number == "8000000001"


@pytest.mark.parametrize(
    ("issued", "day"),
    [
        ("2025-04-03T00:00:00+00:00", date(2025, 4, 3)),
        ("2025-04-02T17:00:00-07:00", date(2025, 4, 3)),
        ("2025-04-03T01:00:00+02:00", date(2025, 4, 2)),
        ("2025-04-03T00:00:00Z", date(2025, 4, 3)),
        ("2025-04-03T23:59:59.999", date(2025, 4, 3)),
        ("2025-04-03", date(2025, 4, 3)),
        (1743638400, date(2025, 4, 3)),
        (Decimal("1743638399.9"), date(2025, 4, 2)),
    ],
)
def test_days_are_those_of_the_utc_calendar(issued: Any, day: date):
    assert aws.summary(row(IssuedDate=issued)).invoice_date == day


def test_what_need_not_be_there_may_be_missing():
    sparse = row("BaseCurrencyAmount.AmountBreakdown", NOTHING, PurchaseOrderNumber=" ", OriginalInvoiceId=None)
    for name in ("AccountId", "DueDate", "BillingPeriod", "BillType", "PaymentCurrencyAmount"):
        del sparse[name]

    found = aws.summary(sparse)

    assert (found.account, found.due_date, found.billing_period) == (None, None, None)
    assert (found.purchase_order_number, found.original_invoice_number) == (None, None)
    assert found.invoice(7, 8).completed.tax_amount == Decimal("19.00")


def test_an_order_number_has_no_space_around_it():
    assert aws.summary(row(PurchaseOrderNumber=" PO 1\n")).purchase_order_number == "PO 1"


def test_amounts_that_do_not_add_up_are_told_with_all_three():
    invoice = aws.summary(row("BaseCurrencyAmount.AmountBreakdown.Taxes.TotalAmount", "19.01")).invoice(7, 8)

    [refusal] = document_refusals(invoice)

    assert refusal == TotalsDisagree(
        total=Decimal(119), before_tax=Decimal(100), tax=Decimal("19.01"), currency="USD", path=("totalAmount",)
    )
    assert aws.in_row(refusal).path == ("BaseCurrencyAmount", "TotalAmount")


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        ("InvoiceId", "9\x001", "InvoiceId"),
        ("InvoiceId", "9" * 101, "InvoiceId"),
        ("PurchaseOrderNumber", "9" * 101, "PurchaseOrderNumber"),
        ("BaseCurrencyAmount.CurrencyCode", "XXX", "BaseCurrencyAmount.CurrencyCode"),
        ("BaseCurrencyAmount.TotalAmount", "9" * 30, "BaseCurrencyAmount.TotalAmount"),
        ("BaseCurrencyAmount.TotalAmount", "-119.00", "BaseCurrencyAmount.TotalAmount"),
        ("BaseCurrencyAmount.TotalAmountBeforeTax", "99.999", "BaseCurrencyAmount.TotalAmountBeforeTax"),
        ("BaseCurrencyAmount.AmountBreakdown.Taxes.TotalAmount", "9" * 30, "BaseCurrencyAmount.AmountBreakdown.Taxes"),
    ],
)
def test_what_no_invoice_may_say_is_told_by_its_place_in_the_row(path: str, value: str, place: str):
    refusals = document_refusals(aws.summary(row(path, value)).invoice(7, 8))

    assert refusals
    assert any(".".join(aws.in_row(refusal).path).startswith(place) for refusal in refusals)


# --------------------------------------------------------------------------------------- what a row cannot be taken for

WHOLE = "it has to have a value"
MOMENT = "expected a time such as 2026-02-03T00:00:00+00:00, of the years 1900 to 2999"
AMOUNT = 'expected an amount such as "1234.50"'


@pytest.mark.parametrize(
    ("value", "refusal"),
    [
        (None, ("", "null", "it has to be an object")),
        ("9000000001", ("", "9000000001", "it has to be an object")),
        ([USAGE], ("", "a list", "it has to be an object")),
        (row("InvoiceId"), ("InvoiceId", "null", WHOLE)),
        (row("InvoiceId", 9000000001), ("InvoiceId", "9000000001", "it has to be a text")),
        (row("InvoiceId", " "), ("InvoiceId", " ", WHOLE)),
        (row("Entity.InvoicingEntity"), ("Entity.InvoicingEntity", "null", WHOLE)),
        (
            row("Entity.InvoicingEntity", "A\x00B"),
            ("Entity.InvoicingEntity", "A\x00B", "it has the control character U+0000"),
        ),
        (row("Entity.BillingEntity", "GCP"), ("Entity.BillingEntity", "GCP", "expected AWS or AWS_MARKETPLACE")),
        (row("InvoiceFrequency"), ("InvoiceFrequency", "null", WHOLE)),
        (row("InvoiceFrequency", "DAILY"), ("InvoiceFrequency", "DAILY", "expected RECURRING or ONE_TIME")),
        (row(BillType=True), ("BillType", "true", "it has to be a text")),
        (row("IssuedDate"), ("IssuedDate", "null", MOMENT)),
        (row("IssuedDate", "yesterday"), ("IssuedDate", "yesterday", MOMENT)),
        (row("IssuedDate", "2025-02-30T00:00:00Z"), ("IssuedDate", "2025-02-30T00:00:00Z", MOMENT)),
        (row("IssuedDate", "0000-01-01T00:00:00Z"), ("IssuedDate", "0000-01-01T00:00:00Z", MOMENT)),
        (row("IssuedDate", "10000-01-01T00:00:00Z"), ("IssuedDate", "10000-01-01T00:00:00Z", MOMENT)),
        (row("IssuedDate", "9999-12-31T23:59:59-01:00"), ("IssuedDate", "9999-12-31T23:59:59-01:00", MOMENT)),
        (row("IssuedDate", 10**30), ("IssuedDate", "1" + "0" * 30, MOMENT)),
        (row("IssuedDate", Decimal("NaN")), ("IssuedDate", "NaN", MOMENT)),
        (row("DueDate", {}), ("DueDate", "an object", MOMENT)),
        (row("BillingPeriod", "2025-03"), ("BillingPeriod", "2025-03", "it has to be an object")),
        (
            row("BillingPeriod.Month", 13),
            ("BillingPeriod.Month", "13", "it has to be a whole number from 1 to 12"),
        ),
        (
            row("BillingPeriod.Month", "3"),
            ("BillingPeriod.Month", "3", "it has to be a whole number from 1 to 12"),
        ),
        (
            row("BillingPeriod.Year", 10_000),
            ("BillingPeriod.Year", "10000", "it has to be a whole number from 1900 to 2999"),
        ),
        (row("BaseCurrencyAmount.CurrencyCode"), ("BaseCurrencyAmount.CurrencyCode", "null", WHOLE)),
        (row("BaseCurrencyAmount.TotalAmount"), ("BaseCurrencyAmount.TotalAmount", "null", AMOUNT)),
        (row("BaseCurrencyAmount.TotalAmount", "1e3"), ("BaseCurrencyAmount.TotalAmount", "1e3", AMOUNT)),
        (row("BaseCurrencyAmount.TotalAmount", "1,000.00"), ("BaseCurrencyAmount.TotalAmount", "1,000.00", AMOUNT)),
        (row("BaseCurrencyAmount.TotalAmount", "٣"), ("BaseCurrencyAmount.TotalAmount", "٣", AMOUNT)),
        (
            row("BaseCurrencyAmount.TotalAmount", Decimal("1e999999")),
            ("BaseCurrencyAmount.TotalAmount", "1E+999999", AMOUNT),
        ),
        (row("BaseCurrencyAmount.TotalAmount", "1" * 61), ("BaseCurrencyAmount.TotalAmount", "1" * 61, AMOUNT)),
        (
            row("InvoiceType", "PAYMENT_RECEIPT"),
            (
                "InvoiceType",
                "PAYMENT_RECEIPT",
                "expected INVOICE or CREDIT_MEMO; anything else bills nothing",
            ),
        ),
        (
            row(TaxAuthorityStatus="CANCELLED"),
            (
                "TaxAuthorityStatus",
                "CANCELLED",
                "the invoice was canceled with the tax authority and bills nothing",
            ),
        ),
        (
            row(CommercialInvoiceId="8000000001"),
            (
                "CommercialInvoiceId",
                "8000000001",
                "a tax invoice repeats what this commercial invoice bills; import that one",
            ),
        ),
    ],
)
def test_a_row_that_cannot_be_taken_says_where_and_why(value: Any, refusal: tuple[str, str, str]):
    assert refused(value) == [refusal]


def test_everything_that_is_wrong_is_told_at_once():
    wrong = row("Entity", "Cloud Provider", IssuedDate="never", InvoiceId=[])

    assert [path for path, *_ in refused(wrong)] == ["InvoiceId", "Entity", "IssuedDate"]


def test_an_empty_row_lacks_what_every_invoice_has():
    assert [path for path, *_ in refused({})] == [
        "InvoiceId",
        "Entity.InvoicingEntity",
        "InvoiceType",
        "Entity.BillingEntity",
        "IssuedDate",
        "BaseCurrencyAmount.CurrencyCode",
        "BaseCurrencyAmount.TotalAmount",
    ]


def test_an_invoice_issued_and_not_canceled_or_naming_itself_is_taken():
    assert aws.summary(row(TaxAuthorityStatus="ISSUED", CommercialInvoiceId="9000000001")).number == "9000000001"


def test_a_row_that_cannot_be_taken_is_known_by_its_number_if_it_has_one():
    assert aws.number_of({"InvoiceId": "9000000001"}) == "9000000001"
    assert aws.number_of({"InvoiceId": "\ud800"}) == "\\ud800"
    assert aws.number_of({"InvoiceId": 9}) is None
    assert aws.number_of("9000000001") is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=True) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=4,
)
PATHS = st.sampled_from(
    [
        *USAGE,
        "Entity.BillingEntity",
        "BillingPeriod.Month",
        "BillingPeriod.Year",
        "BaseCurrencyAmount.TotalAmount",
        "BaseCurrencyAmount.TotalAmountBeforeTax",
        "BaseCurrencyAmount.AmountBreakdown.Taxes",
        "BaseCurrencyAmount.AmountBreakdown.Taxes.TotalAmount",
    ]
)


@given(PATHS, JSON)
def test_whatever_stands_in_a_row_it_is_an_invoice_or_refused(path: str, value: Any):
    try:
        invoice = aws.summary(row(path, value)).invoice(7, 8)
    except Refusals as refusals:
        told = refusals.refusals
    else:
        told = tuple(document_refusals(invoice))

    assert all(len(refusal.message) < 2000 and refusal.message.encode() for refusal in told)


@pytest.mark.skipif(not SAMPLE.exists(), reason="the sample is not here")
def test_every_row_of_the_sample_is_an_invoice():
    invoices = [aws.summary(each).invoice(7, 8) for each in json.loads(SAMPLE.read_bytes())["InvoiceSummaries"]]

    assert [document_refusals(invoice) for invoice in invoices] == [[]] * 8
    assert [(str(each.category), each.total_amount, each.purchase_order_number) for each in invoices] == [
        ("USAGE", Decimal("2000.00"), None),
        ("USAGE", Decimal("600.00"), None),
        ("SUBSCRIPTION", Decimal("1200.00"), None),
        ("USAGE", Decimal("950.51"), None),
        ("MARKETPLACE", Decimal("250.00"), None),
        ("MARKETPLACE", Decimal("4000.00"), "1234"),
        ("USAGE", Decimal("-200.00"), None),
        ("MARKETPLACE", Decimal("99.90"), "poc1"),
    ]
    assert invoices[6].original_invoice_number == "1712345602"
