"""Does each thing that we depend on work now? Asked side by side, and none for long."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cache

from django.db import connection

logger = logging.getLogger(__name__)

Check = Callable[[], None]
"""Returns when all is well and raises anything else."""
PATIENCE_S = 3.0
_THREADS = 16
_checks: dict[str, Check] = {}


@dataclass(frozen=True, slots=True)
class Finding:
    """``status`` is ok, failing or timeout; ``seconds`` is how long the answer took."""

    status: str
    seconds: float

    @property
    def is_ok(self) -> bool:
        return self.status == "ok"


def check(name: str) -> Callable[[Check], Check]:
    """Register a check. Its reason to fail stays in the log: the answer names only the check."""

    def register(function: Check) -> Check:
        _checks[name] = function
        return function

    return register


@cache
def _pool() -> ThreadPoolExecutor:
    """Of this process, and bounded: a dependency that hangs can hold no more than these."""
    return ThreadPoolExecutor(_THREADS, "check")


def findings() -> dict[str, Finding]:
    """Ask everything at once; what has not answered in time has a timeout."""
    asked: dict[str, Future[Finding]] = {
        name: _pool().submit(_find, name, function) for name, function in _checks.items()
    }
    wait(asked.values(), timeout=PATIENCE_S)
    late = Finding("timeout", PATIENCE_S)
    return {name: future.result() if future.done() else late for name, future in asked.items()}


def _find(name: str, function: Check) -> Finding:
    begun = time.monotonic()
    try:
        function()
        status = "ok"
    except Exception as error:
        logger.warning("check failed", extra={"check": name, "reason": type(error).__name__})
        status = "failing"
    finally:
        connection.close()
    return Finding(status, round(time.monotonic() - begun, 4))
