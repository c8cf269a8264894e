"""The order that follows another one: the same a number of months later.

Source: O12.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from models.purchase_order import Contact, Tag
from models.supplier import SellerEntity
from resolvers.errors import InvalidValue, refuse_all
from resolvers.ids import id_of
from resolvers.orders.purchase_order_history import LINE_FIELDS, REFERENCES
from resolvers.rules.periods import ending_later, later, whole_months
from resolvers.rules.text import Whole
from resolvers.rules.warnings import OVER
from resolvers.sourcing.shipping import is_fee_of_shipping

if TYPE_CHECKING:
    from collections.abc import Mapping

    from models.purchase_order import PurchaseOrderLine
    from resolvers.orders.purchase_order_edits import Edit

MOST_MONTHS: Final = 120
_MONTHS: Final = Whole(least=1, greatest=MOST_MONTHS)

_CARRIED: Final = (
    "display_name",
    "description",
    "order_type",
    "currency",
    "ship_to",
    "tax_registration_numbers",
    "invoice_units",
    "minimum_spend",
    "discount_percentage",
)
"""What is the same in the copy. Keys of other systems and the requisition belong to the order that was made first."""
_LINE_CARRIED: Final = tuple(name for name in LINE_FIELDS if name not in {"status", "tax_amount", "erp_line_number"})


async def copied(edit: Edit, given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the copy, as `create` takes them; `given` may say its number, names, and how many months later.

    Lines that are over are not carried, nor those that a marketplace agreement or the shipping method brought: they
    bring their own.

    Raises:
        Refusals: the months are missing or out of range.
    """
    months = _months(edit, given)
    order = edit.order
    fields: dict[str, Any] = {name: getattr(order, name) for name in _CARRIED}
    for name, row in REFERENCES.items():
        key = getattr(order, name)
        if key is not None and name != "requisition_id":
            fields[name] = id_of(row, key)
    lines = [
        line
        for line in await edit.lines()
        if line.status not in OVER and line.agreement_id is None and not is_fee_of_shipping(line)
    ]
    fields |= {
        "effective_date": order.effective_date and later(order.effective_date, months),
        "expiration_date": order.expiration_date and ending_later(order.expiration_date, months),
        "seller_entity_ids": [id_of(SellerEntity, key) for key in edit.seller_entity_ids],
        "lines": [_line(line, months) for line in lines],
        "contacts": [
            {name: getattr(contact, name) for name in ("name", "email", "phone", "muted_notices")}
            for contact in await Contact.filter(purchase_order_id=order.id).order_by("id")
        ],
        "tags": [
            {"key": tag.key, "value": tag.value} for tag in await Tag.filter(purchase_order_id=order.id).order_by("key")
        ],
    }
    return fields | {name: value for name, value in given.items() if name != "months" and value is not None}


def _months(edit: Edit, given: Mapping[str, Any]) -> int:
    """How much later the copy is: as said, or the length of the order's own validity."""
    months: int | None = given.get("months")
    first, last = edit.order.effective_date, edit.order.expiration_date
    if months is None and first is not None and last is not None:
        months = whole_months(first, last)
    if months is None:
        say = "say how many months later the copy is: the order's validity is not one of whole months"
        raise InvalidValue(value="null", expected=say, path=("months",))
    refuse_all(_MONTHS.refusals(months, ("months",)))
    return months


def _line(line: PurchaseOrderLine, months: int) -> dict[str, Any]:
    fields: dict[str, Any] = {"number": line.number, **{name: getattr(line, name) for name in _LINE_CARRIED}}
    if line.tax_percent is None:
        fields["tax_amount"] = line.tax_amount
    return fields | {
        "start_date": line.start_date and later(line.start_date, months),
        "end_date": line.end_date and ending_later(line.end_date, months),
        "expected_delivery_date": line.expected_delivery_date and later(line.expected_delivery_date, months),
    }
