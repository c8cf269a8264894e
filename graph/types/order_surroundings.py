"""What belongs to an order beside itself: what draws on it, and what people do around it."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from graph.fields import connected, money, one
from graph.types.blanket import PurchasingPermission
from graph.types.collaboration import Attachment, Comment, PurchasingTask
from graph.types.common import Connection, Money
from graph.types.inputs import PurchaseOrderOrder, PurchaseOrderWhere, TaskOrder, TaskWhere
from resolvers import lists

if TYPE_CHECKING:
    from graph.types.approval import ApprovalPlan
    from graph.types.purchase_order import PurchaseOrder


@strawberry.type(description="What belongs to an order beside itself.")
class OrderSurroundings:
    blanket_order: Annotated["PurchaseOrder", strawberry.lazy("graph.types.purchase_order")] | None = one(
        "The blanket order that it draws on; only for releases.", "blanket_order"
    )
    excess_amount: Money = money(
        "What a release takes beyond the budget of its blanket order and is not approved yet; it is not reserved.",
        "excess_amount",
    )
    releases = connected(
        "The orders that draw on its budget, the latest first; only for blanket orders.",
        "releases",
        lists.PURCHASE_ORDERS,
        of=Connection[Annotated["PurchaseOrder", strawberry.lazy("graph.types.purchase_order")]],
        where=PurchaseOrderWhere,
        order=PurchaseOrderOrder,
    )
    purchasing_permissions = connected(
        "Who may draw on its budget, beside its business owner; only for blanket orders.",
        "purchasing_permissions",
        lists.NAMED,
        of=Connection[PurchasingPermission],
    )
    tasks = connected(
        "What somebody has to do about it, by due date.",
        "tasks",
        lists.TASKS,
        of=Connection[PurchasingTask],
        where=TaskWhere,
        order=TaskOrder,
    )
    comments = connected(
        "What people wrote about it, in order.",
        "comments",
        lists.NAMED,
        of=Connection[Comment],
    )
    attachments = connected(
        "The files that belong to it.",
        "attachments",
        lists.NAMED,
        of=Connection[Attachment],
    )
    approval_plans = connected(
        "Whose agreement it needed, or needs, also for its revisions; the latest first.",
        "approval_plans",
        lists.APPROVAL_PLANS,
        of=Connection[Annotated["ApprovalPlan", strawberry.lazy("graph.types.approval")]],
    )
