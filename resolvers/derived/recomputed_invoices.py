"""What follows from invoices for their status and their allocations, worked out from their lines and payments one by
one, and compared with what is stored.

Source: B1, B2, I1, I2, I3.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from models import database
from models.invoice import Allocation, Invoice
from models.statuses.invoices import InvoiceStatus
from models.values import ZERO, plain
from resolvers.derived.recomputed import Difference, Found, differing
from resolvers.derived.settling import ALLOCATION_FIGURES, figures_of_invoice
from resolvers.rules.invoicing import COUNTS_NOWHERE, status_after

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal

    from models.organization import Organization

Row = dict[str, Any]

INVOICES_AT_ONCE: Final = 1000

_INVOICES: Final = """
SELECT id, supplier_invoice_number, status, currency, total_amount, amount_before_tax, other_charges,
       discount_amount AS discount, paid_amount, approved_at IS NOT NULL AS approved,
       confirmed_at IS NOT NULL AS confirmed, rejected_at IS NOT NULL AS rejected
FROM invoice WHERE organization_id = $1 AND id > $2 ORDER BY id LIMIT $3"""

_LINES: Final = """
SELECT id, invoice_id, amount, status AS line_status, approved_at IS NOT NULL AS line_approved,
       confirmed_at IS NOT NULL AS line_confirmed, rejected_at IS NOT NULL AS line_rejected
FROM invoice_line WHERE invoice_id = ANY($1::bigint[]) ORDER BY id"""

_ALLOCATIONS: Final = f"""
SELECT id AS allocation_id, invoice_id, invoice_line_id, purchase_order_id, amount, tax_amount,
       {", ".join(ALLOCATION_FIGURES)}
FROM allocation WHERE invoice_id = ANY($1::bigint[]) AND ended_at IS NULL ORDER BY invoice_id, line_id, id"""  # noqa: S608 - our own names

_PAYMENTS: Final = """
SELECT invoice_id, amount FROM payment WHERE invoice_id = ANY($1::bigint[]) AND canceled_at IS NULL ORDER BY id"""


@dataclass(slots=True, kw_only=True)
class FoundInvoices(Found):
    """What was found of invoices: also statuses that are wrong, and allocations that must not hold any more."""

    statuses: dict[int, InvoiceStatus] = field(default_factory=dict[int, InvoiceStatus])
    ended: list[int] = field(default_factory=list[int])


async def invoices(organization: Organization, after: int) -> FoundInvoices:
    """Some invoices with their current allocations."""
    rows = await database.rows(_INVOICES, organization.id, after, INVOICES_AT_ONCE)
    keys = [row["id"] for row in rows]
    lines = await database.rows(_LINES, keys)
    held = _by_invoice(await database.rows(_ALLOCATIONS, keys))
    paid = _by_invoice(await database.rows(_PAYMENTS, keys))
    of_invoice, of_key = _by_invoice(lines), {line["id"]: line for line in lines}
    found = FoundInvoices(last=keys[-1] if keys else None, figures={"invoice": [], "allocation": []})
    for row in rows:
        payments = _sum(paid[row["id"]])
        invoice = {**row, "billed": _sum(of_invoice[row["id"]])}
        figures = {"paid_amount": payments}
        found.figures["invoice"].append((row, figures))
        found.differences += differing(organization, _subject(row), row, figures)
        whole = [{**invoice, **each, **_line_of(each, of_key), "id": row["id"]} for each in held[row["id"]]]
        _check(organization, found, invoice, whole, payments)
    return found


async def mend(found: FoundInvoices, now: datetime) -> None:
    """Put statuses right, and end allocations of invoices that count nowhere."""
    for key, status in found.statuses.items():
        await Invoice.filter(id=key).update(status=status)
    if found.ended:
        await Allocation.filter(id__in=found.ended).update(ended_at=now)


def _check(organization: Organization, found: FoundInvoices, invoice: Row, held: Sequence[Row], paid: Decimal) -> None:
    """What is wrong with the allocations of an invoice, or with its status by these."""
    status = InvoiceStatus[invoice["status"]]

    def differs(field: str, stored: str, computed: str, *, repairable: bool = True) -> None:
        found.differences.append(
            Difference(
                organization=organization.key,
                subject=_subject(invoice),
                field=field,
                stored=stored,
                computed=computed,
                repairable=repairable,
            )
        )

    if held and status in COUNTS_NOWHERE:
        differs("allocations", f"{len(held)} while it is {status}", "none")
        found.ended += [each["allocation_id"] for each in held]
        return
    for stored, limit in _misplaced(invoice, held):
        differs("allocations", plain(stored), plain(limit), repairable=False)
    after = status_after(status, allocated=bool(held))
    if after is not status:
        differs("status", str(status), str(after))
        found.statuses[invoice["id"]] = after
    for each, figures in figures_of_invoice(held, paid):
        subject = f"{_subject(invoice)}, allocation {each['allocation_id']}"
        found.differences += differing(organization, subject, each, figures)
        found.figures["allocation"].append(({**each, "id": each["allocation_id"]}, figures))


def _misplaced(invoice: Row, held: Iterable[Row]) -> Iterator[tuple[Decimal, Decimal]]:
    """What is allocated, and what has to be: the whole of the invoice, or of one of its lines no more than it is."""
    placed: dict[int | None, Decimal] = {}
    limits: dict[int | None, Decimal] = {}
    for each in held:
        key = each["invoice_line_id"]
        placed[key] = placed.get(key, ZERO) + each["amount"]
        limits[key] = invoice["total_amount"] if key is None else each["line_amount"]
    for key, amount in placed.items():
        if key is None:
            fits = amount in {invoice["total_amount"], invoice["amount_before_tax"]}
        else:
            fits = min(limits[key], ZERO) <= amount <= max(limits[key], ZERO)
        if not fits:
            yield amount, limits[key]


def _line_of(allocation: Row, lines: Mapping[int, Row]) -> Row:
    """The invoice line that is allocated, if it is not the whole invoice."""
    line = lines.get(allocation["invoice_line_id"])
    if line is None:
        return {}
    return {name: value for name, value in line.items() if name.startswith("line_")} | {"line_amount": line["amount"]}


def _by_invoice(rows: Iterable[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["invoice_id"]].append(row)
    return found


def _sum(rows: Iterable[Row]) -> Decimal:
    return sum((row["amount"] for row in rows), ZERO)


def _subject(invoice: Row) -> str:
    return f"invoice {invoice['supplier_invoice_number']}"
