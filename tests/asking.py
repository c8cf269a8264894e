"""Asking the graph without HTTP: the text of a query, a caller, the answer as a client parses it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson

from graph.context import Context
from graph.execution import Request, execute_request
from graph.limits import Limits

if TYPE_CHECKING:
    from resolvers.operation import Call

NO_LIMITS: Final = Limits(depth=10_000, aliases=1_000_000, tokens=10_000_000, cost=10**15)


async def answer(call: Call, query: str, **variables: Any) -> Any:
    """The whole answer, with its errors."""
    context = Context(call.actor, call.now)
    return orjson.loads((await execute_request(Request(query, variables), context, NO_LIMITS)).body)


async def ask(call: Call, query: str, **variables: Any) -> Any:
    """The data of an answer without errors."""
    answered = await answer(call, query, **variables)
    assert "errors" not in answered, answered
    return answered["data"]
