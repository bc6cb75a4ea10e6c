"""Removes deleted instances from the index, the caches and the derived files.

The change feed does not report deletions, so the index is compared with the archive.
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
from pacs.index.list_keys import study_keys_write
from pacs.models import Instance
from rbac.epochs import rights_changing

logger = logging.getLogger(__name__)
BATCH = 500
PLAUSIBLE = 0.5


def deletions_find(*, thorough: bool = False, force: bool = False) -> int:
    """Remove the instances that the archive no longer has from the index; returns their number.

    Unless ``thorough``, only the totals are compared first, and nothing more is done if the archive
    has at least as many instances as the index; instances that are not indexed can hide deletions.
    If more than half are missing, the archive is assumed to be wrong or broken, and nothing is
    removed without ``force``. Raises ExternalError.
    """
    known = (
        Instance.objects.count()
    )  # counted first: instances that arrive meanwhile are not missing
    present = orthanc().instance_count()
    if present >= known and not thorough:
        return 0
    if present < known * PLAUSIBLE and not force:
        logger.error(
            "most of the index is missing in the archive",
            extra={"present": present, "known": known},
        )
        return 0
    deleted = 0
    for gone in _missing():
        instances_delete(gone)
        deleted += len(gone)
    return deleted


def instances_missing() -> Iterator[str]:
    """Orthanc ids in the index that the archive does not have. Raises ExternalError."""
    for gone in _missing():
        yield from gone


def _missing() -> Iterator[list[str]]:
    ids = Instance.objects.order_by("pk").values_list("orthanc_id", flat=True).iterator()
    while batch := list(islice(ids, BATCH)):
        present = {found.orthanc_id for found in orthanc().instances_describe(batch)}
        if gone := [orthanc_id for orthanc_id in batch if orthanc_id not in present]:
            yield gone


def instances_delete(orthanc_ids: Sequence[str]) -> None:
    """Delete instances from the index, and everything derived from them.

    Empty series and studies are deleted too, unless another row refers to them. Decisions about a
    deleted study become invalid, because its UID may return for another patient. Derived files are
    deleted first: after a crash the rows are still there, and the deletion is repeated.
    """
    with transaction.atomic():
        rows = Instance.objects.filter(orthanc_id__in=orthanc_ids).select_related("series__study")
        instances = list(rows)
        invalidation.instances_invalidate(instances)
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
                delete_unless_needed(series)
            if not study.series.exists():
                rights_changing()
                delete_unless_needed(study)
            study_keys_write(study.pk)


def delete_unless_needed(row: Model) -> None:
    """Studies and series with AI jobs are kept, with the results of the jobs."""
    try:
        with transaction.atomic():
            row.delete()
    except ProtectedError:
        return
