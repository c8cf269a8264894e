"""`python -m graph schema`: the contract as text."""

from __future__ import annotations

import argparse
import difflib
import sys
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).parent.parent / "schema.graphql"

EPILOG: Final = """\
examples:
  python -m graph schema            print the schema in GraphQL's own language, for code generators
  python -m graph schema --write    write it to graph/schema.graphql, to be reviewed like code
  python -m graph schema --check    exit code 1 if that file is not what the code says, with the difference
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "schema",
        help="print, write or check the exported schema",
        description="The schema of the API. It needs no database.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--write", action="store_true", help="write graph/schema.graphql")
    choice.add_argument("--check", action="store_true", help="compare it with the code")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints, writes or compares the schema."""
    from graph.schema import schema  # noqa: PLC0415  # slow, and the other commands do without

    text = schema().as_str() + "\n"
    if arguments.write:
        FILE.write_text(text)
        return 0
    if not arguments.check:
        print(text, end="")
        return 0
    kept = FILE.read_text() if FILE.exists() else ""
    if kept == text:
        return 0
    difference = difflib.unified_diff(
        kept.splitlines(), text.splitlines(), "graph/schema.graphql", "the code", lineterm=""
    )
    print("\n".join(difference), file=sys.stderr)
    print("graph/schema.graphql is not what the code says: run `make schema` and review it.", file=sys.stderr)
    return 1
