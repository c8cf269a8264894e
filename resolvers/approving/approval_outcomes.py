"""What a decision about a document brings about: each kind of document has a module that knows.

A module has `plan_approved(call, plan)` and `plan_rejected(call, plan, reason)`. They run in the transaction of the
decision, which holds the organization's gate and the plan, and return the events that they have written.

Source: A1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from models.statuses.people import ApprovalDocument
from resolvers.invoicing import invoice_states
from resolvers.orders import purchase_order_lifecycle, releases
from resolvers.revising import revisions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from models.approval import ApprovalPlan
    from models.event import Event
    from resolvers.operation import Call


class Outcomes(Protocol):
    """A module that knows what follows from decisions about its kind of document."""

    async def plan_approved(self, call: Call, plan: ApprovalPlan) -> Sequence[Event] | None:
        """Everybody has agreed."""
        ...

    async def plan_rejected(self, call: Call, plan: ApprovalPlan, reason: str | None) -> Sequence[Event] | None:
        """Somebody has refused."""
        ...


OUTCOMES: Final[Mapping[ApprovalDocument, Outcomes]] = {
    ApprovalDocument.INVOICE: invoice_states,
    ApprovalDocument.ORDER: purchase_order_lifecycle,
    ApprovalDocument.RELEASE: releases,
    ApprovalDocument.REVISION: revisions,
}
"""Who knows. A kind of document that is asked for has a module here."""


async def approved(call: Call, plan: ApprovalPlan) -> Sequence[Event]:
    """Do what the agreement allows."""
    return await OUTCOMES[plan.document].plan_approved(call, plan) or ()


async def rejected(call: Call, plan: ApprovalPlan, reason: str | None) -> Sequence[Event]:
    """Do what follows from the refusal."""
    return await OUTCOMES[plan.document].plan_rejected(call, plan, reason) or ()
