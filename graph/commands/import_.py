"""`python -m graph import`: invoices from a file."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from graph.settings import Settings
from models.statuses.invoices import ImportFormat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resolvers.importing.runner import RowReport, Totals

EPILOG: Final = """\
examples:
  python -m graph import invoices.json
  python -m graph import --dry-run invoices.json
  aws invoicing list-invoice-summaries --selector ResourceType=ACCOUNT_ID,Value=111122223333 | python -m graph import -

Each invoice is recorded and matched to an order. One that is there already, the same, is left as it is: the same file
again changes nothing, and an import that was interrupted is finished by running it again.
A row that cannot be taken is printed with its reasons and stops no other. The billing company is found by its name,
and has to be known as a seller entity; --create-seller-entities enters those that are not.
A marketplace invoice that names an order bills a purchase that was made with the order's number. Where nobody recorded
the purchase, it is recorded first: as a line of that order, or as a new order. --no-purchases leaves that out.

A dry run tries every batch of 500 rows and takes it back: two rows of one invoice further apart both count as new.

exit code: 0 every row was taken, 1 some were rejected, 2 the file could not be read to its end
"""
STDIN: Final = "-"
PIECE: Final = 256 * 1024
EVERY: Final = 10_000
"""Rows between two lines of progress, where it goes into a file."""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "import",
        help="record the invoices of a file",
        description="Record the invoices of a file, of any length, and match them to orders.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", metavar="FILE", help="the file, or - for what comes in by standard input")
    parser.add_argument(
        "--format",
        choices=[str(word) for word in ImportFormat],
        default=str(ImportFormat.AWS_INVOICE_SUMMARIES),
        help="what the file is; only this so far: the JSON of `aws invoicing list-invoice-summaries`",
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would become of each row, and store nothing")
    parser.add_argument("--organization", metavar="KEY", help="whose invoices: the only organization, or demo")
    parser.add_argument(
        "--as", dest="user", metavar="EMAIL", help="who imports: the organization's first administrator"
    )
    parser.add_argument(
        "--supplier", help="whose invoices they are, by id, number or name; unless given, who owns the billing company"
    )
    parser.add_argument(
        "--create-seller-entities",
        action="store_true",
        help="enter billing companies that are not known as the supplier's; with --supplier",
    )
    parser.add_argument(
        "--no-purchases", action="store_true", help="do not record marketplace purchases that only invoices tell of"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Imports the file, unless there is none."""
    try:
        file = sys.stdin.buffer if arguments.file == STDIN else Path(arguments.file).open("rb")  # noqa: SIM115 - closed below
    except OSError as error:
        print(f"po-graph: {arguments.file} cannot be read: {error.strerror}", file=sys.stderr)
        return 2
    with file:
        return asyncio.run(_import(arguments, file))


async def _import(arguments: argparse.Namespace, file: BinaryIO) -> int:
    from graph.app import runtime_of  # noqa: PLC0415  # slow, and the other commands do without
    from resolvers import access  # noqa: PLC0415
    from resolvers.importing import runner  # noqa: PLC0415
    from resolvers.operation import Call  # noqa: PLC0415

    options = runner.Options(
        supplier=arguments.supplier,
        creates_sellers=arguments.create_seller_entities,
        records_purchases=not arguments.no_purchases,
    )
    progress = Progress()
    async with runtime_of(Settings.read()):
        if arguments.user:
            actor = await access.acting_as(arguments.user, arguments.organization)
        else:
            actor = await access.acting_by_default(arguments.organization)
        call = Call(actor, datetime.now(UTC))
        pieces = iter(lambda: file.read(PIECE), b"")
        totals = await runner.import_file(call, pieces, options, dry_run=arguments.dry_run, told=progress.told)
    progress.clear()
    _sum_up(totals, arguments.file, dry_run=arguments.dry_run)
    if totals.problem:
        return 2
    return 1 if totals.rejected else 0


@dataclass
class Progress:
    """How far an import has come: a line that changes on a terminal, a line now and then elsewhere, on standard error.

    Rejected rows go to standard output, as soon as they are known.
    """

    started: int = field(default_factory=time.monotonic_ns)
    is_terminal: bool = field(default_factory=sys.stderr.isatty)
    _told: int = 0

    def told(self, totals: Totals, reports: Sequence[RowReport]) -> None:
        """Tells of some more rows."""
        rejected = [report for report in reports if report.refusals]
        if rejected:
            self.clear()
            print("\n".join(_rejected(report) for report in rejected), flush=True)
        if self.is_terminal:
            print(f"\r\x1b[K{self._line(totals)}", end="", file=sys.stderr, flush=True)
        elif totals.rows // EVERY > self._told:
            self._told = totals.rows // EVERY
            print(self._line(totals), file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Makes room on the terminal for other lines."""
        if self.is_terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def _line(self, totals: Totals) -> str:
        elapsed = max(time.monotonic_ns() - self.started, 1)
        return f"{totals.rows:,} rows, {totals.rows * 10**9 // elapsed:,} a second, {totals.rejected:,} rejected"


def _rejected(report: RowReport) -> str:
    """A rejected row: its place, its number, and every reason with the place inside of it."""
    name = f"row {report.index}" + (f", invoice {report.number}" if report.number else "")
    reasons = [f"{'.'.join(refusal.path) or 'the row'}: {refusal.message}" for refusal in report.refusals]
    return "\n    ".join([f"{name}, rejected:", *reasons])


def _sum_up(totals: Totals, file: str, *, dry_run: bool) -> None:
    if totals.problem:
        print(f"po-graph: {_named(file)}: {totals.problem.message}", file=sys.stderr)
    print(
        f"{totals.rows:,} rows: {totals.recorded:,} recorded, {totals.unchanged:,} unchanged,"
        f" {totals.rejected:,} rejected."
    )
    if totals.problem and totals.rows and not dry_run:
        print("These are the rows before the break. With the whole file, they will be unchanged.")
    if totals.goes_on:
        print("The list goes on: the file holds a NextToken. Import the rest, too.")
    if dry_run:
        print("It was a dry run: nothing was stored.")


def _named(file: str) -> str:
    return "standard input" if file == STDIN else file
