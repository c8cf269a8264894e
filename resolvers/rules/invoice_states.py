"""What people may do with an invoice where it stands, and where it and its lines stand afterwards.

Pure.

Source: I1, I2, I3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from models.statuses.invoices import InvoiceLineStatus, InvoiceStatus
from models.statuses.word import Word
from models.values import ZERO

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from decimal import Decimal


class InvoiceAction(Word):
    """What people do with an invoice."""

    APPROVE = "APPROVE", "Agree to what it bills."
    CONFIRM = "CONFIRM", "Accept it: it counts in the invoiced amount."
    REJECT = "REJECT", "Refuse it: it counts nowhere."
    REOPEN = "REOPEN", "Take back what was decided of it."
    PAY = "PAY", "Record a payment."
    CONFIRM_DUPLICATE = "CONFIRM_DUPLICATE", "Agree that it is another invoice once more."
    DISMISS_DUPLICATE = "DISMISS_DUPLICATE", "Say that it is an invoice of its own."


_STATUS = InvoiceStatus
ALLOWED: Final[Mapping[InvoiceAction, tuple[InvoiceStatus, ...]]] = {
    InvoiceAction.APPROVE: (_STATUS.MATCHED, _STATUS.DISCREPANCIES_FOUND),
    InvoiceAction.CONFIRM: (_STATUS.MATCHED, _STATUS.DISCREPANCIES_FOUND, _STATUS.APPROVED),
    InvoiceAction.REJECT: (
        _STATUS.RECEIVED,
        _STATUS.MATCHED,
        _STATUS.DISCREPANCIES_FOUND,
        _STATUS.PENDING_APPROVAL,
        _STATUS.APPROVED,
    ),
    InvoiceAction.REOPEN: (
        _STATUS.MATCHED,
        _STATUS.DISCREPANCIES_FOUND,
        _STATUS.PENDING_APPROVAL,
        _STATUS.APPROVED,
        _STATUS.CONFIRMED,
        _STATUS.REJECTED,
    ),
    InvoiceAction.PAY: (_STATUS.CONFIRMED, _STATUS.PENDING_PAYMENT),
    InvoiceAction.CONFIRM_DUPLICATE: (_STATUS.SUSPECTED_DUPLICATE,),
    InvoiceAction.DISMISS_DUPLICATE: (_STATUS.SUSPECTED_DUPLICATE, _STATUS.CONFIRMED_DUPLICATE),
}
"""Every action, with the statuses in which it can be done. An invoice with open discrepancies can be approved, which
may be what they wait for; whether it can be confirmed is asked of them.
"""

_BEFORE: Final[Mapping[InvoiceAction, Collection[InvoiceLineStatus]]] = {
    InvoiceAction.APPROVE: (InvoiceLineStatus.REQUIRES_REVIEW,),
    InvoiceAction.CONFIRM: (InvoiceLineStatus.REQUIRES_REVIEW, InvoiceLineStatus.APPROVED),
    InvoiceAction.REJECT: tuple(InvoiceLineStatus),
}
_AFTER: Final[Mapping[InvoiceAction, InvoiceLineStatus]] = {
    InvoiceAction.APPROVE: InvoiceLineStatus.APPROVED,
    InvoiceAction.CONFIRM: InvoiceLineStatus.CONFIRMED,
    InvoiceAction.REJECT: InvoiceLineStatus.REJECTED,
}


def moved_lines(
    action: InvoiceAction, lines: Mapping[int, InvoiceLineStatus], chosen: Collection[int] | None
) -> dict[int, InvoiceLineStatus]:
    """The lines that move, with where they stand then; of all lines, unless some are chosen.

    A line that was confirmed is not merely approved any more.

    Source: I1.
    """
    among = lines.keys() if chosen is None else chosen
    return {key: _AFTER[action] for key in among if lines[key] in _BEFORE[action] and lines[key] is not _AFTER[action]}


def header_after(
    action: InvoiceAction, status: InvoiceStatus, lines: Sequence[InvoiceLineStatus], *, whole: bool
) -> InvoiceStatus:
    """Where the invoice stands once its lines stand so.

    One rejected line rejects it; when all are confirmed it is; when all are approved or confirmed it is approved,
    unless discrepancies are open, which its status goes on saying. Otherwise it stays where it is. An invoice without
    lines goes where the action leads.

    Source: I1.
    """
    if action is InvoiceAction.REJECT:
        return InvoiceStatus.REJECTED
    if action is InvoiceAction.CONFIRM and (_all(lines, InvoiceLineStatus.CONFIRMED) if lines else whole):
        return InvoiceStatus.CONFIRMED
    agreed = _all(lines, InvoiceLineStatus.APPROVED, InvoiceLineStatus.CONFIRMED) if lines else whole
    if action is InvoiceAction.APPROVE and agreed and status is InvoiceStatus.MATCHED:
        return InvoiceStatus.APPROVED
    return status


def is_agreed(lines: Sequence[InvoiceLineStatus], *, whole: bool) -> bool:
    """Whether all of the invoice is approved, or confirmed already."""
    return _all(lines, InvoiceLineStatus.APPROVED, InvoiceLineStatus.CONFIRMED) if lines else whole


def status_when_paid(total: Decimal, paid: Decimal) -> InvoiceStatus:
    """Where a confirmed invoice stands when so much was paid for it.

    Source: I1, I3.
    """
    if not paid:
        return InvoiceStatus.CONFIRMED
    return InvoiceStatus.PAID if paid == total else InvoiceStatus.PENDING_PAYMENT


def is_payable(amount: Decimal, total: Decimal, paid: Decimal) -> bool:
    """Whether the amount can be paid: something, in the direction of what is open, and not more than that. What is
    given back is paid back.

    Source: I3.
    """
    open_amount = total - paid
    return bool(amount) and min(open_amount, ZERO) <= amount <= max(open_amount, ZERO)


def _all(lines: Sequence[InvoiceLineStatus], *statuses: InvoiceLineStatus) -> bool:
    return all(line in statuses for line in lines)
