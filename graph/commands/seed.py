"""`python -m graph seed`: the demo company."""

from __future__ import annotations

import argparse
import asyncio
from datetime import UTC, datetime
from typing import Final

from graph.settings import Settings

EPILOG: Final = """\
examples:
  python -m graph seed
  DATABASE_URL=postgresql://po:secret@db/po python -m graph seed

The company is an organization of its own, with the key "demo": users of every role, suppliers, orders in every state,
invoices that were matched to them and one that was not. Its orders for AWS fit the invoice lists that AWS prints from
January 2026 on; other dates go by today.
It is made by the same operations as everything else, all of it or nothing. Made already, it is left as it is.
`serve --demo` does this by itself.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "seed",
        help="make the demo company",
        description="Make a small company with orders and invoices, to look at and to try things on.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Makes the demo company."""
    del arguments
    return asyncio.run(_seed())


async def _seed() -> int:
    from graph.app import runtime_of  # noqa: PLC0415  # slow, and the other commands do without
    from resolvers.demo import demo, demo_company  # noqa: PLC0415

    async with runtime_of(Settings.read()):
        is_new = await demo.seed(datetime.now(UTC))
    if is_new:
        print(f"Made the company {demo_company.NAME} with the key {demo_company.KEY}.")
    else:
        print(f"The company with the key {demo_company.KEY} is there already; nothing was changed.")
    print(f"Next: python -m graph token create --user {demo_company.ADMIN} --name NAME")
    return 0
