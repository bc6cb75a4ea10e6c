"""Passwords are hashed by threads of low priority: a crowd that tries to log in does not take the
processor from those who have.

Argon2id with the first parameters of the OWASP Password Storage Cheat Sheet: 46 MiB make guessing
dear, and one login costs a tenth of the processor time of Django's PBKDF2.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher, PBKDF2PasswordHasher

from common.once import once

AT_ONCE = 1
"""Of each process; WAITING others wait, who hold a thread that serves requests each."""
WAITING = 3
NICENESS = 5
"""A third of the share of what is not nice: a login still ends soon while AI works on all cores."""


@once
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE, "hashing", initializer=_give_way)


def _give_way() -> None:
    """On Linux the priority is the thread's own."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


_room = threading.BoundedSemaphore(AT_ONCE + WAITING)


@contextmanager
def room_to_hash() -> Iterator[bool]:
    """Yields False if so many passwords wait already that one more would keep others waiting."""
    room = _room.acquire(blocking=False)
    try:
        yield room
    finally:
        if room:
            _room.release()


def _low(hash_password: Callable[..., Any], *args: Any) -> Any:
    return _threads().submit(hash_password, *args).result()


class LowPriorityArgon2PasswordHasher(Argon2PasswordHasher):
    memory_cost = 47_104
    """KiB."""
    time_cost = 1
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        return str(_low(super().encode, password, salt))

    def verify(self, password: str, encoded: str) -> bool:
        return bool(_low(super().verify, password, encoded))


class LowPriorityPBKDF2PasswordHasher(PBKDF2PasswordHasher):
    """Of accounts from before: their next login replaces the hash."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        return str(_low(super().encode, password, salt, iterations))
