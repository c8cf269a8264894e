"""The organization's settings and users: an administrator's work."""

from decimal import Decimal
from typing import Any, ClassVar

import strawberry

from graph.context import Info
from graph.payloads import Payload, mutation
from graph.types.mutation_input import ChangeInput, MutationInput, given
from graph.types.organization import Organization, User
from models import organization as rows
from models.statuses.invoices import AmountBasis, DateBasis, OverdrawPolicy
from models.statuses.people import Role
from resolvers.administration import organizations

_USER_NAME = "The name."
_EMAIL = "The email address, unique in the organization; kept in small letters."
_ROLES = "What the user may do. A user without any role may not call at all; that locks somebody out"
_COST_CENTER = "Where the user works; what is permitted to a cost center is permitted to its users."


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
    balance_thresholds: list[int] | None = _optional(
        "Contacts are told when less than these percentages of a tracked line are left, at most 10; and when nothing "
        "is, anyway."
    )
    expiry_under_one_month: list[str] | None = _optional(
        "How long before an expiration contacts are told, where it was under a month away when the date was set: at "
        "most 10 periods such as P7D, P1W or P2M; P0D is on the day."
    )
    expiry_one_to_three_months: list[str] | None = _optional("The same, where it was one to three months away.")
    expiry_over_three_months: list[str] | None = _optional("The same, where it was over three months away.")
    notices_quiet: bool | None = _optional("Whether notices are only kept, to be read here, and none is sent.")
    notice_sender: str | None = _optional("The address that mails come from; null means the server's.")
    order_url_pattern: str | None = _optional(
        "Where an order is to be seen, for the link in mails; {number} or {id} stands for the order, such as "
        "https://erp.example.com/orders/{number}."
    )
    auto_order: bool | None = _optional("Whether requisitions are ordered as soon as they are submitted.")
    auto_order_threshold: Decimal | None = _optional(
        "Up to which total they are, whatever the currency; 0 means any. Orders made so are submitted, too."
    )
    unmatched_address: str | None = _optional("Who is told of invoices that find no order; null means nobody.")
    requester_may_approve: bool | None = _optional("Whether who asks for an approval may decide about it.")
    supplier_confirmation: bool | None = _optional(
        "Whether suppliers have to confirm orders, for all that are issued from now on."
    )
    revision_limit_percent: Decimal | None = _optional(
        "By how much of the amount first approved an order may be raised without another approval, 0 to 1000 percent "
        "with at most four decimals; null means that the rules alone decide."
    )


@strawberry.input(description="A user to make.")
class UserCreateInput(MutationInput):
    name: str = strawberry.field(description=_USER_NAME)
    email: str = strawberry.field(description=_EMAIL)
    roles: list[Role] = strawberry.field(description=f"{_ROLES}.")
    cost_center_id: strawberry.ID | None = _optional(_COST_CENTER)


@strawberry.input(description="What to change of a user; fields that are not given stay as they are.")
class UserUpdateInput(ChangeInput):
    id: strawberry.ID = strawberry.field(description="Which user.")
    name: str | None = _optional(_USER_NAME)
    email: str | None = _optional(_EMAIL)
    roles: list[Role] | None = _optional(f"{_ROLES}. The last administrator cannot lose the role.")
    cost_center_id: strawberry.ID | None = _optional(_COST_CENTER)


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
