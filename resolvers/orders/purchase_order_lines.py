"""The lines of an order: added, changed, removed.

Source: O4, O5, L6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tortoise.transactions import in_transaction

from models.invoice import Allocation
from models.purchase_order import PurchaseOrderLine
from models.statuses.orders import PurchaseOrderAction
from resolvers import events
from resolvers.errors import InUse, refuse_all
from resolvers.errors_approvals import Documented
from resolvers.orders import purchase_order_line_drafts as drafting
from resolvers.orders.purchase_order_edits import opened
from resolvers.orders.purchase_order_history import there, told_line
from resolvers.orders.purchase_order_lifecycle import WEIGHTY, check_needs_no_revision, weighing
from resolvers.receiving import received_lines
from resolvers.rules.transitions import LINE_REMEDY
from resolvers.sourcing import products, shipping
from resolvers.sourcing.requisitioning import refresh_ordered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolvers.errors import Refusal
    from resolvers.operation import Call, Written
    from resolvers.orders.purchase_order_edits import Asked, Edit


async def add(call: Call, asked: Asked, given: Mapping[str, Any]) -> Written:
    """Add a line; without a number it gets the one after the highest.

    Source: O4, O5, A1.

    Raises:
        ApprovalRequired: the order is issued, and a rule fits what it would be: that takes a revision.
        Refusals: what is wrong with the line, or why the order takes none.
    """
    async with in_transaction():
        edit = await opened(call, asked, PurchaseOrderAction.ADD_LINE)
        lines = await edit.lines()
        limit, present = edit.standing.limits.lines, [line.number for line in lines]
        fields, wrong = await _with_product(edit, given)
        drafts = drafting.drafts([fields], edit.terms, [("line",)], limit=limit, present=present)
        refuse_all([*wrong, *drafts.refusals])
        [line] = drafting.rows(call, edit.order, drafts.lines)
        await line.save()
        changes = events.changes_between({}, there(told_line(line)))
        fee = await shipping.settle_fee(edit, [*lines, line])
        weighed = weighing(edit, WEIGHTY)
        written = await edit.saved(
            "purchase_order_line_added", weighed, changes=[*changes, *fee.changes], lines=fee.lines
        )
        await check_needs_no_revision(edit, WEIGHTY)
        return written


async def update(call: Call, asked: Asked, given: Mapping[str, Any]) -> Written:
    """Change the fields of a line that are given.

    Source: O5, A1.

    Raises:
        ApprovalRequired: the order is issued, and a rule fits what it would be: that takes a revision.
        Refusals: what is wrong with the line as it would be, or why the order cannot be changed.
    """
    async with in_transaction():
        edit = await opened(call, asked, PurchaseOrderAction.UPDATE_LINE)
        lines, line = await _lines_and_meant(edit)
        before = told_line(line)
        fields, wrong = await _with_product(edit, given, {"quantity": line.quantity})
        drafts = drafting.changed(line, fields, edit.terms, ("line",))
        refuse_all([*wrong, *drafts.refusals])
        [columns] = drafts.lines
        refuse_all(await received_lines.change_refusals(line, columns, ("line",)))
        present = {name: getattr(line, name) for name in columns}
        line.update_from_dict(columns)
        changes = events.changes_between(before, told_line(line))
        if changes:
            await line.save(update_fields=list(columns))
        fee = await shipping.settle_fee(edit, lines)
        changed = {name for name, value in columns.items() if value != present[name]}
        weighed = weighing(edit, changed)
        written = await edit.saved(
            "purchase_order_line_updated", weighed, changes=[*changes, *fee.changes], lines=fee.lines
        )
        await check_needs_no_revision(edit, changed)
        return written


async def remove(call: Call, asked: Asked) -> Written:
    """Remove a line that never served an invoice.

    Source: O5, L6, A1.

    Raises:
        ApprovalRequired: the order is issued, and a rule fits what it would be: that takes a revision.
        InUse: it has served invoices.
        Documented: releases have drawn on it.
    """
    async with in_transaction():
        edit = await opened(call, asked, PurchaseOrderAction.REMOVE_LINE)
        lines, line = await _lines_and_meant(edit)
        served = await Allocation.filter(line_id=line.id).distinct().values_list("invoice_id", flat=True)
        if served:
            raise InUse(invoices=len(served), remedy=LINE_REMEDY, path=("lineId",))
        if await PurchaseOrderLine.filter(blanket_line_id=line.id).exists():
            raise Documented(kinds=("releases",), path=("lineId",))
        refuse_all(await received_lines.removal_refusals(line, ("lineId",)))
        changes = events.changes_between(there(told_line(line)), {})
        await line.delete()
        await refresh_ordered([line.requisition_line_id])
        fee = await shipping.settle_fee(edit, [each for each in lines if each.id != line.id])
        weighed = weighing(edit, WEIGHTY)
        written = await edit.saved(
            "purchase_order_line_removed", weighed, changes=[*changes, *fee.changes], lines=fee.lines
        )
        await check_needs_no_revision(edit, WEIGHTY)
        return written


async def _with_product(
    edit: Edit, given: Mapping[str, Any], standing: Mapping[str, Any] | None = None
) -> tuple[dict[str, Any], list[Refusal]]:
    """The fields of a line, with what the product that it names says of it."""
    order = edit.order
    [fields], wrong = await products.taken_over(
        edit.call, [given], [("line",)], currency=order.currency, supplier_id=order.supplier_id, standing=standing
    )
    return fields, wrong


async def _lines_and_meant(edit: Edit) -> tuple[list[PurchaseOrderLine], PurchaseOrderLine]:
    """All lines of the order, and the one among them that is meant."""
    lines = await edit.lines()
    return lines, next(line for line in lines if line.id == edit.asked.part_key)
