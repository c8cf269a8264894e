"""Exact numbers: money, and the one place where anything is rounded.

Pure: standard library only.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import total_ordering
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
HUNDRED: Final = Decimal(100)

MONEY_DIGITS: Final = 20
MONEY_PLACES: Final = 4
QUANTITY_DIGITS: Final = 20
QUANTITY_PLACES: Final = 6
PRICE_PLACES: Final = 6
FIGURE_DIGITS: Final = 28
PERCENT_DIGITS: Final = 9
PERCENT_PLACES: Final = 4

LARGEST_AMOUNT: Final = Decimal("999999999999999.9999")
"""The largest amount a document may carry, in units of its currency: fifteen digits before the point.

Sums may be ten times as large; a larger one is refused where it would be stored.
"""

_MINOR_UNITS: Final = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: (
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
        "CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF "
        "IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR "
        "MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD "
        "SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG "
        "YER ZAR ZMW ZWG"
    ),
    3: "BHD IQD JOD KWD LYD OMR TND",
}

MINOR_UNITS: Final = {code: places for places, codes in _MINOR_UNITS.items() for code in codes.split()}
"""ISO 4217 currency code → digits after the point of its minor unit. A code that is not here is not a currency."""


_WIDE: Final = Context(prec=80, rounding=ROUND_HALF_UP)
"""Room for any number that arrives: one too large is refused as such, it does not fail to be rounded."""


def round_money(amount: Decimal, currency: str) -> Decimal:
    """The amount in the currency's minor unit, half up (away from zero).

    2.345 USD → 2.35; -2.345 USD → -2.35; 2.5 JPY → 3. The only function that rounds money.

    Source: O7, R1.
    """
    return amount.quantize(Decimal(1).scaleb(-MINOR_UNITS[currency]), context=_WIDE)


def round_quantity(quantity: Decimal) -> Decimal:
    """The quantity to six places, half up. The only function that rounds quantities.

    Source: R1.
    """
    return quantity.quantize(Decimal("0.000001"), context=_WIDE)


def round_percent(percent: Decimal) -> Decimal:
    """The percentage to two places, half up: 33.335 → 33.34. The only function that rounds percentages.

    Source: R1.
    """
    return percent.quantize(Decimal("0.01"), context=_WIDE)


def percent_of(part: Decimal, whole: Decimal) -> Decimal:
    """How many percent `part` is of `whole`, rounded once, here; 0 where the whole is 0.

    1 of 3 → 33.33.

    Source: R1.
    """
    return round_percent(part * HUNDRED / whole) if whole else ZERO


def fits_minor_unit(amount: Decimal, currency: str) -> bool:
    """Whether the amount has no more digits after the point than its currency has."""
    return amount == round_money(amount, currency)


def plain(number: Decimal) -> str:
    """The number as people write it: no exponent, no trailing zeros after the point.

    1E+3 → 1000; 2.50 → 2.5.
    """
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency. Adding or comparing two currencies is a `TypeError`."""

    amount: Decimal
    currency: str

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        return f"{self.amount:,.{self._shown_places}f} {self.currency}"

    @property
    def digits(self) -> str:
        """The amount with at least the digits of the currency's minor unit: 2000 USD → 2000.00."""
        return f"{self.amount:.{self._shown_places}f}"

    @property
    def _shown_places(self) -> int:
        return max(MINOR_UNITS.get(self.currency, 2), _places(self.amount))

    def rounded(self) -> Money:
        """The same money in whole minor units, half up."""
        return Money(round_money(self.amount, self.currency), self.currency)

    def _same(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            raise TypeError(f"{self.currency} and {other.currency} do not add up")
        return other.amount


def split(total: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """The total in parts by weight, in whole minor units; the parts add up to the total exactly.

    Largest remainder: each part is rounded towards zero, and the minor units left over go to the parts that
    lost most, the earlier first. 100.00 by 1:1:1 → 33.34, 33.33, 33.33. A negative total splits as its mirror
    image. Weights are not negative; all zero counts as all equal.

    Raises:
        ValueError: no weights, or a negative one, or a total finer than the minor unit.
    """
    if not weights or min(weights) < 0 or not fits_minor_unit(total, currency):
        raise ValueError("a split needs weights, none of them negative, and a total in whole minor units")
    unit = Decimal(1).scaleb(-MINOR_UNITS[currency])
    sign = -1 if total < 0 else 1
    units = int(abs(total) / unit)
    if not sum(weights):
        weights = [Decimal(1)] * len(weights)
    whole = sum(weights, ZERO)
    shares = [divmod(units * weight, whole) for weight in weights]
    parts = [int(share) for share, _ in shares]
    by_loss = sorted(range(len(parts)), key=lambda index: (-shares[index][1], index))
    for index in by_loss[: units - sum(parts)]:
        parts[index] += 1
    return [sign * part * unit for part in parts]


def _places(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
