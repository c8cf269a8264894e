"""What a text, a number or a list of texts in an input must look like: refusals with paths, all of them at once.

Pure. A shape says what is accepted; `refusals(value, path)` tells what is wrong with a value. A whole input is checked
by the shapes of its fields:

    SHAPES = {"number": NUMBER, "name": NAME, "email": EMAIL.optional, "net_days": Whole(least=0, greatest=3650)}
    refuse_all(given_refusals({"name": "", "net_days": -1}, SHAPES))

Fields are named as in Python; the paths of the refusals are named as in the API: `("netDays",)`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Protocol

from models.values import LARGEST_AMOUNT, MINOR_UNITS, ZERO, plain
from resolvers.errors import InvalidAmount, InvalidValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from resolvers.errors import Refusal

Path = tuple[str, ...]

LONGEST_SHOWN: Final = 200
"""How much of a value a refusal repeats."""


class Shape(Protocol):
    """What a field accepts."""

    def refusals(self, value: Any, path: Path) -> list[Refusal]:
        """Everything that is wrong with the value; nothing where it fits."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text of at most `longest` characters, without control characters.

    One that is `required` is there and not blank; one that is `long` may have several lines. `pattern` has to match the
    whole text; `expected` says so in words.
    """

    longest: int
    required: bool = False
    long: bool = False
    pattern: re.Pattern[str] | None = None
    expected: str = ""

    @property
    def optional(self) -> Text:
        """The same where it may be missing."""
        return replace(self, required=False)

    def refusals(self, value: str | None, path: Path) -> list[Refusal]:
        """The first thing that is wrong with the text: the others would say the same again."""
        if value is None:
            return [_invalid(path, "null", "it has to have a value")] if self.required else []
        problem = self._problem(value)
        return [_invalid(path, value, problem)] if problem else []

    def _problem(self, value: str) -> str | None:
        if len(value) > self.longest:
            return f"it has {len(value)} characters; at most {self.longest} are accepted"
        if (sign := control_character(value, lines=self.long)) is not None:
            return f"it has the control character U+{ord(sign):04X}"
        if not value.strip():
            # An empty text is nothing: who wants to take a value away gives null.
            return "it has to have a value" if self.required else "it is blank; give null for no value"
        if self.pattern is not None and not self.pattern.fullmatch(value):
            return f"expected {self.expected}"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """A list of at most `most` different texts, each of a shape. It is never null."""

    each: Text
    most: int

    def refusals(self, value: Sequence[str] | None, path: Path) -> list[Refusal]:
        """What is wrong with the list, or with each of its texts."""
        if value is None:
            return [_invalid(path, "null", "give an empty list for none")]
        if len(value) > self.most:
            return [_invalid(path, f"{len(value)} values", f"at most {self.most} are accepted")]
        found = [refusal for at, text in enumerate(value) for refusal in self.each.refusals(text, (*path, str(at)))]
        return found + [_invalid((*path, str(at)), value[at], "it is in the list already") for at in repeated(value)]


@dataclass(frozen=True, slots=True)
class Present:
    """A value that the API has checked, and that has to be there."""

    def refusals(self, value: object, path: Path) -> list[Refusal]:
        """What is wrong with a missing one."""
        return [_invalid(path, "null", "it has to have a value")] if value is None else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A list of different words of an enumeration, which the API has checked; at least one, unless it may be empty."""

    empty: bool = False

    def refusals(self, value: Sequence[str] | None, path: Path) -> list[Refusal]:
        """What is wrong with the list."""
        if value is None or not (value or self.empty):
            return [_invalid(path, "null" if value is None else "[]", "name at least one")]
        return [_invalid((*path, str(at)), value[at], "it is in the list already") for at in repeated(value)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A whole number between two others, which are included."""

    least: int
    greatest: int
    required: bool = True

    def refusals(self, value: int | None, path: Path) -> list[Refusal]:
        """What is wrong with the number."""
        if value is None:
            return [_invalid(path, "null", "it has to have a value")] if self.required else []
        if self.least <= value <= self.greatest:
            return []
        return [_invalid(path, str(value), f"expected a whole number from {self.least} to {self.greatest}")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """An exact number between two others, which are included, with at most `places` digits after the point."""

    places: int
    least: Decimal = ZERO
    greatest: Decimal = LARGEST_AMOUNT
    required: bool = True

    def refusals(self, value: Decimal | None, path: Path) -> list[Refusal]:
        """What is wrong with the number."""
        if value is None:
            return [_invalid(path, "null", "it has to have a value")] if self.required else []
        if value.is_finite() and self.least <= value <= self.greatest and _places(value) <= self.places:
            return []
        return [InvalidAmount(amount=value, least=self.least, greatest=self.greatest, places=self.places, path=path)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A postal address: a few short texts, each of which may be missing, but not all of them."""

    def refusals(self, value: Mapping[str, Any] | None, path: Path) -> list[Refusal]:
        """What is wrong with each part."""
        if value is not None and all(part is None for part in value.values()):
            return [_invalid(path, "an empty address", "give at least one part of it, or null for no address")]
        return given_refusals(value or {}, ADDRESS_PARTS, path)


NAME: Final = Text(longest=200, required=True)
"""A name of a person, company or thing."""

SHORT_NAME: Final = Text(longest=100, required=True)

EXTERNAL_ID: Final = Text(longest=200)
"""A key of the client's own system; may be missing."""

NUMBER: Final = Text(
    longest=100,
    required=True,
    pattern=re.compile(r"[\w.:/=+\-%@](?:[\w .:/=+\-%@]*[\w.:/=+\-%@])?"),
    expected="letters, digits, spaces inside, and _.:/=+-%@",
)
"""The number of an order or another document. O3."""

SHORT_NUMBER: Final = replace(NUMBER, longest=60)
"""The number of a cost center or another part of the organization: as O3, shorter."""

EMAIL: Final = Text(
    longest=254,
    required=True,
    pattern=re.compile(
        r"(?=[^@]{1,64}@)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
        r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    ),
    expected="an email address such as buyer@example.com",
)

PHONE: Final = Text(
    longest=40,
    pattern=re.compile(r"(?=(?:[^0-9]*[0-9]){3})[0-9A-Za-z+().,;=#*/ -]+"),
    expected="a phone number such as +1 206 555 0100",
)

COUNTRY: Final = Text(longest=2, pattern=re.compile("[A-Z]{2}"), expected="two capital letters, as ISO 3166 has them")

ADDRESS_PARTS: Final[dict[str, Shape]] = {
    "name": Text(longest=200),
    "street": Text(longest=400, long=True),
    "city": Text(longest=200),
    "postal_code": Text(longest=40),
    "region": Text(longest=200),
    "country": COUNTRY,
}


def given_refusals(given: Mapping[str, Any], shapes: Mapping[str, Shape], path: Path = ()) -> list[Refusal]:
    """Everything that is wrong with the fields that were given and have a shape."""
    return [
        refusal
        for name, shape in shapes.items()
        if name in given
        for refusal in shape.refusals(given[name], (*path, api_name(name)))
    ]


def money_shape(currency: str, *, least: Decimal = ZERO, required: bool = True) -> Number:
    """An amount in the currency, not finer than its minor unit."""
    return Number(places=MINOR_UNITS[currency], least=least, required=required)


def control_character(text: str, *, lines: bool = False) -> str | None:
    """The first character that is no text: a control character, or half of a surrogate pair.

    Tabs and line breaks are text where there may be `lines`.
    """
    allowed = "\t\n\r" if lines else ""
    return next((sign for sign in text if unicodedata.category(sign) in {"Cc", "Cs"} and sign not in allowed), None)


def repeated(values: Iterable[str]) -> list[int]:
    """Where a value stands that was there before."""
    seen: set[str] = set()
    found: list[int] = []
    for at, value in enumerate(values):
        if value in seen:
            found.append(at)
        seen.add(value)
    return found


def search_words(text: str, most: int | None = 20) -> list[str]:
    """The words that a text is found by: lower case, letters and digits only; the first ones, unless all are wanted."""
    return re.findall(r"[^\W_]+", text.lower())[:most]


def shown(value: str) -> str:
    """The text as a refusal repeats it: whatever came, it can be sent; long ones are cut."""
    sendable = value.encode("utf-8", "backslashreplace").decode()
    return sendable if len(sendable) <= LONGEST_SHOWN else f"{sendable[: LONGEST_SHOWN - 3]}..."


def api_name(name: str) -> str:
    """A Python name as the API writes it: `net_days` → `netDays`."""
    head, *rest = name.split("_")
    return head + "".join(word.title() for word in rest)


def _invalid(path: Path, value: str, expected: str) -> InvalidValue:
    return InvalidValue(value=shown(value), expected=expected, path=path)


def _places(number: Decimal) -> int:
    text = plain(number)
    return len(text.partition(".")[2])
