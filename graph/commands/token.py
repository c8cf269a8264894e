"""`python -m graph token`: API tokens, for whoever runs the server."""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from graph.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable

    Work = Callable[[argparse.Namespace], Coroutine[None, None, int]]

EPILOG: Final = """\
examples:
  TOKEN=$(python -m graph token create --user ada@northwind.example --name "nightly import" --days 365)
  curl http://127.0.0.1:8000/graphql -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
       -d '{"query": "{ viewer { name roles } }"}'
  python -m graph token list
  python -m graph token revoke tok_3

A token acts as its user, with the roles that the user has at that moment. Its text is printed once, when it is made;
the database keeps only a hash. Over the API the same is done by apiTokenCreate, apiTokens and apiTokenRevoke.
"""
NEVER: Final = "never"
LONGEST: Final = 3650


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "token",
        help="make, list and revoke API tokens",
        description="Make, list and revoke API tokens.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    create = actions.add_parser(
        "create", help="make a token and print it", description="Make a token. Its text is all that goes to stdout."
    )
    create.add_argument("--user", required=True, metavar="EMAIL", help="who calls with it")
    create.add_argument("--name", required=True, help="what it is for")
    create.add_argument(
        "--days", type=_days, default=timedelta(days=90), help=f"how long it works, in days, or {NEVER} to expire (90)"
    )
    create.add_argument("--organization", metavar="KEY", help="whose user, where several have the email address")
    create.set_defaults(run=_running(_create))

    listing = actions.add_parser("list", help="list the tokens, without their text", description="List the tokens.")
    listing.add_argument("--organization", metavar="KEY", help="only this organization's")
    listing.set_defaults(run=_running(_list))

    revoke = actions.add_parser(
        "revoke",
        help="make a token stop working",
        description="Make a token stop working for ever: at the latest five seconds later no server takes it any more.",
    )
    revoke.add_argument("id", help="its id, as token list shows it: tok_3")
    revoke.set_defaults(run=_running(_revoke))


def _running(work: Work) -> Callable[[argparse.Namespace], int]:
    def run(arguments: argparse.Namespace) -> int:
        return asyncio.run(work(arguments))

    return run


def _days(text: str) -> timedelta | None:
    if text == NEVER:
        return None
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= LONGEST):
        raise argparse.ArgumentTypeError(f"a whole number from 1 to {LONGEST}, or {NEVER}")
    return timedelta(days=int(text))


async def _create(arguments: argparse.Namespace) -> int:
    from graph.app import runtime_of  # noqa: PLC0415  # slow, and the other commands do without
    from resolvers import access  # noqa: PLC0415
    from resolvers.administration import tokens  # noqa: PLC0415
    from resolvers.operation import Call  # noqa: PLC0415

    now = datetime.now(UTC)
    expires_at = None if arguments.days is None else now + arguments.days
    async with runtime_of(Settings.read()):
        actor = await access.acting_as(arguments.user, arguments.organization)
        created = await tokens.create(Call(actor, now), name=arguments.name, expires_at=expires_at)
    until = f"until {expires_at:%Y-%m-%d %H:%M} UTC" if expires_at else "until it is revoked"
    print(f"It works {until}. This is the only time it is shown:", file=sys.stderr)
    print(created.text)
    return 0


async def _list(arguments: argparse.Namespace) -> int:
    from graph.app import runtime_of  # noqa: PLC0415
    from resolvers.administration import tokens  # noqa: PLC0415

    now = datetime.now(UTC)
    async with runtime_of(Settings.read()):
        found = await tokens.listed(arguments.organization)
    rows = [
        (one.id, f"{one.hint}...", one.organization, one.user, one.name, _state(one.expires_at, one.revoked_at, now))
        for one in found
    ]
    print(_table([("ID", "BEGINS WITH", "ORGANIZATION", "USER", "NAME", "STATE"), *rows]))
    return 0


async def _revoke(arguments: argparse.Namespace) -> int:
    from graph.app import runtime_of  # noqa: PLC0415
    from resolvers import access  # noqa: PLC0415
    from resolvers.administration import tokens  # noqa: PLC0415
    from resolvers.operation import Call  # noqa: PLC0415

    async with runtime_of(Settings.read()):
        actor = await access.acting_as_owner_of(arguments.id)
        written = await tokens.revoke(Call(actor, datetime.now(UTC)), arguments.id)
    print(f"{arguments.id} is revoked." if written.events else f"{arguments.id} was revoked already.")
    return 0


def _state(expires_at: datetime | None, revoked_at: datetime | None, now: datetime) -> str:
    if revoked_at is not None:
        return f"revoked {revoked_at:%Y-%m-%d}"
    if expires_at is None:
        return "works"
    return f"{'expired' if expires_at <= now else 'works until'} {expires_at:%Y-%m-%d}"


def _table(rows: Iterable[tuple[str, ...]]) -> str:
    """Rows under one another, each column as wide as it needs."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    return "\n".join(lines)
