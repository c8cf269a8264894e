"""What ends before it was received: orders canceled, lines canceled or closed short; and what is opened again.

A canceled line counts nowhere. A line closed short counts with what was received of it. How order and lines stand
afterwards is derived from that, as always.

An order that a person closed can be reopened, also after its expiration date: it is expired then, and only a later date
revives it. Lines that were closed short before stay so, unless there is no other line to come back.

Source: L3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tortoise.transactions import in_transaction

from models.revision import Revision
from models.statuses.orders import LineStatus, OrderType, PurchaseOrderAction, PurchaseOrderStatus, RevisionStatus
from models.statuses.people import ApprovalDocument
from resolvers import events
from resolvers.approving import approvals
from resolvers.derived import progress
from resolvers.errors import InUse, NothingThere, WrongStatus, refuse_all
from resolvers.errors_approvals import AlreadyReceived, ReleasesDrawn
from resolvers.orders import budgets
from resolvers.orders.purchase_order_edits import opened
from resolvers.orders.purchase_order_history import told_lines
from resolvers.orders.purchase_order_lifecycle import check_rules
from resolvers.rules.ordering import REASON_GIVEN
from resolvers.rules.transitions import CLOSE_INSTEAD, REVISE_REMEDY
from resolvers.telling import notices

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from models.purchase_order import PurchaseOrderLine
    from resolvers.operation import Call, Written
    from resolvers.orders.purchase_order_edits import Asked, Edit

SHORT_REMEDY: Final = "close it short instead"
ENDING: Final = ("canceled_at", "cancel_reason", "closed_at", "close_reason")
_OVER: Final = (
    LineStatus.CLOSED_PAID,
    LineStatus.CLOSED_RETURNED,
    LineStatus.CLOSED_RELEASED,
    LineStatus.CLOSED_CANCELED,
)
_STILL_OPEN: Final = tuple(str(status) for status in LineStatus if status not in _OVER)


async def cancel(call: Call, asked: Asked) -> Written:
    """Cancel what was not received of an order. Lines that were received, or billed, are closed short and stay.

    An order that is not issued is canceled as a whole, and nobody is asked to approve it any more. The contacts of an
    issued one of which nothing is left are told.

    Source: L3.

    Raises:
        NothingThere: all of it has been received or billed.
        Refusals: there is no reason, or the order is over already.
    """
    refuse_all(REASON_GIVEN.refusals(asked.reason, ("reason",)))
    async with in_transaction():
        edit = await opened(call, asked, PurchaseOrderAction.CANCEL)
        lines = await edit.lines()
        before = told_lines(lines)
        if not edit.standing.issued:
            edit.order.status = PurchaseOrderStatus.CLOSED_CANCELED
            await approvals.supersede(call, ApprovalDocument.ORDER, order=edit.order)
            await budgets.forget_excess(edit.order)
            await approvals.supersede(call, ApprovalDocument.RELEASE, order=edit.order)
            await budgets.forget_excess(edit.order)
        for line in lines:
            if _is_open(line):
                _end(edit, line, canceled=not edit.standing.issued or not _is_used(line))
        if not lines:
            edit.order.status = PurchaseOrderStatus.CLOSED_CANCELED
        elif edit.standing.issued and not any(line.canceled_at == call.now for line in lines):
            raise NothingThere(kind="line of which nothing was received or billed")
        written = await _written(edit, "purchase_order_canceled", lines, before)
        if edit.standing.issued and edit.order.status is PurchaseOrderStatus.CLOSED_CANCELED:
            await notices.order_closed(call, edit.order, asked.reason)
        return written


async def reopen(call: Call, asked: Asked) -> Written:
    """Open an order again that a person closed; its lines are open again, but those closed short or canceled before.

    Where there is no other line, those closed short are open again.

    Source: L3, L4, O4.

    Raises:
        ApprovalRequired: it would be worth more than was ever agreed, and a rule fits it.
        Refusals: it is not closed, or there would be more active orders than the organization may have.
    """
    async with in_transaction():
        edit = await opened(call, asked, PurchaseOrderAction.REOPEN)
        lines = await edit.lines()
        before = told_lines(lines)
        with_lines = edit.order.closed_at is None or not any(_is_going_on(line) for line in lines)
        edit.order.update_from_dict({"closed_at": None, "close_reason": None})
        for line in lines:
            if with_lines and line.canceled_at is None:
                _open_again(line)
        written = await _written(edit, "purchase_order_reopened", lines, before, ("closed_at", "close_reason"))
        await _check_agreed(edit)
        return written


async def close_line(call: Call, asked: Asked) -> Written:
    """Close a line short: it counts with what was received of it, and what is open counts nowhere.

    Source: L3.

    Raises:
        Refusals: there is no reason, the line is over already, or releases have drawn on it.
    """
    return await _end_line(call, asked, PurchaseOrderAction.CLOSE_LINE, "purchase_order_line_closed")


async def cancel_line(call: Call, asked: Asked) -> Written:
    """Cancel a line of which nothing was received or billed.

    Source: L3.

    Raises:
        AlreadyReceived: something was.
        InUse: invoices are matched to it.
        Refusals: there is no reason, the line is over already, or releases have drawn on it.
    """
    return await _end_line(call, asked, PurchaseOrderAction.CANCEL_LINE, "purchase_order_line_canceled")


async def reopen_line(call: Call, asked: Asked) -> Written:
    """Open a line again that was closed short.

    Source: L3.

    Raises:
        ApprovalRequired: the order would be worth more than was ever agreed, and a rule fits it.
        Refusals: the line was not closed short.
    """
    async with in_transaction():
        edit = await opened(call, asked, PurchaseOrderAction.REOPEN_LINE)
        lines = await edit.lines()
        before = told_lines(lines)
        line = _meant(edit, lines)
        if line.closed_at is None or line.canceled_at is not None:
            allowed = (str(LineStatus.CLOSED_RELEASED),)
            raise WrongStatus(action="REOPEN_LINE", status=line.status, allowed=allowed, path=("lineId",))
        _open_again(line)
        written = await _written(edit, "purchase_order_line_reopened", lines, before)
        await _check_agreed(edit)
        return written


async def _end_line(call: Call, asked: Asked, action: PurchaseOrderAction, kind: str) -> Written:
    refuse_all(REASON_GIVEN.refusals(asked.reason, ("reason",)))
    async with in_transaction():
        edit = await opened(call, asked, action)
        lines = await edit.lines()
        before = told_lines(lines)
        line = _meant(edit, lines)
        canceled = action is PurchaseOrderAction.CANCEL_LINE
        _check_may_end(edit, line, action, canceled=canceled)
        _end(edit, line, canceled=canceled)
        return await _written(edit, kind, lines, before)


def _check_may_end(edit: Edit, line: PurchaseOrderLine, action: PurchaseOrderAction, *, canceled: bool) -> None:
    path = ("lineId",)
    if not _is_open(line):
        raise WrongStatus(action=action, status=line.status, allowed=_STILL_OPEN, path=path)
    if edit.order.order_type is OrderType.BLANKET and line.released_amount:
        raise ReleasesDrawn(released=line.released_amount, remedy=CLOSE_INSTEAD, path=path)
    if not canceled:
        return
    if line.received_quantity or line.received_amount:
        quantity, amount = line.received_quantity, line.received_amount
        raise AlreadyReceived(quantity=quantity, amount=amount, remedy=SHORT_REMEDY, path=path)
    if line.invoice_count:
        raise InUse(invoices=line.invoice_count, remedy=SHORT_REMEDY, path=path)


async def _written(
    edit: Edit,
    kind: str,
    lines: list[PurchaseOrderLine],
    before: dict[str, object],
    columns: Iterable[str] = (),
) -> Written:
    """Write down how the lines ended, derive everything anew, and tell what came of it."""
    call, order = edit.call, edit.order
    for line in lines:
        await line.save(update_fields=ENDING)
    await order.save(update_fields=["status", *columns])
    changed = await progress.refresh([order.id])
    await budgets.check_within(order)
    await notices.balances_changed(call, changed)
    await order.refresh_from_db(fields=["status", "total_amount"])
    told = events.changes_between(before, told_lines(await edit.lines()))
    return await edit.saved(kind, columns, changes=told)


async def _check_agreed(edit: Edit) -> None:
    """Refuse to bring back more than was agreed when the order was issued first, or by a revision since. A1."""
    order = edit.order
    applied = Revision.filter(purchase_order_id=order.id, status=RevisionStatus.APPLIED)
    totals: list[Decimal] = [revision.total_after for revision in await applied]
    if order.first_approved_amount is not None:
        totals.append(order.first_approved_amount)
    if not totals or order.total_amount > max(totals):
        await check_rules(edit.call, order, REVISE_REMEDY)


def _meant(edit: Edit, lines: list[PurchaseOrderLine]) -> PurchaseOrderLine:
    return next(line for line in lines if line.id == edit.asked.part_key)


def _is_going_on(line: PurchaseOrderLine) -> bool:
    """Whether nobody has canceled it or closed it short."""
    return line.canceled_at is None and line.closed_at is None


def _is_open(line: PurchaseOrderLine) -> bool:
    return _is_going_on(line) and line.status not in _OVER


def _is_used(line: PurchaseOrderLine) -> bool:
    """Whether something of it was received, or billed: such a line stays."""
    return bool(line.received_quantity or line.received_amount or line.invoice_count)


def _end(edit: Edit, line: PurchaseOrderLine, *, canceled: bool) -> None:
    at, why = ("canceled_at", "cancel_reason") if canceled else ("closed_at", "close_reason")
    line.update_from_dict({at: edit.call.now, why: edit.asked.reason})


def _open_again(line: PurchaseOrderLine) -> None:
    line.update_from_dict({"closed_at": None, "close_reason": None})
