"""What an order refers to: the ids of an input become keys, and what is not there, or not the caller's, is refused.

Source: O1, O2, O3.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from models.purchase_order import PurchaseOrder
from models.supplier import SellerEntity
from resolvers.errors import AlreadyTaken, InvalidValue, NotFound
from resolvers.ids import id_of, key_of
from resolvers.orders.purchase_order_history import REFERENCES
from resolvers.rules.numbering import generated, is_given_out
from resolvers.rules.ordering import MOST_RESTRICTIONS
from resolvers.rules.text import api_name, repeated, shown
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tortoise.exceptions import IntegrityError

    from models.organization import OrganizationGate
    from resolvers.errors import Refusal
    from resolvers.operation import Call

_KINDS: Final = {
    "supplier_id": "supplier",
    "business_owner_id": "user",
    "primary_contact_id": "user",
    "requisition_id": "requisition",
    "cost_center_id": "cost center",
    "legal_entity_id": "legal entity",
    "purchasing_entity_id": "purchasing entity",
    "payment_term_id": "payment term",
    "shipping_method_id": "shipping method",
}
_REQUIRED: Final = ("supplier_id", "business_owner_id")


@dataclass(slots=True)
class References:
    """The columns of an order that refer to something, as far as they were given, and what is wrong with them."""

    columns: dict[str, int | None] = field(default_factory=dict[str, int | None])
    refusals: list[Refusal] = field(default_factory=list["Refusal"])


async def references(call: Call, given: Mapping[str, Any]) -> References:
    """What the ids in an input refer to."""
    found = References()
    for name, row in REFERENCES.items():
        if name not in given:
            continue
        text, path = given[name], (api_name(name),)
        if text is None and name in _REQUIRED:
            found.refusals.append(InvalidValue(value="null", expected="it has to have a value", path=path))
        elif text is None:
            found.columns[name] = None
        else:
            key = key_of(row, text)
            if key is None or not await visible_to(row, call.actor).filter(id=key).exists():
                found.refusals.append(NotFound(kind=_KINDS[name], key=shown(text), path=path))
            else:
                found.columns[name] = key
    return found


async def seller_entities(
    call: Call, texts: Sequence[str] | None, supplier_id: int | None
) -> tuple[list[int], list[Refusal]]:
    """The keys of the seller entities that are to bill on an order, all of them companies of its supplier.

    Source: O2.
    """
    path = ("sellerEntityIds",)
    if texts is None:
        return [], [InvalidValue(value="null", expected="give an empty list for all", path=path)]
    if len(texts) > MOST_RESTRICTIONS:
        most = f"at most {MOST_RESTRICTIONS} are accepted"
        return [], [InvalidValue(value=f"{len(texts)} values", expected=most, path=path)]
    keys = [key_of(SellerEntity, text) for text in texts]
    rows = await visible_to(SellerEntity, call.actor).filter(id__in=[key for key in keys if key is not None])
    suppliers = {row.id: row.supplier_id for row in rows}
    refusals: list[Refusal] = []
    for at, (text, key) in enumerate(zip(texts, keys, strict=True)):
        here = (*path, str(at))
        if key not in suppliers:
            refusals.append(NotFound(kind="seller entity", key=shown(text), path=here))
        elif supplier_id is not None and suppliers[key] != supplier_id:
            refusals.append(InvalidValue(value=text, expected="it is a company of another supplier", path=here))
    again = "it is in the list already"
    refusals += [InvalidValue(value=texts[at], expected=again, path=(*path, str(at))) for at in repeated(texts)]
    return [key for key in keys if key is not None], refusals


async def taken_refusals(
    call: Call, gate: OrganizationGate, keys: Mapping[str, str | None], own: int | None = None
) -> list[Refusal]:
    """A number or external id that another order has, or a number that was given out before.

    Source: O3.
    """
    refusals: list[Refusal] = []
    for name, value in keys.items():
        if value is None:
            continue
        holder = await visible_to(PurchaseOrder, call.actor).filter(**{name: value}).first()
        if holder is not None and holder.id != own:
            holding = f"purchase order {id_of(PurchaseOrder, holder.id)}"
            refusals.append(AlreadyTaken(value=value, holder=holding, path=(api_name(name),)))
        elif holder is None and name == "number" and is_given_out(value, gate.last_order_number):
            before = f"the numbers given out so far, up to {generated(gate.last_order_number)}"
            refusals.append(AlreadyTaken(value=value, holder=before, path=("number",)))
    return refusals


def taken_meanwhile(error: IntegrityError, columns: Mapping[str, Any]) -> Exception:
    """The refusal that a broken constraint stands for: somebody who did not wait at the gate wrote the same key.

    Any other error stays what it is.
    """
    broken = str(getattr(error.args[0], "detail", "")) if error.args else ""
    for name in ("external_id", "number"):
        if broken.startswith(f"Key (organization_id, {name})="):
            return AlreadyTaken(value=str(columns[name]), holder="another purchase order", path=(api_name(name),))
    return error
