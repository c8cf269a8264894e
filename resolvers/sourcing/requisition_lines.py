"""Lines of requisitions before they are written: from the fields of an input to checked columns.

Source: O6, O10.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from models.contract import SupplierProduct
from models.organization import ShippingMethod, User
from models.statuses.orders import AcknowledgmentType, LineItemType, OrderType, ProductType
from models.supplier import Supplier
from models.values import ONE, ZERO
from resolvers.errors import InvalidValue, NotFound
from resolvers.ids import id_of, key_of
from resolvers.orders.purchase_order_history import said_of
from resolvers.rules.balances import line_amount
from resolvers.rules.order_parts import limit_refusals
from resolvers.rules.ordering import (
    OrderedLine,
    OrderTerms,
    line_field_refusals,
    line_number_refusals,
    line_refusals,
    numbered,
)
from resolvers.rules.text import api_name, shown
from resolvers.sourcing import products
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from models.requisition import RequisitionLine
    from models.statuses.word import Word
    from resolvers.errors import Refusal
    from resolvers.operation import Call
    from resolvers.rules.text import Path

MOST_LINES: Final = 1000
"""How many lines a requisition may have; how many an order may have is a setting."""

_REFERENCES: Final[dict[str, tuple[Any, str]]] = {
    "supplier_id": (Supplier, "supplier"),
    "business_owner_id": (User, "user"),
    "shipping_method_id": (ShippingMethod, "shipping method"),
}
_TOLD: Final[dict[str, Any]] = {"product_id": SupplierProduct} | {name: row for name, (row, _) in _REFERENCES.items()}
_WORDS: Final[dict[str, type[Word]]] = {
    "order_type": OrderType,
    "line_item_type": LineItemType,
    "product_type": ProductType,
    "acknowledgment_type": AcknowledgmentType,
}
LINE_COLUMNS: Final[dict[str, Any]] = {
    **dict.fromkeys(_TOLD),
    "order_type": OrderType.STANDARD,
    "description": None,
    "part_number": None,
    "line_item_type": LineItemType.ALL,
    "product_type": ProductType.SERVICE,
    "acknowledgment_type": None,
    "goods_receipt_required": False,
    "unit": "INDIVIDUAL_UNIT",
    "quantity": ONE,
    "unit_price": ZERO,
    "ship_to": None,
    "expected_delivery_date": None,
    "start_date": None,
    "end_date": None,
}
"""What is said of a line of a requisition, beside its number, and what is where nothing is said."""

Columns = dict[str, Any]


@dataclass(slots=True)
class Drafts:
    """Lines that are to be written, as columns, and everything that is wrong with them."""

    lines: list[Columns] = field(default_factory=list[Columns])
    refusals: list[Refusal] = field(default_factory=list["Refusal"])


async def drafts(
    call: Call, given: Sequence[Mapping[str, Any]], currency: str, paths: Sequence[Path], present: Sequence[int] = ()
) -> Drafts:
    """New lines as they would stand on a requisition that has lines with the `present` numbers.

    Source: O6, O10.
    """
    most = limit_refusals("requisitionLines", MOST_LINES, len(given) + len(present), paths[0][:1] if paths else ())
    if most:
        return Drafts(refusals=most)
    said = [{name: value for name, value in line.items() if value is not None} for line in given]
    result = await _checked(call, said, [LINE_COLUMNS] * len(said), currency, paths)
    numbers: list[int | None] = [line.get("number") for line in said]
    result.refusals += line_number_refusals(numbers, present, paths)
    for columns, number in zip(result.lines, numbered(numbers, present), strict=True):
        columns["number"] = number
    return result


async def changed(call: Call, line: RequisitionLine, given: Mapping[str, Any], path: Path) -> Drafts:
    """A line as it would stand with the given fields; those that are not given stay.

    Source: O6, O10.
    """
    present = {name: getattr(line, name) for name in LINE_COLUMNS}
    return await _checked(call, [given], [present], line.currency, [path], standing=present)


def told_line(line: RequisitionLine) -> dict[str, Any]:
    """A line as the history tells it: `lines.3.quantity`, references by their ids."""
    told: dict[str, Any] = {}
    for name in LINE_COLUMNS:
        value = getattr(line, name)
        here = f"lines.{line.number}.{api_name(name)}"
        if name in _TOLD:
            told[here] = None if value is None else id_of(_TOLD[name], value)
        elif isinstance(value, dict):
            parts: dict[str, Any] = value
            told |= {f"{here}.{api_name(part)}": text for part, text in parts.items()}
        else:
            told[here] = value
    return told


async def _checked(  # noqa: PLR0913 - the lines, and what they stand on
    call: Call,
    given: Sequence[Mapping[str, Any]],
    present: Sequence[Mapping[str, Any]],
    currency: str,
    paths: Sequence[Path],
    *,
    standing: Mapping[str, Any] | None = None,
) -> Drafts:
    result = Drafts()
    keyed, result.refusals = await _keyed(call, given, paths)
    filled, wrong = await products.taken_over(
        call, keyed, paths, currency=currency, supplier_id=None, standing=standing
    )
    result.refusals += wrong
    named = [line.get("product_id", before["product_id"]) for line, before in zip(filled, present, strict=True)]
    suppliers = await products.suppliers_of(named)
    terms = OrderTerms(currency=currency)
    for fields, before, path in zip(filled, present, paths, strict=True):
        wrong = line_field_refusals(fields, currency, path)
        columns: Columns = {**before, **_typed({name: fields[name] for name in LINE_COLUMNS if name in fields})}
        result.refusals += wrong or line_refusals(_ordered(columns), terms, path)
        result.refusals += _product_refusals(columns, fields, suppliers, path)
        if not wrong:
            columns["amount"] = line_amount(columns["quantity"], columns["unit_price"], ZERO, currency)
        result.lines.append(columns)
    return result


def _product_refusals(
    columns: Columns, fields: Mapping[str, Any], suppliers: Mapping[int, int], path: Path
) -> list[Refusal]:
    """A product of another supplier than the line's; a line that names a product alone is its supplier's."""
    supplier = suppliers.get(columns["product_id"] or 0)
    if supplier is None:
        return []
    if columns["supplier_id"] is None and "supplier_id" not in fields:
        columns["supplier_id"] = supplier
    if columns["supplier_id"] in {None, supplier}:
        return []
    name = "productId" if "product_id" in fields else "supplierId"
    product = id_of(SupplierProduct, columns["product_id"])
    because = "the product is another supplier's"
    return [InvalidValue(value=product, expected=because, path=(*path, name))]


async def _keyed(
    call: Call, given: Sequence[Mapping[str, Any]], paths: Sequence[Path]
) -> tuple[list[Columns], list[Refusal]]:
    """The fields with the ids in them opened, one question a kind of reference."""
    result = [dict(line) for line in given]
    refusals: list[Refusal] = []
    for name, (row, word) in _REFERENCES.items():
        keys = {line[name]: key_of(row, line[name]) for line in given if line.get(name) is not None}
        if not keys:
            continue
        found = visible_to(row, call.actor).filter(id__in=[key for key in keys.values() if key])
        there: set[Any] = set(await found.values_list("id", flat=True))
        for line, path in zip(result, paths, strict=True):
            text = line.get(name)
            if text is not None:
                line[name] = keys[text] if keys[text] in there else None
                if line[name] is None:
                    refusals.append(NotFound(kind=word, key=shown(text), path=(*path, api_name(name))))
    return result, refusals


def _typed(fields: Mapping[str, Any]) -> Columns:
    columns = {name: _WORDS[name](value) if name in _WORDS and value else value for name, value in fields.items()}
    return {**columns, "ship_to": said_of(fields["ship_to"])} if "ship_to" in fields else columns


def _ordered(columns: Columns) -> OrderedLine:
    """The line as an order would have it, to be checked as such."""
    names = [name for name in OrderedLine.__dataclass_fields__ if name in columns]
    return OrderedLine(**{name: columns[name] for name in names})
