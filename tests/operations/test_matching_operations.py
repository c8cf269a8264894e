"""Matching invoices as they come, again, and by hand: balances, explanations, history, concurrency."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from models import database
from models.event import Event
from models.invoice import Allocation, Invoice
from models.match import DroppedCandidates, Match
from models.organization import Organization
from models.purchase_order import PurchaseOrder, PurchaseOrderLine
from models.statuses.invoices import DateBasis, InvoiceStatus, MatchOutcome, OverdrawPolicy
from models.views import MatchCandidate
from resolvers.errors import (
    AllocationMismatch,
    CurrencyMismatch,
    DecidedByPerson,
    InvalidAmount,
    InvalidValue,
    NotApplicable,
    NotFound,
    Refusal,
    Refusals,
    WrongStatus,
)
from resolvers.idempotency import transaction
from resolvers.invoicing import allocations, invoice_matching, invoices, snapshots
from resolvers.invoicing.allocations import Share
from resolvers.orders import purchase_order_lines
from resolvers.orders import purchase_order_states as states
from resolvers.orders.purchase_order_edits import Asked
from resolvers.sourcing import suppliers
from tests.factories import make_call, make_organization, make_seller_entity, make_supplier, make_user
from tests.invoicing import (
    balances_of,
    counts,
    decision_about,
    document,
    lines_of,
    make_order,
    places_of,
    record,
    ref,
)

if TYPE_CHECKING:
    from models.supplier import SellerEntity, Supplier
    from resolvers.operation import Call


async def asked(order: PurchaseOrder) -> Asked:
    return Asked(id=ref(order))


async def candidates_of(invoice: Invoice) -> list[MatchCandidate]:
    return await MatchCandidate.filter(match_id=(await decision_about(invoice)).id).order_by("id")


# The decision and what is stored of it.


async def test_every_candidate_is_stored_with_its_rank_or_what_dropped_it(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    seller = await make_seller_entity(supplier, "Seller A")
    first = await make_order(call, supplier, 1_000, 50)
    other = await make_order(call, supplier, 9_000, seller_entity_ids=[ref(seller)])

    invoice = await record(call, supplier, 100)

    line_1, line_2 = await lines_of(first)
    found = [(each.purchase_order_id, each.line_id, each.rank, each.criterion) for each in await candidates_of(invoice)]
    assert [(*each[:3], each[3] and str(each[3])) for each in found] == [
        (first.id, line_1.id, 1, None),
        (first.id, line_2.id, 2, "BALANCE"),
        (other.id, None, None, "SELLER_ENTITY"),
    ]
    decision = await decision_about(invoice)
    assert (decision.outcome, decision.line_id, decision.amount) == (MatchOutcome.MATCHED, line_1.id, 100)
    assert (decision.balance_before, decision.balance_after) == (1_000, 900)
    assert (decision.decided_at, decision.decided_by_id) == (call.now, None)


async def test_invoices_alike_share_what_was_dropped(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    await make_order(call, supplier, {"line_item_type": "SUBSCRIPTION_PURCHASE", "unit_price": Decimal(1)})

    for amount in (1, 2, 3):
        await record(call, supplier, amount)

    assert await DroppedCandidates.all().count() == 1
    assert await Match.filter(outcome=MatchOutcome.UNMATCHED).count() == 3


async def test_what_is_stored_of_a_hundred_orders_with_a_hundred_lines_stays_small(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    lines = [
        {"unit_price": Decimal(1_000), "line_item_type": "MONTHLY_USAGE" if number % 2 else "SUBSCRIPTION_PURCHASE"}
        for number in range(100)
    ]
    for _ in range(100):
        await make_order(call, supplier, *lines)
    for _ in range(3):
        await record(call, supplier, 100)

    (sizes,) = await database.rows(
        "SELECT (SELECT max(pg_column_size(ranked)) FROM invoice_match) AS ranked,"
        " (SELECT sum(pg_column_size(entries)) FROM dropped_candidates) AS dropped,"
        " (SELECT sum(jsonb_array_length(entries)) FROM dropped_candidates) AS entries"
    )

    assert sizes["entries"] == 5_000
    assert sizes["ranked"] < 2_000
    assert sizes["dropped"] < 150_000


async def test_an_invoice_looks_only_at_orders_with_its_supplier(db: str):
    call = await make_call()
    mine, other = await make_supplier(call.organization_id), await make_supplier(call.organization_id)
    theirs = await make_order(call, other)

    invoice = await record(call, mine)

    assert invoice.status is InvoiceStatus.RECEIVED
    assert await candidates_of(invoice) == []
    assert await balances_of(theirs) == [10_000]


async def test_a_blanket_order_takes_no_invoices(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    blanket = await make_order(call, supplier, order_type="BLANKET")

    invoice = await record(call, supplier)

    assert invoice.status is InvoiceStatus.RECEIVED
    assert await balances_of(blanket) == [10_000]


async def test_a_draft_and_a_closed_order_are_told_of(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    draft = await make_order(call, supplier, issue=False)
    closed = await make_order(call, supplier)
    await states.close(call, await asked(closed))

    invoice = await record(call, supplier)

    assert {(each.purchase_order_id, each.reason) for each in await candidates_of(invoice)} == {
        (draft.id, f"{draft.number} is not issued."),
        (closed.id, f"{closed.number} is closed."),
    }


async def test_an_order_long_past_is_not_told_of_unless_the_invoice_names_it(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    old = await make_order(call, supplier, effective_date=date(2019, 1, 1), expiration_date=date(2019, 12, 31))

    quiet, named = await record(call, supplier), await record(call, supplier, purchase_order_number=old.number)

    assert await candidates_of(quiet) == []
    assert [str(each.criterion) for each in await candidates_of(named)] == ["ORDER_PERIOD"]


async def test_an_organization_can_match_by_issue_date(db: str):
    call = await make_call(await make_organization(date_basis=DateBasis.ISSUE_DATE))
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, effective_date=date(2025, 4, 1))

    invoice = await record(call, supplier, month=3, invoice_date=date(2025, 4, 2))

    assert await places_of(invoice) == [(order.number, 1, 100)]


async def test_an_invoice_that_would_overdraw_waits_for_a_person_where_the_organization_wants_it(db: str):
    call = await make_call(await make_organization(overdraw_policy=OverdrawPolicy.HOLD))
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, 100)

    fits, exceeds = await record(call, supplier, 100), await record(call, supplier, 1)

    assert (fits.status, fits.on_hold) == (InvoiceStatus.MATCHED, False)
    assert (exceeds.status, exceeds.on_hold) == (InvoiceStatus.MATCHED, True)
    assert await balances_of(order) == [-1]
    (line,) = await lines_of(order)
    await allocations.reallocate(call, ref(exceeds), [Share(line_id=ref(line))], reason="agreed")
    await exceeds.refresh_from_db()
    assert exceeds.on_hold is False


# Credit memos.


async def test_a_credit_memo_follows_its_original_and_raises_the_balance(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    first = await make_order(call, supplier, 1_000)
    original = await record(call, supplier, 400)
    await make_order(call, supplier, 1_000)  # edited last: the rules would choose it

    credit = await record(
        call, supplier, -150, month=8, kind="CREDIT_MEMO", original_invoice_number=original.supplier_invoice_number
    )

    assert await places_of(credit) == [(first.number, 1, -150)]
    assert await balances_of(first) == [750]


async def test_a_credit_memo_for_a_closed_order_still_follows_its_original(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, 1_000)
    original = await record(call, supplier, 400)
    await states.close(call, await asked(order))

    credit = await record(
        call, supplier, -400, kind="CREDIT_MEMO", original_invoice_number=original.supplier_invoice_number
    )

    assert await places_of(credit) == [(order.number, 1, -400)]
    assert await balances_of(order) == [1_000]


async def test_a_credit_memo_whose_original_is_split_is_left_to_a_person(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, 1_000, 1_000)
    original = await record(call, supplier, 100)
    one, other = await lines_of(order)
    shares = [Share(line_id=ref(one), amount=Decimal(50)), Share(line_id=ref(other), amount=Decimal(50))]
    await allocations.reallocate(call, ref(original), shares, reason="shared")

    credit = await record(
        call, supplier, -100, kind="CREDIT_MEMO", original_invoice_number=original.supplier_invoice_number
    )

    assert credit.status is InvoiceStatus.RECEIVED
    assert (await decision_about(credit)).outcome is MatchOutcome.AMBIGUOUS
    assert len([each for each in await candidates_of(credit) if each.rank]) == 2


async def test_a_credit_memo_without_a_known_original_goes_by_the_rules(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, 1_000)

    await record(call, supplier, -30, kind="CREDIT_MEMO", original_invoice_number="unknown")

    assert await balances_of(order) == [1_030]


# What is known of the orders is never stale.


async def test_each_invoice_sees_the_orders_as_they_are(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    seller, other = await make_seller_entity(supplier), await make_seller_entity(supplier)
    order = await make_order(call, supplier, 1_000, seller_entity_ids=[ref(seller)])

    async def goes_to(from_seller: SellerEntity = seller) -> str | None:
        places = await places_of(await record(call, supplier, seller_entity_id=ref(from_seller)))
        return places[0][0] if places else None

    assert await goes_to() == order.number
    await states.suspend(call, await asked(order))
    assert await goes_to() is None
    await states.resume(call, await asked(order))
    assert await goes_to() == order.number
    (line,) = await lines_of(order)
    given = {"line_item_type": "SUBSCRIPTION_PURCHASE"}
    await purchase_order_lines.update(call, Asked(line_id=ref(line)), given)
    assert await goes_to() is None
    specific = await make_order(call, supplier, 1_000)
    assert await goes_to() == specific.number
    assert await goes_to(other) == specific.number


async def test_a_renamed_seller_is_told_by_its_new_name(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    seller = await make_seller_entity(supplier, "Old Name")
    await make_order(call, supplier, seller_entity_ids=[ref(seller)])
    await record(call, supplier)
    await suppliers.update_seller_entity(call, ref(seller), {"name": "New Name"})

    invoice = await record(call, supplier)

    assert "New Name" in (await decision_about(invoice)).reason


async def test_what_was_undone_leaves_nothing_behind(db: str):
    """A tried run that suspends the order and matches: its view of the orders must not outlive it."""
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, 1_000)
    await record(call, supplier)

    async with transaction() as tried:
        await states.suspend(call, await asked(order))
        assert (await record(call, supplier)).status is InvoiceStatus.RECEIVED
        tried.undo()
    other = await make_order(call, supplier, {"line_item_type": "SUBSCRIPTION_PURCHASE", "unit_price": Decimal(5)})

    invoice = await record(call, supplier)

    assert await places_of(invoice) == [(order.number, 1, 100)]
    assert await balances_of(other) == [5]


async def test_snapshots_stay_within_their_bounds_and_answer_the_same(db: str, monkeypatch: pytest.MonkeyPatch):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    kinds = ("ALL", "MONTHLY_USAGE", "SUBSCRIPTION_PURCHASE", "MARKETPLACE_BLANKET_USAGE")
    lines = [{"unit_price": Decimal(1_000), "line_item_type": kind} for kind in kinds]
    order = await make_order(call, supplier, *lines)
    small = snapshots.Snapshots(largest=8)
    monkeypatch.setattr("resolvers.invoicing.desk.shared", small)

    places = [
        (await places_of(await record(call, supplier, 1, month=month, category=category)))[0][1]
        for month in (1, 5, 9)
        for category in ("USAGE", "SUBSCRIPTION")
        for _ in range(2)
    ]

    assert places == [2, 2, 3, 3] * 3
    assert small.size <= 5 + 5  # the orders in sight, and the survey that was asked for last
    assert await balances_of(order) == [1_000, 994, 994, 1_000]


# Statements.


async def _statements(call: Call, supplier: Supplier) -> int:
    before = database.statements.total
    await record(call, supplier, 100)
    return database.statements.total - before


async def test_recording_costs_the_same_number_of_statements_whatever_there_is(db: str):
    few, many = await make_call(), await make_call()
    small, large = await make_supplier(few.organization_id), await make_supplier(many.organization_id)
    await make_order(few, small)
    for _ in range(25):
        await make_order(many, large, *([10_000] * 25))

    first = [await _statements(few, small), await _statements(many, large)]
    again = [await _statements(few, small), await _statements(many, large)]

    assert first[0] == first[1]
    assert again[0] == again[1]
    assert again[0] < first[0]  # the orders are read once


# Matching again.


async def test_matching_again_keeps_the_history(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    first = await make_order(call, supplier, 1_000)
    invoice = await record(call, supplier, 100)
    await states.suspend(call, await asked(first))
    second = await make_order(call, supplier, 1_000)
    later = replace(call, now=call.now + timedelta(hours=1))

    written = await invoice_matching.match(later, ref(invoice))

    assert await places_of(invoice) == [(second.number, 1, 100)]
    assert (await balances_of(first), await balances_of(second)) == ([1_000], [900])
    old, new = await Match.filter(invoice_id=invoice.id).order_by("id")
    assert (old.purchase_order_id, old.superseded_at) == (first.id, later.now)
    assert (new.purchase_order_id, new.superseded_at) == (second.id, None)
    ended, current = await Allocation.filter(invoice_id=invoice.id).order_by("id")
    assert (ended.ended_at, current.ended_at) == (later.now, None)
    assert [event.kind for event in written.events] == ["invoice_left", "invoice_matched"]
    await invoice.refresh_from_db()
    assert invoice.edit_version == 2


async def test_matching_again_without_another_result_writes_nothing(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    await make_order(call, supplier, 1_000)
    invoice = await record(call, supplier, 100)
    before = await counts()

    written = await invoice_matching.match(call, ref(invoice))

    assert written.events == ()
    assert await counts() == before


async def test_an_invoice_is_matched_again_as_if_it_had_taken_nothing(db: str):
    """Its own 900 must not make its line look too short for it."""
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, 1_000, 5_000)
    invoice = await record(call, supplier, 900)
    assert (await places_of(invoice))[0][1] == 1

    await invoice_matching.match(call, ref(invoice))

    assert (await places_of(invoice))[0][1] == 1
    assert await balances_of(order) == [100, 5_000]


async def test_the_waiting_ones_are_matched_in_batches_in_the_order_in_which_they_came(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    waiting = [await record(call, supplier, amount) for amount in (60, 50, 40)]
    canceled = await record(call, supplier, 10)
    await invoices.cancel(call, ref(canceled), reason="wrong")
    order = await make_order(call, supplier, 100, 100)

    first = await invoice_matching.match_unmatched(call, first=2)
    second = await invoice_matching.match_unmatched(call, first=2, after=first.last)

    assert (first.matched, first.unmatched, first.last) == (2, 0, ref(waiting[1]))
    assert (second.matched, second.unmatched, second.last) == (1, 0, None)
    assert [(await places_of(invoice))[0][1] for invoice in waiting] == [1, 2, 1]
    assert await balances_of(order) == [0, 50]


async def test_what_waits_in_vain_is_not_written_again(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    await record(call, supplier, 60)
    before = await counts()

    done = await invoice_matching.match_unmatched(call)

    assert (done.matched, done.unmatched, done.written.events) == (0, 1, ())
    assert await counts() == before


async def test_an_invoice_that_counts_nowhere_is_not_matched(db: str):
    call = await make_call()
    invoice = await record(call, await make_supplier(call.organization_id))
    await invoices.cancel(call, ref(invoice), reason="wrong")

    with pytest.raises(WrongStatus):
        await invoice_matching.match(call, ref(invoice))


@pytest.mark.parametrize("given", [{"first": 0}, {"first": 501}, {"after": "po_1"}])
async def test_a_batch_has_bounds(db: str, given: dict[str, Any]):
    with pytest.raises(InvalidValue):
        await invoice_matching.match_unmatched(await make_call(), **given)


# By hand.


async def test_a_person_puts_an_invoice_on_another_line(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(
        call, supplier, 1_000, {"line_item_type": "SUBSCRIPTION_PURCHASE", "unit_price": Decimal(500)}
    )
    invoice = await record(call, supplier, 100)
    second = (await lines_of(order))[1]

    written = await allocations.reallocate(call, ref(invoice), [Share(line_id=ref(second))], reason="it is theirs")

    assert await places_of(invoice) == [(order.number, 2, 100)]
    assert await balances_of(order) == [1_000, 400]
    decision = await decision_about(invoice)
    assert (decision.outcome, decision.decided_by_id) == (MatchOutcome.MANUAL, call.actor.user_id)
    assert (decision.balance_before, decision.balance_after) == (500, 400)
    candidates = await candidates_of(invoice)
    assert [(each.line_id, each.rank) for each in candidates] == [(second.id, 1), ((await lines_of(order))[0].id, 2)]
    assert "takes subscriptions and one-time purchases; the invoice bills usage" in candidates[0].reason
    (event,) = written.events
    assert (event.kind, event.reason) == ("invoice_reallocated", "it is theirs")


async def test_a_person_splits_an_invoice_exactly(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    one, other = await make_order(call, supplier, 1_000), await make_order(call, supplier, 1_000)
    invoice = await record(call, supplier, "100.01")
    (first,), (second,) = await lines_of(one), await lines_of(other)
    shares = [Share(line_id=ref(first), amount=Decimal("60.01")), Share(line_id=ref(second), amount=Decimal(40))]

    written = await allocations.reallocate(call, ref(invoice), shares, reason="shared")

    assert await places_of(invoice) == [(one.number, 1, Decimal("60.01")), (other.number, 1, 40)]
    assert (await balances_of(one), await balances_of(other)) == ([Decimal("939.99")], [960])
    decision = await decision_about(invoice)
    assert (decision.purchase_order_id, decision.line_id) == (None, None)
    assert decision.reason == (
        f"A person split the invoice: 60.01 USD to line 1 of {one.number}, 40.00 USD to line 1 of {other.number}."
    )
    assert [(each.line_id, each.balance_after) for each in await candidates_of(invoice)] == [
        (first.id, Decimal("939.99")),
        (second.id, 960),
    ]
    assert [event.purchase_order_id for event in written.events] == [one.id, other.id]


async def test_a_person_takes_an_invoice_off_all_orders_and_the_rules_leave_it_there(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, 1_000)
    invoice = await record(call, supplier, 100)

    await allocations.reallocate(call, ref(invoice), [], reason="not ours")
    await invoice_matching.match_unmatched(call)

    await invoice.refresh_from_db()
    assert invoice.status is InvoiceStatus.RECEIVED
    assert await balances_of(order) == [1_000]
    with pytest.raises(DecidedByPerson) as caught:
        await invoice_matching.match(call, ref(invoice))
    assert caught.value.message == (
        f"A person took the invoice off all orders. Give override to let the rules decide about {ref(invoice)} again."
    )
    await invoice_matching.match(call, ref(invoice), override=True)
    assert await balances_of(order) == [900]


async def test_parts_that_do_not_add_up_are_refused_with_the_figures(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, 1_000, 1_000)
    invoice = await record(call, supplier, 100)
    one, other = await lines_of(order)
    before = await counts()

    shares = [Share(line_id=ref(one), amount=Decimal(60)), Share(line_id=ref(other), amount=Decimal("39.99"))]
    with pytest.raises(Refusals) as caught:
        await allocations.reallocate(call, ref(invoice), shares, reason="shared")

    assert caught.value.refusals == (
        AllocationMismatch(invoiced=Decimal(100), allocated=Decimal("99.99"), path=("allocations",)),
    )
    assert await counts() == before
    assert await balances_of(order) == [900, 1_000]


async def test_a_part_is_part_of_the_invoice(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, 1_000, 1_000)
    invoice = await record(call, supplier, 100)
    one, other = await lines_of(order)

    for amounts in ((150, -50), (100, 0), ("99.999", "0.001")):
        shares = [
            Share(line_id=ref(line), amount=Decimal(amount)) for line, amount in zip((one, other), amounts, strict=True)
        ]
        with pytest.raises(Refusals) as caught:
            await allocations.reallocate(call, ref(invoice), shares, reason="shared")
        assert {type(refusal) for refusal in caught.value.refusals} == {InvalidAmount}, amounts


async def test_lines_that_cannot_take_the_invoice_are_refused(db: str):
    call, stranger = await make_call(), await make_call()
    supplier, other = await make_supplier(call.organization_id), await make_supplier(call.organization_id)
    invoice = await record(call, supplier, 100)
    strange = await make_order(stranger, await make_supplier(stranger.organization_id))
    euro = await make_order(call, supplier, currency="EUR")
    cases: list[tuple[PurchaseOrder, type[Refusal]]] = [
        (await make_order(call, other), InvalidValue),
        (await make_order(call, supplier, issue=False), WrongStatus),
        (await make_order(call, supplier, order_type="BLANKET"), NotApplicable),
        (euro, CurrencyMismatch),
        (strange, NotFound),
    ]
    before = await counts()
    shares = [Share(line_id=ref((await lines_of(order))[0])) for order, _ in cases]

    with pytest.raises(Refusals) as caught:
        await allocations.reallocate(call, ref(invoice), shares, reason="try")

    assert [(type(refusal), refusal.path) for refusal in caught.value.refusals] == [
        (kind, ("allocations", str(at), "lineId")) for at, (_, kind) in enumerate(cases)
    ]
    assert await counts() == before


async def test_the_same_line_twice_and_no_reason_are_refused(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    (line,) = await lines_of(await make_order(call, supplier))
    invoice = await record(call, supplier, 100)

    with pytest.raises(Refusals) as caught:
        await allocations.reallocate(call, ref(invoice), [Share(line_id=ref(line))] * 2, reason="")

    assert [refusal.path for refusal in caught.value.refusals] == [("reason",), ("allocations", "1", "lineId")]


# Many at once.


async def test_fifty_invoices_at_once_end_in_the_exact_balance(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, 10_000)
    organization = await Organization.get(id=call.organization_id)
    callers = [await make_call(organization, user=await make_user(organization)) for _ in range(5)]

    await asyncio.gather(
        *(invoices.record(callers[number % 5], document(supplier, f"{number}.37")) for number in range(1, 51))
    )

    (line,) = await lines_of(order)
    assert line.balance_current == Decimal(10_000) - sum(Decimal(f"{number}.37") for number in range(1, 51))
    assert line.invoice_count == 50
    decisions = await Match.filter(superseded_at=None).order_by("id")
    chain = [(each.balance_before, each.balance_after) for each in decisions]
    by_before = sorted(chain, reverse=True)
    assert by_before[0][0] == 10_000
    assert all(after == before for (_, after), (before, _) in pairwise(by_before))


async def test_the_same_invoice_from_several_sides_is_recorded_once(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, 1_000)
    given = document(supplier, 10)

    outcomes = await asyncio.gather(*(invoices.record(call, given) for _ in range(8)), return_exceptions=True)

    assert sum(1 for outcome in outcomes if isinstance(outcome, Refusals)) == 7
    assert await balances_of(order) == [990]


async def test_a_sum_too_large_to_store_is_refused_and_nothing_is_written(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    await make_order(call, supplier)
    largest = "999999999999999.99"
    for _ in range(10):
        await record(call, supplier, largest)
    before = await counts()

    with pytest.raises(InvalidAmount):
        await record(call, supplier, largest)

    assert await counts() == before


async def test_an_untracked_line_has_no_balance_and_still_counts_what_it_takes(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, {"unit_price": Decimal(100), "balance_tracked": False})

    invoice = await record(call, supplier, 40)

    line = await PurchaseOrderLine.get(purchase_order_id=order.id)
    assert (line.invoiced_amount, line.balance_current, line.invoiced_percent) == (40, None, 40)
    assert (await decision_about(invoice)).balance_after is None
    assert await Event.filter(kind="invoice_matched").count() == 1
