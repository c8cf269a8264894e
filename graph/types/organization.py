"""Organizations and their parts, as clients see them."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from graph.fields import address, column, connected, identifier, many, one
from graph.types.common import EDIT_VERSION, Address, Connection, Node
from graph.types.inputs import NoticeWhere, TaskOrder, TaskWhere
from models import organization as rows
from models.statuses.invoices import AmountBasis, DateBasis, OverdrawPolicy
from models.statuses.people import Role
from resolvers import lists

if TYPE_CHECKING:
    from graph.types.blanket import PurchasingPermission
    from graph.types.collaboration import PurchasingTask
    from graph.types.notice import Notice
    from graph.types.shipping import HandlingFeeRule, ShippingMethodSupplier


@strawberry.type(description="Who bears an expense.")
class CostCenter(Node):
    id: strawberry.ID = identifier(rows.CostCenter)
    number: str = column("The number, unique in the organization.")
    name: str = column("The name.")
    purchasing_permissions = connected(
        "The blanket orders on which its users may draw.",
        "purchasing_permissions",
        lists.NAMED,
        of=Connection[Annotated["PurchasingPermission", strawberry.lazy("graph.types.blanket")]],
    )
    edit_version: int = column(EDIT_VERSION)


@strawberry.type(description="A user: a person or workflow that acts in the organization.")
class User(Node):
    id: strawberry.ID = identifier(rows.User)
    name: str = column("The name.")
    email: str = column("The email address.")
    roles: list[Role] = column("What the user may do.")
    cost_center: CostCenter | None = one("Where the user works.", "cost_center")
    groups = connected(
        "The groups the user belongs to.",
        "memberships",
        lists.NAMED,
        of=Connection[Annotated["UserGroup", strawberry.lazy("graph.types.organization")]],
        through="group",
    )
    purchasing_permissions = connected(
        "The blanket orders on which the user alone may draw.",
        "purchasing_permissions",
        lists.NAMED,
        of=Connection[Annotated["PurchasingPermission", strawberry.lazy("graph.types.blanket")]],
    )
    tasks = connected(
        "What the user is to do, by due date.",
        "tasks",
        lists.TASKS,
        of=Connection[Annotated["PurchasingTask", strawberry.lazy("graph.types.collaboration")]],
        where=TaskWhere,
        order=TaskOrder,
    )
    edit_version: int = column(EDIT_VERSION)


@strawberry.type(description="Users who may do something together: draw on blanket orders, approve.")
class UserGroup(Node):
    id: strawberry.ID = identifier(rows.UserGroup)
    name: str = column("The name, unique in the organization.")
    members = connected("Who belongs to it.", "members", lists.NAMED, of=Connection[User], through="user")
    purchasing_permissions = connected(
        "The blanket orders on which its members may draw.",
        "purchasing_permissions",
        lists.NAMED,
        of=Connection[Annotated["PurchasingPermission", strawberry.lazy("graph.types.blanket")]],
    )
    edit_version: int = column(EDIT_VERSION)


@strawberry.type(description="An organization: the tenant that owns the data, and its settings.")
class Organization(Node):
    id: strawberry.ID = identifier(rows.Organization)
    name: str = column("The name.")
    locale: str = column("The locale in which figures are written, such as en_US.")
    active_order_limit: int = column("How many orders may be active or scheduled at once.")
    order_line_limit: int = column("How many lines an order may have.")
    order_contact_limit: int = column("How many contacts an order may have.")
    date_basis: DateBasis = column("Which date of an invoice is compared with an order's validity.")
    overdraw_policy: OverdrawPolicy = column("What happens when an invoice exceeds the balance of its line.")
    amount_basis: AmountBasis = column("Which amount of an invoice is taken from a balance.")
    expiring_soon_days: int = column("How many days before its expiration an order counts as expiring soon.")
    balance_thresholds: list[int] = column(
        "Contacts are told when less than these percentages of a tracked line are left; and when nothing is, anyway."
    )
    expiry_under_one_month: list[str] = column(
        "How long before an expiration contacts are told, where it was under a month away when the date was set: "
        "periods such as P7D, P1W or P2M; P0D is on the day."
    )
    expiry_one_to_three_months: list[str] = column("The same, where it was one to three months away.")
    expiry_over_three_months: list[str] = column("The same, where it was over three months away.")
    notices_quiet: bool = column("Whether notices are only kept, to be read here, and none is sent.")
    notice_sender: str | None = column("The address that mails come from; null means the server's.")
    order_url_pattern: str | None = column(
        "Where an order is to be seen, for the link in mails; {number} or {id} stands for the order."
    )
    auto_order: bool = column("Whether requisitions are ordered as soon as they are submitted.")
    auto_order_threshold: Decimal = column(
        "Up to which total they are, whatever the currency; 0 means any. Orders made so are submitted, too."
    )
    unmatched_address: str | None = column("Who is told of invoices that find no order; null means nobody.")
    requester_may_approve: bool = column("Whether who asks for an approval may decide about it.")
    supplier_confirmation: bool = column("Whether suppliers have to confirm orders once they are issued.")
    revision_limit_percent: Decimal | None = column(
        "By how much of the amount first approved an order may be raised without another approval, in percent; null "
        "means that the rules alone decide."
    )
    notices = connected(
        "Everything that people were told or are to be told, the latest first.",
        "notices",
        lists.NOTICES,
        of=Connection[Annotated["Notice", strawberry.lazy("graph.types.notice")]],
        where=NoticeWhere,
    )
    edit_version: int = column(EDIT_VERSION)


@strawberry.type(description="A company of the organization that buys.")
class LegalEntity(Node):
    id: strawberry.ID = identifier(rows.LegalEntity)
    number: str = column("The number, unique in the organization.")
    name: str = column("The name.")
    tax_registration_number: str | None = column("Its tax registration number.")
    address: Address | None = address("Where it is billed.", "address")
    edit_version: int = column(EDIT_VERSION)


@strawberry.type(description="A part of the organization that places orders.")
class PurchasingEntity(Node):
    id: strawberry.ID = identifier(rows.PurchasingEntity)
    number: str = column("The number, unique in the organization.")
    name: str = column("The name.")
    edit_version: int = column(EDIT_VERSION)


@strawberry.type(description="When an invoice is due.")
class PaymentTerm(Node):
    id: strawberry.ID = identifier(rows.PaymentTerm)
    name: str = column("The name, such as Net 30.")
    net_days: int = column("Days from the invoice date until it is due.")
    discount_days: int | None = column("Days from the invoice date within which the discount is given.")
    discount_percent: Decimal | None = column("What may be deducted by paying early, in percent.")
    edit_version: int = column(EDIT_VERSION)


@strawberry.type(description="A carrier's way of delivery.")
class ShippingMethod(Node):
    id: strawberry.ID = identifier(rows.ShippingMethod)
    name: str = column("The name.")
    carrier: str = column("The carrier.")
    suppliers: list[Annotated["ShippingMethodSupplier", strawberry.lazy("graph.types.shipping")]] = many(
        "Who delivers by it, and where to.", "suppliers", ("id",)
    )
    handling_fee_rules: list[Annotated["HandlingFeeRule", strawberry.lazy("graph.types.shipping")]] = many(
        "What it costs, by rank.", "handling_fee_rules", ("rank",)
    )
    edit_version: int = column(EDIT_VERSION)


@strawberry.type(description="A key to the API. Its text is shown once, when it is made.")
class ApiToken(Node):
    id: strawberry.ID = identifier(rows.ApiToken)
    name: str = column("What it is for.")
    user: User = one("Who calls with it.", "user")
    hint: str = column("Its first characters, to recognize it by.")
    created_at: datetime = column("When it was made.")
    expires_at: datetime | None = column("When it stops working.")
    revoked_at: datetime | None = column("When it was revoked.")
