"""Compare the index of names and phone numbers with the patients, and mend it; after a restore."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from emr.services.duplicate_finding import index_mend

CHUNK = 2_000


class Command(BaseCommand):
    help = "Mend the index by which patients are found; prints how many were mended"

    def handle(self, *args: Any, **options: Any) -> None:
        last = mended = 0
        while True:
            last, more = index_mend(last, CHUNK)
            mended += more
            if not last:
                break
        self.stdout.write(f"{mended} patients were mended")
