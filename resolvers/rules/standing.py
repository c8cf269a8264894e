"""Where an order stands: everything that decides what may be done with it.

Pure.

Source: L4, L6, O4.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from models.statuses.orders import MatchingStatus, OrderType, PurchaseOrderStatus
from models.values import ZERO
from resolvers.rules.matching_status import matching_status

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from resolvers.errors import Refusal
    from resolvers.rules.releases import Drawing

COUNTED_AS_ACTIVE: Final = (MatchingStatus.ACTIVE, MatchingStatus.SCHEDULED)
"""An order counts towards the limit of active ones while it is in force, or will be without anybody's doing. O4."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the organization's settings allow. O4."""

    active_orders: int = 100
    lines: int = 100
    contacts: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where an order stands: everything that decides what may be done with it.

    `invoices` is how many invoices it has served, ever; `unused_lines` how many of its lines never served one;
    `open_lines` are those neither canceled nor closed short, `short_lines` those closed short; `active_orders` is how
    many orders of the organization count as active today. `approval_rules` are the numbers of the rules that fit the
    order as it is; `documents` the kinds of documents that rest on it; `released` what releases have drawn on it of its
    `total`; `open_revision` number and status of its revision that is neither in force nor over; `drawing` who wants to
    draw, where that is known.

    Of an order that is on its way to be issued: `shipping` is what is wrong with how it is to be shipped, `caps` are
    the contracts that it would draw beyond what they are capped at, `blanket` is what a release draws on.
    `issues_at_once`: whether it is to be issued as soon as it is approved.
    """

    status: PurchaseOrderStatus
    issued: bool
    suspended: bool
    effective_date: date | None
    expiration_date: date | None
    today: date
    invoices: int = 0
    lines: int = 0
    unused_lines: int = 0
    open_lines: int = 0
    short_lines: int = 0
    contacts: int = 0
    active_orders: int = 0
    order_type: OrderType = OrderType.STANDARD
    is_release: bool = False
    approval_rules: tuple[int, ...] = ()
    documents: tuple[str, ...] = ()
    total: Decimal = ZERO
    released: Decimal = ZERO
    open_revision: tuple[int, str] | None = None
    drawing: Drawing | None = None
    shipping: Refusal | None = None
    caps: tuple[Refusal, ...] = ()
    blanket: Standing | None = None
    issues_at_once: bool = True
    limits: Limits = field(default_factory=Limits)

    @property
    def matching_status(self) -> MatchingStatus:
        """Whether it serves invoices today. L4."""
        return matching_status(
            self.status,
            issued=self.issued,
            suspended=self.suspended,
            effective_date=self.effective_date,
            expiration_date=self.expiration_date,
            today=self.today,
        )

    @property
    def counts_as_active(self) -> bool:
        """Whether it counts towards the limit of active orders. O4."""
        return self.matching_status in COUNTED_AS_ACTIVE
