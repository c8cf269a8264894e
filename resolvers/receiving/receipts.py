"""Receipts of goods: posted, corrected, canceled. What went wrong is canceled and stays to be seen.

Source: R1, R3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tortoise.transactions import in_transaction

from models.receiving import Milestone, Receipt
from models.statuses.orders import PurchaseOrderAction
from models.statuses.receiving import MilestoneStatus, ReceiptKind, ReceiptStatus
from models.values import ZERO
from resolvers import events
from resolvers.errors import refuse_all
from resolvers.invoicing import debit_memos
from resolvers.receiving.deliveries import (
    Entry,
    Undoing,
    by_line,
    last_paths,
    meant_lines,
    opened,
    posted_receipt,
    taken_refusals,
)
from resolvers.rules.receipts import (
    document_refusals,
    less_than_returned,
    line_refusals,
    over_receipt,
    quantities,
    quantity_refusals,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from models.receiving import ReceiptLine
    from resolvers.errors import Refusal
    from resolvers.operation import Call, Written
    from resolvers.receiving.deliveries import Delivery

_MAY_CANCEL: Final = {
    ReceiptKind.GOODS_RECEIPT: PurchaseOrderAction.RECEIVE,
    ReceiptKind.SERVICES_RECEIPT: PurchaseOrderAction.RECEIVE,
    ReceiptKind.RETURN: PurchaseOrderAction.RECEIVE,  # it is here again
}
_MAY_CORRECT: Final = {ReceiptKind.GOODS_RECEIPT: PurchaseOrderAction.RECEIVE}
_CARRIED: Final = ("received_on", "reference", "note")


async def post(call: Call, given: Mapping[str, Any]) -> Written:
    """Record goods that arrived: several entries, each of one line of the order; all of them or none.

    Source: O6, R3.

    Raises:
        Refusals: everything that is wrong with it; an `OverReceipt` for each line that would have too much.
    """
    async with in_transaction():
        delivery = await opened(call, given, PurchaseOrderAction.RECEIVE)
        entries, wrong = offered(delivery, given.get("lines") or ())
        wrong = [*document_refusals(given, call.today), *await taken_refusals(call, given), *wrong]
        refuse_all(wrong or _changed(delivery, entries, ()))
        receipt = await delivery.write(ReceiptKind.GOODS_RECEIPT, given, entries)
        return await delivery.finished("receipt_posted", receipt, by_line(entries), reason=given.get("reason"))


async def correct(
    call: Call, receipt_id: str, given: Mapping[str, Any], *, expected_version: int | None = None
) -> Written:
    """Cancel a receipt, and post another one in its place where entries are given; one step, judged by its outcome.

    The date, the reference and the note stay where no others are given.

    Source: R3.

    Raises:
        NotFound: there is no such receipt.
        VersionConflict: somebody changed it after the caller saw it.
        Refusals: everything that is wrong with the outcome.
    """
    undoing = Undoing(id=receipt_id, expected_version=expected_version, reason=given.get("reason"))
    async with in_transaction():
        receipt, lines, delivery = await posted_receipt(call, undoing, "CORRECT", _MAY_CORRECT)
        entries, wrong = offered(delivery, given.get("lines") or ())
        another = bool(given.get("lines"))
        wrong = [*document_refusals(given, call.today, lines=another), *await taken_refusals(call, given), *wrong]
        refuse_all(wrong or _changed(delivery, entries, lines))
        await _undone(call, receipt, given["reason"])
        touched = {*by_line(entries), *(line.line_id for line in lines)}
        if not another:
            return await delivery.finished("receipt_canceled", receipt, touched, reason=given["reason"])
        kept = {name: given.get(name) or getattr(receipt, name) for name in _CARRIED}
        corrected = await delivery.write(ReceiptKind.GOODS_RECEIPT, {**given, **kept}, entries, corrects_id=receipt.id)
        delivery.told += events.changes_between({}, {"corrects": receipt.number})
        return await delivery.finished("receipt_corrected", corrected, touched, reason=given["reason"])


async def cancel(call: Call, receipt_id: str, *, reason: str, expected_version: int | None = None) -> Written:
    """Cancel a receipt or a return: it counts nowhere any more, and stays to be seen.

    With a return its debit memo is withdrawn; with the receipt of a milestone, the milestone is to be confirmed again.

    Source: R3, R4, R5.

    Raises:
        NotFound: there is no such receipt.
        VersionConflict: somebody changed it after the caller saw it.
        OverReturn: more went back than would be left received.
        OverReceipt: without the return there would be too much.
        AlreadySettled: the debit memo of the return is paid.
    """
    undoing = Undoing(id=receipt_id, expected_version=expected_version, reason=reason)
    async with in_transaction():
        receipt, lines, delivery = await posted_receipt(call, undoing, "CANCEL", _MAY_CANCEL)
        is_return = receipt.kind is ReceiptKind.RETURN
        if is_return:
            refuse_all(_return_undone(delivery, lines))
            await debit_memos.withdraw(delivery, receipt, reason)
        elif receipt.kind is ReceiptKind.GOODS_RECEIPT:
            refuse_all(_changed(delivery, (), lines))
        if receipt.milestone_id is not None:
            await Milestone.filter(id=receipt.milestone_id).update(
                status=MilestoneStatus.CONFIRMATION_REQUIRED, completed_at=None
            )
        await _undone(call, receipt, reason)
        kind = "return_canceled" if is_return else "receipt_canceled"
        return await delivery.finished(kind, receipt, {line.line_id for line in lines}, reason=reason)


def offered(delivery: Delivery, given: Sequence[Mapping[str, Any]]) -> tuple[list[Entry], list[Refusal]]:
    """The entries of an input, and what is wrong with each by itself."""
    entries: list[Entry] = []
    refusals: list[Refusal] = []
    for entry, (line, path, found) in zip(given, meant_lines(delivery, given, line_refusals), strict=True):
        said = entry["quantity"], entry.get("accepted_quantity"), entry.get("rejected_quantity")
        wrong = found if line is None or found else quantity_refusals(line.unit, *said, path)
        refusals += wrong
        if line is not None and not wrong:
            entries.append(Entry(line=line, quantities=quantities(*said), path=path))
    return entries, refusals


def _changed(delivery: Delivery, entries: Sequence[Entry], undone: Sequence[ReceiptLine]) -> list[Refusal]:
    """What is wrong with the totals once these entries have come and those have gone."""
    added, paths = by_line(entries), last_paths(entries)
    for line in undone:
        added[line.line_id] = added.get(line.line_id, ZERO) - line.quantity
    found: list[Refusal] = []
    for key, quantity in added.items():
        line, path = delivery.at[key], paths.get(key, ("id",))
        found += over_receipt(line, quantity, path) + less_than_returned(line, quantity, path)
    return found


def _return_undone(delivery: Delivery, lines: Sequence[ReceiptLine]) -> list[Refusal]:
    back: dict[int, Any] = {}
    for line in lines:
        back[line.line_id] = back.get(line.line_id, ZERO) + line.quantity
    return [refusal for key, quantity in back.items() for refusal in over_receipt(delivery.at[key], quantity, ("id",))]


async def _undone(call: Call, receipt: Receipt, reason: str) -> None:
    receipt.status = ReceiptStatus.CANCELED
    receipt.canceled_at = call.now
    receipt.cancel_reason = reason
    receipt.updated_at = call.now
    receipt.edit_version += 1
    await receipt.save(update_fields=["status", "canceled_at", "cancel_reason", "updated_at", "edit_version"])
