"""Supplier products, contracts and shipping methods, and what they do to orders."""

from __future__ import annotations

import asyncio
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from models.contract import Contract, ContractPrice, PriceBreak, PurchaseOrderContract, SupplierProduct
from models.event import Event
from models.organization import HandlingFeeRule, PaymentTerm, ShippingMethod, ShippingMethodSupplier
from models.purchase_order import PurchaseOrder, PurchaseOrderLine
from models.statuses.orders import ProductType, PurchaseOrderStatus
from models.supplier import Supplier
from resolvers.administration import master_data
from resolvers.errors import (
    AlreadyTaken,
    InvalidAmount,
    InvalidValue,
    NotApplicable,
    NotFound,
    Refusals,
    VersionConflict,
)
from resolvers.errors_sourcing import ContractCapExceeded, ShippingMethodRequired, ShippingMethodUnfit
from resolvers.ids import id_of
from resolvers.orders import purchase_order_lifecycle, purchase_order_lines, purchase_order_states, purchase_orders
from resolvers.sourcing import contracts, products, shipping
from tests.factories import make_call, make_supplier
from tests.ordering import a_line, asked, changes, first_line, make_draft, paths, refused, supplier_of, the_line

if TYPE_CHECKING:
    from resolvers.operation import Call

D = Decimal
GOOD = str(ProductType.GOOD)


async def supplier_id(call: Call) -> str:
    return id_of(Supplier, (await supplier_of(call)).id)


async def make_product(call: Call, **given: Any) -> str:
    """A widget for 10.00, from 100 on for 9.00."""
    fields = {
        "part_number": "W-1",
        "name": "Widget",
        "product_type": GOOD,
        "unit": "INDIVIDUAL_UNIT",
        "currency": "USD",
        "unit_price": D(10),
        "price_breaks": [{"minimum_quantity": D(100), "unit_price": D(9)}],
        **given,
    }
    written = await products.create(call, await supplier_id(call), fields)
    return id_of(SupplierProduct, written.key or 0)


async def make_contract(call: Call, **given: Any) -> str:
    fields = {"number": "C-1", "currency": "USD", **given}
    written = await contracts.create(call, await supplier_id(call), fields)
    return id_of(Contract, written.key or 0)


async def make_method(call: Call, *rules: dict[str, Any], name: str = "Ground", countries: tuple[str, ...] = ()) -> str:
    """A method of the supplier's."""
    suppliers = [{"supplier_id": await supplier_id(call), "countries": list(countries)}]
    given = {"name": name, "carrier": "Carrier", "suppliers": suppliers, "handling_fee_rules": list(rules)}
    written = await shipping.create(call, given)
    return id_of(ShippingMethod, written.key or 0)


def fixed(amount: int, rank: int = 1, **fields: Any) -> dict[str, Any]:
    return {"rank": rank, "kind": "FIXED", "currency": "USD", "amount": D(amount), **fields}


def percent(percentage: str, rank: int = 1, **fields: Any) -> dict[str, Any]:
    return {"rank": rank, "kind": "PERCENT", "currency": "USD", "percent": D(percentage), **fields}


def goods(quantity: int, unit_price: int, **given: Any) -> dict[str, Any]:
    return {"product_type": GOOD, "unit": "EA", "quantity": D(quantity), "unit_price": D(unit_price), **given}


# ----------------------------------------------------------------------------------------------------------- products


async def test_a_line_takes_over_what_its_product_says_and_the_price_for_its_quantity(db: str):
    call = await make_call()
    product = await make_product(call)

    order = await make_draft(
        call,
        lines=[
            {"product_id": product, "quantity": D(100)},
            {"product_id": product, "quantity": D(99), "description": "Blue ones", "unit_price": D(7)},
        ],
    )

    one, two = await PurchaseOrderLine.filter(purchase_order_id=order.id).order_by("number")
    assert (one.description, one.part_number, one.unit, one.product_type) == (
        "Widget",
        "W-1",
        "INDIVIDUAL_UNIT",
        ProductType.GOOD,
    )
    assert (one.unit_price, one.amount, two.description, two.unit_price) == (D(9), D(900), "Blue ones", D(7))
    assert id_of(SupplierProduct, one.product_id or 0) == product
    refusals = await refused(make_draft(call, lines=[{"product_id": product, "quantity": D("1.5")}]))
    assert [type(refusal) for refusal in refusals] == [InvalidAmount]  # O6: goods take whole quantities


async def test_a_changed_line_takes_over_a_product_but_keeps_what_is_said(db: str):
    call = await make_call()
    product = await make_product(call)
    order = await make_draft(call, lines=[a_line(500, quantity=D(100), unit="EA")])

    given = {"product_id": product, "description": None}
    written = await purchase_order_lines.update(call, await the_line(order), given)

    line = await first_line(order)
    assert (line.description, line.unit_price, line.unit, line.product_type) == (
        None,
        D(9),
        "INDIVIDUAL_UNIT",
        ProductType.GOOD,
    )
    assert changes(written)["lines.1.productId"] == (None, product)


async def test_a_line_can_name_only_what_the_supplier_offers_in_the_orders_currency(db: str):
    call = await make_call()
    await supplier_of(call)
    other = await make_supplier(call.organization_id, "Other")
    euros = await make_product(call, part_number="E", currency="EUR")
    gone = await make_product(call, part_number="G")
    await products.update(call, gone, {"is_active": False})
    theirs = await products.create(
        call, id_of(Supplier, other.id), {"part_number": "T", "name": "T", "currency": "USD", "unit_price": D(1)}
    )
    lines = [euros, gone, id_of(SupplierProduct, theirs.key or 0), "prd_0", "x"]

    found = await refused(make_draft(call, lines=[{"product_id": product} for product in lines]))

    assert [type(refusal) for refusal in found] == [InvalidValue, InvalidValue, InvalidValue, NotFound, NotFound]
    assert paths(found) == [f"lines.{at}.productId" for at in range(5)]


async def test_price_breaks_are_replaced_as_a_whole_and_told(db: str):
    call = await make_call()
    product = await make_product(call)

    written = await products.update(
        call, product, {"price_breaks": [{"minimum_quantity": D(50), "unit_price": D("8.5")}]}, expected_version=1
    )
    again = await products.update(
        call, product, {"price_breaks": [{"minimum_quantity": D(50), "unit_price": D("8.50")}]}, expected_version=2
    )

    [left] = await PriceBreak.all()
    assert (left.minimum_quantity, left.unit_price) == (D(50), D("8.5"))
    assert changes(written) == {"priceBreaks.100": ("9", None), "priceBreaks.50": (None, "8.5")}
    assert again.events == ()
    with pytest.raises(VersionConflict):
        await products.update(call, product, {"name": "X"}, expected_version=1)
    event = await Event.filter(kind="supplier_product_updated").get()
    assert event.supplier_id == (await supplier_of(call)).id


async def test_a_part_number_is_unique_with_its_supplier_and_currency(db: str):
    call = await make_call()
    await make_product(call)
    await make_product(call, currency="EUR")

    with pytest.raises(AlreadyTaken):
        await make_product(call)
    with pytest.raises(Refusals) as wrong:
        await make_product(
            call, part_number="", unit="pieces", price_breaks=[{"minimum_quantity": D(0), "unit_price": D(-1)}]
        )

    assert paths(list(wrong.value.refusals)) == [
        "partNumber",
        "unit",
        "priceBreaks.0.minimumQuantity",
        "priceBreaks.0.unitPrice",
    ]
    assert await SupplierProduct.all().count() == 2


# ---------------------------------------------------------------------------------------------------------- contracts


async def test_prices_of_a_contract_are_replaced_as_a_whole_and_told(db: str):
    call = await make_call()
    contract = await make_contract(call, prices=[{"part_number": "A", "unit_price": D(9)}], value_cap=D(1000))

    written = await contracts.update(
        call,
        contract,
        {"valid_to": date(2025, 12, 31), "prices": [{"part_number": "B", "unit_price": D(3)}]},
        expected_version=1,
    )

    assert await ContractPrice.all().values_list("part_number", flat=True) == ["B"]
    assert changes(written) == {
        "validTo": (None, "2025-12-31"),
        "prices.A": ("9", None),
        "prices.B": (None, "3"),
    }
    with pytest.raises(Refusals) as wrong:
        await contracts.update(call, contract, {"valid_from": date(2026, 1, 1), "value_cap": D("0.001")})
    assert paths(list(wrong.value.refusals)) == ["valueCap", "validTo"]


async def test_an_order_is_linked_to_contracts_of_its_supplier_in_its_currency(db: str):
    call = await make_call()
    contract, euros = await make_contract(call), await make_contract(call, number="C-2", currency="EUR")
    order = await make_draft(call, lines=[a_line(100)])
    blanket = await make_draft(call, order_type="BLANKET", lines=[a_line(100)])
    other = await make_supplier(call.organization_id, "Other")
    theirs = await contracts.create(call, id_of(Supplier, other.id), {"number": "C-3", "currency": "USD"})

    written = await contracts.link(call, asked(order, expected_version=1), contract)

    assert changes(written) == {"contracts.C-1": (None, contract)}
    assert (await PurchaseOrder.get(id=order.id)).edit_version == 2
    assert [type(each) for each in await refused(contracts.link(call, asked(order), contract))] == [AlreadyTaken]
    assert [type(each) for each in await refused(contracts.link(call, asked(order), euros))] == [InvalidValue]
    wrong = await refused(contracts.link(call, asked(order), id_of(Contract, theirs.key or 0)))
    assert [type(each) for each in wrong] == [InvalidValue]
    assert await refused(contracts.link(call, asked(blanket), contract)) == [
        NotApplicable(order_type="BLANKET", path=("contractId",))
    ]
    elsewhere = await refused(purchase_orders.update(call, asked(order), {"supplier_id": id_of(Supplier, other.id)}))
    assert paths(elsewhere) == ["supplierId"]

    await contracts.unlink(call, asked(order), contract)
    assert not await PurchaseOrderContract.exists()
    assert [type(each) for each in await refused(contracts.unlink(call, asked(order), contract))] == [NotFound]


async def test_linking_and_issuing_stop_at_the_cap(db: str):
    call = await make_call()
    contract = await make_contract(call, value_cap=D(1000))
    first, second = await make_draft(call, lines=[a_line(700)]), await make_draft(call, lines=[a_line(301)])
    await contracts.link(call, asked(first), contract)

    beyond = ContractCapExceeded(contract="C-1", cap=D(1000), drawn=D(700), asked=D(301), excess=D(1), currency="USD")
    assert await refused(contracts.link(call, asked(second), contract)) == [beyond]

    await purchase_order_lines.update(call, await the_line(second), {"unit_price": D(300)})
    await contracts.link(call, asked(second), contract)
    await purchase_order_lines.update(call, await the_line(second), {"unit_price": D(301)})
    assert await refused(purchase_order_states.issue(call, asked(second))) == [beyond]
    assert await refused(purchase_order_lifecycle.submit(call, asked(second))) == [beyond]

    await PurchaseOrder.filter(id=first.id).update(status=PurchaseOrderStatus.CLOSED_CANCELED)  # draws no more
    await purchase_order_states.issue(call, asked(second))


async def test_two_orders_cannot_both_take_what_is_left_of_a_contract(db: str):
    call = await make_call()
    contract = await make_contract(call, value_cap=D(1000))
    orders = [await make_draft(call, lines=[a_line(600)]) for _ in range(2)]

    done = await asyncio.gather(
        *(contracts.link(call, asked(order), contract) for order in orders), return_exceptions=True
    )

    assert sorted(type(each).__name__ for each in done) == ["Refusals", "Written"]
    assert await PurchaseOrderContract.all().count() == 1


# ----------------------------------------------------------------------------------------------------------- shipping


async def fee_lines(order: PurchaseOrder) -> list[tuple[int, Decimal]]:
    lines = PurchaseOrderLine.filter(purchase_order_id=order.id, product_type=ProductType.HANDLING_FEE)
    return [(line.number, line.amount) for line in await lines.order_by("number")]


async def total(order: PurchaseOrder) -> Decimal:
    return (await PurchaseOrder.get(id=order.id)).total_amount


async def test_the_fee_of_the_method_follows_the_goods_and_the_method(db: str):
    call = await make_call()
    ground = await make_method(call, percent("10", 1, amount_to=D(500)), fixed(30, 2))
    free = await make_method(call, name="Pick-up")
    order = await make_draft(call, lines=[goods(4, 100), a_line(1000)], shipping_method_id=ground)
    assert (await fee_lines(order), await total(order)) == ([(3, D(40))], D(1440))

    await purchase_order_lines.update(call, await the_line(order), {"quantity": D(6)})  # 600 of goods: the second rule
    assert (await fee_lines(order), await total(order)) == ([(3, D(30))], D(1630))

    written = await purchase_orders.update(call, asked(order), {"shipping_method_id": free})
    assert (await fee_lines(order), await total(order)) == ([], D(1600))
    assert changes(written)["lines.3.unitPrice"] == ("30", None)

    await purchase_orders.update(call, asked(order), {"shipping_method_id": ground})
    await purchase_order_lines.add(call, asked(order), goods(1, 100))
    assert await fee_lines(order) == [(3, D(30))]
    await purchase_order_lines.remove(call, await the_line(order))
    assert (await fee_lines(order), await total(order)) == ([(3, D(10))], D(1110))


async def test_a_copy_has_the_fee_once(db: str):
    call = await make_call()
    ground = await make_method(call, percent("10"))
    order = await make_draft(call, lines=[goods(4, 100)], shipping_method_id=ground)

    written = await purchase_orders.copy(call, asked(order), {})

    assert await fee_lines(await PurchaseOrder.get(id=written.key)) == [(2, D(40))]


async def test_goods_are_submitted_and_issued_with_a_method_that_fits(db: str):
    call = await make_call()
    ground = await make_method(call, countries=("US",))
    await make_method(call, name="Air")
    order = await make_draft(call, lines=[goods(1, 100)], ship_to={"country": "DE"})
    services = await make_draft(call, lines=[a_line(100)])

    missing = ShippingMethodRequired(available=("Air",), path=("shippingMethodId",))
    assert await refused(purchase_order_lifecycle.submit(call, asked(order))) == [missing]
    terms = {"lines": [goods(1, 100)], "issue": True}
    assert [type(each) for each in await refused(make_draft(call, **terms))] == [ShippingMethodRequired]
    await purchase_orders.update(call, asked(order), {"shipping_method_id": ground})
    unfit = ShippingMethodUnfit(chosen="Ground", available=("Air",), path=("shippingMethodId",))
    assert await refused(purchase_order_lifecycle.submit(call, asked(order))) == [unfit]
    await purchase_orders.update(call, asked(order), {"ship_to": {"country": "US"}})
    await purchase_order_lifecycle.submit(call, asked(order))
    await purchase_order_lifecycle.submit(call, asked(services))

    statuses = await PurchaseOrder.filter(id__in=[order.id, services.id]).values_list("status", flat=True)
    assert statuses == [PurchaseOrderStatus.ORDERED] * 2


async def test_suppliers_and_fee_rules_of_a_method_are_replaced_as_a_whole(db: str):
    call = await make_call()
    method = await make_method(call, fixed(5), percent("1", 2), countries=("US",))
    supplier = await supplier_id(call)

    written = await shipping.update(
        call,
        method,
        {"suppliers": [{"supplier_id": supplier, "countries": []}], "handling_fee_rules": [fixed(6)]},
        expected_version=1,
    )
    again = await shipping.update(call, method, {"handling_fee_rules": [fixed(6)]}, expected_version=2)

    assert changes(written) == {
        f"suppliers.{supplier}": ("US", "everywhere"),
        "handlingFeeRules.1.amount": ("5", "6"),
        "handlingFeeRules.2.kind": ("PERCENT", None),
        "handlingFeeRules.2.currency": ("USD", None),
        "handlingFeeRules.2.percent": ("1", None),
    }
    assert again.events == ()
    assert await ShippingMethodSupplier.all().values_list("countries", flat=True) == [[]]
    assert await HandlingFeeRule.all().values_list("amount", flat=True) == [D(6)]


async def test_a_method_is_refused_with_everything_that_is_wrong_with_it(db: str):
    call = await make_call()
    supplier = await supplier_id(call)
    suppliers = [{"supplier_id": supplier, "countries": ["us"]}, {"supplier_id": supplier, "countries": []}]

    with pytest.raises(Refusals) as wrong:
        await shipping.create(
            call,
            {"name": "", "carrier": "C", "suppliers": suppliers, "handling_fee_rules": [fixed(5), percent("101", 0)]},
        )
    with pytest.raises(Refusals) as missing:
        await shipping.create(
            call, {"name": "A", "carrier": "C", "suppliers": [{"supplier_id": "sup_0", "countries": []}]}
        )

    assert paths(list(wrong.value.refusals)) == [
        "name",
        "suppliers.0.countries.0",
        "suppliers.1",
        "handlingFeeRules.1.rank",
        "handlingFeeRules.1.percent",
    ]
    assert paths(list(missing.value.refusals)) == ["suppliers.0.supplierId"]
    assert not await ShippingMethod.exists()


# ------------------------------------------------------------------------------------------------------ payment terms


async def test_a_discount_goes_together_with_its_days(db: str):
    call = await make_call()
    net, two = {"name": "2/10 net 30", "net_days": 30}, {"discount_days": 10, "discount_percent": D(2)}

    made = await master_data.create(call, master_data.PAYMENT_TERM, net | two)

    term = await PaymentTerm.get()
    assert (term.discount_days, term.discount_percent) == (10, D(2))
    key = id_of(PaymentTerm, made.key or 0)
    for wrong, path in (
        ({"discount_days": None}, "discountDays"),
        ({"discount_percent": None}, "discountPercent"),
        ({"net_days": 9}, "discountDays"),
    ):
        with pytest.raises(Refusals) as refusals:
            await master_data.update(call, master_data.PAYMENT_TERM, key, wrong)
        assert paths(list(refusals.value.refusals)) == [path]
