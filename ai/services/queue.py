"""Which job is next: the urgent ones, then fairly between the users, then the oldest.

A user's turns are counted: what runs for the user now, then the jobs that wait, so that everybody
has a first one before anybody has a second. Of equal turns that of the user comes first for whom
the longest time nothing was started. All routing rules together count as one user.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core.cache import cache
from django.db.models import Max
from django.utils import timezone

from ai.choices import OPEN, JobStatus
from ai.models import AIJob
from ai.selectors.usage import expected_seconds
from common.person import Person
from ocs.choices import PRIORITY_RANKS
from rbac.permissions import Permission

RECENT = timedelta(days=1)
"""For whom nothing was started in this time waits as if for ever."""
PLACES_CACHE_KEY = "ai:queue-places"
PLACES_CACHE_S = 2
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """``place`` 1 is the next; ``expected_wait_s`` until its result, None if nobody knows."""

    place: int
    expected_wait_s: float | None


def in_order(
    waiting: Iterable[AIJob], running: Iterable[AIJob], started: Mapping[int | None, datetime]
) -> list[AIJob]:
    """``waiting`` as they will run. ``started``: by user, when a job was started last."""
    turns = Counter(job.requested_by_id for job in running)
    keys: dict[int, tuple[int, int, datetime, int]] = {}
    found = sorted(waiting, key=lambda job: (PRIORITY_RANKS[job.urgency], job.pk))
    for job in found:
        user = job.requested_by_id
        turns[user] += 1
        last = started.get(user, _NEVER)
        keys[job.pk] = (PRIORITY_RANKS[job.urgency], turns[user], last, job.pk)
    return sorted(found, key=lambda job: keys[job.pk])


def next_of(aggregates: Sequence[str]) -> str:
    """Of the due requests (``ai_job:<id>``) the one to run now; asked when a worker is free.

    Whose job is over comes first: nothing is left to do for it. An open job that is not due has a
    worker, or waits for its next attempt: it counts as running for its user.
    """
    due = {int(aggregate.partition(":")[2]): aggregate for aggregate in aggregates}
    jobs = _open()
    waiting = [job for job in jobs if job.pk in due]
    over = due.keys() - {job.pk for job in waiting}
    if over:
        return due[min(over)]
    running = [job for job in jobs if job.pk not in due]
    return due[in_order(waiting, running, _last_starts())[0].pk]


def places() -> dict[int, QueuePlace]:
    """Of every waiting job, by its id; a few queries, and none within two seconds of the last."""
    known: dict[int, QueuePlace] | None = cache.get(PLACES_CACHE_KEY)
    if known is None:
        known = _places(_open())
        cache.set(PLACES_CACHE_KEY, known, PLACES_CACHE_S)
    return known


def queue_ids(user: Person) -> list[int]:
    """Ids of the jobs that run, then of those that wait in their order, for who may see them."""
    running = AIJob.objects.queued_for(user).filter(status=JobStatus.PROCESSING).order_by("pk")
    found = list(running.values_list("pk", flat=True))
    if user.has_permission(Permission.MANAGE_MODELS):
        found += places()
    return found


def places_forget() -> None:
    """The queue has changed."""
    cache.delete(PLACES_CACHE_KEY)


def _places(jobs: list[AIJob]) -> dict[int, QueuePlace]:
    """One worker is counted on: the times of all that come before add up."""
    waiting = [job for job in jobs if job.status == JobStatus.PENDING]
    running = [job for job in jobs if job.status == JobStatus.PROCESSING]
    models = {(job.model_id, job.model_version) for job in jobs}
    expected = {model: expected_seconds(*model) for model in models}
    ahead: list[float | None] = [_left(job, expected[_model(job)]) for job in running]
    found = {}
    for place, job in enumerate(in_order(waiting, running, _last_starts()), start=1):
        ahead.append(expected[_model(job)])
        found[job.pk] = QueuePlace(place, _sum(ahead))
    return found


def _sum(seconds: list[float | None]) -> float | None:
    known = [value for value in seconds if value is not None]
    return round(sum(known), 1) if len(known) == len(seconds) else None


def _left(job: AIJob, expected: float | None) -> float | None:
    if expected is None or job.started_at is None:
        return expected
    return max(expected - (timezone.now() - job.started_at).total_seconds(), 0.0)


def _model(job: AIJob) -> tuple[str, str]:
    return job.model_id, job.model_version


def _open() -> list[AIJob]:
    """What waits or runs, as far as its order needs it; not filtered by rights."""
    columns = ("status", "requested_by", "urgency", "started_at", "model_id", "model_version")
    return list(AIJob.objects.filter(status__in=OPEN).only(*columns).order_by())


def _last_starts() -> dict[int | None, datetime]:
    """By user; an index holds it."""
    recent = AIJob.objects.filter(started_at__gte=timezone.now() - RECENT)
    return dict(recent.order_by().values_list("requested_by").annotate(Max("started_at")))
