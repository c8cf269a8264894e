"""A newcomer starts the demo, opens the page it prints, imports a list of invoices, and sees where they went."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from typing import TYPE_CHECKING, Final

import httpx

from tests.browser import Witness, browser_context
from tests.graph.test_graphiql import graphiql, opened, run, type_in, unless
from tests.serving import serving
from tests.summaries import document, summary

if TYPE_CHECKING:
    from pathlib import Path

QUERY: Final = (
    'query Typed { purchaseOrder(number: "AWS-EMEA") { matchingStatus lines { nodes { balance { current { amount } } '
    "allocations(last: 1) { nodes { amount { amount } invoice { supplierInvoiceNumber match { reason } } } } } } } }"
)

INVOICES: Final = document(
    summary(
        "NEWCOMER-1",
        "119.00",
        seller="Amazon Web Services EMEA SARL",
        IssuedDate="2026-03-03T00:00:00+00:00",
        BillingPeriod={"Month": 2, "Year": 2026},
    )
)


async def imported(directory: Path, file: Path) -> str:
    """What `python -m graph import` prints, beside the running server."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PO_GRAPH_", "DATABASE_"))}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "graph", "import", str(file)),
        env=environment | {"PO_GRAPH_DATA_DIRECTORY": str(directory)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, output.decode()
    return output.decode()


async def test_from_the_first_command_to_the_reason_of_a_match(tmp_path: Path) -> None:
    unless(graphiql.BUILT.joinpath("manifest.json").exists(), "the page is not built here: it needs npm")
    file = tmp_path / "invoices.json"
    file.write_text(INVOICES)

    async with serving(tmp_path / "data", "--demo") as server, browser_context() as context:
        token = re.search(r"pog_\S+", server.output)
        assert token is not None
        assert "1 recorded" in await imported(tmp_path / "data", file)
        assert "1 unchanged" in await imported(tmp_path / "data", file)

        async with httpx.AsyncClient(base_url=server.url) as stranger:
            for host in ("evil.example", "localhost.evil.example"):
                refused = await stranger.get("/graphql", headers={"host": host, "accept": "text/html"})
                assert refused.status_code == 400
                assert "pog_" not in refused.text

        page = await context.new_page()
        witness = Witness(page)
        await opened(page, f"{server.url}/graphql")
        await type_in(page, QUERY)
        shown = await run(page)
        await page.screenshot(path=tmp_path / "newcomer.png")

        assert '"amount": "119.00"' in shown
        assert '"supplierInvoiceNumber": "NEWCOMER-1"' in shown
        assert "Line 1 of AWS-EMEA is the only line that fits." in shown
        assert token[0] not in await page.evaluate("JSON.stringify(localStorage)")
        assert witness.complaints == []
        assert witness.strangers == []
