"""A new order with everything on it, checked as a whole and written as a whole: for `create`, and for `copy`.

Source: O1, O2, O3, O4, O5.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tortoise.exceptions import IntegrityError

from models.purchase_order import Contact, PurchaseOrder, PurchaseOrderLine, PurchaseOrderSellerEntity, Tag
from models.statuses.orders import OrderType
from resolvers import events
from resolvers.derived import progress
from resolvers.errors import refuse_all
from resolvers.operation import Written, orders_changed
from resolvers.orders import purchase_order_line_drafts as drafting
from resolvers.orders.facts_orders import standing_of_new
from resolvers.orders.purchase_order_edits import search_text
from resolvers.orders.purchase_order_history import (
    VERSION,
    said_of,
    there,
    told_contact,
    told_line,
    told_order,
    told_tags,
)
from resolvers.orders.purchase_order_lifecycle import issue_columns, issued_at_once
from resolvers.orders.purchase_order_parts import contact_rows, tag_rows
from resolvers.orders.purchase_order_references import references, seller_entities, taken_meanwhile, taken_refusals
from resolvers.rules.numbering import following, generated
from resolvers.rules.order_parts import contact_refusals, limit_refusals, tag_refusals
from resolvers.rules.ordering import OrderTerms, field_refusals
from resolvers.rules.text import api_name
from resolvers.rules.transitions import activation_refusal, issued
from resolvers.sourcing import products, shipping
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from models.organization import OrganizationGate
    from resolvers.errors import Refusal
    from resolvers.operation import Call
    from resolvers.rules.standing import Standing

_PLAIN: Final = (
    "external_id",
    "display_name",
    "erp_number",
    "description",
    "ship_to",
    "tax_registration_numbers",
    "invoice_units",
    "effective_date",
    "expiration_date",
    "minimum_spend",
    "discount_percentage",
)
_SKIPPED_AT_ONCE: Final = 100

Given = dict[str, Any]


@dataclass(slots=True)
class Draft:
    """An order that is to be written, as columns and rows to be, and everything that is wrong with it."""

    number: str | None
    columns: dict[str, Any]
    lines: list[drafting.Columns]
    seller_entity_ids: list[int]
    contacts: Sequence[Mapping[str, Any]]
    tags: Sequence[Mapping[str, Any]]
    refusals: list[Refusal] = field(default_factory=list["Refusal"])


async def create_order(  # noqa: PLR0913 - an event of the history, told whole
    call: Call,
    gate: OrganizationGate,
    given: Mapping[str, Any],
    kind: str,
    *,
    changes: Sequence[events.Change] = (),
    reason: str | None = None,
    is_agreed: bool = False,
) -> Written:
    """Write a new order, or refuse it with everything that is wrong with it. The caller holds the gate.

    `given` has the fields of the API by their Python names, references by their ids. One that is to be issued at once
    must need nobody's approval, unless it `is_agreed` already.

    Raises:
        ApprovalRequired: a rule fits an order that is to be issued at once.
        Refusals: all of it.
    """
    draft = await _drafted(call, gate, {name: value for name, value in given.items() if value is not None})
    refuse_all(draft.refusals)
    number = draft.number or await _next_number(call, gate)
    order = await _inserted(call, number, draft)
    lines = drafting.rows(call, order, draft.lines)
    sellers = [
        PurchaseOrderSellerEntity(
            organization_id=call.organization_id, purchase_order_id=order.id, seller_entity_id=seller_entity_id
        )
        for seller_entity_id in draft.seller_entity_ids
    ]
    contacts, tags = contact_rows(call, order.id, draft.contacts), tag_rows(call, order.id, draft.tags)
    await PurchaseOrderLine.bulk_create(lines)
    await PurchaseOrderSellerEntity.bulk_create(sellers)
    await Contact.bulk_create(contacts)
    await Tag.bulk_create(tags)
    order.search_text = await search_text(order, lines)
    await order.save(update_fields=["search_text"])
    await progress.refresh([order.id])
    if order.issued_at is not None:
        await issued_at_once(call, order, is_agreed=is_agreed)
    await orders_changed(gate)
    told = told_order(order, draft.seller_entity_ids) | told_tags(tags) | {VERSION: order.edit_version}
    for part in (*map(told_line, lines), *map(told_contact, contacts)):
        told |= part
    told_changes = [*changes, *events.changes_between({}, there(told))]
    event = await events.record(call, kind, number, about=[order], changes=told_changes, reason=reason)
    return Written(order.id, (event,))


def plain_columns(given: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that hold what was given, as it was given; an address as far as it says anything."""
    columns = {name: given[name] for name in _PLAIN if name in given}
    return {**columns, "ship_to": said_of(given["ship_to"])} if "ship_to" in given else columns


async def _drafted(call: Call, gate: OrganizationGate, given: Given) -> Draft:
    order_type = OrderType(given.get("order_type", OrderType.STANDARD))
    terms = OrderTerms(
        currency=given["currency"],
        order_type=order_type,
        effective_date=given.get("effective_date"),
        expiration_date=given.get("expiration_date"),
    )
    standing = await standing_of_new(call, terms.effective_date, terms.expiration_date)
    issue = bool(given.get("issue"))
    columns = plain_columns(given)
    columns |= {"order_type": order_type, "currency": terms.currency, "business_owner_id": call.actor.user_id}
    if terms.expiration_date is not None:
        columns["expiration_set_on"] = call.today
    if issue:
        columns |= await issue_columns(call)
    wrong = field_refusals(given, terms)
    found = await references(call, given)
    sellers, wrong_sellers = await seller_entities(
        call, given.get("seller_entity_ids", []), found.columns.get("supplier_id")
    )
    lines = await _drafted_lines(call, given, terms, standing, found.columns)
    refusals = [*wrong, *found.refusals, *wrong_sellers, *lines.refusals, *_part_refusals(given, standing)]
    misshapen = {refusal.path for refusal in wrong}
    keys = {name: given.get(name) for name in ("number", "external_id") if (api_name(name),) not in misshapen}
    refusals += await taken_refusals(call, gate, keys)
    full = activation_refusal(standing, issued(standing)) if issue else None
    return Draft(
        number=given.get("number"),
        columns={**columns, **found.columns},
        lines=lines.lines,
        seller_entity_ids=sellers,
        contacts=given.get("contacts", []),
        tags=given.get("tags", []),
        refusals=[*refusals, *([full] if full else [])],
    )


async def _drafted_lines(
    call: Call, given: Given, terms: OrderTerms, standing: Standing, columns: Mapping[str, Any]
) -> drafting.Drafts:
    """The lines, with what their products say of them, and the handling fee of the shipping method (O9)."""
    limit = standing.limits.lines
    paths = [("lines", str(at)) for at in range(len(given.get("lines", [])))]
    lines, wrong = await products.taken_over(
        call, given.get("lines", []), paths, currency=terms.currency, supplier_id=columns.get("supplier_id")
    )
    drafts = drafting.drafts(lines, terms, paths, limit=limit)
    drafts.refusals += wrong
    fee = None if drafts.refusals else await shipping.fee_of_new(columns.get("shipping_method_id"), terms, drafts.lines)
    if fee is not None:
        present = [line["number"] for line in drafts.lines]
        added = drafting.drafts([fee], terms, [("shippingMethodId",)], limit=limit, present=present)
        drafts.lines += added.lines
        drafts.refusals += added.refusals
    return drafts


def _part_refusals(given: Given, standing: Standing) -> list[Refusal]:
    contacts = given.get("contacts", [])
    too_many = limit_refusals("orderContactLimit", standing.limits.contacts, len(contacts), ("contacts",))
    paths = [("contacts", str(at)) for at in range(len(contacts))]
    return [*(too_many or contact_refusals(contacts, paths)), *tag_refusals(given.get("tags", []))]


async def _next_number(call: Call, gate: OrganizationGate) -> str:
    """The number after the last one given out that no order has; the gate remembers it.

    Source: O3.
    """
    first = following(gate.last_order_number)
    while True:
        places = range(first, first + _SKIPPED_AT_ONCE)
        numbers = {generated(place): place for place in places}
        found = visible_to(PurchaseOrder, call.actor).filter(number__in=list(numbers))
        taken = {order.number for order in await found.only("id", "number")}
        free = next((number for number in numbers if number not in taken), None)
        if free is not None:
            gate.last_order_number = numbers[free]
            await gate.save(update_fields=["last_order_number"])
            return free
        first = places.stop


async def _inserted(call: Call, number: str, draft: Draft) -> PurchaseOrder:
    """The row of the order.

    Raises:
        AlreadyTaken: somebody who does not hold the gate wrote the number or external id at this very moment.
    """
    try:
        return await PurchaseOrder.create(
            organization_id=call.organization_id,
            number=number,
            created_at=call.now,
            updated_at=call.now,
            **draft.columns,
        )
    except IntegrityError as error:
        raise taken_meanwhile(error, {"number": number, **draft.columns}) from error
