"""The only door to documents: what a caller may read. Every read, write and relation passes here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from tortoise.expressions import Q

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


def visible_to(model: type[M], actor: Actor, **questions: object) -> QuerySet[M]:
    """The rows of the actor's organization; of API tokens only the actor's own, unless an administrator asks.

    `questions` narrow them further, as `filter` does, which would copy the queryset once more.
    """
    if model is Organization:
        return model.filter(Q(id=actor.organization_id), **questions)
    rows = model.filter(Q(organization_id=actor.organization_id), **questions)
    if model is ApiToken and not actor.may(Role.ADMIN):
        return rows.filter(user_id=actor.user_id)
    return rows


def unnamed(actor: Actor) -> Actor:
    """The same rights with the identity left open, to be bound when a statement runs: plans are shared by callers."""
    return _ADMINISTRATOR if Role.ADMIN in actor.roles else _ANYBODY


def identity(actor: Actor) -> dict[Bound, Any]:
    """The values of the open parameters for this actor."""
    return {ORGANIZATION: actor.organization_id, USER: actor.user_id}


_ORGANIZATION: Final[Any] = ORGANIZATION
_USER: Final[Any] = USER
_ANYBODY: Final = Actor(_ORGANIZATION, _USER, frozenset())
_ADMINISTRATOR: Final = Actor(_ORGANIZATION, _USER, frozenset({Role.ADMIN}))
