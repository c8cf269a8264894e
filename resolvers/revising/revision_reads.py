"""How what a revision proposes is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from resolvers.events import as_text
from resolvers.reading.kinds import Column, Computed, Expression
from resolvers.revising.revision_drafts import CANCEL_REASON, CANCELED
from resolvers.rules.text import api_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from resolvers.visibility import Actor


@dataclass(frozen=True, slots=True)
class ProposedChange:
    """A field that is to have another value."""

    field: str
    value: str | None


def _changes(required: Mapping[str, Any], _actor: Actor) -> list[ProposedChange]:
    proposed = sorted(required["changes"].items())
    return [each for name, value in proposed if name != CANCELED for each in _told(name, value)]


def _told(name: str, value: Any) -> Iterator[ProposedChange]:
    """A field; each part of an address by itself."""
    if isinstance(value, dict):
        parts: dict[str, str | None] = value
        for part, text in parts.items():
            yield ProposedChange(f"{api_name(name)}.{api_name(part)}", text)
    else:
        yield ProposedChange("reason" if name == CANCEL_REASON else api_name(name), as_text(value))


CHANGES: Final = Computed({"changes": Column("changes")}, _changes)
"""What is proposed, field by field."""
CANCELS: Final = Expression(f"coalesce(({{row}}.changes ->> '{CANCELED}')::boolean, false)", raw=True)
"""Whether a line is to be canceled."""
