"""Gives OpenEMR's rows the uuids that an import left out, a few thousand rows at a time.

OpenEMR's own UuidRegistry does it in one transaction, for which everybody waits (#10332: a million
rows take an hour). A row without a uuid cannot be named in FHIR, neither there nor here.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

from django.db import models, transaction
from django.db.models import Q

from openemr.models import (
    FormEncounter,
    FormVitals,
    ListEntry,
    PatientData,
    PrescribedDrug,
    UuidRegistry,
)
from openemr.router import ALIAS

CHUNK = 2_000
"""Rows of one transaction: nobody waits for one of them longer than a second."""
TABLES: tuple[type[models.Model], ...] = (
    PatientData,
    FormEncounter,
    FormVitals,
    PrescribedDrug,
    ListEntry,
)
_STATEMENT = 500
_MISSING = Q(uuid=None) | Q(uuid=bytes(16))


def missing_count(table: type[models.Model]) -> int:
    return int(table._base_manager.filter(_MISSING).count())


def missing_fill(table: type[models.Model], chunk: int = CHUNK) -> Iterator[int]:
    """Yield the number of rows that each transaction gave a uuid; rows that others hold are left.

    It may be ended at any time and called again: what is done is done.
    """
    last = 0
    while rows := _chunk(table, last, chunk):
        last = rows[-1].pk
        yield len(rows)


@transaction.atomic(using=ALIAS)
def _chunk(table: type[models.Model], after: int, size: int) -> list[models.Model]:
    rows = table._base_manager.filter(_MISSING, pk__gt=after).order_by("pk").only("pk")
    found = list(rows.select_for_update(skip_locked=True)[:size])
    for row in found:
        row.uuid = uuid4().bytes  # type: ignore[attr-defined]
    table._base_manager.bulk_update(found, ["uuid"], batch_size=_STATEMENT)
    name, number = table._meta.db_table, table._meta.pk.column
    UuidRegistry.objects.bulk_create(
        UuidRegistry(uuid=row.uuid, table_name=name, table_id=number)  # type: ignore[attr-defined]
        for row in found
    )
    return found
