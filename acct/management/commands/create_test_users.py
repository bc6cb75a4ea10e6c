"""The seven development users, one per role."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from acct import services
from rbac.permissions import Role

TEST_USERS = [
    ("admin", "admin123", Role.ADMIN, "시스템 관리자"),
    ("doctor", "doctor123", Role.DOCTOR, "이서연"),
    ("radiologist", "radiologist123", Role.RIB, "박지훈"),
    ("labtech", "labtech123", Role.LAB, "최유진"),
    ("nurse", "nurse123", Role.NURSE, "정하은"),
    ("patient", "patient123", Role.PATIENT, "김민준"),
    ("external", "external123", Role.EXTERNAL, "Alex Morgan"),
]


class Command(BaseCommand):
    help = "Create or reset the development users (refused in production)."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.TEST_USERS_ALLOWED:
            raise CommandError("Test users exist in development only; nothing was created.")
        for username, password, role, full_name in TEST_USERS:
            services.test_user_put(
                username=username, password=password, role=role, full_name=full_name
            )
        self.stdout.write(f"{len(TEST_USERS)} test users are ready.")
