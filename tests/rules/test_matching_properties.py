"""What holds of matching whatever the facts: it agrees with the slow oracle, and depends on nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from models.statuses.invoices import InvoiceKind
from resolvers.matching.filtering import digest, survey
from resolvers.matching.profile import profile_of
from resolvers.matching.ranking import balances_of, decide, match
from tests import strategies
from tests.rules import matching_oracle

if TYPE_CHECKING:
    import random
    from decimal import Decimal

    from resolvers.matching.facts import InvoiceFact, OrderFact, Settings

    Case = tuple[InvoiceFact, list[OrderFact]]

fewer = effort(max_examples=40, deadline=None)


@effort(max_examples=250, deadline=None)
@given(strategies.cases, strategies.settings)
def test_matching_agrees_with_the_slow_oracle(case: Case, settings: Settings):
    invoice, orders = case
    expected = matching_oracle.answer(invoice, orders, settings)

    actual = match(invoice, orders, settings)

    assert actual.outcome is expected.outcome
    assert actual.chosen == expected.chosen
    assert actual.hold is expected.hold
    assert [(entry[:2], entry.criterion) for entry in actual.ranked] == expected.ranked
    assert {entry[:2]: entry.criterion for entry in actual.dropped} == expected.dropped
    assert len(actual.dropped) == len(expected.dropped)


@fewer
@given(strategies.cases, strategies.settings, st.randoms(use_true_random=False))
def test_the_order_of_the_facts_changes_nothing(case: Case, settings: Settings, chance: random.Random):
    invoice, orders = case
    shuffled = [replace(order, lines=tuple(chance.sample(order.lines, len(order.lines)))) for order in orders]
    chance.shuffle(shuffled)

    assert match(invoice, shuffled, settings) == match(invoice, orders, settings)


@fewer
@given(strategies.cases, strategies.settings, strategies.small_amounts)
def test_a_survey_kept_from_another_invoice_of_the_same_profile_serves_as_well(
    case: Case, settings: Settings, amount: Decimal
):
    invoice, orders = case
    other = replace(invoice, amount=amount, kind=InvoiceKind.INVOICE, original=None)
    kept = {profile_of(other, settings): survey(profile_of(other, settings), orders)}

    decided = decide(invoice, kept[profile_of(invoice, settings)], balances_of(orders), settings.overdraw)

    assert decided == match(invoice, orders, settings)


@fewer
@given(strategies.cases, strategies.settings, st.data())
def test_a_survey_stays_true_when_balances_move(case: Case, settings: Settings, data: st.DataObject):
    invoice, orders = case
    surveyed = survey(profile_of(invoice, settings), orders)
    moved = [
        replace(order, lines=tuple(replace(line, balance=data.draw(strategies.balances)) for line in order.lines))
        for order in orders
    ]

    decided = decide(invoice, surveyed, balances_of(moved), settings.overdraw)

    assert decided == match(invoice, moved, settings)


@fewer
@given(strategies.cases, strategies.settings)
def test_every_order_and_every_line_of_a_standing_order_is_explained_once(case: Case, settings: Settings):
    invoice, orders = replace(case[0], original=None), case[1]

    candidates = match(invoice, orders, settings).candidates

    places = {entry[:2] for entry in candidates}
    dropped_whole = {order_id for order_id, line_id in places if line_id is None}
    lines = {(order.id, line.id) for order in orders if order.id not in dropped_whole for line in order.lines}
    assert len(places) == len(candidates)
    assert places == lines | {(order_id, None) for order_id in dropped_whole}
    assert {order_id for order_id, _ in places} == {order.id for order in orders}


@fewer
@given(strategies.cases, strategies.settings)
def test_every_explanation_is_a_whole_sentence(case: Case, settings: Settings):
    found = match(*case, settings)

    for sentence in (found.reason, *(entry.reason for entry in found.candidates)):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert "None" not in sentence
        assert ".." not in sentence


@fewer
@given(strategies.cases, strategies.settings)
def test_ranks_count_from_one_and_only_the_chosen_line_has_no_criterion(case: Case, settings: Settings):
    invoice, orders = replace(case[0], original=None), case[1]

    found = match(invoice, orders, settings)

    assert [entry.rank for entry in found.ranked] == list(range(1, found.fitting + 1))
    assert [entry[:2] for entry in found.candidates if entry.criterion is None] == (
        [] if found.chosen is None else [found.chosen]
    )
    assert all(entry.rank is None for entry in found.dropped)


@fewer
@given(strategies.cases, strategies.settings, st.integers(0, 5))
def test_spelling_out_fewer_candidates_changes_nothing_else(case: Case, settings: Settings, spelled_out: int):
    invoice, orders = replace(case[0], original=None), case[1]
    surveyed = survey(profile_of(invoice, settings), orders)
    whole = match(invoice, orders, settings)

    short = decide(invoice, surveyed, balances_of(orders), settings.overdraw, spelled_out=spelled_out)

    assert short == replace(whole, ranked=whole.ranked[: max(spelled_out, 1)])


@fewer
@given(strategies.cases, strategies.settings, strategies.small_amounts)
def test_no_amount_drops_a_candidate(case: Case, settings: Settings, amount: Decimal):
    invoice, orders = case

    one, other = match(invoice, orders, settings), match(replace(invoice, amount=amount), orders, settings)

    assert one.dropped == other.dropped
    assert {entry[:2] for entry in one.ranked} == {entry[:2] for entry in other.ranked}


@fewer
@given(strategies.cases, strategies.settings)
def test_droppings_have_equal_digests_when_they_are_equal_and_only_then(case: Case, settings: Settings):
    invoice, orders = case
    dropped = survey(profile_of(invoice, settings), orders).dropped
    again = survey(profile_of(invoice, settings), list(reversed(orders))).dropped

    assert digest(dropped) == digest(again)
    assert len({digest(dropped[:count]) for count in range(len(dropped) + 1)}) == len(dropped) + 1
