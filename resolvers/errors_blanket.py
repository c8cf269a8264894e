"""Refusals of blanket orders and of releases that draw on them, with the figures a client needs to act on them.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from models.values import plain
from resolvers.errors import Refusal, figure

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal


@dataclass(eq=True, unsafe_hash=True)
class NoPurchasingPermission(Refusal):
    """The caller has no permission to draw on the blanket order (K1)."""

    code: ClassVar[str] = "NO_PURCHASING_PERMISSION"
    owner: str = figure("The name of the business owner, who may always draw on it.")

    @property
    def message(self) -> str:
        return (
            "You may not draw on this blanket order: no purchasing permission is yours, your groups' or your cost"
            f" center's. Its business owner is {self.owner}."
        )


@dataclass(eq=True, unsafe_hash=True)
class BlanketExhausted(Refusal):
    """Nothing is left of the budget of the blanket order (K1)."""

    code: ClassVar[str] = "BLANKET_EXHAUSTED"
    total: Decimal = figure("The budget, in the order's currency.")
    released: Decimal = figure("What releases have drawn on it, or reserved.")

    @property
    def message(self) -> str:
        return f"Nothing is left of the budget of {plain(self.total)}: releases have drawn {plain(self.released)}."


@dataclass(eq=True, unsafe_hash=True)
class OverBudget(Refusal):
    """More would be released than the budget of the blanket order, and nobody would have agreed to it (K1, K2, V1)."""

    code: ClassVar[str] = "OVER_BUDGET"
    total: Decimal = figure("The budget as it would be, in the order's currency.")
    released: Decimal = figure("What releases would have drawn on it.")

    @property
    def message(self) -> str:
        return f"Releases would have drawn {plain(self.released)} on a budget of {plain(self.total)}."


@dataclass(eq=True, unsafe_hash=True)
class OutsideBlanketLine(Refusal):
    """A date of a release outside the dates of the line of the blanket order that it draws on (K1)."""

    code: ClassVar[str] = "OUTSIDE_BLANKET_LINE"
    date: date = figure("The date given, or taken over.")
    line: int = figure("The number of the line of the blanket order.")
    start_date: date | None = figure("The first day that can be drawn for.")
    end_date: date | None = figure("The last day that can be drawn for.")

    @property
    def message(self) -> str:
        return (
            f"{self.date} is outside the dates of line {self.line} of the blanket order,"
            f" {self.start_date or 'any time'} to {self.end_date or 'any time'}."
        )


@dataclass(eq=True, unsafe_hash=True)
class LineOver(Refusal):
    """The line of the blanket order is canceled or closed: nothing can be drawn on it (K1)."""

    code: ClassVar[str] = "LINE_OVER"
    line: int = figure("The number of the line.")
    status: str = figure("Where it stands.")

    @property
    def message(self) -> str:
        return f"Line {self.line} of the blanket order is {self.status}: nothing can be drawn on it."
