"""SQL over a row that fields are read with, and the same questions as conditions of a queryset."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from tortoise.expressions import Q

from models.statuses.orders import MatchingStatus
from models.statuses.people import ApprovalStepStatus
from resolvers.reading.kinds import Amount, Column, Computed, Embedded, Expression, JsonList, JsonPart
from resolvers.reading.predicates import TODAY
from resolvers.reading.wire import amount_text
from resolvers.rules.matching_status import CLOSED_TO_INVOICES
from resolvers.wording import money_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from resolvers.visibility import Actor

_TODAY: Any = TODAY


def _words(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in sorted(words))


MATCHING_STATUS: Final = Expression(
    f"""CASE WHEN {{row}}.issued_at IS NULL THEN 'NOT_ISSUED'
    WHEN {{row}}.status IN ({_words(CLOSED_TO_INVOICES)}) THEN 'CLOSED'
    WHEN {{row}}.expiration_date < {{today}}
        THEN CASE WHEN {{row}}.suspended_at IS NULL THEN 'EXPIRED' ELSE 'SUSPENDED_EXPIRED' END
    WHEN {{row}}.suspended_at IS NOT NULL THEN 'SUSPENDED'
    WHEN {{row}}.effective_date > {{today}} THEN 'SCHEDULED' ELSE 'ACTIVE' END"""
)
"""The order's matching status today (L4), as the pure rule has it; a test compares the two."""


def matching_status_is(status: MatchingStatus) -> Q:
    """Orders whose matching status today is this one (L4)."""
    issued, over = Q(issued_at__isnull=False), Q(status__in=sorted(CLOSED_TO_INVOICES))
    open_ = issued & ~over
    expired = Q(expiration_date__lt=_TODAY)
    current = Q(expiration_date__isnull=True) | Q(expiration_date__gte=_TODAY)
    suspended = Q(suspended_at__isnull=False)
    running = Q(suspended_at__isnull=True)
    scheduled = Q(effective_date__gt=_TODAY)
    begun = Q(effective_date__isnull=True) | Q(effective_date__lte=_TODAY)
    return {
        MatchingStatus.NOT_ISSUED: Q(issued_at__isnull=True),
        MatchingStatus.CLOSED: issued & over,
        MatchingStatus.SUSPENDED_EXPIRED: open_ & expired & suspended,
        MatchingStatus.EXPIRED: open_ & expired & running,
        MatchingStatus.SUSPENDED: open_ & current & suspended,
        MatchingStatus.SCHEDULED: open_ & current & running & scheduled,
        MatchingStatus.ACTIVE: open_ & current & running & begun,
    }[status]


ESCALATED: Final = Expression(
    f"({{row}}.status = '{ApprovalStepStatus.REQUESTED}' AND coalesce({{row}}.escalates_on <= {{today}}, false))",
    raw=True,
)
"""Whether a step of an approval is asked and neglected today (A1)."""


def _missing(*columns: str) -> str:
    """Where an object cannot be made, because a column that it needs is null."""
    return " OR ".join(f'{{row}}."{column}" IS NULL' for column in columns)


def _formatted(required: dict[str, Any], actor: Actor, locale: str | None = None) -> str:
    return money_text(Decimal(required["amount"]), required["currency"], locale or actor.locale)


def money(column: str, currency: str = "currency", *, nullable: bool = False) -> Embedded:
    """Money: an amount column with the currency of its row; null where the column is."""
    amount, code = Amount(column, currency), Column(currency)
    return Embedded(
        parts={
            "amount": amount,
            "currency": code,
            "formatted": Computed({"amount": amount, "currency": code}, _formatted),
        },
        absent=_missing(column) if nullable else None,
    )


def calculated_money(sql: str, currency: str = "currency", *, absent: str | None = None) -> Embedded:
    """Money that SQL over the row gives, never null but where `absent` holds."""
    text = amount_text("c.amount", f"{{row}}.{currency}")
    amount = Expression(f"(SELECT {text} FROM (SELECT {sql} AS amount) c)", raw=True)
    code = Column(currency)
    return Embedded(
        parts={
            "amount": amount,
            "currency": code,
            "formatted": Computed({"amount": amount, "currency": code}, _formatted),
        },
        absent=absent,
    )


_OPEN: Final = Expression(amount_text('({row}."total_amount" - {row}."paid_amount")', '{row}."currency"'), raw=True)
OPEN_AMOUNT: Final = Embedded(
    parts={
        "amount": _OPEN,
        "currency": Column("currency"),
        "formatted": Computed({"amount": _OPEN, "currency": Column("currency")}, _formatted),
    }
)
"""What is open of an invoice: its total less what was paid (I3)."""


def address(column: str) -> Embedded:
    """An address that a JSON column holds; null where the column is."""
    keys = ("name", "street", "city", "postal_code", "region", "country")
    return Embedded({key: JsonPart(column, key) for key in keys}, absent=_missing(column))


CHANGES: Final = JsonList("changes", {"field": "field", "from_": "from", "to": "to"})


def _state(percent: str) -> Expression:
    return Expression(
        f"""CASE WHEN {{row}}.{percent} = 0 THEN 'NOT_STARTED' WHEN {{row}}.{percent} < 100 THEN 'PARTIAL'
        WHEN {{row}}.{percent} = 100 THEN 'COMPLETE' ELSE 'EXCEEDED' END"""
    )


def progress(kind: str, *, nullable: bool = False) -> Embedded:
    """How far receiving or invoicing has come, by amount and by quantity: `received`, `invoiced` or `billed`."""
    percent, quantity_percent = f"{kind}_percent", f"{kind}_quantity_percent"
    return Embedded(
        parts={
            "state": _state(percent),
            "percent": Column(percent),
            "quantity_percent": Column(quantity_percent),
            "amount": money(f"{kind}_amount"),
        },
        absent=_missing(percent, quantity_percent, f"{kind}_amount") if nullable else None,
    )


OPEN_QUANTITY: Final = Expression("trim_scale(greatest({row}.effective_quantity - {row}.received_quantity, 0))::text")
"""What of an order line is still to come; nothing of one that has more, was closed short or canceled (R3, L3)."""


def balance(*, forecast: bool) -> Embedded:
    """The balance of an order or a line; null where nothing is tracked (B1)."""
    pace = Embedded(
        parts={
            "burn_per_day": money("forecast_burn_per_day"),
            "runs_out_on": Column("forecast_runs_out_on"),
            "basis": Column("forecast_basis"),
        },
        absent=_missing("forecast_burn_per_day"),
    )
    return Embedded(
        parts={
            "limit": money("balance_limit"),
            "used": money("balance_used"),
            "current": money("balance_current"),
            "percent": Column("balance_percent"),
            "exhausted": Expression("{row}.balance_current <= 0", raw=True),
            "forecast": pace if forecast else Expression("NULL", raw=True, nullable=True),
        },
        absent=_missing("balance_limit", "balance_used", "balance_current", "balance_percent"),
    )
