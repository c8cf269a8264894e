"""An order as the rules see it: where it stands, and what may have been overlooked about it.

What the actions of an order depend on is read by the same SQL for `availableActions` and for the mutations.

Source: L6, O4, O11.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import orjson

from models import database
from models.statuses.orders import LineItemType, MatchingStatus, OrderType, ProductType, PurchaseOrderStatus
from models.statuses.people import ApprovalDocument
from models.values import ZERO
from resolvers.reading.expressions import MATCHING_STATUS
from resolvers.reading.kinds import Column, Computed, Expression
from resolvers.rules.matching_status import CLOSED_TO_INVOICES
from resolvers.rules.pricing import ContractTerms, cap_refusal
from resolvers.rules.releases import Drawing, Permission
from resolvers.rules.shipping import choice_refusal
from resolvers.rules.standing import Limits, Standing
from resolvers.rules.transitions import Availability, available_actions
from resolvers.rules.warnings import OVER, OrderWarning, WarnedLine, WarnedOrder, order_warnings
from resolvers.sourcing.contract_figures import DRAWN, THAT_DRAW

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from models.purchase_order import PurchaseOrder
    from resolvers.errors import Refusal
    from resolvers.operation import Call
    from resolvers.visibility import Actor


def _words(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in sorted(words))


_COUNTS: Final = """(SELECT json_build_object(
    'invoices', (SELECT count(DISTINCT a.invoice_id) FROM allocation a WHERE a.purchase_order_id = {row}.id),
    'lines', count(*),
    'unused_lines', count(*) FILTER (WHERE NOT EXISTS (SELECT FROM allocation a WHERE a.line_id = l.id)),
    'open_lines', count(*) FILTER (WHERE l.canceled_at IS NULL AND l.closed_at IS NULL),
    'short_lines', count(*) FILTER (WHERE l.canceled_at IS NULL AND l.closed_at IS NOT NULL),
    'contacts', (SELECT count(*) FROM purchase_order_contact c WHERE c.purchase_order_id = {row}.id),
    'open_revision', (SELECT json_build_array(v.number, v.status) FROM revision v
                      WHERE v.purchase_order_id = {row}.id AND v.status IN ('DRAFT', 'PENDING_APPROVAL', 'APPROVED')))
    FROM purchase_order_line l WHERE l.purchase_order_id = {row}.id)"""
"""How many invoices an order has served, ever; how many lines and contacts it has; number and status of its open
revision."""

_DOCUMENTS: Final = """array_to_json(array_remove(ARRAY[
    CASE WHEN EXISTS (SELECT FROM purchase_order o WHERE o.blanket_order_id = {row}.id) THEN 'releases' END,
    CASE WHEN EXISTS (SELECT FROM receipt r WHERE r.purchase_order_id = {row}.id) THEN 'receipts' END,
    CASE WHEN EXISTS (SELECT FROM revision v WHERE v.purchase_order_id = {row}.id) THEN 'revisions' END,
    CASE WHEN EXISTS (SELECT FROM discrepancy d WHERE d.purchase_order_id = {row}.id) THEN 'discrepancies' END
    ], NULL))"""
"""The kinds of documents that rest on an order, beside invoices."""

_DRAWING: Final = f"""(SELECT CASE {{row}}.order_type WHEN '{OrderType.BLANKET}' THEN json_build_object(
    'user_id', {{user}}, 'owner_id', {{row}}.business_owner_id,
    'owner', (SELECT u.name FROM app_user u WHERE u.id = {{row}}.business_owner_id
              AND u.organization_id = {{organization}}),
    'cost_center_id', (SELECT u.cost_center_id FROM app_user u WHERE u.id = {{user}}
                       AND u.organization_id = {{organization}}),
    'group_ids', (SELECT coalesce(json_agg(m.group_id ORDER BY m.group_id), '[]') FROM user_group_member m
                  WHERE m.user_id = {{user}} AND m.organization_id = {{organization}}),
    'permissions', (SELECT coalesce(json_agg(json_build_array(p.user_id, p.group_id, p.cost_center_id) ORDER BY p.id),
                                    '[]') FROM purchasing_permission p
                    WHERE p.purchase_order_id = {{row}}.id AND p.organization_id = {{organization}})) END)"""  # noqa: S608 - our own word
"""Who the caller is to a blanket order, and who may draw on it (K1); null for other orders."""

_ON_ITS_WAY: Final = (PurchaseOrderStatus.DRAFT, PurchaseOrderStatus.REJECTED)
"""An order in one of these can be submitted."""

_SHIPPING: Final = f"""(SELECT CASE WHEN {{row}}.order_type = '{OrderType.STANDARD}'
        AND {{row}}.status IN ({_words(_ON_ITS_WAY)}) THEN (
    SELECT json_build_array(
        (SELECT m.name FROM shipping_method m
         WHERE m.id = {{row}}.shipping_method_id AND m.organization_id = {{organization}}),
        coalesce(bool_or(m.id = {{row}}.shipping_method_id), false),
        coalesce(json_agg(m.name ORDER BY m.name) FILTER (WHERE m.id IS NOT NULL), '[]'))
    FROM available_shipping_method a JOIN shipping_method m ON m.id = a.shipping_method_id
    WHERE a.purchase_order_id = {{row}}.id AND a.organization_id = {{organization}}) END)"""  # noqa: S608 - our own words
"""The shipping method of an order that can be submitted, whether it fits, and those that do (O9); null for others."""

_CAPS: Final = f"""(SELECT CASE WHEN {{row}}.issued_at IS NULL THEN (
    SELECT coalesce(json_agg(json_build_array(c.number, c.currency, c.value_cap::text, (
        SELECT coalesce(sum(o.total_amount), 0) FROM purchase_order_contract p
        JOIN purchase_order o ON o.id = p.purchase_order_id AND o.organization_id = p.organization_id
        WHERE p.contract_id = c.id AND p.organization_id = {{organization}} AND o.id <> {{row}}.id AND {THAT_DRAW}
        )::text) ORDER BY c.id), '[]')
    FROM purchase_order_contract k JOIN contract c ON c.id = k.contract_id AND c.organization_id = {{organization}}
    WHERE k.purchase_order_id = {{row}}.id AND k.organization_id = {{organization}} AND c.value_cap IS NOT NULL
    ) END)"""  # noqa: S608 - our own words
"""The capped contracts that an order is linked to which is not issued yet, with what other orders draw on them."""

_BLANKET: Final = f"""(SELECT CASE WHEN {{row}}.status IN ({_words(_ON_ITS_WAY)}) THEN (
    SELECT json_build_object('status', h.status, 'issued', h.issued_at IS NOT NULL,
        'suspended', h.suspended_at IS NOT NULL, 'effective_date', h.effective_date,
        'expiration_date', h.expiration_date, 'total', h.total_amount::text, 'released', h.released_amount::text,
        'drawing', {_DRAWING.replace("{row}", "h")})
    FROM purchase_order h WHERE h.id = {{row}}.blanket_order_id AND h.organization_id = {{organization}}) END)"""  # noqa: S608
"""The blanket order that a release draws on which can be submitted; null for others."""

_EXCESS: Final = f"""coalesce((SELECT greatest(0, {{row}}.total_amount
        - greatest(0, h.total_amount - coalesce(h.released_amount, 0))) FROM purchase_order h
    WHERE h.id = {{row}}.blanket_order_id AND h.organization_id = {{organization}}
      AND {{row}}.status IN ({_words(_ON_ITS_WAY)})), 0)"""  # noqa: S608 - our own words
"""What a release that can be submitted takes beyond the budget of its blanket order (K2); 0 for others."""

APPROVAL_RULES: Final = f"""(SELECT coalesce(json_agg(r.number ORDER BY r.sequence, r.number), '[]')
    FROM (SELECT {_EXCESS} AS excess) x
    CROSS JOIN LATERAL (SELECT CASE x.excess WHEN 0 THEN {{row}}.total_amount ELSE x.excess END AS amount) y
    JOIN approval_rule r ON r.organization_id = {{organization}} AND r.is_active
    AND r.document = CASE x.excess WHEN 0 THEN '{ApprovalDocument.ORDER}' ELSE '{ApprovalDocument.RELEASE}' END
    AND (r.currency IS NULL OR r.currency = {{row}}.currency)
    AND (r.amount_from IS NULL OR r.amount_from <= y.amount)
    AND (r.amount_to IS NULL OR r.amount_to >= y.amount)
    AND (r.order_type IS NULL OR r.order_type = {{row}}.order_type)
    AND (r.cost_center_id IS NULL OR r.cost_center_id = {{row}}.cost_center_id)
    AND (r.supplier_id IS NULL OR r.supplier_id = {{row}}.supplier_id))"""  # noqa: S608 - our own word
"""The approval rules that fit an order as it is (A1), or what a release takes beyond its budget (K2), as the pure rule
has them; a test compares the two.
"""

_LIMITS: Final = """(SELECT json_build_object('active_orders', s.active_order_limit, 'lines', s.order_line_limit,
    'contacts', s.order_contact_limit) FROM organization s WHERE s.id = {organization})"""

_ACTIVE_ORDERS: Final = f"""(SELECT count(*) FROM purchase_order o WHERE o.organization_id = {{organization}}
    AND o.issued_at IS NOT NULL AND o.suspended_at IS NULL AND o.status NOT IN ({_words(CLOSED_TO_INVOICES)})
    AND (o.expiration_date IS NULL OR o.expiration_date >= {{today}}))"""  # noqa: S608 - our own words
"""How many orders count towards the limit of active ones: those that are active or scheduled today."""

_LINES: Final = f"""(SELECT coalesce(json_agg(
    json_build_array(l.number, l.line_item_type, l.start_date, l.end_date, l.agreement_id, l.product_type,
    l.part_number, l.unit_price::text) ORDER BY l.number), '[]')
    FROM purchase_order_line l WHERE l.purchase_order_id = {{row}}.id AND l.organization_id = {{organization}}
      AND l.status NOT IN ({_words(OVER)}))"""  # noqa: S608

_CONTRACTS: Final = f"""(SELECT coalesce(json_agg(json_build_array(c.number, c.currency, c.valid_from, c.valid_to,
    c.value_cap::text, {DRAWN.format(row="c")}::text,
    (SELECT coalesce(json_agg(json_build_array(p.part_number, p.unit_price::text) ORDER BY p.part_number), '[]')
     FROM contract_price p WHERE p.contract_id = c.id AND p.organization_id = {{organization}} AND p.part_number IN (
         SELECT l.part_number FROM purchase_order_line l WHERE l.purchase_order_id = {{row}}.id))) ORDER BY c.id), '[]')
    FROM purchase_order_contract k JOIN contract c ON c.id = k.contract_id AND c.organization_id = {{organization}}
    WHERE k.purchase_order_id = {{row}}.id AND k.organization_id = {{organization}})"""  # noqa: S608 - our own words
"""The contracts that an order is linked to, with their prices for the order's parts."""

_SELLERS: Final = """(SELECT count(*) FROM purchase_order_seller_entity s WHERE s.purchase_order_id = {row}.id)"""

_STANDING: Final = (
    f"SELECT {_COUNTS} AS counts, {_LIMITS} AS limits, {_ACTIVE_ORDERS} AS active_orders,"  # noqa: S608
    f" {_DOCUMENTS} AS documents, {APPROVAL_RULES} AS approval_rules, t.released_amount, {_DRAWING} AS drawing,"
    f" {_SHIPPING} AS shipping, {_CAPS} AS caps, {_BLANKET} AS blanket"
    " FROM purchase_order t WHERE t.id = $1"
).format(row="t", organization="t.organization_id", today="$2::date", user="$3::bigint")

_STANDING_OF_NEW: Final = f"SELECT {_LIMITS} AS limits, {_ACTIVE_ORDERS} AS active_orders".format(
    organization="$1::bigint", today="$2::date"
)


async def standing_of(order: PurchaseOrder, call: Call) -> Standing:
    """Where an order stands, today and in its organization."""
    [found] = await database.rows(_STANDING, order.id, call.today, call.actor.user_id)
    return Standing(
        status=order.status,
        issued=order.issued_at is not None,
        suspended=order.suspended_at is not None,
        effective_date=order.effective_date,
        expiration_date=order.expiration_date,
        today=call.today,
        active_orders=found["active_orders"],
        order_type=order.order_type,
        is_release=order.blanket_order_id is not None,
        documents=tuple(orjson.loads(found["documents"])),
        approval_rules=tuple(orjson.loads(found["approval_rules"])),
        total=order.total_amount,
        released=found["released_amount"] or ZERO,
        drawing=_drawing(found["drawing"] and orjson.loads(found["drawing"])),
        limits=Limits(**orjson.loads(found["limits"])),
        shipping=_shipping(found["shipping"] and orjson.loads(found["shipping"])),
        caps=_caps(found["caps"] and orjson.loads(found["caps"]), order.total_amount),
        blanket=_blanket(found["blanket"] and orjson.loads(found["blanket"]), call.today),
        **orjson.loads(found["counts"]),
    )


async def standing_of_new(call: Call, effective_date: date | None, expiration_date: date | None) -> Standing:
    """Where an order stands that is about to be made: a draft, in its organization as it is today."""
    [found] = await database.rows(_STANDING_OF_NEW, call.organization_id, call.today)
    return Standing(
        status=PurchaseOrderStatus.DRAFT,
        issued=False,
        suspended=False,
        effective_date=effective_date,
        expiration_date=expiration_date,
        today=call.today,
        active_orders=found["active_orders"],
        limits=Limits(**orjson.loads(found["limits"])),
    )


def _available_actions(required: Mapping[str, Any], actor: Actor) -> list[Availability]:
    today = date.fromisoformat(required["today"])
    standing = Standing(
        status=PurchaseOrderStatus(required["status"]),
        issued=required["issued"],
        suspended=required["suspended"],
        effective_date=_day(required["effective_date"]),
        expiration_date=_day(required["expiration_date"]),
        today=today,
        active_orders=required["active_orders"],
        order_type=OrderType(required["order_type"]),
        is_release=required["is_release"],
        documents=tuple(required["documents"]),
        approval_rules=tuple(required["approval_rules"]),
        total=Decimal(required["total"]),
        released=Decimal(required["released"] or 0),
        drawing=_drawing(required["drawing"]),
        limits=Limits(**required["limits"]),
        shipping=_shipping(required["shipping"]),
        caps=_caps(required["caps"], Decimal(required["total"])),
        blanket=_blanket(required["blanket"], today),
        **required["counts"],
    )
    return available_actions(standing, actor.roles)


def _shipping(found: Sequence[Any] | None) -> Refusal | None:
    if found is None:
        return None
    chosen, fits, available = found
    return choice_refusal(chosen, fits=fits, available=tuple(available))


def _caps(found: Iterable[Sequence[Any]] | None, total: Decimal) -> tuple[Refusal, ...]:
    """The refusals of contracts that an order of this total would draw beyond their caps."""
    refusals = [
        cap_refusal(ContractTerms(number=number, currency=currency, value_cap=Decimal(cap)), Decimal(others), total)
        for number, currency, cap, others in found or ()
    ]
    return tuple(refusal for refusal in refusals if refusal is not None)


def _blanket(found: Mapping[str, Any] | None, today: date) -> Standing | None:
    """Where the blanket order of a release stands, as far as drawing on it depends on that."""
    if found is None:
        return None
    return Standing(
        status=PurchaseOrderStatus(found["status"]),
        issued=found["issued"],
        suspended=found["suspended"],
        effective_date=_day(found["effective_date"]),
        expiration_date=_day(found["expiration_date"]),
        today=today,
        order_type=OrderType.BLANKET,
        total=Decimal(found["total"]),
        released=Decimal(found["released"] or 0),
        drawing=_drawing(found["drawing"]),
    )


def _drawing(found: Mapping[str, Any] | None) -> Drawing | None:
    if found is None or found["owner"] is None:
        return None
    return Drawing(
        user_id=found["user_id"],
        group_ids=tuple(found["group_ids"]),
        cost_center_id=found["cost_center_id"],
        owner_id=found["owner_id"],
        owner=found["owner"],
        permissions=tuple(Permission(*keys) for keys in found["permissions"]),
    )


def _warnings(required: Mapping[str, Any], _actor: Actor) -> list[OrderWarning]:
    if required["matching_status"] == MatchingStatus.CLOSED:
        return []
    lines = [
        WarnedLine(
            number=number,
            line_item_type=LineItemType(line_item_type),
            start_date=_day(start),
            end_date=_day(end),
            agreement_id=agreement,
            part_number=part,
            unit_price=Decimal(price),
        )
        for number, line_item_type, start, end, agreement, kind, part, price in required["lines"]
        if kind != ProductType.HANDLING_FEE
    ]
    contracts = [
        ContractTerms(
            number=number,
            currency=currency,
            valid_from=_day(first),
            valid_to=_day(last),
            value_cap=None if cap is None else Decimal(cap),
            drawn=Decimal(drawn),
            prices={part: Decimal(price) for part, price in prices},
        )
        for number, currency, first, last, cap, drawn, prices in required["contracts"]
    ]
    return order_warnings(
        WarnedOrder(
            effective_date=_day(required["effective_date"]),
            expiration_date=_day(required["expiration_date"]),
            seller_entities=required["seller_entities"],
            lines=tuple(lines),
            currency=required["currency"],
            contracts=tuple(contracts),
        )
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


AVAILABLE_ACTIONS: Final = Computed(
    {
        "status": Column("status"),
        "issued": Expression("{row}.issued_at IS NOT NULL", raw=True),
        "suspended": Expression("{row}.suspended_at IS NOT NULL", raw=True),
        "effective_date": Column("effective_date"),
        "expiration_date": Column("expiration_date"),
        "today": Expression("{today}"),
        "counts": Expression(_COUNTS, raw=True),
        "order_type": Column("order_type"),
        "is_release": Expression("{row}.blanket_order_id IS NOT NULL", raw=True),
        "documents": Expression(_DOCUMENTS, raw=True),
        "approval_rules": Expression(APPROVAL_RULES, raw=True),
        "total": Column("total_amount"),
        "released": Column("released_amount"),
        "drawing": Expression(_DRAWING, raw=True, nullable=True),
        "shipping": Expression(_SHIPPING, raw=True, nullable=True),
        "caps": Expression(_CAPS, raw=True, nullable=True),
        "blanket": Expression(_BLANKET, raw=True, nullable=True),
        "active_orders": Expression(_ACTIVE_ORDERS, raw=True),
        "limits": Expression(_LIMITS, raw=True),
    },
    _available_actions,
)
"""What the caller may do with the order (L6)."""

WARNINGS: Final = Computed(
    {
        "matching_status": MATCHING_STATUS,
        "effective_date": Column("effective_date"),
        "expiration_date": Column("expiration_date"),
        "seller_entities": Expression(_SELLERS, raw=True),
        "lines": Expression(_LINES, raw=True),
        "currency": Column("currency"),
        "contracts": Expression(_CONTRACTS, raw=True),
    },
    _warnings,
)
"""What the author of the order may have overlooked (O11)."""
