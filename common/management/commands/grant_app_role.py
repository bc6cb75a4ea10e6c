"""Give the application's database account exactly what it needs; run as owner after migrate."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

APPEND_ONLY = frozenset({"audit_auditlog", "audit_auditseal", "audit_shownpatient"})


class Command(BaseCommand):
    help = "Grant per table: rows everywhere, insert and select only where records are append-only."

    def handle(self, *args: Any, **options: Any) -> None:
        account = unquote(urlsplit(settings.DATABASE_APP_URL).username or "")
        database = str(settings.DATABASES["default"]["NAME"])
        if account == connection.settings_dict["USER"]:
            raise CommandError("Run this as the owner: CDSS_DATABASE_ROLE=owner.")
        with connection.cursor() as cursor:
            cursor.execute("SELECT CURRENT_USER()")
            host = str(cursor.fetchone()[0]).rpartition("@")[2]
            tables = connection.introspection.table_names(cursor)
            for table in tables:
                rights = "SELECT, INSERT"
                if table not in APPEND_ONLY:
                    rights += ", UPDATE, DELETE"
                cursor.execute(
                    f"GRANT {rights} ON {_name(database)}.{_name(table)} TO %s@%s",
                    [account, host],
                )
        self.stdout.write(f"{account} may use {len(tables)} tables.")


def _name(identifier: str) -> str:
    return connection.ops.quote_name(identifier)
