"""Which revisions."""

from typing import Any, Optional

import strawberry

from graph.types.filters import DateTimeFilter, Filter, IDFilter
from models.statuses.orders import RevisionStatus


def _optional(description: str, name: str | None = None) -> Any:
    return strawberry.field(default=strawberry.UNSET, description=description, name=name)


@strawberry.input(description="Which revisions.")
class RevisionWhere:
    and_: list["RevisionWhere"] | None = _optional("All of these hold.", "and")
    or_: list["RevisionWhere"] | None = _optional("At least one of these holds.", "or")
    not_: Optional["RevisionWhere"] = _optional("This does not hold.", "not")
    status: Filter[RevisionStatus] | None = _optional("By status.")
    purchase_order_id: IDFilter | None = _optional("By order.")
    started_by_id: IDFilter | None = _optional("By who began it.")
    created_at: DateTimeFilter | None = _optional("By when it was begun.")
