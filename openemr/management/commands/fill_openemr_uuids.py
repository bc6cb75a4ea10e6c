"""Gives the rows of OpenEMR the uuids that an import left out."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.management.bar import Bar
from openemr.missing_uuids import TABLES, missing_count, missing_fill
from openemr.outage import is_configured


class Command(BaseCommand):
    help = "Give OpenEMR's rows the uuids that they lack, in short transactions; may be repeated"

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_configured():
            raise CommandError("OPENEMR_DATABASE_URL is not set: there is no OpenEMR to fill.")
        for table in TABLES:
            name, total = table._meta.db_table, missing_count(table)
            if not total:
                self.stdout.write(f"  {name}: no uuid is missing")
                continue
            bar = Bar(self.stdout, name, total)
            for rows in missing_fill(table):
                bar.show(min(bar.done + rows, total))
            if left := missing_count(table):
                self.stdout.write(f"  {name}: {left} rows are in use; run the command again")
