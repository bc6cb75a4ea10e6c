"""What a doctor who waits for an analysis is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ai.choices import JobStatus
from ai.clients.inference import run_state
from ai.models import AIJob
from ai.selectors.usage import expected_seconds
from ai.services.queue import QueuePlace, places
from ai.services.run_requests import run_key


@dataclass(frozen=True, slots=True)
class Outlook:
    """``progress`` as the model tells it, 0..1; ``expected_wait_s`` by the runs of before;
    ``place`` among those that wait, 1 is the next. What nobody knows is None."""

    progress: float | None = None
    expected_wait_s: float | None = None
    place: int | None = None


def outlook_listed(job: AIJob, known: Mapping[int, QueuePlace]) -> Outlook:
    """Of a row of a list, by the ``known`` places: without a question to the service."""
    found = known.get(job.pk) if job.status == JobStatus.PENDING else None
    return Outlook(None, found.expected_wait_s, found.place) if found else Outlook()


def outlook(job: AIJob) -> Outlook:
    """Of a job that waits or runs; nothing of one that is over."""
    if job.status == JobStatus.PENDING:
        return outlook_listed(job, places())
    if job.status != JobStatus.PROCESSING:
        return Outlook()
    state = run_state(run_key(job))
    if state is None:
        return Outlook()
    seconds = expected_seconds(job.model_id, job.model_version)
    if seconds is None:
        return Outlook(state.progress)
    wait = max(seconds - state.seconds, 0.0) + seconds * state.ahead
    return Outlook(state.progress, round(wait, 1))
