"""Several transactions of which people are told together, such as those of an import.

    async with occasion(call) as call:
        ...

Mails whose cause lies in it are queued with their cause, but held back: what crosses a threshold in one batch and
another in the next is one mail, with the figures as they are at the end. Where the end is never reached, because the
process died, they go a quarter of an hour later with the figures they have.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from tortoise.transactions import in_transaction

from mailers import outbox
from mailers.causes import Cause
from mailers.causes import Level as ToldLevel
from models import database
from resolvers.operation import locked_gate
from resolvers.rules.notices import Level
from resolvers.telling.notices import BALANCE, UNMATCHED, kind_of, order_facts, prefix_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from mailers.causes import LineFacts, OrderFacts
    from models.notice import Notice
    from resolvers.operation import Call

Row = dict[str, Any]
Key = tuple[int, int]
"""An order line, by its order's key and its own number."""

_LEVELS: Final = """
SELECT purchase_order_id, number, currency, balance_limit, balance_current, forecast_runs_out_on
FROM purchase_order_line WHERE purchase_order_id = ANY($1::bigint[]) AND balance_limit IS NOT NULL"""


@asynccontextmanager
async def occasion(call: Call) -> AsyncGenerator[Call]:
    """The call as a part of an occasion that lasts as long as the block; whatever ends it lets the mails go."""
    part = replace(call, occasion=uuid4().hex)
    try:
        yield part
    finally:
        async with in_transaction():
            await locked_gate(part)
            await _let_go(part)


async def _let_go(call: Call) -> None:
    held = await outbox.held_back(call.organization_id, await prefix_of(BALANCE, call), call.now)
    orders = {row.purchase_order_id for row in held if row.purchase_order_id is not None}
    levels = {(row["purchase_order_id"], row["number"]): row for row in await _levels(orders)}
    facts = await order_facts(orders)
    for row in held:
        await _let_go_balance(call, row, levels, facts)
    for row in await outbox.held_back(call.organization_id, await prefix_of(UNMATCHED, call), call.now):
        await outbox.let_go(row, row.kind, Cause.read(row.cause), call.now)


async def _let_go_balance(call: Call, row: Notice, levels: Mapping[Key, Row], facts: Mapping[int, OrderFacts]) -> None:
    order = row.purchase_order_id
    cause = Cause.read(row.cause)
    if order is not None and order in facts:
        cause = replace(cause, order=facts[order], lines=_as_they_are(order, cause.lines, levels))
    if cause.lines:
        await outbox.let_go(row, kind_of(cause), cause, call.now)
    else:
        await outbox.cancel(row, "the balance has risen again")


def _as_they_are(order: int, lines: Sequence[LineFacts], levels: Mapping[Key, Row]) -> tuple[LineFacts, ...]:
    """The lines with what is left of them now; without those that are past none of their thresholds any more."""
    found: list[LineFacts] = []
    for line in lines:
        row = levels.get((order, line.number))
        if row is None:
            continue
        level = Level(limit=row["balance_limit"], current=row["balance_current"])
        thresholds = tuple(each for each in line.thresholds if level.is_past(each))
        if thresholds:
            balance = ToldLevel(limit=level.limit, current=level.current, currency=row["currency"])
            runs_out = row["forecast_runs_out_on"]
            found.append(replace(line, thresholds=thresholds, balance=balance, runs_out_on=runs_out))
    return tuple(found)


async def _levels(orders: set[int]) -> list[Row]:
    return await database.rows(_LEVELS, sorted(orders)) if orders else []
