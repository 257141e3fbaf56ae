"""Numbers for Prometheus: what processes count, and what is read from the databases when somebody looks."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

import structlog
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY, Collector

log = structlog.get_logger(__name__)

Reading = tuple[str, str, dict[str, str], float]
GaugeSource = Callable[[], Iterable[Reading]]

_sources: list[GaugeSource] = []

HTTP_SECONDS = Histogram(
    "tiffin_http_request_seconds",
    "How long requests took, by route.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


def register_gauge_source(source: GaugeSource) -> GaugeSource:
    """Have `source` called at every scrape; it yields (name, help, labels, value). Usable as a decorator.

    Gauges of one name must have the same label names. A source that fails is logged and left out.
    """
    if source not in _sources:
        _sources.append(source)
    return source


class _Readings(Collector):
    def collect(self) -> Iterator[Metric]:
        by_name: dict[str, list[Reading]] = defaultdict(list)
        for reading in _read_all():
            by_name[reading[0]].append(reading)
        for name, readings in by_name.items():
            labels = list(readings[0][2])
            gauge = GaugeMetricFamily(name, readings[0][1], labels=labels)
            for _, _, values, number in readings:
                gauge.add_metric([values[label] for label in labels], number)
            yield gauge


def _read_all() -> Iterator[Reading]:
    for source in _sources:
        try:
            yield from list(source())
        except Exception as error:
            log.warning("gauge_source_failed", source=source.__qualname__, error=repr(error))


def exposition() -> bytes:
    """Everything in Prometheus' text format: of all processes when PROMETHEUS_MULTIPROC_DIR is set."""
    registry = CollectorRegistry()
    registry.register(_Readings())
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY) + generate_latest(registry)
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # prometheus_client leaves it out
    return generate_latest(registry)
