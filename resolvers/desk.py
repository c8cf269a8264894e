"""Deciding about invoices one after the other, as if each decision were stored before the next is made.

The rules decide (`resolvers.matching`), or a person does; this brings the rules what they ask for, at few statements
however many invoices there are, and keeps the balances as they are after every decision. Whoever uses a desk to write
holds the organization's gate.

Source: B1, M5, M7, M9, M9b, M11.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from models import database
from models.organization import Organization
from resolvers.decisions import Decision, Part
from resolvers.facts import KNOWN_LINE_COLUMNS, amount_that_counts, invoice_fact, known_line, settings_of
from resolvers.matching.facts import KnownLine, OriginalInvoice, SellerEntity
from resolvers.matching.filtering import digest
from resolvers.matching.profile import profile_of
from resolvers.matching.ranking import decide
from resolvers.snapshots import shared

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from resolvers.decisions import Printed, Subject
    from resolvers.matching.facts import InvoiceFact
    from resolvers.matching.profile import Profile
    from resolvers.matching.ranking import Match as Found
    from resolvers.snapshots import Surveyed

SPELLED_OUT: Final = 25
"""How many ranked lines are stored with a decision, each with its reason; the decision says how many there were."""
FIRST_LOOK: Final = 64
"""Balances that are read for a decision at first; nearly always enough. Then eight times as many, and so on."""

_ORIGINALS: Final = f"""
SELECT i.supplier_id, i.supplier_invoice_number, {KNOWN_LINE_COLUMNS}
FROM invoice i LEFT JOIN allocation a ON a.invoice_id = i.id AND a.ended_at IS NULL
LEFT JOIN purchase_order_line l ON l.id = a.line_id LEFT JOIN purchase_order o ON o.id = l.purchase_order_id
WHERE i.organization_id = $1 AND (i.supplier_id, i.supplier_invoice_number)
    IN (SELECT v.supplier_id, v.number FROM unnest($2::bigint[], $3::text[]) AS v (supplier_id, number))
ORDER BY i.id, a.id"""  # noqa: S608 - our own names


# Two arrays cost a tenth of as many rows.
_BALANCES: Final = """
SELECT array_agg(id) AS keys, array_agg(balance_current) AS balances
FROM purchase_order_line WHERE id = ANY($1::bigint[])"""


@dataclass(slots=True)
class Desk:
    """Where invoices of one organization are decided about, at a version of its orders."""

    organization: Organization
    version: int
    _sellers: dict[int, SellerEntity] = field(default_factory=dict[int, SellerEntity])
    _surveys: dict[tuple[int, Profile], Surveyed] = field(default_factory=dict[tuple[int, "Profile"], "Surveyed"])
    _balances: dict[int, Decimal | None] = field(default_factory=dict[int, "Decimal | None"])
    _places: dict[Printed, tuple[KnownLine, ...]] = field(default_factory=dict["Printed", tuple[KnownLine, ...]])

    @classmethod
    async def of(cls, organization_id: int, version: int, sellers: Mapping[int, SellerEntity] | None = None) -> Desk:
        """A desk for the organization; with the seller entities that are known already."""
        return cls(await Organization.get(id=organization_id), version, dict(sellers or {}))

    def amount_of(self, subject: Subject) -> Decimal:
        """What of the invoice counts against balances (B1)."""
        return amount_that_counts(subject.columns, self.organization.amount_basis)

    async def look_up(self, subjects: Sequence[Subject]) -> None:
        """Read at once what deciding about these invoices needs."""
        await self._know_sellers(subjects)
        await self._know_originals(subjects)
        wanted = [(subject.columns["supplier_id"], self._profile(subject)) for subject in subjects]
        self._surveys |= await shared.surveys(self.organization.id, self.version, wanted)
        first = chain.from_iterable(islice(self._surveys[key].survivors, FIRST_LOOK) for key in set(wanted))
        await self.know_balances(chain(first, (held.line_id for subject in subjects for held in subject.held)))

    async def know_balances(self, lines: Iterable[int]) -> None:
        """Read what is left on these lines, unless it is known: it may have moved since."""
        missing = sorted(set(lines) - self._balances.keys())
        if missing:
            (found,) = await database.rows(_BALANCES, missing)
            self._balances.update(zip(found["keys"] or (), found["balances"] or (), strict=True))

    async def decide(self, subject: Subject) -> Decision:
        """Where the rules put an invoice that was looked up. What it took before is given back first."""
        self._give_back(subject)
        fact, surveyed = self._fact(subject), self.survey_of(subject)
        found = await self._found(fact, surveyed)
        fingerprint = surveyed.digest if found.dropped is surveyed.survey.dropped else digest(found.dropped)
        line = _chosen(found, surveyed, fact.original)
        parts = () if line is None else (Part(line, fact.amount),)
        return self._taken(Decision(subject=subject, found=found, digest=fingerprint, amount=fact.amount, parts=parts))

    async def rules_say(self, subject: Subject, among: Surveyed | None = None, spelled_out: int = SPELLED_OUT) -> Found:
        """Where the rules would put it, among its own survey or another one, which decides nothing."""
        self._give_back(subject)
        found = await self._found(self._fact(subject), among or self.survey_of(subject), spelled_out)
        for held in subject.held:
            self._take(held.line_id, held.amount)
        return found

    def decide_by_person(self, subject: Subject, found: Found, parts: tuple[Part, ...]) -> Decision:
        """A person's decision, which `found` explains, about lines whose balances are known."""
        self._give_back(subject)
        return self._taken(
            Decision(
                subject=subject,
                found=found,
                digest=digest(found.dropped),
                amount=self.amount_of(subject),
                parts=parts,
                by_person=True,
            )
        )

    def survey_of(self, subject: Subject) -> Surveyed:
        """The survey of an invoice that was looked up."""
        return self._surveys[subject.columns["supplier_id"], self._profile(subject)]

    def suppose(self, line_id: int, balance: Decimal | None) -> None:
        """Take it that so much is left on a line; None: it is not tracked."""
        self._balances[line_id] = balance

    def left_on(self, subject: Subject, line_id: int) -> Decimal | None:
        """What would be left on a line if the invoice took nothing; None where that is not tracked."""
        left = self._balances[line_id]
        taken = (held.amount for held in subject.held if held.line_id == line_id)
        return None if left is None else left + sum(taken)

    # What is known.

    async def _know_sellers(self, subjects: Iterable[Subject]) -> None:
        keys = {subject.columns["seller_entity_id"] for subject in subjects} - {None} - self._sellers.keys()
        if keys:
            found = await database.rows(
                "SELECT id, name FROM seller_entity WHERE organization_id = $1 AND id = ANY($2::bigint[])",
                self.organization.id,
                sorted(keys),
            )
            self._sellers |= {row["id"]: SellerEntity(id=row["id"], name=row["name"]) for row in found}

    async def _know_originals(self, subjects: Iterable[Subject]) -> None:
        """Where the invoices are that credit memos name (M7)."""
        wanted = sorted({subject.named for subject in subjects if subject.named is not None} - self._places.keys())
        if not wanted:
            return
        keys, numbers = zip(*wanted, strict=True)
        for row in await database.rows(_ORIGINALS, self.organization.id, list(keys), list(numbers)):
            printed = row["supplier_id"], row["supplier_invoice_number"]
            lines = self._places.setdefault(printed, ())
            if row["line_id"] is not None and row["line_id"] not in {line.line_id for line in lines}:
                self._places[printed] = (*lines, known_line(row))
                self._balances.setdefault(row["line_id"], row["balance_current"])

    def _fact(self, subject: Subject) -> InvoiceFact:
        seller = self._sellers.get(subject.columns["seller_entity_id"])
        return invoice_fact(subject.columns, self.organization.amount_basis, seller, self._original(subject))

    def _original(self, subject: Subject) -> OriginalInvoice | None:
        if subject.named is None:
            return None
        lines = self._places.get(subject.named)
        if lines is None:
            return OriginalInvoice(number=subject.named[1], recorded=False)
        now = tuple(replace(line, balance=self._balances[line.line_id]) for line in lines)
        return OriginalInvoice(number=subject.named[1], lines=now)

    def _profile(self, subject: Subject) -> Profile:
        return profile_of(self._fact(subject), settings_of(self.organization))

    # Balances, as they move.

    async def _found(self, fact: InvoiceFact, surveyed: Surveyed, spelled_out: int = SPELLED_OUT) -> Found:
        overdraw, look = self.organization.overdraw_policy, FIRST_LOOK
        while True:
            try:
                return decide(fact, surveyed.survey, self._balances, overdraw, spelled_out=spelled_out)
            except KeyError:  # so many lines are exhausted that the ranking went on beyond the known balances
                look *= 8
                await self.know_balances(islice(surveyed.survivors, look))

    def _give_back(self, subject: Subject) -> None:
        for held in subject.held:
            self._take(held.line_id, -held.amount)

    def _taken(self, decision: Decision) -> Decision:
        """The decision, after the balances have moved; a credit memo that comes now can follow it."""
        for part in decision.parts:
            self._take(part.line.line_id, part.amount)
        self._places[decision.subject.printed] = tuple(part.line for part in decision.parts)
        return decision

    def _take(self, line_id: int, amount: Decimal) -> None:
        left = self._balances[line_id]
        if left is not None:
            self._balances[line_id] = left - amount


def _chosen(found: Found, surveyed: Surveyed, original: OriginalInvoice | None) -> KnownLine | None:
    """The chosen line, with the numbers by which people know it."""
    if found.chosen is None:
        return None
    followed = (line for line in (original.lines if original else ()) if line.key == found.chosen)
    if (line := next(followed, None)) is not None:
        return line
    survivor = surveyed.survivors[found.chosen.line_id]
    return KnownLine(
        order_id=survivor.order.id,
        line_id=survivor.line.id,
        order_number=survivor.order.number,
        line_number=survivor.line.number,
        currency=survivor.order.currency,
    )
