"""What something costs by the terms agreed with its supplier: price breaks, and contracts.

Pure. Prices are for one unit, in one currency; nothing is rounded here.

Source: section 10.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from models.values import ZERO
from resolvers.errors import AlreadyTaken, InvalidValue
from resolvers.errors_sourcing import ContractCapExceeded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from resolvers.errors import Refusal
    from resolvers.rules.text import Path

MOST_BREAKS: Final = 50
"""How many price breaks a product may have."""
MOST_PRICES: Final = 2000
"""How many parts a contract may price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """From this quantity on, a unit costs this much."""

    minimum_quantity: Decimal
    unit_price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractTerms:
    """A contract as an order that is linked to it sees it.

    `prices` are the highest prices by part number; `drawn` is what the orders linked to the contract come to, without
    those that were canceled or refused, in its currency.
    """

    number: str
    currency: str
    valid_from: date | None = None
    valid_to: date | None = None
    value_cap: Decimal | None = None
    drawn: Decimal = ZERO
    prices: Mapping[str, Decimal] = field(default_factory=dict[str, "Decimal"])

    def holds(self, first: date | None, last: date | None) -> bool:
        """Whether a validity lies within the contract's, both ends included; an open end needs an open end."""
        begins = self.valid_from is None or (first is not None and self.valid_from <= first)
        return begins and (self.valid_to is None or (last is not None and last <= self.valid_to))


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceCheck:
    """A line's price beside the price of a contract; `difference` is above zero where the line is dearer."""

    contract: str
    contract_price: Decimal
    difference: Decimal

    @property
    def within_contract(self) -> bool:
        """Whether the line costs no more than was agreed."""
        return self.difference <= ZERO


def price_for(quantity: Decimal, unit_price: Decimal, breaks: Iterable[Break]) -> Decimal:
    """The price of one unit when so many are bought: of the highest break that the quantity reaches.

    10.00; from 100 on 9.00; from 500 on 8.00: 99 → 10.00, 100 → 9.00, 499.5 → 9.00, 500 → 8.00.
    """
    reached = [each for each in breaks if each.minimum_quantity <= quantity]
    return max(reached, key=lambda each: each.minimum_quantity).unit_price if reached else unit_price


def break_refusals(quantities: Sequence[Decimal], path: Path) -> list[Refusal]:
    """Too many breaks of a product, or two from the same quantity on."""
    if len(quantities) > MOST_BREAKS:
        return [_too_many(len(quantities), MOST_BREAKS, path)]
    return [
        AlreadyTaken(value=str(quantity), holder="another price break", path=(*path, str(at), "minimumQuantity"))
        for at, quantity in enumerate(quantities)
        if quantity in quantities[:at]
    ]


def price_refusals(parts: Sequence[str], path: Path) -> list[Refusal]:
    """Too many prices of a contract, or two for the same part."""
    if len(parts) > MOST_PRICES:
        return [_too_many(len(parts), MOST_PRICES, path)]
    seen: set[str] = set()
    found: list[Refusal] = []
    for at, part in enumerate(parts):
        if part in seen:
            holder = "another price of the contract"
            found.append(AlreadyTaken(value=part, holder=holder, path=(*path, str(at), "partNumber")))
        seen.add(part)
    return found


def price_check(
    part_number: str | None, unit_price: Decimal, currency: str, contracts: Iterable[ContractTerms]
) -> PriceCheck | None:
    """The line's price beside the lowest price that a linked contract has for its part; None where none has one.

    Of contracts with the same price the first counts. A contract in another currency says nothing about the line.
    """
    prices = [
        (contract.prices[part_number], contract.number)
        for contract in contracts
        if part_number is not None and part_number in contract.prices and contract.currency == currency
    ]
    if not prices:
        return None
    price, number = min(prices, key=lambda each: each[0])
    return PriceCheck(contract=number, contract_price=price, difference=unit_price - price)


def cap_refusal(contract: ContractTerms, others: Decimal, asked: Decimal) -> ContractCapExceeded | None:
    """What an order would draw beyond the cap of a contract from which `others` have drawn already.

    A cap of 1000, others 700: 300 is fine, 301 is 1 too much.
    """
    cap = contract.value_cap
    if cap is None or others + asked <= cap:
        return None
    return ContractCapExceeded(
        contract=contract.number,
        cap=cap,
        drawn=others,
        asked=asked,
        excess=others + asked - cap,
        currency=contract.currency,
    )


def _too_many(count: int, most: int, path: Path) -> InvalidValue:
    return InvalidValue(value=f"{count} values", expected=f"at most {most} are accepted", path=path)
