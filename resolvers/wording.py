"""Figures as people write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency

from resolvers.errors import BadInput

if TYPE_CHECKING:
    from decimal import Decimal


def money_text(amount: Decimal, currency: str, locale: str) -> str:
    """The amount in the writing of a locale: 1234.5 USD in de_DE is `1.234,50 $`.

    Raises:
        BadInput: no such locale.
    """
    try:
        known = Locale.parse(locale.replace("-", "_"))
    except (ValueError, UnknownLocaleError) as error:
        raise BadInput(f"{locale!r} is not a locale such as en_US.") from error
    return format_currency(amount, currency, locale=known)
