"""Hashing gives way to other work, and its hashes are Django's own."""

from __future__ import annotations

import os
import threading

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from acct import hashers


def test_a_hash_is_the_one_that_django_makes():
    ours = hashers.LowPriorityPBKDF2PasswordHasher().encode("secret", "salt", 10)
    assert ours == PBKDF2PasswordHasher().encode("secret", "salt", 10)
    assert PBKDF2PasswordHasher().verify("secret", ours)


def test_it_is_made_by_a_thread_of_low_priority():
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before = niceness()
    assert hashers._threads().submit(niceness).result() == hashers.NICENESS
    assert niceness() == before
