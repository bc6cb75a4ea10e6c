"""Remove from the index what the archive no longer has; the beat does it too (``pacs.tasks``)."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from pacs.index.deletion import deletions_find


class Command(BaseCommand):
    help = "Remove from the index what the archive no longer has"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--force",
            action="store_true",
            help="even when the archive misses more than half of the index",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(
            f"{deletions_find(thorough=True, force=options['force'])} instances removed"
        )
