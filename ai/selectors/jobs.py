"""Read AI jobs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from ai.models import AIJob
from common.errors import ErrorCode, NotFound


def jobs_visible_to(user: Any) -> QuerySet[AIJob]:
    return (
        AIJob.objects.visible_to(user)
        .select_related(
            "study__patient",
            "series",
            "requested_by",
            "reviewed_by",
            "segmentation",
            "publication__version",
        )
        .prefetch_related("events")
    )


def job_get(user: Any, job_id: int) -> AIJob:
    """Raises NotFound for what this person may not see."""
    job = jobs_visible_to(user).filter(pk=job_id).first()
    if job is None:
        raise NotFound(ErrorCode.AI_JOB_NOT_FOUND, f"job {job_id}", "id")
    return job


def job_for_handler(job_id: int) -> AIJob:
    """For handlers, not filtered by rights."""
    return AIJob.objects.select_related("study").get(pk=job_id)
