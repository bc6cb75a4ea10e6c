"""The approved result on its way, in idempotent steps.

With a mask: DICOM SEG → archive → seen in the change feed → FHIR. Without one: FHIR.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from pydicom.dataset import Dataset

from ai.events import PUBLISHED, SEG_SEEN
from ai.models import AIJobEvent, Publication
from ai.selectors.publication import seg_is_lost
from ai.services.companions import STORED, publication_objects
from ai.services.dicom_seg import SegmentationError
from ai.services.review import publication_aggregate
from common.errors import BusinessError, ErrorCode
from common.outbox import services as outbox
from pacs.index import objects


def _of_job(job_id: int) -> Publication:
    return Publication.objects.select_related(
        "job__study", "job__patient", "job__series", "job__reviewed_by", "version__segmentation"
    ).get(job_id=job_id)


def _lock(job_id: int) -> Publication:
    return Publication.objects.select_for_update().get(job_id=job_id)


def seg_publish(job_id: int) -> None:
    """Build the SEG of the approved version and its companions, and store them in the archive.

    The SEG comes last: whoever sees it finds the others there. The SOP Instance UIDs derive from
    the version, so a second call stores the same objects. If the
    index has it already, no change will show it: it is marked as seen. One that the index never
    showed is stored anew, which is a new change.
    Raises ExternalError (archive down), BusinessError (the source is not a volume).
    """
    publication = _of_job(job_id)
    version = publication.version
    if version is None or publication.seg_seen_at is not None:
        return
    try:
        made = publication_objects(publication, version)
    except SegmentationError as error:
        detail = f"{error.reason}: {error}"[:300]
        raise BusinessError(ErrorCode.SERIES_NOT_A_VOLUME, detail) from None
    lost = seg_is_lost(publication)
    for kind in STORED:
        if kind in made:
            _store(job_id, kind, made[kind], lost=lost)
    uid = publication.seg_sop_instance_uid or ""
    if objects.instance_is_indexed(uid):
        seg_seen(uid)


def _store(job_id: int, kind: str, made: Dataset, *, lost: bool) -> None:
    uid = made.SOPInstanceUID
    if lost and not objects.instance_is_indexed(uid):
        objects.instance_remove(uid)
    objects.instance_store(made)
    field = f"{kind}_stored_at"
    with transaction.atomic():
        publication = _lock(job_id)
        # of the SEG the feed may have been faster
        if getattr(publication, field) is None or (kind == "seg" and seg_is_lost(publication)):
            _mark(publication, field, f"{kind}_stored")


@transaction.atomic
def seg_seen(sop_instance_uid: str) -> None:
    """The change feed showed an object; when it is one of our SEGs, FHIR is next."""
    publication = (
        Publication.objects.select_for_update()
        .filter(seg_sop_instance_uid=sop_instance_uid, seg_seen_at__isnull=True)
        .first()
    )
    if publication is None:
        return
    if publication.seg_stored_at is None:
        _mark(publication, "seg_stored_at", "seg_stored")
    _mark(publication, "seg_seen_at", "seg_seen")
    outbox.publish(
        SEG_SEEN,
        aggregate=publication_aggregate(publication.job_id),
        payload={"job_id": publication.job_id},
    )


@transaction.atomic
def fhir_done(*, job_id: int, diagnostic_report: str, imaging_study: str) -> None:
    """The FHIR server has it all: the job is published."""
    publication = _lock(job_id)
    if publication.fhir_at is not None:
        return
    publication.fhir_diagnostic_report = diagnostic_report
    publication.fhir_imaging_study = imaging_study
    _mark(publication, "fhir_at", "published")
    outbox.publish(PUBLISHED, aggregate=publication_aggregate(job_id), payload={"job_id": job_id})


def _mark(publication: Publication, field: str, step: str) -> None:
    """``publication`` is locked."""
    setattr(publication, field, timezone.now())
    publication.save()
    if step in ("sr_stored", "map_stored"):
        return
    AIJobEvent.objects.create(job_id=publication.job_id, step=step)
