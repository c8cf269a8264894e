"""Tasks, comments, attachments, groups and permissions over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from models.organization import CostCenter, Organization, User
from models.statuses.people import Role
from resolvers.ids import id_of
from tests.factories import make_cost_center, make_user
from tests.graph.purchasing import make

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.graph.conftest import Client

ERRORS: Final = "userErrors { __typename path message }"


async def run(client: Client, name: str, answer: str, /, **given: Any) -> Any:
    """The answer of a mutation, whose input type has its name."""
    kind = f"{name[0].upper()}{name[1:]}Input"
    query = f"mutation ($input: {kind}!) {{ answer: {name}(input: $input) {{ {answer} {ERRORS} }} }}"
    return (await client.ask(query, input=given))["answer"]


async def test_a_task_is_found_by_the_one_who_has_to_do_it(client: Client):
    order = await make(client)
    me = id_of(User, client.user.id)
    colleague = await make_user(await Organization.get(id=client.user.organization_id))
    given: dict[str, Any] = {"purchaseOrderId": order["id"], "dueDate": "2025-03-31"}
    mine = await run(client, "taskCreate", "task { id state editVersion }", title="Mine", assigneeId=me, **given)
    await run(client, "taskCreate", "task { id }", title="Theirs", assigneeId=id_of(User, colleague.id), **given)
    await run(client, "taskCreate", "task { id }", title="Nobody's", purchaseOrderId=order["id"])

    task = mine["task"]
    done = await run(client, "taskUpdate", "task { state closedAt }", id=task["id"], state="DONE", expectedVersion=1)
    answer = await client.ask(
        """query ($order: ID!, $me: ID!) {
          mine: tasks(where: {mine: {eq: true}}) { nodes { title assignee { name } } totalCount }
          others: tasks(where: {mine: {eq: false}}, orderBy: [{field: CREATED_AT}]) { nodes { title } }
          open: tasks(where: {state: {eq: OPEN}, dueDate: {lte: "2025-04-01"}}) { nodes { title } }
          byAssignee: tasks(where: {assigneeId: {eq: $me}}) { nodes { title } }
          viewer { tasks { nodes { title } } }
          purchaseOrder(id: $order) { tasks { nodes { title purchaseOrder { id } createdBy { id } } } }
        }""",
        order=order["id"],
        me=me,
    )

    assert (task["state"], task["editVersion"], done["task"]["state"]) == ("OPEN", 1, "DONE")
    assert done["task"]["closedAt"] is not None
    assert answer["mine"] == {"nodes": [{"title": "Mine", "assignee": {"name": client.user.name}}], "totalCount": 1}
    assert [each["title"] for each in answer["others"]["nodes"]] == ["Theirs", "Nobody's"]
    assert answer["open"]["nodes"] == [{"title": "Theirs"}]
    assert answer["byAssignee"]["nodes"] == answer["viewer"]["tasks"]["nodes"] == [{"title": "Mine"}]
    there = answer["purchaseOrder"]["tasks"]["nodes"]
    assert [each["title"] for each in there] == ["Mine", "Theirs", "Nobody's"]
    assert there[0]["purchaseOrder"]["id"] == order["id"]


async def test_comments_and_files_are_read_where_they_belong(client: Client):
    order = await make(client)
    about = {"documentId": order["id"]}
    file = {"name": "Offer.pdf", "mediaType": "application/pdf", "sha256": "ab" * 32, "url": "https://example.com/7"}
    said = await run(client, "commentAdd", "comment { text author { name } } events { kind }", text="Hm.", **about)
    noted = await run(client, "attachmentAdd", "attachment { id size }", size=7, **file, **about)
    refused = await run(client, "attachmentAdd", "attachment { id } events { kind }", **about, **file, size=-1)
    read = (
        "query ($id: ID!) { purchaseOrder(id: $id) { comments { nodes { text } } attachments { nodes { name url } } } }"
    )
    before = (await client.ask(read, id=order["id"]))["purchaseOrder"]
    gone = await run(client, "attachmentRemove", "attachment { id } events { kind }", id=noted["attachment"]["id"])
    after = (await client.ask(read, id=order["id"]))["purchaseOrder"]

    assert said["comment"] == {"text": "Hm.", "author": {"name": client.user.name}}
    assert said["events"] == [{"kind": "comment_added"}]
    assert (refused["attachment"], refused["events"], refused["userErrors"][0]["path"]) == (None, [], ["size"])
    assert before == {
        "comments": {"nodes": [{"text": "Hm."}]},
        "attachments": {"nodes": [{"name": "Offer.pdf", "url": "https://example.com/7"}]},
    }
    assert (gone["attachment"], gone["events"]) == (None, [{"kind": "attachment_removed"}])
    assert after["attachments"] == {"nodes": []}


async def test_a_viewer_reads_and_writes_nothing(client: Client, client_for: Callable[..., Any]):
    order = await make(client)
    viewer = await client_for(await Organization.get(id=client.user.organization_id), Role.VIEWER)

    answer = await run(viewer, "commentAdd", "comment { text }", text="Hm.", documentId=order["id"])

    assert [error["__typename"] for error in answer["userErrors"]] == ["NotPermitted"]


async def test_groups_and_cost_centers_of_users(client: Client):
    organization = await Organization.get(id=client.user.organization_id)
    center = await make_cost_center(organization.id, number="4100")
    made = await run(
        client,
        "userCreate",
        "user { id costCenter { number } }",
        name="Ida",
        email="ida@example.com",
        roles=[],
        costCenterId=id_of(CostCenter, center.id),
    )
    ida, me = made["user"]["id"], id_of(User, client.user.id)
    fields = "userGroup { id name editVersion members { nodes { id } } } events { kind changes { to } }"
    group = await run(client, "userGroupCreate", fields, name="Buyers", memberIds=[ida])
    changed = await run(client, "userGroupUpdate", fields, id=group["userGroup"]["id"], memberIds=[ida, me])
    twice = await run(client, "userGroupUpdate", fields, id=group["userGroup"]["id"], memberIds=[me, me, "usr_999"])
    taken = await run(client, "userGroupCreate", fields, name="Buyers")
    moved = await run(client, "userUpdate", "user { costCenter { number } }", id=ida, costCenterId=None)
    nowhere = await run(client, "userUpdate", "user { id }", id=ida, costCenterId="cc_999")
    asked = await client.ask("{ viewer { groups { nodes { name } } } userGroups { nodes { name } totalCount } }")

    assert made["user"]["costCenter"] == {"number": "4100"}
    assert group["userGroup"]["members"]["nodes"] == [{"id": ida}]
    assert group["events"] == [{"kind": "user_group_created", "changes": [{"to": "Buyers"}, {"to": ida}]}]
    assert changed["userGroup"]["members"]["nodes"] == [{"id": me}, {"id": ida}]
    assert changed["userGroup"]["editVersion"] == 2
    assert [error["path"] for error in twice["userErrors"]] == [["memberIds", "2"], ["memberIds", "1"]]
    assert [error["__typename"] for error in taken["userErrors"]] == ["AlreadyTaken"]
    assert moved["user"]["costCenter"] is None
    assert nowhere["userErrors"][0]["path"] == ["costCenterId"]
    assert asked["viewer"]["groups"]["nodes"] == [{"name": "Buyers"}]
    assert asked["userGroups"] == {"nodes": [{"name": "Buyers"}], "totalCount": 1}


async def test_who_may_draw_on_a_blanket_order_is_granted_and_taken_back(client: Client):
    blanket = await make(client, orderType="BLANKET")
    standard = await make(client)
    center = await make_cost_center(client.user.organization_id, number="4100")
    me, place = id_of(User, client.user.id), id_of(CostCenter, center.id)
    read = """purchaseOrder { editVersion purchasingPermissions {
      nodes { id user { id } group { id } costCenter { number } purchaseOrder { id } requisition { id } } } }
      events { kind changes { field to } }"""

    granted = await run(client, "purchasingPermissionGrant", read, id=blanket["id"], userId=me)
    granted = await run(client, "purchasingPermissionGrant", read, id=blanket["id"], costCenterId=place)
    again = await run(client, "purchasingPermissionGrant", read, id=blanket["id"], costCenterId=place)
    elsewhere = await run(client, "purchasingPermissionGrant", read, id=standard["id"], userId=me)
    unclear = await run(client, "purchasingPermissionGrant", read, id=blanket["id"], userId=me, costCenterId=place)
    permissions = granted["purchaseOrder"]["purchasingPermissions"]["nodes"]
    key = permissions[0]["id"]
    asked = await client.ask("{ viewer { purchasingPermissions { nodes { id } } } }")
    revoked = await run(client, "purchasingPermissionRevoke", read, permissionId=key)
    gone = await run(client, "purchasingPermissionRevoke", read, permissionId=key)

    assert [(each["user"], each["costCenter"]) for each in permissions] == [
        ({"id": me}, None),
        (None, {"number": "4100"}),
    ]
    assert permissions[0]["purchaseOrder"] == {"id": blanket["id"]}
    assert {"field": "purchasingPermissions.costCenterId", "to": place} in granted["events"][0]["changes"]
    assert (again["events"], again["purchaseOrder"]["editVersion"]) == ([], granted["purchaseOrder"]["editVersion"])
    assert [(error["__typename"], error["path"]) for error in elsewhere["userErrors"]] == [
        ("NotApplicable", ["purchasingPermissions"])
    ]
    assert unclear["userErrors"][0]["path"] == ["userId"]
    assert asked["viewer"]["purchasingPermissions"]["nodes"] == [{"id": key}]
    assert [each["id"] for each in revoked["purchaseOrder"]["purchasingPermissions"]["nodes"]] == [permissions[1]["id"]]
    assert gone["userErrors"][0]["path"] == ["permissionId"]
