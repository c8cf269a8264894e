"""What the milestones of a line may be worth together, and what may be done with one.

Pure. A milestone is worth an amount in the line's currency, or a percentage of the line, as the line says.

Source: R1, R5.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Final

from models.statuses.orders import AcknowledgmentType, LineStatus, MilestonePayout, ProductType
from models.statuses.receiving import MilestoneStatus
from models.values import HUNDRED, PERCENT_PLACES, ZERO, percent_of, round_money, round_quantity
from resolvers.errors import InvalidValue, WrongStatus
from resolvers.errors_receiving import MilestonesTooLarge, NotPutOff, TakesNoMilestones
from resolvers.rules.text import Number, Text, Whole, money_shape

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from resolvers.errors import Refusal
    from resolvers.rules.text import Path, Shape

OPEN: Final = (MilestoneStatus.CONFIRMATION_REQUIRED, MilestoneStatus.PENDING_COMPLETION_DATE)
"""A milestone in one of these is still to be done."""

GIVEN_UP: Final = (LineStatus.CLOSED_CANCELED, LineStatus.CLOSED_RELEASED)
"""A line in one of these gets no milestones, and none of its own is done any more."""

SHAPES: Final[dict[str, Shape]] = {
    "number": Whole(least=1, greatest=99_999),
    "description": Text(longest=10_000, long=True),
}
"""What the fields of a milestone accept, beside what it is worth."""

NEW: Final[dict[str, Shape]] = {**SHAPES, "number": Whole(least=1, greatest=99_999, required=False)}
"""The same of a new one, which gets a number where it has none."""

_PERCENT: Final = Number(places=PERCENT_PLACES, greatest=HUNDRED)
_EXACT: Final = Context(prec=80)


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneLine:
    """An order line as its milestones see it."""

    number: int
    currency: str
    status: LineStatus = LineStatus.ORDERED
    product_type: ProductType = ProductType.SERVICE
    acknowledgment_type: AcknowledgmentType | None = AcknowledgmentType.MILESTONES
    payout: MilestonePayout | None = MilestonePayout.AMOUNT
    quantity: Decimal
    amount: Decimal

    @property
    def by_percentage(self) -> bool:
        """Whether its milestones are worth percentages of it."""
        return self.payout is MilestonePayout.PERCENTAGE

    @property
    def limit(self) -> Decimal:
        """What they may be worth together. R5."""
        return HUNDRED if self.by_percentage else self.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What a milestone is worth: an amount or a percentage."""

    amount: Decimal | None = None
    percent: Decimal | None = None
    counts: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """What a completed milestone acknowledges of its line."""

    quantity: Decimal
    amount: Decimal
    percent: Decimal


def line_refusals(action: str, line: MilestoneLine, path: Path) -> list[Refusal]:
    """Why the line has no milestones, or why nothing is done with them any more.

    Source: R5.
    """
    if line.product_type is not ProductType.SERVICE or line.acknowledgment_type is not AcknowledgmentType.MILESTONES:
        return [
            TakesNoMilestones(
                line=line.number,
                product_type=line.product_type,
                acknowledgment_type=line.acknowledgment_type,
                path=path,
            )
        ]
    if line.status not in GIVEN_UP:
        return []
    allowed = tuple(str(word) for word in LineStatus if word not in GIVEN_UP)
    return [WrongStatus(action=action, status=line.status, allowed=allowed, path=path)]


def worth_refusals(line: MilestoneLine, worth: Worth, others: Iterable[Worth]) -> list[Refusal]:
    """What is wrong with what a milestone is to be worth, by itself and together with the line's other ones.

    On 1,000.00 with milestones of 600.00 and 300.00, a third of 100.00 fits and one of 100.01 does not.

    Source: R5.
    """
    by, name, other = ("percentage", "percent", "amount") if line.by_percentage else ("amount", "amount", "percent")
    unwanted: Decimal | None = getattr(worth, other)
    if unwanted is not None:
        expected = f"the milestones of this line are worth {'a percentage' if line.by_percentage else 'an amount'}"
        return [InvalidValue(value=str(unwanted), expected=expected, path=(other,))]
    value: Decimal | None = getattr(worth, name)
    shape = _PERCENT if line.by_percentage else money_shape(line.currency)
    found = shape.refusals(value, (name,))
    if found or value is None:
        return found
    rest = sum((_figure(each, by) for each in others if each.counts), ZERO)
    if rest + value <= line.limit:
        return []
    unit = "%" if line.by_percentage else line.currency
    return [MilestonesTooLarge(line=line.number, limit=line.limit, others=rest, offered=value, unit=unit, path=(name,))]


def acknowledged(line: MilestoneLine, worth: Worth) -> Acknowledged:
    """What completing the milestone acknowledges: quantity and amount of a percentage, or quantity and percentage of
    an amount; each rounded once, here.

    40 % of 10 for 1,200.00 → 4 and 480.00; 480.00 of them → 4 and 40 %.

    Source: R1.
    """
    if worth.percent is not None:
        return Acknowledged(
            quantity=round_quantity(_part(line.quantity, worth.percent, HUNDRED)),
            amount=round_money(_part(line.amount, worth.percent, HUNDRED), line.currency),
            percent=worth.percent,
        )
    amount = worth.amount or ZERO
    return Acknowledged(
        quantity=round_quantity(_part(line.quantity, amount, line.amount)) if line.amount else ZERO,
        amount=amount,
        percent=percent_of(amount, line.amount),
    )


def status_refusals(action: str, status: MilestoneStatus, path: Path = ("id",)) -> list[Refusal]:
    """A milestone that is done or canceled stays as it is.

    Source: R5.
    """
    if status in OPEN:
        return []
    return [WrongStatus(action=action, status=status, allowed=tuple(map(str, OPEN)), path=path)]


def deferral_refusals(day: date, due: date | None, today: date) -> list[Refusal]:
    """A new date that is not later: than the one there is, and than today.

    Source: R5.
    """
    latest = today if due is None else max(due, today)
    if day > latest:
        return []
    return [NotPutOff(date=day, after=latest, path=("dueDate",))]


def _figure(worth: Worth, by: str) -> Decimal:
    return (worth.percent if by == "percentage" else worth.amount) or ZERO


def _part(whole: Decimal, part: Decimal, of: Decimal) -> Decimal:
    return _EXACT.divide(_EXACT.multiply(whole, part), of)
