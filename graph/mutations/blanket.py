"""Blanket orders: who may draw on them; and groups of users, who may do so together."""

from typing import Any, ClassVar

import strawberry

from graph.context import Info
from graph.mutations.purchase_order import asked, change, fields
from graph.payloads import Payload, mutation
from graph.types.mutation_input import ChangeInput, MutationInput, given
from graph.types.organization import UserGroup
from graph.types.purchase_order_inputs import PurchaseOrderChangeInput
from models import organization as rows
from models.statuses import PurchaseOrderAction, Role
from resolvers import purchasing_permissions, user_groups

_GROUP_NAME = "The name, unique in the organization; at most 200 characters."
_MEMBERS = "Who belongs to it, at most 1,000 users"


def _optional(description: str) -> Any:
    return strawberry.field(default=strawberry.UNSET, description=description)


@strawberry.input(description="Who is to be allowed to draw on a blanket order: exactly one of these.")
class PurchasingPermissionGrantInput(PurchaseOrderChangeInput):
    user_id: strawberry.ID | None = _optional("A user.")
    group_id: strawberry.ID | None = _optional("A group: all its members, whoever they will be.")
    cost_center_id: strawberry.ID | None = _optional("A cost center: all its users, whoever they will be.")


@strawberry.input(description="A permission to take back. What was released with it stays released.")
class PurchasingPermissionRevokeInput(ChangeInput):
    permission_id: strawberry.ID = strawberry.field(
        description="The permission, by id. `expectedVersion` is its order's."
    )
    reason: str | None = strawberry.field(default=None, description="Why, for the history; at most 2,000 characters.")


@strawberry.input(description="A group of users to make.")
class UserGroupCreateInput(MutationInput):
    name: str = strawberry.field(description=_GROUP_NAME)
    member_ids: list[strawberry.ID] | None = _optional(f"{_MEMBERS}.")


@strawberry.input(description="What to change of a group; fields that are not given stay as they are.")
class UserGroupUpdateInput(ChangeInput):
    id: strawberry.ID = strawberry.field(description="Which group.")
    name: str | None = _optional(_GROUP_NAME)
    member_ids: list[strawberry.ID] | None = _optional(f"{_MEMBERS}, and nobody else.")


@strawberry.type(description="A group of users that was made or changed.")
class UserGroupPayload(Payload):
    entity: ClassVar[str] = "user_group"
    row: ClassVar[Any] = rows.UserGroup
    user_group: UserGroup | None = strawberry.field(description="The group; null where it was refused.")


@strawberry.type
class BlanketMutations:
    @change(
        "Lets a user, a group or a cost center draw on a blanket order. Where they may already, nothing changes.",
        PurchaseOrderAction.UPDATE,
    )
    async def purchasing_permission_grant(self, info: Info, input: PurchasingPermissionGrantInput) -> Any:
        return await purchasing_permissions.grant(info.context.call, asked(input), fields(input))

    @change("Takes back a permission to draw on a blanket order.", PurchaseOrderAction.UPDATE)
    async def purchasing_permission_revoke(self, info: Info, input: PurchasingPermissionRevokeInput) -> Any:
        return await purchasing_permissions.revoke(info.context.call, asked(input), input.permission_id)

    @mutation(UserGroupPayload, "Makes a group of users.", Role.ADMIN)
    async def user_group_create(self, info: Info, input: UserGroupCreateInput) -> Any:
        said = given(input)
        return await user_groups.create(info.context.call, said, said.pop("member_ids", None) or ())

    @mutation(UserGroupPayload, "Changes a group of users: its name, and who belongs to it.", Role.ADMIN)
    async def user_group_update(self, info: Info, input: UserGroupUpdateInput) -> Any:
        said = given(input)
        members = said.pop("member_ids", None)
        return await user_groups.update(
            info.context.call, input.id, said, members, expected_version=input.expected_version
        )
