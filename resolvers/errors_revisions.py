"""Refusals of revisions, with the figures a client needs to act on them.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from models.values import plain
from resolvers.errors import Refusal, figure

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(eq=True, unsafe_hash=True)
class OpenRevision(Refusal):
    """The order has an open revision, and can have no second (V1)."""

    code: ClassVar[str] = "OPEN_REVISION"
    number: int = figure("The number of the open revision.")
    status: str = figure("Where it stands.")

    @property
    def message(self) -> str:
        return f"Revision {self.number} is open ({self.status}); apply or discard it first."


@dataclass(eq=True, unsafe_hash=True)
class FullyReceived(Refusal):
    """A line that is received in full cannot be revised (V1)."""

    code: ClassVar[str] = "FULLY_RECEIVED"
    line: int = figure("The number of the line.")

    @property
    def message(self) -> str:
        return f"Line {self.line} is received in full and cannot be revised; add a line instead."


@dataclass(eq=True, unsafe_hash=True)
class NotAboveReceived(Refusal):
    """A line cannot fall to what is received of it, or below (V1)."""

    code: ClassVar[str] = "NOT_ABOVE_RECEIVED"
    line: int = figure("The number of the line.")
    proposed: Decimal = figure("The quantity of goods, or the amount of a service, that the line would have.")
    received: Decimal = figure("What is received of it, in the same measure.")

    @property
    def message(self) -> str:
        return f"Line {self.line} would be {plain(self.proposed)}; {plain(self.received)} of it is received."


@dataclass(eq=True, unsafe_hash=True)
class BelowInvoiced(Refusal):
    """A line of goods cannot be lowered below what invoices bill that were confirmed (V1)."""

    code: ClassVar[str] = "BELOW_INVOICED"
    line: int = figure("The number of the line.")
    proposed: Decimal = figure("The amount that it would have, in the order's currency.")
    invoiced: Decimal = figure("What confirmed invoices bill of it.")

    @property
    def message(self) -> str:
        billed = plain(self.invoiced)
        return f"Line {self.line} would be worth {plain(self.proposed)}; confirmed invoices bill {billed} of it."


@dataclass(eq=True, unsafe_hash=True)
class BelowReleased(Refusal):
    """A blanket order, or a line of it, cannot fall below what releases have drawn (V1)."""

    code: ClassVar[str] = "BELOW_RELEASED"
    line: int | None = figure("The number of the line; null where it is the order as a whole.")
    proposed: Decimal = figure("The budget that it would have, in the order's currency.")
    released: Decimal = figure("What releases have drawn.")

    @property
    def message(self) -> str:
        what = "The order" if self.line is None else f"Line {self.line}"
        return f"{what} would have a budget of {plain(self.proposed)}; releases have drawn {plain(self.released)}."


@dataclass(eq=True, unsafe_hash=True)
class BelowMilestones(Refusal):
    """A line cannot be worth less than its milestones (R5)."""

    code: ClassVar[str] = "BELOW_MILESTONES"
    line: int = figure("The number of the line.")
    proposed: Decimal = figure("The amount that it would have, in the order's currency.")
    milestones: Decimal = figure("What its milestones are worth that are not canceled.")

    @property
    def message(self) -> str:
        worth = plain(self.milestones)
        return f"Line {self.line} would be {plain(self.proposed)}; its milestones are worth {worth}: cancel some first."


@dataclass(eq=True, unsafe_hash=True)
class NothingProposed(Refusal):
    """The revision changes nothing."""

    code: ClassVar[str] = "NOTHING_PROPOSED"

    @property
    def message(self) -> str:
        return "The revision changes nothing."
