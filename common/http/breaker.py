"""A circuit breaker that lets calls run side by side.

Own code because pybreaker holds its lock for the whole call, which would send the requests of
all threads one after another.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

Clock = Callable[[], float]


class CircuitBreaker:
    """Opens after ``fail_max`` failures in a row; after ``reset_s`` one trial call may pass."""

    def __init__(self, fail_max: int, reset_s: float, clock: Clock = time.monotonic) -> None:
        self._fail_max = fail_max
        self._reset_s = reset_s
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._retry_at = 0.0

    def allows(self) -> bool:
        """Whether a call may be sent now."""
        with self._lock:
            if self._failures < self._fail_max:
                return True
            now = self._clock()
            if now < self._retry_at:
                return False
            self._retry_at = now + self._reset_s
            return True

    def succeeded(self) -> None:
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            self._retry_at = self._clock() + self._reset_s
