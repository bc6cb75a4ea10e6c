"""All metrics in the Prometheus text format."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from redis.exceptions import RedisError

from common.ops import checks, counters, gauges

COUNTERS = {
    "cdss_responses": ("Answers of Django by status", ("method", "status")),
    "cdss_errors": ("Error answers by code (docs/errors.md)", ("code",)),
    "cdss_decisions": ("Recorded accesses by outcome", ("outcome",)),
    "cdss_tasks": ("Tasks that ended", ("task", "outcome")),
}
HISTOGRAMS = {
    "cdss_request_seconds": ("Time to answer, without frames", ("route",)),
    "cdss_task_seconds": ("Time of a task", ("task",)),
}


def text() -> bytes:
    """The response to a scrape; the same from every process."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector())
    return generate_latest(registry)


class _Collector:
    """Collects the metrics of one scrape."""

    def collect(self) -> Iterator[Metric]:
        yield from _dependencies()
        for gauge, values in gauges.values():
            family = GaugeMetricFamily(gauge.name, gauge.help, labels=_names(gauge.label))
            if isinstance(values, float | int):
                family.add_metric([], values)
            elif values is not None:
                for label, value in values.items():
                    family.add_metric([label], value)
            yield family
        yield from _counted()


def _names(label: str | None) -> list[str]:
    return [label] if label else []


def _dependencies() -> Iterator[Metric]:
    up = GaugeMetricFamily("cdss_up", "Whether a dependency works", labels=["dependency"])
    seconds = GaugeMetricFamily(
        "cdss_check_seconds", "How long a dependency took to answer", labels=["dependency"]
    )
    for name, finding in checks.findings().items():
        up.add_metric([name], float(finding.is_ok))
        seconds.add_metric([name], finding.seconds)
    yield up
    yield seconds


def _counted() -> Iterator[Metric]:
    try:
        totals = counters.totals()
    except RedisError:
        return
    for name, (help_text, labels) in COUNTERS.items():
        family = CounterMetricFamily(name, help_text, labels=labels)
        for sample, value in totals.items():
            if sample[0] == name:
                family.add_metric(sample[1:], value)
        yield family
    for name, (help_text, labels) in HISTOGRAMS.items():
        yield _histogram(name, help_text, labels, totals)


def _histogram(
    name: str, help_text: str, labels: tuple[str, ...], totals: dict[counters.Sample, float]
) -> Metric:
    family = HistogramMetricFamily(name, help_text, labels=labels)
    bounds = [*map(str, counters.BUCKETS), "+Inf"]
    for sample, total in totals.items():
        if sample[0] == f"{name}_sum":
            values = sample[1:]
            single = (totals.get((name, *values, bound), 0.0) for bound in bounds)
            family.add_metric(values, list(zip(bounds, accumulate(single), strict=True)), total)
    return family
