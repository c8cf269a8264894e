"""Payments: recorded, canceled."""

from typing import Any, ClassVar

import strawberry

from graph.context import Info
from graph.payloads import Payload, mutation
from graph.types.payment import Payment
from graph.types.payment_inputs import PaymentCancelInput, PaymentRecordInput
from models import payment as rows
from models.statuses.people import Role
from resolvers.invoicing import payments
from resolvers.invoicing.payments import NewPayment


@strawberry.type(description="A payment that was recorded or canceled.")
class PaymentPayload(Payload):
    entity: ClassVar[str] = "payment"
    row: ClassVar[Any] = rows.Payment
    payment: Payment | None = strawberry.field(description="The payment as it is now; null where it was refused.")


@strawberry.type
class PaymentMutations:
    @mutation(
        PaymentPayload,
        "Records that a confirmed invoice was paid, in part or in full; never more than is open of it.",
        Role.ACCOUNTS_PAYABLE,
    )
    async def payment_record(self, info: Info, input: PaymentRecordInput) -> Any:
        new = NewPayment(
            invoice_id=input.invoice_id,
            amount=input.amount,
            paid_on=input.paid_on,
            reference=input.reference,
            external_id=input.external_id,
            expected_version=input.expected_version,
        )
        return await payments.record(info.context.call, new)

    @mutation(
        PaymentPayload,
        "Takes back a payment that was a mistake, or came back: what it paid is open again.",
        Role.ACCOUNTS_PAYABLE,
    )
    async def payment_cancel(self, info: Info, input: PaymentCancelInput) -> Any:
        return await payments.cancel(info.context.call, input.id, reason=input.reason)
