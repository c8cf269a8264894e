"""What every operation is given and gives back."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from models import database
from models.organization import OrganizationGate
from resolvers.errors import VersionConflict

if TYPE_CHECKING:
    from models.event import Event
    from resolvers.visibility import Actor


_GATE: Final = """
UPDATE organization_gate SET last_moment = greatest($2, last_moment + interval '1 microsecond')
WHERE organization_id = $1 RETURNING *, set_config('po_graph.now', last_moment::text, true)"""


@dataclass(frozen=True, slots=True)
class Call:
    """Who wants it, and the moment at which all of it happens.

    `occasion` names what several transactions belong to, such as an import: people are told of all of it together.
    """

    actor: Actor
    now: datetime
    occasion: str | None = None

    @property
    def today(self) -> date:
        """The date of the moment, in UTC."""
        return self.now.astimezone(UTC).date()

    @property
    def organization_id(self) -> int:
        """The organization in which it happens."""
        return self.actor.organization_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """Which document is meant, by its id, as the caller saw it; and why it is changed."""

    id: str
    expected_version: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What an operation wrote: the key of the document, none where it is gone, and the events in order."""

    key: int | None
    events: tuple[Event, ...] = ()


async def locked_gate(call: Call) -> OrganizationGate:
    """The organization's gate, held until the transaction ends.

    Operations that change what matching reads, or allocate, take it before any other lock: that keeps limits and
    matches exact, and locks in one order everywhere. The database is told the moment at which all of it happens, later
    than that of the operation before (V4).
    """
    return await held_gate(call.organization_id, call.now)


async def held_gate(organization_id: int, now: datetime) -> OrganizationGate:
    """The same, for what nobody in particular does."""
    [found] = await database.rows(_GATE, organization_id, now)
    columns = OrganizationGate._meta.fields_db_projection
    return OrganizationGate._init_from_db(**{column: found[column] for column in columns.values()})  # noqa: SLF001 - as a queryset does


def check_version(expected: int | None, current: int, changed: tuple[str, ...] = ()) -> None:
    """Refuse where the caller expected another edit version.

    Raises:
        VersionConflict: somebody changed the document in between.
    """
    if expected is not None and expected != current:
        raise VersionConflict(expected=expected, current=current, changed=changed, path=("expectedVersion",))


async def orders_changed(gate: OrganizationGate) -> None:
    """Say that something matching reads of the orders has changed: snapshots of them are stale from now on (M11).

    The steps are of random length: a version that was rolled back, and whatever was kept under it, never comes again.
    """
    gate.orders_version += 1 + secrets.randbits(32)
    await gate.save(update_fields=["orders_version"])
