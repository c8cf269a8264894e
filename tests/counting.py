"""How many statements the process sends to the database."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from models import database

if TYPE_CHECKING:
    from collections.abc import Generator


class Statements:
    """Counts from its making on, until `stop`: `len(statements)`."""

    def __init__(self) -> None:
        self._start = database.statements.total
        self._end: int | None = None

    def __len__(self) -> int:
        return (database.statements.total if self._end is None else self._end) - self._start

    def stop(self) -> None:
        """What is sent later counts no more."""
        self._end = database.statements.total


@contextmanager
def counted() -> Generator[Statements]:
    """Counts while the block runs: `with counted() as statements: ...`, then `assert len(statements) == 1`."""
    statements = Statements()
    yield statements
    statements.stop()


@pytest.fixture
def statements() -> Statements:
    """The statements of a test, counted from when it asks for this."""
    return Statements()
