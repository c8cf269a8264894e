"""The parts of the organization that orders name, and the conditions it buys on.

Each is made and changed by `create` and `update`; nothing is deleted, because orders keep naming it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tortoise.transactions import in_transaction

from models.organization import CostCenter, LegalEntity, PaymentTerm, PurchasingEntity, ShippingMethod
from resolvers import records
from resolvers.operation import Written, locked_gate
from resolvers.records import Kind
from resolvers.rules.text import NAME, SHORT_NAME, SHORT_NUMBER, Address, Text, Whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolvers.operation import Call

LONGEST_TERM: Final = 3650
"""Days: ten years."""

COST_CENTER: Final = Kind(
    row=CostCenter,
    word="cost center",
    shapes={"number": SHORT_NUMBER, "name": NAME},
    unique=("number",),
    subject="number",
)
LEGAL_ENTITY: Final = Kind(
    row=LegalEntity,
    word="legal entity",
    shapes={
        "number": SHORT_NUMBER,
        "name": NAME,
        "tax_registration_number": Text(longest=60),
        "address": Address(),
    },
    unique=("number",),
    subject="number",
)
PURCHASING_ENTITY: Final = Kind(
    row=PurchasingEntity,
    word="purchasing entity",
    shapes={"number": SHORT_NUMBER, "name": NAME},
    unique=("number",),
    subject="number",
)
PAYMENT_TERM: Final = Kind(
    row=PaymentTerm,
    word="payment term",
    shapes={"name": SHORT_NAME, "net_days": Whole(least=0, greatest=LONGEST_TERM)},
    unique=("name",),
    subject="name",
)
SHIPPING_METHOD: Final = Kind(
    row=ShippingMethod,
    word="shipping method",
    shapes={"name": SHORT_NAME, "carrier": SHORT_NAME},
    unique=("name",),
    subject="name",
)


async def create(call: Call, kind: Kind, given: Mapping[str, Any]) -> Written:
    """Make a record of the kind.

    Raises:
        Refusals: what is wrong with its fields, or a number or name that is taken.
    """
    kind.check(given)
    async with in_transaction():
        await locked_gate(call)
        return await records.add(call, kind, given)


async def update(
    call: Call, kind: Kind, record_id: str, given: Mapping[str, Any], *, expected_version: int | None = None
) -> Written:
    """Change the fields that are given; an address is replaced as a whole.

    Raises:
        Refusals: what is wrong with the fields, or a number or name that is taken.
        NotFound: there is no such record.
        VersionConflict: somebody changed it after the caller saw it.
    """
    kind.check(given)
    async with in_transaction():
        await locked_gate(call)
        row = await records.locked(call, kind, record_id)
        return await records.edit(call, kind, row, given, expected_version)
