"""Whatever is entered, and in whatever order: the figures are those of the documents."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from models.invoice import Allocation, Invoice, InvoiceLine
from models.purchase_order import PurchaseOrder, PurchaseOrderLine
from models.receiving import Milestone
from models.statuses.invoices import InvoiceKind, InvoiceLineStatus, InvoiceStatus
from models.statuses.orders import AcknowledgmentType, OrderType, ProductType
from models.statuses.receiving import MilestoneStatus, ReceiptKind
from resolvers.derived import progress
from resolvers.derived.line_figures import LINE_FIGURES
from resolvers.derived.progress import ORDER_FIGURES
from tests.conftest import empty_every_table
from tests.factories import (
    make_allocation,
    make_call,
    make_invoice_line,
    make_invoice_row,
    make_line_row,
    make_milestone,
    make_order_row,
    make_payment,
    make_receipt,
)
from tests.operations.test_recompute import differing

if TYPE_CHECKING:
    from models.supplier import Supplier
    from resolvers.operation import Call

Step = tuple[Any, ...]

LINES: Final[tuple[dict[str, Any], ...]] = (
    {"quantity": 10, "unit_price": Decimal("120.00"), "product_type": ProductType.GOOD},
    {"quantity": 3, "unit_price": Decimal("0.335"), "product_type": ProductType.GOOD, "tax_percent": Decimal(19)},
    {"quantity": 1, "unit_price": 1000, "acknowledgment_type": AcknowledgmentType.MILESTONES},
    {"quantity": 1, "unit_price": 500, "acknowledgment_type": AcknowledgmentType.SERVICE_ACKNOWLEDGMENT},
    {"quantity": 7, "unit_price": 0, "product_type": ProductType.GOOD},
    {"quantity": 50, "unit_price": 8, "discount": 10},
)
"""Every kind of line that is received in a way of its own."""

STATUSES: Final = (
    InvoiceStatus.PENDING_APPROVAL,
    InvoiceStatus.APPROVED,
    InvoiceStatus.CONFIRMED,
    InvoiceStatus.PAID,
)

AT = st.integers(0, len(LINES) - 1)
CENTS = st.integers(-500, 70_000)
INVOICES = st.lists(
    st.tuples(
        st.lists(
            st.tuples(AT, CENTS, st.sampled_from([None, 1, 4, 10]), st.sampled_from(InvoiceLineStatus), st.booleans()),
            min_size=1,
            max_size=3,
            unique_by=lambda line: line[0],
        ),
        st.sampled_from(STATUSES),
        st.integers(0, 500),
        st.booleans(),
    ),
    max_size=4,
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("receive"), AT, st.integers(1, 12)),
        st.tuples(st.just("return"), AT, st.integers(1, 10)),
        st.tuples(st.just("complete"), st.integers(0, 1)),
        st.tuples(st.just("pay"), st.integers(0, 3), st.integers(1, 90_000)),
        st.tuples(st.sampled_from(["close_line", "cancel_line"]), AT),
        st.tuples(st.just("close")),
    ),
    min_size=1,
    max_size=9,
)


@dataclass(slots=True)
class Record:
    """An order, drawn on a blanket order, and documents that are entered one after the other; the figures follow."""

    call: Call
    order: PurchaseOrder
    lines: list[PurchaseOrderLine]
    milestones: list[Milestone]
    invoices: dict[int, Invoice] = field(default_factory=dict[int, Invoice])

    @classmethod
    async def begun(cls, call: Call, supplier: Supplier | None = None) -> Record:
        """The order with a line of each kind, and two milestones, none of them done."""
        blanket = await make_order_row(call, supplier, order_type=OrderType.BLANKET)
        drawn = await make_line_row(blanket, 5000)
        order = await make_order_row(call, await blanket.supplier, blanket_order=blanket)
        lines = [
            await make_line_row(order, number=at, blanket_line=drawn, **{"unit_price": 1, **columns})
            for at, columns in enumerate(LINES)
        ]
        await make_milestone(lines[2], amount=Decimal("333.33"))
        await make_milestone(lines[2], percent=Decimal("66.67"))
        return cls(call, order, lines, await Milestone.filter(line_id=lines[2].id).order_by("id"))

    async def enter(self, step: tuple[Any, ...]) -> None:
        """One document, or what becomes of a line; then everything is derived anew."""
        name, *figures = step
        await getattr(self, f"_{name}")(*figures)
        orders = await progress.settle([invoice.id for invoice in self.invoices.values()])
        await progress.refresh({*orders, self.order.id})

    async def _bill(
        self,
        key: int,
        lines: list[Step],
        status: InvoiceStatus,
        charges: int,
        discounted: bool,  # noqa: FBT001 - drawn
    ) -> None:
        total = sum(cents for _, cents, *_ in lines)
        kind = InvoiceKind.INVOICE if total >= 0 else InvoiceKind.CREDIT_MEMO
        given: dict[str, Any] = {"kind": kind, "other_charges": Decimal(charges) / 100, "discount_amount": discounted}
        supplier = await self.order.supplier
        invoice = await make_invoice_row(self.call, supplier, Decimal(total) / 100, status=status, **given)
        self.invoices[key] = invoice
        for at, cents, quantity, word, reopens in lines:
            rejected = word is InvoiceLineStatus.REJECTED
            word_ = InvoiceLineStatus.REQUIRES_REVIEW if rejected else word
            part = await make_invoice_line(invoice, Decimal(cents) / 100, quantity, status=word_)
            if not rejected:  # stands for a line that nobody has placed yet
                await make_allocation(self.lines[at], part, reopens=reopens)

    async def _receive(self, at: int, quantity: int) -> None:
        await make_receipt(self.call, self.lines[at], quantity, rejected=1)

    async def _return(self, at: int, quantity: int) -> None:
        await make_receipt(self.call, self.lines[at], quantity, ReceiptKind.RETURN)

    async def _complete(self, at: int) -> None:
        await Milestone.filter(id=self.milestones[at].id).update(status=MilestoneStatus.CLOSED_COMPLETE)

    async def _pay(self, at: int, cents: int) -> None:
        if at in self.invoices:
            await make_payment(self.call, self.invoices[at], Decimal(cents) / 100)

    async def _close_line(self, at: int) -> None:
        await PurchaseOrderLine.filter(id=self.lines[at].id).update(closed_at=self.call.now)

    async def _cancel_line(self, at: int) -> None:
        await PurchaseOrderLine.filter(id=self.lines[at].id).update(canceled_at=self.call.now)

    async def _close(self) -> None:
        await PurchaseOrder.filter(id=self.order.id).update(closed_at=self.call.now)

    async def figures(self) -> list[dict[str, Any]]:
        """Every derived figure of the blanket order, the order, and its lines."""
        keys = [self.order.blanket_order_id, self.order.id]
        orders = await PurchaseOrder.filter(id__in=keys).order_by("id").values(*ORDER_FIGURES)
        lines = await PurchaseOrderLine.filter(purchase_order_id__in=keys).order_by("id").values(*LINE_FIGURES)
        return [*orders, *lines]


def billed(invoices: list[Step]) -> list[Step]:
    """The invoices as documents, each with a number by which payments know it."""
    return [("bill", at, *invoice) for at, invoice in enumerate(invoices)]


def entered_otherwise(invoices: list[Step], steps: list[Step], chance: random.Random) -> list[Step]:
    """The same documents in another order; a payment comes after its invoice in any case."""
    documents = [*billed(invoices), *steps]
    place = {id(step): chance.random() for step in documents}
    of_invoice = {step[1]: place[id(step)] for step in documents if step[0] == "bill"}
    for step in steps:
        if step[0] == "pay":
            place[id(step)] = max(place[id(step)], of_invoice.get(step[1], 0))
    return sorted(documents, key=lambda step: (place[id(step)], step[0] == "pay"))


@given(invoices=INVOICES, steps=STEPS, seed=st.integers(0, 10**6))
@settings(
    max_examples=10, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_the_same_documents_in_any_order_give_the_same_figures(
    db: str, invoices: list[Step], steps: list[Step], seed: int
):
    await empty_every_table()
    call = await make_call()
    plain, other = await Record.begun(call), await Record.begun(call)

    for step in [*billed(invoices), *steps]:
        await plain.enter(step)
    for step in entered_otherwise(invoices, steps, random.Random(seed)):  # noqa: S311 - not for secrets
        await other.enter(step)

    assert await plain.figures() == await other.figures()
    assert await differing() == []


async def test_histories_reach_every_figure(db: str):
    """The documents that are drawn above can move every derived column: none is compared in vain."""
    call = await make_call()
    record = await Record.begun(call)
    untouched = await record.figures()
    confirmed, approved = InvoiceLineStatus.CONFIRMED, InvoiceLineStatus.APPROVED
    await record.enter(("bill", 0, [(0, 60_000, 5, confirmed, True)], InvoiceStatus.CONFIRMED, 500, True))
    await record.enter(("bill", 1, [(3, 9_000, None, approved, True)], InvoiceStatus.APPROVED, 0, False))
    await record.enter(("receive", 0, 4))
    await record.enter(("return", 0, 1))
    await record.enter(("pay", 0, 10_000))
    moved = await record.figures()

    constant = {
        name
        for name in {*ORDER_FIGURES, *LINE_FIGURES}
        if all(before.get(name) == after.get(name) for before, after in zip(untouched, moved, strict=True))
    }
    assert constant <= {"discount_amount", "forecast_runs_out_on"}
    assert await Allocation.all().count() == await InvoiceLine.all().count() == 2
