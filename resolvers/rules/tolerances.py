"""How far something may be off, and which rule says so.

Pure. A rule holds for the whole organization, or only for a supplier, a cost center, a category of invoices, or any of
these together. Nothing is added to a limit for safety: what is off by exactly the limit passes, what is off by the
smallest amount more does not. Where no rule is about a kind, nothing may be off.

Source: I5.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context
from typing import TYPE_CHECKING, Final

from models.statuses.invoices import ToleranceCombination
from models.values import ZERO

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from models.statuses.invoices import InvoiceCategory, ToleranceKind

_EXACT: Final = Context(prec=80)
"""Room for the product of any two numbers that are stored: limits are not rounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """A rule in force: by how much, and for what. What it does not name it does not ask for."""

    id: int
    number: int
    kind: ToleranceKind
    value: Decimal | None = None
    percentage: Decimal | None = None
    combination: ToleranceCombination = ToleranceCombination.OR
    supplier_id: int | None = None
    cost_center_id: int | None = None
    category: InvoiceCategory | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is judged: whose it is, who bears it, what it bills. A receipt has no category."""

    supplier_id: int | None = None
    cost_center_id: int | None = None
    category: InvoiceCategory | None = None


def chosen(rules: Iterable[Tolerance], kind: ToleranceKind, scope: Scope) -> Tolerance | None:
    """The rule that counts: of those that fit, one that names most; of several such, the one with the lowest number.

    Supplier, cost center and category count alike. A rule for supplier 7 goes before one for everybody, and one for
    supplier 7 and usage before both.

    Source: I5.
    """
    fitting = [rule for rule in rules if rule.kind == kind and _fits(rule, scope)]
    return min(fitting, key=lambda rule: (-_names(rule), rule.number), default=None)


def within(difference: Decimal, base: Decimal, rule: Tolerance | None) -> bool:
    """Whether that much more, or less, than `base` is allowed. No rule allows nothing.

    5 on 100 passes a rule of 5 or of 5 %; 5.01 does not.

    Source: I5.
    """
    return difference.copy_abs() <= limit(base, rule)


def limit(base: Decimal, rule: Tolerance | None) -> Decimal:
    """How far from `base` the rule allows to be, unrounded; 0 without a rule.

    A value, or a percentage of the base. Of both, `OR` takes the larger and `AND` the smaller: 5 or 10 % of 100 is 10,
    5 and 10 % of 100 is 5.

    Source: I5.
    """
    if rule is None:
        return ZERO
    limits = [] if rule.value is None else [rule.value]
    if rule.percentage is not None:
        limits.append(_EXACT.multiply(base.copy_abs(), rule.percentage).scaleb(-2, _EXACT))
    if not limits:
        return ZERO
    return min(limits) if rule.combination is ToleranceCombination.AND else max(limits)


def _fits(rule: Tolerance, scope: Scope) -> bool:
    return (
        rule.supplier_id in {None, scope.supplier_id}
        and rule.cost_center_id in {None, scope.cost_center_id}
        and rule.category in {None, scope.category}
    )


def _names(rule: Tolerance) -> int:
    return sum(named is not None for named in (rule.supplier_id, rule.cost_center_id, rule.category))
