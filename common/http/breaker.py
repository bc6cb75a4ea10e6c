"""A circuit breaker for concurrent calls.

Not pybreaker: it keeps its lock during the call, so the requests of all threads would run one
after another.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

Clock = Callable[[], float]


class CircuitBreaker:
    """Opens after ``fail_max`` consecutive failures; allows one trial call every ``reset_s`` s."""

    def __init__(self, fail_max: int, reset_s: float, clock: Clock = time.monotonic) -> None:
        self._fail_max = fail_max
        self._reset_s = reset_s
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._retry_at = 0.0

    def allows(self) -> bool:
        """Whether a call may be made now."""
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
