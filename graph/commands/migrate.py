"""`python -m graph migrate`: the database brought up to date."""

from __future__ import annotations

import argparse
import asyncio
from typing import Final

from graph.settings import Settings

EPILOG: Final = """\
examples:
  DATABASE_URL=postgresql://po:secret@db/po python -m graph migrate          before starting a new version
  DATABASE_URL=postgresql://po:secret@db/po python -m graph migrate --check  what would be done; exit code 1 if anything

All steps are taken together or none is. Two at once are safe: the second waits and finds nothing to do.
The embedded PostgreSQL is brought up to date at every start of the server; it needs no migrate.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "migrate",
        help="bring the database up to date",
        description="Bring the database of DATABASE_URL to the tables of this version. Back it up before.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--check", action="store_true", help="only say what would be done; exit code 1 if anything")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Migrates, or says what would be done."""
    return asyncio.run(_check() if arguments.check else _migrate())


async def _migrate() -> int:
    from graph.app import runtime_of  # noqa: PLC0415  # slow, and the other commands do without

    async with runtime_of(Settings.read(), behind_is_fine=True) as runtime:
        done = await runtime.migrate()
    print("\n".join(f"migrated {name}" for name in done) or "The database is up to date.")
    return 0


async def _check() -> int:
    from graph.app import runtime_of  # noqa: PLC0415

    async with runtime_of(Settings.read(), behind_is_fine=True) as runtime:
        problem = await runtime.problem()
    print(problem or "The database is up to date.")
    return 1 if problem else 0
