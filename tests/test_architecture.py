"""What the code promises about itself: who imports whom, what is pure, what the database guarantees, what is pinned."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from importlinter.cli import lint_imports
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from models import database

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

ROOT: Final = Path(__file__).parent.parent
PACKAGES: Final = ("graph", "models", "resolvers", "mailers")
PURE: Final = (
    "resolvers/matching",
    "resolvers/rules",
    "resolvers/errors.py",
    *(
        f"resolvers/errors_{area}.py"
        for area in ("approvals", "blanket", "invoicing", "receiving", "revisions", "sourcing")
    ),
    "models/values.py",
    "models/statuses",
)
LONGEST_MODULE: Final = 450

FLOATS: Final = {
    "graph/metrics.py": "the bounds of a histogram of seconds",
    "graph/settings.py": "how much alike two names are",
}
"""Modules that may hold a float, and why. Amounts, quantities and percentages are decimals everywhere."""

PURE_LIBRARY: Final = frozenset(
    {
        "__future__",
        "bisect",
        "calendar",
        "collections",
        "dataclasses",
        "datetime",
        "decimal",
        "enum",
        "fractions",
        "functools",
        "hashlib",
        "heapq",
        "itertools",
        "math",
        "operator",
        "re",
        "string",
        "typing",
        "unicodedata",
    }
)
"""What of the standard library calculates, and does nothing else."""

CLOCKS: Final = frozenset({"now", "utcnow", "today", "monotonic", "perf_counter"})


def sources(*places: str) -> Iterator[Path]:
    """The project's own Python files in those places, but what a machine wrote."""
    for place in places:
        path = ROOT / place
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            if "node_modules" not in file.parts and "migrations" not in file.parts:
                yield file


def named(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(), filename=str(file))


def imported(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            yield node.module or ""


def is_float(node: ast.AST) -> bool:
    return (isinstance(node, ast.Constant) and isinstance(node.value, float)) or (
        isinstance(node, ast.Name) and node.id == "float"
    )


# --------------------------------------------------------------------------------------------------------- imports


def test_imports_go_one_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "path", [str(ROOT), *sys.path])

    assert lint_imports(no_cache=True) == 0


def test_what_decides_uses_nothing_but_what_calculates() -> None:
    ours = tuple(place.removesuffix(".py").replace("/", ".") for place in PURE)

    strangers = {
        f"{named(file)}: {name}"
        for file in sources(*PURE)
        for name in imported(tree(file))
        if not name.startswith(ours) and name.split(".", maxsplit=1)[0] not in PURE_LIBRARY
    }

    assert strangers == set()


def test_what_decides_never_looks_at_a_clock() -> None:
    looks = [
        f"{named(file)}:{node.lineno}: {ast.unparse(node)}"
        for file in sources(*PURE)
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS
    ]

    assert looks == []


def test_a_package_says_what_it_is_and_imports_nothing_by_itself() -> None:
    packages = {named(file): tree(file) for file in sources(*PACKAGES) if file.name == "__init__.py"}

    assert [name for name, module in packages.items() if ast.get_docstring(module) is None] == []
    assert [name for name, module in packages.items() if len(module.body) > 1] == []


# --------------------------------------------------------------------------------------------------------- modules


def test_there_is_no_float() -> None:
    found = {
        named(file): [node.lineno for node in ast.walk(tree(file)) if isinstance(node, ast.expr) and is_float(node)]
        for file in sources(*PACKAGES)
    }

    assert {file: lines for file, lines in found.items() if lines and file not in FLOATS} == {}
    assert [file for file in FLOATS if not found[file]] == []


def test_a_module_can_be_read_in_one_sitting() -> None:
    lengths = {named(file): len(file.read_text().splitlines()) for file in sources(*PACKAGES)}

    assert {file: length for file, length in lengths.items() if length > LONGEST_MODULE} == {}


# -------------------------------------------------------------------------------------------------------- database

FOREIGN_KEYS_WITHOUT_INDEX: Final = """
    SELECT conrelid::regclass || ' (' || string_agg(attname, ', ' ORDER BY place) || ')' AS foreign_key
    FROM pg_constraint, unnest(conkey) WITH ORDINALITY AS key(number, place)
    JOIN pg_attribute ON attnum = number
    WHERE contype = 'f' AND attrelid = conrelid
      AND NOT EXISTS (
          SELECT FROM pg_index
          WHERE indrelid = conrelid AND indpred IS NULL
            AND (indkey::int2[])[0:cardinality(conkey) - 1] @> conkey
      )
    GROUP BY pg_constraint.oid, conrelid
"""


async def test_every_foreign_key_has_an_index(schema: str) -> None:
    [count] = await database.rows("SELECT count(*) AS keys FROM pg_constraint WHERE contype = 'f'")
    missing = await database.rows(FOREIGN_KEYS_WITHOUT_INDEX)

    assert count["keys"] > 0
    assert [row["foreign_key"] for row in missing] == []


# -------------------------------------------------------------------------------------------------- what is pinned


def pins() -> dict[str, str]:
    """Name and version of everything in constraints.txt."""
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / "constraints.txt").read_text(), re.MULTILINE))


def required() -> list[Requirement]:
    """Everything that pyproject.toml asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    return [Requirement(line) for group in groups for line in group]


def test_the_constraints_pin_what_the_project_requires() -> None:
    pinned = pins()

    unfit = [
        str(requirement)
        for requirement in required()
        if not requirement.specifier.contains(pinned.get(canonicalize_name(requirement.name), "0"))
    ]

    assert unfit == [], "run: make constraints"


def test_every_pin_has_its_hashes_and_the_file_names_no_place() -> None:
    text = (ROOT / "constraints.txt").read_text()
    entries = [entry for entry in re.split(r"\n(?=\S)", text) if not entry.startswith("#")]

    assert all(re.fullmatch(r"\S+==\S+( \\\n    --hash=sha256:[0-9a-f]{64})+\n?", entry) for entry in entries)
    assert len(entries) == len(pins())
    assert "//" not in text
