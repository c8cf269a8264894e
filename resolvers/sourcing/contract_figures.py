"""What is drawn from contracts, as SQL: for reading it, and for warning about it.

Source: section 10.
"""

from __future__ import annotations

from typing import Final

from models.statuses.orders import PurchaseOrderStatus

DRAWS_NOT: Final = (PurchaseOrderStatus.REJECTED, PurchaseOrderStatus.CLOSED_CANCELED)
"""Orders that draw nothing from a contract that they are linked to."""

_WORDS: Final = ", ".join(f"'{word}'" for word in DRAWS_NOT)
THAT_DRAW: Final = f"o.status NOT IN ({_WORDS})"
"""The condition for an order `o` that draws from its contracts."""

DRAWN: Final = f"""(SELECT coalesce(sum(o.total_amount), 0) FROM purchase_order_contract k
    JOIN purchase_order o ON o.id = k.purchase_order_id AND o.organization_id = k.organization_id
    WHERE k.contract_id = {{row}}.id AND k.organization_id = {{row}}.organization_id AND {THAT_DRAW})"""  # noqa: S608
"""What the orders linked to a contract come to, without those that draw nothing."""
