"""What keeps the server in service: health, limits, log lines, measures, stopping in good order."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from graph import logs
from graph.app import create_app, runtime_of
from graph.metrics import Metrics, note_operation
from graph.middleware import BodyLimit, Requests
from graph.settings import Settings
from models import database
from tests.conftest import administrator
from tests.serving import graph, new_database, serving
from tests.test_embedded import postmaster

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
    from pathlib import Path

    from starlette.requests import Request

SETTINGS = Settings(body_limit=1024)


def client_of(app: Starlette) -> httpx.AsyncClient:
    """Requests straight into the application; what it raises is seen as a client would see it."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://localhost"
    )


@pytest.fixture
async def client(schema: str) -> AsyncIterator[httpx.AsyncClient]:
    """The application on the tests' database."""
    async with client_of(create_app(SETTINGS)) as client:
        yield client


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Every line that was logged since it was called last."""
    before = logging.root.handlers
    logs.configure("INFO", "json")
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    logging.root.handlers = before


# ------------------------------------------------------------------------------------------------------------ health


async def test_a_process_that_answers_is_alive(client: httpx.AsyncClient) -> None:
    answer = await client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_a_current_database_makes_it_ready(client: httpx.AsyncClient) -> None:
    answer = await client.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


async def test_a_database_that_was_migrated_further_makes_it_unready(client: httpx.AsyncClient) -> None:
    await database.rows("INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('models', '9999_x', now())")
    try:
        answer = await client.get("/readyz")
    finally:
        await database.rows("DELETE FROM tortoise_migrations WHERE name = '9999_x'")

    assert answer.status_code == 503
    assert answer.json()["status"] == "not ready"
    assert "newer than this program: it has the migrations 9999_x" in answer.json()["reason"]


@asynccontextmanager
async def closed(server: str, name: str) -> AsyncGenerator[None]:
    """The database admits nobody, and those who were there are thrown out."""
    async with administrator(server) as run:
        await run.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        await run.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
    yield
    async with administrator(server) as run:
        await run.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


async def test_a_database_that_goes_away_makes_it_unready_but_not_dead(postgres_url: str, tmp_path: Path) -> None:
    async with new_database(postgres_url) as url:
        assert (await graph("migrate", url=url))[0] == 0
        async with serving(tmp_path, DATABASE_URL=url) as server, httpx.AsyncClient(base_url=server.url) as client:
            before = await client.get("/readyz")
            async with closed(postgres_url, urlsplit(url).path[1:]):
                away = await client.get("/readyz")
                alive = await client.get("/healthz")
            back = await client.get("/readyz")

    assert before.status_code == 200
    assert away.status_code == 503
    assert "cannot be reached" in away.json()["reason"]
    assert alive.status_code == 200
    assert back.status_code == 200


# ------------------------------------------------------------------------------------------------------- request ids


@pytest.mark.parametrize("given", ["abc", "A.b_c-9", "x" * 128])
async def test_a_sane_request_id_is_kept(client: httpx.AsyncClient, given: str) -> None:
    answer = await client.get("/healthz", headers={"X-Request-Id": given})

    assert answer.headers["x-request-id"] == given


@pytest.mark.parametrize("given", [None, "", "x" * 129, "a b", "a\tb", "ü", '"', "a;b"])
async def test_any_other_request_gets_an_id_of_ours(client: httpx.AsyncClient, given: str | None) -> None:
    headers = [] if given is None else [(b"X-Request-Id", given.encode())]

    answers = [await client.get("/healthz", headers=headers) for _ in range(2)]

    ids = [answer.headers["x-request-id"] for answer in answers]
    assert all(len(one) == 16 and int(one, 16) >= 0 for one in ids)
    assert ids[0] != ids[1]


async def test_every_request_is_logged_with_its_id(
    client: httpx.AsyncClient, logged: Callable[[], list[dict[str, Any]]]
) -> None:
    await client.get("/healthz?token=secret", headers={"X-Request-Id": "abc"})

    [line] = logged()
    assert line.pop("milliseconds") >= 0
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "request",
        "level": "info",
        "logger": "graph.request",
        "request_id": "abc",
        "method": "GET",
        "path": "/healthz",
        "status": 200,
        "client": "127.0.0.1",
    }


async def test_an_operation_is_logged_as_what_it_was(logged: Callable[[], list[dict[str, Any]]]) -> None:
    async def change(request: Request) -> Response:
        note_operation(request.scope, "mutation", "refused")
        return Response()

    app = Starlette(routes=[Route("/", change)], middleware=[Middleware(Requests, metrics=measured())])
    async with client_of(app) as client:
        await client.get("/")

    [line] = logged()
    assert (line["operation"], line["outcome"]) == ("mutation", "refused")


async def test_people_read_the_same_line_as_text(
    client: httpx.AsyncClient, logged: object, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("INFO", "console")

    await client.get("/healthz", headers={"X-Request-Id": "abc"})

    line = capsys.readouterr().err
    assert "request_id=abc" in line
    assert "status=200" in line


# ------------------------------------------------------------------------------------------------------------- bodies


def echoing() -> Starlette:
    """An application that answers with the body it got, below the middleware of ours."""

    async def echo(request: Request) -> Response:
        return Response(await request.body())

    middleware = [Middleware(Requests, metrics=measured()), Middleware(BodyLimit, limit=1024)]
    return Starlette(routes=[Route("/", echo, methods=["POST"])], middleware=middleware)


def measured() -> Metrics:
    return Metrics(runtime_of(SETTINGS))


async def in_pieces(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def test_a_body_up_to_the_limit_arrives_whole() -> None:
    async with client_of(echoing()) as client:
        whole = await client.post("/", content=b"x" * 1024)
        pieces = await client.post("/", content=in_pieces(b"a" * 1000, b"", b"b" * 24))

    assert (whole.status_code, whole.content) == (200, b"x" * 1024)
    assert (pieces.status_code, pieces.content) == (200, b"a" * 1000 + b"b" * 24)


async def test_a_larger_body_is_refused_with_figure_and_limit() -> None:
    async with client_of(echoing()) as client:
        whole = await client.post("/", content=b"x" * 1025)
        pieces = await client.post("/", content=in_pieces(b"a" * 1000, b"b" * 25))

    for answer in (whole, pieces):
        assert answer.status_code == 413
        assert answer.json() == {
            "errors": [
                {
                    "message": "The request body is larger than 1024 bytes.",
                    "extensions": {"code": "BODY_TOO_LARGE", "limit": 1024},
                }
            ]
        }
        assert answer.headers["connection"] == "close"
        assert answer.headers["x-request-id"]


async def test_an_endless_body_is_refused_as_soon_as_it_is_too_large() -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield b"x" * 100

    async with client_of(echoing()) as client:
        answer = await client.post("/", content=endless())

    assert answer.status_code == 413
    assert taken == 11


# ------------------------------------------------------------------------------------------------- what goes wrong here


def failing(metrics: Metrics) -> Starlette:
    """An application with a bug, below the middleware of ours."""

    async def fail(_request: Request) -> Response:
        raise ZeroDivisionError("the secret of the house")

    async def fail_later(_request: Request) -> Response:
        async def content() -> AsyncIterator[bytes]:
            yield b"begun"
            raise ZeroDivisionError("the secret of the house")

        return StreamingResponse(content())

    return Starlette(
        routes=[Route("/", fail), Route("/later", fail_later)], middleware=[Middleware(Requests, metrics=metrics)]
    )


async def test_an_exception_is_logged_and_not_shown(logged: Callable[[], list[dict[str, Any]]]) -> None:
    async with client_of(failing(measured())) as client:
        answer = await client.get("/", headers={"X-Request-Id": "abc"})

    assert answer.status_code == 500
    assert answer.json() == {
        "errors": [{"message": "Something went wrong here. Request abc.", "extensions": {"code": "INTERNAL"}}]
    }
    failure, request = logged()
    assert (failure["level"], failure["request_id"], failure["path"]) == ("error", "abc", "/")
    assert "ZeroDivisionError: the secret of the house" in failure["exception"]
    assert request["status"] == 500


async def test_an_answer_that_has_begun_is_cut_off(logged: Callable[[], list[dict[str, Any]]]) -> None:
    async with client_of(failing(measured())) as client:
        answer = await client.get("/later")

    assert answer.content == b"begun"
    assert "the secret of the house" in logged()[0]["exception"]


# ----------------------------------------------------------------------------------------------------------- measures


async def test_requests_and_operations_are_measured(schema: str) -> None:
    metrics = measured()

    async def query(request: Request) -> Response:
        note_operation(request.scope, "query", "ok")
        return Response()

    app = Starlette(routes=[Route("/", query)], middleware=[Middleware(Requests, metrics=metrics)])
    async with client_of(app) as client:
        for path in ("/", "/", "/nowhere"):
            await client.get(path)

    shown = metrics.shown().decode().splitlines()
    assert 'po_graph_requests_total{status="200"} 2.0' in shown
    assert 'po_graph_requests_total{status="404"} 1.0' in shown
    assert 'po_graph_operations_total{operation="query",outcome="ok"} 2.0' in shown
    assert 'po_graph_operation_seconds_count{operation="query"} 2.0' in shown
    assert 'po_graph_operation_seconds_bucket{le="30",operation="query"} 2.0' in shown
    assert 'po_graph_operation_seconds_bucket{le="+Inf",operation="query"} 2.0' in shown
    assert "po_graph_requests_in_flight 0.0" in shown


async def test_the_database_is_measured(client: httpx.AsyncClient) -> None:
    async def statements() -> int:
        lines = (await client.get("/metrics")).text.splitlines()
        return round(float(next(line for line in lines if line.startswith("po_graph_statements_total")).split()[1]))

    before = await statements()
    await database.rows("SELECT 1")

    assert await statements() == before + 1
    text = (await client.get("/metrics")).text
    assert "po_graph_pool_largest 20.0" in text
    assert "process_resident_memory_bytes" in text


# ---------------------------------------------------------------------------------------------------------- the process


async def test_told_to_stop_it_answers_what_is_in_flight(tmp_path: Path) -> None:
    async with serving(tmp_path / "data") as server:
        address = urlsplit(server.url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(b"POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nha")
        await writer.drain()
        await asyncio.sleep(0.3)

        server.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.5)
        with pytest.raises(OSError, match="Connect"):
            await asyncio.open_connection(address.hostname, address.port)
        writer.write(b"lf")
        answer = await reader.read()
        code = await server.ended()
        writer.close()

    assert answer.startswith(b"HTTP/1.1 404 ")
    assert code == 0
    assert postmaster(tmp_path / "data") is None


async def test_it_does_not_wait_for_ever(tmp_path: Path) -> None:
    async with serving(tmp_path / "data", PO_GRAPH_SHUTDOWN_SECONDS="1") as server:
        address = urlsplit(server.url)
        _, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(b"POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nha")
        await writer.drain()
        await asyncio.sleep(0.3)

        server.process.send_signal(signal.SIGTERM)
        code = await server.ended()
        writer.close()

    assert code == 0
    assert postmaster(tmp_path / "data") is None


async def test_killed_it_comes_back_at_the_next_start(tmp_path: Path) -> None:
    async with serving(tmp_path / "data") as server:
        server.process.kill()
        await server.process.wait()
    assert postmaster(tmp_path / "data") is not None, server.output

    async with serving(tmp_path / "data") as server, httpx.AsyncClient(base_url=server.url) as client:
        ready = await client.get("/readyz")
        server.process.send_signal(signal.SIGINT)
        code = await server.ended()

    assert ready.status_code == 200
    assert code == 0
    assert postmaster(tmp_path / "data") is None


async def test_a_database_it_cannot_reach_is_told_in_one_sentence(tmp_path: Path) -> None:
    async with serving(tmp_path, DATABASE_URL="postgresql://po:secret@127.0.0.1:1/po") as server:
        code = await server.ended()

    assert code != 0
    assert "the database cannot be reached" in server.output
    assert "Traceback" not in server.output
    assert "secret" not in server.output


async def test_settings_it_cannot_use_are_told_at_start(tmp_path: Path) -> None:
    async with serving(tmp_path, PO_GRAPH_POOL_LARGEST="many", PO_GRAPH_DEMO="1", PO_GRAPH_HOST="10.0.0.1") as server:
        code = await server.ended()

    assert code == 2
    assert "PO_GRAPH_POOL_LARGEST = 'many': must be a whole number from 1 to 1000" in server.output
    assert "PO_GRAPH_HOST = '10.0.0.1'" in server.output


async def test_a_demo_answers_only_to_the_names_of_this_machine(schema: str) -> None:
    app = create_app(Settings(demo=True))
    async with client_of(app) as client:
        answers = {
            host: (await client.get("/healthz", headers={"Host": host})).status_code
            for host in ("localhost:8000", "127.0.0.1:8000", "[::1]:8000", "evil.example:8000")
        }

    assert answers == {"localhost:8000": 200, "127.0.0.1:8000": 200, "[::1]:8000": 200, "evil.example:8000": 400}


@pytest.mark.parametrize(("command", "teaches"), [("serve", "--demo"), ("migrate", "--check")])
async def test_the_command_line_teaches(command: str, teaches: str) -> None:
    code, output = await graph(command, "--help", url="")

    assert code == 0
    assert "examples:" in output
    assert f"python -m graph {command} {teaches}" in output


async def test_without_a_command_it_says_what_there_is() -> None:
    code, output = await graph(url="")

    assert code == 2
    assert "start the server" in output
    assert "bring the database up to date" in output
