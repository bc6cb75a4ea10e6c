"""The first administrator of a new installation."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from acct import services
from rbac.permissions import Role

pytestmark = pytest.mark.django_db
PASSWORD = "Long-Winter-Evening-9"


@pytest.fixture
def piped(monkeypatch):
    def put(password):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))

    return put


def test_the_first_administrator_is_made_once_and_gets_in(piped):
    piped(PASSWORD)
    call_command("create_admin", "chief")
    user, _ = services.login(username="chief", password=PASSWORD)
    assert user.role == Role.ADMIN
    piped(PASSWORD)
    with pytest.raises(CommandError, match="administrator already"):
        call_command("create_admin", "second")


def test_a_weak_password_makes_nobody(piped):
    piped("admin")
    with pytest.raises(CommandError):
        call_command("create_admin", "chief")
    piped(PASSWORD)
    call_command("create_admin", "chief")
