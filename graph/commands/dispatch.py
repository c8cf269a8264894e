"""`python -m graph dispatch`: mails sent by a process of its own."""

from __future__ import annotations

import argparse
import asyncio
import signal
from typing import Final

from graph.settings import Settings, SettingsError, variable

EPILOG: Final = """\
examples:
  export DATABASE_URL=postgresql://po:secret@db/po PO_GRAPH_MAIL_SENDER=orders@example.com
  PO_GRAPH_SMTP_HOST=smtp.example.com python -m graph dispatch          until it is told to stop
  PO_GRAPH_SMTP_HOST=smtp.example.com python -m graph dispatch --once   what is due now, for cron

The server does this by itself; start it with PO_GRAPH_DISPATCH=0 where a process of its own does. Several may run at
once: no notice is sent twice. The settings of the mail server are listed by: python -m graph serve --help
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "dispatch",
        help="send notices from a process of its own",
        description="Send the notices that are due, and look at expirations every day.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--once", action="store_true", help="send what is due now, and end")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Sends until told to stop, or what is due now."""
    from graph import logs  # noqa: PLC0415  # slow, and the other commands do without

    settings = Settings.read()
    if settings.smtp_host is None:
        name = variable("smtp_host")
        raise SettingsError([f"{name} is not set: there is no mail server that notices could be sent by"])
    logs.configure(settings.log_level, settings.log_format)
    return asyncio.run(_once(settings) if arguments.once else _dispatch(settings))


async def _once(settings: Settings) -> int:
    from graph.app import dispatching_of, runtime_of  # noqa: PLC0415

    async with runtime_of(settings):
        tried = await dispatching_of(settings).once()
    print(f"Notices tried: {tried}")
    return 0


async def _dispatch(settings: Settings) -> int:
    from graph.app import dispatching_of, runtime_of  # noqa: PLC0415

    stopped = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stopped.set)
    async with runtime_of(settings), dispatching_of(settings):
        print("Sending notices until told to stop.", flush=True)
        await stopped.wait()
    return 0
