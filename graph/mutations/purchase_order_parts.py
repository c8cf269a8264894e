"""The lines, contacts and tags of orders: added, changed, removed. Each answers with the order."""

from typing import Any

import strawberry

from graph.context import Info
from graph.mutations.purchase_order import asked, change, fields
from graph.types.purchase_order_inputs import (
    PurchaseOrderContactAddInput,
    PurchaseOrderContactRemoveInput,
    PurchaseOrderContactUpdateInput,
    PurchaseOrderLineAddInput,
    PurchaseOrderLineRemoveInput,
    PurchaseOrderLineUpdateInput,
    PurchaseOrderTagsSetInput,
)
from models.statuses.orders import PurchaseOrderAction
from resolvers.orders import purchase_order_lines as lines
from resolvers.orders import purchase_order_parts as parts


@strawberry.type
class PurchaseOrderPartMutations:
    @change("Adds a line to an order.", PurchaseOrderAction.ADD_LINE)
    async def purchase_order_line_add(self, info: Info, input: PurchaseOrderLineAddInput) -> Any:
        return await lines.add(info.context.call, asked(input), fields(input)["line"])

    @change("Changes a line; what invoices took from it stays taken.", PurchaseOrderAction.UPDATE_LINE)
    async def purchase_order_line_update(self, info: Info, input: PurchaseOrderLineUpdateInput) -> Any:
        return await lines.update(info.context.call, asked(input), fields(input)["line"])

    @change("Removes a line that never served an invoice.", PurchaseOrderAction.REMOVE_LINE)
    async def purchase_order_line_remove(self, info: Info, input: PurchaseOrderLineRemoveInput) -> Any:
        return await lines.remove(info.context.call, asked(input))

    @change("Adds a person who is mailed about an order.", PurchaseOrderAction.ADD_CONTACT)
    async def purchase_order_contact_add(self, info: Info, input: PurchaseOrderContactAddInput) -> Any:
        return await parts.add_contact(info.context.call, asked(input), fields(input)["contact"])

    @change("Changes a contact.", PurchaseOrderAction.UPDATE_CONTACT)
    async def purchase_order_contact_update(self, info: Info, input: PurchaseOrderContactUpdateInput) -> Any:
        return await parts.update_contact(info.context.call, asked(input), fields(input)["contact"])

    @change("Removes a contact.", PurchaseOrderAction.REMOVE_CONTACT)
    async def purchase_order_contact_remove(self, info: Info, input: PurchaseOrderContactRemoveInput) -> Any:
        return await parts.remove_contact(info.context.call, asked(input))

    @change("Gives an order these tags and no others.", PurchaseOrderAction.SET_TAGS)
    async def purchase_order_tags_set(self, info: Info, input: PurchaseOrderTagsSetInput) -> Any:
        return await parts.set_tags(info.context.call, asked(input), fields(input)["tags"])
