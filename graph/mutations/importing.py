"""Invoices from other systems' files."""

from typing import Annotated, Any, Self

import strawberry

from graph.context import Info
from graph.errors import told
from graph.payloads import Payload, mutation
from graph.types.importing import ImportRow, import_rows
from graph.types.mutation_input import MutationInput
from models.statuses.invoices import ImportErrorPolicy, ImportFormat, ImportRowOutcome
from models.statuses.people import Role
from resolvers.errors import AnswerNotKept, Refusal
from resolvers.importing import runner
from resolvers.visibility import Actor


@strawberry.input(description="A file of invoices.")
class InvoicesImportInput(MutationInput):
    format: ImportFormat = strawberry.field(description="What the file is.")
    document: str = strawberry.field(
        description="The text of the file, at most 10000 rows; longer files are imported by the command line."
    )
    supplier_id: strawberry.ID | None = strawberry.field(
        default=None, description="Whose invoices they are; unless given, who owns the company that bills."
    )
    create_seller_entities: bool = strawberry.field(
        default=False,
        description="Enter companies that bill and are not known yet as the supplier's. Needs the role BUYER.",
    )
    record_purchases: bool = strawberry.field(
        default=True,
        description=(
            "Where a marketplace invoice with an order's number bills a purchase that nobody recorded, record it "
            "first, as a line of that order or as a new order. Of callers without the role BUYER such invoices wait "
            "for an order instead."
        ),
    )
    error_policy: ImportErrorPolicy = strawberry.field(
        default=ImportErrorPolicy.SKIP_ROWS, description="What happens when a row cannot be taken."
    )


@strawberry.type(description="What became of a file of invoices.")
class InvoicesImportPayload(Payload):
    imported: strawberry.Private[Any] = None
    actor: strawberry.Private[Any] = None

    @strawberry.field(description="How many rows became invoices.")
    def recorded(self) -> int:
        return self._count(ImportRowOutcome.RECORDED)

    @strawberry.field(description="How many rows were there already, the same.")
    def unchanged(self) -> int:
        return self._count(ImportRowOutcome.UNCHANGED)

    @strawberry.field(description="How many rows could not be taken.")
    def rejected(self) -> int:
        return self._count(ImportRowOutcome.REJECTED)

    @strawberry.field(
        description="The rows and what became of them, in their order. "
        "Where nothing is stored because of rejected rows, these only."
    )
    def rows(
        self,
        first: Annotated[int, strawberry.argument(description="How many at most, 1 to 100.")] = 20,
        after: Annotated[int, strawberry.argument(description="Only rows whose index is greater than this.")] = -1,
        outcome: Annotated[
            ImportRowOutcome | None, strawberry.argument(description="Only rows with this outcome.")
        ] = None,
    ) -> list[ImportRow]:
        if self.imported is None:
            return []
        reports = self.imported.page(first=first, after=after, outcome=outcome)
        return import_rows(reports, runner.invoices_of(self.actor, reports))

    def _count(self, outcome: ImportRowOutcome) -> int:
        return 0 if self.imported is None else self.imported.count(outcome)

    @classmethod
    def about(cls, actor: Actor, imported: runner.Imported) -> Self:
        """The answer to an import."""
        events: Any = runner.events_of(actor, imported)
        return cls(
            imported=imported,
            actor=actor,
            event_keys=list(imported.event_ids),
            events=events,
            user_errors=[told(refusal) for refusal in imported.objections],
        )

    @classmethod
    def reread(cls, actor: Actor, key: int | None, event_keys: list[int]) -> Self:
        """What became of the rows is told once, to whom it was done for."""
        del actor, key, event_keys
        return cls.refused([AnswerNotKept(operation="invoicesImport", path=("idempotencyKey",))])

    @classmethod
    def refused(cls, refusals: list[Refusal]) -> Self:
        """The answer to a file that was not imported."""
        return cls(events=[], user_errors=[told(refusal) for refusal in refusals])


@strawberry.type
class ImportMutations:
    @mutation(
        InvoicesImportPayload,
        "Records the invoices of a file and matches each to an order. An invoice that is there already, the same, is"
        " left as it is: the same file again changes nothing. A row that cannot be taken is told with its reasons.",
        Role.ACCOUNTS_PAYABLE,
    )
    async def invoices_import(self, info: Info, input: InvoicesImportInput) -> Any:
        options = runner.Options(
            supplier=input.supplier_id,
            creates_sellers=input.create_seller_entities,
            records_purchases=input.record_purchases,
        )
        imported = await runner.import_document(
            info.context.call,
            input.document,
            options,
            all_or_nothing=input.error_policy is ImportErrorPolicy.ALL_OR_NOTHING,
        )
        return InvoicesImportPayload.about(info.context.actor, imported)
