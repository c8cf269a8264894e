"""GraphQL's selection below a field, as the plain tree that reading understands."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError, GraphQLObjectType, get_named_type
from graphql.execution.values import get_argument_values
from strawberry.types.arguments import convert_arguments
from strawberry.types.base import has_object_definition
from strawberry.types.unset import UNSET

from resolvers.reading.kinds import Column, Literal
from resolvers.reading.selection import Selected

if TYPE_CHECKING:
    from graphql.execution import Executor
    from graphql.execution.collect_fields import FieldDetailsList
    from strawberry.types.field import StrawberryField

    from resolvers.visibility import Actor

DEFINITION = "strawberry-definition"


def select(
    executor: Executor[Any], object_type: GraphQLObjectType, details: FieldDetailsList, actor: Actor
) -> tuple[Selected, ...]:
    """What was asked for of an object type, with aliases, fragments, `@skip` and `@include` applied.

    Raises:
        GraphQLError: a field that the actor's roles do not allow.
    """
    grouped = executor.collect_subfields(object_type, details).grouped_field_set
    return tuple(_selected(executor, object_type, key, found, actor) for key, found in grouped.items())


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
    raw = (
        get_argument_values(definition, node, executor.variable_values, details[0].fragment_variable_values)
        if definition.args
        else {}
    )
    return Selected(
        key=key,
        name=field.python_name,
        kind=field.metadata.get("read") or Column(field.python_name),
        arguments=plain_arguments(executor, field, raw) if raw else (),
        children=select(executor, named, details, actor) if isinstance(named, GraphQLObjectType) else None,
        origin=(definition, details, parent),
    )


def check_roles(field: StrawberryField, actor: Actor, name: str) -> None:
    """Refuse a field that the actor's roles do not allow, before any SQL is made.

    Raises:
        GraphQLError: the field needs a role that the actor does not have.
    """
    needed = field.metadata.get("roles")
    if needed and not actor.may(*needed):
        roles = " or ".join(sorted(str(role) for role in needed))
        raise GraphQLError(f"The field {name} needs the role {roles}.", extensions={"code": "NOT_PERMITTED"})


def plain_arguments(
    executor: Executor[Any], field: StrawberryField, raw: Mapping[str, Any]
) -> tuple[tuple[str, Any], ...]:
    """A field's arguments as hashable pairs of Python names and plain values."""
    schema: Any = executor.schema
    converter = schema._strawberry_schema.schema_converter
    converted = convert_arguments(
        dict(raw), field.arguments, scalar_registry=converter.scalar_registry, config=converter.config
    )
    return tuple((name, frozen(value)) for name, value in converted.items())


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
