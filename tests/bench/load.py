"""The client: a process of its own that keeps some connections busy and notes how long every answer took.

It speaks just enough HTTP to be much lighter than what it measures: requests are made up beforehand, and of answers
only the status and the length are looked at.
"""

from __future__ import annotations

import asyncio
from array import array
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final, cast

import uvloop

_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length: "


@dataclass(frozen=True, slots=True)
class Job:
    """What to send, how long, over how many connections."""

    port: int
    requests: tuple[bytes, ...]
    seconds: float
    connections: int


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it: the seconds of every answer, sorted, and how long all of it took."""

    seconds: float
    latencies: array[float]

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, percent: float) -> float:
        """The milliseconds that so many percent of the answers needed at most."""
        return 1000 * self.latencies[min(int(len(self.latencies) * percent / 100), len(self.latencies) - 1)]


def request(path: str, body: bytes, token: str = "") -> bytes:
    """A request as it goes over the wire."""
    authorization = f"authorization: Bearer {token}\r\n" if token else ""
    head = (
        f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{authorization}accept: application/json\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def run(job: Job) -> Load:
    """Puts the load on the server."""
    return uvloop.run(_run(job))


async def _run(job: Job) -> Load:
    loop = asyncio.get_running_loop()
    started = perf_counter()
    callers: list[_Caller] = []
    for number in range(job.connections):
        first = number * len(job.requests) // job.connections
        _, caller = await loop.create_connection(
            lambda first=first: _Caller(job, first, started + job.seconds), "127.0.0.1", job.port
        )
        callers.append(caller)
    await asyncio.gather(*(caller.done for caller in callers))
    latencies = array("d", sorted(latency for caller in callers for latency in caller.latencies))
    return Load(perf_counter() - started, latencies)


class _Caller(asyncio.Protocol):
    """One connection: the next request goes out when the answer to the last has come in."""

    def __init__(self, job: Job, first: int, until: float) -> None:
        self.latencies: list[float] = []
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._requests = job.requests
        self._next = first
        self._until = until
        self._transport: Any = None
        self._head = b""
        self._missing = 0
        self._sent_at: float = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        if self._missing:
            self._missing -= len(data)
        else:
            self._head += data
            end = self._head.find(_END)
            if end < 0:
                return
            if not self._head.startswith(b"HTTP/1.1 200"):
                self._fail(RuntimeError(self._head.decode()))
                return
            head = self._head[:end].lower()
            length = int(head[head.index(_LENGTH) + len(_LENGTH) :].split(b"\r", 1)[0])
            self._missing = length - (len(self._head) - end - len(_END))
            self._head = b""
        if not self._missing:
            self._answered()

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(exc or ConnectionError("the server closed the connection"))

    def _send(self) -> None:
        self._sent_at = perf_counter()
        self._transport.write(self._requests[self._next])
        self._next = (self._next + 1) % len(self._requests)

    def _answered(self) -> None:
        now = perf_counter()
        self.latencies.append(now - self._sent_at)
        if now < self._until:
            self._send()
        else:
            self.done.set_result(None)
            self._transport.close()

    def _fail(self, error: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(error)
