"""HTTP on a bare socket: answers come whole and in order, however they are written."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import orjson

if TYPE_CHECKING:
    from tests.graph.conftest import Client

WHOLE: Final = "{ __schema { types { name description fields { name description type { name } } } } }"
SMALL: Final = "{ viewer { id } }"


def request(client: Client, query: str, *headers: str) -> bytes:
    body = orjson.dumps({"query": query})
    head = [
        "POST /graphql HTTP/1.1",
        "host: localhost",
        "content-type: application/json",
        f"authorization: Bearer {client.token}",
        f"content-length: {len(body)}",
        *headers,
    ]
    return "\r\n".join([*head, "", ""]).encode() + body


async def answers(server_url: str, *sent: bytes) -> list[Any]:
    """What comes until the server closes."""
    place = urlsplit(server_url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    writer.write(b"".join(sent))
    found: list[Any] = []
    async with asyncio.timeout(20):
        while head := await reader.readline():
            assert head.startswith(b"HTTP/1.1 200")
            length = 0
            while (line := await reader.readline()) != b"\r\n":
                name, _, value = line.decode().partition(":")
                length = int(value) if name.lower() == "content-length" else length
            found.append(orjson.loads(await reader.readexactly(length)))
    writer.close()
    return found


async def test_a_large_answer_comes_whole_before_the_connection_closes(server_url: str, client: Client):
    (answer,) = await answers(server_url, request(client, WHOLE, "connection: close"))

    assert len(orjson.dumps(answer)) > 200_000
    assert {"PurchaseOrder", "Receipt", "Revision"} <= {each["name"] for each in answer["data"]["__schema"]["types"]}


async def test_requests_sent_at_once_are_answered_in_their_order(server_url: str, client: Client):
    several = [request(client, SMALL), request(client, WHOLE), request(client, SMALL, "connection: close")]

    first, second, third = await answers(server_url, *several)

    assert first == third
    assert list(first["data"]) == ["viewer"]
    assert list(second["data"]) == ["__schema"]
