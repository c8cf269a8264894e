"""The refusals of sourcing: requisitions, supplier products, contracts, shipping methods.

Pure, as `resolvers.errors`.

Source: O9, O10, section 10.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from models.values import plain
from resolvers.errors import Refusal, figure

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(eq=True, unsafe_hash=True)
class ContractCapExceeded(Refusal):
    """The orders linked to a contract would come to more than its value cap (section 10)."""

    code: ClassVar[str] = "CONTRACT_CAP_EXCEEDED"
    contract: str = figure("The number of the contract.")
    cap: Decimal = figure("The value cap of the contract.")
    drawn: Decimal = figure("What the other orders linked to the contract come to.")
    asked: Decimal = figure("The total of this order.")
    excess: Decimal = figure("By how much the cap would be exceeded.")
    currency: str = figure("The currency of these amounts.")

    @property
    def message(self) -> str:
        return (
            f"Contract {self.contract} is capped at {plain(self.cap)} {self.currency}; other orders have drawn"
            f" {plain(self.drawn)} and this one would draw {plain(self.asked)}, {plain(self.excess)} too much."
        )


@dataclass(eq=True, unsafe_hash=True)
class ShippingMethodRequired(Refusal):
    """An order of goods to which a shipping method fits has none (O9)."""

    code: ClassVar[str] = "SHIPPING_METHOD_REQUIRED"
    available: tuple[str, ...] = figure("The names of the methods that fit.")

    @property
    def message(self) -> str:
        return f"Choose how the goods are shipped: {', '.join(self.available)}."


@dataclass(eq=True, unsafe_hash=True)
class ShippingMethodUnfit(Refusal):
    """The shipping method is not offered for the order's goods, by its supplier or to where they go (O9)."""

    code: ClassVar[str] = "SHIPPING_METHOD_UNFIT"
    chosen: str = figure("The name of the method chosen.")
    available: tuple[str, ...] = figure("The names of the methods that fit; none where none does.")

    @property
    def message(self) -> str:
        instead = f"; these are: {', '.join(self.available)}" if self.available else ""
        return f"{self.chosen} is not offered for what this order ships, by its supplier and to where it goes{instead}."


@dataclass(eq=True, unsafe_hash=True)
class OpenQuantityExceeded(Refusal):
    """More of a requisition line would be ordered than is open (O10)."""

    code: ClassVar[str] = "OPEN_QUANTITY_EXCEEDED"
    line: int = figure("The number of the requisition line.")
    asked: Decimal = figure("The quantity to be ordered.")
    open: Decimal = figure("The quantity that is not ordered yet.")
    unit: str = figure("The unit of both.")

    @property
    def message(self) -> str:
        return f"Of line {self.line}, {plain(self.open)} {self.unit} are open; {plain(self.asked)} were to be ordered."


@dataclass(eq=True, unsafe_hash=True)
class NothingOpen(Refusal):
    """Nothing of the requisition is left to be ordered (O10)."""

    code: ClassVar[str] = "NOTHING_OPEN"
    requisition: str = figure("The number of the requisition.")

    @property
    def message(self) -> str:
        return f"Nothing of requisition {self.requisition} is open."


@dataclass(eq=True, unsafe_hash=True)
class RequisitionIncomplete(Refusal):
    """The requisition lacks something without which it cannot be submitted (O10)."""

    code: ClassVar[str] = "REQUISITION_INCOMPLETE"
    missing: str = figure("What is missing.")
    line: int | None = figure("The number of the line that lacks it; null where it is the requisition.", default=None)

    @property
    def message(self) -> str:
        what = "The requisition" if self.line is None else f"Line {self.line}"
        return f"{what} has no {self.missing}."
