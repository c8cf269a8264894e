"""The refusals of receiving: receipts, returns, milestones.

Pure, as `resolvers.errors`.

Source: R3, R4, R5.
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
class OverReceipt(Refusal):
    """More would be received than the line and its tolerance allow, all its receipts together (R3)."""

    code: ClassVar[str] = "OVER_RECEIPT"
    line: int = figure("The number of the order line.")
    ordered: Decimal = figure("The quantity ordered.")
    received: Decimal = figure("The quantity received before, less what went back.")
    offered: Decimal = figure("The quantity that would be added; of a correction, what it adds to the quantity before.")
    allowed: Decimal = figure("The largest quantity that may be received in all.")
    unit: str = figure("The unit of all four.")
    rule: int | None = figure("The number of the tolerance rule that allows it; null where there is none.")

    @property
    def message(self) -> str:
        by = "" if self.rule is None else f" by tolerance rule {self.rule}"
        return (
            f"Line {self.line} would have {plain(self.received + self.offered)} received of {plain(self.ordered)}"
            f" ordered; at most {plain(self.allowed)} are allowed{by}."
        )


@dataclass(eq=True, unsafe_hash=True)
class OverReturn(Refusal):
    """More would be returned than was received (R4)."""

    code: ClassVar[str] = "OVER_RETURN"
    line: int = figure("The number of the order line.")
    received: Decimal = figure("The quantity received, without what was returned before.")
    returned: Decimal = figure("The quantity returned, all returns together.")
    unit: str = figure("The unit of both.")

    @property
    def message(self) -> str:
        return f"Line {self.line} would have {plain(self.returned)} returned, but only {plain(self.received)} received."


@dataclass(eq=True, unsafe_hash=True)
class TakesNoReceipt(Refusal):
    """The line is not received by people: something else says that it was delivered (R1, R3)."""

    code: ClassVar[str] = "TAKES_NO_RECEIPT"
    line: int = figure("The number of the order line.")
    product_type: str = figure("What the line buys.")
    acknowledgment_type: str | None = figure("How its delivery is acknowledged; null where nothing is said.")
    delivered_by: str = figure("What says that it was delivered.")

    @property
    def message(self) -> str:
        return f"Line {self.line} takes no receipt: {self.delivered_by} says what was delivered."


@dataclass(eq=True, unsafe_hash=True)
class QuantitiesDisagree(Refusal):
    """What was accepted and what was rejected do not make what was received (R3)."""

    code: ClassVar[str] = "QUANTITIES_DISAGREE"
    quantity: Decimal = figure("The quantity received.")
    accepted: Decimal = figure("The quantity accepted.")
    rejected: Decimal = figure("The quantity rejected.")

    @property
    def message(self) -> str:
        return (
            f"{plain(self.quantity)} received, but {plain(self.accepted)} accepted and {plain(self.rejected)} rejected"
            f" make {plain(self.accepted + self.rejected)}."
        )


@dataclass(eq=True, unsafe_hash=True)
class TakesNoMilestones(Refusal):
    """The line is not acknowledged by milestones (R5)."""

    code: ClassVar[str] = "TAKES_NO_MILESTONES"
    line: int = figure("The number of the order line.")
    product_type: str = figure("What the line buys.")
    acknowledgment_type: str | None = figure("How its delivery is acknowledged; null where nothing is said.")

    @property
    def message(self) -> str:
        how = f"acknowledged by {self.acknowledgment_type}" if self.acknowledgment_type else f"a {self.product_type}"
        return f"Line {self.line} has no milestones: it is {how}."


@dataclass(eq=True, unsafe_hash=True)
class MilestonesTooLarge(Refusal):
    """The milestones of a line together would be worth more than the line (R5)."""

    code: ClassVar[str] = "MILESTONES_TOO_LARGE"
    line: int = figure("The number of the order line.")
    limit: Decimal = figure("What they may be worth together: the line's amount, or 100 percent.")
    others: Decimal = figure("What the line's other milestones are worth, without canceled ones.")
    offered: Decimal = figure("What this one would be worth.")
    unit: str = figure("The currency of all three, or % for percentages.")

    @property
    def message(self) -> str:
        return (
            f"The milestones of line {self.line} would be worth {plain(self.others + self.offered)} {self.unit};"
            f" at most {plain(self.limit)} {self.unit} are possible."
        )


@dataclass(eq=True, unsafe_hash=True)
class NotPutOff(Refusal):
    """A milestone can only be put off to a later date (R5)."""

    code: ClassVar[str] = "NOT_PUT_OFF"
    date: date = figure("The date given.")
    after: date = figure("The date that it has to be later than: the one there is, or today.")

    @property
    def message(self) -> str:
        return f"It cannot be put off to {self.date}, which is not later than {self.after}."


@dataclass(eq=True, unsafe_hash=True)
class AlreadySettled(Refusal):
    """The debit memo of a return is paid, or about to be, so that the return cannot be undone (R4)."""

    code: ClassVar[str] = "ALREADY_SETTLED"
    debit_memo: str = figure("The id of the debit memo.")
    status: str = figure("The status it has.")
    paid: Decimal = figure("What was paid of it.")

    @property
    def message(self) -> str:
        return f"Its debit memo {self.debit_memo} is {self.status}, {plain(self.paid)} of it paid; undo that first."
