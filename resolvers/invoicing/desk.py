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
from models.statuses.invoices import AmountBasis, OverdrawPolicy
from models.values import ZERO
from resolvers.invoicing.decisions import Decision, Held, Part
from resolvers.invoicing.facts import KNOWN_LINE_COLUMNS, amount_that_counts, invoice_fact, known_line, settings_of
from resolvers.invoicing.named_orders import NamedOrders, billed_lines
from resolvers.invoicing.snapshots import shared
from resolvers.matching.candidates import Candidate
from resolvers.matching.facts import KnownLine, OriginalInvoice, SellerEntity
from resolvers.matching.filtering import digest
from resolvers.matching.lines import mapped, spelled_out_each
from resolvers.matching.profile import profile_of
from resolvers.matching.ranking import Match as Found
from resolvers.matching.ranking import decide
from resolvers.rules.invoicing import DUPLICATES
from resolvers.rules.line_shares import Share, Whole, parted, reopens_quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal

    from resolvers.invoicing.decisions import InvoiceLine, Printed, Subject
    from resolvers.invoicing.snapshots import Surveyed
    from resolvers.matching.facts import InvoiceFact
    from resolvers.matching.lines import Mapping as Mapped
    from resolvers.matching.profile import Profile
    from resolvers.matching.proposals import OrderProposal

SPELLED_OUT: Final = 25
"""How many ranked lines are stored with a decision, each with its reason; the decision says how many there were."""
FIRST_LOOK: Final = 64
"""Balances that are read for a decision at first; nearly always enough. Then eight times as many, and so on."""

_DUPLICATES: Final = ", ".join(f"'{word}'" for word in DUPLICATES)
_ORIGINALS: Final = f"""
SELECT i.supplier_id, i.supplier_invoice_number, a.invoice_line_id IS NOT NULL AS by_line,
       {KNOWN_LINE_COLUMNS}
FROM invoice i LEFT JOIN allocation a ON a.invoice_id = i.id AND a.ended_at IS NULL
LEFT JOIN purchase_order_line l ON l.id = a.line_id LEFT JOIN purchase_order o ON o.id = l.purchase_order_id
WHERE i.organization_id = $1 AND i.status NOT IN ({_DUPLICATES})
    AND (i.supplier_id, i.supplier_invoice_number)
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
    _by_line: set[Printed] = field(default_factory=set["Printed"])
    _named: NamedOrders = field(init=False)

    def __post_init__(self) -> None:
        self._named = NamedOrders(self.organization.id)

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
        if with_lines := [subject for subject in subjects if subject.lines and self.goes_by_line(subject)]:
            await self._know_named(with_lines)
        whole = [subject for subject in subjects if not subject.lines or not self.goes_by_line(subject)]
        wanted = [(subject.columns["supplier_id"], self._profile(subject)) for subject in whole]
        if wanted:
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
        if self.goes_by_line(subject):
            return self._taken(await self._decide_lines(subject))
        fact, surveyed = self._fact(subject), self.survey_of(subject)
        found = await self._found(fact, surveyed)
        fingerprint = surveyed.digest if found.dropped is surveyed.survey.dropped else digest(found.dropped)
        line = _chosen(found, surveyed, fact.original)
        parts = () if line is None else (Part(line, fact.amount),)
        return self._taken(Decision(subject=subject, found=found, digest=fingerprint, amount=fact.amount, parts=parts))

    async def rules_say(self, subject: Subject, among: Surveyed | None = None, spelled_out: int = SPELLED_OUT) -> Found:
        """Where the rules would put it, among its own survey or another one, which decides nothing."""
        self._give_back(subject)
        if among is None and self.goes_by_line(subject):
            found = (await self._decide_lines(subject, spelled_out)).found
        else:
            found = await self._found(self._fact(subject), among or self.survey_of(subject), spelled_out)
        self._take_all(subject.held)
        return found

    def goes_by_line(self, subject: Subject) -> bool:
        """Whether its lines go their own ways: it names orders, or gives back what such an invoice billed (M8)."""
        return subject.names_orders or (bool(subject.lines) and subject.named in self._by_line)

    async def line_parts(self, subject: Subject, only: Iterable[int]) -> tuple[Part, ...]:
        """Where the rules would put these lines of it, were all its lines free; which decides nothing."""
        self._give_back(subject)
        lines = set(only)
        parts = (await self._decide_lines(subject)).parts
        self._take_all(subject.held)
        return tuple(part for part in parts if part.invoice_line_id in lines)

    def whole_of(self, subject: Subject, line: InvoiceLine) -> Whole:
        """A line of the invoice, as far as its parts go."""
        counts = self.organization.amount_basis is AmountBasis.TOTAL
        return Whole(
            currency=subject.columns["currency"],
            amount=line.amount,
            tax=line.tax_amount if counts else ZERO,
            quantity=line.quantity,
            gives_back=subject.gives_back,
        )

    def propose(self, proposals: Sequence[OrderProposal], now: datetime) -> None:
        """Take it that the orders that invoices name are as they would be after proposed changes."""
        self._named.propose(proposals, now)

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
        taken = (held.used for held in subject.held if held.line_id == line_id)
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
            if row["by_line"]:
                self._by_line.add(printed)
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
            self._take(held.line_id, -held.used)
        self._named.take(subject.held, back=True)

    def _take_all(self, what: Sequence[Part | Held]) -> None:
        for each in what:
            self._take(each.place[1], each.used)
        self._named.take(what)

    def _taken(self, decision: Decision) -> Decision:
        """The decision, after the balances have moved; a credit memo that comes now can follow it."""
        self._take_all(decision.parts)
        lines = {part.line.line_id: part.line for part in decision.parts}
        self._places[decision.subject.printed] = tuple(lines.values())
        if any(part.invoice_line_id is not None for part in decision.parts):
            self._by_line.add(decision.subject.printed)
        return decision

    # Lines that go their own ways (M8).

    async def _know_named(self, subjects: Iterable[Subject]) -> None:
        wanted = {
            (subject.columns["supplier_id"], number)
            for subject in subjects
            for line in billed_lines(subject, self._followed(subject))
            for number in line.order_numbers
        }
        for line_id, balance in (await self._named.know(wanted)).items():
            self._balances.setdefault(line_id, balance)

    def _followed(self, subject: Subject) -> tuple[str, ...]:
        """The orders to which a credit memo goes back that names none, but the invoice that it corrects (M7)."""
        if subject.named is None or subject.named not in self._by_line:
            return ()
        return tuple(dict.fromkeys(line.order_number for line in self._places.get(subject.named, ())))

    async def _decide_lines(self, subject: Subject, most: int = SPELLED_OUT) -> Decision:
        """Where the rules put its lines; what it took before is given back already."""
        await self._know_named([subject])
        lines = billed_lines(subject, self._followed(subject))
        numbers = [number for line in lines for number in line.order_numbers]
        orders = self._named.of(subject.columns["supplier_id"], numbers, gives_back=subject.gives_back)
        found = mapped(
            lines,
            orders,
            self._profile(subject),
            gives_back=subject.gives_back,
            spelled_out=spelled_out_each(len(lines), most),
        )
        of_invoice = {line.id: line for line in subject.lines}
        parts = tuple(
            self._part(subject, of_invoice[line.line.id], self._named.known_line(*line.chosen))
            for line in found.lines
            if line.chosen is not None
        )
        return Decision(
            subject=subject,
            found=self._explained(found, parts),
            digest="",
            amount=self.amount_of(subject),
            parts=parts,
        )

    def _part(self, subject: Subject, line: InvoiceLine, to: KnownLine) -> Part:
        """All of a line of the invoice."""
        (all_of_it,) = parted(self.whole_of(subject, line), [Share()])
        return Part(
            to,
            all_of_it.amount,
            line.id,
            all_of_it.quantity,
            all_of_it.tax,
            reopens_quantity(gives_back=subject.gives_back, said=line.reopens_quantity, quantity=line.quantity),
        )

    def _explained(self, found: Mapped, parts: Sequence[Part]) -> Found:
        """The match with its balances, one line after the other."""
        left = dict(self._balances)
        moved: dict[int | None, tuple[Decimal | None, Decimal | None]] = {}
        for part in parts:
            before = left[part.line.line_id]
            after = None if before is None else before - part.used
            moved[part.invoice_line_id] = before, after
            left[part.line.line_id] = after
        overdrawn = any(
            after is not None and after < 0 and part.used > 0 for part in parts for after in (left[part.line.line_id],)
        )
        lines = {part.line.key for part in parts}
        (only,) = lines if len(lines) == 1 else (None,)
        return Found(
            outcome=found.outcome,
            chosen=only,
            reason=found.reason,
            hold=overdrawn and self.organization.overdraw_policy is OverdrawPolicy.HOLD,
            balance_before=None if only is None else self._balances[only.line_id],
            balance_after=None if only is None else left[only.line_id],
            fitting=len(lines),
            ranked=tuple(_moved(each, moved) for each in found.candidates),
        )

    def _take(self, line_id: int, amount: Decimal) -> None:
        left = self._balances[line_id]
        if left is not None:
            self._balances[line_id] = left - amount


def _moved(candidate: Candidate, moved: Mapping[int | None, tuple[Decimal | None, Decimal | None]]) -> Candidate:
    """The chosen line of a line of the invoice with what is left on it; others as they are."""
    if candidate.rank != 1 or candidate.invoice_line_id not in moved:
        return candidate
    before, after = moved[candidate.invoice_line_id]
    return Candidate(*candidate[:5], before, after, candidate.invoice_line_id)


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
