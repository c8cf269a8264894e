"""Orders made by the operation itself, and what tests of operations on them look at."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pytest

from models import database
from models.invoice import Allocation
from models.organization import Organization
from models.purchase_order import Contact, PurchaseOrder, PurchaseOrderLine
from models.supplier import Supplier
from resolvers.derived import progress
from resolvers.errors import Refusal, Refusals
from resolvers.ids import id_of
from resolvers.orders import purchase_orders
from resolvers.orders.purchase_order_edits import Asked
from tests.factories import make_invoice_row, make_supplier

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from resolvers.operation import Call, Written

FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
TABLES: Final = (
    "purchase_order",
    "purchase_order_line",
    "purchase_order_seller_entity",
    "purchase_order_contact",
    "purchase_order_tag",
    "event",
    "organization_gate",
    "allocation",
    "notice",
    "approval_rule",
    "approval_plan",
    "approval_step",
    "approval",
    "purchasing_task",
    "comment",
    "attachment",
    "purchasing_permission",
    "receipt",
    "receipt_line",
    "milestone",
    "invoice",
    "invoice_line",
    "invoice_match",
)


async def supplier_of(call: Call) -> Supplier:
    """The organization's supplier; its first, made when there is none."""
    return await Supplier.filter(organization_id=call.organization_id).first() or await make_supplier(
        call.organization_id
    )


async def terms(call: Call, **given: Any) -> dict[str, Any]:
    """What a valid order for 2025 takes."""
    supplier = await supplier_of(call)
    return {
        "currency": "USD",
        "supplier_id": id_of(Supplier, supplier.id),
        "effective_date": FIRST,
        "expiration_date": LAST,
        **given,
    }


def a_line(unit_price: int | str = 10000, **given: Any) -> dict[str, Any]:
    """A tracked line of one fixed fee."""
    return {"unit_price": Decimal(unit_price), "balance_tracked": True, **given}


def contact(number: int = 1) -> dict[str, Any]:
    return {"name": f"Contact {number}", "email": f"contact{number}@example.com"}


async def make_draft(call: Call, **given: Any) -> PurchaseOrder:
    """A draft for 2025."""
    written = await purchase_orders.create(call, await terms(call, **given))
    return await PurchaseOrder.get(id=written.key)


async def make_order(call: Call, **given: Any) -> PurchaseOrder:
    """An issued order for 2025."""
    return await make_draft(call, issue=True, **given)


def asked(order: PurchaseOrder, **more: Any) -> Asked:
    """The order is meant."""
    return Asked(id=id_of(PurchaseOrder, order.id), **more)


async def first_line(order: PurchaseOrder) -> PurchaseOrderLine:
    found = await PurchaseOrderLine.filter(purchase_order_id=order.id).order_by("number").first()
    assert found is not None
    return found


async def the_line(order: PurchaseOrder, **more: Any) -> Asked:
    """The first line of the order is meant."""
    return Asked(line_id=id_of(PurchaseOrderLine, (await first_line(order)).id), **more)


async def the_contact(order: PurchaseOrder, **more: Any) -> Asked:
    """The first contact of the order is meant."""
    found = await Contact.filter(purchase_order_id=order.id).order_by("id").first()
    assert found is not None
    return Asked(contact_id=id_of(Contact, found.id), **more)


async def serve(call: Call, line: PurchaseOrderLine, amount: int = 2000) -> None:
    """An invoice of March takes from the line."""
    order = await line.purchase_order
    invoice = await make_invoice_row(call, await order.supplier, amount)
    await Allocation.create(
        organization_id=call.organization_id,
        invoice=invoice,
        purchase_order=order,
        line=line,
        currency=line.currency,
        amount=Decimal(amount),
        period_start=date(2025, 3, 1),
        period_end=date(2025, 3, 31),
    )
    await progress.refresh([order.id])


async def set_limits(call: Call, **limits: int) -> None:
    """The organization's own limits: `active_order_limit=1`."""
    await Organization.filter(id=call.organization_id).update(**limits)


def later(call: Call, **by: Any) -> Call:
    """The same caller at another time."""
    return replace(call, now=call.now.replace(**by))


def changes(written: Written) -> dict[str, tuple[str | None, str | None]]:
    """What the one event says has changed, without the edit version."""
    [event] = written.events
    return {each["field"]: (each["from"], each["to"]) for each in event.changes if each["field"] != "editVersion"}


async def everything() -> dict[str, str | None]:
    """A digest of every row that an operation on orders may touch."""
    return {
        table: (await database.rows(f"SELECT md5(string_agg(t::text, '|' ORDER BY t.id)) AS digest FROM {table} t"))[0][  # noqa: S608
            "digest"
        ]
        for table in TABLES
    }


async def refused(doing: Awaitable[Any]) -> list[Refusal]:
    """Everything that an operation is refused for; it has left no trace."""
    before = await everything()
    with pytest.raises((Refusal, Refusals)) as raised:
        await doing
    assert await everything() == before
    match raised.value:
        case Refusals() as several:
            return list(several.refusals)
        case Refusal() as one:
            return [one]
        case _:  # pragma: no cover - pytest lets nothing else through
            raise AssertionError


def paths(found: list[Refusal]) -> list[str]:
    return [".".join(refusal.path) for refusal in found]
