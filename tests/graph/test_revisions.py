"""Revisions, versions and what differs between them, as clients use them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from models.organization import Organization, User
from models.purchase_order import PurchaseOrderLine
from models.statuses.people import Role
from resolvers.ids import id_of
from tests.asking import ask
from tests.counting import counted
from tests.factories import make_call
from tests.ordering import a_line, first_line, make_order

if TYPE_CHECKING:
    from models.purchase_order import PurchaseOrder
    from resolvers.operation import Call

ANSWER = """revision { id number status editVersion totalBefore { amount } totalAfter { amount }
    amountToApprove { amount } changes { field value }
    lines { nodes { number cancels state changes { field value } amountBefore { amount } amountAfter { amount } } } }
  events { kind } userErrors { __typename code path message }"""
HISTORY = """query ($id: ID!) { purchaseOrder(id: $id) {
    version number openRevision { number } revisions { nodes { number status } }
    history { totalCount nodes { version totalAmount { amount } inForceFrom inForceUntil revision { number }
      order { version displayName totalAmount { amount } lines { nodes { number description amount { amount }
        purchaseOrder { version } } } } } }
    diff(from: 1) { fromVersion toVersion effect { amount currency } totalBefore { amount } totalAfter { amount }
      changes { field before after }
      lines { kind number amountBefore { amount } amountAfter { amount } effect { amount }
        changes { field before after } } }
    none: diff(from: 1, to: 7) { effect { amount } }
    same: diff(from: 1, to: 1) { effect { amount } changes { field } lines { number } } } }"""


async def do(call: Call, name: str, **given: Any) -> Any:
    """The answer of a mutation of revisions."""
    kind = {"revisionApply": "RevisionChange", "revisionDiscard": "RevisionChange"}.get(
        name, name[0].upper() + name[1:]
    )
    query = f"mutation ($input: {kind}Input!) {{ answer: {name}(input: $input) {{ {ANSWER} }} }}"
    return (await ask(call, query, input=given))["answer"]


async def history(call: Call, order: PurchaseOrder) -> Any:
    with counted() as statements:
        read = await ask(call, HISTORY, id=id_of(type(order), order.id))
    assert len(statements) == 1
    return read["purchaseOrder"]


async def test_an_order_that_was_never_revised_has_version_1_and_no_history(db: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line(100)])

    read = await history(call, order)

    assert (read["version"], read["openRevision"], read["revisions"]["nodes"]) == (1, None, [])
    assert read["history"] == {"totalCount": 0, "nodes": []}
    assert read["none"] is None
    assert read["same"] == {"effect": {"amount": "0.00"}, "changes": [], "lines": []}


async def test_an_applied_revision_is_in_the_history_with_the_order_as_it_was_and_what_differs(db: str):
    call = await make_call()
    order = await make_order(call, lines=[a_line(1000, description="Seats"), a_line(50)], display_name="Old")
    line, second = await PurchaseOrderLine.filter(purchase_order_id=order.id).order_by("number")
    order_id = id_of(type(order), order.id)

    started = await do(
        call,
        "revisionStart",
        id=order_id,
        reason="More people",
        header={"displayName": "New", "shipTo": {"city": "Oslo"}},
        lines=[
            {"lineId": id_of(PurchaseOrderLine, line.id), "quantity": "2"},
            {"lineId": id_of(PurchaseOrderLine, second.id), "cancel": True, "cancelReason": "Not needed"},
            {"unitPrice": "70.5", "description": "Desk"},
        ],
    )
    revision = started["revision"]
    assert (started["userErrors"], revision["status"]) == ([], "DRAFT")
    assert revision["changes"] == [{"field": "displayName", "value": "New"}, {"field": "shipTo.city", "value": "Oslo"}]
    assert [(each["cancels"], each["changes"]) for each in revision["lines"]["nodes"]] == [
        (False, [{"field": "quantity", "value": "2"}]),
        (True, [{"field": "reason", "value": "Not needed"}]),
        (False, [{"field": "description", "value": "Desk"}, {"field": "unitPrice", "value": "70.5"}]),
    ]
    assert (await history(call, order))["openRevision"] == {"number": 1}
    again = await do(call, "revisionStart", id=order_id)
    assert [error["code"] for error in again["userErrors"]] == ["OPEN_REVISION"]
    done = await do(call, "revisionSubmit", id=revision["id"], expectedVersion=revision["editVersion"])
    assert [event["kind"] for event in done["events"]][-1] == "revision_applied"

    read = await history(call, order)
    assert (read["version"], read["number"], read["openRevision"]) == (2, order.number, None)
    [version] = read["history"]["nodes"]
    assert (version["version"], version["totalAmount"], version["revision"]) == (
        1,
        {"amount": "1050.00"},
        {"number": 1},
    )
    assert version["order"] == {
        "version": 1,
        "displayName": "Old",
        "totalAmount": {"amount": "1050.00"},
        "lines": {
            "nodes": [
                {"number": 1, "description": "Seats", "amount": {"amount": "1000.00"}, "purchaseOrder": {"version": 1}},
                {"number": 2, "description": None, "amount": {"amount": "50.00"}, "purchaseOrder": {"version": 1}},
            ]
        },
    }
    diff = read["diff"]
    assert (diff["fromVersion"], diff["toVersion"], diff["effect"]) == (
        1,
        2,
        {"amount": "1020.50", "currency": "USD"},
    )
    assert diff["changes"] == [
        {"field": "displayName", "before": "Old", "after": "New"},
        {"field": "shipTo.city", "before": None, "after": "Oslo"},
    ]
    assert [(each["kind"], each["number"], each["effect"]["amount"]) for each in diff["lines"]] == [
        ("CHANGED", 1, "1000.00"),
        ("CANCELED", 2, "-50.00"),
        ("ADDED", 3, "70.50"),
    ]
    assert diff["lines"][0]["changes"] == [{"field": "quantity", "before": "1", "after": "2"}]


async def test_a_revision_is_approved_by_an_approver_alone_line_by_line(db: str):
    call = await make_call()
    organization = await Organization.get(id=call.organization_id)
    approver = await make_call(organization, Role.APPROVER)
    rule = """mutation ($input: ApprovalRuleCreateInput!) { answer: approvalRuleCreate(input: $input) {
        userErrors { message } } }"""
    users = [id_of(User, approver.actor.user_id)]
    await ask(call, rule, input={"number": 1, "name": "All", "document": "REVISION", "approverIds": users})
    order = await make_order(call, lines=[a_line(100)])
    line = id_of(PurchaseOrderLine, (await first_line(order)).id)
    started = await do(
        call, "revisionStart", id=id_of(type(order), order.id), lines=[{"lineId": line, "unitPrice": "200"}]
    )
    revision = started["revision"]["id"]
    waiting = await do(call, "revisionSubmit", id=revision)
    assert waiting["revision"]["status"] == "PENDING_APPROVAL"

    no = [{"number": 1, "decision": "REJECT"}]
    [error] = (await do(approver, "revisionDecide", id=revision, decision="APPROVE", lines=no))["userErrors"]
    assert error["path"] == ["lines", "0", "reason"]
    done = await do(
        approver, "revisionDecide", id=revision, decision="APPROVE", lines=[{**no[0], "reason": "Too dear"}]
    )

    assert done["revision"]["status"] == "REJECTED"
    assert (await first_line(order)).amount == Decimal(100)
