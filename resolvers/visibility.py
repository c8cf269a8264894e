"""The only door to documents: what a caller may read. Every read, write and relation passes here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from models.organization import ApiToken, Organization
from models.statuses.people import Role
from resolvers.reading.predicates import ORGANIZATION, USER, Bound

if TYPE_CHECKING:
    from tortoise.models import Model
    from tortoise.queryset import QuerySet

M = TypeVar("M", bound="Model")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is calling: a user of one organization, with roles, by way of a token."""

    organization_id: int
    user_id: int
    roles: frozenset[Role]
    locale: str = "en_US"
    request_id: str | None = None

    def may(self, *needed: Role) -> bool:
        """Whether the actor has one of the roles; an administrator has all."""
        return Role.ADMIN in self.roles or not self.roles.isdisjoint(needed)


def visible_to(model: type[M], actor: Actor) -> QuerySet[M]:
    """The rows of the actor's organization; of API tokens only the actor's own, unless an administrator asks."""
    if model is Organization:
        return model.filter(id=actor.organization_id)
    rows = model.filter(organization_id=actor.organization_id)
    if model is ApiToken and not actor.may(Role.ADMIN):
        return rows.filter(user_id=actor.user_id)
    return rows


def unnamed(actor: Actor) -> Actor:
    """The same rights with the identity left open, to be bound when a statement runs: plans are shared by callers."""
    organization: Any = ORGANIZATION
    user: Any = USER
    return Actor(organization_id=organization, user_id=user, roles=ADMIN if Role.ADMIN in actor.roles else frozenset())


def identity(actor: Actor) -> dict[Bound, Any]:
    """The values of the open parameters for this actor."""
    return {ORGANIZATION: actor.organization_id, USER: actor.user_id}


ADMIN: Final = frozenset({Role.ADMIN})
