"""Read the queue of AI jobs and what the hospital decided on it."""

from __future__ import annotations

from django.db.models import QuerySet

from ai.models import QUEUED_PER_USER, AIJob, QueueSetting
from common.errors import ErrorCode, NotFound
from common.person import Person


def queue_setting() -> QueueSetting:
    """As it stands in the database; version 0 while nothing was changed."""
    return QueueSetting.objects.first() or QueueSetting(version=0)


def queued_per_user() -> int:
    """The most jobs that one person may have in the queue."""
    found = QueueSetting.objects.values_list("queued_per_user", flat=True).first()
    return QUEUED_PER_USER if found is None else found


def queue_list(user: Person) -> QuerySet[AIJob]:
    """What waits or runs, without patients and pictures."""
    return (
        AIJob.objects.queued_for(user)
        .select_related("requested_by", "rule")
        .defer("result", "parameters", "facts", "record")
    )


def queued_get(user: Person, job_id: int) -> AIJob:
    """Raises NotFound for what neither waits nor runs."""
    job = AIJob.objects.queued_for(user).filter(pk=job_id).first()
    if job is None:
        raise NotFound(ErrorCode.AI_JOB_NOT_FOUND, f"job {job_id}", "id")
    return job
