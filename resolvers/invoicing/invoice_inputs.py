"""What callers give of an invoice: fields by their names, references by their ids, from which a document is made.

Source: I6.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from models.statuses.invoices import BillingStage, InvoiceCategory, InvoiceKind
from models.supplier import SellerEntity, Supplier
from models.values import ZERO
from resolvers.errors import InvalidValue, NotFound
from resolvers.ids import key_of
from resolvers.invoicing.recording import UNKNOWN
from resolvers.rules.invoice_document import COLUMNS, NewInvoice, NewInvoiceLine
from resolvers.rules.text import api_name, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from resolvers.errors import Refusal

Row = dict[str, Any]

_AMOUNTS: Final = ("total_amount", "amount_before_tax", "tax_amount")
_NEEDED: Final = ("supplier_invoice_number", "currency", "total_amount", "invoice_date", "kind", "category")
_NOTHING: Final = {"other_charges": ZERO, "discount_amount": ZERO, "billing_stage": BillingStage.REGULAR}
"""What null stands for, where it takes a value away."""


@dataclass(slots=True)
class Document:
    """What was given of an invoice by a caller, and what is wrong with it before anything is looked up."""

    given: Row
    refusals: list[Refusal] = field(default_factory=list["Refusal"])

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Document:
        """What was given, with keys for ids and words for texts."""
        document = cls({name: given[name] for name in (*COLUMNS, "lines") if name in given})
        document._require(_NEEDED)
        document._open(Supplier, "supplier")
        document._open(SellerEntity, "seller entity")
        fields = document.given
        if "kind" in fields:
            fields["kind"] = InvoiceKind[fields["kind"]]
        if "category" in fields:
            fields["category"] = InvoiceCategory[fields["category"]]
        fields |= {name: nothing for name, nothing in _NOTHING.items() if name in fields and fields[name] is None}
        if "billing_stage" in fields:
            fields["billing_stage"] = BillingStage[fields["billing_stage"]]
        if "lines" in fields:
            fields["lines"] = tuple(_line(line) for line in fields["lines"] or ())
        return document

    def new(self) -> NewInvoice:
        """A whole invoice of it."""
        return NewInvoice(**self.given)

    def changed(self, columns: Mapping[str, Any]) -> NewInvoice:
        """An invoice with these columns, changed by it.

        Where one of the three amounts is given, those that are not follow from it; the total stays, unless it does too.
        """
        given = {name: value for name, value in self.given.items() if name != "supplier_id"}
        if any(name in given for name in _AMOUNTS):
            before, tax = given.get("amount_before_tax"), given.get("tax_amount")
            total = columns["total_amount"] if before is None or tax is None else before + tax
            given = {"amount_before_tax": None, "tax_amount": None, "total_amount": total, **given}
        whole: Row = {**columns, **given}
        return NewInvoice(**whole)

    def _require(self, names: Iterable[str]) -> None:
        """Refuse null where a value is needed."""
        for name in names:
            if name in self.given and self.given[name] is None:
                del self.given[name]
                refusal = InvalidValue(value="null", expected="it has to have a value", path=(api_name(name),))
                self.refusals.append(refusal)

    def _open(self, table: type[Supplier | SellerEntity], word: str) -> None:
        """Put the key in the place of an id."""
        name = f"{word.replace(' ', '_')}_id"
        text = self.given.get(name)
        if text is None:
            return
        key = key_of(table, text)
        if key is None:
            self.refusals.append(NotFound(kind=word, key=shown(text), path=(api_name(name),)))
        self.given[name] = UNKNOWN if key is None else key


def _line(given: Mapping[str, Any]) -> NewInvoiceLine:
    """A line of a document; what is null is not given."""
    return NewInvoiceLine(**{name: value for name, value in given.items() if value is not None})
