"""Input that nobody well-meaning sends: a clear answer, never a 500, and no trace."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tortoise import Tortoise
from tortoise.connection import get_connection

from tests.factories import make_call, make_order_row

if TYPE_CHECKING:
    import httpx

    from tests.graph.conftest import Client

VIEWER = "{ viewer { id } }"


async def traces() -> dict[str, int]:
    """How many rows every table has."""
    tables = [model._meta.db_table for model in Tortoise.apps["models"].values()]
    connection = get_connection("default")
    found: dict[str, int] = {}
    for table in tables:
        rows: Any = await connection.execute_query_dict(f'SELECT count(*) AS n FROM "{table}"')  # noqa: S608
        found[table] = rows[0]["n"]
    return found


def problem(response: httpx.Response) -> tuple[int, str]:
    """Status and code of the first error."""
    return response.status_code, response.json()["errors"][0]["extensions"]["code"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"{", (400, "BAD_REQUEST")),
        (b"", (400, "BAD_REQUEST")),
        (b"null", (400, "BAD_REQUEST")),
        (b"[]", (400, "BAD_REQUEST")),
        (b'[{"query": "{ viewer { id } }"}]', (400, "BAD_REQUEST")),
        (b'{"query": ""}', (400, "BAD_REQUEST")),
        (b'{"query": 7}', (400, "BAD_REQUEST")),
        (b'{"query": "{ viewer { id } }", "variables": [1]}', (400, "BAD_REQUEST")),
        (b'{"query": "{ viewer { id } }", "operationName": 1}', (400, "BAD_REQUEST")),
        (b'{"query": "{ viewer { id } }", "operationName": "Other"}', (400, "BAD_REQUEST")),
        (b'{"query": "query A { viewer { id } } query B { viewer { id } }"}', (400, "BAD_REQUEST")),
        (b'{"query": "subscription { viewer { id } }"}', (400, "BAD_REQUEST")),
        (b'{"query": "{ viewer { id } }", "variables": {"x": NaN}}', (400, "BAD_REQUEST")),
        (b'{"query": "{ viewer { id } }", "variables": {"x": "a\\u0000b"}}', (400, "BAD_REQUEST")),
        (b'{"query": "{ viewer { id } }\x00"}', (400, "BAD_REQUEST")),
        (b'{"query": "{ purchaseOrder(number: \\"\\\\u{0}\\") { id } }"}', (400, "BAD_REQUEST")),
        (b'{"query": "{ viewer { id } }", "variables": {"x": "\\ud800"}}', (400, "BAD_REQUEST")),
        (b"\xff\xfe{}", (400, "BAD_REQUEST")),
        (b'{"a":' * 100_000, (400, "BAD_REQUEST")),
        (b'{"query": "{ viewer { id } }", "variables": {"x": ' + b"9" * 5000 + b"}}", (400, "BAD_REQUEST")),
    ],
)
async def test_a_body_that_is_no_request_is_refused(client: Client, body: bytes, expected: tuple[int, str]) -> None:
    response = await client.http.post(
        "/graphql",
        content=body,
        headers={"content-type": "application/json", "authorization": f"Bearer {client.token}"},
    )

    assert problem(response) == expected


async def test_ten_megabytes_are_refused_before_they_are_read(client: Client) -> None:
    response = await client.post("#" * 10_000_000 + VIEWER)

    assert problem(response) == (413, "BODY_TOO_LARGE")


@pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data; boundary=x", "application/xml", ""])
async def test_only_json_is_read(client: Client, content_type: str) -> None:
    response = await client.http.post(
        "/graphql",
        content=json.dumps({"query": VIEWER}),
        headers={"content-type": content_type, "authorization": f"Bearer {client.token}"},
    )

    assert problem(response) == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize("header", ["", "Bearer", "Basic YTpi", "Bearer pog_nobody", "Bearer " + "x" * 10_000])
async def test_nobody_is_answered_without_a_token(http: httpx.AsyncClient, db: str, header: str) -> None:
    response = await http.post("/graphql", json={"query": VIEWER}, headers={"authorization": header})

    assert problem(response) == (401, "UNAUTHENTICATED")
    assert response.headers["www-authenticate"] == "Bearer"


async def test_a_query_in_the_address_is_not_run(client: Client) -> None:
    response = await client.http.get("/graphql", params={"query": VIEWER})

    assert problem(response) == (405, "METHOD_NOT_ALLOWED")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ viewer { id ", "BAD_REQUEST"),
        ("{ viewer { nothing } }", "BAD_REQUEST"),
        ("{ viewer }", "BAD_REQUEST"),
        ("fragment A on User { ...A } { viewer { ...A } }", "BAD_REQUEST"),
        (
            "{ purchaseOrders"
            + " { nodes { supplier { purchaseOrders" * 12
            + " { nodes { id } }"
            + " } } }" * 12
            + " }",
            "DEPTH_LIMIT_EXCEEDED",
        ),
        ("{" + " ".join(f"a{i}: viewer {{ id }}" for i in range(101)) + "}", "ALIASES_LIMIT_EXCEEDED"),
        ("{" + " ".join(f"a{i}: viewer {{ id }}" for i in range(5000)) + "}", "BAD_REQUEST"),
        ("{" * 5000, "BAD_REQUEST"),
        ("{ viewer { id } }" + " # " + "x " * 6000 + "\n" + "{ viewer { id } }" * 3000, "BAD_REQUEST"),
        (
            (
                "{ purchaseOrders(first: 100) { nodes { lines(first: 100) { nodes {"
                " allocations(first: 100) { nodes { id } } } } } } }"
            ),
            "COST_LIMIT_EXCEEDED",
        ),
    ],
)
async def test_a_document_beyond_the_limits_is_refused_before_it_runs(client: Client, query: str, code: str) -> None:
    response = await client.post(query)

    assert problem(response) == (400, code)


async def test_fragments_that_multiply_are_counted_once_each_and_refused_fast(client: Client) -> None:
    levels = " ".join(
        f"fragment F{n} on Supplier {{ purchaseOrders {{ nodes {{ supplier {{ ...F{n + 1} ...F{n + 1} }} }} }} }}"
        for n in range(30)
    )

    response = await client.post(f"{{ suppliers {{ nodes {{ ...F0 }} }} }} {levels} fragment F30 on Supplier {{ id }}")

    assert problem(response) == (400, "DEPTH_LIMIT_EXCEEDED")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("first: 0", "BAD_INPUT"),
        ("first: -1", "BAD_INPUT"),
        ("first: 101", "BAD_INPUT"),
        ("last: 101", "BAD_INPUT"),
        ("first: 1, last: 1", "BAD_INPUT"),
        ('first: 1, before: "x"', "BAD_INPUT"),
        ('after: "nonsense"', "BAD_INPUT"),
        ('after: "WyJwdXJjaGFzZV9vcmRlcjotaWQiLCAiMTIzIl0="', None),
        ('after: "WyItaWQiLCAiOTk5OTk5OTk5OTk5OTk5OTk5OTk5OSJd"', "BAD_INPUT"),
        ('after: "\\ud83d\\ude00"', "BAD_INPUT"),
        ('where: {supplierId: {eq: "po_1"}}', "BAD_INPUT"),
        ('where: {supplierId: {eq: "sup_99999999999999999999999"}}', "BAD_INPUT"),
        ('where: {totalAmount: {gt: "123456789012345678901234567890"}}', None),
        ('where: {totalAmount: {gt: "1e9"}}', "BAD_INPUT"),
        ("where: {totalAmount: {gt: 1e999}}", "BAD_INPUT"),
        ('where: {effectiveDate: {gt: "0000-01-01"}}', "BAD_INPUT"),
        ('where: {effectiveDate: {gt: "10000-01-01"}}', "BAD_INPUT"),
        ('where: {effectiveDate: {gt: "2025-02-30"}}', "BAD_INPUT"),
        ('where: {createdAt: {gt: "yesterday"}}', "BAD_INPUT"),
        ("where: {status: {eq: NONSENSE}}", "BAD_REQUEST"),
        ("where: {number: {eq: null}}", "BAD_INPUT"),
        ("orderBy: [{field: NUMBER}, {field: NUMBER}]", "BAD_INPUT"),
        ('search: "\'; DROP TABLE event; --"', None),
        ('search: "& | ! ( ) : *"', None),
        ('search: "' + "x" * 100_000 + '"', None),
        ("where: {and: [], or: [], not: {}}", None),
    ],
)
async def test_arguments_that_make_no_sense_are_told_apart(client: Client, arguments: str, code: str | None) -> None:
    response = await client.post(f"{{ purchaseOrders({arguments}) {{ nodes {{ id }} }} }}")

    assert response.status_code in {200, 400}
    errors = response.json().get("errors")
    assert (errors[0]["extensions"]["code"] if errors else None) == code


@pytest.mark.parametrize("text", ["", "po_", "po_0", "po_-1", "po_1 ", "PO_1", "po_٣", "xx_1", "po_999999999999999999"])
async def test_an_id_that_is_none_finds_nothing(client: Client, text: str) -> None:
    found = await client.ask("query ($id: ID!) { node(id: $id) { id } purchaseOrder(id: $id) { id } }", id=text)

    assert found == {"node": None, "purchaseOrder": None}


async def test_another_organizations_things_are_not_there(client: Client) -> None:
    order = await make_order_row(await make_call())

    found = await client.ask(
        "query ($id: ID!, $number: String!) { node(id: $id) { id } a: purchaseOrder(id: $id) { id }"
        " b: purchaseOrder(number: $number) { id } purchaseOrders { totalCount } }",
        id=f"po_{order.id}",
        number=order.number,
    )

    assert found == {"node": None, "a": None, "b": None, "purchaseOrders": {"totalCount": 0}}


async def test_what_goes_wrong_here_is_told_without_its_details(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr("resolvers.reading.reader.fetch", broken)
    response = await client.post(VIEWER)

    [error] = response.json()["errors"]
    assert response.status_code == 200
    assert error["extensions"] == {"code": "INTERNAL", "requestId": response.headers["x-request-id"]}
    assert "swordfish" not in response.text


async def test_hostile_input_leaves_no_trace(client: Client) -> None:
    before = await traces()

    for query in ["{", "{ viewer { nothing } }", "{ purchaseOrders(first: 101) { nodes { id } } }"]:
        await client.post(query)

    assert await traces() == before
