"""The refusals of invoicing: confirming, paying, lines that go to orders, duplicates.

Pure, as `resolvers.errors`.

Source: I1, I3, I6, M8.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from models.values import plain
from resolvers.errors import Refusal, figure

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(eq=True, unsafe_hash=True)
class QuantityMismatch(Refusal):
    """The parts of an invoice line do not have the quantity that it bills (M8)."""

    code: ClassVar[str] = "QUANTITY_MISMATCH"
    invoice_line: int = figure("The number of the invoice line.")
    invoiced: Decimal = figure("The quantity of the invoice line.")
    allocated: Decimal = figure("What the quantities of its parts add up to.")

    @property
    def message(self) -> str:
        return (
            f"The parts of line {self.invoice_line} have a quantity of {plain(self.allocated)} together;"
            f" it bills {plain(self.invoiced)}."
        )


@dataclass(eq=True, unsafe_hash=True)
class OpenDiscrepancies(Refusal):
    """Somebody has to look at discrepancies of the invoice before it can be confirmed (I4)."""

    code: ClassVar[str] = "OPEN_DISCREPANCIES"
    discrepancies: tuple[str, ...] = figure("The ids of the open discrepancies.")
    kinds: tuple[str, ...] = figure("In what the invoice disagrees, one for each of them.")
    explanations: tuple[str, ...] = figure("What is wrong, in a sentence each.")

    @property
    def message(self) -> str:
        count = len(self.discrepancies)
        several = "1 discrepancy is open" if count == 1 else f"{count} discrepancies are open"
        return f"{several}: {' '.join(self.explanations[:3])}"


@dataclass(eq=True, unsafe_hash=True)
class PaymentExceedsOpen(Refusal):
    """More would be paid than is open of the invoice (I3)."""

    code: ClassVar[str] = "PAYMENT_EXCEEDS_OPEN"
    amount: Decimal = figure("The amount given.")
    total: Decimal = figure("The total of the invoice.")
    paid: Decimal = figure("What was paid before.")
    open: Decimal = figure("What is open: the total less what was paid.")
    currency: str = figure("The currency of all four.")

    @property
    def message(self) -> str:
        return (
            f"{plain(self.open)} {self.currency} is open of {plain(self.total)}, of which {plain(self.paid)} is paid;"
            f" {plain(self.amount)} cannot be paid."
        )


@dataclass(eq=True, unsafe_hash=True)
class AlreadyPaid(Refusal):
    """Money has gone out for the invoice: its payments have to be canceled first (I3)."""

    code: ClassVar[str] = "ALREADY_PAID"
    action: str = figure("The action.")
    paid: Decimal = figure("What was paid.")
    currency: str = figure("The currency of it.")

    @property
    def message(self) -> str:
        paid = f"{plain(self.paid)} {self.currency}"
        return f"{self.action} is not possible while {paid} is paid: cancel the payments first."


@dataclass(eq=True, unsafe_hash=True)
class NumberStillTaken(Refusal):
    """The invoice has the number of another one still; it is no duplicate only with a number of its own (I6)."""

    code: ClassVar[str] = "NUMBER_STILL_TAKEN"
    supplier_invoice_number: str = figure("The supplier's number.")
    existing: str = figure("The id of the invoice that has it.")

    @property
    def message(self) -> str:
        number = self.supplier_invoice_number
        return f"{self.existing} of the same supplier has the number {number}: correct the number first."
