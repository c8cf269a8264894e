"""In what an invoice disagrees: every kind just inside its limit, at it, and just outside (I4, I5)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.statuses.invoices import (
    BillingStage,
    DiscrepancyKind,
    DiscrepancyMeasure,
    InvoiceKind,
    ToleranceKind,
    VerificationPolicy,
)
from models.statuses.orders import AcknowledgmentType, ProductType
from resolvers.rules.billed import BilledInvoice, BilledLine, BilledOrder, Elsewhere, OrderedLine, Share, policy_of
from resolvers.rules.tolerances import Tolerance
from resolvers.rules.verification import About, Finding, findings

Kind = DiscrepancyKind
D = Decimal
GOOD, SERVICE = ProductType.GOOD, ProductType.SERVICE
TWO_WAY, THREE_WAY, FOUR_WAY = VerificationPolicy
ORDER, LINE, BILLED = 5, 50, 500
"""Keys of the order, its line, and the invoice line."""


def ordered(**changes: Any) -> OrderedLine:
    """Ten goods at 120.00, all of them received; receipts are not asked for unless a policy is given."""
    line = OrderedLine(
        id=LINE,
        order_id=ORDER,
        order_number="PO-7",
        number=1,
        currency="USD",
        product_type=GOOD,
        acknowledgment_type=None,
        goods_receipt_required=False,
        verification=None,
        unit="INDIVIDUAL_UNIT",
        quantity=D(10),
        amount=D(1200),
        effective_quantity=D(10),
        effective_amount=D(1200),
        unit_price=D(120),
        received_quantity=D(10),
        accepted_quantity=D(10),
        received_amount=D(1200),
    )
    return replace(line, **changes)


def billing(
    quantity: str | None, amount: str, line: OrderedLine | None = None, order: Any = None, **changes: Any
) -> BilledInvoice:
    """An invoice of one line that bills so much of the order line, in an order that has room for anything."""
    quantity_billed = None if quantity is None else D(quantity)
    share = Share(line=line or ordered(), amount=D(amount), quantity=quantity_billed)
    price = changes.pop("unit_price", None)
    tax = D(changes.pop("line_tax", 0))
    billed = BilledLine(
        id=BILLED,
        number=1,
        amount=D(amount),
        tax_amount=tax,
        quantity=quantity_billed,
        unit_price=price,
        shares=(share,),
    )
    header_tax = D(changes.pop("tax_amount", tax))
    given: dict[str, Any] = {
        "total_amount": D(amount) + header_tax,
        "tax_amount": header_tax,
        "lines": (billed,),
        "orders": (order or an_order(),),
        **changes,
    }
    return BilledInvoice(id=9, currency="USD", supplier_id=7, **given)


def an_order(**changes: Any) -> BilledOrder:
    order = BilledOrder(
        id=ORDER, number="PO-7", currency="USD", supplier_id=7, cost_center_id=3, total=D(100_000), own=D(1)
    )
    return replace(order, **changes)


def rule(kind: ToleranceKind, value: str | None = None, percentage: str | None = None, **changes: Any) -> Tolerance:
    return Tolerance(
        id=77,
        number=4,
        kind=kind,
        value=None if value is None else D(value),
        percentage=None if percentage is None else D(percentage),
        **changes,
    )


def kinds(invoice: BilledInvoice, *rules: Tolerance) -> list[str]:
    return [str(found.kind) for found in findings(invoice, rules)]


def only(invoice: BilledInvoice, kind: DiscrepancyKind, *rules: Tolerance) -> list[Finding]:
    return [found for found in findings(invoice, rules) if found.kind is kind]


def test_an_invoice_that_agrees_with_everything_is_told_nothing_of() -> None:
    invoice = billing("10", "1200", ordered(verification=FOUR_WAY), unit_price=D(120))

    assert findings(invoice, []) == []


TAXED = ordered(tax_percent=D(10))
RECEIVED_4 = ordered(verification=THREE_WAY, received_quantity=D(4), accepted_quantity=D(4))
ACCEPTED_4 = ordered(verification=FOUR_WAY, received_quantity=D(10), accepted_quantity=D(4))
MILESTONES = ordered(
    product_type=SERVICE,
    acknowledgment_type=AcknowledgmentType.MILESTONES,
    verification=THREE_WAY,
    received_amount=D(480),
)
LIMITS: Final[dict[str, tuple[DiscrepancyKind, Tolerance, tuple[BilledInvoice, BilledInvoice, BilledInvoice]]]] = {
    "quantity": (
        Kind.QUANTITY_OVER,
        rule(ToleranceKind.QUANTITY, percentage="10"),
        (billing("10.999999", "1"), billing("11", "1"), billing("11.000001", "1")),
    ),
    "quantity with what was billed before": (
        Kind.QUANTITY_OVER,
        rule(ToleranceKind.QUANTITY, value="1"),
        tuple(
            billing(quantity, "1", ordered(elsewhere=Elsewhere(earlier_quantity=D(8), credited_quantity=D(-2))))
            for quantity in ("4.999999", "5", "5.000001")
        ),  # pyright: ignore[reportAssignmentType]
    ),
    "line amount": (
        Kind.LINE_AMOUNT_OVER,
        rule(ToleranceKind.LINE_AMOUNT, value="5"),
        (billing(None, "1204.99"), billing(None, "1205"), billing(None, "1205.01")),
    ),
    "order amount": (
        Kind.ORDER_AMOUNT_OVER,
        rule(ToleranceKind.ORDER_AMOUNT, percentage="1"),
        tuple(
            billing("1", "120", order=an_order(total=D(900), shipping=D(100), earlier=D(500), own=D(own)))
            for own in ("509.99", "510", "510.01")
        ),  # pyright: ignore[reportAssignmentType]
    ),
    "received": (
        Kind.INSUFFICIENT_RECEIPTS,
        rule(ToleranceKind.RECEIPT, percentage="50"),
        (billing("5.9", "1", RECEIVED_4), billing("6", "1", RECEIVED_4), billing("6.000001", "1", RECEIVED_4)),
    ),
    "accepted": (
        Kind.INSUFFICIENT_RECEIPTS,
        rule(ToleranceKind.RECEIPT, value="2"),
        (billing("5.9", "1", ACCEPTED_4), billing("6", "1", ACCEPTED_4), billing("6.000001", "1", ACCEPTED_4)),
    ),
    "received, by worth where no quantity is billed": (
        Kind.INSUFFICIENT_RECEIPTS,
        rule(ToleranceKind.RECEIPT, value="20"),
        (billing(None, "499.99", RECEIVED_4), billing(None, "500", RECEIVED_4), billing(None, "500.01", RECEIVED_4)),
    ),
    "milestones": (
        Kind.INSUFFICIENT_RECEIPTS,
        rule(ToleranceKind.RECEIPT, value="20"),
        (billing("1", "499.99", MILESTONES), billing("1", "500", MILESTONES), billing("1", "500.01", MILESTONES)),
    ),
    "a higher price": (
        Kind.UNIT_PRICE_VARIANCE,
        rule(ToleranceKind.UNIT_PRICE, percentage="2.5"),
        tuple(billing("1", "120", unit_price=D(price)) for price in ("122.999999", "123", "123.000001")),  # pyright: ignore[reportAssignmentType]
    ),
    "a lower price": (
        Kind.UNIT_PRICE_VARIANCE,
        rule(ToleranceKind.UNIT_PRICE, value="3"),
        tuple(billing("1", "120", unit_price=D(price)) for price in ("117.000001", "117", "116.999999")),  # pyright: ignore[reportAssignmentType]
    ),
    "a price that amount and quantity make": (
        Kind.UNIT_PRICE_VARIANCE,
        rule(ToleranceKind.UNIT_PRICE, value="3"),
        (billing("2", "245.98"), billing("2", "246"), billing("2", "246.02")),
    ),
    "more tax": (
        Kind.TAX_OVER,
        rule(ToleranceKind.TAX, value="0.02"),
        tuple(billing("1", "120", TAXED, line_tax=tax) for tax in ("12.01", "12.02", "12.03")),  # pyright: ignore[reportAssignmentType]
    ),
    "less tax": (
        Kind.TAX_UNDER,
        rule(ToleranceKind.TAX, value="0.02"),
        tuple(billing("1", "120", TAXED, line_tax=tax) for tax in ("11.99", "11.98", "11.97")),  # pyright: ignore[reportAssignmentType]
    ),
    "tax of the whole invoice": (
        Kind.TAX_OVER,
        rule(ToleranceKind.TAX, value="0.02"),
        tuple(billing("1", "120", TAXED, tax_amount=tax) for tax in ("12.01", "12.02", "12.03")),  # pyright: ignore[reportAssignmentType]
    ),
    "totals": (
        Kind.TOTALS_DO_NOT_ADD_UP,
        rule(ToleranceKind.TOTALS, value="1"),
        tuple(
            billing("1", "120", total_amount=D(total), other_charges=D(8), discount_amount=D(3))
            for total in ("125.99", "126", "126.01")
        ),  # pyright: ignore[reportAssignmentType]
    ),
    "totals that are too low": (
        Kind.TOTALS_DO_NOT_ADD_UP,
        rule(ToleranceKind.TOTALS, value="1"),
        tuple(billing("1", "120", total_amount=D(total)) for total in ("119.01", "119", "118.99")),  # pyright: ignore[reportAssignmentType]
    ),
}


@pytest.mark.parametrize("name", LIMITS)
def test_what_is_off_by_less_than_the_limit_or_by_exactly_that_passes_and_more_does_not(name: str) -> None:
    kind, tolerance, (inside, at, outside) = LIMITS[name]

    assert only(inside, kind, tolerance) == []
    assert only(at, kind, tolerance) == []
    assert len(only(outside, kind, tolerance)) == 1
    assert only(inside, kind), "without the rule nothing may be off"


@pytest.mark.parametrize(
    ("invoice", "kind"),
    [
        (billing("10", "1"), Kind.QUANTITY_OVER),
        (billing(None, "1200"), Kind.LINE_AMOUNT_OVER),
        (billing("1", "120", order=an_order(total=D(500), own=D(500))), Kind.ORDER_AMOUNT_OVER),
        (billing("4", "480", RECEIVED_4), Kind.INSUFFICIENT_RECEIPTS),
        (billing(None, "480", RECEIVED_4), Kind.INSUFFICIENT_RECEIPTS),
        (billing("4", "480", ACCEPTED_4), Kind.INSUFFICIENT_RECEIPTS),
        (billing("4", "480", MILESTONES), Kind.INSUFFICIENT_RECEIPTS),
        (billing("1", "120", unit_price=D("120.000000")), Kind.UNIT_PRICE_VARIANCE),
        (billing("0.333333", "40"), Kind.UNIT_PRICE_VARIANCE),
        (billing("1", "120", TAXED, line_tax="12"), Kind.TAX_OVER),
        (billing("1", "120", TAXED, line_tax="12"), Kind.TAX_UNDER),
        (billing("1", "120", total_amount=D(120)), Kind.TOTALS_DO_NOT_ADD_UP),
    ],
)
def test_what_is_exactly_as_agreed_passes_without_any_rule(invoice: BilledInvoice, kind: DiscrepancyKind) -> None:
    assert only(invoice, kind) == []


def test_a_finding_carries_both_figures_the_tolerance_and_the_rule_that_was_asked() -> None:
    line = ordered(elsewhere=Elsewhere(earlier_quantity=D(8), earlier_amount=D(960)))
    tolerance = rule(ToleranceKind.QUANTITY, percentage="5", supplier_id=7)

    found = only(billing("3", "360", line), Kind.QUANTITY_OVER, tolerance)

    assert found == [
        Finding(
            kind=Kind.QUANTITY_OVER,
            about=About(invoice_line_id=BILLED, order_id=ORDER, line_id=LINE),
            explanation=(
                "11 of line 1 of PO-7 is billed, 8 of it by others; 10 was ordered, and tolerance rule 4 allows 0.5."
            ),
            measure=DiscrepancyMeasure.QUANTITY,
            expected=D(10),
            actual=D(11),
            tolerance=D("0.500000"),
            rule_id=77,
        )
    ]


def test_rules_are_chosen_by_supplier_category_and_the_cost_center_of_the_order() -> None:
    invoice = billing("11", "1")
    fits = rule(ToleranceKind.QUANTITY, value="1", supplier_id=7, cost_center_id=3)

    assert only(invoice, Kind.QUANTITY_OVER, fits) == []
    assert only(invoice, Kind.QUANTITY_OVER, replace(fits, supplier_id=8))
    assert only(invoice, Kind.QUANTITY_OVER, replace(fits, cost_center_id=4))


@pytest.mark.parametrize(
    ("verification", "product_type", "required", "policy"),
    [
        (None, GOOD, True, THREE_WAY),
        (None, GOOD, False, TWO_WAY),
        (None, SERVICE, False, TWO_WAY),
        (None, ProductType.HANDLING_FEE, False, TWO_WAY),
        (TWO_WAY, GOOD, True, TWO_WAY),
        (FOUR_WAY, GOOD, False, FOUR_WAY),
    ],
)
def test_goods_that_require_a_receipt_are_verified_with_it_unless_the_line_says_otherwise(
    verification: VerificationPolicy | None, product_type: ProductType, required: Any, policy: VerificationPolicy
) -> None:
    assert policy_of(verification, product_type, goods_receipt_required=required) is policy


def test_receipts_are_not_asked_for_two_way_or_in_advance_or_where_only_invoices_tell_what_arrived() -> None:
    nothing = {"received_quantity": D(0), "accepted_quantity": D(0), "received_amount": D(0)}
    by_invoice = {"product_type": SERVICE, "acknowledgment_type": AcknowledgmentType.SERVICE_ACKNOWLEDGMENT}

    assert kinds(billing("4", "480", ordered(**nothing))) == []
    assert kinds(billing("4", "480", ordered(**nothing, verification=THREE_WAY), stage=BillingStage.ADVANCE)) == []
    assert kinds(billing("4", "480", ordered(**nothing, **by_invoice, verification=THREE_WAY))) == []
    assert kinds(billing("4", "480", ordered(**nothing, verification=THREE_WAY))) == ["INSUFFICIENT_RECEIPTS"]


def test_what_was_billed_in_advance_is_charged_to_the_final_invoice_only() -> None:
    elsewhere = Elsewhere(earlier_quantity=D(3), earlier_amount=D(360), advance_quantity=D(3), advance_amount=D(360))
    line = ordered(verification=THREE_WAY, received_quantity=D(7), accepted_quantity=D(7), elsewhere=elsewhere)

    assert kinds(billing("7", "840", line)) == []
    [found] = findings(billing("7", "840", line, stage=BillingStage.FINAL), [])

    assert (found.kind, found.expected, found.actual) == (Kind.INSUFFICIENT_RECEIPTS, 7, 10)


def test_a_rejected_or_returned_piece_is_not_accepted() -> None:
    line = ordered(verification=FOUR_WAY, received_quantity=D(3), accepted_quantity=D(4))

    [found] = findings(billing("4", "480", line), [])

    assert (found.expected, found.actual) == (3, 4)


def test_of_one_fee_for_a_service_only_the_amount_counts() -> None:
    fee = ordered(product_type=SERVICE, unit="FIXED_FEE", quantity=D(1), effective_quantity=D(1), unit_price=D(1200))

    assert kinds(billing("3", "300", fee, unit_price=D(100))) == []
    assert kinds(billing("3", "1200.01", fee)) == ["LINE_AMOUNT_OVER"]


def test_prices_for_different_units_are_not_compared() -> None:
    invoice = billing("1", "120", unit_price=D(99))
    boxes = replace(invoice, lines=(replace(invoice.lines[0], unit="BX"),))

    assert kinds(invoice) == ["UNIT_PRICE_VARIANCE"]
    assert kinds(boxes) == []


def test_taxes_are_compared_only_where_the_order_says_something_of_them() -> None:
    assert kinds(billing("1", "120", line_tax="12")) == []
    assert kinds(billing("1", "120", ordered(tax_percent=D(0)), line_tax="12")) == ["TAX_OVER"]
    assert kinds(billing("1", "120", ordered(estimated_tax=D(120)), line_tax="12")) == []
    assert kinds(billing("1", "120", ordered(tax_amount=D(60)), line_tax="6")) == []
    assert kinds(billing("1", "120", ordered(tax_amount=D(60)))) == ["TAX_UNDER"]


def test_taxes_beyond_those_of_the_lines_may_be_on_charges() -> None:
    with_charges = billing("1", "120", line_tax="12", tax_amount="13", other_charges=D(10), total_amount=D(143))
    without = billing("1", "120", line_tax="12", tax_amount="13", total_amount=D(133))

    assert kinds(with_charges) == []
    assert kinds(without) == ["TOTALS_DO_NOT_ADD_UP"]


def test_a_line_that_belongs_nowhere_is_told_or_else_why_its_order_is_not_there() -> None:
    lines = tuple(BilledLine(id=BILLED + at, number=at, amount=D(10)) for at in (1, 2))
    invoice = BilledInvoice(id=9, currency="USD", supplier_id=7, total_amount=D(20), order_number="PO-8", lines=lines)
    there = an_order(number="PO-8", own=D(0))

    assert kinds(invoice) == ["MISSING_ORDER"]
    assert kinds(replace(invoice, orders=(there,))) == ["UNMAPPED_LINE", "UNMAPPED_LINE"]
    assert kinds(replace(invoice, orders=(replace(there, currency="EUR"),))) == ["CURRENCY_MISMATCH"]
    assert kinds(replace(invoice, order_number=None, in_part=False)) == []


def test_a_line_that_names_an_order_of_its_own_is_told_by_itself() -> None:
    share = Share(line=ordered(), amount=D(120), quantity=D(1))
    lines = (
        BilledLine(id=1, number=1, amount=D(120), shares=(share,)),
        BilledLine(id=2, number=2, amount=D(10), order_number="PO-9"),
        BilledLine(id=3, number=3, amount=D(0)),
    )
    invoice = BilledInvoice(
        id=9, currency="USD", supplier_id=7, total_amount=D(130), order_number="PO-7", lines=lines, orders=(an_order(),)
    )

    [found] = findings(invoice, [])

    assert (found.kind, found.about.invoice_line_id, found.explanation) == (
        Kind.MISSING_ORDER,
        2,
        "There is no order PO-9.",
    )


def test_the_part_of_a_line_that_belongs_nowhere_is_told_with_its_amount() -> None:
    invoice = billing("1", "120", unit_price=D(120))
    billed = replace(invoice.lines[0], amount=D(200), unit_price=D(120))

    [found] = findings(replace(invoice, lines=(billed,), total_amount=D(200)), [])

    assert (found.kind, found.expected, found.actual) == (Kind.UNMAPPED_LINE, 200, 120)


def test_a_credit_memo_gives_back_at_most_what_is_billed_and_not_credited_yet() -> None:
    line = ordered(elsewhere=Elsewhere(billed_amount=D(600), credited_earlier_amount=D(-100)))
    memo = {"kind": InvoiceKind.CREDIT_MEMO}

    assert kinds(billing("-5", "-499.99", line, **memo)) == []
    assert kinds(billing("-5", "-500", line, **memo)) == []
    [found] = findings(billing("-5", "-500.01", line, **memo), [])

    assert (found.kind, found.expected, found.actual) == (Kind.CREDIT_OVER_BILLED, 500, D("500.01"))


def test_what_may_be_a_duplicate_is_told_even_without_lines() -> None:
    invoice = BilledInvoice(id=9, currency="USD", supplier_id=7, twin="INV-3", in_part=False)

    assert kinds(invoice) == ["DUPLICATE"]


def test_an_invoice_on_several_orders_is_compared_with_each() -> None:
    other = ordered(id=60, order_id=6, order_number="PO-8", effective_quantity=D(1))
    lines = (
        BilledLine(id=1, number=1, amount=D(1320), shares=(Share(line=ordered(), amount=D(1320), quantity=D(11)),)),
        BilledLine(id=2, number=2, amount=D(240), shares=(Share(line=other, amount=D(240), quantity=D(2)),)),
    )
    orders = (an_order(total=D(1320), own=D(1320)), an_order(id=6, number="PO-8", total=D(239), own=D(240)))
    invoice = BilledInvoice(id=9, currency="USD", supplier_id=7, total_amount=D(1560), lines=lines, orders=orders)

    found = findings(invoice, [])

    assert [
        (str(each.kind), each.about.order_id, each.about.line_id, each.about.invoice_line_id) for each in found
    ] == [
        ("QUANTITY_OVER", ORDER, LINE, 1),
        ("LINE_AMOUNT_OVER", ORDER, LINE, 1),
        ("QUANTITY_OVER", 6, 60, 2),
        ("ORDER_AMOUNT_OVER", 6, None, None),
    ]


FIGURES = st.decimals(0, 10_000, places=2)


@given(st.tuples(FIGURES, FIGURES, FIGURES, FIGURES), FIGURES, st.decimals(0, 100, places=2))
def test_widening_a_tolerance_never_adds_a_discrepancy(
    figures: tuple[Decimal, Decimal, Decimal, Decimal], value: Decimal, percentage: Decimal
) -> None:
    quantity, amount, price, tax = figures
    line = ordered(verification=FOUR_WAY, tax_percent=D(10), received_quantity=D(5))
    invoice = billing(
        str(quantity), str(amount), line, an_order(total=D(500), own=amount), unit_price=price, line_tax=tax
    )
    narrow = [rule(kind, str(value), str(percentage)) for kind in ToleranceKind]
    wide = [replace(each, value=value + 1, percentage=percentage + 1) for each in narrow]

    found = {(each.kind, each.about) for each in findings(invoice, narrow)}

    assert {(each.kind, each.about) for each in findings(invoice, wide)} <= found
