"""An invoice list of AWS is recorded and matched, row by row; again, it changes nothing. M3, M6, M7, I6, B2."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from models.event import Event
from models.invoice import Invoice
from models.purchase_order import PurchaseOrder
from models.statuses.invoices import ImportRowOutcome, InvoiceKind, InvoiceStatus
from models.statuses.orders import LineItemType
from models.statuses.people import Role
from models.supplier import SellerEntity, Supplier
from resolvers.errors import (
    BadInput,
    DuplicateInvoice,
    InvalidAmount,
    InvalidValue,
    NotFound,
    NotPermitted,
    TotalsDisagree,
    UnreadableDocument,
)
from resolvers.ids import id_of
from resolvers.importing.runner import BATCH, MOST_ROWS, Options, import_document
from tests.factories import make_call, make_line_row, make_seller_entity, make_supplier
from tests.summaries import (
    SELLER,
    billed,
    colleague,
    credit,
    document,
    left_on,
    outcomes,
    placed,
    purchase,
    stored,
    summary,
    supplier_of,
)

if TYPE_CHECKING:
    from resolvers.operation import Call

RECORDED, UNCHANGED, REJECTED = ImportRowOutcome.RECORDED, ImportRowOutcome.UNCHANGED, ImportRowOutcome.REJECTED
NO_PURCHASES = Options(records_purchases=False)


@pytest.fixture
async def call(db: str) -> Call:
    return await billed()


# -------------------------------------------------------------------------------------------------------- what is taken


async def test_invoices_are_recorded_and_taken_from_the_balance(call: Call) -> None:
    march = summary("1", "2000.00")
    april = summary("2", "600.00", month=4, DueDate="2025-06-03T00:00:00-08:00")

    imported = await import_document(call, document(march, april), Options())

    assert [(report.index, report.number, report.outcome) for report in imported.reports] == [
        (0, "1", RECORDED),
        (1, "2", RECORDED),
    ]
    assert await left_on("PO-1") == Decimal(7400)
    stored = await Invoice.get(supplier_invoice_number="2")
    assert stored.id == imported.reports[1].invoice_id
    assert (stored.kind, stored.status, stored.total_amount) == (
        InvoiceKind.INVOICE,
        InvoiceStatus.MATCHED,
        Decimal(600),
    )
    assert (stored.billing_period_start, stored.billing_period_end) == (date(2025, 4, 1), date(2025, 4, 30))
    assert (stored.invoice_date, stored.due_date, stored.account) == (
        date(2025, 4, 3),
        date(2025, 6, 3),
        "123456789012",
    )
    events = await Event.all().order_by("id")
    assert imported.event_ids == tuple(event.id for event in events)
    assert {event.kind for event in events} == {"invoice_recorded", "invoice_matched"}


async def test_the_same_file_again_changes_nothing(call: Call) -> None:
    rows = [summary("1", "2000.00"), credit("2", "1"), purchase("3", "PO-1"), purchase("4", "poc1")]
    await import_document(call, document(*rows), Options())
    before = await stored()

    again = await import_document(call, document(*rows), Options())

    assert outcomes(again) == [UNCHANGED] * 4
    assert [report.number for report in again.reports] == ["1", "2", "3", "4"]
    assert all(report.invoice_id is not None for report in again.reports)
    assert again.event_ids == ()
    assert await stored() == before


@pytest.mark.parametrize("between", [0, BATCH])
async def test_a_credit_memo_follows_its_invoice_wherever_it_stands(call: Call, between: int) -> None:
    order = await PurchaseOrder.get(number="PO-1")
    await make_line_row(order, line_item_type=LineItemType.SUBSCRIPTION_PURCHASE)
    early = credit("2", "1", "-200.00", InvoiceFrequency="ONE_TIME")
    others = [summary(f"x{at}", "0.01") for at in range(between)]

    imported = await import_document(call, document(early, *others, summary("1", "600.00")), Options())

    assert [report.number for report in imported.reports] == ["2", *(f"x{at}" for at in range(between)), "1"]
    places = await placed()
    assert places["2"] == places["1"]


async def test_a_row_without_tax_breakdown_has_the_tax_that_is_left(call: Call) -> None:
    amounts = {"TotalAmount": "119.00", "TotalAmountBeforeTax": "100.00", "CurrencyCode": "USD"}

    await import_document(call, document(summary("1", BaseCurrencyAmount=amounts)), Options())

    stored = await Invoice.get(supplier_invoice_number="1")
    assert (stored.amount_before_tax, stored.tax_amount) == (Decimal(100), Decimal(19))


# ------------------------------------------------------------------------------------------------- what cannot be taken


async def test_a_row_that_cannot_be_taken_stops_no_other(call: Call) -> None:
    taxed = {"TotalAmount": "119.00", "TotalAmountBeforeTax": "100.00", "CurrencyCode": "USD"}
    taxed["AmountBreakdown"] = {"Taxes": {"TotalAmount": "20.00"}}  # pyright: ignore[reportArgumentType]
    rows = [
        summary("1"),
        "no row",
        summary("2", seller="Stranger, Inc."),
        summary("3", "1" * 30),
        summary("4", BaseCurrencyAmount=taxed),
        summary("5", currency="XXX"),
        summary("6", IssuedDate="0000-01-01T00:00:00Z"),
        summary("7\x00"),
        credit("8", "1", "100.00"),
        summary("9"),
    ]

    imported = await import_document(call, document(*rows), Options())

    rejected = {report.index: report for report in imported.reports if report.outcome is REJECTED}
    assert sorted(await Invoice.all().values_list("supplier_invoice_number", flat=True)) == ["1", "9"]
    assert {index: report.number for index, report in rejected.items()} == {
        1: None,
        2: "2",
        3: "3",
        4: "4",
        5: "5",
        6: "6",
        7: "7\x00",
        8: "8",
    }
    total = ("BaseCurrencyAmount", "TotalAmount")
    largest = Decimal("999999999999999.9999")
    assert [rejected[index].refusals[0] for index in range(1, 9)] == [
        InvalidValue(value="no row", expected="it has to be an object"),
        NotFound(kind="seller entity", key="Stranger, Inc.", path=("Entity", "InvoicingEntity")),
        InvalidAmount(amount=Decimal("1" * 30), least=Decimal(0), greatest=largest, places=2, path=total),
        TotalsDisagree(total=Decimal(119), before_tax=Decimal(100), tax=Decimal(20), currency="USD", path=total),
        InvalidValue(
            value="XXX",
            expected="expected an ISO 4217 code such as USD",
            path=("BaseCurrencyAmount", "CurrencyCode"),
        ),
        InvalidValue(
            value="0000-01-01T00:00:00Z",
            expected="expected a time such as 2026-02-03T00:00:00+00:00, of the years 1900 to 2999",
            path=("IssuedDate",),
        ),
        InvalidValue(value="7\x00", expected="it has the control character U+0000", path=("InvoiceId",)),
        InvalidAmount(amount=Decimal(100), least=-largest, greatest=Decimal(0), places=2, path=total),
    ]


async def test_two_rows_of_one_invoice_are_one_or_a_contradiction(call: Call) -> None:
    rows = [summary("1"), summary("1"), summary("1", "90.00")]

    imported = await import_document(call, document(*rows), Options())

    assert outcomes(imported) == [RECORDED, UNCHANGED, REJECTED]
    first, second, third = imported.reports
    assert first.invoice_id == second.invoice_id
    assert third.refusals == (
        DuplicateInvoice(
            supplier_invoice_number="1",
            existing=id_of(Invoice, first.invoice_id or 0),
            differences=("totalAmount", "amountBeforeTax"),
            path=("InvoiceId",),
        ),
    )
    assert await left_on("PO-1") == Decimal(9900)


async def test_all_or_nothing_is_nothing_where_a_row_is_rejected(call: Call) -> None:
    before = await stored()
    rows = [summary("1"), summary("2", "x"), purchase("3", "poc1")]

    imported = await import_document(call, document(*rows), Options(), all_or_nothing=True)

    place = ("document", "InvoiceSummaries", "1", "BaseCurrencyAmount")
    assert [refusal.path for refusal in imported.objections] == [
        (*place, "TotalAmount"),
        (*place, "TotalAmountBeforeTax"),
    ]
    assert [(report.index, report.outcome) for report in imported.reports] == [(1, REJECTED)]
    assert imported.event_ids == ()
    assert await stored() == before


async def test_all_or_nothing_is_all_where_every_row_can_be_taken(call: Call) -> None:
    imported = await import_document(call, document(summary("1"), summary("2")), Options(), all_or_nothing=True)

    assert imported.objections == ()
    assert outcomes(imported) == [RECORDED, RECORDED]
    assert await Invoice.all().count() == 2


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "it is empty"),
        ("<xml/>", "it is not JSON or is cut off, at character 1, after 0 rows: expecting value"),
        (document(summary("1"))[:-40], "it is not JSON or is cut off"),
        ("[]", "it is a list, not an object with InvoiceSummaries"),
        (document(*[{}] * (MOST_ROWS + 1)), "it has more than 10000 rows; import it as a file, by the command"),
    ],
)
async def test_a_document_that_cannot_be_read_leaves_no_trace(call: Call, text: str, problem: str) -> None:
    before = await stored()

    with pytest.raises(UnreadableDocument) as refused:
        await import_document(call, text, Options())

    assert refused.value.problem.startswith(problem)
    assert refused.value.path == ("document",)
    assert await stored() == before


@pytest.mark.parametrize("role", [Role.VIEWER, Role.BUYER, Role.RECEIVER, Role.APPROVER])
async def test_only_who_may_record_invoices_may_import_them(call: Call, role: Role) -> None:
    other = await colleague(call, role)

    with pytest.raises(NotPermitted) as refused:
        await import_document(other, document(summary("1")), Options())

    assert refused.value == NotPermitted(needed=("ACCOUNTS_PAYABLE",), roles=(str(role),))
    assert await Invoice.all().count() == 0


async def test_a_page_of_rows_is_of_a_hundred_at_most(call: Call) -> None:
    imported = await import_document(call, document(*[{}] * 5, summary("1")), Options())

    assert [report.index for report in imported.page(first=2, after=1, outcome=None)] == [2, 3]
    assert [report.index for report in imported.page(first=100, after=-1, outcome=RECORDED)] == [5]
    with pytest.raises(BadInput, match="There may be 1 to 100 rows at once; 101 were asked for"):
        imported.page(first=101, after=-1, outcome=None)


# ----------------------------------------------------------------------------------------------------------- who bills


@pytest.mark.parametrize("named", ["id", "number", "name"])
async def test_the_supplier_can_be_named(call: Call, named: str) -> None:
    supplier = await supplier_of(call)
    text = id_of(Supplier, supplier.id) if named == "id" else getattr(supplier, named)

    imported = await import_document(call, document(summary("1")), Options(supplier=text))

    assert outcomes(imported) == [RECORDED]


async def test_a_company_of_another_supplier_does_not_bill_for_this_one(call: Call) -> None:
    other = await make_supplier(call.organization_id, "Other", number="OTHER")
    await make_seller_entity(other, "Other, Inc.")

    imported = await import_document(call, document(summary("1", seller="Other, Inc.")), Options(supplier="CLOUD"))

    assert imported.reports[0].refusals == (
        NotFound(kind="seller entity of supplier CLOUD", key="Other, Inc.", path=("Entity", "InvoicingEntity")),
    )


@pytest.mark.parametrize("text", ["NOBODY", "sup_999999", "\x00", "\ud800"])
async def test_a_supplier_that_is_not_there_ends_the_import(call: Call, text: str) -> None:
    with pytest.raises(NotFound) as refused:
        await import_document(call, document(summary("1")), Options(supplier=text))

    assert (refused.value.kind, refused.value.path) == ("supplier", ("supplierId",))


async def test_the_companies_of_another_organization_are_unknown(call: Call) -> None:
    stranger = await make_call()

    imported = await import_document(stranger, document(summary("1")), Options())

    assert imported.reports[0].refusals == (
        NotFound(kind="seller entity", key=SELLER, path=("Entity", "InvoicingEntity")),
    )


async def test_companies_can_be_entered_as_they_come(call: Call) -> None:
    options = Options(supplier="CLOUD", creates_sellers=True)
    rows = [
        summary("1", seller="New, Inc."),
        summary("2", seller="New, Inc."),
        summary("3", "x", seller="Never, Inc."),
        summary("4", currency="XXX", seller="Never, Inc."),
    ]

    imported = await import_document(call, document(*rows), options)

    assert outcomes(imported) == [RECORDED, RECORDED, REJECTED, REJECTED]
    assert await SellerEntity.filter(name__not=SELLER).values_list("name", flat=True) == ["New, Inc."]
    assert await Event.filter(id__in=list(imported.event_ids), kind="seller_entity_created").count() == 1


async def test_companies_are_entered_for_a_supplier_by_who_may(call: Call) -> None:
    accountant = await colleague(call, Role.ACCOUNTS_PAYABLE)
    row = document(summary("1", seller="New, Inc."))

    with pytest.raises(NotPermitted):
        await import_document(accountant, row, Options(supplier="CLOUD", creates_sellers=True))
    with pytest.raises(InvalidValue, match="say whose companies they are"):
        await import_document(call, row, Options(creates_sellers=True))

    assert await SellerEntity.all().count() == 1
