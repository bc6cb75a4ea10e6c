"""Values that are looked up when they are asked for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

logger = logging.getLogger(__name__)

Values = Mapping[str, float] | float | None
"""One figure, or one for each value of the gauge's label; None: there is nothing to tell."""


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
    """Register a function that looks a figure up."""

    def register(function: Callable[[], Values]) -> Callable[[], Values]:
        _gauges.append(Gauge(name, help, label, function))
        return function

    return register


def values() -> Iterator[tuple[Gauge, Values]]:
    """Look everything up; what cannot be told now is None (``cdss_up`` says why)."""
    for found in _gauges:
        try:
            yield found, found.read()
        except Exception as error:
            logger.warning("no figure", extra={"gauge": found.name, "reason": type(error).__name__})
            yield found, None
