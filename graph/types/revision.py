"""Revisions, the versions before the current one, and what differs between two of them, as clients see them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from graph.fields import column, connected, identifier, money, one, read
from graph.types.common import EDIT_VERSION, Connection, Money, Node
from graph.types.organization import User
from models import revision as rows
from models.statuses.orders import LineDifferenceKind, RevisionLineState, RevisionStatus
from resolvers import lists
from resolvers.reading import kinds
from resolvers.revising.revision_reads import CANCELS, CHANGES
from resolvers.rules.diff import Difference, LineDifference

if TYPE_CHECKING:
    from graph.types.approval import ApprovalPlan
    from graph.types.purchase_order import PurchaseOrder, PurchaseOrderLine

_A_FIELD = "The field, named as in the API."


@strawberry.type(description="A field that a revision proposes to change.")
class ProposedChange:
    field: str = strawberry.field(description=_A_FIELD)
    value: str | None = strawberry.field(description="The new value as text; null takes the value away.")


@strawberry.type(description="What a revision proposes for a line, and what was decided about it.")
class RevisionLine(Node):
    id: strawberry.ID = identifier(rows.RevisionLine)
    number: int = column("The number of the line in the order.")
    line: Annotated["PurchaseOrderLine", strawberry.lazy("graph.types.purchase_order")] | None = one(
        "The line in force; null for a line that is to be added.", "line"
    )
    state: RevisionLineState = column("What was decided about it.")
    decision_reason: str | None = column("Why it was rejected.")
    cancels: bool = read("Whether the line is to be canceled.", CANCELS)
    changes: list[ProposedChange] = read("What is to be changed of it, by field; all of a new line.", CHANGES)
    amount_before: Money = money("What the line was worth when this was last worked out; zero if new.", "amount_before")
    amount_after: Money = money("What it would be worth; zero where it is to be canceled.", "amount_after")


@strawberry.type(description="A change to an order in force: proposed, approved, and applied as its next version.")
class Revision(Node):
    id: strawberry.ID = identifier(rows.Revision)
    number: int = column("The number, counted in the order.")
    status: RevisionStatus = column("Where it stands.")
    reason: str | None = column("Why it was begun.")
    purchase_order: Annotated["PurchaseOrder", strawberry.lazy("graph.types.purchase_order")] = one(
        "The order that it changes.", "purchase_order"
    )
    changes: list[ProposedChange] = read("What is to be changed of the order itself, by field.", CHANGES)
    lines = connected(
        "The lines that it changes, cancels or adds, by number.",
        "lines",
        lists.REVISION_LINES,
        of=Connection[RevisionLine],
    )
    base_version: int = column("The version of the order on which it was begun.")
    applied_version: int | None = column("The version that it made; null while it is not in force.")
    total_before: Money = money("The order's total when this was last worked out.", "total_before")
    total_after: Money = money("The total that the order would have.", "total_after")
    amount_to_approve: Money = money("The whole new amount of the lines that it touches.", "amount_to_approve")
    apply_when_approved: bool = column("Whether its approval puts it in force; otherwise somebody applies it.")
    started_by: User = one("Who began it.", "started_by")
    submitted_at: datetime | None = column("When its approval was asked for.")
    decided_at: datetime | None = column("When it was approved or rejected.")
    decision_reason: str | None = column("Why it was rejected.")
    applied_at: datetime | None = column("When it came into force.")
    approval_plans = connected(
        "Whose agreement it needed, or needs; the latest first.",
        "approval_plans",
        lists.APPROVAL_PLANS,
        of=Connection[Annotated["ApprovalPlan", strawberry.lazy("graph.types.approval")]],
    )
    edit_version: int = column(EDIT_VERSION)
    created_at: datetime = column("When it was begun.")
    updated_at: datetime = column("When it was last changed or decided.")


@strawberry.type(description="A version of an order that was in force before the current one.")
class PurchaseOrderVersion(Node):
    id: strawberry.ID = identifier(rows.PurchaseOrderVersion)
    version: int = column("The version.")
    total_amount: Money = money("The order's total when the version was last in force.", "total_amount")
    in_force_from: datetime | None = column("When it came into force; null where that is not known.")
    in_force_until: datetime = column("When the next version took its place.")
    revision: Revision = one("The revision that took its place.", "revision")
    order: Annotated["PurchaseOrder", strawberry.lazy("graph.types.purchase_order")] | None = read(
        "The order and all below it, as it last stood in this version; null where that was not kept yet.",
        kinds.OneAsOf("purchase_order", "in_force_until"),
    )


@strawberry.type(description="A field that has another value in a later version.")
class FieldDifference:
    field: str = strawberry.field(description=_A_FIELD)
    before: str | None = strawberry.field(description="The earlier value as text; null where there was none.")
    after: str | None = strawberry.field(description="The later value as text; null where there is none.")


@strawberry.type(description="A line that is not in a later version as it was in an earlier one.")
class PurchaseOrderLineDifference:
    kind: LineDifferenceKind = strawberry.field(description="What became of it.")
    number: int = strawberry.field(description="The number of the line.")
    changes: list[FieldDifference] = strawberry.field(description="Its fields that differ.")

    @strawberry.field(description="What it was worth; null where it is new.")
    @staticmethod
    def amount_before(line: strawberry.Parent[LineDifference]) -> Money | None:
        return None if line.amount_before is None else Money.of(line.amount_before, line.currency)

    @strawberry.field(description="What it is worth; null where it is not there any more.")
    @staticmethod
    def amount_after(line: strawberry.Parent[LineDifference]) -> Money | None:
        return None if line.amount_after is None else Money.of(line.amount_after, line.currency)

    @strawberry.field(description="How much more the order is worth by it; negative for less.")
    @staticmethod
    def effect(line: strawberry.Parent[LineDifference]) -> Money:
        return Money.of(line.effect, line.currency)


@strawberry.type(description="Everything in which two versions of an order differ: fields, lines, money.")
class PurchaseOrderDifference:
    from_version: int = strawberry.field(description="The earlier version.")
    to_version: int = strawberry.field(description="The later version.")
    changes: list[FieldDifference] = strawberry.field(description="The order's own fields that differ.")
    lines: list[PurchaseOrderLineDifference] = strawberry.field(description="The lines that differ, by number.")

    @strawberry.field(description="The earlier total.")
    @staticmethod
    def total_before(found: strawberry.Parent[Difference]) -> Money:
        return Money.of(found.total_before, found.currency)

    @strawberry.field(description="The later total.")
    @staticmethod
    def total_after(found: strawberry.Parent[Difference]) -> Money:
        return Money.of(found.total_after, found.currency)

    @strawberry.field(description="How much more the order is worth; negative for less.")
    @staticmethod
    def effect(found: strawberry.Parent[Difference]) -> Money:
        return Money.of(found.effect, found.currency)


From = Annotated[int, strawberry.argument(name="from", description="The earlier version.")]
To = Annotated[
    int | None, strawberry.argument(name="to", description="The later version; the current one unless given.")
]


def difference(description: str, kind: kinds.Kind) -> Any:
    """The field of an order that compares two of its versions."""

    def resolver(self: Any, from_version: From, to_version: To = None) -> PurchaseOrderDifference | None:
        raise TypeError(f"versions of {self!r} are read by its statement: {from_version} to {to_version}")

    return strawberry.field(resolver=resolver, description=description, metadata={"read": kind})
