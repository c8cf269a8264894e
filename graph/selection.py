"""GraphQL's selection below a field, as the plain tree that reading understands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from graphql import (
    FragmentSpreadNode,
    GraphQLError,
    GraphQLObjectType,
    Node,
    VariableNode,
    get_named_type,
)
from graphql.execution.values import get_argument_values
from strawberry.types.base import has_object_definition
from strawberry.types.unset import UNSET

from graph.recent import Recent
from resolvers.reading.kinds import Column, Literal
from resolvers.reading.selection import Selected, Selection

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from graphql import FieldNode, GraphQLArgument, GraphQLField, GraphQLInputField
    from graphql.execution import Executor
    from graphql.execution.collect_fields import FieldDetailsList
    from graphql.execution.values import VariableValues
    from strawberry.types.field import StrawberryField

    from resolvers.visibility import Actor

DEFINITION: Final = "strawberry-definition"
MOST_SELECTIONS: Final = 2048

_ABSENT: Final = object()


def select(
    executor: Executor[Any], object_type: GraphQLObjectType, details: FieldDetailsList, actor: Actor
) -> Selection:
    """What was asked for of an object type, with aliases, fragments, `@skip` and `@include` applied.

    It is built once for a place in a document, the variables that are used below it, and the caller's roles.

    Raises:
        GraphQLError: a field that the actor's roles do not allow.
    """
    place = (object_type, *(id(found.node) for found in details))
    used = _used.get(place) or _used.keep(place, _Used.of(executor, details))
    asked = _asked(used, executor.variable_values, actor)
    return _selections.get(asked) or _selections.keep(asked, _select(executor, object_type, details, actor))


def known_selection(
    object_type: GraphQLObjectType, nodes: Sequence[FieldNode], values: VariableValues, actor: Actor
) -> Selection | None:
    """What `select` made for a request like this one; none where there was none lately."""
    place = (object_type, *(id(node) for node in nodes))
    used = _used.get(place)
    return None if used is None else _selections.get(_asked(used, values, actor))


def _asked(used: _Used, values: VariableValues, actor: Actor) -> tuple[Any, ...]:
    given = values.coerced
    return (used, actor.roles, *(_frozen(given[name]) if name in given else _ABSENT for name in used.variables))


def _select(
    executor: Executor[Any], object_type: GraphQLObjectType, details: FieldDetailsList, actor: Actor
) -> Selection:
    grouped = executor.collect_subfields(object_type, details).grouped_field_set
    return Selection(_selected(executor, object_type, key, found, actor) for key, found in grouped.items())


def _selected(
    executor: Executor[Any], parent: GraphQLObjectType, key: str, details: FieldDetailsList, actor: Actor
) -> Selected:
    node = details[0].node
    name = node.name.value
    if name == "__typename":
        return Selected(key=key, name=name, kind=Literal(parent.name))
    definition = parent.fields[name]
    field: StrawberryField = definition.extensions[DEFINITION]
    check_roles(field, actor, name)
    named = get_named_type(definition.type)
    raw = get_argument_values(definition, node, executor.variable_values) if definition.args else {}
    return Selected(
        key=key,
        name=field.python_name,
        kind=field.metadata.get("read") or Column(field.python_name),
        arguments=plain_arguments(definition, raw),
        children=_select(executor, named, details, actor) if isinstance(named, GraphQLObjectType) else None,
        origin=(definition, details, parent),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Used:
    """The variables that are used below fields of a document.

    It keeps those `nodes` alive that are known by their ids, for as long as anything is known of them.
    """

    nodes: tuple[FieldNode, ...]
    variables: tuple[str, ...]

    @classmethod
    def of(cls, executor: Executor[Any], details: FieldDetailsList) -> _Used:
        nodes = tuple(found.node for found in details)
        below: dict[str, Node | None] = {f"${number}": node.selection_set for number, node in enumerate(nodes)}
        variables: set[str] = set()
        for name in (waiting := list(below)):
            for node in _nodes(below[name]):
                if isinstance(node, VariableNode):
                    variables.add(node.name.value)
                elif isinstance(node, FragmentSpreadNode) and node.name.value not in below:
                    below[node.name.value] = executor.fragments[node.name.value].definition
                    waiting.append(node.name.value)
        return cls(nodes, tuple(sorted(variables)))


def _nodes(node: Any) -> Iterator[Node]:
    """The node and all below it."""
    if isinstance(node, Node):
        yield node
        for key in node.keys:
            yield from _nodes(getattr(node, key))
    elif isinstance(node, tuple | list):
        children: Sequence[Any] = node
        for child in children:
            yield from _nodes(child)


def check_roles(field: StrawberryField, actor: Actor, name: str) -> None:
    """Refuse a field that the actor's roles do not allow, before any SQL is made.

    Raises:
        GraphQLError: the field needs a role that the actor does not have.
    """
    needed = field.metadata.get("roles")
    if needed and not actor.may(*needed):
        roles = " or ".join(sorted(str(role) for role in needed))
        raise GraphQLError(f"The field {name} needs the role {roles}.", extensions={"code": "NOT_PERMITTED"})


def plain_arguments(definition: GraphQLField, raw: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """A field's arguments as hashable pairs of Python names and plain values, made of what graphql-core coerced."""
    return tuple((_python_name(definition.args[name]), _plain(definition.args[name], raw[name])) for name in raw)


def _plain(declared: GraphQLArgument | GraphQLInputField, value: Any) -> Any:
    match value:
        case dict():
            members: dict[str, Any] = value
            fields: dict[str, GraphQLInputField] = getattr(get_named_type(declared.type), "fields", {})
            return tuple((_python_name(fields[name]), _plain(fields[name], item)) for name, item in members.items())
        case list() | tuple():
            items: Sequence[Any] = value
            return tuple(_plain(declared, item) for item in items)
        case Enum():
            return value.value
        case _:
            return value


def _python_name(declared: GraphQLArgument | GraphQLInputField) -> str:
    return declared.extensions[DEFINITION].python_name


def plain(value: Any) -> Any:
    """An input object as nested dictionaries of what was given; enumerations as their values."""
    if has_object_definition(value):
        fields = value.__strawberry_definition__.fields
        given = ((field.python_name, getattr(value, field.python_name)) for field in fields)
        return {name: plain(item) for name, item in given if item is not UNSET}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value.value if isinstance(value, Enum) else value


def frozen(value: Any) -> Any:
    """The plain form of a value, hashable."""
    return _frozen(plain(value))


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return tuple((name, _frozen(item)) for name, item in value.items())
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


_used: Final = Recent[Any, _Used](MOST_SELECTIONS)
_selections: Final = Recent[Any, Selection](MOST_SELECTIONS)
