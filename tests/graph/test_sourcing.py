"""Products, contracts, shipping methods and requisitions as clients use them."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from models.organization import ShippingMethodSupplier
from models.purchase_order import PurchaseOrder
from models.requisition import PurchaseRequisition
from models.statuses.orders import OrderType, ProductType
from models.supplier import Supplier
from models.views import AvailableShippingMethod
from resolvers.ids import id_of
from resolvers.rules.shipping import ShippedOrder, fitting_methods
from resolvers.sourcing import shipping
from tests.asking import answer, ask
from tests.factories import make_call, make_line_row, make_order_row, make_supplier
from tests.ordering import supplier_of

ERRORS = """userErrors { __typename message path
  ... on ContractCapExceeded { contract cap drawn asked excess currency }
  ... on OpenQuantityExceeded { line asked open unit }
  ... on ShippingMethodRequired { available } }"""


async def do(call: Any, name: str, fields: str, /, **given: Any) -> Any:
    """The answer of a mutation that refuses nothing."""
    input_type = f"{name[0].upper()}{name[1:]}Input"
    if name in {"contractLink", "contractUnlink"}:
        input_type = "ContractLinkInput"
    if name in {"requisitionSubmit", "requisitionCancel"}:
        input_type = "RequisitionChangeInput"
    query = f"mutation ($input: {input_type}!) {{ answer: {name}(input: $input) {{ {fields} {ERRORS} }} }}"
    return (await ask(call, query, input=given))["answer"]


async def supplier_id(call: Any) -> str:
    return id_of(Supplier, (await supplier_of(call)).id)


async def make_product(call: Any) -> str:
    made = await do(
        call,
        "supplierProductCreate",
        "supplierProduct { id } ",
        supplierId=await supplier_id(call),
        partNumber="W-1",
        name="Widget",
        currency="USD",
        unitPrice="10",
        priceBreaks=[{"minimumQuantity": "100", "unitPrice": "9"}],
    )
    return made["supplierProduct"]["id"]


async def test_a_product_is_read_from_its_supplier_and_from_the_line_that_buys_it(db: str):
    call = await make_call()
    widget = await make_product(call)
    await do(
        call,
        "purchaseOrderCreate",
        "purchaseOrder { id }",
        currency="USD",
        supplierId=await supplier_id(call),
        lines=[{"productId": widget, "quantity": "250"}],
    )

    found = await ask(
        call,
        """{ supplierProducts(where: {isActive: {eq: true}, partNumber: {startsWith: "W"}}) { nodes {
            id unitPrice { amount } priceBreaks { minimumQuantity unitPrice { amount currency } } } }
          suppliers { nodes { products { totalCount nodes { id } } } }
          purchaseOrders { nodes { lines { nodes { description unit unitPrice { amount } product { id supplier { id } }
            } } } } }""",
    )

    assert found["supplierProducts"]["nodes"] == [
        {
            "id": widget,
            "unitPrice": {"amount": "10.00"},
            "priceBreaks": [{"minimumQuantity": "100", "unitPrice": {"amount": "9.00", "currency": "USD"}}],
        }
    ]
    assert found["suppliers"]["nodes"][0]["products"] == {"totalCount": 1, "nodes": [{"id": widget}]}
    assert found["purchaseOrders"]["nodes"][0]["lines"]["nodes"] == [
        {
            "description": "Widget",
            "unit": "INDIVIDUAL_UNIT",
            "unitPrice": {"amount": "9.00"},
            "product": {"id": widget, "supplier": {"id": await supplier_id(call)}},
        }
    ]
    changed = await do(
        call, "supplierProductUpdate", "supplierProduct { isActive editVersion }", id=widget, isActive=False
    )
    assert changed["supplierProduct"] == {"isActive": False, "editVersion": 2}


async def test_contracts_and_orders_are_read_from_both_sides_and_what_is_wrong_is_told(db: str):
    call = await make_call()
    supplier = await supplier_id(call)
    ids: list[str] = []
    for number, price, cap in (("C-1", "9.50", "1000"), ("C-2", "9", None)):
        made = await do(
            call,
            "contractCreate",
            "contract { id }",
            supplierId=supplier,
            number=number,
            currency="USD",
            validTo="2025-06-30",
            valueCap=cap,
            prices=[{"partNumber": "W-1", "unitPrice": price}],
        )
        ids.append(made["contract"]["id"])
    order = await do(
        call,
        "purchaseOrderCreate",
        "purchaseOrder { id }",
        currency="USD",
        supplierId=supplier,
        effectiveDate="2025-01-01",
        expirationDate="2025-12-31",
        lines=[{"partNumber": "W-1", "unitPrice": "10", "quantity": "90"}, {"partNumber": "X", "unitPrice": "1"}],
    )
    order_id = order["purchaseOrder"]["id"]

    for contract in ids:
        await do(call, "contractLink", "purchaseOrder { id }", id=order_id, contractId=contract)
    found = await ask(
        call,
        """query ($id: ID!) { purchaseOrder(id: $id) {
            contracts(orderBy: [{field: NUMBER, direction: DESC}]) { totalCount nodes { number } }
            lines { nodes { priceCheck { contract { number } contractPrice { amount } difference { amount }
                withinContract } } }
            warnings { kind message lineNumbers } }
          contracts { nodes { number drawnAmount { amount formatted } remainingAmount { amount }
            prices { nodes { partNumber unitPrice { amount } } } purchaseOrders { nodes { id } } } } }""",
        id=order_id,
    )

    assert found["purchaseOrder"]["contracts"] == {"totalCount": 2, "nodes": [{"number": "C-2"}, {"number": "C-1"}]}
    assert [line["priceCheck"] for line in found["purchaseOrder"]["lines"]["nodes"]] == [
        {
            "contract": {"number": "C-2"},
            "contractPrice": {"amount": "9.00"},
            "difference": {"amount": "1.00"},
            "withinContract": False,
        },
        None,
    ]
    told = [each for each in found["purchaseOrder"]["warnings"] if each["kind"] != "OVERLAPPING_LINES"]
    assert [(each["kind"], each["lineNumbers"]) for each in told] == [
        ("PRICE_ABOVE_CONTRACT", [1]),
        ("OUTSIDE_CONTRACT", []),
        ("OUTSIDE_CONTRACT", []),
    ]
    assert told[0]["message"] == "Line 1 costs 10 USD for one unit; contract C-2 says 9 for W-1."
    assert found["contracts"]["nodes"][0] == {
        "number": "C-1",
        "drawnAmount": {"amount": "901.00", "formatted": "$901.00"},
        "remainingAmount": {"amount": "99.00"},
        "prices": {"nodes": [{"partNumber": "W-1", "unitPrice": {"amount": "9.50"}}]},
        "purchaseOrders": {"nodes": [{"id": order_id}]},
    }

    await do(call, "contractUpdate", "contract { id }", id=ids[0], valueCap="900")
    capped = await ask(call, "query ($id: ID!) { purchaseOrder(id: $id) { warnings { kind message } } }", id=order_id)
    assert capped["purchaseOrder"]["warnings"][-1] == {
        "kind": "CONTRACT_CAP_EXCEEDED",
        "message": "The orders of contract C-1 come to 901.00 USD; it is capped at 900.00 USD.",
    }
    refused = await do(call, "purchaseOrderSubmit", "purchaseOrder { id }", id=order_id)
    assert refused["userErrors"][0] | {"message": ""} == {
        "__typename": "ContractCapExceeded",
        "message": "",
        "path": [],
        "contract": "C-1",
        "cap": "900",
        "drawn": "0",
        "asked": "901",
        "excess": "1",
        "currency": "USD",
    }
    await do(call, "contractUnlink", "purchaseOrder { id }", id=order_id, contractId=ids[0])
    done = await do(call, "purchaseOrderSubmit", "purchaseOrder { status }", id=order_id)
    assert done == {"purchaseOrder": {"status": "ORDERED"}, "userErrors": []}


async def test_methods_that_fit_are_told_with_their_fee_and_one_has_to_be_chosen(db: str):
    call = await make_call()
    supplier = await supplier_id(call)
    made = await do(
        call,
        "shippingMethodCreate",
        "shippingMethod { id suppliers { supplier { id } countries } handlingFeeRules { rank percent } }",
        name="Ground",
        carrier="Carrier",
        suppliers=[{"supplierId": supplier, "countries": ["US"]}],
        handlingFeeRules=[{"rank": 1, "kind": "PERCENT", "currency": "USD", "percent": "2.5"}],
    )
    ground = made["shippingMethod"]
    assert ground["suppliers"] == [{"supplier": {"id": supplier}, "countries": ["US"]}]
    assert ground["handlingFeeRules"] == [{"rank": 1, "percent": "2.5"}]
    order = await do(
        call,
        "purchaseOrderCreate",
        "purchaseOrder { id availableShippingMethods { shippingMethod { name } handlingFee { amount currency } } }",
        currency="USD",
        supplierId=supplier,
        shipTo={"country": "US"},
        lines=[{"productType": "GOOD", "quantity": "2", "unitPrice": "100"}, {"unitPrice": "1000"}],
    )
    order_id = order["purchaseOrder"]["id"]

    assert order["purchaseOrder"]["availableShippingMethods"] == [
        {"shippingMethod": {"name": "Ground"}, "handlingFee": {"amount": "5.00", "currency": "USD"}}
    ]
    refused = await do(call, "purchaseOrderSubmit", "purchaseOrder { id }", id=order_id)
    assert refused["userErrors"] == [
        {
            "__typename": "ShippingMethodRequired",
            "message": "Choose how the goods are shipped: Ground.",
            "path": ["shippingMethodId"],
            "available": ["Ground"],
        }
    ]
    changed = await do(
        call,
        "purchaseOrderUpdate",
        "purchaseOrder { totalAmount { amount } lines { nodes { productType unitPrice { amount } } } }",
        id=order_id,
        shippingMethodId=ground["id"],
    )
    assert changed["purchaseOrder"]["totalAmount"] == {"amount": "1205.00"}
    assert changed["purchaseOrder"]["lines"]["nodes"][2] == {
        "productType": "HANDLING_FEE",
        "unitPrice": {"amount": "5.00"},
    }


PLACES = (None, {}, {"country": "US"}, {"country": "DE"})


@pytest.mark.parametrize("order_type", [OrderType.STANDARD, OrderType.BLANKET])
async def test_the_database_and_the_rule_agree_on_which_methods_fit(db: str, order_type: OrderType):
    call = await make_call()
    ours, other = await supplier_of(call), await make_supplier(call.organization_id, "Other")
    for number, (supplier, countries) in enumerate(product((ours, other), ([], ["US"], ["US", "DE"]))):
        given = {"name": f"M{number}", "carrier": "C"}
        suppliers = [{"supplier_id": id_of(Supplier, supplier.id), "countries": countries}]
        await shipping.create(call, {**given, "suppliers": suppliers})
    orders: list[PurchaseOrder] = []
    for ship_to, own, kinds in product(PLACES, PLACES, ((ProductType.GOOD,), (ProductType.GOOD, ProductType.SERVICE))):
        order = await make_order_row(call, ours, ship_to=ship_to, order_type=order_type)
        for kind in kinds:
            await make_line_row(order, product_type=kind, ship_to=own)
        orders.append(order)
    orders.append(await make_order_row(call, ours))
    methods = await shipping.methods_of(call, ours.id)

    assert len(methods) == 3
    for order in orders:
        shipped = ShippedOrder(
            supplier_id=ours.id, order_type=order.order_type, country=(order.ship_to or {}).get("country")
        )
        lines = shipping.shipped_lines(await order.lines.all())  # pyright: ignore[reportAttributeAccessIssue]
        fitting = {method.id for method in fitting_methods(shipped, lines, methods)}
        found = await AvailableShippingMethod.filter(purchase_order_id=order.id)
        assert {row.shipping_method_id for row in found} == fitting
    assert await ShippingMethodSupplier.all().count() == 6


async def test_a_requisition_is_written_submitted_and_ordered(db: str):
    call = await make_call()
    widget = await make_product(call)
    made = await do(
        call,
        "requisitionCreate",
        "requisition { id number status totalAmount { amount } openQuantity lines { nodes { id } } } events { kind }",
        currency="USD",
        externalId="R-1",
        displayName="Workshop supplies",
        lines=[{"productId": widget, "quantity": "100"}],
    )
    written = made["requisition"]
    [line] = written["lines"]["nodes"]
    assert (written["number"], written["status"], written["totalAmount"], written["openQuantity"]) == (
        "PR0000001",
        "DRAFT",
        {"amount": "900.00"},
        "100",
    )
    assert made["events"] == [{"kind": "requisition_created"}]

    await do(
        call,
        "requisitionLineUpdate",
        "requisition { id }",
        lineId=line["id"],
        line={"expectedDeliveryDate": "2025-05-01"},
    )
    added = await do(
        call,
        "requisitionLineAdd",
        "requisition { lines { nodes { id } } }",
        number="PR0000001",
        line={"supplierId": await supplier_id(call), "unitPrice": "1", "description": "Set-up"},
    )
    extra = added["requisition"]["lines"]["nodes"][1]["id"]
    await do(call, "requisitionLineRemove", "requisition { id }", lineId=extra)
    await do(call, "requisitionUpdate", "requisition { id }", id=written["id"], description="For the spring.")
    submitted = await do(call, "requisitionSubmit", "requisition { status }", id=written["id"], expectedVersion=5)
    assert submitted["requisition"] == {"status": "SUBMITTED"}
    ordered = await do(
        call,
        "requisitionOrder",
        """requisition { status openQuantity lines { nodes { orderedQuantity openQuantity
            purchaseOrderLines { nodes { quantity requisitionLine { id } } } } }
            purchaseOrders { nodes { status requisition { number } } } permissions { id } }""",
        id=written["id"],
        lines=[{"lineId": line["id"], "quantity": "40"}],
    )
    assert ordered["requisition"] == {
        "status": "PARTIALLY_ORDERED",
        "openQuantity": "60",
        "lines": {
            "nodes": [
                {
                    "orderedQuantity": "40",
                    "openQuantity": "60",
                    "purchaseOrderLines": {"nodes": [{"quantity": "40", "requisitionLine": {"id": line["id"]}}]},
                }
            ]
        },
        "purchaseOrders": {"nodes": [{"status": "DRAFT", "requisition": {"number": "PR0000001"}}]},
        "permissions": [],
    }
    again = await do(
        call,
        "requisitionOrder",
        "requisition { id }",
        id=written["id"],
        lines=[{"lineId": line["id"], "quantity": "61"}],
    )
    assert again["userErrors"] == [
        {
            "__typename": "OpenQuantityExceeded",
            "message": "Of line 1, 60 INDIVIDUAL_UNIT are open; 61 were to be ordered.",
            "path": ["lines", "0", "quantity"],
            "line": 1,
            "asked": "61",
            "open": "60",
            "unit": "INDIVIDUAL_UNIT",
        }
    ]
    await do(call, "requisitionCancel", "requisition { id }", number="PR0000001", reason="Spring is over.")
    found = await ask(
        call,
        """{ requisition(externalId: "R-1") { status openQuantity events(first: 1) { nodes { kind reason } } }
          requisitions(where: {status: {in: [CANCELED, DRAFT]}}, search: "work", orderBy: [{field: NUMBER}]) {
            nodes { number } }
          events(where: {requisitionId: {isNull: false}, kind: {eq: "requisition_ordered"}}) {
            nodes { requisition { number } } } }""",
    )
    assert found == {
        "requisition": {
            "status": "CANCELED",
            "openQuantity": "0",
            "events": {"nodes": [{"kind": "requisition_canceled", "reason": "Spring is over."}]},
        },
        "requisitions": {"nodes": [{"number": "PR0000001"}]},
        "events": {"nodes": [{"requisition": {"number": "PR0000001"}}]},
    }


async def test_an_idempotency_key_orders_once_and_a_dry_run_never(db: str):
    call = await make_call()
    widget = await make_product(call)
    made = await do(
        call,
        "requisitionCreate",
        "requisition { id }",
        currency="USD",
        lines=[{"productId": widget, "quantity": "1"}],
    )
    key = made["requisition"]["id"]
    await do(call, "requisitionSubmit", "requisition { id }", id=key)
    fields = "requisition { status purchaseOrders { totalCount } }"

    dry = await do(call, "requisitionOrder", fields, id=key, dryRun=True)
    once = await do(call, "requisitionOrder", fields, id=key, idempotencyKey="k")
    twice = await do(call, "requisitionOrder", fields, id=key, idempotencyKey="k")

    assert dry == once == twice
    assert await PurchaseOrder.all().count() == 1
    stranger = await make_call()
    text = "query ($id: ID!) { requisition(id: $id) { id } }"
    assert (await answer(stranger, text, id=key))["data"] == {"requisition": None}
    assert await PurchaseRequisition.all().count() == 1
