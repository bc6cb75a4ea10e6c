"""Gauges: metrics that are read at each scrape."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

logger = logging.getLogger(__name__)

Values = Mapping[str, float] | float | None
"""One value, or one for each value of the gauge's label; None if there is none."""


@dataclass(frozen=True, slots=True)
class Gauge:
    name: str
    help: str
    label: str | None
    read: Callable[[], Values]


_gauges: list[Gauge] = []


def gauge(
    name: str, help: str, label: str | None = None
) -> Callable[[Callable[[], Values]], Callable[[], Values]]:
    """Register the function that reads a gauge."""

    def register(function: Callable[[], Values]) -> Callable[[], Values]:
        _gauges.append(Gauge(name, help, label, function))
        return function

    return register


def values() -> Iterator[tuple[Gauge, Values]]:
    """Read all gauges; one that fails is None (``cdss_up`` names the failing dependency)."""
    for found in _gauges:
        try:
            yield found, found.read()
        except Exception as error:
            reason = type(error).__name__
            logger.warning("gauge failed", extra={"gauge": found.name, "reason": reason})
            yield found, None
