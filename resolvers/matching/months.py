"""Periods in whole calendar months: what matching compares.

A month is counted as one number, so that "lies within" is two comparisons. Two dates in one month are the same to
matching; that is what widening to whole months means. Days are days of the UTC calendar.

Pure.

Source: M2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date

_NAMES: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def month_of(day: date) -> int:
    """The day's month, counted from January of the year 0: any day of March 2025 → 24302."""
    return day.year * 12 + day.month - 1


def starts_by(start: date | None, month: int) -> bool:
    """Whether a validity that starts on this day, widened to whole months, has started in that month.

    No day: it always has.
    """
    return start is None or month_of(start) <= month


def lasts_through(end: date | None, month: int) -> bool:
    """Whether a validity that ends on this day, widened to whole months, still lasts in that month.

    No day: it always does.
    """
    return end is None or month_of(end) >= month


def spelled(first: int, last: int) -> str:
    """The months as people write them: June 2025; June to August 2025; December 2025 to January 2026."""
    if first == last:
        return f"{_NAMES[first % 12]} {first // 12}"
    if first // 12 == last // 12:
        return f"{_NAMES[first % 12]} to {_NAMES[last % 12]} {last // 12}"
    return f"{_NAMES[first % 12]} {first // 12} to {_NAMES[last % 12]} {last // 12}"
