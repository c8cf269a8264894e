"""Revisions: begun, written, submitted, decided, applied, given up."""

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

import strawberry

from graph.context import Info
from graph.mutations.purchase_order import asked
from graph.payloads import Payload, mutation
from graph.selection import plain
from graph.types.mutation_input import AddressInput, ChangeInput
from graph.types.purchase_order_inputs import LineFieldsInput, PurchaseOrderChangeInput
from graph.types.revision import Revision
from models import revision as rows
from models.statuses.orders import PurchaseOrderAction
from models.statuses.people import ApprovalDecision, Role
from resolvers.operation import Meant
from resolvers.revising import revision_decisions, revisions
from resolvers.revising.revision_decisions import LineDecision
from resolvers.revising.revision_proposals import Proposed
from resolvers.rules.transitions import roles_for

_REASON = "Why; at most 2,000 characters."
_REVISION = "The revision, by id."
_HEADER = "What the order itself is to say. Fields that are not given stay; null takes a value away."
_LINES = "Lines to change, cancel or add."
_REVISING = roles_for(PurchaseOrderAction.REVISE)


def _optional(description: str) -> Any:
    return strawberry.field(default=strawberry.UNSET, description=description)


@strawberry.input(description="What an order is to say of itself. Its number, supplier, type and currency stay.")
class RevisionHeaderInput:
    display_name: str | None = _optional("The name; at most 200 characters.")
    erp_number: str | None = _optional("The number in the ERP system; at most 100 characters.")
    description: str | None = _optional("What it is about; at most 10,000 characters.")
    business_owner_id: strawberry.ID | None = _optional("Who places it.")
    primary_contact_id: strawberry.ID | None = _optional("Whom in procurement to ask about it.")
    cost_center_id: strawberry.ID | None = _optional("Who bears the expense.")
    legal_entity_id: strawberry.ID | None = _optional("The company that buys; its address is the bill-to address.")
    purchasing_entity_id: strawberry.ID | None = _optional("The part of the organization that orders.")
    payment_term_id: strawberry.ID | None = _optional("When its invoices are due.")
    shipping_method_id: strawberry.ID | None = _optional("How it is delivered.")
    ship_to: AddressInput | None = _optional("Where it is delivered; replaces the address there is as a whole.")
    effective_date: date | None = _optional("The first day it is valid; null means always has been.")
    expiration_date: date | None = _optional("The last day it is valid; null means for ever.")
    minimum_spend: Decimal | None = _optional("The total from which the discount applies; only for standard orders.")
    discount_percentage: Decimal | None = _optional("The discount in percent, 0 to 100; only for standard orders.")


@strawberry.input(
    description="A line to change or cancel, meant by its id, or one to add. Fields that are not given stay as they "
    "are, or as the revision proposes already."
)
class RevisionLineInput(LineFieldsInput):
    line_id: strawberry.ID | None = strawberry.field(
        default=None, description="The line in force that is meant; without it, one that the revision adds."
    )
    number: int | None = _optional(
        "The number of a line that the revision adds, or has added; after the highest unless given."
    )
    cancel: bool | None = _optional("Cancel the line in force; false wants it back.")
    cancel_reason: str | None = _optional("Why it is canceled; the revision's reason unless given.")


@strawberry.input(description="An order in force that is to be revised, and how, as far as that is known.")
class RevisionStartInput(PurchaseOrderChangeInput):
    reason: str | None = strawberry.field(default=None, description=_REASON)
    header: RevisionHeaderInput | None = strawberry.field(default=None, description=_HEADER)
    lines: list[RevisionLineInput] | None = strawberry.field(default=None, description=_LINES)


@strawberry.input(description="A revision, as the caller saw it.")
class RevisionChangeInput(ChangeInput):
    id: strawberry.ID = strawberry.field(description=_REVISION)
    reason: str | None = strawberry.field(default=None, description=_REASON)


@strawberry.input(description="What a revision is to propose, too. What is as it is in force is proposed no more.")
class RevisionUpdateInput(RevisionChangeInput):
    header: RevisionHeaderInput | None = strawberry.field(default=None, description=_HEADER)
    lines: list[RevisionLineInput] | None = strawberry.field(default=None, description=_LINES)
    withdraw_lines: list[int] | None = strawberry.field(
        default=None, description="The numbers of lines that it is to leave alone, or not to add."
    )


@strawberry.input(description="A revision whose approval is asked for.")
class RevisionSubmitInput(RevisionChangeInput):
    apply_when_approved: bool = strawberry.field(
        default=True, description="Put it in force as soon as it is approved; otherwise it waits to be applied."
    )


@strawberry.input(description="What an approver says about a line of a revision.")
class RevisionLineDecisionInput:
    number: int = strawberry.field(description="The number of the line.")
    decision: ApprovalDecision = strawberry.field(description="What is said.")
    reason: str | None = strawberry.field(default=None, description="Why; for a refusal without it the common reason.")


@strawberry.input(description="What an approver says about a revision.")
class RevisionDecideInput(RevisionChangeInput):
    decision: ApprovalDecision = strawberry.field(description="What is said about everything that is not in `lines`.")
    lines: list[RevisionLineDecisionInput] | None = strawberry.field(
        default=None, description="Lines about which something else is said."
    )


@strawberry.type(description="A revision that was begun, changed or decided.")
class RevisionPayload(Payload):
    entity: ClassVar[str] = "revision"
    row: ClassVar[Any] = rows.Revision
    revision: Revision | None = strawberry.field(description="The revision as it is now; null where it was refused.")


def _meant(input: RevisionChangeInput) -> Meant:
    return Meant(id=input.id, expected_version=input.expected_version, reason=input.reason)


def _proposed(input: Any) -> Proposed:
    lines: list[dict[str, Any]] = plain(input.lines) or []
    return Proposed(
        header=plain(input.header) or {},
        lines=[{"canceled" if name == "cancel" else name: value for name, value in line.items()} for line in lines],
        withdrawn=getattr(input, "withdraw_lines", None) or (),
    )


@strawberry.type
class RevisionMutations:
    @mutation(
        RevisionPayload,
        "Begins a revision of an order in force. Nothing of the order changes until the revision is applied.",
        *_REVISING,
    )
    async def revision_start(self, info: Info, input: RevisionStartInput) -> Any:
        return await revisions.start(info.context.call, asked(input), _proposed(input))

    @mutation(RevisionPayload, "Changes what a revision proposes, before it is submitted.", *_REVISING)
    async def revision_update(self, info: Info, input: RevisionUpdateInput) -> Any:
        return await revisions.update(info.context.call, _meant(input), _proposed(input))

    @mutation(
        RevisionPayload,
        "Asks for the approval of a revision. Where nobody has to agree, it is approved at once.",
        *_REVISING,
    )
    async def revision_submit(self, info: Info, input: RevisionSubmitInput) -> Any:
        return await revisions.submit(info.context.call, _meant(input), apply_when_approved=input.apply_when_approved)

    @mutation(
        RevisionPayload,
        "Agrees to a revision or refuses it, as a whole or line by line. Lines that are refused stay as they are.",
        Role.APPROVER,
        Role.BUYER,
    )
    async def revision_decide(self, info: Info, input: RevisionDecideInput) -> Any:
        lines = [LineDecision(**plain(line) | {"decision": line.decision}) for line in input.lines or ()]
        return await revision_decisions.decide(info.context.call, _meant(input), input.decision, lines)

    @mutation(RevisionPayload, "Puts an approved revision in force: it makes the order's next version.", *_REVISING)
    async def revision_apply(self, info: Info, input: RevisionChangeInput) -> Any:
        return await revisions.apply(info.context.call, _meant(input))

    @mutation(RevisionPayload, "Gives up a revision that is not in force. The order stays as it is.", *_REVISING)
    async def revision_discard(self, info: Info, input: RevisionChangeInput) -> Any:
        return await revisions.discard(info.context.call, _meant(input))
