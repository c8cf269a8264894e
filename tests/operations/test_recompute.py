"""Everything derived, computed from scratch, is what is stored: whatever happened before."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import database
from models.invoice import Allocation, Invoice
from models.match import Match
from models.organization import Organization
from models.purchase_order import PurchaseOrder, PurchaseOrderLine
from models.statuses.invoices import AmountBasis, InvoiceStatus
from models.statuses.orders import LineStatus
from resolvers.derived import progress, recomputed, recomputed_invoices, recomputed_orders, recomputing
from resolvers.errors import NotFound, Refusal, Refusals
from resolvers.invoicing import allocations, invoice_matching, invoices, marketplace
from resolvers.invoicing.allocations import Share
from resolvers.invoicing.invoice_batches import record_many
from resolvers.orders import purchase_order_states as states
from resolvers.orders.purchase_order_edits import Asked
from tests.conftest import empty_every_table
from tests.factories import make_call, make_supplier
from tests.invoicing import balances_of, document, make_order, new_invoice, record, ref

if TYPE_CHECKING:
    from models.supplier import Supplier
    from resolvers.operation import Call

ROOT = Path(__file__).parents[2]


async def differing(organization: str | None = None) -> list[str]:
    """What a check finds."""
    found: list[str] = []
    await recomputing.check(lambda difference: found.append(str(difference).partition(": ")[2]), organization)
    return found


async def repaired(call: Call) -> list[recomputing.Difference]:
    found: list[recomputing.Difference] = []
    await recomputing.repair(call.now, found.append)
    return found


async def test_after_ordinary_work_nothing_differs(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(
        call,
        supplier,
        1_000,
        {"unit_price": Decimal("0.335"), "quantity": Decimal(3), "tax_percent": Decimal(19)},
        {"unit_price": Decimal(5), "balance_tracked": False},
        minimum_spend=Decimal(900),
        discount_percentage=Decimal("2.5"),
    )
    await make_order(call, supplier, order_type="BLANKET")
    invoice = await record(call, supplier, 400)
    await record(call, supplier, -30, kind="CREDIT_MEMO", original_invoice_number=invoice.supplier_invoice_number)
    await record(call, supplier, 1, month=12)
    canceled = await record(call, supplier, 77)
    await invoices.cancel(call, ref(canceled), reason="wrong")
    await Invoice.filter(id=invoice.id).update(status=InvoiceStatus.CONFIRMED)
    await progress.refresh(await progress.settle([invoice.id]))

    assert await differing() == []
    await order.refresh_from_db()
    assert (order.invoiced_amount, order.in_process_invoiced_amount, order.outstanding_payable) == (400, -29, 400)


async def test_a_figure_that_was_tampered_with_is_found_and_put_right(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, 1_000, number="PO-7")
    await record(call, supplier, 400)
    await PurchaseOrderLine.all().update(balance_current=999, invoice_count=7)
    await PurchaseOrder.all().update(total_amount=1)

    found = await differing()
    mended = await repaired(call)

    assert found == [
        "PO-7, line 1: invoice_count is 7, has to be 1",
        "PO-7, line 1: balance_current is 999.0000, has to be 600.0000",
        "PO-7: total_amount is 1.0000, has to be 1000.00",
    ]
    assert [str(difference).partition(": ")[2] for difference in mended] == found
    assert await differing() == []
    assert await balances_of(order) == [600]


async def test_an_allocation_that_was_tampered_with_shows_in_every_sum(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    await make_order(call, supplier, 1_000, number="PO-7")
    invoice = await record(call, supplier, 400)
    await Allocation.all().update(amount=300)

    found = await differing()

    subject = f"invoice {invoice.supplier_invoice_number}"
    assert f"{subject}: allocations is 300, has to be 400" in found
    assert "PO-7, line 1: balance_current is 600.0000, has to be 700.0000" in found
    open_ = [difference for difference in await repaired(call) if not difference.repairable]
    assert [difference.subject for difference in open_] == [subject]
    assert await differing() == [f"{subject}: allocations is 300, has to be 400"]


async def test_an_allocation_of_an_invoice_that_counts_nowhere_ends(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    order = await make_order(call, supplier, 1_000)
    await record(call, supplier, 400)
    await Invoice.all().update(status=InvoiceStatus.REJECTED)

    assert "allocations is 1 while it is REJECTED, has to be none" in (await differing())[0]
    await repaired(call)

    assert await differing() == []
    assert await balances_of(order) == [1_000]
    assert (await Allocation.get()).ended_at == call.now


async def test_a_status_follows_the_allocations(db: str):
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    await make_order(call, supplier, 1_000)
    await record(call, supplier, 400)
    await Invoice.all().update(status=InvoiceStatus.RECEIVED)

    await repaired(call)

    assert (await Invoice.get()).status is InvoiceStatus.MATCHED


async def test_many_invoices_are_taken_some_at_a_time(db: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(recomputed, "FETCHED_AT_ONCE", 3)
    monkeypatch.setattr(recomputed_invoices, "INVOICES_AT_ONCE", 2)
    monkeypatch.setattr(recomputed_orders, "ORDERS_AT_ONCE", 1)
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    for _ in range(3):
        await make_order(call, supplier, 40, 40)
    await record_many(call, [new_invoice(supplier, amount) for amount in range(1, 24)])

    assert await differing() == []
    await database.connection().execute_query("UPDATE purchase_order_line SET invoice_count = invoice_count + 1")
    assert len(await differing()) == 6


async def test_one_organization_can_be_checked_by_itself(db: str):
    call, other = await make_call(), await make_call()
    for each in (call, other):
        await make_order(each, await make_supplier(each.organization_id))
    await PurchaseOrder.all().update(total_amount=1)
    organization = await Organization.get(id=call.organization_id)

    assert len(await differing()) == 2
    assert len(await differing(organization.key)) == 1
    with pytest.raises(NotFound):
        await differing("nobody")


@pytest.mark.parametrize(("arguments", "code"), [(["--check"], 1), ([], 1), (["--check"], 0)])
async def test_the_command_says_what_differs_by_its_exit_code(db: str, arguments: list[str], code: int):
    call = await make_call()
    await make_order(call, await make_supplier(call.organization_id), number="PO-7")
    if code:
        await PurchaseOrder.all().update(total_amount=1)

    done = subprocess.run(  # noqa: ASYNC221 - nothing else is to happen meanwhile
        [sys.executable, "-m", "graph", "recompute", *arguments],
        cwd=ROOT,
        env={"DATABASE_URL": db, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == code, done.stderr
    assert ("PO-7: total_amount is 1.0000, has to be 10000.00" in done.stdout) is bool(code)
    (order,) = await PurchaseOrder.all()
    assert order.total_amount == (1 if code and arguments else 10_000)


# Random histories.

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("record"), st.integers(-3, 9), st.integers(1, 12), st.booleans()),
        st.tuples(st.just("batch"), st.integers(1, 4), st.integers(1, 12), st.booleans()),
        st.tuples(st.sampled_from(["cancel", "match", "update", "take off"]), st.integers(0, 9)),
        st.tuples(st.just("move"), st.integers(0, 9), st.integers(0, 9)),
        st.tuples(st.just("split"), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)),
        st.tuples(st.sampled_from(["suspend", "resume", "close"]), st.integers(0, 9)),
        st.tuples(st.sampled_from(["waiting", "basis", "purchase"])),
    ),
    min_size=3,
    max_size=14,
)


class History:
    """An organization with three orders, to which things happen; what is refused is nothing that happened."""

    def __init__(self, call: Call, supplier: Supplier) -> None:
        self.call = call
        self.supplier = supplier
        self.purchases = 0

    async def take(self, step: tuple[Any, ...]) -> None:
        """One step, at a later moment than the one before."""
        self.call = replace(self.call, now=self.call.now + timedelta(hours=1))
        name, *figures = step
        try:
            await getattr(self, f"_{name.replace(' ', '_')}")(*figures)
        except (Refusal, Refusals):
            return

    async def _invoice(self, place: int) -> str:
        found = await Invoice.all().order_by("id")
        return ref(found[place % len(found)]) if found else "inv_1"

    async def _line(self, place: int) -> str:
        found = await PurchaseOrderLine.all().order_by("id")
        return ref(found[place % len(found)])

    async def _order(self, place: int) -> Asked:
        found = await PurchaseOrder.all().order_by("id")
        return Asked(id=ref(found[place % len(found)]))

    def _document(self, amount: int, month: int, follows: str | None) -> dict[str, Any]:
        kind = "CREDIT_MEMO" if amount < 0 else "INVOICE"
        tax = Decimal(amount) * Decimal("0.01")
        follows = follows if amount < 0 else None
        total = amount + tax
        return document(self.supplier, total, month, kind=kind, tax_amount=tax, original_invoice_number=follows)

    async def _record(self, amount: int, month: int, follows: bool) -> None:  # noqa: FBT001 - drawn
        first = await Invoice.first() if follows else None
        given = self._document(amount, month, first and first.supplier_invoice_number)
        await invoices.record(self.call, given)

    async def _batch(self, size: int, month: int, match: bool) -> None:  # noqa: FBT001 - drawn
        await record_many(self.call, [new_invoice(self.supplier, 2 + at, month) for at in range(size)], match=match)

    async def _cancel(self, place: int) -> None:
        await invoices.cancel(self.call, await self._invoice(place), reason="wrong")

    async def _match(self, place: int) -> None:
        await invoice_matching.match(self.call, await self._invoice(place), override=place % 2 == 0)

    async def _update(self, place: int) -> None:
        amount = {"total_amount": Decimal(place + 1), "kind": "INVOICE"}
        period = {"billing_period_start": date(2025, place + 1, 1), "billing_period_end": date(2025, place + 1, 5)}
        await invoices.update(self.call, await self._invoice(place), amount if place % 2 else period)

    async def _take_off(self, place: int) -> None:
        await allocations.reallocate(self.call, await self._invoice(place), [], reason="not ours")

    async def _move(self, place: int, line: int) -> None:
        share = Share(line_id=await self._line(line))
        await allocations.reallocate(self.call, await self._invoice(place), [share], reason="theirs")

    async def _split(self, place: int, one: int, other: int) -> None:
        invoice = await Invoice.all().order_by("id").offset(place).first()
        if invoice is None:
            return
        whole = invoice.total_amount
        part = (whole / 3).quantize(Decimal("0.01"))
        shares = [
            Share(line_id=await self._line(one), amount=part),
            Share(line_id=await self._line(other), amount=whole - part),
        ]
        await allocations.reallocate(self.call, ref(invoice), shares, reason="shared")

    async def _suspend(self, place: int) -> None:
        await states.suspend(self.call, await self._order(place))

    async def _resume(self, place: int) -> None:
        await states.resume(self.call, await self._order(place))

    async def _close(self, place: int) -> None:
        await states.close(self.call, await self._order(place))

    async def _waiting(self) -> None:
        await invoice_matching.match_unmatched(self.call)

    async def _basis(self) -> None:
        organization = await Organization.get(id=self.call.organization_id)
        before_tax = organization.amount_basis is AmountBasis.TOTAL
        organization.amount_basis = AmountBasis.BEFORE_TAX if before_tax else AmountBasis.TOTAL
        await organization.save()

    async def _purchase(self) -> None:
        self.purchases += 1
        given = {
            "purchase_order_number": "1234",
            "agreement_id": f"agmt-{self.purchases}",
            "supplier_id": ref(self.supplier),
            "currency": "USD",
            "amount": Decimal(5),
            "start_date": date(2025, 2, 1),
            "end_date": date(2026, 1, 31),
        }
        await marketplace.record(self.call, given)


@given(steps=STEPS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_happens_what_is_stored_is_what_follows_from_the_documents(
    db: str, steps: list[tuple[Any, ...]]
):
    await empty_every_table()
    call = await make_call()
    supplier = await make_supplier(call.organization_id)
    await make_order(call, supplier, 20, {"line_item_type": "SUBSCRIPTION_PURCHASE", "unit_price": Decimal(9)})
    await make_order(call, supplier, 10, {"unit_price": Decimal(7), "tax_percent": Decimal("7.7")})
    await make_order(call, supplier, {"unit_price": Decimal(4), "balance_tracked": False}, number="1234")
    history = History(call, supplier)

    for step in steps:
        await history.take(step)

    assert await differing() == []
    assert await Match.filter(superseded_at=None, invoice__status=InvoiceStatus.CANCELED).count() == 0
    lines = await PurchaseOrderLine.all()
    assert {line.status for line in lines} <= set(LineStatus)
