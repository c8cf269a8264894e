"""The embedded PostgreSQL survives whatever happens to the processes that use it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import asyncpg
import psutil
import pytest

from models.embedded import EmbeddedPostgres, EmbeddedPostgresError

if TYPE_CHECKING:
    from collections.abc import Iterator

USER = """
import sys, time
from pathlib import Path
from models.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]))
server.start()
print("started", flush=True)
time.sleep(60)
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that PostgreSQL has been through once: copying it is faster than making it."""
    directory = tmp_path_factory.mktemp("made") / "data"
    server = EmbeddedPostgres(directory)
    server.start()
    server.stop()
    return directory


@pytest.fixture
def new_directory(tmp_path: Path) -> Iterator[Path]:
    """A directory that is not there yet; nothing runs in it afterwards, even if the test failed."""
    yield tmp_path / "data"
    leftover = postmaster(tmp_path / "data")
    if leftover:
        leftover.kill()


@pytest.fixture
def directory(made: Path, new_directory: Path) -> Path:
    """A data directory that has been used before."""
    return Path(shutil.copytree(made, new_directory))


def postmaster(directory: Path) -> psutil.Process | None:
    """PostgreSQL's first process for the directory, looked for among all processes."""
    there = [process for process in psutil.process_iter(["name"]) if is_there(process, directory / "postgres")]
    numbers = {process.pid for process in there}
    return next((process for process in there if process.ppid() not in numbers), None)


def is_there(process: psutil.Process, cluster: Path) -> bool:
    try:
        return process.name() == "postgres" and process.cwd() == str(cluster)
    except psutil.Error:
        return False


def used_by_another_process(directory: Path) -> subprocess.Popen[str]:
    """A process that has started PostgreSQL there and goes on using it."""
    other = subprocess.Popen([sys.executable, "-c", USER, str(directory)], stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    assert other.stdout.readline() == "started\n"
    return other


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


async def run(url: str, statement: str) -> Any:
    connection = cast("Any", await asyncpg.connect(url))
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def test_what_is_stored_is_there_at_the_next_start(new_directory: Path) -> None:
    server = EmbeddedPostgres(new_directory)

    url = server.start()
    await run(url, "CREATE TABLE kept AS SELECT 7 AS number")
    server.stop()

    assert postmaster(new_directory) is None
    assert await run(server.start(), "SELECT number FROM kept") == 7
    server.stop()


async def test_the_last_to_leave_stops_it(directory: Path) -> None:
    first, second = EmbeddedPostgres(directory), EmbeddedPostgres(directory)
    first.start()
    process = postmaster(directory)

    url = second.start()
    first.stop()

    assert postmaster(directory) == process
    assert await run(url, "SELECT 1") == 1
    second.stop()
    assert postmaster(directory) is None


async def test_a_killed_process_leaves_one_behind_that_the_next_start_replaces(directory: Path) -> None:
    other = used_by_another_process(directory)
    left_behind = postmaster(directory)
    kill(other)
    assert left_behind is not None
    assert left_behind.is_running()

    server = EmbeddedPostgres(directory)
    url = server.start()

    assert postmaster(directory) != left_behind
    assert await run(url, "SELECT 1") == 1
    server.stop()
    assert postmaster(directory) is None


async def test_a_killed_process_stops_nothing_that_another_still_uses(directory: Path) -> None:
    server = EmbeddedPostgres(directory)
    url = server.start()
    process = postmaster(directory)

    kill(used_by_another_process(directory))

    assert postmaster(directory) == process
    assert await run(url, "SELECT 1") == 1
    server.stop()
    assert postmaster(directory) is None


async def test_two_processes_may_start_it_at_the_same_moment(new_directory: Path) -> None:
    others = [
        subprocess.Popen([sys.executable, "-c", USER, str(new_directory)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]

    said = [other.stdout.readline() for other in others if other.stdout]

    assert said == ["started\n", "started\n"]
    for other in others:
        kill(other)
    server = EmbeddedPostgres(new_directory)
    server.start()
    server.stop()


async def test_committed_work_survives_the_death_of_postgresql_itself(directory: Path) -> None:
    server = EmbeddedPostgres(directory)
    url = server.start()
    await run(url, "CREATE TABLE kept AS SELECT 7 AS number")
    process = postmaster(directory)
    assert process is not None

    process.kill()
    process.wait(10)
    server.stop()

    assert (directory / "postgres" / "postmaster.pid").exists()
    assert await run(server.start(), "SELECT number FROM kept") == 7
    server.stop()


@pytest.mark.parametrize("content", ["{pid}\n{directory}\n1\n", "not a number", ""])
async def test_a_stale_lock_file_does_not_matter(directory: Path, content: str) -> None:
    server = EmbeddedPostgres(directory)
    server.start()
    server.stop()

    # The number belongs to a living process now: this one.
    (server.cluster / "postmaster.pid").write_text(content.format(pid=os.getpid(), directory=server.cluster))

    assert await run(server.start(), "SELECT 1") == 1
    server.stop()


async def test_a_start_that_was_killed_half_way_is_begun_anew(new_directory: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", USER, str(new_directory)], stdout=subprocess.PIPE, text=True)
    while not list(new_directory.glob("postgres.new-*/PG_VERSION")):
        assert other.poll() is None
        time.sleep(0.005)
    os.kill(other.pid, signal.SIGKILL)
    other.communicate()

    server = EmbeddedPostgres(new_directory)

    assert await run(server.start(), "SELECT 1") == 1
    server.stop()


async def test_a_deep_directory_is_no_obstacle(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / ("deep" * 30) / "data")

    assert await run(server.start(), "SELECT 1") == 1
    server.stop()


def test_data_of_another_version_is_refused_and_left_alone(new_directory: Path) -> None:
    (new_directory / "postgres").mkdir(parents=True)
    (new_directory / "postgres" / "PG_VERSION").write_text("17\n")

    with pytest.raises(EmbeddedPostgresError, match="holds data of PostgreSQL 17, this is 18"):
        EmbeddedPostgres(new_directory).start()

    assert (new_directory / "postgres" / "PG_VERSION").read_text() == "17\n"


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(EmbeddedPostgresError, match="file/data cannot be used for the database"):
        EmbeddedPostgres(tmp_path / "file" / "data").start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to hand PostgreSQL to somebody else")
def test_root_runs_it_as_somebody_else(directory: Path) -> None:
    server = EmbeddedPostgres(directory)
    server.start()

    process = postmaster(directory)

    assert process is not None
    assert process.uids().real != 0
    assert process.uids().real == (directory / "postgres").stat().st_uid
    server.stop()


def test_it_does_not_listen_on_the_network(directory: Path) -> None:
    server = EmbeddedPostgres(directory)
    server.start()
    process = postmaster(directory)

    assert process is not None
    assert [connection.status for connection in process.net_connections("inet")] == []
    assert (directory / "postgres").stat().st_mode & 0o077 == 0
    server.stop()
