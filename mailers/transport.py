"""Handing one mail to the mail server, and what it means when that fails."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final, Literal

import aiosmtplib
from aiosmtplib import (
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from mailers.figures import one_line

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

Security = Literal["starttls", "tls", "none"]

PERMANENT: Final = 500
OUR_FAULT: Final = frozenset({530, 534, 535, 538})
"""Permanent by their number, but about the login: a setting is wrong, not the recipient."""

LONGEST_ANSWER: Final = 1000


class Trouble(Enum):
    """What has to be done about a mail that was not delivered."""

    REFUSED = "The mail server will never take this mail."
    DEFERRED = "The mail server wants this mail later."
    AWAY = "The mail server takes no mails at all, so that others need not be tried."


class NotDeliveredError(Exception):
    """A mail was not delivered: what that means, and what users of the API may read of it.

    `detail` is for the logs of whoever runs the server: it names the mail server.
    """

    def __init__(self, trouble: Trouble, answer: str, detail: str | None = None) -> None:
        super().__init__(answer)
        self.trouble = trouble
        self.answer = one_line(answer, LONGEST_ANSWER)
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mails are handed in, and who says to have sent them.

    `security`: `starttls` insists on it, `tls` speaks TLS from the first byte, `none` is for servers on the same
    machine. Certificates are checked; `ca_file` is for those that no public authority has signed.
    """

    host: str
    port: int = 587
    security: Security = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    timeout: int = 20
    sender: str

    @property
    def longest_delivery(self) -> int:
        """Seconds after which a delivery is given up, however busy the server keeps the line."""
        return 3 * self.timeout


class SmtpTransport:
    """A connection to the mail server: opened for the first mail of a burst, kept for the others."""

    def __init__(self, server: MailServer) -> None:
        self.server = server
        self._client: aiosmtplib.SMTP | None = None

    async def deliver(self, message: EmailMessage, *, sender: str, recipient: str) -> None:
        """Returns when the server has taken the mail.

        Raises:
            NotDeliveredError: it has not, or has not said so in time.
        """
        try:
            async with asyncio.timeout(self.server.longest_delivery):
                client = await self._connected()
                await client.send_message(message, sender=sender, recipients=[recipient])
        except SMTPRecipientsRefused as error:
            raise _answered(error.recipients[0]) from error
        except (SMTPDataError, SMTPSenderRefused) as error:
            raise _answered(error) from error
        except (OSError, SMTPException, TimeoutError) as error:
            await self.rest()
            beneath = error.__cause__ or error  # below "Error connecting to localhost on port 25" it says why
            detail = f"{self.server.host}:{self.server.port}: {str(beneath) or type(beneath).__name__}"
            raise NotDeliveredError(Trouble.AWAY, _away(error), detail) from error
        except BaseException:
            self._drop()
            raise

    async def rest(self) -> None:
        """Ends the connection: there is nothing more to deliver."""
        client, self._client = self._client, None
        if client is None:
            return
        if client.is_connected:
            with contextlib.suppress(OSError, SMTPException, TimeoutError):
                async with asyncio.timeout(2):
                    await client.quit()
        client.close()

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._client is not None and self._client.is_connected:
            return self._client
        server = self.server
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            local_hostname=socket.gethostname(),
            timeout=server.timeout,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            tls_context=None if server.security == "none" else ssl.create_default_context(cafile=server.ca_file),
        )
        self._client = client
        await client.connect()
        return client

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()


def _away(error: BaseException) -> str:
    """Why the server takes no mails, without saying where it is."""
    match error:
        case SMTPResponseException():
            return f"the mail server takes no mails now: {error.code} {error.message}"
        case TimeoutError():
            return "the mail server did not answer in time"
        case _ if isinstance(error.__cause__ or error, ssl.SSLCertVerificationError):
            return "the mail server's certificate is not trusted"
        case _:
            return "the mail server cannot be reached"


def _answered(error: SMTPResponseException) -> NotDeliveredError:
    """What the server's refusal of this mail means. A refused sender is a wrong setting, and is tried again."""
    answer = f"{error.code} {error.message}"
    if error.code in OUR_FAULT:
        return NotDeliveredError(Trouble.AWAY, answer)
    if error.code < PERMANENT or isinstance(error, SMTPSenderRefused):
        return NotDeliveredError(Trouble.DEFERRED, answer)
    return NotDeliveredError(Trouble.REFUSED, answer)
