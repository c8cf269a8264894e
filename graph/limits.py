"""How much an operation may ask for: depth, aliases, and the number of objects its answer may hold.

Counted on the document before anything runs, each fragment once however often it is spread. Introspection has
limits of its own in graphql-core and is not counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    IntValueNode,
    OperationDefinitionNode,
    VariableNode,
    get_named_type,
    is_composite_type,
    is_list_type,
    is_non_null_type,
)

from resolvers.reading.kinds import Embedded, PagePart
from resolvers.reading.pages import DEFAULT_SIZE, LARGEST_SIZE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphql import DocumentNode, GraphQLField, GraphQLSchema, SelectionSetNode

PAGE_INFO: Final = PagePart("page_info")
MOST_COSTS: Final = 100
"""For how many combinations of page sizes the cost of an operation is remembered."""
USUAL_LIST: Final = 10
"""How many items a list without pages is taken to have: contacts, tags, seller entities."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one operation may be."""

    depth: int = 20
    aliases: int = 100
    tokens: int = 5_000
    cost: int = 100_000


def check_shape(document: DocumentNode, limits: Limits) -> None:
    """Refuse a document that nests too deeply or has too many aliases.

    Raises:
        GraphQLError: with the figure and the limit.
    """
    shape = _Shape(document)
    if shape.aliases > limits.aliases:
        raise _exceeded("aliases", shape.aliases, limits.aliases)
    depth = max((shape.depth(operation.selection_set) for operation in shape.operations), default=0)
    if depth > limits.depth:
        raise _exceeded("depth", depth, limits.depth)


class Costs:
    """What one operation of a document costs, counted once for all requests that ask for as much."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> None:
        self._schema = schema
        self._operation = operation
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._defaults = {
            definition.variable.name.value: definition.default_value
            for definition in operation.variable_definitions or ()
        }
        self._sized_by: tuple[str, ...] = ()
        self._known: dict[tuple[Any, ...], int] = {}

    def check(self, variables: dict[str, Any] | None, limits: Limits) -> int:
        """The number of objects the answer may hold, page sizes multiplied.

        20 orders (the default page) with 5 lines each: 1 connection + 20 × (1 order + 1 connection + 5 lines).

        Raises:
            GraphQLError: above the limit.
        """
        given = variables or {}
        total = self._known.get(self._sizes(given)) if self._known else None
        if total is None:
            total = self._count(given)
        if total > limits.cost:
            raise _exceeded("cost", total, limits.cost)
        return total

    def _count(self, variables: dict[str, Any]) -> int:
        cost = _Cost(self._schema, self._fragments, variables, self._defaults)
        total = cost.of(self._operation.selection_set, self._schema.get_root_type(self._operation.operation))
        self._sized_by = tuple(sorted(cost.sized_by))
        if len(self._known) >= MOST_COSTS:
            self._known.clear()
        self._known[self._sizes(variables)] = total
        return total

    def _sizes(self, variables: dict[str, Any]) -> tuple[Any, ...]:
        """What the cost depends on: whole numbers, the lengths of lists, and which variables are left to defaults."""
        return tuple(_size(variables[name]) if name in variables else "default" for name in self._sized_by)


def _size(value: Any) -> Any:
    match value:
        case int():
            return value
        case list():
            return "list", len(cast("list[Any]", value))
        case _:
            return None


def _own(definition: GraphQLField) -> int:
    """An object that is part of its owner, such as money or a page's info, costs nothing of its own."""
    field = definition.extensions.get("strawberry-definition")
    kind = field.metadata.get("read") if field else None
    return 0 if isinstance(kind, Embedded) or kind == PAGE_INFO else 1


def _exceeded(what: str, actual: int, limit: int) -> GraphQLError:
    shown = {"depth": "nests {} levels deep", "aliases": "has {} aliases", "cost": "may return {} objects"}[what]
    return GraphQLError(
        f"The operation {shown.format(actual)}; the limit is {limit}.",
        extensions={"code": f"{what.upper()}_LIMIT_EXCEEDED", "actual": actual, "limit": limit},
    )


class _Shape:
    def __init__(self, document: DocumentNode) -> None:
        self.operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._depths: dict[str, int] = {}
        self.aliases = sum(self._aliases(node.selection_set) for node in [*self.operations, *self._fragments.values()])

    def depth(self, selection: SelectionSetNode | None) -> int:
        deepest = 0
        for node in selection.selections if selection else ():
            match node:
                case FieldNode():
                    introspection = node.name.value in {"__schema", "__type"}
                    found = 1 if introspection else 1 + self.depth(node.selection_set)
                case FragmentSpreadNode():
                    found = self._fragment_depth(node.name.value)
                case _:
                    found = self.depth(getattr(node, "selection_set", None))
            deepest = max(deepest, found)
        return deepest

    def _fragment_depth(self, name: str) -> int:
        if name not in self._depths:
            self._depths[name] = 0  # a fragment that spreads itself is refused by validation
            fragment = self._fragments.get(name)
            self._depths[name] = self.depth(fragment.selection_set) if fragment else 0
        return self._depths[name]

    def _aliases(self, selection: SelectionSetNode | None) -> int:
        return sum(
            (1 if isinstance(node, FieldNode) and node.alias else 0)
            + self._aliases(getattr(node, "selection_set", None))
            for node in (selection.selections if selection else ())
        )


@dataclass(slots=True)
class _Cost:
    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: dict[str, Any]
    defaults: Mapping[str, Any]
    known: dict[str, int] = field(default_factory=dict[str, int])
    sized_by: set[str] = field(default_factory=set[str])
    """The variables that page sizes and lists of ids come from: the same ones, whatever their values."""

    def of(self, selection: SelectionSetNode | None, parent: Any) -> int:
        return sum(self._node(node, parent) for node in (selection.selections if selection else ()))

    def _node(self, node: Any, parent: Any) -> int:
        match node:
            case FieldNode():
                return self._field(node, parent)
            case FragmentSpreadNode():
                name = node.name.value
                if name not in self.known:
                    fragment = self.fragments[name]
                    self.known[name] = 0
                    on = self.schema.type_map[fragment.type_condition.name.value]
                    self.known[name] = self.of(fragment.selection_set, on)
                return self.known[name]
            case _:
                on = self.schema.type_map[node.type_condition.name.value] if node.type_condition else parent
                return self.of(node.selection_set, on)

    def _field(self, node: FieldNode, parent: Any) -> int:
        name = node.name.value
        definition: Any = None if name.startswith("__") else self.schema.get_field(parent, name)
        named: Any = get_named_type(definition.type) if definition else None
        if definition is None or not is_composite_type(named):
            return 0
        if "first" in definition.args:
            return 1 + self._size(node) * max(1, self.of(node.selection_set, named))
        nullable: Any = definition.type.of_type if is_non_null_type(definition.type) else definition.type
        within = _own(definition) + self.of(node.selection_set, named)
        return (self._given_list(node, definition) if is_list_type(nullable) else 1) * within

    def _given_list(self, node: FieldNode, definition: GraphQLField) -> int:
        """A list's length: of the ids it is asked for, or the usual."""
        if "ids" in definition.args:
            for argument in node.arguments or ():
                value: Any = self._value(argument.value)
                if isinstance(value, list):
                    return max(1, len(cast("list[Any]", value)))
        connection_part = node.name.value in {"nodes", "edges"} and "ids" not in definition.args
        return 1 if connection_part else USUAL_LIST

    def _size(self, node: FieldNode) -> int:
        sizes = [
            self._value(argument.value) for argument in node.arguments or () if argument.name.value in {"first", "last"}
        ]
        given = [size for size in sizes if isinstance(size, int)]
        return min(max(given), LARGEST_SIZE) if given and max(given) > 0 else DEFAULT_SIZE

    def _value(self, value: Any) -> Any:
        if isinstance(value, VariableNode):
            name = value.name.value
            self.sized_by.add(name)
            return self.variables[name] if name in self.variables else self._value(self.defaults.get(name))
        if isinstance(value, IntValueNode):
            return int(value.value)
        values = getattr(value, "values", None)
        return [self._value(item) for item in values] if values is not None else None
