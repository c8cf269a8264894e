"""Who is calling: from the text of an API token to the user who acts by it.

A token that was looked up is believed for `BELIEVED` without asking the database, so that a read costs no statement
more. What this process changes about tokens, users and settings holds from the next request on; what another process
on the same database changes, after `BELIEVED` at the latest. An expiry is judged at every request.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from models.organization import ApiToken, Organization, User
from models.statuses.people import Role
from resolvers.demo.demo_company import KEY as DEMO
from resolvers.errors import InvalidValue, NotFound
from resolvers.ids import key_of
from resolvers.visibility import Actor

if TYPE_CHECKING:
    from datetime import datetime

PREFIX: Final = "pog_"
BELIEVED: Final = timedelta(seconds=5)
"""How long a token is believed without a look at the database."""
MOST_BELIEVED: Final = 10_000
"""How many tokens are believed at once; the ones looked up first make room."""
LONGEST_CHANGE: Final = timedelta(seconds=60)
"""How long the transaction of a change may take: until then nothing of its organization is believed."""

_SHAPE: Final = re.compile(PREFIX + "[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database said about a token, and when."""

    actor: Actor
    expires_at: datetime | None
    looked_up_at: datetime

    def is_fresh(self, now: datetime) -> bool:
        return timedelta(0) <= now - self.looked_up_at < BELIEVED

    def has_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now


_known: Final[OrderedDict[str, _Known]] = OrderedDict()
_changing: Final[dict[int, datetime]] = {}
"""Organizations whose tokens, users or settings are being changed, and until when that may take."""


async def authenticate(text: str, now: datetime, request_id: str | None = None) -> Actor | None:
    """The user who acts by the token; none where it is unknown, expired or revoked, or the user has no role left."""
    if not _SHAPE.fullmatch(text):
        return None
    digest = digest_of(text)
    known = _known.get(digest)
    if known is None or not known.is_fresh(now):
        known = await _looked_up(digest, now)
    if known is None or known.has_expired(now):
        return None
    return known.actor if request_id is None else replace(known.actor, request_id=request_id)


async def acting_as(email: str, organization_key: str | None = None) -> Actor:
    """The user in whose name the command line of the server acts. Never for callers over the network.

    Raises:
        NotFound: no organization, or not the one with the key, has a user with the email address.
        InvalidValue: several have; then the key has to be given.
    """
    users = User.filter(email=email.lower())
    if organization_key is not None:
        users = users.filter(organization__key=organization_key)
    found = await users.select_related("organization").order_by("organization__key")
    if not found:
        raise NotFound(kind="user", key=email)
    if len(found) > 1:
        keys = ", ".join(user.organization.key for user in found)
        raise InvalidValue(value=email, expected=f"say which organization: {keys}", path=("user",))
    return _acting(found[0])


async def acting_by_default(organization_key: str | None = None) -> Actor:
    """The first administrator of an organization, in whose name the command line acts where nobody is named.

    Without a key it is the only organization, or among several the demo company. Never for callers over the network.

    Raises:
        NotFound: there is no such organization, or nobody who administers it.
        InvalidValue: there are several, none of them a demo; then the key has to be given.
    """
    keys: Any = await Organization.all().order_by("key").values_list("key", flat=True)
    wanted = organization_key or (keys[0] if len(keys) == 1 else DEMO)
    if wanted not in keys:
        if keys and organization_key is None:
            raise InvalidValue(value="null", expected=f"say which: {', '.join(keys)}", path=("organization",))
        raise NotFound(kind="organization", key=wanted)
    users = await User.filter(organization__key=wanted).select_related("organization").order_by("id")
    for user in users:
        if Role.ADMIN in user.roles:
            return _acting(user)
    raise NotFound(kind="administrator of", key=wanted)


async def acting_as_owner_of(token_id: str) -> Actor:
    """The user whose token it is, for the command line of the server.

    Raises:
        NotFound: there is no such token.
    """
    token = await ApiToken.get_or_none(id=key_of(ApiToken, token_id)).select_related("user__organization")
    if token is None:
        raise NotFound(kind="API token", key=token_id)
    return _acting(token.user)


def _acting(user: User) -> Actor:
    roles = frozenset(Role[role] for role in user.roles)
    return Actor(user.organization_id, user.id, roles, user.organization.locale)


def digest_of(text: str) -> str:
    """What is stored of a token: nobody can get back from it to the text."""
    return hashlib.sha256(text.encode()).hexdigest()


def forget(organization_id: int, now: datetime) -> None:
    """Believe nothing about the organization's tokens, because the open transaction changes them or their users.

    Others must not learn again what held before while that transaction is not committed: for `LONGEST_CHANGE` every
    request of the organization looks its token up.
    """
    _changing[organization_id] = now + LONGEST_CHANGE
    for digest in [digest for digest, known in _known.items() if known.actor.organization_id == organization_id]:
        del _known[digest]


async def _looked_up(digest: str, now: datetime) -> _Known | None:
    _known.pop(digest, None)
    found: list[dict[str, Any]] = await ApiToken.filter(digest=digest, revoked_at__isnull=True).values(
        "organization_id", "user_id", "expires_at", roles="user__roles", locale="organization__locale"
    )
    if not found or not found[0]["roles"]:
        return None
    row = found[0]
    actor = Actor(
        organization_id=row["organization_id"],
        user_id=row["user_id"],
        roles=frozenset(Role[role] for role in row["roles"]),
        locale=row["locale"],
    )
    known = _Known(actor, row["expires_at"], now)
    if not _is_changing(actor.organization_id, now):
        _known[digest] = known
        if len(_known) > MOST_BELIEVED:
            _known.popitem(last=False)
    return known


def _is_changing(organization_id: int, now: datetime) -> bool:
    until = _changing.get(organization_id)
    if until is not None and until <= now:
        del _changing[organization_id]
    return until is not None and now < until
