"""What the demo company has agreed with its office supplier, and what its people have asked for.

Everything is invented. It is made by the operations that everybody uses, after the company's orders.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from models.contract import Contract, SupplierProduct
from models.organization import CostCenter, LegalEntity, PaymentTerm, PurchasingEntity, ShippingMethod, User
from models.requisition import PurchaseRequisition
from models.statuses.orders import HandlingFeeKind, ProductType
from models.supplier import Supplier
from resolvers.demo.demo_company import KONTOR
from resolvers.ids import id_of
from resolvers.orders.purchase_order_edits import Asked
from resolvers.sourcing import contracts, products, requisitions, shipping
from resolvers.sourcing.requisitions import Meant
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from datetime import date

    from resolvers.operation import Call

Fields = dict[str, Any]

OFFICE_ORDER: Final = "OFFICE-HH"
CONTRACT: Final = "KP-FRAME"
CURRENCY: Final = "EUR"

PRODUCTS: Final[tuple[Fields, ...]] = (
    {
        "part_number": "KP-A4-80",
        "name": "Copy paper A4, 80 g, box of 2,500 sheets",
        "unit_price": Decimal("24.90"),
        "price_breaks": [
            {"minimum_quantity": Decimal(20), "unit_price": Decimal("22.50")},
            {"minimum_quantity": Decimal(100), "unit_price": Decimal("19.90")},
        ],
        "lead_time_days": 2,
    },
    {
        "part_number": "KP-CHAIR-7",
        "name": "Desk chair, adjustable",
        "description": "With armrests; ten years' warranty.",
        "unit_price": Decimal(389),
        "price_breaks": [{"minimum_quantity": Decimal(5), "unit_price": Decimal(349)}],
        "lead_time_days": 21,
    },
)


async def make(call: Call, today: date) -> None:
    """Make products with price breaks, a contract that an order is placed under, a shipping method with its fees, and a
    requisition that waits to be ordered.
    """
    supplier = id_of(Supplier, (await visible_to(Supplier, call.actor).get(number=KONTOR)).id)
    keys = [await _product(call, supplier, product) for product in PRODUCTS]
    await _contract(call, supplier, today)
    method = await _method(call, supplier)
    await _requisition(call, keys, method)


async def _product(call: Call, supplier: str, product: Fields) -> str:
    common = {"product_type": str(ProductType.GOOD), "unit": "INDIVIDUAL_UNIT", "currency": CURRENCY}
    made = await products.create(call, supplier, common | product)
    return id_of(SupplierProduct, made.key or 0)


async def _contract(call: Call, supplier: str, today: date) -> None:
    made = await contracts.create(
        call,
        supplier,
        {
            "number": CONTRACT,
            "name": "Office supplies, frame contract",
            "currency": CURRENCY,
            "valid_from": today.replace(month=1, day=1, year=today.year - 1),
            "valid_to": today.replace(month=12, day=31, year=today.year + 1),
            "value_cap": Decimal(20000),
            "prices": [
                {"part_number": "KP-A4-80", "unit_price": Decimal("22.50")},
                {"part_number": "KP-CHAIR-7", "unit_price": Decimal(359)},
            ],
        },
    )
    await contracts.link(call, Asked(number=OFFICE_ORDER), id_of(Contract, made.key or 0))


async def _method(call: Call, supplier: str) -> str:
    made = await shipping.create(
        call,
        {
            "name": "Courier",
            "carrier": "Hafenkurier",
            "suppliers": [{"supplier_id": supplier, "countries": ["DE", "DK"]}],
            "handling_fee_rules": [
                {
                    "rank": 1,
                    "kind": str(HandlingFeeKind.FIXED),
                    "currency": CURRENCY,
                    "amount_to": Decimal(500),
                    "amount": Decimal("14.90"),
                },
                {"rank": 2, "kind": str(HandlingFeeKind.PERCENT), "currency": CURRENCY, "percent": Decimal("1.5")},
            ],
        },
    )
    return id_of(ShippingMethod, made.key or 0)


async def _requisition(call: Call, product_ids: list[str], method: str) -> None:
    paper, chair = product_ids
    to = {"ship_to": {"street": "Speicherweg 7", "postal_code": "20457", "city": "Hamburg", "country": "DE"}}

    async def named(row: Any, **key: str) -> str:
        return id_of(row, (await visible_to(row, call.actor).get(**key)).id)

    made = await requisitions.create(
        call,
        {
            "display_name": "Two more desks in Hamburg",
            "description": "For the colleagues who begin next month.",
            "currency": CURRENCY,
            "assigned_to_id": id_of(User, call.actor.user_id),
            "cost_center_id": await named(CostCenter, number="6100"),
            "legal_entity_id": await named(LegalEntity, number="LE-DE"),
            "purchasing_entity_id": await named(PurchasingEntity, number="PE-1"),
            "payment_term_id": await named(PaymentTerm, name="Net 30"),
            "lines": [
                {"product_id": chair, "quantity": Decimal(2), "shipping_method_id": method, **to},
                {"product_id": paper, "quantity": Decimal(20), "shipping_method_id": method, **to},
            ],
        },
    )
    await requisitions.submit(call, Meant(id=id_of(PurchaseRequisition, made.key or 0)))
