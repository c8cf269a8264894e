"""What the server counts and times, for Prometheus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from prometheus_client import Metric

    from resolvers.runtime import Runtime

Operation = Literal["query", "mutation", "subscription", "invalid"]
Outcome = Literal["ok", "refused", "error"]

_KEY: Final = "po_graph.operation"
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


def note_operation(scope: Any, operation: Operation, outcome: Outcome) -> None:
    """Tells, by the endpoint that knows, what a request was: counted and timed when the request is over.

    `refused` is a mutation that answered with user errors; `error` one with top-level errors.
    """
    scope[_KEY] = (operation, outcome)


class Metrics:
    """One server's figures."""

    def __init__(self, runtime: Runtime) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "po_graph_requests", "HTTP requests answered, by status.", ["status"], registry=self.registry
        )
        self._operations = Counter(
            "po_graph_operations",
            "GraphQL operations answered, by kind and outcome.",
            ["operation", "outcome"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "po_graph_operation_seconds",
            "Seconds from a GraphQL request's arrival to its answer, by kind.",
            ["operation"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.in_flight = Gauge("po_graph_requests_in_flight", "HTTP requests being answered.", registry=self.registry)
        self.registry.register(_Beneath(runtime))
        ProcessCollector(registry=self.registry)

    def answered(self, scope: Any, status: int, seconds: float) -> None:
        """One more request is over."""
        self._requests.labels(str(status)).inc()
        if noted := scope.get(_KEY):
            operation, outcome = noted
            self._operations.labels(operation, outcome).inc()
            self._seconds.labels(operation).observe(seconds)


class _Beneath:
    """Figures that are kept elsewhere, and read when Prometheus asks."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def collect(self) -> Iterable[Metric]:
        measures = self._runtime.measures()
        yield CounterMetricFamily("po_graph_statements", "Database statements sent.", measures.statements)
        yield GaugeMetricFamily("po_graph_pool_connections", "Database connections open.", measures.connections)
        yield GaugeMetricFamily("po_graph_pool_idle", "Database connections with no work.", measures.idle_connections)
        yield GaugeMetricFamily("po_graph_pool_largest", "Database connections at most.", measures.largest_pool)
