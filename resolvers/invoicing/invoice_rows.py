"""Invoices that are to be changed: held by the transaction, and in a status that allows it.

Source: I1, I2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from models.invoice import Invoice
from resolvers.errors import NotFound, WrongStatus
from resolvers.errors_invoicing import AlreadyPaid
from resolvers.ids import key_of
from resolvers.rules.invoice_states import ALLOWED
from resolvers.rules.invoicing import CHANGEABLE, MATCHABLE
from resolvers.rules.text import Text, shown
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Iterable

    from models.statuses.invoices import InvoiceStatus
    from resolvers.operation import Call
    from resolvers.rules.invoice_states import InvoiceAction

Row = dict[str, Any]

REASON: Final = Text(longest=2000, long=True, required=True)
"""Why a person does something to an invoice."""


async def locked_invoice(call: Call, text: str) -> Invoice:
    """The invoice with the id, held until the transaction ends.

    Raises:
        NotFound: there is none for the caller.
    """
    found = await visible_to(Invoice, call.actor).select_for_update().get_or_none(id=key_of(Invoice, text))
    if found is None:
        raise NotFound(kind="invoice", key=shown(text), path=("id",))
    return found


def row_of(invoice: Invoice) -> Row:
    """The invoice's columns."""
    return {name: getattr(invoice, name) for name in Invoice._meta.db_fields}


def check_changeable(action: str, invoice: Invoice) -> None:
    """Refuse an invoice that is paid or canceled.

    Raises:
        WrongStatus: it is.
    """
    _check(action, invoice, CHANGEABLE)


def check_matchable(action: str, invoice: Invoice) -> None:
    """Refuse an invoice that counts nowhere: it takes nothing from any order (I2).

    Raises:
        WrongStatus: it is one.
    """
    _check(action, invoice, MATCHABLE)


def check_allowed(action: InvoiceAction, invoice: Invoice) -> None:
    """Refuse an action that the invoice's status does not allow.

    Raises:
        WrongStatus: it does not.
    """
    _check(action, invoice, ALLOWED[action])


def check_unpaid(action: str, invoice: Invoice) -> None:
    """Refuse an invoice for which money has gone out.

    Raises:
        AlreadyPaid: it is one.
    """
    if invoice.paid_amount:
        raise AlreadyPaid(action=action, paid=invoice.paid_amount, currency=invoice.currency, path=("id",))


def _check(action: str, invoice: Invoice, allowed: Iterable[InvoiceStatus]) -> None:
    words = tuple(str(word) for word in allowed)
    if str(invoice.status) not in words:
        raise WrongStatus(action=action, status=str(invoice.status), allowed=words, path=("id",))
