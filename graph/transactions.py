"""One mutation, one transaction: its answer is read inside it, tried runs are undone, repeated ones replayed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from graphql import get_named_type
from graphql.execution.values import get_argument_values
from graphql.language import print_ast

from resolvers import idempotency
from resolvers.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphql import GraphQLObjectType
    from graphql.execution import Executor
    from graphql.execution.collect_fields import FieldDetailsList
    from graphql.pyutils import Path

    from graph.context import Context
    from graph.payloads import Payload


async def answered(
    executor: Executor[Any],
    parent: GraphQLObjectType,
    details: FieldDetailsList,
    path: Path,
    run: Callable[[], Any],
) -> Any:
    """Run a mutation's field and read its answer.

    With `dryRun` the transaction is undone after the answer was read: it shows what would be, and nothing is. With
    `idempotencyKey` the first answer is kept; the same input again gets it again, and two at once wait for each other.
    A refusal keeps no key.
    """
    node = details[0].node
    definition = parent.fields[node.name.value]
    try:
        arguments = get_argument_values(definition, node, executor.variable_values)
    except Exception:  # noqa: BLE001 - the field itself reports bad arguments, in its own place
        return await _run(executor, run)
    given: dict[str, Any] = arguments.get("input") or {}
    key, tried = given.get("idempotencyKey"), bool(given.get("dryRun"))
    if not tried and key is None:
        return await _run(executor, run)
    context: Context = executor.context_value
    async with idempotency.transaction() as transaction:
        request = None
        if key is not None and not tried:
            request = idempotency.Request(
                key=key,
                caller=context.actor.user_id,
                operation=node.name.value,
                input=orjson.dumps(given, default=str, option=orjson.OPT_SORT_KEYS).decode(),
                selection=_selection(executor, path),
            )
            replayed = await _replayed(executor, parent, details, path, request)
            if replayed is not None:
                return replayed
        context.payload = None
        answer = await _run(executor, run)
        payload: Payload | None = context.payload
        if tried or payload is None or payload.user_errors:
            transaction.undo()
        elif request is not None:
            text = orjson.dumps(answer).decode()
            await idempotency.keep(context.actor, request, text, payload.key, payload.event_keys)
        return answer


async def _replayed(
    executor: Executor[Any],
    parent: GraphQLObjectType,
    details: FieldDetailsList,
    path: Path,
    request: idempotency.Request,
) -> Any:
    """The first answer, where the key was used before; read anew where other fields of it are asked for."""
    context: Context = executor.context_value
    definition = parent.fields[details[0].node.name.value]
    named: Any = get_named_type(definition.type)
    payload_class: type[Payload] = named.extensions["strawberry-definition"].origin
    try:
        earlier = await idempotency.claimed(context.actor, request)
    except Refusal as refusal:
        payload = payload_class.refused([refusal])
    else:
        if earlier is None:
            return None
        if earlier.selection == request.answer_fingerprint:
            return orjson.Fragment(earlier.answer)
        payload = payload_class.reread(context.actor, earlier.entity_id, earlier.event_ids)
    info = executor.build_resolve_info(definition, [found.node for found in details], parent, path)
    answer = executor.complete_value(definition.type, details, info, path, payload, None)
    return await answer if executor.is_awaitable(answer) else answer


async def _run(executor: Executor[Any], run: Callable[[], Any]) -> Any:
    answer = run()
    return await answer if executor.is_awaitable(answer) else answer


def _selection(executor: Executor[Any], path: Path) -> str:
    """Everything that shapes the answer: the operation, its fragments, the variables, the place in the response."""
    fragments = [print_ast(fragment.definition) for fragment in executor.fragments.values()]
    variables = orjson.dumps(executor.variable_values.coerced, default=str, option=orjson.OPT_SORT_KEYS).decode()
    return "\n".join([print_ast(executor.operation), *sorted(fragments), variables, str(path.as_list())])
