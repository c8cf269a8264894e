"""What waits for somebody's agreement in the demo company: an order, by a rule for expensive things of its offices.

Everything is invented. It is made by the operations that everybody uses, after the company's other orders.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from models.organization import CostCenter, User
from models.statuses.orders import ProductType
from models.statuses.people import ApprovalDocument, ApprovalQuorum
from models.supplier import Supplier
from resolvers.approving import approval_rules
from resolvers.demo import demo_company, demo_machines
from resolvers.ids import id_of
from resolvers.orders import purchase_order_lifecycle, purchase_orders
from resolvers.orders.purchase_order_edits import Asked
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from resolvers.operation import Call

NUMBER: Final = "ESPRESSO"
COST_CENTER: Final = "6100"
WHY: Final = "The old one has been repaired three times this year."
VALID_FOR: Final = timedelta(days=120)
RULES: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    (
        demo_company.ADMIN,
        {"name": "Offices, from 5,000", "amount_from": Decimal(5000), "sequence": 1, "escalate_after_days": 3},
    ),
    (
        demo_company.APPROVER,
        {"name": "Offices, from 10,000", "amount_from": Decimal(10000), "sequence": 2, "escalate_after_days": 5},
    ),
)
"""Who is asked, and for what. The first agrees before the second is asked."""
LINE: Final[dict[str, Any]] = {
    "product_type": str(ProductType.GOOD),
    "unit": "INDIVIDUAL_UNIT",
    "description": "Espresso machine, three groups",
    "part_number": "HM-E3",
    "quantity": Decimal(2),
    "unit_price": Decimal(6300),
}


async def make(admin: Call, buyer: Call) -> None:
    """Make the rules, and the order that the buyer has submitted."""
    center = id_of(CostCenter, (await visible_to(CostCenter, admin.actor).get(number=COST_CENTER)).id)
    for email, rule in RULES:
        approver = await visible_to(User, admin.actor).get(email=email)
        common = {
            "document": str(ApprovalDocument.ORDER),
            "currency": "USD",
            "quorum": str(ApprovalQuorum.ANY),
            "by_business_owner": False,
            "cost_center_id": center,
            "approver_ids": [id_of(User, approver.id)],
        }
        await approval_rules.create(admin, common | rule)
    supplier = await visible_to(Supplier, buyer.actor).get(number=demo_machines.SUPPLIER["number"])
    order = {
        "number": NUMBER,
        "display_name": "Espresso machines for the offices",
        "description": "One for Seattle, one for Hamburg.",
        "currency": "USD",
        "supplier_id": id_of(Supplier, supplier.id),
        "cost_center_id": center,
        "effective_date": buyer.today,
        "expiration_date": buyer.today + VALID_FOR,
        "lines": [LINE],
    }
    await purchase_orders.create(buyer, order)
    await purchase_order_lifecycle.submit(buyer, Asked(number=NUMBER, reason=WHY))
