"""What every resolver of one request knows: who calls, and when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from strawberry.types.info import Info as StrawberryInfo

from resolvers.operation import Call

if TYPE_CHECKING:
    from resolvers.visibility import Actor


@dataclass(slots=True)
class Context:
    """One request. `now` is read once, so that everything in it happens at one moment.

    `payload` is the payload of the mutation that is being answered.
    """

    actor: Actor
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    payload: Any = None
    cost: int = 0

    @property
    def call(self) -> Call:
        """The request, as operations take it."""
        return Call(self.actor, self.now)

    @property
    def today(self) -> date:
        """The date of the request, in UTC."""
        return self.now.astimezone(UTC).date()


Info: TypeAlias = StrawberryInfo[Context, None]
