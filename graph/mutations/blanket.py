"""Blanket orders: releases that draw on them, who may do so; and groups of users, who may together."""

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

import strawberry

from graph.context import Info
from graph.mutations.purchase_order import asked, change, fields
from graph.payloads import Payload, mutation
from graph.types.mutation_input import AddressInput, ChangeInput, MutationInput, given
from graph.types.organization import UserGroup
from graph.types.purchase_order_inputs import ContactInput, PurchaseOrderChangeInput, TagInput
from models import organization as rows
from models.statuses.orders import PurchaseOrderAction
from models.statuses.people import Role
from resolvers.administration import user_groups
from resolvers.orders import purchasing_permissions, releases

_GROUP_NAME = "The name, unique in the organization; at most 200 characters."
_MEMBERS = "Who belongs to it, at most 1,000 users"


def _optional(description: str) -> Any:
    return strawberry.field(default=strawberry.UNSET, description=description)


@strawberry.input(description="A line of a release. What it does not say, it takes over from the line it draws on.")
class ReleaseLineInput:
    blanket_line_id: strawberry.ID | None = _optional("The line of the blanket order that it draws on, by id.")
    blanket_line_number: int | None = _optional("The line of the blanket order, by number instead.")
    description: str | None = _optional("What is bought; at most 10,000 characters.")
    quantity: Decimal | None = _optional(
        "The quantity, above 0, with at most six decimals; whole for goods that are counted. 1 unless given."
    )
    unit_price: Decimal | None = _optional("The price for one unit, with at most six decimals.")
    discount: Decimal | None = _optional("The discount on the line.")
    start_date: date | None = _optional("The first day it is for, within the dates of the line it draws on.")
    end_date: date | None = _optional("The last day it is for, within the dates of the line it draws on.")
    expected_delivery_date: date | None = _optional("When delivery is expected.")
    ship_to: AddressInput | None = _optional("Where it is delivered, if not where the release is.")
    recipient: str | None = _optional("Who receives it; at most 200 characters.")
    erp_line_number: str | None = _optional("The line's number in the ERP system; at most 100 characters.")


@strawberry.input(
    description="A release to draw on a blanket order. Supplier, currency and accounting are the blanket order's."
)
class PurchaseOrderReleaseCreateInput(PurchaseOrderChangeInput):
    id: strawberry.ID | None = strawberry.field(default=None, description="The blanket order, by id.")
    number: str | None = strawberry.field(default=None, description="The blanket order, by number instead.")
    release_number: str | None = _optional(
        "The release's number, unique in the organization: at most 100 letters, digits, spaces inside, and "
        "_.:/=+-%@. Without one it gets the next that is generated."
    )
    external_id: str | None = _optional("The release's key in the client's own system; at most 200 characters.")
    display_name: str | None = _optional("The release's name; at most 200 characters.")
    description: str | None = _optional("What it is about; at most 10,000 characters.")
    cost_center_id: strawberry.ID | None = _optional("Who bears the expense; the blanket order's unless given.")
    ship_to: AddressInput | None = _optional("Where it is delivered; as the blanket order unless given.")
    effective_date: date | None = _optional("The first day it is valid; today unless given.")
    expiration_date: date | None = _optional("The last day it is valid; the blanket order's unless given.")
    lines: list[ReleaseLineInput] = strawberry.field(description="What is drawn, at least one line.")
    contacts: list[ContactInput] | None = _optional("Who is mailed about it; how many there may be is a setting.")
    tags: list[TagInput] | None = _optional("Its tags, at most 50.")
    issue_when_approved: bool = strawberry.field(
        default=True, description="Issue it as soon as nobody has to agree any more; otherwise a person does."
    )


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
        "Draws on a blanket order: makes a release and submits it, which reserves what it takes. Within the budget it "
        "is issued, where no approval rule fits; what is over waits for the blanket order's business owner.",
        PurchaseOrderAction.RELEASE,
    )
    async def purchase_order_release_create(self, info: Info, input: PurchaseOrderReleaseCreateInput) -> Any:
        said = fields(input)
        if "release_number" in said:
            said["number"] = said.pop("release_number")
        return await releases.create(info.context.call, asked(input), said)

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
