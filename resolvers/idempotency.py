"""A mutation told twice happens once: the first answer is kept under the key its caller gave."""

from __future__ import annotations

import hashlib
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from models.organization import IdempotencyKey
from resolvers.errors import IdempotencyKeyReused
from resolvers.rules.text import Text

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from resolvers.visibility import Actor

KEY: Final = Text(longest=200, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call of a mutation under a key: what went in, and what was asked to come out, as text."""

    key: str
    caller: int
    operation: str
    input: str
    selection: str

    @property
    def fingerprint(self) -> str:
        """What has to be the same for a repetition: another user's key is another's, whatever their roles."""
        return _digest(f"{self.caller}\0{self.operation}\0{self.input}")

    @property
    def answer_fingerprint(self) -> str:
        """What has to be the same for the kept answer to fit."""
        return _digest(self.selection)


class _Undo(Exception):
    """Leaves a transaction without a trace and without an error."""


class Transaction:
    """A transaction that can be undone at its end, after its effects were read."""

    def __init__(self) -> None:
        self.undone = False

    def undo(self) -> None:
        """Roll back when the block ends."""
        self.undone = True


@asynccontextmanager
async def transaction() -> AsyncGenerator[Transaction]:
    """A transaction around a whole mutation and the reading of its answer."""
    handle = Transaction()
    try:
        async with in_transaction():
            yield handle
            if handle.undone:
                raise _Undo  # noqa: TRY301 - the rollback is the point
    except _Undo:
        return


async def claimed(actor: Actor, request: Request) -> IdempotencyKey | None:
    """The earlier call under this key, or none; then the key is this call's, and others under it wait for its end.

    Raises:
        InvalidValue: the key is none.
        IdempotencyKeyReused: it was used with another input.
    """
    for refusal in KEY.refusals(request.key, ("idempotencyKey",)):
        raise refusal
    connection = get_connection("default")
    inserted: list[Any] = await connection.execute_query_dict(
        "INSERT INTO idempotency_key (organization_id, key, operation, fingerprint, selection, event_ids)"
        " VALUES ($1, $2, $3, $4, $5, '[]') ON CONFLICT (organization_id, key) DO NOTHING RETURNING id",
        [actor.organization_id, request.key, request.operation, request.fingerprint, request.answer_fingerprint],
    )
    if inserted:
        return None
    earlier = await IdempotencyKey.get(organization_id=actor.organization_id, key=request.key)
    if earlier.operation != request.operation or earlier.fingerprint != request.fingerprint:
        raise IdempotencyKeyReused(key=request.key, operation=earlier.operation, path=("idempotencyKey",))
    return earlier


async def keep(actor: Actor, request: Request, answer: str, entity_id: int | None, event_ids: list[int]) -> None:
    """Keep the answer for whoever asks again; the entity and events for whoever asks for other fields of it."""
    await IdempotencyKey.filter(organization_id=actor.organization_id, key=request.key).update(
        answer=answer, entity_id=entity_id, event_ids=event_ids
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
