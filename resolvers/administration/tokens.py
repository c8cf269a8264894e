"""API tokens: made, shown once, revoked."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tortoise.transactions import in_transaction

from models.organization import ApiToken, User
from models.statuses.people import Role
from resolvers import access, events
from resolvers.errors import InvalidValue, NotFound, NotPermitted, refuse_all
from resolvers.ids import id_of, key_of
from resolvers.operation import Written
from resolvers.rules.text import SHORT_NAME
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from datetime import datetime

    from resolvers.operation import Call

SECRET_BYTES: Final = 32
HINT_LENGTH: Final = 8


@dataclass(frozen=True, slots=True)
class Created:
    """A new token, and its text, which is nowhere else."""

    written: Written
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What the command line tells of a token."""

    id: str
    hint: str
    name: str
    user: str
    organization: str
    expires_at: datetime | None
    revoked_at: datetime | None


async def create(call: Call, *, name: str, user_id: str | None = None, expires_at: datetime | None = None) -> Created:
    """Make a token: everybody for themselves, an administrator for every user of the organization.

    Raises:
        Refusals: the name is none, or the expiry is not to come.
        NotFound: there is no such user.
        NotPermitted: it is for somebody else, and the caller is no administrator.
    """
    refusals = SHORT_NAME.refusals(name, ("name",))
    if expires_at is not None and expires_at <= call.now:
        refusals.append(
            InvalidValue(value=expires_at.isoformat(), expected="a moment that is to come", path=("expiresAt",))
        )
    refuse_all(refusals)
    async with in_transaction():
        user = await _user(call, user_id)
        text = access.PREFIX + secrets.token_urlsafe(SECRET_BYTES)
        token = await ApiToken.create(
            organization_id=call.organization_id,
            user=user,
            name=name,
            digest=access.digest_of(text),
            hint=text[:HINT_LENGTH],
            expires_at=expires_at,
            created_at=call.now,
        )
        changes = events.changes_between({}, {"user": user.email, "expiresAt": expires_at})
        event = await events.record(call, "api_token_created", name, changes=changes)
    return Created(Written(token.id, (event,)), text)


async def revoke(call: Call, token_id: str) -> Written:
    """Make a token stop working, at once and for ever: one's own, or as an administrator any of the organization.

    One that is revoked already stays as it is.

    Raises:
        NotFound: there is no such token for the caller.
    """
    async with in_transaction():
        token = await visible_to(ApiToken, call.actor).select_for_update().get_or_none(id=key_of(ApiToken, token_id))
        if token is None:
            raise NotFound(kind="API token", key=token_id, path=("id",))
        if token.revoked_at is not None:
            return Written(token.id)
        return Written(token.id, (await revoked(call, token),))


async def revoked(call: Call, token: ApiToken) -> events.Event:
    """Revoke a token that this transaction holds."""
    token.revoked_at = call.now
    await token.save(update_fields=["revoked_at"])
    access.forget(call.organization_id, call.now)
    return await events.record(call, "api_token_revoked", token.name)


async def listed(organization_key: str | None = None) -> list[Listed]:
    """The tokens of all organizations, or of one, for the command line of the server. Never for callers."""
    tokens = ApiToken.all() if organization_key is None else ApiToken.filter(organization__key=organization_key)
    found = await tokens.select_related("organization", "user").order_by("organization__key", "id")
    return [
        Listed(
            id=id_of(ApiToken, token.id),
            hint=token.hint,
            name=token.name,
            user=token.user.email,
            organization=token.organization.key,
            expires_at=token.expires_at,
            revoked_at=token.revoked_at,
        )
        for token in found
    ]


async def _user(call: Call, user_id: str | None) -> User:
    if user_id is None:
        return await visible_to(User, call.actor).get(id=call.actor.user_id)
    user = await visible_to(User, call.actor).get_or_none(id=key_of(User, user_id))
    if user is None:
        raise NotFound(kind="user", key=user_id, path=("userId",))
    if user.id != call.actor.user_id and not call.actor.may(Role.ADMIN):
        roles = tuple(sorted(str(role) for role in call.actor.roles))
        raise NotPermitted(needed=(str(Role.ADMIN),), roles=roles, path=("userId",))
    return user
