"""The parts of the organization that orders name, and the conditions it buys on.

Each is made and changed by `create` and `update`; nothing is deleted, because orders keep naming it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tortoise.transactions import in_transaction

from models.organization import CostCenter, LegalEntity, PaymentTerm, PurchasingEntity, ShippingMethod
from models.values import HUNDRED, PERCENT_PLACES
from resolvers.administration import records
from resolvers.administration.records import Kind
from resolvers.errors import InvalidValue, refuse_all
from resolvers.operation import Written, locked_gate
from resolvers.rules.text import NAME, SHORT_NAME, SHORT_NUMBER, Address, Number, Text, Whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolvers.errors import Refusal
    from resolvers.operation import Call

LONGEST_TERM: Final = 3650
"""Days: ten years."""
_TERMS: Final = ("net_days", "discount_days", "discount_percent")

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
    shapes={
        "name": SHORT_NAME,
        "net_days": Whole(least=0, greatest=LONGEST_TERM),
        "discount_days": Whole(least=0, greatest=LONGEST_TERM, required=False),
        "discount_percent": Number(places=PERCENT_PLACES, greatest=HUNDRED, required=False),
    },
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
    refuse_all(_term_refusals(given) if kind is PAYMENT_TERM else [])
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
        if kind is PAYMENT_TERM:
            refuse_all(_term_refusals({name: getattr(row, name) for name in _TERMS} | dict(given)))
        return await records.edit(call, kind, row, given, expected_version)


def _term_refusals(term: Mapping[str, Any]) -> list[Refusal]:
    """A discount without its days, or the other way round; or one that is given longer than the invoice is due."""
    net, days, percent = (term.get(name) for name in _TERMS)
    if (days is None) != (percent is None):
        name, other = ("discountDays", "discountPercent") if days is None else ("discountPercent", "discountDays")
        return [InvalidValue(value="null", expected=f"it goes together with {other}", path=(name,))]
    if days is not None and net is not None and days > net:
        return [
            InvalidValue(value=str(days), expected=f"at most the {net} days until it is due", path=("discountDays",))
        ]
    return []
