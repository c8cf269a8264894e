"""What becomes of discrepancies when an invoice is verified again: found, changed, settled, or accepted before.

Pure.

Source: I4.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from models.statuses.invoices import DiscrepancyKind, DiscrepancyState, InvoiceStatus
from models.values import ZERO

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from resolvers.rules.verification import About, Finding

VERIFIED: Final = (
    InvoiceStatus.RECEIVED,
    InvoiceStatus.MATCHED,
    InvoiceStatus.DISCREPANCIES_FOUND,
    InvoiceStatus.PENDING_APPROVAL,
    InvoiceStatus.APPROVED,
)
"""An invoice in one of these is verified whenever something changes: it is not confirmed yet."""

MARKED: Final = (InvoiceStatus.RECEIVED, InvoiceStatus.MATCHED, InvoiceStatus.DISCREPANCIES_FOUND)
"""In these the status itself says whether there are open discrepancies."""

_OF_INVOICE_LINES: Final = frozenset(
    {
        DiscrepancyKind.MISSING_ORDER,
        DiscrepancyKind.UNMAPPED_LINE,
        DiscrepancyKind.UNIT_PRICE_VARIANCE,
        DiscrepancyKind.TAX_OVER,
        DiscrepancyKind.TAX_UNDER,
    }
)
"""Kinds that a line of the invoice has by itself; of the others an order line, an order or the invoice has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A discrepancy that is stored and not settled."""

    id: int
    kind: DiscrepancyKind
    state: DiscrepancyState
    about: About
    expected: Decimal | None = None
    actual: Decimal | None = None


@dataclass(slots=True)
class Outcome:
    """What is to be written of one invoice: new findings, open ones with their figures of now, and settled ones."""

    new: list[Finding] = field(default_factory=list["Finding"])
    kept: list[tuple[Known, Finding]] = field(default_factory=list["tuple[Known, Finding]"])
    settled: list[Known] = field(default_factory=list[Known])

    @property
    def is_open(self) -> bool:
        """Whether somebody has to look at the invoice."""
        return bool(self.new or self.kept)


def outcome(known: Iterable[Known], found: Iterable[Finding]) -> Outcome:
    """What the findings of now make of what is known.

    What is open and not found any more is settled. What somebody has accepted stays accepted, as long as its figures
    are no further apart than they were then; when they are, it is found anew, and what was accepted stays as it was.

    Source: I4.
    """
    open_ones: dict[Any, Known] = {}
    accepted: dict[Any, Decimal] = {}
    for each in known:
        key = _key(each.kind, each.about)
        if each.state is DiscrepancyState.OPEN:
            open_ones[key] = each
        else:
            accepted[key] = max(accepted.get(key, ZERO), gap(each.expected, each.actual))
    result = Outcome()
    for finding in found:
        key = _key(finding.kind, finding.about)
        if key in accepted and gap(finding.expected, finding.actual) <= accepted[key]:
            continue
        if (before := open_ones.pop(key, None)) is None:
            result.new.append(finding)
        else:
            result.kept.append((before, finding))
    result.settled = list(open_ones.values())
    return result


def gap(expected: Decimal | None, actual: Decimal | None) -> Decimal:
    """How far both figures are apart; nothing where there are none."""
    return ZERO if expected is None or actual is None else (actual - expected).copy_abs()


def marked(status: InvoiceStatus, *, is_open: bool, is_allocated: bool, is_approved: bool = False) -> InvoiceStatus:
    """The status of an invoice when it is verified. What is past that keeps its own.

    One that was approved while discrepancies were open is approved once none is left.

    Source: I1, I4.
    """
    if status not in MARKED:
        return status
    if is_open:
        return InvoiceStatus.DISCREPANCIES_FOUND
    if not is_allocated:
        return InvoiceStatus.RECEIVED
    return InvoiceStatus.APPROVED if is_approved else InvoiceStatus.MATCHED


def _key(kind: DiscrepancyKind, about: About) -> tuple[object, ...]:
    """By what a finding is the same as one before."""
    line = about.invoice_line_id if kind in _OF_INVOICE_LINES else None
    return kind, about.order_id, about.line_id, line
