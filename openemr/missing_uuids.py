"""Gives OpenEMR's rows the uuids that an import left out, some hundred rows at a time.

OpenEMR's own UuidRegistry does it in one transaction, for which everybody waits (#10332: a million
rows take an hour). A row without a uuid cannot be named in FHIR, neither there nor here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from django.db import models, transaction
from django.db.models import Q

from openemr.conventions import identifier
from openemr.models import (
    FormEncounter,
    FormVitals,
    ListEntry,
    PatientData,
    PrescribedDrug,
    UuidRegistry,
)
from openemr.router import ALIAS

CHUNK = 500
"""Rows of one transaction: nobody waits for one of them longer than a second."""
TABLES: tuple[type[models.Model], ...] = (
    PatientData,
    FormEncounter,
    FormVitals,
    PrescribedDrug,
    ListEntry,
)
_MISSING = Q(uuid=None) | Q(uuid=bytes(16))


def missing_count(table: type[models.Model]) -> int:
    return int(table._base_manager.filter(_MISSING).count())


def missing_fill(table: type[models.Model], chunk: int = CHUNK) -> Iterator[int]:
    """Yield the number of rows that each transaction gave a uuid; rows that others hold are left.

    It may be ended at any time and called again: what is done is done.
    """
    rows = table._base_manager.order_by("pk").values_list("pk", "uuid")
    last = 0
    while window := list(rows.filter(pk__gt=last)[:chunk]):
        last = window[-1][0]
        keys = [pk for pk, uuid in window if identifier(uuid) is None]
        if keys and (filled := _fill(table, keys)):
            yield filled


@transaction.atomic(using=ALIAS)
def _fill(table: type[models.Model], keys: list[int]) -> int:
    """By primary key: a search for NULL would read, and lock, all rows that lack a uuid."""
    locked = table._base_manager.filter(pk__in=keys).only("pk", "uuid")
    found: list[Any] = [
        row
        for row in locked.select_for_update(skip_locked=True)
        if identifier(row.uuid) is None  # type: ignore[attr-defined]
    ]
    for row in found:
        row.uuid = uuid4().bytes
    table._base_manager.bulk_update(found, ["uuid"])
    place = {"table_name": table._meta.db_table, "table_id": table._meta.pk.column}
    UuidRegistry.objects.bulk_create(UuidRegistry(uuid=row.uuid, **place) for row in found)
    return len(found)
