"""Purchase orders: created, changed, copied, deleted.

What is done to their standing is in `purchase_order_states`, to their lines in `purchase_order_lines`, to contacts
and tags in `purchase_order_parts`.

Source: O1, O2, O3, O4, O12.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from models.purchase_order import Contact, PurchaseOrder, PurchaseOrderLine, PurchaseOrderSellerEntity, Tag
from models.requisition import PurchaseRequisition
from models.statuses.orders import PurchaseOrderAction, PurchaseOrderStatus
from models.supplier import SellerEntity
from resolvers import events
from resolvers.derived import progress
from resolvers.errors import InvalidValue, WrongStatus, refuse_all
from resolvers.ids import id_of
from resolvers.operation import Written, locked_gate, orders_changed
from resolvers.orders.purchase_order_copies import copied
from resolvers.orders.purchase_order_creation import create_order, plain_columns
from resolvers.orders.purchase_order_edits import opened
from resolvers.orders.purchase_order_history import there, told_contact, told_line, told_tags
from resolvers.orders.purchase_order_lifecycle import check_needs_no_revision, weighing
from resolvers.orders.purchase_order_references import references, seller_entities, taken_meanwhile, taken_refusals
from resolvers.rules.numbering import place_of
from resolvers.rules.ordering import OrderedLine, date_refusals, field_refusals, shrinking_refusals
from resolvers.rules.transitions import activation_refusal
from resolvers.sourcing import contracts, shipping

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolvers.errors import Refusal
    from resolvers.operation import Call
    from resolvers.orders.purchase_order_edits import Asked, Edit
    from resolvers.orders.purchase_order_references import References
    from resolvers.rules.ordering import OrderTerms

_DATES = ("effective_date", "expiration_date")


async def create(call: Call, given: Mapping[str, Any]) -> Written:
    """Make an order with everything on it: a draft, or issued at once.

    Source: O1, O2, O3, O4, O5.

    Raises:
        Refusals: everything that is wrong with it.
    """
    async with in_transaction():
        gate = await locked_gate(call)
        return await create_order(call, gate, given, "purchase_order_created")


async def copy(call: Call, asked: Asked, given: Mapping[str, Any]) -> Written:
    """Make an order like another one for a later period: dates moved, lines, contacts and tags carried, balances fresh.

    Source: O12.

    Raises:
        Refusals: everything that is wrong with the copy.
    """
    async with in_transaction():
        edit = await opened(call, asked, PurchaseOrderAction.COPY)
        changes = events.changes_between({}, {"copiedFrom": edit.order.number})
        copy_of = await copied(edit, given)
        return await create_order(
            call, edit.gate, copy_of, "purchase_order_copied", changes=changes, reason=asked.reason
        )


async def update(call: Call, asked: Asked, given: Mapping[str, Any]) -> Written:
    """Change the fields that are given; null takes a value away. Where nothing differs, nothing is written.

    Source: O1, O2, O4, O5, A1.

    Raises:
        ApprovalRequired: the order is issued, and a rule fits what it would be: that takes a revision.
        Refusals: what is wrong with the order as it would be, or why it cannot be changed.
    """
    async with in_transaction():
        edit = await opened(call, asked, PurchaseOrderAction.UPDATE)
        order = edit.order
        found = await references(call, given)
        terms = replace(edit.terms, **{name: given[name] for name in _DATES if name in given})
        sellers, wrong_sellers = await _seller_entities(edit, given, found)
        wrong = field_refusals(given, terms)
        if ("externalId",) not in {refusal.path for refusal in wrong}:
            wrong += await taken_refusals(call, edit.gate, {"external_id": given.get("external_id")}, own=order.id)
        dates = await _date_refusals(edit, terms)
        stays = await contracts.supplier_refusals(order, found.columns.get("supplier_id") or order.supplier_id)
        stays += await _requisition_refusals(order, found)
        refuse_all([*wrong, *found.refusals, *wrong_sellers, *_supplier_refusals(edit, found), *stays, *dates])
        columns = plain_columns(given) | found.columns
        shipped = order.shipping_method_id
        if terms.expiration_date != order.expiration_date:
            columns["expiration_set_on"] = None if terms.expiration_date is None else call.today
        changed = {name for name, value in columns.items() if value != getattr(order, name)}
        order.update_from_dict(columns)
        await _set_seller_entities(edit, sellers)
        moved = order.shipping_method_id != shipped
        fee = await shipping.settle_fee(edit, await edit.lines()) if moved else shipping.Settled()
        changed |= {"unit_price"} if fee.changes else set()
        weighed = weighing(edit, changed)
        try:
            lines = fee.lines if fee.changes else await edit.lines() if weighed else None
            written = await edit.saved("purchase_order_updated", [*columns, *weighed], changes=fee.changes, lines=lines)
        except IntegrityError as error:
            raise taken_meanwhile(error, columns) from error
        await check_needs_no_revision(edit, changed)
        return written


async def delete(call: Call, asked: Asked) -> Written:
    """Delete an order that never served an invoice. The history keeps what it was; its number is not generated again.

    What a release has reserved of its blanket order is free again, and so is what was asked for in requisitions.

    Source: O3, O10, L6, K1.

    Raises:
        Refusals: it has served invoices; it can be closed.
    """
    async with in_transaction():
        edit = await opened(call, asked, PurchaseOrderAction.DELETE)
        order, gate = edit.order, edit.gate
        told = {**edit.before, **told_tags(await Tag.filter(purchase_order_id=order.id))}
        lines = await edit.lines()
        for line in lines:
            told |= told_line(line)
        for contact in await Contact.filter(purchase_order_id=order.id):
            told |= told_contact(contact)
        await order.delete()
        await progress.refresh([] if order.blanket_order_id is None else [order.blanket_order_id])
        await progress.refresh_ordered(line.requisition_line_id for line in lines)
        if (place := place_of(order.number)) is not None and place > gate.last_order_number:
            gate.last_order_number = place
            await gate.save(update_fields=["last_order_number"])
        await orders_changed(gate)
        changes = events.changes_between(there(told), {})
        event = await events.record(
            call, "purchase_order_deleted", order.number, about=[order], changes=changes, reason=asked.reason
        )
        return Written(None, (event,))


async def _seller_entities(edit: Edit, given: Mapping[str, Any], found: References) -> tuple[list[int], list[Refusal]]:
    """The seller entities as they would be, which have to be companies of the supplier as it would be."""
    supplier_id = found.columns.get("supplier_id", edit.order.supplier_id)
    if "seller_entity_ids" not in given and supplier_id == edit.order.supplier_id:
        return edit.seller_entity_ids, []
    present = [id_of(SellerEntity, key) for key in edit.seller_entity_ids]
    return await seller_entities(edit.call, given.get("seller_entity_ids", present), supplier_id)


async def _set_seller_entities(edit: Edit, sellers: list[int]) -> None:
    if set(sellers) == set(edit.seller_entity_ids):
        return
    edit.seller_entity_ids = sellers
    await PurchaseOrderSellerEntity.filter(purchase_order_id=edit.order.id).delete()
    await PurchaseOrderSellerEntity.bulk_create(
        [
            PurchaseOrderSellerEntity(
                organization_id=edit.call.organization_id, purchase_order_id=edit.order.id, seller_entity_id=key
            )
            for key in sellers
        ]
    )


def _supplier_refusals(edit: Edit, found: References) -> list[Refusal]:
    """Another supplier for an order that is more than a draft."""
    draft = PurchaseOrderStatus.DRAFT
    if found.columns.get("supplier_id", edit.order.supplier_id) == edit.order.supplier_id or edit.order.status is draft:
        return []
    return [WrongStatus(action="UPDATE", status=edit.order.status, allowed=(str(draft),), path=("supplierId",))]


async def _requisition_refusals(order: PurchaseOrder, found: References) -> list[Refusal]:
    """Another requisition, or none, for an order whose lines say of which requisition they are."""
    key = found.columns.get("requisition_id", order.requisition_id)
    if key == order.requisition_id:
        return []
    if not await PurchaseOrderLine.exists(purchase_order_id=order.id, requisition_line_id__isnull=False):
        return []
    value = "null" if key is None else id_of(PurchaseRequisition, key)
    because = "lines of the order are made from the requisition it has"
    return [InvalidValue(value=value, expected=because, path=("requisitionId",))]


async def _date_refusals(edit: Edit, terms: OrderTerms) -> list[Refusal]:
    """What speaks against the validity as it would be: lines outside of it, one active order too many."""
    if terms == edit.terms or date_refusals(terms):
        return []
    lines = [
        (line.number, OrderedLine(start_date=line.start_date, end_date=line.end_date)) for line in await edit.lines()
    ]
    after = replace(edit.standing, effective_date=terms.effective_date, expiration_date=terms.expiration_date)
    full = activation_refusal(edit.standing, after)
    return [*shrinking_refusals(lines, edit.terms, terms), *([full] if full else [])]
