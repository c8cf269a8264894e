"""What differs between two versions of an order, read by the statement that reads the order.

Source: V5.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from tortoise import fields

from models.purchase_order import PurchaseOrder, PurchaseOrderLine
from resolvers.ids import id_of
from resolvers.orders.purchase_order_history import LINE_FIELDS, ORDER_FIELDS, REFERENCES
from resolvers.reading.kinds import Column, Computed, Expression, InVersion
from resolvers.rules.diff import Difference, LineState, OrderState, difference
from resolvers.rules.text import api_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from models.base import Row
    from resolvers.visibility import Actor

_UNTOLD: Final = frozenset({"number", "order_type", "currency", "status"})
"""What no version changes, and what follows from receipts and invoices."""
_ORDER_TOLD: Final = tuple(name for name in ORDER_FIELDS if name not in _UNTOLD)
_LINE_TOLD: Final = tuple(name for name in LINE_FIELDS if name not in _UNTOLD)


def _value(row: str, model: type[Row], name: str) -> str:
    """SQL for a column's value in JSON: figures as text, so that no digit is lost."""
    known: Mapping[str, Any] = model._meta.fields_map
    column = f'{row}."{name}"'
    return f"trim_scale({column})::text" if isinstance(known.get(name), fields.DecimalField) else column


def _object(row: str, model: type[Row], names: Iterable[str]) -> str:
    return ", ".join(f"'{name}', {_value(row, model, name)}" for name in names)


_LINES: Final = f"""(SELECT coalesce(json_agg(json_build_object(
    'id', l.id, 'number', l.number, 'status', l.status, 'amount', trim_scale(l.effective_amount)::text,
    'told', json_build_object({_object("l", PurchaseOrderLine, _LINE_TOLD)}))), '[]')
    FROM purchase_order_line l WHERE l.purchase_order_id = {{row}}.id)"""  # noqa: S608 - our own names
_TOLD: Final = f"json_build_object({_object('{row}', PurchaseOrder, _ORDER_TOLD)})"
_STATE: Final = {
    "version": Column("version"),
    "currency": Column("currency"),
    "total": Column("total_amount"),
    "told": Expression(_TOLD, raw=True),
    "lines": Expression(_LINES, raw=True),
}


def _difference(
    required: Mapping[str, Any], _actor: Actor, from_version: int, to_version: int | None = None
) -> Difference | None:
    del from_version, to_version
    before, after = required["before"], required["after"]
    return None if before is None or after is None else difference(_state(before), _state(after))


def _state(stood: Mapping[str, Any]) -> OrderState:
    lines = (
        LineState(
            key=line["id"],
            number=line["number"],
            amount=Decimal(line["amount"]),
            status=line["status"],
            fields=_told(line["told"]),
        )
        for line in stood["lines"]
    )
    return OrderState(
        version=stood["version"],
        currency=stood["currency"],
        total=Decimal(stood["total"]),
        fields=_told(stood["told"]),
        lines={line.key: line for line in lines},
    )


def _told(values: Mapping[str, Any]) -> dict[str, str | None]:
    """Fields as text, named as in the API; each part of an address by itself, references by their ids."""
    told: dict[str, str | None] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            parts: dict[str, str | None] = value
            told |= {f"{api_name(name)}.{api_name(part)}": text for part, text in parts.items()}
        elif name in REFERENCES and value is not None:
            told[api_name(name)] = id_of(REFERENCES[name], value)
        else:
            told[api_name(name)] = _text(value)
    return told


def _text(value: Any) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case list():
            items: list[Any] = value
            return ", ".join(map(str, items))
        case _:
            return str(value)


DIFFERENCE: Final = Computed(
    {"before": InVersion("from_version", _STATE), "after": InVersion("to_version", _STATE)}, _difference
)
"""What differs between the versions that the arguments name."""
