"""Shipping methods: who delivers by them and where to, what they cost, and the orders that goods are shipped on.

The fee of an order's method stands on the order as a line of its own, made and kept up by the server.

Source: O9.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tortoise.transactions import in_transaction

from models.invoice import Allocation
from models.organization import HandlingFeeRule, ShippingMethod, ShippingMethodSupplier
from models.purchase_order import PurchaseOrderLine
from models.statuses.orders import HandlingFeeKind, LineStatus, OrderType, ProductType
from models.supplier import Supplier
from models.values import HUNDRED, ONE, PERCENT_PLACES, ZERO
from resolvers import events
from resolvers.administration import records
from resolvers.administration.master_data import SHIPPING_METHOD
from resolvers.errors import InvalidValue, NotFound, Refusal, refuse_all
from resolvers.ids import PREFIXES, id_of, key_of
from resolvers.operation import Written, locked_gate
from resolvers.orders import purchase_order_line_drafts as drafting
from resolvers.orders.purchase_order_history import there, told_line
from resolvers.rules.balances import line_amount
from resolvers.rules.shipping import (
    MOST_COUNTRIES,
    MOST_SUPPLIERS,
    FeeRule,
    Method,
    ShippedLine,
    ShippedOrder,
    fee_rule_refusals,
    goods_amount,
    handling_fee,
    shipping_refusal,
)
from resolvers.rules.text import COUNTRY, Number, Texts, Whole, given_refusals, money_shape, repeated, shown
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from models.purchase_order import PurchaseOrder
    from resolvers.events import Change
    from resolvers.operation import Call
    from resolvers.orders.purchase_order_edits import Edit
    from resolvers.rules.ordering import OrderTerms
    from resolvers.rules.text import Shape

_LISTS: Final = ("suppliers", "handling_fee_rules")
_COUNTRIES: Final = Texts(each=COUNTRY, most=MOST_COUNTRIES)
_PERCENT: Final = Number(places=PERCENT_PLACES, greatest=HUNDRED, required=False)
_MARK: Final = re.compile(rf"{PREFIXES[ShippingMethod]}_[0-9]+")
_FEE_TERMS: Final = ("description", "supplier_product", "part_number", "quantity", "unit_price", "discount")

Fields = dict[str, Any]
Items = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Settled:
    """The lines of an order with the handling fee as it has to be, and what has changed for that."""

    lines: list[PurchaseOrderLine] = field(default_factory=list["PurchaseOrderLine"])
    changes: list[Change] = field(default_factory=list["Change"])


async def create(call: Call, given: Mapping[str, Any]) -> Written:
    """Enter a shipping method: its suppliers with the countries they deliver to, and the rules for its fee.

    Source: O9.

    Raises:
        Refusals: what is wrong with it, or a name that is taken.
    """
    fields, suppliers, rules = _parts(given)
    refuse_all([*given_refusals(fields, SHIPPING_METHOD.shapes), *_list_refusals(suppliers, rules)])
    async with in_transaction():
        await locked_gate(call)
        keys = await _supplier_keys(call, suppliers or [])
        told = events.changes_between({}, _told_suppliers(suppliers or []) | _told_rules(rules or []))
        written = await records.add(call, SHIPPING_METHOD, fields, changes=told)
        await _write_suppliers(call, written.key or 0, keys, suppliers or [])
        await _write_rules(call, written.key or 0, rules or [])
        return written


async def update(
    call: Call, method_id: str, given: Mapping[str, Any], *, expected_version: int | None = None
) -> Written:
    """Change the fields of a shipping method that are given; suppliers and fee rules are replaced as a whole.

    Fees that stand on orders stay until the order is changed.

    Source: O9.

    Raises:
        Refusals: what is wrong with it, or a name that is taken.
        NotFound: there is no such method.
        VersionConflict: somebody changed it after the caller saw it.
    """
    fields, suppliers, rules = _parts(given)
    refuse_all([*given_refusals(fields, SHIPPING_METHOD.shapes), *_list_refusals(suppliers, rules)])
    async with in_transaction():
        await locked_gate(call)
        method = await records.locked(call, SHIPPING_METHOD, method_id)
        told: list[Change] = []
        keys: list[int] = []
        if suppliers is not None:
            keys = await _supplier_keys(call, suppliers)
            before = await ShippingMethodSupplier.filter(shipping_method_id=method.id).order_by("id")
            was = [{"supplier_id": id_of(Supplier, row.supplier_id), "countries": row.countries} for row in before]
            told += events.changes_between(_told_suppliers(was), _told_suppliers(suppliers))
        if rules is not None:
            was = [_given_rule(row) for row in await HandlingFeeRule.filter(shipping_method_id=method.id)]
            told += events.changes_between(_told_rules(was), _told_rules(rules))
        written = await records.edit(call, SHIPPING_METHOD, method, fields, expected_version, changes=told)
        if told and suppliers is not None:
            await ShippingMethodSupplier.filter(shipping_method_id=method.id).delete()
            await _write_suppliers(call, method.id, keys, suppliers)
        if told and rules is not None:
            await HandlingFeeRule.filter(shipping_method_id=method.id).delete()
            await _write_rules(call, method.id, rules)
        return written


async def check_shipping(call: Call, order: PurchaseOrder) -> None:
    """Refuse to submit an order of goods without a shipping method that fits, where one does.

    Source: O9.

    Raises:
        ShippingMethodRequired: it has none.
        ShippingMethodUnfit: it has one that does not fit.
    """
    lines = await PurchaseOrderLine.filter(purchase_order_id=order.id).order_by("number")
    chosen = await ShippingMethod.get_or_none(id=order.shipping_method_id) if order.shipping_method_id else None
    shipped = ShippedOrder(
        supplier_id=order.supplier_id,
        order_type=order.order_type,
        country=(order.ship_to or {}).get("country"),
        shipping_method_id=order.shipping_method_id,
        shipping_method=chosen.name if chosen else None,
    )
    refusal = shipping_refusal(shipped, shipped_lines(lines), await methods_of(call, order.supplier_id))
    refuse_all([refusal] if refusal else [])


async def methods_of(call: Call, supplier_id: int) -> list[Method]:
    """The shipping methods that the supplier delivers by."""
    rows = visible_to(ShippingMethodSupplier, call.actor).filter(supplier_id=supplier_id)
    return [
        Method(
            id=row.shipping_method.id, name=row.shipping_method.name, suppliers={supplier_id: frozenset(row.countries)}
        )
        for row in await rows.order_by("shipping_method__name").select_related("shipping_method")
    ]


def shipped_lines(lines: Iterable[PurchaseOrderLine]) -> list[ShippedLine]:
    """The lines of an order as shipping sees them."""
    return [
        ShippedLine(
            product_type=line.product_type,
            amount=line_amount(line.quantity, line.unit_price, line.discount, line.currency),
            country=(line.ship_to or {}).get("country"),
        )
        for line in lines
        if line.status is not LineStatus.CLOSED_CANCELED
    ]


def is_fee_of_shipping(line: PurchaseOrderLine) -> bool:
    """Whether the server has made the line for a shipping method's fee; one that a person enters carries no mark."""
    return line.product_type is ProductType.HANDLING_FEE and _MARK.fullmatch(line.part_number or "") is not None


async def fee_of_new(method_id: int | None, terms: OrderTerms, lines: Sequence[Fields]) -> Fields | None:
    """The line for the handling fee of a new order with these lines; None where there is no fee."""
    if method_id is None or terms.order_type is not OrderType.STANDARD:
        return None
    goods = [
        ShippedLine(
            product_type=line["product_type"],
            amount=line_amount(line["quantity"], line["unit_price"], line["discount"], terms.currency),
        )
        for line in lines
    ]
    return await _fee(method_id, goods, terms.currency)


async def settle_fee(edit: Edit, lines: Sequence[PurchaseOrderLine]) -> Settled:
    """Make, change or remove the line for the handling fee of an order whose lines, or shipping method, are others now.

    A fee that invoices were matched to stays as it is.

    Source: O9.

    Raises:
        Refusals: there is no room for the line.
    """
    order, kept = edit.order, list(lines)
    own = next((line for line in kept if is_fee_of_shipping(line)), None)
    standard = order.order_type is OrderType.STANDARD
    method_id = order.shipping_method_id if standard else None
    if own is None and method_id is None:
        return Settled(kept)
    fee = None if method_id is None else await _fee(method_id, shipped_lines(kept), order.currency)
    if own is None:
        return Settled(kept) if fee is None else await _added(edit, kept, fee)
    if await Allocation.exists(line_id=own.id):
        return Settled(kept)
    before = told_line(own)
    if fee is None:
        await own.delete()
        return Settled([line for line in kept if line.id != own.id], events.changes_between(there(before), {}))
    own.update_from_dict({"discount": ZERO, **{name: fee[name] for name in _FEE_TERMS if name in fee}})
    changes = events.changes_between(before, told_line(own))
    if changes:
        await own.save(update_fields=list(_FEE_TERMS))
    return Settled(kept, changes)


async def _added(edit: Edit, lines: list[PurchaseOrderLine], fee: Fields) -> Settled:
    present = [line.number for line in lines]
    limit = edit.standing.limits.lines
    drafts = drafting.drafts([fee], edit.terms, [("shippingMethodId",)], limit=limit, present=present)
    refuse_all(drafts.refusals)
    [line] = drafting.rows(edit.call, edit.order, drafts.lines)
    await line.save()
    return Settled([*lines, line], events.changes_between({}, there(told_line(line))))


async def _fee(method_id: int, lines: Iterable[ShippedLine], currency: str) -> Fields | None:
    """The fields of the line for a method's fee; None where no rule fits, or it is free."""
    goods = goods_amount(lines)
    if goods is None:
        return None
    fee = handling_fee(goods, currency, await _rules(method_id))
    if not fee:
        return None
    method = await ShippingMethod.get(id=method_id)
    return {
        "product_type": str(ProductType.HANDLING_FEE),
        "description": f"Handling fee, {method.name}",
        "supplier_product": method.name,
        "part_number": id_of(ShippingMethod, method_id),
        "quantity": ONE,
        "unit_price": fee,
    }


async def _rules(method_id: int) -> list[FeeRule]:
    rows = await HandlingFeeRule.filter(shipping_method_id=method_id).order_by("rank")
    return [_rule(_given_rule(row)) for row in rows]


def _rule(given: Mapping[str, Any]) -> FeeRule:
    fields: Fields = {**given, "kind": HandlingFeeKind(given["kind"])}
    return FeeRule(**fields)


def _given_rule(row: HandlingFeeRule) -> Fields:
    return {name: getattr(row, name) for name in FeeRule.__dataclass_fields__}


def _parts(given: Mapping[str, Any]) -> tuple[Fields, Items | None, Items | None]:
    """The fields of a method, its suppliers and its rules; None where nothing is said of them."""
    fields = {name: value for name, value in given.items() if name not in _LISTS}
    suppliers, rules = ((given[name] or []) if name in given else None for name in _LISTS)
    return fields, suppliers, rules


def _list_refusals(suppliers: Items | None, rules: Items | None) -> list[Refusal]:
    found: list[Refusal] = []
    if len(suppliers or []) > MOST_SUPPLIERS:
        many = InvalidValue(
            value=f"{len(suppliers or [])} values",
            expected=f"at most {MOST_SUPPLIERS} are accepted",
            path=("suppliers",),
        )
        return [many]
    for at, supplier in enumerate(suppliers or []):
        found += given_refusals(supplier, {"countries": _COUNTRIES}, ("suppliers", str(at)))
    again = "it is in the list already"
    found += [
        InvalidValue(value=shown((suppliers or [])[at]["supplier_id"]), expected=again, path=("suppliers", str(at)))
        for at in repeated([each["supplier_id"] for each in suppliers or []])
    ]
    wrong = [
        refusal
        for at, rule in enumerate(rules or [])
        for refusal in given_refusals(rule, _rule_shapes(rule["currency"]), ("handlingFeeRules", str(at)))
    ]
    return [*found, *(wrong or fee_rule_refusals([_rule(rule) for rule in rules or []], ("handlingFeeRules",)))]


def _rule_shapes(currency: str) -> dict[str, Shape]:
    money = money_shape(currency, required=False)
    return {
        "rank": Whole(least=1, greatest=10_000),
        "amount_from": money,
        "amount_to": money,
        "amount": money,
        "percent": _PERCENT,
    }


async def _supplier_keys(call: Call, suppliers: Items) -> list[int]:
    """The keys of the suppliers that are named.

    Raises:
        Refusals: those that are not there.
    """
    keys = [key_of(Supplier, each["supplier_id"]) or 0 for each in suppliers]
    there_are: set[Any] = set(await visible_to(Supplier, call.actor).filter(id__in=keys).values_list("id", flat=True))
    refuse_all(
        [
            NotFound(kind="supplier", key=shown(each["supplier_id"]), path=("suppliers", str(at), "supplierId"))
            for at, (each, key) in enumerate(zip(suppliers, keys, strict=True))
            if key not in there_are
        ]
    )
    return keys


def _told_suppliers(suppliers: Iterable[Mapping[str, Any]]) -> Fields:
    """Suppliers as the history names them: `suppliers.sup_3`, with their countries."""
    return {f"suppliers.{each['supplier_id']}": ", ".join(each["countries"]) or "everywhere" for each in suppliers}


def _told_rules(rules: Iterable[Mapping[str, Any]]) -> Fields:
    """Rules as the history names them: `handlingFeeRules.1.percent`."""
    told: Fields = {}
    for rule in sorted(rules, key=lambda each: each["rank"]):
        values: dict[str, Decimal | str | None] = {
            "kind": str(rule["kind"]),
            "currency": rule["currency"],
            "amountFrom": rule.get("amount_from"),
            "amountTo": rule.get("amount_to"),
            "amount": rule.get("amount"),
            "percent": rule.get("percent"),
        }
        told |= {
            f"handlingFeeRules.{rule['rank']}.{name}": value for name, value in values.items() if value is not None
        }
    return told


async def _write_suppliers(call: Call, method_id: int, keys: Sequence[int], suppliers: Items) -> None:
    common = {"organization_id": call.organization_id, "shipping_method_id": method_id, "created_at": call.now}
    rows = [
        ShippingMethodSupplier(**common, supplier_id=key, countries=list(each["countries"]))
        for key, each in zip(keys, suppliers, strict=True)
    ]
    await ShippingMethodSupplier.bulk_create(rows)


async def _write_rules(call: Call, method_id: int, rules: Items) -> None:
    common = {"organization_id": call.organization_id, "shipping_method_id": method_id, "created_at": call.now}
    await HandlingFeeRule.bulk_create([HandlingFeeRule(**common, **rule) for rule in rules])
