"""Many steps of a migration taken as one.

After every single operation Tortoise makes all rows' classes anew, twice: that takes a minute for a few hundred
operations on sixty tables. Operations that only add do not need each other's intermediate classes. So a row of them is
taken at once: first all of them in the description, then the classes once, then all of them in the database.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from tortoise.migrations.loader import MigrationLoader
from tortoise.migrations.operations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterModelOptions,
    CreateModel,
    Operation,
    TortoiseOperation,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from tortoise.migrations.schema_editor.base import BaseSchemaEditor
    from tortoise.migrations.schema_generator.state import State

_ADDING: Final = (CreateModel, AddField, AddIndex, AddConstraint, AlterModelOptions)


class Batch(TortoiseOperation):
    """Operations that only add, in their order."""

    def __init__(self, operations: list[Operation]) -> None:
        self.operations = operations

    def describe(self) -> str:
        """Every one of them."""
        return "; ".join(operation.describe() for operation in self.operations)

    def state_forward(self, app_label: str, state: State) -> None:
        """Describe all, then make the classes once."""
        with _without_reloading(state):
            for operation in self.operations:
                operation.state_forward(app_label, state)
        state.reload_models(list(state.models))

    async def database_forward(
        self, app_label: str, old_state: State, new_state: State, state_editor: BaseSchemaEditor | None = None
    ) -> None:
        """Add all to the database."""
        for operation in self.operations:
            await operation.database_forward(app_label, old_state, new_state, state_editor)


class Loader(MigrationLoader):
    """Tortoise's, whose migrations come in batches."""

    def load_disk(self) -> None:
        """Read the files."""
        super().load_disk()
        for migration in self.disk_migrations.values():
            migration.operations = batched(migration.operations)


def batched(operations: Iterable[Operation]) -> list[Operation]:
    """The same operations, those that can be taken at once as one.

    What is added to a table that its batch creates would be created with it already, and waits for the next batch.
    """
    done: list[Operation] = []
    batch: list[Operation] = []
    for operation in operations:
        if batch and not (isinstance(operation, _ADDING) and not _comes_with_its_table(operation, batch)):
            done.append(Batch(batch))
            batch = []
        if isinstance(operation, _ADDING):
            batch.append(operation)
        else:
            done.append(operation)
    return [*done, Batch(batch)] if batch else done


def _comes_with_its_table(operation: Operation, batch: Iterable[Operation]) -> bool:
    name = getattr(operation, "model_name", None)
    if isinstance(operation, AddConstraint) and operation.constraint.name:
        return False  # creating a table forgets these
    return any(isinstance(each, CreateModel) and each.name == name for each in batch)


@contextmanager
def _without_reloading(state: State) -> Generator[None]:
    def leave(*_: Any) -> None:
        """Later."""

    hidden: dict[str, Any] = {"reload_model": leave, "reload_models": leave}
    vars(state).update(hidden)
    yield
    for name in hidden:
        delattr(state, name)
