"""Refusals of approvals and of the lifecycle of orders, with the figures a client needs to act on them.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from models.values import plain
from resolvers.errors import Refusal, figure

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal


@dataclass(eq=True, unsafe_hash=True)
class ApprovalRequired(Refusal):
    """Approval rules fit: it cannot be done without the agreement they ask for (A1)."""

    code: ClassVar[str] = "APPROVAL_REQUIRED"
    rules: tuple[int, ...] = figure("The numbers of the rules that fit.")
    remedy: str = figure("What can be done instead.")

    @property
    def message(self) -> str:
        many = len(self.rules) > 1
        numbers = ", ".join(map(str, self.rules))
        return f"Approval {'rules' if many else 'rule'} {numbers} {'fit' if many else 'fits'}; {self.remedy}."


@dataclass(eq=True, unsafe_hash=True)
class NobodyToApprove(Refusal):
    """A step of the plan would ask nobody but the requester, who may not approve (A2)."""

    code: ClassVar[str] = "NOBODY_TO_APPROVE"
    step: str = figure("The name of the step.")
    rule: int | None = figure("The number of the rule that asks for it; null where the document itself does.")

    @property
    def message(self) -> str:
        return (
            f"{self.step!r} would ask nobody but the requester, who may not approve;"
            " name another approver or administrator, or set requesterMayApprove."
        )


@dataclass(eq=True, unsafe_hash=True)
class NotAsked(Refusal):
    """The caller is not among those whom the step asks (A2)."""

    code: ClassVar[str] = "NOT_ASKED"
    step: str = figure("The name of the step.")
    approvers: tuple[str, ...] = figure("The names of those whom it asks.")

    @property
    def message(self) -> str:
        return f"{self.step!r} does not ask you, but {' and '.join(self.approvers) or 'nobody'}."


@dataclass(eq=True, unsafe_hash=True)
class OwnRequest(Refusal):
    """The requester may not approve, unless a setting allows it (A2)."""

    code: ClassVar[str] = "OWN_REQUEST"
    setting: str = figure("The setting that would allow it.")

    @property
    def message(self) -> str:
        return f"You asked for this approval and cannot decide about it yourself ({self.setting})."


@dataclass(eq=True, unsafe_hash=True)
class AlreadyDecided(Refusal):
    """The step or the approval is decided (A2)."""

    code: ClassVar[str] = "ALREADY_DECIDED"
    state: str = figure("How it stands.")
    decided_by: str | None = figure("Who decided; null where nobody did.")
    decided_at: datetime | None = figure("When it was decided.")

    @property
    def message(self) -> str:
        by = f" by {self.decided_by}" if self.decided_by else ""
        at = f" at {self.decided_at:%Y-%m-%d %H:%M} UTC" if self.decided_at else ""
        return f"It is decided already: {self.state.lower().replace('_', ' ')}{by}{at}."


@dataclass(eq=True, unsafe_hash=True)
class ReleasesDrawn(Refusal):
    """Releases have drawn on the blanket order (K1)."""

    code: ClassVar[str] = "RELEASES_DRAWN"
    released: Decimal = figure("What they have drawn, in the order's currency.")
    remedy: str = figure("What can be done instead.")

    @property
    def message(self) -> str:
        return f"Releases have drawn {plain(self.released)} on it; {self.remedy}."


@dataclass(eq=True, unsafe_hash=True)
class AlreadyReceived(Refusal):
    """Something of the line has been received, so that it cannot be canceled (L3)."""

    code: ClassVar[str] = "ALREADY_RECEIVED"
    quantity: Decimal = figure("The quantity received.")
    amount: Decimal = figure("The value received, in the order's currency.")
    remedy: str = figure("What can be done instead.")

    @property
    def message(self) -> str:
        return f"{plain(self.quantity)} of it ({plain(self.amount)}) has been received; {self.remedy}."


@dataclass(eq=True, unsafe_hash=True)
class Documented(Refusal):
    """Documents rest on the order, so that it cannot go away (L6)."""

    code: ClassVar[str] = "DOCUMENTED"
    kinds: tuple[str, ...] = figure("What kinds of documents.")

    @property
    def message(self) -> str:
        return f"It has {' and '.join(self.kinds)}; close it instead."
