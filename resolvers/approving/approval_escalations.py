"""Steps of approvals that nobody has decided in time: told once, on the day from which they count as neglected.

Source: A1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from models import database
from models.event import Event
from models.statuses.people import ApprovalStepStatus

if TYPE_CHECKING:
    from datetime import date, datetime

_NEGLECTED: Final = f"""
SELECT s.number, s.name, s.escalates_on, p.purchase_order_id, p.invoice_id,
       coalesce(i.supplier_invoice_number, o.number) AS subject
FROM approval_step s JOIN approval_plan p ON p.id = s.plan_id AND p.organization_id = s.organization_id
LEFT JOIN purchase_order o ON o.id = p.purchase_order_id LEFT JOIN invoice i ON i.id = p.invoice_id
WHERE s.organization_id = $1 AND s.status = '{ApprovalStepStatus.REQUESTED}'
  AND s.escalates_on <= $2 AND ($3::date IS NULL OR s.escalates_on > $3)
ORDER BY s.id"""  # noqa: S608 - our own word


async def tell(organization_id: int, now: datetime, last_looked: date | None) -> int:
    """Write into the history what counts as neglected since the day somebody looked last; how many steps.

    The caller holds the organization's gate.

    Source: A1.
    """
    found = await database.rows(_NEGLECTED, organization_id, now.date(), last_looked)
    await Event.bulk_create(
        [
            Event(
                organization_id=organization_id,
                kind="approval_escalated",
                subject=row["subject"],
                purchase_order_id=row["purchase_order_id"],
                invoice_id=row["invoice_id"],
                changes=[
                    {
                        "field": f"approvalPlan.steps.{row['number']}.escalated",
                        "from": None,
                        "to": row["escalates_on"].isoformat(),
                    }
                ],
                created_at=now,
            )
            for row in found
        ]
    )
    return len(found)
