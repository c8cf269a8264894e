"""Valid whole rows, of which a test states only what it is about."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any, Final

from models.invoice import Allocation, Invoice, InvoiceLine
from models.organization import CostCenter, LegalEntity, Organization, OrganizationGate, User
from models.payment import Payment
from models.purchase_order import Contact, PurchaseOrder, PurchaseOrderLine
from models.receiving import Milestone, Receipt, ReceiptLine
from models.statuses.invoices import InvoiceLineStatus
from models.statuses.orders import LineStatus, PurchaseOrderStatus
from models.statuses.people import Role
from models.statuses.receiving import ReceiptKind
from models.supplier import SellerEntity, Supplier
from models.values import percent_of
from resolvers.operation import Call
from resolvers.visibility import Actor

NOON: Final = datetime(2025, 3, 10, 12, tzinfo=UTC)
_numbers = count(1)


async def make_organization(name: str = "Northwind Trading", **fields: Any) -> Organization:
    """An organization with its gate."""
    organization = await Organization.create(name=name, key=f"org-{next(_numbers)}", **fields)
    await OrganizationGate.create(organization=organization)
    return organization


async def make_user(organization: Organization, *roles: Role, **fields: Any) -> User:
    """A user; an administrator unless roles are given."""
    number = next(_numbers)
    given: dict[str, Any] = {"name": f"User {number}", "email": f"user{number}@example.com", **fields}
    return await User.create(organization=organization, roles=[str(role) for role in roles or (Role.ADMIN,)], **given)


async def make_call(
    organization: Organization | None = None, *roles: Role, now: datetime = NOON, user: User | None = None
) -> Call:
    """A call by a new user of the organization."""
    organization = organization or await make_organization()
    user = user or await make_user(organization, *roles)
    return Call(actor_of(user), now)


def actor_of(user: User) -> Actor:
    """The user as an actor."""
    return Actor(
        organization_id=user.organization_id, user_id=user.id, roles=frozenset(Role[role] for role in user.roles)
    )


async def make_supplier(organization_id: int, name: str = "Cloud Provider", **fields: Any) -> Supplier:
    """A supplier."""
    given: dict[str, Any] = {"number": f"S{next(_numbers)}", **fields}
    return await Supplier.create(organization_id=organization_id, name=name, **given)


async def make_seller_entity(supplier: Supplier, name: str | None = None, **fields: Any) -> SellerEntity:
    """A billing company of the supplier."""
    return await SellerEntity.create(
        organization_id=supplier.organization_id,
        supplier=supplier,
        name=name or f"Seller {next(_numbers)}",
        **fields,
    )


async def make_cost_center(organization_id: int, **fields: Any) -> CostCenter:
    """A cost center."""
    number = next(_numbers)
    given: dict[str, Any] = {"number": f"CC{number}", "name": f"Department {number}", **fields}
    return await CostCenter.create(organization_id=organization_id, **given)


async def make_legal_entity(organization_id: int, **fields: Any) -> LegalEntity:
    """A legal entity with an address."""
    number = next(_numbers)
    address = {"name": "Northwind", "street": "1 Pier Road", "city": "Seattle", "country": "US"}
    given: dict[str, Any] = {"number": f"LE{number}", "name": f"Company {number}", "address": address, **fields}
    return await LegalEntity.create(organization_id=organization_id, **given)


async def make_order_row(call: Call, supplier: Supplier | None = None, **fields: Any) -> PurchaseOrder:
    """An issued order without lines, as a row and nothing else; for tests of reading."""
    given: dict[str, Any] = {
        "number": f"PO-{next(_numbers)}",
        "supplier": supplier or await make_supplier(call.organization_id),
        "business_owner_id": call.actor.user_id,
        "currency": "USD",
        "status": PurchaseOrderStatus.ORDERED,
        "issued_at": call.now,
        "effective_date": date(2025, 1, 1),
        "expiration_date": date(2025, 12, 31),
        "updated_at": call.now,
        "received_amount": Decimal(0),
        "received_percent": Decimal(0),
        "received_quantity_percent": Decimal(0),
        **fields,
    }
    return await PurchaseOrder.create(organization_id=call.organization_id, **given)


async def make_line_row(order: PurchaseOrder, amount: int | Decimal = 10000, **fields: Any) -> PurchaseOrderLine:
    """A tracked line of one fixed fee, as a row and nothing else."""
    limit = Decimal(amount)
    given: dict[str, Any] = {
        "number": next(_numbers),
        "currency": order.currency,
        "unit_price": limit,
        "amount": limit,
        "status": LineStatus.ORDERED,
        "balance_tracked": True,
        "balance_limit": limit,
        "balance_used": Decimal(0),
        "balance_current": limit,
        "balance_percent": percent_of(limit, limit),
        **fields,
    }
    return await PurchaseOrderLine.create(organization_id=order.organization_id, purchase_order=order, **given)


async def make_invoice_row(call: Call, supplier: Supplier, amount: int | Decimal = 100, **fields: Any) -> Invoice:
    """A usage invoice of March 2025, as a row and nothing else."""
    given: dict[str, Any] = {
        "supplier_invoice_number": f"INV-{next(_numbers)}",
        "currency": "USD",
        "invoice_date": date(2025, 4, 3),
        "billing_period_start": date(2025, 3, 1),
        "billing_period_end": date(2025, 3, 31),
        "total_amount": Decimal(amount),
        "amount_before_tax": Decimal(amount),
        "updated_at": call.now,
        **fields,
    }
    return await Invoice.create(organization_id=call.organization_id, supplier=supplier, **given)


async def make_contact(order: PurchaseOrder, email: str | None = None, **fields: Any) -> Contact:
    """A person who is mailed about the order, about everything unless they have muted it."""
    number = next(_numbers)
    given: dict[str, Any] = {"name": f"Contact {number}", "email": email or f"contact{number}@example.com", **fields}
    return await Contact.create(organization_id=order.organization_id, purchase_order=order, **given)


async def make_invoice_line(
    invoice: Invoice, amount: int | str | Decimal, quantity: int | str | Decimal | None = None, **fields: Any
) -> InvoiceLine:
    """A line of the invoice, as a row; one that is confirmed, approved or rejected has its moment."""
    moments = {
        InvoiceLineStatus.CONFIRMED: "confirmed_at",
        InvoiceLineStatus.APPROVED: "approved_at",
        InvoiceLineStatus.REJECTED: "rejected_at",
    }
    moment = moments.get(fields.get("status", InvoiceLineStatus.REQUIRES_REVIEW))
    given: dict[str, Any] = {
        "number": next(_numbers),
        "currency": invoice.currency,
        "amount": Decimal(amount),
        "quantity": None if quantity is None else Decimal(quantity),
        **({moment: NOON} if moment else {}),
        **fields,
    }
    return await InvoiceLine.create(organization_id=invoice.organization_id, invoice=invoice, **given)


async def make_allocation(line: PurchaseOrderLine, of: Invoice | InvoiceLine, **fields: Any) -> Allocation:
    """What an invoice, or a line of it, takes from the order line: all of it, in March 2025; as a row."""
    invoice = await of.invoice if isinstance(of, InvoiceLine) else of
    given: dict[str, Any] = {
        "invoice_line": of if isinstance(of, InvoiceLine) else None,
        "currency": line.currency,
        "amount": of.amount if isinstance(of, InvoiceLine) else of.total_amount,
        "quantity": of.quantity if isinstance(of, InvoiceLine) else None,
        "period_start": date(2025, 3, 1),
        "period_end": date(2025, 3, 31),
        **fields,
    }
    return await Allocation.create(
        organization_id=line.organization_id,
        invoice=invoice,
        purchase_order_id=line.purchase_order_id,
        line=line,
        **given,
    )


async def make_receipt(
    call: Call,
    line: PurchaseOrderLine,
    quantity: int | str | Decimal,
    kind: ReceiptKind = ReceiptKind.GOODS_RECEIPT,
    rejected: int | str | Decimal = 0,
    **fields: Any,
) -> Receipt:
    """A posted receipt, or return, of one order line, as rows and nothing else."""
    given: dict[str, Any] = {
        "number": f"RC-{next(_numbers)}",
        "received_on": call.today,
        "posted_by_id": call.actor.user_id,
        "updated_at": call.now,
        **fields,
    }
    receipt = await Receipt.create(
        organization_id=line.organization_id, purchase_order_id=line.purchase_order_id, kind=kind, **given
    )
    await ReceiptLine.create(
        organization_id=line.organization_id,
        receipt=receipt,
        line=line,
        number=1,
        currency=line.currency,
        quantity=Decimal(quantity),
        accepted_quantity=Decimal(quantity) - Decimal(rejected),
        rejected_quantity=Decimal(rejected),
    )
    return receipt


async def make_milestone(line: PurchaseOrderLine, **fields: Any) -> Milestone:
    """A milestone of the line, worth half of it unless an amount or a percentage is given; as a row."""
    worth = {} if {"amount", "percent"} & fields.keys() else {"percent": Decimal(50)}
    given: dict[str, Any] = {"number": next(_numbers), "currency": line.currency, **worth, **fields}
    return await Milestone.create(
        organization_id=line.organization_id, purchase_order_id=line.purchase_order_id, line=line, **given
    )


async def make_payment(call: Call, invoice: Invoice, amount: int | str | Decimal, **fields: Any) -> Payment:
    """A payment of the invoice, as a row and nothing else."""
    given: dict[str, Any] = {"number": f"PAY-{next(_numbers)}", "paid_on": call.today, **fields}
    return await Payment.create(
        organization_id=invoice.organization_id,
        invoice=invoice,
        currency=invoice.currency,
        amount=Decimal(amount),
        recorded_by_id=call.actor.user_id,
        **given,
    )
