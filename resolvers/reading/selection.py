"""What a caller asked for below a field: a plain tree of response keys, kinds and arguments."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from resolvers.reading.kinds import Kind


@dataclass(frozen=True, slots=True)
class Selected:
    """One field of a selection.

    `name` is the field's name in Python, `key` its key in the response. `arguments` is hashable: pairs of names and
    plain values. `origin` is what the executor needs to complete a computed field; it takes no part in equality, so
    that equal selections share a plan.
    """

    key: str
    name: str
    kind: Kind = field(hash=False)
    arguments: tuple[tuple[str, Any], ...] = ()
    children: Selection | None = None
    origin: Any = field(default=None, compare=False, hash=False)


class Selection(tuple[Selected, ...]):  # noqa: SLOT001 - a tuple can have no slots of its own
    """What was asked for of an object. Plans are found by it, so it remembers its hash."""

    _hash: int | None = None

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = super().__hash__()
        return self._hash
