"""Counts and sums of a queryset's rows by a key: one statement, one row a group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from models import database
from resolvers.reading.predicates import TODAY, Bound, Parameters, condition
from resolvers.visibility import identity

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from tortoise.expressions import Q
    from tortoise.queryset import QuerySet

    from resolvers.visibility import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The rows that have a key and a currency: how many, and the sum of an amount of theirs."""

    key: Any
    currency: str
    count: int
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """How rows are grouped. `key`, `count` and `order` are SQL over `{row}`; `{today}` is the date of the request.

    `amount` is a column; amounts of different currencies never meet in a sum, so every group is of one.
    """

    key: str
    amount: str
    count: str = "count(*)"
    order: str = "key"


async def groups(
    queryset: QuerySet[Any], grouping: Grouping, actor: Actor, today: date, limit: int | None = None
) -> list[Group]:
    """The groups of the rows that the queryset finds, in order."""
    model, row, parameters = queryset.model, "t0", Parameters()
    found = condition(model, row, queryset._q_objects, parameters)
    names = {"row": row, "today": f"{parameters.bind(TODAY)}::date" if "{today}" in grouping.key else ""}
    rows = await database.rows(
        f"SELECT {grouping.key.format(**names)} AS key, {row}.currency AS currency,"
        f" {grouping.count.format(**names)}::int AS count, sum({row}.{grouping.amount}) AS amount"
        f' FROM "{model._meta.db_table}" {row} {" ".join(found.joins)} WHERE {found.where}'
        f" GROUP BY 1, 2 ORDER BY {grouping.order}, key, currency"
        + (f" LIMIT {parameters.bind(limit)}::bigint" if limit is not None else ""),
        *_bound(parameters, actor, today),
    )
    return [Group(**each) for each in rows]


def of_related(relation: str, condition: Q) -> Q:
    """The condition, asked of the row that a relation leads to."""
    found = type(condition)(
        *(of_related(relation, child) for child in condition.children),
        join_type=condition.join_type,
        **{f"{relation}__{name}": value for name, value in condition.filters.items()},
    )
    return ~found if condition._is_negated else found


def _bound(parameters: Parameters, actor: Actor, today: date) -> list[Any]:
    known: dict[Bound, Any] = {**identity(actor), TODAY: today}
    return [known[value] if isinstance(value, Bound) else value for value in parameters.all]
