"""Recording, correcting and canceling invoices."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from models.event import Event
from models.invoice import Allocation, Invoice, InvoiceLine
from models.match import Match
from models.statuses.invoices import AmountBasis, InvoiceKind, InvoiceStatus, MatchOutcome
from resolvers.errors import (
    AlreadyTaken,
    DuplicateInvoice,
    InvalidAmount,
    InvalidValue,
    NotFound,
    Refusals,
    TotalsDisagree,
    VersionConflict,
    WrongStatus,
)
from resolvers.invoicing import allocations, invoices
from tests.factories import make_call, make_organization, make_seller_entity, make_supplier
from tests.invoicing import (
    balances_of,
    counts,
    decision_about,
    document,
    invoice_of,
    lines_of,
    make_order,
    places_of,
    record,
    ref,
)

if TYPE_CHECKING:
    from resolvers.errors import Refusal
    from resolvers.operation import Call


async def refused(call: Call, given: dict[str, Any]) -> list[Refusal]:
    before = await counts()
    with pytest.raises(Refusals) as caught:
        await invoices.record(call, given)
    assert await counts() == before
    return list(caught.value.refusals)


# Recording.


async def test_an_invoice_is_stored_as_it_was_sent_and_matched(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    seller = await make_seller_entity(supplier)
    order = await make_order(call, supplier, 10_000)
    given = document(
        supplier,
        "119.00",
        seller_entity_id=ref(seller),
        amount_before_tax=Decimal(100),
        tax_amount=Decimal(19),
        external_id="erp-7",
        due_date=date(2025, 4, 30),
        account="111122223333",
        invoice_unit="Research",
        lines=[{"amount": Decimal(60), "quantity": Decimal("1.5"), "unit_price": Decimal(40)}, {"amount": Decimal(40)}],
    )

    invoice = await invoice_of(await invoices.record(call, given))

    assert invoice.status is InvoiceStatus.MATCHED
    assert (invoice.total_amount, invoice.amount_before_tax, invoice.tax_amount) == (119, 100, 19)
    assert (invoice.seller_entity_id, invoice.external_id, invoice.account) == (seller.id, "erp-7", "111122223333")
    assert (invoice.created_at, invoice.updated_at, invoice.edit_version) == (call.now, call.now, 1)
    lines = await InvoiceLine.filter(invoice_id=invoice.id).order_by("number")
    assert [(line.number, line.amount, line.quantity) for line in lines] == [(1, 60, Decimal("1.5")), (2, 40, None)]
    assert await places_of(invoice) == [(order.number, 1, 119)]
    assert await balances_of(order) == [9_881]


async def test_what_happened_is_told_of_the_invoice_and_of_the_order(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier)

    written = await invoices.record(call, document(supplier, 40))

    recorded, matched = await Event.filter(id__in=[event.id for event in written.events]).order_by("id")
    assert (recorded.kind, recorded.invoice_id, recorded.supplier_id) == ("invoice_recorded", written.key, supplier.id)
    assert {"field": "totalAmount", "from": None, "to": "40"} in recorded.changes
    assert (matched.kind, matched.invoice_id, matched.purchase_order_id) == ("invoice_matched", written.key, order.id)
    assert matched.changes == [
        {"field": "status", "from": "RECEIVED", "to": "MATCHED"},
        {"field": "purchaseOrder", "from": None, "to": order.number},
        {"field": "line", "from": None, "to": "1"},
        {"field": "amount", "from": None, "to": "40"},
    ]
    assert matched.actor_id == call.actor.user_id


async def test_an_invoice_can_wait_to_be_matched(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, 100)

    invoice = await record(call, supplier, 40, match=False)

    assert invoice.status is InvoiceStatus.RECEIVED
    assert await Match.all().count() == 0
    assert await balances_of(order) == [100]


@pytest.mark.parametrize(
    ("amounts", "stored"),
    [
        ({"total_amount": "119"}, (119, 119, 0)),
        ({"total_amount": "119", "tax_amount": "19"}, (119, 100, 19)),
        ({"total_amount": "119", "amount_before_tax": "100"}, (119, 100, 19)),
    ],
)
async def test_amounts_that_are_not_given_follow_from_the_others(
    db: str, amounts: dict[str, str], stored: tuple[int, int, int]
):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)

    given = document(supplier) | {name: Decimal(text) for name, text in amounts.items()}

    invoice = await invoice_of(await invoices.record(call, given))

    assert (invoice.total_amount, invoice.amount_before_tax, invoice.tax_amount) == stored


async def test_what_counts_is_the_amount_before_tax_where_the_organization_says_so(db: str):
    organization = await make_organization(amount_basis=AmountBasis.BEFORE_TAX)
    call = await make_call(organization)
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, 1_000)

    await record(call, supplier, 119, tax_amount=Decimal(19))

    assert await balances_of(order) == [900]


async def test_everything_that_is_wrong_is_told_at_once_and_nothing_is_written(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    given = document(
        supplier,
        "-5",
        supplier_invoice_number="a\0b",
        external_id="",
        seller_entity_id="po_1",
        billing_period_start=date(2025, 3, 2),
        billing_period_end=date(2025, 3, 1),
        invoice_date=date(1, 1, 1),
        original_invoice_number="x" * 101,
        lines=[{"amount": Decimal("0.001")}, {"amount": Decimal(1), "number": 1}],
    )

    found = await refused(call, given)

    assert sorted((type(each).__name__, *each.path) for each in found) == [
        ("InvalidAmount", "lines", "0", "amount"),
        ("InvalidAmount", "totalAmount"),
        ("InvalidValue", "billingPeriodEnd"),
        ("InvalidValue", "externalId"),
        ("InvalidValue", "invoiceDate"),
        ("InvalidValue", "lines", "1", "number"),
        ("InvalidValue", "originalInvoiceNumber"),
        ("InvalidValue", "supplierInvoiceNumber"),
        ("NotFound", "sellerEntityId"),
    ]


async def test_a_positive_credit_memo_is_refused_with_the_figures(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)

    assert await refused(call, document(supplier, 5, kind="CREDIT_MEMO")) == [
        InvalidAmount(
            amount=Decimal(5),
            least=-Decimal("999999999999999.9999"),
            greatest=Decimal(0),
            places=2,
            path=("totalAmount",),
        )
    ]


@pytest.mark.parametrize("amount", ["1" + "0" * 29, "0.001", "-0.01"])
async def test_an_amount_too_large_too_fine_or_of_the_wrong_sign_is_refused(db: str, amount: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)

    (refusal,) = await refused(call, document(supplier, amount))

    assert isinstance(refusal, InvalidAmount)
    assert refusal.amount == Decimal(amount)


async def test_a_total_that_is_not_its_parts_is_refused_with_the_figures(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    given = document(supplier, 120, amount_before_tax=Decimal(100), tax_amount=Decimal(19))

    assert await refused(call, given) == [
        TotalsDisagree(
            total=Decimal(120), before_tax=Decimal(100), tax=Decimal(19), currency="USD", path=("totalAmount",)
        )
    ]


async def test_half_a_billing_period_is_refused(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)

    (refusal,) = await refused(call, document(supplier, billing_period_end=None))

    assert isinstance(refusal, InvalidValue)
    assert refusal.path == ("billingPeriodEnd",)


async def test_another_organizations_supplier_and_seller_do_not_exist(db: str):
    call, other = await make_call(), await make_call()
    theirs = await make_supplier(other.organization_id)
    seller = await make_seller_entity(theirs)

    found = await refused(call, document(theirs, seller_entity_id=ref(seller)))

    assert found == [
        NotFound(kind="supplier", key=ref(theirs), path=("supplierId",)),
        NotFound(kind="seller entity", key=ref(seller), path=("sellerEntityId",)),
    ]


async def test_the_seller_entity_has_to_be_the_suppliers(db: str):
    call = await make_call()
    mine, other = await make_supplier(call.organization_id), await make_supplier(call.organization_id)
    seller = await make_seller_entity(other)

    (refusal,) = await refused(call, document(mine, seller_entity_id=ref(seller)))

    assert isinstance(refusal, InvalidValue)
    assert refusal.path == ("sellerEntityId",)


async def test_a_number_that_is_there_is_refused_with_what_differs(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    given = document(supplier, 100, account="1")
    first = await invoice_of(await invoices.record(call, given))

    same = await refused(call, given)
    other = await refused(call, {**given, "total_amount": Decimal(101), "account": "2"})

    number = first.supplier_invoice_number
    path = ("supplierInvoiceNumber",)
    assert same == [DuplicateInvoice(supplier_invoice_number=number, existing=ref(first), path=path)]
    assert other == [
        DuplicateInvoice(
            supplier_invoice_number=number,
            existing=ref(first),
            differences=("totalAmount", "amountBeforeTax", "account"),
            path=path,
        )
    ]


async def test_two_suppliers_may_use_the_same_number(db: str):
    call = await make_call()
    one, other = await make_supplier(call.organization_id), await make_supplier(call.organization_id)

    await record(call, one, supplier_invoice_number="7")
    await record(call, other, supplier_invoice_number="7")

    assert await Invoice.filter(supplier_invoice_number="7").count() == 2


async def test_an_external_id_that_is_taken_is_refused(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    first = await record(call, supplier, external_id="x")

    found = await refused(call, document(supplier, external_id="x"))

    assert found == [AlreadyTaken(value="x", holder=f"invoice {ref(first)}", path=("externalId",))]


# Correcting.


async def test_a_corrected_amount_moves_the_balance_and_keeps_the_history(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, 1_000)
    invoice = await record(call, supplier, 100)
    later = replace(call, now=call.now + timedelta(days=1))

    await invoices.update(later, ref(invoice), {"total_amount": Decimal(250)}, expected_version=1)

    await invoice.refresh_from_db()
    assert (invoice.total_amount, invoice.amount_before_tax, invoice.edit_version) == (250, 250, 2)
    assert invoice.updated_at == later.now
    assert await balances_of(order) == [750]
    ended = await Allocation.filter(invoice_id=invoice.id).exclude(ended_at=None)
    assert [(each.amount, each.ended_at) for each in ended] == [(100, later.now)]
    assert [match.amount for match in await Match.filter(invoice_id=invoice.id).order_by("id")] == [100, 250]


async def test_a_corrected_period_moves_the_invoice_to_another_order(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    year = await make_order(call, supplier, 1_000)
    next_year = await make_order(
        call, supplier, 1_000, effective_date=date(2026, 1, 1), expiration_date=date(2026, 12, 31)
    )
    invoice = await record(call, supplier, 100)
    period = {"billing_period_start": date(2026, 2, 1), "billing_period_end": date(2026, 2, 28)}

    written = await invoices.update(call, ref(invoice), period)

    assert await places_of(invoice) == [(next_year.number, 1, 100)]
    assert (await balances_of(year), await balances_of(next_year)) == ([1_000], [900])
    assert [(event.kind, event.purchase_order_id) for event in written.events] == [
        ("invoice_updated", None),
        ("invoice_left", year.id),
        ("invoice_matched", next_year.id),
    ]


async def test_a_correction_that_matching_does_not_read_leaves_the_decision_alone(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    await make_order(call, supplier, 1_000)
    invoice = await record(call, supplier, 100)
    decided = await decision_about(invoice)

    await invoices.update(call, ref(invoice), {"account": "7", "due_date": date(2025, 5, 1)})

    assert (await decision_about(invoice)).id == decided.id
    await invoice.refresh_from_db()
    assert (invoice.account, invoice.due_date, invoice.edit_version) == ("7", date(2025, 5, 1), 2)


async def test_an_invoice_that_waits_unmatched_is_not_matched_by_a_correction(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, 1_000)
    invoice = await record(call, supplier, 100, match=False)

    await invoices.update(call, ref(invoice), {"total_amount": Decimal(1)})

    assert await balances_of(order) == [1_000]
    assert await Match.all().count() == 0


async def test_a_person_put_it_on_a_line_and_there_it_stays_with_its_new_amount(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, 1_000, 1_000)
    invoice = await record(call, supplier, 100)
    second = (await lines_of(order))[1]
    await allocations.reallocate(call, ref(invoice), [allocations.Share(line_id=ref(second))], reason="theirs")

    await invoices.update(call, ref(invoice), {"total_amount": Decimal(300)})

    assert await places_of(invoice) == [(order.number, 2, 300)]
    assert await balances_of(order) == [1_000, 700]
    assert (await decision_about(invoice)).outcome is MatchOutcome.MANUAL


async def test_a_split_that_no_longer_adds_up_is_decided_by_the_rules(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, 1_000, 1_000)
    invoice = await record(call, supplier, 100)
    shares = [
        allocations.Share(line_id=ref(line), amount=Decimal(amount))
        for line, amount in zip(await lines_of(order), (30, 70), strict=True)
    ]
    await allocations.reallocate(call, ref(invoice), shares, reason="shared")
    assert await balances_of(order) == [970, 930]

    await invoices.update(call, ref(invoice), {"billing_period_end": date(2025, 3, 31)})
    assert await balances_of(order) == [970, 930]
    await invoices.update(call, ref(invoice), {"total_amount": Decimal(90)})

    assert await balances_of(order) == [910, 1_000]
    assert (await decision_about(invoice)).outcome is MatchOutcome.MATCHED


async def test_lines_are_replaced_as_a_whole(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    invoice = await record(call, supplier, 100, lines=[{"amount": Decimal(100)}])

    await invoices.update(call, ref(invoice), {"lines": [{"amount": Decimal(40)}, {"amount": Decimal(60)}]})

    assert [line.amount for line in await InvoiceLine.filter(invoice_id=invoice.id).order_by("number")] == [40, 60]
    await invoice.refresh_from_db()
    assert invoice.edit_version == 2


async def test_another_currency_leaves_the_order_and_is_the_lines_too(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, 1_000)
    invoice = await record(call, supplier, 100, lines=[{"amount": Decimal(100)}])

    await invoices.update(call, ref(invoice), {"currency": "EUR"})

    await invoice.refresh_from_db()
    assert (invoice.currency, invoice.status) == ("EUR", InvoiceStatus.RECEIVED)
    assert (await InvoiceLine.get(invoice_id=invoice.id)).currency == "EUR"
    assert await balances_of(order) == [1_000]


async def test_a_correction_that_changes_nothing_writes_nothing(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    invoice = await record(call, supplier, 100, lines=[{"amount": Decimal(100)}])
    before = await counts()

    same = {"total_amount": Decimal(100), "category": "USAGE", "lines": [{"amount": Decimal(100)}]}
    written = await invoices.update(call, ref(invoice), same)

    assert written.events == ()
    assert await counts() == before
    await invoice.refresh_from_db()
    assert invoice.edit_version == 1


async def test_a_correction_is_checked_as_a_whole(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    invoice = await record(call, supplier, 100)
    other = await record(call, supplier, 100, external_id="x")
    before = await counts()

    cases: list[tuple[dict[str, Any], list[tuple[str, ...]]]] = [
        ({"kind": "CREDIT_MEMO"}, [("totalAmount",), ("amountBeforeTax",)]),
        ({"total_amount": None, "currency": None}, [("currency",), ("totalAmount",)]),
        ({"supplier_invoice_number": other.supplier_invoice_number}, [("supplierInvoiceNumber",)]),
        ({"external_id": "x"}, [("externalId",)]),
        ({"seller_entity_id": "sel_999999"}, [("sellerEntityId",)]),
    ]
    for given, paths in cases:
        with pytest.raises(Refusals) as caught:
            await invoices.update(call, ref(invoice), given)
        assert [refusal.path for refusal in caught.value.refusals] == paths, given
    assert await counts() == before


async def test_an_invoice_can_become_a_credit_memo(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, 1_000)
    invoice = await record(call, supplier, 100)

    await invoices.update(call, ref(invoice), {"kind": "CREDIT_MEMO", "total_amount": Decimal(-100)})

    await invoice.refresh_from_db()
    assert (invoice.kind, invoice.amount_before_tax) == (InvoiceKind.CREDIT_MEMO, -100)
    assert await balances_of(order) == [1_100]


async def test_somebody_elses_change_in_between_is_told(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    invoice = await record(call, supplier, 100)

    with pytest.raises(VersionConflict) as caught:
        await invoices.update(call, ref(invoice), {"account": "1"}, expected_version=7)

    assert (caught.value.expected, caught.value.current) == (7, 1)


@pytest.mark.parametrize("status", [InvoiceStatus.PAID, InvoiceStatus.CANCELED])
async def test_a_paid_or_canceled_invoice_is_neither_corrected_nor_canceled(db: str, status: InvoiceStatus):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    invoice = await record(call, supplier, 100)
    await Invoice.filter(id=invoice.id).update(status=status)
    before = await counts()

    with pytest.raises(WrongStatus):
        await invoices.update(call, ref(invoice), {"account": "1"})
    with pytest.raises(WrongStatus):
        await invoices.cancel(call, ref(invoice), reason="wrong")

    assert await counts() == before


async def test_another_organizations_invoice_does_not_exist(db: str):
    call, other = await make_call(), await make_call()
    theirs = await record(other, await make_supplier(other.organization_id))

    for given in (ref(theirs), "inv_1x", "po_1"):
        with pytest.raises(NotFound):
            await invoices.update(call, given, {"account": "1"})
        with pytest.raises(NotFound):
            await invoices.cancel(call, given, reason="wrong")


# Canceling.


async def test_a_canceled_invoice_gives_back_what_it_took(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, 1_000)
    invoice = await record(call, supplier, 400)

    written = await invoices.cancel(call, ref(invoice), reason="sent by mistake")

    await invoice.refresh_from_db()
    assert (invoice.status, invoice.edit_version) == (InvoiceStatus.CANCELED, 2)
    assert await balances_of(order) == [1_000]
    assert await places_of(invoice) == []
    assert await Match.filter(invoice_id=invoice.id, superseded_at=None).count() == 0
    (event,) = written.events
    assert (event.kind, event.reason, event.purchase_order_id) == ("invoice_canceled", "sent by mistake", order.id)


async def test_canceling_needs_a_reason(db: str):
    call = await make_call()
    invoice = await record(call, await make_supplier(call.organization_id))

    with pytest.raises(Refusals) as caught:
        await invoices.cancel(call, ref(invoice), reason=" ")

    assert [refusal.path for refusal in caught.value.refusals] == [("reason",)]


async def test_the_number_of_a_canceled_invoice_stays_taken(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    given = document(supplier)
    invoice = await invoice_of(await invoices.record(call, given))
    await invoices.cancel(call, ref(invoice), reason="wrong")

    (refusal,) = await refused(call, given)

    assert isinstance(refusal, DuplicateInvoice)
