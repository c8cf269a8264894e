"""Approvals over the API: rules, plans, the inbox, decisions; and the whole way as an external workflow goes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from models.organization import Organization, User
from models.statuses.people import Role
from resolvers.ids import id_of
from tests.graph.purchasing import ERRORS, do, for_2025
from tests.ordering import everything

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.graph.conftest import Client

PLAN = """id status document explanation issueWhenApproved amount { amount currency } requester { id }
  purchaseOrder { number status } invoice { id }
  steps { nodes { id number sequence name quorum status escalatesOn escalated reason rule { number }
    approvals { nodes { id state reason approver { id name } delegatedBy { name } } } } }"""
INBOX = """query ($w: ApprovalWhere) { approvals(where: $w) { totalCount nodes { id state approver { id }
  step { id name status plan { id purchaseOrder { id number status version totalAmount { amount currency }
    supplier { name } requisition { number }
    lines { nodes { number description amount { amount } status } } } } } } } }"""
REFUSED = """userErrors { code message path ... on AlreadyDecided { state decidedBy decidedAt }
  ... on NotAsked { step approvers } ... on ApprovalRequired { rules remedy } ... on OwnRequest { setting } }"""
OPEN = {"mine": {"eq": True}, "open": {"eq": True}}


def deciding(name: str = "approvalDecide", fields: str = PLAN) -> str:
    kind = f"{name[0].upper()}{name[1:]}Input"
    return f"""mutation ($input: {kind}!) {{ answer: {name}(input: $input) {{
      approvalPlan {{ {fields} }} events {{ kind reason }} {REFUSED} }} }}"""


async def decide(client: Client, name: str = "approvalDecide", **given: Any) -> Any:
    """The plan of an answer that refuses nothing, and its events."""
    answer = (await client.ask(deciding(name), input=given))["answer"]
    assert answer["userErrors"] == []
    return answer


async def refuse(client: Client, name: str = "approvalDecide", **given: Any) -> Any:
    """The refusals of an answer that has left no trace."""
    before = await everything()
    answer = (await client.ask(deciding(name), input=given))["answer"]
    assert await everything() == before
    assert (answer["approvalPlan"], answer["events"]) == (None, [])
    return answer["userErrors"]


async def rule(client: Client, *approvers: Client, **given: Any) -> Any:
    fields = """id number name document currency amountFrom amountTo orderType sequence quorum byBusinessOwner isActive
      escalateAfterDays editVersion costCenter { id } supplier { id }
      approvers { nodes { id } } groups { nodes { id } }"""
    query = f"""mutation ($input: ApprovalRuleCreateInput!) {{ answer: approvalRuleCreate(input: $input) {{
      approvalRule {{ {fields} }} {ERRORS} }} }}"""
    terms = {
        "name": "Large orders",
        "document": "ORDER",
        "amountFrom": "1000",
        "approverIds": [id_of(User, each.user.id) for each in approvers],
        **given,
    }
    answer = (await client.ask(query, input=terms))["answer"]
    assert answer["userErrors"] == []
    return answer["approvalRule"]


async def draft(client: Client, **given: Any) -> Any:
    return await do(client, "purchaseOrderCreate", **await for_2025(client, **given))


async def change(client: Client, name: str, kind: str, fields: str = "number status", **given: Any) -> Any:
    """A mutation of the lifecycle."""
    query = f"""mutation ($input: {kind}!) {{ answer: {name}(input: $input) {{
      purchaseOrder {{ {fields} }} events {{ kind reason }} {ERRORS} }} }}"""
    answer = (await client.ask(query, input=given))["answer"]
    assert answer["userErrors"] == []
    return answer


async def submit(client: Client, order: Any, **given: Any) -> Any:
    fields = f"number status submittedAt approvedAt issuedAt approvalPlans {{ totalCount nodes {{ {PLAN} }} }}"
    answer = await change(
        client, "purchaseOrderSubmit", "PurchaseOrderSubmitInput", fields, number=order["number"], **given
    )
    return answer["purchaseOrder"]


async def inbox(client: Client, **where: Any) -> Any:
    return (await client.ask(INBOX, w=where or OPEN))["approvals"]["nodes"]


@pytest.fixture
async def organization(client: Client) -> Organization:
    return await Organization.get(id=client.user.organization_id)


@pytest.fixture
async def ann(client_for: Callable[..., Any], organization: Organization) -> Client:
    """An approver with a token."""
    return await client_for(organization, Role.APPROVER)


async def test_a_rule_reads_as_it_was_made_and_changed(client: Client, ann: Client):
    made = await rule(client, ann, currency="USD", amountTo="9999.5", quorum="ALL", escalateAfterDays=3)

    assert {name: value for name, value in made.items() if name != "id"} == {
        "number": 1,
        "name": "Large orders",
        "document": "ORDER",
        "currency": "USD",
        "amountFrom": "1000",
        "amountTo": "9999.5",
        "orderType": None,
        "sequence": 1,
        "quorum": "ALL",
        "byBusinessOwner": False,
        "isActive": True,
        "escalateAfterDays": 3,
        "editVersion": 1,
        "costCenter": None,
        "supplier": None,
        "approvers": {"nodes": [{"id": id_of(User, ann.user.id)}]},
        "groups": {"nodes": []},
    }
    query = f"""mutation ($input: ApprovalRuleUpdateInput!) {{ answer: approvalRuleUpdate(input: $input) {{
      approvalRule {{ amountTo isActive editVersion }} {ERRORS} }} }}"""
    changed = {"id": made["id"], "amountTo": None, "isActive": False, "expectedVersion": 1}
    answer = (await client.ask(query, input=changed))["answer"]
    assert answer == {"approvalRule": {"amountTo": None, "isActive": False, "editVersion": 2}, "userErrors": []}
    answer = (await client.ask(query, input=changed))["answer"]
    assert [each["code"] for each in answer["userErrors"]] == ["VERSION_CONFLICT"]
    listed = "{ approvalRules(where: {isActive: {eq: false}}) { nodes { name } } }"
    assert (await client.ask(listed))["approvalRules"]["nodes"] == [{"name": "Large orders"}]
    answer = (await ann.ask(query, input=changed))["answer"]
    assert [each["code"] for each in answer["userErrors"]] == ["NOT_PERMITTED"]


async def test_a_plan_is_previewed_then_asked_for_and_stands_on_the_order(client: Client, ann: Client):
    await rule(client, ann)
    order = await draft(client)

    query = """query ($id: ID!) { approvalPlanPreview(purchaseOrderId: $id) { status amount { amount } explanation
      steps { number sequence name quorum rule { number } approvers { id } escalateAfterDays }
      reasons { code message } } }"""
    preview = (await client.ask(query, id=order["id"]))["approvalPlanPreview"]
    assert preview == {
        "status": "OPEN",
        "amount": {"amount": "10000.00"},
        "explanation": "1 step: rule 1 (Large orders).",
        "steps": [
            {
                "number": 1,
                "sequence": 1,
                "name": "Large orders",
                "quorum": "ANY",
                "rule": {"number": 1},
                "approvers": [{"id": id_of(User, ann.user.id)}],
                "escalateAfterDays": None,
            }
        ],
        "reasons": [],
    }
    assert (await client.ask(query, id="po_1"))["approvalPlanPreview"] is None

    waiting = await submit(client, order)
    assert (waiting["status"], waiting["approvedAt"], waiting["issuedAt"]) == ("PENDING_APPROVAL", None, None)
    [plan] = waiting["approvalPlans"]["nodes"]
    assert (plan["status"], plan["document"], plan["issueWhenApproved"]) == ("OPEN", "ORDER", True)
    assert (await client.ask("query ($id: ID!) { node(id: $id) { __typename } }", id=plan["id"]))["node"] == {
        "__typename": "ApprovalPlan"
    }
    assert [(each["status"], each["escalated"]) for each in plan["steps"]["nodes"]] == [("REQUESTED", False)]
    [reason] = (await client.ask(query, id=order["id"]))["approvalPlanPreview"]["reasons"]
    assert reason["code"] == "WRONG_STATUS"


async def test_an_inbox_holds_what_waits_for_the_caller_in_a_step_that_is_asked(
    client: Client, ann: Client, client_for: Callable[..., Any], organization: Organization
):
    bob = await client_for(organization, Role.APPROVER)
    await rule(client, ann)
    await rule(client, bob, sequence=2)
    await submit(client, order := await draft(client))

    [approval] = await inbox(ann)
    assert approval["step"]["plan"]["purchaseOrder"]["number"] == order["number"]
    assert await inbox(bob) == []
    assert await inbox(client) == []
    assert len(await inbox(bob, mine={"eq": True})) == 1
    assert len(await inbox(bob, open={"eq": True})) == 1
    assert len(await inbox(bob, mine={"eq": False})) == 1
    assert len(await inbox(bob, open={"eq": False})) == 1
    assert len(await inbox(bob, state={"eq": "WAITING"})) == 2

    await decide(ann, id=approval["id"], decision="APPROVE")
    assert await inbox(ann) == []
    assert len(await inbox(bob)) == 1


async def test_every_refusal_of_a_decision_tells_its_figures(
    client: Client, ann: Client, client_for: Callable[..., Any], organization: Organization
):
    bob = await client_for(organization, Role.APPROVER)
    await rule(client, ann)
    await submit(client, await draft(client))
    [approval] = await inbox(ann)
    step = approval["step"]["id"]

    [found] = await refuse(bob, id=step, decision="APPROVE")
    assert (found["code"], found["approvers"]) == ("NOT_ASKED", [ann.user.name])
    [found] = await refuse(ann, id=step, decision="REJECT")
    assert (found["code"], found["path"]) == ("INVALID_VALUE", ["reason"])
    [found] = await refuse(ann, "approvalSkip", id=step, reason="Gone")
    assert found["code"] == "NOT_PERMITTED"
    [found] = await refuse(client, "approvalSkip", id=step, reason="Gone")
    assert (found["code"], found["setting"]) == ("OWN_REQUEST", "requesterMayApprove")
    [found] = await refuse(ann, "approvalDelegate", id=step, toUserId=id_of(User, client.user.id))
    assert (found["code"], found["path"]) == ("INVALID_VALUE", ["toUserId"])

    await decide(ann, "approvalDelegate", id=step, toUserId=id_of(User, bob.user.id), reason="On leave")
    answer = await decide(bob, id=step, decision="REJECT", reason="Too dear")
    assert [event["kind"] for event in answer["events"]] == ["approval_rejected", "purchase_order_rejected"]
    assert answer["approvalPlan"]["purchaseOrder"]["status"] == "REJECTED"
    approvals = answer["approvalPlan"]["steps"]["nodes"][0]["approvals"]["nodes"]
    assert [(each["state"], each["reason"], each["delegatedBy"]) for each in approvals] == [
        ("DELEGATED", "On leave", None),
        ("REJECTED", "Too dear", {"name": ann.user.name}),
    ]
    [found] = await refuse(bob, id=step, decision="APPROVE")
    assert (found["code"], found["state"], found["decidedBy"]) == ("ALREADY_DECIDED", "REJECTED", bob.user.name)
    assert found["decidedAt"].endswith("Z")


async def test_an_administrator_skips_a_step_that_somebody_else_asked_for(
    client: Client, ann: Client, client_for: Callable[..., Any], organization: Organization
):
    buyer = await client_for(organization, Role.BUYER)
    await rule(client, ann)
    await submit(buyer, await draft(client))
    [approval] = await inbox(ann)

    answer = await decide(client, "approvalSkip", id=approval["step"]["id"], reason="Ann has left")

    [step] = answer["approvalPlan"]["steps"]["nodes"]
    assert (step["status"], step["reason"]) == ("SKIPPED", "Ann has left")
    assert answer["approvalPlan"]["purchaseOrder"]["status"] == "ORDERED"


async def test_what_may_be_done_tells_what_needs_an_approval(client: Client, ann: Client):
    await rule(client, ann)
    order = await draft(client)
    query = """query ($id: ID!) { purchaseOrder(id: $id) { availableActions { action allowed reasons { code
      ... on ApprovalRequired { rules remedy } } } } }"""

    async def told(action: str) -> Any:
        found = (await client.ask(query, id=order["id"]))["purchaseOrder"]["availableActions"]
        return next(each for each in found if each["action"] == action)

    assert (await told("SUBMIT"))["allowed"]
    remedy = "submit the order for approval"
    required = {"code": "APPROVAL_REQUIRED", "rules": [1], "remedy": remedy}
    assert await told("ISSUE") == {"action": "ISSUE", "allowed": False, "reasons": [required]}
    query_issue = f"""mutation ($input: PurchaseOrderChangeInput!) {{ answer: purchaseOrderIssue(input: $input) {{
      {REFUSED} }} }}"""
    [found] = (await client.ask(query_issue, input={"id": order["id"]}))["answer"]["userErrors"]
    assert {name: found[name] for name in required} == required


async def test_the_ways_an_order_ends_and_comes_back(client: Client):
    lines = [{"unitPrice": "100"}, {"unitPrice": "200"}, {"unitPrice": "300"}]
    order = await draft(client, lines=lines, issue=True)
    query = "query ($id: ID!) { purchaseOrder(id: $id) { lines { nodes { id } } } }"
    found = await client.ask(query, id=order["id"])
    first, second, _ = (each["id"] for each in found["purchaseOrder"]["lines"]["nodes"])
    fields = "status totalAmount { amount } closeReason lines { nodes { status cancelReason closeReason } }"

    async def ended(name: str, kind: str, **given: Any) -> Any:
        done = (await change(client, name, kind, fields, **given))["purchaseOrder"]
        return done["status"], done["totalAmount"]["amount"], [each["status"] for each in done["lines"]["nodes"]]

    end, meant = "PurchaseOrderLineEndInput", {"number": order["number"]}
    assert await ended("purchaseOrderLineClose", end, lineId=first, reason="Over") == (
        "ORDERED",
        "500.00",
        ["CLOSED_RELEASED", "ORDERED", "ORDERED"],
    )
    assert await ended("purchaseOrderLineReopen", "LineChangeInput", lineId=first) == (
        "ORDERED",
        "600.00",
        ["ORDERED"] * 3,
    )
    assert await ended("purchaseOrderLineCancel", end, lineId=second, reason="Over") == (
        "ORDERED",
        "400.00",
        ["ORDERED", "CLOSED_CANCELED", "ORDERED"],
    )
    await do(client, "purchaseOrderClose", **meant)
    assert (await ended("purchaseOrderReopen", "PurchaseOrderChangeInput", **meant))[0] == "ORDERED"
    assert await ended("purchaseOrderCancel", "PurchaseOrderCancelInput", reason="Over", **meant) == (
        "CLOSED_CANCELED",
        "0.00",
        ["CLOSED_CANCELED"] * 3,
    )


async def test_suppliers_confirm_where_the_settings_say_so(client: Client):
    query = f"""mutation ($input: SettingsUpdateInput!) {{ answer: settingsUpdate(input: $input) {{
      organization {{ requesterMayApprove supplierConfirmation revisionLimitPercent }} {ERRORS} }} }}"""
    settings = {"requesterMayApprove": True, "supplierConfirmation": True, "revisionLimitPercent": "10"}
    assert (await client.ask(query, input=settings))["answer"]["organization"] == settings
    [found] = (await client.ask(query, input={"supplierConfirmation": None}))["answer"]["userErrors"]
    assert found["path"] == ["supplierConfirmation"]

    order = await draft(client, issue=True)
    assert order["status"] == "PENDING_SUPPLIER_CONFIRMATION"
    kind, fields = "PurchaseOrderChangeInput", "status supplierConfirmationRequired supplierConfirmedAt"
    answer = await change(client, "purchaseOrderConfirm", kind, fields, number=order["number"])
    confirmed = answer["purchaseOrder"]
    assert (confirmed["status"], confirmed["supplierConfirmationRequired"]) == ("ORDERED", True)
    assert confirmed["supplierConfirmedAt"] is not None


async def test_an_external_workflow_with_nothing_but_a_token_approves_an_order_once(client: Client):
    """What a workflow elsewhere does: it looks for open steps, reads what they are about, decides, and tries again."""
    made = (
        """mutation ($input: UserCreateInput!) { userCreate(input: $input) { user { id } userErrors { message } } }"""
    )
    person = {"name": "Workflow", "email": "workflow@example.com", "roles": ["APPROVER"]}
    workflow_id = (await client.ask(made, input=person))["userCreate"]["user"]["id"]
    keyed = "mutation ($input: ApiTokenCreateInput!) { apiTokenCreate(input: $input) { token userErrors { code } } }"
    key = (await client.ask(keyed, input={"name": "Workflow", "userId": workflow_id}))["apiTokenCreate"]["token"]
    workflow = type(client)(client.http, client.user, key)
    terms = {"name": "Large orders", "document": "ORDER", "amountFrom": "1000", "approverIds": [workflow_id]}
    ruled = "mutation ($input: ApprovalRuleCreateInput!) { approvalRuleCreate(input: $input) { userErrors { code } } }"
    assert (await client.ask(ruled, input=terms))["approvalRuleCreate"]["userErrors"] == []
    order = await draft(client, lines=[{"description": "Servers", "unitPrice": "2500", "quantity": "2"}])
    await submit(client, order)

    [waiting] = await inbox(workflow)
    found = waiting["step"]["plan"]["purchaseOrder"]
    assert found == {
        "id": order["id"],
        "number": order["number"],
        "status": "PENDING_APPROVAL",
        "version": 1,
        "totalAmount": {"amount": "5000.00", "currency": "USD"},
        "supplier": {"name": "Cloud Provider"},
        "requisition": None,
        "lines": {
            "nodes": [
                {
                    "number": 1,
                    "description": "Servers",
                    "amount": {"amount": "5000.00"},
                    "status": "PENDING_APPROVAL",
                }
            ]
        },
    }
    decision = {
        "id": waiting["step"]["id"],
        "decision": "APPROVE",
        "reason": "Within budget",
        "idempotencyKey": "workflow-1",
    }
    first = await workflow.post(deciding(), input=decision)
    second = await workflow.post(deciding(), input=decision)
    assert second.content == first.content
    assert [event["kind"] for event in first.json()["data"]["answer"]["events"]] == [
        "approval_approved",
        "purchase_order_approved",
        "purchase_order_issued",
    ]
    without_key = await decide(workflow, id=waiting["id"], decision="APPROVE")
    assert without_key["events"] == []

    query = """query ($id: ID!) { purchaseOrder(id: $id) { status matchingStatus
      events(where: {kind: {eq: "purchase_order_issued"}}) { totalCount nodes { actor { name } } } } }"""
    issued = (await workflow.ask(query, id=order["id"]))["purchaseOrder"]
    assert issued == {
        "status": "ORDERED",
        "matchingStatus": "ACTIVE",
        "events": {"totalCount": 1, "nodes": [{"actor": {"name": "Workflow"}}]},
    }
    assert await inbox(workflow) == []
