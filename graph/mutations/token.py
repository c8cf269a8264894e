"""API tokens: made and revoked."""

from datetime import datetime
from typing import Any, ClassVar

import strawberry

from graph.context import Info
from graph.payloads import Payload, mutation
from graph.types.mutation_input import MutationInput
from graph.types.organization import ApiToken
from models import organization as rows
from resolvers.administration import tokens


@strawberry.input(
    description=(
        "An API token to make. It takes no idempotencyKey: the answer to a repetition would have to hold the token, "
        "which is kept nowhere. A token whose text got lost is revoked, and another one made."
    )
)
class ApiTokenCreateInput:
    client_mutation_id: str | None = strawberry.field(
        default=None, description="Anything; it comes back in the payload."
    )
    dry_run: bool = strawberry.field(default=False, description="Check everything and make none.")
    name: str = strawberry.field(description="What it is for, at most 100 characters.")
    user_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Who calls with it; the caller unless given. Another user's token needs the role ADMIN.",
    )
    expires_at: datetime | None = strawberry.field(
        default=None, description="When it stops working; never, unless given."
    )


@strawberry.input(description="An API token to revoke.")
class ApiTokenRevokeInput(MutationInput):
    id: strawberry.ID = strawberry.field(description="Which token; another user's needs the role ADMIN.")


@strawberry.type(description="An API token that was made, with its text.")
class ApiTokenCreatePayload(Payload):
    entity: ClassVar[str] = "api_token"
    row: ClassVar[Any] = rows.ApiToken
    api_token: ApiToken | None = strawberry.field(description="The token; null where it was refused.")
    token: str | None = strawberry.field(
        default=None,
        description="The text to send as `Authorization: Bearer`. It is shown here and never again; null on a dry run.",
    )


@strawberry.type(description="An API token that was revoked.")
class ApiTokenPayload(Payload):
    entity: ClassVar[str] = "api_token"
    row: ClassVar[Any] = rows.ApiToken
    api_token: ApiToken | None = strawberry.field(description="The token; null where it was refused.")


@strawberry.type
class TokenMutations:
    @mutation(ApiTokenCreatePayload, "Makes an API token: everybody for themselves, an administrator for everybody.")
    async def api_token_create(self, info: Info, input: ApiTokenCreateInput) -> Any:
        created = await tokens.create(
            info.context.call, name=input.name, user_id=input.user_id, expires_at=input.expires_at
        )
        payload = ApiTokenCreatePayload.of(info.context.actor, created.written)
        payload.token = None if input.dry_run else created.text
        return payload

    @mutation(
        ApiTokenPayload,
        "Revokes an API token for ever. It stops working with the next request of this server, and within five seconds "
        "on other servers of the same database. One that is revoked already stays as it is.",
    )
    async def api_token_revoke(self, info: Info, input: ApiTokenRevokeInput) -> Any:
        return await tokens.revoke(info.context.call, input.id)
