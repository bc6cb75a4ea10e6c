"""What a process has once: clients with their connections, pools of threads or child processes."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from threading import Lock
from typing import Generic, TypeVar

Resource = TypeVar("Resource")


class once(Generic[Resource]):  # noqa: N801 (a decorator)
    """Decorator: the first call makes the resource, also if several threads make the first call.

    ``functools.cache`` calls the function again while the first call is not over, and a resource
    that is dropped may close what its user still needs: a Redis client ends its connections.
    """

    def __init__(self, make: Callable[[], Resource]) -> None:
        self._make, self._lock = make, Lock()
        self._made: tuple[Resource] | None = None
        update_wrapper(self, make)

    def __call__(self) -> Resource:
        made = self._made
        if made is None:
            with self._lock:
                made = self._made = self._made or (self._make(),)
        return made[0]

    def cache_clear(self) -> None:
        """The next call makes another one (tests)."""
        self._made = None
