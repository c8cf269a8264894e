"""Plain records: suppliers, cost centers, users and their like, made and changed in one way.

Their texts are checked, their keys are unique in the organization, a change counts up the edit version, and everything
is in the history. Whoever calls `add` or `edit` holds the organization's gate: between the look for a key and its
writing nobody else writes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from models.supplier import Supplier
from resolvers import events
from resolvers.errors import AlreadyTaken, NotFound, Refusal, refuse_all
from resolvers.ids import id_of, key_of
from resolvers.operation import Written, check_version
from resolvers.rules.text import Shape, api_name, given_refusals
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from resolvers.operation import Call

LONGEST_SUBJECT: Final = 100


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of record: what it is called, what its fields accept, what identifies it.

    `unique` are the fields whose value only one record of an organization may have; `subject` is the field by which the
    history names it. `references` are the columns that refer to other records, each with their rows and their word.
    """

    row: Any
    word: str
    shapes: Mapping[str, Shape]
    unique: tuple[str, ...]
    subject: str
    references: Mapping[str, tuple[Any, str]] = field(default_factory=dict[str, tuple[Any, str]])

    def check(self, given: Mapping[str, Any]) -> None:
        """Refuse what no record of the kind can hold.

        Raises:
            Refusals: all of it.
        """
        refuse_all(given_refusals(given, self.shapes))

    def event(self, done: str) -> str:
        """The kind of the event: `cost_center_created`."""
        return f"{self.word.replace(' ', '_')}_{done}"


async def referred(call: Call, row: Any, text: str, path: tuple[str, ...], word: str) -> Any:
    """The record that an input refers to by its id.

    Raises:
        NotFound: there is none for the caller.
    """
    found = await visible_to(row, call.actor).get_or_none(id=key_of(row, text))
    if found is None:
        raise NotFound(kind=word, key=text, path=path)
    return found


async def referring(call: Call, kind: Kind, given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with the ids of other records opened: what the columns hold.

    Raises:
        NotFound: there is no such record for the caller.
    """
    opened = dict(given)
    for name, (row, word) in kind.references.items():
        if given.get(name) is not None:
            opened[name] = (await referred(call, row, given[name], (api_name(name),), word)).id
    return opened


async def locked(call: Call, kind: Kind, text: str) -> Any:
    """The record with the id, held until the transaction ends.

    Raises:
        NotFound: there is none for the caller.
    """
    found = await visible_to(kind.row, call.actor).select_for_update().get_or_none(id=key_of(kind.row, text))
    if found is None:
        raise NotFound(kind=kind.word, key=text, path=("id",))
    return found


async def add(
    call: Call,
    kind: Kind,
    given: Mapping[str, Any],
    *,
    about: Supplier | None = None,
    changes: Sequence[events.Change] = (),
    **others: Any,
) -> Written:
    """Make a record of what was given, and of other columns that nobody needs to be told of.

    The event is about a supplier where the record is one, or is `about` one. `changes` are those of rows that belong to
    the record, which the caller writes.

    Raises:
        Refusals: keys that are taken.
    """
    refuse_all(await _taken(call, kind, given, None))
    row = await kind.row.create(organization_id=call.organization_id, created_at=call.now, **given, **others)
    told = [*events.changes_between({}, _told(kind, given)), *changes]
    event = await _record(call, kind, row, "created", told, about)
    return Written(row.id, (event,))


async def edit(  # noqa: PLR0913 - what every change says, told whole
    call: Call,
    kind: Kind,
    row: Any,
    given: Mapping[str, Any],
    expected_version: int | None,
    *,
    about: Supplier | None = None,
    changes: Sequence[events.Change] = (),
) -> Written:
    """Change a record that this transaction holds, and tell `changes` of rows that belong to it. Where nothing differs,
    nothing is written.

    Raises:
        VersionConflict: somebody changed it after the caller saw it.
        Refusals: keys that are taken.
    """
    check_version(expected_version, row.edit_version)
    before = {name: getattr(row, name) for name in given}
    after = {name: value for name, value in given.items() if value != before[name]}
    if not after and not changes:
        return Written(row.id)
    refuse_all(await _taken(call, kind, after, row.id))
    row.update_from_dict(after)
    row.edit_version += 1
    await row.save(update_fields=[*after, "edit_version"])
    own = events.changes_between(_told(kind, {name: before[name] for name in after}), _told(kind, after))
    return Written(row.id, (await _record(call, kind, row, "updated", [*own, *changes], about),))


async def _record(  # noqa: PLR0913, PLR0917
    call: Call, kind: Kind, row: Any, done: str, changes: list[events.Change], about: Supplier | None
) -> events.Event:
    subject = str(getattr(row, kind.subject))[:LONGEST_SUBJECT]
    supplier = row if isinstance(row, Supplier) else about
    return await events.record(call, kind.event(done), subject, about=[supplier] if supplier else [], changes=changes)


async def _taken(call: Call, kind: Kind, given: Mapping[str, Any], own: int | None) -> list[Refusal]:
    found: list[Refusal] = []
    for name in kind.unique:
        value = given.get(name)
        if value is None:
            continue
        holder = await visible_to(kind.row, call.actor).filter(**{name: value}).first()
        if holder is not None and holder.id != own:
            holding = f"{kind.word} {id_of(kind.row, holder.id)}"
            found.append(AlreadyTaken(value=value, holder=holding, path=(api_name(name),)))
    return found


def _told(kind: Kind, values: Mapping[str, Any]) -> dict[str, Any]:
    """Fields as the history names them: as the API does, each part of an address by itself, references by their ids."""
    told: dict[str, Any] = {}
    for name, value in values.items():
        if name in kind.references:
            told[api_name(name)] = None if value is None else id_of(kind.references[name][0], value)
        elif isinstance(value, dict):
            parts: dict[str, Any] = value
            told |= {f"{api_name(name)}.{api_name(part)}": text for part, text in parts.items()}
        else:
            told[api_name(name)] = value
    return told
