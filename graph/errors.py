"""Refusals as data: the interface `UserError`, and one type for each refusal of the modules of `REFUSALS`.

The types are made from the refusal classes, so that a refusal and its type cannot differ.
"""

import dataclasses
import sys
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final, get_args, get_origin, get_type_hints

import strawberry
from strawberry.types.enum import EnumValueDefinition

from resolvers import (
    errors,
    errors_approvals,
    errors_blanket,
    errors_invoicing,
    errors_receiving,
    errors_revisions,
    errors_sourcing,
)
from resolvers.errors import Refusal

REFUSALS: Final = (
    errors,
    errors_approvals,
    errors_blanket,
    errors_invoicing,
    errors_receiving,
    errors_revisions,
    errors_sourcing,
)
"""The modules that hold refusals; to be imported is enough."""


def _sentence(refusal: type[Refusal]) -> str:
    return (refusal.__doc__ or "").split("\n\n")[0].strip()


def _codes() -> dict[str, EnumValueDefinition]:
    return {
        refusal.code: strawberry.enum_value(refusal.code, description=_sentence(refusal))
        for refusal in errors.all_refusals()
    }


ErrorCode: Any = strawberry.enum(
    Enum("ErrorCode", _codes()), description="The kinds of refusals; each has a type with the figures."
)


@strawberry.interface(description="Why a mutation was refused. Each kind has a type of its own with the figures.")
class UserError:
    code: Any = strawberry.field(graphql_type=ErrorCode, description="The kind of refusal; it never changes.")
    message: str = strawberry.field(description="The refusal in a sentence for a person.")
    path: list[str] = strawberry.field(description="Where in the input the cause is; empty where it is not in there.")


def _wire_type(hint: Any) -> Any:
    """The type of a figure in the API: tuples are lists."""
    return list[get_args(hint)[0]] if get_origin(hint) is tuple else hint


def _error_type(refusal: type[Refusal]) -> type:
    """The GraphQL type of a refusal, with the figures it carries."""
    hints = get_type_hints(refusal, vars(sys.modules[refusal.__module__]) | _FIGURE_TYPES)
    figures = [figure for figure in dataclasses.fields(refusal) if "description" in figure.metadata]
    body: dict[str, Any] = {
        "__annotations__": {figure.name: _wire_type(hints[figure.name]) for figure in figures},
        "__module__": __name__,
        **{figure.name: strawberry.field(description=figure.metadata["description"]) for figure in figures},
    }
    return strawberry.type(type(refusal.__name__, (UserError,), body), description=_sentence(refusal))


_FIGURE_TYPES: Final[dict[str, Any]] = {"Decimal": Decimal, "date": date, "datetime": datetime}
"""What these modules name in annotations only."""

ERROR_TYPES: Final = {refusal: _error_type(refusal) for refusal in errors.all_refusals()}
"""Refusal class → GraphQL type."""


def told(refusal: Refusal) -> UserError:
    """A refusal as data. GraphQL would take the refusal itself for a failure: it is an exception."""
    shape = ERROR_TYPES[type(refusal)]
    figures = {field.name: getattr(refusal, field.name) for field in dataclasses.fields(shape)}
    return shape(**figures)
