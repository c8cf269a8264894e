"""Bringing a database to today's rows, and the steps for it up to date.

`python -m models.migrating --write NAME` compares the rows with the steps in `models/migrations` and writes the next
one; `--check` fails if there is one to write.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tortoise import Tortoise
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget
from tortoise.migrations.loader import MigrationLoader
from tortoise.migrations.operations import AddConstraint, CreateModel, Operation
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor
from tortoise.migrations.writer import MigrationWriter, format_migration_name
from tortoise.transactions import in_transaction

from models.batches import Loader
from models.database import APP, Access, configuration, rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

_APPS: Final[dict[str, Any]] = configuration(Access(url=""))["apps"]
_LOCK: Final = 0x706F6772617068  # "pograph": any number will do, if it is always the same


class SchemaError(RuntimeError):
    """The database and this program do not fit together; the sentence says what to do."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How the database stands to this program: steps it still lacks, and steps this program does not know."""

    pending: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def problem(self) -> str | None:
        """Why this program may not work on the database; None if it may."""
        if self.unknown:
            return (
                f"the database is newer than this program: it has the migrations {', '.join(self.unknown)}; "
                f"start the version of the program that made them"
            )
        if self.pending:
            return (
                f"the database lacks the migrations {', '.join(self.pending)}; "
                f"back it up, then run: python -m graph migrate"
            )
        return None


async def standing() -> Standing:
    """Compares the steps that the database has been through with those that this program knows."""
    applied, known = await _applied(), _known()
    return Standing(
        pending=tuple(name for name in known if name not in applied),
        unknown=tuple(name for name in applied if name not in known),
    )


async def pending() -> list[str]:
    """The steps that the database still lacks, in order."""
    return list((await standing()).pending)


async def check_current() -> None:
    """Returns if the database has been through exactly the steps that this program knows.

    Raises:
        SchemaError: it lacks some, or has some that this program does not know.
    """
    if problem := (await standing()).problem:
        raise SchemaError(problem)


async def migrate() -> list[str]:
    """Brings the database up to date, all or nothing, and returns the names of the steps it took.

    Two processes may do so at once: the second waits, and finds nothing left to do.

    Raises:
        SchemaError: the database is newer than this program.
    """
    async with in_transaction() as transaction:
        await transaction.execute_query("SET LOCAL statement_timeout = 0")
        await transaction.execute_query("SELECT pg_advisory_xact_lock($1)", [_LOCK])
        # First of all, because Tortoise asks the table before it makes it, which would end the transaction.
        await MigrationRecorder(transaction).ensure_schema(AsyncpgSchemaEditor(transaction, atomic=False))
        before = await standing()
        if before.unknown:
            raise SchemaError(str(before.problem))
        if before.pending:
            executor = MigrationExecutor(transaction, _APPS)
            executor.loader = Loader(_APPS, executor.recorder, load=False)
            await executor.migrate([MigrationTarget(APP, "__latest__")], direction="forward")
    return list(before.pending)


async def unwritten() -> list[MigrationWriter]:
    """The steps from what `models/migrations` makes to what the rows say; empty if they agree."""
    await Tortoise.init(config=configuration(Access(url="")), init_connections=False)
    if Tortoise.apps is None:
        raise SchemaError("the rows could not be loaded")
    steps = await MigrationAutodetector(Tortoise.apps, _APPS).changes()
    for step in steps:
        step.operations = _with_constraints(step.operations)
    return steps


async def _applied() -> list[str]:
    # Asked in our own words: Tortoise takes a database that fails to answer for an empty one.
    [found] = await rows("SELECT to_regclass('tortoise_migrations') IS NOT NULL AS there")
    if not found["there"]:
        return []
    return [row["name"] for row in await rows("SELECT name FROM tortoise_migrations WHERE app = $1 ORDER BY id", APP)]


def _known() -> list[str]:
    loader = MigrationLoader(_APPS, MigrationRecorder(None))
    loader.load_disk()
    return sorted(key.name for key in loader.disk_migrations)


def _with_constraints(operations: Iterable[Operation]) -> list[Operation]:
    """The operations, with a table's constraints as operations of their own: creating a table forgets them."""
    complete: list[Operation] = []
    for operation in operations:
        complete.append(operation)
        if isinstance(operation, CreateModel):
            options = dict(operation.options or {})
            constraints: Iterable[CheckConstraint | UniqueConstraint] = options.pop("constraints", ())
            operation.options = options
            complete += [AddConstraint(operation.name, constraint) for constraint in constraints]
    return complete


def main(arguments: list[str] | None = None) -> int:
    """The command line of `make migration` and `make check`."""
    parser = argparse.ArgumentParser(prog="python -m models.migrating", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--check", action="store_true", help="fail if the rows ask for a step that is not written")
    what.add_argument("--write", metavar="NAME", nargs="?", const="changes", help="write the step they ask for")
    asked = parser.parse_args(arguments)
    steps = asyncio.run(unwritten())
    if not steps:
        print("The migrations make what the rows say.")
        return 0
    for step in steps:
        if asked.check:
            print(f"{step.as_string()}\nThis migration is not written. Write it: make migration ARGS=a_name_for_it")
            continue
        step.name = format_migration_name(int(step.name.split("_", 1)[0]), asked.write)
        print(f"Wrote {step.write().relative_to(Path.cwd())}: read it before you commit it.")
    return 1 if asked.check else 0


if __name__ == "__main__":
    sys.exit(main())
