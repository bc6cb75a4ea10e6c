"""What a doctor who waits for an analysis is told."""

from __future__ import annotations

from dataclasses import dataclass

from ai.choices import JobStatus
from ai.clients.inference import inference
from ai.models import AIJob
from ai.selectors.usage import expected_seconds
from ai.services.jobs import run_key


@dataclass(frozen=True, slots=True)
class Outlook:
    """``progress`` as the model tells it, 0..1; ``expected_wait_s`` by the runs of before."""

    progress: float | None = None
    expected_wait_s: float | None = None


def outlook(job: AIJob) -> Outlook:
    """Of a job that waits or runs; nothing of one that is over. What nobody knows is None."""
    if job.status not in (JobStatus.PENDING, JobStatus.PROCESSING):
        return Outlook()
    seconds = expected_seconds(job.model_id, job.model_version)
    if job.status == JobStatus.PENDING:
        ahead = AIJob.objects.filter(
            pk__lt=job.pk, status__in=(JobStatus.PENDING, JobStatus.PROCESSING)
        ).count()
        return Outlook(None, None if seconds is None else seconds * (ahead + 1))
    state = inference().state(run_key(job))
    if state is None:
        return Outlook()
    if seconds is None:
        return Outlook(state.progress)
    wait = max(seconds - state.seconds, 0.0) + seconds * state.ahead
    return Outlook(state.progress, round(wait, 1))
