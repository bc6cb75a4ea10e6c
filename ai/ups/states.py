"""The state of a workitem, told from its job.

A workitem ends when its output is there: a result that waits for its review, or is on its way into
the archive and the FHIR record, is IN PROGRESS. A failed, cancelled or rejected job is CANCELED.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from django.db.models import Q

from ai.choices import ENDED_BADLY, JobStatus, ReviewStatus
from ai.models import AIJob, Publication
from ai.selectors.publication import RETURNED


class State(StrEnum):
    """Procedure Step State (0074,1000)."""

    SCHEDULED = "SCHEDULED"
    IN_PROGRESS = "IN PROGRESS"
    COMPLETED = "COMPLETED"
    CANCELED = "CANCELED"


FINAL = (State.COMPLETED, State.CANCELED)
_PUBLISHED = Q(publication__fhir_at__isnull=False)
_ENDED = Q(status__in=ENDED_BADLY) | Q(review_status=ReviewStatus.REJECTED)
CONDITIONS: Mapping[State, Q] = {
    State.SCHEDULED: Q(status=JobStatus.PENDING),
    State.COMPLETED: _PUBLISHED,
    State.CANCELED: _ENDED,
    State.IN_PROGRESS: Q(status__in=(JobStatus.PROCESSING, JobStatus.COMPLETED))
    & ~Q(review_status=ReviewStatus.REJECTED)
    & Q(publication__fhir_at__isnull=True),
}
"""The jobs of each state; ``state_of`` of one."""
STATE_AFTER: Mapping[str, State] = {
    "requested": State.SCHEDULED,
    "pending": State.SCHEDULED,
    "processing": State.IN_PROGRESS,
    "published": State.COMPLETED,
    "rejected": State.CANCELED,
    "failed": State.CANCELED,
    "cancelled": State.CANCELED,
}
"""By the step of a job's history that leads there."""
ANALYSED = "Analysed; waits for review"
PROGRESS_AFTER: Mapping[str, str] = {
    "completed": ANALYSED,
    "approved": "Approved; on its way into the archive",
    "seg_seen": "In the archive",
    RETURNED: ANALYSED,
}
"""What a step says of a workitem that stays IN PROGRESS."""


def state_of(job: AIJob) -> State:
    if job.status in ENDED_BADLY or job.review_status == ReviewStatus.REJECTED:
        return State.CANCELED
    publication: Publication | None = getattr(job, "publication", None)
    if publication is not None and publication.fhir_at is not None:
        return State.COMPLETED
    return State.SCHEDULED if job.status == JobStatus.PENDING else State.IN_PROGRESS
