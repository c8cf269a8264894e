from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import os
import re
import socket
import threading
from typing import TYPE_CHECKING, Any, Final

import httpx
import pytest
import strawberry
import uvicorn
from graphql import FragmentDefinitionNode, OperationDefinitionNode, parse
from playwright.async_api import expect
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
from strawberry.asgi import GraphQL

from graph.graphiql import page as graphiql
from tests.browser import Witness, browser_context

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.async_api import BrowserContext, Locator, Page
    from playwright.async_api import Route as BrowserRoute
    from starlette.requests import Request
    from starlette.responses import HTMLResponse
    from starlette.types import Receive, Scope, Send

TOKEN: Final = "pog_demo</script><script>alert(1)</script>"  # noqa: S105 -- opens nothing but this module's server
"""As unpleasant in a document as a token could be."""

QUERY: Final = "query Typed { purchaseOrders { number lines { number description } } }"

INSTALLED: Final = graphiql.HERE / "node_modules"


@strawberry.type
class Line:
    number: int
    description: str


@strawberry.type
class PurchaseOrder:
    number: str
    lines: list[Line]


@strawberry.type
class Query:
    @strawberry.field(description="The orders.")
    def purchase_orders(self) -> list[PurchaseOrder]:
        return [PurchaseOrder(number="PO0001001", lines=[Line(number=1, description="Compute in March")])]


class OnlyWithToken:
    """The API, which tells nobody without the token anything, not even its schema."""

    def __init__(self) -> None:
        self.api = GraphQL[None, None](strawberry.Schema(Query), graphql_ide=None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if dict(scope["headers"]).get(b"authorization") == f"Bearer {TOKEN}".encode():
            await self.api(scope, receive, send)
        else:
            refusal = JSONResponse({"errors": [{"message": "This API needs a token."}]}, status_code=401)
            await refusal(scope, receive, send)


def document(request: Request) -> HTMLResponse:
    return graphiql.graphiql_page(token=None if "anonymous" in request.query_params else TOKEN)


@pytest.fixture(scope="module")
def live_server_url() -> Iterator[str]:
    """A server on a free port of this machine, whose `/graphql` is the page for people and the API for programs."""
    app = Starlette(
        routes=[
            Route("/graphql", document, methods=["GET"]),
            Route("/graphql", OnlyWithToken(), methods=["POST"]),
            graphiql.graphiql_static(),
        ]
    )
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture
def _nothing_built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(graphiql, "BUILT", tmp_path / "static")


@pytest.fixture
def _built() -> None:
    unless(graphiql.BUILT.joinpath("manifest.json").exists(), "the page is not built here: it needs npm")


def unless(there: bool, missing: str) -> None:  # noqa: FBT001 -- reads as a sentence
    """Skip the test for want of something; in continuous integration nothing may be wanting."""
    if not there and os.environ.get("CI") == "true":
        pytest.fail(missing)
    if not there:
        pytest.skip(missing)


def body(response: HTMLResponse) -> str:
    return bytes(response.body).decode()


def settings_in(html: str) -> dict[str, Any]:
    found = re.search(r'<script id="po-graph" type="application/json">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def elsewhere(html: str) -> list[str]:
    """Every address in the document that is not this server's."""
    return re.findall(r'(?:src|href)="(https?:[^"]*)"', html)


# ------------------------------------------------------------------------------------------------------- the document


@pytest.mark.usefixtures("_built")
def test_the_built_page_names_no_other_host():
    response = graphiql.graphiql_page(token=None)

    html = body(response)
    policy = response.headers["Content-Security-Policy"]
    assert "<title>PO Graph</title>" in html
    assert elsewhere(html) == []
    assert "http" not in policy
    assert "script-src 'self';" in policy


def test_the_page_may_not_be_kept_framed_or_guessed_at():
    response = graphiql.graphiql_page(token=TOKEN)

    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def test_no_token_and_no_example_can_end_the_script_element_that_holds_it():
    html = body(graphiql.graphiql_page(token=TOKEN, endpoint="/graph<!--ql"))

    settings = settings_in(html)
    assert settings["token"] == TOKEN
    assert settings["endpoint"] == "/graph<!--ql"
    assert "alert(1)</script>" not in html
    assert "<!--" not in html


def test_without_a_token_the_page_holds_none():
    settings = settings_in(body(graphiql.graphiql_page(token=None)))

    assert settings["token"] is None
    assert settings["endpoint"] == "/graphql"


def test_every_example_is_a_titled_operation_and_none_writes_unless_it_is_changed():
    given = graphiql.examples()

    assert [example.name[:2] for example in given] == [f"{number:02}" for number in range(1, 13)]
    for example in given:
        operation, *fragments = parse(example.document).definitions
        assert all(isinstance(each, FragmentDefinitionNode) for each in fragments)
        assert isinstance(operation, OperationDefinitionNode)
        assert operation.name is not None
        assert example.kind == operation.operation.value
        assert example.title
        assert example.description.endswith(".")
        assert example.kind == "query" or "dryRun: true" in example.document
    assert settings_in(body(graphiql.graphiql_page(token=None)))["examples"] == [
        {name: getattr(example, name) for name in ("name", "kind", "title", "description", "document", "variables")}
        for example in given
    ]


# ------------------------------------------------------------------------------------------------------ without a build


@pytest.mark.usefixtures("_nothing_built")
def test_without_a_build_the_page_loads_pinned_files_from_a_cdn_and_the_browser_checks_them():
    response = graphiql.graphiql_page(token=None)

    html = body(response)
    files = json.loads((graphiql.HERE / "cdn.json").read_text())
    assert elsewhere(html) == [file["address"] for file in files["styles"] + files["scripts"]]
    for file in files["scripts"]:
        element = f'<script src="{file["address"]}" integrity="{file["integrity"]}" crossorigin="anonymous"></script>'
        assert element in html
        assert re.search(r"@\d+\.\d+\.\d+/", file["address"])
    for file in files["styles"]:
        assert f'href="{file["address"]}" integrity="{file["integrity"]}" crossorigin="anonymous">' in html
    scripts = " ".join(file["address"] for file in files["scripts"])
    assert f"script-src 'self' {scripts};" in response.headers["Content-Security-Policy"]


def test_the_pinned_hashes_are_those_of_the_published_files():
    unless(INSTALLED.exists(), "the npm packages are not installed")
    packages = json.loads((graphiql.HERE / "package.json").read_text())["devDependencies"]

    files = json.loads((graphiql.HERE / "cdn.json").read_text())

    for file in files["styles"] + files["scripts"]:
        alias, _, path = file["installed"].partition("/")
        contents = (INSTALLED / alias / path).read_bytes()
        installed = json.loads((INSTALLED / alias / "package.json").read_text())
        assert file["integrity"] == "sha384-" + base64.b64encode(hashlib.sha384(contents).digest()).decode()
        assert packages[alias] == f"npm:{installed['name']}@{installed['version']}"
        assert file["address"].endswith(f"/npm/{installed['name']}@{installed['version']}/{path}")


def test_the_lock_names_no_registry():
    lock = json.loads((graphiql.HERE / "package-lock.json").read_text())

    assert not [name for name, package in lock["packages"].items() if "resolved" in package]
    assert not [name for name, package in lock["packages"].items() if name and "integrity" not in package]


# ------------------------------------------------------------------------------------------------------------ the files


@pytest.mark.usefixtures("_built")
def test_built_files_are_served_with_their_types_and_kept_for_good(live_server_url: str):
    types = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
    files = [path for path in graphiql.BUILT.iterdir() if path.suffix in types]

    for path in files:
        response = httpx.head(f"{live_server_url}/graphiql/static/{path.name}")

        assert response.status_code == 200
        assert response.headers["Content-Type"] == types[path.suffix]
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert re.search(r"-[0-9A-Z]{8}\.", path.name), "cached for good, so named by its content"
    assert len(files) > 5


def test_the_files_of_the_page_without_a_build_are_asked_for_anew(live_server_url: str):
    response = httpx.get(f"{live_server_url}/graphiql/browser/cdn.js")

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-cache"
    again = httpx.get(response.url, headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("path", ["static/absent.js", "static/..%2fpage.py", "browser/%2e%2e/page.py", "browser/%00"])
def test_nothing_else_is_served(live_server_url: str, path: str):
    response = httpx.get(f"{live_server_url}/graphiql/{path}")

    assert response.status_code == 404


# -------------------------------------------------------------------------------------------------- in a real browser


async def opened(page: Page, url: str) -> None:
    """Load the page and wait for its editor."""
    await page.goto(url)
    await expect(page.locator(".graphiql-query-editor :is(.view-line, .CodeMirror-line)").first).to_be_visible(
        timeout=30_000
    )


async def type_in(page: Page, text: str, *, editor: str = ".graphiql-query-editor") -> None:
    await page.locator(f"{editor} :is(.monaco-editor, .CodeMirror):visible").first.click()
    await page.keyboard.press("Control+A")
    await page.keyboard.press("Delete")
    await page.keyboard.type(text, delay=5)
    await page.keyboard.press("Escape")


async def run(page: Page) -> str:
    """Press the button and wait for the result that the page shows, which it may draw more than once."""
    async with page.expect_response(lambda answer: answer.request.method == "POST"):
        await page.get_by_role("button", name="Execute query").click()
    result = page.locator(".result-window")
    async with asyncio.timeout(10):
        while "}" not in (text := await shown(result)):
            await page.wait_for_timeout(50)
    return text


async def shown(part: Locator) -> str:
    """The text that a person sees, however the editor wraps it."""
    return " ".join((await part.inner_text()).split())


@pytest.mark.usefixtures("_built")
@pytest.mark.parametrize(("width", "height"), [(1400, 900), (900, 700)])
async def test_a_person_types_a_nested_query_runs_it_explores_and_picks_an_example(
    live_server_url: str, tmp_path: Path, width: int, height: int
):
    async with browser_context(width=width, height=height) as context:
        page = await context.new_page()
        witness = Witness(page)
        editor = page.locator(".graphiql-query-editor")
        await opened(page, f"{live_server_url}/graphql")
        await expect(page).to_have_title("PO Graph")
        await page.screenshot(path=tmp_path / "first.png")

        await type_in(page, "query Mistaken { nonsense }")
        await expect(editor.locator(".squiggly-error").first).to_be_visible()

        await type_in(page, QUERY)
        answer = await run(page)
        assert '"number": "PO0001001"' in answer
        assert '"description": "Compute in March"' in answer
        await page.get_by_role("button", name="Prettify query").click()
        await expect(editor.locator(".view-line")).to_have_count(10)
        await page.screenshot(path=tmp_path / "result.png")

        await page.get_by_role("button", name="Show Explorer", exact=True).click()
        await page.locator(".graphiql-explorer-root").get_by_text("description").click()
        await expect(editor.get_by_text("description")).to_have_count(0)
        await page.screenshot(path=tmp_path / "explorer.png")

        await page.get_by_role("button", name="Show Examples").click()
        await page.get_by_role("button", name="Suspend an order").click()
        await expect(page.get_by_role("tab", name="SuspendOrder")).to_be_visible()
        assert "mutation SuspendOrder" in await shown(editor)
        await page.screenshot(path=tmp_path / "example.png")
        await page.get_by_role("button", name="The whole company at a glance").click()
        await page.get_by_role("button", name="Suspend an order").click()
        await expect(page.get_by_role("tab")).to_have_count(3)

        await page.wait_for_function(
            """() => {
                const kept = JSON.parse(localStorage['graphiql:tabState'])
                return kept.tabs.length === 3 && kept.activeTabIndex === 1
            }"""
        )
        await page.reload()
        await expect(editor).to_contain_text("SuspendOrder")
        await page.get_by_role("tab", name="Typed").click()
        assert '"number": "PO0001001"' in await run(page)
        await page.get_by_role("button", name="New tab").click()
        await page.get_by_role("button", name="Show History").click()
        await page.get_by_role("button", name="Typed", exact=True).first.click()
        await expect(editor).to_contain_text("purchaseOrders")
        assert '"number": "PO0001001"' in await run(page)
        assert "pog_demo" not in await page.evaluate("JSON.stringify(localStorage)")

        assert witness.complaints == []
        assert witness.strangers == []


@pytest.mark.usefixtures("_built")
async def test_without_a_token_the_page_asks_for_one_and_the_schema_follows_it(live_server_url: str, tmp_path: Path):
    async with browser_context() as context:
        page = await context.new_page()
        witness = Witness(page)
        await opened(page, f"{live_server_url}/graphql?anonymous")
        await page.get_by_role("button", name="Show Explorer", exact=True).click()
        headers = page.get_by_role("region", name="Headers")
        assert '"Authorization": "Bearer YOUR-API-TOKEN"' in await shown(headers)
        await page.screenshot(path=tmp_path / "placeholder.png")

        await type_in(page, json.dumps({"Authorization": f"Bearer {TOKEN}"}), editor='[aria-label="Headers"]')
        await page.locator(".graphiql-explorer-root").get_by_text("purchaseOrders").wait_for()
        await page.screenshot(path=tmp_path / "token.png")
        await type_in(page, QUERY)
        assert '"number": "PO0001001"' in await run(page)

        assert [complaint for complaint in witness.complaints if "status of 401" not in complaint] == []
        assert witness.strangers == []
        assert "pog_demo" not in await page.evaluate("JSON.stringify(localStorage)")


async def serve_the_cdn(context: BrowserContext, *, tampered: bool = False) -> list[str]:
    """Answer for the CDN with the files of the npm packages, the same bytes that it serves; who was asked is listed."""
    files = json.loads((graphiql.HERE / "cdn.json").read_text())
    contents = {file["address"]: INSTALLED / file["installed"] for file in files["scripts"] + files["styles"]}
    asked: list[str] = []

    async def answer(route: BrowserRoute) -> None:
        asked.append(route.request.url)
        path = contents[route.request.url]
        body = path.read_bytes() + (b"\n" if tampered else b"")
        headers = {"Access-Control-Allow-Origin": "*", "Content-Type": graphiql.CONTENT_TYPES[path.suffix]}
        await route.fulfill(body=body, headers=headers)

    await context.route(re.compile(r"^https:"), answer)
    return asked


@pytest.mark.usefixtures("_nothing_built")
async def test_the_page_from_a_cdn_does_the_same(live_server_url: str, tmp_path: Path):
    unless(INSTALLED.exists(), "the npm packages are not installed")
    async with browser_context() as context:
        asked = await serve_the_cdn(context)
        page = await context.new_page()
        witness = Witness(page)
        await opened(page, f"{live_server_url}/graphql")

        await type_in(page, QUERY)
        assert '"description": "Compute in March"' in await run(page)
        await page.get_by_role("button", name="Show Explorer", exact=True).click()
        await page.locator(".graphiql-explorer-root").get_by_text("purchaseOrders").wait_for()
        await page.get_by_role("button", name="Show Examples").click()
        await page.get_by_role("button", name="Suspend an order").click()
        await expect(page.get_by_role("tab", name="SuspendOrder")).to_be_visible()
        assert "mutation SuspendOrder" in await shown(page.locator(".graphiql-query-editor"))
        await page.screenshot(path=tmp_path / "cdn.png")

        assert witness.complaints == []
        assert witness.strangers == asked
        assert "pog_demo" not in await page.evaluate("JSON.stringify(localStorage)")


@pytest.mark.usefixtures("_nothing_built")
async def test_a_browser_runs_nothing_from_a_cdn_that_was_changed(live_server_url: str):
    unless(INSTALLED.exists(), "the npm packages are not installed")
    async with browser_context() as context:
        await serve_the_cdn(context, tampered=True)
        page = await context.new_page()
        await page.goto(f"{live_server_url}/graphql")

        await expect(page.locator("#graphiql")).to_contain_text("Install Node.js with npm")
        assert await page.evaluate("[typeof React, typeof ReactDOM, typeof GraphiQL]") == ["undefined"] * 3
