"""Asking the graph without HTTP: a request in, its data out, at the time that the call says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from graph.context import Context
from graph.execution import Request, execute_request

if TYPE_CHECKING:
    from resolvers.operation import Call


async def answer(call: Call, query: str, **variables: Any) -> dict[str, Any]:
    """The whole answer."""
    wire = orjson.loads(orjson.dumps(variables, default=str))
    given = await execute_request(Request(query, wire), Context(actor=call.actor, now=call.now))
    return orjson.loads(given.body)


async def ask(call: Call, query: str, **variables: Any) -> dict[str, Any]:
    """The data of an answer without errors."""
    told = await answer(call, query, **variables)
    assert "errors" not in told, told["errors"]
    return told["data"]
