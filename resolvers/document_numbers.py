"""The numbers that receipts and debit memos get when nobody gives them one: `RC0000001`, `DM0000001`.

The organization's gate counts them; a number that somebody has given to another document is left out.

Source: O3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from resolvers.rules.numbering import DIGITS
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from models.organization import OrganizationGate
    from resolvers.operation import Call

_LOOKED_UP_AT_ONCE: Final = 100


async def next_number(  # noqa: PLR0913 - where the number comes from, and where it must not be yet
    call: Call, gate: OrganizationGate, *, prefix: str, counter: str, row: Any, column: str = "number"
) -> str:
    """The number after the last one given out that no document has; the gate, which the caller holds, remembers it.

    Source: O3.
    """
    first: int = getattr(gate, counter) + 1
    while True:
        places = range(first, first + _LOOKED_UP_AT_ONCE)
        numbers = {f"{prefix}{place:0{DIGITS}}": place for place in places}
        found = visible_to(row, call.actor).filter(**{f"{column}__in": list(numbers)})
        taken = {row[column] for row in await found.values(column)}
        free = next((number for number in numbers if number not in taken), None)
        if free is not None:
            setattr(gate, counter, numbers[free])
            await gate.save(update_fields=[counter])
            return free
        first = places.stop
