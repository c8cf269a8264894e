"""The numbers that orders get when nobody gives one."""

from __future__ import annotations

import pytest

from resolvers.rules.numbering import following, generated, is_given_out, place_of


@pytest.mark.parametrize(("last", "number"), [(0, "PO0001001"), (1001, "PO0001002"), (9999999, "PO10000000")])
def test_numbers_begin_at_1001_and_follow_each_other(last: int, number: str):
    assert generated(following(last)) == number


@pytest.mark.parametrize(
    ("number", "place"),
    [("PO0001001", 1001), ("PO9999999", 9999999), ("PO10000000", 10000000), ("PO12345678901234", 12345678901234)],
)
def test_a_generated_number_tells_its_place(number: str, place: int):
    assert place_of(number) == place
    assert generated(place) == number


@pytest.mark.parametrize(
    "number", ["PO0001000", "PO1001", "PO00001001", "po0001001", "1001", "PO-0001001", "PO" + "9" * 98]
)
def test_other_numbers_have_no_place(number: str):
    assert place_of(number) is None


def test_what_was_given_out_is_never_given_again():
    assert is_given_out("PO0001001", 1001)
    assert not is_given_out("PO0001002", 1001)
    assert not is_given_out("1001", 1001)
