"""A real mail server on this machine, which takes mails, refuses them, or keeps silent; and notices to send to it."""

from __future__ import annotations

import asyncio
import email
import email.policy
import re
import warnings
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from mailers.transport import MailServer

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator
    from email.message import EmailMessage
    from pathlib import Path

    from mailers.transport import Security

OK = "250 OK"
_MESSAGE_ID = re.compile(rb"^Message-ID: (.+?)\r?$", re.MULTILINE)


class PostOffice:
    """What a mail server has taken, and for whom; and how it behaves: `answers` by recipient, `data_answer` to all.

    `silent` never greets; `holding` never answers to a mail, and while it is not `open` none is taken. `user` and
    `password` are those of a login.
    """

    def __init__(self) -> None:
        self.port = 0
        self.received: list[bytes] = []
        self.recipients: list[str] = []
        self.senders: list[str] = []
        self.tried: list[str] = []
        self.answers: dict[str, str] = {}
        self.sender_answer = OK
        self.data_answer = OK
        self.silent = False
        self.holding = False
        self.user = ""
        self.password = ""
        self.connections = 0
        self.taken = asyncio.Event()
        self.open = asyncio.Event()
        self.open.set()

    @property
    def mails(self) -> list[EmailMessage]:
        """What was taken, in order."""
        return [email.message_from_bytes(mail, policy=email.policy.default) for mail in self.received]

    @property
    def message_ids(self) -> list[str]:
        """Their names, in order."""
        return [_MESSAGE_ID.findall(mail)[0].decode() for mail in self.received]

    def server(self, *, security: Security = "none", **others: Any) -> MailServer:
        """This server, as a dispatcher is told of it."""
        given: dict[str, Any] = {"timeout": 5, "sender": "orders@example.com", **others}
        return MailServer(host="localhost", port=self.port, security=security, **given)

    # aiosmtpd asks these, by their names

    async def handle_MAIL(self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        if self.sender_answer == OK:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return self.sender_answer

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]) -> str:  # noqa: N802
        self.tried.append(address)
        answer = self.answers.get(address, OK)
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.holding:
            await asyncio.sleep(3600)
        await self.open.wait()
        if self.data_answer == OK:
            self.received.append(envelope.content)
            self.recipients += envelope.rcpt_tos
            self.senders.append(envelope.mail_from)
            self.taken.set()
        return self.data_answer

    def authenticate(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        known = isinstance(data, LoginPassword) and data == LoginPassword(self.user.encode(), self.password.encode())
        return AuthResult(success=known, handled=False)


@asynccontextmanager
async def post_office(
    port: int = 0, *, tls: ssl.SSLContext | None = None, security: Security = "none", login: bool = False
) -> AsyncGenerator[PostOffice]:
    """A mail server that listens until the end; with TLS from the first byte, or after STARTTLS."""
    office = PostOffice()
    talks: list[asyncio.Transport] = []

    def accepted() -> asyncio.Protocol:
        office.connections += 1
        if office.silent:
            return _Silence(talks)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a login without TLS is what some tests are about
            return _Remembered(
                talks,
                office,
                hostname="mail.example.com",
                tls_context=tls if security == "starttls" else None,
                require_starttls=security == "starttls",
                auth_required=login,
                auth_require_tls=False,
                authenticator=office.authenticate,
            )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(accepted, "localhost", port, ssl=tls if security == "tls" else None)
    office.port = server.sockets[0].getsockname()[1]
    try:
        yield office
    finally:
        server.close()
        for talk in talks:
            talk.abort()
        await server.wait_closed()


class _Silence(asyncio.Protocol):
    def __init__(self, talks: list[asyncio.Transport]) -> None:
        self._talks = talks

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._talks.append(cast("asyncio.Transport", transport))


class _Remembered(SMTP):
    def __init__(self, talks: list[asyncio.Transport], handler: Any, **options: Any) -> None:
        super().__init__(handler, **options)
        self._talks = talks

    def connection_made(self, transport: Any) -> None:
        self._talks.append(transport)
        super().connection_made(transport)


async def certificate(directory: Path) -> tuple[Path, Path]:
    """A certificate for localhost that only itself has signed, and its key."""
    chain, key = directory / "chain.pem", directory / "key.pem"
    process = await asyncio.create_subprocess_exec(
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"),
        *("-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(chain)),
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert await process.wait() == 0
    return chain, key
