"""What differs between two states of an order: fields, lines, money.

Pure. A state tells each field as text, named as in the API.

Source: V5.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from models.statuses.orders import LineDifferenceKind, LineStatus
from models.values import ZERO

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

Fields = dict[str, str | None]

_GONE: Final = (str(LineStatus.CLOSED_CANCELED), str(LineStatus.CLOSED_RETURNED))


@dataclass(frozen=True, slots=True, kw_only=True)
class LineState:
    """A line as it stood. `amount` is what it counted for."""

    key: int
    number: int
    amount: Decimal
    status: str
    fields: Mapping[str, str | None] = field(default_factory=Fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderState:
    """An order as it stood, with its lines by their keys."""

    version: int
    currency: str
    total: Decimal
    fields: Mapping[str, str | None] = field(default_factory=Fields)
    lines: Mapping[int, LineState] = field(default_factory=dict[int, LineState])


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDifference:
    """A field that has another value."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDifference:
    """A line that is not as it was. The amounts are null where there is no line."""

    kind: LineDifferenceKind
    number: int
    currency: str
    amount_before: Decimal | None
    amount_after: Decimal | None
    changes: tuple[FieldDifference, ...] = ()

    @property
    def effect(self) -> Decimal:
        """How much more the order is worth by it; less, where it is negative."""
        return (self.amount_after or ZERO) - (self.amount_before or ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Everything in which two states of an order differ."""

    from_version: int
    to_version: int
    currency: str
    total_before: Decimal
    total_after: Decimal
    changes: tuple[FieldDifference, ...]
    lines: tuple[LineDifference, ...]

    @property
    def effect(self) -> Decimal:
        """How much more the order is worth."""
        return self.total_after - self.total_before


def difference(before: OrderState, after: OrderState) -> Difference:
    """What differs between two states: lines are the same line by their keys, in the order of their numbers.

    Source: V5.
    """
    keys = {**before.lines, **after.lines}
    currency = after.currency
    lines = (_line(before.lines.get(key), after.lines.get(key), currency) for key in keys)
    return Difference(
        from_version=before.version,
        to_version=after.version,
        currency=currency,
        total_before=before.total,
        total_after=after.total,
        changes=tuple(differing(before.fields, after.fields)),
        lines=tuple(sorted((line for line in lines if line is not None), key=lambda line: line.number)),
    )


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[FieldDifference]:
    """The fields of which the values differ."""
    for name in {**before, **after}:
        old, new = before.get(name), after.get(name)
        if old != new:
            yield FieldDifference(field=name, before=old, after=new)


def _line(before: LineState | None, after: LineState | None, currency: str) -> LineDifference | None:
    kind, standing = LineDifferenceKind.CHANGED, after or before
    if standing is None:
        return None
    if before is None:
        kind = LineDifferenceKind.ADDED
    elif after is None:
        kind = LineDifferenceKind.REMOVED
    elif after.status in _GONE and before.status not in _GONE:
        kind = LineDifferenceKind.CANCELED
    changes = tuple(differing(before.fields if before else {}, after.fields if after else {}))
    amounts = (before and before.amount, after and after.amount)
    if kind is LineDifferenceKind.CHANGED and not changes and amounts[0] == amounts[1]:
        return None
    return LineDifference(
        kind=kind,
        number=standing.number,
        currency=currency,
        amount_before=before.amount if before else None,
        amount_after=after.amount if after else None,
        changes=changes,
    )
