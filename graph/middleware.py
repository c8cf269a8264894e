"""What happens to every request, whatever it asks: an id, a limit, a log line, a measure, and no naked exception."""

from __future__ import annotations

import re
import secrets
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

import orjson
import structlog

from graph import logs
from graph.metrics import operation_of
from resolvers.runtime import StartError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from graph.metrics import Metrics

REQUEST_ID_HEADER: Final = b"x-request-id"
_SANE: Final = re.compile(rb"[A-Za-z0-9._-]{1,128}")

_log: Any = structlog.get_logger("graph.request")


class Requests:
    """Gives every request an id, which its log lines and its answer carry; logs, counts and times it.

    A client's own id is taken if it is sane. Whatever exception comes up to here is logged with its trace and answered
    with the request's id and nothing else. A start that fails is told in one sentence.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        request_id = request_id_of(scope)
        scope["request_id"] = request_id
        logs.request_id.set(request_id)
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (REQUEST_ID_HEADER, request_id.encode())]
            await send(message)

        self._metrics.in_flight += 1
        try:
            await self._app(scope, receive, answer)
        except Exception:
            _log.exception("a request failed", path=scope["path"])
            if status:
                raise  # the answer has begun: all that is left is to cut it off
            await send_error(answer, 500, "INTERNAL", f"Something went wrong here. Request {request_id}.")
        finally:
            seconds = perf_counter() - started
            self._metrics.in_flight -= 1
            self._metrics.answered(scope, status, seconds)
            client = scope.get("client")
            milliseconds = round(seconds * 1000, 2)
            about = {"milliseconds": milliseconds, "client": client[0] if client else None, **operation_of(scope)}
            logs.log_request(method=scope["method"], path=scope["path"], status=status, **about)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        failure: Message | None = None

        async def tell(message: Message) -> None:
            nonlocal failure
            if message["type"] == "lifespan.startup.failed":
                failure = message
            else:
                await send(message)

        try:
            await self._app(scope, receive, tell)
        except StartError as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
        except BaseException:
            if failure is not None:
                await send(failure)
            raise


PATIENCE: Final = 32 * 1024 * 1024
"""How many bytes of a body that is too large are read and dropped, so that its sender gets to read the answer; one that
does not say how long it is gets it at once."""


class BodyLimit:
    """Refuses bodies above the limit without keeping them; hands smaller ones on in one piece."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, or refuses it."""
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            await self._app(scope, receive, send)
            return
        length = _header(scope, b"content-length")
        if length is not None and int(length) > self._limit:  # the HTTP parser admits digits only
            await self._refuse(receive, send)
            return
        pieces: list[bytes] = []
        size = 0
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            pieces.append(message.get("body", b""))
            size += len(pieces[-1])
            more = message.get("more_body", False)
            if size > self._limit:
                await self._answer(send)
                return
        body: bytes | None = pieces[0] if len(pieces) == 1 else b"".join(pieces)

        async def whole() -> Message:
            nonlocal body
            if body is None:
                return await receive()
            message: Message = {"type": "http.request", "body": body, "more_body": False}
            body = None
            return message

        await self._app(scope, whole, send)

    async def _refuse(self, receive: Receive, send: Send) -> None:
        dropped = 0
        while dropped < PATIENCE:
            message = await receive()
            dropped += len(message.get("body", b""))
            if message["type"] == "http.disconnect":
                return
            if not message.get("more_body", False):
                break
        await self._answer(send)

    async def _answer(self, send: Send) -> None:
        message = f"The request body is larger than {self._limit} bytes."
        await send_error(send, 413, "BODY_TOO_LARGE", message, limit=self._limit)


async def send_error(send: Send, status: int, code: str, message: str, **figures: object) -> None:
    """Answers with one error in the form of GraphQL's, and ends the connection."""
    body = orjson.dumps({"errors": [{"message": message, "extensions": {"code": code, **figures}}]})
    headers = [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def request_id_of(scope: Scope) -> str:
    """The client's `X-Request-Id` if it is 1 to 128 letters, digits and `._-`; else a new one."""
    given = _header(scope, REQUEST_ID_HEADER)
    return given.decode() if given is not None and _SANE.fullmatch(given) else secrets.token_hex(8)


def _header(scope: Scope, name: bytes) -> bytes | None:
    for key, value in scope["headers"]:
        if key == name:
            return value
    return None
