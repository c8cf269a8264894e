"""Milestones of services: planned, changed while they are open, confirmed, put off, canceled.

A confirmed milestone is confirmed as a whole and makes a services receipt.

Source: R1, R5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tortoise.transactions import in_transaction

from models.purchase_order import PurchaseOrderLine
from models.receiving import Milestone
from models.statuses.orders import MilestonePayout, PurchaseOrderAction
from models.statuses.receiving import MilestoneStatus, ReceiptKind
from models.values import ZERO
from resolvers import events
from resolvers.errors import AlreadyTaken, NotFound, refuse_all
from resolvers.ids import key_of
from resolvers.operation import Written, check_version
from resolvers.receiving.deliveries import Delivery, Entry, held, taken_refusals
from resolvers.rules.milestones import (
    NEW,
    SHAPES,
    MilestoneLine,
    Worth,
    acknowledged,
    deferral_refusals,
    line_refusals,
    status_refusals,
    worth_refusals,
)
from resolvers.rules.receipts import WHY, Quantities, document_refusals
from resolvers.rules.text import api_name, given_refusals, shown
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from resolvers.errors import Refusal
    from resolvers.operation import Call

_FIELDS: Final = ("number", "description", "amount", "percent", "due_date")
_TOLD: Final = (*_FIELDS, "status", "status_reason")
_ACTION = PurchaseOrderAction


@dataclass(slots=True)
class _Change:
    """A milestone that this transaction changes, with its order, its line and the line's other milestones."""

    delivery: Delivery
    line: PurchaseOrderLine
    facts: MilestoneLine
    milestone: Milestone
    others: list[Milestone]
    before: dict[str, Any]

    async def saved(self, kind: str, reason: str | None = None) -> Written:
        """Write down what has changed, and tell it. Where nothing has, nothing is written."""
        milestone, call = self.milestone, self.delivery.call
        after = _told(self.line, milestone)
        changes = events.changes_between(self.before, after)
        if not changes:
            return Written(milestone.id)
        milestone.edit_version += 1
        await milestone.save(update_fields=[*_TOLD, "completed_at", "edit_version"])
        order = self.delivery.order
        event = await events.record(call, kind, order.number, about=[order], changes=changes, reason=reason)
        return Written(milestone.id, (event,))


async def create(call: Call, given: Mapping[str, Any]) -> Written:
    """Plan a milestone of a line; without a number it gets the one after the highest.

    Source: R5.

    Raises:
        Refusals: everything that is wrong with it.
    """
    async with in_transaction():
        line, delivery = await _line_and_order(call, given["line_id"], _ACTION.UPDATE_LINE)
        others = await Milestone.filter(line_id=line.id).order_by("number")
        facts = _facts(line)
        refuse_all(line_refusals("CREATE", facts, ("lineId",)))
        said = {name: given.get(name) for name in _FIELDS}
        refuse_all(_refusals(said, facts, others, is_new=True))
        said["number"] = said["number"] or max((other.number for other in others), default=0) + 1
        milestone = await Milestone.create(
            organization_id=call.organization_id,
            purchase_order_id=line.purchase_order_id,
            line_id=line.id,
            currency=line.currency,
            created_at=call.now,
            **said,
        )
        order = delivery.order
        changes = events.changes_between({}, {k: v for k, v in _told(line, milestone).items() if v is not None})
        event = await events.record(call, "milestone_created", order.number, about=[order], changes=changes)
        return Written(milestone.id, (event,))


async def update(
    call: Call, milestone_id: str, given: Mapping[str, Any], *, expected_version: int | None = None
) -> Written:
    """Change the fields of an open milestone that are given; null takes a value away.

    Source: R5.

    Raises:
        NotFound: there is no such milestone.
        VersionConflict: somebody changed it after the caller saw it.
        Refusals: what is wrong with it as it would be, or that it is not open any more.
    """
    async with in_transaction():
        change = await _opened(call, milestone_id, expected_version, "UPDATE", _ACTION.UPDATE_LINE)
        milestone = change.milestone
        said = {name: given.get(name, getattr(milestone, name)) for name in _FIELDS}
        refuse_all(_refusals(said, change.facts, change.others))
        milestone.update_from_dict(said)
        return await change.saved("milestone_updated")


async def confirm(
    call: Call, milestone_id: str, given: Mapping[str, Any], *, expected_version: int | None = None
) -> Written:
    """Confirm that a milestone is done, as a whole: it makes a services receipt.

    Source: R1, R5.

    Raises:
        NotFound: there is no such milestone.
        VersionConflict: somebody changed it after the caller saw it.
        Refusals: it is not open any more, or what is wrong with the receipt.
    """
    async with in_transaction():
        change = await _opened(call, milestone_id, expected_version, "CONFIRM", _ACTION.RECEIVE)
        refuse_all([*document_refusals(given, call.today, lines=False), *await taken_refusals(call, given)])
        milestone, delivery = change.milestone, change.delivery
        milestone.status = MilestoneStatus.CLOSED_COMPLETE
        milestone.completed_at = call.now
        told = await change.saved("milestone_confirmed", given.get("reason"))
        worth = acknowledged(change.facts, Worth(amount=milestone.amount, percent=milestone.percent))
        entry = Entry(
            line=delivery.at[change.line.id],
            quantities=Quantities(quantity=worth.quantity, accepted=worth.quantity, rejected=ZERO),
            amount=worth.amount,
            percent=worth.percent,
        )
        receipt = await delivery.write(ReceiptKind.SERVICES_RECEIPT, given, [entry], milestone_id=milestone.id)
        posted = await delivery.finished("receipt_posted", receipt, [change.line.id], reason=given.get("reason"))
        return Written(milestone.id, (*told.events, *posted.events))


async def defer(
    call: Call, milestone_id: str, *, due_date: date, reason: str, expected_version: int | None = None
) -> Written:
    """Put an open milestone off to a later date, for a reason.

    Source: R5.

    Raises:
        NotFound: there is no such milestone.
        VersionConflict: somebody changed it after the caller saw it.
        Refusals: it is not open any more, or the date is not later.
    """
    refuse_all(given_refusals({"reason": reason}, WHY))
    async with in_transaction():
        change = await _opened(call, milestone_id, expected_version, "DEFER", _ACTION.RECEIVE)
        milestone = change.milestone
        refuse_all(deferral_refusals(due_date, milestone.due_date, call.today))
        milestone.status = MilestoneStatus.PENDING_COMPLETION_DATE
        milestone.due_date = due_date
        milestone.status_reason = reason
        return await change.saved("milestone_deferred", reason)


async def cancel(call: Call, milestone_id: str, *, reason: str, expected_version: int | None = None) -> Written:
    """Cancel an open milestone, for a reason: what it was worth is free for others.

    Source: R5.

    Raises:
        NotFound: there is no such milestone.
        VersionConflict: somebody changed it after the caller saw it.
        WrongStatus: it is not open any more.
    """
    refuse_all(given_refusals({"reason": reason}, WHY))
    async with in_transaction():
        change = await _opened(call, milestone_id, expected_version, "CANCEL", _ACTION.UPDATE_LINE)
        change.milestone.status = MilestoneStatus.CLOSED_CANCELED
        change.milestone.status_reason = reason
        return await change.saved("milestone_canceled", reason)


async def _opened(
    call: Call, text: str, expected_version: int | None, doing: str, action: PurchaseOrderAction
) -> _Change:
    """An open milestone, held until the transaction ends with its order, if the order allows the action."""
    there = await visible_to(Milestone, call.actor).get_or_none(id=key_of(Milestone, text))
    if there is None:
        raise NotFound(kind="milestone", key=shown(text), path=("id",))
    order = await there.purchase_order
    delivery = await held(call, order, action)
    line = delivery.lines[there.line_id]
    all_of_them = await Milestone.filter(line_id=line.id).order_by("number").select_for_update()
    milestone = next(each for each in all_of_them if each.id == there.id)
    check_version(expected_version, milestone.edit_version)
    facts = _facts(line)
    refuse_all(status_refusals(doing, milestone.status) or line_refusals(doing, facts, ("id",)))
    others = [each for each in all_of_them if each.id != milestone.id]
    return _Change(delivery, line, facts, milestone, others, _told(line, milestone))


async def _line_and_order(call: Call, text: str, action: PurchaseOrderAction) -> tuple[PurchaseOrderLine, Delivery]:
    line = await visible_to(PurchaseOrderLine, call.actor).get_or_none(id=key_of(PurchaseOrderLine, text))
    if line is None:
        raise NotFound(kind="line", key=shown(text), path=("lineId",))
    delivery = await held(call, await line.purchase_order, action)
    return delivery.lines[line.id], delivery


def _refusals(
    said: Mapping[str, Any],
    line: MilestoneLine,
    others: Iterable[Milestone],
    *,
    is_new: bool = False,
) -> list[Refusal]:
    """What is wrong with a milestone as it would be; only a new one may be without a number."""
    found = given_refusals(said, NEW if is_new else SHAPES)
    if any(other.number == said["number"] for other in others):
        holder = f"a milestone of line {line.number}"
        found.append(AlreadyTaken(value=str(said["number"]), holder=holder, path=("number",)))
    worth = Worth(amount=said["amount"], percent=said["percent"])
    return found + worth_refusals(line, worth, [_worth(other) for other in others])


def _worth(milestone: Milestone) -> Worth:
    counts = milestone.status is not MilestoneStatus.CLOSED_CANCELED
    return Worth(amount=milestone.amount, percent=milestone.percent, counts=counts)


def _facts(line: PurchaseOrderLine) -> MilestoneLine:
    return MilestoneLine(
        number=line.number,
        currency=line.currency,
        status=line.status,
        product_type=line.product_type,
        acknowledgment_type=line.acknowledgment_type,
        payout=line.milestone_payout or MilestonePayout.AMOUNT,
        quantity=line.quantity,
        amount=line.amount,
    )


def _told(line: PurchaseOrderLine, milestone: Milestone) -> dict[str, Any]:
    """What the history says of a milestone."""
    name = f"lines.{line.number}.milestones"
    return {f"{name}.{api_name(each)}": getattr(milestone, each) for each in _TOLD}
