"""Give each database account exactly what it needs; run as owner after migrate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection

ALL = ("SELECT", "INSERT", "UPDATE", "DELETE")
APPLICATION = {
    "audit_auditlog": ("SELECT", "INSERT"),
    "audit_shownpatient": ("SELECT", "INSERT"),
    "audit_auditseal": ("SELECT",),
    "audit_audithead": ("SELECT",),
    "audit_auditcopy": ("SELECT",),
    "audit_auditcheck": ("SELECT", "INSERT"),
    "audit_auditverdict": ("SELECT",),
    "ris_reportversion": ("SELECT", "INSERT"),
    "ris_criticalreportattempt": ("SELECT", "INSERT"),
    "ris_criticalreportescalation": ("SELECT", "INSERT"),
}
"""Where the application's account may do less than everything."""
SEAL = {
    "audit_auditlog": ("SELECT",),
    "audit_shownpatient": ("SELECT",),
    "audit_auditcursor": ("SELECT",),
    "audit_auditseal": ("SELECT", "INSERT"),
    "audit_audithead": ("SELECT", "INSERT", "UPDATE"),
    "audit_auditcopy": ALL,
    "audit_auditcheck": ("SELECT",),
    "audit_auditverdict": ("SELECT", "INSERT", "UPDATE"),
    "outbox_outboxevent": ("SELECT", "INSERT"),
}
"""Where the account that seals the audit record may do anything at all."""
_NO_SUCH_GRANT = 1147


class Command(BaseCommand):
    help = "Grant per table: rows everywhere, less where records are sealed or append-only."

    def handle(self, *args: Any, **options: Any) -> None:
        account = unquote(urlsplit(settings.DATABASE_APP_URL).username or "")
        if account == connection.settings_dict["USER"]:
            raise CommandError("Run this as the owner: CDSS_DATABASE_ROLE=owner.")
        with connection.cursor() as cursor:
            cursor.execute("SELECT CURRENT_USER()")
            host = str(cursor.fetchone()[0]).rpartition("@")[2]
            tables = connection.introspection.table_names(cursor)
            every = dict.fromkeys(tables, ALL)
            self._put(cursor, account, host, every | APPLICATION)
            self._put(cursor, settings.DATABASE_SEAL_ACCOUNT, host, SEAL)

    def _put(
        self, cursor: Any, account: str, host: str, tables: Mapping[str, tuple[str, ...]]
    ) -> None:
        database = _name(str(settings.DATABASES["default"]["NAME"]))
        for table, rights in tables.items():
            where = f"ON {database}.{_name(table)}"
            cursor.execute(f"GRANT {', '.join(rights)} {where} TO %s@%s", [account, host])
            for right in set(ALL) - set(rights):
                try:
                    cursor.execute(f"REVOKE {right} {where} FROM %s@%s", [account, host])
                except OperationalError as error:
                    if error.args[0] != _NO_SUCH_GRANT:
                        raise
        self.stdout.write(f"{account} may use {len(tables)} tables.")


def _name(identifier: str) -> str:
    return connection.ops.quote_name(identifier)
