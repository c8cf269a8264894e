"""The commands of `python -m graph`, one module each.

A module gives `add_parser(commands)`, which adds its parser with a help that teaches and sets `run` as the parser's
default; `run(arguments)` does the work and returns the exit code. What is slow to import is imported in `run`.
A module that is listed here but not there is left out.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, Protocol, cast

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

MODULES: Final = ("serve", "migrate", "seed", "token", "imports", "recompute", "schema")
"""In the order of the help."""


class Command(Protocol):
    """What a module of this package offers."""

    def add_parser(self, commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
        """Adds the command, its options and its help."""
        ...


def commands() -> Iterator[Command]:
    """The commands that there are."""
    for module in MODULES:
        if find_spec(f"{__name__}.{module}"):
            yield cast("Command", import_module(f"{__name__}.{module}"))
