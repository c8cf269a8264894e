"""Who may draw what on a blanket order, for which days, and how much of it needs an agreement.

Pure. Amounts are in the currency of the blanket order, which its releases share.

Source: K1, K2, K3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.values import ZERO
from resolvers.errors import OutsideValidity
from resolvers.errors_blanket import LineOver, OutsideBlanketLine
from resolvers.rules.matching_status import line_is_in_force

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from decimal import Decimal

    from models.statuses.orders import LineStatus
    from resolvers.errors import Refusal
    from resolvers.rules.text import Path

# --------------------------------------------------------------------------------------------------------- permission


@dataclass(frozen=True, slots=True)
class Permission:
    """Who may draw: a user, the members of a group, or the users of a cost center."""

    user_id: int | None = None
    group_id: int | None = None
    cost_center_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Who wants to draw on a blanket order, and who may."""

    user_id: int
    group_ids: tuple[int, ...] = ()
    cost_center_id: int | None = None
    owner_id: int
    owner: str
    permissions: tuple[Permission, ...] = ()

    @property
    def is_permitted(self) -> bool:
        """Whether a permission is the user's, a group's or the cost center's; the business owner needs none.

        Source: K1.
        """
        return self.user_id == self.owner_id or any(self._holds(permission) for permission in self.permissions)

    def _holds(self, permission: Permission) -> bool:
        return (
            permission.user_id == self.user_id
            or permission.group_id in self.group_ids
            or (permission.cost_center_id is not None and permission.cost_center_id == self.cost_center_id)
        )


# ------------------------------------------------------------------------------------------------------------- budget


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a blanket order is for, and what releases have drawn on it or reserved."""

    total: Decimal
    released: Decimal

    @property
    def left(self) -> Decimal:
        """What can still be drawn without asking; below zero after an agreed excess."""
        return self.total - self.released

    @property
    def is_exhausted(self) -> bool:
        """Whether nothing can be drawn any more: as soon as all of it is released. K1."""
        return self.released >= self.total

    def excess_of(self, amount: Decimal) -> Decimal:
        """How much of a release of this amount is over what is left: that alone has to be agreed to.

        1,000 less 800 released, and a release of 500 → 300. A release of 200 → 0.

        Source: K2.
        """
        return max(ZERO, amount - max(ZERO, self.left))


def reserved(amounts: Iterable[Decimal], reserve: Decimal) -> list[Decimal]:
    """What each line of a release reserves, in their order, where no more than `reserve` of them all is reserved.

    The first lines take what there is; what waits for its approval is of the last ones.

    Lines of 300 and 200, 200 of them within the budget → 200 and 0; 400 within it → 300 and 100.

    Source: K2, K3.
    """
    found: list[Decimal] = []
    left = reserve
    for amount in amounts:
        found.append(max(ZERO, min(amount, left)))
        left -= amount
    return found


# -------------------------------------------------------------------------------------------------------------- lines


@dataclass(frozen=True, slots=True, kw_only=True)
class BlanketLine:
    """A line of a blanket order, with the days it can be drawn for: its own, or else those of its order."""

    number: int
    status: LineStatus
    first_day: date | None = None
    last_day: date | None = None

    def holds(self, day: date) -> bool:
        """Whether it can be drawn for the day; both ends are included."""
        return (self.first_day is None or self.first_day <= day) and (self.last_day is None or day <= self.last_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnLine:
    """A line of a release, with its days: its own, or else those of the release."""

    blanket_line: BlanketLine
    first_day: date | None
    last_day: date | None


def drawing_refusals(lines: Iterable[DrawnLine], paths: Sequence[Path]) -> list[Refusal]:
    """Lines that draw on what is over, or for days that the line of the blanket order is not for.

    Source: K1.
    """
    found: list[Refusal] = []
    for line, path in zip(lines, paths, strict=True):
        drawn = line.blanket_line
        if not line_is_in_force(drawn.status):
            found.append(LineOver(line=drawn.number, status=drawn.status, path=path))
            continue
        for name, day in (("startDate", line.first_day), ("endDate", line.last_day)):
            if day is not None and not drawn.holds(day):
                found.append(
                    OutsideBlanketLine(
                        date=day,
                        line=drawn.number,
                        start_date=drawn.first_day,
                        end_date=drawn.last_day,
                        path=(*path, name),
                    )
                )
    return found


def validity_refusals(days: tuple[date | None, date | None], blanket: tuple[date | None, date | None]) -> list[Refusal]:
    """The first and last day of a release that lie outside the validity of its blanket order.

    Source: K1.
    """
    first, last = blanket
    return [
        OutsideValidity(date=day, effective_date=first, expiration_date=last, path=(name,))
        for name, day in zip(("effectiveDate", "expirationDate"), days, strict=True)
        if day is not None and ((first is not None and day < first) or (last is not None and last < day))
    ]


def latest(*days: date | None) -> date | None:
    """The latest of the days that are there."""
    return max((day for day in days if day is not None), default=None)


def earliest(*days: date | None) -> date | None:
    """The earliest of the days that are there."""
    return min((day for day in days if day is not None), default=None)
