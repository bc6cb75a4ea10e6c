"""What was deleted in the archive leaves the index, the caches and the prepared files.

The change feed does not tell deletions, so the index is compared with the archive.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from itertools import islice

from django.db import transaction
from django.db.models import Model, ProtectedError

from audit import services as audit
from pacs.archive.orthanc import orthanc
from pacs.derived import invalidation
from pacs.models import Instance
from rbac.epochs import rights_changing

logger = logging.getLogger(__name__)
BATCH = 500
PLAUSIBLE = 0.5


def deletions_find(*, thorough: bool = False, force: bool = False) -> int:
    """Forget every instance of the index that the archive no longer has; returns how many.

    Unless ``thorough``, a glance at the totals comes first: more of it only when the archive holds
    less than the index. As many instances that the index could not take hide a deletion from it.
    An archive that lost more than half is taken for a wrong or a broken one, and nothing is
    forgotten unless a person says so with ``force``. Raises ExternalError.
    """
    known = Instance.objects.count()  # counted first: what comes meanwhile is not missing
    present = orthanc().instance_count()
    if present >= known and not thorough:
        return 0
    if present < known * PLAUSIBLE and not force:
        logger.error(
            "the archive misses most of the index", extra={"present": present, "known": known}
        )
        return 0
    forgotten = 0
    for gone in _missing():
        instances_forget(gone)
        forgotten += len(gone)
    return forgotten


def instances_missing() -> Iterator[str]:
    """Orthanc ids of the index that the archive does not know. Raises ExternalError."""
    for gone in _missing():
        yield from gone


def _missing() -> Iterator[list[str]]:
    ids = Instance.objects.order_by("pk").values_list("orthanc_id", flat=True).iterator()
    while batch := list(islice(ids, BATCH)):
        present = {found.orthanc_id for found in orthanc().instances_describe(batch)}
        if gone := [orthanc_id for orthanc_id in batch if orthanc_id not in present]:
            yield gone


def instances_forget(orthanc_ids: Sequence[str]) -> None:
    """These instances do not exist any more: no trace of their pixels stays with us.

    A series without instances goes with them, and a study without series unless something refers
    to it; then decisions about it end, since its UID may come back as another patient's. Caches go
    first: who dies before the commit finds the rows again.
    """
    with transaction.atomic():
        rows = Instance.objects.filter(orthanc_id__in=orthanc_ids).select_related("series__study")
        instances = list(rows)
        invalidation.instances_forget(instances)
        rows.delete()
        for study in {instance.series.study for instance in instances}:
            audit.record(
                actor=None,
                action="dicom.deleted",
                object_type="study",
                object_id=study.study_instance_uid,
                patient_id=study.patient_id,
            )
            for series in study.series.filter(instances=None):
                _delete_unless_needed(series)
            if not study.series.exists():
                rights_changing()
                _delete_unless_needed(study)


def _delete_unless_needed(row: Model) -> None:
    """An AI job keeps its study and series: what was found in them stays on record."""
    try:
        with transaction.atomic():
            row.delete()
    except ProtectedError:
        return
