"""The application behind a real socket, and clients that call it over HTTP."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import orjson
import pytest
import uvicorn

from graph.app import create_app
from graph.protocol import OneWrite
from graph.settings import Settings
from models.organization import ApiToken, Organization, User
from resolvers.access import digest_of
from tests.factories import make_organization, make_user

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator

    from models.statuses.people import Role


@contextmanager
def _untouched() -> Generator[None]:
    """Instead of uvicorn's own handling of signals."""
    yield


class Client:
    """A caller of `/graphql` with the token of one user."""

    def __init__(self, http: httpx.AsyncClient, user: User, token: str) -> None:
        self.http = http
        self.user = user
        self.token = token

    async def post(self, query: str, **variables: Any) -> httpx.Response:
        """The answer of HTTP."""
        return await self.http.post(
            "/graphql",
            content=orjson.dumps({"query": query, "variables": variables}, default=str),
            headers={"content-type": "application/json", "authorization": f"Bearer {self.token}"},
        )

    async def ask(self, query: str, **variables: Any) -> Any:
        """The data of an answer without errors."""
        response = await self.post(query, **variables)
        answer = response.json()
        assert response.status_code == 200, answer
        assert "errors" not in answer, answer
        return answer["data"]


@pytest.fixture(scope="session")
async def server_url(schema: str) -> AsyncIterator[str]:
    """The application on the tests' database, served by uvicorn in this process."""
    server = uvicorn.Server(
        uvicorn.Config(create_app(Settings()), port=0, http=OneWrite, lifespan="off", log_config=None, access_log=False)
    )
    # The signals belong to pytest.
    server.capture_signals = _untouched  # pyright: ignore[reportAttributeAccessIssue]
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it no other way
        await asyncio.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    yield f"http://{host}:{port}"
    server.should_exit = True
    await serving


@pytest.fixture
async def http(server_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """HTTP without a token."""
    async with httpx.AsyncClient(base_url=server_url, timeout=30) as http:
        yield http


@pytest.fixture
def client_for(db: str, http: httpx.AsyncClient) -> Callable[..., Any]:
    """Makes clients: `await client_for(organization, Role.BUYER)`."""

    async def make(organization: Organization | None = None, *roles: Role) -> Client:
        user = await make_user(organization or await make_organization(), *roles)
        token = f"pog_{secrets.token_urlsafe(32)}"
        await ApiToken.create(
            organization_id=user.organization_id, user=user, name="test", digest=digest_of(token), hint=token[:8]
        )
        return Client(http, user, token)

    return make


@pytest.fixture
async def client(client_for: Callable[..., Any]) -> Client:
    """An administrator of a new organization."""
    return await client_for()
