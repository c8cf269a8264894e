"""What the author of an order may have overlooked: told, never refused.

Lines count as matching counts them: by whole calendar months, both ends included; a line of the type `ALL` covers
every type. Closed, canceled and returned lines do not count, and an order that serves no invoice any more has nothing
to be warned about.

Pure.

Source: O11, M2, M3, section 10.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from models.statuses.orders import LineItemType, LineStatus, OrderWarningKind
from models.values import ZERO, Money, plain
from resolvers.rules.pricing import ContractTerms, price_check

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from decimal import Decimal

OVER: Final = (
    LineStatus.REJECTED,
    LineStatus.CLOSED_RELEASED,
    LineStatus.CLOSED_CANCELED,
    LineStatus.CLOSED_RETURNED,
)
"""Lines that nobody expects anything of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WarnedLine:
    """A line, as far as it can be warned about."""

    number: int
    line_item_type: LineItemType = LineItemType.ALL
    start_date: date | None = None
    end_date: date | None = None
    agreement_id: str | None = None
    part_number: str | None = None
    unit_price: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class WarnedOrder:
    """An order with the lines that count, as far as it can be warned about."""

    effective_date: date | None = None
    expiration_date: date | None = None
    seller_entities: int = 0
    lines: tuple[WarnedLine, ...] = ()
    currency: str = "USD"
    contracts: tuple[ContractTerms, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderWarning:
    """Something that may have been overlooked, with the lines and the days it is about."""

    kind: OrderWarningKind
    message: str
    line_item_type: LineItemType | None = None
    line_numbers: tuple[int, ...] = ()
    start_date: date | None = None
    end_date: date | None = None


@dataclass(frozen=True, slots=True)
class _Span:
    """Whole days, both ends included; for ever where there is no end of the calendar in sight."""

    first: date
    last: date


def order_warnings(order: WarnedOrder) -> list[OrderWarning]:
    """Everything that may have been overlooked.

    Source: O11.
    """
    lines = [*_uncovered(order), *_overlapping(order), *_ending_early(order), *_several_sellers(order)]
    return [*lines, *_dear(order), *_outside_contracts(order), *_beyond_caps(order)]


def _uncovered(order: WarnedOrder) -> Iterator[OrderWarning]:
    """The months of the validity without a line, for each type the order uses.

    Valid in 2025, one line from July on → January to June 2025. Nobody misses the months before the first line of an
    order that always has been valid.
    """
    if not order.lines:
        return
    begin = order.effective_date or min(_span(line, order).first for line in order.lines)
    validity = _widened(_Span(begin, order.expiration_date or date.max))
    for line_type in _types(order.lines):
        spans = [
            _widened(_span(line, order)) for line in order.lines if line.line_item_type in {line_type, LineItemType.ALL}
        ]
        for gap in _gaps(validity, spans):
            start, end = gap.first, None if gap.last == date.max else gap.last
            yield OrderWarning(
                kind=OrderWarningKind.UNCOVERED_MONTHS,
                message=f"No line takes {_TAKEN[line_type]} {_months(start, end)}.",
                line_item_type=line_type,
                start_date=start,
                end_date=end,
            )


def _overlapping(order: WarnedOrder) -> Iterator[OrderWarning]:
    """Groups of lines of one type that overlap, by the day; those of different agreements never compete."""
    for line_type in _types(order.lines):
        agreements = dict.fromkeys(line.agreement_id for line in order.lines if line.line_item_type is line_type)
        for agreement in agreements:
            rivals = [
                (line.number, _span(line, order))
                for line in order.lines
                if line.line_item_type is line_type and line.agreement_id == agreement
            ]
            for group in _groups(rivals):
                yield OrderWarning(
                    kind=OrderWarningKind.OVERLAPPING_LINES,
                    message=f"Lines {_listed(group)} take {_TAKEN[line_type]} at the same time.",
                    line_item_type=line_type,
                    line_numbers=group,
                )


def _ending_early(order: WarnedOrder) -> Iterator[OrderWarning]:
    """The last line of each type, where it ends before the order does: a later expiration date moves no line."""
    if order.expiration_date is None:
        return
    for line_type in _types(order.lines):
        lines = [line for line in order.lines if line.line_item_type is line_type]
        last = max(_span(line, order).last for line in lines)
        if last < order.expiration_date:
            numbers = tuple(sorted(line.number for line in lines if _span(line, order).last == last))
            lines_end = f"Line {numbers[0]} ends" if len(numbers) == 1 else f"Lines {_listed(numbers)} end"
            yield OrderWarning(
                kind=OrderWarningKind.LINE_ENDS_EARLY,
                message=f"{lines_end} on {last}, before the order expires on {order.expiration_date}.",
                line_item_type=line_type,
                line_numbers=numbers,
                start_date=last + timedelta(days=1),
                end_date=order.expiration_date,
            )


def _several_sellers(order: WarnedOrder) -> Iterator[OrderWarning]:
    if order.seller_entities > 1:
        yield OrderWarning(
            kind=OrderWarningKind.SEVERAL_SELLER_ENTITIES,
            message=f"{order.seller_entities} seller entities may bill on the order; one is usual.",
        )


def _dear(order: WarnedOrder) -> Iterator[OrderWarning]:
    """The lines that cost more than a contract of the order says for their part. Section 10."""
    for line in order.lines:
        check = price_check(line.part_number, line.unit_price, order.currency, order.contracts)
        if check is not None and not check.within_contract:
            yield OrderWarning(
                kind=OrderWarningKind.PRICE_ABOVE_CONTRACT,
                message=f"Line {line.number} costs {plain(line.unit_price)} {order.currency} for one unit;"
                f" contract {check.contract} says {plain(check.contract_price)} for {line.part_number}.",
                line_numbers=(line.number,),
            )


def _outside_contracts(order: WarnedOrder) -> Iterator[OrderWarning]:
    """The contracts that do not hold as long as the order is valid. Section 10."""
    for contract in order.contracts:
        if not contract.holds(order.effective_date, order.expiration_date):
            yield OrderWarning(
                kind=OrderWarningKind.OUTSIDE_CONTRACT,
                message=f"The order is valid {_days(order.effective_date, order.expiration_date)}; contract"
                f" {contract.number} holds {_days(contract.valid_from, contract.valid_to)}.",
                start_date=contract.valid_from,
                end_date=contract.valid_to,
            )


def _beyond_caps(order: WarnedOrder) -> Iterator[OrderWarning]:
    """The contracts of which more is drawn than they allow, by this order and others. Section 10."""
    for contract in order.contracts:
        if contract.value_cap is not None and contract.drawn > contract.value_cap:
            yield OrderWarning(
                kind=OrderWarningKind.CONTRACT_CAP_EXCEEDED,
                message=f"The orders of contract {contract.number} come to {Money(contract.drawn, contract.currency)};"
                f" it is capped at {Money(contract.value_cap, contract.currency)}.",
            )


def _days(first: date | None, last: date | None) -> str:
    return f"from {first or 'any time'} to {last or 'any time'}"


def _types(lines: Iterable[WarnedLine]) -> list[LineItemType]:
    used = {line.line_item_type for line in lines}
    return [line_type for line_type in LineItemType if line_type in used]


def _span(line: WarnedLine, order: WarnedOrder) -> _Span:
    """The days of a line; the order's where it has none of its own."""
    return _Span(
        line.start_date or order.effective_date or date.min, line.end_date or order.expiration_date or date.max
    )


def _widened(span: _Span) -> _Span:
    """The whole calendar months that the days lie in. M2."""
    return _Span(span.first.replace(day=1), _month_end(span.last))


def _gaps(validity: _Span, spans: Iterable[_Span]) -> Iterator[_Span]:
    """What the spans leave of the validity."""
    first: date | None = validity.first
    for span in sorted(spans, key=lambda span: span.first):
        if first is None or first > validity.last:
            return
        if span.first > first:
            yield _Span(first, min(span.first - timedelta(days=1), validity.last))
        first = max(first, span.last + timedelta(days=1)) if span.last < date.max else None
    if first is not None and first <= validity.last:
        yield _Span(first, validity.last)


def _groups(lines: Iterable[tuple[int, _Span]]) -> Iterator[tuple[int, ...]]:
    """Lines that overlap, directly or by way of others, by number."""
    group: list[int] = []
    until = date.min
    for number, span in sorted(lines, key=lambda line: (line[1].first, line[1].last, line[0])):
        if group and span.first > until:
            if len(group) > 1:
                yield tuple(sorted(group))
            group = []
        group.append(number)
        until = span.last if len(group) == 1 else max(until, span.last)
    if len(group) > 1:
        yield tuple(sorted(group))


def _month_end(day: date) -> date:
    if (day.year, day.month) == (date.max.year, date.max.month):
        return date.max
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _months(start: date, end: date | None) -> str:
    """In 2025-03; from 2025-03 to 2025-06; from 2025-03 on."""
    first = f"{start:%Y-%m}"
    if end is None:
        return f"from {first} on"
    last = f"{end:%Y-%m}"
    return f"in {first}" if first == last else f"from {first} to {last}"


def _listed(numbers: Sequence[int]) -> str:
    """2 and 3; 1, 2 and 3."""
    *others, last = map(str, numbers)
    return f"{', '.join(others)} and {last}"


_TAKEN: Final = {
    LineItemType.ALL: "every category of invoices",
    LineItemType.MONTHLY_USAGE: "monthly usage",
    LineItemType.SUBSCRIPTION_PURCHASE: "subscriptions and one-time purchases",
    LineItemType.MARKETPLACE_TRANSACTION: "marketplace purchases that name the order",
    LineItemType.MARKETPLACE_BLANKET_USAGE: "marketplace purchases that name no order",
    LineItemType.PROFESSIONAL_SERVICES_AND_TRAINING: "professional services and training",
}
