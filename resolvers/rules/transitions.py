"""What may be done with an order, and why not: one table, which every mutation and `availableActions` ask.

An action has a row: the roles that may do it, the statuses in which it can be done, and what else has to hold. What
depends on the input of a mutation is not decided here.

Pure.

Source: L4, L6, O4.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from models.statuses.orders import MatchingStatus, OrderType, PurchaseOrderAction, PurchaseOrderStatus
from models.statuses.people import Role
from resolvers.errors import InUse, LimitExceeded, NotApplicable, NothingThere, NotPermitted, WrongStatus
from resolvers.errors_approvals import ApprovalRequired, Documented, ReleasesDrawn
from resolvers.errors_blanket import BlanketExhausted, NoPurchasingPermission
from resolvers.errors_revisions import OpenRevision
from resolvers.rules.releases import Budget

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date
    from decimal import Decimal

    from resolvers.errors import Refusal
    from resolvers.rules.standing import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """Whether a caller may do something with an order now, and why not."""

    action: PurchaseOrderAction
    reasons: tuple[Refusal, ...]

    @property
    def allowed(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.reasons


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A row of the table. An empty `lifecycle` or `matching` allows every status.

    What is asked `first` tells more than the status would, and is told alone, too. One of `several` may find several
    reasons.
    """

    first: tuple[Callable[[Standing], Refusal | None], ...] = ()
    lifecycle: tuple[PurchaseOrderStatus, ...] = ()
    matching: tuple[MatchingStatus, ...] = ()
    checks: tuple[Callable[[Standing], Refusal | None], ...] = ()
    several: tuple[Callable[[Standing], Iterable[Refusal]], ...] = ()
    roles: tuple[Role, ...] = (Role.BUYER,)


def issued(standing: Standing) -> Standing:
    """The order as it would stand once issued."""
    return replace(standing, status=PurchaseOrderStatus.ORDERED, issued=True)


def reopened(standing: Standing) -> Standing:
    """The order as it would stand reopened: what its lines say of it by then does not matter to matching."""
    return replace(standing, status=PurchaseOrderStatus.ORDERED)


def resumed(standing: Standing) -> Standing:
    """The order as it would stand off hold."""
    return replace(standing, suspended=False)


def extended(standing: Standing, expiration_date: date | None = None) -> Standing:
    """The order as it would stand with a later expiration date; without one, with one that is not past."""
    return replace(standing, expiration_date=expiration_date or standing.today)


def activation_refusal(before: Standing, after: Standing) -> LimitExceeded | None:
    """One active order more than the limit allows, where the order begins to count as one.

    Source: O4.
    """
    if before.counts_as_active or not after.counts_as_active:
        return None
    actual = before.active_orders + 1
    if actual <= before.limits.active_orders:
        return None
    return LimitExceeded(limit=before.limits.active_orders, actual=actual, setting="activeOrderLimit")


def _activates(change: Callable[[Standing], Standing]) -> Callable[[Standing], Refusal | None]:
    return lambda standing: activation_refusal(standing, change(standing))


def _room_for_a_line(standing: Standing) -> Refusal | None:
    limit, actual = standing.limits.lines, standing.lines + 1
    return LimitExceeded(limit=limit, actual=actual, setting="orderLineLimit") if actual > limit else None


def _room_for_a_contact(standing: Standing) -> Refusal | None:
    limit, actual = standing.limits.contacts, standing.contacts + 1
    return LimitExceeded(limit=limit, actual=actual, setting="orderContactLimit") if actual > limit else None


def _has_a_line(standing: Standing) -> Refusal | None:
    return None if standing.lines else NothingThere(kind="line")


def _has_an_unused_line(standing: Standing) -> Refusal | None:
    if not standing.lines or standing.unused_lines:
        return None
    return InUse(invoices=standing.invoices, remedy=LINE_REMEDY)


def _has_an_open_line(standing: Standing) -> Refusal | None:
    return None if standing.open_lines else NothingThere(kind="open line")


def _has_a_short_line(standing: Standing) -> Refusal | None:
    return None if standing.short_lines else NothingThere(kind="line that was closed short")


def _is_standard(standing: Standing) -> Refusal | None:
    return None if standing.order_type is OrderType.STANDARD else NotApplicable(order_type=standing.order_type)


def _is_blanket(standing: Standing) -> Refusal | None:
    return None if standing.order_type is OrderType.BLANKET else NotApplicable(order_type=standing.order_type)


def _needs_no_submission(standing: Standing) -> Refusal | None:
    """A draft that a rule fits is submitted; one that is approved may be issued, whatever the rules say by now.

    A release is submitted anyway, for it reserves what it takes. Source: A1, K3.
    """
    if standing.status is not PurchaseOrderStatus.DRAFT:
        return None
    if standing.is_release:
        approved = tuple(str(status) for status in _APPROVED)
        return WrongStatus(action=PurchaseOrderAction.ISSUE, status=standing.status, allowed=approved)
    return approval_refusal(standing.approval_rules, SUBMIT_REMEDY)


def _is_shipped(standing: Standing) -> Refusal | None:
    """What was submitted, and approved, is not asked again how it is shipped. O9."""
    return standing.shipping if standing.status in {_STATUS.DRAFT, _STATUS.REJECTED} else None


def _within_caps(standing: Standing) -> Iterable[Refusal]:
    return standing.caps if standing.issues_at_once else ()


def _may_be_drawn(standing: Standing) -> Iterable[Refusal]:
    """What keeps a release from its blanket order: it draws as it is submitted. K1, K3."""
    blanket = standing.blanket
    return () if blanket is None else reasons_against(PurchaseOrderAction.RELEASE, blanket)


def _activates_at_once(standing: Standing) -> Refusal | None:
    """One active order too many, where nobody has to agree and the order is issued as it is submitted. O4, K2."""
    asks = standing.approval_rules or (standing.blanket is not None and _excess(standing, standing.blanket))
    return None if asks or not standing.issues_at_once else activation_refusal(standing, issued(standing))


def _excess(standing: Standing, blanket: Standing) -> Decimal:
    return Budget(total=blanket.total, released=blanket.released).excess_of(standing.total)


def _needs_no_revision(standing: Standing) -> Refusal | None:
    return approval_refusal(standing.approval_rules, REVISE_REMEDY) if standing.issued else None


def approval_refusal(rules: tuple[int, ...], remedy: str) -> ApprovalRequired | None:
    """The refusal where rules fit. A1."""
    return ApprovalRequired(rules=rules, remedy=remedy) if rules else None


def _nothing_drawn(standing: Standing) -> Refusal | None:
    if not standing.released:
        return None
    return ReleasesDrawn(released=standing.released, remedy=CLOSE_INSTEAD)


def _has_no_open_revision(standing: Standing) -> Refusal | None:
    if standing.open_revision is None:
        return None
    number, status = standing.open_revision
    return OpenRevision(number=number, status=status)


def _nothing_rests_on_it(standing: Standing) -> Refusal | None:
    return Documented(kinds=standing.documents) if standing.documents else None


def _something_left(standing: Standing) -> Refusal | None:
    budget = Budget(total=standing.total, released=standing.released)
    in_force = standing.status in {*_DRAWN_ON, PurchaseOrderStatus.CLOSED_COMPLETE}
    return BlanketExhausted(total=budget.total, released=budget.released) if in_force and budget.is_exhausted else None


def _may_draw(standing: Standing) -> Refusal | None:
    drawing = standing.drawing
    return None if drawing is None or drawing.is_permitted else NoPurchasingPermission(owner=drawing.owner)


def _has_a_contact(standing: Standing) -> Refusal | None:
    return None if standing.contacts else NothingThere(kind="contact")


def _expires(standing: Standing) -> Refusal | None:
    return None if standing.expiration_date else NothingThere(kind="expiration date")


def _never_served(standing: Standing) -> Refusal | None:
    if not standing.invoices:
        return None
    closed = standing.matching_status is MatchingStatus.CLOSED
    return InUse(invoices=standing.invoices, remedy="it stays, closed" if closed else CLOSE_INSTEAD)


CLOSE_INSTEAD: Final = "close it instead"
LINE_REMEDY: Final = "end the line earlier instead"
SUBMIT_REMEDY: Final = "submit the order for approval"
REVISE_REMEDY: Final = "begin a revision, which is approved before it is in force"

_STATUS = PurchaseOrderStatus
_EDITABLE: Final = (
    _STATUS.DRAFT,
    _STATUS.REJECTED,
    _STATUS.PROCESSING,
    _STATUS.PENDING_SUBMISSION,
    _STATUS.PENDING_SUPPLIER_CONFIRMATION,
    _STATUS.ORDERED,
    _STATUS.PARTIALLY_DELIVERED,
    _STATUS.DELIVERED,
    _STATUS.PAYMENT_PENDING,
    _STATUS.CLOSED_PAID,
)
"""Not while somebody else decides about the order, and not once it is closed to invoices."""

_APPROVED: Final = (_STATUS.PROCESSING, _STATUS.PENDING_SUBMISSION)
"""Agreed to, and not issued."""

_OPEN: Final = (
    _STATUS.PENDING_SUPPLIER_CONFIRMATION,
    _STATUS.ORDERED,
    _STATUS.PARTIALLY_DELIVERED,
    _STATUS.DELIVERED,
    _STATUS.PAYMENT_PENDING,
    _STATUS.PENDING_RETURN,
)
"""Issued, and not over."""

_CANCELABLE: Final = (
    _STATUS.DRAFT,
    _STATUS.PENDING_APPROVAL,
    _STATUS.REJECTED,
    _STATUS.PROCESSING,
    _STATUS.PENDING_SUBMISSION,
    _STATUS.PENDING_SUPPLIER_CONFIRMATION,
    _STATUS.ORDERED,
    _STATUS.PARTIALLY_DELIVERED,
)
"""Something of it is not received. A revision that is waiting has to be decided or discarded first."""

_RECEIVED: Final = (
    _STATUS.PARTIALLY_DELIVERED,
    _STATUS.DELIVERED,
    _STATUS.PAYMENT_PENDING,
    _STATUS.PENDING_REVISION,
    _STATUS.PENDING_RETURN,
    _STATUS.CLOSED_PAID,
)
"""Something of it may have been received, and may go back. The live version stays in force beside a revision. V2."""

_DRAWN_ON: Final = (_STATUS.ORDERED, _STATUS.PARTIALLY_DELIVERED, _STATUS.PENDING_REVISION)
"""In force. Releases are drawn on the live version beside a revision. V2."""

_RUNNING: Final = (MatchingStatus.SCHEDULED, MatchingStatus.ACTIVE, MatchingStatus.EXPIRED)
_ON_HOLD: Final = (MatchingStatus.SUSPENDED, MatchingStatus.SUSPENDED_EXPIRED)

_ACTION = PurchaseOrderAction
TRANSITIONS: Final[dict[PurchaseOrderAction, Transition]] = {
    _ACTION.UPDATE: Transition(lifecycle=_EDITABLE),
    _ACTION.SUBMIT: Transition(
        lifecycle=(_STATUS.DRAFT, _STATUS.REJECTED),
        checks=(_has_a_line, _is_shipped, _activates_at_once),
        several=(_within_caps, _may_be_drawn),
    ),
    _ACTION.ISSUE: Transition(
        lifecycle=(_STATUS.DRAFT, *_APPROVED),
        checks=(_needs_no_submission, _is_shipped, _activates(issued)),
        several=(_within_caps,),
    ),
    _ACTION.CONFIRM: Transition(lifecycle=(_STATUS.PENDING_SUPPLIER_CONFIRMATION,)),
    _ACTION.SUSPEND: Transition(matching=_RUNNING),
    _ACTION.RESUME: Transition(matching=_ON_HOLD, checks=(_activates(resumed),)),
    _ACTION.EXTEND: Transition(lifecycle=_EDITABLE, checks=(_expires, _needs_no_revision, _activates(extended))),
    _ACTION.CLOSE: Transition(matching=(*_RUNNING, *_ON_HOLD)),
    _ACTION.CANCEL: Transition(lifecycle=_CANCELABLE, checks=(_nothing_drawn,)),
    _ACTION.REOPEN: Transition(lifecycle=(_STATUS.CLOSED_RELEASED,), checks=(_activates(reopened),)),
    _ACTION.REVISE: Transition(
        lifecycle=(*_OPEN, _STATUS.PENDING_REVISION, _STATUS.CLOSED_PAID), checks=(_has_no_open_revision,)
    ),
    _ACTION.RELEASE: Transition(
        first=(_is_blanket, _something_left),
        lifecycle=_DRAWN_ON,
        matching=(MatchingStatus.SCHEDULED, MatchingStatus.ACTIVE),
        checks=(_may_draw,),
        roles=tuple(Role),  # purchasing permissions decide who may
    ),
    _ACTION.RECEIVE: Transition(
        lifecycle=(_STATUS.ORDERED, *_RECEIVED, _STATUS.CLOSED_RETURNED),  # what went back may be replaced
        checks=(_is_standard,),
        roles=(Role.RECEIVER, Role.BUYER),
    ),
    _ACTION.RETURN: Transition(lifecycle=_RECEIVED, checks=(_is_standard,), roles=(Role.RECEIVER, Role.BUYER)),
    _ACTION.DELETE: Transition(checks=(_never_served, _nothing_rests_on_it)),
    _ACTION.COPY: Transition(),
    _ACTION.ADD_LINE: Transition(lifecycle=_EDITABLE, checks=(_room_for_a_line,)),
    _ACTION.UPDATE_LINE: Transition(lifecycle=_EDITABLE, checks=(_has_a_line,)),
    _ACTION.REMOVE_LINE: Transition(lifecycle=_EDITABLE, checks=(_has_a_line, _has_an_unused_line)),
    _ACTION.CLOSE_LINE: Transition(lifecycle=_OPEN, checks=(_has_an_open_line,)),
    _ACTION.CANCEL_LINE: Transition(lifecycle=_OPEN, checks=(_has_an_open_line,)),
    _ACTION.REOPEN_LINE: Transition(lifecycle=(*_OPEN, _STATUS.CLOSED_PAID), checks=(_has_a_short_line,)),
    _ACTION.ADD_CONTACT: Transition(lifecycle=_EDITABLE, checks=(_room_for_a_contact,)),
    _ACTION.UPDATE_CONTACT: Transition(lifecycle=_EDITABLE, checks=(_has_a_contact,)),
    _ACTION.REMOVE_CONTACT: Transition(lifecycle=_EDITABLE, checks=(_has_a_contact,)),
    _ACTION.SET_TAGS: Transition(lifecycle=_EDITABLE),
}
"""Every action, in the order in which clients see them."""


def roles_for(action: PurchaseOrderAction) -> tuple[Role, ...]:
    """Any of these roles may do it; an administrator may do everything."""
    return TRANSITIONS[action].roles


def reasons_against(
    action: PurchaseOrderAction, standing: Standing, roles: Iterable[Role] | None = None
) -> list[Refusal]:
    """Why it cannot be done with an order that stands so, and why not by a caller with these roles.

    A status that does not allow the action is told alone: what else would have to hold does not matter then.

    Source: L6.
    """
    row = TRANSITIONS[action]
    found: list[Refusal] = []
    if roles is not None and not {Role.ADMIN, *row.roles} & set(roles):
        found.append(NotPermitted(needed=_words(row.roles), roles=_words(roles)))
    for check in row.first:
        if (refusal := check(standing)) is not None:
            return [*found, refusal]
    if (wrong := _wrong_status(action, row, standing)) is not None:
        return [*found, wrong]
    checked = (check(standing) for check in row.checks)
    found += (refusal for refusal in checked if refusal is not None)
    return [*found, *(refusal for check in row.several for refusal in check(standing))]


def available_actions(standing: Standing, roles: Iterable[Role]) -> list[Availability]:
    """Every action, and why not.

    Source: L6.
    """
    held = tuple(roles)
    return [
        Availability(action=action, reasons=tuple(reasons_against(action, standing, held))) for action in TRANSITIONS
    ]


def _wrong_status(action: PurchaseOrderAction, row: Transition, standing: Standing) -> WrongStatus | None:
    if row.lifecycle and standing.status not in row.lifecycle:
        return WrongStatus(action=action, status=standing.status, allowed=tuple(map(str, row.lifecycle)))
    if row.matching and standing.matching_status not in row.matching:
        return WrongStatus(action=action, status=standing.matching_status, allowed=tuple(map(str, row.matching)))
    return None


def _words(roles: Iterable[Role]) -> tuple[str, ...]:
    return tuple(sorted(str(role) for role in roles))
