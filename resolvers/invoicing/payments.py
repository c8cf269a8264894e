"""What was paid for invoices: recorded when the money has gone out, canceled when it came back.

Source: I1, I3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tortoise.transactions import in_transaction

from models.invoice import Allocation, Invoice
from models.payment import Payment
from models.values import MINOR_UNITS
from resolvers import bulk, events
from resolvers.document_numbers import next_number
from resolvers.errors import AlreadyTaken, InvalidAmount, InvalidValue, NotFound, Refusal, WrongStatus, refuse_all
from resolvers.errors_invoicing import PaymentExceedsOpen
from resolvers.ids import id_of, key_of
from resolvers.invoicing import invoice_consequences
from resolvers.invoicing.invoice_rows import REASON, check_allowed, locked_invoice
from resolvers.operation import Written, check_version, locked_gate
from resolvers.rules.invoice_document import EARLIEST, LATEST
from resolvers.rules.invoice_states import InvoiceAction, is_payable, status_when_paid
from resolvers.rules.invoicing import LARGEST_FIGURE
from resolvers.rules.text import EXTERNAL_ID, Number, Text, given_refusals, shown
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from decimal import Decimal

    from models.event import Event
    from models.organization import OrganizationGate
    from resolvers.operation import Call

REFERENCE: Final = Text(longest=200)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPayment:
    """A payment of an invoice, in the invoice's currency; negative where the supplier pays back."""

    invoice_id: str
    amount: Decimal
    paid_on: date | None = None
    reference: str | None = None
    external_id: str | None = None
    expected_version: int | None = None


async def record(call: Call, new: NewPayment) -> Written:
    """Record that an invoice was paid, in part or in full. Never more is paid than is open of it.

    Raises:
        Refusals: a date or text that no payment has, or an external id that another one has.
        PaymentExceedsOpen: it is more than is open.
        NotFound: there is no such invoice.
        VersionConflict: somebody changed the invoice after the caller saw it.
        WrongStatus: it is not confirmed, or paid in full.

    Source: I1, I3.
    """
    async with in_transaction():
        gate = await locked_gate(call)
        invoice = await locked_invoice(call, new.invoice_id)
        check_version(new.expected_version, invoice.edit_version)
        check_allowed(InvoiceAction.PAY, invoice)
        refuse_all(await _refusals(call, invoice, new))
        _check_open(invoice, new.amount)
        payment = await _created(call, gate, invoice, new)
        changes = {"payment": payment.number, "amount": payment.amount, "paidOn": payment.paid_on}
        told = await _paid(call, invoice, new.amount, "payment_recorded", changes)
    return Written(payment.id, told)


async def cancel(call: Call, payment_id: str, *, reason: str) -> Written:
    """Take back a payment that was a mistake, or came back: what it paid is open again. It stays, and counts nowhere.

    Raises:
        Refusals: there is no reason.
        NotFound: there is no such payment.
        WrongStatus: it is canceled already.

    Source: I3.
    """
    refuse_all(given_refusals({"reason": reason}, {"reason": REASON}))
    async with in_transaction():
        await locked_gate(call)
        found = visible_to(Payment, call.actor).select_for_update()
        payment = await found.get_or_none(id=key_of(Payment, payment_id))
        if payment is None:
            raise NotFound(kind="payment", key=shown(payment_id), path=("id",))
        if payment.canceled_at is not None:
            raise WrongStatus(action="CANCEL", status="CANCELED", allowed=("RECORDED",), path=("id",))
        invoice = await locked_invoice(call, id_of(Invoice, payment.invoice_id))
        await Payment.filter(id=payment.id).update(canceled_at=call.now, cancel_reason=reason)
        changes = {"payment": payment.number, "amount": -payment.amount}
        told = await _paid(call, invoice, -payment.amount, "payment_canceled", changes, reason)
    return Written(payment.id, told)


async def _refusals(call: Call, invoice: Invoice, new: NewPayment) -> list[Refusal]:
    shape = Number(places=MINOR_UNITS[invoice.currency], least=-LARGEST_FIGURE, greatest=LARGEST_FIGURE)
    found = shape.refusals(new.amount, ("amount",))
    if not new.amount:
        amount = InvalidAmount(
            amount=new.amount,
            least=min(invoice.total_amount - invoice.paid_amount, new.amount),
            greatest=max(invoice.total_amount - invoice.paid_amount, new.amount),
            places=MINOR_UNITS[invoice.currency],
            path=("amount",),
        )
        found.append(amount)
    texts = {"reference": new.reference, "external_id": new.external_id}
    found += given_refusals(texts, {"reference": REFERENCE, "external_id": EXTERNAL_ID})
    if new.paid_on is not None and not EARLIEST <= new.paid_on <= LATEST:
        expected = f"expected a day from {EARLIEST} to {LATEST}"
        found.append(InvalidValue(value=str(new.paid_on), expected=expected, path=("paidOn",)))
    if new.external_id is not None and not found:
        twin = await visible_to(Payment, call.actor).get_or_none(external_id=new.external_id)
        if twin is not None:
            holder = f"payment {twin.number}"
            found.append(AlreadyTaken(value=new.external_id, holder=holder, path=("externalId",)))
    return found


def _check_open(invoice: Invoice, amount: Decimal) -> None:
    if not is_payable(amount, invoice.total_amount, invoice.paid_amount):
        raise PaymentExceedsOpen(
            amount=amount,
            total=invoice.total_amount,
            paid=invoice.paid_amount,
            open=invoice.total_amount - invoice.paid_amount,
            currency=invoice.currency,
            path=("amount",),
        )


async def _created(call: Call, gate: OrganizationGate, invoice: Invoice, new: NewPayment) -> Payment:
    return await Payment.create(
        organization_id=call.organization_id,
        invoice_id=invoice.id,
        number=await next_number(call, gate, prefix="PAY", counter="last_payment_number", row=Payment),
        external_id=new.external_id,
        reference=new.reference,
        currency=invoice.currency,
        amount=new.amount,
        paid_on=new.paid_on or call.today,
        recorded_by_id=call.actor.user_id,
        created_at=call.now,
    )


async def _paid(  # noqa: PLR0913, PLR0917 - a row of the history, told whole
    call: Call,
    invoice: Invoice,
    amount: Decimal,
    kind: str,
    changes: Mapping[str, Any],
    reason: str | None = None,
) -> tuple[Event, ...]:
    """The invoice with so much more paid for it, and what follows."""
    paid = invoice.paid_amount + amount
    status = status_when_paid(invoice.total_amount, paid)
    columns = {"status": status, "paid_amount": paid}
    await Invoice.filter(id=invoice.id).update(
        status=status, updated_at=call.now, edit_version=invoice.edit_version + 1
    )
    held = await Allocation.filter(invoice_id=invoice.id, ended_at=None).order_by("id")
    orders = [each.purchase_order_id for each in held]
    told = invoice_consequences.told_of_orders(call, invoice, kind, columns, orders, reason)
    for event in told:
        event.changes = [*event.changes, *events.changes_between({}, changes)]
    await bulk.insert_events(told)
    return (*told, *await invoice_consequences.follow(call, [invoice.id], orders))
