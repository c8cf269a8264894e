"""What a deployment may decide, read from the environment once, at start.

A value that cannot be used, and a name that is not a setting, stop the start with a sentence that names them.
"""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass, field, fields
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

from resolvers.rules.text import EMAIL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")

PREFIX: Final = "PO_GRAPH_"
MEBIBYTE: Final = 1024 * 1024
LOOPBACK_NAMES: Final = frozenset({"localhost"})

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
LogFormat = Literal["auto", "console", "json"]
Security = Literal["starttls", "tls", "none"]


class SettingsError(ValueError):
    """Settings that cannot be used: one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _whole(smallest: int, largest: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        number = int(text) if text.isascii() and text.isdigit() else -1
        if not smallest <= number <= largest:
            raise ValueError(f"must be a whole number from {smallest} to {largest}")
        return number

    return read


def _switch(text: str) -> bool:
    if text.lower() in {"1", "true", "yes", "on"}:
        return True
    if text.lower() in {"0", "false", "no", "off"}:
        return False
    raise ValueError("must be 1 or 0")


def _one_of(*choices: str) -> Callable[[str], Any]:
    def read(text: str) -> str:
        for choice in choices:
            if text.lower() == choice.lower():
                return choice
        raise ValueError(f"must be one of {', '.join(choices)}")

    return read


def _address(text: str) -> str:
    if not text or any(sign.isspace() or sign in "/@" for sign in text):
        raise ValueError("must be a host name or an IP address")
    return text


def _email(text: str) -> str:
    if EMAIL.refusals(text, ()):
        raise ValueError("must be an email address")
    return text


def _postgresql(text: str) -> str:
    if not text.startswith(("postgresql://", "postgres://")):
        raise ValueError("must start with postgresql://")
    return text


def _setting(read: Callable[[str], T], default: T, description: str, *, name: str = "", secret: bool = False) -> Any:
    about = {"read": read, "description": description, "name": name, "secret": secret}
    return field(default=default, metadata=about)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything a deployment may decide. `description` of each stands in the help of `python -m graph serve`."""

    host: str = _setting(_address, "127.0.0.1", "The address to listen on.")
    port: int = _setting(_whole(0, 65535), 8000, "The port to listen on; 0 takes a free one.")
    demo: bool = _setting(
        _switch, default=False, description="Make a demo company and a token for it; on a loopback address only."
    )
    database_url: str | None = _setting(
        _postgresql,
        None,
        "A PostgreSQL of your own, 15 or later: postgresql://user:password@host:port/database. "
        "Without it an embedded one runs in the data directory.",
        name="DATABASE_URL",
        secret=True,
    )
    data_directory: Path = _setting(Path, Path(".data"), "Where the embedded PostgreSQL keeps its data.")
    pool_smallest: int = _setting(_whole(1, 1000), 2, "Database connections kept open when there is nothing to do.")
    pool_largest: int = _setting(_whole(1, 1000), 10, "Database connections at most.")
    statement_seconds: int = _setting(_whole(1, 3600), 30, "A database statement that runs longer is canceled.")
    body_limit: int = _setting(_whole(1024, 1024 * MEBIBYTE), MEBIBYTE, "The largest request body, in bytes.")
    depth_limit: int = _setting(_whole(1, 100), 20, "How deep a GraphQL operation may nest fields.")
    alias_limit: int = _setting(_whole(1, 10_000), 100, "How many aliases a GraphQL operation may have.")
    token_limit: int = _setting(_whole(100, 1_000_000), 5_000, "How many lexical tokens a GraphQL document may have.")
    cost_limit: int = _setting(
        _whole(1, 100_000_000), 100_000, "How many objects the answer of a GraphQL operation may hold."
    )
    dispatch: bool = _setting(
        _switch,
        default=True,
        description="Send notices from this server, and look at expirations every day; "
        "0 where a process of its own does: python -m graph dispatch.",
    )
    smtp_host: str | None = _setting(
        _address, None, "The mail server. Without one notices are kept to be read, and none is sent."
    )
    smtp_port: int = _setting(_whole(1, 65535), 587, "The port of the mail server.")
    smtp_security: Security = _setting(
        _one_of("starttls", "tls", "none"),
        "starttls",
        "How mails get to the mail server: encrypted after STARTTLS, by TLS from the start, or not at all.",
    )
    smtp_user: str | None = _setting(str, None, "Who logs in to the mail server.")
    smtp_password: str | None = _setting(str, None, "The password of PO_GRAPH_SMTP_USER.", secret=True)
    smtp_ca_file: Path | None = _setting(
        Path, None, "The certificate that has signed the mail server's, where no public authority has."
    )
    smtp_timeout_seconds: int = _setting(
        _whole(1, 120), 20, "How long the mail server may take to connect, and for each answer."
    )
    mail_sender: str | None = _setting(
        _email, None, "The address that mails come from, where an organization has none of its own."
    )
    shutdown_seconds: int = _setting(
        _whole(0, 3600), 20, "How long requests in flight may take to finish after the server was told to stop."
    )
    log_level: LogLevel = _setting(_one_of("DEBUG", "INFO", "WARNING", "ERROR"), "INFO", "The least that is logged.")
    log_format: LogFormat = _setting(
        _one_of("auto", "console", "json"),
        "auto",
        "How log lines look: for people (console) or for machines (json); auto asks whether it is a terminal.",
    )

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None, **given: str | None) -> Settings:
        """The settings of the environment; what is given besides, by the command line, goes before it.

        Raises:
            SettingsError: every value that cannot be used and every name that is not a setting.
        """
        environment = dict(os.environ if environment is None else environment)
        environment.update({variable(name): text for name, text in given.items() if text is not None})
        values: dict[str, Any] = {}
        problems = _unknown_names(environment)
        for one in fields(cls):
            name = variable(one.name)
            text = environment.get(name, "").strip()
            if text:
                try:
                    values[one.name] = one.metadata["read"](text)
                except ValueError as error:
                    shown = "(not shown)" if one.metadata["secret"] else repr(text)
                    problems.append(f"{name} = {shown}: {error}")
        settings = cls(**values)
        problems += settings._contradictions()
        if problems:
            raise SettingsError(problems)
        return settings

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach the server."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host in LOOPBACK_NAMES

    def _contradictions(self) -> list[str]:
        problems: list[str] = []
        if self.demo and not self.is_local:
            problems.append(
                f"{variable('demo')} = 1 with {variable('host')} = {self.host!r}: "
                f"a demo gives everybody who reaches it a token, so it listens on 127.0.0.1 only"
            )
        if self.pool_smallest > self.pool_largest:
            problems.append(
                f"{variable('pool_smallest')} = {self.pool_smallest}: is more than "
                f"{variable('pool_largest')} = {self.pool_largest}"
            )
        if self.smtp_host and not self.mail_sender:
            problems.append(
                f"{variable('smtp_host')} = {self.smtp_host!r} without {variable('mail_sender')}: "
                f"mails need an address that they come from"
            )
        if bool(self.smtp_user) != bool(self.smtp_password):
            problems.append(f"{variable('smtp_user')} and {variable('smtp_password')} need each other")
        if self.smtp_ca_file is not None and not self.smtp_ca_file.is_file():
            problems.append(f"{variable('smtp_ca_file')} = {str(self.smtp_ca_file)!r}: there is no such file")
        return problems


def variable(setting: str) -> str:
    """The environment variable of a setting: `port` → `PO_GRAPH_PORT`."""
    [found] = [one for one in fields(Settings) if one.name == setting]
    return found.metadata["name"] or f"{PREFIX}{setting.upper()}"


def described() -> list[tuple[str, str, str]]:
    """Variable, default and description of every setting."""
    return [
        (variable(one.name), "" if one.default is None else str(one.default), str(one.metadata["description"]))
        for one in fields(Settings)
    ]


def _unknown_names(environment: Mapping[str, str]) -> list[str]:
    known = [variable(one.name) for one in fields(Settings)]
    problems: list[str] = []
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known:
            alike = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
            problems.append(f"{name} is not a setting" + (f"; is {alike[0]} meant?" if alike else ""))
    return problems
