"""Where GraphQL meets the read path: a queryset is completed by one statement, everything else by graphql-core."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson
from graphql import get_named_type, is_abstract_type, is_list_type, is_non_null_type, is_object_type
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from graph import transactions
from graph.selection import DEFINITION, select
from resolvers.ids import MODELS
from resolvers.reading import reader
from resolvers.reading.compiler import EACH
from resolvers.reading.kinds import Computed, Identifier

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graphql import GraphQLObjectType, GraphQLOutputType, GraphQLSchema
    from graphql.execution.collect_fields import FieldDetailsList

    from graph.context import Context
    from resolvers.reading.selection import Selected


class Executor(StrawberryGraphQLCoreExecutionContext):
    """Completes querysets by compiling the selection under their field."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        awaitable = self.is_awaitable
        # A queryset can be awaited, but it is to be compiled.
        self.is_awaitable = lambda value: not reader.is_query(value) and awaitable(value)

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: Any,
        field_details_list: FieldDetailsList,
        path: Path,
        position_context: Any,
    ) -> Any:
        """Run a field; a mutation's as a whole, its answer included, in one transaction."""
        run = super().execute_field
        if parent_type is not self.schema.mutation_type:
            return run(parent_type, source, field_details_list, path, position_context)
        return transactions.answered(
            self,
            parent_type,
            field_details_list,
            path,
            lambda: run(parent_type, source, field_details_list, path, position_context),
        )

    def complete_value(  # noqa: PLR0913, PLR0917 - the signature is graphql-core's
        self,
        return_type: GraphQLOutputType,
        field_details_list: FieldDetailsList,
        info: Any,
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        """Complete a value; one that is a queryset or a page of one, by a statement."""
        if reader.is_query(result):
            return self._read(return_type, field_details_list, path, result)
        return super().complete_value(return_type, field_details_list, info, path, result, position_context)

    async def _read(
        self, return_type: GraphQLOutputType, details: FieldDetailsList, path: Path, query: reader.Query
    ) -> Any:
        context: Context = self.context_value
        named: Any = get_named_type(return_type)
        if is_abstract_type(named):
            named = node_types(self.schema)[query.model]
        selection = select(self, named, details, context.actor)
        inner = return_type.of_type if is_non_null_type(return_type) else return_type
        statement = reader.plan(query, selection, context.actor, as_list=is_list_type(inner))
        text = await reader.fetch(statement, context.actor, context.today)
        if text is None:
            if is_non_null_type(return_type):
                raise TypeError(f"there is no row for the non-null field {path.as_list()}")
            return None
        if not statement.slots:
            return orjson.Fragment(text)
        answer = orjson.loads(text)
        for slot in statement.slots:
            selected = _at(selection, slot.path)
            for holder, key, place in _places(answer, slot.path, path):
                holder[key] = await self._computed(slot.kind, selected, holder[key], place)
        return answer

    async def _computed(self, kind: Computed, selected: Selected, required: dict[str, Any], path: Path) -> Any:
        """The value of a computed field, completed by graphql-core."""
        definition, details, parent = selected.origin
        context: Context = self.context_value
        info = self.build_resolve_info(definition, [found.node for found in details], parent, path)
        try:
            value = kind.compute(required, context.actor, **dict(selected.arguments))
            if self.is_awaitable(value):
                value = await value
            completed = self.complete_value(definition.type, details, info, path, value, None)
            return await completed if self.is_awaitable(completed) else completed
        except Exception as error:  # noqa: BLE001 - the edge of one field, as everywhere in graphql-core
            self.handle_field_error(error, definition.type, details, path)
            return None


@lru_cache(maxsize=8)
def node_types(schema: GraphQLSchema) -> dict[Any, GraphQLObjectType]:
    """Which object type shows the rows of a model, told by the kind of its id."""
    found: dict[Any, GraphQLObjectType] = {}
    for named in schema.type_map.values():
        if is_object_type(named) and DEFINITION in named.extensions:
            for field in named.extensions[DEFINITION].fields:
                kind = field.metadata.get("read")
                if field.python_name == "id" and isinstance(kind, Identifier):
                    found[MODELS[kind.prefix]] = named
    return found


def _at(selection: Sequence[Selected], slot: Sequence[str]) -> Selected:
    """The computed field of the selection that a slot's path leads to."""
    steps = [step for step in slot if step != EACH]
    found = next(item for item in selection if item.key == steps[0])
    for step in steps[1:]:
        found = next(item for item in found.children or () if item.key == step)
    return found


def _places(value: Any, slot: Sequence[str], path: Path) -> Iterator[tuple[Any, Any, Path]]:
    """Every place in the answer that a slot's path leads to: its holder, its key there, its path in the response."""
    if value is None:
        return
    step, rest = slot[0], slot[1:]
    keys = range(len(value)) if step == EACH else (step,)
    for key in keys:
        here = path.add_key(key, None)
        if rest:
            yield from _places(value[key], rest, here)
        else:
            yield value, key, here
