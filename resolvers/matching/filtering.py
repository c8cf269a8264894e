"""The first stage: who falls out whatever the amount, and how the rest stands until balances decide.

All of it depends on the invoice's profile and on the orders alone. So a caller may keep the survey of a profile for as
long as the orders stay as they are; postings, which only move balances, do not matter to it. A survey of ten thousand
lines takes a few megabytes: keep a few dozen, not all.

Pure.

Source: M2, M3, M4, M6.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, TypeVar

from models.statuses.invoices import MatchCriterion
from models.statuses.orders import LineItemType
from resolvers.matching import wording
from resolvers.matching.candidates import Candidate, Survivor, Tier
from resolvers.matching.months import lasts_through, starts_by
from resolvers.rules.matching_status import line_is_in_force, takes_part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from resolvers.matching.facts import LineFact, OrderFact
    from resolvers.matching.profile import Profile

    _Drops = Callable[[OrderFact, Profile], bool]
    _Says = Callable[[OrderFact, Profile], str]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What the first stage found for a profile among some orders; the same whatever order they came in.

    `tiers` holds the survivors: the best tier first, and inside a tier as they rank where balances do not decide.
    `dropped` goes by order and line.
    """

    profile: Profile
    orders: tuple[OrderFact, ...]
    tiers: tuple[tuple[Survivor, ...], ...]
    dropped: tuple[Candidate, ...]

    @property
    def survivors(self) -> int:
        """How many lines can take the invoice."""
        return sum(len(tier) for tier in self.tiers)


def survey(profile: Profile, orders: Iterable[OrderFact]) -> Survey:
    """Every order and line, either dropped with the first criterion that does it, or standing in its tier.

    The criteria are asked in this order. Of the order as a whole: the number that the invoice names, taking part,
    suspended, seller entity, tax registration number, invoice unit, currency, validity, having lines. Of a line: its
    status, its dates, its type. An order that falls out as a whole is one entry, without its lines.

    A number named by a marketplace invoice leaves only the order of that number, known or not. Named by any other
    invoice, it leaves only that order when it is among `orders`, whatever its state; an unknown one restricts nothing,
    for suppliers print all kinds of references there. So `orders` has to hold every order that takes part, and the one
    that the invoice names.

    An invoice without a seller entity fits only orders that name none. Numbers and units are compared as they are.

    Source: M2, M3, M4, M6, M11.
    """
    ordered = tuple(sorted(orders, key=lambda order: order.id))
    restricted_to = _number_that_restricts(profile, ordered)
    dropped: list[Candidate] = []
    standing: list[tuple[OrderFact, LineFact]] = []
    for order in ordered:
        if drop := _order_drop(order, profile, restricted_to):
            dropped.append(Candidate(order.id, None, None, *drop))
            continue
        for line in sorted(order.lines, key=lambda line: (line.number, line.id)):
            if drop := _line_drop(order, line, profile):
                dropped.append(Candidate(order.id, line.id, None, *drop))
            else:
                standing.append((order, line))
    return Survey(profile=profile, orders=ordered, tiers=_tiers(_survivors(profile, standing)), dropped=tuple(dropped))


def digest(dropped: Iterable[Candidate]) -> str:
    """A fingerprint of dropped candidates, 64 digits: the same ones for the same reasons have the same.

    For storing them once for all invoices that share them.
    """
    hashed = hashlib.sha256()
    for entry in dropped:
        hashed.update(f"{entry.order_id}\t{entry.line_id}\t{entry.criterion}\t{entry.reason}\n".encode())
    return hashed.hexdigest()


def _number_that_restricts(profile: Profile, orders: Iterable[OrderFact]) -> str | None:
    number = profile.purchase_order_number
    if profile.is_marketplace_transaction or any(order.number == number for order in orders):
        return number
    return None


_ORDER_CRITERIA: Final[tuple[tuple[MatchCriterion, _Drops, _Says], ...]] = (
    (
        MatchCriterion.NOT_IN_MATCHING,
        lambda order, _: not takes_part(order.status, issued=order.issued),
        wording.not_in_matching,
    ),
    (
        MatchCriterion.SUSPENDED,
        lambda order, _: order.suspended,
        wording.suspended,
    ),
    (
        MatchCriterion.SELLER_ENTITY,
        lambda order, invoice: _excludes(order.seller_entities, invoice.seller_entity),
        wording.other_seller,
    ),
    (
        MatchCriterion.TAX_REGISTRATION,
        lambda order, invoice: _excludes(order.tax_registration_numbers, invoice.tax_registration_number),
        wording.other_tax_number,
    ),
    (
        MatchCriterion.INVOICE_UNIT,
        lambda order, invoice: _excludes(order.invoice_units, invoice.invoice_unit),
        wording.other_invoice_unit,
    ),
    (
        MatchCriterion.CURRENCY,
        lambda order, invoice: order.currency != invoice.currency,
        wording.other_currency,
    ),
    (
        MatchCriterion.ORDER_PERIOD,
        lambda order, invoice: not _covers(order.effective_date, order.expiration_date, invoice),
        wording.outside_validity,
    ),
    (
        MatchCriterion.NO_LINES,
        lambda order, _: not order.lines,
        wording.no_lines,
    ),
)
"""What drops an order as a whole, in the order in which it is asked: criterion, whether it does, what to say. M2."""

_ASKED_OF_NAMED: Final = frozenset(
    criterion
    for criterion, _, _ in _ORDER_CRITERIA
    if criterion not in {MatchCriterion.ORDER_PERIOD, MatchCriterion.NO_LINES}
)


def _order_drop(order: OrderFact, profile: Profile, restricted_to: str | None) -> tuple[MatchCriterion, str] | None:
    if restricted_to is not None and order.number != restricted_to:
        return MatchCriterion.PURCHASE_ORDER_NUMBER, wording.other_number(order, restricted_to)
    for criterion, drops, says in _ORDER_CRITERIA:
        if drops(order, profile):
            return criterion, says(order, profile)
    return None


def drop_of_named(order: OrderFact, profile: Profile, *, gives_back: bool) -> tuple[MatchCriterion, str] | None:
    """Why an order takes no lines of an invoice that names it; None where it does. Its validity is not asked.

    What gives back is only kept out of an order that was never issued or has another currency.

    Source: M2, M7, M8.
    """
    if gives_back:
        asked = {MatchCriterion.CURRENCY} if order.issued else {MatchCriterion.NOT_IN_MATCHING, MatchCriterion.CURRENCY}
    else:
        asked = _ASKED_OF_NAMED
    for criterion, drops, says in _ORDER_CRITERIA:
        if criterion in asked and drops(order, profile):
            return criterion, says(order, profile)
    return None


def _line_drop(order: OrderFact, line: LineFact, profile: Profile) -> tuple[MatchCriterion, str] | None:
    if not line_is_in_force(line.status):
        return MatchCriterion.LINE_STATUS, wording.line_not_in_force(order, line)
    if not _covers(line.start_date, line.end_date, profile):
        return MatchCriterion.LINE_PERIOD, wording.outside_line_dates(order, line, profile)
    if line.line_item_type not in profile.accepted_types:
        return MatchCriterion.LINE_ITEM_TYPE, wording.other_type(order, line, profile)
    return None


def _excludes(accepted: frozenset[T], carried: T | None) -> bool:
    """Whether a restriction, where there is one, leaves the invoice out."""
    return bool(accepted) and carried not in accepted


def _covers(start: date | None, end: date | None, profile: Profile) -> bool:
    return starts_by(start, profile.first_month) and lasts_through(end, profile.last_month)


def _survivors(profile: Profile, standing: list[tuple[OrderFact, LineFact]]) -> Iterator[Survivor]:
    edits = sorted({order.edited_at for order, _ in standing}, reverse=True)
    recency = {edited_at: position for position, edited_at in enumerate(edits)}
    for order, line in standing:
        tier = Tier(_generality(line), _agreement(line, profile), 0 if order.is_restricted else 1)
        yield Survivor(order, line, tier, recency[order.edited_at])


def _generality(line: LineFact) -> int:
    """Transaction before any other specific type before ALL. M4.1."""
    if line.line_item_type is LineItemType.MARKETPLACE_TRANSACTION:
        return 0
    return 2 if line.line_item_type is LineItemType.ALL else 1


def _agreement(line: LineFact, profile: Profile) -> int:
    """The line added for the billed agreement before one added for none, before one added for another. M6.

    The last still serves: the purchase named this order, and its invoice belongs there.
    """
    if profile.agreement_id is None or line.agreement_id is None:
        return 1
    return 0 if line.agreement_id == profile.agreement_id else 2


def _tiers(survivors: Iterable[Survivor]) -> tuple[tuple[Survivor, ...], ...]:
    tiers: dict[Tier, list[Survivor]] = {}
    for survivor in survivors:
        tiers.setdefault(survivor.tier, []).append(survivor)
    return tuple(tuple(sorted(tiers[tier], key=_standing_order)) for tier in sorted(tiers))


def _standing_order(survivor: Survivor) -> tuple[int, date, date, int]:
    """M4.4 and M4.5. Lines alike in all of it stay as they come, by the keys of order and line: M11."""
    return (
        survivor.recency,
        survivor.last_day or date.max,
        survivor.first_day or date.min,
        survivor.line.number,
    )
