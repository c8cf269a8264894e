"""The page of a demo that shows the last mails."""

from __future__ import annotations

import secrets
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from graph.app import create_app
from graph.mail_page import mail_page
from graph.settings import Settings
from models.organization import ApiToken
from resolvers.access import digest_of
from tests.browser import Witness, browser_context
from tests.factories import make_call, make_supplier
from tests.invoicing import make_order, record
from tests.noticing import ADA, CONTACTS

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from resolvers.operation import Call


@pytest.fixture
async def call(db: str) -> Call:
    return await make_call()


@asynccontextmanager
async def page_of(token: str | None) -> AsyncGenerator[httpx.AsyncClient]:
    app = Starlette(routes=[mail_page(lambda: token)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as http:
        yield http


async def make_token(call: Call) -> str:
    text = f"pog_{secrets.token_urlsafe(32)}"
    await ApiToken.create(
        organization_id=call.organization_id,
        user_id=call.actor.user_id,
        name="demo",
        digest=digest_of(text),
        hint=text[:8],
        expires_at=call.now + timedelta(days=3650),
    )
    return text


def test_the_page_of_mails_is_there_in_a_demo_only(tmp_path: Any):
    def paths(settings: Settings) -> set[str]:
        return {route.path for route in create_app(settings).routes if isinstance(route, Route)}

    assert "/notices" in paths(Settings(demo=True, data_directory=tmp_path))
    assert "/notices" not in paths(Settings(data_directory=tmp_path))


async def test_the_page_shows_the_last_mails_as_they_look(call: Call):
    supplier = await make_supplier(call.organization_id, "<script>document.title='gotcha'</script>")
    await make_order(call, supplier, 100, contacts=CONTACTS)
    await record(call, supplier, 100)
    async with page_of(await make_token(call)) as http:
        shown = await http.get("/notices")
    async with browser_context(width=1240, height=900) as context:
        page = await context.new_page()
        witness = Witness(page)
        await page.route("**/notices", lambda route: route.fulfill(body=shown.text, headers=dict(shown.headers)))
        await page.goto("http://127.0.0.1/notices")
        headings = await page.locator("h2").all_inner_texts()
        mail = page.frame_locator("iframe").first
        inside = await mail.locator("body").inner_text()
        title = await page.title()

    assert len(headings) == 2
    assert "nothing is left on line 1" in headings[0]
    assert "<script>document.title='gotcha'</script>" in inside
    assert title == "Notices"
    assert (witness.complaints, witness.strangers) == ([], [])


async def test_without_a_token_the_page_shows_nothing(call: Call):
    supplier = await make_supplier(call.organization_id)
    await make_order(call, supplier, 100, contacts=CONTACTS)
    await record(call, supplier, 100)
    async with page_of(None) as http:
        shown = await http.get("/notices")

    assert (shown.status_code, ADA in shown.text) == (200, False)
