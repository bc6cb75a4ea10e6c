"""Hashing gives way to other work, and its hashes are Django's own."""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from acct import hashers, services as accounts
from acct.attempts import TooManyAttempts
from audit.models import AuditLog
from conftest import PASSWORD


def test_a_hash_is_the_one_that_django_makes():
    ours = hashers.LowPriorityPBKDF2PasswordHasher().encode("secret", "salt", 10)
    assert ours == PBKDF2PasswordHasher().encode("secret", "salt", 10)
    assert PBKDF2PasswordHasher().verify("secret", ours)


def niceness(*_: object) -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def test_it_is_made_by_a_thread_of_low_priority(monkeypatch):
    before = niceness()
    monkeypatch.setattr(PBKDF2PasswordHasher, "encode", niceness)
    hasher = hashers.LowPriorityPBKDF2PasswordHasher()
    assert hasher.encode("secret", "salt") == hashers.NICENESS
    assert niceness() == before


@pytest.mark.django_db
def test_a_crowd_waits_outside_and_is_on_record_and_nobody_is_counted(users):
    with ExitStack() as crowd:
        for _ in range(hashers.AT_ONCE + hashers.WAITING):
            assert crowd.enter_context(hashers.room_to_hash())
        for _ in range(30):
            with pytest.raises(TooManyAttempts) as refusal:
                accounts.login(username="doctor1", password=PASSWORD)
            assert refusal.value.retry_after_s == 1
    accounts.login(username="doctor1", password=PASSWORD)
    refused = AuditLog.objects.filter(outcome="denied", actor_id=users["doctor"].pk)
    assert refused.count() == 30
