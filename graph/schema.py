"""The schema: queries and mutations put together, and the types that nothing else leads to."""

from functools import cache

import strawberry
from strawberry.schema.config import StrawberryConfig

from graph.errors import ERROR_TYPES
from graph.executor import Executor
from graph.queries.documents import DocumentQueries
from graph.scalars import SCALARS
from graph.types import enums

enums.register_all()


@strawberry.type(description="What can be asked.")
class Query(DocumentQueries):
    pass


@cache
def schema() -> strawberry.Schema:
    """The one schema of the server."""
    return strawberry.Schema(
        query=Query,
        types=list(ERROR_TYPES.values()),
        execution_context_class=Executor,
        config=StrawberryConfig(scalar_map=SCALARS),
    )
