"""Where an approved result stands, and what FHIR needs to know of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from ai.choices import PublicationStatus
from ai.models import AIJob, Publication
from common.errors import ErrorCode
from common.outbox import services as outbox
from common.person import Person

RETURNED = "returned_to_review"
"""The step of a job's history: its approval was withdrawn."""
RESULT_KEYS = UUID("6d1d2c0b-6f7e-5c1f-9a8f-3f1f6b7f2a44")
"""Namespace of the keys of results without a mask, which have no version's uuid."""
LONGEST_INDEXING = timedelta(minutes=10)
"""The change feed shows a stored SEG within seconds; after this long it is lost."""


def publication_get(job_id: int) -> Publication:
    """The publication with everything it refers to; for handlers, not filtered by rights."""
    return _with_all().get(job_id=job_id)


def publication_find(job_id: int) -> Publication | None:
    """The same; None of a job that is not, or no longer, approved."""
    return _with_all().filter(job_id=job_id).first()


def publications_visible_to(user: Person) -> QuerySet[Publication]:
    """Of the approved results that the person sees, with everything they refer to.

    Not of a study that is another patient's by now.
    """
    seen = AIJob.objects.visible_to(user)
    with_patient = Q(job__study=None) | Q(job__study__patient=F("job__patient"))
    return _with_all().filter(with_patient, job__in=seen)


def publications_whole() -> QuerySet[Publication]:
    """With everything they refer to, and the history of each job; not filtered by rights."""
    return _with_all().prefetch_related("job__events")


def _with_all() -> QuerySet[Publication]:
    return Publication.objects.select_related(
        "job__patient",
        "job__study__patient",
        "job__study__order__ordered_by",
        "job__study__order__encounter",
        "job__series",
        "job__reviewed_by",
        "job__requested_by",
        "version__author",
        "version__segmentation",
    )


def published_job_ids(patient_id: int) -> list[int]:
    """Jobs of this patient whose result is in the FHIR record, oldest first."""
    found = Publication.objects.filter(job__patient_id=patient_id, fhir_at__isnull=False)
    return list(found.order_by("job_id").values_list("job_id", flat=True))


def failed_publications() -> list[int]:
    """Jobs whose ``publication_view`` is FAILED."""
    dead = outbox.dead_aggregates("ai_publication:").distinct()
    given_up = Q(job_id__in=[int(aggregate.partition(":")[2]) for aggregate in dead])
    never_seen = Q(seg_stored_at__lt=timezone.now() - LONGEST_INDEXING, seg_seen_at=None)
    found = Publication.objects.filter(given_up | never_seen, fhir_at=None)
    return list(found.values_list("job_id", flat=True))


@dataclass(frozen=True, slots=True)
class PublishedSeg:
    """An object of an approved version: SEG, report or map.

    ``author``: who edited the mask; empty for the model's own.

    ``superseded``: a later result of the same model on the same series was approved.
    """

    job: AIJob
    version: int
    author: str
    approved_by: str
    superseded: bool


def published_segs(study_id: int) -> dict[str, PublishedSeg]:
    """By the SOP Instance UIDs of SEG, report and map.

    Not filtered by rights beyond those to the study.
    """
    approved = (
        Publication.objects.filter(job__study=study_id, seg_sop_instance_uid__isnull=False)
        .select_related("job__reviewed_by", "version__author")
        .defer("job__result", "job__parameters")
        .order_by("job__reviewed_at", "pk")
    )
    rows = list(approved)
    newest = {row.job.succession: row.pk for row in rows}
    found: dict[str, PublishedSeg] = {}
    for row in rows:
        if row.version is None:
            continue
        told = PublishedSeg(
            job=row.job,
            version=row.version.version,
            author=_name(row.version.author),
            approved_by=_name(row.job.reviewed_by),
            superseded=newest[row.job.succession] != row.pk,
        )
        uids = (row.seg_sop_instance_uid, row.sr_sop_instance_uid, row.map_sop_instance_uid)
        found |= {uid: told for uid in uids if uid}
    return found


def _name(user: Any) -> str:
    return (user.full_name or user.username) if user else ""


def published_job_ids_of_order(order_id: int) -> list[int]:
    """Jobs on the studies of this order whose result is in the FHIR record, oldest first."""
    found = Publication.objects.filter(job__study__order_id=order_id, fhir_at__isnull=False)
    return list(found.order_by("job_id").values_list("job_id", flat=True))


def publication_key(publication: Publication) -> UUID:
    """The root of all keys of a publication in FHIR; another one after each return to review."""
    version = publication.version
    root = version.uuid if version else uuid5(RESULT_KEYS, str(publication.job_id))
    returns = returns_to_review(publication.job)
    return uuid5(root, f"approval/{returns}") if returns else root


def returns_to_review(job: AIJob) -> int:
    """How often an approval of this job was withdrawn."""
    return sum(event.step == RETURNED for event in job.events.all())


def publication_view(job: AIJob) -> dict[str, Any]:
    """NONE, PENDING, PUBLISHED or FAILED, and how far it came; no ``seg`` without a mask.

    ``error`` is the latest of a step that is not done, also while it is tried again.
    """
    publication: Publication | None = getattr(job, "publication", None)
    if publication is None:
        return {"status": PublicationStatus.NONE, "seg": None, "fhir": None, "error": None}
    status, error = _status(publication)
    seg = {
        "sop_instance_uid": publication.seg_sop_instance_uid,
        "series_instance_uid": publication.seg_series_instance_uid,
        "stored_at": publication.seg_stored_at,
        "seen_at": publication.seg_seen_at,
    }
    return {
        "status": status,
        "seg": seg if publication.seg_sop_instance_uid else None,
        "fhir": {
            "diagnostic_report": publication.fhir_diagnostic_report or None,
            "imaging_study": publication.fhir_imaging_study or None,
            "at": publication.fhir_at,
        },
        "error": error,
    }


def seg_is_lost(publication: Publication) -> bool:
    """Whether the archive took the SEG, and the index never showed it."""
    stored = publication.seg_stored_at
    if stored is None or publication.seg_seen_at is not None:
        return False
    return timezone.now() - stored > LONGEST_INDEXING


def _status(publication: Publication) -> tuple[PublicationStatus, dict[str, str] | None]:
    if publication.fhir_at is not None:
        return PublicationStatus.PUBLISHED, None
    problem = outbox.problem(f"ai_publication:{publication.job_id}")
    if problem is not None:
        status = PublicationStatus.FAILED if problem.is_dead else PublicationStatus.PENDING
        return status, {"code": problem.code, "detail": problem.detail}
    if seg_is_lost(publication):
        error = ErrorCode.ARCHIVE_UNAVAILABLE.value.code
        detail = "the DICOM Segmentation was stored, but the index does not have it"
        return PublicationStatus.FAILED, {"code": error, "detail": detail}
    return PublicationStatus.PENDING, None
