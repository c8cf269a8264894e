"""`python -m graph organization`: the organizations of an installation."""

from __future__ import annotations

import argparse
import asyncio
from datetime import UTC, datetime
from typing import Final

from graph.settings import Settings

EPILOG: Final = """\
An installation starts empty. Its first organization and administrator are made here; everything else, further users
too, over the API, with a token for the administrator:

  python -m graph organization create --key northwind --name "Northwind Trading" --admin-email ada@northwind.example
  python -m graph token create --user ada@northwind.example --name "first token"

Organizations share a database and nothing else: none sees another's data. The key names an organization on this
command line; it never changes.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "organization",
        help="make an organization with its administrator",
        description="Make an organization with its first user, an administrator.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    create = actions.add_parser("create", help="make an organization", description="Make an organization.")
    create.add_argument("--key", required=True, help="its short name: small letters, digits and hyphens")
    create.add_argument("--name", required=True, help="its name")
    create.add_argument("--admin-email", required=True, metavar="EMAIL", help="the administrator's email address")
    create.add_argument("--admin-name", metavar="NAME", help="the administrator's name")
    create.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Makes an organization."""
    return asyncio.run(_create(arguments))


async def _create(arguments: argparse.Namespace) -> int:
    from graph.app import runtime_of  # noqa: PLC0415  # slow, and the other commands do without
    from resolvers.administration import organizations  # noqa: PLC0415

    async with runtime_of(Settings.read()):
        await organizations.found(
            datetime.now(UTC),
            key=arguments.key,
            name=arguments.name,
            admin_email=arguments.admin_email,
            admin_name=arguments.admin_name,
        )
    print(f"Made the organization {arguments.key} with the administrator {arguments.admin_email}.")
    print(f"Next: python -m graph token create --user {arguments.admin_email} --name NAME")
    return 0
