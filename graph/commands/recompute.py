"""`python -m graph recompute`: what is derived, computed from scratch."""

from __future__ import annotations

import argparse
import asyncio
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from graph.settings import Settings

if TYPE_CHECKING:
    from resolvers.derived.recomputing import Difference

EPILOG: Final = """\
examples:
  python -m graph recompute --check                          say what is stored otherwise than it has to be
  python -m graph recompute --check --organization northwind
  python -m graph recompute                                  put it right

Balances, totals and what invoices take are derived from orders, lines and invoices, and stored. This computes all of
them again, in another way, and compares. There should never be a difference; one is a mistake of the program, or
somebody changed the database by hand. Exit code 1 if there was any.

--check sees the database as it stands at one moment and changes nothing. Without it, others can work on meanwhile.
What needs a decision, such as an invoice whose allocations do not add up to it, is only told: match or reallocate it.
"""
SHOWN: Final = 200


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "recompute",
        help="compare every derived figure with a computation from scratch, or put it right",
        description="Compute every derived figure from scratch, and put right what is stored otherwise.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--check", action="store_true", help="only say what differs; nothing is changed")
    parser.add_argument("--organization", metavar="KEY", help="only this organization")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Compares, and repairs unless it is only to check."""
    return asyncio.run(_recompute(arguments.organization, check=arguments.check))


async def _recompute(organization: str | None, *, check: bool) -> int:
    from graph.app import runtime_of  # noqa: PLC0415  # slow, and the other commands do without
    from resolvers.derived import recomputing  # noqa: PLC0415

    told = Told()
    async with runtime_of(Settings.read()):
        if check:
            await recomputing.check(told.note, organization)
        else:
            await recomputing.repair(datetime.now(UTC), told.note, organization)
    if told.found > SHOWN:
        print(f"... and {told.found - SHOWN} more")
    if not told.found:
        print("Everything stored is as it has to be.")
    elif check:
        print(f"{told.found} found; nothing was changed.", file=sys.stderr)
    else:
        print(f"{told.found - told.undecided} put right, {told.undecided} left to a person.", file=sys.stderr)
    return 1 if told.found else 0


@dataclass(slots=True)
class Told:
    """Differences, printed as they come: the first ones, and how many there are."""

    found: int = 0
    undecided: int = 0

    def note(self, difference: Difference) -> None:
        """One more."""
        self.found += 1
        self.undecided += not difference.repairable
        if self.found <= SHOWN:
            print(difference)
