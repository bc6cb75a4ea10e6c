"""Progress lines: what happens, and how long it took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

_BEGUN = time.monotonic()


def say(text: str) -> None:
    """Print one line with the seconds since the command began."""
    print(f"[{time.monotonic() - _BEGUN:6.1f} s] {text}", flush=True)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Announce a step and, when it succeeds, its duration."""
    say(f"{name} ...")
    begun = time.monotonic()
    yield
    say(f"{name}: done ({time.monotonic() - begun:.1f} s)")
