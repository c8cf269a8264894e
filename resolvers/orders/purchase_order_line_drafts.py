"""Lines of orders before they are written: from the fields of an input to checked columns, and to rows.

Source: O4, O5, O7.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from models.purchase_order import PurchaseOrderLine
from models.statuses.invoices import VerificationPolicy
from models.statuses.orders import AcknowledgmentType, LineItemType, MilestonePayout, ProductType
from models.values import ZERO
from resolvers.derived.line_figures import UNISSUED, figures_of_line, order_columns
from resolvers.orders.purchase_order_history import LINE_FIELDS, said_of
from resolvers.rules.balances import line_amount, line_tax
from resolvers.rules.order_parts import limit_refusals
from resolvers.rules.ordering import (
    OrderedLine,
    line_field_refusals,
    line_number_refusals,
    line_refusals,
    numbered,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from models.purchase_order import PurchaseOrder
    from models.statuses.word import Word
    from resolvers.errors import Refusal
    from resolvers.operation import Call
    from resolvers.rules.ordering import OrderTerms
    from resolvers.rules.text import Path

Columns = dict[str, Any]

_WORDS: Final[dict[str, type[Word]]] = {
    "line_item_type": LineItemType,
    "product_type": ProductType,
    "acknowledgment_type": AcknowledgmentType,
    "milestone_payout": MilestonePayout,
    "verification": VerificationPolicy,
}
_BALANCE: Final = ("balance_limit", "balance_used", "balance_current", "balance_percent")


@dataclass(slots=True)
class Drafts:
    """Lines that are to be written, as columns, and everything that is wrong with them."""

    lines: list[Columns] = field(default_factory=list[Columns])
    refusals: list[Refusal] = field(default_factory=list["Refusal"])


def drafts(
    given: Sequence[Mapping[str, Any]],
    order: OrderTerms,
    paths: Sequence[Path],
    *,
    limit: int,
    present: Sequence[int] = (),
) -> Drafts:
    """New lines as they would stand on an order that has lines with the `present` numbers.

    Source: O4, O5.
    """
    if too_many := limit_refusals("orderLineLimit", limit, len(given) + len(present), paths[0][:1] if paths else ()):
        return Drafts(refusals=too_many)
    result = Drafts()
    for fields, path in zip(given, paths, strict=True):
        said = {name: value for name, value in fields.items() if value is not None}
        columns = _new(said)
        wrong = line_field_refusals(said, order.currency, path)
        result.refusals += wrong or line_refusals(_checked(columns), order, path)
        result.lines.append(columns)
    numbers: list[int | None] = [columns.get("number") for columns in result.lines]
    result.refusals += line_number_refusals(numbers, present, paths)
    for columns, number in zip(result.lines, numbered(numbers, present), strict=True):
        columns["number"] = number
    return result


def rows(call: Call, order: PurchaseOrder, lines: Iterable[Columns]) -> list[PurchaseOrderLine]:
    """Rows of new lines, with the figures that follow from their terms; binding as soon as the order is."""
    common = {
        "organization_id": call.organization_id,
        "purchase_order_id": order.id,
        "created_at": call.now,
        "currency": order.currency,
    }
    result: list[PurchaseOrderLine] = []
    for line in lines:
        columns = {**common, **line, "tax_amount": _tax(line, order.currency)}
        result.append(PurchaseOrderLine(**columns, **figures_of_line({**columns, **order_columns(order)})))
    return result


def changed(line: PurchaseOrderLine, given: Mapping[str, Any], order: OrderTerms, path: Path) -> Drafts:
    """A line as it would stand with the given fields; those that are not given stay.

    Source: O5.
    """
    columns = {name: getattr(line, name) for name in LINE_FIELDS if name != "status"} | _typed(given)
    columns |= _tax_terms(line, given) | _payout(columns, given)
    wrong = line_field_refusals(given, order.currency, path)
    refusals = wrong or line_refusals(_checked(columns), order, path)
    if not refusals:
        columns["tax_amount"] = _tax(columns, order.currency)
        if columns["balance_tracked"] is not line.balance_tracked:
            # What is tracked has a balance at any moment; invoices are counted right after.
            figures = figures_of_line({**UNISSUED, **columns, "currency": order.currency})
            columns |= {name: figures[name] for name in _BALANCE}
    return Drafts([columns], refusals)


def _new(said: Mapping[str, Any]) -> Columns:
    columns = {**asdict(OrderedLine()), **_typed(said)}
    return columns | _payout(columns, said)


def _payout(columns: Columns, given: Mapping[str, Any]) -> Columns:
    """What milestones are worth, where nobody says it: an amount; nothing where no milestones acknowledge the line."""
    if "milestone_payout" in given:
        return {}
    milestones = columns["acknowledgment_type"] is AcknowledgmentType.MILESTONES
    return {"milestone_payout": (columns["milestone_payout"] or MilestonePayout.AMOUNT) if milestones else None}


def _tax_terms(line: PurchaseOrderLine, given: Mapping[str, Any]) -> Columns:
    """The tax is a percentage or an amount: who gives one takes the other away."""
    stays = None if given.get("tax_amount") is not None else line.tax_percent
    percent = given.get("tax_percent", stays)
    amount = line.tax_amount if percent is None and line.tax_percent is None else ZERO
    return {"tax_percent": percent, "tax_amount": given.get("tax_amount", amount) or ZERO}


def _tax(columns: Columns, currency: str) -> Any:
    """The tax of a line in money."""
    amount = line_amount(columns["quantity"], columns["unit_price"], columns["discount"], currency)
    return line_tax(amount, columns["tax_percent"], columns["tax_amount"], currency)


def _typed(given: Mapping[str, Any]) -> Columns:
    columns = {
        name: _WORDS[name](value) if name in _WORDS and value is not None else value for name, value in given.items()
    }
    return {**columns, "ship_to": said_of(given["ship_to"])} if "ship_to" in given else columns


def _checked(columns: Columns) -> OrderedLine:
    return OrderedLine(**{name: columns[name] for name in OrderedLine.__dataclass_fields__})
