"""Whose agreement a document needs, and what a decision does to a plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.statuses.orders import OrderType
from models.statuses.people import (
    ApprovalDocument,
    ApprovalPlanStatus,
    ApprovalQuorum,
    ApprovalStepStatus,
    ApproverState,
)
from resolvers.rules.approvals import (
    NOBODY_NEEDED,
    People,
    Plan,
    Rule,
    Subject,
    Unanswerable,
    decided,
    delegated,
    escalation_date,
    fits,
    fitting,
    is_open,
    opened,
    planned,
    skipped,
    superseded,
)

ANN, BOB, CLEO, DAN, ADA = 1, 2, 3, 4, 9
STEP, STATE, PLAN = ApprovalStepStatus, ApproverState, ApprovalPlanStatus
PEOPLE = People(requester=DAN, requester_may_approve=False, administrators=(ADA,))


def rule(number: int = 1, **changes: Any) -> Rule:
    """A rule that fits every order and asks Ann."""
    named = Rule(key=100 + number, number=number, name=f"Rule {number}", document=ApprovalDocument.ORDER)
    return replace(named, **{"approvers": (ANN,), **changes})


def subject(**changes: Any) -> Subject:
    """A standard order of 1,000 USD that Dan owns."""
    order = Subject(
        document=ApprovalDocument.ORDER,
        currency="USD",
        amount=Decimal(1000),
        order_type=OrderType.STANDARD,
        cost_center_id=7,
        supplier_id=8,
        business_owner_id=DAN,
    )
    return replace(order, **changes)


def plan_of(*rules: Rule, people: People = PEOPLE, **changes: Any) -> Plan:
    plan = planned(rules, subject(**changes), people)
    assert isinstance(plan, Plan)
    return opened(plan)


def statuses(plan: Plan) -> list[ApprovalStepStatus]:
    return [step.status for step in plan.steps]


def said(plan: Plan, number: int = 1) -> dict[int, ApproverState]:
    return {asked.approver: asked.state for asked in plan.steps[number - 1].asked}


@pytest.mark.parametrize(
    ("changes", "holds"),
    [
        ({}, True),
        ({"amount_from": Decimal(1000)}, True),
        ({"amount_from": Decimal("1000.01")}, False),
        ({"amount_to": Decimal(1000)}, True),
        ({"amount_to": Decimal("999.99")}, False),
        ({"amount_from": Decimal(500), "amount_to": Decimal(2000)}, True),
        ({"currency": "USD"}, True),
        ({"currency": "EUR"}, False),
        ({"document": ApprovalDocument.REVISION}, False),
        ({"order_type": OrderType.STANDARD}, True),
        ({"order_type": OrderType.BLANKET}, False),
        ({"cost_center_id": 7}, True),
        ({"cost_center_id": 6}, False),
        ({"supplier_id": 8}, True),
        ({"supplier_id": 7}, False),
    ],
)
def test_a_rule_fits_where_everything_that_it_names_is_so(changes: dict[str, Any], *, holds: bool):
    assert fits(rule(**changes), subject()) is holds


def test_a_rule_for_a_cost_center_does_not_fit_an_order_without_one():
    assert not fits(rule(cost_center_id=7), subject(cost_center_id=None))


def test_rules_are_asked_by_sequence_then_by_number():
    rules = [rule(3, sequence=2), rule(2), rule(1), rule(4, currency="EUR")]

    assert [each.number for each in fitting(rules, subject())] == [1, 2, 3]


def test_where_no_rule_fits_the_plan_is_approved_at_once_and_says_so():
    plan = plan_of(rule(amount_from=Decimal(5000)))

    assert (plan.status, plan.steps, plan.explanation) == (PLAN.APPROVED, (), NOBODY_NEEDED)


def test_steps_of_one_sequence_are_asked_together_and_later_ones_afterwards():
    plan = plan_of(rule(1), rule(2, approvers=(BOB,)), rule(3, sequence=2, approvers=(CLEO,)))

    assert (plan.status, statuses(plan)) == (PLAN.OPEN, [STEP.REQUESTED, STEP.REQUESTED, STEP.NOT_YET_REQUESTED])
    assert plan.explanation == "3 steps: rule 1 (Rule 1), rule 2 (Rule 2), rule 3 (Rule 3)."

    plan = decided(plan, 2, BOB, STATE.APPROVED)
    assert (plan.status, statuses(plan)) == (PLAN.OPEN, [STEP.REQUESTED, STEP.APPROVED, STEP.NOT_YET_REQUESTED])

    plan = decided(plan, 1, ANN, STATE.APPROVED)
    assert (plan.status, statuses(plan)) == (PLAN.OPEN, [STEP.APPROVED, STEP.APPROVED, STEP.REQUESTED])

    plan = decided(plan, 3, CLEO, STATE.APPROVED)
    assert (plan.status, statuses(plan)) == (PLAN.APPROVED, [STEP.APPROVED] * 3)


def test_one_of_any_approvers_decides_and_the_others_are_not_asked_any_more():
    plan = decided(plan_of(rule(approvers=(ANN, BOB))), 1, BOB, STATE.APPROVED)

    assert (plan.status, statuses(plan)) == (PLAN.APPROVED, [STEP.APPROVED])
    assert said(plan) == {ANN: STATE.NO_LONGER_ASKED, BOB: STATE.APPROVED}


def test_all_approvers_have_to_agree_where_the_rule_says_so():
    plan = plan_of(rule(quorum=ApprovalQuorum.ALL, approvers=(ANN, BOB)))

    plan = decided(plan, 1, ANN, STATE.APPROVED)
    assert (plan.status, statuses(plan)) == (PLAN.OPEN, [STEP.REQUESTED])

    plan = decided(plan, 1, BOB, STATE.APPROVED)
    assert (plan.status, statuses(plan)) == (PLAN.APPROVED, [STEP.APPROVED])


@pytest.mark.parametrize("quorum", list(ApprovalQuorum))
def test_one_refusal_rejects_the_plan_and_nobody_is_asked_any_more(quorum: ApprovalQuorum):
    rules = (rule(1, quorum=quorum, approvers=(ANN, BOB)), rule(2, approvers=(CLEO,)), rule(3, sequence=2))

    plan = decided(plan_of(*rules), 1, ANN, STATE.REJECTED)

    assert plan.status is PLAN.REJECTED
    assert statuses(plan) == [STEP.REJECTED, STEP.NO_LONGER_REQUIRED, STEP.NO_LONGER_REQUIRED]
    assert said(plan, 1) == {ANN: STATE.REJECTED, BOB: STATE.NO_LONGER_ASKED}
    assert said(plan, 2) == {CLEO: STATE.NO_LONGER_ASKED}


def test_who_has_handed_it_on_is_not_waited_for():
    plan = delegated(plan_of(rule(quorum=ApprovalQuorum.ALL, approvers=(ANN, BOB))), 1, ANN, CLEO)
    assert said(plan) == {ANN: STATE.DELEGATED, BOB: STATE.WAITING, CLEO: STATE.WAITING}

    plan = decided(decided(plan, 1, BOB, STATE.APPROVED), 1, CLEO, STATE.APPROVED)

    assert plan.status is PLAN.APPROVED


def test_a_skipped_step_lets_the_next_one_be_asked():
    plan = skipped(plan_of(rule(1), rule(2, sequence=2, approvers=(BOB,))), 1)
    assert (plan.status, statuses(plan)) == (PLAN.OPEN, [STEP.SKIPPED, STEP.REQUESTED])
    assert said(plan) == {ANN: STATE.NO_LONGER_ASKED}

    assert skipped(plan, 2).status is PLAN.APPROVED


def test_a_step_can_be_skipped_before_it_is_asked():
    plan = skipped(plan_of(rule(1), rule(2, sequence=2, approvers=(BOB,))), 2)

    assert (plan.status, statuses(plan)) == (PLAN.OPEN, [STEP.REQUESTED, STEP.SKIPPED])
    assert decided(plan, 1, ANN, STATE.APPROVED).status is PLAN.APPROVED


def test_a_superseded_plan_keeps_what_was_decided():
    plan = decided(plan_of(rule(1), rule(2, approvers=(BOB,))), 1, ANN, STATE.APPROVED)

    plan = superseded(plan)

    assert (plan.status, statuses(plan)) == (PLAN.SUPERSEDED, [STEP.APPROVED, STEP.NO_LONGER_REQUIRED])


def test_the_requester_is_left_out():
    asked_both = rule(quorum=ApprovalQuorum.ALL, approvers=(ANN, DAN))

    assert said(plan_of(asked_both)) == {ANN: STATE.WAITING}
    assert said(plan_of(asked_both, people=replace(PEOPLE, requester_may_approve=True))) == {
        ANN: STATE.WAITING,
        DAN: STATE.WAITING,
    }


def test_where_nobody_but_the_requester_is_left_any_administrator_is_asked():
    plan = plan_of(rule(quorum=ApprovalQuorum.ALL, approvers=(DAN,)), people=replace(PEOPLE, administrators=(ADA, ANN)))

    assert said(plan) == {ADA: STATE.WAITING, ANN: STATE.WAITING}
    assert decided(plan, 1, ADA, STATE.APPROVED).status is PLAN.APPROVED


def test_where_the_requester_is_the_only_administrator_nobody_could_approve():
    people = People(requester=DAN, requester_may_approve=False, administrators=(DAN,))

    assert planned([rule(4, approvers=())], subject(), people) == [Unanswerable("Rule 4", 4)]
    assert isinstance(planned([rule()], subject(), people), Plan)


def test_the_business_owner_is_asked_once():
    owned = rule(by_business_owner=True, approvers=(ANN,))

    assert said(plan_of(owned, business_owner_id=BOB)) == {ANN: STATE.WAITING, BOB: STATE.WAITING}
    assert said(plan_of(owned, business_owner_id=ANN)) == {ANN: STATE.WAITING}


def test_whom_the_document_asks_comes_before_all_rules():
    plan = plan_of(rule(1), asked=(BOB,), business_owner_id=BOB)

    assert [(step.number, step.sequence, step.name, step.status) for step in plan.steps] == [
        (1, 0, "Business owner", STEP.REQUESTED),
        (2, 1, "Rule 1", STEP.NOT_YET_REQUESTED),
    ]
    assert plan.explanation == "2 steps: business owner, rule 1 (Rule 1)."
    assert decided(plan, 1, BOB, STATE.APPROVED).steps[1].status is STEP.REQUESTED


def test_a_step_escalates_so_many_days_after_it_was_asked():
    assert escalation_date(date(2025, 3, 10), 3) == date(2025, 3, 13)
    assert escalation_date(date(2025, 3, 10), 0) == date(2025, 3, 10)
    assert escalation_date(date(2025, 3, 10), None) is None


def drawn(sequence: int, quorum: ApprovalQuorum, approvers: list[int]) -> Rule:
    return rule(sequence=sequence, quorum=quorum, approvers=tuple(dict.fromkeys(approvers)))


RULES = st.lists(
    st.builds(
        drawn,
        st.integers(1, 3),
        st.sampled_from(ApprovalQuorum),
        st.lists(st.sampled_from([ANN, BOB, CLEO]), min_size=1, max_size=3),
    ),
    max_size=4,
)


@given(RULES, st.data())
def test_whatever_is_said_a_plan_is_open_exactly_while_a_step_is_asked(rules: list[Rule], data: st.DataObject):
    numbered = [replace(each, number=at, key=at) for at, each in enumerate(rules, start=1)]
    plan = plan_of(*numbered)
    for _ in range(12):
        asked = [step for step in plan.steps if step.status is STEP.REQUESTED]
        assert (plan.status is PLAN.OPEN) is bool(asked)
        assert len({step.sequence for step in asked}) <= 1
        if not asked:
            break
        step = data.draw(st.sampled_from(asked))
        waiting = [each.approver for each in step.asked if each.state is STATE.WAITING]
        assert waiting
        what = data.draw(st.sampled_from(["agree", "agree", "refuse", "skip"]))
        if what == "skip":
            plan = skipped(plan, step.number)
        else:
            verdict = STATE.APPROVED if what == "agree" else STATE.REJECTED
            plan = decided(plan, step.number, data.draw(st.sampled_from(waiting)), verdict)
    else:
        raise AssertionError("a plan ends")

    assert not any(is_open(step) for step in plan.steps)
    rejected = any(step.status is STEP.REJECTED for step in plan.steps)
    assert plan.status is (PLAN.REJECTED if rejected else PLAN.APPROVED)
    assert all(asked.state is not STATE.WAITING for step in plan.steps for asked in step.asked)
