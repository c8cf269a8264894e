"""GraphQL over HTTP: `/graphql`, and GraphiQL at the same address for browsers."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, cast

import orjson
from starlette.responses import Response
from starlette.routing import Route

from graph.context import Context
from graph.execution import Request as GraphQLRequest
from graph.execution import execute_request
from graph.graphiql.page import graphiql_page, graphiql_static
from graph.limits import Limits
from graph.metrics import note_operation
from resolvers import access

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.routing import BaseRoute
    from starlette.types import Receive, Scope, Send

    from graph.settings import Settings

JSON: Final = "application/json"
GRAPHQL_JSON: Final = "application/graphql-response+json"
_NUL: Final = re.compile(rb"\\u(?:0000|\{0+\})")
_SURROGATE: Final = re.compile(rb"\\ud[89a-f]", re.IGNORECASE)


class _Unreadable(Exception):
    """The request is not one: what is wrong with it, and the HTTP status that says so."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def graphql_routes(settings: Settings, *, demo_token: Callable[[], str | None] = lambda: None) -> list[BaseRoute]:
    """The addresses of the graph. `demo_token` gives the token that GraphiQL has filled in, in demo mode only."""
    limits = Limits(
        depth=settings.depth_limit,
        aliases=settings.alias_limit,
        tokens=settings.token_limit,
        cost=settings.cost_limit,
    )

    async def get(request: Request) -> Response:
        """GraphiQL, for browsers."""
        if "text/html" not in request.headers.get("accept", "") or "query" in request.query_params:
            return _problem(
                _Unreadable(405, "METHOD_NOT_ALLOWED", "Send GraphQL requests by POST."), JSON, {"allow": "POST"}
            )
        return graphiql_page(token=demo_token())

    return [
        Route("/graphql", _Endpoint(limits), methods=["POST"]),
        Route("/graphql", get, methods=["GET"]),
        graphiql_static(),
    ]


class _Endpoint:
    """One GraphQL request. Plain ASGI: objects around request and answer would cost a read more than its plan does."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers it. `BodyLimit` has put the body in one piece."""
        headers: dict[bytes, bytes] = dict(reversed(scope["headers"]))  # of several with a name the first one counts
        accepted = GRAPHQL_JSON if GRAPHQL_JSON in _text(headers, b"accept") else JSON
        try:
            asked = _read(_text(headers, b"content-type"), (await receive()).get("body", b""))
            context = await _context(_text(headers, b"authorization"), scope.get("request_id"))
        except _Unreadable as problem:
            note_operation(scope, "invalid", "error")
            await _problem(problem, accepted)(scope, receive, send)
            return
        answer = await execute_request(asked, context, self._limits)
        note_operation(scope, answer.operation, answer.outcome)
        told = [(b"content-length", str(len(answer.body)).encode()), (b"content-type", accepted.encode())]
        await send({"type": "http.response.start", "status": answer.status, "headers": told})
        await send({"type": "http.response.body", "body": answer.body})


def _text(headers: dict[bytes, bytes], name: bytes) -> str:
    return headers.get(name, b"").decode("latin-1")


async def _context(authorization: str, request_id: str | None) -> Context:
    """Who calls, told by the bearer token."""
    now = datetime.now(UTC)
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise _Unreadable(401, "UNAUTHENTICATED", "Send an API token: Authorization: Bearer <token>.")
    actor = await access.authenticate(token.strip(), now, request_id)
    if actor is None:
        raise _Unreadable(401, "UNAUTHENTICATED", "The API token is unknown, expired or revoked.")
    return Context(actor, now)


def _read(content_type: str, body: bytes) -> GraphQLRequest:
    """The request in a body. Numbers are kept exact; text that no database can hold is refused."""
    if content_type.partition(";")[0].strip().lower() not in {JSON, GRAPHQL_JSON}:
        raise _Unreadable(415, "UNSUPPORTED_MEDIA_TYPE", f"Send the request as {JSON}.")
    escapes = b"\\u" in body
    if b"\0" in body or (escapes and _NUL.search(body)):
        raise _Unreadable(400, "BAD_REQUEST", "The request contains a NUL character.")
    try:
        payload = _DECODER.decode(body.decode(json.detect_encoding(body), "surrogatepass"))
        if escapes and _SURROGATE.search(body):
            json.dumps(payload, ensure_ascii=False, default=str).encode()
    except (ValueError, RecursionError) as error:
        raise _Unreadable(400, "BAD_REQUEST", f"The body is not JSON: {str(error)[:200]}.") from error
    match payload:
        case {"query": str(query)} if query.strip():
            variables, name = payload.get("variables"), payload.get("operationName")
        case dict():
            raise _Unreadable(400, "BAD_REQUEST", "The body has no query.")
        case _:
            raise _Unreadable(400, "BAD_REQUEST", "The body is not a JSON object with a query.")
    if not isinstance(variables, dict | None) or not isinstance(name, str | None):
        raise _Unreadable(400, "BAD_REQUEST", "variables must be an object, operationName a string.")
    return GraphQLRequest(query, cast("dict[str, Any] | None", variables), name)


def _not_a_number(text: str) -> Any:
    raise ValueError(f"{text} is not a number")


_DECODER: Final = json.JSONDecoder(parse_float=Decimal, parse_constant=_not_a_number)


def _problem(problem: _Unreadable, media_type: str, headers: dict[str, str] | None = None) -> Response:
    body = orjson.dumps({"errors": [{"message": str(problem), "extensions": {"code": problem.code}}]})
    headers = {"www-authenticate": "Bearer"} if problem.status == 401 else headers  # noqa: PLR2004 - HTTP's own number
    return Response(body, status_code=problem.status, media_type=media_type, headers=headers)
