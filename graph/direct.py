"""Reads that are answered without a walk through GraphQL: what it would find is known from an earlier request.

An operation that asks only for what statements read, with selections as an earlier request had them, needs nothing of
graphql-core but its variables and arguments: each root field is a call of its resolver, a plan that is there already,
and one statement. Any other goes the ordinary way.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from graphql import (
    ExecutionResult,
    FieldNode,
    GraphQLError,
    OperationType,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    located_error,
)
from graphql.execution.values import get_argument_values, get_variable_values

from graph.executor import node_types
from graph.selection import DEFINITION, check_roles, known_selection, plain_arguments
from resolvers.reading import reader

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from graphql import GraphQLField, GraphQLSchema, OperationDefinitionNode
    from graphql.execution.values import VariableValues

    from graph.context import Context
    from resolvers.reading.compiler import Statement


class _Info(NamedTuple):
    """As much of Strawberry's as resolvers of reads look at."""

    context: Context


@dataclass(frozen=True, slots=True)
class _Root:
    """A field of the operation's root, and the function that resolves it."""

    key: str
    node: FieldNode
    definition: GraphQLField
    resolve: Callable[..., Any]


class Direct:
    """The short way to answer one operation of a document."""

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        self._schema = schema
        self._operation = operation
        self._roots = _roots(schema, operation)

    async def answer(self, variables: dict[str, Any] | None, context: Context) -> ExecutionResult | None:
        """The answer, the same as graphql-core's; none where only the ordinary way leads to it."""
        if not self._roots:
            return None
        values = get_variable_values(self._schema, self._operation.variable_definitions or (), variables or {})
        if isinstance(values, list):
            return None
        statements: list[Statement | Exception] = []
        for root in self._roots:
            try:
                statement = self._statement(root, values, context)
            except Exception as error:  # noqa: BLE001 - the edge of one field, as everywhere in graphql-core
                statements.append(error)
            else:
                if statement is None:
                    return None
                statements.append(statement)
        if len(statements) == 1:
            return self._result([await _value(self._roots[0], statements[0], context)])
        pairs = zip(self._roots, statements, strict=True)
        return self._result(await asyncio.gather(*(_value(root, statement, context) for root, statement in pairs)))

    def _statement(self, root: _Root, values: VariableValues, context: Context) -> Statement | None:
        """What reads the field; none where that is not known."""
        check_roles(root.definition.extensions[DEFINITION], context.actor, root.key)
        raw = get_argument_values(root.definition, root.node, values)
        query = root.resolve(None, _Info(context), **dict(plain_arguments(root.definition, raw)))
        if not reader.is_query(query):
            self._roots = ()  # nor will it be for another request
            return None
        named: Any = get_named_type(root.definition.type)
        shown = node_types(self._schema)[query.model] if is_abstract_type(named) else named
        selection = known_selection(shown, (root.node,), values, context.actor)
        if selection is None:
            return None
        is_list = is_list_type(get_nullable_type(root.definition.type))
        statement = reader.plan(query, selection, context.actor, as_list=is_list)
        return None if statement.slots else statement

    def _result(self, values: Sequence[Any]) -> ExecutionResult:
        data: dict[str, Any] | None = {}
        errors: list[GraphQLError] = []
        for root, value in zip(self._roots, values, strict=True):
            if isinstance(value, Exception):
                errors.append(located_error(value, [root.node], [root.key]))
                if is_non_null_type(root.definition.type):
                    data = None
            if data is not None:
                data[root.key] = None if isinstance(value, Exception) else value
        return ExecutionResult(data, errors or None)


async def _value(root: _Root, statement: Statement | Exception, context: Context) -> Any:
    """The field's value, or what went wrong with it."""
    if isinstance(statement, Exception):
        return statement
    try:
        text = await reader.fetch(statement, context.actor, context.today)
    except Exception as error:  # noqa: BLE001 - as above
        return error
    if text is None and is_non_null_type(root.definition.type):
        return TypeError(f"there is no row for the non-null field {[root.key]}")
    return None if text is None else orjson.Fragment(text)


def _roots(schema: GraphQLSchema, operation: OperationDefinitionNode) -> tuple[_Root, ...]:
    """The root fields, if each of them may be one that a statement reads; else none."""
    query = schema.query_type
    if operation.operation is not OperationType.QUERY or operation.directives or query is None:
        return ()
    roots: dict[str, _Root] = {}
    for node in operation.selection_set.selections:
        definition = query.fields.get(node.name.value) if isinstance(node, FieldNode) else None
        if not isinstance(node, FieldNode) or node.directives or definition is None or not _is_plain(definition):
            return ()
        key = node.alias.value if node.alias else node.name.value
        if key in roots:
            return ()
        roots[key] = _Root(key, node, definition, definition.extensions[DEFINITION].base_resolver.wrapped_func)
    return tuple(roots.values())


def _is_plain(definition: GraphQLField) -> bool:
    """Whether the field's resolver answers at once, and takes its arguments as they are."""
    field = definition.extensions.get(DEFINITION)
    if field is None or field.base_resolver is None or field.base_resolver.is_async:
        return False
    takes_inputs = any(is_input_object_type(get_named_type(argument.type)) for argument in definition.args.values())
    return "list" in field.metadata or not takes_inputs
