"""The invoices of a file, recorded batch by batch; what became of each row.

A row that cannot be taken is told with everything that is wrong with it, and stops no other. An invoice that is there
already, the same, is left as it is: the same file again changes nothing, and an import that was killed is finished by
running it again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final

from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from models.event import Event
from models.invoice import Invoice
from models.statuses.invoices import ImportFormat, ImportRowOutcome, InvoiceKind
from models.statuses.people import Role
from models.supplier import SellerEntity, Supplier
from resolvers.administration import records
from resolvers.errors import BadInput, InvalidValue, NotFound, NotPermitted, Refusals, UnreadableDocument
from resolvers.idempotency import transaction
from resolvers.ids import key_of
from resolvers.importing import aws, purchases
from resolvers.importing.aws import Summary
from resolvers.importing.streaming import Rows, decoded
from resolvers.invoicing import invoice_batches
from resolvers.operation import locked_gate
from resolvers.reading.pages import LARGEST_SIZE
from resolvers.reading.reader import Several
from resolvers.rules.invoice_document import NewInvoice, document_refusals
from resolvers.rules.text import control_character, shown
from resolvers.sourcing.suppliers import EVERY_TYPE, SELLER_ENTITY
from resolvers.telling.occasions import occasion
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tortoise.queryset import QuerySet

    from resolvers.errors import Refusal
    from resolvers.invoicing.invoice_batches import Outcome
    from resolvers.operation import Call
    from resolvers.visibility import Actor

BATCH: Final = 500
"""Rows that are recorded in one transaction."""

MOST_ROWS: Final = 10_000
"""Rows of a document that is imported as a whole, in one transaction; a longer one is read from a file."""

MOST_OBJECTIONS: Final = 100
"""Refusals of rows that are given as the reason why none was taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What is wanted of an import.

    `supplier`, its id, number or name, is whose invoices they are; without it, that of the company that bills.
    `creates_sellers`: billing companies that are not known yet become the supplier's. `records_purchases`: marketplace
    purchases that nobody recorded are, where an invoice with an order's number bills one; but only of callers who may.
    """

    supplier: str | None = None
    creates_sellers: bool = False
    records_purchases: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """A row that was read: its place in the list, counted from 0, its number as far as there is one, what it says."""

    index: int
    number: str | None
    found: Summary | Refusals


@dataclass(frozen=True, slots=True, kw_only=True)
class RowReport:
    """What became of a row. One that was rejected has refusals, every other one an invoice."""

    index: int
    number: str | None
    outcome: ImportRowOutcome
    invoice_id: int | None = None
    refusals: tuple[Refusal, ...] = ()


@dataclass(slots=True)
class Totals:
    """How far an import has come, and why it ended early if it did."""

    recorded: int = 0
    unchanged: int = 0
    rejected: int = 0
    goes_on: bool = False
    problem: UnreadableDocument | None = None

    @property
    def rows(self) -> int:
        """All rows so far."""
        return self.recorded + self.unchanged + self.rejected

    def add(self, reports: Iterable[RowReport]) -> None:
        """Count what became of some more rows."""
        for report in reports:
            match report.outcome:
                case ImportRowOutcome.RECORDED:
                    self.recorded += 1
                case ImportRowOutcome.UNCHANGED:
                    self.unchanged += 1
                case _:
                    self.rejected += 1


@dataclass(frozen=True, slots=True)
class Imported:
    """A document that was imported as a whole. Where there are `objections`, nothing of it is stored."""

    reports: tuple[RowReport, ...]
    event_ids: tuple[int, ...] = ()
    objections: tuple[Refusal, ...] = ()

    def count(self, outcome: ImportRowOutcome) -> int:
        """How many rows ended so."""
        return sum(report.outcome is outcome for report in self.reports)

    def page(self, *, first: int, after: int, outcome: ImportRowOutcome | None) -> list[RowReport]:
        """Some of the rows, behind a place in the file.

        Raises:
            BadInput: too many at once.
        """
        if not 1 <= first <= LARGEST_SIZE:
            raise BadInput(f"There may be 1 to {LARGEST_SIZE} rows at once; {first} were asked for.")
        meant = (each for each in self.reports if each.index > after and outcome in {None, each.outcome})
        return list(islice(meant, first))


async def import_document(call: Call, document: str, options: Options, *, all_or_nothing: bool = False) -> Imported:
    """Import a document in one transaction: every row that can be taken, or none if one cannot.

    Raises:
        UnreadableDocument: it is not of the format, or has too many rows.
        NotFound: there is no such supplier.
        NotPermitted: the caller may not record invoices.
    """
    async with occasion(call) as part:
        return await _import_document(part, document, options, all_or_nothing=all_or_nothing)


async def _import_document(call: Call, document: str, options: Options, *, all_or_nothing: bool) -> Imported:
    importer = await Importer.begin(call, options)
    try:
        rows = sorted(_whole(document), key=_gives_back)
    except UnreadableDocument as problem:
        raise replace(problem, path=("document",)) from problem
    reports: list[RowReport] = []
    async with transaction() as attempt:
        for batch in _batches(rows):
            reports += await importer.record(batch)
        reports.sort(key=lambda report: report.index)
        rejected = tuple(report for report in reports if report.refusals)
        if all_or_nothing and rejected:
            attempt.undo()
            objections = chain.from_iterable(_in_document(report) for report in rejected)
            return Imported(rejected, objections=tuple(islice(objections, MOST_OBJECTIONS)))
        return Imported(tuple(reports), tuple(await importer.event_ids(reports)))


async def import_file(
    call: Call,
    pieces: Iterable[bytes],
    options: Options,
    *,
    dry_run: bool = False,
    told: Callable[[Totals, Sequence[RowReport]], None],
) -> Totals:
    """Import a file of any length, each batch in a transaction of its own; `told` hears of every batch.

    A file that breaks off is imported as far as it goes, and the totals say why it ended there. A dry run tries each
    batch and takes it back: rows that belong together but are more than a batch apart do not see each other.

    Raises:
        NotFound: there is no such supplier.
        NotPermitted: the caller may not record invoices.
    """
    async with occasion(call) as part:
        importer = await Importer.begin(part, options)
        return await _import_file(importer, pieces, dry_run=dry_run, told=told)


async def _import_file(
    importer: Importer,
    pieces: Iterable[bytes],
    *,
    dry_run: bool,
    told: Callable[[Totals, Sequence[RowReport]], None],
) -> Totals:
    expected = ImportFormat.AWS_INVOICE_SUMMARIES
    rows = Rows(decoded(pieces, expected), expected, key=aws.LIST, token=aws.TOKEN)
    totals = Totals()
    try:
        for batch in _batches(_read(rows)):
            async with transaction() as attempt:
                reports = await importer.record(batch)
                if dry_run:
                    attempt.undo()
            totals.add(reports)
            told(totals, reports)
    except UnreadableDocument as problem:
        totals.problem = problem
    totals.goes_on = rows.goes_on
    return totals


def invoices_of(actor: Actor, reports: Iterable[RowReport]) -> Several:
    """The invoices of rows, to be read together."""
    keys = [report.invoice_id for report in reports if report.invoice_id is not None]
    return Several(visible_to(Invoice, actor).filter(id__in=keys))


def events_of(actor: Actor, imported: Imported) -> QuerySet[Event]:
    """The events that an import wrote, in order."""
    return visible_to(Event, actor).filter(id__in=list(imported.event_ids)).order_by("id")


@dataclass(slots=True)
class Importer:
    """Records batches of rows for a caller."""

    call: Call
    options: Options
    supplier: Supplier | None
    _told: list[int] = field(default_factory=list[int])

    @classmethod
    async def begin(cls, call: Call, options: Options) -> Importer:
        """An importer, if the caller may import and the supplier is there.

        Raises:
            NotPermitted: the caller may not record invoices; or enter companies, where that is asked for.
            NotFound: there is no such supplier.
            InvalidValue: companies are to be created, and it is not said for whom.
        """
        _check_may(call, Role.ACCOUNTS_PAYABLE)
        if options.creates_sellers:
            _check_may(call, Role.BUYER)
            if options.supplier is None:
                raise InvalidValue(value="null", expected="say whose companies they are", path=("supplierId",))
        supplier = None if options.supplier is None else await _supplier(call, options.supplier)
        purchases_too = options.records_purchases and call.actor.may(Role.BUYER)
        return cls(call, replace(options, records_purchases=purchases_too), supplier)

    async def record(self, rows: Sequence[Row]) -> list[RowReport]:
        """Record a batch, all in one transaction; what became of each row, in their order.

        Credit memos come after the invoices that they may follow, wherever they stand (M7).
        """
        reports = {row.index: _rejected(row, row.found) for row in rows if isinstance(row.found, Refusals)}
        async with in_transaction():
            open_ = await self._invoices(sorted(rows, key=_gives_back))
            reports |= {row.index: _rejected(row, found) for row, found in open_ if isinstance(found, Refusals)}
            ready = [(row, found) for row, found in open_ if isinstance(found, NewInvoice)]
            outcomes = await self._record([new for _, new in ready]) if ready else []
        reports |= {row.index: _report(row, outcome) for (row, _), outcome in zip(ready, outcomes, strict=True)}
        return [reports[row.index] for row in rows]

    async def _invoices(self, rows: Sequence[Row]) -> list[tuple[Row, NewInvoice | Refusals]]:
        """The invoices of the rows that could be read, sent by companies that are known."""
        read = [(row, row.found) for row in rows if isinstance(row.found, Summary)]
        if not read:
            return []
        await locked_gate(self.call)
        sellers = await self._sellers([summary for _, summary in read])
        return [(row, self._invoice(summary, sellers)) for row, summary in read]

    async def _record(self, new: list[NewInvoice]) -> list[Outcome]:
        """Record invoices, after the purchases that they bill. A purchase whose invoice is rejected is taken back."""
        missing = await purchases.unrecorded(self.call, new) if self.options.records_purchases else []
        while True:
            told: list[int] = []
            async with transaction() as attempt:
                for each in missing:
                    told += [event.id for event in await purchases.record(self.call, each)]
                outcomes = await invoice_batches.record_many(self.call, new)
                rejected = [each for each, outcome in zip(new, outcomes, strict=True) if outcome.refusals]
                kept = [each for each in missing if each not in rejected]
                if kept == missing:
                    self._told += told
                    return outcomes
                attempt.undo()
            missing = kept

    async def event_ids(self, reports: Iterable[RowReport]) -> list[int]:
        """The events that came of these rows, in order."""
        new = [report.invoice_id for report in reports if report.outcome is ImportRowOutcome.RECORDED]
        found = visible_to(Event, self.call.actor).filter(Q(invoice_id__in=new) | Q(id__in=self._told))
        ids: Any = await found.order_by("id").values_list("id", flat=True)
        return list(ids)

    def _invoice(self, summary: Summary, sellers: dict[str, SellerEntity]) -> NewInvoice | Refusals:
        seller = sellers.get(summary.seller_entity)
        if seller is None:
            owner = "" if self.supplier is None else f" of supplier {self.supplier.number}"
            unknown = NotFound(kind=f"seller entity{owner}", key=summary.seller_entity, path=aws.SELLER)
            others = document_refusals(summary.invoice(0, 0))
            return Refusals([unknown, *(aws.in_row(refusal) for refusal in others)])
        return summary.invoice(seller.supplier_id, seller.id)

    async def _sellers(self, summaries: Sequence[Summary]) -> dict[str, SellerEntity]:
        """The companies that bill, by name."""
        names = {summary.seller_entity for summary in summaries}
        found = await visible_to(SellerEntity, self.call.actor).filter(name__in=sorted(names)) if names else []
        known = {seller.name: seller for seller in found}
        if self.supplier is None:
            return known
        if self.options.creates_sellers:
            for summary in summaries:
                if summary.seller_entity not in known and not document_refusals(summary.invoice(0, 0)):
                    known[summary.seller_entity] = await self._create(summary.seller_entity, self.supplier)
        return {name: seller for name, seller in known.items() if seller.supplier_id == self.supplier.id}

    async def _create(self, name: str, supplier: Supplier) -> SellerEntity:
        given = {"name": name, "line_item_types": list(EVERY_TYPE)}
        written = await records.add(self.call, SELLER_ENTITY, given, supplier_id=supplier.id)
        self._told += [event.id for event in written.events]
        return await visible_to(SellerEntity, self.call.actor).get(id=written.key)


def _whole(document: str) -> Iterator[Row]:
    expected = ImportFormat.AWS_INVOICE_SUMMARIES
    for row in _read(Rows([document], expected, key=aws.LIST, token=aws.TOKEN)):
        if row.index == MOST_ROWS:
            problem = f"it has more than {MOST_ROWS} rows; import it as a file, by the command"
            raise UnreadableDocument(format=expected, problem=problem)
        yield row


def _read(rows: Iterable[Any]) -> Iterator[Row]:
    for index, row in enumerate(rows):
        try:
            summary = aws.summary(row)
        except Refusals as refusals:
            yield Row(index, aws.number_of(row), refusals)
        else:
            yield Row(index, summary.number, summary)


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """The rows in batches. Where the file breaks, what came before comes, too, and then the break."""
    batch: list[Row] = []
    try:
        for row in rows:
            batch.append(row)
            if len(batch) == BATCH:
                yield batch
                batch = []
    except UnreadableDocument:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _gives_back(row: Row) -> bool:
    return isinstance(row.found, Summary) and row.found.kind is not InvoiceKind.INVOICE


def _rejected(row: Row, refusals: Refusals) -> RowReport:
    return RowReport(index=row.index, number=row.number, outcome=ImportRowOutcome.REJECTED, refusals=refusals.refusals)


def _report(row: Row, outcome: Outcome) -> RowReport:
    return RowReport(
        index=row.index,
        number=row.number,
        outcome=outcome.outcome,
        invoice_id=outcome.invoice_id,
        refusals=tuple(aws.in_row(refusal) for refusal in outcome.refusals),
    )


def _in_document(report: RowReport) -> list[Refusal]:
    """The refusals of a row, as refusals of the whole document."""
    place = ("document", aws.LIST, str(report.index))
    return [replace(refusal, path=(*place, *refusal.path)) for refusal in report.refusals]


async def _supplier(call: Call, text: str) -> Supplier:
    suppliers = visible_to(Supplier, call.actor)
    if control_character(text) is not None:
        raise NotFound(kind="supplier", key=shown(text), path=("supplierId",))
    for named in (Q(id=key_of(Supplier, text)), Q(number=text), Q(name=text)):
        found = await suppliers.filter(named).limit(2)
        if len(found) == 1:
            return found[0]
    raise NotFound(kind="supplier", key=text, path=("supplierId",))


def _check_may(call: Call, role: Role) -> None:
    if not call.actor.may(role):
        roles = tuple(sorted(str(each) for each in call.actor.roles))
        raise NotPermitted(needed=(str(role),), roles=roles)
