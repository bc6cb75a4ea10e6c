"""Counters of all processes, summed in Redis; a scrape of any process reads the totals.

A count is added to a dictionary of the process, and a thread writes the dictionary to Redis every
PERIOD_S seconds. A process that is killed loses its last counts: these are metrics, not records.
"""

from __future__ import annotations

import atexit
import os
import threading
from bisect import bisect_left
from collections import Counter
from typing import Any

import redis
from django.conf import settings
from redis.exceptions import RedisError

from common.once import once

KEY = "metrics"
PERIOD_S = 2.0
BUCKETS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Upper bounds (s) of the histogram buckets; the last bucket is +Inf."""
_SEPARATOR = "\x1f"

Sample = tuple[str, ...]
"""The name of a metric and the values of its labels."""


@once
def store() -> Any:
    return redis.Redis.from_url(settings.METRICS_URL, socket_timeout=2)


class _Pending:
    """The counts of this process that are not yet in Redis; empty after a fork."""

    def __init__(self) -> None:
        self.counts: Counter[Sample] = Counter()
        self.lock = threading.Lock()
        self.stop = threading.Event()
        self.thread: threading.Thread | None = None

    def add(self, sample: Sample, amount: float) -> None:
        with self.lock:
            self.counts[sample] += amount  # type: ignore[assignment]
            if self.thread is None:
                self.thread = threading.Thread(target=self._run, daemon=True, name="counters")
                self.thread.start()

    def _run(self) -> None:
        while not self.stop.wait(PERIOD_S):
            self.flush()

    def flush(self) -> None:
        with self.lock:
            counts, self.counts = self.counts, Counter()
        if not counts:
            return
        try:
            pipeline = store().pipeline(transaction=False)
            for sample, amount in counts.items():
                pipeline.hincrbyfloat(KEY, _SEPARATOR.join(sample), amount)
            pipeline.execute()
        except RedisError:
            with self.lock:
                self.counts.update(counts)


_pending = _Pending()


def _begin_again() -> None:
    global _pending  # noqa: PLW0603 (a fork has the parent's counts and none of its threads)
    _pending = _Pending()


os.register_at_fork(after_in_child=_begin_again)


@atexit.register
def flush() -> None:
    """Write the counts of this process to Redis now."""
    _pending.flush()


def count(name: str, *labels: str, amount: float = 1) -> None:
    """Increment a counter of ``exposition.COUNTERS``."""
    _pending.add((name, *labels), amount)


def observe(name: str, *labels: str, seconds: float) -> None:
    """Add a duration to a histogram of ``exposition.HISTOGRAMS``."""
    place = bisect_left(BUCKETS, seconds)
    bound = str(BUCKETS[place]) if place < len(BUCKETS) else "+Inf"
    _pending.add((name, *labels, bound), 1)
    _pending.add((f"{name}_sum", *labels), seconds)


def totals() -> dict[Sample, float]:
    """The totals of all processes. Raises RedisError."""
    found = store().hgetall(KEY)
    return {tuple(key.decode().split(_SEPARATOR)): float(value) for key, value in found.items()}


def backup_seconds() -> float | None:
    """Unix time of the last successful backup, written by bin/backup; None if there is none."""
    text = store().get(f"{KEY}.backup")
    return float(text) if text else None
