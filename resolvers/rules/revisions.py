"""What may be revised, what of it has to be approved, and by whom.

Pure. Amounts are in the currency of the order.

Source: V1, V3, V6.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from models.statuses.orders import LineStatus, ProductType, RevisionStatus
from models.values import HUNDRED, ZERO
from resolvers.errors import WrongStatus
from resolvers.errors_approvals import AlreadyReceived
from resolvers.errors_revisions import (
    BelowInvoiced,
    BelowMilestones,
    BelowReleased,
    FullyReceived,
    NotAboveReceived,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from resolvers.errors import Refusal
    from resolvers.rules.text import Path

OPEN: Final = (RevisionStatus.DRAFT, RevisionStatus.PENDING_APPROVAL, RevisionStatus.APPROVED)
"""An order has one revision that stands so, at most. V1."""

LOWER_INSTEAD: Final = "lower the line instead, to more than that"

_OVER: Final = (LineStatus.CLOSED_RETURNED, LineStatus.CLOSED_RELEASED, LineStatus.CLOSED_CANCELED)
_REVISABLE: Final = tuple(str(status) for status in LineStatus if status not in _OVER and "CLOSED" not in status)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingLine:
    """A line in force, as far as it decides what it may become: what is received, billed and released of it.

    `confirmed_amount` is what confirmed invoices bill, `milestones` what milestones by amount are worth that are not
    canceled.
    """

    number: int
    status: LineStatus
    product_type: ProductType
    quantity: Decimal
    amount: Decimal
    received_quantity: Decimal = ZERO
    received_amount: Decimal = ZERO
    received_percent: Decimal = ZERO
    confirmed_amount: Decimal = ZERO
    released_amount: Decimal = ZERO
    milestones: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedLine:
    """What a line would become; nothing of it is left where it is canceled."""

    quantity: Decimal
    amount: Decimal
    is_canceled: bool = False


class Approval(Enum):
    """Who has to agree to a revision. V6."""

    NOBODY = "within the limit over the first approved amount"
    RULES = "whom the approval rules name"
    RULES_OR_OWNER = "whom the approval rules name, or else the business owner"


def line_refusals(line: StandingLine, proposed: ProposedLine, path: Path, *, has_waited: bool = False) -> list[Refusal]:
    """Why a line cannot become what is proposed.

    What was received in full while its revision waited does not keep that from coming into force, as long as it lowers
    nothing.

    Source: V1, R5.
    """
    if line.status in _OVER:
        return [WrongStatus(action="REVISE", status=line.status, allowed=_REVISABLE, path=path)]
    if line.received_percent >= HUNDRED and not has_waited:
        return [FullyReceived(line=line.number, path=path)]
    if proposed.is_canceled:
        return _cancel_refusals(line, path)
    found = lowering_refusals(line, proposed, path)
    if proposed.amount < line.released_amount:
        found.append(
            BelowReleased(line=line.number, proposed=proposed.amount, released=line.released_amount, path=path)
        )
    if proposed.amount < line.milestones:
        found.append(BelowMilestones(line=line.number, proposed=proposed.amount, milestones=line.milestones, path=path))
    return found


def lowering_refusals(line: StandingLine, proposed: ProposedLine, path: Path) -> list[Refusal]:
    """Why a line cannot be lowered that far, by a revision or by a plain change.

    Goods are measured by quantity, services by amount. Of 100 pieces 40 are received: 41 may be ordered, 40 not, for
    then the line would be complete; it can be closed short. What confirmed invoices bill of goods stays, too.

    Source: V1.
    """
    found: list[Refusal] = []
    is_good = line.product_type is ProductType.GOOD
    by_quantity = is_good or not line.amount
    received = line.received_quantity if by_quantity else line.received_amount
    stands, measure = (line.quantity, proposed.quantity) if by_quantity else (line.amount, proposed.amount)
    if received > 0 and measure < stands and measure <= received:
        found.append(NotAboveReceived(line=line.number, proposed=measure, received=received, path=path))
    if is_good and proposed.amount < min(line.amount, line.confirmed_amount):
        figures = {"proposed": proposed.amount, "invoiced": line.confirmed_amount}
        found.append(BelowInvoiced(line=line.number, **figures, path=path))
    return found


def order_refusals(total: Decimal, released: Decimal | None) -> list[Refusal]:
    """Why an order cannot have such a total: releases have drawn more on a blanket order.

    Source: V1.
    """
    if released is None or total >= released:
        return []
    return [BelowReleased(line=None, proposed=total, released=released)]


def amount_to_approve(lines: Iterable[ProposedLine]) -> Decimal:
    """The whole new amount of the lines that are touched, not only what it is more.

    A line of 400 becomes 500, another of 100 is canceled → 500.

    Source: V3.
    """
    return sum((line.amount for line in lines if not line.is_canceled), ZERO)


def approval_needed(total: Decimal, first_approved: Decimal, limit_percent: Decimal | None) -> Approval:
    """Who has to agree to a total.

    With a limit of 10 % over a first approved amount of 1,000: 1,090 nobody, 1,100 nobody, 1,188.10 the approvers
    that the rules name, or the business owner. What was approved since then does not move the limit.

    Source: V6.
    """
    if limit_percent is None:
        return Approval.RULES
    return Approval.NOBODY if total * HUNDRED <= first_approved * (HUNDRED + limit_percent) else Approval.RULES_OR_OWNER


def _cancel_refusals(line: StandingLine, path: Path) -> list[Refusal]:
    if line.received_quantity or line.received_amount:
        quantity, amount = line.received_quantity, line.received_amount
        return [AlreadyReceived(quantity=quantity, amount=amount, remedy=LOWER_INSTEAD, path=path)]
    if line.released_amount:
        return [BelowReleased(line=line.number, proposed=ZERO, released=line.released_amount, path=path)]
    return []
