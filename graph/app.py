"""The ASGI application: starts what it needs, knows its addresses, and stops in good order."""

from __future__ import annotations

from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from graph import memory
from graph.endpoint import graphql_routes
from graph.health import health_routes
from graph.mail_page import mail_page
from graph.metrics import Metrics
from graph.middleware import BodyLimit, Requests
from resolvers.demo import demo
from resolvers.runtime import Runtime
from resolvers.telling.dispatching import Dispatching, MailServer

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.routing import BaseRoute

    from graph.settings import Settings


def create_app(settings: Settings) -> Starlette:
    """The whole server, for any ASGI host. Its lifespan starts and stops the database."""
    runtime = runtime_of(settings)
    metrics = Metrics(runtime)
    demo_token: str | None = None

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        nonlocal demo_token
        async with runtime, dispatching_of(settings) if settings.dispatch else nullcontext():
            if settings.demo:
                demo_token = await _demo_token(settings)
            memory.settle()
            yield

    routes: list[BaseRoute] = [
        *graphql_routes(settings, demo_token=lambda: demo_token),
        *health_routes(runtime, metrics),
    ]
    middleware = [Middleware(Requests, metrics=metrics), Middleware(BodyLimit, limit=settings.body_limit)]
    if settings.demo:
        routes.append(mail_page(lambda: demo_token))
        # The page of a demo holds a token. A site elsewhere must not get at it by pointing its own name at 127.0.0.1.
        middleware.append(Middleware(TrustedHostMiddleware, allowed_hosts=["localhost", "127.0.0.1", "[::1]", "::1"]))
    return Starlette(routes=routes, middleware=middleware, lifespan=lifespan)


async def _demo_token(settings: Settings) -> str:
    """Make the demo company, if it is not there, and a token for it, which whoever started the server is told."""
    now = datetime.now(UTC)
    await demo.seed(now)
    token = await demo.token(now)
    port = settings.port or "<port>"
    told = f"GraphiQL for the demo company:  http://localhost:{port}/graphql\nIts API token:  {token}"
    print(told, flush=True)  # noqa: T201 - for whoever started the server
    return token


def runtime_of(settings: Settings, *, behind_is_fine: bool = False) -> Runtime:
    """What the settings say about the database."""
    return Runtime(
        url=settings.database_url,
        data_directory=settings.data_directory,
        smallest_pool=settings.pool_smallest,
        largest_pool=settings.pool_largest,
        statement_seconds=settings.statement_seconds,
        behind_is_fine=behind_is_fine,
    )


def dispatching_of(settings: Settings) -> Dispatching:
    """What the settings say about mails."""
    server = None
    if settings.smtp_host and settings.mail_sender:
        server = MailServer(
            host=settings.smtp_host,
            port=settings.smtp_port,
            security=settings.smtp_security,
            user=settings.smtp_user,
            password=settings.smtp_password,
            ca_file=settings.smtp_ca_file,
            timeout=settings.smtp_timeout_seconds,
            sender=settings.mail_sender,
        )
    return Dispatching(server, patience=timedelta(seconds=settings.shutdown_seconds))
