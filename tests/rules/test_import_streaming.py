"""How a file of any length and quality is read, row by row."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.statuses.invoices import ImportFormat
from resolvers.errors import UnreadableDocument
from resolvers.importing import aws
from resolvers.importing.streaming import LONGEST_ROW, Rows, decoded

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMAT: Final = ImportFormat.AWS_INVOICE_SUMMARIES


def read(*pieces: str | bytes) -> tuple[list[Any], str | None, bool]:
    """The rows, the problem after them if there is one, and whether the list goes on."""
    text = decoded((piece.encode() if isinstance(piece, str) else piece for piece in pieces), FORMAT)
    rows = Rows(text, FORMAT, key=aws.LIST, token=aws.TOKEN)
    found: list[Any] = []
    try:
        found.extend(rows)  # what was there before a break stays
    except UnreadableDocument as problem:
        return found, problem.problem, rows.goes_on
    return found, None, rows.goes_on


@pytest.mark.parametrize(
    ("document", "rows"),
    [
        ('{"InvoiceSummaries": []}', []),
        ('{"InvoiceSummaries": [{"a": "1"}, {"b": 2.50}]}', [{"a": "1"}, {"b": Decimal("2.50")}]),
        (' \r\n{"InvoiceSummaries":[null,true,"x",[1],{}]}\n', [None, True, "x", [1], {}]),
        ('{"Other": {"InvoiceSummaries": [1]}, "InvoiceSummaries": [2], "More": [3]}', [2]),
        ('\ufeff{"InvoiceSummaries": ["é"]}', ["é"]),
        ('{"InvoiceSummaries": ["é😀"]}'.encode("utf-16"), ["é😀"]),
        (r'{"InvoiceSummaries": ["\u0000\ud800"]}', ["\0\ud800"]),
        ('{"InvoiceSummaries": ["a\0b"]}', ["a\0b"]),
        ('{"InvoiceSummaries": [0.1, 1e2]}', [Decimal("0.1"), Decimal("1E+2")]),
        (f'{{"InvoiceSummaries": [{"9" * 5000}]}}', [Decimal("9" * 5000)]),
    ],
)
def test_a_document_is_the_rows_of_its_list(document: str | bytes, rows: list[Any]):
    assert read(document) == (rows, None, False)


@pytest.mark.parametrize(("token", "goes_on"), [('"abc"', True), ("null", False)])
def test_a_token_says_that_the_list_goes_on(token: str, goes_on: bool):  # noqa: FBT001 - a row of the table
    assert read(f'{{"InvoiceSummaries": [1], "NextToken": {token}}}') == ([1], None, goes_on)


@pytest.mark.parametrize(
    ("document", "rows", "problem"),
    [
        ("", [], "it is empty"),
        (" \n", [], "it is empty"),
        ("[1]", [], "it is a list, not an object with InvoiceSummaries"),
        ('"InvoiceSummaries"', [], "it is a text, not an object with InvoiceSummaries"),
        ("{}", [], "it has no InvoiceSummaries"),
        ('{"Invoices": []}', [], "it has no InvoiceSummaries"),
        ('{"InvoiceSummaries": {"a": 1}}', [], "InvoiceSummaries is an object, not a list"),
        ('{"InvoiceSummaries": null}', [], "InvoiceSummaries is null, not a list"),
        ('{"InvoiceSummaries": 7}', [], "InvoiceSummaries is a number, not a list"),
        (
            "InvoiceId,Amount\n9000000001,119.00\n",
            [],
            "it is not JSON, at character 1, after 0 rows: expecting value",
        ),
        (
            "<Invoice><ID>9000000001</ID></Invoice>",
            [],
            "it is not JSON, at character 1, after 0 rows: expecting value",
        ),
        (
            '{"InvoiceSummaries": [1, 2',
            [1],
            "it is not JSON or is cut off, at character 27, after 1 row: a comma or ] is expected",
        ),
        (
            '{"InvoiceSummaries": [1, {"a": "b',
            [1],
            "it is not JSON or is cut off, at character 32, after 1 row: unterminated string",
        ),
        (
            '{"InvoiceSummaries": [1, 2]',
            [1, 2],
            "it is not JSON or is cut off, at character 28, after 2 rows: a comma or } is expected",
        ),
        (
            '{"InvoiceSummaries": [1, 2]}]',
            [1, 2],
            "it is not JSON or is cut off, at character 29, after 2 rows: something follows after its end",
        ),
        (
            '{"InvoiceSummaries": [1, NaN, 2, 3, 4, 5, 6, 7, 8]}',
            [1],
            "it is not JSON, at character 26, after 1 row: NaN is not a number",
        ),
        (
            '{"InvoiceSummaries": [1 {"a": "long enough"}, {"a": "long enough"}]}',
            [],
            "it is not JSON, at character 25, after 0 rows: a comma or ] is expected",
        ),
        (
            '{"InvoiceSummaries" [], "a": "long enough"}',
            [],
            "it is not JSON, at character 21, after 0 rows: a colon is expected",
        ),
        ('{InvoiceSummaries: ["long enough"]}', [], "it is not JSON, at character 2, after 0 rows: a key is expected"),
        (
            '{"InvoiceSummaries": [' + "[" * 100_000,
            [],
            "it is not JSON, at character 23, after 0 rows: it nests too deeply",
        ),
        (b'{"InvoiceSummaries": ["\xff"]}', [], "it is not UTF-8 text: invalid start byte"),
    ],
)
def test_what_is_no_such_document_says_where_and_why(document: str | bytes, rows: list[Any], problem: str):
    assert read(document) == (rows, problem, False)


DOCUMENT: Final = (
    '{ "x": {"y":[1,2.50]} , "InvoiceSummaries" : [ {"a": "b\\u00e9\\n\\"}]é", "n": -12.50e1, "t": true} , 12 , "s",[ ]'
    ' ,-1.5,{"k":1e5, "l": [null, false]}\n] , "NextToken":"t" } '
)
WANTED: Final = json.loads(DOCUMENT, parse_float=Decimal)["InvoiceSummaries"]


@given(st.lists(st.integers(0, len(DOCUMENT.encode()))))
def test_it_does_not_matter_where_a_file_is_cut_into_pieces(cuts: list[int]):
    whole = DOCUMENT.encode()
    places = [0, *sorted(cuts), len(whole)]

    assert read(*(whole[here:there] for here, there in pairwise(places))) == (WANTED, None, True)


@pytest.mark.parametrize("step", [1, 7, 10_000])
def test_wherever_a_file_breaks_off_the_rows_before_are_read_and_the_break_is_told(step: int):
    whole = DOCUMENT.rstrip()
    for end in range(len(whole)):
        pieces = [whole[at : min(at + step, end)] for at in range(0, end, step)]

        rows, problem, _ = read(*pieces)

        assert problem is not None
        assert rows == WANTED[: len(rows)]


def test_a_row_that_never_ends_is_not_waited_for():
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        yield b'{"InvoiceSummaries": ["'
        while True:
            taken += 1
            yield b"x" * 65_536

    with pytest.raises(UnreadableDocument, match=f"is longer than {LONGEST_ROW} characters"):
        list(Rows(decoded(endless(), FORMAT), FORMAT, key=aws.LIST, token=aws.TOKEN))

    assert taken * 65_536 < 3 * LONGEST_ROW


def test_a_broken_row_early_in_a_long_file_is_told_without_reading_on():
    taken = 0

    def long() -> Iterator[bytes]:
        nonlocal taken
        yield b'{"InvoiceSummaries": [{"a": 1}, {"a" 2}, '
        while True:
            taken += 1
            yield b'{"a": "a row that is in good order"}, ' * 1000

    with pytest.raises(UnreadableDocument, match="after 1 row: expecting ':' delimiter"):
        list(Rows(decoded(long(), FORMAT), FORMAT, key=aws.LIST, token=aws.TOKEN))

    assert taken <= 1
