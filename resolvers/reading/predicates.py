"""A queryset's conditions as SQL over an alias, with bound parameters."""

from __future__ import annotations

import operator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from pypika_tortoise.dialects import PostgreSQLQuery
from pypika_tortoise.queries import Table
from pypika_tortoise.terms import Criterion, Parameter, Parameterizer, Term
from tortoise.exceptions import ValidationError
from tortoise.expressions import Expression, Q, ResolveContext
from tortoise.filters import is_in
from tortoise.query_utils import QueryModifier

from resolvers.errors import BadInput
from resolvers.reading.past import table_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pypika_tortoise.context import SqlContext
    from tortoise.models import Model

    from resolvers.reading.compiler import Statement
    from resolvers.reading.past import Then


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

    def __eq__(self, other: object) -> bool:  # pyright: ignore[reportIncompatibleMethodOverride] - a plain key
        return self is other

    def __hash__(self) -> int:
        return id(self)


ORGANIZATION: Final = Bound("organization", "bigint")
USER: Final = Bound("user", "bigint")
TODAY: Final = Bound("today", "date")


def asks(question: str, value: Any) -> Q:
    """The condition that a question such as `status__in` has the value for an answer."""
    return Q(**{question: value})


ALL: Final = Q(id__isnull=False)
NONE: Final = Q(id__isnull=True)


class Unless(Q):
    """Holds for every row for which the conditions do not, rows with missing values among them.

    `~Q` would leave those out, because SQL cannot tell whether nothing equals something.
    """

    def resolve(self, resolve_context: ResolveContext) -> QueryModifier:
        """The complement of the conditions."""
        found = super().resolve(resolve_context)
        return QueryModifier(_Complement(found.where_criterion), found.joins)

    def __invert__(self) -> Q:
        return Q(*self.children, join_type=self.join_type, **self.filters)


class _Complement(Criterion):
    def __init__(self, held: Criterion) -> None:
        super().__init__()
        self.held = held

    def get_sql(self, ctx: SqlContext) -> str:
        return f"({self.held.get_sql(ctx)}) IS NOT TRUE"


class Parameters:
    """The bound parameters of one statement, numbered from `$1`; a request parameter has one number throughout."""

    def __init__(self, after: Statement | None = None) -> None:
        self.then: Then | None = None
        """As of when what these parameters belong to is read; none where it is now."""
        self._before: tuple[Any, ...] = after.parameters if after else ()
        self._values: list[Any] = []
        self._numbers: dict[Bound, int] = {}

    @property
    def all(self) -> tuple[Any, ...]:
        """The values, those of the statement that these parameters come `after` first."""
        return (*self._before, *self._values)

    def bind(self, value: Any) -> str:
        """The placeholder of a value."""
        if isinstance(value, Bound):
            if value is TODAY and self.then is not None:
                return self.then.today
            if value not in self._numbers:
                self._numbers[value] = self._add(value)
            return f"${self._numbers[value]}"
        return f"${self._add(value)}"

    def _add(self, value: Any) -> int:
        self._values.append(value)
        return len(self._before) + len(self._values)


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
    """The conditions of a queryset over the alias; `TRUE` where there are none.

    They may ask about rows that this one refers to, but not about rows that refer to it: those could be several.

    Raises:
        BadInput: a column is compared with what it can never hold.
    """
    nodes = tuple(conditions)
    try:
        compared = _compared(model, nodes)
    except ValidationError as error:
        raise _nothing(error) from error
    if compared:
        return Condition(f"({' AND '.join(each.sql(alias, parameters) for each in compared)})")
    return resolved(model, alias, nodes, parameters)


def resolved(model: type[Model], alias: str, conditions: Iterable[Q], parameters: Parameters) -> Condition:
    """The same, of any conditions, in Tortoise's way, which takes ten times as long."""
    table = Table(model._meta.db_table).as_(alias)
    context = ResolveContext(model=model, table=table, annotations={}, custom_filters={})
    modifier = QueryModifier()
    try:
        for node in conditions:
            modifier &= node.resolve(context)
    except ValidationError as error:
        raise _nothing(error) from error
    sql = PostgreSQLQuery.SQL_CONTEXT.copy(parameterizer=_Binder(parameters), with_namespace=True)
    joins: dict[str, str] = {}
    tied: Any
    for joined, tied in modifier.joins:
        if not joined.alias:
            raise TypeError(f"a condition on {alias} asks about the rows of {joined.get_table_name()} that refer to it")
        # A row of another organization is none, as everywhere.
        same = f'"{joined.alias}"."organization_id" = "{tied.right.table.alias}"."organization_id"'
        rows = table_source(joined._table_name, parameters.then)
        joins[joined.alias] = f'LEFT JOIN {rows} AS "{joined.alias}" ON {tied.get_sql(sql)} AND {same}'
    where = modifier.where_criterion.get_sql(sql) if modifier.where_criterion else "TRUE"
    return Condition(f"({where})", list(joins.values()))


class _Compared(NamedTuple):
    """A column of the row, compared with a value, or with the values of a list."""

    column: str
    sign: str
    value: Any

    def sql(self, alias: str, parameters: Parameters) -> str:
        bound = parameters.bind(self.value)
        cast = f"::{self.value.cast}" if isinstance(self.value, Bound) else ""
        compared = f"ANY({bound})" if isinstance(self.value, list) else f"{bound}{cast}"
        return f'"{alias}"."{self.column}"{self.sign}{compared}'


def _compared(model: type[Model], conditions: Iterable[Q]) -> list[_Compared] | None:
    """The conditions, where all they do is compare columns of the row with values: nearly always."""
    found: list[_Compared] = []
    for node in conditions:
        filters: dict[str, Any] = node.filters
        if (
            type(node) is not Q
            or node._is_negated
            or (node.join_type != Q.AND and len(node.children) + len(filters) > 1)
        ):
            return None
        compared = [_comparison(model, question, value) for question, value in filters.items()]
        within = _compared(model, node.children)
        if within is None or None in compared:
            return None
        found += [*within, *(each for each in compared if each is not None)]
    return found


def _comparison(model: type[Model], question: str, value: Any) -> _Compared | None:
    known: Any = model._meta.filters.get(question)
    if known is None or "table" in known or value is None or isinstance(value, Expression):
        return None
    sign, column = _SIGNS.get(known["operator"]), known["source_field"]
    if isinstance(value, Term):
        return _Compared(column, sign, value) if sign and isinstance(value, Bound) else None
    field: Any = model._meta.fields_map[known["field"]]
    if known["operator"] is is_in and isinstance(value, list | tuple):
        values = cast("Sequence[Any]", value)
        if any(each is None for each in values):
            return None
        # One parameter, however many they are, so that lists of all lengths share a plan.
        return _Compared(column, "=", [field.to_db_value(each, model) for each in values])
    if sign is None or "value_encoder" in known:
        return None
    return _Compared(column, sign, field.to_db_value(value, model))


def _nothing(error: ValidationError) -> BadInput:
    return BadInput(f"Nothing can be found by that: {str(error)[:200]}.")


_SIGNS: Final[dict[Any, str]] = {
    operator.eq: "=",
    operator.lt: "<",
    operator.le: "<=",
    operator.gt: ">",
    operator.ge: ">=",
}
