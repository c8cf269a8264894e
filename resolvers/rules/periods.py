"""Days a number of months later.

Pure.

Source: O12.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta


def later(day: date, months: int) -> date:
    """The same day of a later month, or its last day where it is shorter: 2025-01-31, one month → 2025-02-28."""
    month = day.year * 12 + day.month - 1 + months
    year, place = divmod(month, 12)
    return date(year, place + 1, min(day.day, monthrange(year, place + 1)[1]))


def ending_later(day: date, months: int) -> date:
    """The same for a last day: the end of a month stays the end of a month. 2025-06-30, one month → 2025-07-31."""
    moved = later(day, months)
    if (day + timedelta(days=1)).day != 1:
        return moved
    return moved.replace(day=monthrange(moved.year, moved.month)[1])


def whole_months(first: date, last: date) -> int | None:
    """How many months the days span, both included; None where they are not whole months.

    2025-01-01 to 2025-12-31 → 12; 2025-01-15 to 2025-02-14 → 1.
    """
    months = 1
    while (end := later(first, months) - timedelta(days=1)) < last:
        months += 1
    return months if end == last else None
