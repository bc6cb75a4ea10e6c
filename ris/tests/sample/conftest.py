from __future__ import annotations

import time

import pytest
from django.core.management import call_command
from django.db import transaction


@pytest.fixture(scope="package")
def ward(django_db_setup, django_db_blocker):
    """Made once for the tests of this folder, and undone; the CPU that it took (s)."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("create_test_users")
        begun = time.process_time()
        call_command("init_sample_data")
        yield time.process_time() - begun
        transaction.set_rollback(True)
