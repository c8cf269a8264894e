"""What people are told, queued in the transaction of its cause: balances and budgets that fall, orders put on hold or
closed, invoices that find no order (B3, B5, B7, M9b).

Whoever calls holds the organization's gate, so that two causes do not queue the same at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from mailers import outbox
from mailers.causes import Cause, InvoiceFacts, LineFacts, OrderFacts
from mailers.causes import Level as ToldLevel
from mailers.outbox import Letter
from models import database
from models.organization import User
from models.purchase_order import PurchaseOrder
from models.statuses.orders import OrderType
from models.statuses.people import NoticeKind
from resolvers.ids import id_of
from resolvers.reading.kinds import Column, Computed, Expression
from resolvers.reading.wire import MOMENT
from resolvers.rules.notices import BalanceChange, BudgetChange, balance_kind, budget_kind, crossed, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from models.notice import Notice
    from resolvers.operation import Call
    from resolvers.visibility import Actor

Row = dict[str, Any]


def _read_cause(required: Mapping[str, Any], _actor: Actor) -> Cause:
    return Cause.read(required["cause"])


CAUSE: Final = Computed({"cause": Column("cause")}, _read_cause)
"""How the graph reads why there is a notice."""

NEXT_ATTEMPT: Final = Expression(
    f"CASE WHEN {{row}}.state = 'PENDING' THEN to_char({{row}}.next_attempt_at AT TIME ZONE 'UTC', '{MOMENT}') END",
    nullable=True,
)
"""When a notice is tried the next time."""

HELD_BACK: Final = timedelta(minutes=15)
"""How long a mail waits for more to be told with it, while something longer than a transaction goes on."""
BALANCE: Final = "balance"
UNMATCHED: Final = "unmatched"
LISTED: Final = 20
"""How many invoices a mail lists."""

_ORDERS: Final = f"""
SELECT o.id, o.number, o.display_name, o.currency, o.expiration_date, s.name AS supplier,
       CASE o.order_type WHEN '{OrderType.BLANKET}' THEN o.total_amount ELSE o.balance_limit END AS balance_limit,
       CASE o.order_type WHEN '{OrderType.BLANKET}' THEN o.total_amount - coalesce(o.released_amount, 0)
            ELSE o.balance_current END AS balance_current
FROM purchase_order o JOIN supplier s ON s.id = o.supplier_id WHERE o.id = ANY($1::bigint[])"""  # noqa: S608 - our own word

_OWNERS: Final = """
SELECT o.id, u.name, u.email FROM purchase_order o
JOIN app_user u ON u.id = o.business_owner_id AND u.organization_id = o.organization_id
WHERE o.id = ANY($1::bigint[]) ORDER BY o.id"""

_LINES: Final = """
SELECT id, purchase_order_id, number, description, currency, forecast_runs_out_on
FROM purchase_order_line WHERE id = ANY($1::bigint[]) ORDER BY number"""

_CONTACTS: Final = """
SELECT id, purchase_order_id, name, email, muted_notices
FROM purchase_order_contact WHERE purchase_order_id = ANY($1::bigint[]) ORDER BY id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Orderless:
    """An invoice that has no order, and why."""

    number: str
    supplier_id: int
    invoice_date: date
    amount: Decimal
    currency: str
    reason: str


# -------------------------------------------------------------------------------------------------------- balances


async def balances_changed(call: Call, changes: Iterable[BalanceChange | BudgetChange]) -> None:
    """Tell the contacts of the orders whose lines have passed a threshold on their way down: one mail each.

    The figures of lines and orders have been written. Several lines of an order make one mail; so do the transactions
    of one occasion, such as an import. The business owners of blanket orders are told of their budgets.

    Source: B3, B5.
    """
    changes = list(changes)
    await _budgets_changed(call, [change for change in changes if isinstance(change, BudgetChange)])
    lines_changed = [change for change in changes if isinstance(change, BalanceChange)]
    moved = [change for change in lines_changed if change.after is not None and change.after != change.before]
    if not moved:
        return
    thresholds = (await _settings(call))["balance_thresholds"]
    passed = {change.line_id: crossed(change.before, change.after, thresholds) for change in moved}
    fallen = [change for change in moved if passed[change.line_id]]
    if not fallen:
        return
    orders = await order_facts({change.order_id for change in fallen})
    lines = await _line_facts(fallen, passed)
    letters: list[Letter] = []
    prefix = await prefix_of(BALANCE, call)
    for contact in await contacts_of(orders):
        wanted = _wanted(lines[contact["purchase_order_id"]], contact["muted_notices"])
        if wanted:
            cause = Cause(order=orders[contact["purchase_order_id"]], lines=wanted)
            letters.append(to_contact(call.organization_id, contact, kind_of(cause), cause, prefix))
    await outbox.enqueue_or_extend(letters, _with_lines, call.now, not_before=_not_before(call))


async def _line_facts(
    changes: Sequence[BalanceChange], passed: Mapping[int, tuple[int, ...]]
) -> dict[int, list[LineFacts]]:
    """The lines to be told of, by order and number."""
    after = {change.line_id: change.after for change in changes}
    found: dict[int, list[LineFacts]] = {}
    for row in await database.rows(_LINES, list(after)):
        level = after[row["id"]]
        assert level is not None  # noqa: S101 - lines without a balance have passed nothing
        found.setdefault(row["purchase_order_id"], []).append(
            LineFacts(
                number=row["number"],
                description=row["description"],
                thresholds=passed[row["id"]],
                balance=ToldLevel(limit=level.limit, current=level.current, currency=row["currency"]),
                runs_out_on=row["forecast_runs_out_on"],
            )
        )
    return found


def _wanted(lines: Iterable[LineFacts], muted: Iterable[str]) -> tuple[LineFacts, ...]:
    wanted = (replace(line, thresholds=told(line.thresholds, muted)) for line in lines)
    return tuple(line for line in wanted if line.thresholds)


def kind_of(cause: Cause) -> NoticeKind:
    """What a mail about these lines is called."""
    return balance_kind({threshold for line in cause.lines for threshold in line.thresholds})


def _with_lines(letter: Letter, queued: Notice) -> Letter:
    both = Cause.read(queued.cause).with_lines(letter.cause)
    return replace(letter, cause=both, kind=kind_of(both))


# ---------------------------------------------------------------------------------------------------------- orders


async def order_suspended(call: Call, order: PurchaseOrder, reason: str | None) -> None:
    """Tell the contacts that the order was put on hold, by whom, and why."""
    await _tell_contacts(call, order, NoticeKind.ORDER_SUSPENDED, reason)


async def order_closed(call: Call, order: PurchaseOrder, reason: str | None) -> None:
    """Tell the contacts, and the business owner of a blanket order, that it was closed, by whom, and why."""
    await _tell_contacts(call, order, NoticeKind.ORDER_CLOSED, reason)
    if order.order_type is OrderType.BLANKET:
        facts = (await order_facts([order.id]))[order.id]
        cause = Cause(order=facts, by=await name_of(call), reason=reason)
        owners = await owners_of([order.id])
        closed = NoticeKind.BLANKET_CLOSED
        await outbox.enqueue([to_owner(call.organization_id, owner, closed, cause) for owner in owners], call.now)


async def _tell_contacts(call: Call, order: PurchaseOrder, kind: NoticeKind, reason: str | None) -> None:
    contacts = [each for each in await contacts_of([order.id]) if kind not in each["muted_notices"]]
    if not contacts:
        return
    facts = (await order_facts([order.id]))[order.id]
    cause = Cause(order=facts, by=await name_of(call), reason=reason)
    await outbox.enqueue([to_contact(call.organization_id, each, kind, cause) for each in contacts], call.now)


# --------------------------------------------------------------------------------------------------------- budgets


async def _budgets_changed(call: Call, changes: Sequence[BudgetChange]) -> None:
    """Tell the business owners of blanket orders of whose budget little is left, or nothing: one mail a crossing.

    Source: B5.
    """
    kinds = {change.order_id: kind for change in changes if (kind := budget_kind(change.before, change.after))}
    if not kinds:
        return
    orders = await order_facts(kinds)
    letters = [
        to_owner(call.organization_id, owner, kinds[owner["id"]], Cause(order=orders[owner["id"]]))
        for owner in await owners_of(kinds)
    ]
    await outbox.enqueue(letters, call.now)


# -------------------------------------------------------------------------------------------------------- invoices


async def invoices_without_order(call: Call, invoices: Sequence[Orderless]) -> None:
    """Tell the address that the settings name which invoices have found no order: one mail for all of them.

    Source: M9b.
    """
    if not invoices:
        return
    address = (await _settings(call))["unmatched_address"]
    if address is None:
        return
    names = await database.rows(
        "SELECT id, name FROM supplier WHERE id = ANY($1::bigint[])", [each.supplier_id for each in invoices[:LISTED]]
    )
    suppliers = {row["id"]: row["name"] for row in names}
    listed = tuple(
        InvoiceFacts(
            number=each.number,
            supplier=suppliers[each.supplier_id],
            invoice_date=each.invoice_date,
            amount=each.amount,
            currency=each.currency,
            reason=each.reason,
        )
        for each in invoices[:LISTED]
    )
    letter = Letter(
        organization_id=call.organization_id,
        kind=NoticeKind.INVOICE_UNMATCHED,
        cause=Cause(invoices=listed, invoice_count=len(invoices)),
        recipient_email=address,
        key=f"{await prefix_of(UNMATCHED, call)}{address}",
    )
    await outbox.enqueue_or_extend([letter], _with_invoices, call.now, not_before=_not_before(call))


def _with_invoices(letter: Letter, queued: Notice) -> Letter:
    return replace(letter, cause=Cause.read(queued.cause).with_invoices(letter.cause, LISTED))


# ------------------------------------------------------------------------------------------ what mails are made of


async def order_facts(order_ids: Iterable[int]) -> dict[int, OrderFacts]:
    """What mails say of these orders, as they are now; of a blanket order, what is left of its budget."""
    return {row["id"]: _order(row) for row in await database.rows(_ORDERS, sorted(order_ids))}


async def contacts_of(order_ids: Iterable[int]) -> list[Row]:
    """The contacts of these orders, with what they have muted."""
    return await database.rows(_CONTACTS, sorted(order_ids))


def to_contact(organization_id: int, contact: Row, kind: NoticeKind, cause: Cause, prefix: str | None = None) -> Letter:
    """A mail to a contact; with a `prefix`, one that is queued once."""
    key = None if prefix is None else f"{prefix}{contact['purchase_order_id']}|{contact['email']}"
    return Letter(
        organization_id=organization_id,
        kind=kind,
        cause=cause,
        recipient_email=contact["email"],
        recipient_name=contact["name"],
        key=key,
        purchase_order_id=contact["purchase_order_id"],
        contact_id=contact["id"],
    )


async def owners_of(order_ids: Iterable[int]) -> list[Row]:
    """The business owners of these orders, by the orders' keys."""
    return await database.rows(_OWNERS, sorted(order_ids))


def to_owner(organization_id: int, owner: Row, kind: NoticeKind, cause: Cause, key: str | None = None) -> Letter:
    """A mail to the business owner of an order; with a `key`, one that is queued once."""
    return Letter(
        organization_id=organization_id,
        kind=kind,
        cause=cause,
        recipient_email=owner["email"],
        recipient_name=owner["name"],
        key=key,
        purchase_order_id=owner["id"],
    )


async def name_of(call: Call) -> str | None:
    """What the caller is called."""
    user = await User.get_or_none(id=call.actor.user_id, organization_id=call.organization_id)
    return user.name if user else None


def _order(row: Row) -> OrderFacts:
    limit = row["balance_limit"]
    return OrderFacts(
        id=id_of(PurchaseOrder, row["id"]),
        number=row["number"],
        name=row["display_name"],
        supplier=row["supplier"],
        expiration_date=row["expiration_date"],
        balance=None
        if limit is None
        else ToldLevel(limit=limit, current=row["balance_current"], currency=row["currency"]),
    )


async def _settings(call: Call) -> Row:
    found = await database.rows(
        "SELECT balance_thresholds, unmatched_address FROM organization WHERE id = $1", call.organization_id
    )
    return found[0]


async def prefix_of(subject: str, call: Call) -> str:
    """How the keys of mails start that are told together: those of one occasion, or else of one transaction."""
    occasion = call.occasion
    if occasion is None:
        found = await database.rows("SELECT pg_current_xact_id()::text AS id")
        occasion = found[0]["id"]
    return f"{subject}|{occasion}|"


def _not_before(call: Call) -> Any:
    return None if call.occasion is None else call.now + HELD_BACK
