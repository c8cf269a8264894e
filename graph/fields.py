"""How fields of nodes are declared: what clients read of them, and how they are read from the database."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Annotated, Any, Optional

import strawberry

from graph.selection import frozen
from resolvers.ids import PREFIXES
from resolvers.reading import expressions, kinds
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Callable

    from models.statuses.people import Role
    from resolvers.listings import Listing

FIRST = Annotated[
    Optional[int],  # noqa: UP045 - Strawberry reads this at run time
    strawberry.argument(description="How many items from the start, 1 to 100; 20 unless given."),
]
AFTER = Annotated[
    Optional[str],  # noqa: UP045
    strawberry.argument(description="The cursor to continue after, with `first`."),
]
LAST = Annotated[
    Optional[int],  # noqa: UP045
    strawberry.argument(description="How many items from the end, 1 to 100."),
]
BEFORE = Annotated[
    Optional[str],  # noqa: UP045
    strawberry.argument(description="The cursor to stop before, with `last`."),
]
_WHERE = "Only the items for which this holds."
_ORDER = "What to sort by, the most important first; the id breaks ties."
_SEARCH = "Only items whose text has words that begin with each of these words."


def _field(description: str, kind: kinds.Kind, roles: tuple[Role, ...] = ()) -> Any:
    return strawberry.field(description=description, metadata={"read": kind, "roles": roles})


def column(description: str, name: str | None = None, *, roles: tuple[Role, ...] = ()) -> Any:
    """A field that is a column; of the same name, unless another is given."""
    metadata: dict[str, Any] = {"roles": roles}
    if name is not None:
        metadata["read"] = kinds.Column(name)
    return strawberry.field(description=description, metadata=metadata)


def identifier(model: Any) -> Any:
    """The id of a node."""
    return _field("The id, the same for ever; opaque, but it tells the kind.", kinds.Identifier(PREFIXES[model]))


def reference(model: Any, name: str, description: str) -> Any:
    """The id of a node that a column refers to."""
    return _field(description, kinds.Identifier(PREFIXES[model], name))


def money(description: str, name: str, *, nullable: bool = False, currency: str = "currency") -> Any:
    """An amount with its currency."""
    return _field(description, expressions.money(name, currency, nullable=nullable))


def read(description: str, kind: kinds.Kind) -> Any:
    """A field that is read in a way of its own."""
    return _field(description, kind)


def address(description: str, name: str) -> Any:
    """An address that a JSON column holds."""
    return read(description, expressions.address(name))


def part(description: str) -> Any:
    """A field of an object that is made of its owner's row."""
    return _field(description, kinds.Part())


def one(description: str, name: str) -> Any:
    """The node that a foreign key refers to."""
    return _field(description, kinds.One(name))


def first(description: str, name: str, order: tuple[str, ...] = ("-id",), only: Any = None) -> Any:
    """The first of the nodes that refer to this one."""
    return _field(description, kinds.First(name, order, only))


def many(
    description: str, name: str, order: tuple[str, ...] = ("id",), *, through: str | None = None, only: Any = None
) -> Any:
    """All nodes that refer to this one; only for lists that are short by their nature."""
    return _field(description, kinds.Many(name, order, through, only))


def page_part(description: str, name: str) -> Any:
    """A field of a connection."""
    return _field(description, kinds.PagePart(name))


def connected(  # noqa: PLR0913 - a declaration, read as one
    description: str,
    name: str,
    listing: Listing,
    *,
    of: Any,
    where: Any = None,
    order: Any = None,
    only: Any = None,
    through: str | None = None,
    links: Any = None,
    back: str | None = None,
) -> Any:
    """A page of the nodes that refer to this one; or of those that the rows that do so lead to `through` a key.

    `links` narrows those rows; `back` goes on to what refers to the nodes that they lead to.
    """

    def resolver(self: Any, **arguments: Any) -> Any:
        raise TypeError(f"{name} of {self!r} is read by the statement of its parent, not by itself: {arguments}")

    _sign(resolver, listing, of, where, order)
    return strawberry.field(
        resolver=resolver,
        description=description,
        metadata={"read": kinds.Connected(name, listing, only, through, links, back)},
    )


def root_list(  # noqa: PLR0913 - a declaration, read as one
    description: str,
    row: Any,
    listing: Listing,
    *,
    of: Any,
    where: Any = None,
    order: Any = None,
    roles: tuple[Role, ...] = (),
) -> Any:
    """A page of all rows of a kind that the caller may see."""

    def resolver(self: Any, info: Any, **arguments: Any) -> Any:
        del self
        given = {name: frozen(value) for name, value in arguments.items()}
        return listing(visible_to(row, info.context.actor), **given)

    _sign(resolver, listing, of, where, order, info=True)
    return strawberry.field(resolver=resolver, description=description, metadata={"list": listing, "roles": roles})


def _sign(  # noqa: PLR0913
    resolver: Callable[..., Any], listing: Listing, of: Any, where: Any, order: Any, *, info: bool = False
) -> None:
    """Give the resolver the arguments of a connection, so that Strawberry sees them."""
    annotations: dict[str, Any] = {"first": FIRST, "after": AFTER, "last": LAST, "before": BEFORE}
    if where is not None:
        annotations["where"] = Annotated[Optional[where], strawberry.argument(description=_WHERE)]  # noqa: UP045
    if order is not None:
        annotations["order_by"] = Annotated[Optional[list[order]], strawberry.argument(description=_ORDER)]  # noqa: UP045
    if listing.search is not None:
        annotations["search"] = Annotated[Optional[str], strawberry.argument(description=_SEARCH)]  # noqa: UP045
    self_and_info = [inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)]
    if info:
        annotations = {"info": strawberry.Info, **annotations}
    parameters = [
        inspect.Parameter(
            name,
            inspect.Parameter.POSITIONAL_OR_KEYWORD if name == "info" else inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if name == "info" else None,
            annotation=annotation,
        )
        for name, annotation in annotations.items()
    ]
    signature = inspect.Signature([*self_and_info, *parameters], return_annotation=of)
    resolver.__signature__ = signature  # pyright: ignore[reportFunctionMemberAccess]
    resolver.__annotations__ = {**annotations, "return": of}
