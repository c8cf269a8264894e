"""Documents by their keys: an id, a number, a key of the client's own system."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from models.contract import Contract
from models.invoice import Invoice
from models.organization import User
from models.purchase_order import PurchaseOrder
from models.receiving import Receipt
from models.requisition import PurchaseRequisition
from models.statuses.invoices import InvoiceStatus
from models.supplier import Supplier
from resolvers.errors import BadInput
from resolvers.ids import key_of, opened
from resolvers.reading.past import AsOf
from resolvers.reading.reader import Several
from resolvers.rules.invoicing import DUPLICATES
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tortoise.models import Model
    from tortoise.queryset import QuerySet

    from resolvers.reading.reader import OneOf
    from resolvers.visibility import Actor

LARGEST_REQUEST: Final = 100


def node(actor: Actor, text: str) -> QuerySet[Any] | None:
    """Whatever has the id; none where the id is not one of ours."""
    found = opened(text)
    return None if found is None else visible_to(found[0], actor).filter(id=found[1])


def nodes(actor: Actor, texts: Sequence[str]) -> list[OneOf | None]:
    """Whatever has each of the ids, all of it read by one statement.

    Raises:
        BadInput: too many at once.
    """
    if len(texts) > LARGEST_REQUEST:
        raise BadInput(f"At most {LARGEST_REQUEST} ids at once; {len(texts)} were given.")
    found = [opened(text) for text in texts]
    keys: dict[type[Model], list[int]] = {}
    for model, key in filter(None, found):
        keys.setdefault(model, []).append(key)
    several = Several(*(visible_to(model, actor).filter(id__in=keys[model]) for model in keys))
    return [None if each is None else several.row(each[1], each[0]) for each in found]


def purchase_order(  # noqa: PLR0913 - its keys, and as of when
    actor: Actor,
    *,
    id: str | None,
    number: str | None,
    external_id: str | None,
    as_of: datetime | None = None,
    version: int | None = None,
) -> QuerySet[Any] | AsOf | None:
    """An order by exactly one of its keys; as it stood at a moment or in a version, where one is given (V4)."""
    found = _by_one_key(actor, PurchaseOrder, id=id, number=number, external_id=external_id)
    if found is None or (as_of is None and version is None):
        return found
    if as_of is not None and version is not None:
        raise BadInput("Give asOf or version, not both.")
    return AsOf(found, None if id is None else key_of(PurchaseOrder, id), as_of, version)


def requisition(actor: Actor, *, id: str | None, number: str | None, external_id: str | None) -> QuerySet[Any] | None:
    """A requisition by exactly one of its keys."""
    return _by_one_key(actor, PurchaseRequisition, id=id, number=number, external_id=external_id)


def contract(actor: Actor, *, id: str | None, number: str | None) -> QuerySet[Any] | None:
    """A contract by exactly one of its keys."""
    return _by_one_key(actor, Contract, id=id, number=number)


def supplier(actor: Actor, *, id: str | None, number: str | None, external_id: str | None) -> QuerySet[Any] | None:
    """A supplier by exactly one of its keys."""
    return _by_one_key(actor, Supplier, id=id, number=number, external_id=external_id)


def invoice(
    actor: Actor,
    *,
    id: str | None,
    external_id: str | None,
    supplier_id: str | None,
    supplier_invoice_number: str | None,
) -> QuerySet[Any] | None:
    """An invoice by its id, its external id, or the supplier's number with the supplier."""
    if supplier_invoice_number is None and supplier_id is None:
        return _by_one_key(actor, Invoice, id=id, external_id=external_id)
    if supplier_invoice_number is None or supplier_id is None or id is not None or external_id is not None:
        raise BadInput("Give supplierId and supplierInvoiceNumber together, and nothing else.")
    key = key_of(Supplier, supplier_id)
    if key is None:
        return None
    found = visible_to(Invoice, actor).filter(supplier_id=key, supplier_invoice_number=supplier_invoice_number)
    return found.filter(status__in=[word for word in InvoiceStatus if word not in DUPLICATES])


def receipt(actor: Actor, *, id: str | None, number: str | None, external_id: str | None) -> QuerySet[Any] | None:
    """A receipt or return by exactly one of its keys."""
    return _by_one_key(actor, Receipt, id=id, number=number, external_id=external_id)


def viewer(actor: Actor) -> QuerySet[Any]:
    """The user who calls."""
    return visible_to(User, actor).filter(id=actor.user_id)


def _by_one_key(actor: Actor, model: type[Model], **keys: str | None) -> QuerySet[Any] | None:
    given = {name: value for name, value in keys.items() if value is not None}
    if len(given) != 1:
        raise BadInput(f"Give exactly one of {', '.join(_camel(name) for name in keys)}; {len(given)} were given.")
    ((name, value),) = given.items()
    if name != "id":
        return visible_to(model, actor, **{name: value})
    key = key_of(model, value)
    return None if key is None else visible_to(model, actor, id=key)


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.title() for word in rest)
