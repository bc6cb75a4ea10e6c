"""A run of a job: how the worker is asked for it, in the caller's transaction, and its key."""

from __future__ import annotations

from ai.events import JOB_REQUESTED
from ai.models import AIJob
from common.outbox import services as outbox


def run_request(job: AIJob) -> None:
    outbox.publish(JOB_REQUESTED, aggregate=f"ai_job:{job.pk}", payload={"job_id": job.pk})


def run_key(job: AIJob) -> str:
    """The key under which the inference service knows the job's run."""
    return f"ai-job-{job.pk}-run-{job.run}"
