"""The demo company: whole, credible on any day, made once; and its token."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from models import database
from models.approval import Approval, ApprovalStep
from models.collaboration import PurchasingPermission, PurchasingTask
from models.event import Event
from models.invoice import Allocation, Invoice
from models.match import Match
from models.organization import ApiToken, Organization, User
from models.purchase_order import PurchaseOrder
from models.receiving import Milestone, Receipt
from models.requisition import PurchaseRequisition
from models.revision import PurchaseOrderVersion
from models.statuses.invoices import InvoiceCategory, MatchOutcome
from models.statuses.orders import MatchingStatus
from models.statuses.people import Role
from models.supplier import SellerEntity
from models.verification import Discrepancy
from resolvers import access
from resolvers.administration import tokens
from resolvers.demo import demo, demo_approvals, demo_blanket, demo_company, demo_invoices, demo_machines
from resolvers.demo.demo_company import DemoInvoice
from resolvers.errors import NotFound, Refusals
from resolvers.ids import id_of
from resolvers.importing import runner
from resolvers.invoicing import invoices
from resolvers.operation import Call
from tests.factories import actor_of, make_call, make_organization

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW: Final = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
SAMPLE: Final = Path(__file__).parents[3] / "shared" / "samples" / "aws" / "list-invoice-summaries.json"
SERVED: Final = {
    "1712345601": "AWS-USAGE",
    "1712345602": "AWS-USAGE",
    "1712345603": "AWS-SUBSCRIPTIONS",
    "EUINLU26-00417": "AWS-EMEA",
    "1712345604": "AWS-MARKETPLACE",
    "1712345605": "1234",
    "1712345606": "AWS-USAGE",
    "1712345607": "poc1",
}
SAMPLE_MONTHS: Final = (date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1))


async def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    tables = await database.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {
        row["tablename"]: await database.rows(f'SELECT t.*, xmin::text FROM "{row["tablename"]}" t ORDER BY 1')  # noqa: S608
        for row in tables
    }


async def orders_of(status: MatchingStatus, today: date) -> set[str]:
    """The numbers of the orders that have the matching status on the day, by the status' own definition. L4."""
    found = await PurchaseOrder.all()

    def status_of(order: PurchaseOrder) -> MatchingStatus:
        if order.issued_at is None:
            return MatchingStatus.NOT_ISSUED
        expired = order.expiration_date is not None and order.expiration_date < today
        if order.suspended_at is not None:
            return MatchingStatus.SUSPENDED_EXPIRED if expired else MatchingStatus.SUSPENDED
        if expired:
            return MatchingStatus.EXPIRED
        scheduled = order.effective_date is not None and today < order.effective_date
        return MatchingStatus.SCHEDULED if scheduled else MatchingStatus.ACTIVE

    return {order.number for order in found if status_of(order) is status}


async def served_by(category: InvoiceCategory, month: date, **fields: Any) -> str | None:
    """The number of the order that an invoice of Amazon Web Services, Inc. of the month goes to."""
    user = await User.get(email=demo_company.ACCOUNTANT)
    seller = await SellerEntity.get(name=fields.pop("seller", demo_company.AWS_INC))
    last_day = demo_company.next_month(month) - timedelta(days=1)
    written = await invoices.record(
        Call(actor_of(user), NOW),
        {
            "supplier_id": f"sup_{seller.supplier_id}",
            "seller_entity_id": id_of(SellerEntity, seller.id),
            "supplier_invoice_number": f"T-{month}-{category}",
            "kind": "INVOICE",
            "category": str(category),
            "currency": "USD",
            "total_amount": Decimal(100),
            "invoice_date": last_day,
            "billing_period_start": month,
            "billing_period_end": last_day,
            **fields,
        },
    )
    match = await Match.get(invoice_id=written.key, superseded_at=None).select_related("purchase_order")
    return match.purchase_order.number if match.purchase_order else None


# ------------------------------------------------------------------------------------------------------------ whole


async def test_the_company_draws_on_a_blanket_order(db: str):
    await demo.seed(NOW)

    blanket = await PurchaseOrder.get(number=demo_blanket.NUMBER)
    permissions = await PurchasingPermission.filter(purchase_order_id=blanket.id).order_by("id")
    tasks = await PurchasingTask.filter(purchase_order_id=blanket.id)
    drawn = await PurchaseOrder.filter(blanket_order_id=blanket.id).order_by("number").select_related("business_owner")
    assert (blanket.total_amount, blanket.released_amount) == (10_000, 4_000)
    assert [(order.number, order.total_amount, order.business_owner.email) for order in drawn] == [
        ("WORKSHOP-1", 2_400, demo_company.RECEIVER),
        ("WORKSHOP-2", 1_600, demo_company.RECEIVER),
    ]
    assert [each.group_id is None for each in permissions] == [False, True]
    assert [task.title for task in tasks] == [demo_blanket.TASK]


async def test_the_company_has_somebody_for_every_role(db: str):
    assert await demo.seed(NOW) is True

    users = await User.all()
    assert {role for user in users for role in user.roles} == {role.value for role in Role}
    assert all(user.email.endswith(".example") for user in users)


async def test_there_is_an_order_in_every_state(db: str):
    await demo.seed(NOW)

    states = {status: await orders_of(status, NOW.date()) for status in MatchingStatus}
    assert states[MatchingStatus.NOT_ISSUED] == {"PO0001001", "ESPRESSO"}
    assert states[MatchingStatus.SCHEDULED] == {"NORTHSTAR-NEXT"}
    assert states[MatchingStatus.SUSPENDED] == {"AWS-TRAINING"}
    assert states[MatchingStatus.EXPIRED] == {"AWS-2025"}
    assert {"AWS-ALL", "AWS-USAGE", "AWS-SUBSCRIPTIONS", "1234"} < states[MatchingStatus.ACTIVE]


async def test_balances_show_what_invoices_took_and_one_order_is_nearly_exhausted(db: str):
    await demo.seed(NOW)

    orders = {order.number: order for order in await PurchaseOrder.all()}
    # Six months of usage from 3,105.40 on, 148.25 more each month, and a credit of 150.00.
    assert orders["AWS-USAGE"].balance_current == Decimal("39293.85")
    assert (orders["OFFICE-HH"].balance_current, orders["OFFICE-HH"].balance_percent) == (Decimal(139), Decimal("5.79"))
    assert orders["1234"].balance_current is None


async def test_matches_explain_themselves_and_one_invoice_found_no_order(db: str):
    await demo.seed(NOW)

    matches = {match.invoice.supplier_invoice_number: match for match in await Match.all().select_related("invoice")}
    assert {number for number, match in matches.items() if match.outcome is not MatchOutcome.MATCHED} == {"NS-2026-10"}
    assert "NORTHSTAR-NEXT is valid from 2027-01-01" in matches["NS-2026-10"].reason
    training = await PurchaseOrder.get(id=matches["TR-2026-10"].purchase_order_id)
    assert training.number == "AWS-ALL", "the order for training is suspended"


async def test_goods_and_a_service_are_received_in_part(db: str):
    await demo.seed(NOW)

    orders = {order.number: order for order in await PurchaseOrder.all()}
    received = {
        number: (str(orders[number].status), orders[number].received_amount) for number in ("GRINDERS", "WEBSHOP")
    }
    assert received == {
        "GRINDERS": ("PARTIALLY_DELIVERED", Decimal(6 * 120 + 370)),
        "WEBSHOP": ("PARTIALLY_DELIVERED", Decimal(7200)),
    }
    assert {str(receipt.kind) for receipt in await Receipt.all()} == {"GOODS_RECEIPT", "SERVICES_RECEIPT", "RETURN"}
    assert [str(milestone.status) for milestone in await Milestone.all().order_by("number")] == [
        "CLOSED_COMPLETE",
        "PENDING_COMPLETION_DATE",
        "CONFIRMATION_REQUIRED",
    ]


async def test_what_was_received_is_billed_line_by_line_and_paid_in_part(db: str):
    await demo.seed(NOW)

    invoice = await Invoice.get(supplier_invoice_number=demo_invoices.NUMBER)
    held = await Allocation.filter(invoice_id=invoice.id, ended_at=None).order_by("id").prefetch_related("line")
    assert (invoice.status, invoice.total_amount, invoice.paid_amount) == ("PENDING_PAYMENT", 1125, 600)
    assert [(each.line.part_number, each.quantity, each.amount) for each in held] == [
        ("HM-40", 6, 720),
        ("HM-40-B", 20, 370),
    ]
    assert sum(each.charges_amount for each in held) == 35


async def test_the_rest_of_it_is_billed_too_early_and_too_high_and_the_buyer_is_to_look_at_that(db: str):
    await demo.seed(NOW)

    invoice = await Invoice.get(supplier_invoice_number=demo_invoices.TOO_MUCH)
    found = await Discrepancy.filter(invoice_id=invoice.id).order_by("id").select_related("assignee")
    assert invoice.status == "DISCREPANCIES_FOUND"
    assert {(str(each.kind), str(each.state), each.assignee.email if each.assignee else None) for each in found} == {
        ("UNIT_PRICE_VARIANCE", "OPEN", demo_company.BUYER),
        ("INSUFFICIENT_RECEIPTS", "OPEN", demo_company.BUYER),
    }


async def test_an_order_was_asked_for_ordered_and_ordered_anew_in_the_weeks_before(db: str):
    await demo.seed(NOW)

    order = await PurchaseOrder.get(number=demo_machines.NUMBER).select_related("requisition")
    assert (order.version, order.total_amount, order.issued_at) == (2, 1570, NOW - timedelta(days=20))
    assert order.requisition is not None
    assert order.requisition.status == "ORDERED"
    revised = NOW - timedelta(days=12)
    versions = await PurchaseOrderVersion.filter(purchase_order_id=order.id)
    assert [(each.version, each.total_amount) for each in versions] == [(1, 1330)]
    assert timedelta(0) <= versions[0].in_force_until - revised < timedelta(seconds=1)
    waiting = await PurchaseRequisition.exclude(id=order.requisition_id)
    assert [str(each.status) for each in waiting] == ["SUBMITTED"]


async def test_an_order_waits_for_two_approvers_one_after_the_other(db: str):
    await demo.seed(NOW)

    order = await PurchaseOrder.get(number=demo_approvals.NUMBER)
    steps = await ApprovalStep.filter(plan__purchase_order_id=order.id).order_by("number")
    asked = {each.step_id: each.approver.email for each in await Approval.all().select_related("approver")}
    assert order.status == "PENDING_APPROVAL"
    assert [(str(step.status), asked[step.id]) for step in steps] == [
        ("REQUESTED", demo_company.ADMIN),
        ("NOT_YET_REQUESTED", demo_company.APPROVER),
    ]


async def test_everything_is_in_the_history_by_the_people_who_did_it(db: str):
    await demo.seed(NOW)

    doers = {user.id: user.email for user in await User.all()}
    kinds = {event.kind: doers[event.actor_id or 0] for event in await Event.all()}
    assert kinds["purchase_order_created"] == kinds["supplier_created"] == demo_company.BUYER
    assert kinds["invoice_recorded"] == demo_company.ACCOUNTANT
    assert kinds["receipt_posted"] == kinds["return_posted"] == demo_company.RECEIVER
    assert kinds["user_created"] == demo_company.ADMIN


# -------------------------------------------------------------------------------------------------------- on any day


@pytest.mark.parametrize(
    "day",
    ["2024-02-29", "2025-12-31", "2026-01-01", "2026-03-31", "2026-04-30", "2026-12-31", "2027-01-01", "2030-07-15"],
)
async def test_invoices_of_early_2026_find_their_orders_on_whatever_day_the_company_is_made(db: str, day: str):
    now = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    await demo.seed(now)
    assert not await Invoice.filter(invoice_date__gt=now.date()).exists()
    assert await orders_of(MatchingStatus.EXPIRED, now.date()) != set()

    usage, subscription = InvoiceCategory.USAGE, InvoiceCategory.SUBSCRIPTION
    assert [await served_by(usage, month) for month in SAMPLE_MONTHS] == ["AWS-USAGE"] * 3
    assert await served_by(subscription, SAMPLE_MONTHS[1]) == "AWS-SUBSCRIPTIONS"
    european = {"seller": demo_company.AWS_EMEA, "supplier_invoice_number": "LU-1"}
    assert await served_by(usage, SAMPLE_MONTHS[1], **european) == "AWS-EMEA"
    assert await served_by(InvoiceCategory.MARKETPLACE, SAMPLE_MONTHS[2], purchase_order_number="1234") == "1234"


@pytest.mark.skipif(not SAMPLE.exists(), reason="the sample is not beside the project")
async def test_a_list_that_aws_prints_goes_to_the_orders_it_is_for(db: str):
    await demo.seed(NOW)
    user = await User.get(email=demo_company.ACCOUNTANT)
    call = Call(replace(actor_of(user), roles=frozenset({Role.ADMIN})), NOW)

    totals = await runner.import_file(call, [SAMPLE.read_bytes()], runner.Options(), told=lambda _totals, _rows: None)

    matches = await Match.filter(superseded_at=None).select_related("invoice", "purchase_order")
    served = {
        match.invoice.supplier_invoice_number: match.purchase_order.number for match in matches if match.purchase_order
    }
    assert (totals.recorded, totals.rejected) == (8, 0)
    assert {number: served.get(number) for number in SERVED} == SERVED
    usage = await PurchaseOrder.get(number="AWS-USAGE")
    assert usage.balance_current == Decimal("39293.85") - 2000 - 600 + 200


# -------------------------------------------------------------------------------------------------------------- once


async def test_a_second_time_changes_nothing(db: str):
    await demo.seed(NOW)
    before = await everything()

    assert await demo.seed(NOW + timedelta(days=40)) is False

    assert await everything() == before


async def test_of_two_at_once_one_makes_it(db: str):
    assert sorted(await asyncio.gather(demo.seed(NOW), demo.seed(NOW))) == [False, True]
    assert await Organization.all().count() == 1


async def test_it_is_made_whole_or_not_at_all(db: str, monkeypatch: pytest.MonkeyPatch):
    whole = demo_company.invoices

    def one_too_many(today: date) -> Iterator[DemoInvoice]:
        yield from whole(today)
        yield DemoInvoice(
            number="", seller=demo_company.AWS_INC, category=InvoiceCategory.USAGE, month=today, amount=Decimal(1)
        )

    monkeypatch.setattr(demo_company, "invoices", one_too_many)
    with pytest.raises(Refusals):
        await demo.seed(NOW)
    monkeypatch.undo()

    assert not await Organization.exists()
    assert not await Event.exists()
    assert await demo.seed(NOW) is True


async def test_it_touches_no_other_organization(db: str):
    other = await make_call(await make_organization())
    await tokens.create(other, name=demo.CALLED)

    await demo.seed(NOW)
    await demo.token(NOW)

    assert await User.filter(organization_id=other.organization_id).count() == 1
    assert await ApiToken.filter(organization_id=other.organization_id, revoked_at=None).count() == 1
    assert not await Allocation.filter(organization_id=other.organization_id).exists()


# ------------------------------------------------------------------------------------------------------------- token


async def test_the_token_is_an_administrators_and_ends_by_itself(db: str):
    await demo.seed(NOW)

    text = await demo.token(NOW)

    actor = await access.authenticate(text, NOW)
    admin = await User.get(email=demo_company.ADMIN)
    assert actor is not None
    assert (actor.user_id, actor.roles) == (admin.id, {Role.ADMIN})
    assert await access.authenticate(text, NOW + timedelta(days=7)) is None


async def test_the_next_start_ends_the_token_of_the_one_before(db: str):
    await demo.seed(NOW)
    first = await demo.token(NOW)
    assert await access.authenticate(first, NOW) is not None

    second = await demo.token(NOW + timedelta(seconds=1))

    assert await access.authenticate(first, NOW + timedelta(seconds=1)) is None
    assert await access.authenticate(second, NOW + timedelta(seconds=1)) is not None


async def test_without_the_company_there_is_no_token(db: str):
    await make_call(await make_organization())

    with pytest.raises(NotFound):
        await demo.token(NOW)

    assert not await ApiToken.exists()
