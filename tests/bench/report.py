"""What the bench prints."""

from __future__ import annotations

import os
import platform
from statistics import median
from typing import TYPE_CHECKING, Any, Final

import psutil

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench.queries import Query
    from tests.bench.servers import Measured

COLUMNS: Final = (
    f"{'':52}{'answers/s':>12}{'p50 ms':>9}{'p99 ms':>9}{'server µs':>11}{'postgres µs':>13}{'ratio':>8}{'rounds':>14}"
)


def say(text: str = "") -> None:
    """Prints at once, so that one sees how far it is."""
    print(text, flush=True)  # noqa: T201 - a command line talks by printing


def machine() -> str:
    """Where this is measured, and how busy others keep it."""
    load = os.getloadavg()[0]
    return (
        f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}; "
        f"load before the start {load:.1f}, processors {psutil.cpu_percent(interval=1):.0f} % busy with other things"
    )


def reads(query: Query, ours: Measured, floor: Measured) -> list[str]:
    """The lines of one query. The ratio is the median of the rounds' ratios, each with its neighbour in time."""
    ratios = [mine.rate / its.rate for mine, its in zip(ours.loads, floor.loads, strict=True)]
    ratio = median(ratios)
    mark = "" if ratio >= query.gate else f"  below {query.gate}"
    spread = f"{min(ratios):.2f}-{max(ratios):.2f}"
    return [
        f"{query.title + ', po-graph':52}{_figures(ours)}{ratio:>8.2f}{spread:>14}{mark}",
        f"{'    hand-written SQL':52}{_figures(floor)}",
    ]


def _figures(measured: Measured) -> str:
    loads = measured.loads
    rate = median(load.rate for load in loads)
    fast, slow = median(load.percentile(50) for load in loads), median(load.percentile(99) for load in loads)
    server = 1e6 * measured.cost.server / measured.answers
    postgres = 1e6 * measured.cost.database / measured.answers
    return f"{rate:>12,.0f}{fast:>9.2f}{slow:>9.2f}{server:>11,.0f}{postgres:>13,.0f}"


def statements(counts: Sequence[tuple[Query, int]]) -> str:
    """How many statements a request costs."""
    return "Statements a request: " + ", ".join(f"{query.name.upper()} {count}" for query, count in counts)


def row(title: str, figures: Any) -> str:
    """One figure of the throughput part."""
    return f"{title:72}{figures:>12,.0f} a second"
