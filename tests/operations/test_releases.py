"""Releases on real rows: budgets reserved, exceeded, agreed to, freed; and who may draw on them."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mailers.causes import Cause
from models.approval import Approval, ApprovalPlan, ApprovalRule
from models.collaboration import PurchasingPermission
from models.notice import Notice
from models.organization import User, UserGroup, UserGroupMember
from models.purchase_order import PurchaseOrder, PurchaseOrderLine
from models.statuses.orders import PurchaseOrderStatus
from models.statuses.people import ApprovalDecision, ApprovalDocument, ApproverState, NoticeKind, Role
from resolvers.approving import approval_decisions, approval_previews
from resolvers.derived import recomputing
from resolvers.errors import NotApplicable, OutsideValidity, Refusals, WrongStatus
from resolvers.errors_approvals import Documented
from resolvers.errors_blanket import (
    BlanketExhausted,
    LineOver,
    NoPurchasingPermission,
    OutsideBlanketLine,
    OverBudget,
)
from resolvers.ids import id_of
from resolvers.operation import Meant
from resolvers.orders import purchase_order_endings as endings
from resolvers.orders import purchase_order_lifecycle as lifecycle
from resolvers.orders import purchase_order_states as states
from resolvers.orders import purchase_orders, releases
from resolvers.orders.facts_orders import standing_of
from resolvers.orders.purchase_order_lines import remove as remove_line
from resolvers.orders.purchase_order_lines import update as update_line
from resolvers.telling.dispatching import overtaken
from resolvers.telling.sweep import sweep
from tests.factories import make_call, make_cost_center, make_user
from tests.noticing import queued
from tests.ordering import a_line, asked, first_line, later, make_draft, make_order, paths, refused, the_line

if TYPE_CHECKING:
    from resolvers.operation import Call


async def make_blanket(call: Call, budget: int = 1000, **given: Any) -> PurchaseOrder:
    """A blanket order for 2025 with one line of that budget."""
    lines = [{"unit_price": Decimal(budget), "description": "Office supplies", "part_number": "P1"}]
    return await make_order(call, **{"order_type": "BLANKET", "lines": lines, **given})


async def draw(call: Call, blanket: PurchaseOrder, amount: int | str, **given: Any) -> PurchaseOrder:
    """A release of that amount."""
    line = {"blanket_line_number": 1, "unit_price": Decimal(amount)}
    written = await releases.create(call, asked(blanket), {"lines": [line], **given})
    return await PurchaseOrder.get(id=written.key)


async def figures(blanket: PurchaseOrder) -> tuple[Decimal | None, PurchaseOrderStatus]:
    found = await PurchaseOrder.get(id=blanket.id)
    return found.released_amount, found.status


async def colleague_of(call: Call, *roles: Role, **fields: Any) -> Call:
    user = await User.get(id=call.actor.user_id).select_related("organization")
    return await make_call(user.organization, user=await make_user(user.organization, *roles, **fields))


async def decide(call: Call, release: PurchaseOrder, decision: ApprovalDecision, reason: str | None = None) -> None:
    """The one who is asked about the excess of a release says so."""
    approval = await Approval.get(step__plan__purchase_order_id=release.id, state=ApproverState.WAITING)
    await approval_decisions.decide(call, Meant(id=id_of(Approval, approval.id), reason=reason), decision)


async def test_releases_add_up_and_the_last_one_completes_the_blanket_order(db: str):
    call = await make_call()
    blanket = await make_blanket(call)

    await draw(call, blanket, 300)
    second = await draw(call, blanket, 500)
    assert await figures(blanket) == (800, PurchaseOrderStatus.ORDERED)
    line = await first_line(blanket)
    assert (line.released_amount, second.status) == (800, PurchaseOrderStatus.ORDERED)

    await draw(call, blanket, 200)
    assert await figures(blanket) == (1000, PurchaseOrderStatus.CLOSED_COMPLETE)
    assert await refused(draw(call, blanket, "0.01")) == [BlanketExhausted(total=Decimal(1000), released=Decimal(1000))]


async def test_a_release_takes_over_what_it_does_not_say(db: str):
    call = await make_call()
    center = await make_cost_center(call.organization_id)
    blanket = await make_blanket(call, cost_center_id=f"cc_{center.id}", currency="EUR")

    release = await draw(call, blanket, 300, number="R-1", display_name="March")

    line = await first_line(release)
    blanket_line = await first_line(blanket)
    assert (release.number, release.display_name, release.order_type) == ("R-1", "March", "STANDARD")
    assert (release.blanket_order_id, release.supplier_id, release.currency) == (blanket.id, blanket.supplier_id, "EUR")
    assert (release.cost_center_id, release.business_owner_id) == (center.id, call.actor.user_id)
    assert (release.effective_date, release.expiration_date) == (call.today, date(2025, 12, 31))
    assert (line.blanket_line_id, line.description, line.part_number) == (blanket_line.id, "Office supplies", "P1")
    assert (line.start_date, line.end_date, line.amount) == (call.today, date(2025, 12, 31), 300)


async def test_the_rules_that_are_told_for_a_release_are_those_that_are_asked(db: str):
    """Of a release over the budget the excess is asked about, by rules for releases; of one within, all of it."""
    owner = await make_call()
    blanket = await make_blanket(owner)
    await draw(owner, blanket, 700)
    buyer = await colleague_of(owner, Role.BUYER)
    await permit(blanket, user_id=buyer.actor.user_id)
    common: dict[str, Any] = {"organization_id": owner.organization_id, "by_business_owner": True}
    for number, document, least in ((1, "ORDER", 0), (2, "RELEASE", 0), (3, "RELEASE", 101), (4, "ORDER", 101)):
        await ApprovalRule.create(
            number=number, name=f"Rule {number}", document=document, amount_from=Decimal(least), **common
        )

    async def turn_down(release: PurchaseOrder) -> None:
        waiting = Approval.filter(step__plan__purchase_order_id=release.id, step__status="REQUESTED")
        approval = await waiting.order_by("id").first()
        assert approval is not None
        meant = Meant(id=id_of(Approval, approval.id), reason="Not now")
        await approval_decisions.decide(owner, meant, ApprovalDecision.REJECT)

    for amount, document, told, asked_about in ((400, "RELEASE", (2,), 100), (200, "ORDER", (1, 4), 200)):
        release = await draw(buyer, blanket, amount)
        await turn_down(release)
        release = await PurchaseOrder.get(id=release.id)
        preview = await approval_previews.preview(buyer, id_of(PurchaseOrder, release.id))
        assert preview is not None
        assert (preview.amount, (await standing_of(release, buyer)).approval_rules) == (asked_about, told)

        await lifecycle.submit(buyer, asked(release))
        plan = await ApprovalPlan.filter(purchase_order_id=release.id).order_by("-id").first()
        assert plan is not None
        assert (plan.document, plan.amount, plan.explanation) == (document, asked_about, preview.explanation)
        await turn_down(release)


async def test_lines_of_a_blanket_order_release_together_what_it_releases(db: str):
    owner = await make_call()
    lines = [{"unit_price": Decimal(600)}, {"unit_price": Decimal(400)}]
    blanket = await make_blanket(owner, lines=lines)
    await draw(owner, blanket, 700)
    buyer = await colleague_of(owner, Role.BUYER)
    await permit(blanket, user_id=buyer.actor.user_id)

    async def released() -> list[Decimal]:
        rows = await PurchaseOrderLine.filter(purchase_order_id=blanket.id).order_by("number")
        found: list[str] = []
        await recomputing.check(lambda each: found.append(str(each)))
        assert found == []
        assert sum(row.released_amount for row in rows) == (await figures(blanket))[0]
        return [row.released_amount for row in rows]

    drawn = [
        {"blanket_line_number": 2, "unit_price": Decimal(200)},
        {"blanket_line_number": 1, "unit_price": Decimal(150)},
        {"blanket_line_number": 2, "unit_price": Decimal(50)},
    ]
    release = await draw(buyer, blanket, 0, lines=drawn)
    assert (release.status, release.excess_amount) == (PurchaseOrderStatus.PENDING_APPROVAL, 100)
    assert await released() == [800, 200]

    await decide(owner, release, ApprovalDecision.APPROVE)
    assert await released() == [850, 250]


async def test_what_is_over_the_budget_waits_for_the_excess_alone(db: str):
    owner = await make_call()
    blanket = await make_blanket(owner)
    await draw(owner, blanket, 800)
    buyer = await colleague_of(owner, Role.VIEWER)
    await permit(blanket, user_id=buyer.actor.user_id)

    release = await draw(buyer, blanket, 500)

    plan = await ApprovalPlan.get(purchase_order_id=release.id)
    approver = await Approval.get(step__plan_id=plan.id)
    assert (plan.document, plan.amount, approver.approver_id) == (
        ApprovalDocument.RELEASE,
        300,
        owner.actor.user_id,
    )
    assert (release.status, release.excess_amount) == (PurchaseOrderStatus.PENDING_APPROVAL, 300)
    assert await figures(blanket) == (1000, PurchaseOrderStatus.ORDERED)
    assert paths(await refused(draw(buyer, blanket, 1))) == [""]

    await decide(owner, release, ApprovalDecision.APPROVE)
    await release.refresh_from_db()
    assert (release.status, release.excess_amount) == (PurchaseOrderStatus.ORDERED, 0)
    assert await figures(blanket) == (1300, PurchaseOrderStatus.CLOSED_COMPLETE)


async def test_a_refused_excess_frees_what_was_reserved(db: str):
    owner = await make_call()
    blanket = await make_blanket(owner)
    buyer = await colleague_of(owner, Role.VIEWER)
    await permit(blanket, user_id=buyer.actor.user_id)
    release = await draw(buyer, blanket, 1500)
    assert await figures(blanket) == (1000, PurchaseOrderStatus.ORDERED)

    await decide(owner, release, ApprovalDecision.REJECT, "too much")

    await release.refresh_from_db()
    assert (release.status, release.excess_amount) == (PurchaseOrderStatus.REJECTED, 0)
    assert await figures(blanket) == (0, PurchaseOrderStatus.ORDERED)
    await draw(buyer, blanket, 1000)
    assert await figures(blanket) == (1000, PurchaseOrderStatus.CLOSED_COMPLETE)


async def permit(blanket: PurchaseOrder, **holder: Any) -> None:
    await PurchasingPermission.create(organization_id=blanket.organization_id, purchase_order_id=blanket.id, **holder)


async def test_users_groups_and_cost_centers_may_draw_where_they_are_permitted(db: str):
    owner = await make_call()
    blanket = await make_blanket(owner, 10_000)
    organization = blanket.organization_id
    center = await make_cost_center(organization)
    group = await UserGroup.create(organization_id=organization, name="Buyers")
    alone = await colleague_of(owner, Role.VIEWER)
    member = await colleague_of(owner, Role.RECEIVER)
    there = await colleague_of(owner, Role.VIEWER, cost_center_id=center.id)
    nobody = await colleague_of(owner)
    await UserGroupMember.create(organization_id=organization, group_id=group.id, user_id=member.actor.user_id)
    everybody = (alone, member, there, nobody)
    name = (await User.get(id=owner.actor.user_id)).name

    for call in everybody:
        assert await refused(draw(call, blanket, 1)) == [NoPurchasingPermission(owner=name)]
    await permit(blanket, user_id=alone.actor.user_id)
    await permit(blanket, group_id=group.id)
    await permit(blanket, cost_center_id=center.id)

    for call in (owner, alone, member, there):
        assert (await draw(call, blanket, 1)).status is PurchaseOrderStatus.ORDERED
    assert await refused(draw(nobody, blanket, 1)) == [NoPurchasingPermission(owner=name)]


async def test_only_a_blanket_order_in_force_can_be_drawn_on(db: str):
    call = await make_call()
    standard = await make_order(call, lines=[a_line()])
    draft = await make_draft(call, order_type="BLANKET", lines=[a_line()])
    suspended, closed, expired = [await make_blanket(call) for _ in range(3)]
    await states.suspend(call, asked(suspended))
    await states.close(call, asked(closed))

    assert await refused(draw(call, standard, 1)) == [NotApplicable(order_type="STANDARD")]
    for order in (draft, suspended, closed):
        assert [type(each) for each in await refused(draw(call, order, 1))] == [WrongStatus]
    assert [type(each) for each in await refused(draw(later(call, year=2026), expired, 1))] == [WrongStatus]


async def test_a_release_is_for_days_and_lines_of_its_blanket_order(db: str):
    call = await make_call()
    half = {"start_date": date(2025, 2, 1), "end_date": date(2025, 6, 30)}
    over = {"start_date": date(2025, 1, 1), "end_date": date(2025, 2, 28)}
    lines = [a_line(500), a_line(500, **half), a_line(500, **over)]
    blanket = await make_blanket(call, lines=lines)
    await PurchaseOrderLine.filter(purchase_order_id=blanket.id, number=1).update(
        status="CLOSED_CANCELED", canceled_at=call.now
    )

    async def drawn(*drawn_lines: dict[str, Any], **given: Any) -> list[Any]:
        return await refused(releases.create(call, asked(blanket), {"lines": list(drawn_lines), **given}))

    outside = {"blanket_line_number": 2, "start_date": date(2025, 1, 31), "end_date": date(2025, 7, 1)}
    bounds: dict[str, Any] = {"line": 2, "start_date": half["start_date"], "end_date": half["end_date"]}
    assert await drawn({"blanket_line_number": 1}, outside) == [
        LineOver(line=1, status="CLOSED_CANCELED", path=("lines", "0")),
        OutsideBlanketLine(date=date(2025, 1, 31), path=("lines", "1", "startDate"), **bounds),
        OutsideBlanketLine(date=date(2025, 7, 1), path=("lines", "1", "endDate"), **bounds),
    ]
    assert paths(await drawn({"blanket_line_number": 9}, {"blanket_line_id": "pol_0"}, {})) == [
        "lines.0.blanketLineNumber",
        "lines.1.blanketLineId",
        "lines.2.blanketLineId",
    ]
    # Line 3 ended on 28 February; today is 10 March.
    assert paths(await drawn({"blanket_line_number": 3})) == ["lines.0.startDate"]
    assert paths(await drawn()) == ["lines"]
    assert await drawn({"blanket_line_number": 2}, expiration_date=date(2026, 1, 1)) == [
        OutsideValidity(
            date=date(2026, 1, 1),
            effective_date=date(2025, 1, 1),
            expiration_date=date(2025, 12, 31),
            path=("expirationDate",),
        )
    ]
    good = {"blanket_line_number": 2, "unit_price": Decimal(10), **half}
    written = await releases.create(call, asked(blanket), {"lines": [good], "effective_date": date(2025, 2, 1)})
    assert (await PurchaseOrder.get(id=written.key)).total_amount == 10


async def test_what_is_drawn_cannot_be_taken_from_under_it(db: str):
    call = await make_call()
    blanket = await make_blanket(call)
    release = await draw(call, blanket, 800)

    less = update_line(call, await the_line(blanket), {"unit_price": Decimal("799.99")})
    more = update_line(call, await the_line(release), {"unit_price": Decimal("1000.01")})
    assert await refused(less) == [OverBudget(total=Decimal("799.99"), released=Decimal(800))]
    assert await refused(more) == [OverBudget(total=Decimal(1000), released=Decimal("1000.01"))]

    removed = await refused(remove_line(call, await the_line(blanket)))
    assert removed == [Documented(kinds=("releases",), path=("lineId",))]

    await update_line(call, await the_line(release), {"unit_price": Decimal(1000)})
    assert (await figures(blanket))[0] == 1000
    await update_line(call, await the_line(release), {"unit_price": Decimal(600)})
    await update_line(call, await the_line(blanket), {"unit_price": Decimal(600)})
    assert (await figures(blanket))[0] == 600


async def test_a_release_that_goes_away_frees_what_it_took(db: str):
    call = await make_call()
    blanket = await make_blanket(call)
    canceled, deleted = [await draw(call, blanket, 500) for _ in range(2)]
    assert await figures(blanket) == (1000, PurchaseOrderStatus.CLOSED_COMPLETE)

    await endings.cancel(call, asked(canceled, reason="not needed"))
    assert await figures(blanket) == (500, PurchaseOrderStatus.ORDERED)
    await purchase_orders.delete(call, asked(deleted))
    assert await figures(blanket) == (0, PurchaseOrderStatus.ORDERED)


async def test_of_two_releases_for_the_last_of_a_budget_one_gets_it(db: str):
    owner = await make_call()
    blanket = await make_blanket(owner)
    await draw(owner, blanket, 800)
    buyers = [await colleague_of(owner, Role.VIEWER) for _ in range(2)]
    for buyer in buyers:
        await permit(blanket, user_id=buyer.actor.user_id)

    drawn = await asyncio.gather(*(draw(buyer, blanket, 200) for buyer in buyers), return_exceptions=True)

    got = [each for each in drawn if isinstance(each, PurchaseOrder)]
    assert [(each.status, each.excess_amount) for each in got] == [(PurchaseOrderStatus.ORDERED, 0)]
    [late] = [each for each in drawn if isinstance(each, Refusals)]
    assert late.refusals == (BlanketExhausted(total=Decimal(1000), released=Decimal(1000)),)
    assert await figures(blanket) == (1000, PurchaseOrderStatus.CLOSED_COMPLETE)


async def test_the_business_owner_is_told_of_the_budget_once_a_crossing(db: str):
    call = await make_call()
    blanket = await make_blanket(call)
    me = (await User.get(id=call.actor.user_id)).email

    await draw(call, blanket, 799)
    assert await queued() == []
    release = await draw(call, blanket, 1)
    assert await queued() == [(NoticeKind.BLANKET_LOW, me)]
    await draw(call, blanket, 100)
    assert len(await queued()) == 1
    await endings.cancel(call, asked(release, reason="not needed"))
    await draw(call, blanket, 101)
    assert [kind for kind, _ in await queued()] == [NoticeKind.BLANKET_LOW, NoticeKind.BLANKET_EXHAUSTED]
    notice = await Notice.all().order_by("-id").first()
    assert notice is not None
    assert notice.cause["order"]["balance"] == {"limit": "1000.0000", "current": "0.0000", "currency": "USD"}


async def test_the_business_owner_is_told_when_the_blanket_order_is_closed(db: str):
    call = await make_call()
    blanket = await make_blanket(call, 1000)
    await draw(call, blanket, 300)

    await states.close(call, asked(blanket, reason="another supplier"))

    [notice] = await Notice.all()
    assert (notice.kind, notice.purchase_order_id) == (NoticeKind.BLANKET_CLOSED, blanket.id)
    assert notice.cause["reason"] == "another supplier"
    assert Decimal(notice.cause["order"]["balance"]["current"]) == 700


async def test_a_rejected_release_can_be_submitted_again(db: str):
    owner = await make_call()
    blanket = await make_blanket(owner)
    buyer = await colleague_of(owner, Role.BUYER)
    await permit(blanket, user_id=buyer.actor.user_id)
    release = await draw(buyer, blanket, 1500)
    await decide(owner, release, ApprovalDecision.REJECT, "too much")

    await update_line(buyer, await the_line(release), {"unit_price": Decimal(900)})
    await lifecycle.submit(buyer, asked(release))

    await release.refresh_from_db()
    assert (release.status, release.excess_amount) == (PurchaseOrderStatus.ORDERED, 0)
    assert await figures(blanket) == (900, PurchaseOrderStatus.ORDERED)


async def test_the_business_owner_is_told_once_a_week_before_the_end(db: str):
    call = await make_call()
    blanket = await make_blanket(call, effective_date=date(2025, 1, 1), expiration_date=date(2025, 12, 31))
    on_hold = await make_blanket(call)
    await states.suspend(call, asked(on_hold))
    await make_order(call, lines=[a_line()])
    day = call.now.replace(month=12, day=24)

    looks = [day - timedelta(days=1), day, day, day + timedelta(days=1)]
    assert [await sweep(look) for look in looks] == [0, 1, 0, 0]
    [notice] = await Notice.all()
    cause = Cause.read(notice.cause)
    assert (notice.kind, notice.purchase_order_id, cause.planned_for) == (
        NoticeKind.BLANKET_EXPIRING,
        blanket.id,
        day.date(),
    )
    row = await still_true(notice)
    assert overtaken(row, cause) is None
    await states.extend(later(call, month=12, day=26), asked(blanket), date(2026, 1, 5))
    assert overtaken(await still_true(notice), cause) == "the expiration date was changed"

    assert await sweep(day.replace(day=29)) == 1
    assert [kind for kind, _ in await queued()] == [NoticeKind.BLANKET_EXPIRING] * 2


async def still_true(notice: Notice) -> dict[str, Any]:
    """What the dispatcher looks at before it sends."""
    order = await PurchaseOrder.get(id=notice.purchase_order_id)
    return {
        "kind": str(notice.kind),
        "contact_id": None,
        "muted_notices": None,
        "status": str(order.status),
        "issued_at": order.issued_at,
        "suspended_at": order.suspended_at,
        "expiration_date": order.expiration_date,
    }
