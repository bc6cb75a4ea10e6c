"""Readiness checks of the dependencies. They run concurrently, with a timeout."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from django.db import connection

from common.once import once

logger = logging.getLogger(__name__)

Check = Callable[[], None]
"""Returns if the dependency works, raises any exception if not."""
TIMEOUT_S = 3.0
_THREADS = 16
_checks: dict[str, Check] = {}


@dataclass(frozen=True, slots=True)
class Finding:
    """``status``: ok, failing or timeout; ``seconds``: the duration of the check."""

    status: str
    seconds: float

    @property
    def is_ok(self) -> bool:
        return self.status == "ok"


def check(name: str) -> Callable[[Check], Check]:
    """Register a check. Why it fails is only logged; the response contains its name."""

    def register(function: Check) -> Check:
        _checks[name] = function
        return function

    return register


@once
def _pool() -> ThreadPoolExecutor:
    """The threads of this process for checks; a hanging dependency cannot use more."""
    return ThreadPoolExecutor(_THREADS, "check")


def findings() -> dict[str, Finding]:
    """Run all checks; one that takes longer than TIMEOUT_S has the status timeout."""
    asked: dict[str, Future[Finding]] = {
        name: _pool().submit(_find, name, function) for name, function in _checks.items()
    }
    wait(asked.values(), timeout=TIMEOUT_S)
    late = Finding("timeout", TIMEOUT_S)
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
