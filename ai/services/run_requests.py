"""Ask the worker for a run of a job, in the caller's transaction."""

from __future__ import annotations

from ai.events import JOB_REQUESTED
from ai.models import AIJob
from common.outbox import services as outbox


def run_request(job: AIJob) -> None:
    outbox.publish(JOB_REQUESTED, aggregate=f"ai_job:{job.pk}", payload={"job_id": job.pk})
