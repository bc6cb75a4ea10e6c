"""The tables of OpenEMR are read and written in its database, and nothing of ours is there."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

ALIAS = "openemr"


class OpenemrRouter:
    def db_for_read(self, model: type[Model], **_: Any) -> str | None:
        return ALIAS if model._meta.app_label == ALIAS else None

    db_for_write = db_for_read

    def allow_relation(self, one: Model, other: Model, **_: Any) -> bool | None:
        labels = {one._meta.app_label, other._meta.app_label}
        return None if ALIAS not in labels else labels == {ALIAS}

    def allow_migrate(self, db: str, app_label: str, **_: Any) -> bool | None:
        """OpenEMR alone changes its tables."""
        return False if ALIAS in (db, app_label) else None
