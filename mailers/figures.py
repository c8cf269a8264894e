"""Figures, days and names as a mail writes them, in the locale of the organization."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent

from models.values import HUNDRED, ZERO

if TYPE_CHECKING:
    from datetime import date

    from mailers.causes import Level

_SPACE: Final = re.compile(r"\s+")
LONGEST_NAME: Final = 300


def locale_of(text: str) -> Locale:
    """The locale by this name; American English where there is none."""
    try:
        return Locale.parse(text.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return Locale("en", "US")


def money(amount: Decimal, currency: str, locale: Locale) -> str:
    """1234.5 USD → $1,234.50; in de_DE 1.234,50 $."""
    return format_currency(amount, currency, locale=locale)


def percent(share: Decimal, locale: Locale) -> str:
    """74.5 → 74.5%; in de_DE 74,5 %. All digits that are there."""
    return format_percent(share / HUNDRED, locale=locale, decimal_quantization=False)


def percent_of_whole(share: int, locale: Locale) -> str:
    """75 → 75%."""
    return percent(Decimal(share), locale)


def left(level: Level, threshold: int | None, locale: Locale) -> str:
    """What is left of a level, in percent. What is below a threshold never reads as if it were not: just under 75%."""
    if threshold and level.percent >= threshold:
        return f"just under {percent_of_whole(threshold, locale)}"
    return percent(level.percent, locale)


def number(count: int, locale: Locale) -> str:
    """10000 → 10,000; in de_DE 10.000."""
    return format_decimal(count, locale=locale)


def day(date: date, locale: Locale) -> str:
    """2025-12-31 → Dec 31, 2025; in de_DE 31.12.2025."""
    return format_date(date, format="medium", locale=locale)


def share(level: Level) -> int:
    """How much of a bar is full, 0 to 100: not 0 while anything is left, not 100 once anything is gone."""
    if level.current <= ZERO or level.limit <= ZERO:
        return 0
    if level.current >= level.limit:
        return 100
    return max(1, min(99, int(level.current * HUNDRED / level.limit)))


def one_line(text: str, longest: int = LONGEST_NAME) -> str:
    """The text without line breaks, control characters and such as turn the direction of writing; cut where too long.

    What somebody entered as a name can then neither start a header of its own nor a paragraph that looks like ours.
    """
    plain = "".join(sign if _is_text(sign) else " " for sign in text)
    short = _SPACE.sub(" ", plain).strip()
    return short if len(short) <= longest else f"{short[: longest - 1]}…"


_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Categories of signs that nobody sees, and that change how others look."""
_JOINERS: Final = frozenset({"\u200c", "\u200d"})
"""But these belong to how some scripts are written."""


def _is_text(sign: str) -> bool:
    return sign in _JOINERS or unicodedata.category(sign) not in _UNSEEN


def order_url(pattern: str, *, order_id: str, number: str) -> str:
    """Where the order is to be seen: the pattern with its number or id in it, written as addresses are."""
    return pattern.replace("{number}", quote(number, safe="")).replace("{id}", quote(order_id, safe=""))
