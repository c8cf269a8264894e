"""What became of the rows of an import, as clients see it."""

from typing import Any

import strawberry

from graph.errors import UserError, told
from graph.types.invoice import Invoice
from models.statuses.invoices import ImportRowOutcome


@strawberry.type(description="A row of a file that was imported, and what became of it.")
class ImportRow:
    index: int = strawberry.field(description="Its place in the file, counted from 0.")
    supplier_invoice_number: str | None = strawberry.field(
        description="The number of its invoice; null where it has none that can be read."
    )
    outcome: ImportRowOutcome = strawberry.field(description="What became of it.")
    invoice: Invoice | None = strawberry.field(description="Its invoice; null where it was rejected.")
    refusals: list[UserError] = strawberry.field(
        description="Why it was rejected, with paths inside the row; empty where it was not."
    )


def import_rows(reports: Any, invoices: Any) -> list[ImportRow]:
    """The rows of these reports; `invoices` gives each its invoice, all of them read together."""
    return [
        ImportRow(
            index=report.index,
            supplier_invoice_number=report.number,
            outcome=report.outcome,
            invoice=None if report.invoice_id is None else invoices.row(report.invoice_id),
            refusals=[told(refusal) for refusal in report.refusals],
        )
        for report in reports
    ]
