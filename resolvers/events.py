"""The append-only history: one row for everything that happens, in the transaction of its cause (V7)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from models.event import Event
from models.invoice import Invoice
from models.purchase_order import PurchaseOrder
from models.requisition import PurchaseRequisition
from models.supplier import Supplier
from models.values import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from models.base import Row
    from resolvers.operation import Call

Change = dict[str, str | None]


async def record(  # noqa: PLR0913 - a row of the history, told whole
    call: Call,
    kind: str,
    subject: str,
    *,
    about: Iterable[Row] = (),
    changes: Iterable[Change] = (),
    reason: str | None = None,
) -> Event:
    """Write that something happened to the documents `about`.

    Source: V7.
    """
    return await Event.create(**_row(call, kind, subject, about, changes, reason))


def prepared(  # noqa: PLR0913 - as `record`
    call: Call,
    kind: str,
    subject: str,
    *,
    about: Iterable[Row] = (),
    changes: Iterable[Change] = (),
    reason: str | None = None,
) -> Event:
    """The same row, to be written with many others at once."""
    return Event(**_row(call, kind, subject, about, changes, reason))


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """The fields that differ, with both values as text."""
    names = [*before, *(name for name in after if name not in before)]
    return [
        {"field": name, "from": as_text(before.get(name)), "to": as_text(after.get(name))}
        for name in names
        if before.get(name) != after.get(name)
    ]


def as_text(value: Any) -> str | None:
    """A value as the history keeps it."""
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case Decimal():
            return plain(value)
        case datetime() | date():
            return value.isoformat()
        case list() | tuple() | set() | frozenset():
            return ", ".join(str(as_text(item)) for item in value)
        case _:
            return str(value)


def _row(  # noqa: PLR0913, PLR0917
    call: Call,
    kind: str,
    subject: str,
    about: Iterable[Row],
    changes: Iterable[Change],
    reason: str | None,
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "organization_id": call.organization_id,
        "kind": kind,
        "subject": subject,
        "actor_id": call.actor.user_id,
        "reason": reason,
        "changes": list(changes),
        "request_id": call.actor.request_id,
        "created_at": call.now,
    }
    for document in about:
        match document:
            case PurchaseOrder():
                row["purchase_order_id"] = document.id
            case Invoice():
                row["invoice_id"] = document.id
            case Supplier():
                row["supplier_id"] = document.id
            case PurchaseRequisition():
                row["requisition_id"] = document.id
            case _:
                raise TypeError(f"events are not about {type(document).__name__}")
    return row
