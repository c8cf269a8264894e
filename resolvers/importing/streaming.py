"""A JSON document of any length, read row by row: the items of one list at its top, in bounded memory.

Python's own decoder reads each row; what is here keeps the text that is not read yet. Numbers stay exact. A document
that is broken gives the rows before the break, then a refusal that says where and why.
"""

from __future__ import annotations

import codecs
import json
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from resolvers.errors import UnreadableDocument

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from models.statuses.invoices import ImportFormat

LONGEST_ROW: Final = 4 * 1024 * 1024
"""Characters of one row at most; the summary of an invoice has about a thousand."""

LONGEST_WHOLE_NUMBER: Final = 40
"""Digits of a number that is still counted; Python refuses to count some thousands."""

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_UNDECIDED: Final = 16
"""So close to the end of the text that is there, what looks wrong may only be cut: `tru`, `"\\u00`."""


def decoded(pieces: Iterable[bytes], expected: ImportFormat) -> Iterator[str]:
    """The text of a file: UTF-8, or UTF-16 where its first bytes say so, as in files that Windows made.

    Raises:
        UnreadableDocument: it is no text.
    """
    decoder: codecs.IncrementalDecoder | None = None
    try:
        for piece in pieces:
            if decoder is None:
                wide = piece.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
                decoder = codecs.getincrementaldecoder("utf-16" if wide else "utf-8-sig")()
            yield decoder.decode(piece)
        if decoder is not None:
            yield decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise UnreadableDocument(format=expected, problem=f"it is not UTF-8 text: {error.reason}") from error


class Rows:
    """The items of the list `key` in the object that the document is: `for row in Rows(pieces, ...)`.

    `goes_on` says, at the end, whether the document holds a `token` with which to ask for the rest of the list.
    """

    def __init__(self, pieces: Iterable[str], expected: ImportFormat, *, key: str, token: str) -> None:
        self.goes_on = False
        self._pieces = iter(pieces)
        self._expected = expected
        self._key = key
        self._token = token
        self._text = ""
        self._at = 0
        self._forgotten = 0
        self._is_all = False
        self._count = 0
        # A control character in a text spoils its row only, as a NUL that is written \u0000 does.
        self._decoder = json.JSONDecoder(
            parse_float=_exact, parse_int=_whole, parse_constant=_not_a_number, strict=False
        )

    def __iter__(self) -> Iterator[Any]:
        """The rows, once."""
        self._begin("{", "it")
        is_there = False
        for name in self._members():
            if name == self._key:
                is_there = True
                yield from self._items()
            elif name == self._token:
                self.goes_on = self._value() is not None
            else:
                self._value()
        if self._next():
            raise self._broken("something follows after its end")
        if not is_there:
            raise self._unreadable(f"it has no {self._key}")

    def _begin(self, sign: str, what: str) -> None:
        """Go past the bracket with which an object or a list begins."""
        found = self._next()
        if not found:
            raise self._unreadable("it is empty") if sign == "{" else self._broken("a list is expected")
        if found != sign:
            wanted = f"an object with {self._key}" if sign == "{" else "a list"
            raise self._unreadable(f"{what} is {kind_of(self._value())}, not {wanted}")
        self._at += 1

    def _members(self) -> Iterator[str]:
        """The keys of the object; whoever takes the next one has read the value."""
        if self._next() == "}":
            self._at += 1
            return
        while True:
            if self._next() != '"':
                raise self._broken("a key is expected")
            name: str = self._value()
            if self._next() != ":":
                raise self._broken("a colon is expected")
            self._at += 1
            yield name
            if self._separated("}"):
                return

    def _items(self) -> Iterator[Any]:
        self._begin("[", self._key)
        if self._next() == "]":
            self._at += 1
            return
        while True:
            row = self._value()
            is_last = self._separated("]")
            self._count += 1
            yield row
            if is_last:
                return

    def _separated(self, end: str) -> bool:
        """Go past a comma, or past the end: then it was the last."""
        sign = self._next()
        if sign not in {",", end}:
            raise self._broken(f"a comma or {end} is expected")
        self._at += 1
        return sign == end

    def _value(self) -> Any:
        """The whole value that comes next."""
        self._next()
        while True:
            at = self._at
            try:
                value, end = self._decoder.raw_decode(self._text, at)
            except json.JSONDecodeError as error:
                behind = error.pos - at
                is_open = error.msg.startswith("Unterminated string") or self._is_near_end(error.pos)
                if not is_open or not self._read_on():
                    raise self._broken(_told(error), self._at + behind) from error
            except _NotANumberError as error:
                raise self._broken(f"{error} is not a number") from error
            except RecursionError as error:
                raise self._broken("it nests too deeply") from error
            else:
                # A number may go on in the next piece: 1 is not 1.5, and not 1e5.
                is_open = isinstance(value, int | Decimal) and self._is_near_end(end)
                if not is_open or not self._read_on():
                    self._at += end - at
                    return value

    def _next(self) -> str:
        """The next character that is not space; none at the end."""
        while True:
            self._at = _past_space(self._text, self._at)
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._read_on():
                return ""

    def _read_on(self) -> bool:
        """Forget what is read, and add as much as is left at least: a long row is not tried again and again."""
        if self._is_all:
            return False
        left = self._text[self._at :]
        if len(left) > LONGEST_ROW:
            raise self._unreadable(f"what begins {self._place(self._at)} is longer than {LONGEST_ROW} characters")
        added: list[str] = []
        length = 0
        while length <= len(left) and not self._is_all:
            piece = next(self._pieces, None)
            self._is_all = piece is None
            added.append(piece or "")
            length += len(added[-1])
        self._forgotten += self._at
        self._text, self._at = left + "".join(added), 0
        return length > 0

    def _broken(self, problem: str, at: int | None = None) -> UnreadableDocument:
        where = self._at if at is None else at
        cut_off = " or is cut off" if self._is_all and self._is_near_end(where) else ""
        return self._unreadable(f"it is not JSON{cut_off}, {self._place(where)}: {problem}")

    def _is_near_end(self, at: int) -> bool:
        return at > len(self._text) - _UNDECIDED

    def _place(self, at: int) -> str:
        rows = "1 row" if self._count == 1 else f"{self._count} rows"
        return f"at character {self._forgotten + at + 1}, after {rows}"

    def _unreadable(self, problem: str) -> UnreadableDocument:
        return UnreadableDocument(format=self._expected, problem=problem)


def kind_of(value: object) -> str:
    """What a value is, in JSON's words."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case str():
            return "a text"
        case dict():
            return "an object"
        case list():
            return "a list"
        case _:
            return "a number"


def _told(error: json.JSONDecodeError) -> str:
    return (error.msg[0].lower() + error.msg[1:]).removesuffix(" starting at")


class _NotANumberError(Exception):
    """`NaN` and `Infinity`, which JSON does not know."""


def _not_a_number(text: str) -> Any:
    raise _NotANumberError(text)


def _past_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _exact(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent of astronomic size
        return Decimal("NaN")


def _whole(text: str) -> int | Decimal:
    return int(text) if len(text) <= LONGEST_WHOLE_NUMBER else _exact(text)
