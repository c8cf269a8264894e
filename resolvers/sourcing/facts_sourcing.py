"""Figures of contracts, shipping methods and requisitions that follow from other rows when they are read.

Source: O9, O10, section 10.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from models.statuses.orders import HandlingFeeKind, LineStatus, ProductType, RequisitionStatus
from models.values import Money
from resolvers.reading.expressions import calculated_money
from resolvers.reading.kinds import Column, Expression
from resolvers.rules.shipping import FeeRule, handling_fee
from resolvers.sourcing.contract_figures import DRAWN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolvers.reading.kinds import Kind

DRAWN_AMOUNT: Final = calculated_money(DRAWN)
"""What the orders linked to a contract come to."""

REMAINING_AMOUNT: Final = calculated_money(f"({{row}}.value_cap - {DRAWN})", absent="{row}.value_cap IS NULL")
"""What is left of a contract's cap."""

_OPEN: Final = "greatest(l.quantity - l.ordered_quantity, 0)"

OPEN_QUANTITY_OF_LINE: Final = Expression(
    f"""(SELECT trim_scale(coalesce(max(CASE WHEN r.status = '{RequisitionStatus.CANCELED}' THEN 0
        ELSE greatest({{row}}.quantity - {{row}}.ordered_quantity, 0) END), 0))::text FROM purchase_requisition r
    WHERE r.id = {{row}}.requisition_id AND r.organization_id = {{row}}.organization_id)"""  # noqa: S608 - our own words
)
"""What of a requisition line is not ordered yet (O10)."""

OPEN_QUANTITY_OF_REQUISITION: Final = Expression(
    f"""CASE WHEN {{row}}.status = '{RequisitionStatus.CANCELED}' THEN '0' ELSE (
        SELECT trim_scale(coalesce(sum({_OPEN}), 0))::text FROM requisition_line l
        WHERE l.requisition_id = {{row}}.id AND l.organization_id = {{row}}.organization_id) END"""  # noqa: S608
)
"""What of all lines of a requisition is not ordered yet (O10)."""

_GOODS: Final = f"""(SELECT coalesce(sum(l.amount), 0)::text FROM purchase_order_line l
    WHERE l.purchase_order_id = {{row}}.purchase_order_id AND l.organization_id = {{row}}.organization_id
      AND l.product_type = '{ProductType.GOOD}' AND l.status <> '{LineStatus.CLOSED_CANCELED}')"""  # noqa: S608

_RULES: Final = """(SELECT coalesce(json_agg(json_build_array(f.rank, f.kind, f.currency, f.amount_from::text,
        f.amount_to::text, f.amount::text, f.percent::text) ORDER BY f.rank), '[]') FROM handling_fee_rule f
    WHERE f.shipping_method_id = {row}.shipping_method_id AND f.organization_id = {row}.organization_id)"""

HANDLING_FEE: Final[dict[str, Kind]] = {
    "currency": Column("currency"),
    "goods": Expression(_GOODS),
    "rules": Expression(_RULES, raw=True),
}
"""What a shipping method's fee on an order is calculated from."""


def handling_fee_of(required: Mapping[str, Any]) -> Money | None:
    """What the shipping method costs on the order; None where no rule fits.

    Source: O9.
    """
    currency: str = required["currency"]
    rules = [
        FeeRule(
            rank=rank,
            kind=HandlingFeeKind(kind),
            currency=code,
            amount_from=_amount(amount_from),
            amount_to=_amount(amount_to),
            amount=_amount(amount),
            percent=_amount(percent),
        )
        for rank, kind, code, amount_from, amount_to, amount, percent in required["rules"]
    ]
    fee = handling_fee(Decimal(required["goods"]), currency, rules)
    return None if fee is None else Money(fee, currency)


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
