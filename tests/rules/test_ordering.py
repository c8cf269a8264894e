"""What orders, lines, contacts and tags may say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from models.statuses.orders import AcknowledgmentType, LineItemType, MilestonePayout, OrderType, ProductType
from models.values import LARGEST_AMOUNT
from resolvers.errors import AlreadyTaken, InvalidAmount, InvalidValue, LimitExceeded, NotApplicable, OutsideValidity
from resolvers.rules.order_parts import contact_refusals, limit_refusals, tag_refusals
from resolvers.rules.ordering import (
    LARGEST_QUANTITY,
    OrderedLine,
    OrderTerms,
    field_refusals,
    line_field_refusals,
    line_number_refusals,
    line_refusals,
    numbered,
    shrinking_refusals,
)

if TYPE_CHECKING:
    from resolvers.errors import Refusal

FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
ORDER = OrderTerms(currency="USD", effective_date=FIRST, expiration_date=LAST)
PATH = ("lines", "2")


def line(**fields: Any) -> OrderedLine:
    """A service for 100 that fits the order."""
    return replace(OrderedLine(unit_price=Decimal(100)), **fields)


def refusals(**fields: Any) -> list[Refusal]:
    return line_refusals(line(**fields), ORDER, PATH)


def paths(found: list[Refusal]) -> list[str]:
    return [".".join(refusal.path) for refusal in found]


# ---------------------------------------------------------------------------------------------------------- orders


def test_an_order_with_every_field_is_fine():
    given = {
        "number": "PO-7",
        "external_id": "erp:17",
        "display_name": "Cloud 2025",
        "erp_number": "4500017",
        "description": "All usage\nof all accounts",
        "ship_to": {"name": "Northwind", "street": "1 Pier Road", "country": "US"},
        "tax_registration_numbers": ["DE123456789"],
        "invoice_units": ["Research"],
        "minimum_spend": Decimal("10000.00"),
        "discount_percentage": Decimal("2.5"),
    }

    assert field_refusals(given, ORDER) == []


def test_everything_that_is_wrong_with_an_order_is_told_at_once():
    given = {
        "number": "PO#7",
        "display_name": "x" * 201,
        "description": "a\0b",
        "tax_registration_numbers": ["DE1", "DE1"],
        "minimum_spend": Decimal("0.001"),
        "discount_percentage": Decimal("100.01"),
    }

    found = field_refusals(given, replace(ORDER, expiration_date=date(2024, 12, 31)))

    assert paths(found) == [
        "number",
        "displayName",
        "description",
        "taxRegistrationNumbers.1",
        "minimumSpend",
        "discountPercentage",
        "expirationDate",
    ]


def test_a_blanket_order_has_no_minimum_spend_and_no_discount():
    given = {"minimum_spend": Decimal(1), "discount_percentage": Decimal(1)}

    assert field_refusals(given, replace(ORDER, order_type=OrderType.BLANKET)) == [
        NotApplicable(order_type="BLANKET", path=("minimumSpend",)),
        NotApplicable(order_type="BLANKET", path=("discountPercentage",)),
    ]
    assert field_refusals(dict.fromkeys(given), replace(ORDER, order_type=OrderType.BLANKET)) == []


def test_an_order_may_be_valid_for_one_day_and_not_for_less():
    assert field_refusals({}, replace(ORDER, effective_date=LAST)) == []
    assert field_refusals({}, replace(ORDER, effective_date=date(2026, 1, 1))) == [
        InvalidValue(
            value="2025-12-31",
            expected="it has to be on or after the effective date 2026-01-01",
            path=("expirationDate",),
        )
    ]


def test_a_validity_does_not_shrink_past_its_lines():
    lines = [(1, line(start_date=FIRST, end_date=LAST)), (2, line()), (3, line(end_date=date(2025, 6, 30)))]
    after = replace(ORDER, effective_date=date(2025, 2, 1), expiration_date=date(2025, 6, 30))

    found = shrinking_refusals(lines, ORDER, after)

    validity: dict[str, Any] = {"effective_date": after.effective_date, "expiration_date": after.expiration_date}
    assert found == [
        OutsideValidity(date=FIRST, line=1, **validity, path=("effectiveDate",)),
        OutsideValidity(date=LAST, line=1, **validity, path=("expirationDate",)),
    ]
    assert found[0].message == "2025-01-01 of line 1 is outside the order's validity, 2025-02-01 to 2025-06-30."


def test_a_line_that_is_outside_already_does_not_hold_the_order_back():
    lines = [(1, line(end_date=date(2026, 3, 31)))]

    assert shrinking_refusals(lines, ORDER, replace(ORDER, expiration_date=date(2025, 11, 30))) == []


# ----------------------------------------------------------------------------------------------------------- lines


@pytest.mark.parametrize(
    ("field", "value", "fits"),
    [
        ("quantity", "0.000001", True),
        ("quantity", "0", False),
        ("quantity", "-1", False),
        ("quantity", "0.0000001", False),
        ("quantity", "9" * 14, True),
        ("quantity", "9" * 15, False),
        ("unit_price", "0", True),
        ("unit_price", "0.000001", True),
        ("unit_price", "0.0000001", False),
        ("unit_price", "-0.01", False),
        ("unit_price", "9" * 30, False),
        ("discount", "0.01", True),
        ("discount", "0.001", False),
        ("discount", "-1", False),
        ("tax_percent", "7.5", True),
        ("tax_percent", "0.00001", False),
        ("tax_percent", "1001", False),
        ("tax_amount", "-1", False),
        ("estimated_tax", "1.999", False),
        ("estimated_shipping", "-1", False),
    ],
)
def test_numbers_of_a_line_have_a_range_and_a_fineness(field: str, value: str, fits: bool):  # noqa: FBT001 - a column of the table
    found = line_field_refusals({field: Decimal(value)}, "USD", PATH)

    assert [type(refusal) for refusal in found] == ([] if fits else [InvalidAmount])


def test_amounts_are_not_finer_than_the_minor_unit_of_their_currency():
    assert line_field_refusals({"discount": Decimal("1.5")}, "JPY", PATH) == [
        InvalidAmount(
            amount=Decimal("1.5"), least=Decimal(0), greatest=LARGEST_AMOUNT, places=0, path=("lines", "2", "discount")
        )
    ]
    assert line_field_refusals({"discount": Decimal("1.555")}, "KWD", PATH) == []


@pytest.mark.parametrize(
    ("unit", "fits"),
    [
        ("FIXED_FEE", True),
        ("INDIVIDUAL_UNIT", True),
        ("HUR", True),
        ("C62", True),
        ("KG", True),
        ("kg", False),
        ("H", False),
        ("HOUR", False),
        ("", False),
        ("KG\n", False),
    ],
)
def test_units(unit: str, fits: bool):  # noqa: FBT001
    assert (line_field_refusals({"unit": unit}, "USD", PATH) == []) is fits


def test_what_a_line_has_to_have_is_not_taken_away():
    fields = ("line_item_type", "product_type", "unit", "quantity", "unit_price", "discount", "balance_tracked")

    found = line_field_refusals(dict.fromkeys(fields), "USD", ())

    assert sorted(paths(found)) == sorted(
        ["lineItemType", "productType", "unit", "quantity", "unitPrice", "discount", "balanceTracked"]
    )


def test_tax_is_a_percentage_or_an_amount():
    assert line_field_refusals({"tax_percent": Decimal(19), "tax_amount": None}, "USD", PATH) == []
    assert line_field_refusals({"tax_percent": Decimal(19), "tax_amount": Decimal(0)}, "USD", PATH) == [
        InvalidValue(
            value="0",
            expected="give the tax as a percentage or as an amount, not both",
            path=("lines", "2", "taxAmount"),
        )
    ]


@pytest.mark.parametrize(
    ("product", "unit", "fits"),
    [
        (ProductType.GOOD, "INDIVIDUAL_UNIT", False),
        (ProductType.GOOD, "FIXED_FEE", False),
        (ProductType.GOOD, "C62", False),
        (ProductType.GOOD, "KGM", True),
        (ProductType.SERVICE, "INDIVIDUAL_UNIT", True),
        (ProductType.SERVICE, "HUR", True),
    ],
)
def test_goods_that_are_counted_come_whole(product: ProductType, unit: str, fits: bool):  # noqa: FBT001
    half = refusals(product_type=product, unit=unit, quantity=Decimal("2.5"))

    assert half == (
        []
        if fits
        else [
            InvalidAmount(
                amount=Decimal("2.5"),
                least=Decimal(1),
                greatest=Decimal(99999999999999),
                places=0,
                path=("lines", "2", "quantity"),
            )
        ]
    )
    assert refusals(product_type=product, unit=unit, quantity=Decimal("2.000")) == []


def test_a_discount_takes_at_most_what_the_line_costs():
    assert refusals(quantity=Decimal(3), discount=Decimal(300)) == []
    assert refusals(quantity=Decimal(3), discount=Decimal("300.01")) == [
        InvalidAmount(
            amount=Decimal("300.01"),
            least=Decimal(0),
            greatest=Decimal(300),
            places=2,
            path=("lines", "2", "discount"),
        )
    ]


def test_the_largest_line_fits_and_a_larger_one_does_not():
    whole = Decimal(999999999999999)

    assert refusals(quantity=whole / 10, unit_price=Decimal(10)) == []
    assert refusals(quantity=whole / 10, unit_price=Decimal(10), tax_amount=Decimal(1)) == [
        InvalidAmount(
            amount=whole + 1, least=Decimal(0), greatest=LARGEST_AMOUNT, places=2, path=("lines", "2", "unitPrice")
        )
    ]
    assert len(refusals(quantity=LARGEST_QUANTITY, unit_price=LARGEST_QUANTITY, tax_percent=Decimal(1000))) == 1


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        (
            {"product_type": ProductType.GOOD, "acknowledgment_type": AcknowledgmentType.TWO_WAY_MATCH},
            "acknowledgmentType",
        ),
        (
            {"product_type": ProductType.HANDLING_FEE, "acknowledgment_type": AcknowledgmentType.MILESTONES},
            "acknowledgmentType",
        ),
        ({"product_type": ProductType.SERVICE, "goods_receipt_required": True}, "goodsReceiptRequired"),
        ({"milestone_payout": MilestonePayout.AMOUNT}, "milestonePayout"),
        (
            {"milestone_payout": MilestonePayout.AMOUNT, "acknowledgment_type": AcknowledgmentType.TWO_WAY_MATCH},
            "milestonePayout",
        ),
        ({"line_item_type": LineItemType.MARKETPLACE_TRANSACTION, "balance_tracked": True}, "balanceTracked"),
        ({"agreement_id": "agmt-1"}, "agreementId"),
        ({"start_date": date(2025, 7, 1), "end_date": date(2025, 6, 30)}, "endDate"),
    ],
)
def test_fields_of_a_line_that_do_not_fit_each_other(fields: dict[str, Any], path: str):
    assert paths(refusals(**fields)) == [f"lines.2.{path}"]


@pytest.mark.parametrize(
    "fields",
    [
        {"product_type": ProductType.GOOD, "goods_receipt_required": True},
        {"acknowledgment_type": AcknowledgmentType.MILESTONES, "milestone_payout": MilestonePayout.PERCENTAGE},
        {"line_item_type": LineItemType.MARKETPLACE_TRANSACTION, "agreement_id": "agmt-1"},
        {"start_date": FIRST, "end_date": LAST, "balance_tracked": True},
        {"start_date": LAST, "end_date": LAST},
    ],
)
def test_fields_of_a_line_that_fit_each_other(fields: dict[str, Any]):
    assert refusals(**fields) == []


def test_a_line_stays_inside_the_validity_of_its_order():
    before, after = date(2024, 12, 31), date(2026, 1, 1)

    assert refusals(start_date=before, end_date=after) == [
        OutsideValidity(date=day, effective_date=FIRST, expiration_date=LAST, path=("lines", "2", name))
        for name, day in (("startDate", before), ("endDate", after))
    ]
    assert line_refusals(line(start_date=before, end_date=after), OrderTerms(currency="USD"), PATH) == []


def test_line_numbers_come_once():
    found = line_number_refusals([1, 3, None, 3], [1, 2], [("lines", str(at)) for at in range(4)])

    assert found == [
        AlreadyTaken(value="1", holder="line 1", path=("lines", "0", "number")),
        AlreadyTaken(value="3", holder="line 3", path=("lines", "3", "number")),
    ]


def test_lines_without_a_number_follow_the_highest():
    assert numbered([None, 5, None], [1, 2]) == [6, 5, 7]
    assert numbered([None, None], []) == [1, 2]


# ----------------------------------------------------------------------------------------------- contacts and tags


def test_the_limit_is_allowed_and_one_more_is_not():
    assert limit_refusals("orderLineLimit", 100, 100) == []
    assert limit_refusals("orderLineLimit", 100, 101, ("lines",)) == [
        LimitExceeded(limit=100, actual=101, setting="orderLineLimit", path=("lines",))
    ]


def test_a_contact_has_a_name_and_an_address_that_can_be_mailed():
    contacts = [
        {"name": "Buyer", "email": "buyer@example.com", "phone": "+1 206 555 0100"},
        {"name": " ", "email": "a@b@example.com"},
        {"name": "x", "email": "x@example.com\r\nBcc: y@example.com"},
    ]

    found = contact_refusals(contacts, [("contacts", str(at)) for at in range(3)])

    assert paths(found) == ["contacts.1.name", "contacts.1.email", "contacts.2.email"]


def test_an_address_belongs_to_one_contact_however_it_is_written():
    contacts = [{"name": "A", "email": "Buyer@example.com"}, {"name": "B", "email": "old@example.com"}]

    found = contact_refusals(
        [*contacts, {"name": "C", "email": "buyer@example.com"}],
        [("contacts", str(at)) for at in range(3)],
        present=["OLD@example.com"],
    )

    assert paths(found) == ["contacts.1.email", "contacts.2.email"]
    assert {type(refusal) for refusal in found} == {AlreadyTaken}


def test_tags_have_a_key_that_comes_once_and_perhaps_a_value():
    tags = [
        {"key": "team", "value": "cloud"},
        {"key": "cost", "value": ""},
        {"key": "", "value": "x"},
        {"key": "team", "value": "y" * 257},
    ]

    assert paths(tag_refusals(tags)) == ["tags.2.key", "tags.3.value", "tags.3.key"]


def test_an_order_has_at_most_50_tags():
    tags = [{"key": f"key {number}", "value": "x"} for number in range(51)]

    assert tag_refusals(tags[:50]) == []
    assert tag_refusals(tags) == [LimitExceeded(limit=50, actual=51, setting="tags", path=("tags",))]
