"""What the server counts and times, for Prometheus.

The figures are kept as plain numbers, which costs a request well under a microsecond; a server is one thread, and
needs no locks. They take Prometheus' form when it asks.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final, Literal

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client import Metric

    from resolvers.runtime import Runtime

Operation = Literal["query", "mutation", "subscription", "invalid"]
Outcome = Literal["ok", "refused", "error"]

_KEY: Final = "po_graph.operation"
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_LABELS: Final = [*map(str, _SECONDS), "+Inf"]


def note_operation(scope: Any, operation: Operation, outcome: Outcome) -> None:
    """Tells, by the endpoint that knows, what a request was: counted and timed when the request is over.

    `refused` is a mutation that answered with user errors; `error` one with top-level errors.
    """
    scope[_KEY] = (operation, outcome)


def operation_of(scope: Any) -> dict[str, str]:
    """What was noted about a request, for its log line; empty if it was no operation."""
    noted = scope.get(_KEY)
    return {"operation": noted[0], "outcome": noted[1]} if noted else {}


class _Times:
    """How many operations took how long: one count a bucket, each without the buckets below it."""

    __slots__ = ("counts", "seconds")

    def __init__(self) -> None:
        self.counts = [0] * len(_LABELS)
        self.seconds: Any = 0

    def note(self, seconds: Any) -> None:
        self.counts[bisect_left(_SECONDS, seconds)] += 1
        self.seconds += seconds


class Metrics:
    """One server's figures."""

    def __init__(self, runtime: Runtime) -> None:
        self.in_flight = 0
        self._runtime = runtime
        self._requests: Counter[int] = Counter()
        self._operations: Counter[tuple[Operation, Outcome]] = Counter()
        self._times: defaultdict[Operation, _Times] = defaultdict(_Times)
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def answered(self, scope: Any, status: int, seconds: Any) -> None:
        """One more request is over."""
        self._requests[status] += 1
        if noted := scope.get(_KEY):
            self._operations[noted] += 1
            self._times[noted[0]].note(seconds)

    def shown(self) -> bytes:
        """Everything, in Prometheus' text form."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """The figures as they are now, as the registry asks for them."""
        requests = CounterMetricFamily("po_graph_requests", "HTTP requests answered, by status.", labels=["status"])
        for status, count in self._requests.items():
            requests.add_metric([str(status)], count)
        yield requests
        operations = CounterMetricFamily(
            "po_graph_operations",
            "GraphQL operations answered, by kind and outcome.",
            labels=["operation", "outcome"],
        )
        for labels, count in self._operations.items():
            operations.add_metric(labels, count)
        yield operations
        times = HistogramMetricFamily(
            "po_graph_operation_seconds",
            "Seconds from a GraphQL request's arrival to its answer, by kind.",
            labels=["operation"],
        )
        for operation, noted in self._times.items():
            times.add_metric([operation], list(zip(_LABELS, accumulate(noted.counts), strict=True)), noted.seconds)
        yield times
        yield GaugeMetricFamily("po_graph_requests_in_flight", "HTTP requests being answered.", self.in_flight)
        beneath = self._runtime.measures()
        yield CounterMetricFamily("po_graph_statements", "Database statements sent.", beneath.statements)
        yield GaugeMetricFamily("po_graph_pool_connections", "Database connections open.", beneath.connections)
        yield GaugeMetricFamily("po_graph_pool_idle", "Database connections with no work.", beneath.idle_connections)
        yield GaugeMetricFamily("po_graph_pool_largest", "Database connections at most.", beneath.largest_pool)
