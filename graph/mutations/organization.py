"""The organization's settings and users: an administrator's work."""

from typing import Any, ClassVar

import strawberry

from graph.context import Info
from graph.payloads import Payload, mutation
from graph.types.mutation_input import ChangeInput, MutationInput, given
from graph.types.organization import Organization, User
from models import organization as rows
from models.statuses import AmountBasis, DateBasis, OverdrawPolicy, Role
from resolvers import organizations

_USER_NAME = "The name."
_EMAIL = "The email address, unique in the organization; kept in small letters."
_ROLES = "What the user may do. A user without any role may not call at all; that locks somebody out"


def _optional(description: str) -> Any:
    return strawberry.field(default=strawberry.UNSET, description=description)


@strawberry.input(description="Settings to change; those that are not given stay as they are.")
class SettingsUpdateInput(ChangeInput):
    name: str | None = _optional("The name of the organization.")
    locale: str | None = _optional("The locale in which figures are written, such as en_US.")
    active_order_limit: int | None = _optional(
        "How many orders may be active or scheduled at once. One below what there is only refuses further ones."
    )
    order_line_limit: int | None = _optional("How many lines an order may have.")
    order_contact_limit: int | None = _optional("How many contacts an order may have.")
    date_basis: DateBasis | None = _optional(
        "Which date of an invoice is compared with an order's validity, for all that is matched from now on."
    )
    overdraw_policy: OverdrawPolicy | None = _optional(
        "What happens when an invoice exceeds the balance of its line, for all that is matched from now on."
    )
    amount_basis: AmountBasis | None = _optional(
        "Which amount of an invoice is taken from a balance, for all that is matched from now on."
    )
    expiring_soon_days: int | None = _optional("How many days before its expiration an order counts as expiring soon.")


@strawberry.input(description="A user to make.")
class UserCreateInput(MutationInput):
    name: str = strawberry.field(description=_USER_NAME)
    email: str = strawberry.field(description=_EMAIL)
    roles: list[Role] = strawberry.field(description=f"{_ROLES}.")


@strawberry.input(description="What to change of a user; fields that are not given stay as they are.")
class UserUpdateInput(ChangeInput):
    id: strawberry.ID = strawberry.field(description="Which user.")
    name: str | None = _optional(_USER_NAME)
    email: str | None = _optional(_EMAIL)
    roles: list[Role] | None = _optional(f"{_ROLES}. The last administrator cannot lose the role.")


@strawberry.type(description="The organization with its settings.")
class SettingsPayload(Payload):
    entity: ClassVar[str] = "organization"
    row: ClassVar[Any] = rows.Organization
    organization: Organization | None = strawberry.field(description="The organization; null where it was refused.")


@strawberry.type(description="A user who was made or changed.")
class UserPayload(Payload):
    entity: ClassVar[str] = "user"
    row: ClassVar[Any] = rows.User
    user: User | None = strawberry.field(description="The user; null where it was refused.")


@strawberry.type
class OrganizationMutations:
    @mutation(SettingsPayload, "Changes the organization's settings.", Role.ADMIN)
    async def settings_update(self, info: Info, input: SettingsUpdateInput) -> Any:
        return await organizations.update_settings(
            info.context.call, given(input), expected_version=input.expected_version
        )

    @mutation(UserPayload, "Makes a user.", Role.ADMIN)
    async def user_create(self, info: Info, input: UserCreateInput) -> Any:
        return await organizations.create_user(info.context.call, given(input))

    @mutation(UserPayload, "Changes a user; other roles hold from the next request on.", Role.ADMIN)
    async def user_update(self, info: Info, input: UserUpdateInput) -> Any:
        return await organizations.update_user(
            info.context.call, input.id, given(input), expected_version=input.expected_version
        )
