"""What texts and numbers of inputs must look like."""

from __future__ import annotations

from decimal import Decimal

import pytest

from models.values import LARGEST_AMOUNT
from resolvers.errors import InvalidAmount, InvalidValue
from resolvers.rules.text import (
    COUNTRY,
    EMAIL,
    NAME,
    NUMBER,
    PHONE,
    SHORT_NAME,
    Address,
    Text,
    Texts,
    Whole,
    given_refusals,
    money_shape,
)

PATH = ("name",)


def test_a_text_of_the_longest_length_fits_and_one_more_character_does_not():
    assert NAME.refusals("a" * 200, PATH) == []

    assert NAME.refusals("a" * 201, PATH) == [
        InvalidValue(value="a" * 197 + "...", expected="it has 201 characters; at most 200 are accepted", path=PATH)
    ]


@pytest.mark.parametrize("value", [None, "", "  ", "\u00a0"])
def test_a_required_text_is_there_and_not_blank(value: str | None):
    assert NAME.refusals(value, PATH) == [
        InvalidValue(value="null" if value is None else value, expected="it has to have a value", path=PATH)
    ]


def test_an_optional_text_may_be_missing_but_not_blank():
    assert NAME.optional.refusals(None, PATH) == []

    assert NAME.optional.refusals(" ", PATH) == [
        InvalidValue(value=" ", expected="it is blank; give null for no value", path=PATH)
    ]


@pytest.mark.parametrize(
    ("sign", "code"), [("\0", "0000"), ("\n", "000A"), ("\x7f", "007F"), ("\x9b", "009B"), ("\ud800", "D800")]
)
def test_control_characters_are_no_text(sign: str, code: str):
    [refusal] = NAME.refusals(f"a{sign}b", PATH)

    assert isinstance(refusal, InvalidValue)
    assert refusal.expected == f"it has the control character U+{code}"
    refusal.value.encode()  # can be sent


def test_only_a_long_text_may_have_several_lines():
    text = Text(longest=100, long=True)

    assert text.refusals("one\r\n\ttwo", PATH) == []
    assert text.refusals("one\0", PATH) != []


@pytest.mark.parametrize("number", ["PO0001001", "1234", "a.b:c/d=e+f-g%h@i_j", "Große 12", "x" * 100])
def test_numbers_of_documents(number: str):
    assert NUMBER.refusals(number, PATH) == []


@pytest.mark.parametrize("number", ["", " 12", "12 ", "12#", "a,b", "x" * 101, "1\t2", "😀"])
def test_texts_that_are_no_numbers_of_documents(number: str):
    assert [type(refusal) for refusal in NUMBER.refusals(number, PATH)] == [InvalidValue]


@pytest.mark.parametrize("email", ["a@example.com", "o'hara+po.cloud@mail.example.co.uk", "x" * 64 + "@example.com"])
def test_email_addresses(email: str):
    assert EMAIL.refusals(email, PATH) == []


@pytest.mark.parametrize(
    "email",
    [
        "a",
        "a@",
        "@example.com",
        "a@example",
        "a b@example.com",
        "a@b@example.com",
        "a..b@example.com",
        ".a@example.com",
        "a@-example.com",
        "a@example..com",
        "a@example.com\nBcc: b@example.com",
        "A <a@example.com>",
        "x" * 65 + "@example.com",
        "a@" + "example." * 40 + "com",
    ],
)
def test_texts_that_are_no_email_addresses(email: str):
    assert [type(refusal) for refusal in EMAIL.refusals(email, PATH)] == [InvalidValue]


def test_phone_numbers_and_countries():
    assert PHONE.refusals("+1 (206) 555-0100 ext. 7", PATH) == []
    assert PHONE.refusals("call me", PATH) != []
    assert COUNTRY.refusals("US", PATH) == []
    assert COUNTRY.refusals("us", PATH) == [
        InvalidValue(value="us", expected="expected two capital letters, as ISO 3166 has them", path=PATH)
    ]


def test_every_text_of_a_list_is_checked_and_none_comes_twice():
    shape = Texts(each=SHORT_NAME, most=3)

    assert shape.refusals(["a", "b", "c"], PATH) == []
    assert shape.refusals(["a", "", "a"], PATH) == [
        InvalidValue(value="", expected="it has to have a value", path=("name", "1")),
        InvalidValue(value="a", expected="it is in the list already", path=("name", "2")),
    ]
    assert shape.refusals(["a"] * 4, PATH) == [
        InvalidValue(value="4 values", expected="at most 3 are accepted", path=PATH)
    ]


@pytest.mark.parametrize("address", [{}, {"street": None, "city": None}])
def test_an_address_has_something_in_it(address: dict[str, str | None]):
    assert Address().refusals(None, PATH) == []
    assert Address().refusals({"city": "Seattle", "street": None}, PATH) == []

    assert Address().refusals(address, PATH) == [
        InvalidValue(
            value="an empty address", expected="give at least one part of it, or null for no address", path=PATH
        )
    ]


@pytest.mark.parametrize(("number", "fits"), [(0, True), (365, True), (-1, False), (366, False)])
def test_whole_numbers_between_two_others(number: int, fits: bool):  # noqa: FBT001 - a column of the table
    assert (Whole(least=0, greatest=365).refusals(number, PATH) == []) is fits


@pytest.mark.parametrize(
    ("amount", "fits"),
    [("0", True), ("10.500", True), ("10.501", False), ("-0.01", False), ("1" * 15, True), ("1" * 16, False)],
)
def test_amounts_fit_their_minor_unit_and_their_column(amount: str, fits: bool):  # noqa: FBT001
    refusals = money_shape("USD").refusals(Decimal(amount), PATH)

    assert refusals == (
        []
        if fits
        else [InvalidAmount(amount=Decimal(amount), least=Decimal(0), greatest=LARGEST_AMOUNT, places=2, path=PATH)]
    )


def test_everything_that_is_wrong_with_an_input_is_told_at_once():
    shapes = {"name": NAME, "net_days": Whole(least=0, greatest=365), "address": Address(), "email": EMAIL}

    refusals = given_refusals({"name": "", "net_days": 366, "address": {"country": "x"}}, shapes, ("parts", "0"))

    assert [refusal.path for refusal in refusals] == [
        ("parts", "0", "name"),
        ("parts", "0", "netDays"),
        ("parts", "0", "address", "country"),
    ]
