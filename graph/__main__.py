"""The command line: `python -m graph COMMAND`."""

from __future__ import annotations

import argparse
import sys
from typing import Final

from graph.commands import commands
from graph.settings import SettingsError
from resolvers.runtime import StartError

EPILOG: Final = """\
first steps:
  python -m graph serve --demo     then open http://127.0.0.1:8000/graphql
  python -m graph COMMAND --help   what a command does, with examples

Everything that a deployment may decide is an environment variable: python -m graph serve --help lists them.
"""


def main(arguments: list[str] | None = None) -> int:
    """Runs one command and returns its exit code: 0 done, 1 could not, 2 not understood."""
    parser = argparse.ArgumentParser(
        prog="python -m graph",
        description="PO Graph: purchase orders, invoices and their matching as one GraphQL graph.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    found = parser.add_subparsers(title="commands", metavar="COMMAND")
    for command in commands():
        command.add_parser(found)
    asked = parser.parse_args(arguments)
    if "run" not in asked:
        parser.print_help()
        return 2
    try:
        return asked.run(asked)
    except SettingsError as error:
        print("\n".join(f"po-graph: {problem}" for problem in error.problems), file=sys.stderr)
        return 2
    except StartError as error:
        print(f"po-graph: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
