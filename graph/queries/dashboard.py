"""The organization at a glance."""

from typing import Annotated

import strawberry

from graph.context import Info
from graph.selection import frozen
from graph.types.dashboard import Dashboard
from graph.types.inputs import PurchaseOrderWhere
from resolvers import dashboard


@strawberry.type
class DashboardQueries:
    @strawberry.field(description="Orders and invoices counted and summed, and what needs a person.")
    def dashboard(
        self,
        info: Info,
        where: Annotated[
            PurchaseOrderWhere | None,
            strawberry.argument(description="Only these orders, and what belongs to them; all unless given."),
        ] = None,
    ) -> Dashboard:
        return Dashboard(figures=dashboard.Dashboard(info.context.call, None if where is None else frozen(where)))
