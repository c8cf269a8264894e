"""What mutations answer: the entity, the events written, and refusals as data."""

from collections.abc import Callable
from dataclasses import field
from typing import Any, ClassVar, Self

import strawberry
from strawberry.extensions.field_extension import AsyncExtensionResolver, FieldExtension

from graph.errors import UserError, told
from graph.types.event import Event
from models.event import Event as EventRow
from models.statuses.people import Role
from resolvers.errors import NotPermitted, Refusal, Refusals
from resolvers.operation import Written
from resolvers.visibility import Actor, visible_to


@strawberry.interface(description="What a mutation answers.")
class Payload:
    """The base of payloads. A subclass adds its entity as a field, and names it in `entity` and its rows in `row`.

    Its entity and events are querysets: the answer is read when the mutation is done, in its transaction.
    """

    entity: ClassVar[str]
    row: ClassVar[Any]
    key: strawberry.Private[int | None] = None
    event_keys: strawberry.Private[list[int]] = field(default_factory=list)
    events: list[Event] = strawberry.field(description="The events that were written, in order.")
    user_errors: list[UserError] = strawberry.field(description="Why it was refused; empty where it was done.")
    client_mutation_id: str | None = strawberry.field(description="What the caller gave, unchanged.", default=None)

    @classmethod
    def of(cls, actor: Actor, written: Written) -> Self:
        """The answer to something done."""
        return cls.reread(actor, written.key, [event.id for event in written.events])

    @classmethod
    def reread(cls, actor: Actor, key: int | None, event_keys: list[int]) -> Self:
        """The answer, read by keys."""
        entity: Any = None if key is None else visible_to(cls.row, actor).filter(id=key)
        events: Any = visible_to(EventRow, actor).filter(id__in=event_keys).order_by("id") if event_keys else []
        fields: dict[str, Any] = {cls.entity: entity, "events": events, "user_errors": []}
        return cls(key=key, event_keys=event_keys, **fields)

    @classmethod
    def refused(cls, refusals: list[Refusal]) -> Self:
        """The answer to something refused."""
        fields: dict[str, Any] = {
            cls.entity: None,
            "events": [],
            "user_errors": [told(refusal) for refusal in refusals],
        }
        return cls(**fields)


class RefusalsAsData(FieldExtension):
    """Answers a refusal with the payload's `userErrors`; checks the roles that a mutation needs."""

    def __init__(self, payload: type[Payload], roles: tuple[Role, ...]) -> None:
        self.payload = payload
        self.roles = roles

    async def resolve_async(self, next_: AsyncExtensionResolver, source: Any, info: Any, **arguments: Any) -> Any:
        """Run the mutation; its refusals become data."""
        actor: Actor = info.context.actor
        try:
            if self.roles and not actor.may(*self.roles):
                raise NotPermitted(needed=_names(self.roles), roles=_names(actor.roles))
            done = await next_(source, info, **arguments)
            answer = self.payload.of(actor, done) if isinstance(done, Written) else done
        except Refusals as several:
            answer = self.payload.refused(list(several.refusals))
        except Refusal as refusal:
            answer = self.payload.refused([refusal])
        answer.client_mutation_id = getattr(arguments.get("input"), "client_mutation_id", None)
        info.context.payload = answer
        return answer


def mutation(payload: type[Payload], description: str, *roles: Role) -> Callable[[Any], Any]:
    """A mutation: its resolver runs one operation and returns what was written, or its own payload."""

    def declare(resolver: Any) -> Any:
        field: Any = strawberry.mutation(
            resolver=resolver,
            graphql_type=payload,
            description=description,
            extensions=[RefusalsAsData(payload, roles)],
        )
        for argument in field.arguments:
            argument.description = argument.description or "The input of this action."
        return field

    return declare


def _names(roles: Any) -> tuple[str, ...]:
    return tuple(sorted(str(role) for role in roles))
