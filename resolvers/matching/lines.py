"""Which order line each line of an invoice belongs to, and why: the invoice says itself which order it is for.

A line goes to the order line that it names; else to the only one with its part number; else to the one that has its
unit price, enough open quantity, and the likest text. Where several are equal, it is left for a person. Lines that name
theirs go first, then those with a part number, then the others, each in the order of their numbers: what an earlier one
takes is not open for a later one any more. So the order in which lines and orders are given does not matter.

Explicit references count whatever is open: what is too much is for verification to tell (I4). An order that does not
take part in matching, is suspended, is in another currency, or is not meant for the seller, tax number or invoice unit,
takes no line; its validity and the types of its lines are not asked, for the invoice names it. What gives back goes
back to where it came from, whatever has become of that.

Pure.

Source: M2, M7, M8, M9, M11.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from models.statuses.invoices import MatchCriterion, MatchOutcome
from models.values import ZERO
from resolvers.matching import line_wording, wording
from resolvers.matching.candidates import Candidate
from resolvers.matching.filtering import drop_of_named
from resolvers.matching.line_facts import same_part
from resolvers.rules.matching_status import line_is_in_force

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from decimal import Decimal

    from resolvers.matching.facts import LineKey
    from resolvers.matching.line_facts import BilledLine, NamedOrder, OrderedLine
    from resolvers.matching.profile import Profile

Place = tuple["NamedOrder", "OrderedLine"]
Drop = tuple[MatchCriterion, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineMatch:
    """Where a line of an invoice belongs, and everything that explains it.

    `candidates` are the order lines that fit, the best first, then those that do not; an order that falls out as a
    whole is one of them.
    """

    line: BilledLine
    outcome: MatchOutcome
    reason: str
    chosen: LineKey | None = None
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """Where the lines of an invoice belong, by their numbers, and what that makes of the invoice."""

    outcome: MatchOutcome
    reason: str
    lines: tuple[LineMatch, ...] = ()

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """All that was looked at, line by line."""
        return tuple(chain.from_iterable(line.candidates for line in self.lines))


def mapped(
    lines: Iterable[BilledLine],
    orders: Iterable[NamedOrder],
    profile: Profile,
    *,
    gives_back: bool = False,
    spelled_out: int | None = None,
) -> Mapping:
    """Where each line belongs among the lines of the orders that are named.

    `spelled_out` limits how many candidates of a line are listed, at least the chosen one; nothing else depends on it.

    Worked: PO-7 has line 1, 10 pieces of X-1 for 5.00 each, and line 2, 4 days for 900.00 each. Of an invoice for PO-7,
    "3 of X-1" goes to line 1 by its part number, "2 at 900.00" to line 2 by its price; "5 at 900.00" is left for a
    person, for only 2 are open by then.

    Source: M8.
    """
    by_number = {order.order.number: order for order in sorted(orders, key=lambda order: order.order.id)}
    tasks = [_Task(line, by_number, profile, gives_back) for line in sorted(lines, key=lambda line: line.number)]
    left = {line.id: line.open_quantity for order in by_number.values() for line in order.lines}
    for step in (_by_reference, _by_part_number, _by_price):
        for task in tasks:
            if task.found is None and (found := step(task, left)) is not None:
                task.found = found
                if found.chosen is not None:
                    left[found.chosen.line_id] -= abs(task.line.quantity or ZERO)
    done = tuple(task.result(spelled_out) for task in tasks)
    return _of_invoice(done, {order.order.id: order.order.number for order in by_number.values()})


def likeness(one: frozenset[str], other: frozenset[str]) -> Fraction:
    """How much of their words two texts share: 0 for nothing, 1 for all of them; exact.

    "blue paint, 5 l" and "paint, 5 l, red" share 3 of 4 words: 3/4.
    """
    whole = len(one) + len(other)
    return Fraction(2 * len(one & other), whole) if whole else Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What became of a line; `drops` says why each of the other lines that could take one does not take this."""

    outcome: MatchOutcome
    reason: str
    ranked: tuple[tuple[Place, Drop | None], ...] = ()
    tied: int = 1
    drops: Callable[[Place], Drop]

    @property
    def chosen(self) -> LineKey | None:
        if self.outcome is not MatchOutcome.MATCHED:
            return None
        (order, line), _ = self.ranked[0]
        return order.key_of(line)


class _Task:
    """A line that is to find its place: the lines that could take it, and why the others could not."""

    __slots__ = ("dropped", "found", "line", "missing", "places")

    def __init__(self, line: BilledLine, orders: dict[str, NamedOrder], profile: Profile, gives_back: bool) -> None:  # noqa: FBT001
        self.line = line
        self.found: _Found | None = None
        self.missing = [number for number in line.order_numbers if number not in orders]
        self.places: list[Place] = []
        self.dropped: list[tuple[Place | NamedOrder, Drop]] = []
        for order in (orders[number] for number in sorted(set(line.order_numbers)) if number in orders):
            if (drop := drop_of_named(order.order, profile, gives_back=gives_back)) is not None:
                self.dropped.append((order, drop))
                continue
            for each in sorted(order.lines, key=lambda each: (each.number, each.id)):
                if gives_back or line_is_in_force(each.status):
                    self.places.append((order, each))
                else:
                    drop = MatchCriterion.LINE_STATUS, wording.line_out_of_force(order.order, each.number, each.status)
                    self.dropped.append(((order, each), drop))

    def result(self, spelled_out: int | None) -> LineMatch:
        """The match of the line, as far as it is to be spelled out."""
        found = self.found or self._nowhere()
        listed = tuple(islice(self._candidates(found), None if spelled_out is None else max(spelled_out, 1)))
        return LineMatch(
            line=self.line, outcome=found.outcome, reason=found.reason, chosen=found.chosen, candidates=listed
        )

    def _nowhere(self) -> _Found:
        if not self.line.order_numbers:
            reason = line_wording.names_no_order()
        elif not self.places and not self.dropped:
            reason = line_wording.unknown_order(self.missing)
        elif not self.places and len(self.dropped) == 1:
            reason = self.dropped[0][1][1]
        else:
            reason = line_wording.nothing_fits(len(self.places))
        return _Found(outcome=MatchOutcome.UNMATCHED, reason=reason, drops=lambda _: (MatchCriterion.NO_LINES, reason))

    def _candidates(self, found: _Found) -> Iterator[Candidate]:
        key = self.line.id
        standing = {order.key_of(line) for (order, line), _ in found.ranked}
        for at, ((order, line), drop) in enumerate(found.ranked, start=1):
            rank = 1 if at <= found.tied else at
            criterion, reason = drop or (None, found.reason)
            yield Candidate(*order.key_of(line), rank, criterion, reason, invoice_line_id=key)
        for order, line in self.places:
            if order.key_of(line) not in standing:
                yield Candidate(*order.key_of(line), None, *found.drops((order, line)), invoice_line_id=key)
        for what, drop in self.dropped:
            if isinstance(what, tuple):
                yield Candidate(*what[0].key_of(what[1]), None, *drop, invoice_line_id=key)
            else:
                yield Candidate(what.order.id, None, None, *drop, invoice_line_id=key)


def _one(place: Place, reason: str, drops: Callable[[Place], Drop]) -> _Found:
    return _Found(outcome=MatchOutcome.MATCHED, reason=reason, ranked=((place, None),), drops=drops)


def _by_reference(task: _Task, _: dict[int, Decimal]) -> _Found | None:
    """The line that it names; none where it names none, or one that is not there. Nowhere, where that is out. M8."""
    wanted = task.line.order_line_number
    if wanted is None:
        return None
    out: list[tuple[Place, Drop]] = [
        (what, drop) for what, drop in task.dropped if isinstance(what, tuple) and what[1].number == wanted
    ]
    places = [place for place in task.places if place[1].number == wanted]
    if len(places) + len(out) != 1:
        return None
    place = places[0] if places else out[0][0]
    label = place[0].label_of(place[1])

    def drops(other: Place) -> Drop:
        return MatchCriterion.LINE_REFERENCE, line_wording.other_named(*other, label)

    if places:
        return _one(place, line_wording.named(*place), drops)
    reason = line_wording.named_is_out(*place, out[0][1][1])
    return _Found(outcome=MatchOutcome.UNMATCHED, reason=reason, drops=drops)


def _by_part_number(task: _Task, _: dict[int, Decimal]) -> _Found | None:
    """The only line with its part number. M8."""
    part = task.line.part_number
    same = [place for place in task.places if same_part(place[1].part_number, part)]
    if part is None or len(same) != 1:
        return None
    (place,) = same
    return _one(
        place,
        line_wording.same_part_number(*place),
        lambda other: (MatchCriterion.PART_NUMBER, line_wording.other_part(*other, part)),
    )


def _by_price(task: _Task, left: dict[int, Decimal]) -> _Found | None:
    """The likest of the lines with its unit price and enough open quantity; among those with its part number, where
    several have it. Several equal ones are left for a person. M8.
    """
    line, part = task.line, task.line.part_number
    wanted = abs(line.quantity or ZERO)
    alike = [place for place in task.places if same_part(place[1].part_number, part)]
    pool = alike or task.places
    open_now = {each.id: left[each.id] for _, each in pool}

    def drops(place: Place) -> Drop:
        if alike and place not in alike:
            return MatchCriterion.PART_NUMBER, line_wording.other_part(*place, part or "")
        if not line.has_price(place[1].unit_price):
            return MatchCriterion.UNIT_PRICE, line_wording.other_price(*place, line)
        return MatchCriterion.OPEN_QUANTITY, line_wording.too_little_open(*place, open_now[place[1].id], wanted)

    fits = [place for place in pool if line.has_price(place[1].unit_price) and open_now[place[1].id] >= wanted]
    if not fits:
        if not task.places:
            return None
        reason = line_wording.nothing_fits(len(task.places))
        return _Found(outcome=MatchOutcome.UNMATCHED, reason=reason, drops=drops)
    scores = {place[1].id: likeness(line.words, place[1].words) for place in fits}
    best = max(scores.values())
    ranked = sorted(fits, key=lambda place: (-scores[place[1].id], place[0].order.id, place[1].number, place[1].id))
    first = [place for place in ranked if scores[place[1].id] == best]
    if len(first) > 1:
        outcome, reason = MatchOutcome.AMBIGUOUS, line_wording.equally_good([o.label_of(each) for o, each in first])
    elif len(fits) == 1:
        outcome, reason = MatchOutcome.MATCHED, line_wording.only_fit(*first[0])
    else:
        outcome, reason = MatchOutcome.MATCHED, line_wording.likest(*first[0], best, len(fits))
    behind = [
        (place, (MatchCriterion.TEXT, line_wording.less_like(*place, scores[place[1].id], best)))
        for place in ranked[len(first) :]
    ]
    return _Found(
        outcome=outcome,
        reason=reason,
        ranked=(*((place, None) for place in first), *behind),
        tied=len(first),
        drops=drops,
    )


def _of_invoice(lines: tuple[LineMatch, ...], orders: dict[int, str]) -> Mapping:
    """What the lines together make of the invoice: matched as far as lines have a place, unless a person has to choose
    between equal ones.
    """
    placed = [line for line in lines if line.chosen is not None]
    left = [line for line in lines if line.chosen is None]
    numbers = sorted({orders[line.chosen.order_id] for line in placed if line.chosen is not None})
    if not left:
        outcome, reason = MatchOutcome.MATCHED, line_wording.mapped(len(lines), numbers)
    elif placed:
        unplaced = [line.line.number for line in left]
        outcome, reason = (
            MatchOutcome.MATCHED,
            line_wording.partly_mapped(len(lines), len(placed), unplaced, numbers),
        )
    else:
        outcome, reason = (
            MatchOutcome.UNMATCHED,
            line_wording.nothing_mapped([line.line.number for line in left], left[0].reason),
        )
    if any(line.outcome is MatchOutcome.AMBIGUOUS for line in left):
        outcome = MatchOutcome.AMBIGUOUS
    return Mapping(outcome=outcome, reason=reason, lines=lines)


MOST_SPELLED_OUT: Final = 2_000
"""How many candidates are stored with a decision about an invoice with many lines, in all."""


def spelled_out_each(lines: int, most: int) -> int:
    """How many candidates of each of so many lines are stored, at most."""
    return max(1, min(most, MOST_SPELLED_OUT // max(lines, 1)))
