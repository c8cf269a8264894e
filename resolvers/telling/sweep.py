"""The daily look at expirations: who has to be told today that an order will expire, or has (B4, B5).

What is due follows from two dates of the order and today, and what was told is in the outbox. So a look that is
repeated tells nothing twice, and the first one after days without tells what was missed, as far as it is still true.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tortoise.transactions import in_transaction

from mailers import outbox
from mailers.causes import Cause
from models import database
from models.organization import OrganizationGate
from models.statuses.orders import OrderType, PurchaseOrderStatus
from resolvers.approving import approval_escalations
from resolvers.rules.notices import (
    DAYS_LEFT,
    NEWS,
    Due,
    Lead,
    Schedule,
    blanket_due,
    expires_for_somebody,
    expiry_due,
    looked_ahead,
)
from resolvers.telling.notices import contacts_of, order_facts, owners_of, to_contact, to_owner

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from mailers.outbox import Letter

Row = dict[str, Any]

PAGE: Final = 500
"""How many orders are looked at together."""

_UNSWEPT: Final = """
SELECT organization_id FROM organization_gate WHERE swept_on IS NULL OR swept_on < $1 ORDER BY organization_id"""

_SCHEDULE: Final = """
SELECT expiry_under_one_month, expiry_one_to_three_months, expiry_over_three_months FROM organization WHERE id = $1"""

_EXPIRING: Final = f"""
SELECT id, status, issued_at, suspended_at, expiration_date, expiration_set_on FROM purchase_order
WHERE organization_id = $1 AND id > $4 AND expiration_date BETWEEN $2 AND $3 AND expiration_set_on IS NOT NULL
ORDER BY id LIMIT {PAGE}"""  # noqa: S608 - our own number


_BLANKETS: Final = f"""
SELECT id, status, issued_at, suspended_at, expiration_date, expiration_set_on FROM purchase_order
WHERE organization_id = $1 AND id > $4 AND expiration_date BETWEEN $2 AND $3 AND expiration_set_on IS NOT NULL
  AND order_type = '{OrderType.BLANKET}'
ORDER BY id LIMIT {PAGE}"""  # noqa: S608 - our own number and word


async def sweep(now: datetime) -> int:
    """Queue what is due today in every organization where nobody has looked today; how many mails.

    Any number of processes may do this at once: each organization is looked at by one of them.

    Source: B4.
    """
    today = now.date()
    queued = 0
    for row in await database.rows(_UNSWEPT, today):
        queued += await _sweep_organization(row["organization_id"], now)
    return queued


async def _sweep_organization(organization_id: int, now: datetime) -> int:
    """The gate keeps everybody else from changing orders meanwhile, and from looking as well."""
    today = now.date()
    async with in_transaction():
        gate = await OrganizationGate.select_for_update().get(organization_id=organization_id)
        if gate.swept_on is not None and gate.swept_on >= today:
            return 0
        schedule = await _schedule(organization_id)
        queued, last = 0, 0
        ahead = today + min(looked_ahead(schedule), today.max - today)
        while page := await database.rows(_EXPIRING, organization_id, today - NEWS, ahead, last):
            last = page[-1]["id"]
            queued += await _queue(organization_id, _due(page, today, schedule), now)
        last, week = 0, today + min(DAYS_LEFT, today.max - today)
        while page := await database.rows(_BLANKETS, organization_id, today, week, last):
            last = page[-1]["id"]
            queued += await _queue_to_owners(organization_id, _due(page, today), now)
        await approval_escalations.tell(organization_id, now, gate.swept_on)
        gate.swept_on = today
        await gate.save(update_fields=["swept_on"])
        return queued


def _due(page: Sequence[Row], today: date, schedule: Schedule | None = None) -> dict[int, tuple[Row, Due]]:
    """What is due of these orders by the schedule; without one, of blanket orders to their business owners."""
    found: dict[int, tuple[Row, Due]] = {}
    for row in page:
        suspended = row["suspended_at"] is not None
        status = PurchaseOrderStatus[row["status"]]
        if not expires_for_somebody(status, issued=row["issued_at"] is not None, suspended=suspended):
            continue
        dates = row["expiration_date"], row["expiration_set_on"]
        due = blanket_due(*dates, today) if schedule is None else expiry_due(*dates, today, schedule)
        if due is not None:
            found[row["id"]] = (row, due)
    return found


async def _queue(organization_id: int, due: dict[int, tuple[Row, Due]], now: datetime) -> int:
    """Queue what was not queued before, to the contacts who want it."""
    wanting = [
        contact
        for contact in await contacts_of(due)
        if due[contact["purchase_order_id"]][1].kind not in contact["muted_notices"]
    ]
    prefixes = {order: _prefix(*found) for order, found in due.items()}
    keys = [f"{prefixes[each['purchase_order_id']]}{each['purchase_order_id']}|{each['email']}" for each in wanting]
    known = await _known(organization_id, keys)
    new = [contact for contact, key in zip(wanting, keys, strict=True) if key not in known]
    orders = await order_facts({contact["purchase_order_id"] for contact in new})
    letters: list[Letter] = []
    for contact in new:
        order = contact["purchase_order_id"]
        cause = Cause(order=orders[order], planned_for=due[order][1].day)
        letters.append(to_contact(organization_id, contact, due[order][1].kind, cause, prefixes[order]))
    return len(await outbox.enqueue(letters, now))


async def _queue_to_owners(organization_id: int, due: dict[int, tuple[Row, Due]], now: datetime) -> int:
    """Queue what was not queued before, to the business owners: once for each expiration date.

    Source: B5.
    """
    keys = {order: f"blanket-expiry|{row['expiration_date']}|{order}" for order, (row, _) in due.items()}
    known = await _known(organization_id, keys.values())
    new = {order for order in due if keys[order] not in known}
    orders = await order_facts(new)
    letters = [
        to_owner(
            organization_id,
            owner,
            due[owner["id"]][1].kind,
            Cause(order=orders[owner["id"]], planned_for=due[owner["id"]][1].day),
            keys[owner["id"]],
        )
        for owner in await owners_of(new)
    ]
    return len(await outbox.enqueue(letters, now))


async def _known(organization_id: int, keys: Iterable[str]) -> set[str]:
    """Which of these keys are of mails that were queued before."""
    told = await database.rows(
        "SELECT key FROM notice WHERE organization_id = $1 AND key = ANY($2::text[])", organization_id, list(keys)
    )
    return {row["key"] for row in told}


def _prefix(row: Row, due: Due) -> str:
    """How the key starts of what is told once: of this expiration, planned for this day."""
    return f"expiry|{row['expiration_date']}|{due.day}|"


async def _schedule(organization_id: int) -> Schedule:
    [row] = await database.rows(_SCHEDULE, organization_id)
    return Schedule(
        under_one_month=_leads(row["expiry_under_one_month"]),
        one_to_three_months=_leads(row["expiry_one_to_three_months"]),
        over_three_months=_leads(row["expiry_over_three_months"]),
    )


def _leads(texts: Sequence[str]) -> tuple[Lead, ...]:
    return tuple(Lead.read(text) for text in texts)
