"""Price breaks, contract prices and caps, shipping methods and fees, and which lines of a requisition make an order."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from models.statuses.orders import HandlingFeeKind, OrderType, ProductType
from resolvers.errors import AlreadyTaken, InvalidAmount, InvalidValue, NotFound
from resolvers.errors_sourcing import (
    ContractCapExceeded,
    NothingOpen,
    OpenQuantityExceeded,
    RequisitionIncomplete,
    ShippingMethodRequired,
    ShippingMethodUnfit,
)
from resolvers.rules.pricing import (
    Break,
    ContractTerms,
    PriceCheck,
    break_refusals,
    cap_refusal,
    price_check,
    price_for,
    price_refusals,
)
from resolvers.rules.requisition_groups import AskedLine, Group, Taken, Wanted, grouped, is_ordered_at_once, taken_lines
from resolvers.rules.shipping import (
    FeeRule,
    Method,
    ShippedLine,
    ShippedOrder,
    fee_rule_refusals,
    fitting_methods,
    goods_amount,
    handling_fee,
    shipping_refusal,
)

D = Decimal

# ------------------------------------------------------------------------------------------------------------- prices

BREAKS = [
    Break(minimum_quantity=D(500), unit_price=D(8)),
    Break(minimum_quantity=D(100), unit_price=D(9)),
]


@pytest.mark.parametrize(
    ("quantity", "price"), [("1", 10), ("99.999999", 10), ("100", 9), ("499", 9), ("500", 8), ("9999", 8)]
)
def test_a_price_is_that_of_the_highest_break_reached(quantity: str, price: int):
    assert price_for(D(quantity), D(10), BREAKS) == price


def test_a_quantity_breaks_the_price_once():
    assert break_refusals([D(1), D(5)], ("priceBreaks",)) == []
    assert break_refusals([D(5), D("5.0")], ("priceBreaks",)) == [
        AlreadyTaken(value="5.0", holder="another price break", path=("priceBreaks", "1", "minimumQuantity"))
    ]
    assert len(break_refusals([D(1)] * 51, ())) == 1


def contract(number: str = "C-1", **fields: Any) -> ContractTerms:
    return ContractTerms(number=number, currency="USD", **fields)


def test_a_line_is_compared_with_the_lowest_price_that_a_contract_has_for_its_part():
    dear, cheap = contract("C-1", prices={"A": D(10)}), contract("C-2", prices={"A": D(9), "B": D(1)})

    assert price_check("A", D("9.50"), "USD", [dear, cheap]) == PriceCheck(
        contract="C-2", contract_price=D(9), difference=D("0.50")
    )
    assert price_check("C", D(1), "USD", [dear, cheap]) is None
    assert price_check(None, D(1), "USD", [dear]) is None
    assert price_check("A", D(1), "EUR", [dear]) is None


@pytest.mark.parametrize(("price", "within"), [("8.99", True), ("9", True), ("9.000001", False)])
def test_a_price_equal_to_the_contracts_is_within_it(price: str, *, within: bool):
    found = price_check("A", D(price), "USD", [contract(prices={"A": D(9)})])

    assert found is not None
    assert found.within_contract is within


@pytest.mark.parametrize(
    ("first", "last", "held"),
    [
        (date(2025, 1, 1), date(2025, 12, 31), True),
        (date(2024, 12, 31), date(2025, 12, 31), False),
        (date(2025, 1, 1), date(2026, 1, 1), False),
        (None, date(2025, 12, 31), False),
        (date(2025, 1, 1), None, False),
    ],
)
def test_a_validity_lies_within_a_contracts_with_both_its_ends(first: date | None, last: date | None, *, held: bool):
    assert contract(valid_from=date(2025, 1, 1), valid_to=date(2025, 12, 31)).holds(first, last) is held
    assert contract().holds(first, last)


def test_a_cap_may_be_reached_but_not_passed():
    capped = contract(value_cap=D(1000))

    assert cap_refusal(capped, D(700), D(300)) is None
    assert cap_refusal(contract(), D(700), D(10**9)) is None
    assert cap_refusal(capped, D(700), D(301)) == ContractCapExceeded(
        contract="C-1", cap=D(1000), drawn=D(700), asked=D(301), excess=D(1), currency="USD"
    )


def test_a_part_has_one_price_in_a_contract():
    assert price_refusals(["A", "B"], ()) == []
    assert [refusal.path for refusal in price_refusals(["A", "B", "A"], ("prices",))] == [("prices", "2", "partNumber")]


# ----------------------------------------------------------------------------------------------------------- shipping

GOOD, SERVICE = ProductType.GOOD, ProductType.SERVICE
GROUND = Method(id=1, name="Ground", suppliers={7: frozenset({"US", "CA"})})
AIR = Method(id=2, name="Air", suppliers={7: frozenset(), 8: frozenset({"DE"})})


def line(product_type: ProductType = GOOD, amount: int = 100, country: str | None = None) -> ShippedLine:
    return ShippedLine(product_type=product_type, amount=D(amount), country=country)


def names(order: ShippedOrder, *lines: ShippedLine) -> list[str]:
    return [method.name for method in fitting_methods(order, lines, [GROUND, AIR])]


@pytest.mark.parametrize(
    ("order", "lines", "fitting"),
    [
        (ShippedOrder(supplier_id=7, country="US"), [line()], ["Ground", "Air"]),
        (ShippedOrder(supplier_id=7, country="DE"), [line()], ["Air"]),
        (ShippedOrder(supplier_id=7), [line()], ["Air"]),
        (ShippedOrder(supplier_id=7), [line(country="CA")], ["Ground", "Air"]),
        (ShippedOrder(supplier_id=7, country="US"), [line(), line(country="DE")], ["Air"]),
        (ShippedOrder(supplier_id=7, country="US"), [line(), line(SERVICE, country="DE")], ["Ground", "Air"]),
        (ShippedOrder(supplier_id=8, country="US"), [line()], []),
        (ShippedOrder(supplier_id=8, country="DE"), [line()], ["Air"]),
        (ShippedOrder(supplier_id=9, country="US"), [line()], []),
        (ShippedOrder(supplier_id=7, country="US"), [line(SERVICE)], []),
        (ShippedOrder(supplier_id=7, country="US"), [], []),
        (ShippedOrder(supplier_id=7, country="US", order_type=OrderType.BLANKET), [line()], []),
    ],
)
def test_a_method_fits_where_the_supplier_delivers_all_the_goods_by_it(
    order: ShippedOrder, lines: list[ShippedLine], fitting: list[str]
):
    assert names(order, *lines) == fitting


def test_where_a_method_fits_one_has_to_be_chosen_and_no_other():
    bare = ShippedOrder(supplier_id=7, country="US")
    chosen = ShippedOrder(supplier_id=7, country="DE", shipping_method_id=1, shipping_method="Ground")
    path = ("shippingMethodId",)

    assert shipping_refusal(bare, [line()], [GROUND, AIR]) == ShippingMethodRequired(
        available=("Ground", "Air"), path=path
    )
    assert shipping_refusal(bare, [line(SERVICE)], [GROUND]) is None
    assert shipping_refusal(bare, [line()], []) is None
    assert shipping_refusal(chosen, [line()], [GROUND, AIR]) == ShippingMethodUnfit(
        chosen="Ground", available=("Air",), path=path
    )
    assert shipping_refusal(chosen, [line(country="US")], [GROUND, AIR]) is None


def rule(rank: int, kind: HandlingFeeKind = HandlingFeeKind.FIXED, **fields: Any) -> FeeRule:
    return FeeRule(rank=rank, kind=kind, currency=fields.pop("currency", "USD"), **fields)


PERCENT = HandlingFeeKind.PERCENT
RULES = [
    rule(3, amount=D(30)),
    rule(1, amount=D(5), amount_from=D(100), amount_to=D(200)),
    rule(2, PERCENT, percent=D("2.5"), amount_to=D("333.33")),
    rule(1, amount=D(1), currency="EUR"),
]


@pytest.mark.parametrize(
    ("goods", "fee"), [("99.99", "2.50"), ("100", "5"), ("200", "5"), ("333.33", "8.33"), ("333.34", "30")]
)
def test_the_rule_with_the_lowest_rank_that_fits_applies(goods: str, fee: str):
    assert handling_fee(D(goods), "USD", RULES) == D(fee)


def test_without_goods_or_a_rule_in_the_currency_there_is_no_fee():
    assert handling_fee(goods_amount([line(SERVICE)]), "USD", RULES) is None
    assert handling_fee(goods_amount([line(), line(SERVICE, 900), line(amount=50)]), "USD", RULES) == 5
    assert handling_fee(D(100), "JPY", RULES) is None


def test_fee_rules_have_a_rank_each_and_one_kind_of_fee():
    found = fee_rule_refusals(
        [
            rule(1, amount=D(5), percent=D(1)),
            rule(1, PERCENT, amount=D(1)),
            rule(2, amount=D(1), amount_from=D(9), amount_to=D(8)),
        ],
        ("rules",),
    )

    assert [(type(refusal), ".".join(refusal.path)) for refusal in found] == [
        (InvalidValue, "rules.0.percent"),
        (AlreadyTaken, "rules.1.rank"),
        (InvalidValue, "rules.1.percent"),
        (InvalidValue, "rules.1.amount"),
        (InvalidValue, "rules.2.amountTo"),
    ]


# ------------------------------------------------------------------------------------------------------- requisitions


def asked(number: int, quantity: int = 10, ordered: int = 0, **fields: Any) -> AskedLine:
    given: dict[str, Any] = {"supplier_id": 7, **fields}
    return AskedLine(id=number * 10, number=number, quantity=D(quantity), ordered=D(ordered), **given)


def wanted(at: int, line_id: int | None, quantity: str | None = None) -> Wanted:
    return Wanted(
        line_id=line_id,
        text=f"reql_{line_id}",
        path=("lines", str(at)),
        quantity=None if quantity is None else D(quantity),
    )


def test_all_that_is_open_is_ordered_where_nothing_is_said():
    lines = [asked(1), asked(2, 10, 10), asked(3, 10, 4)]

    taken, refusals = taken_lines("PR0000001", lines, None)

    assert [(each.line.number, each.quantity) for each in taken] == [(1, 10), (3, 6)]
    assert refusals == []
    assert taken_lines("PR0000001", [asked(1, 5, 5)], None) == ([], [NothingOpen(requisition="PR0000001")])


def test_no_more_than_is_open_can_be_ordered_of_a_line():
    lines = [asked(1, 10, 4), asked(2, 10, 10), asked(3), asked(4, supplier_id=None)]
    offered = [
        wanted(0, 10, "6.000001"),
        wanted(1, 20),
        wanted(2, 30, "0"),
        wanted(3, 99),
        wanted(4, 10, "6"),
        wanted(5, 40),
    ]

    _, refusals = taken_lines("PR0000001", lines, offered)

    assert [(type(refusal), ".".join(refusal.path)) for refusal in refusals] == [
        (OpenQuantityExceeded, "lines.0.quantity"),
        (OpenQuantityExceeded, "lines.1.quantity"),
        (InvalidAmount, "lines.2.quantity"),
        (NotFound, "lines.3.lineId"),
        (InvalidValue, "lines.4.lineId"),
        (RequisitionIncomplete, "lines.5"),
    ]
    assert refusals[0] == OpenQuantityExceeded(
        line=1, asked=D("6.000001"), open=D(6), unit="INDIVIDUAL_UNIT", path=("lines", "0", "quantity")
    )
    assert taken_lines("PR0000001", lines, [wanted(0, 10, "6")])[1] == []


def test_lines_make_an_order_by_supplier_owner_type_and_shipping_method():
    lines = [
        asked(2, business_owner_id=1),
        asked(1),
        asked(3, supplier_id=8),
        asked(4, order_type=OrderType.BLANKET),
        asked(5, shipping_method_id=3),
        asked(6, business_owner_id=2),
    ]

    groups = grouped([Taken(line=each, quantity=each.open) for each in lines], 1)

    def numbers(group: Group) -> list[int]:
        return [each.line.number for each in group.taken]

    assert [numbers(group) for group in groups] == [[1, 2], [3], [4], [5], [6]]
    assert (groups[0].supplier_id, groups[0].business_owner_id, groups[0].shipping_method_id) == (7, 1, None)
    assert (groups[2].order_type, groups[3].shipping_method_id, groups[4].business_owner_id) == (
        OrderType.BLANKET,
        3,
        2,
    )


@pytest.mark.parametrize(
    ("total", "auto", "threshold", "at_once"),
    [("500", True, 500, True), ("500.01", True, 500, False), ("9999", True, 0, True), ("1", False, 0, False)],
)
def test_a_threshold_of_nothing_means_any_amount(total: str, threshold: int, *, auto: bool, at_once: bool):
    assert is_ordered_at_once(D(total), auto_order=auto, threshold=D(threshold)) is at_once
