"""The command line: `python -m graph COMMAND`."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, Protocol, cast

from graph.settings import SettingsError
from resolvers.errors import Refusal, Refusals
from resolvers.runtime import StartError

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMANDS: Final = ("serve", "migrate", "seed", "organization", "token", "import_", "recompute", "dispatch", "schema")
"""Modules of `graph.commands`, in the order of the help. One that is not there is left out."""

EPILOG: Final = """\
first steps:
  python -m graph serve --demo     then open http://127.0.0.1:8000/graphql
  python -m graph COMMAND --help   what a command does, with examples

Everything that a deployment may decide is an environment variable: python -m graph serve --help lists them.
"""


class Command(Protocol):
    """What a module of `graph.commands` offers."""

    def add_parser(self, commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
        """Adds the command, its options and its help."""
        ...


def main(arguments: list[str] | None = None) -> int:
    """Runs one command and returns its exit code: 0 done, 1 could not, 2 not understood."""
    parser = argparse.ArgumentParser(
        prog="python -m graph",
        description="PO Graph: purchase orders, invoices and their matching as one GraphQL graph.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parsers = parser.add_subparsers(title="commands", metavar="COMMAND")
    for command in _commands():
        command.add_parser(parsers)
    asked = parser.parse_args(arguments)
    if "run" not in asked:
        parser.print_help()
        return 2
    try:
        return asked.run(asked)
    except SettingsError as error:
        print("\n".join(f"po-graph: {problem}" for problem in error.problems), file=sys.stderr)
        return 2
    except Refusals as error:
        print("\n".join(f"po-graph: {refusal}" for refusal in error.refusals), file=sys.stderr)
        return 1
    except (StartError, Refusal) as error:
        print(f"po-graph: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _commands() -> Iterator[Command]:
    for module in COMMANDS:
        if find_spec(f"graph.commands.{module}"):
            yield cast("Command", import_module(f"graph.commands.{module}"))


if __name__ == "__main__":
    sys.exit(main())
