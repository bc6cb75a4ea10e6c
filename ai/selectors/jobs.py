"""Read AI jobs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from ai.choices import ENDED_BADLY, ReviewStatus
from ai.models import AIJob
from common.errors import ErrorCode, NotFound
from common.person import Person


def job_list(user: Person) -> QuerySet[AIJob]:
    """Rows of the list: without pictures and grids, which are large."""
    return (
        AIJob.objects.visible_to(user)
        .select_related(
            "study", "patient", "series", "requested_by", "rule", "reviewed_by", "segmentation"
        )
        .defer("result", "parameters", "facts", "segmentation__slices", "segmentation__segments")
    )


def job_get(user: Person, job_id: int) -> AIJob:
    """Raises NotFound for what this person may not see."""
    job = (
        AIJob.objects.visible_to(user)
        .select_related(
            "study",
            "patient",
            "series",
            "requested_by",
            "rule",
            "reviewed_by",
            "segmentation",
            "publication__version__segmentation",
        )
        .prefetch_related("events", "segmentation__versions", "also_asked")
        .filter(pk=job_id)
        .first()
    )
    if job is None:
        raise NotFound(ErrorCode.AI_JOB_NOT_FOUND, f"job {job_id}", "id")
    return job


def askers(job: AIJob) -> set[int]:
    """The persons who asked for it and did not take that back; of a routing rule there are none."""
    also = set(job.also_asked.values_list("pk", flat=True))
    return also | {job.requested_by_id} if job.requested_by_id else also


def job_for_handler(job_id: int) -> AIJob:
    """For handlers, not filtered by rights."""
    return AIJob.objects.select_related("study__order", "patient").get(pk=job_id)


def jobs_of_model(user: Person, patient: Any, model_id: str) -> QuerySet[AIJob]:
    """Those about the patient that did not end badly and were not rejected, the newest first."""
    rows = AIJob.objects.visible_to(user).filter(patient=patient, model_id=model_id)
    kept = rows.exclude(status__in=ENDED_BADLY).exclude(review_status=ReviewStatus.REJECTED)
    return kept.defer("result", "parameters", "record", "model_manifest").order_by("-pk")
