"""`python -m graph serve`: the server."""

from __future__ import annotations

import argparse
import signal
from textwrap import fill
from typing import Final

from graph.settings import Settings, described

EPILOG: Final = """\
examples:
  python -m graph serve --demo                a demo company on an embedded PostgreSQL, for this machine only
  python -m graph serve --port 9000           another port
  DATABASE_URL=postgresql://po:secret@db/po PO_GRAPH_HOST=0.0.0.0 python -m graph serve

Ask /healthz whether the process lives, /readyz whether it can answer, /metrics for its figures.
It stops on SIGTERM or Ctrl+C after the requests in flight are answered.

settings, by environment variable (default):
{settings}
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "serve",
        help="start the server",
        description="Start the server. Without DATABASE_URL it brings its own PostgreSQL and keeps it up to date.",
        epilog=EPILOG.format(settings=_settings()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--demo", action="store_const", const="1", help="make a demo company and a token for it; for this machine only"
    )
    parser.add_argument("--host", help="the address to listen on")
    parser.add_argument("--port", help="the port to listen on; 0 takes a free one")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serves until told to stop."""
    import uvicorn  # noqa: PLC0415  # slow, and the other commands do without

    from graph import app, logs  # noqa: PLC0415
    from graph.protocol import OneWrite  # noqa: PLC0415

    settings = Settings.read(demo=arguments.demo, host=arguments.host, port=arguments.port)
    logs.configure(settings.log_level, settings.log_format)
    server = uvicorn.Server(
        uvicorn.Config(
            app.create_app(settings),
            http=OneWrite,
            host=settings.host,
            port=settings.port,
            lifespan="on",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=settings.shutdown_seconds,
            ws_max_size=settings.body_limit,
        )
    )
    # uvicorn stops in good order on these, and then raises them again for whoever handled them before: nobody need.
    for stopping in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stopping, _stay)
    server.run()
    return 0


def _stay(_signal: int, _frame: object) -> None:
    """Does nothing."""


def _settings() -> str:
    lines: list[str] = []
    for name, default, text in described():
        lines.append(f"  {name} ({default})" if default else f"  {name}")
        lines.append(fill(text, width=100, initial_indent="      ", subsequent_indent="      "))
    return "\n".join(lines)
