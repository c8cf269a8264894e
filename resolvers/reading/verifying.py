"""SQL over order lines and discrepancies that their fields are read with."""

from __future__ import annotations

from typing import Final

from models.statuses.invoices import DiscrepancyMeasure, VerificationPolicy
from models.statuses.orders import ProductType
from resolvers.reading.kinds import Expression, JsonList

POLICY: Final = Expression(
    f"""coalesce({{row}}.verification, CASE
    WHEN {{row}}.product_type = '{ProductType.GOOD}' AND {{row}}.goods_receipt_required
    THEN '{VerificationPolicy.THREE_WAY}' ELSE '{VerificationPolicy.TWO_WAY}' END)"""
)
"""With what invoices on an order line have to agree (I4), as the pure rule has it; a test compares the two."""

DIFFERENCE: Final = Expression("trim_scale({row}.actual - {row}.expected)::text", nullable=True)
"""How far the figures of a discrepancy are apart; what is too little is negative."""

CURRENCY: Final = Expression(
    f"""CASE WHEN {{row}}.measure IN ('{DiscrepancyMeasure.MONEY}', '{DiscrepancyMeasure.PRICE}') THEN (
    SELECT i.currency FROM invoice i WHERE i.id = {{row}}.invoice_id
        AND i.organization_id = {{row}}.organization_id) END""",
    nullable=True,
)
"""The currency of figures that are money."""

UNIT: Final = Expression(
    f"""to_json(CASE {{row}}.measure WHEN '{DiscrepancyMeasure.QUANTITY}' THEN (
    SELECT l.unit FROM purchase_order_line l WHERE l.id = {{row}}.line_id
        AND l.organization_id = {{row}}.organization_id) END)""",
    raw=True,
    nullable=True,
)
"""The unit of figures that are quantities."""

DOCUMENTS: Final = JsonList(
    "documents", {"invoice_id": "id", "number": "number", "quantity": "quantity", "amount": "amount"}
)
