"""One GraphQL request, from its text to the bytes of its answer: parsed, validated, measured, run, masked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import orjson
import structlog
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    execute,
    parse,
    validate,
)
from graphql.language import Source

from graph.direct import Direct
from graph.executor import Executor
from graph.limits import Costs, Limits, check_shape
from graph.schema import schema
from resolvers.errors import BadInput, Refusal

if TYPE_CHECKING:
    from graph.context import Context
    from graph.metrics import Operation, Outcome

_log: Any = structlog.get_logger("graph.execution")

SOONEST_ERRORS: Final = 20
"""How many validation errors are reported at most."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks."""

    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The bytes of the answer, and what is told about it: a status for HTTP, words for the measures."""

    body: bytes
    status: int
    operation: Operation
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class _Operation:
    node: OperationDefinitionNode
    costs: Costs
    direct: Direct


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A document that many requests may send, and what all of them can use."""

    document: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()
    operations: tuple[_Operation, ...] = ()

    def operation(self, name: str | None) -> _Operation | None:
        """The operation that a request means; none where that is not clear."""
        if name is None:
            return self.operations[0] if len(self.operations) == 1 else None
        return next((each for each in self.operations if each.node.name and each.node.name.value == name), None)


@lru_cache(maxsize=1024)
def _prepared(query: str, limits: Limits) -> _Prepared:
    """A document, parsed, validated and measured once for all who send the same text."""
    try:
        document = parse(Source(query, "request"), max_tokens=limits.tokens)
        check_shape(document, limits)
        errors = validate(_core(), document, max_errors=SOONEST_ERRORS)
    except GraphQLError as error:
        return _Prepared(None, (error,))
    except RecursionError:
        return _Prepared(None, (GraphQLError("The document nests too deeply.", extensions={"code": "TOO_DEEP"}),))
    nodes = [] if errors else [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    operations = tuple(_Operation(node, Costs(_core(), document, node), Direct(_core(), node)) for node in nodes)
    return _Prepared(document, tuple(errors), operations)


def _core() -> GraphQLSchema:
    return schema()._schema  # noqa: SLF001 - Strawberry has no public name for the schema it executes


async def execute_request(request: Request, context: Context, limits: Limits = Limits()) -> Answer:  # noqa: B008 - frozen
    """Answer a request.

    What is wrong with the request itself is told with status 400 and nothing runs. Refusals are data. Anything
    unforeseen is logged with the request's id and told without its details.
    """
    prepared = _prepared(request.query, limits)
    if prepared.errors or prepared.document is None:
        return _wrong(prepared.errors)
    operation = prepared.operation(request.operation_name)
    if operation is None:
        return _wrong((GraphQLError("Which operation is meant? Give operationName, spelled as in the document."),))
    kind = operation.node.operation
    if kind is OperationType.SUBSCRIPTION:
        return _wrong((GraphQLError("Subscriptions are not served."),))
    try:
        context.cost = operation.costs.check(request.variables, limits)
    except GraphQLError as error:
        return _wrong((error,))
    result = await operation.direct.answer(request.variables, context)
    if result is None:
        result = await _walked(prepared.document, request, context)
    word: Operation = "mutation" if kind is OperationType.MUTATION else "query"
    extensions = {"cost": {"requested": context.cost, "limit": limits.cost}}
    if not result.errors:
        refused = context.payload is not None and bool(context.payload.user_errors)
        return Answer(_body(result.data, None, extensions), 200, word, "refused" if refused else "ok")
    before = result.data is None and all(error.path is None for error in result.errors)
    errors = [_told(error, context) for error in result.errors]
    return Answer(_body(result.data, errors, extensions), 400 if before else 200, word, "error")


async def _walked(document: DocumentNode, request: Request, context: Context) -> ExecutionResult:
    """What graphql-core finds, field by field."""
    run: Any = execute
    outcome = run(
        _core(),
        document,
        context_value=context,
        variable_values=request.variables,
        operation_name=request.operation_name,
        executor_class=Executor,
        operation_extensions=None,
    )
    return await outcome if hasattr(outcome, "__await__") else outcome


def _wrong(errors: tuple[GraphQLError, ...]) -> Answer:
    told = [_formatted(error, error.message, "BAD_REQUEST") for error in errors]
    return Answer(orjson.dumps({"errors": told}), 400, "invalid", "error")


def _body(data: Any, errors: list[dict[str, Any]] | None, extensions: dict[str, Any]) -> bytes:
    answer = {"data": data, "extensions": extensions}
    return orjson.dumps(answer if errors is None else {"errors": errors, **answer})


def _told(error: GraphQLError, context: Context) -> dict[str, Any]:
    """An error as clients read it: their own mistakes in full, ours only by the request's id."""
    cause = error.original_error
    match cause:
        case None | GraphQLError():
            return _formatted(error, error.message, "BAD_REQUEST")
        case BadInput():
            return _formatted(error, str(cause), "BAD_INPUT")
        case Refusal():
            return _formatted(error, cause.message, cause.code)
        case _:
            _log.error("a field failed", path=error.path, exc_info=cause)
            request_id = context.actor.request_id
            told = _formatted(error, "Something went wrong here; it has been logged.", "INTERNAL")
            told["extensions"]["requestId"] = request_id
            return told


def _formatted(error: GraphQLError, message: str, code: str) -> dict[str, Any]:
    formatted: dict[str, Any] = dict(error.formatted)
    formatted["message"] = message
    formatted["extensions"] = {"code": code, **(error.extensions or {})}
    return formatted
