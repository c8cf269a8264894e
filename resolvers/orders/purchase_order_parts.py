"""The contacts and tags of an order.

Source: O2, O4, L6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tortoise.transactions import in_transaction

from models.purchase_order import Contact, Tag
from models.statuses.orders import PurchaseOrderAction
from resolvers import events
from resolvers.errors import refuse_all
from resolvers.orders.purchase_order_edits import opened
from resolvers.orders.purchase_order_history import there, told_contact, told_tags
from resolvers.rules.order_parts import contact_refusals, tag_refusals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from resolvers.operation import Call, Written
    from resolvers.orders.purchase_order_edits import Asked, Edit

_PATHS = [("contact",)]


async def add_contact(call: Call, asked: Asked, given: Mapping[str, Any]) -> Written:
    """Add a person who is mailed about the order.

    Source: O2, O4.

    Raises:
        Refusals: what is wrong with the contact, or why the order takes none.
    """
    async with in_transaction():
        edit = await opened(call, asked, PurchaseOrderAction.ADD_CONTACT)
        present = [contact.email for contact in await _contacts(edit)]
        refuse_all(contact_refusals([given], _PATHS, present))
        contact = await Contact.create(
            organization_id=call.organization_id, purchase_order_id=edit.order.id, created_at=call.now, **given
        )
        changes = events.changes_between({}, there(told_contact(contact)))
        return await edit.saved("purchase_order_contact_added", changes=changes)


async def update_contact(call: Call, asked: Asked, given: Mapping[str, Any]) -> Written:
    """Change the fields of a contact that are given.

    Source: O2.

    Raises:
        Refusals: what is wrong with the contact as it would be.
    """
    async with in_transaction():
        edit = await opened(call, asked, PurchaseOrderAction.UPDATE_CONTACT)
        contacts, contact = await _contacts_and_meant(edit)
        present = [each.email for each in contacts if each.id != contact.id]
        refuse_all(contact_refusals([given], _PATHS, present))
        address, before = contact.email, told_contact(contact)
        contact.update_from_dict(dict(given))
        changes = events.changes_between(before, told_contact(contact, address))
        if changes:
            await contact.save(update_fields=list(given))
        return await edit.saved("purchase_order_contact_updated", changes=changes)


async def remove_contact(call: Call, asked: Asked) -> Written:
    """Remove a contact: nobody is mailed there about the order any more.

    Source: O2.
    """
    async with in_transaction():
        edit = await opened(call, asked, PurchaseOrderAction.REMOVE_CONTACT)
        _, contact = await _contacts_and_meant(edit)
        await contact.delete()
        changes = events.changes_between(there(told_contact(contact)), {})
        return await edit.saved("purchase_order_contact_removed", changes=changes)


async def set_tags(call: Call, asked: Asked, given: Sequence[Mapping[str, Any]]) -> Written:
    """Give an order these tags and no others.

    Source: O2.

    Raises:
        Refusals: what is wrong with them.
    """
    async with in_transaction():
        edit = await opened(call, asked, PurchaseOrderAction.SET_TAGS)
        refuse_all(tag_refusals(given))
        before = await Tag.filter(purchase_order_id=edit.order.id).order_by("key")
        after = tag_rows(call, edit.order.id, given)
        changes = events.changes_between(told_tags(before), told_tags(after))
        if changes:
            await Tag.filter(purchase_order_id=edit.order.id).delete()
            await Tag.bulk_create(after)
        return await edit.saved("purchase_order_tags_set", changes=changes)


def contact_rows(call: Call, order_id: int, given: Sequence[Mapping[str, Any]]) -> list[Contact]:
    """Rows of new contacts."""
    return [
        Contact(organization_id=call.organization_id, purchase_order_id=order_id, created_at=call.now, **contact)
        for contact in given
    ]


def tag_rows(call: Call, order_id: int, given: Sequence[Mapping[str, Any]]) -> list[Tag]:
    """Rows of new tags."""
    return [
        Tag(organization_id=call.organization_id, purchase_order_id=order_id, created_at=call.now, **tag)
        for tag in given
    ]


async def _contacts(edit: Edit) -> list[Contact]:
    return await Contact.filter(purchase_order_id=edit.order.id).order_by("id")


async def _contacts_and_meant(edit: Edit) -> tuple[list[Contact], Contact]:
    """All contacts of the order, and the one among them that is meant."""
    contacts = await _contacts(edit)
    return contacts, next(contact for contact in contacts if contact.id == edit.asked.part_key)
