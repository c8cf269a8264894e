"""Discrepancies and tolerance rules, as clients see them."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from graph.fields import column, identifier, one, read
from graph.scalars import CurrencyCode
from graph.types.common import Node
from graph.types.organization import CostCenter, User
from graph.types.supplier import Supplier
from models import verification as rows
from models.statuses.invoices import (
    DiscrepancyKind,
    DiscrepancyMeasure,
    DiscrepancyState,
    InvoiceCategory,
    ToleranceCombination,
    ToleranceKind,
)
from resolvers.reading import verifying

if TYPE_CHECKING:
    from graph.types.invoice import Invoice, InvoiceLine
    from graph.types.purchase_order import PurchaseOrder, PurchaseOrderLine


@strawberry.type(
    description="How far something may be off. The rule that names most of supplier, cost center and category counts."
)
class ToleranceRule(Node):
    id: strawberry.ID = identifier(rows.ToleranceRule)
    number: int = column("The number; of rules that name as much, the lowest counts.")
    name: str = column("The name.")
    kind: ToleranceKind = column("What it is about.")
    value: Decimal | None = column("The limit as a figure: money, a price or a quantity, as the kind has it.")
    percentage: Decimal | None = column("The limit in percent of what is expected.")
    combination: ToleranceCombination = column("Whether both limits have to be kept, or one of them.")
    supplier: Supplier | None = one("The supplier it is for; null means all.", "supplier")
    cost_center: CostCenter | None = one("The cost center whose orders it is for; null means all.", "cost_center")
    category: InvoiceCategory | None = column("The category of invoices it is for; null means all.")
    is_active: bool = column("Whether it is in force.")
    edit_version: int = column("Rises by one with every change; give it as `expectedVersion`.")
    created_at: datetime = column("When it was made.")


@strawberry.type(description="An invoice that has taken what a later one would need.")
class DiscrepancyDocument:
    invoice_id: strawberry.ID = strawberry.field(description="The id of the invoice.")
    number: str = strawberry.field(description="The supplier's number of it.")
    quantity: Decimal | None = strawberry.field(
        description="The quantity it takes there; null where it does not say one."
    )
    amount: Decimal | None = strawberry.field(
        description="The amount it takes there, before tax; negative where it gives back, null where it takes nothing."
    )


@strawberry.type(
    description="Something in which an invoice disagrees with its orders, with what arrived, or with itself."
)
class Discrepancy(Node):
    id: strawberry.ID = identifier(rows.Discrepancy)
    kind: DiscrepancyKind = column("In what it disagrees.")
    state: DiscrepancyState = column("Whether somebody has to look at it.")
    explanation: str = column("The discrepancy in a sentence, with its figures.")
    measure: DiscrepancyMeasure | None = column("What its figures are; null where it has none.")
    expected: Decimal | None = column("What would agree; null where no figures disagree.")
    actual: Decimal | None = column("What the invoice says, together with what earlier invoices bill of the same.")
    difference: Decimal | None = read("The actual figure minus the expected one.", verifying.DIFFERENCE)
    tolerance: Decimal | None = column("How far they may be apart, rounded to six decimals.")
    currency: CurrencyCode | None = read("The currency of the figures, where they are money.", verifying.CURRENCY)
    unit: str | None = read("The unit of the figures, where they are quantities.", verifying.UNIT)
    rule: ToleranceRule | None = one("The tolerance rule that applied; null where none fits.", "rule")
    documents: list[DiscrepancyDocument] = read(
        "The invoices that have taken what this one would need, the latest 20 at most, in order of recording.",
        verifying.DOCUMENTS,
    )
    invoice: Annotated["Invoice", strawberry.lazy("graph.types.invoice")] = one("The invoice.", "invoice")
    invoice_line: Annotated["InvoiceLine", strawberry.lazy("graph.types.invoice")] | None = one(
        "The line of the invoice, where it is about one.", "invoice_line"
    )
    purchase_order: Annotated["PurchaseOrder", strawberry.lazy("graph.types.purchase_order")] | None = one(
        "The order, where it is about one.", "purchase_order"
    )
    line: Annotated["PurchaseOrderLine", strawberry.lazy("graph.types.purchase_order")] | None = one(
        "The order line, where it is about one.", "line"
    )
    assignee: User | None = one("Who is to look at it.", "assignee")
    waived_by: User | None = one("Who accepted it.", "waived_by")
    waive_reason: str | None = column("Why it was accepted.")
    created_at: datetime = column("When it was found.")
    ended_at: datetime | None = column("When it was waived or resolved; null while it is open.")
    edit_version: int = column("Rises by one with every change, of its figures, too; give it as `expectedVersion`.")
