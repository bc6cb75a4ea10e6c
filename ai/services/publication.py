"""The approved result on its way, in idempotent steps.

With a mask: DICOM SEG → archive → seen in the change feed → FHIR. Without one: FHIR.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from pydicom.dataset import Dataset

from ai.choices import Origin, VersionKind
from ai.events import PUBLISHED, SEG_SEEN
from ai.manifest import TrackedSegment
from ai.models import AIJob, AIJobEvent, Publication, SegmentationVersion
from ai.selectors.publication import seg_is_lost
from ai.services.dicom_seg import AlgorithmSpec, SegmentationError, SegmentSpec, build_segmentation
from ai.services.review import publication_aggregate
from ai.services.segmentations import version_labelmap
from common.errors import BusinessError, ErrorCode
from common.outbox import services as outbox
from pacs.index import objects

SEG_SERIES_NUMBER_BASE = 9000


def _of_job(job_id: int) -> Publication:
    return Publication.objects.select_related(
        "job__study", "job__patient", "job__series", "job__reviewed_by", "version__segmentation"
    ).get(job_id=job_id)


def _lock(job_id: int) -> Publication:
    return Publication.objects.select_for_update().get(job_id=job_id)


def seg_publish(job_id: int) -> None:
    """Build the SEG of the approved version and store it in the archive.

    Its SOP Instance UID derives from the version, so a second call stores the same object. If the
    index has it already, no change will show it: it is marked as seen. One that the index never
    showed is stored anew, which is a new change.
    Raises ExternalError (archive down), BusinessError (the source is not a volume).
    """
    publication = _of_job(job_id)
    version = publication.version
    if version is None or publication.seg_seen_at is not None:
        return
    try:
        seg = _build(publication, version)
    except SegmentationError as error:
        detail = f"{error.reason}: {error}"[:300]
        raise BusinessError(ErrorCode.SERIES_NOT_A_VOLUME, detail) from None
    uid = publication.seg_sop_instance_uid or ""
    if seg_is_lost(publication) and not objects.instance_is_indexed(uid):
        objects.instance_remove(uid)
    objects.instance_store(seg)
    with transaction.atomic():
        publication = _lock(job_id)
        # the feed may have been faster
        if publication.seg_stored_at is None or seg_is_lost(publication):
            _mark(publication, "seg_stored_at", "seg_stored")
    if objects.instance_is_indexed(uid):
        seg_seen(uid)


def _build(publication: Publication, version: SegmentationVersion) -> Dataset:
    job = publication.job
    approver = job.reviewed_by
    return build_segmentation(
        source_datasets=objects.series_headers(job.series),
        labelmap=version_labelmap(version),
        segments=[_segment(s) for s in version.segmentation.tracked_segments],
        series_instance_uid=publication.seg_series_instance_uid or "",
        sop_instance_uid=publication.seg_sop_instance_uid or "",
        series_number=SEG_SERIES_NUMBER_BASE + job.pk % 1000,
        instance_number=1,
        model=_algorithm(job),
        edited=version.kind == VersionKind.EDITED,
        content_creator_name=(approver.full_name or approver.username) if approver else "",
        created_at=timezone.localtime(job.reviewed_at),
    )


def _algorithm(job: AIJob) -> AlgorithmSpec | None:
    """None of what a person drew. An imported file may have been made by anything."""
    if job.origin == Origin.MANUAL:
        return None
    return AlgorithmSpec(job.manifest.algorithm_name or job.manifest.name, job.model_version)


def _segment(segment: TrackedSegment) -> SegmentSpec:
    return SegmentSpec(
        number=segment.number,
        label=segment.label,
        category=segment.category,
        property_type=segment.type,
        tracking_id=segment.tracking_id,
        tracking_uid=segment.tracking_uid,
        color=segment.color,
    )


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
    AIJobEvent.objects.create(job_id=publication.job_id, step=step)
