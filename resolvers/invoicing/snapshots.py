"""The orders that can matter to invoices, kept between requests for as long as nothing about them changes.

What matching reads of orders changes rarely; invoices come all the time. So an organization's orders are kept as facts
in this process, under the version that its gate counts up with every change, together with the surveys that were made
of them. Balances are not kept: they are read for the lines that are left.

Whoever reads to write holds the gate, so that no version can pass meanwhile. Whoever only looks may be one version
behind, as with any read.

An invoice looks at the orders of its supplier, of the type that invoices go to, whose validity comes within a year of
the invoice's: those that take part in matching, and the hundred others that were edited last, so that the explanation
can say that the order somebody hoped for is a draft, or closed. And at the order whose number it names, if it is that
supplier's. Older and later orders could never be chosen, and would only make the explanation long.

Source: L5, M2, M11.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from models import database
from models.statuses.orders import OrderType
from resolvers.invoicing.facts import LINE_COLUMNS, ORDER_COLUMNS, order_facts
from resolvers.matching.filtering import digest, survey
from resolvers.rules.matching_status import CLOSED_TO_INVOICES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from resolvers.matching.candidates import Survivor
    from resolvers.matching.facts import OrderFact
    from resolvers.matching.filtering import Survey
    from resolvers.matching.profile import Profile

LARGEST: Final = 400_000
"""Lines and entries of surveys that are kept, in all: well below a hundred megabytes."""
MOST_BYSTANDERS: Final = 100
"""Orders that take no part and are still looked at."""
_MONTHS: Final = 12

_CLOSED: Final = ", ".join(f"'{word}'" for word in CLOSED_TO_INVOICES)
_TAKES_PART: Final = f"(o.issued_at IS NOT NULL AND o.status NOT IN ({_CLOSED}))"
_OF_SUPPLIER: Final = f"o.organization_id = $1 AND o.supplier_id = $2 AND o.order_type = '{OrderType.STANDARD}'"
_IN_SIGHT: Final = f"""{_OF_SUPPLIER}
    AND (o.expiration_date IS NULL OR o.expiration_date >= $3)
    AND (o.effective_date IS NULL OR o.effective_date <= $4)"""

_ORDERS: Final = f"""
SELECT {ORDER_COLUMNS}, true AS with_lines FROM purchase_order o WHERE {_IN_SIGHT} AND {_TAKES_PART}
UNION ALL (
    SELECT {ORDER_COLUMNS}, false FROM purchase_order o WHERE {_IN_SIGHT} AND NOT {_TAKES_PART}
    ORDER BY o.updated_at DESC, o.id DESC LIMIT {MOST_BYSTANDERS}
)"""  # noqa: S608 - our own words
_NAMED: Final = f"SELECT {ORDER_COLUMNS} FROM purchase_order o WHERE {_OF_SUPPLIER} AND o.number = ANY($3::text[])"  # noqa: S608
_LINES: Final = f"SELECT {LINE_COLUMNS} FROM purchase_order_line l WHERE l.purchase_order_id = ANY($1::bigint[])"  # noqa: S608


class Sight(NamedTuple):
    """Whose orders an invoice looks at, and of which years."""

    organization_id: int
    supplier_id: int
    first_year: int
    last_year: int


class Surveyed(NamedTuple):
    """A survey, its survivors by the keys of their lines, and the fingerprint of what it dropped."""

    survey: Survey
    survivors: dict[int, Survivor]
    digest: str

    @classmethod
    def of(cls, profile: Profile, orders: Iterable[OrderFact]) -> Surveyed:
        """The survey of a profile among some orders."""
        made = survey(profile, orders)
        survivors = {survivor.line.id: survivor for tier in made.tiers for survivor in tier}
        return cls(made, survivors, digest(made.dropped))


@dataclass(slots=True)
class Snapshot:
    """Orders as they stand at a version, and what was found out about them.

    `named` holds orders out of sight that an invoice named by their number; None where there is no such order.
    """

    version: int
    orders: tuple[OrderFact, ...]
    numbers: frozenset[str]
    named: dict[str, OrderFact | None] = field(default_factory=dict[str, "OrderFact | None"])
    surveys: OrderedDict[Profile, Surveyed] = field(default_factory=OrderedDict["Profile", Surveyed])
    size: int = 0

    def survey(self, profile: Profile) -> Surveyed:
        """The survey of the profile; the number that it names is known by now."""
        number = profile.purchase_order_number
        named = self.named.get(number) if number is not None else None
        if named is None and number not in self.numbers and not profile.is_marketplace_transaction:
            # Suppliers print all kinds of references; one that is no order's number makes no difference.
            profile = replace(profile, purchase_order_number=None)
        found = self.surveys.get(profile)
        if found is None:
            found = Surveyed.of(profile, self.orders if named is None else (*self.orders, named))
            self.surveys[profile] = found
            self.size += _size(found.survey)
        self.surveys.move_to_end(profile)
        return found

    def forget_survey(self) -> bool:
        """Let go of the survey that was not asked for longest; False where none is left but one."""
        if len(self.surveys) <= 1:
            return False
        self.size -= _size(self.surveys.popitem(last=False)[1].survey)
        return True


class Snapshots:
    """The snapshots of this process; the ones not used longest are let go."""

    def __init__(self, largest: int = LARGEST) -> None:
        self._largest = largest
        self._kept: OrderedDict[Sight, Snapshot] = OrderedDict()

    @property
    def size(self) -> int:
        """Lines and entries of surveys that are kept now."""
        return sum(snapshot.size for snapshot in self._kept.values())

    async def surveys(
        self, organization_id: int, version: int, wanted: Iterable[tuple[int, Profile]]
    ) -> dict[tuple[int, Profile], Surveyed]:
        """The surveys of these profiles, each among the orders of that supplier, as they stand at the version."""
        found: dict[tuple[int, Profile], Surveyed] = {}
        by_sight: dict[Sight, list[Profile]] = {}
        for supplier_id, profile in dict.fromkeys(wanted):
            by_sight.setdefault(sight_of(organization_id, supplier_id, profile), []).append(profile)
        for sight, profiles in by_sight.items():
            snapshot = await self.snapshot(sight, version)
            await self._know(snapshot, sight, profiles)
            for profile in profiles:
                found[sight.supplier_id, profile] = snapshot.survey(profile)
                self._shrink(snapshot)
        return found

    async def snapshot(self, sight: Sight, version: int) -> Snapshot:
        """The orders in sight at the version."""
        kept = self._kept.get(sight)
        if kept is None or kept.version != version:
            kept = await _load(sight, version)
            self._kept[sight] = kept
        self._kept.move_to_end(sight)
        self._shrink(kept)
        return kept

    async def _know(self, snapshot: Snapshot, sight: Sight, profiles: Iterable[Profile]) -> None:
        """Look up the orders that these profiles name and that are not in sight, once."""
        names = {profile.purchase_order_number for profile in profiles} - {None}
        missing = sorted(str(name) for name in names - snapshot.numbers - snapshot.named.keys())
        if not missing:
            return
        rows = await database.rows(_NAMED, sight.organization_id, sight.supplier_id, missing)
        orders = await _with_lines(rows, rows)
        snapshot.named |= dict.fromkeys(missing) | {order.number: order for order in orders}
        snapshot.size += len(missing) + sum(len(order.lines) for order in orders)

    def _shrink(self, current: Snapshot) -> None:
        while self.size > self._largest:
            oldest = next(iter(self._kept))
            if self._kept[oldest] is not current:
                del self._kept[oldest]
            elif not current.forget_survey():
                return


async def loaded(organization_id: int, order_ids: Iterable[int]) -> tuple[OrderFact, ...]:
    """These orders as they are now, with all their lines."""
    rows = await database.rows(
        f"SELECT {ORDER_COLUMNS} FROM purchase_order o WHERE o.organization_id = $1 AND o.id = ANY($2::bigint[])",  # noqa: S608
        organization_id,
        sorted(set(order_ids)),
    )
    return await _with_lines(rows, rows)


def sight_of(organization_id: int, supplier_id: int, profile: Profile) -> Sight:
    """Which orders an invoice with the profile looks at."""
    first, last = profile.first_month // _MONTHS - 1, profile.last_month // _MONTHS + 1
    return Sight(organization_id, supplier_id, max(first, date.min.year), min(last, date.max.year))


async def _load(sight: Sight, version: int) -> Snapshot:
    rows = await database.rows(
        _ORDERS,
        sight.organization_id,
        sight.supplier_id,
        date(sight.first_year, 1, 1),
        date(sight.last_year, _MONTHS, 31),
    )
    orders = await _with_lines(rows, [row for row in rows if row["with_lines"]])
    size = sum(1 + len(order.lines) for order in orders)
    return Snapshot(version, orders, frozenset(order.number for order in orders), size=size)


async def _with_lines(orders: list[dict[str, Any]], served: list[dict[str, Any]]) -> tuple[OrderFact, ...]:
    keys = [order["id"] for order in served]
    return order_facts(orders, await database.rows(_LINES, keys) if keys else ())


def _size(found: Survey) -> int:
    return 1 + found.survivors + len(found.dropped)


shared: Final = Snapshots()
"""The snapshots of this process."""
