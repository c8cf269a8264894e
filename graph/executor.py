"""Where GraphQL meets the read path: a queryset is completed by one statement, everything else by graphql-core."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import orjson
from graphql import get_named_type, is_abstract_type, is_list_type, is_non_null_type, is_object_type
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from graph import transactions
from graph.selection import DEFINITION, select
from resolvers.ids import MODELS
from resolvers.reading import reader
from resolvers.reading.compiler import EACH
from resolvers.reading.kinds import Column, Computed, Identifier
from resolvers.reading.selection import Selected

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graphql import GraphQLObjectType, GraphQLOutputType, GraphQLSchema
    from graphql.execution.collect_fields import FieldDetailsList

    from graph.context import Context
    from resolvers.reading.compiler import Statement

_KEY: Final = Selected(key="\0key", name="id", kind=Column("id"))
"""By what one of several rows is told from the others; no key of a response can be like this."""


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
        if isinstance(result, reader.OneOf):
            return self._read_one_of(return_type, field_details_list, path, result)
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
            await self._fill(answer, slot.kind, slot.path, selection, path)
        return answer

    async def _read_one_of(
        self, return_type: GraphQLOutputType, details: FieldDetailsList, path: Path, one: reader.OneOf
    ) -> Any:
        """One of several rows; whichever place asks first reads all of them."""
        context: Context = self.context_value
        named: Any = get_named_type(return_type)
        selection = select(self, named, details, context.actor)
        several = one.several
        statement = reader.plan(several.queryset, (_KEY, *selection), context.actor, as_list=True)
        if selection not in several.reads:
            several.reads[selection] = asyncio.ensure_future(self._by_key(statement))
        text = (await several.reads[selection]).get(one.key)
        if text is None:
            if is_non_null_type(return_type):
                raise TypeError(f"there is no row for the non-null field {path.as_list()}")
            return None
        if not statement.slots:
            return orjson.Fragment(text)
        answer = orjson.loads(text)
        for slot in statement.slots:
            await self._fill(answer, slot.kind, slot.path[1:], selection, path)
        return answer

    async def _by_key(self, statement: Statement) -> dict[int, bytes]:
        """The JSON text of each row, by its key."""
        context: Context = self.context_value
        rows = orjson.loads(await reader.fetch(statement, context.actor, context.today) or "[]")
        return {row.pop(_KEY.key): orjson.dumps(row) for row in rows}

    async def _fill(
        self, answer: Any, kind: Computed, slot: Sequence[str], selection: Sequence[Selected], path: Path
    ) -> None:
        """Put the values of a computed field in their places."""
        selected = _at(selection, slot)
        for holder, key, place in _places(answer, slot, path):
            holder[key] = await self._computed(kind, selected, holder[key], place)

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
