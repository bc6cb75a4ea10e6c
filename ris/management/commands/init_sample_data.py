"""The sample ward, for development."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from acct import selectors as accounts
from ris.management.sample.sample_ward import ward_write

NEEDED = {"admin", "doctor", "radiologist", "labtech", "nurse", "patient", "external"}


class Command(BaseCommand):
    help = "Create the sample ward of 60 patients; running it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.TEST_USERS_ALLOWED:
            raise CommandError("Sample data exist in development only; nothing was created.")
        users = {user.username: user for user in accounts.users_list()}
        if missing := NEEDED - users.keys():
            raise CommandError(f"Run create_test_users first (missing: {sorted(missing)}).")
        with transaction.atomic():
            new = ward_write(users, timezone.localdate())
        self.stdout.write(f"{new} sample patients were made; the ward is ready.")
