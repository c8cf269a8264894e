"""Where GraphQL meets the read path: a queryset is completed by one statement, everything else by graphql-core."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson
from graphql import (
    GraphQLError,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from graph import transactions
from graph.selection import DEFINITION, check_roles, select
from resolvers.ids import MODELS
from resolvers.reading import reader
from resolvers.reading.compiler import EACH
from resolvers.reading.kinds import Identifier

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graphql import GraphQLObjectType, GraphQLOutputType, GraphQLSchema
    from graphql.execution.collect_fields import FieldDetailsList
    from graphql.pyutils import Path

    from graph.context import Context
    from resolvers.reading.compiler import Path as Places
    from resolvers.reading.compiler import Slot
    from resolvers.reading.kinds import Computed
    from resolvers.reading.selection import Selected, Selection


class Executor(StrawberryGraphQLCoreExecutionContext):
    """Completes querysets by compiling the selection under their field."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        awaitable: Any = self.is_awaitable

        def is_awaitable(value: Any) -> Any:
            """Whether to await a value; a queryset could be, but it is to be compiled."""
            return not reader.is_query(value) and awaitable(value)

        self.is_awaitable = is_awaitable

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: Any,
        field_details_list: FieldDetailsList,
        path: Path,
        position_context: Any,
    ) -> Any:
        """Run a field, if the caller's roles allow it.

        A mutation's is run as a whole, its answer included, in one transaction.
        """
        definition = parent_type.fields.get(field_details_list[0].node.name.value)
        if definition is not None and DEFINITION in definition.extensions:
            try:
                check_roles(definition.extensions[DEFINITION], self.context_value.actor, str(path.key))
            except GraphQLError as error:
                return self.handle_field_error(error, definition.type, field_details_list, path)
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
        return_type: Any,
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

    async def _read(self, return_type: Any, details: FieldDetailsList, path: Path, query: reader.Query) -> Any:
        context: Context = self.context_value
        selection = self._selection(return_type, details, query.model)
        is_list = is_list_type(get_nullable_type(return_type))
        statement = reader.plan(query, selection, context.actor, as_list=is_list)
        text = await reader.fetch(statement, context.actor, context.today)
        return await self._completed(text, statement.slots, selection, return_type, path)

    async def _read_one_of(self, return_type: Any, details: FieldDetailsList, path: Path, one: reader.OneOf) -> Any:
        """One of several rows; whichever place asks first reads all of them."""
        context: Context = self.context_value
        several = one.several
        selections = tuple(self._selection(return_type, details, query.model) for query in several.querysets)
        if selections not in several.reads:
            reading = reader.fetch_several(several, selections, context.actor, context.today)
            several.reads[selections] = asyncio.ensure_future(reading)
        texts, slots = await several.reads[selections]
        text = texts.get((one.number, one.key))
        return await self._completed(text, slots[one.number], selections[one.number], return_type, path)

    def _selection(self, return_type: Any, details: FieldDetailsList, model: Any) -> Selection:
        named: Any = get_named_type(return_type)
        shown = node_types(self.schema)[model] if is_abstract_type(named) else named
        return select(self, shown, details, self.context_value.actor)

    async def _completed(
        self,
        text: str | None,
        slots: Sequence[Slot],
        selection: Selection,
        return_type: Any,
        path: Path,
    ) -> Any:
        """The JSON text as a part of the response; decoded only where computed fields have still to be filled in."""
        if text is None:
            if is_non_null_type(return_type):
                raise TypeError(f"there is no row for the non-null field {path.as_list()}")
            return None
        if not slots:
            return orjson.Fragment(text)
        answer = orjson.loads(text)
        for slot in slots:
            await self._fill(answer, tuple(_steps(selection, slot.path)), path, slot.kind)
        return answer

    async def _fill(self, holder: Any, steps: Sequence[_Step], path: Path, kind: Computed) -> None:
        """Put the values of a computed field in their places below the holder.

        As everywhere in GraphQL, an error leaves null in the nearest place around it that may be null.
        """
        step, *rest = steps
        for key in range(len(holder)) if step.key == EACH else (step.key,):
            here = path.add_key(key, None)
            if holder[key] is None:
                continue
            try:
                if rest:
                    await self._fill(holder[key], rest, here, kind)
                else:
                    holder[key] = await self._computed(kind, step.selected, holder[key], here)
            except Exception as error:  # noqa: BLE001 - the edge of one field, as everywhere in graphql-core
                self.handle_field_error(error, step.type, step.selected.origin[1], here)
                holder[key] = None

    async def _computed(self, kind: Computed, selected: Selected, required: dict[str, Any], path: Path) -> Any:
        """The value of a computed field, completed by graphql-core."""
        definition, details, parent = selected.origin
        info = self.build_resolve_info(definition, [found.node for found in details], parent, path)
        value = kind.compute(required, self.context_value.actor, **dict(selected.arguments))
        if self.is_awaitable(value):
            value = await value
        completed = self.complete_value(definition.type, details, info, path, value, None)
        return await completed if self.is_awaitable(completed) else completed


@dataclass(frozen=True, slots=True)
class _Step:
    """One step of the way to a computed field: a key of an object or every item of a list, and what is found there."""

    key: str
    selected: Selected
    type: GraphQLOutputType


def _steps(selection: Selection, places: Places) -> Iterator[_Step]:
    """The way to the computed field of the selection that stands in the places."""
    found: Any = None
    children: Any = selection
    item: Any = None
    for place in places:
        if place != EACH:
            found = next(each for each in children if each.key == place)
            children, item = found.children, found.origin[0].type
        else:
            item = get_nullable_type(item).of_type
        yield _Step(place, found, item)


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
