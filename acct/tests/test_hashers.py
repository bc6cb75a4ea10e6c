"""Hashing gives way to other work, and its hashes are Django's own."""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, PBKDF2PasswordHasher

from acct import hashers, services as accounts
from acct.attempts import TooManyAttempts
from audit.models import AuditLog
from conftest import PASSWORD

HASHERS = {
    hashers.LowPriorityArgon2PasswordHasher: Argon2PasswordHasher,
    hashers.LowPriorityPBKDF2PasswordHasher: PBKDF2PasswordHasher,
}


def niceness(*_: object) -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


@pytest.mark.parametrize(("ours", "djangos"), HASHERS.items())
def test_a_hash_is_one_that_django_knows_made_by_a_thread_of_low_priority(
    ours, djangos, monkeypatch
):
    made = ours().encode("secret", "salt-of-sixteen.")
    assert djangos().verify("secret", made)
    assert ours().verify("secret", made)
    assert not ours().verify("another", made)
    before = niceness()
    monkeypatch.setattr(djangos, "encode", niceness)
    assert int(ours().encode("secret", "salt-of-sixteen.")) == hashers.NICENESS
    assert niceness() == before


def test_argon2_is_verified_by_a_thread_of_low_priority_too(monkeypatch):
    monkeypatch.setattr(Argon2PasswordHasher, "verify", lambda *_: niceness() == hashers.NICENESS)
    assert hashers.LowPriorityArgon2PasswordHasher().verify("secret", "")


@pytest.mark.django_db
def test_an_account_from_before_has_the_new_hash_after_its_next_login(users, settings):
    settings.PASSWORD_HASHERS = [f"acct.hashers.{ours.__name__}" for ours in HASHERS]
    user = users["doctor"]
    user.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt", 10)
    user.save(update_fields=["password"])
    accounts.login(username=user.username, password=PASSWORD)
    user.refresh_from_db()
    assert user.password.startswith("argon2$argon2id$v=19$m=47104,t=1,p=1$")
    accounts.login(username=user.username, password=PASSWORD)


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
