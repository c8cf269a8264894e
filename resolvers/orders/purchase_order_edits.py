"""What every change of an order has in common: the gate and the order locked, the edit version and the table of actions
asked before, the history written after.

    async with in_transaction():
        edit = await opened(call, asked, PurchaseOrderAction.SUSPEND)
        edit.order.suspended_at = call.now
        return await edit.saved("purchase_order_suspended", ["suspended_at"])

Source: L6, V7.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from models.purchase_order import Contact, PurchaseOrder, PurchaseOrderLine, PurchaseOrderSellerEntity
from models.supplier import Supplier
from resolvers import events
from resolvers.derived import progress
from resolvers.errors import InvalidValue, NotFound, refuse_all
from resolvers.ids import key_of
from resolvers.operation import Written, check_version, locked_gate, orders_changed
from resolvers.orders import budgets
from resolvers.orders.facts_orders import standing_of
from resolvers.orders.purchase_order_history import VERSION, changed_since, told_order
from resolvers.rules.ordering import REASON, OrderTerms
from resolvers.rules.text import search_words, shown
from resolvers.rules.transitions import reasons_against
from resolvers.telling import notices
from resolvers.verifying import verification
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from models.organization import OrganizationGate
    from models.statuses.orders import PurchaseOrderAction
    from resolvers.operation import Call
    from resolvers.rules.standing import Standing

LONGEST_SEARCH_TEXT: Final = 20_000
SEARCHED: Final = frozenset({"number", "external_id", "display_name", "erp_number", "description", "supplier_id"})
"""The columns of an order whose words it is found by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What every change of an order says: which one, as the caller saw it, and why.

    The order is meant by its own id or number, or by the id of a line or contact of it.
    """

    id: str | None = None
    number: str | None = None
    line_id: str | None = None
    contact_id: str | None = None
    expected_version: int | None = None
    reason: str | None = None

    async def conditions(self, call: Call) -> dict[str, Any]:
        """How to find the order.

        Raises:
            NotFound: there is no such line or contact.
            InvalidValue: not exactly one key is given.
        """
        if self.line_id is not None:
            line = await part_of(PurchaseOrderLine, call, self.line_id, "line", ("lineId",))
            return {"id": line.purchase_order_id}
        if self.contact_id is not None:
            contact = await part_of(Contact, call, self.contact_id, "contact", ("contactId",))
            return {"id": contact.purchase_order_id}
        if (self.id is None) == (self.number is None):
            raise InvalidValue(value="", expected="give either id or number, to say which order is meant", path=("id",))
        return {"number": self.number} if self.id is None else {"id": key_of(PurchaseOrder, self.id)}

    @property
    def part_key(self) -> int | None:
        """The key of the line or contact that is meant."""
        if self.line_id is not None:
            return key_of(PurchaseOrderLine, self.line_id)
        return None if self.contact_id is None else key_of(Contact, self.contact_id)

    def not_found(self) -> NotFound:
        """The refusal where there is none."""
        path = ("number",) if self.id is None else ("id",)
        return NotFound(kind="purchase order", key=shown(self.id or self.number or ""), path=path)


async def part_of(row: Any, call: Call, text: str, kind: str, path: tuple[str, ...]) -> Any:
    """A line or contact by its id.

    Raises:
        NotFound: there is none for the caller.
    """
    found = await visible_to(row, call.actor).get_or_none(id=key_of(row, text))
    if found is None:
        raise NotFound(kind=kind, key=shown(text), path=path)
    return found


@dataclass(slots=True)
class Edit:
    """A change of an order that this transaction makes, begun by `opened`."""

    call: Call
    asked: Asked
    gate: OrganizationGate
    order: PurchaseOrder
    standing: Standing
    seller_entity_ids: list[int]
    before: Mapping[str, Any]

    @property
    def terms(self) -> OrderTerms:
        """What the order's lines are checked against."""
        return terms_of(self.order)

    async def lines(self) -> list[PurchaseOrderLine]:
        """The order's lines, by number."""
        return await PurchaseOrderLine.filter(purchase_order_id=self.order.id).order_by("number")

    async def saved(
        self,
        kind: str,
        columns: Iterable[str] = (),
        *,
        changes: Sequence[events.Change] = (),
        lines: Sequence[PurchaseOrderLine] | None = None,
    ) -> Written:
        """Write down the changed columns, the edit and its event; figures are derived anew where they may differ.

        `lines` are all lines of the order as they are now, given where what they say may have changed; invoices on them
        are verified again (I4). Where nothing has changed at all, nothing is written.
        """
        own = events.changes_between(self.before, told_order(self.order, self.seller_entity_ids))
        if not own and not changes:
            return Written(self.order.id)
        written = {*columns, "updated_at", "edit_version"}
        if lines is not None or SEARCHED & written:
            self.order.search_text = await search_text(self.order, await self.lines() if lines is None else lines)
            written.add("search_text")
        self.order.updated_at = self.call.now
        self.order.edit_version += 1
        await self.order.save(update_fields=sorted(written))
        if lines is not None or {"minimum_spend", "discount_percentage"} & written:
            changed = await progress.refresh([self.order.id])
            await budgets.check_within(self.order)
            await notices.balances_changed(self.call, changed)
        await orders_changed(self.gate)
        version = {VERSION: self.order.edit_version - 1}, {VERSION: self.order.edit_version}
        told = [*own, *changes, *events.changes_between(*version)]
        event = await events.record(
            self.call, kind, self.order.number, about=[self.order], changes=told, reason=self.asked.reason
        )
        agreed_otherwise = any((change["field"] or "").startswith("lines.") for change in changes)
        rechecked = await verification.recheck_orders(self.call, [self.order.id] if agreed_otherwise else [])
        return Written(self.order.id, (event, *rechecked))


async def opened(call: Call, asked: Asked, action: PurchaseOrderAction, **facts: Any) -> Edit:
    """The order that is to be changed, held until the transaction ends, if the action can be done with it now.

    `facts` are what of its standing the caller's input says.

    Raises:
        NotFound: there is no such order.
        VersionConflict: somebody changed it after the caller saw it.
        Refusals: why it cannot be done.
    """
    gate = await locked_gate(call)
    conditions = await asked.conditions(call)
    order = await visible_to(PurchaseOrder, call.actor).select_for_update().get_or_none(**conditions)
    if order is None:
        raise asked.not_found()
    expected = asked.expected_version
    if expected is not None and expected != order.edit_version:
        check_version(expected, order.edit_version, await changed_since(order, expected))
    standing = replace(await standing_of(order, call), **facts)
    refuse_all([*REASON.refusals(asked.reason, ("reason",)), *reasons_against(action, standing, call.actor.roles)])
    sellers = await seller_entities_of(order)
    return Edit(call, asked, gate, order, standing, sellers, told_order(order, sellers))


async def seller_entities_of(order: PurchaseOrder) -> list[int]:
    """The seller entities that may bill on the order; none means all."""
    links = await PurchaseOrderSellerEntity.filter(purchase_order_id=order.id).order_by("id")
    return [link.seller_entity_id for link in links]


def terms_of(order: PurchaseOrder) -> OrderTerms:
    """What an order's fields and lines are checked against."""
    return OrderTerms(
        currency=order.currency,
        order_type=order.order_type,
        effective_date=order.effective_date,
        expiration_date=order.expiration_date,
    )


async def search_text(order: PurchaseOrder, lines: Iterable[PurchaseOrderLine]) -> str:
    """The words that an order is found by: of itself, its supplier, and its lines."""
    supplier = await Supplier.get(id=order.supplier_id)
    texts = [order.number, order.display_name, order.external_id, order.erp_number, supplier.name, order.description]
    for line in lines:
        texts += [line.description, line.part_number, line.supplier_product]
    words = dict.fromkeys(word for text in texts if text for word in search_words(text, most=None))
    joined = " ".join(words)
    return joined if len(joined) <= LONGEST_SEARCH_TEXT else joined[:LONGEST_SEARCH_TEXT].rpartition(" ")[0]
