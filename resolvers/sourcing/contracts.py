"""Contracts with suppliers: entered, changed, and linked to the orders that are placed under them.

Source: section 10.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tortoise.transactions import in_transaction

from models import database
from models.contract import Contract, ContractPrice, PurchaseOrderContract
from models.purchase_order import PurchaseOrderLine
from models.statuses.orders import OrderType, PurchaseOrderAction
from models.supplier import Supplier
from models.values import PRICE_PLACES
from resolvers import events
from resolvers.administration import records
from resolvers.administration.records import Kind
from resolvers.errors import AlreadyTaken, InvalidValue, NotApplicable, NotFound, Refusal, refuse_all
from resolvers.ids import id_of, key_of
from resolvers.operation import Written, locked_gate
from resolvers.orders.purchase_order_edits import opened
from resolvers.rules.ordering import LARGEST_QUANTITY
from resolvers.rules.pricing import ContractTerms, cap_refusal, price_refusals
from resolvers.rules.text import NAME, NUMBER, SHORT_NAME, Number, given_refusals, money_shape, shown
from resolvers.sourcing.contract_figures import THAT_DRAW
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from models.purchase_order import PurchaseOrder
    from resolvers.operation import Call
    from resolvers.orders.purchase_order_edits import Asked
    from resolvers.rules.text import Shape

CONTRACT: Final = Kind(
    row=Contract,
    word="contract",
    shapes={"number": NUMBER, "name": NAME.optional},
    unique=("number",),
    subject="number",
)
_PRICE: Final[dict[str, Shape]] = {
    "part_number": SHORT_NAME,
    "unit_price": Number(places=PRICE_PLACES, greatest=LARGEST_QUANTITY),
}
_OTHERS: Final = f"""
SELECT c.id, c.number, c.currency, c.value_cap, coalesce(sum(o.total_amount) FILTER (WHERE o.id <> $2), 0) AS others
FROM contract c
LEFT JOIN purchase_order_contract k ON k.contract_id = c.id
LEFT JOIN purchase_order o ON o.id = k.purchase_order_id
    AND {THAT_DRAW}
WHERE c.id = ANY($1::bigint[]) AND c.value_cap IS NOT NULL
GROUP BY c.id ORDER BY c.id"""  # noqa: S608 - our own words

Prices = dict[str, Any]


async def create(call: Call, supplier_id: str, given: Mapping[str, Any]) -> Written:
    """Enter a contract with a supplier, with the prices agreed.

    Raises:
        Refusals: what is wrong with its fields, or a number that is taken.
        NotFound: there is no such supplier.
    """
    fields = {name: value for name, value in given.items() if name != "prices"}
    prices: Sequence[Mapping[str, Any]] = given.get("prices") or []
    dates = (fields.get("valid_from"), fields.get("valid_to"))
    refuse_all([*_field_refusals(fields, fields["currency"]), *_date_refusals(*dates), *_price_refusals(prices)])
    async with in_transaction():
        await locked_gate(call)
        supplier = await records.referred(call, Supplier, supplier_id, ("supplierId",), "supplier")
        told = events.changes_between({}, _told_prices(prices))
        written = await records.add(
            call, CONTRACT, fields, about=supplier, changes=told, supplier_id=supplier.id, updated_at=call.now
        )
        await _write_prices(call, written.key or 0, fields["currency"], prices)
        return written


async def update(
    call: Call, contract_id: str, given: Mapping[str, Any], *, expected_version: int | None = None
) -> Written:
    """Change the fields of a contract that are given; prices are replaced as a whole.

    Orders that are linked already stay, and are warned about where they do not fit any more.

    Raises:
        Refusals: what is wrong with the fields, or a number that is taken.
        NotFound: there is no such contract.
        VersionConflict: somebody changed it after the caller saw it.
    """
    fields = {name: value for name, value in given.items() if name != "prices"}
    prices: Sequence[Mapping[str, Any]] | None = (given["prices"] or []) if "prices" in given else None
    async with in_transaction():
        await locked_gate(call)
        contract = await records.locked(call, CONTRACT, contract_id)
        dates = [fields.get(name, getattr(contract, name)) for name in ("valid_from", "valid_to")]
        wrong = [*_field_refusals(fields, contract.currency), *_date_refusals(*dates), *_price_refusals(prices or [])]
        refuse_all(wrong)
        told: list[events.Change] = []
        if prices is not None:
            rows = await ContractPrice.filter(contract_id=contract.id).order_by("part_number")
            before = [{"part_number": row.part_number, "unit_price": row.unit_price} for row in rows]
            told = events.changes_between(_told_prices(before), _told_prices(prices))
        supplier = await contract.supplier
        written = await records.edit(call, CONTRACT, contract, fields, expected_version, about=supplier, changes=told)
        if told and prices is not None:
            await ContractPrice.filter(contract_id=contract.id).delete()
            await _write_prices(call, contract.id, contract.currency, prices)
        if written.events:
            await Contract.filter(id=contract.id).update(updated_at=call.now)
        return written


async def link(call: Call, asked: Asked, contract_id: str) -> Written:
    """Place an order under a contract with the same supplier, in the same currency.

    Raises:
        ContractCapExceeded: the orders linked to the contract would come to more than its cap.
        Refusals: why the two do not go together, or why the order cannot be changed.
    """
    async with in_transaction():
        edit = await opened(call, asked, PurchaseOrderAction.UPDATE)
        order = edit.order
        contract = await _contract(call, contract_id)
        refuse_all(_link_refusals(order, contract))
        if await PurchaseOrderContract.exists(purchase_order_id=order.id, contract_id=contract.id):
            raise AlreadyTaken(value=contract.number, holder=f"order {order.number}", path=("contractId",))
        refuse_all(await cap_refusals(order, [contract.id]))
        await PurchaseOrderContract.create(
            organization_id=call.organization_id,
            purchase_order_id=order.id,
            contract_id=contract.id,
            created_at=call.now,
        )
        changes = events.changes_between({}, {f"contracts.{contract.number}": id_of(Contract, contract.id)})
        return await edit.saved("purchase_order_contract_linked", changes=changes)


async def unlink(call: Call, asked: Asked, contract_id: str) -> Written:
    """Take an order out from under a contract.

    Raises:
        NotFound: the order is not linked to such a contract.
        Refusals: why the order cannot be changed.
    """
    async with in_transaction():
        edit = await opened(call, asked, PurchaseOrderAction.UPDATE)
        contract = await _contract(call, contract_id)
        links = PurchaseOrderContract.filter(purchase_order_id=edit.order.id, contract_id=contract.id)
        if not await links.delete():
            raise NotFound(kind="contract of the order", key=shown(contract_id), path=("contractId",))
        changes = events.changes_between({f"contracts.{contract.number}": id_of(Contract, contract.id)}, {})
        return await edit.saved("purchase_order_contract_unlinked", changes=changes)


async def cap_refusals(
    order: PurchaseOrder, contract_ids: Iterable[int] | None = None, *, total: Decimal | None = None
) -> list[Refusal]:
    """The contracts whose cap the order would break together with the orders linked before: for linking, and for
    issuing and revising, where all contracts that the order is linked to are asked. `total` is what it is to come to,
    where that is not what it comes to now.

    Whoever calls holds the gate, so that two orders cannot both take what is left.
    """
    keys = [int(key) for key in await _linked(order.id)] if contract_ids is None else list(contract_ids)
    if not keys:
        return []
    found: list[Refusal] = []
    for row in await database.rows(_OTHERS, keys, order.id):
        terms = ContractTerms(number=row["number"], currency=row["currency"], value_cap=row["value_cap"])
        refusal = cap_refusal(terms, row["others"], order.total_amount if total is None else total)
        if refusal is not None:
            found.append(refusal)
    return found


async def supplier_refusals(order: PurchaseOrder, supplier_id: int) -> list[Refusal]:
    """What keeps an order with its supplier: contracts that it is linked to, lines that buy the supplier's products.

    Source: section 10.
    """
    if supplier_id == order.supplier_id:
        return []
    because: list[str] = []
    if await _linked(order.id):
        because.append("the order is linked to contracts with the supplier it has")
    if await PurchaseOrderLine.exists(purchase_order_id=order.id, product_id__isnull=False):
        because.append("lines of the order buy products of the supplier it has")
    return [InvalidValue(value=id_of(Supplier, supplier_id), expected=each, path=("supplierId",)) for each in because]


async def _linked(order_id: int) -> list[Any]:
    links = PurchaseOrderContract.filter(purchase_order_id=order_id).order_by("contract_id")
    return list(await links.values_list("contract_id", flat=True))


async def _contract(call: Call, text: str) -> Contract:
    """The contract with the id, held until the transaction ends.

    Raises:
        NotFound: there is none for the caller.
    """
    found = await visible_to(Contract, call.actor).select_for_update().get_or_none(id=key_of(Contract, text))
    if found is None:
        raise NotFound(kind="contract", key=shown(text), path=("contractId",))
    return found


def _link_refusals(order: PurchaseOrder, contract: Contract) -> list[Refusal]:
    """Why an order and a contract do not go together."""
    path = ("contractId",)
    if order.order_type is not OrderType.STANDARD:
        return [NotApplicable(order_type=str(order.order_type), path=path)]
    because: list[str] = []
    if contract.supplier_id != order.supplier_id:
        because.append("it is a contract with another supplier")
    if contract.currency != order.currency:
        because.append(f"it is in {contract.currency}, the order in {order.currency}")
    return [InvalidValue(value=contract.number, expected=each, path=path) for each in because]


def _field_refusals(fields: Mapping[str, Any], currency: str) -> list[Refusal]:
    return given_refusals(fields, {**CONTRACT.shapes, "value_cap": money_shape(currency, required=False)})


def _date_refusals(first: date | None, last: date | None) -> list[Refusal]:
    if first is None or last is None or first <= last:
        return []
    because = f"it has to be on or after the first day {first}"
    return [InvalidValue(value=str(last), expected=because, path=("validTo",))]


def _price_refusals(prices: Sequence[Mapping[str, Any]]) -> list[Refusal]:
    path = ("prices",)
    wrong = [refusal for at, each in enumerate(prices) for refusal in given_refusals(each, _PRICE, (*path, str(at)))]
    return wrong or price_refusals([each["part_number"] for each in prices], path)


def _told_prices(prices: Iterable[Mapping[str, Any]]) -> Prices:
    """Prices as the history names them: `prices.A-1`."""
    return {f"prices.{each['part_number']}": each["unit_price"] for each in prices}


async def _write_prices(call: Call, contract_id: int, currency: str, prices: Iterable[Mapping[str, Any]]) -> None:
    common = {"organization_id": call.organization_id, "contract_id": contract_id, "currency": currency}
    await ContractPrice.bulk_create([ContractPrice(**common, created_at=call.now, **each) for each in prices])
