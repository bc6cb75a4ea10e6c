"""Where an approved result stands, and what FHIR needs to know of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ai.choices import PublicationStatus
from ai.models import AIJob, Publication
from common.outbox import services as outbox


def publication_get(job_id: int) -> Publication:
    """The publication with everything it refers to; for handlers, not filtered by rights."""
    return Publication.objects.select_related(
        "job__study__patient",
        "job__study__order__ordered_by",
        "job__study__order__encounter",
        "job__series",
        "job__reviewed_by",
        "job__requested_by",
        "version__author",
        "version__segmentation",
    ).get(job_id=job_id)


def published_job_ids(patient_id: int) -> list[int]:
    """Jobs of this patient whose result is in the FHIR record, oldest first."""
    found = Publication.objects.filter(job__study__patient_id=patient_id, fhir_at__isnull=False)
    return list(found.order_by("job_id").values_list("job_id", flat=True))


def failed_publications() -> list[int]:
    """Jobs whose approved result is not in the FHIR record, because an event was given up."""
    dead = outbox.dead_aggregates("ai_publication:").distinct()
    jobs = [int(aggregate.partition(":")[2]) for aggregate in dead]
    found = Publication.objects.filter(job_id__in=jobs, fhir_at=None)
    return list(found.values_list("job_id", flat=True))


@dataclass(frozen=True, slots=True)
class PublishedSeg:
    """A SEG of an approved version. ``author``: who edited the mask; empty for the model's own.

    ``superseded``: a later result of the same model on the same series was approved.
    """

    job: AIJob
    version: int
    author: str
    approved_by: str
    superseded: bool


def published_segs(study_id: int) -> dict[str, PublishedSeg]:
    """By SOP Instance UID; not filtered by rights beyond those to the study."""
    found = (
        Publication.objects.filter(job__study=study_id, seg_sop_instance_uid__isnull=False)
        .select_related("job__reviewed_by", "version__author")
        .defer("job__result", "job__parameters")
        .order_by("job__reviewed_at", "pk")
    )
    rows = list(found)
    newest = {(row.job.series_id, row.job.model_id): row.pk for row in rows}
    return {
        str(row.seg_sop_instance_uid): PublishedSeg(
            job=row.job,
            version=row.version.version,
            author=_name(row.version.author),
            approved_by=_name(row.job.reviewed_by),
            superseded=newest[row.job.series_id, row.job.model_id] != row.pk,
        )
        for row in rows
        if row.version is not None
    }


def _name(user: Any) -> str:
    return (user.full_name or user.username) if user else ""


def publication_view(job: AIJob) -> dict[str, Any]:
    """NONE, PENDING, PUBLISHED or FAILED, and how far it came; no ``seg`` without a mask."""
    publication: Publication | None = getattr(job, "publication", None)
    if publication is None:
        return {"status": PublicationStatus.NONE, "seg": None, "fhir": None}
    if publication.fhir_at is not None:
        status = PublicationStatus.PUBLISHED
    elif outbox.has_dead(f"ai_publication:{job.pk}"):
        status = PublicationStatus.FAILED
    else:
        status = PublicationStatus.PENDING
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
    }
