"""Migrations in batches: what may be taken at once, and what has to wait."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel, Operation, RunSQL

from models.batches import Batch, batched

ORDER = CreateModel("Order", [("id", fields.IntField(primary_key=True))])
LINE = CreateModel("Line", [("id", fields.IntField(primary_key=True))])
CHECK = AddConstraint("Order", CheckConstraint(check="id > 0", name="positive"))
KEY = AddConstraint("Order", UniqueConstraint(fields=("id", "number")))
NUMBER = AddField("Order", "number", fields.IntField())
INDEX = AddIndex("Line", Index(fields=["id"]))
SQL = RunSQL("SELECT 1")


def shape(*operations: Operation) -> list[list[Operation] | Operation]:
    return [each.operations if isinstance(each, Batch) else each for each in batched(operations)]


def test_what_adds_is_taken_at_once():
    assert shape(ORDER, LINE, CHECK) == [[ORDER, LINE, CHECK]]
    assert shape(NUMBER, INDEX) == [[NUMBER, INDEX]]


def test_what_would_come_with_its_table_waits():
    assert shape(ORDER, NUMBER) == [[ORDER], [NUMBER]]
    assert shape(ORDER, LINE, INDEX) == [[ORDER, LINE], [INDEX]]
    assert shape(ORDER, KEY) == [[ORDER], [KEY]]


def test_anything_else_stands_alone_in_its_place():
    assert shape(ORDER, SQL, LINE) == [[ORDER], SQL, [LINE]]
    assert shape(SQL) == [SQL]
    assert shape() == []
