"""Log lines: one JSON object a line for machines, or coloured text for people; to standard error, with request ids."""

from __future__ import annotations

import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import orjson
import structlog

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from graph.settings import LogFormat, LogLevel

_QUIET: Final = ("uvicorn.access", "tortoise", "asyncio", "httpx")
"""Loggers of libraries that speak below WARNING only about themselves. Requests are logged by `log_request`."""

request_id: Final[ContextVar[str | None]] = ContextVar("request_id", default=None)
"""The id of the request that is being answered: every log line carries it."""

_requests: Any = structlog.get_logger("graph.request")
_machines_read: bool = False


class _StandardError(logging.Handler):
    """Writes to what is standard error at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(self.format(record) + "\n")
        except Exception:  # noqa: BLE001  # whatever is wrong with a line, its writer goes on
            self.handleError(record)


def configure(level: LogLevel, form: LogFormat) -> None:
    """Sets up the logging of the whole process, the libraries' too."""
    global _machines_read  # noqa: PLW0603  # logging is one for the process
    shared: list[Any] = [
        _with_request_id,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    _machines_read = form == "json" or (form == "auto" and not sys.stderr.isatty())
    rendering: list[Any] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(_json)]
        if _machines_read
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    )
    handler = _StandardError()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder(), _without_color_message],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(root.level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def log_request(**line: Any) -> None:
    """One line for a request that was answered. Written without detours where machines read: it is on every path."""
    if not logging.root.isEnabledFor(logging.INFO):
        return
    if not _machines_read:
        _requests.info("request", **line)
        return
    line |= {"event": "request", "level": "info", "logger": "graph.request", "request_id": request_id.get()}
    line["timestamp"] = datetime.now(UTC)
    sys.stderr.write(orjson.dumps(line, option=_ONE_LINE).decode())


_ONE_LINE: Final = orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z


def _with_request_id(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if (current := request_id.get()) is not None:
        event.setdefault("request_id", current)
    return event


def _json(event: Any, **_: Any) -> str:
    return orjson.dumps(event, default=str).decode()


def _without_color_message(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event.pop("color_message", None)  # uvicorn's second wording of the same
    return event
