"""The second stage: which of the lines that can take the invoice it is, at the current balances, and why.

Pure.

Source: M1, M4, M5, M7, M9, M9b, M10.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Final

from models.statuses.invoices import InvoiceKind, MatchCriterion, MatchOutcome, OverdrawPolicy
from models.values import Money
from resolvers.matching import wording
from resolvers.matching.candidates import Candidate
from resolvers.matching.filtering import survey
from resolvers.matching.profile import profile_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from decimal import Decimal

    from resolvers.matching.candidates import Survivor
    from resolvers.matching.facts import InvoiceFact, KnownLine, LineKey, OrderFact, OriginalInvoice, Settings
    from resolvers.matching.filtering import Survey

    Balances = Mapping[int, Decimal | None]

RULES_VERSION: Final = "2"
"""Stored with every match. Raised whenever a change of the rules could decide a match otherwise. M9."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A decision about one invoice, and everything that explains it.

    `chosen` is the line, if there is one; the balances are what is left on it before and after, None where that is not
    tracked. `hold`: matched, but waiting for a person. `fitting` says how many lines could take the invoice; `ranked`
    lists them, best first, and `dropped` the others.
    """

    outcome: MatchOutcome
    chosen: LineKey | None = None
    reason: str
    hold: bool = False
    balance_before: Decimal | None = None
    balance_after: Decimal | None = None
    fitting: int = 0
    ranked: tuple[Candidate, ...] = ()
    dropped: tuple[Candidate, ...] = ()
    rules_version: str = RULES_VERSION

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """All that was looked at: the ranked ones, best first, then the dropped ones."""
        return self.ranked + self.dropped


def match(invoice: InvoiceFact, orders: Iterable[OrderFact], settings: Settings) -> Match:
    """Both stages in one, at the balances that the lines carry: where the invoice belongs, and why.

    Worked: PO-7 has line 1 for every category with 5,000.00 USD left, and line 2 for subscriptions with 3,000.00. A
    reserved instance for 1,200.00 goes to line 2, which is more specific, and leaves 1,800.00 there.

    Source: M1-M7, M9, M11.
    """
    orders = tuple(orders)
    surveyed = survey(profile_of(invoice, settings), orders)
    return decide(invoice, surveyed, balances_of(orders), settings.overdraw)


def decide(
    invoice: InvoiceFact,
    surveyed: Survey,
    balances: Balances,
    overdraw: OverdrawPolicy,
    *,
    spelled_out: int | None = None,
) -> Match:
    """The match of an invoice, on the survey of its profile, at the current balances.

    `balances` has what is left on every line that survived, None where it is not tracked; an invoice that is matched
    again must not have its own allocation in it. `spelled_out` limits how many of the ranked lines are listed, at least
    the chosen one; nothing else depends on it.

    A credit memo goes where the invoice that it names went, whatever has become of that order; where that invoice is
    unknown, or on no order, the rules for invoices hold. A credit in another currency than its original, or for an
    original on several lines, is left to a person.

    Raises:
        KeyError: a line whose balance is not given.

    Source: M1, M4, M5, M7, M9, M9b.
    """
    original = invoice.original if invoice.kind is InvoiceKind.CREDIT_MEMO else None
    if original is not None and original.lines:
        return _following(invoice, original, surveyed.orders)
    found = _by_rules(invoice, surveyed, balances, overdraw, spelled_out)
    if original is None:
        return found
    return replace(found, reason=f"{found.reason} {wording.original_without_order(original)}")


def chosen_by_person(found: Match, line: KnownLine, amount: Decimal) -> Match:
    """The match that a person makes instead of the one that was found: to this line.

    The line stands first among the ranked, with the reason why the rules would have dropped it, if they would; the
    others follow as the rules ranked them. It does not wait for a person: one has decided.

    Source: M10.
    """
    chose = wording.person_chose(line)
    drop = next((entry.reason for entry in found.dropped if entry[:2] in {line.key, (line.order_id, None)}), None)
    first = _entry(line.key, 1, (None, f"{chose} {drop}" if drop else chose), amount, line.balance)
    others = [
        Candidate(*entry[:2], rank, MatchCriterion.CHOSEN_BY_PERSON, chose, *entry[5:])
        for rank, entry in enumerate((entry for entry in found.ranked if entry[:2] != line.key), start=2)
    ]
    return replace(
        _matched(line.key, chose, first, line.currency),
        outcome=MatchOutcome.MANUAL,
        fitting=found.fitting,
        ranked=(first, *others),
        dropped=tuple(entry for entry in found.dropped if entry[:2] != line.key),
    )


def balances_of(orders: Iterable[OrderFact]) -> dict[int, Decimal | None]:
    """What is left on each line, by its key, as the lines themselves carry it."""
    return {line.id: line.balance for order in orders for line in order.lines}


# By the rules.


def _by_rules(
    invoice: InvoiceFact, surveyed: Survey, balances: Balances, overdraw: OverdrawPolicy, spelled_out: int | None
) -> Match:
    ranking = _ranking(invoice.amount, surveyed, balances)
    best = next(ranking, None)
    if best is None:
        reason = wording.no_order(surveyed.dropped)
        return Match(outcome=MatchOutcome.UNMATCHED, reason=reason, dropped=surveyed.dropped)
    fitting, amount = surveyed.survivors, invoice.amount
    first = _entry(best.key, 1, (None, wording.best_of(best, fitting)), amount, balances[best.line.id])
    hold = overdraw is OverdrawPolicy.HOLD and _is_overdrawn(amount, first.balance_after)
    others = enumerate(islice(ranking, None if spelled_out is None else max(spelled_out - 1, 0)), start=2)
    behind = [
        _entry(other.key, rank, _decided_by(best, other, invoice, surveyed, balances), amount, balances[other.line.id])
        for rank, other in others
    ]
    return replace(
        _matched(best.key, first.reason, first, invoice.currency, hold=hold),
        fitting=fitting,
        ranked=(first, *behind),
        dropped=surveyed.dropped,
    )


def _ranking(amount: Decimal, surveyed: Survey, balances: Balances) -> Iterator[Survivor]:
    """The survivors, best first: in each tier those whose balance covers the amount, then the others. M4."""
    for tier in surveyed.tiers:
        short: list[Survivor] = []
        for survivor in tier:
            if _is_covered(amount, balances[survivor.line.id]):
                yield survivor
            else:
                short.append(survivor)
        yield from short


def _is_covered(amount: Decimal, balance: Decimal | None) -> bool:
    """Whether the balance covers the amount: one that is not tracked always does, and a credit takes nothing. M4.3."""
    return balance is None or amount < 0 or balance >= amount


def _is_overdrawn(amount: Decimal, after: Decimal | None) -> bool:
    """Whether taking the amount leaves less than nothing; a credit never overdraws. M9b."""
    return after is not None and amount > 0 and after < 0


def _decided_by(
    best: Survivor, other: Survivor, invoice: InvoiceFact, surveyed: Survey, balances: Balances
) -> tuple[MatchCriterion, str]:
    """The first criterion in which the two differ, and the sentence about it. M4."""
    if best.tier.generality != other.tier.generality:
        return MatchCriterion.TYPE, wording.less_specific(best, other)
    if best.tier.agreement != other.tier.agreement:
        return MatchCriterion.AGREEMENT, wording.other_agreement(best, other, surveyed.profile.agreement_id)
    if best.tier.openness != other.tier.openness:
        return MatchCriterion.RESTRICTION, wording.less_restricted(best, other)
    its, left = balances[best.line.id], balances[other.line.id]
    if left is not None and _is_covered(invoice.amount, its) and not _is_covered(invoice.amount, left):
        figures = Money(left, invoice.currency), Money(invoice.amount, invoice.currency)
        return MatchCriterion.BALANCE, wording.not_covered(best, other, *figures, tracked=its is not None)
    if best.recency != other.recency:
        return MatchCriterion.RECENCY, wording.edited_earlier(best, other)
    return MatchCriterion.LINE_ORDER, wording.later_in_order(best, other)


# After the invoice that a credit memo names.


def _following(invoice: InvoiceFact, original: OriginalInvoice, orders: Iterable[OrderFact]) -> Match:
    elsewhere = tuple(_elsewhere(original, orders))
    line, *more = lines = sorted(original.lines, key=lambda line: line.key)
    if more:
        reason = wording.follows_one_of(original)
        ranked = tuple(_entry(each.key, 1, (None, reason), invoice.amount, each.balance) for each in lines)
        return Match(
            outcome=MatchOutcome.AMBIGUOUS, reason=reason, fitting=len(ranked), ranked=ranked, dropped=elsewhere
        )
    if line.currency != invoice.currency:
        reason = wording.original_in_other_currency(original, line, invoice.currency)
        drop = Candidate(*line.key, None, MatchCriterion.CURRENCY, reason)
        return Match(outcome=MatchOutcome.UNMATCHED, reason=reason, dropped=(drop, *elsewhere))
    first = _entry(line.key, 1, (None, wording.follows(original, line)), invoice.amount, line.balance)
    return replace(_matched(line.key, first.reason, first, line.currency), dropped=elsewhere)


def _elsewhere(original: OriginalInvoice, orders: Iterable[OrderFact]) -> Iterator[Candidate]:
    """All that a credit memo does not follow to: other orders as a whole, other lines of the same order. M7."""
    followed = {line.key for line in original.lines}
    their_orders = {line.order_id for line in original.lines}
    why = (MatchCriterion.ORIGINAL_INVOICE, wording.original_elsewhere(original))
    for order in orders:
        if order.id not in their_orders:
            yield Candidate(order.id, None, None, *why)
            continue
        for line in sorted(order.lines, key=lambda line: (line.number, line.id)):
            if (order.id, line.id) not in followed:
                yield Candidate(order.id, line.id, None, *why)


# Parts of a match.


def _entry(
    key: LineKey, rank: int, why: tuple[MatchCriterion | None, str], amount: Decimal, balance: Decimal | None
) -> Candidate:
    return Candidate(*key, rank, *why, balance, None if balance is None else balance - amount)


def _matched(key: LineKey, reason: str, entry: Candidate, currency: str, *, hold: bool = False) -> Match:
    """A match to the line of that entry; what happens to its balance is told after the reason."""
    before, after = entry.balance_before, entry.balance_after
    if before is None or after is None:
        moves = wording.BALANCE_IS_NOT_TRACKED
    else:
        moves = wording.balance_moves(Money(before, currency), Money(after, currency), held=hold)
    return Match(
        outcome=MatchOutcome.MATCHED,
        chosen=key,
        reason=f"{reason} {moves}",
        hold=hold,
        balance_before=before,
        balance_after=after,
        fitting=1,
        ranked=(entry,),
    )
