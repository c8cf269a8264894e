"""Groups of users, who may draw on blanket orders together, or approve: made and changed, with their members.

Source: K1, A1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tortoise.transactions import in_transaction

from models.organization import User, UserGroup, UserGroupMember
from resolvers import events
from resolvers.administration import records
from resolvers.administration.records import Kind
from resolvers.errors import InvalidValue, NotFound, refuse_all
from resolvers.ids import id_of, key_of
from resolvers.operation import Written, locked_gate
from resolvers.rules.text import NAME, repeated, shown
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from resolvers.errors import Refusal
    from resolvers.operation import Call

MOST_MEMBERS: Final = 1000
USER_GROUP: Final = Kind(row=UserGroup, word="user group", shapes={"name": NAME}, unique=("name",), subject="name")


async def create(call: Call, given: Mapping[str, Any], members: Sequence[str] = ()) -> Written:
    """Make a group of these users.

    Raises:
        Refusals: what is wrong with its name or members, or a name that is taken.
    """
    USER_GROUP.check(given)
    async with in_transaction():
        await locked_gate(call)
        keys = await _members(call, members)
        written = await records.add(call, USER_GROUP, given, changes=_changes([], keys))
        assert written.key is not None  # noqa: S101 - it was just made
        await _set_members(call, written.key, [], keys)
        return written


async def update(
    call: Call,
    group_id: str,
    given: Mapping[str, Any],
    members: Sequence[str] | None = None,
    *,
    expected_version: int | None = None,
) -> Written:
    """Change the name, where one is given; with `members`, these are the group's from now on, and no others.

    Raises:
        Refusals: what is wrong with its name or members, or a name that is taken.
        NotFound: there is no such group.
        VersionConflict: somebody changed it after the caller saw it.
    """
    USER_GROUP.check(given)
    async with in_transaction():
        await locked_gate(call)
        group = await records.locked(call, USER_GROUP, group_id)
        before = [link.user_id for link in await UserGroupMember.filter(group_id=group.id)]
        after = before if members is None else await _members(call, members)
        changes = _changes(before, after)
        written = await records.edit(call, USER_GROUP, group, given, expected_version, changes=changes)
        await _set_members(call, group.id, before, after)
        return written


async def _members(call: Call, texts: Sequence[str]) -> list[int]:
    """The keys of the users that are to be members.

    Raises:
        Refusals: too many, somebody twice, or somebody who is not there.
    """
    path = ("memberIds",)
    if len(texts) > MOST_MEMBERS:
        most = f"at most {MOST_MEMBERS} are accepted"
        raise InvalidValue(value=f"{len(texts)} values", expected=most, path=path)
    keys = [key_of(User, text) for text in texts]
    there = {user.id for user in await visible_to(User, call.actor).filter(id__in=[key for key in keys if key])}
    refusals: list[Refusal] = [
        NotFound(kind="user", key=shown(text), path=(*path, str(at)))
        for at, (text, key) in enumerate(zip(texts, keys, strict=True))
        if key not in there
    ]
    again = "it is in the list already"
    refusals += [InvalidValue(value=texts[at], expected=again, path=(*path, str(at))) for at in repeated(texts)]
    refuse_all(refusals)
    return [key for key in keys if key is not None]


def _changes(before: Sequence[int], after: Sequence[int]) -> list[events.Change]:
    """Who belongs to the group, as the history tells it."""
    told = [{"memberIds": [id_of(User, key) for key in sorted(keys)] or None} for keys in (before, after)]
    return events.changes_between(*told)


async def _set_members(call: Call, group_id: int, before: Sequence[int], after: Sequence[int]) -> None:
    gone, new = set(before) - set(after), set(after) - set(before)
    if gone:
        await UserGroupMember.filter(group_id=group_id, user_id__in=list(gone)).delete()
    await UserGroupMember.bulk_create(
        [
            UserGroupMember(organization_id=call.organization_id, group_id=group_id, user_id=key, created_at=call.now)
            for key in sorted(new)
        ]
    )
