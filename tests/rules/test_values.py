"""Exact numbers: rounded in one place, split without losing a cent, never mixed across currencies."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.values import (
    LARGEST_AMOUNT,
    MINOR_UNITS,
    Money,
    fits_minor_unit,
    percent_of,
    plain,
    round_money,
    round_percent,
    round_quantity,
    split,
)

currencies = st.sampled_from(["USD", "JPY", "KWD"])


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("2.345", "USD", "2.35"),
        ("-2.345", "USD", "-2.35"),
        ("2.344999999999999999999999999", "USD", "2.34"),
        ("2.5", "JPY", "3"),
        ("-2.5", "JPY", "-3"),
        ("1.0005", "KWD", "1.001"),
        ("7", "USD", "7.00"),
        ("999999999999999999999999999999.995", "USD", "1000000000000000000000000000000.00"),
    ],
)
def test_money_is_rounded_to_the_minor_unit_half_up(amount: str, currency: str, rounded: str):
    assert str(round_money(Decimal(amount), currency)) == rounded


def test_money_in_no_currency_cannot_be_rounded():
    with pytest.raises(KeyError, match="XXX"):
        round_money(Decimal(1), "XXX")


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**14), max_value=10**14), currencies)
def test_rounding_moves_an_amount_by_half_a_minor_unit_at_most(amount: Decimal, currency: str):
    rounded = round_money(amount, currency)

    assert abs(Fraction(rounded) - Fraction(amount)) * 2 * 10 ** MINOR_UNITS[currency] <= 1
    assert fits_minor_unit(rounded, currency)
    assert round_money(-amount, currency) == -rounded


def test_quantities_are_rounded_to_six_places_and_percentages_to_two_half_up():
    assert str(round_quantity(Decimal("1.2345675"))) == "1.234568"
    assert str(round_quantity(Decimal("-1.2345675"))) == "-1.234568"
    assert str(round_percent(Decimal("33.335"))) == "33.34"


def test_a_percentage_of_nothing_is_nothing():
    assert percent_of(Decimal(1), Decimal(3)) == Decimal("33.33")
    assert percent_of(Decimal(7400), Decimal(10000)) == 74
    assert percent_of(Decimal(5), Decimal(0)) == 0


@pytest.mark.parametrize(
    ("amount", "currency", "fits"),
    [("1.23", "USD", True), ("1.230", "USD", True), ("1.234", "USD", False), ("1.5", "JPY", False)],
)
def test_an_amount_fits_its_currency_when_it_has_no_finer_digits(amount: str, currency: str, *, fits: bool):
    assert fits_minor_unit(Decimal(amount), currency) is fits


def test_an_amount_of_thirty_digits_can_be_asked_whether_it_fits():
    assert fits_minor_unit(Decimal(10) ** 30, "USD")


@pytest.mark.parametrize(
    ("number", "written"),
    [("1E+3", "1000"), ("2.50", "2.5"), ("100", "100"), ("0.00", "0"), ("-1.10", "-1.1"), ("1E-6", "0.000001")],
)
def test_numbers_are_written_as_people_write_them(number: str, written: str):
    assert plain(Decimal(number)) == written


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        ("1234567.5", "USD", "1,234,567.50 USD"),
        ("-300", "USD", "-300.00 USD"),
        ("1E+3", "JPY", "1,000 JPY"),
        ("1.2", "KWD", "1.200 KWD"),
        ("0.12345", "USD", "0.12345 USD"),
    ],
)
def test_money_is_written_with_its_minor_unit_and_its_currency(amount: str, currency: str, written: str):
    assert str(Money(Decimal(amount), currency)) == written


def test_money_adds_subtracts_and_compares_in_one_currency():
    one, two = Money(Decimal(1), "USD"), Money(Decimal(2), "USD")

    assert one + two == Money(Decimal(3), "USD")
    assert one - two == -one
    assert one < two
    assert two >= one
    assert not Money(Decimal("0.00"), "USD")
    assert Money(Decimal("2.345"), "USD").rounded() == Money(Decimal("2.35"), "USD")


def test_money_of_two_currencies_neither_adds_up_nor_compares():
    dollar, euro = Money(Decimal(1), "USD"), Money(Decimal(2), "EUR")

    for mixed in (dollar.__add__, dollar.__sub__, dollar.__lt__, dollar.__ge__):
        with pytest.raises(TypeError, match="USD and EUR do not add up"):
            mixed(euro)
    assert dollar != Money(Decimal(1), "EUR")


def test_what_is_left_over_goes_to_the_parts_that_lost_most_the_earlier_first():
    thirds = split(Decimal("100.00"), [Decimal(1)] * 3, "USD")
    uneven = split(Decimal("0.05"), [Decimal(1), Decimal(3), Decimal(3)], "USD")

    assert thirds == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
    assert uneven == [Decimal("0.01"), Decimal("0.02"), Decimal("0.02")]
    assert split(Decimal("-100.00"), [Decimal(1)] * 3, "USD") == [-part for part in thirds]


def test_weights_that_are_all_zero_count_as_equal():
    assert split(Decimal(3), [Decimal(0)] * 2, "JPY") == [Decimal(2), Decimal(1)]


@pytest.mark.parametrize(("total", "weights"), [("1.00", []), ("1.00", ["1", "-1"]), ("1.001", ["1"])])
def test_what_cannot_be_split_is_refused(total: str, weights: list[str]):
    with pytest.raises(ValueError, match="a split needs weights"):
        split(Decimal(total), [Decimal(weight) for weight in weights], "USD")


@given(
    st.decimals(min_value=-LARGEST_AMOUNT, max_value=LARGEST_AMOUNT, places=4),
    st.lists(
        st.one_of(
            st.decimals(min_value=0, max_value=10**14, places=6), st.integers(0, 5).map(Decimal), st.just(Decimal(1))
        ),
        min_size=1,
        max_size=8,
    ),
    currencies,
)
def test_parts_add_up_to_the_whole_and_none_is_a_minor_unit_off(total: Decimal, weights: list[Decimal], currency: str):
    total = round_money(total, currency)

    parts = split(total, weights, currency)

    weighed = [Fraction(weight) for weight in weights] if any(weights) else [Fraction(1)] * len(weights)
    assert sum(parts) == total
    assert len(parts) == len(weights)
    for part, weight in zip(parts, weighed, strict=True):
        assert fits_minor_unit(part, currency)
        assert abs(Fraction(part) - Fraction(total) * weight / sum(weighed)) * 10 ** MINOR_UNITS[currency] < 1


@given(
    st.decimals(min_value=-LARGEST_AMOUNT, max_value=LARGEST_AMOUNT, places=2).filter(
        lambda amount: fits_minor_unit(amount, "USD")
    ),
    st.lists(st.integers(0, 9).map(Decimal), min_size=1, max_size=8),
)
def test_a_negative_whole_splits_as_its_mirror_image(total: Decimal, weights: list[Decimal]):
    assert split(-total, weights, "USD") == [-part for part in split(total, weights, "USD")]
