"""Where machines ask how the server is: `/healthz`, `/readyz`, `/metrics`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from graph.metrics import Metrics
    from resolvers.runtime import Runtime


def health_routes(runtime: Runtime, metrics: Metrics) -> list[BaseRoute]:
    """The three addresses."""

    async def healthz(_request: Request) -> Response:
        """The process runs and answers; nothing else is looked at."""
        return JSONResponse({"status": "ok"})

    async def readyz(_request: Request) -> Response:
        """The database answers, and has exactly the migrations of this program."""
        reason = await runtime.problem()
        if reason is None:
            return JSONResponse({"status": "ready"})
        return JSONResponse({"status": "not ready", "reason": reason}, status_code=503)

    async def show_metrics(_request: Request) -> Response:
        """The measures, in Prometheus' text form."""
        return Response(metrics.shown(), media_type=CONTENT_TYPE_LATEST)

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", show_metrics)]
