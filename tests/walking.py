"""Queries that ask for everything, made from the schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import GraphQLObjectType, get_named_type, is_composite_type, is_required_argument

from graph.executor import node_types
from graph.schema import schema
from models.views import MatchCandidate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphql import GraphQLField, GraphQLSchema
    from tortoise.models import Model


def core() -> GraphQLSchema:
    """The schema as graphql-core has it."""
    return schema()._schema


def nodes() -> dict[type[Model], GraphQLObjectType]:
    """The types of nodes, by the rows that they show."""
    return node_types(core())


def is_node(named: Any) -> bool:
    """Whether a type is one of things with ids."""
    return named in nodes().values()


def shown_types() -> Iterator[GraphQLObjectType]:
    """Every object type that is read from the database, or made of what is."""
    roots = {core().query_type, core().mutation_type, core().subscription_type}
    seen: set[str] = set()
    waiting: list[Any] = [root for root in roots if root]
    while waiting:
        named = waiting.pop()
        if named.name not in seen and isinstance(named, GraphQLObjectType):
            seen.add(named.name)
            waiting += [get_named_type(field.type) for field in named.fields.values()]
            if named not in roots:
                yield named


def is_list(field: GraphQLField) -> bool:
    """Whether a field of the root is a list of rows: filtered, sorted, paged."""
    return "list" in field.extensions["strawberry-definition"].metadata


def free(named: Any) -> dict[str, GraphQLField]:
    """The fields of a type that can be asked for without arguments."""
    return {
        name: field
        for name, field in named.fields.items()
        if not any(is_required_argument(argument) for argument in field.args.values())
    }


def shown_by(field: GraphQLField) -> Any:
    """The kind of rows that a field shows: one, several, or a page of them."""
    named: Any = get_named_type(field.type)
    if named.name.endswith("Connection"):
        named = get_named_type(named.fields["nodes"].type)
    models = {shown.name: model for model, shown in nodes().items()} | {"MatchCandidate": MatchCandidate}
    return models[named.name]


def referred(model: Any, name: str) -> Any:
    """The kind of rows that a filter by id, such as `supplierId`, means."""
    relation = snake(name).removesuffix("_id")
    return model if relation == "id" else model._meta.fields_map[relation].related_model


def snake(name: str) -> str:
    """The name in Python: `supplierId` is `supplier_id`."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def everything(named: Any, steps: int = 1) -> str:
    """A selection of all fields of a type, of the nodes it leads to, and so on for as many steps; then only ids."""
    texts = ["__typename"]
    for name, field in free(named).items():
        of: Any = get_named_type(field.type)
        if not is_composite_type(of):
            texts.append(name)
        elif not is_node(of):
            texts.append(f"{name} {everything(of, steps)}")
        elif steps and not named.name.endswith("Edge"):
            texts.append(f"{name} {everything(of, steps - 1)}")
        else:
            texts.append(f"{name} {{ __typename id }}")
    return f"{{ {' '.join(texts)} }}"
