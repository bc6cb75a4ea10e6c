"""The first administrator of a new installation; everybody else is made in the web application."""

from __future__ import annotations

import getpass
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from acct import services
from common.errors import AppError
from rbac import selectors as rights
from rbac.permissions import Role


class Command(BaseCommand):
    help = "Create the first administrator; the password is asked for, or read from a pipe."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--full-name", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        if rights.administered():
            raise CommandError("There is an administrator already, who can create others.")
        password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        try:
            user = services.user_create(
                actor=None,
                username=options["username"],
                password=password,
                role=Role.ADMIN,
                full_name=options["full_name"] or options["username"],
            )
        except AppError as error:
            raise CommandError(error.detail or str(error)) from None
        self.stdout.write(f"The administrator {user.username} is ready.")
