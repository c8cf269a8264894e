"""The numbers that orders get when their creator gives none.

Pure.

Source: O3.
"""

from __future__ import annotations

import re
from typing import Final

FIRST: Final = 1001
DIGITS: Final = 7
_GENERATED: Final = re.compile(rf"PO([0-9]{{{DIGITS}}}|[1-9][0-9]{{{DIGITS},14}})", re.ASCII)


def generated(place: int) -> str:
    """The number in that place: 1001 → PO0001001.

    Source: O3.
    """
    return f"PO{place:0{DIGITS}}"


def following(last: int) -> int:
    """The place after the last one given out; 0 where none was.

    Source: O3.
    """
    return max(last + 1, FIRST)


def place_of(number: str) -> int | None:
    """The place of a number that looks generated, from the first on; None for any other.

    PO0001001 → 1001; PO1001, PO0000001 and 1001 → None.

    Source: O3.
    """
    found = _GENERATED.fullmatch(number)
    place = int(found[1]) if found else 0
    return place if place >= FIRST else None


def is_given_out(number: str, last: int) -> bool:
    """Whether the number was generated before, or skipped: nobody gets it again, even if its order is gone.

    Source: O3.
    """
    place = place_of(number)
    return place is not None and place <= last
