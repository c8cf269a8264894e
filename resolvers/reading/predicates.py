"""A queryset's conditions as SQL over an alias, with bound parameters."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pypika_tortoise import Table
from pypika_tortoise.dialects import PostgreSQLQuery
from pypika_tortoise.terms import Parameter, Parameterizer, Term
from tortoise.expressions import ResolveContext
from tortoise.query_utils import QueryModifier

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pypika_tortoise.context import SqlContext
    from tortoise.expressions import Q
    from tortoise.models import Model


class Bound(Term):
    """A parameter whose value comes with the request and not with the plan, so that callers share plans.

    It stands where Tortoise takes a value: `Q(organization_id=ORGANIZATION)`.
    """

    def __init__(self, name: str, cast: str) -> None:
        super().__init__()
        self.name = name
        self.cast = cast

    def get_sql(self, ctx: SqlContext) -> str:
        """The placeholder, cast to its type."""
        parameterizer: Any = ctx.parameterizer
        return f"{parameterizer.create_param(self).get_sql(ctx)}::{self.cast}"

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)


ORGANIZATION: Final = Bound("organization", "bigint")
USER: Final = Bound("user", "bigint")
TODAY: Final = Bound("today", "date")


class Parameters:
    """The bound parameters of one statement, numbered from `$1`; a request parameter has one number throughout."""

    def __init__(self, offset: int = 0) -> None:
        self.values: list[Any] = []
        self._offset = offset
        self._numbers: dict[Bound, int] = {}

    def bind(self, value: Any) -> str:
        """The placeholder of a value."""
        if isinstance(value, Bound):
            if value not in self._numbers:
                self._numbers[value] = self._add(value)
            return f"${self._numbers[value]}"
        return f"${self._add(value)}"

    def _add(self, value: Any) -> int:
        self.values.append(value)
        return self._offset + len(self.values)


class _Binder(Parameterizer):
    def __init__(self, parameters: Parameters) -> None:
        super().__init__()
        self._parameters = parameters

    def create_param(self, value: Any) -> Parameter:
        return Parameter(self._parameters.bind(value))


@dataclass(slots=True)
class Condition:
    """SQL for `WHERE`, and the joins it needs."""

    where: str
    joins: list[str] = field(default_factory=list[str])


def condition(model: type[Model], alias: str, conditions: Iterable[Q], parameters: Parameters) -> Condition:
    """The conditions of a queryset over the alias; `TRUE` where there are none."""
    context = ResolveContext(
        model=model, table=Table(model._meta.db_table).as_(alias), annotations={}, custom_filters={}
    )
    modifier = QueryModifier()
    for node in conditions:
        modifier &= node.resolve(context)
    sql = PostgreSQLQuery.SQL_CONTEXT.copy(parameterizer=_Binder(parameters), with_namespace=True)
    joins: dict[str, str] = {}
    for table, on in modifier.joins:
        name = f'"{table.alias or table.get_table_name()}"'
        joins[name] = f'LEFT JOIN "{table.get_table_name() if not table.alias else table._table_name}" AS {name}'
        joins[name] += f" ON {on.get_sql(sql)}"
    where = modifier.where_criterion.get_sql(sql) if modifier.where_criterion else ""
    return Condition(where or "TRUE", list(joins.values()))
