"""Who is told what, and when: balances and budgets that fall, orders that expire.

Both are functions of figures and dates alone. A balance crosses a threshold between what was stored and what is stored
next, so that telling it once needs no memory of what was told; an expiration has its days from the moment the date is
set, so that a server that was down for a week knows what it missed.

Pure. Amounts are in the currency of the line; days are days of the UTC calendar.

Source: B3, B4, B5, B7.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from models.statuses.people import NoticeKind
from resolvers.errors import InvalidValue
from resolvers.rules.balances import is_below
from resolvers.rules.matching_status import takes_part
from resolvers.rules.text import EMAIL, Text, Texts, repeated, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from models.statuses.orders import PurchaseOrderStatus
    from resolvers.errors import Refusal
    from resolvers.rules.text import Path

EXHAUSTED: Final = 0
"""The threshold that is crossed when nothing is left: at 0, not below it."""

LOW: Final = 20
"""The percentage of a blanket order's budget at which its business owner is told that little is left. B5."""

DAYS_LEFT: Final = timedelta(days=7)
"""How long before its expiration the business owner of a blanket order is told. B5."""

NEWS: Final = timedelta(days=31)
"""How long it is news that an order has expired."""

MOST_THRESHOLDS: Final = 10
MOST_LEADS: Final = 10

CONTACT_KINDS: Final = (
    NoticeKind.BALANCE_BELOW,
    NoticeKind.BALANCE_EXHAUSTED,
    NoticeKind.ORDER_EXPIRING,
    NoticeKind.ORDER_EXPIRED,
    NoticeKind.ORDER_SUSPENDED,
    NoticeKind.ORDER_CLOSED,
)
"""What the contacts of an order are told."""


# -------------------------------------------------------------------------------------------------------- balances


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """What is left of the limit of a tracked line."""

    limit: Decimal
    current: Decimal

    def is_past(self, threshold: int) -> bool:
        """Whether less than the threshold is left, in percent of the limit; or nothing, for `EXHAUSTED`."""
        if threshold == EXHAUSTED:
            return self.current <= 0
        return is_below(self.current, self.limit, Decimal(threshold))


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceChange:
    """What a line had left before its figures were written anew, and what it has now; none where it has no balance."""

    order_id: int
    line_id: int
    before: Level | None
    after: Level | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetChange:
    """What was left of the budget of a blanket order before its figures were written anew, and what is left now."""

    order_id: int
    before: Level
    after: Level


def crossed(before: Level | None, after: Level | None, thresholds: Iterable[int]) -> tuple[int, ...]:
    """The thresholds that a line's balance has just passed on its way down, the lowest last.

    Exactly 75.00 % left is not below 75. A balance that rises says nothing, and is told again when it falls again. None
    stands for a line without a balance: one that is tracked from now on has come from above. A line that is worth
    nothing, because it was canceled or costs nothing, cannot run out.

    Worked: 10,000.00; 8,000.00 left, then 7,400.00 → (75,). From 8,000.00 to -50.00 → (75, 0).

    Source: B3.
    """
    if after is None or after.limit <= 0:
        return ()
    every = sorted({*thresholds, EXHAUSTED}, reverse=True)
    return tuple(each for each in every if after.is_past(each) and not (before is not None and before.is_past(each)))


def told(thresholds: Iterable[int], muted: Iterable[str]) -> tuple[int, ...]:
    """The crossed thresholds that somebody wants to hear of, who has muted these kinds of notices."""
    return tuple(each for each in thresholds if balance_kind((each,)) not in muted)


def balance_kind(thresholds: Iterable[int]) -> NoticeKind:
    """What a mail about these crossings is called: exhausted, if anything is."""
    return NoticeKind.BALANCE_EXHAUSTED if EXHAUSTED in thresholds else NoticeKind.BALANCE_BELOW


def budget_kind(before: Level, after: Level) -> NoticeKind | None:
    """What a blanket order's business owner is told of its budget, if anything: nothing is left, or a fifth at most.

    As with balances, a crossing is told once, on the way down, and again only after there was more. Passing both at
    once makes one mail. A budget of nothing cannot run out.

    Worked, for 1,000.00: 700.00 released, then 800.00 → BLANKET_LOW; then 900.00 → nothing; then 1,000.00 →
    BLANKET_EXHAUSTED; from 700.00 to 1,000.00 → BLANKET_EXHAUSTED.

    Source: B5.
    """
    if _has_at_most(after, EXHAUSTED) and not _has_at_most(before, EXHAUSTED):
        return NoticeKind.BLANKET_EXHAUSTED
    if _has_at_most(after, LOW) and not _has_at_most(before, LOW):
        return NoticeKind.BLANKET_LOW
    return None


def _has_at_most(level: Level, percentage: int) -> bool:
    """Whether at most the percentage is left, compared exactly."""
    return level.limit > 0 and level.current * 100 <= level.limit * percentage


# ---------------------------------------------------------------------------------------------------------- expiry


@dataclass(frozen=True, slots=True)
class Lead:
    """How long before the expiration somebody is told: `P2M`, `P1W`, `P7D`; `P0D` is on the day."""

    months: int = 0
    days: int = 0

    @classmethod
    def read(cls, text: str) -> Lead:
        """The lead that the text says."""
        number, unit = int(text[1:-1]), text[-1]
        return cls(months=number) if unit == "M" else cls(days=number * (7 if unit == "W" else 1))

    def before(self, day: date) -> date:
        """The day so long before this one; the last of a month that is too short: 31 December → 30 November.

        Never before the calendar begins.
        """
        months = day.year * 12 + day.month - 1 - self.months
        year, month = max(date.min.year, months // 12), months % 12 + 1
        same = date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
        return date.fromordinal(max(1, same.toordinal() - self.days))


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How long before an expiration somebody is told, by how far away it was when the date was set."""

    under_one_month: tuple[Lead, ...]
    one_to_three_months: tuple[Lead, ...]
    over_three_months: tuple[Lead, ...]


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be told about an expiration, and the day it was planned for."""

    kind: NoticeKind
    day: date


def expiry_days(expiration: date, set_on: date, schedule: Schedule) -> tuple[date, ...]:
    """The days on which somebody is told that the order will expire, the earliest first; none before the date was set.

    How far away it is counts in calendar months back from the expiration, so that exactly one month and exactly three
    belong to the middle.

    Worked, for 2025-12-31: set on 2025-01-15 → 2025-10-31; on 2025-11-10 → 2025-11-30; on 2025-12-10 → 2025-12-24 and
    2025-12-31; on 2025-12-28 → 2025-12-31.

    Source: B4.
    """
    if set_on > Lead(months=1).before(expiration):
        leads = schedule.under_one_month
    elif set_on >= Lead(months=3).before(expiration):
        leads = schedule.one_to_three_months
    else:
        leads = schedule.over_three_months
    days = {lead.before(expiration) for lead in leads}
    return tuple(sorted(day for day in days if day >= set_on))


def expiry_due(expiration: date, set_on: date, today: date, schedule: Schedule) -> Due | None:
    """What has to be told by today, if it has not been told before: the latest only, for the earlier is stale.

    After the expiration that is that it is over, planned for the day after; a month later that is no news any more. A
    date that already lay in the past when it was set surprises nobody.

    Source: B4.
    """
    if set_on > expiration or today - expiration > NEWS:
        return None
    if today > expiration:
        return Due(NoticeKind.ORDER_EXPIRED, expiration + timedelta(days=1))
    days = [day for day in expiry_days(expiration, set_on, schedule) if day <= today]
    return Due(NoticeKind.ORDER_EXPIRING, days[-1]) if days else None


def blanket_due(expiration: date, set_on: date, today: date) -> Due | None:
    """What the business owner of a blanket order has to be told by today of its expiration: a week before, once.

    Where the date was set with less than a week to go, that is the day it was set. Afterwards it is no news any more.

    Worked, for 2025-12-31: set on 2025-01-15 → 2025-12-24; set on 2025-12-28 → 2025-12-28.

    Source: B5.
    """
    day = max(expiration - DAYS_LEFT, set_on)
    return Due(NoticeKind.BLANKET_EXPIRING, day) if day <= today <= expiration else None


def looked_ahead(schedule: Schedule) -> timedelta:
    """How far ahead of today an expiration may lie that has to be told today, or a little less."""
    leads = (*schedule.under_one_month, *schedule.one_to_three_months, *schedule.over_three_months)
    return max((timedelta(days=lead.months * 31 + lead.days) for lead in leads), default=timedelta(0))


def expires_for_somebody(status: PurchaseOrderStatus, *, issued: bool, suspended: bool) -> bool:
    """Whether the order's expiration concerns anybody: it is in force, or would be but for its dates.

    Source: B4.
    """
    return takes_part(status, issued=issued) and not suspended


# -------------------------------------------------------------------------------------------------------- settings


@dataclass(frozen=True, slots=True)
class Thresholds:
    """A list of different percentages, 1 to 100; none at all leaves only the exhausted ones to be told."""

    def refusals(self, value: Sequence[int] | None, path: Path) -> list[Refusal]:
        """What is wrong with the list, or with each of them."""
        if value is None:
            return [_invalid(path, "null", "give an empty list for none")]
        if len(value) > MOST_THRESHOLDS:
            return [_invalid(path, f"{len(value)} values", f"at most {MOST_THRESHOLDS} are accepted")]
        found: list[Refusal] = [
            _invalid((*path, str(at)), str(each), "expected a whole percentage from 1 to 100")
            for at, each in enumerate(value)
            if not 1 <= each <= 100  # noqa: PLR2004 - percent
        ]
        again = repeated(map(str, value))
        return found + [_invalid((*path, str(at)), str(value[at]), "it is in the list already") for at in again]


LEADS: Final = Texts(
    each=Text(
        longest=6,
        required=True,
        pattern=re.compile(r"P(?:[0-9]|[1-9][0-9]{1,2})D|P(?:[0-9]|[1-5][0-9])W|P(?:[0-9]|1[0-9]|2[0-4])M"),
        expected="days, weeks or months before, such as P7D, P1W or P2M; P0D is on the day",
    ),
    most=MOST_LEADS,
)
"""How long before an expiration somebody is told."""

SENDER: Final = EMAIL.optional
"""The address from which, or to which, an organization has its mails sent."""

ORDER_URL: Final = Text(
    longest=500,
    pattern=re.compile(r"https?://[^\s{}<>\"'\\]+(?:\{(?:number|id)\}[^\s{}<>\"'\\]*)+"),
    expected="an address with {number} or {id} in it, such as https://erp.example.com/orders/{number}",
)
"""Where an order is to be seen in the organization's own frontend."""


def _invalid(path: Path, value: str, expected: str) -> InvalidValue:
    return InvalidValue(value=shown(value), expected=expected, path=path)
