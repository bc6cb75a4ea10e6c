"""Passwords are hashed by threads of low priority: a crowd that tries to log in does not take the
processor from those who have.
"""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from common.once import once

AT_ONCE = 1
"""Of each process; the others wait."""
NICENESS = 5
"""A third of the share of what is not nice: a login still ends soon while AI works on all cores."""


@once
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE, "hashing", initializer=_give_way)


def _give_way() -> None:
    """On Linux the priority is the thread's own."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


class LowPriorityPBKDF2PasswordHasher(PBKDF2PasswordHasher):
    """The same hashes as Django's own."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        return _threads().submit(super().encode, password, salt, iterations).result()
